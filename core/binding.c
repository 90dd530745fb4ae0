/* Links between virtual and physical machines, and what follows from them: who
 * serves, who is available, who has failed. Declared in machine.h. */
#include "core/machine.h"
#include "core/packet.h"
#include "core/ranking.h"

void link_detach(struct link *link)
{
    struct link **place = &link->physical->bound;
    while (*place != link)
        place = &(*place)->bound_next;
    *place = link->bound_next;
    link->physical->links--;
}

void physical_changed(const struct physical *physical)
{
    for (struct link *link = physical->bound; link != NULL; link = link->bound_next)
        ranking_update(link);
}

bool machines_bind(struct machines *machines, struct virtual *virtual, struct physical *physical)
{
    g_assert(machines != NULL);
    struct link **end = &virtual->links;
    for (; *end != NULL; end = &(*end)->next)
        if ((*end)->physical == physical)
            return false;
    *end = g_new(struct link, 1);
    **end = (struct link){
        .physical = physical, .virtual = virtual, .share = SHARE_FULL,
        .entered_at = NSTIME_NEVER, .bound_next = physical->bound};
    physical->bound = *end;
    physical->links++;
    virtual->ranked = virtual->hashed = false;
    return true;
}

bool machines_unbind(struct machines *machines, struct virtual *virtual,
                     struct physical *physical)
{
    g_assert(machines != NULL);
    struct link *previous = NULL;
    struct link *link = virtual->links;
    for (; link != NULL && link->physical != physical; link = link->next)
        previous = link;
    if (link == NULL)
        return false;
    if (previous != NULL)
        previous->next = link->next;
    else
        virtual->links = link->next;
    if (virtual->last_chosen == link)
        virtual->last_chosen = previous; /* the turn goes on with the one behind */
    link_detach(link);
    virtual->ranked = virtual->hashed = false;
    g_free(link);
    return true;
}

static bool serves_at(const struct physical *physical, uint32_t ip, uint16_t port,
                      uint8_t protocol)
{
    return physical->id.ip == ip && physical->id.port == port
           && physical->id.protocol == protocol;
}

static struct physical *bound_at(const struct virtual *virtual, uint32_t ip, uint16_t port,
                                 uint8_t protocol)
{
    for (const struct link *link = virtual->links; link != NULL; link = link->next)
        if (serves_at(link->physical, ip, port, protocol))
            return link->physical;
    return NULL;
}

static struct physical *listed_at(const struct machines *machines, uint32_t ip, uint16_t port,
                                  uint8_t protocol)
{
    struct physical *physical = machines_first_physical(machines);
    while (physical != NULL && !serves_at(physical, ip, port, protocol))
        physical = physical->next;
    return physical;
}

struct physical *machines_serving(const struct machines *machines, const struct virtual *virtual,
                                  struct address real, uint8_t protocol)
{
    struct physical *physical = bound_at(virtual, real.ip, real.port, protocol);
    if (physical == NULL)
        physical = bound_at(virtual, real.ip, 0, protocol);
    if (physical == NULL)
        physical = listed_at(machines, real.ip, real.port, protocol);
    if (physical == NULL)
        physical = listed_at(machines, real.ip, 0, protocol);
    return physical;
}

bool physical_available(const struct physical *physical)
{
    bool serves = physical->state == MACHINE_IN_SERVICE
                  || (physical->state == MACHINE_TESTING && physical->trial == 0);
    return serves && physical->weight > 0
           && (physical->maxconns == 0 || physical->connections < physical->maxconns);
}

void physical_clear_ditched(struct physical *physical)
{
    physical->ditched = 0;
    g_clear_pointer(&physical->ditched_clients, g_hash_table_destroy);
}

static bool any_works(const struct virtual *virtual, unsigned *visits);

/* Whether this machine or one of its standbys has not failed. visits bounds the
 * search where standbys form a cycle, which commands refuse. */
static bool works(struct machine machine, unsigned *visits)
{
    while (machine.physical != NULL && *visits > 0) {
        if (machine.physical->state != MACHINE_FAILED)
            return true;
        machine = machine.physical->standby;
        --*visits;
    }
    if (machine.virtual == NULL || *visits == 0)
        return false;
    --*visits;
    return any_works(machine.virtual, visits);
}

/* A machine bound as overflow is there for failures only if it is asked then. */
static bool serves_after_failures(const struct virtual *virtual, const struct link *link)
{
    return !link->overflow || virtual->overflow == OVERFLOW_ONE_FAILED
           || virtual->overflow == OVERFLOW_ALL_FAILED;
}

static bool any_works(const struct virtual *virtual, unsigned *visits)
{
    for (const struct link *link = virtual->links; link != NULL; link = link->next)
        if (serves_after_failures(virtual, link)
            && works((struct machine){.physical = link->physical}, visits))
            return true;
    return works(virtual->standby, visits);
}

bool virtual_failed(const struct virtual *virtual)
{
    unsigned visits = 2 * MACHINES_MAX;
    return !any_works(virtual, &visits);
}

enum machine_state virtual_state(const struct virtual *virtual)
{
    if (virtual->out_of_service)
        return MACHINE_OUT_OF_SERVICE;
    return virtual_failed(virtual) ? MACHINE_FAILED : MACHINE_IN_SERVICE;
}

static bool leads_to(struct machine from, struct machine to, GHashTable *seen)
{
    if (machine_equal(from, to))
        return true;
    void *object = from.virtual != NULL ? (void *)from.virtual : (void *)from.physical;
    if (object == NULL || !g_hash_table_add(seen, object))
        return false;
    if (from.physical != NULL)
        return leads_to(from.physical->standby, to, seen);
    for (const struct link *link = from.virtual->links; link != NULL; link = link->next)
        if (leads_to((struct machine){.physical = link->physical}, to, seen))
            return true;
    return leads_to(from.virtual->standby, to, seen);
}

bool machine_leads_to(struct machine from, struct machine to)
{
    g_assert((from.virtual == NULL) != (from.physical == NULL));
    g_assert((to.virtual == NULL) != (to.physical == NULL));
    GHashTable *seen = g_hash_table_new(NULL, NULL);
    bool found = leads_to(from, to, seen);
    g_hash_table_destroy(seen);
    return found;
}

const char *machine_state_word(enum machine_state state)
{
    static const char *const words[] = {
        [MACHINE_IN_SERVICE] = "in-service",
        [MACHINE_OUT_OF_SERVICE] = "out-of-service",
        [MACHINE_FAILED] = "failed",
        [MACHINE_TESTING] = "testing",
    };
    g_assert((unsigned)state < G_N_ELEMENTS(words));
    return words[state];
}

char *machine_print(struct machine_id id, char *text)
{
    char address[ADDRESS_TEXT_SIZE];
    g_assert(text != NULL);
    g_snprintf(text, MACHINE_TEXT_SIZE, "%s:%u:%s",
               address_print((struct address){id.ip, id.port}, address), id.bind_id,
               id.protocol == PROTOCOL_UDP ? "udp" : "tcp");
    return text;
}
