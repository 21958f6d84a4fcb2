/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/disk_compare.h"

#include <inttypes.h>
#include <string.h>

static const struct {
    const char *kind, *words;
} words_of[] = {
    { "wwid", "its WWID" },
    { "device-mapper", "device-mapper's UUID" },
    { "partuuid", "its partition's UUID" },
    { "serial", "its serial number" },
    { "filesystem", "the shared filesystem's UUID and the file's number" },
    { "id", "udev's names in by-id" },
    { "share", "the server and the file's number" },
    { "uuid", "its filesystem's UUID, which is the guest's to change" },
};

static const char *describe(const char *kind)
{
    for (size_t i = 0; i < sizeof(words_of) / sizeof(words_of[0]); i++)
        if (strcmp(words_of[i].kind, kind) == 0)
            return words_of[i].words;
    return kind;
}

static void tell_other(const struct disk_pair *pair, const char *kind,
                       struct answer *answer)
{
    if (strcmp(kind, "local") == 0)
        answer_add(answer, pair->writable,
                   "%s: %s is in a filesystem of one host alone", pair->label,
                   pair->path);
    else
        answer_add(answer, pair->writable,
                   "%s: %s is another disk than the guest's, by %s",
                   pair->label, pair->path, describe(kind));
}

static void compare_names(const struct disk_pair *pair, bool tell,
                          struct answer *answer)
{
    const char *kind;

    switch (disk_identity_compare(pair->theirs, pair->ours, &kind)) {
    case DISK_SAME:
        if (tell)
            answer_add(answer, false, "%s: %s is the guest's disk, by %s",
                       pair->label, pair->path, describe(kind));
        break;
    case DISK_OTHER:
        tell_other(pair, kind, answer);
        break;
    case DISK_PERHAPS_OTHER:
        answer_add(answer, false,
                   "%s: %s may be another disk than the guest's, by %s",
                   pair->label, pair->path, describe(kind));
        break;
    case DISK_NOT_TOLD:
        answer_add(
            answer, false, "%s: nothing tells whether %s is the guest's disk%s",
            pair->label, pair->path,
            pair->ours->size > 0 && pair->theirs->size > 0 ? ", but its size"
                                                           : "");
        break;
    }
}

static const char *name_place(enum disk_place place)
{
    return place == DISK_BLOCK ? "a block device" : "a file";
}

void disk_compare(const struct disk_pair *pair, bool tell,
                  struct answer *answer)
{
    const struct disk_identity *theirs = pair->theirs, *ours = pair->ours;

    /* What is not there at all was found by who looked for it. */
    if (theirs->place == DISK_UNKNOWN || ours->place == DISK_UNKNOWN)
        return;
    if (theirs->size > 0 && ours->size > 0 && theirs->size != ours->size) {
        answer_add(answer, true,
                   "%s: %s has %" PRIu64 " bytes, the guest's has %" PRIu64,
                   pair->label, pair->path, ours->size, theirs->size);
        return;
    }
    if (theirs->place != ours->place)
        answer_add(answer, false, "%s: %s is %s, the guest's is %s",
                   pair->label, pair->path, name_place(ours->place),
                   name_place(theirs->place));
    compare_names(pair, tell, answer);
}
