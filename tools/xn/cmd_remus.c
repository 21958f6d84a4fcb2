/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest that another host takes over when this one fails. */
#include <stdio.h>

#include "base/mem.h"
#include "base/number.h"
#include "domain/transfer/remus.h"
#include "xn/subject.h"

/* xl's, ms. */
#define INTERVAL 200
#define INTERVAL_MAX 3600000

/* libxl does not tell the receiver its own default. */
#define COLO_SCRIPT "/etc/xen/scripts/colo-proxy-setup"

static bool has(const struct invocation *inv, const char *option)
{
    return invocation_count(inv, option) > 0;
}

/* COLO has its own ways for what these are about. */
static int check_options(const struct invocation *inv, struct error *err)
{
    bool colo = has(inv, "c");

    if (has(inv, "p") && !colo)
        return error_set(err, ERR_USAGE,
                         "Option -p must be used in conjunction with -c");
    if (colo &&
        (has(inv, "i") || has(inv, "b") || has(inv, "n") || has(inv, "d")))
        return error_set(err, ERR_USAGE,
                         "option -c is conflict with -i, -d, -n or -b");
    if (inv->word_count == 0 && !has(inv, "b"))
        return error_set(err, ERR_USAGE, "remus needs a HOST, or -b");
    return 0;
}

static int read_interval(const struct invocation *inv,
                         libxl_domain_remus_info *info, struct error *err)
{
    const char *text = invocation_value(inv, "i");
    uint64_t interval = has(inv, "c") ? 0 : INTERVAL;

    if (text != NULL &&
        (!number_parse_u64(text, INTERVAL_MAX, &interval) || interval == 0))
        return error_set(err, ERR_USAGE, "-i: '%s' is no number of ms", text);
    info->interval = (int)interval;
    return 0;
}

/* What is not given stays libxl's default, as with xl. */
static int read_info(const struct invocation *inv,
                     libxl_domain_remus_info *info, struct error *err)
{
    const char *script = invocation_value(inv, "N");

    if (has(inv, "F"))
        libxl_defbool_set(&info->allow_unsafe, true);
    if (has(inv, "u") || has(inv, "c"))
        libxl_defbool_set(&info->compression, false);
    if (has(inv, "n"))
        libxl_defbool_set(&info->netbuf, false);
    if (has(inv, "d"))
        libxl_defbool_set(&info->diskbuf, false);
    libxl_defbool_set(&info->blackhole, has(inv, "b"));
    libxl_defbool_set(&info->colo, has(inv, "c"));
    libxl_defbool_set(&info->userspace_colo_proxy, has(inv, "p"));
    if (script != NULL)
        info->netbufscript = mem_strdup(script);
    else if (has(inv, "c"))
        info->netbufscript = mem_strdup(COLO_SCRIPT);
    return read_interval(inv, info, err);
}

/* As xl 4.17 builds it; the caller's. NULL: there is no other end. */
static char *make_line(const struct invocation *inv,
                       const libxl_domain_remus_info *info)
{
    const char *command = invocation_value(inv, "s");
    const char *host = inv->words[0];
    const char *wait = has(inv, "e") ? " -e" : "";

    if (has(inv, "b"))
        return NULL;
    if (command != NULL && command[0] == '\0')
        return mem_strdup(host);
    if (!has(inv, "c"))
        return mem_printf("exec %s %s xl migrate-receive -r %s",
                          command ? command : "ssh", host, wait);
    return mem_printf("exec %s %s xl migrate-receive --colo --coloft-script "
                      "%s %s %s",
                      command ? command : "ssh", host, info->netbufscript,
                      has(inv, "p") ? "--userspace-colo-proxy" : "", wait);
}

static int run_with(struct invocation *inv, libxl_domain_remus_info *info,
                    struct error *err)
{
    struct subject subject = subject_of(inv);

    if (read_info(inv, info, err) < 0)
        return -1;
    cleanup_free char *line = make_line(inv, info);
    const struct remus_request request = { .line = line,
                                           .peer = inv->words[0],
                                           .info = info,
                                           .verbosity =
                                               inv->settings->verbosity };
    if (domain_remus(&subject, &request, err) < 0)
        return -1;
    fputs("Primary domain has been destroyed.\n", stderr);
    return 0;
}

static int run(struct invocation *inv, struct error *err)
{
    libxl_domain_remus_info info;

    if (check_options(inv, err) < 0)
        return -1;
    libxl_domain_remus_info_init(&info);
    int rc = run_with(inv, &info, err);
    libxl_domain_remus_info_dispose(&info);
    return rc;
}

static const struct option_row options[] = {
    { 'i', NULL, OPTION_VALUE, "MS", "How often its state is sent (200)" },
    { 'u', NULL, OPTION_FLAG, NULL, "Does not compress memory" },
    { 's', NULL, OPTION_VALUE, "COMMAND",
      "Reaches the host by this instead of ssh; '': HOST is the command" },
    { 'e', NULL, OPTION_FLAG, NULL,
      "Nobody acts on the domain's shutdowns there" },
    { 'N', NULL, OPTION_VALUE, "SCRIPT",
      "Sets up the buffering of what the domain sends" },
    { 'F', NULL, OPTION_FLAG, NULL, "Allows -b, -n and -d, which are unsafe" },
    { 'b', NULL, OPTION_FLAG, NULL, "Nobody takes the state: for measuring" },
    { 'n', NULL, OPTION_FLAG, NULL, "Does not hold back what it sends" },
    { 'd', NULL, OPTION_FLAG, NULL, "Does not replicate its disks" },
    { 'c', NULL, OPTION_FLAG, NULL, "COLO: it runs on both hosts" },
    { 'p', NULL, OPTION_FLAG, NULL, "COLO's proxy is a process" },
    { 0 },
};

const struct command command_remus = {
    .name = "remus",
    .summary = "Keeps a copy of a domain ready on another host",
    .words = "DOMAIN [HOST]",
    .min_words = 1,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .completes = WORD_HOST,
    .options = options,
    .run = run,
};
