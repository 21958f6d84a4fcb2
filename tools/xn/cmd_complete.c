/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hidden: what could stand for the last word of a command line, for the
 * shells' completion (docs/completions). The words are those after `xn` up to
 * the cursor, behind a `--` so that none is taken for an option of this
 * command. One candidate a line, with a tab and its help where it has one; the
 * line ":files" or ":hosts" leaves the rest to the shell. What cannot be
 * known, as domains without Xen, is left out in silence.
 */
#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "config/explain.h"
#include "config/subkey.h"
#include "device/list.h"
#include "domain/life/managed.h"
#include "host/cpupool.h"
#include "host/domains.h"
#include "host/lookup.h"
#include "show/show.h"
#include "xn/dispatch.h"
#include "xn/help.h"

static const struct option_row help_option[] = {
    { 'h', "help", OPTION_FLAG, NULL, "Tells about the command" },
    { 0 },
};

/* The command line, as far as it was read. */
struct line {
    const char *last; /* the word to complete */
    const struct command *command;
    const struct option_row *pending; /* the last word is its value */
    bool options_ended;               /* by "--" */
    int words;                        /* before the last, without options */
    char **given;                     /* those words, not owned */
};

static void offer(const struct line *line, const char *word, const char *help)
{
    if (strncmp(word, line->last, strlen(line->last)) != 0)
        return;
    if (help != NULL)
        show_printf("%s\t%s\n", word, help);
    else
        show_printf("%s\n", word);
}

/* Those of a group; NULL: those at the top. */
static void offer_commands(const struct line *line, const char *group)
{
    for (const struct command *const *row = commands; *row != NULL; row++)
        if (dispatch_shows(*row, group))
            offer(line, (*row)->name, (*row)->summary);
}

/* The command that words name, or NULL; *used as dispatch_find has it. */
static const struct command *find_command(char *const *words, int count,
                                          int *used)
{
    cleanup_error struct error none = ERROR_INIT;
    const struct command *command =
        dispatch_find(words, count, false, used, &none);

    return command == NULL || command->hidden ? NULL : command;
}

/* The words of help: a command, then one of its group. */
static void offer_titles(const struct line *line)
{
    const struct command *command = NULL;
    int used;

    if (line->words > 0)
        command = find_command(line->given, line->words, &used);
    if (line->words == 0)
        offer_commands(line, NULL);
    else if (command != NULL && command->run == NULL)
        offer_commands(line, command->name);
}

static void offer_options(const struct line *line,
                          const struct option_row *options)
{
    if (options == NULL)
        return;
    for (const struct option_row *row = options; row->letter || row->name;
         row++) {
        char letter[] = { '-', row->letter, '\0' };

        if (row->help == NULL)
            continue;
        if (row->letter)
            offer(line, letter, row->help);
        if (row->name != NULL) {
            cleanup_free char *name = mem_printf("--%s", row->name);
            offer(line, name, row->help);
        }
    }
}

/* A name that a line of text cannot carry is left out. */
static bool can_offer_name(const char *name)
{
    if (name == NULL || name[0] == '\0' || name[0] == ':')
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c))
            return false;
    return true;
}

static bool is_given(const struct line *line, const char *word)
{
    for (int i = 0; i < line->words; i++)
        if (strcmp(line->given[i], word) == 0)
            return true;
    return false;
}

static void offer_domains(const struct line *line)
{
    cleanup_domain_list struct domain_list list = { 0 };
    struct host host;

    /* Opened for its silence: the listing alone lets libxencall complain. */
    if (host_open(&host, 0, NULL) < 0)
        return;
    host_close(&host);
    if (domain_list_read(&list, DOMAIN_NAMES, NULL) < 0)
        return;
    VEC_EACH (&list.items, info)
        if (can_offer_name(info->name) && !is_given(line, info->name))
            offer(line, info->name, NULL);
}

static void offer_pools(const struct line *line)
{
    cleanup_cpupool_list struct cpupool_list list = { 0 };
    struct host host;

    if (host_open(&host, 0, NULL) < 0)
        return;
    if (cpupool_list_read(&host, &list, NULL) == 0)
        for (int i = 0; i < list.count; i++)
            if (can_offer_name(list.items[i].pool_name))
                offer(line, list.items[i].pool_name, NULL);
    host_close(&host);
}

/* The keys that do something, each with a suffix. */
static void offer_keys(const struct line *line, const char *suffix)
{
    for (size_t i = 0; i < config_key_count(); i++) {
        const struct config_key *key = config_key_at(i);

        if (key->state == KEY_IGNORED || key->state == KEY_NEWER)
            continue;
        cleanup_free char *word = mem_printf("%s%s", key->name, suffix);
        offer(line, word, key->help);
    }
}

/* The settings of a key whose dot is in the word: vif.rate. */
static void offer_settings(const struct line *line)
{
    const char *dot = strchr(line->last, '.');
    const char *name;

    if (dot == NULL)
        return;
    cleanup_free char *key =
        mem_strndup(line->last, (size_t)(dot - line->last));
    for (size_t i = 0; (name = config_setting_name(key, i)) != NULL; i++) {
        cleanup_free char *word = mem_printf("%s.%s", key, name);
        offer(line, word, config_subkey_find(key, name)->help);
    }
}

/* `value` behind `name=`, as the file's grammar has it: words in quotes. */
static void offer_value(const char *name, const char *value, const char *typed)
{
    const char *begun = typed + strspn(typed, "\\\"'");

    if (strncmp(value, begun, strlen(begun)) == 0)
        show_printf(isdigit((unsigned char)*value) ? "%s=%s\n" : "%s=\"%s\"\n",
                    name, value);
}

/* The values of a key whose = is in the word, where they can be listed. */
static void offer_key_values(const struct line *line)
{
    const char *equals = strchr(line->last, '=');
    const char *value;
    size_t at = 0;
    cleanup_free char *name =
        mem_strndup(line->last, (size_t)(equals - line->last));
    const struct config_key *key = config_key_find(name);
    if (key == NULL)
        return;
    while ((value = explain_next_word(key, &at)) != NULL)
        offer_value(name, value, equals + 1);
    if (key->types & KEY_BOOL) {
        offer_value(name, "1", equals + 1);
        offer_value(name, "0", equals + 1);
    }
}

/* Those of the domain that was given, where the first word is wanted. */
static void offer_devices(const struct line *line)
{
    cleanup_device_list struct device_list list = { 0 };
    struct device_owner owner = { 0 };
    struct host host;

    if (line->words > 1)
        show_printf(":files\n");
    if (line->words > 1 || host_open(&host, 0, NULL) < 0)
        return;
    owner.host = &host;
    if (lookup_domain(&host, line->given[0], &owner.domid, NULL) == 0)
        device_list_read(&list, line->command->device, &owner);
    for (int i = 0; i < list.count; i++) {
        cleanup_free char *word = list.kind->word(device_list_item(&list, i));
        if (can_offer_name(word))
            offer(line, word, NULL);
    }
    host_close(&host);
}

/* By the names of their files, without .cfg. */
static void offer_defined_in(const struct line *line, bool automatic)
{
    cleanup_managed_paths struct managed_paths paths = { 0 };
    struct managed managed = { .folder = MANAGED_FOLDER };

    if (managed_list(&managed, automatic, &paths, NULL) < 0)
        return;
    VEC_EACH (&paths.list, path) {
        cleanup_free char *name = mem_strdup(strrchr(*path, '/') + 1);
        char *suffix = strrchr(name, '.');
        if (suffix != NULL && strcmp(suffix, ".cfg") == 0)
            *suffix = '\0';
        if (can_offer_name(name) && !is_given(line, name))
            offer(line, name, NULL);
    }
}

/* A guest in the folder auto is mostly a link to one that was offered. */
static void offer_defined(const struct line *line)
{
    offer_defined_in(line, false);
    offer_defined_in(line, true);
}

static void offer_words(const struct line *line)
{
    const struct command *command = line->command;

    if (command->run == NULL) {
        offer_commands(line, command->name);
        return;
    }
    if (command->max_words >= 0 && line->words >= command->max_words)
        return;
    if (command->target != TARGET_NONE && line->words == 0) {
        offer_domains(line);
        return;
    }
    if (command->choices != NULL && line->words == command->choice_at) {
        for (const char *const *word = command->choices; *word != NULL; word++)
            offer(line, *word, NULL);
        return;
    }
    switch (command->completes) {
    case WORD_NOTHING:
        break;
    case WORD_DOMAIN:
        offer_domains(line);
        break;
    case WORD_FILE:
        show_printf(":files\n");
        break;
    case WORD_FILE_OR_DOMAIN:
        offer_domains(line);
        show_printf(":files\n");
        break;
    case WORD_CONFIG:
        show_printf(":files\n");
        if (line->words > 0 && strchr(line->last, '=') != NULL)
            offer_key_values(line);
        else if (line->words > 0)
            offer_keys(line, "=");
        break;
    case WORD_HOST:
        show_printf(":hosts\n");
        break;
    case WORD_POOL:
        if (line->words == (command->target != TARGET_NONE))
            offer_pools(line);
        break;
    case WORD_COMMAND:
        offer_titles(line);
        break;
    case WORD_KEY:
        offer_keys(line, "");
        offer_settings(line);
        break;
    case WORD_DEVICE:
        offer_devices(line);
        break;
    case WORD_DEFINED:
        offer_defined(line);
        break;
    case WORD_DEFINED_OR_FILE:
        offer_defined(line);
        show_printf(":files\n");
        break;
    }
}

static const struct option_row *find_option(const struct command *command,
                                            char letter, const char *name)
{
    const struct option_row *row = command->options;

    for (; row != NULL && (row->letter || row->name); row++)
        if (name == NULL ? row->letter == letter
                         : row->name != NULL && strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

/* The option of a word whose value is the next word; NULL if it is not. */
static const struct option_row *wants_value(const struct command *command,
                                            const char *word)
{
    const struct option_row *row;

    if (strncmp(word, "--", 2) == 0) {
        row = find_option(command, '\0', word + 2);
        return row != NULL && row->kind == OPTION_VALUE ? row : NULL;
    }
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        row = find_option(command, *letter, NULL);
        if (row != NULL && row->kind == OPTION_VALUE)
            return letter[1] == '\0' ? row : NULL;
    }
    return NULL;
}

/* The words of a command before the last one. */
static void read_words(struct line *line, char **words, int count)
{
    for (int i = 0; i < count; i++) {
        if (line->pending != NULL)
            line->pending = NULL;
        else if (line->options_ended || words[i][0] != '-' ||
                 words[i][1] == '\0')
            line->given[line->words++] = words[i];
        else if (strcmp(words[i], "--") == 0)
            line->options_ended = true;
        else
            line->pending = wants_value(line->command, words[i]);
    }
}

/* Options whose value is one of a few words, in all commands that have them. */
static const struct {
    const char *option;
    const char *words[8];
} choices[] = {
    { "compress", { "auto", "none", "lz4", "zstd" } },
    { "extratime", { "1", "0" } },
    { "format", { "xenith", "xl" } },
    { "progress", { "text", "json", "none" } },
    { "type", { "pv", "serial", "vuart" } },
};

static void offer_choices(const struct line *line)
{
    const char *option = line->pending->name;

    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
        if (option != NULL && strcmp(choices[i].option, option) == 0)
            for (const char *const *word = choices[i].words; *word != NULL;
                 word++)
                offer(line, *word, NULL);
}

/* Of the option that is pending, by its value's name in the help. */
static void offer_values(const struct line *line)
{
    const char *kind = line->pending->value;

    offer_choices(line);
    if (kind == NULL)
        return;
    if (strcmp(kind, "FILE") == 0)
        show_printf(":files\n");
    else if (strcmp(kind, "DOMAIN") == 0)
        offer_domains(line);
    else if (strcmp(kind, "POOL") == 0)
        offer_pools(line);
}

static void offer_all(const struct line *line)
{
    if (line->pending != NULL) {
        offer_values(line);
    } else if (line->last[0] == '-' && !line->options_ended) {
        offer_options(line, line->command->options);
        offer_options(line, help_option);
    } else {
        offer_words(line);
    }
}

static int run(struct invocation *inv, struct error *err)
{
    static char empty[] = "";
    char *nothing[] = { empty };
    char **words = inv->word_count > 0 ? inv->words : nothing;
    int last = inv->word_count > 0 ? inv->word_count - 1 : 0;
    int at = 0, used;
    struct line line = { .last = words[last] };

    while (at < last && words[at][0] == '-')
        at++;
    if (at == last) {
        if (line.last[0] == '-')
            offer_options(&line, global_options);
        else
            offer_commands(&line, NULL);
        return 0;
    }
    line.command = find_command(words + at, last - at, &used);
    if (line.command == NULL)
        return 0;
    cleanup_free char **given = mem_zalloc((size_t)last, sizeof(*given));
    line.given = given;
    read_words(&line, words + at + used, last - at - used);
    offer_all(&line);
    return 0;
}

const struct command command_complete = {
    .name = "__complete",
    .summary = "Prints what could stand for the last word (for shells)",
    .words = "-- [WORD ...]",
    .max_words = -1,
    .without_xen = true,
    .hidden = true,
    .run = run,
};
