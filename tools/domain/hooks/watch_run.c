/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/hooks/watch_run.h"

#include <errno.h>
#include <grp.h>
#include <libxl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/logfile.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/proc.h"
#include "domain/hooks/hook_input.h"
#include "host/xenstore.h"

/* Supplementary groups of one user; more are left out. */
#define GROUPS_MAX 256

static bool is_of_guest(const struct watch_change *change)
{
    return change->domid != (uint32_t)INVALID_DOMID;
}

char *watch_document(const struct watch_entry *entry,
                     const struct watch_change *change)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);

    json_begin_object(json);
    json_add_string(json, "schema", "xn.watch/1");
    json_add_string(json, "rule", entry->name);
    json_add_string(json, "path", change->path);
    json_add_string(json, "value", change->value);
    if (change->value != NULL)
        json_add_uint(json, "length", change->length);
    if (is_of_guest(change)) {
        json_key(json, "domain");
        json_begin_object(json);
        json_add_uint(json, "domid", change->domid);
        json_add_string(json, "name", change->name);
        json_end_object(json);
    }
    json_end_object(json);
    return mem_printf("%s\n", json_text(json, NULL));
}

/* groups has room for GROUPS_MAX. */
static int find_user(const struct watch_entry *entry, struct confine_user *user,
                     gid_t *groups, struct error *err)
{
    int count = GROUPS_MAX;

    errno = 0;
    const struct passwd *found = getpwnam(entry->rule.user);
    if (found == NULL)
        return error_set(err, ERR_CONFIG, "%s: there is no user %s",
                         entry->file, entry->rule.user);
    if (getgrouplist(found->pw_name, found->pw_gid, groups, &count) < 0)
        count = GROUPS_MAX;
    *user = (struct confine_user){ .uid = found->pw_uid,
                                   .gid = found->pw_gid,
                                   .groups = groups,
                                   .group_count = (size_t)count };
    return 0;
}

static int run_as(const struct watch_entry *entry,
                  const struct confine_user *user, int input, struct error *err)
{
    static const char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
    cleanup_free char *rule = mem_printf("XN_RULE=%s", entry->name);
    const char *const env[] = { path, "LANG=C.UTF-8", rule, NULL };
    VEC(const char *) argv = VEC_INIT;

    VEC_EACH (&entry->rule.command, word)
        VEC_PUSH(&argv, *word);
    VEC_PUSH(&argv, NULL);
    struct proc proc = {
        .argv = argv.items,
        .env = env,
        .only_env = true,
        .user = user,
        .input_fd = input,
        .timeout_ms = (int64_t)entry->rule.timeout * 1000,
    };
    int rc = proc_run_ok(&proc, NULL, err);
    VEC_DISPOSE(&argv);
    return rc;
}

static int run_program(const struct watch_entry *entry,
                       const struct watch_change *change, struct error *err)
{
    cleanup_free gid_t *groups = mem_zalloc(GROUPS_MAX, sizeof(gid_t));
    cleanup_free char *document = watch_document(entry, change);
    struct confine_user user;

    if (entry->fault != NULL)
        return error_set(err, ERR_CONFIG, "%s", entry->fault);
    cleanup_close int input = hook_input_open(document, err);
    if (input < 0 || find_user(entry, &user, groups, err) < 0)
        return -1;
    return run_as(entry, &user, input, err);
}

static void note(const struct watch_entry *entry,
                 const struct watch_change *change, int64_t took_ms,
                 const struct error *failure)
{
    cleanup_close int fd = logfile_open(PATHS_HOOKS_LOG);
    cleanup_free char *guest = change->name != NULL
                                   ? mem_printf("(%s) ", change->name)
                                   : mem_strdup("");
    bool ok = failure->kind == ERR_NONE;

    logfile_line(fd, "xn", "%srule %s: %s%s (%.2f s)", guest, entry->name,
                 ok ? "done" : "failed: ", ok ? "" : failure->message,
                 (double)took_ms / 1000);
}

static int run_and_note(const struct watch_entry *entry,
                        const struct watch_change *change, struct error *err)
{
    int64_t began = clock_now_ms();
    int rc = run_program(entry, change, err);

    note(entry, change, clock_now_ms() - began, err);
    return rc < 0 ? error_context(err, "rule %s", entry->name) : 0;
}

int watch_carry_out(const struct watch_entry *entry, uint32_t domid,
                    struct error *err)
{
    cleanup_xenstore_reads struct xenstore_reads reads = { 0 };
    struct watch_change change = { .domid = domid };
    size_t place, name = 0;

    if (entry->rule.of_guest) {
        place = xenstore_reads_add(&reads, "/local/domain/%u/%s", domid,
                                   entry->rule.path);
        name = xenstore_reads_add(&reads, "/local/domain/%u/name", domid);
    } else {
        place = xenstore_reads_add(&reads, "%s", entry->rule.path);
    }
    if (xenstore_reads_run(&reads, err) < 0)
        return -1;
    change.path = reads.list.items[place].path;
    change.value = reads.list.items[place].value;
    change.length = reads.list.items[place].length;
    if (entry->rule.of_guest)
        change.name = xenstore_reads_value(&reads, name);
    return run_and_note(entry, &change, err);
}
