/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/hooks/script_limit.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/paths.h"
#include "config/xenithconf.h"

#define VARIABLE "XN_SCRIPT_TIMEOUT"

void script_limit_export(void)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    struct xenithconf conf;

    unsetenv(VARIABLE);
    if (access(PATHS_CONFIG_FILE, F_OK) < 0)
        return;
    xenithconf_init(&conf);
    /* xnd tells of mistakes in it. */
    (void)xenithconf_read(PATHS_CONFIG_FILE, &conf, &diags, NULL);
    cleanup_free char *text = mem_printf("%u", conf.script_timeout);
    setenv(VARIABLE, text, 1);
}
