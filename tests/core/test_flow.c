#include "core/flow.h"
#include "core/packet.h"
#include "tests/core/suites.h"

#include <string.h>

/* ---- helpers */

static struct flow web_flow(uint32_t client, uint16_t port)
{
    return (struct flow){{0xC6336400 + client, port}, {0xC0000250, 80}, PROTOCOL_TCP};
}

enum { BUCKETS = 1024, CLIENTS = 64, PORTS = 1024 };

/* The chi-square of the flows of CLIENTS neighbouring clients with neighbouring
 * ports to one service, in BUCKETS by ten bits of the hash from shift on. */
static double chi_square(unsigned shift)
{
    static unsigned counts[BUCKETS];
    memset(counts, 0, sizeof counts);
    for (uint32_t client = 0; client < CLIENTS; client++) {
        for (unsigned port = 0; port < PORTS; port++) {
            struct flow flow = web_flow(client, (uint16_t)(32768 + port));
            counts[flow_hash(&flow) >> shift & (BUCKETS - 1)]++;
        }
    }
    double expected = (double)CLIENTS * PORTS / BUCKETS;
    double sum = 0;
    for (unsigned i = 0; i < BUCKETS; i++)
        sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    return sum;
}

/* ---- tests */

/* A web site's flows differ in few bits; the low, middle and high bits of their
 * hashes are as evenly spread as chance would (1023 degrees of freedom, standard
 * deviation 45: six of them either way). */
START_TEST(spreads_realistic_flows)
{
    unsigned shift = (unsigned)_i;
    double found = chi_square(shift);
    ck_assert_msg(found > 1023 - 6 * 45 && found < 1023 + 6 * 45, "chi-square %f from bit %u",
                  found, shift);
}
END_TEST

/* Each single field, changed by one bit, changes the hash and the equality
 * all of them belong to the key). */
START_TEST(every_field_counts)
{
    struct flow flow = web_flow(7, 40000);
    struct flow changed[] = {flow, flow, flow, flow, flow};
    changed[0].foreign.ip ^= 1;
    changed[1].foreign.port ^= 1;
    changed[2].local.ip ^= 1;
    changed[3].local.port ^= 1;
    changed[4].protocol ^= 1;
    ck_assert(!flow_equal(&flow, &changed[_i]));
    ck_assert_uint_ne(flow_hash(&flow), flow_hash(&changed[_i]));
    ck_assert(flow_equal(&flow, &flow));
}
END_TEST

/* A flipped input bit flips about half of the output bits, whichever it is. */
START_TEST(avalanches)
{
    unsigned flipped = 0;
    for (uint32_t client = 0; client < 256; client++) {
        struct flow flow = web_flow(client * 2654435761u, (uint16_t)(client * 251));
        struct flow other = flow;
        if (_i < 32)
            other.foreign.ip ^= UINT32_C(1) << _i;
        else
            other.foreign.port = (uint16_t)(other.foreign.port ^ 1u << (_i - 32));
        flipped += (unsigned)__builtin_popcountll(flow_hash(&flow) ^ flow_hash(&other));
    }
    ck_assert_uint_ge(flipped / 256, 26);
    ck_assert_uint_le(flipped / 256, 38);
}
END_TEST

/* The hash has no padding, address or byte order in it: its value is fixed, also
 * when the struct's gaps hold rubbish. */
START_TEST(is_the_same_everywhere)
{
    struct flow clean, dirty;
    memset(&clean, 0, sizeof clean);
    memset(&dirty, 0xAA, sizeof dirty);
    clean.foreign.ip = dirty.foreign.ip = 0xC6336407;
    clean.foreign.port = dirty.foreign.port = 40000;
    clean.local.ip = dirty.local.ip = 0xC0000250;
    clean.local.port = dirty.local.port = 80;
    clean.protocol = dirty.protocol = PROTOCOL_TCP;
    ck_assert_uint_eq(flow_hash(&clean), flow_hash(&dirty));
    ck_assert_uint_eq(flow_hash(&clean), UINT64_C(0x9D35E90E2CA318F9));
}
END_TEST

/* The longest addresses there are fit into the buffers of the promised sizes. */
START_TEST(prints_the_longest)
{
    struct flow flow = {{UINT32_MAX, UINT16_MAX}, {UINT32_MAX, UINT16_MAX}, PROTOCOL_UDP};
    char address[ADDRESS_TEXT_SIZE];
    char text[FLOW_TEXT_SIZE];
    ck_assert_str_eq(address_print(flow.foreign, address), "255.255.255.255:65535");
    ck_assert_str_eq(flow_print(&flow, text),
                     "255.255.255.255:65535 > 255.255.255.255:65535 udp");
}
END_TEST

/* An ordinary flow prints in its documented form. */
START_TEST(prints_in_order)
{
    struct flow flow = web_flow(7, 40000);
    char text[FLOW_TEXT_SIZE];
    ck_assert_str_eq(flow_print(&flow, text), "198.51.100.7:40000 > 192.0.2.80:80 tcp");
}
END_TEST

Suite *flow_suite(void)
{
    Suite *suite = suite_create("flow");
    TCase *hash = tcase_create("hash");
    tcase_add_loop_test(hash, spreads_realistic_flows, 0, 55);
    tcase_add_loop_test(hash, every_field_counts, 0, 5);
    tcase_add_loop_test(hash, avalanches, 0, 48);
    tcase_add_test(hash, is_the_same_everywhere);
    suite_add_tcase(suite, hash);
    TCase *print = tcase_create("print");
    tcase_add_test(print, prints_the_longest);
    tcase_add_test(print, prints_in_order);
    suite_add_tcase(suite, print);
    return suite;
}
