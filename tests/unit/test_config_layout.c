/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The layout of a file: what it looks like, and what it never changes. */
#include "config_unit.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/io.h"
#include "config/layout.h"
#include "config/tree.h"

static struct config_tree *read_tree(const char *text, size_t length)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    const struct config_source source = { .text = text,
                                          .length = length,
                                          .plain = true };
    struct config_tree *tree;

    assert_int_equal(config_read(&source, &tree, &diags, NULL), 0);
    assert_int_equal(diags.errors, 0);
    return tree;
}

/* -1 where the text has mistakes. */
static int lay_out(const char *text, size_t length, struct strbuf *out)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    struct config_text *source = config_text_new("t.cfg", text, length, 0);
    int rc = config_layout(source, &diags, out);

    config_text_unref(source);
    if (out->text == NULL)
        strbuf_puts(out, "");
    return rc;
}

static void check_same_value(const struct config_value *a,
                             const struct config_value *b)
{
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->quoted, b->quoted);
    assert_int_equal(a->added, b->added);
    if (a->type == CONFIG_ATOM) {
        assert_string_equal(a->u.atom.text, b->u.atom.text);
        return;
    }
    assert_int_equal(a->u.list.count, b->u.list.count);
    a = a->u.list.first;
    b = b->u.list.first;
    for (; a != NULL; a = a->next, b = b->next)
        check_same_value(a, b);
}

static void check_same_tree(const char *text, size_t length,
                            const struct strbuf *laid)
{
    struct config_tree *tree = read_tree(text, length);
    struct config_tree *again = read_tree(laid->text, laid->length);
    const struct config_assignment *a = config_tree_first(tree);
    const struct config_assignment *b = config_tree_first(again);

    for (; a != NULL && b != NULL; a = a->next, b = b->next) {
        assert_string_equal(a->key, b->key);
        check_same_value(a->value, b->value);
    }
    assert_true(a == NULL && b == NULL);
    config_tree_free(tree);
    config_tree_free(again);
}

/* Comments, counted by their signs, of which no string here has one. */
static size_t count_signs(const char *text, size_t length)
{
    size_t count = 0;

    for (size_t i = 0; i < length; i++)
        count += text[i] == '#';
    return count;
}

static void check_file(const char *path)
{
    cleanup_strbuf struct strbuf once = { 0 };
    cleanup_strbuf struct strbuf twice = { 0 };
    cleanup_free char *text = NULL;
    size_t length;

    assert_int_equal(io_read_file(path, 1 << 24, &text, &length, NULL), 0);
    if (lay_out(text, length, &once) < 0)
        return;
    print_message("# %s\n", path);
    assert_int_equal(lay_out(once.text, once.length, &twice), 0);
    assert_string_equal(once.text, twice.text);
    assert_int_equal(count_signs(text, length),
                     count_signs(once.text, once.length));
    check_same_tree(text, length, &once);
}

static unsigned int check_folder(const char *folder)
{
    struct dirent **entries;
    unsigned int files = 0;
    int count = scandir(folder, &entries, NULL, alphasort);

    for (int i = 0; i < count; i++) {
        cleanup_free char *path =
            mem_printf("%s/%s", folder, entries[i]->d_name);
        struct stat status;

        if (entries[i]->d_name[0] != '.' && stat(path, &status) == 0) {
            if (S_ISDIR(status.st_mode)) {
                files += check_folder(path);
            } else {
                check_file(path);
                files++;
            }
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return files;
}

static void what_a_file_says_stays(void **state)
{
    static const char *const folders[] = { "tests/golden/config",
                                           "tests/fuzz/corpus",
                                           "config-examples" };
    const char *top = getenv("top_srcdir");

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        cleanup_free char *path =
            mem_printf("%s/%s", top != NULL ? top : ".", folders[i]);

        assert_true(check_folder(path) > 0);
    }
}

static void check_layout(const char *text, const char *wanted)
{
    cleanup_strbuf struct strbuf got = { 0 };

    assert_int_equal(lay_out(text, strlen(text), &got), 0);
    assert_string_equal(got.text, wanted);
}

static void settings_have_a_line_each(void **state)
{
    check_layout("a=1;b  =  'x' ;; c+='y'\n;\n", "a = 1\n"
                                                 "b = \"x\"\n"
                                                 "c += \"y\"\n");
    check_layout("\n\n\na=1\n\n\n\nb=2\n\n", "a = 1\n\nb = 2\n");
    check_layout("", "");
    check_layout("a=1", "a = 1\n");
}

static void strings_are_in_double_quotes(void **state)
{
    check_layout("a = 'say \"x\"'", "a = \"say \\\"x\\\"\"\n");
    check_layout("a = 'it\\'s'", "a = \"it's\"\n");
    check_layout("a = \"b\\\\c\\n\"", "a = \"b\\\\c\\n\"\n");
    check_layout("a = 0x1f", "a = 0x1f\n");
    check_layout("a = '5'", "a = \"5\"\n");
}

static void comments_stay_where_they_are(void **state)
{
    check_layout("# top \r\n\n  # of a\na=1 #one\n b=2;#two\n#end",
                 "# top\n"
                 "\n"
                 "# of a\n"
                 "a = 1  #one\n"
                 "b = 2  #two\n"
                 "#end\n");
    check_layout(
        "d = [ # all\n 'a' , # first\n\n # of b\n 'b'\n # last\n ]#x\n",
        "d = [  # all\n"
        "    \"a\",  # first\n"
        "    # of b\n"
        "    \"b\",\n"
        "    # last\n"
        "]  #x\n");
}

static void a_list_is_on_one_line_if_it_fits(void **state)
{
    check_layout("a = [\n]", "a = []\n");
    check_layout("a = [\n'b',\n1,\n]", "a = [ \"b\", 1 ]\n");
    check_layout("v=[['a','b'],[]]", "v = [ [ \"a\", \"b\" ], [] ]\n");
    check_layout("disk = [ '/srv/guests/web.img,raw,xvda,rw', "
                 "'/srv/guests/data.img,raw,xvdb,rw' ]",
                 "disk = [\n"
                 "    \"/srv/guests/web.img,raw,xvda,rw\",\n"
                 "    \"/srv/guests/data.img,raw,xvdb,rw\",\n"
                 "]\n");
    check_layout("v = [ [ 'pnode=0', 'size=512', 'vcpus=0-1', "
                 "'vdistances=10,20' ], [ 'pnode=1' ] ]",
                 "v = [\n"
                 "    [ \"pnode=0\", \"size=512\", \"vcpus=0-1\", "
                 "\"vdistances=10,20\" ],\n"
                 "    [ \"pnode=1\" ],\n"
                 "]\n");
}

static void a_text_with_mistakes_has_no_layout(void **state)
{
    static const char *const texts[] = { "a",     "a = ",   "a = [ 1",
                                         "a = b", "a = 'b", "= 1" };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cleanup_strbuf struct strbuf out = { 0 };

        assert_int_equal(lay_out(texts[i], strlen(texts[i]), &out), -1);
        assert_int_equal(out.length, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_file_says_stays),
        cmocka_unit_test(settings_have_a_line_each),
        cmocka_unit_test(strings_are_in_double_quotes),
        cmocka_unit_test(comments_stay_where_they_are),
        cmocka_unit_test(a_list_is_on_one_line_if_it_fits),
        cmocka_unit_test(a_text_with_mistakes_has_no_layout),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
