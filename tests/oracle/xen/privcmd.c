/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "privcmd.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <sys/ioctl.h>

int ioctl(int fd, unsigned long request, ...)
{
    int (*next)(int, unsigned long, void *) =
        (int (*)(int, unsigned long, void *))dlsym(RTLD_NEXT, "ioctl");
    va_list args;

    va_start(args, request);
    void *what = va_arg(args, void *);
    va_end(args);
    return request == IOCTL_PRIVCMD_HYPERCALL ? answer_hypercall(what)
                                              : next(fd, request, what);
}
