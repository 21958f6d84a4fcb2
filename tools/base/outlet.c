/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * systemd's journal takes datagrams of FIELD=value lines at one socket (its
 * "Native Journal Protocol"); priorities are syslog's.
 */
#include "base/outlet.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#include "base/io.h"
#include "base/mem.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

static const char *const names[LOG_OUTPUT_COUNT] = { "file", "stderr", "syslog",
                                                     "journal" };

bool outlet_parse(const char *word, enum log_output *output)
{
    for (unsigned int i = 0; i < LOG_OUTPUT_COUNT; i++)
        if (strcmp(names[i], word) == 0) {
            *output = (enum log_output)(1u << i);
            return true;
        }
    return false;
}

const char *outlet_name(unsigned int i)
{
    return names[i];
}

static int priority_of(enum log_level level)
{
    static const int priorities[] = {
        [LOG_LEVEL_ERROR] = LOG_ERR,
        [LOG_LEVEL_WARN] = LOG_WARNING,
        [LOG_LEVEL_INFO] = LOG_INFO,
        [LOG_LEVEL_DEBUG] = LOG_DEBUG,
    };

    return priorities[level];
}

/* A line feed would end the field. */
static char *make_field(const char *name, const char *value)
{
    return value == NULL ? mem_strdup("")
                         : mem_printf("%s=%.*s\n", name,
                                      (int)strcspn(value, "\n"), value);
}

static void send_to_journal(const struct outlet_line *line)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX,
                                   .sun_path = JOURNAL_SOCKET };
    cleanup_close int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    cleanup_free char *guest = make_field("XENITH_GUEST", line->guest);
    cleanup_free char *text = make_field("MESSAGE", line->text);
    cleanup_free char *fields =
        mem_printf("PRIORITY=%d\nSYSLOG_IDENTIFIER=%s\n%s%s",
                   priority_of(line->level), line->who, guest, text);

    (void)!sendto(fd, fields, strlen(fields), MSG_NOSIGNAL | MSG_DONTWAIT,
                  (struct sockaddr *)&address, sizeof(address));
}

static void send_to_syslog(const struct outlet_line *line)
{
    openlog(line->who, LOG_PID | LOG_NDELAY, LOG_DAEMON);
    syslog(LOG_DAEMON | priority_of(line->level), "%s", line->text);
}

void outlet_send(unsigned int outputs, const struct outlet_line *line)
{
    if (outputs & LOG_TO_SYSLOG)
        send_to_syslog(line);
    if (outputs & LOG_TO_JOURNAL)
        send_to_journal(line);
}
