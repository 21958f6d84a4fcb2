/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxenstore's calls over a connection of our own: what goes to xenstored
 * when, and what its answers become. A thread plays xenstored on a socket.
 */
#include "unit.h"

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <xenstore.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "host/store_wire.h"

#define SOCKET "store-calls.sock"
/* More than one answer holds. */
#define LARGE_FOLDER 700
#define ROOM (1u << 17)

static struct {
    pthread_t thread;
    int listener;
    unsigned int connections;
    unsigned int waits; /* how often it had to wait for more */
    struct strbuf said; /* what it was asked, a word for each request */
    struct strbuf last; /* what was written last, or how permissions were */
    const char *end;    /* what a transaction's end yields: "OK" or an error */
    bool folder_changes;
} played;

static void answer(int fd, const struct xsd_sockmsg *asked, uint32_t type,
                   const char *bytes, size_t length)
{
    struct xsd_sockmsg header = { .type = type,
                                  .req_id = asked->req_id,
                                  .tx_id = asked->tx_id,
                                  .len = (uint32_t)length };

    io_write_all(fd, &header, sizeof(header));
    io_write_all(fd, bytes, length);
}

static void refuse(int fd, const struct xsd_sockmsg *asked, const char *error)
{
    answer(fd, asked, XS_ERROR, error, strlen(error) + 1);
}

/* Children "000", "001" ...; from an offset on, as many as one answer holds. */
static void answer_part(int fd, const struct xsd_sockmsg *asked, size_t offset)
{
    cleanup_strbuf struct strbuf out = { 0 };
    static unsigned int generation;

    generation += played.folder_changes && offset > 0;
    played.folder_changes = played.folder_changes && offset == 0;
    strbuf_printf(&out, "%u", generation);
    strbuf_putc(&out, '\0');
    for (size_t i = offset / 4; i < LARGE_FOLDER && out.length < 2000; i++) {
        strbuf_printf(&out, "%03zu", i);
        strbuf_putc(&out, '\0');
        if (i == LARGE_FOLDER - 1)
            strbuf_putc(&out, '\0');
    }
    answer(fd, asked, XS_DIRECTORY_PART, out.text, out.length);
}

static void say(const char *word, const char *path)
{
    strbuf_printf(&played.said, "%s%s%s%s", played.said.length ? " " : "", word,
                  path[0] ? ":" : "", path);
}

static void act(int fd, const struct xsd_sockmsg *asked, const char *path,
                const char *rest, size_t rest_length)
{
    switch (asked->type) {
    case XS_TRANSACTION_START:
        say("start", "");
        answer(fd, asked, asked->type, "7", 2);
        return;
    case XS_TRANSACTION_END:
        say("end", path);
        if (strcmp(path, "T") == 0 && strcmp(played.end, "OK") != 0)
            refuse(fd, asked, played.end);
        else
            answer(fd, asked, asked->type, "OK", 3);
        return;
    case XS_READ:
        say("read", path);
        if (strcmp(path, "/missing") == 0)
            refuse(fd, asked, "ENOENT");
        else
            answer(fd, asked, asked->type, played.last.text,
                   played.last.length);
        return;
    case XS_GET_PERMS:
        answer(fd, asked, asked->type, "n0\0r5", 6);
        return;
    case XS_DIRECTORY:
        if (strcmp(path, "/large") == 0)
            refuse(fd, asked, "E2BIG");
        else if (strcmp(path, "/empty") == 0)
            answer(fd, asked, asked->type, "", 0);
        else if (strcmp(path, "/local/domain") == 0)
            answer(fd, asked, asked->type, "0\0003\0005\0009", 8);
        else
            answer(fd, asked, asked->type, "one\0three", 10);
        return;
    case XS_DIRECTORY_PART:
        answer_part(fd, asked, strtoul(rest, NULL, 10));
        return;
    default:
        say(asked->type == XS_WRITE   ? "write"
            : asked->type == XS_MKDIR ? "mkdir"
            : asked->type == XS_RM    ? "rm"
                                      : "perms",
            path);
    }
    /* Before the answer, after which the test goes on. */
    if (asked->type == XS_WRITE || asked->type == XS_SET_PERMS) {
        played.last.length = 0;
        strbuf_add(&played.last, rest, rest_length);
    }
    if (strcmp(path, "/forbidden") == 0)
        refuse(fd, asked, "EACCES");
    else if (strcmp(path, "/missing/x") == 0)
        refuse(fd, asked, "ENOENT");
    else
        answer(fd, asked, asked->type, "OK", 3);
}

/* Acts on the whole requests at the beginning; yields their length. */
static size_t act_on(int fd, const char *bytes, size_t length)
{
    size_t used = 0;

    while (length - used >= sizeof(struct xsd_sockmsg)) {
        struct xsd_sockmsg asked;
        memcpy(&asked, bytes + used, sizeof(asked));
        if (length - used - sizeof(asked) < asked.len)
            break;
        cleanup_free char *body = mem_zalloc(1, asked.len + 1);
        memcpy(body, bytes + used + sizeof(asked), asked.len);
        size_t path = strlen(body) + 1;
        act(fd, &asked, body, asked.len > path ? body + path : "",
            asked.len > path ? asked.len - path : 0);
        used += sizeof(asked) + asked.len;
    }
    return used;
}

static void *serve(void *data)
{
    cleanup_free char *bytes = mem_zalloc(1, ROOM);
    int fd = (int)(intptr_t)data;
    size_t length = 0;
    ssize_t got;

    while ((got = recv(fd, bytes + length, ROOM - length, 0)) > 0) {
        played.waits++;
        length += (size_t)got;
        size_t used = act_on(fd, bytes, length);
        memmove(bytes, bytes + used, length - used);
        length -= used;
    }
    close(fd);
    return NULL;
}

static void *play(void *nothing)
{
    pthread_t thread;
    int fd;

    while ((fd = accept(played.listener, NULL, NULL)) >= 0) {
        played.connections++;
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd) == 0)
            pthread_detach(thread);
    }
    return nothing;
}

static int set_up_store(void **state)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SOCKET };

    setenv("XENSTORED_PATH", SOCKET, 1);
    unlink(SOCKET);
    played.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(played.listener, (struct sockaddr *)&address, sizeof(address)) ||
        listen(played.listener, 2) < 0)
        return -1;
    return pthread_create(&played.thread, NULL, play, NULL);
}

static int begin(void **state)
{
    played.waits = 0;
    played.said.length = played.last.length = 0;
    strbuf_puts(&played.said, "");
    played.end = "OK";
    played.folder_changes = false;
    return 0;
}

static void changes_go_out_with_the_end_of_their_transaction(void **state)
{
    struct xs_permissions permissions[] = { { 0, XS_PERM_NONE } };

    xs_transaction_t t = xs_transaction_start(NULL);
    assert_int_equal(t, 7);
    assert_true(xs_mkdir(NULL, t, "/a"));
    assert_true(xs_set_permissions(NULL, t, "/a", permissions, 1));
    for (int i = 0; i < 50; i++)
        assert_true(xs_write(NULL, t, "/a/b", "value", 5));
    assert_true(xs_rm(NULL, t, "/c"));
    assert_int_equal(played.waits, 1);
    assert_true(xs_transaction_end(NULL, t, false));
    assert_int_equal(played.waits, 3);
    assert_non_null(strstr(played.said.text, "start mkdir:/a perms:/a write:"));
    assert_non_null(strstr(played.said.text, "write:/a/b rm:/c end:T"));
}

static void a_change_that_fails_fails_the_end_and_nothing_holds(void **state)
{
    xs_transaction_t t = xs_transaction_start(NULL);

    assert_true(xs_write(NULL, t, "/forbidden", "x", 1));
    assert_true(xs_write(NULL, t, "/missing/x", "x", 1));
    assert_false(xs_transaction_end(NULL, t, false));
    assert_int_equal(errno, EACCES);
    assert_non_null(strstr(played.said.text, "end:F"));

    /* The next one has a clean sheet. */
    t = xs_transaction_start(NULL);
    assert_true(xs_transaction_end(NULL, t, false));
}

static void to_remove_what_is_not_there_is_no_failure(void **state)
{
    xs_transaction_t t = xs_transaction_start(NULL);

    assert_true(xs_rm(NULL, t, "/missing/x"));
    assert_true(xs_transaction_end(NULL, t, false));
    assert_non_null(strstr(played.said.text, "end:T"));
}

static void a_transaction_that_is_left_does_not_fail(void **state)
{
    xs_transaction_t t = xs_transaction_start(NULL);

    assert_true(xs_write(NULL, t, "/forbidden", "x", 1));
    assert_true(xs_transaction_end(NULL, t, true));
    assert_non_null(strstr(played.said.text, "end:F"));
}

static void others_that_were_first_are_told_of(void **state)
{
    xs_transaction_t t = xs_transaction_start(NULL);

    played.end = "EAGAIN";
    assert_true(xs_write(NULL, t, "/a", "x", 1));
    assert_false(xs_transaction_end(NULL, t, false));
    assert_int_equal(errno, EAGAIN);
}

static void a_question_comes_after_the_changes_before_it(void **state)
{
    unsigned int length = 0;
    xs_transaction_t t = xs_transaction_start(NULL);

    assert_true(xs_write(NULL, t, "/a", "value", 5));
    cleanup_free char *value = xs_read(NULL, t, "/a", &length);
    assert_string_equal(value, "value");
    assert_int_equal(length, 5);
    assert_int_equal(played.waits, 2);
    assert_true(xs_transaction_end(NULL, t, false));
}

static void outside_a_transaction_it_has_happened_at_once(void **state)
{
    assert_true(xs_write(NULL, XBT_NULL, "/a", "v", 1));
    assert_string_equal(played.said.text, "write:/a");
    assert_false(xs_write(NULL, XBT_NULL, "/forbidden", "v", 1));
    assert_int_equal(errno, EACCES);
    assert_false(xs_rm(NULL, XBT_NULL, "/missing/x"));
    assert_int_equal(errno, ENOENT);
    assert_null(xs_read(NULL, XBT_NULL, "/missing", NULL));
    assert_int_equal(errno, ENOENT);
}

static void many_changes_are_sent_before_the_end(void **state)
{
    static char value[1000];
    xs_transaction_t t = xs_transaction_start(NULL);

    for (int i = 0; i < 1000; i++)
        assert_true(xs_write(NULL, t, "/a", value, sizeof(value)));
    assert_true(played.waits > 10);
    assert_true(xs_transaction_end(NULL, t, false));
}

static void what_xenstored_would_drop_us_for_is_not_sent(void **state)
{
    static char value[XENSTORE_PAYLOAD_MAX];

    assert_false(
        xs_write(NULL, XBT_NULL, "/a", value, XENSTORE_PAYLOAD_MAX - 2));
    assert_int_equal(errno, E2BIG);
    assert_int_equal(played.waits, 0);
}

static void permissions_are_letters_and_numbers(void **state)
{
    struct xs_permissions permissions[] = {
        { 0, XS_PERM_NONE },
        { 5, XS_PERM_READ },
        { 6, XS_PERM_WRITE },
        { 7, XS_PERM_READ | XS_PERM_WRITE },
    };
    unsigned int count;

    assert_true(xs_set_permissions(NULL, XBT_NULL, "/a", permissions, 4));
    assert_memory_equal(played.last.text, "n0\0r5\0w6\0b7\0", 12);
    cleanup_free struct xs_permissions *got =
        xs_get_permissions(NULL, XBT_NULL, "/a", &count);
    assert_int_equal(count, 2);
    assert_int_equal(got[1].id, 5);
    assert_int_equal(got[1].perms, XS_PERM_READ);
}

static void a_folder_is_a_list(void **state)
{
    unsigned int count;
    cleanup_free char **names = xs_directory(NULL, XBT_NULL, "/a", &count);

    assert_int_equal(count, 2);
    assert_string_equal(names[0], "one");
    assert_string_equal(names[1], "three");
    cleanup_free char **none = xs_directory(NULL, XBT_NULL, "/empty", &count);
    assert_non_null(none);
    assert_int_equal(count, 0);
}

static void expect_large_folder(void)
{
    unsigned int count;
    cleanup_free char **names = xs_directory(NULL, XBT_NULL, "/large", &count);

    assert_non_null(names);
    assert_int_equal(count, LARGE_FOLDER);
    assert_string_equal(names[0], "000");
    assert_string_equal(names[LARGE_FOLDER - 1], "699");
}

static void a_large_folder_comes_in_parts(void **state)
{
    expect_large_folder();
}

static void a_folder_that_changes_meanwhile_is_read_again(void **state)
{
    played.folder_changes = true;
    expect_large_folder();
}

static void a_domains_path_is_no_question(void **state)
{
    cleanup_free char *path = xs_get_domain_path(NULL, 12);

    assert_string_equal(path, "/local/domain/12");
    assert_int_equal(played.waits, 0);
}

static void expect_name(unsigned int domid)
{
    cleanup_free char *path = mem_printf("/local/domain/%u/name", domid);
    unsigned int length;
    cleanup_free char *name = xs_read(NULL, XBT_NULL, path, &length);

    assert_string_equal(name, "a name");
    assert_int_equal(length, 6);
}

static void names_one_after_the_other_are_read_together(void **state)
{
    strbuf_puts(&played.last, "a name");
    expect_name(0);
    expect_name(3);
    unsigned int waits = played.waits;
    expect_name(5);
    expect_name(9);
    assert_int_equal(played.waits, waits);
    expect_name(7); /* not among them */
    assert_int_equal(played.waits, waits + 1);
}

static void what_was_read_ahead_is_not_kept(void **state)
{
    strbuf_puts(&played.last, "a name");
    expect_name(0);
    expect_name(3);
    unsigned int waits = played.waits;
    free(xs_read(NULL, XBT_NULL, "/local/domain/3/vm", NULL));
    expect_name(5);
    assert_int_equal(played.waits, waits + 2);
    expect_name(9);
    waits = played.waits;
    assert_true(xs_write(NULL, XBT_NULL, "/a", "a name", 6));
    expect_name(3);
    assert_int_equal(played.waits, waits + 2);
}

/* Its parent's answers would be lost to the one, or to the other. */
static void a_child_has_a_connection_of_its_own(void **state)
{
    int status;

    free(xs_read(NULL, XBT_NULL, "/a", NULL));
    unsigned int before = played.connections;
    pid_t pid = fork();
    if (pid == 0)
        _exit(xs_read(NULL, XBT_NULL, "/a", NULL) != NULL ? 0 : 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(played.connections, before + 1);
    free(xs_read(NULL, XBT_NULL, "/a", NULL));
    assert_int_equal(played.connections, before + 1);
}

#define CASE(test) cmocka_unit_test_setup(test, begin)

static const struct CMUnitTest tests[] = {
    CASE(changes_go_out_with_the_end_of_their_transaction),
    CASE(a_change_that_fails_fails_the_end_and_nothing_holds),
    CASE(to_remove_what_is_not_there_is_no_failure),
    CASE(a_transaction_that_is_left_does_not_fail),
    CASE(others_that_were_first_are_told_of),
    CASE(a_question_comes_after_the_changes_before_it),
    CASE(outside_a_transaction_it_has_happened_at_once),
    CASE(many_changes_are_sent_before_the_end),
    CASE(what_xenstored_would_drop_us_for_is_not_sent),
    CASE(permissions_are_letters_and_numbers),
    CASE(a_folder_is_a_list),
    CASE(a_large_folder_comes_in_parts),
    CASE(a_folder_that_changes_meanwhile_is_read_again),
    CASE(a_domains_path_is_no_question),
    CASE(names_one_after_the_other_are_read_together),
    CASE(what_was_read_ahead_is_not_kept),
    CASE(a_child_has_a_connection_of_its_own),
};

int main(void)
{
    return cmocka_run_group_tests(tests, set_up_store, NULL);
}
