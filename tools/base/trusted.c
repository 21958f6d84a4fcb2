/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/trusted.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)

static int refuse(const char *path, const char *part, const char *why,
                  const char *cure, struct error *err)
{
    if (strcmp(path, part) == 0)
        error_set(err, ERR_CONFIG, "%s: not run, as it %s", path, why);
    else
        error_set(err, ERR_CONFIG, "%s: not run, as %s %s", path, part, why);
    error_hint(err, "%s %s", cure, part);
    return -1;
}

static int check_part(const char *path, const char *part, struct error *err)
{
    struct stat status;

    if (stat(part, &status) < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "%s", part);
    if (status.st_uid != 0)
        return refuse(path, part, "does not belong to root", "chown root", err);
    if (status.st_mode & OTHERS_WRITE &&
        !(S_ISDIR(status.st_mode) && status.st_mode & S_ISVTX))
        return refuse(path, part, "can be written by others", "chmod go-w",
                      err);
    return 0;
}

static int check_folders(const char *path, char *part, struct error *err)
{
    char *slash;

    while ((slash = strrchr(part, '/')) != NULL) {
        *slash = '\0';
        if (check_part(path, part[0] != '\0' ? part : "/", err) < 0)
            return -1;
    }
    return 0;
}

int trusted_check(const char *path, struct error *err)
{
    cleanup_free char *real = realpath(path, NULL);
    struct stat status;

    if (real == NULL || stat(real, &status) < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "%s", path);
    if (!S_ISREG(status.st_mode))
        return error_set(err, ERR_CONFIG, "%s: not a regular file", path);
    if (check_part(path, real, err) < 0)
        return -1;
    return check_folders(path, real, err);
}
