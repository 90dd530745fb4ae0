/* The parts of the protocol "ipvs": states, which packet is told, threads, the wire. */
#include "core/ipvs_entry.h"
#include "core/ipvs_thread.h"
#include "tests/core/suites.h"

#include <string.h>

static struct settings settings;
static struct ipvs_entry entry;

static void set_up(void)
{
    settings_init(&settings);
    entry = (struct ipvs_entry){0};
}

/* ---- states */

static const struct packet syn = {.protocol = PROTOCOL_TCP, .flags = TCP_SYN};
static const struct packet syn_ack = {.protocol = PROTOCOL_TCP, .flags = TCP_SYN | TCP_ACK};
static const struct packet ack = {.protocol = PROTOCOL_TCP, .flags = TCP_ACK};
static const struct packet fin = {.protocol = PROTOCOL_TCP, .flags = TCP_FIN | TCP_ACK};
static const struct packet rst = {.protocol = PROTOCOL_TCP, .flags = TCP_RST};

/* One packet; is it told? */
static bool client(const struct packet *packet, nstime now)
{
    ipvs_entry_move(&entry, &settings, IPVS_INPUT, packet, now);
    return ipvs_entry_is_due(&entry, &settings, packet->protocol, now);
}

static void server(const struct packet *packet, nstime now)
{
    ipvs_entry_move(&entry, &settings, IPVS_OUTPUT, packet, now);
}

static void open(nstime now)
{
    ck_assert(!client(&syn, now));
    server(&syn_ack, now);
    ck_assert(!client(&ack, now));
    ck_assert_uint_eq(entry.state, IPVS_ESTABLISHED);
}

/* The ways a connection ends, by who says FIN first, and by a RST: states and their time-outs as
 * the kernel's table has them; a client's packet in a new one is told, a server's changes the
 * state only. */
START_TEST(states_follow_the_kernels_table)
{
    ck_assert(!client(&syn, 0));
    ck_assert_uint_eq(entry.state, IPVS_SYN_RECV);
    ck_assert_int_eq(entry.timeout, 60 * NSTIME_S);
    server(&syn_ack, 0);
    ck_assert_uint_eq(entry.state, IPVS_SYN_RECV);
    ck_assert(!client(&ack, 0));
    ck_assert_uint_eq(entry.state, IPVS_ESTABLISHED);
    ck_assert_int_eq(entry.timeout, 900 * NSTIME_S);

    struct ipvs_entry open = entry; /* the client first */
    ck_assert(client(&fin, 0));
    ck_assert_uint_eq(entry.state, IPVS_CLOSE_WAIT);
    ck_assert_int_eq(entry.timeout, 60 * NSTIME_S);
    server(&ack, 0);
    ck_assert(!client(&ack, 0)); /* told already */
    server(&fin, 0);
    ck_assert_uint_eq(entry.state, IPVS_TIME_WAIT);
    ck_assert(client(&ack, 0));
    ck_assert(!client(&ack, 0));
    ck_assert_int_eq(entry.timeout, 120 * NSTIME_S);

    entry = open; /* the server first */
    server(&fin, 0);
    ck_assert_uint_eq(entry.state, IPVS_FIN_WAIT);
    ck_assert(client(&ack, 0));
    ck_assert_int_eq(entry.timeout, 120 * NSTIME_S);
    ck_assert(client(&fin, 0));
    ck_assert_uint_eq(entry.state, IPVS_TIME_WAIT);
    server(&ack, 0);
    ck_assert_uint_eq(entry.state, IPVS_TIME_WAIT);

    entry = open; /* a reset, and what comes behind it */
    ck_assert(client(&rst, 0));
    ck_assert_uint_eq(entry.state, IPVS_CLOSE);
    ck_assert_int_eq(entry.timeout, 10 * NSTIME_S);
    ck_assert(!client(&ack, 0));
    ck_assert_uint_eq(entry.state, IPVS_CLOSE);
}
END_TEST

/* A state's time-out is what it is set to. */
START_TEST(a_time_out_is_set)
{
    settings.sync_timeout[IPVS_ESTABLISHED] = 7 * NSTIME_S;
    open(0);
    ck_assert_int_eq(entry.timeout, 7 * NSTIME_S);
}
END_TEST

/* A SYN, in the middle of what is established, changes nothing; a RST in the handshake does not
 * end it, a server's does. */
START_TEST(odd_packets_do_as_the_table_says)
{
    static const struct {
        enum ipvs_state state;
        enum ipvs_direction direction;
        uint8_t flags;
        enum ipvs_state then;
    } rows[] = {
        {IPVS_ESTABLISHED, IPVS_INPUT, TCP_SYN, IPVS_ESTABLISHED},
        {IPVS_SYN_RECV, IPVS_INPUT, TCP_RST, IPVS_SYN_RECV},
        {IPVS_SYN_RECV, IPVS_OUTPUT, TCP_RST | TCP_ACK, IPVS_CLOSE},
        {IPVS_TIME_WAIT, IPVS_INPUT, TCP_SYN, IPVS_SYN_RECV},
        {IPVS_TIME_WAIT, IPVS_OUTPUT, TCP_RST, IPVS_TIME_WAIT},
        {IPVS_SYN_RECV, IPVS_INPUT, TCP_FIN | TCP_ACK, IPVS_TIME_WAIT},
        {IPVS_NONE, IPVS_OUTPUT, TCP_SYN, IPVS_SYN_SENT},
        {IPVS_SYN_SENT, IPVS_INPUT, TCP_SYN | TCP_ACK, IPVS_ESTABLISHED},
        {IPVS_LAST_ACK, IPVS_INPUT, TCP_ACK, IPVS_CLOSE},
        {IPVS_ESTABLISHED, IPVS_INPUT, 0, IPVS_CLOSE},
        {IPVS_SYN_RECV, IPVS_INPUT_ONLY, TCP_ACK, IPVS_ESTABLISHED},
        {IPVS_ESTABLISHED, IPVS_INPUT_ONLY, TCP_FIN | TCP_ACK, IPVS_FIN_WAIT},
        {IPVS_FIN_WAIT, IPVS_INPUT_ONLY, TCP_FIN | TCP_ACK, IPVS_FIN_WAIT},
        {IPVS_FIN_WAIT, IPVS_INPUT_ONLY, TCP_ACK, IPVS_FIN_WAIT},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        ck_assert_int_eq(ipvs_state_after(rows[i].state, rows[i].direction, rows[i].flags),
                         rows[i].then);
}
END_TEST

/* ---- which packet */

/* The numbers of the packets told, of the first so many from a client, one a second. */
static char *told(unsigned packets)
{
    GString *text = g_string_new(NULL);
    client(&syn, 0);
    server(&syn_ack, 0);
    for (unsigned i = 2; i <= packets; i++)
        if (client(&ack, i * NSTIME_S))
            g_string_append_printf(text, "%u ", i);
    return g_string_free(text, FALSE);
}

/* Threshold and period, refresh period and retries, as 2.1.1 says: packets 3, 53, 103; one record
 * alone; each packet; a refresh period that lets one in ten seconds pass, and with retries two
 * more after 10/8 s each; one that is longer than half the time-out; and both together. */
START_TEST(packets_are_told_by_the_rules)
{
    static const struct {
        unsigned threshold, period;
        nstime refresh;
        unsigned retries;
        unsigned packets;
        const char *told;
    } rows[] = {
        {3, 50, 0, 0, 160, "3 53 103 153 "},
        {0, 50, 0, 0, 160, "50 100 150 "},
        {5, 0, 0, 0, 1000, "5 "},
        {0, 1, 0, 0, 6, "2 3 4 5 6 "},
        {0, 0, 10 * NSTIME_S, 0, 40, "2 12 22 32 "},
        {0, 0, 10 * NSTIME_S, 2, 30, "2 4 6 16 18 20 30 "},
        {0, 0, 60 * NSTIME_MIN, 0, 1000, "2 452 902 "},
        {3, 50, 60 * NSTIME_S, 0, 310, "3 103 203 303 "},
    };
    settings.sync_threshold = rows[_i].threshold;
    settings.sync_period = rows[_i].period;
    settings.sync_refresh_period = rows[_i].refresh;
    settings.sync_retries = rows[_i].retries;
    char *text = told(rows[_i].packets);
    ck_assert_str_eq(text, rows[_i].told);
    g_free(text);
}
END_TEST
enum { RULES = 8 };

/* Repeated packets count as any other, the server's do not. */
START_TEST(retransmissions_count)
{
    ck_assert(!client(&syn, 0));
    ck_assert(!client(&syn, 0));
    server(&syn_ack, 0);
    server(&syn_ack, 0);
    ck_assert(client(&ack, 0)); /* the third */
}
END_TEST

/* UDP has one state: packets are counted, and nothing closes. */
START_TEST(udp_counts_packets)
{
    static const struct packet datagram = {.protocol = PROTOCOL_UDP};
    ck_assert(!client(&datagram, 0));
    ck_assert(!client(&datagram, 0));
    ck_assert(client(&datagram, 0));
    ck_assert_int_eq(entry.timeout, 300 * NSTIME_S);
}
END_TEST

/* What a record makes on the backup: its time-out, or the table's where it carries none; and
 * after a promotion the next packet told is the 50th from then. */
START_TEST(a_record_begins_at_the_threshold)
{
    struct ipvs_record record = {.state = IPVS_ESTABLISHED, .timeout = 77,
                                 .protocol = PROTOCOL_TCP};
    ipvs_entry_learn(&entry, &settings, &record, 0);
    ck_assert_int_eq(entry.timeout, 77 * NSTIME_S);
    record.timeout = 0;
    ipvs_entry_learn(&entry, &settings, &record, 0);
    ck_assert_int_eq(entry.timeout, 900 * NSTIME_S);
    for (unsigned i = 1; i < 50; i++)
        ck_assert(!client(&ack, 0));
    ck_assert(client(&ack, 0));
}
END_TEST

/* ---- threads */

static struct ipvs_thread thread;
static const struct ipvs_limits roomy = {IPVS_RECORDS_MAX, 65536};

static void start(void)
{
    ipvs_thread_start(&thread, 0);
}

static unsigned put(nstime now, struct ipvs_limits limits, unsigned count)
{
    unsigned dropped = 0;
    for (unsigned i = 0; i < count; i++) {
        struct ipvs_item item = {.tag = i};
        dropped += ipvs_thread_put(&thread, now, limits, &item);
    }
    return dropped;
}

/* Run it at its deadline, which must be this; the records that it sends, by datagram. */
static char *run_at(nstime then)
{
    const struct ipvs_buffer *buffer;
    GString *text = g_string_new(NULL);
    ck_assert_int_eq(ipvs_thread_deadline(&thread), then);
    ipvs_thread_wake(&thread);
    while ((buffer = ipvs_thread_take(&thread, then)) != NULL)
        g_string_append_printf(text, "%u ", buffer->count);
    return g_string_free(text, FALSE);
}

static void assert_sends(nstime then, const char *sizes)
{
    char *text = run_at(then);
    ck_assert_str_eq(text, sizes);
    g_free(text);
}

/* A buffer begun at a check is sent two seconds later, to the nanosecond; one begun a nanosecond
 * behind it has to wait for the next check, and is nearly three seconds old. */
START_TEST(a_part_is_sent_at_two_to_three_seconds)
{
    ck_assert_int_eq(ipvs_thread_deadline(&thread), NSTIME_NEVER);
    put(5 * NSTIME_S, roomy, 2);
    put(6 * NSTIME_S, roomy, 1);
    assert_sends(7 * NSTIME_S, "3 ");
    put(7 * NSTIME_S + 1, roomy, 1);
    assert_sends(10 * NSTIME_S, "1 ");
    ck_assert_int_eq(ipvs_thread_deadline(&thread), NSTIME_NEVER);
}
END_TEST

/* The 41st record sends the 40 before it on their way, 20 ms later; itself it waits, and the
 * sleep of a second begins anew. */
START_TEST(a_full_buffer_wakes_after_20_ms)
{
    put(100 * NSTIME_MS, roomy, 40);
    ck_assert_int_eq(ipvs_thread_deadline(&thread), 3 * NSTIME_S);
    put(150 * NSTIME_MS, roomy, 1);
    assert_sends(170 * NSTIME_MS, "40 ");
    assert_sends(2170 * NSTIME_MS, "1 ");
}
END_TEST

/* A check that comes within the 20 ms finds it already. */
START_TEST(a_check_finds_the_queue)
{
    put(995 * NSTIME_MS, roomy, 41);
    assert_sends(NSTIME_S, "40 ");
    assert_sends(3 * NSTIME_S, "1 ");
}
END_TEST

/* With 8 queued it runs at once; what comes next is woken by the 20 ms that run already. */
START_TEST(eight_queued_wake_at_once)
{
    put(100 * NSTIME_MS, roomy, 8 * 40);
    ck_assert(!thread.awake);
    ck_assert_uint_eq(thread.queued, 7);
    put(100 * NSTIME_MS, roomy, 1);
    ck_assert(thread.awake);
    for (unsigned i = 0; i < 8; i++)
        ck_assert_uint_eq(ipvs_thread_take(&thread, 100 * NSTIME_MS)->count, 40);
    ck_assert_ptr_null(ipvs_thread_take(&thread, 100 * NSTIME_MS));
    put(115 * NSTIME_MS, roomy, 40);
    assert_sends(120 * NSTIME_MS, "40 ");
}
END_TEST

/* A queue of two has no room for a third buffer: its 40 records are dropped, no other. */
START_TEST(a_full_queue_drops_a_buffer)
{
    const struct ipvs_limits tight = {IPVS_RECORDS_MAX, 2};
    ck_assert_uint_eq(put(0, tight, 3 * 40), 0);
    ck_assert_uint_eq(put(0, tight, 1), 40);
    assert_sends(20 * NSTIME_MS, "40 40 ");
    assert_sends(2020 * NSTIME_MS, "1 ");
}
END_TEST

/* A queue of one with buffers of three. */
START_TEST(limits_are_as_given)
{
    const struct ipvs_limits limits = {3, 1};
    ck_assert_uint_eq(put(0, limits, 10), 6);
    assert_sends(20 * NSTIME_MS, "3 ");
}
END_TEST

/* ---- the wire */

static const struct ipvs_record sample = {
    .client = {0xC6336407, 40000},
    .virtual = {0xC0000250, 80},
    .destination = {0x0A000101, 8080},
    .flags = IPVS_INACTIVE,
    .mark = 7,
    .timeout = 120,
    .state = IPVS_FIN_WAIT,
    .protocol = PROTOCOL_TCP,
};

static size_t encode(unsigned count, uint8_t *bytes)
{
    uint8_t *at = ipvs_put_header(bytes, count);
    for (unsigned i = 0; i < count; i++)
        at = ipvs_put_record(at, &sample);
    return (size_t)(at - bytes);
}

/* Byte by byte as struct ip_vs_sync_mesg and struct ip_vs_sync_v4 have them; a full message is
 * 1448 bytes of 40 records. */
START_TEST(the_wire_is_the_kernels)
{
    static const uint8_t one[] = {
        0, 0, 0, 44, 1, 1, 0, 0,
        0, 6, 0, 36, 0, 0, 1, 0, 0, 4, 0x9C, 0x40, 0, 80, 0x1F, 0x90, 0, 0, 0, 7, 0, 0, 0, 120,
        0xC6, 0x33, 0x64, 7, 0xC0, 0, 2, 80, 10, 0, 1, 1,
    };
    uint8_t bytes[IPVS_MAXLEN];
    ck_assert_uint_eq(encode(1, bytes), sizeof one);
    ck_assert_int_eq(memcmp(bytes, one, sizeof one), 0);
    ck_assert_uint_eq(IPVS_RECORDS_MAX, 40);
    ck_assert_uint_eq(encode(40, bytes), 1448);
}
END_TEST

/* What is encoded is read back. */
START_TEST(a_message_is_read_back)
{
    uint8_t bytes[IPVS_MAXLEN];
    struct ipvs_record records[IPVS_RECORDS_MAX];
    unsigned count = 0;
    size_t length = encode(40, bytes);
    ck_assert_int_eq(ipvs_decode(bytes, length, records, &count), REFUSAL_NONE);
    ck_assert_uint_eq(count, 40);
    ck_assert(address_equal(records[39].client, sample.client));
    ck_assert(address_equal(records[39].virtual, sample.virtual));
    ck_assert(address_equal(records[39].destination, sample.destination));
    ck_assert_uint_eq(records[39].flags, sample.flags);
    ck_assert_uint_eq(records[39].mark, sample.mark);
    ck_assert_uint_eq(records[39].timeout, sample.timeout);
    ck_assert_uint_eq(records[39].state, sample.state);
    ck_assert_uint_eq(records[39].protocol, sample.protocol);
}
END_TEST

/* One byte changed, or bytes missing: refused for its reason, in whole. */
START_TEST(what_is_wrong_is_refused)
{
    static const struct {
        size_t at;
        uint8_t value;
        enum record_refusal refusal;
    } rows[] = {
        {0, 'L', REFUSAL_BAD_MAGIC},          /* the patent's, and version 0 */
        {3, 44, REFUSAL_WRONG_SIZE},
        {4, 0, REFUSAL_BAD_COUNT},
        {4, 3, REFUSAL_BAD_COUNT},
        {4, 200, REFUSAL_BAD_COUNT},
        {5, 2, REFUSAL_BAD_VERSION},
        {7, 1, REFUSAL_BAD_RESERVED},
        {44, 1, REFUSAL_WRONG_SIZE},          /* the second record: IPv6 */
        {45, 132, REFUSAL_BAD_PROTOCOL},
        {46, 0x10, REFUSAL_WRONG_SIZE},       /* its version */
        {47, 62, REFUSAL_WRONG_SIZE},         /* options */
        {50, 2, REFUSAL_BAD_FLAGS},
        {53, IPVS_TCP_STATES, REFUSAL_BAD_FLAGS},
        {60, 1, REFUSAL_UNKNOWN_MACHINE},
    };
    uint8_t bytes[IPVS_MAXLEN];
    struct ipvs_record records[IPVS_RECORDS_MAX];
    unsigned count = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        size_t length = encode(2, bytes);
        bytes[rows[i].at] = rows[i].value;
        ck_assert_int_eq(ipvs_decode(bytes, length, records, &count), rows[i].refusal);
    }
    size_t whole = encode(2, bytes);
    for (size_t length = 0; length < whole; length++)
        ck_assert_int_eq(ipvs_decode(bytes, length, records, &count), REFUSAL_WRONG_SIZE);
    ck_assert_uint_eq(count, 0);
}
END_TEST

Suite *ipvs_parts_suite(void)
{
    Suite *suite = suite_create("ipvs parts");
    TCase *tcase = tcase_create("entry");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, states_follow_the_kernels_table);
    tcase_add_test(tcase, a_time_out_is_set);
    tcase_add_test(tcase, odd_packets_do_as_the_table_says);
    tcase_add_loop_test(tcase, packets_are_told_by_the_rules, 0, RULES);
    tcase_add_test(tcase, retransmissions_count);
    tcase_add_test(tcase, udp_counts_packets);
    tcase_add_test(tcase, a_record_begins_at_the_threshold);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("thread");
    tcase_add_checked_fixture(tcase, start, NULL);
    tcase_add_test(tcase, a_part_is_sent_at_two_to_three_seconds);
    tcase_add_test(tcase, a_full_buffer_wakes_after_20_ms);
    tcase_add_test(tcase, a_check_finds_the_queue);
    tcase_add_test(tcase, eight_queued_wake_at_once);
    tcase_add_test(tcase, a_full_queue_drops_a_buffer);
    tcase_add_test(tcase, limits_are_as_given);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("wire");
    tcase_add_test(tcase, the_wire_is_the_kernels);
    tcase_add_test(tcase, a_message_is_read_back);
    tcase_add_test(tcase, what_is_wrong_is_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
