/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/top_view.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"

#define KEY_INTERRUPT 3 /* Ctrl-C */
#define KEY_ESCAPE 27

/* A day between two samples is enough. */
#define SECONDS_MAX 86400u

static void take_input(struct top_view *view)
{
    uint32_t seconds;

    if (number_parse_u32(view->input, &seconds) && seconds > 0 &&
        seconds <= SECONDS_MAX)
        view->seconds = seconds;
    view->asks = false;
}

static void type(struct top_view *view, int key)
{
    size_t length = strlen(view->input);

    if (key == '\r' || key == '\n')
        take_input(view);
    else if (key == KEY_ESCAPE)
        view->asks = false;
    else if ((key == '\b' || key == 0x7f) && length > 0)
        view->input[length - 1] = '\0';
    else if (key >= '0' && key <= '9' && length + 1 < sizeof(view->input))
        view->input[length] = (char)key;
}

static void ask(struct top_view *view)
{
    memset(view->input, 0, sizeof(view->input));
    view->asks = true;
}

bool top_view_key(struct top_view *view, int key)
{
    struct top_shown *shown = &view->shown;

    if (key == KEY_INTERRUPT)
        return false;
    if (view->asks) {
        type(view, key);
        return true;
    }
    if (key >= 'A' && key <= 'Z' && key != 'S')
        key += 'a' - 'A';
    switch (key) {
    case 'n':
        shown->networks = !shown->networks;
        break;
    case 'b': /* xentop's key and, for its option, x */
    case 'x':
        shown->vbds = !shown->vbds;
        break;
    case 'v':
        shown->vcpus = !shown->vcpus;
        break;
    case 'r':
        shown->repeat_header = !shown->repeat_header;
        break;
    case 'f':
        shown->full_names = !shown->full_names;
        break;
    case 's':
        view->sort = (view->sort + 1) % TOP_FIELDS;
        break;
    case 'S':
        view->sort = (view->sort + TOP_FIELDS - 1) % TOP_FIELDS;
        break;
    case 'd':
        ask(view);
        break;
    case TOP_KEY_DOWN:
        view->first++;
        break;
    case TOP_KEY_UP:
        view->first -= view->first > 0;
        break;
    case 'q':
    case KEY_ESCAPE:
        return false;
    }
    return true;
}

static const char *mark(bool on)
{
    return on ? "*" : "";
}

char *top_view_menu(const struct top_view *view)
{
    const struct top_shown *shown = &view->shown;

    if (view->asks)
        return mem_printf("Delay(sec): %s", view->input);
    return mem_printf("Delay  Networks%s  vBds%s  VCPUs%s  Repeat header%s  "
                      "Full names%s  Sort order: %s  Quit",
                      mark(shown->networks), mark(shown->vbds),
                      mark(shown->vcpus), mark(shown->repeat_header),
                      mark(shown->full_names), top_field_name(view->sort));
}

/* As xentop counts them: each domain in one state. */
struct states {
    unsigned int running, blocked, paused, crashed, dying, shutdown;
};

static void count_state(struct states *states, const struct domain_info *info)
{
    if (info->running)
        states->running++;
    else if (info->blocked)
        states->blocked++;
    else if (info->paused)
        states->paused++;
    else if (info->shutdown &&
             info->shutdown_reason != LIBXL_SHUTDOWN_REASON_CRASH)
        states->shutdown++;
    else if (info->shutdown)
        states->crashed++;
    else if (info->dying)
        states->dying++;
}

void top_view_summary(struct strbuf *text, const struct top_sample *now,
                      const char *time_of_day)
{
    struct states states = { 0 };

    VEC_EACH (&now->domains.items, info)
        count_state(&states, info);
    strbuf_printf(text, "xn top - %s   Xen %s\n", time_of_day,
                  now->xen != NULL ? now->xen : "");
    strbuf_printf(text,
                  "%zu domains: %u running, %u blocked, %u paused, %u crashed, "
                  "%u dying, %u shutdown\n",
                  now->domains.items.count, states.running, states.blocked,
                  states.paused, states.crashed, states.dying, states.shutdown);
    strbuf_printf(text,
                  "Mem: %" PRIu64 "k total, %" PRIu64 "k used, %" PRIu64
                  "k free    CPUs: %u @ %uMHz\n",
                  now->host_memory / 1024,
                  (now->host_memory - now->host_free) / 1024,
                  now->host_free / 1024, now->host_cpus, now->host_mhz);
}
