/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xnd/rule_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Writing and renaming one file takes less. */
#define SETTLE_MS 200u

struct folder {
    uv_fs_event_t event;
    char *path; /* owned */
};

struct rule_files {
    uv_timer_t settle;
    struct folder *folders; /* owned */
    size_t count;
    void (*changed)(void *arg);
    void *arg;
    size_t open; /* handles that are not closed yet */
};

static void settled(uv_timer_t *timer);

static void touched(uv_fs_event_t *event, const char *name, int what,
                    int status)
{
    struct rule_files *files = event->data;

    if (!uv_is_active((uv_handle_t *)&files->settle))
        uv_timer_start(&files->settle, settled, SETTLE_MS, 0);
}

/* It may have come, or be another one. Where it is not there yet, the folder
 * that it, or one above it, would come into. */
static void look_out(struct folder *folder)
{
    cleanup_free char *place = mem_strdup(folder->path);
    char *slash;

    uv_fs_event_stop(&folder->event);
    while (uv_fs_event_start(&folder->event, touched, place, 0) != 0) {
        slash = strrchr(place, '/');
        if (slash == NULL || slash == place)
            return;
        *slash = '\0';
    }
}

static void look_out_for_all(struct rule_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        look_out(&files->folders[i]);
}

static void settled(uv_timer_t *timer)
{
    struct rule_files *files = timer->data;

    /* First: what changes from now on is told again. */
    look_out_for_all(files);
    files->changed(files->arg);
}

struct rule_files *rule_files_watch(uv_loop_t *loop, const char *const *folders,
                                    void (*changed)(void *arg), void *arg)
{
    struct rule_files *files = MEM_NEW(struct rule_files);

    while (folders[files->count] != NULL)
        files->count++;
    files->folders = mem_zalloc(files->count, sizeof(*files->folders));
    files->changed = changed;
    files->arg = arg;
    files->open = files->count + 1;
    uv_timer_init(loop, &files->settle);
    files->settle.data = files;
    for (size_t i = 0; i < files->count; i++) {
        files->folders[i].path = mem_strdup(folders[i]);
        uv_fs_event_init(loop, &files->folders[i].event);
        files->folders[i].event.data = files;
    }
    look_out_for_all(files);
    return files;
}

static void handle_closed(uv_handle_t *handle)
{
    struct rule_files *files = handle->data;

    if (--files->open > 0)
        return;
    for (size_t i = 0; i < files->count; i++)
        free(files->folders[i].path);
    free(files->folders);
    free(files);
}

void rule_files_unwatch(struct rule_files *files)
{
    uv_close((uv_handle_t *)&files->settle, handle_closed);
    for (size_t i = 0; i < files->count; i++)
        uv_close((uv_handle_t *)&files->folders[i].event, handle_closed);
}
