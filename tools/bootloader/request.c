/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bootloader/request.h"

#include <string.h>

#include "base/number.h"

/* Takes what follows the option, where nobody gave it before. */
static bool take(const char *word, const char *option, const char **value)
{
    size_t length = strlen(option);

    if (*value != NULL || strncmp(word, option, length) != 0)
        return false;
    *value = word + length;
    return true;
}

/* libxl adds it where its own way to restrict a boot loader is asked for. */
static bool is_of_libxl(const char *word)
{
    return strncmp(word, "--runas=", 8) == 0;
}

static int check(const struct request *request, const char *deadline,
                 struct error *err)
{
    if (request->loader == NULL || request->loader[0] != '/')
        return error_set(err, ERR_USAGE,
                         "no " REQUEST_LOADER "PATH: to be started by libxl, "
                         "for xn");
    if (request->output == NULL || request->directory == NULL)
        return error_set(err, ERR_USAGE,
                         "neither --output= nor --output-directory= may be "
                         "missing");
    if (deadline == NULL)
        return error_set(err, ERR_USAGE, "no " REQUEST_DEADLINE "SECONDS");
    return 0;
}

int request_read(struct request *request, int argc, char **argv,
                 struct error *err)
{
    const char *deadline = NULL;
    uint64_t seconds = 0;

    *request = (struct request){ 0 };
    for (int i = 1; i < argc - 1; i++)
        if (!take(argv[i], REQUEST_LOADER, &request->loader) &&
            !take(argv[i], REQUEST_DEADLINE, &deadline) &&
            !take(argv[i], "--output=", &request->output) &&
            !take(argv[i], "--output-directory=", &request->directory) &&
            !is_of_libxl(argv[i]))
            VEC_PUSH(&request->words, argv[i]);
    if (check(request, deadline, err) < 0)
        return -1;
    if (!number_parse_u64(deadline, REQUEST_DEADLINE_MAX, &seconds) ||
        seconds == 0)
        return error_set(err, ERR_USAGE, REQUEST_DEADLINE "%s: not seconds",
                         deadline);
    request->timeout_ms = (int64_t)seconds * 1000;
    request->disk = argv[argc - 1];
    return 0;
}

void request_dispose(struct request *request)
{
    VEC_DISPOSE(&request->words);
}
