#include "core/settings.h"

#include "core/ipvs_record.h"
#include "core/peer.h"

void settings_init(struct settings *settings)
{
    *settings = (struct settings){
        .failover = true,             /* R-1019: a command turns it off */
        .hello_time = 15 * NSTIME_S,  /* fact F-706 */
        .hello_misses = 2,            /* fact F-707 */
        .detector = DETECTOR_LOCALDIRECTOR,
        .advert_int = NSTIME_S,       /* keepalived's defaults */
        .down_timer_adverts = 3,
        .priority = 100,
        .advbase = NSTIME_S,          /* OpenBSD's */
        .min_tx = 10 * NSTIME_MS,     /* keepalived's for BFD */
        .multiplier = 5,
        .hello_paths = 1u << PATH_LINK,
        .interface_test_time = 5 * NSTIME_S, /* fact F-708 */
        .replication_interface = 0,   /* */
        .half_open_time = 60 * NSTIME_S, /* fact F-605 */
        .standby_timeout = NSTIME_NEVER, /* off */
        .replication = REPLICATION_PATENT,
        .repeats = 2,
        .repeat_spacing = 100 * NSTIME_MS,
        .replicate_after = 2 * NSTIME_S, /* DPVS's patch; FortiOS has 30 s */
        .pfsync_buckets = 8, /* FreeBSD: two for each of four processors */
        .sync_threshold = 3, /* Linux's, as all of ipvs */
        .sync_period = 50,
        .sync_maxlen = IPVS_MAXLEN,
        .sync_qlen_max = 65536, /* a 32nd of the pages of 8 GiB */
        .sync_timeout = {
            [IPVS_NONE] = 2 * NSTIME_S,
            [IPVS_ESTABLISHED] = 900 * NSTIME_S,
            [IPVS_SYN_SENT] = 120 * NSTIME_S,
            [IPVS_SYN_RECV] = 60 * NSTIME_S,
            [IPVS_FIN_WAIT] = 120 * NSTIME_S,
            [IPVS_TIME_WAIT] = 120 * NSTIME_S,
            [IPVS_CLOSE] = 10 * NSTIME_S,
            [IPVS_CLOSE_WAIT] = 60 * NSTIME_S,
            [IPVS_LAST_ACK] = 30 * NSTIME_S,
            [IPVS_LISTEN] = 120 * NSTIME_S,
            [IPVS_SYNACK] = 120 * NSTIME_S,
        },
        .sync_timeout_udp = 300 * NSTIME_S,
        .round_trip = NSTIME_MS,
        .blackout = 12,
        .delete_delay = 100 * NSTIME_MS,
        .digest_interval = NSTIME_S,
        .join_rate = 100,
        .refresh_time = 15 * NSTIME_S, /* of conntrackd's sample configurations */
        .cache_timeout = 180 * NSTIME_S,
        .ack_window = 300,
        .resend_queue = 131072,
        .active_on = ACTIVE_ON_ACK,
        .unknown_connection = UNKNOWN_DROP,
        .probe_limit = 10000,        /* 5 Mbit/s of smallest frames, on eight servers or fewer */
        .probe_source_limit = 2000,  /* so that a network alone does not spend it */
        .unknown_outbound = UNKNOWN_OUTBOUND_DROP,
        .conn_real = CONN_REAL_DIRECT,
        .bind0 = BIND0_DEFAULT,
        .delete_send = DELETE_IF_CREATED,
        .bad_flags = BAD_FLAGS_REJECT,
        .rst_ditch = RST_DITCH_ON,
        .fail_distinct_clients = FAIL_EVERY_CLIENT,
        .buddy_packet = BUDDY_SAME,
        .mirror = MIRROR_SERIAL, /* F4.2 */
        .window_check = WINDOW_LIBERAL,
        .mac = MAC_SWAPPED, /* R-1003 */
    };
}
