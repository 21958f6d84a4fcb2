/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which Xenith on which Xen, with which libraries: what a bug report needs.
 * Works where there is no Xen too.
 */
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "config.h"
#include "host/facts.h"
#include "show/show.h"
#include "xn/command.h"

struct libraries {
    VEC(char *) paths; /* with links followed; owned */
};

/* Libraries whose version matters to us; a beginning of the file's name. */
static const char *const prefixes[] = {
    "libxen", "libxl", "libyajl", "libuv", "libsmartcols", "libuuid", "libc.",
};

static bool matters(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

static int note_library(struct dl_phdr_info *info, size_t size, void *arg)
{
    struct libraries *libraries = arg;

    if (info->dlpi_name == NULL || !matters(info->dlpi_name))
        return 0;
    char *path = realpath(info->dlpi_name, NULL);
    VEC_PUSH(&libraries->paths,
             path != NULL ? path : mem_strdup(info->dlpi_name));
    return 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void find_libraries(struct libraries *libraries)
{
    dl_iterate_phdr(note_library, libraries);
    if (libraries->paths.count > 0)
        qsort(libraries->paths.items, libraries->paths.count,
              sizeof(*libraries->paths.items), compare);
}

static void dispose_libraries(struct libraries *libraries)
{
    VEC_EACH (&libraries->paths, path)
        free(*path);
    VEC_DISPOSE(&libraries->paths);
}

/* "4.17.5"; NULL and why when Xen cannot be asked. */
static char *find_xen(struct error *why)
{
    struct host host;
    char *version = NULL;

    if (host_open(&host, 0, why) < 0)
        return NULL;
    const libxl_version_info *xen = libxl_get_version_info(host.ctx);
    if (xen != NULL)
        version = mem_printf("%d.%d%s", xen->xen_version_major,
                             xen->xen_version_minor, xen->xen_version_extra);
    host_close(&host);
    return version;
}

static void show_json(const char *xen, const struct libraries *libraries)
{
    struct json_writer *json = show_json_begin("version");

    json_add_string(json, "version", PACKAGE_VERSION);
    if (xen != NULL)
        json_add_string(json, "xen_version", xen);
    json_key(json, "libraries");
    json_begin_array(json);
    VEC_EACH (&libraries->paths, path)
        json_string(json, *path);
    json_end_array(json);
    show_json_end(json);
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_error struct error why = ERROR_INIT;
    cleanup_free char *xen = find_xen(&why);
    struct libraries libraries = { 0 };

    find_libraries(&libraries);
    if (invocation_count(inv, "json") > 0) {
        show_json(xen, &libraries);
    } else {
        show_printf("xn %s\n", PACKAGE_VERSION);
        if (xen != NULL)
            show_printf("Xen %s\n", xen);
        else
            show_printf("Xen: %s\n", why.message ? why.message : "unknown");
        VEC_EACH (&libraries.paths, path)
            show_printf("%s\n", *path);
    }
    dispose_libraries(&libraries);
    return 0;
}

const struct command command_version = {
    .name = "version",
    .ours = true,
    .summary = "Shows the versions of Xenith, Xen and the libraries",
    .words = "",
    .without_xen = true,
    .options = json_option,
    .run = run,
};
