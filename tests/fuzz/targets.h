/* Targets: each takes bytes that mean anything at all, does to directors what they say, and
 * aborts when something does not hold. The same bytes do the same again.
 *
 * tests/fuzz/test_corpus.c gives them the files of tests/fuzz/corpus/NAME, "make fuzz" gives
 * them what libFuzzer thinks of. */
#ifndef TESTS_FUZZ_TARGETS_H
#define TESTS_FUZZ_TARGETS_H

#include <stddef.h>
#include <stdint.h>

typedef void fuzz_target(const uint8_t *bytes, size_t length);

/* byte 0: the protocol, by its kind modulo their number; byte 1: FUZZ_ACTIVE..; the rest: one
 * datagram. It comes twice, timers run, and the unit becomes active. */
fuzz_target fuzz_datagram;

/* bytes 0 and 1 as above; then events, each its kind (modulo FUZZ_EVENTS) and what belongs to it.
 * What is missing at the end is zero. */
fuzz_target fuzz_sequence;

/* Lines, each an operator's command. What they have made prints as commands that make it
 * again. */
fuzz_target fuzz_command;

/* Of byte 1. */
enum {
    FUZZ_ACTIVE = 1,  /* the unit begins as the active one */
    FUZZ_LENIENT = 2, /* "bad-flags lenient", "pfsync-stale overwrite" */
    FUZZ_DEFER = 4,   /* "defer yes" */
    FUZZ_POINTER = 8, /* "conn-real pointer" */
    FUZZ_SMALL = 16,  /* the table holds four connections */
};

enum fuzz_event {
    FUZZ_PEER_SAYS,  /* length 2, most significant byte first; a datagram of replication */
    FUZZ_SPARE_SAYS, /* the same, from the third unit */
    FUZZ_PEER_HELLO, /* the same, a hello of the peer */
    FUZZ_TIME,       /* milliseconds 2 */
    FUZZ_CLIENT,     /* flow 1, flags 1, sequence and acknowledgement, from the beginning 1, 1 */
    FUZZ_SERVER,     /* the same, from the machine of that flow, if there is a connection */
    FUZZ_SWITCH,     /* odd 1: "failover active", else "no failover active" */
    FUZZ_MACHINE,    /* machine and state 1 */
    FUZZ_EVENTS
};

/* Bits of a flow's byte: client 1 to 8, port 40000 or the next, service. */
enum { FUZZ_CLIENTS = 8, FUZZ_NEXT_PORT = 8, FUZZ_CONTROL = 16, FUZZ_DATA = 32 };

#endif
