/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "show/metrics.h"

#include <stdint.h>

#include "base/utf8.h"

void metrics_family(struct strbuf *text, const char *name,
                    enum metric_type type, const char *help)
{
    strbuf_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
                  type == METRIC_COUNTER ? "counter" : "gauge");
}

static void add_value_of_label(struct strbuf *text, const char *value)
{
    while (*value != '\0') {
        uint32_t rune;
        size_t length = utf8_decode(value, &rune);
        if (length == 0)
            strbuf_puts(text, "\xef\xbf\xbd");
        else if (*value == '\n')
            strbuf_puts(text, "\\n");
        else if (*value == '"' || *value == '\\')
            strbuf_printf(text, "\\%c", *value);
        else
            strbuf_add(text, value, length);
        value += length ? length : 1;
    }
}

void metrics_sample(struct strbuf *text, const char *name,
                    const struct metric_label *labels, double value)
{
    strbuf_puts(text, name);
    for (const struct metric_label *label = labels;
         label != NULL && label->name != NULL; label++) {
        strbuf_printf(text, "%s%s=\"", label == labels ? "{" : ",",
                      label->name);
        add_value_of_label(text, label->value != NULL ? label->value : "");
        strbuf_putc(text, '"');
    }
    if (labels != NULL && labels->name != NULL)
        strbuf_putc(text, '}');
    strbuf_printf(text, " %.15g\n", value);
}
