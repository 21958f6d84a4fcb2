/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which of a guest's devices hooks were told of, so that each is told once:
 * by the command of xn that attaches or detaches it, or, where somebody else
 * did, by the worker that xnd starts. The list stands in xenstore
 * (host/mark.h) from the moment on at which xnd watches the guest's devices;
 * it has a line "KIND WORD" for each, in the words of device/kind.h.
 *
 * A command holds the guest's lock with others for as long as it works; the
 * worker holds it alone. Neither outlives its process.
 */
#ifndef XENITH_DOMAIN_HOOKS_TOLD_H
#define XENITH_DOMAIN_HOOKS_TOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "host/host.h"

/*
 * Before a device is attached or detached: a descriptor to be closed after
 * told_note; -1 where there is none, which costs no more than a device that
 * hooks hear of twice.
 */
int told_begin(uint32_t domid);

/* It is there now, or not any more, and the hooks are being told. */
void told_note(uint32_t domid, const char *kind, const char *word, bool there);

/*
 * A moment after a change: tells the hooks of the devices that came or went
 * without anybody having told. The first time it only notes what there is. A
 * guest that is down or ends is left alone.
 */
int told_compare(struct host *host, uint32_t domid, struct error *err);

/* ---- lists as texts, for told.c and its test ---- */

/* The list with the device, or without it; the caller's. */
char *told_with(const char *list, const char *kind, const char *word,
                bool there);

/* Calls tell for each line of list that other lacks; kind and word last as
 * long as the call. */
void told_each_lacking(const char *list, const char *other,
                       void (*tell)(void *arg, const char *kind,
                                    const char *word),
                       void *arg);

#endif
