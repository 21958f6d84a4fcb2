/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config/subkey.h"

#include <string.h>

#include "base/mem.h"
#include "base/near.h"
#include "base/strbuf.h"
#include "config/spec.h"

#define BACKEND(key)                                                         \
    {                                                                        \
        key, "backend", "The domain that serves the device", "0", "a domain" \
    }

/* clang-format off */
static const struct config_subkey settings[] = {
    { "disk", "target", "The file or device that holds the disk; it takes the "
      "rest of the string", "none: an empty CD drive", "a path" },
    { "disk", "format", "The format of the image", "raw",
      "one of raw, qcow, qcow2, vhd, qed, empty" },
    { "disk", "vdev", "The disk's name in the guest; required", NULL,
      "a name like xvda, hda, sda or d0p1" },
    { "disk", "access", "Whether the guest may write", "rw",
      "one of r, ro, w, rw" },
    { "disk", "devtype", "What the guest sees", "disk",
      "one of disk, cdrom" },
    { "disk", "backendtype", "What serves the disk", "by format and target",
      "one of phy, tap, qdisk, standalone" },
    { "disk", "specification", "How the guest's driver talks to it", "xen",
      "one of xen, virtio" },
    BACKEND("disk"),
    { "disk", "script", "The hook that makes a device of the target", "block",
      "a name or path" },
    { "disk", "cdrom", "A CD drive, as devtype=cdrom", "off", "a flag" },
    { "disk", "direct-io-safe", "QEMU may bypass the host's page cache",
      "off", "a flag" },
    { "disk", "discard", "Passes on what the guest discards", "on", "a flag" },
    { "disk", "no-discard", "Does not", NULL, "a flag" },
    { "disk", "trusted", "The frontend trusts the backend", "on", "a flag" },
    { "disk", "untrusted", "It does not", NULL, "a flag" },
    { "disk", "colo", "Replicates the disk, for COLO", "off", "a flag" },
    { "disk", "no-colo", "Does not", NULL, "a flag" },
    { "disk", "colo-host", "The secondary host of COLO", NULL, "an address" },
    { "disk", "colo-port", "Its port", NULL, "a number" },
    { "disk", "colo-export", "The name of its export", NULL, "text" },
    { "disk", "active-disk", "The secondary's active disk, for COLO", NULL,
      "a path" },
    { "disk", "hidden-disk", "The secondary's hidden disk, for COLO", NULL,
      "a path" },
    { "disk", "grant_usage", "Whether virtio uses grants", "by the backend",
      "0 or 1", "4.19" },

    { "vif", "type", "vif: paravirtual; ioemu: emulated, too", "ioemu (HVM), vif",
      "one of vif, ioemu" },
    { "vif", "mac", "The guest's address", "a random one",
      "like 00:16:3e:01:02:03" },
    { "vif", "rate", "The most the guest may send", "none",
      "like 10Mb/s or 1MB/s@20ms: N[G|M|K](b|B)/s[@N(s|ms|us)]" },
    { "vif", "bridge", "The bridge it is put on", "xenbr0" },
    { "vif", "netdev", "The old name of gatewaydev", NULL, "text" },
    { "vif", "gatewaydev", "The host's interface for routing and NAT", NULL },
    { "vif", "ip", "The guest's addresses, for the hook", NULL },
    { "vif", "script", "The hook that connects it", "vif-bridge" },
    BACKEND("vif"),
    { "vif", "vifname", "Its name in the host", "vifDOMID.DEVID" },
    { "vif", "model", "The emulated card", "rtl8139" },
    { "vif", "forwarddev", "The interface that COLO forwards to", NULL },
    { "vif", "accel", "Has no effect", NULL, "text" },
    { "vif", "vlan", "The VLANs it is in", "none", "like 10p/20 or 1-9",
      "4.19" },
    { "vif", "devid", "Its number in the guest", "its place in the list" },
    { "vif", "mtu", "The largest packet in bytes", "of the bridge" },
    { "vif", "trusted", "The frontend trusts the backend", "on" },
    { "vif", "untrusted", "It does not", NULL },
    { "vif", "colo_*", "A part of the network of COLO", NULL },

    { "vfb", "vnc", "Shows it over VNC", "1" },
    { "vfb", "vnclisten", "The address of VNC, with or without :DISPLAY",
      "127.0.0.1" },
    { "vfb", "vncpasswd", "The password of VNC", "none" },
    { "vfb", "vncdisplay", "The number of the VNC display", "0" },
    { "vfb", "vncunused", "Takes the first VNC display that is free", "1" },
    { "vfb", "keymap", "The layout of the keyboard", "en-us" },
    { "vfb", "sdl", "Shows it in a window", "0" },
    { "vfb", "opengl", "Uses OpenGL for that window", "0" },
    { "vfb", "display", "The X display of that window", "$DISPLAY" },
    { "vfb", "xauthority", "The X authority file for it", "$XAUTHORITY" },

    BACKEND("vkb"),
    { "vkb", "backend-type", "What serves it; required", NULL },
    { "vkb", "unique-id", "How the backend knows it", NULL },
    { "vkb", "feature-disable-keyboard", "There is no keyboard", "0" },
    { "vkb", "feature-disable-pointer", "There is no pointer", "0" },
    { "vkb", "feature-abs-pointer", "The pointer tells positions", "0" },
    { "vkb", "feature-raw-pointer", "Positions are not scaled", "0" },
    { "vkb", "feature-multi-touch", "There is a touch screen", "0" },
    { "vkb", "multi-touch-width", "Its width in pixels", "0" },
    { "vkb", "multi-touch-height", "Its height in pixels", "0" },
    { "vkb", "multi-touch-num-contacts", "The most touches at once", "0" },
    { "vkb", "width", "The pointer's width in pixels", "0" },
    { "vkb", "height", "The pointer's height in pixels", "0" },

    BACKEND("vdispl"),
    { "vdispl", "be-alloc", "The backend allocates the buffers", "0" },
    { "vdispl", "connectors", "The screens", NULL, "like id0:1920x1080;id1:800x600" },

    BACKEND("vsnd"),
    { "vsnd", "short-name", "The card's short name", NULL },
    { "vsnd", "long-name", "The card's long name", NULL },
    { "vsnd", "name", "The name of a PCM", NULL },
    { "vsnd", "unique-id", "How the backend knows a stream; required", NULL },
    { "vsnd", "type", "p plays, c captures", NULL },
    { "vsnd", "sample-rates", "The rates it takes in Hz", NULL,
      "like 8000;44100" },
    { "vsnd", "sample-formats", "The formats it takes", NULL,
      "like s16_le;u8" },
    { "vsnd", "channels-min", "The fewest channels", NULL },
    { "vsnd", "channels-max", "The most channels", NULL },
    { "vsnd", "buffer-size", "The largest buffer in bytes", NULL },

    { "vnuma", "pnode", "The host's node it is on", NULL, "a number" },
    { "vnuma", "size", "Its memory in MiB", NULL, "a number" },
    { "vnuma", "vcpus", "Its vCPUs", NULL, "a list like 0-1,4" },
    { "vnuma", "vdistances", "How far each node is from it", NULL,
      "a list like 10,20" },

    { "pci", "bdf", "The device's address on the host", NULL,
      "like 02:00.0, or 02:00.* for all functions" },
    { "pci", "vslot", "The slot in the guest", "the first free one",
      "a hexadecimal number" },
    { "pci", "name", "The name it was made assignable with", NULL, "text" },
    { "pci", "permissive", "The guest may write all of its configuration",
      "of pci_permissive" },
    { "pci", "msitranslate", "Translates MSI", "of pci_msitranslate" },
    { "pci", "seize", "Takes it from its driver", "of pci_seize" },
    { "pci", "power_mgmt", "Power management", "of pci_power_mgmt" },
    { "pci", "rdm_policy", "What a conflict of reserved memory is", "relaxed" },

    { "usbctrl", "type", "What makes it", "auto" },
    { "usbctrl", "version", "The version of USB: 1, 2 or, emulated, 3", "2" },
    { "usbctrl", "ports", "How many ports it has", "8; 2 or 6 emulated" },
    { "usbdev", "type", "Where it comes from", "hostdev" },
    { "usbdev", "hostbus", "Its bus on the host", NULL },
    { "usbdev", "hostaddr", "Its address there", NULL },
    { "usbdev", "controller", "The controller it goes to", "the first free one" },
    { "usbdev", "port", "The port there, from 1", "the first free one" },

    { "channel", "connection", "What is at the host's end; required", NULL,
      "one of pty, socket" },
    { "channel", "name", "Its name for the guest; required", NULL, "text" },
    { "channel", "path", "The socket", NULL, "a path" },
    { "channel", "backend", "The domain that serves it", "0", "a domain" },

    { "p9", "tag", "The share's name for the guest; required", NULL },
    { "p9", "path", "The folder that is shared; required", NULL },
    { "p9", "security_model", "How permissions are kept; required: none", NULL },
    BACKEND("p9"),
    { "p9", "type", "What serves it", "qemu", "one of qemu, xen_9pfsd", "4.19" },
    { "p9", "max-files", "The most files", NULL, "a number", "4.19" },
    { "p9", "max-open-files", "The most open files", NULL, "a number", "4.19" },
    { "p9", "max-space", "The most space in MiB", NULL, "a number", "4.19" },
    { "p9", "auto-delete", "Deletes files when space runs out", NULL, "0 or 1",
      "4.19" },
    BACKEND("vtpm"),
    { "vtpm", "uuid", "The virtual TPM's own UUID", "a random one", "a UUID" },
    BACKEND("pvcalls"),
};
/* clang-format on */

static bool is_name(const struct config_subkey *setting, const char *name)
{
    size_t length = strlen(setting->name);

    if (setting->name[length - 1] == '*')
        return strncmp(setting->name, name, length - 1) == 0;
    return strcmp(setting->name, name) == 0;
}

static bool is_in_tables(const char *key, const char *name)
{
    const char *known;

    for (size_t i = 0; (known = config_setting_name(key, i)) != NULL; i++)
        if (strcmp(known, name) == 0)
            return true;
    return false;
}

const struct config_subkey *config_subkey_find(const char *key,
                                               const char *name)
{
    for (size_t i = 0; i < SPEC_COUNT(settings); i++) {
        const struct config_subkey *setting = &settings[i];

        if (strcmp(setting->key, key) == 0 && is_name(setting, name) &&
            (setting->since != NULL || is_in_tables(key, name)))
            return setting;
    }
    return NULL;
}

static char *type_of_field(const struct spec_field *field)
{
    switch (field->kind) {
    case SPEC_TEXT:
    case SPEC_FUNCTION:
        return mem_strdup("text");
    case SPEC_NUMBER:
    case SPEC_INT:
    case SPEC_UINT:
        return mem_strdup("number");
    case SPEC_U8:
        return mem_strdup("number from 0 to 255");
    case SPEC_BOOL:
    case SPEC_DEFBOOL:
        return mem_strdup("boolean (1 or 0)");
    case SPEC_ENUM:
        return fill_list_words("one of ", field->words);
    case SPEC_SET:
    case SPEC_CLEAR:
        return mem_strdup("a flag");
    }
    return NULL;
}

char *config_subkey_type(const char *key, const char *name)
{
    const struct config_subkey *setting = config_subkey_find(key, name);
    const struct spec_field *field = spec_find_field(key, name);

    if (setting != NULL && setting->form != NULL)
        return mem_strdup(setting->form);
    return field != NULL ? type_of_field(field) : mem_strdup("text");
}

const char *config_subkey_near(const char *key, const char *word)
{
    struct near near = near_begin(word);
    const char *name;

    for (size_t i = 0; (name = config_setting_name(key, i)) != NULL; i++)
        near_offer(&near, name);
    return near_best(&near);
}
