/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/loader.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libxl_utils.h>

#include "base/mem.h"
#include "base/paths.h"
#include "config/xenithconf.h"
#include "domain/transfer/save_helper.h"

bool loader_runs(const libxl_domain_config *config)
{
    return config->c_info.type != LIBXL_DOMAIN_TYPE_HVM &&
           config->b_info.bootloader != NULL;
}

static bool is_pygrub(const char *named)
{
    const char *slash = strrchr(named, '/');

    return strcmp(slash != NULL ? slash + 1 : named, "pygrub") == 0;
}

/* Beside libxl's other programs, where libxl looks first. NULL: not there. */
static char *find_beside_libxl(const char *named)
{
    cleanup_free char *helper = save_helper_find_stock();

    if (helper == NULL)
        return NULL;
    *strrchr(helper, '/') = '\0';
    cleanup_free char *path = mem_printf("%s/%s", helper, named);
    return realpath(path, NULL);
}

static int find_path(const char *named, char **path, struct error *err)
{
    *path = NULL;
    if (named[0] != '/')
        *path = find_beside_libxl(named);
    if (*path == NULL) {
        cleanup_free char *other = named[0] == '/'
                                       ? mem_strdup(named)
                                       : mem_printf("/usr/bin/%s", named);
        *path = realpath(other, NULL);
    }
    if (*path == NULL || access(*path, X_OK) < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "boot loader: %s",
                               named);
    return 0;
}

static int check_program(struct error *err)
{
    if (access(PATHS_BOOTLOADER, X_OK) == 0)
        return 0;
    error_set_errno(err, ERR_CONFIG, errno,
                    "boot loader: it cannot be confined: %s", PATHS_BOOTLOADER);
    error_hint(err,
               "install Xenith whole; or PV-GRUB: kernel = \"" PATHS_PV_GRUB
               "\"");
    return -1;
}

int loader_find(struct loader *loader, const libxl_domain_config *config,
                struct error *err)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    struct xenithconf conf;

    *loader = (struct loader){ 0 };
    if (!loader_runs(config) || !is_pygrub(config->b_info.bootloader))
        return 0;
    xenithconf_init(&conf);
    /* xnd tells of mistakes in it. */
    (void)xenithconf_read(PATHS_CONFIG_FILE, &conf, &diags, NULL);
    if (!conf.bootloader_confined)
        return 0;
    loader->timeout = conf.bootloader_timeout;
    if (find_path(config->b_info.bootloader, &loader->path, err) < 0)
        return -1;
    return check_program(err);
}

void loader_dispose(struct loader *loader)
{
    free(loader->path);
    loader->path = NULL;
}

static libxl_string_list copy_after(const libxl_string_list list, size_t first)
{
    size_t count = list != NULL ? (size_t)libxl_string_list_length(&list) : 0;
    libxl_string_list copy = mem_zalloc(first + count + 1, sizeof(char *));

    for (size_t i = 0; i < count; i++)
        copy[first + i] = mem_strdup(list[i]);
    return copy;
}

libxl_string_list loader_arguments(const struct loader *loader,
                                   const libxl_string_list own)
{
    libxl_string_list list = copy_after(own, 2);

    list[0] = mem_printf("--loader=%s", loader->path);
    list[1] = mem_printf("--deadline=%u", loader->timeout);
    return list;
}

libxl_string_list loader_copy_arguments(const libxl_string_list list)
{
    return list != NULL ? copy_after(list, 0) : NULL;
}

void loader_clean_up(const char *folder, uint32_t domid)
{
    cleanup_free char *output =
        mem_printf("%s/bootloader.%u.out", folder, domid);
    cleanup_free char *files = mem_printf("%s/bootloader.%u.d", folder, domid);
    DIR *dir = opendir(files);

    unlink(output);
    if (dir == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        unlinkat(dirfd(dir), entry->d_name, 0); /* but for . and .. */
    closedir(dir);
    rmdir(files);
}

static bool runs(pid_t pid, const struct stat *program)
{
    cleanup_free char *path = mem_printf("/proc/%d/exe", (int)pid);
    struct stat status;

    return stat(path, &status) == 0 && status.st_dev == program->st_dev &&
           status.st_ino == program->st_ino;
}

void loader_press_program(const char *program)
{
    FILE *children = fopen("/proc/thread-self/children", "re");
    struct stat status;
    int pid;

    if (children == NULL)
        return;
    while (stat(program, &status) == 0 && fscanf(children, "%d", &pid) == 1)
        if (pid > 1 && runs(pid, &status))
            kill(pid, SIGTERM);
    fclose(children);
}

void loader_press(void)
{
    loader_press_program(PATHS_BOOTLOADER);
}
