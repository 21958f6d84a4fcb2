/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A command is one row in a file of its own, tools/xn/cmd_NAME.c. Help,
 * completion and the manual's synopsis come from the row; the dispatcher reads
 * the options, opens Xen, resolves the domain and calls run.
 *
 * A group, as `xn config`, is a row without run; the rows of its commands, in
 * tools/xn/cmd_GROUP_NAME.c, carry its name.
 */
#ifndef XENITH_XN_COMMAND_H
#define XENITH_XN_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "device/kind.h"
#include "host/host.h"

/* What is fixed for the whole run, set by main from the global options. */
struct settings {
    bool as_xl;             /* called under the name xl: behave as xl does */
    unsigned int verbosity; /* how many -v */
    bool dry_run;           /* global -N */
    bool force;             /* global -f */
};

enum option_kind {
    OPTION_FLAG,  /* may be given several times, counted */
    OPTION_VALUE, /* takes a value; the last one counts, or all do */
};

struct option_row {
    char letter;      /* 0: long only */
    const char *name; /* NULL: letter only */
    enum option_kind kind;
    const char *value; /* the value's name in the help, e.g. "FILE" */
    const char *help;  /* NULL: accepted but not shown (deprecated) */
};

/* What the first word stands for. */
enum command_target {
    TARGET_NONE,
    TARGET_DOMAIN,   /* a name, id, UUID, or unique beginning of a UUID */
    TARGET_OPTIONAL, /* as TARGET_DOMAIN, but it may be left out */
};

/* What the words are, for completion. */
enum word_kind {
    WORD_NOTHING,
    WORD_DOMAIN,
    WORD_FILE,
    WORD_FILE_OR_DOMAIN,
    WORD_CONFIG, /* a file, then KEY=VALUE too */
    WORD_HOST,
    WORD_POOL, /* one CPU pool */
    WORD_COMMAND,
    WORD_KEY,             /* of a configuration */
    WORD_DEVICE,          /* of the target; then files */
    WORD_DEFINED,         /* a guest that is defined on this host */
    WORD_DEFINED_OR_FILE, /* the same, or a file */
};

/* What every report takes; its schema is xn.NAME/1, xn.GROUP-NAME/1. */
#define OPTION_JSON                                              \
    {                                                            \
        0, "json", OPTION_FLAG, NULL, "Prints one JSON document" \
    }

/* The options of a command that has no other. */
extern const struct option_row json_option[];

struct invocation;
struct given_value;    /* of options.c */
struct device_listing; /* of device.h */

struct command {
    const char *name;    /* one word */
    const char *group;   /* the name of the group it is in, or NULL */
    bool ours;           /* xl has none of that name (nor groups) */
    const char *summary; /* one line, no full stop */
    const char *words;   /* as in the usage: "FILE [KEY=VALUE ...]" */
    const char *more;    /* what the words mean where their names do not say;
                          * lines of the help, no line feed at the end; or NULL */
    int min_words;       /* the domain counts */
    int max_words;       /* -1: any number */
    enum command_target target;
    /* Options, ended by NULL: all words are words then; or NULL. */
    const char *const *no_target_with;
    enum word_kind completes;   /* what the words beside the target are */
    const char *const *choices; /* all that one word can be, ends with NULL;
                                 * or NULL */
    int choice_at;              /* which word, the domain counts; from 0 on */
    const struct device_kind *device;     /* of WORD_DEVICE */
    const struct device_listing *listing; /* of device_list_run */
    bool can_dry_run;                     /* -N means something */
    bool without_xen;                 /* must also work where there is no Xen */
    bool hidden;                      /* internal: not in help and completion */
    const struct option_row *options; /* ends with a zeroed row; may be NULL */
    int (*run)(struct invocation *inv, struct error *err); /* NULL: a group */
};

struct invocation {
    const struct command *command;
    const struct settings *settings;
    struct host *host;  /* open unless the command is without_xen */
    uint32_t domid;     /* of the target; INVALID_DOMID if left out */
    const char *domain; /* the target as the user typed it, or NULL */
    char **words;       /* the words after the target */
    int word_count;
    unsigned int *counts;       /* per option row: how often it was given */
    struct given_value *values; /* in the order of the command line */
    unsigned int value_count;
    int exit_status; /* other than 0 where success needs it */
};

/* How often an option was given, by the long name or the letter of its row. */
unsigned int invocation_count(const struct invocation *inv, const char *option);
/* -N before the command, or one of its own words for it. */
bool invocation_is_dry_run(const struct invocation *inv);
/* The value of an option, NULL if it was not given. */
const char *invocation_value(const struct invocation *inv, const char *option);
/* Of one that may be given several times: the value it had there, from 0 on. */
const char *invocation_value_at(const struct invocation *inv,
                                const char *option, unsigned int place);

/* The table; ends with NULL. */
extern const struct command *const commands[];

#endif
