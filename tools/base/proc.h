/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Other programs: run by argument vector (never a shell) in a process group of
 * their own, with a deadline, and with the end of what they said kept. A
 * program that is still running when its parent dies is killed with it;
 * daemons that it left behind are not.
 */
#ifndef XENITH_BASE_PROC_H
#define XENITH_BASE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/confine.h"
#include "base/error.h"

#define PROC_KEEP ((size_t)64 << 10)
#define PROC_EXTRA_FD 3

struct proc {
    const char *const *argv; /* ends with NULL; without '/': found in PATH */
    const char *const *env;  /* "NAME=value" to add, ends with NULL, or NULL */
    bool only_env;           /* env is all of its environment */
    const struct confine_user *user; /* NULL: the caller */
    int64_t timeout_ms;              /* 0: it may take for ever */
    int input_fd;                    /* its standard input; 0: /dev/null */
    int extra_fd;                    /* its descriptor PROC_EXTRA_FD; 0: none */
    size_t keep;        /* bytes kept of each output; 0: PROC_KEEP */
    bool interruptible; /* stop it when interrupt.h notes a signal */
};

/* What one of its outputs said; text is ended by a NUL and never NULL. */
struct proc_output {
    char *text; /* the end of it; owned */
    size_t length;
    uint64_t dropped; /* bytes before text that were not kept */
};

struct proc_result {
    int exit_status; /* -1 if a signal ended it */
    int signal;      /* 0 if it exited */
    struct proc_output out;
    struct proc_output err;
};

/*
 * Runs it to its end, whatever its status. Errors name the program:
 * ERR_TIMEOUT after its whole group was killed at the deadline, ERR_FAILED if
 * it could not be started or was interrupted. *result must be disposed of also
 * after an error; it then holds what was said until then.
 */
int proc_run(const struct proc *proc, struct proc_result *result,
             struct error *err);

/*
 * As proc_run, and anything but exit status 0 is an ERR_FAILED with the last
 * line of its standard error; further lines are the error's detail. result may
 * be NULL.
 */
int proc_run_ok(const struct proc *proc, struct proc_result *result,
                struct error *err);

/* A program that runs beside its caller. */
struct proc_child {
    pid_t pid;    /* a child of the caller, and its process group */
    int error_fd; /* what it says on standard error, to be read; owned */
};

#define PROC_CHILD_INIT ((struct proc_child){ .error_fd = -1 })

/*
 * Starts it with argv, env and input_fd, and output for its standard output.
 * The rest is the caller's: to read, to wait, to end it.
 */
int proc_start(const struct proc *proc, int output, struct proc_child *child,
               struct error *err);

void proc_result_dispose(struct proc_result *result);
#define cleanup_proc_result __attribute__((cleanup(proc_result_dispose)))

#endif
