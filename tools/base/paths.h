/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where Xenith keeps its files. The directories come from configure's
 * prefixes through the Makefile's -D flags and are constants: no variable of
 * the environment moves them, since a privileged process trusts what is there.
 * Xen's own directories are asked of libxl (libxl_xen_config_dir_path and its
 * neighbours).
 *
 *   XENITH_CONFDIR     the administrator's: xenith.conf
 *   XENITH_RUNDIR      0700, gone after a reboot: sockets, locks, records
 *   XENITH_STATEDIR    kept over reboots: notes of migrations
 *   XENITH_CACHEDIR    can be emptied at any time: decompressed kernels
 *   XENITH_LOGDIR      logs of operations and consoles
 *   XENITH_LIBEXECDIR  helper programs
 *   XENITH_SBINDIR     xn itself
 */
#ifndef XENITH_BASE_PATHS_H
#define XENITH_BASE_PATHS_H

#if !defined(XENITH_CONFDIR) || !defined(XENITH_RUNDIR) ||    \
    !defined(XENITH_STATEDIR) || !defined(XENITH_CACHEDIR) || \
    !defined(XENITH_LOGDIR) || !defined(XENITH_LIBEXECDIR) || \
    !defined(XENITH_SBINDIR)
#error "compile with the -D flags of the Makefile"
#endif

#define PATHS_CONFIG_FILE XENITH_CONFDIR "/xenith.conf"
#define PATHS_HOTPLUG XENITH_LIBEXECDIR "/xn-hotplug"
/* Its names, one for each script that it stands for. */
#define PATHS_HOTPLUG_SCRIPTS XENITH_LIBEXECDIR "/scripts"
/* Its names for users' scripts; see base/script_name.h. */
#define PATHS_STARTED XENITH_RUNDIR "/scripts"
#define PATHS_BOOTLOADER XENITH_LIBEXECDIR "/xn-bootloader"
/* Where Debian has it. */
#define PATHS_PV_GRUB "/usr/lib/grub-xen/grub-x86_64-xen.bin"
#define PATHS_STREAM XENITH_LIBEXECDIR "/xn-stream"
#define PATHS_SAVE_HELPER XENITH_LIBEXECDIR "/xn-save-helper"
#define PATHS_TOP XENITH_LIBEXECDIR "/xn-top"
#define PATHS_XN XENITH_SBINDIR "/xn"
#define PATHS_XND XENITH_LIBEXECDIR "/xnd"
#define PATHS_XND_SOCKET XENITH_RUNDIR "/xnd.sock"
#define PATHS_XND_LOCK XENITH_RUNDIR "/xnd.lock"
#define PATHS_XND_LOG XENITH_LOGDIR "/xnd.log"
/* Programs on the life of guests: for all of them, and those that one names. */
#define PATHS_HOOKS XENITH_CONFDIR "/hooks.d"
#define PATHS_GUEST_HOOKS XENITH_CONFDIR "/hooks"
#define PATHS_WATCH_RULES XENITH_CONFDIR "/watch.d"
#define PATHS_TOLD_LOCK XENITH_RUNDIR "/devices.lock"
#define PATHS_HOOKS_LOG XENITH_LOGDIR "/hooks.log"

#define PATHS_RUNDIR_MODE 0700

#endif
