/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/memory_need.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <libxl_utils.h>
#include <libxl_uuid.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/uuid.h"

/* How long Dom0 may make no progress in giving memory back, seconds. */
#define BALLOON_PATIENCE 10

/* The guest's own memory, of which what it has comes, too. */
static void count_what_it_has(const struct domain_spec *spec,
                              libxl_domain_build_info *build)
{
    uint64_t kib =
        spec->has_kib < build->max_memkb ? spec->has_kib : build->max_memkb;

    if (build->target_memkb != LIBXL_MEMKB_DEFAULT && kib > build->target_memkb)
        build->target_memkb = kib;
}

static int measure(struct host *host, const struct domain_spec *spec,
                   struct memory_need *need, struct error *err)
{
    libxl_domain_config copy;

    /* libxl fills in defaults where it computes; ours stays as written. */
    libxl_domain_config_init(&copy);
    libxl_domain_config_copy(host->ctx, &copy, &spec->config);
    count_what_it_has(spec, &copy.b_info);
    int rc = libxl_domain_need_memory(host->ctx, &copy, INVALID_DOMID,
                                      &need->needed_kib);
    libxl_domain_config_dispose(&copy);
    if (rc == 0)
        rc = libxl_get_free_memory(host->ctx, &need->free_kib);
    if (rc != 0)
        return host_fail(host, err, ERR_CONFIG, rc, "memory");
    if (need->free_kib < need->claimed_kib)
        need->free_kib = need->claimed_kib;
    need->free_kib -= need->claimed_kib;
    return 0;
}

/* Of the domain that is being made with this UUID. */
static uint64_t used_kib(void *arg, const char *uuid)
{
    struct host *host = arg;
    uint8_t wanted[UUID_BYTES];
    uint64_t used = 0;
    int count = 0;

    if (!uuid_parse_text(uuid, wanted))
        return 0;
    libxl_dominfo *list = libxl_list_domain(host->ctx, &count);
    for (int i = 0; i < count; i++)
        if (memcmp(libxl_uuid_bytearray_const(&list[i].uuid), wanted,
                   UUID_BYTES) == 0)
            used += list[i].current_memkb;
    libxl_dominfo_list_free(list, count);
    return used;
}

/* As xl: "auto" is off where the administrator has fixed Dom0's memory. */
static bool may_balloon(struct host *host, const struct xlconf *defaults)
{
    if (defaults->autoballoon != XLCONF_BALLOON_AUTO)
        return defaults->autoballoon == XLCONF_BALLOON_ON;
    const libxl_version_info *info = libxl_get_version_info(host->ctx);
    return info == NULL || info->commandline == NULL ||
           strstr(info->commandline, "dom0_mem=") == NULL;
}

/* The lock that xl takes for the same purpose. */
static int take_balloon_lock(const char *path, struct error *err)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    if (fd >= 0 && fcntl(fd, F_SETLKW, &lock) == 0)
        return fd;
    error_set_errno(err, ERR_FAILED, errno, "lock %s", path);
    if (fd >= 0)
        close(fd);
    return -1;
}

static int balloon_dom0(struct host *host, const struct domain_spec *spec,
                        const struct xlconf *defaults, struct memory_need *need,
                        struct error *err)
{
    cleanup_close int lock = take_balloon_lock(defaults->lockfile, err);

    if (lock < 0 || measure(host, spec, need, err) < 0)
        return -1;
    if (need->free_kib >= need->needed_kib)
        return 0;
    int64_t change = (int64_t)(need->free_kib - need->needed_kib);
    int rc = libxl_set_memory_target(host->ctx, 0, change, 1, 0);
    if (rc == 0)
        rc = libxl_wait_for_memory_target(host->ctx, 0, BALLOON_PATIENCE);
    host_log_forget(&host->log);
    return rc == 0 ? measure(host, spec, need, err) : 0;
}

static unsigned long long mib(uint64_t kib)
{
    return (kib + 1023) >> 10;
}

static int report_short(const struct memory_need *need, struct error *err)
{
    if (need->free_kib >= need->needed_kib)
        return 0;
    error_set(err, ERR_SPACE,
              "not enough memory: %llu MiB needed, %llu MiB free, "
              "short by %llu MiB",
              mib(need->needed_kib), (unsigned long long)need->free_kib >> 10,
              mib(need->needed_kib - need->free_kib));
    if (need->claimed_kib > 0)
        error_hint(err, "%llu MiB more are free, for domains being made",
                   (unsigned long long)need->claimed_kib >> 10);
    else
        error_hint(err, "'xn list' shows who has how much");
    return -1;
}

int memory_need_measure(struct host *host, const struct domain_spec *spec,
                        const struct xlconf *defaults, struct memory_need *need,
                        struct error *err)
{
    need->may_balloon = may_balloon(host, defaults);
    return measure(host, spec, need, err);
}

int memory_need_check(struct host *host, const struct domain_spec *spec,
                      const struct xlconf *defaults, struct error *err)
{
    struct memory_need need = { 0 };

    if (memory_need_measure(host, spec, defaults, &need, err) < 0)
        return -1;
    return need.may_balloon ? 0 : report_short(&need, err);
}

int memory_need_find(struct host *host, const struct domain_spec *spec,
                     const struct xlconf *defaults, struct memory_claim *claim,
                     struct error *err)
{
    cleanup_close int lock = memory_claims_lock(MEMORY_CLAIMS, err);
    struct memory_need need = { 0 };
    char uuid[UUID_TEXT_SIZE];

    if (lock < 0 ||
        memory_claims_sum(MEMORY_CLAIMS, used_kib, host, &need.claimed_kib,
                          err) < 0 ||
        memory_need_measure(host, spec, defaults, &need, err) < 0)
        return -1;
    if (need.free_kib < need.needed_kib && need.may_balloon &&
        balloon_dom0(host, spec, defaults, &need, err) < 0)
        return -1;
    if (report_short(&need, err) < 0)
        return -1;
    uuid_format_text(libxl_uuid_bytearray_const(&spec->config.c_info.uuid),
                     uuid);
    return memory_claim_make(claim, MEMORY_CLAIMS, uuid, need.needed_kib, err);
}
