/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The deadline of device scripts, on its way from xenith.conf to the hook. */
#ifndef XENITH_DOMAIN_HOOKS_SCRIPT_LIMIT_H
#define XENITH_DOMAIN_HOOKS_SCRIPT_LIMIT_H

/*
 * Puts it into the environment, which libxl hands on to the scripts that it
 * starts: XN_SCRIPT_TIMEOUT, read by xn-hotplug. To be called once, before
 * anything else runs. Nothing is set where the file does not say.
 */
void script_limit_export(void);

#endif
