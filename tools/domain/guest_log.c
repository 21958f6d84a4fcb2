/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/guest_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/logfile.h"
#include "base/mem.h"
#include "base/paths.h"
#include "config/xenithconf.h"

/* What one operation may write, bytes. */
#define OPERATION_LIMIT ((size_t)1 << 20)
/* Stamp, program and pid before the text. */
#define HEAD_SIZE 64

char *guest_log_path(const char *name)
{
    char *path = mem_printf(XENITH_LOGDIR "/%s.log", name);

    for (char *c = path + sizeof(XENITH_LOGDIR); *c != '\0'; c++)
        if (*c == '/')
            *c = '_';
    return path;
}

struct log_choice guest_log_choice(const struct domain_own *own)
{
    struct log_choice choice = { .outputs = own->log_outputs };

    choice.has_level = own->log_level != NULL &&
                       log_parse_level(own->log_level, &choice.level);
    return choice;
}

/* xnd tells of mistakes in the host's file. */
static void choose(struct guest_log *log, const struct log_choice *choice)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    struct xenithconf conf;

    xenithconf_init(&conf);
    (void)xenithconf_read(PATHS_CONFIG_FILE, &conf, &diags, NULL);
    log->level = choice->has_level ? choice->level : conf.log_level;
    log->outputs = choice->outputs != 0    ? choice->outputs
                   : conf.log_outputs != 0 ? conf.log_outputs
                                           : (unsigned int)LOG_TO_FILE;
}

void guest_log_begin(struct guest_log *log, const char *name,
                     const struct log_choice *choice)
{
    *log = (struct guest_log){
        .name = mem_strdup(name),
        .path = guest_log_path(name),
        .fd = -1,
        .left = OPERATION_LIMIT,
    };
    choose(log, choice != NULL ? choice : &(struct log_choice){ 0 });
    if (log->outputs & LOG_TO_FILE)
        log->fd = logfile_open(log->path);
}

void guest_log_end(struct guest_log *log)
{
    io_cleanup_close(&log->fd);
    free(log->path);
    free(log->name);
    *log = GUEST_LOG_INIT;
}

int guest_log_open_shared(const char *name, const struct log_choice *choice)
{
    struct guest_log log;

    guest_log_begin(&log, name, choice);
    int fd = log.outputs & LOG_TO_STDERR ? -1 : io_steal_fd(&log.fd);
    guest_log_end(&log);
    return fd;
}

/* A worker of xnd has the guest's file there. */
static bool is_standard_error(int fd)
{
    struct stat one, other;

    return fd >= 0 && fstat(fd, &one) == 0 &&
           fstat(STDERR_FILENO, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

static void pass_on(struct guest_log *log, unsigned int outputs,
                    enum log_level level, const char *text)
{
    cleanup_free char *about = mem_printf("(%s) %s", log->name, text);
    struct outlet_line line = {
        .who = "xn", .guest = log->name, .level = level, .text = about
    };

    if (outputs & LOG_TO_FILE) {
        logfile_make_room(log->path, &log->fd, strlen(text) + HEAD_SIZE);
        logfile_line(log->fd, "xn", "%s", text);
    }
    if (outputs & LOG_TO_STDERR)
        fprintf(stderr, "xn: %s\n", about);
    outlet_send(outputs, &line);
}

void guest_log_write(void *data, enum log_level level, const char *text)
{
    struct guest_log *log = data;
    size_t length = strlen(text) + HEAD_SIZE;
    unsigned int outputs = log->outputs;

    if (log->name == NULL || level > log->level || length > log->left)
        return;
    log->left -= length;
    if (is_standard_error(log->fd))
        outputs &= ~(unsigned int)LOG_TO_STDERR;
    pass_on(log, outputs, level, text);
}

void guest_log_error(struct guest_log *log, const char *text)
{
    unsigned int outputs = log->outputs & ~(unsigned int)LOG_TO_STDERR;

    if (log->name == NULL)
        return;
    if (is_standard_error(log->fd))
        outputs &= ~(unsigned int)LOG_TO_FILE;
    pass_on(log, outputs, LOG_LEVEL_ERROR, text);
}
