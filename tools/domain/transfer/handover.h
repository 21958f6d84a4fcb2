/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a guest changes hosts: what the two ends of a migration say to each
 * other before and after its state, over a pair of descriptors. The messages
 * and their order are xl's (tools/xl/xl.h and xl_migrate.c of Xen 4.17), so
 * that either end may be a plain xl:
 *
 *   receiver                         sender
 *   banner                       ->
 *                                <-  question \ among Xenith
 *   answer                       ->            / hosts alone
 *                                <-  xl's header, the guest's state
 *   (signs of life)              ->
 *   ready                        ->
 *                                <-  permission: its copy stepped aside
 *   report, a byte: 0, it runs   ->  destroys its copy
 *                                <-  (to a Xenith host: it is gone)
 *   or not 0, it destroys its
 *     copy; permission           ->  its copy goes on
 *
 * A receiver that was started for Xenith's handshake says by another banner
 * which version of it follows: the newest that both know, as the sender tells
 * its own when it starts the receiver. The state then comes as a stream of
 * docs/stream.md, up to its end frame. A question and its answer
 * (preflight.h) are 4 bytes of length, little-endian, and so much text; a sign
 * of life is one byte, sent each second while the guest is being made. Apart
 * from it nothing is ever sent ahead of the turn, every wait has a deadline,
 * and no byte after a message is read with it.
 */
#ifndef XENITH_DOMAIN_TRANSFER_HANDOVER_H
#define XENITH_DOMAIN_TRANSFER_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The newest version of the handshake among Xenith hosts, and the oldest. */
#define HANDOVER_VERSION 2
#define HANDOVER_VERSION_MIN 2

/* No question and no answer is longer, bytes. */
#define HANDOVER_TEXT_MAX ((size_t)32 << 20)

/* How long the other end may take, ms. */
struct handover_patience {
    int64_t banner; /* to be reached, passwords typed included */
    int64_t ready;  /* to make the rest of the domain from the state */
    int64_t answer; /* for anything else */
    int64_t life;   /* without a sign of life; 0: as long as ready */
};

#define HANDOVER_PATIENCE        \
    ((struct handover_patience){ \
        .banner = 120000, .ready = 180000, .answer = 60000 })

/* The way to the other end; both descriptors are the caller's. */
struct handover_wire {
    int in;
    int out;
    const char *peer; /* what it is called in messages; borrowed */
    struct handover_patience patience;
};

/* Sends all of it while somebody takes it in. ERR_TIMEOUT if nobody does. */
int handover_write(const struct handover_wire *wire, const void *bytes,
                   size_t length, struct error *err);

/* The text of a question, or of an answer. */
int handover_say_text(const struct handover_wire *wire, const char *text,
                      size_t length, struct error *err);
/* what: it is called in errors. A NUL ends the text, which is the caller's. */
int handover_hear_text(const struct handover_wire *wire, const char *what,
                       char **text, struct error *err);

/* -- the receiver ---------------------------------------------------------- */

/* 0: for a plain xl, else the version of Xenith's handshake. */
int handover_say_banner(const struct handover_wire *wire, unsigned int version,
                        struct error *err);

/* Shows a sender of frames that we live; not waited for, and no errors. */
void handover_show_life(const struct handover_wire *wire);

/* Returns when its first byte can be read. */
int handover_await_state(const struct handover_wire *wire, struct error *err);

/* The guest is here, paused. Returns 0 once it may run here and not there. */
int handover_ask(const struct handover_wire *wire, struct error *err);

/* The guest runs here, or will not. */
int handover_report(const struct handover_wire *wire, bool runs,
                    struct error *err);

/*
 * After a report that it runs, from a sender of frames: its copy is gone. A
 * plain xl does not tell.
 */
int handover_hear_gone(const struct handover_wire *wire, struct error *err);

/* After a report that it does not run: nothing of it is left here. */
int handover_give_back(const struct handover_wire *wire, struct error *err);

/* -- the sender ------------------------------------------------------------ */

/* The version of the handshake; 0: as a plain xl. */
int handover_hear_banner(const struct handover_wire *wire,
                         unsigned int *version, struct error *err);

/*
 * All was sent; returns 0 when the receiver has it. With patience.life it is
 * given up when it shows none.
 */
int handover_hear_ready(const struct handover_wire *wire, struct error *err);

enum handover_end {
    HANDOVER_KEPT,    /* the receiver never got permission: the guest is ours */
    HANDOVER_DONE,    /* it runs there */
    HANDOVER_BACK,    /* it does not, and nothing is left there */
    HANDOVER_UNKNOWN, /* it may run there: here it must not */
};

/*
 * Gives permission and hears what became of it. From the first byte of it on,
 * interrupts are not heeded. err is set unless the guest runs there.
 */
enum handover_end handover_give(const struct handover_wire *wire,
                                struct error *err);

/* To a receiver of frames: our copy is gone. */
int handover_say_gone(const struct handover_wire *wire, struct error *err);

#endif
