/* The words that simulation and analysis share: outcomes, causes, states and the
 * names of columns and metrics. This file is their whole contract. */
#ifndef ANALYSIS_COLUMNS_H
#define ANALYSIS_COLUMNS_H

/* code, word in tables */
#define OUTCOME_LIST(X)                     \
    X(OUTCOME_SURVIVED, "survived")         \
    X(OUTCOME_RESET, "reset")               \
    X(OUTCOME_TIMED_OUT, "timed_out")       \
    X(OUTCOME_MISROUTED, "misrouted")       \
    X(OUTCOME_CENSORED, "censored")

/* code, word in tables, phrase; in the order in which they are asked */
#define CAUSE_LIST(X)                                                                            \
    X(CAUSE_NONE, "", "")                                                                        \
    X(CAUSE_PROBE_REFUSED, "probe_refused",                                                      \
      "unknown; its servers were not asked, for a limit, or none of them said that it is its")   \
    X(CAUSE_NOT_REPLICATED, "not_replicated",                                                    \
      "it is not replicated: flag off, a protocol that is silent of it, or a table lost")   \
    X(CAUSE_STANDBY_ABSENT, "standby_absent",                                                    \
      "the unit that took over became the standby only after its create was due")                \
    X(CAUSE_HANDSHAKE, "handshake", "it was in its handshake, and no create was due yet")        \
    X(CAUSE_CREATE_UNSENT, "create_unsent", "its create had not left the active at the failure") \
    X(CAUSE_CREATE_LOST, "create_lost", "every datagram with its create was lost")               \
    X(CAUSE_CREATE_IN_FLIGHT, "create_in_flight",                                                \
      "its create came, or would have come, only after the standby had become active")           \
    X(CAUSE_CREATE_REJECTED, "create_rejected", "its create arrived damaged, or was refused")    \
    X(CAUSE_OVERWRITTEN, "overwritten", "another connection's record took its place")            \
    X(CAUSE_DELETED_EARLY, "deleted_early", "a delete removed its record while it lived")        \
    X(CAUSE_AGED_OUT, "aged_out",                                                                \
      "a timeout of the standby's, or of the new active's, removed its record")                  \
    X(CAUSE_GHOST_MISROUTE, "ghost_misroute",                                                    \
      "a ghost of its tuple led its packets to another server")                                 \
    X(CAUSE_SERVER_FAILED, "server_failed", "its server failed")                                 \
    X(CAUSE_ADDRESS_NOT_MOVED, "address_not_moved",                                              \
      "nobody took over, or traffic never reached who did")                                      \
    X(CAUSE_WINDOW_REFUSED, "window_refused",                                                    \
      "the new active's window check refused its packets")                                       \
    X(CAUSE_BOTH_ACTIVE, "both_active",                                                          \
      "both units held themselves active, and the one without its record won")                   \
    X(CAUSE_SERVER_CLOSED, "server_closed",                                                      \
      "its server had closed it as idle, and its FIN was not heard")                             \
    X(CAUSE_UNKNOWN_OUTBOUND, "unknown_outbound",                                                \
      "the server spoke, and its packet matched nothing")                                        \
    X(CAUSE_GAVE_UP_WAITING, "gave_up_waiting",                                                  \
      "all was well, but its time, or a TCP's retries, ran out first")

/* What saved a survivor: code, word in tables, phrase. runs.csv has its columns in the order of
 * this list, those up to SAVED_CLOSING among the others of the cohorts, the later ones last. */
#define SAVED_LIST(X)                                                                            \
    X(SAVED_NOT, "", "")                                                                         \
    X(SAVED_ORIGINAL, "original",                                                                \
      "the director that had it goes on serving it, or serves it again")           \
    X(SAVED_RECORD, "record", "its own record stood in the new active's table")                  \
    X(SAVED_GHOST, "ghost", "the record of another connection, with its tuple and its server")   \
    X(SAVED_SCHEDULE, "schedule",                                                                \
      "the new active took it for a new connection: it was one, or met its server by luck")      \
    X(SAVED_CLOSING, "closing", "it closed in order, and needed nobody's record for that")       \
    X(SAVED_HASH, "hash",                                                                        \
      "unknown, it was given the server of its row in the table, or of the row's past")          \
    X(SAVED_PROBE, "probe", "unknown, its server was found by asking all of them")               \
    X(SAVED_LEARNED, "learned", "unknown, its server spoke, and was believed")

/* Whose packet met nothing: code, word in tables. */
#define SPEAKER_LIST(X)           \
    X(SPEAKER_NONE, "")           \
    X(SPEAKER_CLIENT, "client")   \
    X(SPEAKER_SERVER, "server")

#define STATE_LIST(X)                          \
    X(STATE_HANDSHAKE, "handshake")            \
    X(STATE_OPEN_IDLE, "open_idle")            \
    X(STATE_OPEN_WAITING, "open_waiting")      \
    X(STATE_OPEN_RECEIVING, "open_receiving")  \
    X(STATE_HALF_CLOSED, "half_closed")        \
    X(STATE_CLOSING, "closing")

/* Closed forms that a scenario may be made to meet: code, word, what is counted among what, and
 * the share of it that theory says (analysis/theory.h). Protocols to come add theirs. */
#define FORM_LIST(X)                                                                             \
    X(FORM_NONE, "none", "")                                                                     \
    X(FORM_KNOWN, "known",                                                                       \
      "known among those open: two exchanges and an exponential wait, started empty (1)")        \
    X(FORM_GHOST_RATE, "ghost-rate",                                                             \
      "ghosts among those that ended, on fresh tuples: p (1 - p)")                               \
    X(FORM_GHOST_KNOWN, "ghost-known",                                                           \
      "known among those open, on tuples used again: 1 - p + p g s, g = p / (1 + p s)")          \
    X(FORM_BYTES, "bytes",                                                                       \
      "IP bytes of replication among 60 for each create and each delete that was due (10)")      \
    X(FORM_BALANCED_ANEW, "balanced-anew",                                                       \
      "survivors among the unknown that are balanced anew among n servers: 1 / n (11)")          \
    X(FORM_STALL, "stall",                                                                       \
      "those whose stall is that of their sender's retransmissions, among those that waited (12)") \
    X(FORM_DELAYED, "delayed",                                                                   \
      "known among those open and told at age t: G(t + c) to G(w) of G(0) to G(w) (7)")          \
    X(FORM_ROOF, "roof",                                                                         \
      "those with a good instant of the link in their life, among those open: 1 - p B/(B+D) (13)") \
    X(FORM_BUFFERED, "buffered",                                                                 \
      "records in ipvs's buffers at an instant, among the places of one (4)")                    \
    X(FORM_UNEXPIRED, "unexpired",                                                               \
      "known of those with a client's packet every g: time-out / (sync-period g), 1 at most (8)")  \
    X(FORM_REFRESHED, "refreshed",                                                               \
      "known among those open, told twice and again by alarm: a renewal process (5)")            \
    X(FORM_ASKED_FOR, "asked-for",                                                               \
      "known among those open and alone, lost ones asked for by ftfw's alives: nacks (6)")

#define COLUMNS_CODE2(code, word) code,
#define COLUMNS_CODE3(code, word, phrase) code,
enum outcome { OUTCOME_LIST(COLUMNS_CODE2) OUTCOME_COUNT };
enum cause { CAUSE_LIST(COLUMNS_CODE3) CAUSE_COUNT };
enum speaker { SPEAKER_LIST(COLUMNS_CODE2) SPEAKER_COUNT };
enum saved_by { SAVED_LIST(COLUMNS_CODE3) SAVED_COUNT };
enum state_at_failure { STATE_LIST(COLUMNS_CODE2) STATE_COUNT };
enum form { FORM_LIST(COLUMNS_CODE3) FORM_COUNT };
#undef COLUMNS_CODE2
#undef COLUMNS_CODE3

const char *outcome_word(enum outcome outcome);
const char *cause_word(enum cause cause);
const char *cause_phrase(enum cause cause);
const char *saved_word(enum saved_by saved);
const char *saved_phrase(enum saved_by saved);
const char *speaker_word(enum speaker speaker);
const char *state_word(enum state_at_failure state);
const char *form_word(enum form form);

/* Is a connection in this state part of the headline cohort? */
static inline int state_counts(enum state_at_failure state)
{
    return state != STATE_HANDSHAKE && state != STATE_CLOSING;
}

/* And part of the second cohort, all that had begun: the handshakes as well, so that a
 * protocol that delays a connection until it is safe gains nothing by definition. */
static inline int state_begun(enum state_at_failure state)
{
    return state != STATE_CLOSING;
}

/* The headline cohort, for a word of a table: false too for what is no state. */
int state_word_counts(const char *word);

/* runs.csv: run,point,repetition, swept keys, then these in this order, then
 * counted.NAME,survived.NAME,known.NAME for each virtual. Columns added later
 * stand after those. */
#define RUNS_COLUMNS                                                                     \
    "counted,survived,reset,timed_out,misrouted,censored,known,takeover_ns,stall_p50_ns," \
    "stall_p99_ns,ghosts,replication_datagrams,replication_bytes,replication_lost"
/* and after the virtuals' columns: */
#define RUNS_COLUMNS_LATER                                                            \
    "opened_during_outage,connected_during_outage,connect_p50_ns,connect_p99_ns,"     \
    "mean_loss,known_theory,drop_queue,"                                              \
    "saved_original,saved_record,saved_ghost,saved_schedule,saved_closing,"           \
    "counted_itt,survived_itt,censored_itt,known_itt,harmed,harmed_itt,requests_lost," \
    "bytes_lost,stall_survivors_ns,stall_casualties_ns,connects_failed,connect_delay_ns," \
    "syn_peak,syn_peak_twin,reconnected,outside_moved_ns,inside_moved_ns,"            \
    "ghost_misroutes,without_port,server_orphans,"                                    \
    "drop_send_queue,drop_receive_buffer,drop_backlog,drop_lossy,replication_loss,"   \
    "measured_ns,established,back_datagrams,back_bytes,active_datagrams,active_deadlines," \
    "counter_error,load_imbalance,reprotection_ns,sync_ns,worst_datagram,known_roof," \
    "saved_hash,saved_probe,saved_learned,probes,probes_peak,backscatter," \
    "setup_p50_ns,setup_p99_ns,returning,returned"

/* and after these, where the scenario has virtual crashes: how many there were; open
 * connections and those known, summed over them; how many connections these are,
 * and how many of them were not known when they were seen last; the interval of known / seen
 * by batch means: */
#define RUNS_COLUMNS_VIRTUAL                                                          \
    "virtual_crashes,virtual_seen,virtual_known,virtual_connections,virtual_lost,"    \
    "virtual_lo,virtual_hi"

/* and last, where the scenario is made to meet a closed form: so many, of so many, and the share
 * that theory says: */
#define RUNS_COLUMNS_FORM "form_count,form_of,form_theory"

/* protection.csv: the same by age, and the share that no protocol can exceed at these
 * ages where the replication link's loss is an outage. */
#define PROTECTION_COLUMNS "run,from_ns,to_ns,seen,known,connections,lost,lo,hi,roof"

/* samples.csv: the standby's table against the truth, at a hundred instants of each run; the
 * last three are empty where there was no standby, the counts before them are so far. */
#define SAMPLES_COLUMNS "run,at_ns,open,datagrams,bytes,back_bytes,known,ghosts,counter_error"

#define CONNECTIONS_COLUMNS                                                                \
    "run,connection,virtual,client,server,opened_ns,state_at_failure,known,outcome,cause," \
    "stall_ns"
/* and behind them, which older tables do not have: */
#define CONNECTIONS_COLUMNS_LATER \
    "saved_by,harmed,requests_lost,bytes_lost,waited_ns,twin_outcome,twin_waited_ns," \
    "led_astray,first_unknown,datagram,datagram_ns"

/* Metrics of summary.csv in the order of "list metrics": name, unit or kind, what
 * it is. survival and known are followed by their .NAME forms for each virtual. */
#define METRIC_LIST(X)                                                                          \
    X("survival", "share", "survived / (counted - censored)")                                   \
    X("known", "share", "had a record in the new active's table at the takeover / counted")     \
    X("known-theory", "share", "the closed form, from the runs' own ages: the plot's line")     \
    X("reset", "share", "ended by a reset / counted")                                           \
    X("timed-out", "share", "retries or patience spent / counted")                              \
    X("misrouted", "share", "another server saw its packets / counted")                         \
    X("censored", "share", "undecided when the run ended / counted")                            \
    X("takeover-time", "s", "from the failure until another unit owned the address")            \
    X("stall-p50", "s", "failure to first progress of survivors, median")                       \
    X("stall-p99", "s", "failure to first progress of survivors, 99th percentile")              \
    X("connect-p50", "s", "connect delay of connections opened in the outage, median")          \
    X("connect-p99", "s", "connect delay of connections opened in the outage, 99th percentile") \
    X("ghosts", "count", "records on the standby without a connection, at the takeover")        \
    X("replication-datagrams", "count", "sent in both directions until the failure, hellos apart") \
    X("replication-bytes", "bytes", "IP bytes of these, lost ones included")                    \
    X("mean-loss", "share", "of the replication link's loss model, A to B")                     \
    X("survival-itt", "share", "survival among all that had begun, handshakes included")        \
    X("known-itt", "share", "known among all that had begun, handshakes included")              \
    X("harmed", "share", "lost or waited too long, and not so in the twin / counted")           \
    X("harmed-itt", "share", "the same among all that had begun, handshakes included")          \
    X("saved-by-ghost", "share", "survived by the record of another connection / counted")      \
    X("requests-lost", "count", "sent and never answered, more than in the twin")               \
    X("bytes-lost", "bytes", "on their way, or awaited, at the end; more than in the twin")     \
    X("stall-survivors", "s", "sum of their longest waits, less the twin's")                    \
    X("stall-casualties", "s", "sum of their longest waits, less the twin's")                   \
    X("connects-failed", "count", "opened in the outage and failed, but not in the twin")       \
    X("connect-delay", "s", "sum over those opened in the outage, less the twin's")             \
    X("syn-peak", "count", "SYNs that reached the active unit in 100 ms, at most")              \
    X("syn-peak-twin", "count", "the same in the twin")                                         \
    X("reconnected", "count", "connections opened again by clients whose own had died")\
    X("outside-moved", "s", "from the failure until the clients' router reached the new active") \
    X("inside-moved", "s", "from the failure until every server did")                           \
    X("ghost-misroutes", "count", "whose tuple's record at the takeover was for another server") \
    X("without-port", "count", "connections not opened: every port of their client was in use") \
    X("server-orphans", "count", "server sockets whose client had ended, not in order, at most") \
    X("drop-send-queue", "count", "datagrams that a unit's send queue had no room for")         \
    X("drop-receive-buffer", "count", "datagrams that a unit's receive buffer had no room for") \
    X("drop-backlog", "count", "packets and datagrams that a unit's backlog had no room for")   \
    X("drop-lossy", "count", "packets and datagrams that a lossy unit dropped")                 \
    X("replication-loss", "share", "of the datagrams handed out before the failure, not applied") \
    X("bytes-per-connection", "bytes", "IP bytes of replication, both directions / established") \
    X("bytes-back-per-connection", "bytes", "of these, from the standby to the active")         \
    X("datagrams-per-connection", "count", "datagrams of replication / established")            \
    X("bytes-per-second", "bytes", "IP bytes of replication until the failure / its instant")   \
    X("bytes-back-per-second", "bytes", "of these, from the standby to the active")             \
    X("datagrams-per-second", "count", "datagrams of replication until the failure / its instant") \
    X("datagrams-back-per-second", "count", "of these, from the standby to the active")         \
    X("active-datagrams", "count", "from the standby, read by the active until the failure") \
    X("active-deadlines", "count", "of the protocol's own on the active, until the failure")    \
    X("counter-error", "count", "of the standby's counter for each real, summed, at the failure") \
    X("load-imbalance", "count", "most open of a real, by weight, over the mean, at duration")  \
    X("reprotection-time", "s", "takeover until 99 % of survivors are at a new standby")        \
    X("sync-time", "s", "a unit's joining until it holds what the active has, in flight apart") \
    X("known-roof", "share", "whose create was due, and the link up since: no more can be known") \
    X("worst-datagram", "count", "casualties of the worst single lost datagram")                \
    X("saved-by-hash", "share", "unknown, and found by the table / counted")                    \
    X("saved-by-probe", "share", "unknown, and found by asking the servers / counted")          \
    X("saved-by-learning", "share", "unknown, and found because the server spoke / counted")    \
    X("probes", "count", "sent to servers to ask for unknown connections")                      \
    X("probes-peak", "count", "the most of these in a second")                                  \
    X("backscatter", "count", "packets that answered a flood's spoofed addresses")              \
    X("setup-p50", "s", "connect delay of connections made until the failure, median")           \
    X("setup-p99", "s", "connect delay of connections made until the failure, 99th percentile") \
    X("affinity", "share", "of known clients' new connections, to their former server")         \
    X("known-virtual", "share", "known at virtual crashes / open at them, over all of a run")   \
    X("form", "share", "what the scenario's closed form is about, as simulated")                \
    X("form-theory", "share", "and as the closed form says")

#endif
