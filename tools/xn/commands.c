/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of all commands; what they are stands in their own files. */
#include "xn/command.h"

extern const struct command command_console;
extern const struct command command_destroy;
extern const struct command command_dmesg;
extern const struct command command_domid;
extern const struct command command_domname;
extern const struct command command_gc;
extern const struct command command_help;
extern const struct command command_info;
extern const struct command command_list;
extern const struct command command_policy;
extern const struct command command_uptime;
extern const struct command command_vcpu_list;
extern const struct command command_version;
extern const struct command command_vm_list;

const struct command *const commands[] = {
    &command_console,
    &command_destroy,
    &command_dmesg,
    &command_domid,
    &command_domname,
    &command_gc,
    &command_help,
    &command_info,
    &command_list,
    &command_policy,
    &command_uptime,
    &command_vcpu_list,
    &command_version,
    &command_vm_list,
    NULL,
};
