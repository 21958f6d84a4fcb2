/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/mem.h"
#include "show/show.h"
#include "xn/device.h"
#include "xn/format.h"

/* The settings that are set, and the end of the line. */
static void show_params(const libxl_vsnd_params *params)
{
    if (params->channels_min != 0)
        show_printf(", channels-min: %u", params->channels_min);
    if (params->channels_max != 0)
        show_printf(", channels-max: %u", params->channels_max);
    if (params->buffer_size != 0)
        show_printf(", buffer-size: %u", params->buffer_size);
    for (int i = 0; i < params->num_sample_rates; i++)
        show_printf("%s%u",
                    i > 0 ? ";" : ", sample-rates: ", params->sample_rates[i]);
    /* xl gives both lists the same name. */
    for (int i = 0; i < params->num_sample_formats; i++)
        show_printf("%s%s", i > 0 ? ";" : ", sample-rates: ",
                    libxl_vsnd_pcm_format_to_string(params->sample_formats[i]));
    show_printf("\n");
}

static void show_stream(const libxl_vsnd_stream *stream,
                        const libxl_streaminfo *info, int number)
{
    cleanup_free char *id = format_name(stream->unique_id);

    show_printf("\t\tstream: %d, unique-id: \"%s\", type: %s", number, id,
                libxl_vsnd_stream_type_to_string(stream->type));
    show_params(&stream->params);
    show_printf("\t\t\tevent-channel: %d, ring-ref: %d\n", info->req_evtch,
                info->req_rref);
}

static void show_pcm(const libxl_vsnd_pcm *pcm, const libxl_pcminfo *info,
                     int number)
{
    cleanup_free char *name = format_name(pcm->name);

    show_printf("\tpcm: %d, name: \"%s\"", number, name);
    show_params(&pcm->params);
    for (int i = 0; i < pcm->num_vsnd_streams && i < info->num_vsnd_streams;
         i++)
        show_stream(&pcm->streams[i], &info->streams[i], i);
}

static void show_text(const libxl_device_vsnd *vsnd, const libxl_vsndinfo *info)
{
    cleanup_free char *backend = format_name(info->backend);
    cleanup_free char *frontend = format_name(info->frontend);
    cleanup_free char *short_name = format_name(vsnd->short_name);
    cleanup_free char *long_name = format_name(vsnd->long_name);

    show_printf("\ndevid: %d, be-domid: %d, handle: %d, state: %d, "
                "be-path: %s, fe-path: %s\n",
                info->devid, (int)info->backend_id, (int)info->frontend_id,
                info->state, backend, frontend);
    show_printf("short-name: \"%s\", long-name: \"%s\"", short_name, long_name);
    show_params(&vsnd->params);
    for (int i = 0; i < vsnd->num_vsnd_pcms && i < info->num_vsnd_pcms; i++)
        show_pcm(&vsnd->pcms[i], &info->pcms[i], i);
}

static void add_stream(struct json_writer *json,
                       const libxl_vsnd_stream *stream)
{
    json_begin_object(json);
    json_add_string(json, "id", stream->unique_id);
    json_add_string(json, "type",
                    libxl_vsnd_stream_type_to_string(stream->type));
    json_end_object(json);
}

static void add_pcm(struct json_writer *json, const libxl_vsnd_pcm *pcm)
{
    json_begin_object(json);
    json_add_string(json, "name", pcm->name);
    json_key(json, "streams");
    json_begin_array(json);
    for (int i = 0; i < pcm->num_vsnd_streams; i++)
        add_stream(json, &pcm->streams[i]);
    json_end_array(json);
    json_end_object(json);
}

static void add(struct json_writer *json, const libxl_device_vsnd *vsnd,
                const libxl_vsndinfo *info)
{
    const struct device_link link = { info->devid, info->backend_id,
                                      info->state, -1, info->backend };

    json_begin_object(json);
    device_link_add(json, &link);
    json_add_string(json, "short_name", vsnd->short_name);
    json_add_string(json, "long_name", vsnd->long_name);
    json_key(json, "pcms");
    json_begin_array(json);
    for (int i = 0; i < vsnd->num_vsnd_pcms; i++)
        add_pcm(json, &vsnd->pcms[i]);
    json_end_array(json);
    json_end_object(json);
}

static void show(const struct device_owner *owner, void *device,
                 struct json_writer *json)
{
    libxl_vsndinfo info;

    libxl_vsndinfo_init(&info);
    if (libxl_device_vsnd_getinfo(owner->host->ctx, owner->domid, device,
                                  &info) == 0) {
        if (json != NULL)
            add(json, device, &info);
        else
            show_text(device, &info);
    }
    libxl_vsndinfo_dispose(&info);
}

static const struct device_listing listing = {
    .kind = &device_vsnd,
    .array = "vsnds",
    .show = show,
};

const struct command command_vsnd_list = {
    .name = "vsnd-list",
    .summary = "Lists the PV sound cards of domains",
    .words = "DOMAIN ...",
    .min_words = 1,
    .max_words = -1,
    .completes = WORD_DOMAIN,
    .listing = &listing,
    .options = json_option,
    .run = device_list_run,
};
