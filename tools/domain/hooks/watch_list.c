/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/hooks/watch_list.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/trusted.h"

#define SUFFIX ".rule"

/* The name without the suffix, the caller's; NULL if it is no rule's. */
static char *rule_name(const char *file)
{
    size_t length = strlen(file), suffix = strlen(SUFFIX);

    if (length <= suffix || strcmp(file + length - suffix, SUFFIX) != 0)
        return NULL;
    for (size_t i = 0; i < length - suffix; i++)
        if (!isalnum((unsigned char)file[i]) && strchr("_-", file[i]) == NULL)
            return NULL;
    return mem_strndup(file, length - suffix);
}

/* The first mistake with its place, else the error itself. */
static char *describe(const struct config_diags *diags, const struct error *err)
{
    cleanup_strbuf struct strbuf text = { 0 };

    config_diags_render(diags, 0, &text);
    if (text.length == 0)
        return mem_strdup(err->message);
    return mem_strndup(text.text, strcspn(text.text, "\n"));
}

/* Takes the name over. */
static void add(struct watch_list *list, const char *folder, const char *file,
                char *name)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_error struct error err = ERROR_INIT;
    struct watch_entry entry = { .name = name,
                                 .file = mem_printf("%s/%s", folder, file) };

    if (trusted_check(entry.file, &err) < 0)
        entry.fault = mem_strdup(err.message);
    else if (watchrule_read(entry.file, &entry.rule, &diags, &err) < 0)
        entry.fault = describe(&diags, &err);
    else if (trusted_check(entry.rule.command.items[0], &err) < 0)
        entry.fault = mem_printf("%s: %s", entry.file, err.message);
    VEC_PUSH(&list->items, entry);
}

static int compare(const void *a, const void *b)
{
    const struct watch_entry *one = a, *other = b;

    return strcmp(one->name, other->name);
}

int watch_list_read(struct watch_list *list, const char *folder,
                    struct error *err)
{
    DIR *dir = opendir(folder);

    if (dir == NULL && errno == ENOENT)
        return 0;
    if (dir == NULL)
        return error_set_errno(err, ERR_CONFIG, errno, "%s", folder);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char *name = rule_name(entry->d_name);
        if (name != NULL)
            add(list, folder, entry->d_name, name);
    }
    closedir(dir);
    if (list->items.count > 1)
        qsort(list->items.items, list->items.count, sizeof(struct watch_entry),
              compare);
    return 0;
}

void watch_list_dispose(struct watch_list *list)
{
    VEC_EACH (&list->items, entry) {
        free(entry->name);
        free(entry->file);
        free(entry->fault);
        watchrule_dispose(&entry->rule);
    }
    VEC_DISPOSE(&list->items);
}

struct watch_entry *watch_list_find(const struct watch_list *list,
                                    const char *name)
{
    VEC_EACH (&list->items, entry)
        if (strcmp(entry->name, name) == 0)
            return entry;
    return NULL;
}
