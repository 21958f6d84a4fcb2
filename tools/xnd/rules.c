/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xnd/rules.h"

#include <string.h>

#include "base/mem.h"
#include "base/paths.h"
#include "domain/hooks/hooks.h"
#include "domain/hooks/watch_list.h"
#include "host/watches.h"
#include "xnd/journal.h"
#include "xnd/rule_files.h"
#include "xnd/worker.h"

/* Programs of all rules that run at the same time. */
#define RUNNING_MAX 8u
/* With so many, one more tries again after this. */
#define BUSY_MS 1000u

/* What hooks are told of is noticed as what rules are about. */
static const struct watch_entry devices = {
    .name = (char *)"devices",
    .rule = { .every = 1 },
};

struct watched_guest {
    uint32_t domid;
    bool has_hooks; /* of its own */
};

/* One watched node. */
struct spot {
    uv_timer_t timer;
    struct xnd *xnd;
    const struct watch_entry *entry; /* of the list as it is now */
    uint32_t domid;                  /* INVALID_DOMID: the host's */
    char *path;                      /* owned */
    char *token;                     /* owned */
    uint64_t next; /* no run before; of the loop's clock, ms */
    bool begun;    /* the watch has fired for the first time */
    bool due;      /* it changed since the last run began */
    bool running;
    bool closed; /* to be freed once nothing runs */
};

struct rules {
    uv_poll_t poll; /* once there are watches */
    struct xnd *xnd;
    struct watches *watches; /* NULL until there is a rule */
    struct rule_files *files;
    struct rule_files *hook_files;
    struct watch_list list;
    VEC(struct spot *) spots;
    VEC(struct watched_guest) guests;
    uint64_t tokens; /* given so far */
    unsigned int running;
};

static bool is_of_host(uint32_t domid)
{
    return domid == (uint32_t)INVALID_DOMID;
}

/* ---- runs ---- */

static void consider(struct spot *spot);

static void spot_free(struct spot *spot)
{
    free(spot->path);
    free(spot->token);
    free(spot);
}

static void run_ended(struct xnd *xnd, void *arg, bool ok)
{
    struct spot *spot = arg;

    spot->running = false;
    if (xnd->rules != NULL)
        xnd->rules->running--;
    if (spot->closed)
        spot_free(spot);
    else
        consider(spot);
}

static void run(struct spot *spot)
{
    struct rules *rules = spot->xnd->rules;
    cleanup_free char *domid = mem_printf("%u", spot->domid);
    cleanup_error struct error err = ERROR_INIT;
    const char *const rule[] = { "hooks", "carry-out", spot->entry->name,
                                 is_of_host(spot->domid) ? NULL : domid, NULL };
    const char *const compare[] = { "hooks", "devices", domid, NULL };
    struct worker_start start = {
        .words = spot->entry == &devices ? compare : rule,
        .log_fd = -1,
        .ended = run_ended,
        .arg = spot,
    };

    spot->due = false;
    spot->next =
        uv_now(&spot->xnd->loop) + (uint64_t)spot->entry->rule.every * 1000;
    if (worker_spawn(spot->xnd, &start, NULL, &err) < 0) {
        journal_warn("rule %s: %s", spot->entry->name, err.message);
        return;
    }
    spot->running = true;
    rules->running++;
}

static void timer_over(uv_timer_t *timer)
{
    consider(timer->data);
}

static void consider(struct spot *spot)
{
    uint64_t now = uv_now(&spot->xnd->loop), wait = 0;

    if (!spot->due || spot->running)
        return;
    if (now < spot->next)
        wait = spot->next - now;
    else if (spot->xnd->rules->running >= RUNNING_MAX)
        wait = BUSY_MS;
    if (wait > 0)
        uv_timer_start(&spot->timer, timer_over, wait, 0);
    else
        run(spot);
}

/* ---- changes ---- */

static struct spot *find(const struct rules *rules, const char *token)
{
    VEC_EACH (&rules->spots, spot)
        if (strcmp((*spot)->token, token) == 0)
            return *spot;
    return NULL;
}

static void changed(struct rules *rules, struct spot *spot)
{
    /* A watch fires when it is set: news only if there is something. */
    bool is_first = !spot->begun;

    spot->begun = true;
    if (spot->due || (is_first && !watches_find(rules->watches, spot->path)))
        return;
    spot->due = true;
    consider(spot);
}

static void changes_came(uv_poll_t *poll, int status, int ready)
{
    struct rules *rules = poll->data;
    cleanup_error struct error err = ERROR_INIT;
    char *token;
    int rc;

    while ((rc = watches_next(rules->watches, &token, &err)) > 0) {
        struct spot *spot = find(rules, token);
        free(token);
        if (spot != NULL)
            changed(rules, spot);
    }
    if (rc == 0)
        return;
    journal_warn("watch rules: %s", err.message);
    xnd_stop(rules->xnd, true);
}

/* ---- nodes ---- */

static int open_watches(struct rules *rules, struct error *err)
{
    if (rules->watches != NULL)
        return 0;
    if (watches_open(&rules->watches, err) < 0)
        return -1;
    uv_poll_init(&rules->xnd->loop, &rules->poll, watches_fd(rules->watches));
    rules->poll.data = rules;
    uv_poll_start(&rules->poll, UV_READABLE, changes_came);
    return 0;
}

static void timer_closed(uv_handle_t *handle)
{
    struct spot *spot = handle->data;

    spot->closed = true;
    if (!spot->running)
        spot_free(spot);
}

static void close_spot(struct rules *rules, struct spot *spot)
{
    watches_remove(rules->watches, spot->path, spot->token);
    spot->due = false;
    uv_close((uv_handle_t *)&spot->timer, timer_closed);
}

static char *make_path(const struct watch_entry *entry, uint32_t domid)
{
    if (entry == &devices)
        return mem_printf("/libxl/%u/device", domid);
    if (is_of_host(domid))
        return mem_strdup(entry->rule.path);
    return mem_printf("/local/domain/%u/%s", domid, entry->rule.path);
}

static void add_spot(struct rules *rules, const struct watch_entry *entry,
                     uint32_t domid)
{
    cleanup_error struct error err = ERROR_INIT;
    struct spot *spot = MEM_NEW(struct spot);

    spot->xnd = rules->xnd;
    spot->entry = entry;
    spot->domid = domid;
    spot->token = mem_printf("%llu", (unsigned long long)++rules->tokens);
    spot->path = make_path(entry, domid);
    if (watches_add(rules->watches, spot->path, spot->token, &err) < 0) {
        journal_warn("rule %s: %s", entry->name, err.message);
        spot_free(spot);
        return;
    }
    uv_timer_init(&rules->xnd->loop, &spot->timer);
    spot->timer.data = spot;
    VEC_PUSH(&rules->spots, spot);
}

/* Its nodes of all guests that there are, or the host's. */
static void add_entry(struct rules *rules, const struct watch_entry *entry)
{
    if (entry->fault != NULL)
        return;
    if (!entry->rule.of_guest)
        add_spot(rules, entry, (uint32_t)INVALID_DOMID);
    else
        VEC_EACH (&rules->guests, guest)
            add_spot(rules, entry, guest->domid);
}

/* ---- devices, for the hooks ---- */

static bool has_device_hooks(void)
{
    return hooks_any(&hook_place_of_host, HOOK_DEVICE_ADDED, NULL) ||
           hooks_any(&hook_place_of_host, HOOK_DEVICE_REMOVED, NULL);
}

static bool watches_devices_of(const struct rules *rules, uint32_t domid)
{
    VEC_EACH (&rules->spots, spot)
        if ((*spot)->entry == &devices && (*spot)->domid == domid)
            return true;
    return false;
}

/* Where somebody wants to know: the host's hooks, or the guest's. */
static void watch_devices(struct rules *rules,
                          const struct watched_guest *guest, bool of_host)
{
    cleanup_error struct error err = ERROR_INIT;

    if (watches_devices_of(rules, guest->domid) ||
        !(guest->has_hooks || of_host))
        return;
    if (open_watches(rules, &err) < 0)
        journal_warn("devices of domain %u: %s", guest->domid, err.message);
    else
        add_spot(rules, &devices, guest->domid);
}

/* Of all guests that there are, after a change of the hooks. */
static void watch_all_devices(struct rules *rules)
{
    bool of_host = rules->guests.count > 0 && has_device_hooks();

    VEC_EACH (&rules->guests, guest)
        watch_devices(rules, guest, of_host);
}

void rules_watch_guest(struct xnd *xnd, uint32_t domid, bool has_hooks)
{
    struct rules *rules = xnd->rules;
    const struct watched_guest guest = { domid, has_hooks };

    if (rules == NULL)
        return;
    VEC_PUSH(&rules->guests, guest);
    watch_devices(rules, &guest, !has_hooks && has_device_hooks());
    VEC_EACH (&rules->list.items, entry)
        if (entry->fault == NULL && entry->rule.of_guest)
            add_spot(rules, entry, domid);
}

static void remove_spots(struct rules *rules, uint32_t domid)
{
    size_t kept = 0;

    for (size_t i = 0; i < rules->spots.count; i++) {
        struct spot *spot = rules->spots.items[i];
        if (spot->domid == domid)
            close_spot(rules, spot);
        else
            rules->spots.items[kept++] = spot;
    }
    rules->spots.count = kept;
}

void rules_unwatch_guest(struct xnd *xnd, uint32_t domid)
{
    struct rules *rules = xnd->rules;

    if (rules == NULL)
        return;
    for (size_t i = 0; i < rules->guests.count; i++)
        if (rules->guests.items[i].domid == domid) {
            rules->guests.items[i] = rules->guests.items[--rules->guests.count];
            break;
        }
    remove_spots(rules, domid);
}

/* ---- other rules ---- */

/* One that watches what the other watched; how and how often may differ. */
static const struct watch_entry *find_same(const struct watch_list *list,
                                           const struct watch_entry *other)
{
    const struct watch_entry *entry = watch_list_find(list, other->name);

    if (entry == NULL || entry->fault != NULL || other->fault != NULL ||
        entry->rule.of_guest != other->rule.of_guest ||
        strcmp(entry->rule.path, other->rule.path) != 0)
        return NULL;
    return entry;
}

/* What is still watched goes on: neither a change nor a pause is lost. */
static void keep_spots(struct rules *rules)
{
    size_t kept = 0;

    for (size_t i = 0; i < rules->spots.count; i++) {
        struct spot *spot = rules->spots.items[i];
        const struct watch_entry *same =
            spot->entry == &devices ? &devices
                                    : find_same(&rules->list, spot->entry);
        if (same == NULL) {
            close_spot(rules, spot);
            continue;
        }
        spot->entry = same;
        rules->spots.items[kept++] = spot;
    }
    rules->spots.count = kept;
}

/* Takes the list over. */
static void exchange(struct rules *rules, struct watch_list *fresh)
{
    cleanup_watch_list struct watch_list old = rules->list;

    rules->list = *fresh;
    *fresh = (struct watch_list){ 0 };
    keep_spots(rules);
    VEC_EACH (&rules->list.items, entry)
        if (find_same(&old, entry) == NULL)
            add_entry(rules, entry);
    watch_all_devices(rules);
}

/* ---- begin and end ---- */

/* How many rules are to be carried out; the others are journalled. */
static size_t check_rules(const struct watch_list *list)
{
    size_t good = 0;

    VEC_EACH (&list->items, entry) {
        if (entry->fault == NULL)
            good++;
        else
            journal_warn("rule %s is left out: %s", entry->name, entry->fault);
    }
    return good;
}

int rules_reload(struct xnd *xnd, size_t *count, struct error *err)
{
    cleanup_watch_list struct watch_list fresh = { 0 };
    struct rules *rules = xnd->rules;

    *count = 0;
    if (rules == NULL)
        return 0;
    if (watch_list_read(&fresh, PATHS_WATCH_RULES, err) < 0)
        return -1;
    *count = check_rules(&fresh);
    if (*count > 0 && open_watches(rules, err) < 0)
        return -1;
    exchange(rules, &fresh);
    return 0;
}

static void read_rules(struct xnd *xnd)
{
    cleanup_error struct error err = ERROR_INIT;
    size_t count;

    if (rules_reload(xnd, &count, &err) < 0)
        journal_warn("watch rules: %s", err.message);
}

static void files_changed(void *arg)
{
    journal("watch rules are read anew");
    read_rules(arg);
}

static void hooks_changed(void *arg)
{
    struct xnd *xnd = arg;

    watch_all_devices(xnd->rules);
}

void rules_open(struct xnd *xnd)
{
    static const char *const of_rules[] = { PATHS_WATCH_RULES, NULL };
    static const char *const of_hooks[] = { PATHS_HOOKS,
                                            PATHS_HOOKS "/device-added",
                                            PATHS_HOOKS "/device-removed",
                                            NULL };

    xnd->rules = MEM_NEW(struct rules);
    xnd->rules->xnd = xnd;
    /* First: what is changed meanwhile is read again. */
    xnd->rules->files =
        rule_files_watch(&xnd->loop, of_rules, files_changed, xnd);
    xnd->rules->hook_files =
        rule_files_watch(&xnd->loop, of_hooks, hooks_changed, xnd);
    read_rules(xnd);
}

static void rules_free(uv_handle_t *handle)
{
    struct rules *rules = handle->data;

    watches_close(rules->watches);
    watch_list_dispose(&rules->list);
    VEC_DISPOSE(&rules->spots);
    VEC_DISPOSE(&rules->guests);
    free(rules);
}

void rules_close(struct xnd *xnd)
{
    struct rules *rules = xnd->rules;

    if (rules == NULL)
        return;
    VEC_EACH (&rules->spots, spot)
        close_spot(rules, *spot);
    rules->spots.count = 0;
    xnd->rules = NULL;
    rule_files_unwatch(rules->files);
    rule_files_unwatch(rules->hook_files);
    rules->poll.data = rules;
    if (rules->watches == NULL) {
        rules_free((uv_handle_t *)&rules->poll);
        return;
    }
    uv_poll_stop(&rules->poll);
    uv_close((uv_handle_t *)&rules->poll, rules_free);
}
