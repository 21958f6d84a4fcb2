/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

#include <stddef.h>
#include <string.h>

#define ACTION                                                  \
    "destroy|restart|rename-restart|preserve|coredump-destroy|" \
    "coredump-restart|soft-reset"
#define CPUS "0|1|0-1|all|0,1|0-1,^1|node:0|nodes:0|1,node:0|all,^0|0-9"

static const struct value_rule rules[] = {
    /* Keys that a step reads. */
    { "seclabel", NULL, "system_u:system_r:%w_t" },
    { "init_seclabel", NULL, "system_u:system_r:%w_t" },
    { "cpus", NULL, CPUS, VALUE_EITHER },
    { "cpus_soft", NULL, CPUS, VALUE_EITHER },
    { "mca_caps", NULL, "lmce", VALUE_LIST },
    { "rdm", NULL, "none|strategy=|policy=strict|host" },
    { "on_poweroff", NULL, ACTION },
    { "on_reboot", NULL, ACTION },
    { "on_watchdog", NULL, ACTION },
    { "on_crash", NULL, ACTION },
    { "on_soft_reset", NULL, ACTION },
    { "cmdline", NULL, "root=/dev/%w ro|console=hvc0 x=\"%w\"|" },
    { "root", NULL, "/dev/%w ro|/dev/xvda%D" },
    { "extra", NULL, "console=hvc0|%w=%d %w" },
    { "bootloader_args", NULL, "--kernel=%p|-q|--%w=%d", VALUE_EITHER },
    { "bios", NULL, "seabios|rombios|ovmf|SeaBIOS" },
    { "altp2m", NULL, "disabled|mixed|external|limited|0|1|2|3" },
    { "viridian", NULL, "0|1", VALUE_EITHER,
      .items =
          "base|freq|time_ref_count|!base|defaults|all|hcall_remote_tlb_flush|"
          "apic_assist|!apic_assist|crash_ctl|stimer|hcall_ipi|ex_processor_"
          "masks|"
          "no_vp_limit|cpu_hotplug|!synic|Reference_TSC" },
    { "ms_vm_genid", NULL, "none|generate" },
    { "tsc_mode", NULL,
      "default|always_emulate|native|native_paravirt|0|1|2|3" },
    { "timer_mode", NULL,
      "delay_for_missed_ticks|no_delay_for_missed_ticks|"
      "no_missed_ticks_pending|one_missed_tick_pending|0|1|2|3" },
    { "device_model_version", NULL, "qemu-xen|qemu-xen-traditional" },
    { "vga", NULL, "stdvga|cirrus|none|qxl" },
    { "gfx_passthru", NULL, "0|1|default|igd" },
    { "serial", NULL, "pty|file:%p|tcp::%d|", VALUE_EITHER },
    { "usbdevice", NULL, "tablet|mouse|host:%h%h:%h%h|", VALUE_EITHER },
    { "vnclisten", NULL, "127.0.0.1|0.0.0.0|" },
    { "dtdev", NULL, "/soc/%w@1000|/%w", VALUE_LIST },
    { "ioports", NULL, "2f8-2ff|3%D8|0|cf8-cff|e%h", VALUE_LIST },
    { "irqs", NULL, "%d|0|010|255", VALUE_LIST },
    { "iomem", NULL, "fd0%h,1%h|a0,20@a0|%h,%D@f%h", VALUE_LIST },
    { "cpuid", NULL,
      "host|host,tm=0|host,sse3=x,family=%D|host,nx=k,apicidsize=%D|"
      "host,avx512f=0,avx=1,maxleaf=%D|host,x2apic=s,stepping=%D",
      VALUE_EITHER,
      .items =
          "1:ecx=%c|0x1:eax=%c,ebx=%c|7,0:ebx=%c|0x80000001:edx=%c,ecx=%c" },
    { "vmtrace_buf_kb", NULL, "0|4|64|1024" },

    /* Network interfaces. */
    { "vif", "type", "vif|ioemu|%w" },
    { "vif", "mac", "00:16:3e:%h:%h:%h|0:1:2:3:4:%D|00-16-3E-%h-%h-%h" },
    { "vif", "rate",
      "%dMb/s|%dGB/s|%dKB/s@%dms|%db/s@%dus|%dMB/s@%Ds|%dB/s@%d|010Mb/s" },
    { "vif", "devid", "%d|0|0x1f" },
    { "vif", "mtu", "1500|9000|%d" },
    { "vif", "model", "e1000|rtl8139|virtio-net" },
    { "vif", "backend", "%w|0" },
    { "vif", "ip", "10.0.%D.%d|fe80::%h" },
    { "vif", "script", "vif-bridge|%p" },

    /* Disks: their items are made with some thought, see items.c. */
    { "disk", "format", "raw|qcow|qcow2|vhd|qed|empty|" },
    { "disk", "access", "r|ro|w|rw|" },
    { "disk", "devtype", "disk|cdrom" },
    { "disk", "backendtype", "phy|qdisk|tap|standalone" },
    { "disk", "specification", "xen|virtio" },
    { "disk", "vdev", "xvd%w|hd%w|sda%D|d%Dp%D" },
    { "disk", "script", "block-%w|%p" },
    { "disk", "colo-port", "%d|123%D" },
    { "disk", "target", "%p|%p,x=%w|iqn.%d:%w" },

    /* PCI, USB. */
    { "pci", "bdf",
      "0000:%h:0%D.%D|%h:1%D.*|%D:%D.0|0%h:0%D:1f.7|000%D:0%D:0%D.0" },
    { "pci", "vslot", "%D|1%D|0" },
    { "pci", "permissive", "%b" },
    { "pci", "msitranslate", "%b|%D" },
    { "pci", "seize", "%b" },
    { "pci", "power_mgmt", "%b" },
    { "pci", "rdm_policy", "strict|relaxed" },
    { "usbctrl", "type", "auto|pv|devicemodel|qusb|PV" },
    { "usbctrl", "version", "1|2|3" },
    { "usbctrl", "ports", "%d|0x8" },
    { "usbdev", "type", "hostdev" },
    { "usbdev", "hostbus", "%d|0x%D" },
    { "usbdev", "hostaddr", "%d|0%D" },
    { "usbdev", "controller", "%D" },
    { "usbdev", "port", "%D" },

    /* Framebuffers, keyboards, displays. */
    { "vfb", "vnc", "%b" },
    { "vfb", "vncdisplay", "%d" },
    { "vfb", "vncunused", "%b" },
    { "vfb", "sdl", "%b" },
    { "vfb", "opengl", "%b" },
    { "vkb", "backend-type", "qemu|linux|QEMU", .required = true },
    { "vkb", "feature-disable-keyboard", "%b" },
    { "vkb", "feature-disable-pointer", "%b|%d" },
    { "vkb", "feature-abs-pointer", "%b" },
    { "vkb", "feature-raw-pointer", "%b" },
    { "vkb", "feature-multi-touch", "%b", .with = "multi-touch-width" },
    { "vkb", "multi-touch-width", "%d" },
    { "vkb", "multi-touch-height", "%d|0x%d" },
    { "vkb", "multi-touch-num-contacts", "%d" },
    { "vkb", "width", "%d00" },
    { "vkb", "height", "%d00|0%D" },
    { "vdispl", "be-alloc", "%b" },
    { "vdispl", "connectors", "id%D:%d00x%d0|%w:%dx%d;%w:1x1",
      .required = true },

    /* Sound: see items.c. */
    { "vsnd", "sample-rates", "8000|44100;%d000|%d;0x%d" },
    { "vsnd", "sample-formats", "s8|u8;s16_le|f32_be;MU_LAW" },
    { "vsnd", "channels-min", "%D" },
    { "vsnd", "channels-max", "%D" },
    { "vsnd", "buffer-size", "%d00|0x%d" },
    { "vsnd", "type", "p|c|P" },

    /* Small devices. */
    { "p9", "tag", "%w", .required = true },
    { "p9", "path", "%p", .required = true },
    { "p9", "security_model", "none|passthrough", .required = true },
    { "vtpm", "backend", "%w", .required = true },
    { "vtpm", "uuid", "%h%h%h%h-%h%h-%h%h-%h%h-%h%h%h%h%h%h" },
    { "channel", "connection", "pty|socket", .with = "path", .required = true },
    { "channel", "path", "%p" },
};

const struct value_rule *value_rule_find(const char *key, const char *setting)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        const struct value_rule *rule = &rules[i];

        if (strcmp(rule->key, key) != 0)
            continue;
        if (rule->setting == NULL || setting == NULL) {
            if (rule->setting == setting)
                return rule;
        } else if (strcmp(rule->setting, setting) == 0) {
            return rule;
        }
    }
    return NULL;
}
