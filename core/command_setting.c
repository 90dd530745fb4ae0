/* Commands that set a value, of machines or of the unit. */
#include "core/balance.h"
#include "core/command_call.h"
#include "core/machine_status.h"
#include "core/option.h"
#include "core/path.h"

#include <stddef.h>
#include <string.h>

enum { WEIGHT_MAX = 65535, REASSIGN_MAX = 255, INTERFACE_MAX = 255, HELLO_MISSES_MAX = 100 };

/* ---- of virtual machines */

void command_set_predictor(struct command_call *call)
{
    enum predictor predictor;
    GPtrArray *virtuals = command_virtuals(call, 0);
    if (virtuals == NULL)
        return;
    bool known = balance_parse(call->words[1], &predictor);
    if (!known)
        command_refuse(call, "unknown predictor \"%s\"; write leastconns, weighted,"
                             " roundrobin, fastest, loaded, maglev or wlc",
                       call->words[1]);
    for (guint i = 0; known && i < virtuals->len; i++)
        ((struct virtual *)g_ptr_array_index(virtuals, i))->predictor = predictor;
    g_ptr_array_free(virtuals, TRUE);
}

void command_set_overflow(struct command_call *call)
{
    enum overflow overflow;
    GPtrArray *virtuals = command_virtuals(call, 0);
    if (virtuals == NULL)
        return;
    bool known = overflow_parse(call->words[1], &overflow);
    if (!known)
        command_refuse(call, "\"%s\" says not when; write none, busy, one-failed or all-failed",
                       call->words[1]);
    else
        call->result->status_before = machine_status_take(call->machines); /* */
    for (guint i = 0; known && i < virtuals->len; i++)
        ((struct virtual *)g_ptr_array_index(virtuals, i))->overflow = overflow;
    g_ptr_array_free(virtuals, TRUE);
}

void command_set_forwarding(struct command_call *call)
{
    const char *word = call->words[1];
    GPtrArray *virtuals = command_virtuals(call, 0);
    if (virtuals == NULL)
        return;
    bool known = strcmp(word, "nat") == 0 || strcmp(word, "direct") == 0;
    if (!known)
        command_refuse(call, "\"%s\" is no way to forward; write nat or direct", word);
    for (guint i = 0; known && i < virtuals->len; i++)
        ((struct virtual *)g_ptr_array_index(virtuals, i))->direct = *word == 'd';
    g_ptr_array_free(virtuals, TRUE);
}

/* Put the time at word 1 into a field of all machines that word 0 names. */
static void set_virtual_time(struct command_call *call, size_t offset, nstime least)
{
    nstime time;
    GPtrArray *virtuals = command_virtuals(call, 0);
    if (virtuals == NULL)
        return;
    bool valid = command_time(call, 1, least, OPTION_TIME_MAX, &time);
    for (guint i = 0; valid && i < virtuals->len; i++)
        memcpy((char *)g_ptr_array_index(virtuals, i) + offset, &time, sizeof time);
    call->result->timers_changed = valid;
    g_ptr_array_free(virtuals, TRUE);
}

void command_set_timeout(struct command_call *call)
{
    set_virtual_time(call, offsetof(struct virtual, idle_time), NSTIME_MS);
}

void command_set_delay(struct command_call *call)
{
    set_virtual_time(call, offsetof(struct virtual, delay), 0);
}

void command_set_slow_start(struct command_call *call)
{
    set_virtual_time(call, offsetof(struct virtual, slow_start), 0);
}

void command_set_sticky(struct command_call *call)
{
    set_virtual_time(call, offsetof(struct virtual, sticky), 0);
}

static void set_replicate(struct command_call *call, bool replicate)
{
    GPtrArray *virtuals = command_virtuals(call, 0);
    if (virtuals == NULL)
        return;
    for (guint i = 0; i < virtuals->len; i++)
        ((struct virtual *)g_ptr_array_index(virtuals, i))->replicate = replicate;
    g_ptr_array_free(virtuals, TRUE);
}

void command_replicate(struct command_call *call)
{
    set_replicate(call, true);
}

void command_no_replicate(struct command_call *call)
{
    set_replicate(call, false);
}

/* ---- of real machines */

/* The same with a number, of real machines. */
static void set_real_number(struct command_call *call, size_t offset, uint32_t least,
                            uint32_t most)
{
    uint64_t number;
    GPtrArray *reals = command_reals(call, 0);
    if (reals == NULL)
        return;
    bool valid = command_number(call, 1, least, most, &number);
    for (guint i = 0; valid && i < reals->len; i++) {
        uint32_t value = (uint32_t)number;
        memcpy((char *)g_ptr_array_index(reals, i) + offset, &value, sizeof value);
    }
    g_ptr_array_free(reals, TRUE);
}

void command_set_weight(struct command_call *call)
{
    set_real_number(call, offsetof(struct physical, weight), 0, WEIGHT_MAX);
}

void command_set_maxconns(struct command_call *call)
{
    set_real_number(call, offsetof(struct physical, maxconns), 0, UINT32_MAX);
}

void command_set_threshold(struct command_call *call)
{
    set_real_number(call, offsetof(struct physical, threshold), 1, UINT32_MAX);
}

void command_set_reassign(struct command_call *call)
{
    set_real_number(call, offsetof(struct physical, reassign), 1, REASSIGN_MAX);
}

void command_set_retry(struct command_call *call)
{
    nstime time;
    GPtrArray *reals = command_reals(call, 0);
    if (reals == NULL)
        return;
    bool valid = command_time(call, 1, NSTIME_MS, OPTION_TIME_MAX, &time);
    for (guint i = 0; valid && i < reals->len; i++)
        ((struct physical *)g_ptr_array_index(reals, i))->retry = time;
    g_ptr_array_free(reals, TRUE);
}

static void set_autounfail(struct command_call *call, bool autounfail)
{
    GPtrArray *reals = command_reals(call, 0);
    if (reals == NULL)
        return;
    for (guint i = 0; i < reals->len; i++)
        ((struct physical *)g_ptr_array_index(reals, i))->autounfail = autounfail;
    g_ptr_array_free(reals, TRUE);
}

void command_autounfail(struct command_call *call)
{
    set_autounfail(call, true);
}

void command_no_autounfail(struct command_call *call)
{
    set_autounfail(call, false);
}

/* ---- of the unit */

void command_replicate_interface(struct command_call *call)
{
    uint64_t number;
    if (command_number(call, 0, 0, INTERFACE_MAX, &number))
        call->settings->replication_interface = (unsigned)number;
}

/* The pair has two addresses (R-1001): one for each role. */
static void set_ip(struct command_call *call, uint32_t *own, uint32_t other)
{
    uint32_t ip;
    if (!command_ip(call, 0, &ip))
        return;
    if (ip == other)
        command_refuse(call, "%s is the other role's address already; write another",
                       call->words[0]);
    else
        *own = ip;
}

void command_ip_address(struct command_call *call)
{
    set_ip(call, &call->settings->active_ip, call->settings->failover_ip);
}

void command_failover_ip_address(struct command_call *call)
{
    set_ip(call, &call->settings->failover_ip, call->settings->active_ip);
}

void command_failover(struct command_call *call)
{
    call->settings->failover = true;
}

void command_no_failover(struct command_call *call)
{
    call->settings->failover = false;
}

void command_failover_active(struct command_call *call)
{
    call->result->action = COMMAND_TAKE_ROLE;
}

void command_no_failover_active(struct command_call *call)
{
    call->result->action = COMMAND_GIVE_ROLE;
}

void command_failover_reset(struct command_call *call)
{
    call->result->action = COMMAND_RESET_FAILOVER;
}

void command_write_standby(struct command_call *call)
{
    call->result->action = COMMAND_WRITE_STANDBY;
}

void command_failover_hellotime(struct command_call *call)
{
    nstime time; /* bounds: R-1005 */
    if (command_time(call, 0, 10 * NSTIME_MS, 60 * NSTIME_MIN, &time))
        call->settings->hello_time = time;
}

void command_failover_hellomisses(struct command_call *call)
{
    uint64_t number;
    if (command_number(call, 0, 1, HELLO_MISSES_MAX, &number))
        call->settings->hello_misses = (unsigned)number;
}

void command_failover_hellopaths(struct command_call *call)
{
    unsigned paths = 0;
    for (unsigned i = 0; i < call->count; i++) {
        enum hello_path path;
        if (!path_parse(call->words[i], &path)) {
            command_refuse(call, "\"%s\" is no path of hellos; write link, cable, outside or"
                                 " inside",
                           call->words[i]);
            return;
        }
        paths |= 1u << path;
    }
    call->settings->hello_paths = paths;
}

void command_option(struct command_call *call)
{
    const struct settings before = *call->settings;
    char *wrong = option_set(call->settings, call->words[0], call->words[1]);
    if (wrong != NULL)
        command_refuse(call, "%s", wrong);
    call->result->timers_changed = before.half_open_time != call->settings->half_open_time
                                   || before.standby_timeout != call->settings->standby_timeout;
    g_free(wrong);
}

void command_show(struct command_call *call)
{
    static const char *const words[] = {
        [SHOW_VIRTUAL] = "virtual", [SHOW_REAL] = "real",
        [SHOW_BIND] = "bind", [SHOW_CONNECTIONS] = "connections",
        [SHOW_FAILOVER] = "failover",
        [SHOW_STATISTICS] = "statistics", [SHOW_CONFIGURATION] = "configuration",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(call->words[0], words[i]) == 0) {
            call->result->action = COMMAND_SHOW;
            call->result->show = i;
            return;
        }
    }
    command_refuse(call, "nothing to show by the name \"%s\"; write virtual, real, bind,"
                         " connections, failover, statistics or configuration", call->words[0]);
}
