/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A domain's configuration as the S-expression that xl prints with
 * output_format="sxp" in xl.conf. Its fields, their order and their odd nesting
 * are xl 4.17's; nothing is added, as programs that read it are old.
 */
#ifndef XENITH_CONFIG_SXP_H
#define XENITH_CONFIG_SXP_H

#include "base/strbuf.h"
#include "config/config.h"

/* What xl gives as domid of a domain that is not there. */
#define SXP_NO_DOMAIN (-1)

/*
 * Adds it to out. uuid: as text; NULL: not known. -1 with ERR_CONFIG for a PVH
 * domain, of which there is no such form: what xl prints before it notices is
 * in out then.
 */
int sxp_of_domain(int domid, const char *uuid,
                  const libxl_domain_config *config, struct strbuf *out,
                  struct error *err);

#endif
