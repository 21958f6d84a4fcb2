/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vsnd: PV sound cards. Each card is a list of strings that begin with CARD,
 * PCM or STREAM; a PCM belongs to its card, a STREAM to the PCM before it.
 */
#include <string.h>

#include "base/mem.h"
#include "config/fill.h"
#include "config/spec.h"
#include "config/write.h"

static void set_rates(struct spec *spec, void *object, const char *text)
{
    libxl_vsnd_params *params = object;
    cleanup_free char *copy = mem_strdup(text);
    char *rest = copy;
    char *word;

    free(params->sample_rates);
    params->sample_rates = NULL;
    params->num_sample_rates = 0;
    while ((word = spec_next_part(spec->fill, spec->value, ';', &rest))) {
        uint32_t *rate =
            FILL_EXTEND(params->sample_rates, params->num_sample_rates);

        *rate = (uint32_t)strtoul(word, NULL, 0);
        if (*rate == 0)
            spec_warn(spec, text, NULL, "'%s' is not a sample rate", word);
    }
}

static void set_formats(struct spec *spec, void *object, const char *text)
{
    libxl_vsnd_params *params = object;
    cleanup_free char *copy = mem_strdup(text);
    char *rest = copy;
    char *word;
    int number;

    free(params->sample_formats);
    params->sample_formats = NULL;
    params->num_sample_formats = 0;
    while ((word = spec_next_part(spec->fill, spec->value, ';', &rest))) {
        if (fill_find_word(libxl_vsnd_pcm_format_string_table, word, &number))
            *FILL_EXTEND(params->sample_formats, params->num_sample_formats) =
                (libxl_vsnd_pcm_format)number;
        else
            spec_error(spec, text, NULL, "'%s' is not a sample format", word);
    }
}

static char *write_rates(const void *object)
{
    const libxl_vsnd_params *params = object;
    struct strbuf text = { 0 };

    if (params->num_sample_rates == 0)
        return NULL;
    for (int i = 0; i < params->num_sample_rates; i++)
        strbuf_printf(&text, i > 0 ? ";%u" : "%u", params->sample_rates[i]);
    return strbuf_take(&text);
}

static char *write_formats(const void *object)
{
    const libxl_vsnd_params *params = object;
    struct strbuf text = { 0 };

    if (params->num_sample_formats == 0)
        return NULL;
    for (int i = 0; i < params->num_sample_formats; i++)
        strbuf_printf(
            &text, i > 0 ? ";%s" : "%s",
            libxl_vsnd_pcm_format_to_string(params->sample_formats[i]));
    return strbuf_take(&text);
}

static const struct spec_field params_fields[] = {
    { "sample-rates", SPEC_FUNCTION, 0, NULL, set_rates, write_rates },
    { "sample-formats", SPEC_FUNCTION, 0, NULL, set_formats, write_formats },
    { "channels-min", SPEC_UINT, offsetof(libxl_vsnd_params, channels_min) },
    { "channels-max", SPEC_UINT, offsetof(libxl_vsnd_params, channels_max) },
    { "buffer-size", SPEC_UINT, offsetof(libxl_vsnd_params, buffer_size) },
};

static const struct spec_field card_fields[] = {
    { "backend", SPEC_TEXT, offsetof(libxl_device_vsnd, backend_domname) },
    { "short-name", SPEC_TEXT, offsetof(libxl_device_vsnd, short_name) },
    { "long-name", SPEC_TEXT, offsetof(libxl_device_vsnd, long_name) },
};

static const struct spec_field pcm_fields[] = {
    { "name", SPEC_TEXT, offsetof(libxl_vsnd_pcm, name) },
};

static const struct spec_field stream_fields[] = {
    { "unique-id", SPEC_TEXT, offsetof(libxl_vsnd_stream, unique_id) },
    { "type", SPEC_ENUM, offsetof(libxl_vsnd_stream, type),
      libxl_vsnd_stream_type_string_table },
};

const struct spec_grammar vsnd_grammars[] = {
    SPEC_FIELDS("vsnd", params_fields),
    SPEC_FIELDS("vsnd", card_fields),
    SPEC_FIELDS("vsnd", pcm_fields),
    SPEC_FIELDS("vsnd", stream_fields),
    { NULL },
};

/* What the words after CARD, PCM or STREAM are about. */
struct target {
    void *object;
    libxl_vsnd_params *params;
    const struct spec_field *fields;
    size_t count;
};

static libxl_vsnd_pcm *add_pcm(libxl_device_vsnd *vsnd)
{
    libxl_vsnd_pcm *pcm = FILL_EXTEND(vsnd->pcms, vsnd->num_vsnd_pcms);

    libxl_vsnd_pcm_init(pcm);
    return pcm;
}

static libxl_vsnd_stream *add_stream(libxl_device_vsnd *vsnd)
{
    libxl_vsnd_pcm *pcm = vsnd->num_vsnd_pcms > 0
                              ? &vsnd->pcms[vsnd->num_vsnd_pcms - 1]
                              : add_pcm(vsnd);
    libxl_vsnd_stream *stream =
        FILL_EXTEND(pcm->streams, pcm->num_vsnd_streams);

    libxl_vsnd_stream_init(stream);
    return stream;
}

static bool choose_target(libxl_device_vsnd *vsnd, const char *word,
                          struct target *target)
{
    if (strcasecmp(word, "card") == 0) {
        *target = (struct target){ vsnd, &vsnd->params, card_fields,
                                   SPEC_COUNT(card_fields) };
    } else if (strcasecmp(word, "pcm") == 0) {
        libxl_vsnd_pcm *pcm = add_pcm(vsnd);

        *target = (struct target){ pcm, &pcm->params, pcm_fields,
                                   SPEC_COUNT(pcm_fields) };
    } else if (strcasecmp(word, "stream") == 0) {
        libxl_vsnd_stream *stream = add_stream(vsnd);

        *target = (struct target){ stream, &stream->params, stream_fields,
                                   SPEC_COUNT(stream_fields) };
    } else {
        return false;
    }
    return true;
}

static void read_item(struct fill *fill, const struct config_value *item,
                      libxl_device_vsnd *vsnd)
{
    struct spec cleanup_spec spec;
    struct target target;
    char *word;

    spec_open(&spec, fill, item);
    word = spec_next(&spec);
    if (word == NULL)
        return;
    if (!choose_target(vsnd, word, &target)) {
        spec_error(&spec, word, "it is CARD, PCM or STREAM",
                   "'%s' does not begin a part of a sound card", word);
        return;
    }
    while ((word = spec_next(&spec)) != NULL) {
        if (!spec_store(&spec, params_fields, SPEC_COUNT(params_fields),
                        target.params, word) &&
            !spec_store(&spec, target.fields, target.count, target.object,
                        word))
            spec_unknown(&spec, target.fields, target.count, word, true,
                         "a sound card");
    }
}

void fill_vsnd_words(struct fill *fill, struct fill_words words,
                     libxl_device_vsnd *vsnd)
{
    const struct config_value *item = NULL;

    while ((item = fill_next_word(words, item)) != NULL)
        read_item(fill, item, vsnd);
}

void fill_vsnds(struct fill *fill)
{
    libxl_domain_config *config = &fill->spec->config;
    const struct config_value *list = fill_devices(fill, "vsnd");
    const struct config_value *card;

    if (list == NULL)
        return;
    for (card = list->u.list.first; card != NULL; card = card->next) {
        const struct config_value *item = NULL;
        libxl_device_vsnd *vsnd;

        if (card->type != CONFIG_LIST) {
            fill_error(fill, card, "vsnd = [ [ \"CARD, ...\", ... ], ... ]",
                       "a sound card is a list");
            continue;
        }
        vsnd = FILL_EXTEND(config->vsnds, config->num_vsnds);
        libxl_device_vsnd_init(vsnd);
        vsnd->devid = config->num_vsnds - 1;
        while ((item = fill_item(fill, "vsnd", card, item)) != NULL)
            read_item(fill, item, vsnd);
    }
}

/* "PCM,name=dev1,channels-max=2": the word, its own fields, its parameters. */
static void write_part(struct write *write, const char *word,
                       const struct target *part, const void *fresh,
                       struct strbuf *list)
{
    struct write_spec spec = { .write = write, .key = "vsnd" };
    libxl_vsnd_params no_params;

    libxl_vsnd_params_init(&no_params);
    write_spec_add(&spec, NULL, word);
    write_spec_fields(&spec, part->fields, part->count, part->object, fresh);
    write_spec_fields(&spec, params_fields, SPEC_COUNT(params_fields),
                      part->params, &no_params);
    write_spec_end(&spec, list);
}

static void write_pcm(struct write *write, libxl_vsnd_pcm *pcm,
                      struct strbuf *list)
{
    const struct target part = { pcm, &pcm->params, pcm_fields,
                                 SPEC_COUNT(pcm_fields) };
    libxl_vsnd_pcm fresh;
    libxl_vsnd_stream fresh_stream;

    libxl_vsnd_pcm_init(&fresh);
    libxl_vsnd_stream_init(&fresh_stream);
    write_part(write, "PCM", &part, &fresh, list);
    for (int i = 0; i < pcm->num_vsnd_streams; i++) {
        libxl_vsnd_stream *stream = &pcm->streams[i];
        const struct target stream_part = { stream, &stream->params,
                                            stream_fields,
                                            SPEC_COUNT(stream_fields) };

        write_part(write, "STREAM", &stream_part, &fresh_stream, list);
    }
}

void write_vsnds(struct write *write)
{
    cleanup_strbuf struct strbuf cards = { 0 };
    libxl_device_vsnd fresh;

    libxl_device_vsnd_init(&fresh);
    for (int i = 0; i < write->config->num_vsnds; i++) {
        libxl_device_vsnd *vsnd = &write->config->vsnds[i];
        const struct target card = { vsnd, &vsnd->params, card_fields,
                                     SPEC_COUNT(card_fields) };
        struct strbuf list = { 0 };

        write_part(write, "CARD", &card, &fresh, &list);
        for (int j = 0; j < vsnd->num_vsnd_pcms; j++)
            write_pcm(write, &vsnd->pcms[j], &list);
        write_nested(&cards, &list);
    }
    write_list(write, "vsnd", &cards);
}
