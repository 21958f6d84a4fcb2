/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config/sxp.h"

#include <inttypes.h>
#include <stdarg.h>

#include "base/mem.h"

/* One expression being written. */
struct sxp {
    struct strbuf *out;
    unsigned int depth; /* tabs before a line */
    int domid;
};

static void indent(const struct sxp *sxp)
{
    for (unsigned int i = 0; i < sxp->depth; i++)
        strbuf_putc(sxp->out, '\t');
}

/* "(name", and what follows is deeper. */
static void begin(struct sxp *sxp, const char *name)
{
    indent(sxp);
    strbuf_printf(sxp->out, "(%s\n", name);
    sxp->depth++;
}

static void end(struct sxp *sxp)
{
    sxp->depth--;
    indent(sxp);
    strbuf_puts(sxp->out, ")\n");
}

__attribute__((format(printf, 2, 3))) static void line(struct sxp *sxp,
                                                       const char *format, ...)
{
    va_list args;

    va_start(args, format);
    cleanup_free char *text = mem_vprintf(format, args);
    va_end(args);
    indent(sxp);
    strbuf_printf(sxp->out, "(%s)\n", text);
}

/* What is not set is "(null)", as the C library has it. */
static void text(struct sxp *sxp, const char *name, const char *value)
{
    line(sxp, "%s %s", name, value != NULL ? value : "(null)");
}

static void number(struct sxp *sxp, const char *name, int64_t value)
{
    line(sxp, "%s %" PRId64, name, value);
}

static void truth(struct sxp *sxp, const char *name, libxl_defbool value)
{
    text(sxp, name, libxl_defbool_to_string(value));
}

/* ---- the domain ---- */

static void add_identity(struct sxp *sxp, const char *uuid,
                         const libxl_domain_create_info *info)
{
    number(sxp, "domid", sxp->domid);
    line(sxp, "create_info");
    number(sxp, "hvm", info->type == LIBXL_DOMAIN_TYPE_HVM);
    truth(sxp, "hap", info->hap);
    truth(sxp, "oos", info->oos);
    number(sxp, "ssidref", (int32_t)info->ssidref);
    text(sxp, "name", info->name);
    text(sxp, "uuid", uuid != NULL ? uuid : "<unknown>");
    if (info->pool_name != NULL)
        text(sxp, "cpupool", info->pool_name);
    text(sxp, "xsdata", info->xsdata != NULL ? "contains data" : NULL);
    text(sxp, "platformdata",
         info->platformdata != NULL ? "contains data" : NULL);
}

static void add_bootloader(struct sxp *sxp, const libxl_domain_build_info *info)
{
    text(sxp, "bootloader", info->bootloader);
    if (info->bootloader_args == NULL)
        return;
    indent(sxp);
    strbuf_puts(sxp->out, "(bootloader_args");
    for (char *const *word = info->bootloader_args; *word != NULL; word++)
        strbuf_printf(sxp->out, " %s", *word);
    strbuf_puts(sxp->out, ")\n");
}

static void add_build(struct sxp *sxp, const libxl_domain_config *config)
{
    const libxl_domain_build_info *info = &config->b_info;

    line(sxp, "build_info");
    number(sxp, "max_vcpus", info->max_vcpus);
    number(sxp, "max_grant_frames", (int32_t)info->max_grant_frames);
    number(sxp, "max_maptrack_frames", (int32_t)info->max_maptrack_frames);
    text(sxp, "tsc_mode", libxl_tsc_mode_to_string(info->tsc_mode));
    number(sxp, "max_memkb", (int64_t)info->max_memkb);
    number(sxp, "target_memkb", (int64_t)info->target_memkb);
    truth(sxp, "nomigrate", info->disable_migrate);
    if (config->c_info.type == LIBXL_DOMAIN_TYPE_PV && info->bootloader != NULL)
        add_bootloader(sxp, info);
}

/* ---- its image ---- */

static void add_hvm_machine(struct sxp *sxp,
                            const libxl_domain_build_info *info)
{
    text(sxp, "firmware", info->u.hvm.firmware);
    number(sxp, "video_memkb", (int64_t)info->video_memkb);
    number(sxp, "shadow_memkb", (int64_t)info->shadow_memkb);
    truth(sxp, "pae", info->u.hvm.pae);
    truth(sxp, "apic", info->apic);
    truth(sxp, "acpi", info->u.hvm.acpi);
    truth(sxp, "nx", info->u.hvm.nx);
    truth(sxp, "viridian", info->u.hvm.viridian);
    truth(sxp, "hpet", info->u.hvm.hpet);
    truth(sxp, "vpt_align", info->u.hvm.vpt_align);
    text(sxp, "timer_mode", libxl_timer_mode_to_string(info->timer_mode));
    truth(sxp, "nestedhvm", info->nested_hvm);
}

static void add_hvm_display(struct sxp *sxp,
                            const libxl_domain_build_info *info)
{
    bool std = info->u.hvm.vga.kind == LIBXL_VGA_INTERFACE_TYPE_STD;

    text(sxp, "stdvga", std ? "True" : "False");
    truth(sxp, "vnc", info->u.hvm.vnc.enable);
    text(sxp, "vnclisten", info->u.hvm.vnc.listen);
    number(sxp, "vncdisplay", info->u.hvm.vnc.display);
    truth(sxp, "vncunused", info->u.hvm.vnc.findunused);
    text(sxp, "keymap", info->u.hvm.keymap);
    truth(sxp, "sdl", info->u.hvm.sdl.enable);
    truth(sxp, "opengl", info->u.hvm.sdl.opengl);
    truth(sxp, "nographic", info->u.hvm.nographic);
    truth(sxp, "spice", info->u.hvm.spice.enable);
    number(sxp, "spiceport", info->u.hvm.spice.port);
    number(sxp, "spicetls_port", info->u.hvm.spice.tls_port);
    text(sxp, "spicehost", info->u.hvm.spice.host);
    truth(sxp, "spicedisable_ticketing", info->u.hvm.spice.disable_ticketing);
    truth(sxp, "spiceagent_mouse", info->u.hvm.spice.agent_mouse);
}

static void add_hvm(struct sxp *sxp, const libxl_domain_build_info *info)
{
    begin(sxp, "hvm");
    add_hvm_machine(sxp, info);
    add_hvm_display(sxp, info);
    text(sxp, "device_model",
         info->device_model != NULL ? info->device_model : "default");
    truth(sxp, "gfx_passthru", info->u.hvm.gfx_passthru);
    text(sxp, "serial", info->u.hvm.serial);
    text(sxp, "boot", info->u.hvm.boot);
    truth(sxp, "usb", info->u.hvm.usb);
    text(sxp, "usbdevice", info->u.hvm.usbdevice);
    truth(sxp, "vkb_device", info->u.hvm.vkb_device);
    end(sxp);
}

/* xl closes the first of these itself, and then once more. */
static void add_pv(struct sxp *sxp, const libxl_domain_build_info *info)
{
    line(sxp, "linux 0");
    sxp->depth++;
    text(sxp, "kernel", info->kernel);
    text(sxp, "cmdline", info->cmdline);
    text(sxp, "ramdisk", info->ramdisk);
    truth(sxp, "e820_host", info->u.pv.e820_host);
    end(sxp);
}

static int add_image(struct sxp *sxp, const libxl_domain_config *config,
                     struct error *err)
{
    begin(sxp, "image");
    if (config->c_info.type == LIBXL_DOMAIN_TYPE_HVM) {
        add_hvm(sxp, &config->b_info);
    } else if (config->c_info.type == LIBXL_DOMAIN_TYPE_PV) {
        add_pv(sxp, &config->b_info);
    } else {
        error_set(err, ERR_CONFIG, "Unknown domain type %d",
                  (int)config->c_info.type);
        error_hint(err, "PVH domains have no SXP; output_format = \"json\" in "
                        "xl.conf shows them");
        return -1;
    }
    end(sxp);
    return 0;
}

/* ---- its devices ---- */

static void begin_device(struct sxp *sxp, const char *kind)
{
    begin(sxp, "device");
    begin(sxp, kind);
}

static void end_device(struct sxp *sxp)
{
    end(sxp);
    end(sxp);
}

static void add_ends(struct sxp *sxp, uint32_t backend)
{
    number(sxp, "backend_domid", (int32_t)backend);
    number(sxp, "frontend_domid", sxp->domid);
}

static void add_disk(struct sxp *sxp, const libxl_device_disk *disk)
{
    begin_device(sxp, "tap");
    add_ends(sxp, disk->backend_domid);
    text(sxp, "physpath", disk->pdev_path);
    number(sxp, "phystype", disk->backend);
    text(sxp, "virtpath", disk->vdev);
    number(sxp, "unpluggable", disk->removable);
    number(sxp, "readwrite", disk->readwrite);
    number(sxp, "is_cdrom", disk->is_cdrom);
    end_device(sxp);
}

static void add_nic(struct sxp *sxp, const libxl_device_nic *nic)
{
    const uint8_t *mac = nic->mac;

    begin_device(sxp, "vif");
    if (nic->ifname != NULL)
        text(sxp, "vifname", nic->ifname);
    add_ends(sxp, nic->backend_domid);
    number(sxp, "devid", nic->devid);
    number(sxp, "mtu", nic->mtu);
    text(sxp, "model", nic->model);
    line(sxp, "mac %02x%02x%02x%02x%02x%02x", mac[0], mac[1], mac[2], mac[3],
         mac[4], mac[5]);
    end_device(sxp);
}

static void add_pci(struct sxp *sxp, const libxl_device_pci *pci)
{
    begin_device(sxp, "pci");
    line(sxp, "pci dev %04x:%02x:%02x.%01x@%02x", (unsigned int)pci->domain,
         pci->bus, pci->dev, pci->func, pci->vdevfn);
    line(sxp, "opts msitranslate %d power_mgmt %d", pci->msitranslate,
         pci->power_mgmt);
    end_device(sxp);
}

static void add_vfb(struct sxp *sxp, const libxl_device_vfb *vfb)
{
    begin_device(sxp, "vfb");
    add_ends(sxp, vfb->backend_domid);
    number(sxp, "devid", vfb->devid);
    truth(sxp, "vnc", vfb->vnc.enable);
    text(sxp, "vnclisten", vfb->vnc.listen);
    number(sxp, "vncdisplay", vfb->vnc.display);
    truth(sxp, "vncunused", vfb->vnc.findunused);
    text(sxp, "keymap", vfb->keymap);
    truth(sxp, "sdl", vfb->sdl.enable);
    truth(sxp, "opengl", vfb->sdl.opengl);
    text(sxp, "display", vfb->sdl.display);
    text(sxp, "xauthority", vfb->sdl.xauthority);
    end_device(sxp);
}

static void add_devices(struct sxp *sxp, const libxl_domain_config *config)
{
    for (int i = 0; i < config->num_disks; i++)
        add_disk(sxp, &config->disks[i]);
    for (int i = 0; i < config->num_nics; i++)
        add_nic(sxp, &config->nics[i]);
    for (int i = 0; i < config->num_pcidevs; i++)
        add_pci(sxp, &config->pcidevs[i]);
    for (int i = 0; i < config->num_vfbs; i++)
        add_vfb(sxp, &config->vfbs[i]);
}

int sxp_of_domain(int domid, const char *uuid,
                  const libxl_domain_config *config, struct strbuf *out,
                  struct error *err)
{
    struct sxp sxp = { .out = out, .domid = domid };

    begin(&sxp, "domain");
    add_identity(&sxp, uuid, &config->c_info);
    add_build(&sxp, config);
    if (add_image(&sxp, config, err) < 0)
        return -1;
    add_devices(&sxp, config);
    end(&sxp);
    return 0;
}
