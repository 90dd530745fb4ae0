/* Interrupt: Ctrl-C and a polite kill, seen between two runs.
 *
 * A sweep that is asked to stop finishes the runs under way, writes what is whole
 * and leaves with 128 + the signal. */
#ifndef SIM_COMMAND_INTERRUPT_H
#define SIM_COMMAND_INTERRUPT_H

#include "sim/command/verb.h"

/* From now on SIGINT and SIGTERM are noted instead of obeyed. */
void interrupt_watch(void);

/* STATUS_DONE while none has come, else the status to leave with. */
enum status interrupt_status(void);

#endif
