/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/hooks/hook_list.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/paths.h"
#include "base/trusted.h"

const struct hook_place hook_place_of_host = {
    .folder = PATHS_HOOKS,
    .of_guest = PATHS_GUEST_HOOKS,
    .log = PATHS_HOOKS_LOG,
};

/* What packagers and editors leave beside a file is no hook. */
static bool is_hook_name(const char *name)
{
    if (name[0] == '.' || strstr(name, ".dpkg-") != NULL ||
        strstr(name, ".rpm") != NULL)
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr("._-", *c) == NULL)
            return false;
    return true;
}

static bool is_program(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
           (status.st_mode & S_IXUSR) != 0;
}

/* Takes the path over. */
static void add(struct hook_list *list, const char *name, char *path, int event)
{
    cleanup_error struct error err = ERROR_INIT;
    struct hook hook = { .name = mem_strdup(name),
                         .path = path,
                         .event = event };

    if (trusted_check(path, &err) < 0) {
        hook.fault = mem_strdup(err.message);
        hook.cure = err.hint != NULL ? mem_strdup(err.hint) : NULL;
    } else if (!is_program(path)) {
        hook.fault = mem_printf("%s: not executable", path);
    }
    VEC_PUSH(&list->items, hook);
}

static int read_folder(struct hook_list *list, const char *folder, int event,
                       struct error *err)
{
    DIR *dir = opendir(folder);

    if (dir == NULL && (errno == ENOENT || errno == ENOTDIR))
        return 0;
    if (dir == NULL)
        return error_set_errno(err, ERR_CONFIG, errno, "%s", folder);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        cleanup_free char *path = mem_printf("%s/%s", folder, entry->d_name);
        if (is_hook_name(entry->d_name) && is_program(path))
            add(list, entry->d_name, steal(path), event);
    }
    closedir(dir);
    return 0;
}

static int read_event_folder(struct hook_list *list,
                             const struct hook_place *place, int event,
                             struct error *err)
{
    cleanup_free char *folder =
        mem_printf("%s/%s", place->folder, hook_event_name(event));

    return read_folder(list, folder, event, err);
}

/* By name; those of all events before the one of the same name. */
static int compare(const void *a, const void *b)
{
    const struct hook *one = a, *other = b;
    int order = strcmp(one->name, other->name);

    return order != 0 ? order : one->event - other->event;
}

static void add_own(struct hook_list *list, const struct hook_place *place,
                    const char *word)
{
    if (word[0] == '/')
        add(list, word, mem_strdup(word), -1);
    else if (is_hook_name(word))
        add(list, word, mem_printf("%s/%s", place->of_guest, word), -1);
    else
        VEC_PUSH(&list->items,
                 ((struct hook){
                     .name = mem_strdup(word),
                     .path = mem_strdup(word),
                     .event = -1,
                     .fault = mem_printf("hooks: '%s' is neither a name nor "
                                         "an absolute path",
                                         word),
                 }));
}

int hook_list_read(struct hook_list *list, const struct hook_place *place,
                   int event, char *const *own, struct error *err)
{
    int first = event < 0 ? 0 : event;
    int last = event < 0 ? HOOK_EVENTS - 1 : event;

    if (read_folder(list, place->folder, -1, err) < 0)
        return -1;
    for (int i = first; i <= last; i++)
        if (read_event_folder(list, place, i, err) < 0)
            return -1;
    if (list->items.count > 1)
        qsort(list->items.items, list->items.count, sizeof(struct hook),
              compare);
    for (; own != NULL && *own != NULL; own++)
        add_own(list, place, *own);
    return 0;
}

void hook_list_dispose(struct hook_list *list)
{
    VEC_EACH (&list->items, hook) {
        free(hook->name);
        free(hook->path);
        free(hook->fault);
        free(hook->cure);
    }
    VEC_DISPOSE(&list->items);
}
