/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/privilege.h"

#include <errno.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* nobody and nogroup; an account of one's own is not worth its upkeep. */
#define NOBODY 65534

static int become_nobody(void)
{
    if (geteuid() != 0)
        return 0;
    if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0)
        return -1;
    return setresuid(NOBODY, NOBODY, NOBODY);
}

int privilege_drop(struct error *err)
{
    /* One, so that poll takes one descriptor; numbers from 1 on are refused. */
    const struct rlimit files = { .rlim_cur = 1, .rlim_max = 1 };
    const struct rlimit cores = { 0 };

    if (become_nobody() < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
        setrlimit(RLIMIT_CORE, &cores) < 0 ||
        setrlimit(RLIMIT_NOFILE, &files) < 0)
        return error_set_errno(err, ERR_FAILED, errno,
                               "cannot give up privileges");
    return 0;
}

#ifdef __SANITIZE_ADDRESS__
/* Its search for leaks traces the process, which can be traced no more. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif
