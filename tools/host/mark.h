/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The mark of a supervised domain: nodes under /libxl/DOMID/xenith that only
 * Dom0 can see and that libxl removes with the domain. A supervisor that was
 * killed finds its guests again by it. Neighbours: domain/life/supervise.h
 * writes it, xnd reads it, domain/life/enforce.h takes it away from a domain
 * that nobody is to touch any more.
 */
#ifndef XENITH_HOST_MARK_H
#define XENITH_HOST_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Its presence is the mark; a format for the domid. */
#define MARK_PATH "/libxl/%u/xenith/supervised"

struct mark {
    int64_t since_ms;         /* when it was handed over, see base/clock.h */
    unsigned int short_lives; /* restarts before it, each after a short life */
};

/* ERR_NODOMAIN if the domain is gone: no node is ever left without one. */
int mark_write(uint32_t domid, const struct mark *mark, struct error *err);

/* *found: whether it is marked; *mark is zeroed where it is not. */
int mark_read(uint32_t domid, struct mark *mark, bool *found,
              struct error *err);

/*
 * Beside it: the devices that hooks know of, in the words of
 * domain/hooks/told.h. *text is the caller's; NULL: nobody has noted any.
 * ERR_NODOMAIN if the domain is gone. xenstored takes 4096 bytes at most.
 */
int mark_read_devices(uint32_t domid, char **text, struct error *err);
int mark_write_devices(uint32_t domid, const char *text, struct error *err);

/* A domain without a mark, or none at all, is fine. */
int mark_remove(uint32_t domid, struct error *err);

#endif
