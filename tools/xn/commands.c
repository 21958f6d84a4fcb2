/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of all commands; what they are stands in their own files. */
#include "xn/command.h"

extern const struct command command_autostart;
extern const struct command command_block_attach;
extern const struct command command_block_detach;
extern const struct command command_block_list;
extern const struct command command_block_resize;
extern const struct command command_button_press;
extern const struct command command_cache;
extern const struct command command_cache_clear;
extern const struct command command_cache_list;
extern const struct command command_cd_eject;
extern const struct command command_cd_insert;
extern const struct command command_channel_list;
extern const struct command command_claims;
extern const struct command command_commands;
extern const struct command command_complete;
extern const struct command command_config;
extern const struct command command_config_check;
extern const struct command command_config_diff;
extern const struct command command_config_explain;
extern const struct command command_config_format;
extern const struct command command_config_keys;
extern const struct command command_config_show;
extern const struct command command_config_update;
extern const struct command command_console;
extern const struct command command_cpupool_cpu_add;
extern const struct command command_cpupool_cpu_remove;
extern const struct command command_cpupool_create;
extern const struct command command_cpupool_destroy;
extern const struct command command_cpupool_list;
extern const struct command command_cpupool_migrate;
extern const struct command command_cpupool_numa_split;
extern const struct command command_cpupool_rename;
extern const struct command command_create;
extern const struct command command_debug_keys;
extern const struct command command_destroy;
extern const struct command command_devd;
extern const struct command command_dmesg;
extern const struct command command_doctor;
extern const struct command command_domid;
extern const struct command command_domname;
extern const struct command command_dump_core;
extern const struct command command_evacuate;
extern const struct command command_events;
extern const struct command command_explain_memory;
extern const struct command command_gc;
extern const struct command command_getenforce;
extern const struct command command_help;
extern const struct command command_hooks;
extern const struct command command_hooks_carry_out;
extern const struct command command_hooks_devices;
extern const struct command command_hooks_list;
extern const struct command command_hooks_log;
extern const struct command command_hooks_reload;
extern const struct command command_hooks_test;
extern const struct command command_host_start;
extern const struct command command_host_stop;
extern const struct command command_image;
extern const struct command command_image_convert;
extern const struct command command_image_extract_config;
extern const struct command command_image_show;
extern const struct command command_image_verify;
extern const struct command command_info;
extern const struct command command_list;
extern const struct command command_loadpolicy;
extern const struct command command_logs;
extern const struct command command_mem_max;
extern const struct command command_mem_set;
extern const struct command command_metrics;
extern const struct command command_migrate;
extern const struct command command_migrate_receive;
extern const struct command command_network_attach;
extern const struct command command_network_detach;
extern const struct command command_network_list;
extern const struct command command_pause;
extern const struct command command_pci_assignable_add;
extern const struct command command_pci_assignable_list;
extern const struct command command_pci_assignable_remove;
extern const struct command command_pci_attach;
extern const struct command command_pci_detach;
extern const struct command command_pci_list;
extern const struct command command_policy;
extern const struct command command_psr_cat_set;
extern const struct command command_psr_cat_show;
extern const struct command command_psr_cmt_attach;
extern const struct command command_psr_cmt_detach;
extern const struct command command_psr_cmt_show;
extern const struct command command_psr_hwinfo;
extern const struct command command_psr_mba_set;
extern const struct command command_psr_mba_show;
extern const struct command command_qemu_monitor_command;
extern const struct command command_reboot;
extern const struct command command_remus;
extern const struct command command_rename;
extern const struct command command_restore;
extern const struct command command_save;
extern const struct command command_sched_credit;
extern const struct command command_sched_credit2;
extern const struct command command_sched_rtds;
extern const struct command command_set_parameters;
extern const struct command command_setenforce;
extern const struct command command_sharing;
extern const struct command command_shutdown;
extern const struct command command_start;
extern const struct command command_sysrq;
extern const struct command command_top;
extern const struct command command_trigger;
extern const struct command command_unpause;
extern const struct command command_uptime;
extern const struct command command_usb_list;
extern const struct command command_usbctrl_attach;
extern const struct command command_usbctrl_detach;
extern const struct command command_usbdev_attach;
extern const struct command command_usbdev_detach;
extern const struct command command_vcpu_list;
extern const struct command command_vcpu_pin;
extern const struct command command_vcpu_set;
extern const struct command command_vdispl_attach;
extern const struct command command_vdispl_detach;
extern const struct command command_vdispl_list;
extern const struct command command_version;
extern const struct command command_vkb_attach;
extern const struct command command_vkb_detach;
extern const struct command command_vkb_list;
extern const struct command command_vm_list;
extern const struct command command_vncviewer;
extern const struct command command_vsnd_attach;
extern const struct command command_vsnd_detach;
extern const struct command command_vsnd_list;
extern const struct command command_vtpm_attach;
extern const struct command command_vtpm_detach;
extern const struct command command_vtpm_list;
extern const struct command command_wait;

const struct command *const commands[] = {
    &command_autostart,
    &command_block_attach,
    &command_block_detach,
    &command_block_list,
    &command_block_resize,
    &command_button_press,
    &command_cache,
    &command_cache_clear,
    &command_cache_list,
    &command_cd_eject,
    &command_cd_insert,
    &command_channel_list,
    &command_claims,
    &command_commands,
    &command_complete,
    &command_config,
    &command_config_check,
    &command_config_diff,
    &command_config_explain,
    &command_config_format,
    &command_config_keys,
    &command_config_show,
    &command_config_update,
    &command_console,
    &command_cpupool_cpu_add,
    &command_cpupool_cpu_remove,
    &command_cpupool_create,
    &command_cpupool_destroy,
    &command_cpupool_list,
    &command_cpupool_migrate,
    &command_cpupool_numa_split,
    &command_cpupool_rename,
    &command_create,
    &command_debug_keys,
    &command_destroy,
    &command_devd,
    &command_dmesg,
    &command_doctor,
    &command_domid,
    &command_domname,
    &command_dump_core,
    &command_evacuate,
    &command_events,
    &command_explain_memory,
    &command_gc,
    &command_getenforce,
    &command_help,
    &command_hooks,
    &command_hooks_carry_out,
    &command_hooks_devices,
    &command_hooks_list,
    &command_hooks_log,
    &command_hooks_reload,
    &command_hooks_test,
    &command_host_start,
    &command_host_stop,
    &command_image,
    &command_image_convert,
    &command_image_extract_config,
    &command_image_show,
    &command_image_verify,
    &command_info,
    &command_list,
    &command_loadpolicy,
    &command_logs,
    &command_mem_max,
    &command_mem_set,
    &command_metrics,
    &command_migrate,
    &command_migrate_receive,
    &command_network_attach,
    &command_network_detach,
    &command_network_list,
    &command_pause,
    &command_pci_assignable_add,
    &command_pci_assignable_list,
    &command_pci_assignable_remove,
    &command_pci_attach,
    &command_pci_detach,
    &command_pci_list,
    &command_policy,
    &command_psr_cat_set,
    &command_psr_cat_show,
    &command_psr_cmt_attach,
    &command_psr_cmt_detach,
    &command_psr_cmt_show,
    &command_psr_hwinfo,
    &command_psr_mba_set,
    &command_psr_mba_show,
    &command_qemu_monitor_command,
    &command_reboot,
    &command_remus,
    &command_rename,
    &command_restore,
    &command_save,
    &command_sched_credit,
    &command_sched_credit2,
    &command_sched_rtds,
    &command_set_parameters,
    &command_setenforce,
    &command_sharing,
    &command_shutdown,
    &command_start,
    &command_sysrq,
    &command_top,
    &command_trigger,
    &command_unpause,
    &command_uptime,
    &command_usb_list,
    &command_usbctrl_attach,
    &command_usbctrl_detach,
    &command_usbdev_attach,
    &command_usbdev_detach,
    &command_vcpu_list,
    &command_vcpu_pin,
    &command_vcpu_set,
    &command_vdispl_attach,
    &command_vdispl_detach,
    &command_vdispl_list,
    &command_version,
    &command_vkb_attach,
    &command_vkb_detach,
    &command_vkb_list,
    &command_vm_list,
    &command_vncviewer,
    &command_vsnd_attach,
    &command_vsnd_detach,
    &command_vsnd_list,
    &command_vtpm_attach,
    &command_vtpm_detach,
    &command_vtpm_list,
    &command_wait,
    NULL,
};
