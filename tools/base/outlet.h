/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where lines of logs go, besides the files that their writers keep: syslog
 * and systemd's journal.
 */
#ifndef XENITH_BASE_OUTLET_H
#define XENITH_BASE_OUTLET_H

#include <stdbool.h>

#include "base/log.h"

enum log_output {
    LOG_TO_FILE = 1 << 0,
    LOG_TO_STDERR = 1 << 1,
    LOG_TO_SYSLOG = 1 << 2,
    LOG_TO_JOURNAL = 1 << 3,
};

#define LOG_OUTPUT_COUNT 4

/* What one guest wants otherwise than the host. */
struct log_choice {
    bool has_level;
    enum log_level level;
    unsigned int outputs; /* of enum log_output; 0: those of the host */
};

/* "file", "stderr", "syslog" or "journal"; false leaves *output alone. */
bool outlet_parse(const char *word, enum log_output *output);

/* The word for the output 1 << i, i below LOG_OUTPUT_COUNT. */
const char *outlet_name(unsigned int i);

struct outlet_line {
    const char *who;   /* the program */
    const char *guest; /* whom it is about; NULL: nobody */
    enum log_level level;
    const char *text; /* the journal takes it up to its first line feed */
};

/*
 * To syslog (facility daemon) and to the journal, as far as outputs names
 * them. Nothing waits: a line that a full socket refuses is lost.
 */
void outlet_send(unsigned int outputs, const struct outlet_line *line);

#endif
