/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of logs, as the commands show them that have log_view_options. */
#ifndef XENITH_XN_LOG_VIEW_H
#define XENITH_XN_LOG_VIEW_H

#include "domain/logs.h"
#include "xn/command.h"

extern const struct option_row log_view_options[];

/* Shows what the logs have, and goes on with it if the options say so. */
int log_view_run(const struct invocation *inv, struct logs *logs,
                 struct error *err);

/*
 * The name of the guest that the word means; the word itself for one that is
 * gone, whose logs are found by its name. The caller's.
 */
char *log_view_name(const struct invocation *inv, const char *word);

#endif
