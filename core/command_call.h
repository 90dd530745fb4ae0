/* Command calls: what command.c hands to the functions that carry commands out.
 * Between the command_*.c files only. */
#ifndef CORE_COMMAND_CALL_H
#define CORE_COMMAND_CALL_H

#include "core/command.h"

/* Every command: its words, what follows them, how many words that may be, and
 * the function command_NAME() that does it. */
enum { MANY = 1 << 20 };
#define COMMAND_LIST(X)                                                 \
    X("virtual", "ID [is|oos]", 1, 2, make_virtual)                     \
    X("no virtual", "ID [force]", 1, 2, remove_virtual)                 \
    X("real", "ID [is|oos]", 1, 2, make_real)                           \
    X("no real", "ID [force]", 1, 2, remove_real)                       \
    X("bind", "VIRTUAL REAL.. [overflow]", 2, MANY, bind)               \
    X("no bind", "VIRTUAL REAL..", 2, MANY, unbind)                     \
    X("in-service", "ID", 1, 1, put_in_service)                         \
    X("out-of-service", "ID", 1, 1, put_out_of_service)                 \
    X("backup", "ID ID", 2, 2, backup)                                  \
    X("static", "VIRTUAL REAL", 2, 2, make_static)                      \
    X("no static", "VIRTUAL REAL", 2, 2, remove_static)                 \
    X("assign", "VIRTUAL CLIENT [MASK]", 2, 3, assign)                  \
    X("no assign", "VIRTUAL CLIENT [MASK]", 2, 3, unassign)             \
    X("predictor", "VIRTUAL leastconns|weighted|roundrobin|fastest|loaded|maglev|wlc", 2, 2, \
      set_predictor)                                                    \
    X("overflow", "VIRTUAL none|busy|one-failed|all-failed", 2, 2, set_overflow) \
    X("forwarding", "VIRTUAL nat|direct", 2, 2, set_forwarding)           \
    X("weight", "REAL N", 2, 2, set_weight)                             \
    X("maxconns", "REAL N", 2, 2, set_maxconns)                         \
    X("threshold", "REAL N", 2, 2, set_threshold)                       \
    X("reassign", "REAL N", 2, 2, set_reassign)                         \
    X("retry", "REAL TIME", 2, 2, set_retry)                           \
    X("autounfail", "REAL", 1, 1, autounfail)                          \
    X("no autounfail", "REAL", 1, 1, no_autounfail)                    \
    X("timeout", "VIRTUAL TIME", 2, 2, set_timeout)                     \
    X("delay", "VIRTUAL TIME", 2, 2, set_delay)                         \
    X("slowstart", "VIRTUAL TIME", 2, 2, set_slow_start)                \
    X("sticky", "VIRTUAL TIME", 2, 2, set_sticky)                       \
    X("replicate", "VIRTUAL", 1, 1, replicate)                          \
    X("no replicate", "VIRTUAL", 1, 1, no_replicate)                    \
    X("replicate interface", "N", 1, 1, replicate_interface)            \
    X("ip address", "IP", 1, 1, ip_address)                             \
    X("failover ip address", "IP", 1, 1, failover_ip_address)           \
    X("failover", "", 0, 0, failover)                                   \
    X("no failover", "", 0, 0, no_failover)                             \
    X("failover active", "", 0, 0, failover_active)                     \
    X("no failover active", "", 0, 0, no_failover_active)               \
    X("failover reset", "", 0, 0, failover_reset)                       \
    X("failover hellotime", "TIME", 1, 1, failover_hellotime)           \
    X("failover hellomisses", "N", 1, 1, failover_hellomisses)          \
    X("failover hellopaths", "link|cable|outside|inside..", 1, 4, failover_hellopaths) \
    X("write standby", "", 0, 0, write_standby)                         \
    X("option", "NAME VALUE", 2, 2, option)                             \
    X("no connection", "CLIENT VIRTUAL [tcp|udp]", 2, 3, end_connection) \
    X("buddy", "CLIENT VIRTUAL CLIENT VIRTUAL", 4, 4, link_connections) \
    X("show", "virtual|real|bind|connections|failover|statistics|configuration", 1, 1, show)

struct command_call {
    const char *name; /* its words, as in the list */
    char **words;     /* what follows them, ends with NULL */
    unsigned count;
    struct machines *machines;
    struct settings *settings;
    struct command_result *result;
};

/* Refuse: the reply becomes "name: " and the sentence. A function that refuses
 * has changed nothing and returns at once. */
void command_refuse(const struct command_call *call, const char *sentence, ...)
    G_GNUC_PRINTF(2, 3);

/* A number or time within bounds from the word at index, or a refusal and false. */
bool command_number(const struct command_call *call, unsigned index, uint64_t least,
                    uint64_t most, uint64_t *number);
bool command_time(const struct command_call *call, unsigned index, nstime least, nstime most,
                  nstime *time);
bool command_ip(const struct command_call *call, unsigned index, uint32_t *ip);
bool command_address(const struct command_call *call, unsigned index, struct address *address);

/* The machines that the word at index names, in list order (free with
 * g_ptr_array_free()), or a refusal and NULL if there are none. */
GPtrArray *command_virtuals(const struct command_call *call, unsigned index);
GPtrArray *command_reals(const struct command_call *call, unsigned index);

/* The only one that the word names, or a refusal and NULL. */
struct virtual *command_one_virtual(const struct command_call *call, unsigned index);
struct physical *command_one_real(const struct command_call *call, unsigned index);

/* Those of either kind; arrays that may be empty, but not both. False: refused,
 * nothing to free. */
bool command_machines(const struct command_call *call, unsigned index, GPtrArray **virtuals,
                      GPtrArray **reals);

/* The only one of either kind, or a refusal and false. */
bool command_one_machine(const struct command_call *call, unsigned index,
                         struct machine *machine);

/* The machine that the word at index is to make, fields left out being their
 * defaults (facts F-203, F-204), or a refusal and false. */
bool command_new_id(const struct command_call *call, unsigned index, struct machine_id *id);

#define COMMAND_DECLARE(words, shape, least, most, name) \
    void command_##name(struct command_call *call);
COMMAND_LIST(COMMAND_DECLARE)
#undef COMMAND_DECLARE

#endif
