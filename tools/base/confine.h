/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Giving up everything but computing, before hostile bytes are looked at. A
 * process that did this can use memory and write to what it holds open, and
 * nothing else: it cannot open, connect, start or signal anything.
 */
#ifndef XENITH_BASE_CONFINE_H
#define XENITH_BASE_CONFINE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Whom a process becomes for good. */
struct confine_user {
    uid_t uid;
    gid_t gid;
    const gid_t *groups; /* all supplementary ones; borrowed */
    size_t group_count;
};

/*
 * The one way to become another user, with no way back; the caller is root. By
 * system calls alone, so that it may come between fork and exec. 0, or -1 with
 * errno.
 */
int confine_become_user(const struct confine_user *user);

/*
 * A user that nobody else is: no account has it, and no other process that was
 * given one by this function and still runs.
 */
struct confine_user confine_user_of_its_own(void);

struct confine {
    int output;            /* kept, becomes descriptor 0 */
    int messages;          /* kept, becomes descriptors 1 and 2 */
    uint64_t file_bytes;   /* no file grows beyond this */
    uint64_t memory_bytes; /* beyond what it has now */
    unsigned int cpu_seconds;
    pid_t parent; /* with whom it ends */
};

/*
 * For a process that was just forked: closes all other descriptors, becomes
 * nobody where it was root, and leaves itself only the system calls that
 * computing takes; any other one kills it, and so does its parent's end. 0, or
 * -1 with errno; then the process must end.
 */
int confine_self(const struct confine *confine);

/*
 * For a program that is not ours, before exec: it cannot gain privileges, and
 * a filter refuses (EPERM) the system calls that open up other parts of the
 * kernel: namespaces and mounts, sockets, tracing, keys, BPF, io_uring,
 * modules. What it opens, maps, reads and writes is left to its user's rights.
 * 0, or -1 with errno.
 */
int confine_program(void);

/*
 * Whoever is root is nobody afterwards (65534), with no other groups. Others
 * stay whom they are. 0, or -1 with errno.
 */
int confine_become_nobody(void);

#endif
