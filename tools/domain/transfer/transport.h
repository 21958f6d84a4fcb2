/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The program that reaches the other host, ssh as a rule: run by a shell, with
 * a pipe on each of its standard streams and our standard error. It keeps the
 * terminal, as it may have to ask for a password; a Ctrl-C there is ours to
 * act on and does not end it.
 */
#ifndef XENITH_DOMAIN_TRANSFER_TRANSPORT_H
#define XENITH_DOMAIN_TRANSFER_TRANSPORT_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/proc.h"

struct transport {
    pid_t pid;
    int in;  /* what it says; owned */
    int out; /* what it is told; owned */
};

#define TRANSPORT_INIT ((struct transport){ .in = -1, .out = -1 })

/* What is started there. */
enum transport_receiver {
    TRANSPORT_XL,     /* as xl does it, whoever has that name */
    TRANSPORT_EITHER, /* ours, or xl where there is none: a shell there looks */
    TRANSPORT_ASK,    /* the same, asked for before: there may be no shell */
    TRANSPORT_OURS,
};

/* How the receiver is started; all borrowed. */
struct transport_request {
    const char *command; /* that reaches the host, NULL: ssh; "": host does */
    const char *host;
    enum transport_receiver receiver;
    bool debug;            /* the receiver prints the configuration */
    bool nobody;           /* acts on the guest's shutdowns there */
    bool paused;           /* the guest stays paused there */
    bool carriage_returns; /* xl's -t */
    unsigned int verbosity;
};

/*
 * Of TRANSPORT_ASK makes OURS or, where a command takes no question or nobody
 * of ours answers it, XL: in a connection of its own.
 */
void transport_settle_receiver(struct transport_request *request);

/*
 * The line for the shell; the caller's. For xl it is byte for byte what xl 4.17
 * builds (main_migrate of xl_migrate.c), which users rely on to hide its
 * end behind a '#'.
 */
char *transport_line(const struct transport_request *request);

/*
 * The line that asks Xenith on the host, reached in the same way; words are
 * options of migrate-receive. The caller's. NULL where the command is not known
 * to take one.
 */
char *transport_question(const char *command, const char *host,
                         const char *words);

/* ssh gives up by itself after two minutes or so, ms. */
#define TRANSPORT_ANSWER_MS 180000

/*
 * Asks, and waits so many ms for the answer, which result (disposed of in any
 * case) has. ERR_HOST.
 */
int transport_ask(const char *command, const char *host, const char *words,
                  int64_t patience, struct proc_result *result,
                  struct error *err);

int transport_start(const char *line, struct transport *transport,
                    struct error *err);

/*
 * Closes the pipes and gives it a moment to end, during which the other end
 * cleans up; then it is killed. Fine if it never ran. Whether the receiver, as
 * far as can be told, came to a good end.
 */
bool transport_end(struct transport *transport);

#endif
