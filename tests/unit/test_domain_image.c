/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Saved guests on their way through xn-stream, the real program, as save,
 * restore and image use it; and files that appear when they are complete.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stream_unit.h"

#include "base/newfile.h"
#include "domain/transfer/image.h"
#include "domain/transfer/image_convert.h"
#include "domain/transfer/source.h"
#include "stream/xl.h"

static const struct guest_stream guest = { .pages = 3000, .zero = 50 };

/* A saved guest in a file of xl's format; the path is the caller's. */
static char *save_plain(struct strbuf *plain)
{
    char *path = scratch_path("image");
    struct error err = ERROR_INIT;

    guest_stream_make(&guest, plain);
    io_replace_file(path, 0600, plain->text, plain->length, &err);
    expect_no_error(&err);
    return path;
}

static int convert_file(const char *from, const char *to, bool plain,
                        struct codec_report *report, struct error *err)
{
    cleanup_close int in = open(from, O_RDONLY | O_CLOEXEC);

    assert_true(in >= 0);
    return image_convert(in, from, to, plain, "zstd", report, err);
}

static void expect_contents(const char *path, const struct strbuf *wanted)
{
    struct strbuf got = { 0 };
    struct error err = ERROR_INIT;

    io_read_file(path, (size_t)1 << 30, &got.text, &got.length, &err);
    expect_no_error(&err);
    expect_same_bytes(&got, wanted);
    free(got.text);
}

static void an_image_is_converted_there_and_back(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 };
    cleanup_free char *path = save_plain(&plain);
    cleanup_free char *ours = mem_printf("%s.ours", path);
    struct codec_report report;
    struct error err = ERROR_INIT;
    struct stat status;

    convert_file(path, ours, false, &report, &err);
    expect_no_error(&err);
    assert_int_equal(report.bytes, plain.length);
    assert_int_equal(stat(ours, &status), 0);
    assert_int_equal(status.st_size, report.carried);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_true(report.carried < plain.length / 2);
    convert_file(ours, path, true, &report, &err);
    expect_no_error(&err);
    expect_contents(path, &plain);
    unlink(ours);
    scratch_remove(path);
}

static void damage(const char *path, off_t at)
{
    cleanup_close int fd = open(path, O_RDWR | O_CLOEXEC);
    char byte;

    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
}

/* Makes a damaged image of ours beside the plain one. */
static char *make_damaged(const char *path)
{
    char *ours = mem_printf("%s.ours", path);
    struct codec_report report;
    struct error err = ERROR_INIT;

    convert_file(path, ours, false, &report, &err);
    expect_no_error(&err);
    damage(ours, (off_t)report.carried - 2000);
    return ours;
}

static void expect_damaged(struct error *err, const char *path)
{
    assert_int_equal(err->kind, ERR_CONFIG);
    assert_int_equal(strncmp(err->message, path, strlen(path)), 0);
    assert_non_null(strstr(err->message, "its data is damaged"));
    error_dispose(err);
}

static void what_was_there_survives_a_damaged_image(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 };
    cleanup_free char *path = save_plain(&plain);
    cleanup_free char *ours = make_damaged(path);
    struct codec_report report;
    struct error err = ERROR_INIT;

    assert_int_equal(convert_file(ours, path, true, &report, &err), -1);
    expect_damaged(&err, ours);
    expect_contents(path, &plain);
    unlink(ours);
    scratch_remove(path);
}

static void half_an_image_is_not_converted(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 };
    cleanup_free char *path = save_plain(&plain);
    cleanup_free char *ours = mem_printf("%s.ours", path);
    cleanup_free char *message =
        mem_printf("%s: it is not whole, or no saved guest", path);
    struct codec_report report;
    struct error err = ERROR_INIT;

    assert_int_equal(truncate(path, (off_t)plain.length - 8), 0);
    assert_int_equal(convert_file(path, ours, false, &report, &err), -1);
    expect_error(&err, ERR_CONFIG, message);
    assert_int_equal(access(ours, F_OK), -1);
    scratch_remove(path);
}

static void a_full_disk_is_said_to_be_full(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 };
    cleanup_free char *path = save_plain(&plain);
    struct codec_report report;
    struct error err = ERROR_INIT;

    assert_int_equal(convert_file(path, "/dev/full", false, &report, &err), -1);
    expect_error(&err, ERR_SPACE,
                 "/dev/full: cannot write: No space left on device");
    scratch_remove(path);
}

/* A file system of 64 KiB, seen by this process alone; false if not allowed. */
static bool mount_tiny(const char *folder)
{
    return geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
           mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tiny", folder, "tmpfs", MS_NODEV, "size=64k") == 0;
}

static void a_disk_that_fills_up_keeps_the_old_image(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 };
    cleanup_free char *path = save_plain(&plain);
    cleanup_free char *folder = scratch_path("disk");
    cleanup_free char *old = mem_printf("%s/image", folder);
    const struct strbuf before = { .text = (char *)"old", .length = 3 };
    struct codec_report report;
    struct error err = ERROR_INIT;

    assert_int_equal(mkdir(folder, 0700), 0);
    bool mounted = mount_tiny(folder);
    if (mounted) {
        io_replace_file(old, 0600, "old", 3, &err);
        expect_no_error(&err);
        assert_int_equal(convert_file(path, old, false, &report, &err), -1);
        assert_int_equal(err.kind, ERR_SPACE);
        error_dispose(&err);
        expect_contents(old, &before);
        unlink(old);
        assert_int_equal(umount(folder), 0);
    }
    rmdir(folder);
    scratch_remove(folder);
    scratch_remove(path);
    if (!mounted)
        skip();
}

static void an_image_is_described(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 };
    cleanup_free char *path = save_plain(&plain);
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct error err = ERROR_INIT;
    struct image_facts facts;

    image_inspect(fd, path, true, &facts, &err);
    expect_no_error(&err);
    assert_false(facts.xenith);
    assert_true(facts.complete);
    assert_string_equal(facts.config, GUEST_STREAM_CONFIG);
    assert_string_equal(facts.type, "HVM");
    assert_int_equal(facts.cpuid_length, 24);
    assert_memory_equal(facts.cpuid + 12, "AuthcAMDenti", 12);
    assert_int_equal(facts.pages, 3000);
    assert_int_equal(facts.bytes, plain.length);
    image_facts_dispose(&facts);
    scratch_remove(path);
}

/* As libxl: reads its own stream, to its end. */
static void read_stream(int fd, struct strbuf *got)
{
    char block[65536];
    ssize_t here;

    while ((here = read(fd, block, sizeof(block))) > 0)
        strbuf_add(got, block, (size_t)here);
}

static void open_file(struct source *source, const char *path)
{
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct error err = ERROR_INIT;

    source_open(source, fd, path, NULL, &err);
    expect_no_error(&err);
    assert_string_equal(source->config_json, GUEST_STREAM_CONFIG);
}

static void libxl_is_given_its_own_stream_alone(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 }, got = { 0 };
    cleanup_free char *path = save_plain(&plain);
    size_t head = 48 + 4 + sizeof(GUEST_STREAM_CONFIG);
    struct strbuf wanted = { .text = plain.text + head,
                             .length = plain.length - head };
    struct error err = ERROR_INIT;
    struct source source;

    open_file(&source, path);
    read_stream(source.fd, &got);
    source_finish(&source, &err);
    expect_no_error(&err);
    expect_same_bytes(&got, &wanted);
    source_dispose(&source);
    scratch_remove(path);
}

/* -- between two hosts ----------------------------------------------------- */

/* libxl's part of a sender: writes into the codec, whose end is its own. */
static void send_all(const struct strbuf *plain, int wire)
{
    struct proc_child codec = PROC_CHILD_INIT;
    struct codec_report report;
    struct error err = ERROR_INIT;
    int ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    codec_start(
        &(struct codec_request){ .task = CODEC_SEND, .compress = "zstd" },
        ends[0], wire, &codec, &err);
    expect_no_error(&err);
    close(ends[0]);
    assert_int_equal(io_write_all(ends[1], plain->text, plain->length), 0);
    close(ends[1]);
    codec_finish(&codec, &report, &err);
    expect_no_error(&err);
    assert_true(report.complete);
    assert_int_equal(report.bytes, plain->length);
}

static pid_t start_sending(const struct strbuf *plain, int wire)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    send_all(plain, wire);
    _exit(0);
}

/* The wire stays open: what the two ends say to each other comes behind it. */
static void frames_on_a_wire_end_by_themselves(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 }, got = { 0 };
    size_t head = 48 + 4 + sizeof(GUEST_STREAM_CONFIG);
    struct error err = ERROR_INIT;
    struct source source;
    char next[8] = "";
    int wire[2], status;

    guest_stream_make(&guest, &plain);
    struct strbuf wanted = { .text = plain.text + head,
                             .length = plain.length - head };
    assert_int_equal(pipe2(wire, O_CLOEXEC), 0);
    pid_t sender = start_sending(&plain, wire[1]);
    source_open_wire(&source, wire[0], true, 0, &err);
    expect_no_error(&err);
    assert_string_equal(source.config_json, GUEST_STREAM_CONFIG);
    read_stream(source.fd, &got);
    expect_same_bytes(&got, &wanted);
    source_finish(&source, &err);
    expect_no_error(&err);
    source_dispose(&source);
    assert_int_equal(io_write_all(wire[1], "go", 2), 0);
    assert_int_equal(read(wire[0], next, sizeof(next)), 2);
    assert_string_equal(next, "go");
    assert_int_equal(waitpid(sender, &status, 0), sender);
    assert_int_equal(status, 0);
    close(wire[0]);
    close(wire[1]);
}

/* libxl knows where its stream ends, and what is said behind it is not lost. */
static void a_plain_wire_gives_what_comes_until_libxl_has_enough(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 };
    struct error err = ERROR_INIT;
    struct source source;
    char next[8] = "";
    int wire[2];

    xl_header_make(GUEST_STREAM_CONFIG, &plain);
    strbuf_puts(&plain, "LibxlFmt");
    assert_int_equal(pipe2(wire, O_CLOEXEC), 0);
    assert_int_equal(io_write_all(wire[1], plain.text, plain.length), 0);
    source_open_wire(&source, wire[0], false, 0, &err);
    expect_no_error(&err);
    assert_string_equal(source.config_json, GUEST_STREAM_CONFIG);
    assert_int_equal(read(source.fd, next, sizeof(next)), 8);
    assert_memory_equal(next, "LibxlFmt", 8);
    source_finish(&source, &err);
    expect_no_error(&err);
    source_dispose(&source);
    assert_int_equal(io_write_all(wire[1], "go", 3), 0);
    assert_int_equal(read(wire[0], next, sizeof(next)), 3);
    assert_string_equal(next, "go");
    close(wire[0]);
    close(wire[1]);
}

static void a_plain_wire_on_which_nothing_comes_is_given_up(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 };
    struct error err = ERROR_INIT;
    struct source source;
    char next[16];
    int wire[2];

    xl_header_make(GUEST_STREAM_CONFIG, &plain);
    strbuf_puts(&plain, "LibxlFmt");
    assert_int_equal(pipe2(wire, O_CLOEXEC), 0);
    assert_int_equal(io_write_all(wire[1], plain.text, plain.length), 0);
    source_open_wire(&source, wire[0], false, 1, &err);
    expect_no_error(&err);
    assert_int_equal(read(source.fd, next, sizeof(next)), 8);
    assert_int_equal(read(source.fd, next, sizeof(next)), 0);
    error_set(&err, ERR_FAILED, "libxl: unexpected end");
    source_blame(&source, &err);
    expect_error(&err, ERR_TIMEOUT, "what came: stalled: nothing came for 1 s");
    source_dispose(&source);
    close(wire[0]);
    close(wire[1]);
}

/* -- on a block device ----------------------------------------------------- */

/* The path of a loop device for the file, the caller's; NULL without any. */
static char *attach_loop(const char *path)
{
    const char *const argv[] = { "losetup", "--find", "--show", path, NULL };
    struct proc proc = { .argv = argv };
    cleanup_proc_result struct proc_result result = { 0 };

    if (geteuid() != 0 || proc_run_ok(&proc, &result, NULL) < 0)
        return NULL;
    result.out.text[strcspn(result.out.text, "\n")] = '\0';
    return mem_strdup(result.out.text);
}

static void detach_loop(const char *device)
{
    const char *const argv[] = { "losetup", "--detach", device, NULL };
    struct proc proc = { .argv = argv };

    assert_int_equal(proc_run_ok(&proc, NULL, NULL), 0);
}

static void write_to_device(const char *device, const struct strbuf *image)
{
    struct error err = ERROR_INIT;
    struct newfile file;

    newfile_open(&file, device, &err);
    expect_no_error(&err);
    assert_int_equal(io_write_all(file.fd, image->text, image->length), 0);
    newfile_publish(&file, &err);
    expect_no_error(&err);
    newfile_dispose(&file);
}

/* Verified, then given to libxl, which reads no more than it wants. */
static void expect_readable(const char *device, const struct strbuf *plain)
{
    size_t head = 48 + 4 + sizeof(GUEST_STREAM_CONFIG);
    struct strbuf wanted = { .text = plain->text + head,
                             .length = plain->length - head };
    cleanup_strbuf struct strbuf got = { 0 };
    cleanup_close int fd = open(device, O_RDONLY | O_CLOEXEC);
    cleanup_image_facts struct image_facts facts;
    struct error err = ERROR_INIT;
    struct source source;

    image_inspect(fd, device, true, &facts, &err);
    expect_no_error(&err);
    assert_true(facts.complete);
    assert_int_equal(facts.bytes, plain->length);
    open_file(&source, device);
    while (got.length < wanted.length) {
        size_t left = wanted.length - got.length;
        char some[4096];
        ssize_t here =
            read(source.fd, some, left < sizeof(some) ? left : sizeof(some));

        assert_true(here > 0);
        strbuf_add(&got, some, (size_t)here);
    }
    expect_same_bytes(&got, &wanted);
    source_finish(&source, &err);
    expect_no_error(&err);
    source_dispose(&source);
}

static void expect_refused_on(const char *device, off_t damaged)
{
    cleanup_close int fd = open(device, O_RDWR | O_CLOEXEC);
    cleanup_image_facts struct image_facts facts;
    struct error err = ERROR_INIT;

    assert_int_equal(pwrite(fd, "wrong", 5, damaged), 5);
    assert_int_equal(image_inspect(fd, device, true, &facts, &err), -1);
    assert_int_equal(err.kind, ERR_CONFIG);
    error_dispose(&err);
}

/* What was on it before is behind the image yet. */
static void an_image_on_a_block_device_ends_where_it_ends(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 };
    cleanup_free char *path = save_plain(&plain);
    cleanup_free char *carried = mem_printf("%s.ours", path);
    cleanup_free char *disk = mem_printf("%s.disk", path);
    cleanup_strbuf struct strbuf image = { 0 };
    struct codec_report report;
    struct error err = ERROR_INIT;

    convert_file(path, carried, false, &report, &err);
    assert_int_equal(
        io_read_file(carried, SIZE_MAX, &image.text, &image.length, &err), 0);
    cleanup_free char *junk = mem_zalloc(1, (size_t)16 << 20);
    memset(junk, 'J', (size_t)16 << 20);
    io_replace_file(disk, 0600, junk, (size_t)16 << 20, &err);
    cleanup_free char *device = attach_loop(disk);
    if (device != NULL) {
        write_to_device(device, &image);
        expect_readable(device, &plain);
        expect_refused_on(device, (off_t)image.length / 2);
        write_to_device(device, &plain);
        expect_readable(device, &plain);
        detach_loop(device);
    } else {
        print_message("needs root and loop devices\n");
    }
    unlink(carried);
    unlink(disk);
    scratch_remove(path);
}

static void a_sender_that_dies_is_told(void **state)
{
    static const char *const wanted[] = {
        "what came: byte 0, frame 0: the stream is cut short",
        "what came: it is cut short",
    };

    for (int frames = 1; frames >= 0; frames--) {
        struct error err = ERROR_INIT;
        struct source source;
        int wire[2];

        assert_int_equal(pipe2(wire, O_CLOEXEC), 0);
        close(wire[1]);
        assert_int_equal(source_open_wire(&source, wire[0], frames, 0, &err),
                         -1);
        expect_error(&err, ERR_CONFIG, wanted[1 - frames]);
        close(wire[0]);
    }
}

static void damage_is_the_cause_of_what_libxl_says(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 }, got = { 0 };
    cleanup_free char *path = save_plain(&plain);
    cleanup_free char *ours = make_damaged(path);
    struct error err = ERROR_INIT;
    struct source source;

    open_file(&source, ours);
    read_stream(source.fd, &got);
    error_set(&err, ERR_FAILED, "libxl: the stream is truncated");
    source_blame(&source, &err);
    expect_damaged(&err, ours);
    source_dispose(&source);
    unlink(ours);
    scratch_remove(path);
}

static void a_failure_of_libxls_own_stays_its_own(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 };
    cleanup_free char *path = save_plain(&plain);
    struct error err = ERROR_INIT;
    struct source source;

    open_file(&source, path);
    error_set(&err, ERR_SPACE, "libxl: there is no memory");
    source_blame(&source, &err);
    expect_error(&err, ERR_SPACE, "libxl: there is no memory");
    source_dispose(&source);
    scratch_remove(path);
}

static void an_image_with_more_behind_it_is_refused(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 };
    cleanup_free char *path = save_plain(&plain);
    struct error err = ERROR_INIT;
    struct source source;

    /* libxl stops reading before the last bytes. */
    open_file(&source, path);
    size_t head = 48 + 4 + sizeof(GUEST_STREAM_CONFIG) + 5;
    cleanup_free char *most = mem_zalloc(1, plain.length);
    for (size_t left = plain.length - head; left > 0;) {
        ssize_t here = read(source.fd, most, left);
        assert_true(here > 0);
        left -= (size_t)here;
    }
    assert_int_equal(source_finish(&source, &err), -1);
    assert_non_null(strstr(err.message, "there is more after its end"));
    error_dispose(&err);
    source_dispose(&source);
    scratch_remove(path);
}

static void what_is_no_image_is_refused(void **state)
{
    cleanup_free char *path = scratch_path("text");
    struct error err = ERROR_INIT;
    struct source source;

    io_replace_file(path, 0600, "hello", 5, &err);
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(source_open(&source, fd, path, NULL, &err), -1);
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.message, "it is cut short"));
    error_dispose(&err);
    scratch_remove(path);
}

static void a_new_file_appears_when_it_is_published(void **state)
{
    cleanup_free char *path = scratch_path("new");
    struct error err = ERROR_INIT;
    struct newfile file;
    struct strbuf wanted = { .text = (char *)"new", .length = 3 };

    io_replace_file(path, 0644, "old", 3, &err);
    newfile_open(&file, path, &err);
    expect_no_error(&err);
    assert_int_equal(io_write_all(file.fd, "new", 3), 0);
    struct strbuf old = { .text = (char *)"old", .length = 3 };
    expect_contents(path, &old);
    newfile_publish(&file, &err);
    expect_no_error(&err);
    newfile_dispose(&file);
    expect_contents(path, &wanted);
    /* scratch_remove fails if a temporary file is left beside it. */
    scratch_remove(path);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_image_is_converted_there_and_back),
    cmocka_unit_test(frames_on_a_wire_end_by_themselves),
    cmocka_unit_test(a_plain_wire_gives_what_comes_until_libxl_has_enough),
    cmocka_unit_test(a_plain_wire_on_which_nothing_comes_is_given_up),
    cmocka_unit_test(an_image_on_a_block_device_ends_where_it_ends),
    cmocka_unit_test(a_sender_that_dies_is_told),
    cmocka_unit_test(what_was_there_survives_a_damaged_image),
    cmocka_unit_test(half_an_image_is_not_converted),
    cmocka_unit_test(a_full_disk_is_said_to_be_full),
    cmocka_unit_test(a_disk_that_fills_up_keeps_the_old_image),
    cmocka_unit_test(an_image_is_described),
    cmocka_unit_test(libxl_is_given_its_own_stream_alone),
    cmocka_unit_test(damage_is_the_cause_of_what_libxl_says),
    cmocka_unit_test(a_failure_of_libxls_own_stays_its_own),
    cmocka_unit_test(an_image_with_more_behind_it_is_refused),
    cmocka_unit_test(what_is_no_image_is_refused),
    cmocka_unit_test(a_new_file_appears_when_it_is_published),
};

UNIT_MAIN(tests)
