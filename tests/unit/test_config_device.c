/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words of a command line as a device: as in a file, with the words' places. */
#include "config_unit.h"

#include <stdlib.h>

#include "config/device.h"

struct words {
    struct config_diags diags;
    struct error err;
    struct strbuf said;
    int rc;
};

static void read_words(struct words *read, enum config_device kind,
                       void *device, const char *const *words)
{
    struct config_words line = { .words = words, .first = 2 };

    while (words[line.count] != NULL)
        line.count++;
    memset(read, 0, sizeof(*read));
    read->rc =
        config_device_read(kind, &line, NULL, device, &read->diags, &read->err);
    config_diags_render(&read->diags, 0, &read->said);
    if (read->said.text == NULL)
        strbuf_puts(&read->said, "");
}

static void dispose(struct words *read)
{
    config_diags_dispose(&read->diags);
    error_dispose(&read->err);
    strbuf_dispose(&read->said);
}

#define WORDS(...) ((const char *[]){ __VA_ARGS__, NULL })

static void must_be_empty(struct words *read)
{
    assert_string_equal(read->said.text, "");
    assert_int_equal(read->rc, 0);
    dispose(read);
}

static void must_say(struct words *read, const char *said, const char *error)
{
    assert_int_equal(read->rc, -1);
    assert_int_equal(read->err.kind, ERR_USAGE);
    assert_string_equal(read->said.text, said);
    assert_string_equal(read->err.message, error);
    dispose(read);
}

/* The same device in a file; the JSON of one must be that of the other. */
static void must_be_same(char *from_words, char *from_file)
{
    assert_string_equal(from_words, from_file);
    free(from_words);
    free(from_file);
}

static void load(struct loaded *loaded, const char *line)
{
    cleanup_free char *text = mem_printf("name='x'\nkernel='/k'\n%s\n", line);

    loaded_text(loaded, text, strlen(text));
    assert_int_equal(loaded->rc, 0);
}

static void disk_is_that_of_a_file(void **state)
{
    libxl_device_disk disk;
    struct loaded file;
    struct words read;

    load(&file, "disk = [ 'phy:/dev/vg/x,xvdb,w' ]");
    libxl_device_disk_init(&disk);
    read_words(&read, CONFIG_DEVICE_DISK, &disk, WORDS("phy:/dev/vg/x,xvdb,w"));
    must_be_empty(&read);
    must_be_same(libxl_device_disk_to_json(NULL, &disk),
                 libxl_device_disk_to_json(NULL, &file.spec.config.disks[0]));
    libxl_device_disk_dispose(&disk);
    loaded_dispose(&file);
}

static void target_takes_the_rest_of_its_word_only(void **state)
{
    libxl_device_disk disk;
    struct words read;

    libxl_device_disk_init(&disk);
    read_words(&read, CONFIG_DEVICE_DISK, &disk,
               WORDS("target=/srv/a,b.img", "vdev=xvdc", "access=ro"));
    must_be_empty(&read);
    assert_string_equal(disk.pdev_path, "/srv/a,b.img");
    assert_string_equal(disk.vdev, "xvdc");
    assert_int_equal(disk.readwrite, 0);
    assert_int_equal(disk.format, LIBXL_DISK_FORMAT_RAW);
    libxl_device_disk_dispose(&disk);
}

static void places_are_those_of_the_words(void **state)
{
    libxl_device_disk disk;
    struct words read;

    libxl_device_disk_init(&disk);
    read_words(&read, CONFIG_DEVICE_DISK, &disk,
               WORDS("/srv/a.img", "qcow3", "xvda"));
    must_say(&read,
             "argument 3:1:1: error: 'qcow3' is not a format of a disk\n",
             "1 error in the disk");
    libxl_device_disk_dispose(&disk);
}

static void nic_takes_several_words(void **state)
{
    libxl_device_nic nic;
    struct loaded file;
    struct words read;

    load(&file, "vif = [ 'mac=00:16:3e:01:02:03,bridge=br1,rate=1MB/s' ]");
    libxl_device_nic_init(&nic);
    nic.devid = 0;
    read_words(&read, CONFIG_DEVICE_NIC, &nic,
               WORDS("mac=00:16:3e:01:02:03", "bridge=br1", "rate=1MB/s"));
    must_be_empty(&read);
    must_be_same(libxl_device_nic_to_json(NULL, &nic),
                 libxl_device_nic_to_json(NULL, &file.spec.config.nics[0]));
    libxl_device_nic_dispose(&nic);
    loaded_dispose(&file);
}

/* In a file xl passes over them; as a command's words it refuses them. */
static void doubtful_words_of_a_nic_are_errors(void **state)
{
    libxl_device_nic nic;
    struct words read;

    libxl_device_nic_init(&nic);
    read_words(&read, CONFIG_DEVICE_NIC, &nic, WORDS("bridg=br1", "type=tap"));
    must_say(&read,
             "argument 2:1:1: error: unknown setting 'bridg' in a network "
             "interface\n  hint: did you mean 'bridge'?\n"
             "argument 3:1:6: error: 'tap' is not a type of interface\n"
             "  hint: it is vif or ioemu\n",
             "2 errors in the network interface");
    libxl_device_nic_dispose(&nic);
}

static void no_words_are_a_default_nic(void **state)
{
    libxl_device_nic nic;
    struct words read;

    libxl_device_nic_init(&nic);
    read_words(&read, CONFIG_DEVICE_NIC, &nic, WORDS(NULL));
    must_be_empty(&read);
    libxl_device_nic_dispose(&nic);
}

static void what_is_missing_has_a_place(void **state)
{
    libxl_device_vdispl vdispl;
    struct words read;

    libxl_device_vdispl_init(&vdispl);
    read_words(&read, CONFIG_DEVICE_VDISPL, &vdispl, WORDS(NULL));
    must_say(&read,
             "command line: error: a PV display needs a connector\n"
             "  hint: write connectors=ID:WIDTHxHEIGHT\n",
             "1 error in the PV display");
    libxl_device_vdispl_dispose(&vdispl);
}

/* A file must name the backend; without it a command means domain 0, as xl. */
static void a_tpm_needs_no_backend(void **state)
{
    libxl_device_vtpm vtpm;
    struct words read;

    libxl_device_vtpm_init(&vtpm);
    read_words(&read, CONFIG_DEVICE_VTPM, &vtpm, WORDS(NULL));
    must_be_empty(&read);
    read_words(&read, CONFIG_DEVICE_VTPM, &vtpm, WORDS("backend=tpm", "x"));
    must_say(&read,
             "argument 3:1:1: error: unknown setting 'x' in a virtual TPM\n",
             "1 error in the virtual TPM");
    libxl_device_vtpm_dispose(&vtpm);
}

static void pci_usb_and_pv_devices(void **state)
{
    libxl_device_usbctrl usbctrl;
    libxl_device_usbdev usbdev;
    libxl_device_vdispl vdispl;
    libxl_device_vsnd vsnd;
    libxl_device_pci pci;
    libxl_device_vkb vkb;
    struct words read;

    libxl_device_pci_init(&pci);
    read_words(&read, CONFIG_DEVICE_PCI, &pci, WORDS("0000:02:00.1@5"));
    must_be_empty(&read);
    assert_int_equal(pci.func, 1);
    assert_int_equal(pci.vdevfn, 5 << 3);
    libxl_device_pci_dispose(&pci);

    libxl_device_usbctrl_init(&usbctrl);
    read_words(&read, CONFIG_DEVICE_USBCTRL, &usbctrl,
               WORDS("version=2", "ports=8"));
    must_be_empty(&read);
    assert_int_equal(usbctrl.ports, 8);
    libxl_device_usbctrl_dispose(&usbctrl);

    libxl_device_usbdev_init(&usbdev);
    usbdev.type = LIBXL_USBDEV_TYPE_HOSTDEV;
    read_words(&read, CONFIG_DEVICE_USBDEV, &usbdev,
               WORDS("hostbus=1", "hostaddr=0x10"));
    must_be_empty(&read);
    assert_int_equal(usbdev.u.hostdev.hostaddr, 16);
    libxl_device_usbdev_dispose(&usbdev);

    libxl_device_vkb_init(&vkb);
    read_words(&read, CONFIG_DEVICE_VKB, &vkb, WORDS("backend-type=linux"));
    must_be_empty(&read);
    assert_int_equal(vkb.backend_type, LIBXL_VKB_BACKEND_LINUX);
    libxl_device_vkb_dispose(&vkb);

    libxl_device_vdispl_init(&vdispl);
    read_words(&read, CONFIG_DEVICE_VDISPL, &vdispl,
               WORDS("connectors=a:800x600;b:1024x768", "be-alloc=1"));
    must_be_empty(&read);
    assert_int_equal(vdispl.num_connectors, 2);
    libxl_device_vdispl_dispose(&vdispl);

    libxl_device_vsnd_init(&vsnd);
    read_words(&read, CONFIG_DEVICE_VSND, &vsnd,
               WORDS("CARD,short-name=a", "PCM,name=b", "STREAM,type=p"));
    must_be_empty(&read);
    assert_int_equal(vsnd.num_vsnd_pcms, 1);
    assert_int_equal(vsnd.pcms[0].num_vsnd_streams, 1);
    libxl_device_vsnd_dispose(&vsnd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(disk_is_that_of_a_file),
        cmocka_unit_test(target_takes_the_rest_of_its_word_only),
        cmocka_unit_test(places_are_those_of_the_words),
        cmocka_unit_test(nic_takes_several_words),
        cmocka_unit_test(doubtful_words_of_a_nic_are_errors),
        cmocka_unit_test(no_words_are_a_default_nic),
        cmocka_unit_test(what_is_missing_has_a_place),
        cmocka_unit_test(a_tpm_needs_no_backend),
        cmocka_unit_test(pci_usb_and_pv_devices),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
