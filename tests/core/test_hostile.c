/* Bad input to every replication protocol, whichever there are: datagrams of another protocol,
 * cut, with a bit flipped, replayed, from somebody else. They are made of genuine ones.
 *
 * What holds for all: a datagram is refused as a whole, with a reason, and nothing is other than
 * before; or it is taken, and then each of its records is applied or refused with a reason, in
 * which case the connection that it names is as before. No wire here has a checksum over its
 * datagram: what a flipped bit makes of it is another datagram, for which UDP's checksum is the
 * guard, and for pfsync, which is an IP protocol of its own, that of the link. Tables below say
 * what a protocol cannot know. */
#include "core/replication.h"
#include "tests/core/genuine.h"
#include "tests/core/suites.h"

#include <string.h>

enum { OF_A_SORT = 2 }; /* datagrams */

static struct rig rig;

/* ---- what a unit is like */

static void print_connection(GString *text, const struct connection_view *view)
{
    g_string_append_printf(text, "%08X:%u>%08X:%u/%u = %08X:%u id %u state %d%s%s%s\n",
                           view->foreign.ip, view->foreign.port, view->virtual.ip,
                           view->virtual.port, view->protocol, view->real.ip, view->real.port,
                           view->bind_id, (int)view->state, view->pm_counted ? " pm" : "",
                           view->vm_counted ? " vm" : "", view->has_buddies ? " buddies" : "");
}

static char *table_of(const struct rig_unit *unit)
{
    GString *text = g_string_new("\n");
    struct connection_view view;
    uint32_t cursor = 0;
    while (director_next(unit->director, &cursor, &view))
        print_connection(text, &view);
    return g_string_free(text, FALSE);
}

/* The line of a table that is about a flow; it goes to the end of the table. NULL: none. */
static const char *line_of(const char *table, const struct flow *flow)
{
    char key[64];
    g_snprintf(key, sizeof key, "\n%08X:%u>%08X:%u/%u ", flow->foreign.ip, flow->foreign.port,
               flow->local.ip, flow->local.port, flow->protocol);
    return strstr(table, key);
}

static bool same_line(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return strcspn(a + 1, "\n") == strcspn(b + 1, "\n")
           && strncmp(a + 1, b + 1, strcspn(a + 1, "\n")) == 0;
}

/* ---- an offer, and what became of it */

enum outcome { REFUSED, TAKEN, TAKEN_IN_PART };

struct offer {
    struct rig_unit *unit;
    char *before, *after; /* tables */
    uint64_t counts[REFUSAL_COUNT]; /* before */
};

static const struct note *refusal_at(const struct rig_unit *unit, size_t i)
{
    const struct effect *effect = &unit->effects.items[i];
    return effect->kind == EFFECT_NOTE && effect->note.code == NOTE_RECORD_REFUSED ? &effect->note
                                                                                   : NULL;
}

static bool is_of_a_record(const struct note *refusal)
{
    return refusal->flow.protocol != 0;
}

/* Another record of the same datagram was about this flow. */
static bool is_applied(const struct rig_unit *unit, const struct flow *flow)
{
    for (size_t i = 0; i < unit->effects.count; i++) {
        const struct effect *effect = &unit->effects.items[i];
        if (effect->kind == EFFECT_NOTE && flow_equal(&effect->note.flow, flow)
            && (effect->note.code == NOTE_CREATE_APPLIED
                || effect->note.code == NOTE_CREATE_REFRESHED
                || effect->note.code == NOTE_DELETE_APPLIED))
            return true;
    }
    return false;
}

/* Each refusal has its reason counted, and none is counted that was not said. */
static void check_counts(const struct offer *offer)
{
    uint64_t expected[REFUSAL_COUNT];
    memcpy(expected, offer->counts, sizeof expected);
    for (size_t i = 0; i < offer->unit->effects.count; i++)
        if (refusal_at(offer->unit, i) != NULL)
            expected[refusal_at(offer->unit, i)->detail]++;
    for (unsigned i = REFUSAL_NONE + 1; i < REFUSAL_COUNT; i++)
        if (director_refusals(offer->unit->director, i) != expected[i])
            ck_abort_msg("refusals \"%s\" are counted wrongly", refusal_word(i));
}

/* A refused datagram says nothing else, does nothing, and is answered by nobody. */
static void check_refused(const struct offer *offer)
{
    if (offer->unit->effects.count != 1)
        ck_abort_msg("a refused datagram has other effects");
    if (strcmp(offer->before, offer->after) != 0)
        ck_abort_msg("refused, yet it changed%sto%s", offer->before, offer->after);
    if (director_refusals(offer->unit->director, REFUSAL_NONE) != offer->counts[REFUSAL_NONE])
        ck_abort_msg("a refused datagram was counted as accepted as well");
}

static enum outcome judge(const struct offer *offer)
{
    enum outcome outcome = TAKEN;
    check_counts(offer);
    for (size_t i = 0; i < offer->unit->effects.count; i++) {
        const struct note *refusal = refusal_at(offer->unit, i);
        if (refusal == NULL)
            continue;
        if (!is_of_a_record(refusal)) {
            check_refused(offer);
            return REFUSED;
        }
        if (!is_applied(offer->unit, &refusal->flow)
            && !same_line(line_of(offer->before, &refusal->flow),
                          line_of(offer->after, &refusal->flow)))
            ck_abort_msg("a refused record changed its connection");
        outcome = TAKEN_IN_PART;
    }
    return outcome;
}

static void count_refusals(const struct director *director, uint64_t *counts)
{
    for (unsigned i = 0; i < REFUSAL_COUNT; i++)
        counts[i] = director_refusals(director, i);
}

static enum outcome offer_from(struct rig_unit *unit, uint32_t source_ip, const uint8_t *bytes,
                               size_t length)
{
    struct offer offer = {.unit = unit, .before = table_of(unit)};
    struct event event = {.kind = EVENT_DATAGRAM,
                          .datagram = {CHANNEL_REPLICATION, source_ip, bytes, length,
                                       INTERFACE_PEER}};
    count_refusals(unit->director, offer.counts);
    director_step(unit->director, rig.now, &event, &unit->effects);
    if (director_check(unit->director) != NULL)
        ck_abort_msg("%s", director_check(unit->director));
    offer.after = table_of(unit);
    enum outcome outcome = judge(&offer);
    g_free(offer.before);
    g_free(offer.after);
    return outcome;
}

static enum outcome offer(struct rig_unit *unit, const uint8_t *bytes, size_t length)
{
    return offer_from(unit, RIG_UNIT_IP + 1 - unit->number, bytes, length);
}

/* Why the latest offer was refused as a whole. */
static enum record_refusal reason_of(const struct rig_unit *unit)
{
    return (enum record_refusal)rig_note(unit, NOTE_RECORD_REFUSED)->detail;
}

/* ---- of all the genuine ones a few of each sort: to whom, how long, which kind of message */

static bool same_sort(const struct genuine_datagram *a, const struct genuine_datagram *b)
{
    return a->to == b->to && a->length == b->length && a->bytes[3] == b->bytes[3];
}

static struct genuine_datagram *told_at(const GArray *told, guint number)
{
    return &g_array_index(told, struct genuine_datagram, number);
}

static bool is_chosen(const GArray *told, guint number)
{
    unsigned before = 0;
    for (guint i = 0; i < number; i++)
        before += same_sort(told_at(told, i), told_at(told, number));
    return before < OF_A_SORT;
}

/* What is done to each of them, at the unit that it is for, when it is about to arrive. */
typedef void visit(enum replication_kind kind, struct rig_unit *unit,
                   struct genuine_datagram *datagram, unsigned number);

static void visit_all(int kind, visit *each)
{
    GArray *told = genuine_tell((enum replication_kind)kind);
    for (guint i = 0; i < told->len; i++) {
        if (!is_chosen(told, i))
            continue;
        genuine_set_up(&rig, (enum replication_kind)kind, i);
        each((enum replication_kind)kind, &rig.units[told_at(told, i)->to], told_at(told, i), i);
        rig_tear_down(&rig);
    }
    g_array_unref(told);
}

/* ---- what a protocol's wire can know. Of one that is not in this list only what holds for all
 * is tested. */

static const struct wire {
    const char *protocol, *wire;
} wires[] = {
    {"patent", "record"}, {"repeat", "record"}, {"hash", "record"},     {"delayed", "record"},
    {"peers", "record"},  {"ipvs", "ipvs"},     {"pfsync", "pfsync"},   {"inline", "inline"},
    {"understudy", "understudy"},
};

static const char *wire_of(enum replication_kind kind)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(wires); i++)
        if (strcmp(wires[i].protocol, replication_word(kind)) == 0)
            return wires[i].wire;
    return NULL;
}

/* Refused for what it looks like, whatever has come before. */
static bool is_refused_by_form(const struct rig_unit *unit, enum outcome outcome)
{
    return outcome == REFUSED && reason_of(unit) != REFUSAL_STALE;
}

/* ---- of another protocol */

static void offer_all(const GArray *told, const char *own, const char *other)
{
    for (guint i = 0; i < told->len; i++) {
        struct genuine_datagram *datagram = told_at(told, i);
        struct rig_unit *unit = &rig.units[datagram->to];
        if (!is_chosen(told, i))
            continue;
        enum outcome outcome = offer(unit, datagram->bytes, datagram->length);
        if (own != NULL && other != NULL && strcmp(own, other) != 0)
            ck_assert_msg(is_refused_by_form(unit, outcome), "%s was taken for %s", other, own);
    }
}

/* Both units are offered what a pair of every other protocol said to each other. It is refused by
 * the look of it, but where both have one wire: the patent's record is that of four more. A
 * protocol that hears nothing ("none") does not even count it. */
START_TEST(another_protocol_is_refused)
{
    enum replication_kind own = (enum replication_kind)_i;
    genuine_set_up(&rig, own, UINT_MAX);
    for (unsigned other = 0; other < replication_protocols(); other++) {
        GArray *told = genuine_tell(other);
        if (other != own)
            offer_all(told, wire_of(own), wire_of(other));
        g_array_unref(told);
    }
    rig_tear_down(&rig);
}
END_TEST

/* ---- cut, or too long */

/* Of a protocol that nothing says about: UDP keeps the length, and "inline" may carry nothing. */
static const struct cut {
    const char *protocol;
    size_t of, to;
} cuts[] = {
    {"inline", 72, 32},
};

static bool is_known_cut(enum replication_kind kind, size_t of, size_t to)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(cuts); i++)
        if (strcmp(cuts[i].protocol, replication_word(kind)) == 0 && cuts[i].of == of
            && cuts[i].to == to)
            return true;
    return wire_of(kind) == NULL;
}

static void cut(enum replication_kind kind, struct rig_unit *unit,
                struct genuine_datagram *datagram, unsigned number)
{
    uint8_t bytes[sizeof datagram->bytes + 1] = {0};
    memcpy(bytes, datagram->bytes, datagram->length);
    for (size_t length = 0; length <= datagram->length + 1; length++) {
        if (length == datagram->length)
            continue;
        bool refused = is_refused_by_form(unit, offer(unit, bytes, length));
        ck_assert_msg(refused || is_known_cut(kind, datagram->length, length),
                      "%s: datagram %u of %zu bytes was taken with %zu", replication_word(kind),
                      number, datagram->length, length);
    }
}

/* Every beginning of a datagram, the empty one as well, and one byte too many: refused, but for
 * the few that the table has. */
START_TEST(a_cut_datagram_is_refused)
{
    visit_all(_i, cut);
}
END_TEST

/* ---- a bit flipped */

/* The bytes of a protocol's first datagram, and how many such follow each other: '.' each of the
 * eight flips is noticed, 'x' none, '/' some. */
static const struct seen {
    const char *wire, *bytes;
} seen[] = {
    {"record", ".8 x20 .1 x1 .2"},
    {"ipvs", ".1 x1 .12 /2 .1 /1 x6 .2 x18 .6 /2 .1 /1 x6 .2 x18 .6 /2 .1 /1 x6 .2 x18"
             " .6 /2 .1 /1 x6 .2 x18 .6 /2 .1 /1 x6 .2 x18"}, /* x1: a backup of sync ID 0 */
    {"pfsync", ".4 x16 /1 .3 x24 .4 x28 .2 x2 .4 x28 .2 x26 /1 x31 /1 x23 .2 x54 .3 x3 /2 x2"
               " .4"}, /* x16: a checksum, but of the rules */
    {"inline", ".4 x24 .4 x2 .2 x36"},
    {"understudy", ".40"}, /* a check of its own */
};

/* How many of a byte's eight are refused for what they look like; what is not, is taken. */
static unsigned flip(struct rig_unit *unit, struct genuine_datagram *datagram, size_t at)
{
    unsigned refused = 0;
    for (unsigned bit = 0; bit < 8; bit++) {
        datagram->bytes[at] ^= (uint8_t)(1u << bit);
        refused += is_refused_by_form(unit, offer(unit, datagram->bytes, datagram->length));
        datagram->bytes[at] ^= (uint8_t)(1u << bit);
    }
    return refused;
}

static void add_run(GString *map, char sort, unsigned length)
{
    if (length > 0)
        g_string_append_printf(map, "%s%c%u", map->len > 0 ? " " : "", sort, length);
}

static char *map_of(struct rig_unit *unit, struct genuine_datagram *datagram)
{
    GString *map = g_string_new(NULL);
    char sort = 0;
    unsigned length = 0;
    for (size_t at = 0; at < datagram->length; at++) {
        unsigned refused = flip(unit, datagram, at);
        char now = refused == 8 ? '.' : refused == 0 ? 'x' : '/';
        if (now != sort) {
            add_run(map, sort, length);
            sort = now;
            length = 0;
        }
        length++;
    }
    add_run(map, sort, length);
    return g_string_free(map, FALSE);
}

static void flip_all(enum replication_kind kind, struct rig_unit *unit,
                     struct genuine_datagram *datagram, unsigned number)
{
    char *map = map_of(unit, datagram);
    for (unsigned i = 0; i < G_N_ELEMENTS(seen); i++)
        if (number == 0 && g_strcmp0(seen[i].wire, wire_of(kind)) == 0)
            ck_assert_str_eq(map, seen[i].bytes);
    g_free(map);
}

/* Every single bit of every sort of datagram: it is refused as a whole, or applied as the other
 * datagram that it is now, to a unit that the flips before it have led astray as well. Which
 * flips a wire notices is in the table: a checksum would have it all dots. */
START_TEST(a_flipped_bit_is_refused_or_applied_whole)
{
    visit_all(_i, flip_all);
}
END_TEST

/* ---- replayed */

static void replay(enum replication_kind kind, struct rig_unit *unit,
                   struct genuine_datagram *datagram, unsigned number)
{
    offer(unit, datagram->bytes, datagram->length);
    char *once = table_of(unit);
    offer(unit, datagram->bytes, datagram->length);
    char *twice = table_of(unit);
    ck_assert_msg(strcmp(once, twice) == 0, "%s: datagram %u twice makes of%sthis%s",
                  replication_word(kind), number, once, twice);
    g_free(once);
    g_free(twice);
}

/* A datagram that comes twice leaves the table as once does: it finds what it
 * says, or its number is known. */
START_TEST(twice_is_as_once)
{
    visit_all(_i, replay);
}
END_TEST

/* How many datagrams change the table when they come again in order, 95 s later: creates make
 * again what has ended, deletes end that again. Numbers that stand for an order ("understudy")
 * prevent it; those of "inline" are known only while their connection is. */
static const struct {
    const char *protocol;
    unsigned changes;
} late[] = {
    {"none", 0},  {"patent", 6}, {"repeat", 6}, {"hash", 4},   {"delayed", 6},
    {"peers", 0}, {"ipvs", 2},   {"pfsync", 5}, {"inline", 6}, {"understudy", 0},
};

static unsigned count_changes(const GArray *told)
{
    unsigned changes = 0;
    for (guint i = 0; i < told->len; i++) {
        struct rig_unit *unit = &rig.units[told_at(told, i)->to];
        char *before = table_of(unit);
        offer(unit, told_at(told, i)->bytes, told_at(told, i)->length);
        char *after = table_of(unit);
        changes += strcmp(before, after) != 0;
        g_free(before);
        g_free(after);
    }
    return changes;
}

/* All that was ever said, again when it is long over: whoever keeps no account of it raises the
 * dead, and nothing is worse than that. */
START_TEST(what_is_past_may_rise)
{
    enum replication_kind kind = (enum replication_kind)_i;
    GArray *told = genuine_tell(kind);
    genuine_set_up(&rig, kind, UINT_MAX);
    unsigned changes = count_changes(told);
    for (unsigned i = 0; i < G_N_ELEMENTS(late); i++)
        if (strcmp(late[i].protocol, replication_word(kind)) == 0)
            ck_assert_msg(changes == late[i].changes, "%s: %u", replication_word(kind), changes);
    rig_tear_down(&rig);
    g_array_unref(told);
}
END_TEST

/* ---- from somebody else, to somebody else */

static void send_as_others(enum replication_kind kind, struct rig_unit *unit,
                           struct genuine_datagram *datagram, unsigned number)
{
    const uint32_t others[] = {0, RIG_UNIT_IP + unit->number, RIG_UNIT_IP + 2,
                               RIG_CLIENT_IP + 1, RIG_REAL_IP + 1, RIG_ACTIVE_IP};
    (void)kind, (void)number;
    for (unsigned i = 0; i < G_N_ELEMENTS(others); i++) {
        enum outcome outcome = offer_from(unit, others[i], datagram->bytes, datagram->length);
        ck_assert_int_eq(outcome, REFUSED);
        ck_assert_int_eq(reason_of(unit), REFUSAL_WRONG_SENDER);
    }
}

/* A genuine datagram that comes from an address that is no unit's, the receiver's own included,
 * is nobody's. */
START_TEST(only_the_peer_is_believed)
{
    visit_all(_i, send_as_others);
}
END_TEST

static void send_back(enum replication_kind kind, struct rig_unit *unit,
                      struct genuine_datagram *datagram, unsigned number)
{
    struct rig_unit *sender = &rig.units[1 - unit->number];
    char *before = table_of(sender);
    offer(sender, datagram->bytes, datagram->length);
    char *after = table_of(sender);
    ck_assert_msg(strcmp(before, after) == 0, "%s: datagram %u changed its sender's table",
                  replication_word(kind), number);
    g_free(before);
    g_free(after);
}

/* A datagram that comes back to the unit that sent it, as if the peer had: an active unit's table
 * is changed by nobody, and a standby's not by an answer. */
START_TEST(a_sender_learns_nothing_from_itself)
{
    visit_all(_i, send_back);
}
END_TEST

Suite *hostile_suite(void)
{
    Suite *suite = suite_create("hostile");
    TCase *tcase = tcase_create("all protocols");
    int protocols = (int)replication_protocols();
    tcase_add_loop_test(tcase, another_protocol_is_refused, 0, protocols);
    tcase_add_loop_test(tcase, a_cut_datagram_is_refused, 0, protocols);
    tcase_add_loop_test(tcase, a_flipped_bit_is_refused_or_applied_whole, 0, protocols);
    tcase_add_loop_test(tcase, twice_is_as_once, 0, protocols);
    tcase_add_loop_test(tcase, what_is_past_may_rise, 0, protocols);
    tcase_add_loop_test(tcase, only_the_peer_is_believed, 0, protocols);
    tcase_add_loop_test(tcase, a_sender_learns_nothing_from_itself, 0, protocols);
    suite_add_tcase(suite, tcase);
    return suite;
}
