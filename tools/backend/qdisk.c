/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/qdisk.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/paths.h"
#include "host/prune.h"

#define START_TIMEOUT_MS 60000
/* Of its xenstore folder, see xenstore-paths.pandoc, "device-model". */
#define MODELS "device-model"

static char *pid_path(const char *run_folder, uint32_t domid)
{
    return mem_printf("%s/qdisk-%u.pid", run_folder, domid);
}

void qdisk_list(const char *run_folder, struct qdisk_domids *domids)
{
    DIR *dir = opendir(run_folder);
    const struct dirent *entry;

    if (dir == NULL)
        return;
    while ((entry = readdir(dir)) != NULL) {
        cleanup_free char *number = mem_strdup(entry->d_name);
        char *end = strchr(number, '.');
        uint32_t domid;
        if (strncmp(number, "qdisk-", 6) != 0 || end == NULL ||
            strcmp(end, ".pid") != 0)
            continue;
        *end = '\0';
        if (number_parse_u32(number + 6, &domid))
            VEC_PUSH(&domids->list, domid);
    }
    closedir(dir);
}

/* QEMU locks it for as long as it lives (qemu-options, -pidfile). */
static bool is_locked(const char *path)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    cleanup_close int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

    return fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 &&
           lock.l_type != F_UNLCK;
}

bool qdisk_is_served(const char *run_folder, uint32_t domid)
{
    cleanup_free char *path = pid_path(run_folder, domid);

    return is_locked(path);
}

struct job *qdisk_prepare(const char *run_folder, const char *qemu,
                          uint32_t domid, struct error *err)
{
    static const char *const fixed[] = {
        "-xen-attach", "-M",         "xenpv",   "-display", "none",
        "-monitor",    "none",       "-serial", "none",     "-parallel",
        "none",        "-daemonize", NULL,
    };
    cleanup_free char *path = pid_path(run_folder, domid);

    if (io_make_dirs(run_folder, PATHS_RUNDIR_MODE, err) < 0)
        return NULL;
    struct job *job = MEM_NEW(struct job);
    struct job_program *program = job_add(job, START_TIMEOUT_MS);
    job_add_word(&program->argv, "%s", qemu);
    job_add_word(&program->argv, "-xen-domid");
    job_add_word(&program->argv, "%u", domid);
    job_add_word(&program->argv, "-name");
    job_add_word(&program->argv, "domain-%u", domid);
    for (const char *const *word = fixed; *word != NULL; word++)
        job_add_word(&program->argv, "%s", *word);
    job_add_word(&program->argv, "-pidfile");
    job_add_word(&program->argv, "%s", path);
    /* XSA-180: what a guest makes QEMU say is bounded, bytes. */
    job_add_word(&program->env, "XEN_QEMU_CONSOLE_LIMIT=1048576");
    return job;
}

static int open_process(const char *path)
{
    cleanup_free char *text = NULL;
    size_t length;
    uint32_t pid;

    if (io_read_file(path, 64, &text, &length, NULL) < 0)
        return -1;
    text[strcspn(text, "\r\n")] = '\0';
    if (!number_parse_u32(text, &pid) || pid < 2 || pid > INT32_MAX)
        return -1;
    return (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
}

/* The lock is looked at with the process in hand: it is that one's. */
static void kill_locker(const char *path)
{
    cleanup_close int process = open_process(path);

    if (process >= 0 && is_locked(path))
        syscall(SYS_pidfd_send_signal, process, SIGTERM, NULL, 0);
}

void qdisk_end(const char *run_folder, uint32_t domid)
{
    cleanup_free char *path = pid_path(run_folder, domid);
    cleanup_free char *node = mem_printf(MODELS "/%u", domid);
    cleanup_error struct error err = ERROR_INIT;

    kill_locker(path);
    unlink(path);
    if (prune_below(node, MODELS, NULL, NULL, &err) < 0)
        log_warn("%s", err.message);
}
