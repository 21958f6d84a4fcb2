/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/hook_subject.h"

#include "base/mem.h"
#include "host/lookup.h"

static void make_up(struct hook_guest *guest)
{
    static const uint8_t nobody[UUID_BYTES];

    *guest = (struct hook_guest){ .name = mem_strdup("test"),
                                  .domid = INVALID_DOMID };
    uuid_format_text(nobody, guest->uuid);
}

int hook_subject_read(struct hook_guest *guest, const char *word,
                      struct error *err)
{
    struct host host = { 0 };
    uint32_t domid;
    int rc = 0;

    if (word == NULL) {
        make_up(guest);
        return 0;
    }
    if (host_open(&host, 0, err) < 0 ||
        lookup_domain(&host, word, &domid, err) < 0)
        rc = -1;
    else
        hook_guest_read(guest, &host, domid);
    host_close(&host);
    return rc;
}
