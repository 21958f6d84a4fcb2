/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a made-up Xen is asked for; hidden from programs it is loaded into. */
#ifndef XENITH_TESTS_XEN_RECORD_H
#define XENITH_TESTS_XEN_RECORD_H

/* Adds to the file that XEN_CALLS names; nothing without it. */
__attribute__((format(printf, 1, 2), visibility("hidden"))) void
record(const char *format, ...);

#endif
