/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line for the monitor of the QEMU that is a domain's device model. */
#include <string.h>

#include "base/mem.h"
#include "domain/qemu.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/format.h"
#include "xn/subject.h"

/* QEMU's lines end with CR LF. */
static void drop_carriage_returns(char *text)
{
    char *out = text;

    for (const char *in = text; *in != '\0'; in++)
        if (in[0] != '\r' || in[1] != '\n')
            *out++ = *in;
    *out = '\0';
}

static void show_answer(const struct invocation *inv, char *answer)
{
    if (inv->settings->as_xl) {
        show_printf("%s\n", answer);
        return;
    }
    drop_carriage_returns(answer);
    size_t length = strlen(answer);
    if (length > 0 && answer[length - 1] == '\n')
        length--;
    cleanup_free char *safe = format_safe_lines(answer, length);
    show_printf("%s\n", safe);
}

static int run(struct invocation *inv, struct error *err)
{
    struct subject subject = subject_of(inv);
    cleanup_free char *answer = NULL;

    if (qemu_command(&subject, inv->words[0], &answer, err) < 0)
        return -1;
    if (answer == NULL)
        return 0;
    if (invocation_count(inv, "json") > 0) {
        struct json_writer *json = show_json_begin("qemu-monitor-command");
        drop_carriage_returns(answer);
        json_add_string(json, "answer", answer);
        show_json_end(json);
    } else {
        show_answer(inv, answer);
    }
    return 0;
}

const struct command command_qemu_monitor_command = {
    .name = "qemu-monitor-command",
    .summary = "Gives a line to the monitor of a domain's QEMU",
    .words = "DOMAIN LINE",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .options = json_option,
    .run = run,
};
