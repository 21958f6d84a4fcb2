/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/format.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "show/show.h"

/* By LIBXL_SHUTDOWN_REASON_*, which are Xen's SHUTDOWN_*. */
static const struct {
    char letter;
    const char *reason;
    const char *state;
} endings[] = {
    { '-', "poweroff", "shutdown" }, { 'r', "reboot", "rebooting" },
    { 's', "suspend", "suspended" }, { 'c', "crash", "crashed" },
    { 'w', "watchdog", "watchdog" }, { 'S', "soft_reset", "soft_reset" },
};

#define ENDINGS (sizeof(endings) / sizeof(endings[0]))

void format_state_letters(const struct domain_info *info,
                          char letters[FORMAT_STATE_SIZE])
{
    unsigned int reason = info->shutdown ? info->shutdown_reason : 0;

    letters[0] = info->running ? 'r' : '-';
    letters[1] = info->blocked ? 'b' : '-';
    letters[2] = info->paused ? 'p' : '-';
    letters[3] = info->shutdown ? 's' : '-';
    letters[4] = reason < ENDINGS ? endings[reason].letter : '?';
    letters[5] = info->dying ? 'd' : '-';
    letters[6] = '\0';
}

const char *format_state_word(const struct domain_info *info)
{
    if (info->dying)
        return "dying";
    if (info->shutdown)
        return info->shutdown_reason < ENDINGS
                   ? endings[info->shutdown_reason].state
                   : "shutdown";
    if (info->paused)
        return "paused";
    if (info->running)
        return "running";
    return info->blocked ? "blocked" : "runnable";
}

const char *format_shutdown_reason(unsigned int reason)
{
    return reason < ENDINGS ? endings[reason].reason : "unknown";
}

char *format_uptime(uint64_t seconds, bool brief)
{
    struct strbuf text = { 0 };
    uint64_t days = seconds / 86400;
    unsigned int rest = (unsigned int)(seconds % 86400);

    if (days > 0)
        strbuf_printf(&text, "%" PRIu64 " day%s, ", days, days > 1 ? "s" : "");
    strbuf_printf(&text, "%2u:%02u", rest / 3600, rest / 60 % 60);
    if (!brief)
        strbuf_printf(&text, ":%02u", rest % 60);
    return strbuf_take(&text);
}

static bool bit_is_set(const uint8_t *map, size_t map_bytes, unsigned int bit)
{
    return bit / 8 < map_bytes && (map[bit / 8] >> (bit % 8)) & 1;
}

char *format_bit_list(const uint8_t *map, size_t map_bytes, unsigned int bits)
{
    struct strbuf text = { 0 };

    for (unsigned int bit = 0; bit < bits; bit++) {
        if (!bit_is_set(map, map_bytes, bit))
            continue;
        unsigned int last = bit;
        while (last + 1 < bits && bit_is_set(map, map_bytes, last + 1))
            last++;
        if (bit == 0 && last + 1 == bits)
            return mem_strdup("all");
        strbuf_printf(&text, "%s%u", text.length > 0 ? "," : "", bit);
        if (last > bit)
            strbuf_printf(&text, "-%u", last);
        bit = last;
    }
    if (text.length == 0)
        strbuf_puts(&text, "none");
    return strbuf_take(&text);
}

char *format_name(const char *name)
{
    return name != NULL ? show_safe(name) : mem_strdup("(null)");
}

char *format_safe_lines(const char *text, size_t length)
{
    struct strbuf safe = { 0 };

    while (length > 0) {
        size_t part = 0;
        while (part < length && text[part] != '\n' && text[part] != '\t' &&
               text[part] != '\0')
            part++;
        cleanup_free char *piece = mem_strndup(text, part);
        cleanup_free char *clean = show_safe(piece);
        strbuf_puts(&safe, clean);
        if (part < length && text[part] != '\0')
            strbuf_putc(&safe, text[part]);
        part += part < length;
        text += part;
        length -= part;
    }
    return strbuf_take(&safe);
}

char *format_indent_json(const char *document, unsigned int spaces)
{
    struct strbuf text = { 0 };

    while (*document != '\0' && strcmp(document, "\n") != 0) {
        uint32_t rune;
        size_t length = utf8_decode(document, &rune);
        if (length == 0)
            strbuf_puts(&text, "\xef\xbf\xbd");
        else
            strbuf_add(&text, document, length);
        document += length > 0 ? length : 1;
        if (length > 0 && rune == '\n' && *document != '\n')
            for (unsigned int i = 0; i < spaces; i++)
                strbuf_putc(&text, ' ');
    }
    return strbuf_take(&text);
}

char *format_time(double time)
{
    char text[32] = "";
    time_t seconds = (time_t)time;
    struct tm local;

    if (localtime_r(&seconds, &local) != NULL)
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &local);
    return mem_printf("%s.%03d", text, (int)((time - (double)seconds) * 1000));
}
