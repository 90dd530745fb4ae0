/* seeds DIR: writes input that means something, one file each, to DIR/datagram, DIR/sequence and
 * DIR/command: what a pair of every protocol says to each other (tests/core/genuine.h), and the
 * configuration with which it does. */
#include "core/replication.h"
#include "tests/core/genuine.h"
#include "tests/fuzz/targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OF_A_SORT = 2, SEQUENCE_MAX = 40 }; /* datagrams */

static const char *directory;

static void write_file(const char *target, const char *name, const uint8_t *bytes, size_t length)
{
    char *folder = g_build_filename(directory, target, NULL);
    char *path = g_build_filename(folder, name, NULL);
    ck_assert_int_eq(g_mkdir_with_parents(folder, 0777), 0);
    ck_assert(g_file_set_contents(path, (const char *)bytes, (gssize)length, NULL));
    g_free(path);
    g_free(folder);
}

static void write_seed(const char *target, unsigned kind, unsigned number, const GByteArray *seed)
{
    char name[64];
    g_snprintf(name, sizeof name, "%s-%u", replication_word(kind), number);
    write_file(target, name, seed->data, seed->len);
}

static void add(GByteArray *seed, unsigned byte)
{
    g_byte_array_append(seed, &(guint8){(guint8)byte}, 1);
}

static GByteArray *new_seed(unsigned kind, unsigned options)
{
    GByteArray *seed = g_byte_array_new();
    add(seed, kind);
    add(seed, options);
    return seed;
}

static const struct genuine_datagram *told_at(const GArray *told, guint number)
{
    return &g_array_index(told, struct genuine_datagram, number);
}

/* ---- datagrams */

static bool is_chosen(const GArray *told, guint number)
{
    const struct genuine_datagram *datagram = told_at(told, number);
    unsigned before = 0;
    for (guint i = 0; i < number; i++)
        before += told_at(told, i)->to == datagram->to
                  && told_at(told, i)->length == datagram->length;
    return before < OF_A_SORT;
}

static void write_datagrams(unsigned kind, const GArray *told)
{
    for (guint i = 0; i < told->len; i++) {
        const struct genuine_datagram *datagram = told_at(told, i);
        if (!is_chosen(told, i))
            continue;
        GByteArray *seed = new_seed(kind, datagram->to == 0 ? FUZZ_ACTIVE : 0);
        g_byte_array_append(seed, datagram->bytes, (guint)datagram->length);
        write_seed("datagram", kind, i, seed);
        g_byte_array_unref(seed);
    }
}

/* ---- sequences */

static void add_time(GByteArray *seed, nstime span)
{
    unsigned milliseconds = (unsigned)MIN(span / NSTIME_MS, UINT16_MAX);
    add(seed, FUZZ_TIME);
    add(seed, milliseconds >> 8);
    add(seed, milliseconds);
}

static void add_datagram(GByteArray *seed, const struct genuine_datagram *datagram)
{
    add(seed, FUZZ_PEER_SAYS);
    add(seed, (unsigned)datagram->length >> 8);
    add(seed, (unsigned)datagram->length);
    g_byte_array_append(seed, datagram->bytes, (guint)datagram->length);
}

/* All that one unit is told, at its times. */
static void add_told(GByteArray *seed, const GArray *told, unsigned to)
{
    nstime now = 0;
    unsigned count = 0;
    for (guint i = 0; i < told->len && count < SEQUENCE_MAX; i++) {
        const struct genuine_datagram *datagram = told_at(told, i);
        if (datagram->to != to)
            continue;
        add_time(seed, count++ > 0 ? datagram->at - now : 0);
        add_datagram(seed, datagram);
        now = datagram->at;
    }
}

static void add_packet(GByteArray *seed, enum fuzz_event event, unsigned flow, unsigned flags,
                       unsigned sequence, unsigned acknowledgement)
{
    add(seed, event);
    add(seed, flow);
    add(seed, flags);
    add(seed, sequence);
    add(seed, acknowledgement);
}

static void add_opening(GByteArray *seed, unsigned flow)
{
    add_packet(seed, FUZZ_CLIENT, flow, TCP_SYN, 0, 0);
    add_packet(seed, FUZZ_SERVER, flow, TCP_SYN | TCP_ACK, 0, 1);
    add_packet(seed, FUZZ_CLIENT, flow, TCP_ACK, 1, 1);
    add_packet(seed, FUZZ_CLIENT, flow, TCP_ACK, 1, 1);
}

static void add_closing(GByteArray *seed, unsigned flow)
{
    add_packet(seed, FUZZ_CLIENT, flow, TCP_FIN | TCP_ACK, 1, 1);
    add_packet(seed, FUZZ_SERVER, flow, TCP_FIN | TCP_ACK, 1, 2);
    add_packet(seed, FUZZ_CLIENT, flow, TCP_ACK, 2, 2);
}

/* The standby is told, takes over, serves and hands back. */
static void write_standby(unsigned kind, const GArray *told)
{
    GByteArray *seed = new_seed(kind, 0);
    add_told(seed, told, 1);
    add(seed, FUZZ_SWITCH);
    add(seed, 1);
    add_opening(seed, 4);
    add_time(seed, 4 * NSTIME_S);
    add_closing(seed, 4);
    add(seed, FUZZ_SWITCH);
    add(seed, 0);
    write_seed("sequence", kind, 0, seed);
    g_byte_array_unref(seed);
}

/* The active unit serves, and is answered; a machine goes and comes. */
static void write_active(unsigned kind, const GArray *told)
{
    GByteArray *seed = new_seed(kind, FUZZ_ACTIVE | FUZZ_DEFER);
    for (unsigned flow = 0; flow < 3; flow++)
        add_opening(seed, flow);
    add_opening(seed, 6 | FUZZ_CONTROL);
    add_opening(seed, 6 | FUZZ_NEXT_PORT | FUZZ_DATA);
    add_told(seed, told, 0);
    add_time(seed, 4 * NSTIME_S);
    for (unsigned bits = 0; bits < 2; bits++) {
        add(seed, FUZZ_MACHINE);
        add(seed, bits);
    }
    for (unsigned flow = 0; flow < 3; flow++)
        add_closing(seed, flow);
    write_seed("sequence", kind, 1, seed);
    g_byte_array_unref(seed);
}

/* ---- commands */

static const char *const lines =
    "weight 10.0.1.1:80 7\nmaxconns 10.0.1.1:80 100\nthreshold 10.0.1.2:80 3\nreassign all 4\n"
    "predictor 192.0.2.80:80 weighted\nsticky 192.0.2.80:80 60s\ntimeout 192.0.2.80:80 20s\n"
    "real 10.0.1.9:81:2:udp oos\nvirtual 192.0.2.81:80:7\nbackup 10.0.1.1:80 10.0.1.2:80\n"
    "assign 192.0.2.81:80:7 198.51.100.0 255.255.255.0\nstatic 192.0.2.80:80 10.0.1.1:80\n"
    "no bind 192.0.2.80:80 10.0.1.2:80\nout-of-service 10.0.1.1:80\nreplicate 192.0.2.80:80\n"
    "failover hellotime 3s\nno failover\nip address 192.0.2.1\noption unknown-connection drop\n"
    "show connections\nshow failover\nno real 10.0.1.2:80 force\nno virtual all force\nhelp\n";

static void write_commands(unsigned kind)
{
    struct rig rig;
    genuine_set_up(&rig, kind, UINT_MAX);
    char *text = director_print_configuration(rig.units[0].director);
    write_file("command", replication_word(kind), (const uint8_t *)text, strlen(text));
    g_free(text);
    rig_tear_down(&rig);
}

/* ---- */

START_TEST(write_all)
{
    for (unsigned kind = 0; kind < replication_protocols(); kind++) {
        GArray *told = genuine_tell(kind);
        write_datagrams(kind, told);
        write_standby(kind, told);
        write_active(kind, told);
        write_commands(kind);
        g_array_unref(told);
    }
    write_file("command", "lines", (const uint8_t *)lines, strlen(lines));
}
END_TEST

/* The rig asserts as in a test: so this is one. */
int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: seeds DIR\n");
        return EXIT_FAILURE;
    }
    directory = argv[1];
    Suite *suite = suite_create("seeds");
    TCase *tcase = tcase_create("seeds");
    tcase_add_test(tcase, write_all);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_MINIMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
