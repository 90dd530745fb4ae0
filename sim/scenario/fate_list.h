/* Fates: what befalls chosen datagrams of the replication, by choice instead of by chance.
 *
 *   fates = lose create 3, delay delete 4 20ms, double datagram 7..9
 *
 * Connections are numbered as in connections.csv, from 0; a fate of "create" concerns every
 * datagram that carries a create of that connection. Datagrams are numbered from 1 in the
 * order in which directors hand them out, both ways together, as in the column "datagram". */
#ifndef SIM_SCENARIO_FATE_LIST_H
#define SIM_SCENARIO_FATE_LIST_H

#include "core/nstime.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum fate_kind { FATE_LOSE, FATE_DELAY, FATE_DOUBLE };
enum fate_subject { FATE_OF_CREATES, FATE_OF_DELETES, FATE_OF_DATAGRAMS };

struct chosen_fate {
    enum fate_kind kind;
    enum fate_subject subject;
    uint32_t first, last; /* numbers of connections, or of datagrams */
    nstime delay;         /* FATE_DELAY: that much later than the link lets it come */
};

/* Read a list and append it to fates; its canonical spelling to canonical. False with a
 * problem (free with g_free()) when it is wrong. */
bool fate_list_read(const char *text, GArray *fates, GString *canonical, char **problem);

#endif
