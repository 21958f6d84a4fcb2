/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/emulator.h"

#include <ctype.h>
#include <fcntl.h>
#include <string.h>

#include <xxhash.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/proc.h"
#include "domain/emulation.h"
#include "host/operation.h"

/* It takes milliseconds to tell its version. */
#define ANSWER_MS 5000

/* No firmware is larger. */
#define FIRMWARE_LIMIT ((size_t)64 << 20)

/* Of versions of QEMU. */
#define NUMBER_MAX 9999u

void emulator_dispose(struct emulator *emulator)
{
    free(emulator->machine);
    free(emulator->firmware);
    free(emulator->path);
    *emulator = (struct emulator){ 0 };
}

/* -- the version ----------------------------------------------------------- */

static bool take_number(const char **text, unsigned int *number)
{
    if (!isdigit((unsigned char)**text))
        return false;
    for (*number = 0; isdigit((unsigned char)**text); ++*text) {
        *number = *number * 10 + (unsigned int)(**text - '0');
        if (*number > NUMBER_MAX)
            return false;
    }
    return true;
}

bool emulator_parse_version(const char *text, unsigned int *major,
                            unsigned int *minor)
{
    static const char before[] = "version ";
    const char *found = strstr(text, before);

    if (found != NULL)
        text = found + strlen(before);
    return take_number(&text, major) && *text++ == '.' &&
           take_number(&text, minor);
}

/* The one that runs, which may be older than its file is by now. */
static void ask_running(struct host *host, uint32_t domid,
                        struct emulator *emulator)
{
    char *said = NULL;
    struct operation op;

    operation_begin(&op, host);
    int rc = libxl_qemu_monitor_command(host->ctx, domid, "info version", &said,
                                        &op.how);
    if (operation_wait(&op, rc, ANSWER_MS) == 0 && said != NULL)
        emulator_parse_version(said, &emulator->major, &emulator->minor);
    free(said);
}

static void ask_file(struct emulator *emulator)
{
    const char *argv[] = { emulator->path, "--version", NULL };
    const struct proc proc = { .argv = argv, .timeout_ms = ANSWER_MS };
    cleanup_proc_result struct proc_result result = { 0 };

    if (emulator->path != NULL && proc_run_ok(&proc, &result, NULL) == 0)
        emulator_parse_version(result.out.text, &emulator->major,
                               &emulator->minor);
}

/* -- the machine and the firmware ------------------------------------------ */

/* libxl_dm.c of Xen 4.17. */
static const char *machine_of(const libxl_domain_config *config)
{
    libxl_defbool platform = config->b_info.u.hvm.xen_platform_pci;

    if (!libxl_defbool_is_default(platform) && !libxl_defbool_val(platform))
        return "pc";
    return "xenfv";
}

static void add_digest(struct strbuf *text, const char *path)
{
    cleanup_free char *bytes = NULL;
    size_t length;

    if (path != NULL &&
        io_read_file(path, FIRMWARE_LIMIT, &bytes, &length, NULL) == 0)
        strbuf_printf(text, "-%016llx",
                      (unsigned long long)XXH3_64bits(bytes, length));
}

/* The kind, and what is in the files that can be found. */
static char *firmware_of(const libxl_domain_config *config,
                         const libxl_version_info *xen)
{
    const libxl_domain_build_info *b_info = &config->b_info;
    const char *bios = libxl_bios_type_to_string(b_info->u.hvm.bios);
    cleanup_free char *own = NULL;
    struct strbuf text = { 0 };

    strbuf_puts(&text,
                b_info->u.hvm.bios != 0 && bios != NULL ? bios : "default");
    if (b_info->u.hvm.firmware == NULL)
        own = emulation_find_hvmloader(xen->xen_version_major,
                                       xen->xen_version_minor);
    add_digest(&text, own != NULL ? own : b_info->u.hvm.firmware);
    add_digest(&text, b_info->u.hvm.system_firmware);
    return strbuf_take(&text);
}

/* False: the guest has no QEMU whose state goes along. */
static bool read_config(struct host *host, const libxl_domain_config *config,
                        struct emulator *emulator)
{
    const libxl_version_info *xen = libxl_get_version_info(host->ctx);

    *emulator = (struct emulator){ 0 };
    if (config->c_info.type != LIBXL_DOMAIN_TYPE_HVM || xen == NULL ||
        config->b_info.device_model_version ==
            LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN_TRADITIONAL)
        return false;
    emulator->machine = mem_strdup(machine_of(config));
    emulator->firmware = firmware_of(config, xen);
    emulator->path = config->b_info.device_model != NULL
                         ? mem_strdup(config->b_info.device_model)
                         : emulation_find_qemu(xen->xen_version_major,
                                               xen->xen_version_minor);
    return true;
}

void emulator_of_guest(struct host *host, uint32_t domid,
                       const libxl_domain_config *config,
                       struct emulator *emulator)
{
    if (read_config(host, config, emulator))
        ask_running(host, domid, emulator);
}

void emulator_of_host(struct host *host, const libxl_domain_config *config,
                      struct emulator *emulator)
{
    if (read_config(host, config, emulator))
        ask_file(emulator);
}

/* -- comparing ------------------------------------------------------------- */

static bool is_older(const struct emulator *one, unsigned int major,
                     unsigned int minor)
{
    return one->major < major || (one->major == major && one->minor < minor);
}

/*
 * QEMU's docs/devel/migration/compatibility.rst: both ends have the same
 * machine. "pc" is another one with each minor version; "xenfv" has stayed the
 * same since 5.0 (hw/i386/pc_piix.c: it is xenfv-3.1).
 */
static bool can_take(const struct emulator *theirs, const struct emulator *ours)
{
    bool lasting = strcmp(theirs->machine, "xenfv") == 0;

    if (lasting && !is_older(theirs, 5, 0))
        return !is_older(ours, 5, 0);
    return !is_older(ours, theirs->major, theirs->minor);
}

static void compare_qemu(const struct emulator *theirs,
                         const struct emulator *ours, struct answer *answer)
{
    bool can = can_take(theirs, ours);

    if (theirs->major == ours->major && theirs->minor == ours->minor)
        return;
    answer_add(
        answer, !can, "its QEMU%s%s is %u.%u, the guest's is %u.%u%s%s",
        ours->path != NULL ? " " : "", ours->path != NULL ? ours->path : "",
        ours->major, ours->minor, theirs->major, theirs->minor,
        can ? "" : ", too new a machine for it: ", can ? "" : theirs->machine);
}

void emulator_compare(const struct emulator *theirs,
                      const struct emulator *ours, struct answer *answer)
{
    if (theirs->machine == NULL || ours->machine == NULL)
        return;
    if (theirs->major > 0 && ours->major > 0)
        compare_qemu(theirs, ours, answer);
    else
        answer_add(answer, false,
                   "whether its QEMU can take the guest's is not known: %s "
                   "does not tell its version",
                   ours->major == 0 ? "its own" : "the guest's");
    if (theirs->firmware != NULL && ours->firmware != NULL &&
        strcmp(theirs->firmware, ours->firmware) != 0)
        answer_add(answer, false,
                   "its firmware is another: the guest has it from its next "
                   "start on");
}
