/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where two configurations differ, be they files or running domains. */
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/vec.h"
#include "config/compare.h"
#include "config/settings.h"
#include "config/tree.h"
#include "domain/describe.h"
#include "host/lookup.h"
#include "show/show.h"
#include "xn/load.h"

/* A name like that of a file is one, so that a missing file is told. */
static bool is_file(const char *word)
{
    const char *ending = strrchr(word, '.');
    struct stat status;

    return strchr(word, '/') != NULL || strcmp(word, "-") == 0 ||
           (ending != NULL && strcmp(ending, ".cfg") == 0) ||
           (stat(word, &status) == 0 && !S_ISDIR(status.st_mode));
}

/* A UUID that the file does not name is not random but unknown. */
static void forget_uuid(const struct config_tree *tree,
                        struct domain_spec *spec)
{
    if (config_tree_find(tree, "uuid") == NULL)
        memset(&spec->config.c_info.uuid, 0, sizeof(spec->config.c_info.uuid));
}

static int read_file(const char *path, struct domain_spec *spec,
                     struct error *err)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_config_tree struct config_tree *tree = NULL;
    const struct config_source source = { .path = path };

    if (config_read(&source, &tree, &diags, err) < 0)
        return -1;
    config_fill(tree, NULL, NULL, spec, &diags);
    config_diags_sort(&diags);
    load_print_diags(&diags, true);
    if (diags.errors > 0)
        return error_set(err, ERR_CONFIG, "%s: the configuration is invalid",
                         path);
    forget_uuid(tree, spec);
    return 0;
}

static int read_domain(struct invocation *inv, const char *name,
                       struct domain_spec *spec, struct error *err)
{
    struct host host = { 0 };
    uint32_t domid;
    int rc = host_open(&host, inv->settings->verbosity, err);

    if (rc == 0)
        rc = lookup_domain(&host, name, &domid, err);
    if (rc == 0)
        rc = domain_describe(&host, domid, spec, err);
    host_close(&host);
    return rc;
}

static int read_operand(struct invocation *inv, const char *word,
                        struct domain_spec *spec, struct error *err)
{
    return is_file(word) ? read_file(word, spec, err)
                         : read_domain(inv, word, spec, err);
}

/* Lines of a text, cut apart in place. */
struct lines {
    VEC(const char *) list;
    struct strbuf text;
};

static void lines_read(struct lines *lines, const struct config_key *key,
                       const char *value)
{
    char *rest;

    if (value == NULL)
        return;
    config_setting_render(key, value, &lines->text);
    rest = lines->text.text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        if (rest != NULL)
            VEC_PUSH(&lines->list, line);
}

static void lines_dispose(struct lines *lines)
{
    VEC_DISPOSE(&lines->list);
    strbuf_dispose(&lines->text);
}

static void show_lines(char sign, const struct lines *lines, size_t from,
                       size_t to)
{
    for (size_t i = from; i < to; i++) {
        cleanup_free char *line = show_safe(lines->list.items[i]);

        show_printf("%c%s\n", sign, line);
    }
}

static bool same_line(const struct lines *a, size_t i, const struct lines *b,
                      size_t j)
{
    return strcmp(a->list.items[i], b->list.items[j]) == 0;
}

/* What both begin and end with is shown once. */
static void show_both(const struct lines *a, const struct lines *b)
{
    size_t head = 0, tail = 0;
    size_t least =
        a->list.count < b->list.count ? a->list.count : b->list.count;

    while (head < least && same_line(a, head, b, head))
        head++;
    while (tail < least - head &&
           same_line(a, a->list.count - tail - 1, b, b->list.count - tail - 1))
        tail++;
    show_lines(' ', a, 0, head);
    show_lines('-', a, head, a->list.count - tail);
    show_lines('+', b, head, b->list.count - tail);
    show_lines(' ', a, a->list.count - tail, a->list.count);
}

static void show_difference(const struct config_difference *difference)
{
    struct lines a = { .list = VEC_INIT };
    struct lines b = { .list = VEC_INIT };

    lines_read(&a, difference->key, difference->a);
    lines_read(&b, difference->key, difference->b);
    show_both(&a, &b);
    lines_dispose(&a);
    lines_dispose(&b);
}

static void show_text(struct invocation *inv,
                      const struct config_differences *differences)
{
    cleanup_free char *a = show_safe(inv->words[0]);
    cleanup_free char *b = show_safe(inv->words[1]);

    if (differences->list.count > 0)
        show_printf("--- %s\n+++ %s\n", a, b);
    VEC_EACH (&differences->list, difference)
        show_difference(difference);
}

static void show_json(struct invocation *inv,
                      const struct config_differences *differences)
{
    struct json_writer *json = show_json_begin("config-diff");

    json_add_string(json, "a", inv->words[0]);
    json_add_string(json, "b", inv->words[1]);
    json_add_bool(json, "same", differences->list.count == 0);
    json_key(json, "differences");
    json_begin_array(json);
    VEC_EACH (&differences->list, difference) {
        json_begin_object(json);
        json_add_string(json, "key", difference->key->name);
        json_add_string(json, "a", difference->a);
        json_add_string(json, "b", difference->b);
        json_end_object(json);
    }
    json_end_array(json);
    show_json_end(json);
}

static int run(struct invocation *inv, struct error *err)
{
    struct config_differences cleanup_config_differences differences = { 0 };
    struct domain_spec cleanup_domain_spec a;
    struct domain_spec cleanup_domain_spec b;

    domain_spec_init(&a);
    domain_spec_init(&b);
    if (read_operand(inv, inv->words[0], &a, err) < 0 ||
        read_operand(inv, inv->words[1], &b, err) < 0)
        return -1;
    config_compare(&a, &b, &differences);
    if (invocation_count(inv, "json") > 0)
        show_json(inv, &differences);
    else
        show_text(inv, &differences);
    inv->exit_status = differences.list.count > 0 ? 1 : 0;
    return 0;
}

const struct command command_config_diff = {
    .name = "diff",
    .group = "config",
    .summary = "Shows where two configurations differ",
    .words = "A B",
    .min_words = 2,
    .max_words = 2,
    .completes = WORD_FILE_OR_DOMAIN,
    .without_xen = true, /* two files need none; run opens it for domains */
    .options = json_option,
    .run = run,
};
