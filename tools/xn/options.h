/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of a command line, read by the rows of a command. */
#ifndef XENITH_XN_OPTIONS_H
#define XENITH_XN_OPTIONS_H

#include "xn/command.h"

/*
 * Reads argv (argv[0] is the command's name) into counts, values and words of
 * inv, whose command is set. Options may stand between the words; "--" ends
 * them. *help is set when -h or --help is among them.
 */
int options_parse(struct invocation *inv, int argc, char **argv, bool *help,
                  struct error *err);

/* Frees what options_parse allocated. */
void options_dispose(struct invocation *inv);

#endif
