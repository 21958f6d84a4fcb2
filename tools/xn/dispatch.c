/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/dispatch.h"

#include <string.h>

#include "base/mem.h"
#include "base/near.h"
#include "host/lookup.h"
#include "show/show.h"
#include "xn/help.h"
#include "xn/options.h"

static bool is_in(const struct command *command, const char *group)
{
    if (group == NULL || command->group == NULL)
        return command->group == group;
    return strcmp(command->group, group) == 0;
}

bool dispatch_shows(const struct command *command, const char *group)
{
    return !command->hidden && is_in(command, group);
}

/* What other tools call it. */
static const char *known_elsewhere(const char *name)
{
    static const struct {
        const char *word, *command;
    } rows[] = {
        { "attach", "console" }, { "delete", "destroy" },
        { "kill", "destroy" },   { "ls", "list" },
        { "restart", "reboot" }, { "resume", "unpause" },
        { "run", "create" },     { "status", "list" },
        { "stop", "shutdown" },  { "suspend", "pause" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].word, name) == 0)
            return rows[i].command;
    return NULL;
}

static const char *near_command(const char *name, const char *group)
{
    const char *known = group == NULL ? known_elsewhere(name) : NULL;

    if (known != NULL)
        return known;
    struct near near = near_begin(name);

    for (const struct command *const *row = commands; *row != NULL; row++)
        if (dispatch_shows(*row, group))
            near_offer(&near, (*row)->name);
    return near_best(&near);
}

static void refuse_command(const char *name, const char *group, bool ambiguous,
                           struct error *err)
{
    cleanup_free char *title =
        mem_printf("%s%s%s", group ? group : "", group ? " " : "", name);
    const char *near = near_command(name, group);

    if (ambiguous) {
        error_set(err, ERR_USAGE, "command '%s' is ambiguous", title);
    } else {
        error_set(err, ERR_USAGE, "unknown command '%s'", title);
        if (near != NULL)
            error_hint(err, "did you mean '%s'?", near);
    }
    error_hint(err, "see 'xn help%s%s'", group ? " " : "", group ? group : "");
}

static bool begins_with(const char *name, const char *beginning)
{
    return strncmp(name, beginning, strlen(beginning)) == 0;
}

/* The shortest name that begins with this; NULL if none does. */
static const struct command *find_shortest(const char *group, const char *name)
{
    const struct command *found = NULL;

    for (const struct command *const *row = commands; *row != NULL; row++)
        if (dispatch_shows(*row, group) && begins_with((*row)->name, name) &&
            (found == NULL || strlen((*row)->name) < strlen(found->name)))
            found = *row;
    return found;
}

/* Some name begins with `name` and not with all of `found`. */
static bool is_ambiguous(const char *group, const char *name,
                         const struct command *found)
{
    for (const struct command *const *row = commands; *row != NULL; row++)
        if (dispatch_shows(*row, group) && begins_with((*row)->name, name) &&
            !begins_with((*row)->name, found->name))
            return true;
    return false;
}

/*
 * xl's own rule (its cmdtable_lookup): the one of its commands that begins so.
 * What begins several of them is none of them.
 */
static const struct command *find_as_xl(const char *name, struct error *err)
{
    const struct command *found = NULL;
    bool ambiguous = false;

    for (const struct command *const *row = commands; *row != NULL; row++) {
        if (strcmp((*row)->name, name) == 0 && (*row)->group == NULL)
            return *row;
        if ((*row)->ours || !dispatch_shows(*row, NULL) ||
            !begins_with((*row)->name, name))
            continue;
        ambiguous = found != NULL;
        found = *row;
    }
    if (found != NULL && !ambiguous)
        return found;
    refuse_command(name, NULL, ambiguous, err);
    return NULL;
}

/*
 * One word; group is where it is looked for, NULL: at the top. A beginning
 * stands for the name with which all names that fit it begin: `conf` for
 * config, not for config-update.
 */
static const struct command *find_in(const char *group, const char *name,
                                     struct error *err)
{
    for (const struct command *const *row = commands; *row != NULL; row++)
        if (is_in(*row, group) && strcmp((*row)->name, name) == 0)
            return *row;
    const struct command *found = find_shortest(group, name);
    if (found != NULL && !is_ambiguous(group, name, found))
        return found;
    refuse_command(name, group, found != NULL, err);
    return NULL;
}

const struct command *dispatch_find(char *const *words, int count, bool as_xl,
                                    int *used, struct error *err)
{
    const struct command *found =
        as_xl ? find_as_xl(words[0], err) : find_in(NULL, words[0], err);

    *used = 1;
    if (found == NULL || found->run != NULL || count < 2 || words[1][0] == '-')
        return found;
    *used = 2;
    return find_in(found->name, words[1], err);
}

static int check_dry_run(const struct invocation *inv, struct error *err)
{
    cleanup_free char *title = help_title(inv->command);

    if (!inv->settings->dry_run || inv->command->can_dry_run)
        return 0;
    return error_set(err, ERR_USAGE, "'%s' has no dry run", title);
}

static int check_words(const struct invocation *inv, struct error *err)
{
    const struct command *command = inv->command;
    cleanup_free char *title = help_title(command);
    cleanup_free char *usage = help_usage(command);

    if (command->run == NULL) {
        error_set(err, ERR_USAGE, "'%s' needs one of its commands", title);
        error_hint(err, "'xn help %s' lists them", title);
        return -1;
    }
    if (inv->word_count < command->min_words)
        error_set(err, ERR_USAGE, "'%s' needs more words", title);
    else if (command->max_words >= 0 && inv->word_count > command->max_words)
        error_set(err, ERR_USAGE, "'%s' does not take '%s'", title,
                  inv->words[command->max_words]);
    else
        return 0;
    error_hint(err, "%s", usage);
    return -1;
}

/* One of its options makes all words mere words. */
static bool has_no_target(const struct invocation *inv)
{
    const char *const *without = inv->command->no_target_with;

    for (; without != NULL && *without != NULL; without++)
        if (invocation_count(inv, *without) > 0)
            return true;
    return false;
}

static int resolve_target(struct invocation *inv, struct error *err)
{
    inv->domid = INVALID_DOMID;
    if (inv->command->target == TARGET_NONE || inv->word_count == 0 ||
        has_no_target(inv))
        return 0;
    inv->domain = inv->words[0];
    inv->words++;
    inv->word_count--;
    return lookup_domain(inv->host, inv->domain, &inv->domid, err);
}

static int run_on_host(struct invocation *inv, struct error *err)
{
    struct host host;

    if (host_open(&host, inv->settings->verbosity, err) < 0)
        return -1;
    inv->host = &host;
    int rc = resolve_target(inv, err);
    if (rc == 0)
        rc = inv->command->run(inv, err);
    host_close(&host);
    return rc;
}

int dispatch_run(const struct settings *settings, int argc, char **argv,
                 int *exit_status, struct error *err)
{
    bool help = false;
    int used;
    struct invocation inv = {
        .command = dispatch_find(argv, argc, settings->as_xl, &used, err),
        .settings = settings,
    };

    *exit_status = 1;
    if (inv.command == NULL)
        return -1;
    int rc = options_parse(&inv, argc - used + 1, argv + used - 1, &help, err);
    if (rc == 0 && help)
        help_command(inv.command);
    else if (rc == 0)
        rc = check_words(&inv, err);
    if (rc < 0)
        *exit_status = 2; /* of xl's SWITCH_FOREACH_OPT */
    if (rc == 0 && !help)
        rc = check_dry_run(&inv, err);
    if (rc == 0 && !help)
        rc = inv.command->without_xen ? inv.command->run(&inv, err)
                                      : run_on_host(&inv, err);
    options_dispose(&inv);
    if (rc == 0)
        rc = show_finish(err);
    if (rc == 0)
        *exit_status = inv.exit_status;
    return rc;
}
