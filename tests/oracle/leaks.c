/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the sanitizers find in Xen's libraries is not ours: libxlutil forgets
 * what it read before an error, libxl a cpuid register that is set twice.
 */
#include "base/visible.h"

VISIBLE const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libxlutil\nleak:libxl_cpuid_parse_config_xend\n";
}
