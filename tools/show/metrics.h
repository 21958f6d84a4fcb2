/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text for Prometheus (its "Text-based format", version 0.0.4): families of
 * samples, each with its HELP and TYPE once.
 */
#ifndef XENITH_SHOW_METRICS_H
#define XENITH_SHOW_METRICS_H

#include "base/strbuf.h"

enum metric_type {
    METRIC_GAUGE,
    METRIC_COUNTER, /* its name ends in _total */
};

struct metric_label {
    const char *name;
    const char *value; /* any text; NULL is "" */
};

/* Begins a family: all its samples follow. */
void metrics_family(struct strbuf *text, const char *name,
                    enum metric_type type, const char *help);

/* labels end with a zeroed one; what cannot be UTF-8 becomes U+FFFD. */
void metrics_sample(struct strbuf *text, const char *name,
                    const struct metric_label *labels, double value);

#endif
