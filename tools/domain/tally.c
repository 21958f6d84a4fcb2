/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/tally.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/strbuf.h"

/* All of it; what is longer is not ours. */
#define FILE_LIMIT ((size_t)4096)

static const char *const names[TALLY_COUNT] = {
    [TALLY_RESTARTS] = "restarts",
    [TALLY_MIGRATIONS] = "migrations",
    [TALLY_MIGRATIONS_FAILED] = "migrations_failed",
    [TALLY_MIGRATION_SECONDS] = "migration_seconds",
    [TALLY_MIGRATION_STOPPED_SECONDS] = "migration_stopped_seconds",
    [TALLY_MIGRATION_BYTES] = "migration_bytes",
};

/* One line, "NAME VALUE"; another is passed over. */
static void parse_line(const char *line, struct tallies *tallies)
{
    size_t length = strcspn(line, " ");

    for (size_t i = 0; i < TALLY_COUNT; i++) {
        if (strlen(names[i]) != length || strncmp(line, names[i], length) != 0)
            continue;
        double value = strtod(line + length, NULL);
        if (isfinite(value) && value > 0)
            tallies->of[i] = value;
    }
}

static void parse(char *text, struct tallies *tallies)
{
    for (char *next = text, *line; (line = strsep(&next, "\n")) != NULL;)
        parse_line(line, tallies);
}

static void read_open(int fd, struct tallies *tallies)
{
    cleanup_free char *text = mem_zalloc(FILE_LIMIT + 1, 1);

    if (pread(fd, text, FILE_LIMIT, 0) > 0)
        parse(text, tallies);
}

/* In one write, which leaves no half of it behind. */
static void write_open(int fd, const struct tallies *tallies)
{
    cleanup_strbuf struct strbuf text = { 0 };

    for (size_t i = 0; i < TALLY_COUNT; i++)
        strbuf_printf(&text, "%s %.3f\n", names[i], tallies->of[i]);
    if (pwrite(fd, text.text, text.length, 0) == (ssize_t)text.length)
        (void)!ftruncate(fd, (off_t)text.length);
}

void tally_add(const char *path, const struct tallies *more)
{
    struct tallies sum = { 0 };

    io_make_dirs(XENITH_RUNDIR, PATHS_RUNDIR_MODE, NULL);
    cleanup_close int fd =
        open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || flock(fd, LOCK_EX) < 0)
        return;
    read_open(fd, &sum);
    for (size_t i = 0; i < TALLY_COUNT; i++)
        sum.of[i] += more->of[i];
    write_open(fd, &sum);
}

void tally_read(const char *path, struct tallies *tallies)
{
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    *tallies = (struct tallies){ 0 };
    if (fd >= 0 && flock(fd, LOCK_SH) == 0)
        read_open(fd, tallies);
}
