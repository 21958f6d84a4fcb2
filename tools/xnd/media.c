/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xnd/media.h"

#include "base/mem.h"
#include "xnd/events.h"
#include "xnd/journal.h"
#include "xnd/worker.h"

/* Longer than a worker usually takes. */
#define EJECT_PAUSE_MS 2000

static void watch_drive(struct xnd *xnd, uint32_t domid, const char *vdev,
                        struct media *media)
{
    cleanup_error struct error err = ERROR_INIT;
    struct drive drive = { 0 };

    host_log_forget(&xnd->host.log);
    int rc = libxl_evenable_disk_eject(xnd->host.ctx, domid, vdev,
                                       media->drives.count, &drive.watch);
    if (rc == 0) {
        drive.vdev = mem_strdup(vdev);
        VEC_PUSH(&media->drives, drive);
        return;
    }
    host_fail(&xnd->host, &err, ERR_FAILED, rc, "drive %s of domain %u", vdev,
              domid);
    journal_warn("%s", err.message);
}

void media_watch(struct xnd *xnd, uint32_t domid, struct media *media)
{
    int count = 0;
    libxl_device_disk *disks =
        libxl_device_disk_list(xnd->host.ctx, domid, &count);

    for (int i = 0; i < count; i++)
        if (disks[i].removable && disks[i].vdev != NULL)
            watch_drive(xnd, domid, disks[i].vdev, media);
    libxl_device_disk_list_free(disks, count);
}

void media_unwatch(struct xnd *xnd, struct media *media)
{
    VEC_EACH (&media->drives, drive) {
        libxl_evdisable_disk_eject(xnd->host.ctx, drive->watch);
        free(drive->vdev);
    }
    VEC_DISPOSE(&media->drives);
}

static void eject_ended(struct xnd *xnd, void *arg, bool ok)
{
    /* Nobody to tell: the worker said why it failed. */
}

void media_eject(struct xnd *xnd, struct media *media, uint32_t domid,
                 uint64_t drive)
{
    cleanup_free char *number = mem_printf("%u", domid);
    cleanup_error struct error err = ERROR_INIT;
    if (drive >= media->drives.count)
        return;
    const char *vdev = media->drives.items[drive].vdev;
    const char *const words[] = { "cd-eject", number, vdev, NULL };
    struct worker_start start = {
        .words = words,
        .log_fd = -1,
        .ended = eject_ended,
    };

    if (uv_now(&xnd->loop) < media->next_eject)
        return;
    media->next_eject = uv_now(&xnd->loop) + EJECT_PAUSE_MS;
    journal("domain %u ejects the medium of %s", domid, vdev);
    events_tell(xnd, domid, EVENT_EJECTED, NULL, vdev);
    if (worker_spawn(xnd, &start, NULL, &err) < 0)
        journal_warn("%s", err.message);
}
