/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/describe.h"

#include "domain/own.h"
#include "host/stored.h"

/* Whether it has no screen that takes memory. */
static bool has_no_video(const libxl_domain_config *config)
{
    return config->c_info.type != LIBXL_DOMAIN_TYPE_HVM ||
           config->b_info.u.hvm.vga.kind == LIBXL_VGA_INTERFACE_TYPE_NONE;
}

/* libxl_nic.c, libxl_x86.c and libxl__update_domain_configuration of 4.17. */
void describe_forget_filled(libxl_domain_config *config)
{
    libxl_domain_build_info *b_info = &config->b_info;
    bool hvm = config->c_info.type == LIBXL_DOMAIN_TYPE_HVM;
    libxl_nic_type usual = hvm ? LIBXL_NIC_TYPE_VIF_IOEMU : LIBXL_NIC_TYPE_VIF;

    for (int i = 0; i < config->num_nics; i++)
        if (config->nics[i].nictype == usual)
            config->nics[i].nictype = LIBXL_NIC_TYPE_UNKNOWN;
    if (!libxl_defbool_is_default(b_info->arch_x86.msr_relaxed) &&
        !libxl_defbool_val(b_info->arch_x86.msr_relaxed))
        libxl_defbool_unset(&b_info->arch_x86.msr_relaxed);
    if (has_no_video(config) && b_info->video_memkb == 0)
        b_info->video_memkb = LIBXL_MEMKB_DEFAULT;
}

int domain_describe(struct host *host, uint32_t domid, struct domain_spec *spec,
                    struct error *err)
{
    if (stored_config_read(host, domid, &spec->config, err) < 0)
        return -1;
    describe_forget_filled(&spec->config);
    return own_recall(host, domid, &spec->own, err);
}
