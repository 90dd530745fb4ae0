#include "sim/command/interrupt.h"

#include <signal.h>

/* The one variable of the program that is not on somebody's stack: a signal handler
 * gets no argument, so there is no other way for it to tell anybody. */
static struct {
    volatile sig_atomic_t signal; /* the first that came, or 0 */
} interrupted;

static void note(int signal)
{
    if (interrupted.signal == 0) {
        interrupted.signal = signal;
    }
}

void interrupt_watch(void)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

enum status interrupt_status(void)
{
    switch (interrupted.signal) {
    case 0:
        return STATUS_DONE;
    case SIGTERM:
        return STATUS_TERMINATED;
    default:
        return STATUS_INTERRUPTED;
    }
}
