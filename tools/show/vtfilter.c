/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Three layers, each fed by the one before: bytes to characters (strict UTF-8,
 * a stray byte 0x80..0x9f counts as the 8-bit control of that number),
 * characters to sequences (the states of ECMA-48 section 5.4 and of DEC's
 * terminals), sequences to a verdict. Nothing of a sequence is written before
 * the verdict, so that a split one cannot slip through in halves.
 */
#include "show/vtfilter.h"

#include <string.h>

#define BEL 0x07
#define SO 0x0e
#define SI 0x0f
#define CAN 0x18
#define SUB 0x1a
#define ESC 0x1b
#define C1_DCS 0x90
#define C1_SOS 0x98
#define C1_CSI 0x9b
#define C1_ST 0x9c
#define C1_OSC 0x9d
#define C1_PM 0x9e
#define C1_APC 0x9f
#define REPLACEMENT 0xfffd

/* The Linux console's "set a colour": ESC ] P and this many digits. */
#define PALETTE_DIGITS 7
/* More parameters than any terminal knows; a longer number is no number. */
#define MAX_PARAMS 32
#define MAX_NUMBER 9999
#define CSI_MAX 4096

enum state {
    GROUND,
    ESCAPE,        /* after ESC */
    ESCAPE_MIDDLE, /* after ESC and an intermediate byte */
    CSI,           /* holding the parameters */
    CSI_DROP,      /* to its final byte */
    STRING,        /* dropping to its terminator */
    PALETTE,       /* dropping a fixed number of characters */
};

enum mode {
    MODE_COLOURS = 1u << 0,
    MODE_REGION = 1u << 1,
    MODE_CURSOR_KEYS = 1u << 2,
    MODE_KEYPAD = 1u << 3,
    MODE_REVERSE = 1u << 4,
    MODE_ORIGIN = 1u << 5,
    MODE_NO_WRAP = 1u << 6,
    MODE_NO_CURSOR = 1u << 7,
    MODE_ALTERNATE = 1u << 8,
    MODE_PASTE = 1u << 9,
    MODE_INSERT = 1u << 10,
    MODE_SHAPE = 1u << 11,
};

/* Where the output of one feed goes. */
struct sink {
    char *out;
    size_t length;
};

static void put(struct sink *sink, const void *bytes, size_t length)
{
    memcpy(sink->out + sink->length, bytes, length);
    sink->length += length;
}

static void put_char(struct sink *sink, char c)
{
    sink->out[sink->length++] = c;
}

static void put_number(struct sink *sink, unsigned int number)
{
    if (number >= 10)
        put_number(sink, number / 10);
    put_char(sink, (char)('0' + number % 10));
}

/* DEC special graphics, 0x60 to 0x7e, in Unicode and in ASCII. */
static void put_graphic(const struct vtfilter *filter, struct sink *sink,
                        uint32_t rune)
{
    static const char unicode[][4] = {
        "◆", "▒", "␉", "␌", "␍", "␊", "°", "±", "␤", "␋", "┘",
        "┐", "┌", "└", "┼", "⎺", "⎻", "─", "⎼", "⎽", "├", "┤",
        "┴", "┬", "│", "≤", "≥", "π", "≠", "£", "·",
    };
    static const char ascii[] = "+#    o#  +++++~---_++++|<>*!f.";

    if (filter->utf8)
        put(sink, unicode[rune - 0x60], strlen(unicode[rune - 0x60]));
    else
        put_char(sink, ascii[rune - 0x60]);
}

static bool is_harmless_control(uint32_t rune)
{
    return rune == BEL || (rune >= '\b' && rune <= '\n') || rune == '\r';
}

static void put_text(struct vtfilter *filter, struct sink *sink, uint32_t rune)
{
    if (is_harmless_control(rune))
        put_char(sink, (char)rune);
    else if (rune == SO || rune == SI)
        filter->gl = rune == SO ? 1 : 0;
    else if (rune >= 0x60 && rune < 0x7f && filter->graphics[filter->gl])
        put_graphic(filter, sink, rune);
    else if (rune >= 0x20 && rune < 0x7f)
        put_char(sink, (char)rune);
    else if (rune >= 0xa0 && !filter->utf8)
        put_char(sink, '?');
    else if (rune == REPLACEMENT)
        put(sink, "\xef\xbf\xbd", 3);
    else if (rune >= 0xa0)
        put(sink, filter->character, filter->have);
}

/* The modes that may be set and reset, and what is to be remembered of it. */
static const struct mode_row {
    char prefix;
    unsigned int number;
    bool usual; /* what a fresh terminal has */
    uint32_t mode;
} mode_rows[] = {
    { 0, 4, false, MODE_INSERT },         { '?', 1, false, MODE_CURSOR_KEYS },
    { '?', 5, false, MODE_REVERSE },      { '?', 6, false, MODE_ORIGIN },
    { '?', 7, true, MODE_NO_WRAP },       { '?', 12, false, 0 },
    { '?', 25, true, MODE_NO_CURSOR },    { '?', 47, false, MODE_ALTERNATE },
    { '?', 1047, false, MODE_ALTERNATE }, { '?', 1048, false, 0 },
    { '?', 1049, false, MODE_ALTERNATE }, { '?', 2004, false, MODE_PASTE },
};

static const struct mode_row *find_mode(char prefix, unsigned int number)
{
    for (size_t i = 0; i < sizeof(mode_rows) / sizeof(mode_rows[0]); i++)
        if (mode_rows[i].prefix == prefix && mode_rows[i].number == number)
            return &mode_rows[i];
    return NULL;
}

static void note_mode(struct vtfilter *filter, uint32_t mode, bool differs)
{
    if (differs)
        filter->modes |= mode;
    else
        filter->modes &= ~mode;
}

/* A control sequence in its parts; a parameter left out is 0. */
struct sequence {
    char prefix; /* one of < = > ? or 0 */
    unsigned int params[MAX_PARAMS];
    size_t count;
    bool has_colon;
    char middle; /* the intermediate byte or 0 */
    char final;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* false if it is no sequence that a terminal would have to understand. */
static bool parse_sequence(const struct vtfilter *filter, uint32_t final,
                           struct sequence *seq)
{
    const char *next = filter->held, *end = next + filter->held_length;

    *seq = (struct sequence){ .final = (char) final };
    if (next < end && *next >= '<' && *next <= '?')
        seq->prefix = *next++;
    if (next < end && *next >= '0')
        seq->count = 1;
    for (; next < end && *next >= '0' && *next <= ';'; next++) {
        unsigned int *param = &seq->params[seq->count - 1];
        if (is_digit(*next))
            *param = *param * 10 + (unsigned int)(*next - '0');
        else if (seq->count++ == MAX_PARAMS)
            return false;
        if (*next == ':')
            seq->has_colon = true;
        if (is_digit(*next) && *param > MAX_NUMBER)
            return false;
    }
    if (next < end && *next < '0')
        seq->middle = *next++;
    return next == end;
}

static void put_sequence(const struct vtfilter *filter, struct sink *sink,
                         char final)
{
    put(sink, "\033[", 2);
    put(sink, filter->held, filter->held_length);
    put_char(sink, final);
}

/* Of a list of modes only the harmless ones are passed on. */
static void judge_modes(struct vtfilter *filter, const struct sequence *seq,
                        struct sink *sink)
{
    bool set = seq->final == 'h', begun = false;

    for (size_t i = 0; i < seq->count; i++) {
        const struct mode_row *row = find_mode(seq->prefix, seq->params[i]);
        if (row == NULL)
            continue;
        note_mode(filter, row->mode, set != row->usual);
        put(sink, begun ? ";" : "\033[", begun ? 1 : 2);
        if (!begun && seq->prefix)
            put_char(sink, seq->prefix);
        put_number(sink, row->number);
        begun = true;
    }
    if (begun)
        put_char(sink, seq->final);
}

/* The plain sequences, and how many parameters they may have. */
static bool is_harmless(const struct sequence *seq)
{
    if (seq->final == 'm')
        return true;
    if (seq->has_colon)
        return false;
    if (strchr("Hfr", seq->final) != NULL)
        return seq->count <= 2;
    if (strchr("su", seq->final) != NULL)
        return seq->count == 0;
    if (strchr("JK", seq->final) != NULL) /* 3 would erase what scrolled off */
        return seq->count <= 1 && seq->params[0] <= 2;
    return strchr("@ABCDEFGILMPSTXZ`abde", seq->final) != NULL &&
           seq->count <= 1;
}

static void reset_sets(struct vtfilter *filter)
{
    filter->graphics[0] = filter->graphics[1] = false;
    filter->gl = 0;
}

static void judge(struct vtfilter *filter, uint32_t final, struct sink *sink)
{
    struct sequence seq;

    if (!parse_sequence(filter, final, &seq))
        return;
    if (seq.middle == ' ' && seq.final == 'q' && seq.prefix == 0 &&
        seq.count <= 1 && !seq.has_colon) {
        filter->modes |= MODE_SHAPE;
        put_sequence(filter, sink, seq.final);
    } else if (seq.middle == '!' && seq.final == 'p' && seq.prefix == 0 &&
               seq.count == 0) {
        reset_sets(filter);
        put_sequence(filter, sink, seq.final);
    } else if (seq.middle != 0) {
        return;
    } else if ((seq.final == 'h' || seq.final == 'l') && !seq.has_colon) {
        judge_modes(filter, &seq, sink);
    } else if (seq.prefix == 0 && is_harmless(&seq)) {
        if (seq.final == 'm')
            filter->modes |= MODE_COLOURS;
        if (seq.final == 'r')
            filter->modes |= MODE_REGION;
        put_sequence(filter, sink, seq.final);
    }
}

static void begin_string(struct vtfilter *filter, bool is_osc)
{
    filter->state = STRING;
    filter->is_osc = is_osc;
    filter->dropped = 0;
}

/* An 8-bit control: never passed on, but what it begins is dropped with it. */
static void take_c1(struct vtfilter *filter, uint32_t rune)
{
    if (filter->state == STRING && rune != C1_ST)
        return;
    filter->state = GROUND;
    if (rune == C1_OSC || rune == C1_DCS || rune == C1_SOS || rune == C1_PM ||
        rune == C1_APC) {
        begin_string(filter, rune == C1_OSC);
    } else if (rune == C1_CSI) {
        filter->state = CSI_DROP;
        filter->dropped = 0;
    }
}

/* What follows an ESC. */
static void take_escape(struct vtfilter *filter, uint32_t rune,
                        struct sink *sink)
{
    filter->state = GROUND;
    if (rune == '[') {
        filter->state = CSI;
        filter->held_length = 0;
    } else if (rune == ']' || rune == 'P' || rune == 'X' || rune == '^' ||
               rune == '_' || rune == 'k') { /* k: the title, for screen */
        begin_string(filter, rune == ']');
    } else if (rune >= 0x20 && rune <= 0x2f) {
        filter->state = ESCAPE_MIDDLE;
        filter->slot = rune == '(' ? 0 : rune == ')' ? 1 : -1;
        filter->dropped = 0;
    } else if (rune == 'c') {
        reset_sets(filter); /* all of the reset that is obeyed */
    } else if (rune < 0x7f && strchr("78DEM=>", (int)rune) != NULL) {
        if (rune == '=' || rune == '>')
            note_mode(filter, MODE_KEYPAD, rune == '=');
        put_char(sink, ESC);
        put_char(sink, (char)rune);
    }
}

/* Character sets and their like; the line drawing set is remembered. */
static void take_escape_middle(struct vtfilter *filter, uint32_t rune)
{
    if (rune < 0x30) {
        filter->slot = -1;
        if (++filter->dropped >= CSI_MAX)
            filter->state = GROUND;
        return;
    }
    if (filter->slot >= 0)
        filter->graphics[filter->slot] = rune == '0';
    filter->state = GROUND;
}

static void take_csi(struct vtfilter *filter, uint32_t rune, struct sink *sink)
{
    if (rune >= 0x40) {
        if (filter->state == CSI)
            judge(filter, rune, sink);
        filter->state = GROUND;
    } else if (filter->state == CSI_DROP) {
        if (++filter->dropped >= CSI_MAX)
            filter->state = GROUND;
    } else if (filter->held_length < sizeof(filter->held)) {
        filter->held[filter->held_length++] = (char)rune;
    } else {
        filter->state = CSI_DROP;
        filter->dropped = 0;
    }
}

static void take_string(struct vtfilter *filter, uint32_t rune,
                        struct sink *sink)
{
    size_t place = filter->dropped++;

    if (filter->is_osc && rune == BEL) {
        filter->state = GROUND;
    } else if (filter->is_osc && rune == '\n') {
        /* None has a line's end inside: the terminator was lost. */
        filter->state = GROUND;
        put_char(sink, '\n');
    } else if (filter->is_osc && place == 0 && rune == 'R') {
        filter->state = GROUND; /* the Linux console's "reset colours" */
    } else if (filter->is_osc && place == 0 && rune == 'P') {
        filter->state = PALETTE;
        filter->dropped = 0;
    } else if (filter->dropped >= VTFILTER_STRING_MAX) {
        filter->state = GROUND;
    }
}

/* A character inside a sequence that is neither ESC, CAN, SUB nor C1. */
static void take_inside(struct vtfilter *filter, uint32_t rune,
                        struct sink *sink)
{
    if (rune < 0x20) {
        if (is_harmless_control(rune)) /* terminals obey it at once */
            put_char(sink, (char)rune);
        return;
    }
    if (rune == 0x7f)
        return;
    if (rune > 0x7f) {
        filter->state = GROUND;
        put_text(filter, sink, rune);
        return;
    }
    if (filter->state == ESCAPE)
        take_escape(filter, rune, sink);
    else if (filter->state == ESCAPE_MIDDLE)
        take_escape_middle(filter, rune);
    else
        take_csi(filter, rune, sink);
}

static void take_rune(struct vtfilter *filter, uint32_t rune, struct sink *sink)
{
    if (rune == ESC)
        filter->state = ESCAPE;
    else if (rune == CAN || rune == SUB)
        filter->state = GROUND;
    else if (rune >= 0x80 && rune < 0xa0)
        take_c1(filter, rune);
    else if (filter->state == GROUND)
        put_text(filter, sink, rune);
    else if (filter->state == STRING)
        take_string(filter, rune, sink);
    else if (filter->state == PALETTE)
        filter->state = ++filter->dropped >= PALETTE_DIGITS ? GROUND : PALETTE;
    else
        take_inside(filter, rune, sink);
}

/* Begins a character of several bytes; false if this byte cannot. RFC 3629. */
static bool begin_character(struct vtfilter *filter, unsigned char byte)
{
    if (byte < 0xc2 || byte > 0xf4)
        return false;
    filter->need = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    filter->rune = byte & (0x3fu >> filter->need);
    filter->low = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
    filter->high = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
    filter->character[0] = byte;
    filter->have = 1;
    return true;
}

static void take_byte(struct vtfilter *filter, unsigned char byte,
                      struct sink *sink)
{
    if (filter->need > 0) {
        if (byte >= filter->low && byte <= filter->high) {
            filter->character[filter->have++] = byte;
            filter->rune = filter->rune << 6 | (byte & 0x3f);
            filter->low = 0x80;
            filter->high = 0xbf;
            if (--filter->need == 0)
                take_rune(filter, filter->rune, sink);
            return;
        }
        filter->need = 0;
        take_rune(filter, REPLACEMENT, sink);
    }
    if (byte < 0xa0)
        take_rune(filter, byte, sink);
    else if (!begin_character(filter, byte))
        take_rune(filter, REPLACEMENT, sink);
}

void vtfilter_init(struct vtfilter *filter, bool utf8)
{
    *filter = (struct vtfilter){ .utf8 = utf8, .state = GROUND };
}

size_t vtfilter_feed(struct vtfilter *filter, const void *bytes, size_t length,
                     char *out)
{
    struct sink sink = { .out = out };
    const unsigned char *next = bytes;

    for (size_t i = 0; i < length; i++)
        take_byte(filter, next[i], &sink);
    return sink.length;
}

size_t vtfilter_undo(struct vtfilter *filter, char *out)
{
    /* In this order: what belongs to the alternate screen is left with it. */
    static const struct {
        uint32_t mode;
        const char *undo;
    } rows[] = {
        { MODE_ALTERNATE, "\033[?1049l" },   { MODE_ORIGIN, "\033[?6l" },
        { MODE_REGION, "\0337\033[r\0338" }, { MODE_COLOURS, "\033[0m" },
        { MODE_CURSOR_KEYS, "\033[?1l" },    { MODE_KEYPAD, "\033>" },
        { MODE_REVERSE, "\033[?5l" },        { MODE_NO_WRAP, "\033[?7h" },
        { MODE_NO_CURSOR, "\033[?25h" },     { MODE_PASTE, "\033[?2004l" },
        { MODE_INSERT, "\033[4l" },          { MODE_SHAPE, "\033[0 q" },
    };
    struct sink sink = { .out = out };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (filter->modes & rows[i].mode)
            put(&sink, rows[i].undo, strlen(rows[i].undo));
    vtfilter_init(filter, filter->utf8);
    return sink.length;
}
