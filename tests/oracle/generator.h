/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inside of the generator: what its files share. */
#ifndef XENITH_TESTS_GENERATOR_H
#define XENITH_TESTS_GENERATOR_H

#include "config/keys.h"
#include "draw.h"
#include "generate.h"
#include "values.h"

enum {
    MAX_SETTINGS = 128, /* of a key */
};

/* What has been used of a row of the table of keys. */
struct row_use {
    unsigned int times;
    unsigned int settings[MAX_SETTINGS];
    unsigned int next_setting; /* the one whose turn it is */
};

struct generator {
    uint64_t seed;
    struct row_use *uses; /* one for each row of the table of keys */
    size_t next_row;      /* the one whose turn it is */
    size_t next_device;   /* and of those with settings */
    struct strbuf text;   /* of the file being made */
    struct strbuf untaught;
    unsigned int guest; /* GUEST_PV, GUEST_PVH or GUEST_HVM */
};

static inline unsigned int pick(struct generator *generator, unsigned int below)
{
    return draw_below(&generator->seed, below);
}

/* coverage.c: counts, and what is left out on purpose. */
bool is_exception(const char *key, const char *setting);
struct row_use *generator_use(struct generator *generator, const char *key);
void generator_use_setting(struct generator *generator, const char *key,
                           const char *setting);

/* pattern.c: adds one alternative of a pattern, or a word for NULL, to text. */
void generate_pattern(struct generator *generator, const char *pattern,
                      struct strbuf *text);
/* Text as people, and nobody, would write it. */
void generate_odd_text(struct generator *generator, struct strbuf *text);

/* items.c: one string of a list key, like "bridge=x,mac=y". */
void generate_item(struct generator *generator, const char *key,
                   struct strbuf *item);
/* The lists of lists, with all they need beside them. */
void generate_vnuma(struct generator *generator);
void generate_vsnd(struct generator *generator);

/* put.c: ways to write. */
void put_key(struct generator *generator, const char *key);
void put_end(struct generator *generator);
/* In quotes; put_atom: without them too, where the language needs none. */
void put_text(struct generator *generator, const char *text);
void put_atom(struct generator *generator, const char *text);
/* As a bare number where the language has it, or as a string. */
void put_number(struct generator *generator, long number);
/* With the key: in one piece, or put together. */
void put_string(struct generator *generator, const char *key, const char *text);
/* A list with its key: of items that a pattern makes, or of devices. */
void put_pattern_list(struct generator *generator, const char *key,
                      const char *pattern);
void put_devices(struct generator *generator, const char *key);

#endif
