/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a host says when it is asked for a guest: reasons against it, each of
 * which is enough, and notes, which are none. As text: a line for each, notes
 * begin with "note: "; "" means that it takes the guest.
 */
#ifndef XENITH_DOMAIN_TRANSFER_ANSWER_H
#define XENITH_DOMAIN_TRANSFER_ANSWER_H

#include <stdbool.h>

#include "base/strbuf.h"

/* Both have lines, each ended by a newline. */
struct answer {
    struct strbuf reasons;
    struct strbuf notes;
};

void answer_dispose(struct answer *answer);
#define cleanup_answer __attribute__((cleanup(answer_dispose)))

/* Adds one, or where fatal is false a note; control characters become blanks.
 */
void answer_add(struct answer *answer, bool fatal, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* notes: the other end can tell them from reasons. */
void answer_format(const struct answer *answer, bool notes,
                   struct strbuf *text);

/* The way back; answer is zeroed. */
void answer_parse(const char *text, struct answer *answer);

#endif
