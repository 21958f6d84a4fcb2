/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * By what a disk is known at another host: from a sysfs and links of udev's
 * that are made up, to what is said of two that have the same path.
 */
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "unit.h"

#include "domain/transfer/disk_compare.h"

/* -- a host's folders ------------------------------------------------------ */

struct folders {
    char *top, *sys, *links, *mounts;
    struct disk_places places;
};

static void write_text(const char *folder, const char *name, const char *text)
{
    cleanup_free char *path = mem_printf("%s/%s", folder, name);
    cleanup_free char *parent = mem_strdup(path);
    struct error err = ERROR_INIT;

    *strrchr(parent, '/') = '\0';
    io_make_dirs(parent, 0700, &err);
    io_replace_file(path, 0600, text, strlen(text), &err);
    expect_no_error(&err);
}

static void make_link(const char *folder, const char *name, const char *target)
{
    cleanup_free char *path = mem_printf("%s/%s", folder, name);
    cleanup_free char *parent = mem_strdup(path);
    struct error err = ERROR_INIT;

    *strrchr(parent, '/') = '\0';
    io_make_dirs(parent, 0700, &err);
    expect_no_error(&err);
    assert_int_equal(symlink(target, path), 0);
}

static int folders_begin(void **state)
{
    struct folders *all = MEM_NEW(struct folders);

    all->top = mem_strdup("unit-XXXXXX");
    assert_non_null(mkdtemp(all->top));
    all->sys = mem_printf("%s/sys", all->top);
    all->links = mem_printf("%s/disk", all->top);
    all->mounts = mem_printf("%s/mounts", all->top);
    all->places = (struct disk_places){ .sys = all->sys,
                                        .links = all->links,
                                        .mounts = all->mounts };
    write_text(all->sys, "devices/pci/block/sda/size", "2097152\n");
    write_text(all->sys, "devices/pci/block/sda/device/wwid", "naa.6001\n");
    write_text(all->sys, "devices/pci/block/sda/sda3/size", "2048\n");
    write_text(all->sys, "devices/pci/block/sda/sda3/partition", "3\n");
    make_link(all->sys, "dev/block/8:0", "../../devices/pci/block/sda");
    make_link(all->sys, "dev/block/8:3", "../../devices/pci/block/sda/sda3");
    write_text(all->sys, "devices/virtual/block/dm-1/size", "4096\n");
    write_text(all->sys, "devices/virtual/block/dm-1/dm/uuid", "LVM-abc\n");
    make_link(all->sys, "dev/block/253:1", "../../devices/virtual/block/dm-1");
    write_text(all->sys, "devices/virtio/block/vda/serial", "  disk7  ");
    make_link(all->sys, "dev/block/254:0", "../../devices/virtio/block/vda");
    make_link(all->links, "by-id/wwn-0x6001", "../../sda");
    make_link(all->links, "by-id/wwn-0x6001-part3", "../../sda3");
    make_link(all->links, "by-id/dm-name-vg-web", "../../dm-1");
    make_link(all->links, "by-id/dm-uuid-LVM-abc", "../../dm-1");
    make_link(all->links, "by-partuuid/p-3", "../../sda3");
    make_link(all->links, "by-uuid/f-1", "../../dm-1");
    *state = all;
    return 0;
}

static int folders_end(void **state)
{
    struct folders *all = *state;
    cleanup_free char *line = mem_printf("rm -r %s", all->top);

    assert_int_equal(system(line), 0);
    free(all->top);
    free(all->sys);
    free(all->links);
    free(all->mounts);
    free(all);
    return 0;
}

/* "kind=value kind=value ..." */
static void expect_names(const struct disk_identity *disk, const char *wanted)
{
    cleanup_strbuf struct strbuf got = { 0 };

    strbuf_puts(&got, "");
    VEC_EACH (&disk->names, name)
        strbuf_printf(&got, "%s%s=%s", got.length > 0 ? " " : "", name->kind,
                      name->value);
    assert_string_equal(got.text, wanted);
}

static void expect_device(const struct folders *all, dev_t device,
                          uint64_t size, const char *names)
{
    cleanup_disk_identity struct disk_identity got = { 0 };

    disk_identity_of_device(&all->places, device, &got);
    assert_int_equal(got.place, DISK_BLOCK);
    assert_int_equal(got.size, size);
    expect_names(&got, names);
}

static void a_device_is_known_by_sysfs_and_udev(void **state)
{
    const struct folders *all = *state;

    expect_device(all, makedev(8, 0), 1u << 30, "wwid=naa.6001 id=wwn-0x6001");
    /* A name that was given here means nothing elsewhere. */
    expect_device(all, makedev(253, 1), 4096 * 512,
                  "device-mapper=LVM-abc id=dm-uuid-LVM-abc uuid=f-1");
    expect_device(all, makedev(254, 0), 0, "serial=disk7");
}

static void a_partition_has_its_disks_name_and_its_number(void **state)
{
    expect_device(*state, makedev(8, 3), 1u << 20,
                  "wwid=naa.6001:3 id=wwn-0x6001-part3 partuuid=p-3");
}

static void a_device_that_is_not_known_has_no_names(void **state)
{
    expect_device(*state, makedev(9, 9), 0, "");
}

/* -- files ----------------------------------------------------------------- */

/* A file of 100 bytes in a filesystem of that type. */
static void read_file(const struct folders *all, const char *type,
                      const char *source, libxl_disk_format format,
                      struct disk_identity *got)
{
    char text[101] = { [0 ... 99] = 'x' };
    cleanup_free char *path = mem_printf("%s/image", all->top);
    const libxl_device_disk disk = { .pdev_path = path, .format = format };
    struct stat status;

    write_text(all->top, "image", text);
    assert_int_equal(stat(path, &status), 0);
    cleanup_free char *mounts = mem_printf(
        "22 1 0:999 / /proc rw - proc proc rw\n"
        "36 35 %u:%u / /srv rw,noatime shared:1 master:2 - %s %s rw\n",
        major(status.st_dev), minor(status.st_dev), type, source);
    write_text(all->top, "mounts", mounts);
    disk_identity_read(&all->places, &disk, got);
    assert_int_equal(got->place, DISK_FILE);
}

static void a_file_is_known_by_where_it_is(void **state)
{
    const struct folders *all = *state;
    cleanup_disk_identity struct disk_identity local = { 0 }, share = { 0 };
    cleanup_disk_identity struct disk_identity unknown = { 0 };
    cleanup_free char *path = mem_printf("%s/image", all->top);
    struct stat status;

    read_file(all, "ext4", "/dev/sda1", LIBXL_DISK_FORMAT_RAW, &local);
    expect_names(&local, "local=ext4");
    assert_int_equal(local.size, 100);
    read_file(all, "nfs4", "nas:/guests", LIBXL_DISK_FORMAT_RAW, &share);
    assert_int_equal(stat(path, &status), 0);
    cleanup_free char *wanted =
        mem_printf("share=nas:/guests, file %ju", (uintmax_t)status.st_ino);
    expect_names(&share, wanted);
    read_file(all, "fuse.new", "it", LIBXL_DISK_FORMAT_RAW, &unknown);
    expect_names(&unknown, "");
}

/* It grows while the guest writes. */
static void the_size_of_a_qcow2_file_says_nothing(void **state)
{
    cleanup_disk_identity struct disk_identity got = { 0 };

    read_file(*state, "nfs", "nas:/guests", LIBXL_DISK_FORMAT_QCOW2, &got);
    assert_int_equal(got.size, 0);
}

static void a_cluster_is_known_by_its_filesystem(void **state)
{
    const struct folders *all = *state;
    cleanup_disk_identity struct disk_identity got = { 0 };
    struct stat status;

    assert_int_equal(stat(all->top, &status), 0);
    cleanup_free char *link = mem_printf(
        "dev/block/%u:%u", major(status.st_dev), minor(status.st_dev));
    cleanup_free char *there = mem_printf("%s/%s", all->sys, link);
    unlink(there); /* this machine's own may be called like one of ours */
    make_link(all->sys, link, "../../devices/virtual/block/dm-1");
    read_file(all, "gfs2", "/dev/dm-1", LIBXL_DISK_FORMAT_RAW, &got);
    cleanup_free char *path = mem_printf("%s/image", all->top);
    assert_int_equal(stat(path, &status), 0);
    cleanup_free char *wanted =
        mem_printf("filesystem=f-1, file %ju", (uintmax_t)status.st_ino);
    expect_names(&got, wanted);
}

static void what_others_provide_is_not_looked_at(void **state)
{
    const struct folders *all = *state;
    const libxl_device_disk disks[] = {
        { .pdev_path = all->top, .format = LIBXL_DISK_FORMAT_RAW },
        { .pdev_path = (char *)"no-such", .format = LIBXL_DISK_FORMAT_RAW },
        { .pdev_path = NULL, .format = LIBXL_DISK_FORMAT_RAW },
        { .pdev_path = (char *)"/", .format = LIBXL_DISK_FORMAT_EMPTY },
        { .pdev_path = all->mounts, .script = (char *)"block-it" },
        { .pdev_path = all->mounts, .backend_domid = 3 },
    };

    write_text(all->top, "mounts", "");
    for (size_t i = 0; i < sizeof(disks) / sizeof(disks[0]); i++) {
        cleanup_disk_identity struct disk_identity got = { 0 };

        disk_identity_read(&all->places, &disks[i], &got);
        assert_int_equal(got.place, DISK_UNKNOWN);
    }
}

/* -- two of them ----------------------------------------------------------- */

/* A disk in short: names as kind and value in turn. */
struct brief {
    enum disk_place place;
    uint64_t size;
    const char *names[6];
};

struct pair {
    struct brief theirs, ours;
    bool read_only;
    const char *reasons, *notes;
};

#define SAID "disk 1 (xvda): /d "

static const struct pair pairs[] = {
    { { DISK_BLOCK, 9, { "wwid", "a" } },
      { DISK_BLOCK, 9, { "wwid", "a" } },
      .reasons = "",
      .notes = SAID "is the guest's disk, by its WWID\n" },
    { { DISK_BLOCK, 9, { "wwid", "a" } },
      { DISK_BLOCK, 9, { "wwid", "b" } },
      .reasons = SAID "is another disk than the guest's, by its WWID\n",
      .notes = "" },
    /* What is only read may be a copy. */
    { { DISK_BLOCK, 9, { "wwid", "a" } },
      { DISK_BLOCK, 9, { "wwid", "b" } },
      .read_only = true,
      .reasons = "",
      .notes = SAID "is another disk than the guest's, by its WWID\n" },
    /* The better name decides. */
    { { DISK_BLOCK, 9, { "uuid", "u", "wwid", "a" } },
      { DISK_BLOCK, 9, { "wwid", "b", "uuid", "u" } },
      .reasons = SAID "is another disk than the guest's, by its WWID\n",
      .notes = "" },
    /* One of several is enough, whatever others there are. */
    { { DISK_BLOCK, 9, { "id", "scsi-1", "id", "wwn-1" } },
      { DISK_BLOCK, 9, { "id", "wwn-1" } },
      .reasons = "",
      .notes = SAID "is the guest's disk, by udev's names in by-id\n" },
    /* The guest writes it: no proof that it is another one. */
    { { DISK_BLOCK, 9, { "uuid", "u" } },
      { DISK_BLOCK, 9, { "uuid", "v" } },
      .reasons = "",
      .notes = SAID "may be another disk than the guest's, by its "
                    "filesystem's UUID, which is the guest's to change\n" },
    { { DISK_BLOCK, 9, { "serial", "1" } },
      { DISK_BLOCK, 9, { "wwid", "b" } },
      .reasons = "",
      .notes = "disk 1 (xvda): nothing tells whether /d is the guest's disk, "
               "but its size\n" },
    { { DISK_BLOCK, 0, { NULL } },
      { DISK_BLOCK, 9, { NULL } },
      .reasons = "",
      .notes =
          "disk 1 (xvda): nothing tells whether /d is the guest's disk\n" },
    /* Its size is enough to know. */
    { { DISK_BLOCK, 10, { "wwid", "a" } },
      { DISK_BLOCK, 9, { "wwid", "a" } },
      .reasons = SAID "has 9 bytes, the guest's has 10\n",
      .notes = "" },
    { { DISK_FILE, 9, { "share", "nas:/g, file 7" } },
      { DISK_BLOCK, 9, { NULL } },
      .reasons = "",
      .notes = SAID "is a block device, the guest's is a file\n"
                    "disk 1 (xvda): nothing tells whether /d is the guest's "
                    "disk, but its size\n" },
    { { DISK_FILE, 9, { "share", "nas:/g, file 7" } },
      { DISK_FILE, 9, { "share", "nas:/g, file 7" } },
      .reasons = "",
      .notes =
          SAID "is the guest's disk, by the server and the file's number\n" },
    /* A local file is no other host's, though it may look the same. */
    { { DISK_FILE, 9, { "local", "ext4" } },
      { DISK_FILE, 9, { "local", "ext4" } },
      .reasons = SAID "is in a filesystem of one host alone\n",
      .notes = "" },
    { { DISK_FILE, 9, { "local", "ext4" } },
      { DISK_FILE, 9, { "local", "ext4" } },
      .read_only = true,
      .reasons = "",
      .notes = SAID "is in a filesystem of one host alone\n" },
    /* That it is missing is said by others. */
    { { DISK_FILE, 9, { "local", "ext4" } },
      { DISK_UNKNOWN, 0, { NULL } },
      .reasons = "",
      .notes = "" },
    { { DISK_UNKNOWN, 0, { NULL } },
      { DISK_BLOCK, 9, { "wwid", "a" } },
      .reasons = "",
      .notes = "" },
};

static struct disk_identity make_disk(const struct brief *brief)
{
    struct disk_identity disk = { .place = brief->place, .size = brief->size };

    for (size_t i = 0; i + 1 < 6 && brief->names[i] != NULL; i += 2)
        disk_identity_add(&disk, brief->names[i], brief->names[i + 1]);
    return disk;
}

static void what_is_said_of_two_disks(void **state)
{
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        cleanup_disk_identity struct disk_identity theirs =
            make_disk(&pairs[i].theirs);
        cleanup_disk_identity struct disk_identity ours =
            make_disk(&pairs[i].ours);
        const struct disk_pair pair = { .theirs = &theirs,
                                        .ours = &ours,
                                        .label = "disk 1 (xvda)",
                                        .path = "/d",
                                        .writable = !pairs[i].read_only };
        cleanup_answer struct answer got = { 0 };

        disk_compare(&pair, true, &got);
        assert_string_equal(got.reasons.text ? got.reasons.text : "",
                            pairs[i].reasons);
        assert_string_equal(got.notes.text ? got.notes.text : "",
                            pairs[i].notes);
    }
}

static void what_is_right_is_told_only_if_asked(void **state)
{
    cleanup_disk_identity struct disk_identity disk =
        make_disk(&(struct brief){ DISK_BLOCK, 9, { "wwid", "a" } });
    const struct disk_pair pair = {
        .theirs = &disk, .ours = &disk, .label = "disk 1 (xvda)", .path = "/d"
    };
    cleanup_answer struct answer got = { 0 };

    disk_compare(&pair, false, &got);
    assert_null(got.reasons.text);
    assert_null(got.notes.text);
}

#define FOLDERS_TEST(test) \
    cmocka_unit_test_setup_teardown(test, folders_begin, folders_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDERS_TEST(a_device_is_known_by_sysfs_and_udev),
        FOLDERS_TEST(a_partition_has_its_disks_name_and_its_number),
        FOLDERS_TEST(a_device_that_is_not_known_has_no_names),
        FOLDERS_TEST(a_file_is_known_by_where_it_is),
        FOLDERS_TEST(the_size_of_a_qcow2_file_says_nothing),
        FOLDERS_TEST(a_cluster_is_known_by_its_filesystem),
        FOLDERS_TEST(what_others_provide_is_not_looked_at),
        cmocka_unit_test(what_is_said_of_two_disks),
        cmocka_unit_test(what_is_right_is_told_only_if_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
