/* The but-for table: which causes were put to the test, and what came of it. */
#ifndef SIM_COMMAND_BUT_FOR_TABLE_H
#define SIM_COMMAND_BUT_FOR_TABLE_H

#include "sim/run/but_for.h"

/* One line for each cause that a casualty has; 80 columns. */
void but_for_table_print(GString *text, const struct but_for *but_for);

#endif
