/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What save and migrate are asked for alike: the options about a guest's memory
 * while it runs, and the rest of a sending_request. */
#ifndef XENITH_XN_ROUNDS_H
#define XENITH_XN_ROUNDS_H

#include "domain/transfer/sending.h"
#include "xn/command.h"

/* clang-format off: rows of a table */
#define ROUNDS_ROWS                                                    \
    { 0, "max-downtime", OPTION_VALUE, "MS",                           \
      "Sends memory again until the rest takes no longer than that" }, \
        { 0, "max-rounds", OPTION_VALUE, "N",                          \
          "Stops the domain after that many rounds at the latest" },   \
    {                                                                  \
        0, "abort-if-busy", OPTION_FLAG, NULL,                         \
            "Leaves it running here rather than stop it for longer"    \
    }
/* clang-format on */

/* Whether any of them was given. */
bool rounds_given(const struct invocation *inv);

/*
 * Their values, -D and the verbosity; what goes with it and who looks is the
 * caller's to add. An ERR_USAGE names the option.
 */
int rounds_read(const struct invocation *inv, struct sending_request *request,
                struct error *err);

#endif
