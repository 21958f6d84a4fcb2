/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watches of xenstore that are told apart by their tokens. */
#ifndef XENITH_HOST_WATCHES_H
#define XENITH_HOST_WATCHES_H

#include <stdbool.h>

#include "base/error.h"

struct watches; /* a connection to xenstored of its own */

int watches_open(struct watches **watches, struct error *err);
void watches_close(struct watches *watches); /* NULL is fine */

/* Readable when watches_next has something. */
int watches_fd(const struct watches *watches);

/* Each fires once at the beginning. ERR_HOST names the path. */
int watches_add(struct watches *watches, const char *path, const char *token,
                struct error *err);
/* One that is none is fine. */
void watches_remove(struct watches *watches, const char *path,
                    const char *token);

/* 1 and a token, the caller's; 0: none is left; -1: xenstored is gone. */
int watches_next(struct watches *watches, char **token, struct error *err);

/* Whether there is a node. */
bool watches_find(struct watches *watches, const char *path);

#endif
