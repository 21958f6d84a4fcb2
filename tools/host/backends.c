/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/backends.h"

#include <errno.h>
#include <string.h>

#include <xenstore.h>

#include "base/mem.h"
#include "base/number.h"
#include "host/no_answer.h"
#include "host/prune.h"
#include "host/transaction.h"

#define TOKEN "backends"
#define COPIES BACKENDS_PRIVATE "/xenith"

struct backends {
    struct xs_handle *xs;
    uint32_t domid; /* our own; 0 if xenstore does not say */
};

/* ---- names ---- */

static bool take_kind(const char *text, size_t length, char *kind)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

    if (length == 0 || length >= sizeof(((struct backend_name *)0)->kind) ||
        strspn(text, letters) != length)
        return false;
    memcpy(kind, text, length);
    kind[length] = '\0';
    return true;
}

/* The part up to the next '/', or the end; *next is behind it. */
static bool take_number(const char *text, const char **next, uint32_t *number)
{
    size_t length = strcspn(text, "/");
    cleanup_free char *part = mem_strndup(text, length);

    *next = text + length + (text[length] == '/');
    return number_parse_u32(part, number);
}

bool backend_name_parse(const char *path, struct backend_name *name)
{
    static const char folder[] = BACKENDS_FOLDER "/";

    *name = (struct backend_name){ 0 };
    if (strncmp(path, folder, strlen(folder)) != 0)
        return false;
    path += strlen(folder);
    size_t length = strcspn(path, "/");
    if (path[length] != '/' || !take_kind(path, length, name->kind))
        return false;
    return take_number(path + length + 1, &path, &name->domid) &&
           take_number(path, &path, &name->devid);
}

bool backend_name_equal(const struct backend_name *a,
                        const struct backend_name *b)
{
    return strcmp(a->kind, b->kind) == 0 && a->domid == b->domid &&
           a->devid == b->devid;
}

char *backend_name_path(const struct backend_name *name, const char *folder)
{
    return mem_printf("%s/%s/%u/%u", folder, name->kind, name->domid,
                      name->devid);
}

/* ---- nodes ---- */

const char *backend_nodes_get(const struct backend_nodes *nodes,
                              const char *key)
{
    VEC_EACH (&nodes->list, node)
        if (strcmp(node->key, key) == 0)
            return node->value;
    return NULL;
}

void backend_nodes_add(struct backend_nodes *nodes, const char *key,
                       const char *value)
{
    VEC_PUSH(&nodes->list,
             ((struct backend_node){ mem_strdup(key), mem_strdup(value) }));
}

void backend_nodes_dispose(struct backend_nodes *nodes)
{
    VEC_EACH (&nodes->list, node) {
        free(node->key);
        free(node->value);
    }
    VEC_DISPOSE(&nodes->list);
}

/* ---- the connection ---- */

/* NULL if there is none, or none for us; -1 if xenstored is gone. */
static int read_node(struct backends *backends, const char *path, char **value,
                     struct error *err)
{
    unsigned int length;

    *value = xs_read(backends->xs, XBT_NULL, path, &length);
    if (*value != NULL || errno == ENOENT || errno == EACCES)
        return 0;
    return no_answer(err);
}

static int read_key(struct backends *backends, const char *folder,
                    const char *key, char **value, struct error *err)
{
    cleanup_free char *path = mem_printf("%s/%s", folder, key);

    return read_node(backends, path, value, err);
}

static int begin(struct backends *backends, struct error *err)
{
    cleanup_free char *text = NULL;

    if (!xs_watch(backends->xs, BACKENDS_FOLDER, TOKEN) ||
        read_node(backends, "domid", &text, err) < 0)
        return no_answer(err);
    if (text != NULL)
        (void)number_parse_u32(text, &backends->domid);
    return 0;
}

int backends_open(struct backends **backends, struct error *err)
{
    struct xs_handle *xs = xs_open(0);

    *backends = NULL;
    if (xs == NULL)
        return no_answer(err);
    *backends = MEM_NEW(struct backends);
    (*backends)->xs = xs;
    if (begin(*backends, err) == 0)
        return 0;
    backends_close(*backends);
    *backends = NULL;
    return -1;
}

void backends_close(struct backends *backends)
{
    if (backends == NULL)
        return;
    xs_close(backends->xs);
    free(backends);
}

int backends_fd(const struct backends *backends)
{
    return xs_fileno(backends->xs);
}

int backends_next(struct backends *backends, enum backends_news *news,
                  struct backend_name *name, struct error *err)
{
    cleanup_free char **event = xs_check_watch(backends->xs);

    *news = BACKENDS_QUIET;
    if (event == NULL)
        return errno == EAGAIN ? 0 : no_answer(err);
    *news = backend_name_parse(event[XS_WATCH_PATH], name) ? BACKENDS_DEVICE
                                                           : BACKENDS_ALL;
    return 0;
}

/* ---- all devices ---- */

static int list_children(struct backends *backends, const char *path,
                         struct prune_names *names, struct error *err)
{
    unsigned int count = 0;
    cleanup_free char **found =
        xs_directory(backends->xs, XBT_NULL, path, &count);

    if (found == NULL && errno != ENOENT && errno != EACCES)
        return no_answer(err);
    for (unsigned int i = 0; found != NULL && i < count; i++)
        VEC_PUSH(&names->list, mem_printf("%s/%s", path, found[i]));
    return 0;
}

/* To the depth of devices, one level after the other. */
int backends_list(struct backends *backends, struct backend_names *names,
                  struct error *err)
{
    cleanup_prune_names struct prune_names folders = { 0 };
    size_t done = 0;

    VEC_PUSH(&folders.list, mem_strdup(BACKENDS_FOLDER));
    for (int level = 0; level < 3; level++) {
        size_t end = folders.list.count;
        for (; done < end; done++)
            if (list_children(backends, folders.list.items[done], &folders,
                              err) < 0)
                return -1;
    }
    for (; done < folders.list.count; done++) {
        struct backend_name name;
        if (backend_name_parse(folders.list.items[done], &name))
            VEC_PUSH(&names->list, name);
    }
    return 0;
}

/* ---- one device ---- */

static enum backend_state parse_state(const char *text)
{
    uint64_t state = 0;

    if (text != NULL)
        (void)number_parse_u64(text, BACKEND_CLOSED, &state);
    return (enum backend_state)state;
}

static enum backend_status parse_status(const char *text)
{
    if (text == NULL || text[0] == '\0')
        return BACKEND_UNTOLD;
    return strcmp(text, "connected") == 0 ? BACKEND_READY : BACKEND_FAILED;
}

/*
 * Its folder goes with the guest: the toolstack removes it, or xenstored when
 * the domain that owns it ends. To say of a node of somebody else's that it is
 * not there xenstored answers that it is not ours to know.
 */
static int look_for_frontend(struct backends *backends,
                             const struct backend_name *name,
                             const char *folder, bool *there, struct error *err)
{
    cleanup_free char *path = NULL, *value = NULL;
    cleanup_free char *home = mem_printf("/local/domain/%u/", name->domid);

    *there = true;
    if (read_key(backends, folder, "frontend", &path, err) < 0)
        return -1;
    if (path == NULL || strncmp(path, home, strlen(home)) != 0)
        return 0;
    if (read_node(backends, path, &value, err) < 0)
        return -1;
    *there = value != NULL;
    return 0;
}

static int read_seen(struct backends *backends, const char *folder,
                     struct backend_seen *seen, struct error *err)
{
    cleanup_free char *state = NULL, *online = NULL;
    cleanup_free char *status = NULL, *device = NULL;

    if (read_key(backends, folder, "state", &state, err) < 0 ||
        read_key(backends, folder, "online", &online, err) < 0 ||
        read_key(backends, folder, "hotplug-status", &status, err) < 0 ||
        read_key(backends, folder, "physical-device", &device, err) < 0)
        return -1;
    seen->state = parse_state(state);
    seen->online = online == NULL || strcmp(online, "0") != 0;
    seen->status = parse_status(status);
    seen->has_device = device != NULL;
    return 0;
}

int backends_look(struct backends *backends, const struct backend_name *name,
                  struct backend_seen *seen, struct error *err)
{
    cleanup_free char *folder = backend_name_path(name, BACKENDS_FOLDER);
    cleanup_free char *there = NULL;

    *seen = (struct backend_seen){ 0 };
    if (read_node(backends, folder, &there, err) < 0)
        return -1;
    seen->there = there != NULL;
    if (!seen->there)
        return 0;
    if (read_seen(backends, folder, seen, err) < 0)
        return -1;
    return look_for_frontend(backends, name, folder, &seen->frontend, err);
}

/* The first entry is the owner and what all others may do. */
static bool is_own(const struct backends *backends,
                   const struct xs_permissions *perms, unsigned int count)
{
    for (unsigned int i = 0; i < count; i++) {
        bool trusted = perms[i].id == 0 || perms[i].id == backends->domid;
        bool writes = perms[i].perms & XS_PERM_WRITE;
        if (i == 0 ? !trusted || writes : !trusted && writes)
            return false;
    }
    return count > 0;
}

static int check_own(struct backends *backends, const char *path,
                     struct error *err)
{
    unsigned int count = 0;
    cleanup_free struct xs_permissions *perms =
        xs_get_permissions(backends->xs, XBT_NULL, path, &count);

    if (perms == NULL && errno == ENOENT)
        return 0;
    if (perms == NULL)
        return no_answer(err);
    if (is_own(backends, perms, count))
        return 0;
    return error_set(err, ERR_FAILED,
                     "xenstore node %s: another domain may write it, so what "
                     "it says is not believed",
                     path);
}

int backends_read(struct backends *backends, const struct backend_name *name,
                  struct backend_nodes *nodes, struct error *err)
{
    cleanup_free char *folder = backend_name_path(name, BACKENDS_FOLDER);
    cleanup_free char *script = mem_printf("%s/script", folder);
    cleanup_prune_names struct prune_names paths = { 0 };

    if (check_own(backends, folder, err) < 0 ||
        check_own(backends, script, err) < 0 ||
        list_children(backends, folder, &paths, err) < 0)
        return -1;
    VEC_EACH (&paths.list, path) {
        cleanup_free char *value = NULL;
        if (read_node(backends, *path, &value, err) < 0)
            return -1;
        const char *key = strrchr(*path, '/') + 1;
        if (value != NULL)
            backend_nodes_add(nodes, key, value);
    }
    return 0;
}

struct putting {
    const char *folder; /* of the device: nothing is written without it */
    const char *path;
    const char *value; /* NULL: the node goes */
};

static int put_within(struct xs_handle *xs, xs_transaction_t t, void *data)
{
    const struct putting *putting = data;
    const char *value = putting->value;
    unsigned int length;
    cleanup_free char *there = xs_read(xs, t, putting->folder, &length);

    if (there == NULL)
        return TRANSACTION_LEAVE;
    if (value != NULL)
        return xs_write(xs, t, putting->path, value,
                        (unsigned int)strlen(value))
                   ? 0
                   : errno;
    return xs_rm(xs, t, putting->path) || errno == ENOENT ? 0 : errno;
}

int backends_put(struct backends *backends, const struct backend_name *name,
                 const char *key, const char *value, struct error *err)
{
    cleanup_free char *folder = backend_name_path(name, BACKENDS_FOLDER);
    cleanup_free char *path = mem_printf("%s/%s", folder, key);
    struct putting putting = { folder, path, value };
    int cause = transaction_run(backends->xs, put_within, &putting);

    if (cause == 0)
        return 0;
    return error_set_errno(err, ERR_FAILED, cause, "xenstore: write %s", path);
}

struct removal {
    struct backends *backends;
    const struct backend_name *name;
};

static bool is_unwanted(void *data)
{
    const struct removal *removal = data;
    struct backend_seen seen;

    return backends_look(removal->backends, removal->name, &seen, NULL) == 0 &&
           !(seen.online && seen.frontend);
}

int backends_remove(struct backends *backends, const struct backend_name *name,
                    struct error *err)
{
    cleanup_free char *path = backend_name_path(name, BACKENDS_FOLDER);
    struct removal removal = { backends, name };
    cleanup_error struct error refused = ERROR_INIT;

    if (prune_below(path, BACKENDS_FOLDER, is_unwanted, &removal, &refused) ==
        0)
        return 0;
    return error_set(err, ERR_FAILED, "%s", refused.message);
}

/* ---- copies ---- */

int backends_write_copy(struct backends *backends,
                        const struct backend_name *name,
                        const struct backend_nodes *nodes, char **path,
                        struct error *err)
{
    *path = backend_name_path(name, COPIES);
    VEC_EACH (&nodes->list, node) {
        cleanup_free char *key = mem_printf("%s/%s", *path, node->key);
        if (!xs_write(backends->xs, XBT_NULL, key, node->value,
                      (unsigned int)strlen(node->value)))
            return error_set_errno(err, ERR_FAILED, errno, "xenstore: write %s",
                                   key);
    }
    return 0;
}

int backends_remove_copy(const char *path, struct error *err)
{
    return prune_below(path, BACKENDS_PRIVATE, NULL, NULL, err);
}
