/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "savehelper/teller.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/number.h"
#include "savehelper/environment.h"

static int teller_fd = -1;

static bool is_pipe(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

void teller_begin(void)
{
    const char *text = getenv(ENVIRONMENT_REPORT);
    uint64_t fd;

    if (text == NULL || !number_parse_u64(text, INT_MAX, &fd) ||
        fd <= STDERR_FILENO || !is_pipe((int)fd))
        return;
    teller_fd = (int)fd;
    /* The probe of the stock helper does not inherit it. */
    fcntl(teller_fd, F_SETFD, FD_CLOEXEC);
}

/* Lines are shorter than PIPE_BUF: written whole or not at all. */
bool teller_tell(const struct report *report)
{
    cleanup_strbuf struct strbuf line = { 0 };

    if (teller_fd < 0)
        return false;
    report_format(report, &line);
    return write(teller_fd, line.text, line.length) > 0;
}
