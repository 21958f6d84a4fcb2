/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/image.h"

#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/proc.h"
#include "domain/transfer/codec.h"

/* The configuration within is bounded by the codec to 16 MiB, before JSON. */
#define FACTS_KEEP ((size_t)64 << 20)

static const char *type_name(uint64_t type)
{
    if (type == 1)
        return "PV";
    return type == 2 ? "HVM" : "unknown";
}

/* -1: it is no digit of xn-stream's. */
static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;

    return at != NULL ? (int)(at - digits) : -1;
}

static void parse_cpuid(const char *hex, struct image_facts *facts)
{
    size_t length = hex != NULL ? strlen(hex) / 2 : 0;

    facts->cpuid = mem_zalloc(1, length + 1);
    for (size_t i = 0; i < length; i++) {
        int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return;
        facts->cpuid[i] = (uint8_t)(high << 4 | low);
        facts->cpuid_length = i + 1;
    }
}

static int parse_facts(const struct proc_output *out, struct image_facts *facts,
                       struct error *err)
{
    cleanup_json_value struct json_value *json = NULL;
    uint64_t type;

    if (json_parse(out->text, out->length, &json, err) < 0)
        return -1;
    const char *format = json_as_string(json_get(json, "format"));
    const char *config = json_as_string(json_get(json, "config"));
    if (format == NULL ||
        !json_as_bool(json_get(json, "complete"), &facts->complete) ||
        !json_as_uint(json_get(json, "domain_type"), &type) ||
        !json_as_uint(json_get(json, "xen_major"), &facts->xen_major) ||
        !json_as_uint(json_get(json, "xen_minor"), &facts->xen_minor) ||
        !json_as_uint(json_get(json, "pages"), &facts->pages) ||
        !json_as_uint(json_get(json, "emulator_bytes"),
                      &facts->emulator_bytes) ||
        !json_as_uint(json_get(json, "bytes"), &facts->bytes) ||
        !json_as_uint(json_get(json, "carried"), &facts->carried))
        return error_set(err, ERR_FAILED, "%s is not of this Xenith",
                         PATHS_STREAM);
    facts->xenith = strcmp(format, "xenith") == 0;
    facts->type = type_name(type);
    parse_cpuid(json_as_string(json_get(json, "cpuid")), facts);
    facts->config = config != NULL ? mem_strdup(config) : NULL;
    return 0;
}

int image_inspect(int fd, const char *path, bool whole,
                  struct image_facts *facts, struct error *err)
{
    const char *argv[5] = { PATHS_STREAM, "inspect" };
    size_t count = 2;

    if (!whole)
        argv[count++] = "--head";
    if (io_is_block_device(fd))
        argv[count++] = "--ignore-rest";
    struct proc proc = {
        .argv = argv, .input_fd = fd, .keep = FACTS_KEEP, .interruptible = true
    };
    cleanup_proc_result struct proc_result result = { 0 };

    *facts = (struct image_facts){ 0 };
    int rc = proc_run(&proc, &result, err);
    if (rc == 0 && result.exit_status != 0)
        rc = codec_blame(result.err.text, ERR_CONFIG, err);
    if (rc == 0)
        rc = parse_facts(&result.out, facts, err);
    return rc == 0 ? 0 : error_context(err, "%s", path);
}

void image_facts_dispose(struct image_facts *facts)
{
    free(facts->config);
    free(facts->cpuid);
    *facts = (struct image_facts){ 0 };
}
