/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every X.cfg of tests/golden/config gives X.json, the document that
 * `xl create -n` of Xen 4.17 prints, or is refused with X.diag. An X.diag
 * beside an X.json holds the warnings. UPDATE_GOLDEN=1 writes the .diag.
 */
#include "config_unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"

static char *golden_path(const char *name, const char *ending)
{
    const char *top = getenv("top_srcdir");

    return mem_printf("%s/tests/golden/config/%.*s%s", top ? top : ".",
                      (int)(strlen(name) - strlen(".cfg")), name, ending);
}

/* "" if there is no such file. */
static char *read_golden(const char *name, const char *ending)
{
    cleanup_free char *path = golden_path(name, ending);
    size_t length;
    char *bytes;

    if (access(path, F_OK) != 0)
        return mem_strdup("");
    assert_int_equal(io_read_file(path, 1 << 20, &bytes, &length, NULL), 0);
    return bytes;
}

static void check_diag(const char *name, const char *said)
{
    cleanup_free char *path = golden_path(name, ".diag");
    cleanup_free char *wanted = NULL;

    if (getenv("UPDATE_GOLDEN") != NULL && *said != '\0')
        assert_int_equal(io_replace_file(path, 0644, said, strlen(said), NULL),
                         0);
    wanted = read_golden(name, ".diag");
    assert_string_equal(said, wanted);
}

static void check_golden(const char *name)
{
    cleanup_free char *text = read_golden(name, ".cfg");
    cleanup_free char *json = read_golden(name, ".json");
    cleanup_free char *got = NULL;
    struct config_source source = { .path = name,
                                    .text = text,
                                    .length = strlen(text) };
    struct strbuf quoted = { 0 };
    struct loaded loaded;

    print_message("# %s\n", name);
    loaded_source(&loaded, &source);
    config_diags_render(&loaded.diags, CONFIG_RENDER_QUOTE, &quoted);
    check_diag(name, quoted.text != NULL ? quoted.text : "");
    assert_int_equal(loaded.rc, *json != '\0' ? 0 : -1);
    got = mem_strdup("");
    if (loaded.rc == 0) {
        free(got);
        got = domain_spec_to_json(&loaded.spec);
    }
    assert_string_equal(got, json);
    strbuf_dispose(&quoted);
    loaded_dispose(&loaded);
}

static void all_files_give_what_is_kept(void **state)
{
    const char *top = getenv("top_srcdir");
    cleanup_free char *folder =
        mem_printf("%s/tests/golden/config", top ? top : ".");
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    int checked = 0;

    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        const char *end = strrchr(entries[i]->d_name, '.');

        if (end != NULL && strcmp(end, ".cfg") == 0) {
            check_golden(entries[i]->d_name);
            checked++;
        }
        free(entries[i]);
    }
    free(entries);
    assert_true(checked > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_files_give_what_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
