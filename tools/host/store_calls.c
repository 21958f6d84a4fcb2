/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxenstore's calls for nodes, as libxl makes them, over a connection of our
 * own. A create asks xenstored about 250 times; libxenstore sends each part of
 * a request by itself and waits for each answer, in a thread of its own once
 * there is a watch. Here one that is waited for is one message, what is changed
 * within a transaction is waited for only at its end (store_pipe.h), and a
 * domain's path is no question at all.
 *
 * A library's functions come after those of who loads it, so that libxl finds
 * these; everything else of libxenstore it finds there: watches come over the
 * handle's own connection. Its order against this one is kept, for each call
 * outside a transaction has its answer before it returns. Where xenstored has
 * no socket, libxenstore's own functions are called.
 *
 * Who has this in its program: xn, which is what makes and ends domains.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <xenstore_lib.h>

#include "base/visible.h"
#include "host/name_ahead.h"
#include "host/store_pipe.h"

/* To read a large folder in one state. */
#define ATTEMPTS 10

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct store_pipe pipe_of_process = STORE_PIPE_CLOSED;
static struct name_ahead names_ahead;

static void before_fork(void)
{
    pthread_mutex_lock(&lock);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&lock);
}

/* The connection stays its maker's: an answer has one reader. */
static void in_child(void)
{
    store_pipe_close(&pipe_of_process);
    pthread_mutex_unlock(&lock);
}

static void look_after_forks(void)
{
    pthread_atfork(before_fork, after_fork, in_child);
}

static struct store_pipe *pipe_open(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, look_after_forks);
    pthread_mutex_lock(&lock);
    if (pipe_of_process.fd >= 0 || store_pipe_open(&pipe_of_process) == 0)
        return &pipe_of_process;
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* The process's pipe, with the lock held; NULL without it if there is none. */
static struct store_pipe *pipe_begin(void)
{
    struct store_pipe *pipe = pipe_open();

    if (pipe != NULL)
        name_ahead_asked(&names_ahead, NULL);
    return pipe;
}

static void pipe_end(void)
{
    pthread_mutex_unlock(&lock);
}

/* libxenstore's function of that name, which ours hides. */
static void *hidden(const char *name)
{
    Dl_info info;

    /* One of libxenstore's that has no stand-in tells which file it is. */
    if (dladdr((void *)(uintptr_t)xs_open, &info) == 0)
        return NULL;
    void *library = dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    void *function = library != NULL ? dlsym(library, name) : NULL;
    if (library != NULL)
        dlclose(library);
    if (function == NULL)
        errno = ENOSYS;
    return function;
}

/* Calls libxenstore's own NAME with what follows; without it yields fails. */
#define HIDDEN(name, fails, ...)                      \
    ({                                                \
        __typeof__(name) *call_;                      \
        *(void **)&call_ = hidden(#name);             \
        call_ != NULL ? call_(__VA_ARGS__) : (fails); \
    })

static char *ask(struct store_pipe *pipe, enum xsd_sockmsg_type type,
                 xs_transaction_t t, const char *text, unsigned int *length)
{
    struct store_wire_part part = store_wire_text(text);

    return store_pipe_ask(pipe, type, t, &part, 1, length);
}

/* Outside a transaction it has happened when this returns. */
static bool change(struct store_pipe *pipe, enum xsd_sockmsg_type type,
                   xs_transaction_t t, const struct store_wire_part *parts,
                   size_t count)
{
    if (t != XBT_NULL)
        return store_pipe_change(pipe, type, t, parts, count) == 0;
    char *done = store_pipe_ask(pipe, type, t, parts, count, NULL);
    free(done);
    return done != NULL;
}

VISIBLE bool xs_write(struct xs_handle *xs, xs_transaction_t t,
                      const char *path, const void *data, unsigned int length)
{
    struct store_wire_part parts[] = { store_wire_text(path),
                                       { data, length } };
    struct store_pipe *pipe = pipe_begin();

    if (pipe == NULL)
        return HIDDEN(xs_write, false, xs, t, path, data, length);
    bool done = change(pipe, XS_WRITE, t, parts, 2);
    pipe_end();
    return done;
}

VISIBLE bool xs_mkdir(struct xs_handle *xs, xs_transaction_t t,
                      const char *path)
{
    struct store_wire_part part = store_wire_text(path);
    struct store_pipe *pipe = pipe_begin();

    if (pipe == NULL)
        return HIDDEN(xs_mkdir, false, xs, t, path);
    bool done = change(pipe, XS_MKDIR, t, &part, 1);
    pipe_end();
    return done;
}

VISIBLE bool xs_rm(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
    struct store_wire_part part = store_wire_text(path);
    struct store_pipe *pipe = pipe_begin();

    if (pipe == NULL)
        return HIDDEN(xs_rm, false, xs, t, path);
    bool done = change(pipe, XS_RM, t, &part, 1);
    pipe_end();
    return done;
}

/* How many texts there are, each ended by a NUL. */
static unsigned int count_texts(const char *texts, size_t length)
{
    unsigned int count = 0;

    for (size_t i = 0; i < length; i++)
        count += texts[i] == '\0';
    return count;
}

/* xenstore.txt, "Permissions are described by strings": SET_PERMS. */
static void add_permission(struct strbuf *text,
                           const struct xs_permissions *permission)
{
    static const char letters[] = { [XS_PERM_NONE] = 'n',
                                    [XS_PERM_READ] = 'r',
                                    [XS_PERM_WRITE] = 'w',
                                    [XS_PERM_READ | XS_PERM_WRITE] = 'b' };

    strbuf_printf(text, "%c%u",
                  letters[permission->perms & (XS_PERM_READ | XS_PERM_WRITE)],
                  permission->id);
    strbuf_putc(text, '\0');
}

VISIBLE bool xs_set_permissions(struct xs_handle *xs, xs_transaction_t t,
                                const char *path,
                                struct xs_permissions *permissions,
                                unsigned int count)
{
    struct store_pipe *pipe = pipe_begin();
    cleanup_strbuf struct strbuf text = { 0 };

    if (pipe == NULL)
        return HIDDEN(xs_set_permissions, false, xs, t, path, permissions,
                      count);
    for (unsigned int i = 0; i < count; i++)
        add_permission(&text, &permissions[i]);
    struct store_wire_part parts[] = { store_wire_text(path),
                                       { text.text, text.length } };
    bool done = change(pipe, XS_SET_PERMS, t, parts, 2);
    pipe_end();
    return done;
}

VISIBLE struct xs_permissions *xs_get_permissions(struct xs_handle *xs,
                                                  xs_transaction_t t,
                                                  const char *path,
                                                  unsigned int *count)
{
    struct xs_permissions *permissions = NULL;
    struct store_pipe *pipe = pipe_begin();
    unsigned int length;

    if (pipe == NULL)
        return HIDDEN(xs_get_permissions, NULL, xs, t, path, count);
    cleanup_free char *text = ask(pipe, XS_GET_PERMS, t, path, &length);
    pipe_end();
    if (text == NULL)
        return NULL;
    *count = count_texts(text, length);
    permissions = mem_zalloc(*count + 1, sizeof(*permissions));
    if (xs_strings_to_perms(permissions, *count, text))
        return permissions;
    free(permissions);
    return NULL;
}

/*
 * One list in one piece, as the caller frees it: pointers, and the names that
 * they point to.
 */
static char **list_names(const char *names, size_t length, unsigned int *count)
{
    unsigned int found = count_texts(names, length);
    size_t pointers = (found + 1) * sizeof(char *);
    char **list = mem_zalloc(1, pointers + length + 1);
    char *next = (char *)list + pointers;

    if (length > 0)
        memcpy(next, names, length);
    for (unsigned int i = 0; i < found; i++) {
        list[i] = next;
        next += strlen(next) + 1;
    }
    *count = found;
    return list;
}

/* Whether a part of a folder's names, behind its generation, is the last. */
static bool ends_list(const char *names, size_t length)
{
    return length == 0 || (length == 1 && names[0] == '\0') ||
           (names[length - 1] == '\0' && names[length - 2] == '\0');
}

/*
 * The next names of a folder that has more than one answer holds (xenstore.txt,
 * DIRECTORY_PART): each part begins with the folder's generation, the caller's
 * from the first on, and the last one ends with an empty name. EAGAIN where the
 * folder is another one meanwhile. 1: there are more.
 */
static int read_part(struct store_pipe *pipe, xs_transaction_t t,
                     const char *path, struct strbuf *names, char **generation)
{
    unsigned int length;
    cleanup_free char *offset = mem_printf("%zu", names->length);
    struct store_wire_part parts[] = { store_wire_text(path),
                                       store_wire_text(offset) };
    cleanup_free char *answer =
        store_pipe_ask(pipe, XS_DIRECTORY_PART, t, parts, 2, &length);

    if (answer == NULL)
        return -1;
    size_t begin = strlen(answer) + 1;
    if (begin > length)
        begin = length;
    if (*generation == NULL)
        *generation = mem_strdup(answer);
    if (strcmp(*generation, answer) != 0) {
        errno = EAGAIN;
        return -1;
    }
    bool last = ends_list(answer + begin, length - begin);
    strbuf_add(names, answer + begin,
               length - begin - (last && length > begin ? 1 : 0));
    return last ? 0 : 1;
}

static int read_parts(struct store_pipe *pipe, xs_transaction_t t,
                      const char *path, struct strbuf *names)
{
    cleanup_free char *generation = NULL;
    int rc;

    names->length = 0;
    do
        rc = read_part(pipe, t, path, names, &generation);
    while (rc > 0);
    return rc;
}

/* A guest may change its folders all the time. */
static int read_names(struct store_pipe *pipe, xs_transaction_t t,
                      const char *path, struct strbuf *names)
{
    unsigned int length;
    cleanup_free char *answer = ask(pipe, XS_DIRECTORY, t, path, &length);
    int rc = -1;

    if (answer != NULL)
        strbuf_add(names, answer, length);
    if (answer != NULL || errno != E2BIG)
        return answer != NULL ? 0 : -1;
    for (int i = 0; i < ATTEMPTS && rc < 0; i++) {
        rc = read_parts(pipe, t, path, names);
        if (rc < 0 && errno != EAGAIN)
            break;
    }
    return rc;
}

static void read_ahead(struct store_pipe *pipe)
{
    cleanup_strbuf struct strbuf ids = { 0 };
    unsigned int count;

    if (read_names(pipe, XBT_NULL, "/local/domain", &ids) < 0)
        return;
    cleanup_free char **list = list_names(ids.text, ids.length, &count);
    if (name_ahead_read(&names_ahead, pipe->fd, list, count) < 0)
        store_pipe_close(pipe);
}

/* Outside a transaction; with others' names if it is one of many. */
static char *read_node(struct store_pipe *pipe, const char *path,
                       unsigned int *length)
{
    char *value;

    if (name_ahead_find(&names_ahead, path, &value, length))
        return value;
    value = ask(pipe, XS_READ, XBT_NULL, path, length);
    int cause = errno;
    if (name_ahead_asked(&names_ahead, path))
        read_ahead(pipe);
    errno = cause;
    return value;
}

VISIBLE void *xs_read(struct xs_handle *xs, xs_transaction_t t,
                      const char *path, unsigned int *length)
{
    struct store_pipe *pipe = t == XBT_NULL ? pipe_open() : pipe_begin();

    if (pipe == NULL)
        return HIDDEN(xs_read, NULL, xs, t, path, length);
    void *value = t == XBT_NULL ? read_node(pipe, path, length)
                                : ask(pipe, XS_READ, t, path, length);
    pipe_end();
    return value;
}

VISIBLE char **xs_directory(struct xs_handle *xs, xs_transaction_t t,
                            const char *path, unsigned int *count)
{
    struct store_pipe *pipe = pipe_begin();
    cleanup_strbuf struct strbuf names = { 0 };

    if (pipe == NULL)
        return HIDDEN(xs_directory, NULL, xs, t, path, count);
    int rc = read_names(pipe, t, path, &names);
    pipe_end();
    return rc == 0 ? list_names(names.text, names.length, count) : NULL;
}

VISIBLE xs_transaction_t xs_transaction_start(struct xs_handle *xs)
{
    struct store_pipe *pipe = pipe_begin();
    xs_transaction_t t = XBT_NULL;

    if (pipe == NULL)
        return HIDDEN(xs_transaction_start, XBT_NULL, xs);
    cleanup_free char *answer =
        ask(pipe, XS_TRANSACTION_START, XBT_NULL, "", NULL);
    pipe_end();
    if (answer != NULL)
        t = (xs_transaction_t)strtoul(answer, NULL, 10);
    return t;
}

VISIBLE bool xs_transaction_end(struct xs_handle *xs, xs_transaction_t t,
                                bool leave)
{
    struct store_pipe *pipe = pipe_begin();

    if (pipe == NULL)
        return HIDDEN(xs_transaction_end, false, xs, t, leave);
    int rc = store_pipe_end(pipe, t, leave);
    pipe_end();
    return rc == 0;
}

/* xenstored makes it of the number alone, also for no domain. */
VISIBLE char *xs_get_domain_path(struct xs_handle *xs, unsigned int domid)
{
    return mem_printf("/local/domain/%u", domid);
}
