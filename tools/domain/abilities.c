/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules are those by which libxl refuses a domain (libxl_create.c). */
#include "domain/abilities.h"

static bool is_pv(const libxl_domain_config *config)
{
    return config->c_info.type == LIBXL_DOMAIN_TYPE_PV;
}

static bool is_set(libxl_defbool truth, bool value)
{
    return !libxl_defbool_is_default(truth) &&
           libxl_defbool_val(truth) == value;
}

static bool lacks_hvm(const libxl_domain_config *config,
                      const libxl_physinfo *host)
{
    return !is_pv(config) && !host->cap_hvm;
}

static bool lacks_pv(const libxl_domain_config *config,
                     const libxl_physinfo *host)
{
    return is_pv(config) && !host->cap_pv;
}

static bool lacks_hap(const libxl_domain_config *config,
                      const libxl_physinfo *host)
{
    return !is_pv(config) && is_set(config->c_info.hap, true) && !host->cap_hap;
}

static bool lacks_shadow(const libxl_domain_config *config,
                         const libxl_physinfo *host)
{
    return !is_pv(config) && is_set(config->c_info.hap, false) &&
           !host->cap_shadow;
}

static bool passes_devices(const libxl_domain_config *config)
{
    return config->num_pcidevs > 0 || config->num_dtdevs > 0;
}

static bool lacks_iommu(const libxl_domain_config *config,
                        const libxl_physinfo *host)
{
    return passes_devices(config) && !host->cap_hvm_directio;
}

static bool lacks_iommu_asked(const libxl_domain_config *config,
                              const libxl_physinfo *host)
{
    return config->c_info.passthrough != LIBXL_PASSTHROUGH_DEFAULT &&
           config->c_info.passthrough != LIBXL_PASSTHROUGH_DISABLED &&
           !host->cap_hvm_directio;
}

static bool lacks_sharing(const libxl_domain_config *config,
                          const libxl_physinfo *host)
{
    return config->c_info.passthrough == LIBXL_PASSTHROUGH_SHARE_PT &&
           !host->cap_iommu_hap_pt_share;
}

static bool lacks_trace(const libxl_domain_config *config,
                        const libxl_physinfo *host)
{
    return config->b_info.vmtrace_buf_kb > 0 && !host->cap_vmtrace;
}

static bool lacks_vpmu(const libxl_domain_config *config,
                       const libxl_physinfo *host)
{
    return is_set(config->b_info.vpmu, true) && !host->cap_vpmu;
}

static bool lacks_cpus(const libxl_domain_config *config,
                       const libxl_physinfo *host)
{
    return config->b_info.max_vcpus > (int)host->nr_cpus;
}

static const struct ability abilities[] = {
    { "type", lacks_hvm, true, "this host cannot run HVM and PVH guests",
      "its CPU has no VT-x or AMD-V, or the firmware's setup turns it off" },
    { "type", lacks_pv, true, "this Xen cannot run PV guests",
      "it was built without CONFIG_PV" },
    { "hap", lacks_hap, true, "this host has no nested paging", NULL },
    { "hap", lacks_shadow, true,
      "this Xen has no shadow page tables, which hap = 0 needs", NULL },
    { "pci", lacks_iommu, true,
      "this host has no IOMMU to pass devices through with",
      "VT-d or AMD-Vi is turned on in the firmware's setup, iommu=on in Xen's "
      "command line" },
    { "passthrough", lacks_iommu_asked, true, "this host has no IOMMU", NULL },
    { "passthrough", lacks_sharing, true,
      "the IOMMU of this host cannot share page tables",
      "write: passthrough = \"sync_pt\"" },
    { "vmtrace_buf_kb", lacks_trace, true,
      "this host has no traces of processors", NULL },
    { "vpmu", lacks_vpmu, true, "this host has no virtual PMU", NULL },
    { "vcpus", lacks_cpus, false, "this host has fewer CPUs than that", NULL },
};

const struct ability *abilities_next_lacking(const libxl_domain_config *config,
                                             const libxl_physinfo *host,
                                             size_t *at)
{
    while (*at < sizeof(abilities) / sizeof(abilities[0])) {
        const struct ability *ability = &abilities[(*at)++];

        if (ability->lacks(config, host))
            return ability;
    }
    return NULL;
}
