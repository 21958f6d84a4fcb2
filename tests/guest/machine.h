/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the guest runs on, as PV and PVH have it in common. One virtual CPU, no
 * interrupts: it polls its two event channels and sleeps in Xen meanwhile.
 */
#ifndef XENITH_GUEST_MACHINE_H
#define XENITH_GUEST_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xen/io/console.h>
#include <xen/io/xs_wire.h>
#include <xen/xen.h>

#define PAGE_SIZE 4096
#define COMMAND_LINE_SIZE 1024

struct machine {
    const char *kind; /* "pv" or "pvh" */
    struct shared_info *shared;
    struct xencons_interface *console;
    struct xenstore_domain_interface *store;
    uint32_t console_port;
    uint32_t store_port;
    uint8_t *memory; /* what nothing else uses, writable */
    size_t pages;    /* of it */
    char command_line[COMMAND_LINE_SIZE];
    /*
     * Has Xen suspend the domain. true: it goes on as another domain, with
     * other event channels; false: the suspend was cancelled.
     */
    bool (*suspend)(struct machine *machine);
};

/* Nanoseconds since Xen's boot. */
uint64_t machine_now(const struct machine *machine);

/* Tells the other end of an event channel. */
void machine_notify(uint32_t port);

/* Sleeps until one of the two ports has an event, or to the time (0: for
 * ever); the events are taken. */
void machine_wait(struct machine *machine, uint64_t until);

/* reason: SHUTDOWN_... of xen/sched.h. */
_Noreturn void machine_shut_down(unsigned int reason);

/* What each kind ends in, ready to run. */
_Noreturn void guest_main(struct machine *machine);

#endif
