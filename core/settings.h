/* Settings of a whole unit: timers, addresses, options of the requirements'
 * section 14. Changed only by commands (core/command.h). */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include "core/detection.h"
#include "core/ipvs_state.h"
#include "core/nstime.h"

#include <stdbool.h>
#include <stdint.h>

enum active_on { ACTIVE_ON_ACK, ACTIVE_ON_SYNACK, ACTIVE_ON_SYN };       /* */
/* at most one of the others, and LEARN beside it; core/unknown.h. */
enum unknown_connection {
    UNKNOWN_DROP = 0,
    UNKNOWN_RESET = 1,
    UNKNOWN_SCHEDULE = 2,
    UNKNOWN_HASH = 4,
    UNKNOWN_PROBE = 8,
    UNKNOWN_LEARN = 16,
};
enum unknown_outbound { UNKNOWN_OUTBOUND_DROP, UNKNOWN_OUTBOUND_PASS };  /* */
enum conn_real { CONN_REAL_DIRECT, CONN_REAL_POINTER };                 /* */
enum bind0 { BIND0_DEFAULT, BIND0_NONE };                               /* */
enum delete_send { DELETE_IF_CREATED, DELETE_ALWAYS };                  /* */
enum bad_flags { BAD_FLAGS_REJECT, BAD_FLAGS_LENIENT };                 /* */
enum rst_ditch { RST_DITCH_ON, RST_DITCH_OFF };                         /* */
enum fail_distinct_clients { FAIL_EVERY_CLIENT, FAIL_DISTINCT_CLIENTS }; /* */
enum buddy_packet { BUDDY_SAME, BUDDY_SEPARATE };                        /* */
enum vrrp_version { VRRP_VERSION_2, VRRP_VERSION_3 };
enum health_switch { HEALTH_SWITCH_OFF, HEALTH_SWITCH_ON };              /* R-1104 */
enum preempt { PREEMPT_YES, PREEMPT_NO };                 /* keepalived's default first */
enum window_check { WINDOW_LIBERAL, WINDOW_STRICT };
enum mac { MAC_SWAPPED, MAC_OWN };                                      /* R-1003 */
enum mirror_way { MIRROR_SERIAL, MIRROR_NETWORK, MIRROR_NONE };          /* R-1201, R-1205 */
enum exceptions { EXCEPTIONS_NO, EXCEPTIONS_YES };                       /* protocol hash */
enum second_chance { SECOND_CHANCE_NO, SECOND_CHANCE_YES };     /* core/second_chance.h */
enum defer { DEFER_NO, DEFER_YES };                                     /* protocol pfsync */
enum pfsync_stale { STALE_KEEP, STALE_OVERWRITE };                      /* core/pfsync_state.h */
enum replication_kind {
    REPLICATION_NONE,
    REPLICATION_PATENT,
    REPLICATION_REPEAT,
    REPLICATION_IPVS,
    REPLICATION_HASH,
    REPLICATION_PEERS,
    REPLICATION_DELAYED,
    REPLICATION_PFSYNC,
    REPLICATION_INLINE,
    REPLICATION_UNDERSTUDY,
    REPLICATION_ALARM,
    REPLICATION_FTFW,
};

struct settings {
    uint32_t active_ip;   /* "ip address": the active unit's (R-1001) */
    uint32_t failover_ip; /* "failover ip address": the standby's */
    bool failover;        /* "failover" / "no failover": take over when the peer fails */
    nstime hello_time;    /* R-1005, default 15 s */
    unsigned hello_misses; /* default 2 */
    enum detector_kind detector; /* core/detection.h; its settings follow */
    nstime advert_int;           /* vrrp */
    unsigned down_timer_adverts;
    unsigned priority;           /* 1..255 */
    enum vrrp_version vrrp_version;
    enum preempt preempt;
    nstime preempt_delay;        /* from becoming standby */
    nstime advbase;              /* carp */
    unsigned advskew;            /* 0..254 */
    nstime min_tx;               /* bfd */
    unsigned multiplier;
    nstime switchover_wait;      /* core/handover.h; vrrp has its skew instead */
    unsigned hello_paths;        /* 1 << enum hello_path each (core/peer.h), default link */
    nstime interface_test_time;  /* R-1006: of each step; default 5 s */
    enum health_switch health_switch;
    unsigned replication_interface; /* */
    nstime half_open_time; /* fact F-605, 60 s */
    nstime standby_timeout; /* R-610; NSTIME_NEVER = off */
    enum replication_kind replication;
    enum active_on active_on;
    unsigned unknown_connection; /* a set of enum unknown_connection */
    unsigned probe_limit;        /* probes a second for a virtual machine; core/probe.h */
    unsigned probe_source_limit; /* and for a network of sources */
    enum unknown_outbound unknown_outbound;
    enum conn_real conn_real;
    enum bind0 bind0;
    enum delete_send delete_send;
    enum bad_flags bad_flags;
    enum rst_ditch rst_ditch;
    enum fail_distinct_clients fail_distinct_clients;
    enum buddy_packet buddy_packet;
    unsigned repeats;      /* protocol repeat: copies of each event, the first included */
    nstime repeat_spacing; /* and the time from one to the next */
    nstime replicate_after;  /* protocol delayed: how old who is told of; 0: at once */
    nstime replicate_jitter; /* and up to so much older */
    enum defer defer;        /* protocol pfsync: hold what makes a state until it is known */
    unsigned pfsync_buckets; /* packets under construction */
    enum pfsync_stale pfsync_stale;
    enum exceptions exceptions; /* protocol hash: tell who is not where the table says */
    enum second_chance second_chance; /* a row's former machine may have it */
    unsigned sync_threshold; /* protocol ipvs, by the kernel's names (core/ipvs_entry.h) */
    unsigned sync_period;
    nstime sync_refresh_period; /* 0: off */
    unsigned sync_retries;
    unsigned sync_maxlen;   /* bytes of a message */
    unsigned sync_ports;    /* sending threads, as a power of two */
    unsigned sync_qlen_max; /* messages */
    nstime sync_timeout[IPVS_TCP_STATES]; /* by enum ipvs_state */
    nstime sync_timeout_udp;
    nstime round_trip;      /* protocol understudy: of replication, before it is measured */
    unsigned blackout;      /* datagrams without an answer, behind which only probes go */
    nstime delete_delay;    /* a delete waits so long for a datagram to go with */
    nstime digest_interval; /* from one digest to the next */
    unsigned join_rate;     /* Mbit/s, for a standby that joins */
    nstime refresh_time;    /* protocol alarm: repeats are up to so far apart, in whole seconds */
    nstime cache_timeout;   /* and so long a standby keeps what it does not hear of again */
    unsigned ack_window;    /* protocol ftfw: messages that one ack is for */
    unsigned resend_queue;  /* and objects that may wait for theirs */
    uint32_t bulk_sync; /* R-1106: records a second, 0 = off */
    enum mirror_way mirror;
    enum window_check window_check; /* core/window.h */
    enum mac mac;
};

/* The product's defaults, and ours where none is known (localdirector facts, section 9). */
void settings_init(struct settings *settings);

#endif
