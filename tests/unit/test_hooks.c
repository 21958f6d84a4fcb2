/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Users' hooks: which there are, what they are given, how they end. */
#include "unit.h"

#include <libxl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/strbuf.h"
#include "base/trusted.h"
#include "domain/hooks/hooks.h"
#include "domain/hooks/told.h"

/* Folders of hooks as on a host, all in one that is removed at the end. */
struct fixture {
    char *base, *folder, *of_guest, *log;
    struct hook_place place;
};

static int begin(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);

    f->base = scratch_path("hooks");
    f->folder = mem_printf("%s/hooks.d", f->base);
    f->of_guest = mem_printf("%s/hooks", f->base);
    f->log = mem_printf("%s/hooks.log", f->base);
    f->place = (struct hook_place){ .folder = f->folder,
                                    .of_guest = f->of_guest,
                                    .log = f->log,
                                    .timeout = 20 };
    assert_int_equal(io_make_dirs(f->folder, 0755, NULL), 0);
    assert_int_equal(io_make_dirs(f->of_guest, 0755, NULL), 0);
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    cleanup_free char *command = mem_printf("rm -r '%s'", f->base);

    assert_int_equal(system(command), 0);
    *strrchr(f->base, '/') = '\0';
    assert_int_equal(rmdir(f->base), 0);
    free(f->base);
    free(f->folder);
    free(f->of_guest);
    free(f->log);
    free(f);
    return 0;
}

/* A shell script at a place below the fixture. */
static void put(const struct fixture *f, const char *where, const char *script)
{
    cleanup_free char *path = mem_printf("%s/%s", f->base, where);
    cleanup_free char *text = mem_printf("#!/bin/sh\n%s\n", script);
    cleanup_free char *folder = mem_strdup(path);

    *strrchr(folder, '/') = '\0';
    assert_int_equal(io_make_dirs(folder, 0755, NULL), 0);
    assert_int_equal(io_replace_file(path, 0755, text, strlen(text), NULL), 0);
}

static char *get(const struct fixture *f, const char *where)
{
    cleanup_free char *path = mem_printf("%s/%s", f->base, where);
    char *text = NULL;
    size_t length;

    if (io_read_file(path, 1 << 20, &text, &length, NULL) < 0)
        return mem_strdup("");
    return text;
}

static struct hook_call call_of(enum hook_event event)
{
    return (struct hook_call){ .event = event,
                               .name = "web",
                               .uuid = "7cf9a1d3-8f0e-4a8e-9b9c-2f6d1c8e5a01",
                               .domid = INVALID_DOMID };
}

static void expect_names(const struct fixture *f, int event, char *const *own,
                         const char *wanted)
{
    cleanup_hook_list struct hook_list list = { 0 };
    cleanup_error struct error err = ERROR_INIT;
    char names[256] = "";

    assert_int_equal(hook_list_read(&list, &f->place, event, own, &err), 0);
    VEC_EACH (&list.items, hook) {
        strcat(names, hook->name);
        strcat(names, " ");
    }
    assert_string_equal(names, wanted);
}

static void hooks_run_in_the_order_of_their_names(void **state)
{
    struct fixture *f = *state;
    char one[] = "z-own", other[] = "a-own";
    char *own[] = { one, other, NULL };

    put(f, "hooks.d/20-all", "");
    put(f, "hooks.d/created/10-first", "");
    put(f, "hooks.d/created/30-last", "");
    put(f, "hooks.d/started/15-other", "");
    put(f, "hooks.d/created/40-old.dpkg-old", "");
    put(f, "hooks.d/created/.hidden", "");
    put(f, "hooks.d/created/editor~", "");
    put(f, "hooks/a-own", "");
    put(f, "hooks/z-own", "");
    expect_names(f, HOOK_CREATED, own, "10-first 20-all 30-last z-own a-own ");
    expect_names(f, HOOK_STOPPED, NULL, "20-all ");
    assert_true(hooks_any(&f->place, HOOK_STARTED, NULL));
}

static void without_folders_there_are_none(void **state)
{
    struct hook_place nowhere = { .folder = "no/such", .of_guest = "no/such" };

    assert_false(hooks_any(&nowhere, HOOK_PREPARE, NULL));
}

static void what_is_not_executable_is_left_out(void **state)
{
    struct fixture *f = *state;
    cleanup_free char *path = mem_printf("%s/README", f->folder);

    put(f, "hooks.d/README", "");
    assert_int_equal(chmod(path, 0644), 0);
    expect_names(f, HOOK_CREATED, NULL, "");
}

static void a_hook_gets_the_document_and_its_environment(void **state)
{
    struct fixture *f = *state;
    struct hook_call call = call_of(HOOK_DEVICE_ADDED);
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *script =
        mem_printf("cat >'%s/in'; env | sort >'%s/env'; echo $# $1 >'%s/args'",
                   f->base, f->base, f->base);
    cleanup_json_value struct json_value *json = NULL;

    setenv("SECRET", "of the caller", 1);
    call.domid = 5;
    call.name = "a\"b\n";
    call.device_kind = "disk";
    call.device = "xvdb";
    call.test = true;
    put(f, "hooks.d/tell", script);
    assert_int_equal(hooks_ask(&f->place, &call, &err), 0);

    cleanup_free char *in = get(f, "in");
    assert_int_equal(json_parse(in, strlen(in), &json, &err), 0);
    assert_string_equal(json_as_string(json_get(json, "schema")), "xn.hook/1");
    assert_string_equal(json_as_string(json_get(json, "event")),
                        "device-added");
    const struct json_value *domain = json_get(json, "domain");
    assert_string_equal(json_as_string(json_get(domain, "name")), "a\"b\n");
    const struct json_value *device = json_get(json, "device");
    assert_string_equal(json_as_string(json_get(device, "name")), "xvdb");
    assert_null(json_get(json, "config"));

    cleanup_free char *env = get(f, "env");
    assert_non_null(strstr(env, "XN_DOMID=5\n"));
    assert_non_null(strstr(env, "XN_EVENT=device-added\n"));
    assert_non_null(strstr(env, "XN_HOOK_DEPTH=1\n"));
    assert_null(strstr(env, "SECRET"));
    cleanup_free char *args = get(f, "args");
    assert_string_equal(args, "1 device-added\n");
}

static void a_configuration_is_part_of_the_document(void **state)
{
    struct hook_call call = call_of(HOOK_PREPARE);
    cleanup_error struct error err = ERROR_INIT;

    call.config = "{\"c_info\": {\"name\": \"web\"}}";
    cleanup_free char *document = hook_call_document(&call, &err);
    assert_non_null(strstr(document, "\"config\":{\"c_info\":{"));
    assert_null(strstr(document, "domid"));
}

static void the_first_failure_stops_a_question(void **state)
{
    struct fixture *f = *state;
    struct hook_call call = call_of(HOOK_PREPARE);
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *later = mem_printf("touch '%s/later'", f->base);

    put(f, "hooks.d/10-no", "echo first >&2; echo no room >&2; exit 3");
    put(f, "hooks.d/20-later", later);
    assert_int_equal(hooks_ask(&f->place, &call, &err), -1);
    assert_int_equal(err.kind, ERR_DEVICE);
    assert_non_null(strstr(err.message, "hook 10-no of prepare: "));
    assert_non_null(strstr(err.message, ": exit status 3: no room"));
    assert_string_equal(err.detail, "first\nno room\n");
    cleanup_free char *touched = mem_printf("%s/later", f->base);
    assert_int_equal(access(touched, F_OK), -1);
    cleanup_free char *log = get(f, "hooks.log");
    assert_non_null(strstr(log, ": (web) failed after "));
}

static void only_the_last_lines_are_shown(void **state)
{
    struct fixture *f = *state;
    struct hook_call call = call_of(HOOK_PREPARE);
    cleanup_error struct error err = ERROR_INIT;

    put(f, "hooks.d/loud", "seq 1 100000 >&2; exit 1");
    assert_int_equal(hooks_ask(&f->place, &call, &err), -1);
    assert_int_equal(strncmp(err.detail, "99991\n", 6), 0);
    assert_non_null(strstr(err.detail, "\n100000\n"));
}

static void a_deadline_ends_the_whole_group(void **state)
{
    struct fixture *f = *state;
    struct hook_call call = call_of(HOOK_PREPARE);
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *script = mem_printf(
        "(sleep 3; touch '%s/survived') & echo waiting >&2; wait", f->base);
    int64_t began = clock_now_ms();

    f->place.timeout = 1;
    put(f, "hooks.d/slow", script);
    assert_int_equal(hooks_ask(&f->place, &call, &err), -1);
    assert_int_equal(err.kind, ERR_TIMEOUT);
    assert_non_null(strstr(err.message, "no end after 1.0 s"));
    assert_true(clock_now_ms() - began >= 900);
    clock_sleep_ms(3000);
    cleanup_free char *survived = mem_printf("%s/survived", f->base);
    assert_int_equal(access(survived, F_OK), -1);
}

static void what_others_can_change_is_refused(void **state)
{
    struct fixture *f = *state;
    struct hook_call call = call_of(HOOK_PREPARE);
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *path = mem_printf("%s/bad", f->folder);

    if (geteuid() != 0)
        skip();
    put(f, "hooks.d/bad", "");
    assert_int_equal(chmod(path, 0777), 0);
    assert_int_equal(hooks_ask(&f->place, &call, &err), -1);
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.message, "bad can be written by others"));
    error_dispose(&err);

    assert_int_equal(chmod(path, 0755), 0);
    assert_int_equal(chown(path, 12345, 0), 0);
    assert_int_equal(hooks_ask(&f->place, &call, &err), -1);
    assert_non_null(strstr(err.message, "bad does not belong to root"));
    error_dispose(&err);

    assert_int_equal(chown(path, 0, 0), 0);
    assert_int_equal(chmod(f->folder, 0775), 0);
    assert_int_equal(hooks_ask(&f->place, &call, &err), -1);
    assert_non_null(strstr(err.message, "hooks.d can be written by others"));
    error_dispose(&err);

    assert_int_equal(chmod(f->folder, 0755), 0);
    assert_int_equal(hooks_ask(&f->place, &call, &err), 0);
}

static void a_guest_cannot_name_what_is_elsewhere(void **state)
{
    struct fixture *f = *state;
    struct hook_call call = call_of(HOOK_PREPARE);
    cleanup_error struct error err = ERROR_INIT;
    char elsewhere[] = "../hooks.d/x", none[] = "none";
    char *up[] = { elsewhere, NULL }, *missing[] = { none, NULL };

    call.own = up;
    assert_int_equal(hooks_ask(&f->place, &call, &err), -1);
    assert_non_null(strstr(err.message, "neither a name nor"));
    error_dispose(&err);
    call.own = missing;
    assert_int_equal(hooks_ask(&f->place, &call, &err), -1);
    assert_non_null(strstr(err.message, "No such file"));
}

static void hooks_that_run_hooks_end(void **state)
{
    struct fixture *f = *state;
    struct hook_call call = call_of(HOOK_PREPARE);
    cleanup_error struct error err = ERROR_INIT;

    put(f, "hooks.d/x", "");
    setenv("XN_HOOK_DEPTH", "4", 1);
    assert_int_equal(hooks_ask(&f->place, &call, &err), -1);
    assert_int_equal(err.kind, ERR_STATE);
    unsetenv("XN_HOOK_DEPTH");
}

static void events_have_names(void **state)
{
    enum hook_event event;

    for (int i = 0; i < HOOK_EVENTS; i++) {
        const char *name = hook_event_name((enum hook_event)i);
        assert_true(hook_event_parse(name, &event));
        assert_int_equal(event, i);
    }
    assert_false(hook_event_parse("start", &event));
}

/* ---- what hooks were told of ---- */

static void collect(void *arg, const char *kind, const char *word)
{
    strbuf_printf(arg, "%s=%s;", kind, word);
}

static void expect_lacking(const char *list, const char *other,
                           const char *expected)
{
    cleanup_strbuf struct strbuf text = { 0 };

    strbuf_puts(&text, "");
    told_each_lacking(list, other, collect, &text);
    assert_string_equal(text.text, expected);
}

static void a_device_is_told_once(void **state)
{
    expect_lacking("disk xvda\nvif 0\n", "disk xvda\n", "vif=0;");
    expect_lacking("disk xvda\nvif 0\n", "vif 0\ndisk xvda\n", "");
    expect_lacking("disk xvda\n", "disk xvda1\ndisk xvd\n", "disk=xvda;");
    expect_lacking("usbdev 0 port 1", "", "usbdev=0 port 1;");
    expect_lacking("", "vif 0\n", "");
    expect_lacking("broken\n\nvif 1\n", "", "vif=1;");
}

static void a_command_notes_its_own_device(void **state)
{
    cleanup_free char *first = told_with("", "disk", "xvda", true);
    cleanup_free char *second = told_with(first, "vif", "0", true);
    cleanup_free char *again = told_with(second, "disk", "xvda", true);
    cleanup_free char *without = told_with(again, "disk", "xvda", false);
    cleanup_free char *unknown = told_with(without, "vif", "1", false);

    assert_string_equal(first, "disk xvda\n");
    assert_string_equal(second, "disk xvda\nvif 0\n");
    assert_string_equal(again, "vif 0\ndisk xvda\n");
    assert_string_equal(without, "vif 0\n");
    assert_string_equal(unknown, "vif 0\n");
}

#define HOOK_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
    HOOK_TEST(hooks_run_in_the_order_of_their_names),
    cmocka_unit_test(without_folders_there_are_none),
    HOOK_TEST(what_is_not_executable_is_left_out),
    HOOK_TEST(a_hook_gets_the_document_and_its_environment),
    cmocka_unit_test(a_configuration_is_part_of_the_document),
    HOOK_TEST(the_first_failure_stops_a_question),
    HOOK_TEST(only_the_last_lines_are_shown),
    HOOK_TEST(a_deadline_ends_the_whole_group),
    HOOK_TEST(what_others_can_change_is_refused),
    HOOK_TEST(a_guest_cannot_name_what_is_elsewhere),
    HOOK_TEST(hooks_that_run_hooks_end),
    cmocka_unit_test(events_have_names),
    cmocka_unit_test(a_device_is_told_once),
    cmocka_unit_test(a_command_notes_its_own_device),
};

UNIT_MAIN(tests)
