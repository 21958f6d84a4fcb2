/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Strings with a grammar of their own: `key=value,flag,...`. Most devices
 * are a table of fields; the walk, the matching and the places inside the
 * string are done here.
 */
#ifndef XENITH_CONFIG_SPEC_H
#define XENITH_CONFIG_SPEC_H

#include "config/fill.h"

enum {
    SPEC_REMEMBERED = 32, /* settings of one string, to tell of a second */
};

struct spec_field;

struct spec {
    struct fill *fill;
    const struct config_value *value;
    char *buffer; /* a copy that is cut into words; owned */
    char *next;
    const struct spec_field *set[SPEC_REMEMBERED]; /* by words before */
    size_t set_count;
};

void spec_open(struct spec *spec, struct fill *fill,
               const struct config_value *value);
void spec_close(struct spec *spec);
#define cleanup_spec __attribute__((cleanup(spec_close)))

/* The next word, blanks before it gone, empty ones skipped; NULL at the end. */
char *spec_next(struct spec *spec);
/* The next word as it is, blanks, empty or not; NULL at the end. */
char *spec_next_exact(struct spec *spec);

/*
 * The next part of a text that is a list in itself, cut off it at separators;
 * empty ones are skipped. *rest begins as the text. NULL at the end, or when
 * the configuration has too many settings, which was reported at the value.
 */
char *spec_next_part(struct fill *fill, const struct config_value *value,
                     char separator, char **rest);

/* Diagnostics under a word (or any part of the buffer). */
void spec_error(struct spec *spec, const char *word, const char *hint,
                const char *format, ...) __attribute__((format(printf, 4, 5)));
void spec_warn(struct spec *spec, const char *word, const char *hint,
               const char *format, ...) __attribute__((format(printf, 4, 5)));

/* As spec_error on a command line; in a file a warning: "; it is ignored". */
void spec_doubt(struct spec *spec, const char *word, const char *hint,
                const char *format, ...) __attribute__((format(printf, 4, 5)));

enum spec_kind {
    SPEC_TEXT,     /* char * */
    SPEC_NUMBER,   /* int; not a number is an error */
    SPEC_INT,      /* int */
    SPEC_UINT,     /* uint32_t; C's number bases */
    SPEC_U8,       /* uint8_t; C's number bases */
    SPEC_BOOL,     /* bool from a number */
    SPEC_DEFBOOL,  /* libxl_defbool from a number */
    SPEC_ENUM,     /* an enum by libxl's words */
    SPEC_SET,      /* a flag without value: libxl_defbool true */
    SPEC_CLEAR,    /* a flag without value: libxl_defbool false */
    SPEC_FUNCTION, /* `parse` does it */
};

struct spec_field {
    const char *name;
    enum spec_kind kind;
    size_t offset;
    const libxl_enum_string_table *words; /* of SPEC_ENUM */
    void (*parse)(struct spec *spec, void *object, const char *text);
    /* Of SPEC_FUNCTION: the inverse, NULL where it is not set. The caller's. */
    char *(*write)(const void *object);
};

/* Remembers what a word sets, and warns if one before it did. */
void spec_note_set(struct spec *spec, const struct spec_field *field,
                   const char *word);

/*
 * Stores the word `key=value` (or flag) in the object. True if a field has
 * that name; a bad value was reported. False: it is none of the fields.
 */
bool spec_store(struct spec *spec, const struct spec_field *fields,
                size_t count, void *object, char *word);

/*
 * "unknown setting 'foo' in KIND, did you mean 'bar'?" as an error or, unless
 * it is fatal or stands on a command line, a warning.
 */
void spec_unknown(struct spec *spec, const struct spec_field *fields,
                  size_t count, char *word, bool fatal, const char *kind);

/*
 * Reads all settings of a device into the object; an unknown one is an error
 * if fatal, as spec_unknown has it.
 */
void spec_read(struct fill *fill, struct fill_words words,
               const struct spec_field *fields, size_t count, void *object,
               bool fatal, const char *kind);

/*
 * The names of a grammar's settings, wherever its own table keeps them. A key
 * may have several such grammars, one for each part.
 */
struct spec_grammar {
    const char *key;
    const char *const *first; /* the name in the first row of the table */
    size_t stride;            /* bytes from one row to the next */
    size_t count;
    const struct spec_field *fields; /* the table, if it is of these */
};

/* A table of rows of its own kind, and one of struct spec_field. */
#define SPEC_GRAMMAR(key, table)                                     \
    {                                                                \
        key, &(table)[0].name, sizeof((table)[0]), SPEC_COUNT(table) \
    }
#define SPEC_FIELDS(key, table)                                             \
    {                                                                       \
        key, &(table)[0].name, sizeof((table)[0]), SPEC_COUNT(table), table \
    }

/* The field of a key's setting; NULL if its table has none such. */
const struct spec_field *spec_find_field(const char *key, const char *name);

/* The key that a table belongs to, or NULL. */
const char *spec_key_of(const struct spec_field *fields);

/* Of each file with grammars; ended by a row without a key. */
extern const struct spec_grammar device_grammars[];
extern const struct spec_grammar channel_grammars[];
extern const struct spec_grammar disk_grammars[];
extern const struct spec_grammar nic_grammars[];
extern const struct spec_grammar pci_grammars[];
extern const struct spec_grammar usb_grammars[];
extern const struct spec_grammar vdispl_grammars[];
extern const struct spec_grammar vfb_grammars[];
extern const struct spec_grammar vkb_grammars[];
extern const struct spec_grammar vnuma_grammars[];
extern const struct spec_grammar vsnd_grammars[];

#define SPEC_COUNT(fields) (sizeof(fields) / sizeof((fields)[0]))

#endif
