/* Commands: the configuration vocabulary, one line of text a command, parsed
 * and printed by the core (LocalDirector's words).
 *
 *   virtual ID [is|oos]            no virtual ID [force]
 *   real ID [is|oos]               no real ID [force]
 *   bind VIRTUAL REAL.. [overflow] no bind VIRTUAL REAL..
 *   overflow VIRTUAL WORD          forwarding VIRTUAL nat|direct
 *   in-service ID                  out-of-service ID
 *   predictor VIRTUAL WORD         weight REAL N          maxconns REAL N
 *   backup ID ID                   threshold REAL N       reassign REAL N
 *   retry REAL TIME                autounfail REAL        no autounfail REAL
 *   static VIRTUAL REAL            no static VIRTUAL REAL
 *   replicate VIRTUAL              no replicate VIRTUAL
 *   replicate interface N
 *   timeout VIRTUAL TIME           delay VIRTUAL TIME
 *   slowstart VIRTUAL TIME         sticky VIRTUAL TIME
 *   assign VIRTUAL CLIENT [MASK]   no assign VIRTUAL CLIENT [MASK]
 *   ip address IP                  failover ip address IP
 *   failover                       no failover
 *   failover hellotime TIME        failover hellomisses N
 *   failover hellopaths link|cable|outside|inside..
 *   failover active                no failover active
 *   failover reset                 write standby
 *   option NAME VALUE
 *   no connection CLIENT VIRTUAL [tcp|udp]
 *   buddy CLIENT VIRTUAL CLIENT VIRTUAL
 *   show virtual|real|bind|connections|failover|statistics|configuration
 *
 * ID is ip[:port[:bindid[:tcp|udp]]]. In a command that makes a machine, fields
 * left out are port 0, bind ID 0, tcp; in one on existing machines they, and "all",
 * match any (fact F-202). Where one machine is meant (bind, backup, static, assign,
 * no virtual) an ID that matches several is refused. A connection is named by its two
 * addresses, each ip:port. TIME is seconds, or a number with us, ms, s or min.
 *
 * A machine in use is not removed: one that is bound, is another's backup, has a real machine
 * tied to it, or has connections on the active unit. With "force" it goes, and its
 * connections end first; so do those of a pair that "no bind" parts. */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include "core/machine.h"
#include "core/settings.h"

/* What a command asks of the director beyond settings and machines: the rest of
 * the core does these, because they end connections. */
enum command_action {
    COMMAND_DONE,            /* nothing more to do */
    COMMAND_REMOVE_VIRTUAL,  /* end its connections, then machines_remove_virtual(); or,
                              * without force, refuse because of them */
    COMMAND_REMOVE_PHYSICAL, /* the same for a physical machine */
    COMMAND_UNBIND,          /* end the connections of this pair, then machines_unbind() */
    COMMAND_END_CONNECTION,  /* end the one of this forward key, or refuse */
    COMMAND_LINK_CONNECTIONS, /* make it and the buddy's one ring, or refuse */
    COMMAND_TAKE_ROLE,       /* "failover active": handover_force() */
    COMMAND_GIVE_ROLE,       /* "no failover active": handover_resign(), or refuse */
    COMMAND_RESET_FAILOVER,  /* detect_reset() */
    COMMAND_WRITE_STANDBY,   /* mirror_write(), or refuse */
    COMMAND_SHOW,            /* show names what; the director answers */
    COMMAND_FAILED,          /* reply says why; nothing was changed */
};

enum command_show {
    SHOW_VIRTUAL, SHOW_REAL, SHOW_BIND, SHOW_CONNECTIONS, SHOW_FAILOVER, SHOW_STATISTICS,
    SHOW_CONFIGURATION,
};

struct command_result {
    enum command_action action;
    bool force;                /* of REMOVE_VIRTUAL and REMOVE_PHYSICAL */
    struct virtual *virtual;   /* of REMOVE_VIRTUAL and UNBIND */
    GPtrArray *physicals;      /* of REMOVE_PHYSICAL and UNBIND, borrowed pointers; or NULL */
    struct flow connection;    /* of END_CONNECTION and LINK_CONNECTIONS */
    struct flow buddy;         /* of LINK_CONNECTIONS */
    enum command_show show;
    char *reply;               /* one sentence without a line end, or empty */
    /* From a command that changes or will change the state of machines, which these
     * had before (core/machine_status.h): the director compares when all is done,
     * for NOTE_MACHINE_STATE. Else NULL. */
    GArray *status_before;
    bool timers_changed; /* deadlines of connections may be others now */
};

/* Carry out one line. A refused command changes nothing, and its reply is a
 * sentence that names the word at fault and the remedy. The caller calls
 * command_result_clear(). */
void command_run(const char *line, struct machines *machines, struct settings *settings,
                 struct command_result *result);
void command_result_clear(struct command_result *result);

/* The configuration as commands that would make it again, one a line, in a
 * canonical order; free with g_free(). Parsing it back gives the same text. */
char *command_print(const struct machines *machines, const struct settings *settings);

#endif
