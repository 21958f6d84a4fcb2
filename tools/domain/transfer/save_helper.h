/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxl is told to start xn-save-helper in place of its own helper, in the
 * process that calls libxl and while it does. Without ours a guest is saved,
 * sent and restored as xl does it, so nothing here fails.
 */
#ifndef XENITH_DOMAIN_TRANSFER_SAVE_HELPER_H
#define XENITH_DOMAIN_TRANSFER_SAVE_HELPER_H

#include "domain/transfer/rounds.h"
#include "savehelper/precopy.h"

struct save_helper {
    struct rounds_pipe told; /* rounds_pipe_read gives what it is at */
    bool offered;
};

#define SAVE_HELPER_INIT ((struct save_helper){ .told = ROUNDS_PIPE_INIT })

/*
 * Puts it into the environment, unless the user has put another there or there
 * is none to fall back to. precopy: NULL for a restore, in which libxl starts
 * other programs, too, that are to inherit no pipe: the helper then tells
 * libxl's log and standard error.
 */
void save_helper_begin(struct save_helper *helper,
                       const struct precopy *precopy);

/*
 * Takes it out again, if it was put there; what it told is in *rounds, which
 * may be NULL after a restore. Says where the helper gave way.
 */
void save_helper_end(struct save_helper *helper, struct rounds *rounds);

/*
 * The helper that libxl would start by itself, from the library as it is
 * loaded; the caller's, NULL if it is not found.
 */
char *save_helper_find_stock(void);

#endif
