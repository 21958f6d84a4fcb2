/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Texts that nobody writes: each ends in the right result or a clear error,
 * within a second of CPU time and 256 MiB. Each is read in a process of its
 * own, whose time and memory the kernel tells. Sanitizers are slower by far;
 * with them only the result counts.
 *
 * The second itself is held to by ./dev bench config, with XENITH_BENCH set:
 * how fast this machine is, beside what else it does, is not the reader's
 * doing. Three of them tell what takes more than its share for each byte of a
 * text: for that the largest would take hours.
 */
#include "config_unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/parse.h"

#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

enum {
    MIB = 1024 * 1024,
    MAX_MIB = 256,
    GOAL_MILLISECONDS = 1000,
    MAX_MILLISECONDS = 3 * GOAL_MILLISECONDS,
    TRIES = 3,
    /* The sanitizers would make minutes of the biggest texts. */
    BIG = SANITIZED ? CONFIG_MAX_BYTES / 16 : CONFIG_MAX_BYTES,
};

#define BASE "name='t'\nkernel='k'\nmemory=64\nvcpus=2\n"

static char *path; /* of a file that is in memory only */

/* Reads as xn does and shows the diagnostics; yields whether it was as
 * wanted: "" for a domain, or a part of what must be said. */
static bool read_as_wanted(const char *wanted)
{
    const struct config_source source = { .path = path };
    struct strbuf quoted = { 0 };
    struct loaded loaded;
    bool good;

    loaded_source(&loaded, &source);
    config_diags_render(&loaded.diags, CONFIG_RENDER_QUOTE, &quoted);
    good = *wanted == '\0' ? loaded.rc == 0
                           : strstr(loaded.said.text, wanted) != NULL;
    if (!good)
        fprintf(stderr, "# %.300s\n", loaded.said.text);
    strbuf_dispose(&quoted);
    loaded_dispose(&loaded);
    return good;
}

static long milliseconds(const struct timeval *time)
{
    return time->tv_sec * 1000 + time->tv_usec / 1000;
}

/* In a process of its own. */
static void read_apart(const char *what, const char *wanted,
                       struct rusage *usage)
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        _exit(read_as_wanted(wanted) ? 0 : 1);
    assert_int_equal(wait4(pid, &status, 0, usage), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("%s: status %#x, wanted: %s", what, (unsigned int)status,
                 wanted);
}

static long cpu_milliseconds(const struct rusage *usage)
{
    return milliseconds(&usage->ru_utime) + milliseconds(&usage->ru_stime);
}

/*
 * Takes the text, so that its memory is not counted as the reader's. The best
 * time of a few counts: others on the machine, whose caches and memory it
 * shares, make it longer, but never shorter.
 */
static void expect(const char *what, struct strbuf *text, const char *wanted)
{
    size_t length = text->length;
    struct rusage usage;
    const long most =
        getenv("XENITH_BENCH") != NULL ? GOAL_MILLISECONDS : MAX_MILLISECONDS;
    int tries = SANITIZED ? 1 : TRIES;
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(text->text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    strbuf_dispose(text);
    do
        read_apart(what, wanted, &usage);
    while (--tries > 0 && cpu_milliseconds(&usage) > most);
    print_message("# %s: %zu KiB, %ld ms, %ld MiB\n", what, length / 1024,
                  cpu_milliseconds(&usage), usage.ru_maxrss / 1024);
    if (SANITIZED)
        return;
    assert_in_range(cpu_milliseconds(&usage), 0, most);
    assert_in_range(usage.ru_maxrss / 1024, 0, MAX_MIB);
}

/* `head`, then `line` again and again up to `size` bytes, then `tail`. */
static void fill_text(struct strbuf *text, const char *head, const char *line,
                      size_t size, const char *tail)
{
    size_t length = strlen(line);

    strbuf_puts(text, head);
    while (text->length + length + strlen(tail) <= size)
        strbuf_add(text, line, length);
    strbuf_puts(text, tail);
}

static void texts_of_the_largest_size(void **state)
{
    static const struct {
        const char *what, *head, *line, *tail, *wanted;
    } texts[] = {
        { "comments", BASE, "# a comment, one of many\n", "\n", "" },
        { "empty lines", BASE, "\n", "\n", "" },
        { "one comment", BASE "#", "a", "\n", "" },
        { "one key", BASE, "k", "=1\n", "kkk...kkk" },
        { "one key again", BASE, "a=1\n", "\n", "more than 500000 values" },
        { "a string added to", BASE "a=''\n", "a+='x'\n", "\n",
          "more than 500000 values" },
        { "a list of numbers", BASE "a=[", "1,", "]\n",
          "more than 500000 values" },
        { "lists in a list", BASE "a=[", "[],", "]\n",
          "more than 500000 values" },
        { "open brackets", BASE "a=", "[", "\n", "nested more than 64 deep" },
        { "closed brackets", BASE "a=", "]", "\n", "expected a value" },
        { "quotes", BASE "a=", "'", "\n", "expected the end of the line" },
        { "an open string", BASE "a='", "x", "\n", "not closed on its line" },
        { "bad escapes", BASE "a='", "\\q", "'\n", "is not an escape" },
        { "no values", BASE, "a=\n", "\n", "expected a value" },
        { "bytes that are no text", BASE, "\xff", "\n",
          "a character that can only be inside quotes" },
        { "bytes in a string", BASE "a='", "\xff\xfe", "'\n",
          "not valid UTF-8" },
        { "commas", BASE "a=[", ",", "]\n", "expected a value or ']'" },
        { "vifs of words", BASE "vif=['", "a=b,',\n'", "']\n",
          "more than 500000 values" },
        { "carriage returns", BASE, "a=1\r\n", "\n", "DOS line ends" },
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cleanup_strbuf struct strbuf text = { 0 };

        fill_text(&text, texts[i].head, texts[i].line, BIG, texts[i].tail);
        expect(texts[i].what, &text, texts[i].wanted);
    }
}

static void values_longer_than_a_string_may_be(void **state)
{
    static const struct {
        const char *what, *head, *unit, *tail;
    } texts[] = {
        { "one string", BASE "cmdline='", "abcdefgh", "'\n" },
        { "one number", BASE "vcpus=", "1", "\n" },
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cleanup_strbuf struct strbuf text = { 0 };

        fill_text(&text, texts[i].head, texts[i].unit, CONFIG_MAX_BYTES,
                  texts[i].tail);
        expect(texts[i].what, &text, "a value longer than 16 MiB");
    }
}

/* Four strings as long as they may be: the text is as long as it may be, and
 * each is copied where it is read. */
static void strings_of_the_largest_size(void **state)
{
    static const struct {
        const char *what, *key, *head, *unit, *tail, *wanted;
    } texts[] = {
        { "escapes", "device_model_args", "", "\\\\", "", "" },
        { "a word that is none", "usbctrl", "type=", "\xc3\xbc", "",
          "\xbc...\xc3" },
        { "disks", "disk", "vdev=xvda,target=/", "x", "", "" },
        { "a disk of commas", "disk", "", ",", "", "one part too many" },
        { "vifs", "vif", "model=", "x", "", "" },
        { "settings that are none", "vif", "", "x", "=", "xxx...xxx" },
        { "a vif of words", "vif", "", "a=b,", "",
          "more than 500000 settings" },
        { "rates that are none", "vif", "rate=", "1", "", "is not a rate" },
        { "channels", "channel", "connection=pty,name=", "n", "", "" },
        { "displays", "vdispl", "connectors=", "i", ":1x1", "" },
        { "connectors", "vdispl", "connectors=", "a:1x1;", "",
          "more than 500000 settings" },
        { "no connectors", "vdispl", "connectors=", "1", "",
          "is not a connector" },
        { "PCI devices", "pci", "", "1", "", "is not a PCI address" },
        { "features", "cpuid", "1:", "e", "", "a register is eax" },
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cleanup_strbuf struct strbuf text = { 0 };
        size_t unit = strlen(texts[i].unit);
        size_t size = BIG / 4 - 200;

        strbuf_printf(&text, BASE "%s=[\n", texts[i].key);
        for (int item = 0; item < 4; item++) {
            strbuf_printf(&text, "'%s", texts[i].head);
            for (size_t length = 0; length + unit <= size; length += unit)
                strbuf_add(&text, texts[i].unit, unit);
            strbuf_printf(&text, "%s',\n", texts[i].tail);
        }
        strbuf_puts(&text, "]\n");
        expect(texts[i].what, &text, texts[i].wanted);
    }
}

/* A few bytes each that stand for much, again and again in one string. */
static void strings_that_stand_for_much(void **state)
{
    static const struct {
        const char *what, *head, *unit, *tail, *wanted;
    } texts[] = {
        { "CPUs", "vcpus=2\ncpus='", "0-4095,", "'\n",
          "more than 500000 settings" },
        { "nodes", "vcpus=2\ncpus='", "nodes:0-9,", "'\n",
          "more than 500000 settings" },
        { "vCPUs of a node", "vnuma=[['vcpus=", "0-8191,", "']]\n",
          "the nodes have more than 8192 vCPUs" },
        { "distances", "vnuma=[['vdistances=", "1,", "']]\n",
          "more distances than virtual nodes" },
        { "sample rates", "vsnd=[['CARD,sample-rates=", "1;", "']]\n",
          "more than 500000 settings" },
        { "sample formats", "vsnd=[['CARD,sample-formats=", "s8;", "']]\n",
          "more than 500000 settings" },
        { "connectors", "vdispl=['connectors=", "a:1x1;", "']\n",
          "more than 500000 settings" },
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cleanup_strbuf struct strbuf text = { 0 };

        strbuf_puts(&text, "name='t'\nkernel='k'\nmemory=64\n");
        fill_text(&text, texts[i].head, texts[i].unit, CONFIG_MAX_BYTES / 4,
                  texts[i].tail);
        expect(texts[i].what, &text, texts[i].wanted);
    }
}

static void adding_makes_no_string_longer(void **state)
{
    cleanup_strbuf struct strbuf text = { 0 };

    strbuf_puts(&text, BASE);
    for (int i = 0; i < 3; i++) {
        strbuf_puts(&text, "extra+='");
        for (int n = 0; n < CONFIG_MAX_STRING / 20; n++)
            strbuf_puts(&text, "12345678");
        strbuf_puts(&text, "'\n");
    }
    expect("strings added", &text, ":7:1: error: += makes 'extra' longer than");
}

static void a_byte_more_is_refused(void **state)
{
    cleanup_strbuf struct strbuf text = { 0 };

    if (SANITIZED)
        return;
    fill_text(&text, BASE, "\n", CONFIG_MAX_BYTES + 1, "");
    const struct config_source source = { .path = "t.cfg",
                                          .text = text.text,
                                          .length = text.length };
    struct loaded loaded;
    loaded_source(&loaded, &source);
    assert_int_equal(loaded.rc, -1);
    assert_string_equal(loaded.err.message, "t.cfg: longer than 64 MiB");
    loaded_dispose(&loaded);
}

static void ten_thousand_keys(void **state)
{
    cleanup_strbuf struct strbuf text = { 0 };

    strbuf_puts(&text, BASE);
    for (int i = 0; i < 10000; i++)
        strbuf_printf(&text, "key_%d = %d\n", i, i);
    expect("10,000 keys", &text, "unknown key 'key_0' is ignored");
}

static void as_many_keys_as_there_may_be(void **state)
{
    cleanup_strbuf struct strbuf text = { 0 };

    strbuf_puts(&text, BASE);
    for (int i = 0; i < CONFIG_MAX_VALUES / 2; i++)
        strbuf_printf(&text, "k%d=%d\n", i, i);
    expect("250,000 keys", &text, "unknown key 'k0' is ignored");
}

/* What each kind of list may hold, with the shortest item that is one. */
static const struct {
    const char *key, *item;
    bool devices; /* of which there may be so many */
} lists[] = {
    { "disk", "'/a,raw,xvda,w',", true },
    { "vif", "'',", true },
    { "pci", "'00:01.0',", true },
    { "vfb", "'',", true },
    { "vkb", "'backend-type=qemu',", true },
    { "channel", "'connection=pty',", true },
    { "usbctrl", "'',", true },
    { "usbdev", "'',", true },
    { "vdispl", "'connectors=a:1x1',", true },
    { "vsnd", "['CARD','PCM','STREAM'],", true },
    { "p9", "'tag=t,path=/p,security_model=none',", true },
    { "vtpm", "'backend=d',", true },
    { "pvcalls", "'',", true },
    { "dtdev", "'',", true },
    { "ioports", "'2f8-2ff',", false },
    { "iomem", "'a0,20',", false },
    { "irqs", "1,", false },
};

static void add_list(struct strbuf *text, size_t kind, int count)
{
    strbuf_printf(text, "%s=[", lists[kind].key);
    while (count-- > 0)
        strbuf_puts(text, lists[kind].item);
    strbuf_puts(text, "]\n");
}

static void ten_thousand_devices(void **state)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        cleanup_strbuf struct strbuf text = { 0 };

        strbuf_puts(&text, BASE);
        add_list(&text, i, 10000);
        expect(lists[i].key, &text, "");
    }
}

static void as_many_devices_as_there_may_be(void **state)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        cleanup_strbuf struct strbuf text = { 0 };
        cleanup_strbuf struct strbuf more = { 0 };

        if (!lists[i].devices)
            continue;
        strbuf_puts(&text, BASE);
        add_list(&text, i, CONFIG_MAX_DEVICES);
        expect(lists[i].key, &text, "");
        strbuf_puts(&more, BASE);
        add_list(&more, i, CONFIG_MAX_DEVICES + 1);
        expect(lists[i].key, &more,
               ": error: more than 100000 devices in one configuration");
    }
}

static void devices_of_all_kinds_count_together(void **state)
{
    cleanup_strbuf struct strbuf text = { 0 };

    strbuf_puts(&text, BASE);
    add_list(&text, 0, CONFIG_MAX_DEVICES / 2);
    add_list(&text, 1, CONFIG_MAX_DEVICES / 2 + 1);
    expect("disks and vifs", &text,
           ":6:5: error: more than 100000 devices in one configuration");
}

/* The shortest items of a text as long as it may be. */
static void the_largest_text_of_devices(void **state)
{
    static const struct {
        const char *key, *head;
    } texts[] = {
        { "disk", "vdev=xvda,target=/" },
        { "vif", "bridge=" },
        { "channel", "connection=pty,name=" },
        { "p9", "tag=t,security_model=none,path=" },
        { "vdispl", "connectors=a:1x1,backend=" },
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cleanup_strbuf struct strbuf text = { 0 };
        size_t size = BIG / CONFIG_MAX_DEVICES + 1;

        strbuf_printf(&text, BASE "%s=[\n", texts[i].key);
        while (text.length + size + 10 < BIG) {
            size_t begin = text.length;

            strbuf_printf(&text, "'%s", texts[i].head);
            while (text.length - begin < size)
                strbuf_putc(&text, 'x');
            strbuf_puts(&text, "',\n");
        }
        strbuf_puts(&text, "]\n");
        expect(texts[i].key, &text, "");
    }
}

static void lists_ten_thousand_deep(void **state)
{
    cleanup_strbuf struct strbuf text = { 0 };

    strbuf_puts(&text, BASE "a=");
    for (int i = 0; i < 10000; i++)
        strbuf_putc(&text, '[');
    for (int i = 0; i < 10000; i++)
        strbuf_putc(&text, ']');
    strbuf_putc(&text, '\n');
    expect("lists 10,000 deep", &text, "nested more than 64 deep");
}

static void a_nul_byte(void **state)
{
    cleanup_strbuf struct strbuf text = { 0 };

    fill_text(&text, BASE, "a=1\n", MIB, "");
    strbuf_putc(&text, '\0');
    fill_text(&text, "", "b=1\n", (size_t)2 * MIB, "");
    expect("a NUL byte", &text, "a NUL byte: this is not a text file");
}

static void a_line_of_a_megabyte(void **state)
{
    cleanup_strbuf struct strbuf text = { 0 };
    cleanup_strbuf struct strbuf wrong = { 0 };

    fill_text(&text, BASE "cmdline='", "x", MIB, "'\n");
    expect("a line of a megabyte", &text, "");
    fill_text(&wrong, BASE "cmdline='", "x", MIB, "' oops\n");
    expect("a wrong line of a megabyte", &wrong,
           "expected the end of the line after the value of 'cmdline'");
}

static void numbers_of_any_size(void **state)
{
    static const char *const lines[] = {
        "vcpus=99999999999999999999\n",
        "memory=99999999999999999999\n",
        "maxvcpus=2147483647\n",
        "vif=['rate=99999999999GB/s']\n",
        "cpus='0-99999999999'\n",
        "vnuma=[['vcpus=0-4294967295']]\n",
        "irqs=[99999999999]\n",
        "iomem=['ffffffffffffffffff,1']\n",
        "pci=['99999999:99999999:0.0']\n",
        "ioports=['0-fffffffffffff']\n",
        "usbdev=['hostbus=999999999999']\n",
    };

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        cleanup_strbuf struct strbuf text = { 0 };

        strbuf_printf(&text, "%s%s", "name='t'\nkernel='k'\n", lines[i]);
        expect(lines[i], &text, ":3:");
    }
}

static int begin(void **state)
{
    int fd = memfd_create("hostile", 0);

    path = mem_printf("/proc/self/fd/%d", fd);
    return fd >= 0 ? 0 : -1;
}

static int end(void **state)
{
    free(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_of_the_largest_size),
        cmocka_unit_test(values_longer_than_a_string_may_be),
        cmocka_unit_test(strings_of_the_largest_size),
        cmocka_unit_test(strings_that_stand_for_much),
        cmocka_unit_test(adding_makes_no_string_longer),
        cmocka_unit_test(a_byte_more_is_refused),
        cmocka_unit_test(ten_thousand_keys),
        cmocka_unit_test(as_many_keys_as_there_may_be),
        cmocka_unit_test(ten_thousand_devices),
        cmocka_unit_test(as_many_devices_as_there_may_be),
        cmocka_unit_test(devices_of_all_kinds_count_together),
        cmocka_unit_test(the_largest_text_of_devices),
        cmocka_unit_test(lists_ten_thousand_deep),
        cmocka_unit_test(a_nul_byte),
        cmocka_unit_test(a_line_of_a_megabyte),
        cmocka_unit_test(numbers_of_any_size),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
