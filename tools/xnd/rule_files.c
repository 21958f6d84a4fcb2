/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xnd/rule_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Writing and renaming one file takes less. */
#define SETTLE_MS 200u

struct rule_files {
    uv_fs_event_t event;
    uv_timer_t settle;
    char *folder; /* owned */
    void (*changed)(void *arg);
    void *arg;
    unsigned int open; /* handles that are not closed yet */
};

static void settled(uv_timer_t *timer);

static void touched(uv_fs_event_t *event, const char *name, int what,
                    int status)
{
    struct rule_files *files = event->data;

    if (!uv_is_active((uv_handle_t *)&files->settle))
        uv_timer_start(&files->settle, settled, SETTLE_MS, 0);
}

/* The folder may have come, or be another one. */
static void look_out(struct rule_files *files)
{
    cleanup_free char *parent = mem_strdup(files->folder);
    char *slash = strrchr(parent, '/');

    uv_fs_event_stop(&files->event);
    if (uv_fs_event_start(&files->event, touched, files->folder, 0) == 0 ||
        slash == NULL)
        return;
    *slash = '\0';
    uv_fs_event_start(&files->event, touched, parent, 0);
}

static void settled(uv_timer_t *timer)
{
    struct rule_files *files = timer->data;

    /* First: what changes from now on is told again. */
    look_out(files);
    files->changed(files->arg);
}

struct rule_files *rule_files_watch(uv_loop_t *loop, const char *folder,
                                    void (*changed)(void *arg), void *arg)
{
    struct rule_files *files = MEM_NEW(struct rule_files);

    files->folder = mem_strdup(folder);
    files->changed = changed;
    files->arg = arg;
    uv_timer_init(loop, &files->settle);
    uv_fs_event_init(loop, &files->event);
    files->settle.data = files->event.data = files;
    files->open = 2;
    look_out(files);
    return files;
}

static void handle_closed(uv_handle_t *handle)
{
    struct rule_files *files = handle->data;

    if (--files->open > 0)
        return;
    free(files->folder);
    free(files);
}

void rule_files_unwatch(struct rule_files *files)
{
    uv_close((uv_handle_t *)&files->settle, handle_closed);
    uv_close((uv_handle_t *)&files->event, handle_closed);
}
