/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The nodes are libxl's, Dom0's alone to write: image/device-model-pid of the
 * domain for as long as it exists, and /local/domain/0/device-model/DOMID,
 * which libxl removes before it ends the process.
 */
#include "xnd/device_model.h"

#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/number.h"
#include "host/xenstore.h"

#define PID_PATH "/local/domain/%u/image/device-model-pid"
#define STATE_PATH "/local/domain/0/device-model/%u/state"
#define CMDLINE_LIMIT ((size_t)256 << 10)

struct device_model {
    uv_poll_t poll;
    int fd; /* a pidfd */
    uint32_t domid;
    device_model_died *died;
    void *arg;
};

/* A number that was given to another process since says another domain. */
static bool is_of(uint32_t pid, uint32_t domid)
{
    cleanup_free char *path = mem_printf("/proc/%u/cmdline", pid);
    cleanup_free char *wanted = mem_printf("%u", domid);
    cleanup_free char *words = NULL;
    size_t length;

    if (io_read_file(path, CMDLINE_LIMIT, &words, &length, NULL) < 0)
        return false;
    const char *end = words + length;
    for (const char *word = words; word < end; word += strlen(word) + 1) {
        const char *next = word + strlen(word) + 1;
        if (strcmp(word, "-xen-domid") == 0 && next < end)
            return strcmp(next, wanted) == 0;
    }
    return false;
}

/* A pidfd of the device model, -1 if there is none. */
static int open_process(uint32_t domid)
{
    cleanup_xenstore_reads struct xenstore_reads reads = { 0 };
    size_t place = xenstore_reads_add(&reads, PID_PATH, domid);
    uint32_t pid;

    if (xenstore_reads_run(&reads, NULL) < 0)
        return -1;
    const char *text = xenstore_reads_value(&reads, place);
    if (text == NULL || !number_parse_u32(text, &pid))
        return -1;
    /* First: what is_of sees is then the process behind the descriptor. */
    cleanup_close int fd = pidfd_open((pid_t)pid, 0);
    if (fd < 0 || !is_of(pid, domid))
        return -1;
    return io_steal_fd(&fd);
}

static bool was_ended_by_libxl(uint32_t domid)
{
    cleanup_xenstore_reads struct xenstore_reads reads = { 0 };
    size_t place = xenstore_reads_add(&reads, STATE_PATH, domid);

    return xenstore_reads_run(&reads, NULL) < 0 ||
           xenstore_reads_value(&reads, place) == NULL;
}

static void process_ended(uv_poll_t *poll, int status, int events)
{
    struct device_model *model = poll->data;

    uv_poll_stop(poll);
    if (!was_ended_by_libxl(model->domid))
        model->died(model->arg);
}

static void model_free(uv_handle_t *handle)
{
    struct device_model *model = handle->data;

    io_cleanup_close(&model->fd);
    free(model);
}

struct device_model *device_model_watch(struct xnd *xnd, uint32_t domid,
                                        device_model_died *died, void *arg)
{
    cleanup_close int fd = open_process(domid);

    if (fd < 0)
        return NULL;
    struct device_model *model = MEM_NEW(struct device_model);
    model->domid = domid;
    model->died = died;
    model->arg = arg;
    model->fd = io_steal_fd(&fd);
    uv_poll_init(&xnd->loop, &model->poll, model->fd);
    model->poll.data = model;
    uv_poll_start(&model->poll, UV_READABLE, process_ended);
    return model;
}

void device_model_unwatch(struct device_model *model)
{
    if (model == NULL)
        return;
    uv_poll_stop(&model->poll);
    uv_close((uv_handle_t *)&model->poll, model_free);
}
