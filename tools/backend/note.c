/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The format: texts, each ended by a NUL: the stage, then key and value in
 * turn.
 */
#include "backend/note.h"

#include <dirent.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/strbuf.h"

#define NOTE_LIMIT ((size_t)1 << 20)

static char *note_path(const char *folder, const struct backend_name *name)
{
    return mem_printf("%s/%s-%u-%u", folder, name->kind, name->domid,
                      name->devid);
}

static void add_text(struct strbuf *buf, const char *text)
{
    strbuf_add(buf, text, strlen(text) + 1);
}

int note_write(const char *folder, const struct backend_name *name,
               enum due_noted stage, const struct backend_nodes *nodes,
               struct error *err)
{
    cleanup_free char *path = note_path(folder, name);
    cleanup_strbuf struct strbuf buf = { 0 };

    if (io_make_dirs(folder, PATHS_RUNDIR_MODE, err) < 0)
        return -1;
    add_text(&buf, stage == DUE_NOTED_DONE ? "done" : "begun");
    VEC_EACH (&nodes->list, node) {
        add_text(&buf, node->key);
        add_text(&buf, node->value);
    }
    return io_replace_file(path, 0600, buf.text, buf.length, err);
}

/* The next text, NULL at the end; a last one without its NUL is none. */
static const char *next_text(const char **at, const char *end)
{
    const char *text = *at;
    const char *nul = text < end ? memchr(text, 0, (size_t)(end - text)) : NULL;

    *at = nul != NULL ? nul + 1 : end;
    return nul != NULL ? text : NULL;
}

enum due_noted note_read(const char *folder, const struct backend_name *name,
                         struct backend_nodes *nodes)
{
    cleanup_free char *path = note_path(folder, name), *bytes = NULL;
    size_t length;

    if (io_read_file(path, NOTE_LIMIT, &bytes, &length, NULL) < 0)
        return DUE_NOT_NOTED;
    const char *at = bytes, *end = bytes + length;
    const char *stage = next_text(&at, end), *key, *value;
    if (stage == NULL)
        return DUE_NOT_NOTED;
    while (nodes != NULL && (key = next_text(&at, end)) != NULL &&
           (value = next_text(&at, end)) != NULL)
        backend_nodes_add(nodes, key, value);
    return strcmp(stage, "done") == 0 ? DUE_NOTED_DONE : DUE_NOTED_BEGUN;
}

void note_remove(const char *folder, const struct backend_name *name)
{
    cleanup_free char *path = note_path(folder, name);

    unlink(path);
}

void note_list(const char *folder, struct backend_names *names)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    if (dir == NULL)
        return;
    while ((entry = readdir(dir)) != NULL) {
        cleanup_free char *path =
            mem_printf(BACKENDS_FOLDER "/%s", entry->d_name);
        struct backend_name name;
        for (char *c = path; *c != '\0'; c++)
            if (*c == '-')
                *c = '/';
        if (backend_name_parse(path, &name))
            VEC_PUSH(&names->list, name);
    }
    closedir(dir);
}
