/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many configurations in one process, for comparing with xl.
 *
 *   config_oracle generate SEED COUNT FOLDER   COUNT valid files: 00001.cfg ...
 *   config_oracle spoil SEED COUNT FOLDER      the same, with mistakes
 *   config_oracle read FILE...                 what `xn create -n` prints
 *   config_oracle sxp FILE...                  the same as an S-expression
 *
 * `read` and `sxp` print for each file a line "FILE STATUS LENGTH" (STATUS is
 * read or refused) and LENGTH bytes: the document, or the diagnostics. The
 * files are read for a host of two CPUs and one node, without an xl.conf.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "config/sxp.h"
#include "generate.h"
#include "host.h"

static int fail(const char *what)
{
    fprintf(stderr, "config_oracle: %s: %s\n", what, strerror(errno));
    return 1;
}

static int write_file(const char *folder, long number, const char *text)
{
    cleanup_free char *path = mem_printf("%s/%05ld.cfg", folder, number);
    FILE *file = fopen(path, "we");

    if (file == NULL)
        return fail(path);
    bool written = fputs(text, file) >= 0;
    if (fclose(file) != 0 || !written)
        return fail(path);
    return 0;
}

static int generate(uint64_t seed, long count, const char *folder,
                    char *(*make)(struct generator *generator))
{
    struct generator *generator = generator_new(seed);
    cleanup_strbuf struct strbuf missing = { 0 };
    int rc = 0;

    for (long i = 1; i <= count && rc == 0; i++) {
        cleanup_free char *text = make(generator);

        rc = write_file(folder, i, text);
    }
    if (rc == 0 && count >= GENERATOR_COVERS &&
        !generator_is_complete(generator, &missing)) {
        fprintf(stderr, "config_oracle: seed %llu used none of:%s\n",
                (unsigned long long)seed, missing.text);
        rc = 1;
    }
    generator_free(generator);
    return rc;
}

static char *show(struct domain_spec *spec, bool sxp)
{
    struct strbuf text = { 0 };

    if (!sxp)
        return domain_spec_to_json(spec);
    if (sxp_of_domain(SXP_NO_DOMAIN, NULL, &spec->config, &text, NULL) == 0)
        return strbuf_take(&text);
    strbuf_dispose(&text);
    return NULL;
}

static void read_file(const char *path, bool sxp)
{
    const struct config_source source = { .path = path, .plain = true };
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_domain_spec struct domain_spec spec;
    cleanup_strbuf struct strbuf said = { 0 };
    cleanup_free char *json = NULL;
    int rc;

    domain_spec_init(&spec);
    rc = config_load(&source, NULL, lab_host(), &spec, &diags, NULL);
    if (rc == 0)
        json = show(&spec, sxp);
    config_diags_render(&diags, CONFIG_RENDER_ERRORS, &said);
    strbuf_puts(&said, "");
    printf("%s %s %zu\n%s", path, json ? "read" : "refused",
           json ? strlen(json) : said.length, json ? json : said.text);
}

static int usage(void)
{
    fputs("usage: config_oracle generate|spoil SEED COUNT FOLDER\n"
          "       config_oracle read|sxp FILE...\n",
          stderr);
    return 2;
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";

    bool sxp = strcmp(verb, "sxp") == 0;

    if (sxp || strcmp(verb, "read") == 0) {
        for (int i = 2; i < argc; i++)
            read_file(argv[i], sxp);
        return fflush(stdout) == 0 ? 0 : fail("standard output");
    }
    if (argc != 5)
        return usage();
    if (strcmp(verb, "generate") == 0)
        return generate(strtoull(argv[2], NULL, 0), atol(argv[3]), argv[4],
                        generator_file);
    if (strcmp(verb, "spoil") == 0)
        return generate(strtoull(argv[2], NULL, 0), atol(argv[3]), argv[4],
                        generator_spoilt);
    return usage();
}
