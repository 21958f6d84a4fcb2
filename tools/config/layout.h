/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The canonical layout of a file: a setting a line, four spaces inside lists,
 * double quotes, one empty line at most, comments where they were.
 */
#ifndef XENITH_CONFIG_LAYOUT_H
#define XENITH_CONFIG_LAYOUT_H

#include "config/config.h"

/*
 * Adds the text in its layout to out; what it says stays the same, and a text
 * in this layout stays as it is. -1, and nothing is added, when the text has
 * mistakes (errors in diags); diags must have been empty.
 */
int config_layout(struct config_text *text, struct config_diags *diags,
                  struct strbuf *out);

#endif
