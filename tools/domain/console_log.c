/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/console_log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"

/* A guest that has not run here yet prints less than its ring has. */
#define TEXT_LIMIT ((size_t)64 << 10)

/* Xen's, and Debian's. */
static const char *const pid_files[] = { "/run/xen/xenconsoled.pid",
                                         "/run/xenconsoled.pid", NULL };

const struct console_log_place console_log_of_host = {
    .folder = CONSOLE_LOG_FOLDER,
    .pid_files = pid_files,
};

/* -- xenconsoled ----------------------------------------------------------- */

/* A number that was given to another process since is not told. */
static bool is_xenconsoled(uint32_t pid)
{
    cleanup_free char *path = mem_printf("/proc/%u/comm", pid);
    cleanup_free char *name = NULL;
    size_t length;

    return io_read_file(path, 64, &name, &length, NULL) == 0 &&
           strcmp(name, "xenconsoled\n") == 0;
}

/* Its number; 0: it does not run. */
static uint32_t find_pid(const struct console_log_place *place)
{
    for (const char *const *file = place->pid_files; *file != NULL; file++) {
        cleanup_free char *text = NULL;
        uint32_t pid;
        size_t length;
        if (io_read_file(*file, 32, &text, &length, NULL) < 0)
            continue;
        text[strcspn(text, "\n")] = '\0';
        if (number_parse_u32(text, &pid) && is_xenconsoled(pid))
            return pid;
    }
    return 0;
}

bool console_log_tell(const struct console_log_place *place)
{
    uint32_t pid = find_pid(place);

    return pid != 0 && kill((pid_t)pid, SIGHUP) == 0;
}

/* The value of an option in its three forms: --log=guest, --log guest (next),
 * -lguest; NULL: the word is another. */
static const char *value_of(const char *word, const char *next,
                            const char *name, char letter)
{
    size_t length = strlen(name);

    if (strncmp(word, "--", 2) == 0 && strncmp(word + 2, name, length) == 0)
        return word[2 + length] == '=' ? word + 3 + length : next;
    if (word[0] != '-' || word[1] != letter)
        return NULL;
    return word[2] != '\0' ? word + 2 : next;
}

static bool is_for_guests(const char *value)
{
    return value != NULL &&
           (strcmp(value, "guest") == 0 || strcmp(value, "all") == 0);
}

void console_log_read_words(const char *words, size_t length,
                            struct console_daemon *daemon)
{
    const char *end = words + length;

    for (const char *word = words; word < end; word += strlen(word) + 1) {
        const char *next = word + strlen(word) + 1;
        next = next < end ? next : NULL;
        const char *log = value_of(word, next, "log", 'l');
        const char *stamp = value_of(word, next, "timestamp", 't');
        if (log != NULL && strncmp(word, "--log-dir", 9) != 0)
            daemon->logs_guests = is_for_guests(log);
        if (stamp != NULL)
            daemon->stamps = is_for_guests(stamp);
    }
}

void console_log_examine(const struct console_log_place *place,
                         struct console_daemon *daemon)
{
    uint32_t pid = find_pid(place);
    cleanup_free char *path = mem_printf("/proc/%u/cmdline", pid);
    cleanup_free char *words = NULL;
    size_t length;

    *daemon = (struct console_daemon){ .runs = pid != 0 };
    if (pid != 0 && io_read_file(path, 4096, &words, &length, NULL) == 0)
        console_log_read_words(words, length, daemon);
}

/* -- a guest's file -------------------------------------------------------- */

/* NULL for a name that is none of a file: xenconsoled opened none, either. */
static char *path_of(const struct console_log_place *place, const char *name)
{
    return strchr(name, '/') == NULL
               ? mem_printf("%s/guest-%s.log", place->folder, name)
               : NULL;
}

static bool is_file(const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* xenconsoled appends, too. */
static int append(const char *from, const char *to, struct error *err)
{
    cleanup_close int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    cleanup_close int out =
        open(to, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    char block[4096];
    ssize_t got = 0;

    if (in < 0 || out < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s",
                               in < 0 ? from : to);
    for (size_t done = 0; done < TEXT_LIMIT; done += (size_t)got) {
        got = read(in, block, sizeof(block));
        if (got <= 0)
            break;
        if (io_write_all(out, block, (size_t)got) < 0)
            return error_set_errno(err, ERR_FAILED, errno, "%s", to);
    }
    return 0;
}

/* There is a file of the new name: xenconsoled is to go on in that. */
static int join(const struct console_log_place *place, const char *from,
                const char *to, struct error *err)
{
    if (!console_log_tell(place))
        return error_set(err, ERR_HOST, "xenconsoled cannot be told");
    if (append(from, to, err) < 0)
        return -1;
    if (unlink(from) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", from);
    return 0;
}

/* xenconsoled has it open, and writes to it whatever it is called. */
static int move(const struct console_log_place *place, const char *from,
                const char *to, struct error *err)
{
    if (link(from, to) < 0)
        return errno == EEXIST
                   ? join(place, from, to, err)
                   : error_set_errno(err, ERR_FAILED, errno, "%s", to);
    if (unlink(from) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", from);
    return 0;
}

void console_log_rename(const struct console_log_place *place, const char *from,
                        const char *to)
{
    cleanup_free char *old = path_of(place, from);
    cleanup_free char *new = path_of(place, to);
    cleanup_error struct error err = ERROR_INIT;

    if (old != NULL && new != NULL && is_file(old) &&
        move(place, old, new, &err) < 0)
        log_warn("the console of %s is logged as that of %s: %s", to, from,
                 err.message);
}

void console_log_remove(const struct console_log_place *place, const char *name)
{
    cleanup_free char *path = path_of(place, name);

    if (path != NULL && is_file(path))
        unlink(path);
}
