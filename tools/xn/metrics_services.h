/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of `xn metrics` that is about no domain and no device. */
#ifndef XENITH_XN_METRICS_SERVICES_H
#define XENITH_XN_METRICS_SERVICES_H

#include "base/error.h"
#include "base/strbuf.h"

/* Adds the families of xenstored, of migrations and of restarts. */
int metrics_services_add(struct strbuf *text, struct error *err);

#endif
