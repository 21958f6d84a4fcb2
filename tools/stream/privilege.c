/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/privilege.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/confine.h"
#include "base/visible.h"

int privilege_drop(struct error *err)
{
    /* One, so that poll takes one descriptor; numbers from 1 on are refused. */
    const struct rlimit files = { .rlim_cur = 1, .rlim_max = 1 };
    const struct rlimit cores = { 0 };

    if (confine_become_nobody() < 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
        setrlimit(RLIMIT_CORE, &cores) < 0 ||
        setrlimit(RLIMIT_NOFILE, &files) < 0)
        return error_set_errno(err, ERR_FAILED, errno,
                               "cannot give up privileges");
    return 0;
}

#ifdef __SANITIZE_ADDRESS__
/* Its search for leaks traces the process, which can be traced no more. */
VISIBLE const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif
