/* FTP (RFC 959): which conns are its control and data connections, and whose data a
 * data connection carries.
 *
 * A control connection is one to port 21. A data connection is one of the same client
 * with the same pair of machines on port 20, or any that the real machine opened. The
 * core does not read what is said on a control connection: where a client has several,
 * the one that was last active is the one that has just asked for data. */
#ifndef CORE_FTP_H
#define CORE_FTP_H

#include "core/conn_table.h"

/* The control connections of one director, found by client and machines. */
struct ftp;

struct ftp *ftp_new(void);
void ftp_free(struct ftp *ftp);

/* A conn was made, goes: to be told of every one, whatever it is. */
void ftp_add(struct ftp *ftp, struct conn *conn);
void ftp_remove(struct ftp *ftp, const struct conn_table *table, struct conn *conn);

/* The control connection to which a conn that was just made is the data connection, or
 * NULL when it is none. */
struct conn *ftp_control_of(const struct ftp *ftp, const struct conn_table *table,
                            const struct conn *data);

#endif
