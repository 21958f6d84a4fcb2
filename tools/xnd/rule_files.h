/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notice of changes in the folders of the watch rules and of the hooks. */
#ifndef XENITH_XND_RULE_FILES_H
#define XENITH_XND_RULE_FILES_H

#include <uv.h>

struct rule_files;

/*
 * Calls changed a moment after something in one of the folders has changed, so
 * that what an editor does to a file is one change. folders ends with NULL; one
 * that stands in another one comes after it. A folder that is missing is looked
 * out for where its parent is there; where that is missing too, nobody is told.
 */
struct rule_files *rule_files_watch(uv_loop_t *loop, const char *const *folders,
                                    void (*changed)(void *arg), void *arg);
/* It is not called any more; the loop frees the rest. */
void rule_files_unwatch(struct rule_files *files);

#endif
