/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/life/managed.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

#define AUTO "auto"

bool managed_is_file(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* ---- by name ---- */

/* Yields the path if it is a file. */
static char *try_path(char *path)
{
    if (managed_is_file(path))
        return path;
    free(path);
    return NULL;
}

static char *find_in(const char *folder, const char *below, const char *name)
{
    char *path = try_path(mem_printf("%s%s/%s", folder, below, name));

    if (path == NULL)
        path = try_path(mem_printf("%s%s/%s.cfg", folder, below, name));
    return path;
}

int managed_find(const struct managed *managed, const char *name, char **path,
                 struct error *err)
{
    if (strchr(name, '/') != NULL) {
        *path = mem_strdup(name);
        return 0;
    }
    *path = find_in(managed->folder, "/" AUTO, name);
    if (*path == NULL)
        *path = find_in(managed->folder, "", name);
    if (*path != NULL)
        return 0;
    error_set(err, ERR_NODOMAIN, "no guest '%s' is defined", name);
    error_hint(err, "its configuration would be %s/%s.cfg", managed->folder,
               name);
    return -1;
}

/* ---- links ---- */

static char *link_of(const struct managed *managed, const char *path)
{
    const char *slash = strrchr(path, '/');

    return mem_printf("%s/" AUTO "/%s", managed->folder,
                      slash != NULL ? slash + 1 : path);
}

static bool leads_to(const char *link, const char *path)
{
    cleanup_free char *end = realpath(link, NULL);

    return end != NULL && strcmp(end, path) == 0;
}

int managed_enable(const struct managed *managed, const char *path,
                   bool *changed, struct error *err)
{
    cleanup_free char *folder = mem_printf("%s/" AUTO, managed->folder);
    cleanup_free char *real = realpath(path, NULL);
    cleanup_free char *link = link_of(managed, path);

    *changed = false;
    if (real == NULL)
        return error_set_errno(err, ERR_CONFIG, errno, "%s", path);
    if (!managed_is_file(real))
        return error_set(err, ERR_CONFIG, "%s: this is no file", path);
    if (access(real, R_OK) < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "%s", path);
    if (leads_to(link, real))
        return 0;
    if (io_make_dirs(folder, 0755, err) < 0)
        return -1;
    if (symlink(real, link) < 0)
        return error_set_errno(err, errno == EEXIST ? ERR_STATE : ERR_FAILED,
                               errno, "%s", link);
    *changed = true;
    return 0;
}

static int remove_link(const char *link, bool *changed, struct error *err)
{
    struct stat status;

    if (lstat(link, &status) < 0)
        return errno == ENOENT
                   ? 0
                   : error_set_errno(err, ERR_FAILED, errno, "%s", link);
    if (!S_ISLNK(status.st_mode)) {
        error_set(err, ERR_STATE, "%s is no link, but the configuration itself",
                  link);
        error_hint(err, "move it out of that folder");
        return -1;
    }
    if (unlink(link) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", link);
    *changed = true;
    return 0;
}

int managed_disable(const struct managed *managed, const char *name,
                    bool *changed, struct error *err)
{
    cleanup_free char *link = link_of(managed, name);
    cleanup_free char *with_suffix = mem_printf("%s.cfg", link);

    *changed = false;
    if (remove_link(link, changed, err) < 0)
        return -1;
    return *changed ? 0 : remove_link(with_suffix, changed, err);
}

/* ---- all of them ---- */

static bool ends_in(const char *name, const char *end)
{
    size_t length = strlen(name), end_length = strlen(end);

    return length > end_length && strcmp(name + length - end_length, end) == 0;
}

/* As xendomains leaves them out. */
static bool is_leftover(const char *name)
{
    return name[0] == '.' || ends_in(name, "~") || ends_in(name, ".rpmsave") ||
           ends_in(name, ".rpmnew") || ends_in(name, ".dpkg-old") ||
           ends_in(name, ".dpkg-new") || ends_in(name, ".dpkg-dist");
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int managed_list_folder(const char *path, const char *suffix,
                        struct managed_paths *paths, struct error *err)
{
    DIR *folder = opendir(path);

    if (folder == NULL && errno == ENOENT)
        return 0;
    if (folder == NULL)
        return error_set_errno(err, ERR_FAILED, errno, "%s", path);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (is_leftover(entry->d_name) ||
            (suffix != NULL && !ends_in(entry->d_name, suffix)))
            continue;
        char *file = try_path(mem_printf("%s/%s", path, entry->d_name));
        if (file != NULL)
            VEC_PUSH(&paths->list, file);
    }
    closedir(folder);
    if (paths->list.count > 0)
        qsort(paths->list.items, paths->list.count, sizeof(char *), compare);
    return 0;
}

int managed_list(const struct managed *managed, bool automatic,
                 struct managed_paths *paths, struct error *err)
{
    cleanup_free char *path =
        mem_printf("%s%s", managed->folder, automatic ? "/" AUTO : "");

    return managed_list_folder(path, automatic ? NULL : ".cfg", paths, err);
}

void managed_paths_dispose(struct managed_paths *paths)
{
    VEC_EACH (&paths->list, path)
        free(*path);
    VEC_DISPOSE(&paths->list);
}
