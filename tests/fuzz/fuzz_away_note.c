/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The notes of a migration under arbitrary bytes: a note that was cut, or
 * written by nobody, never says that permission was given unless its last line
 * does.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "domain/transfer/away_note.h"
#include "domain/transfer/taken_note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);

    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* The same of the receiver: nothing is left to do, or its name is known. */
static void look_at_taken(const char *text)
{
    cleanup_taken_note struct taken_note note = TAKEN_NOTE_INIT;

    taken_note_parse(&note, text);
    if (!note.done && note.name == NULL)
        abort();
    if (note.done && note.name != NULL && !ends_with(text, "\ndone\n"))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_away_note struct away_note note = AWAY_NOTE_INIT;
    cleanup_free char *text = mem_strndup((const char *)data, size);

    away_note_parse(&note, text);
    if (note.given && !ends_with(text, "\ngiven\n") &&
        !ends_with(text, "\ngiven plain\n"))
        abort();
    if (note.plain && !note.given)
        abort();
    look_at_taken(text);
    return 0;
}
