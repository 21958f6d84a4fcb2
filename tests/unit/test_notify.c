/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a service manager is told; where there is none, nobody. */
#include "unit.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "base/notify.h"

/* Listens at a name; '@' in front makes it an abstract one. */
static int listen_at(const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    strcpy(address.sun_path, name);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    assert_int_equal(bind(fd, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
                                      strlen(name))),
                     0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static void expect_word(int fd, const char *wanted)
{
    char got[64] = "";

    assert_int_equal(recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT),
                     strlen(wanted));
    assert_string_equal(got, wanted);
}

static void the_manager_is_told(void **state)
{
    cleanup_free char *name = mem_printf("/tmp/xn-notify-%d", (int)getpid());
    cleanup_close int fd = listen_at(name);

    notify_manager("READY=1");
    expect_word(fd, "READY=1");
    unlink(name);
}

static void an_abstract_socket_will_do(void **state)
{
    cleanup_free char *name = mem_printf("@xn-notify-%d", (int)getpid());
    cleanup_close int fd = listen_at(name);

    notify_manager("STOPPING=1");
    expect_word(fd, "STOPPING=1");
}

static void without_a_manager_nothing_happens(void **state)
{
    char longer[200];

    unsetenv("NOTIFY_SOCKET");
    notify_manager("READY=1");
    setenv("NOTIFY_SOCKET", "relative", 1);
    notify_manager("READY=1");
    memset(longer, 'x', sizeof(longer));
    longer[0] = '/';
    longer[sizeof(longer) - 1] = '\0';
    setenv("NOTIFY_SOCKET", longer, 1);
    notify_manager("READY=1");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_manager_is_told),
    cmocka_unit_test(an_abstract_socket_will_do),
    cmocka_unit_test(without_a_manager_nothing_happens),
};

UNIT_MAIN(tests)
