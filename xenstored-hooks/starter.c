/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "starter.h"

#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/proc.h"
#include "base/script_name.h"
#include "base/vec.h"
#include "hook.h"

char *starter_script(const char *name)
{
    static const char folder[] = PATHS_STARTED "/";

    if (strncmp(name, folder, strlen(folder)) != 0)
        return NULL;
    return script_name_decode(name + strlen(folder));
}

/* The script's own word is better than ours. */
static void tell(struct store *store, const struct error *failure)
{
    const char *path = getenv("XENBUS_PATH");

    if (store == NULL || path == NULL)
        return;
    cleanup_free char *said = store_get(store, path, "hotplug-error");
    if (said != NULL && said[0] != '\0')
        return;
    (void)store_put(store, path, "hotplug-error", failure->message, NULL);
    (void)store_put(store, path, "hotplug-status", "error", NULL);
}

static int run(const char *script, char **argv, struct proc_result *result,
               struct error *err)
{
    cleanup_free char *named = mem_printf("script=%s", script);
    const char *const env[] = { named, NULL };
    VEC(const char *) words = VEC_INIT;

    VEC_PUSH(&words, script);
    for (char **word = argv + 1; *word != NULL; word++)
        VEC_PUSH(&words, *word);
    VEC_PUSH(&words, NULL);
    struct proc proc = {
        .argv = words.items,
        .env = env,
        .timeout_ms = hook_patience_ms(),
    };
    int rc = proc_run_ok(&proc, result, err);
    VEC_DISPOSE(&words);
    return rc;
}

int starter_run(struct store *store, const char *script, char **argv,
                struct error *err)
{
    cleanup_proc_result struct proc_result result = { 0 };
    int rc = run(script, argv, &result, err);

    if (result.err.length > 0)
        (void)io_write_all(STDERR_FILENO, result.err.text, result.err.length);
    if (rc < 0)
        tell(store, err);
    return rc;
}
