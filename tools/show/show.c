/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "show/show.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void show_printf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
}

bool show_cursor(int fd)
{
    const char *term = getenv("TERM");

    return isatty(fd) && term != NULL && strcmp(term, "dumb") != 0;
}

bool show_colour(int fd)
{
    const char *no_colour = getenv("NO_COLOR");

    if (no_colour != NULL && no_colour[0] != '\0')
        return false;
    return show_cursor(fd);
}

unsigned int show_width(int fd)
{
    struct winsize size = { 0 };

    if (!isatty(fd))
        return 0;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}

int show_finish(struct error *err)
{
    if (fflush(stdout) == EOF || ferror(stdout))
        return error_set_errno(err, ERR_FAILED, errno, "standard output");
    return 0;
}
