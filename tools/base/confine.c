/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

/* The user and group that own nothing, of every Linux distribution. */
#define NOBODY 65534

/*
 * Own users are counted from here by process. systemd's docs/UIDS-GIDS.md
 * leaves 1879048192 to 2147352575 unused; a process is below 2^22 (proc(5),
 * pid_max).
 */
#define OWN_USERS 1900000000u

static int keep_descriptors(const struct confine *confine)
{
    int output = fcntl(confine->output, F_DUPFD, 3);
    int messages = fcntl(confine->messages, F_DUPFD, 3);

    if (output < 0 || messages < 0 || dup2(output, 0) < 0 ||
        dup2(messages, 1) < 0 || dup2(messages, 2) < 0)
        return -1;
    return (int)syscall(SYS_close_range, 3, ~0U, 0);
}

static int limit(__rlimit_resource_t resource, uint64_t most)
{
    struct rlimit limits = { .rlim_cur = most, .rlim_max = most };

    return setrlimit(resource, &limits);
}

/* What the process takes of memory now, bytes; 0 if it cannot be told. */
static uint64_t address_space(void)
{
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (file == NULL)
        return 0;
    if (fscanf(file, "%llu", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int set_limits(const struct confine *confine)
{
    if (limit(RLIMIT_FSIZE, confine->file_bytes) < 0 ||
        limit(RLIMIT_CPU, confine->cpu_seconds) < 0 ||
        limit(RLIMIT_CORE, 0) < 0)
        return -1;
#ifndef __SANITIZE_ADDRESS__ /* its shadow memory has terabytes */
    if (limit(RLIMIT_AS, address_space() + confine->memory_bytes) < 0)
        return -1;
#else
    (void)address_space;
#endif
    return limit(RLIMIT_NOFILE, 3);
}

int confine_become_user(const struct confine_user *user)
{
    /* libc's functions would tell other threads. */
    if (syscall(SYS_setgroups, user->group_count, user->groups) < 0 ||
        syscall(SYS_setresgid, user->gid, user->gid, user->gid) < 0 ||
        syscall(SYS_setresuid, user->uid, user->uid, user->uid) < 0)
        return -1;
    return 0;
}

int confine_become_nobody(void)
{
    static const struct confine_user nobody = { .uid = NOBODY, .gid = NOBODY };

    return geteuid() == 0 ? confine_become_user(&nobody) : 0;
}

struct confine_user confine_user_of_its_own(void)
{
    uid_t own = OWN_USERS + (uid_t)getpid();

    return (struct confine_user){ .uid = own, .gid = own };
}

#if defined(__x86_64__)
#define ALLOW(call)                                              \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)(call), 0, \
             1), /* the next, or the one after it */             \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* seccomp(2), "Seccomp BPF": the architecture first, then the number. */
static int set_filter(struct sock_filter *filter, size_t count)
{
    struct sock_fprog program = { .len = (unsigned short)count,
                                  .filter = filter };

    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

#define FILTER_BEGIN                                                         \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)), \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),        \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),                 \
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))

static int filter_calls(void)
{
    struct sock_filter filter[] = {
        FILTER_BEGIN,
        ALLOW(SYS_write),
        ALLOW(SYS_brk),
        ALLOW(SYS_mmap),
        ALLOW(SYS_munmap),
        ALLOW(SYS_mremap),
        ALLOW(SYS_mprotect),
        ALLOW(SYS_madvise),
        ALLOW(SYS_futex),
        ALLOW(SYS_getrandom),
        ALLOW(SYS_rt_sigreturn),
#ifdef __SANITIZE_ADDRESS__
        ALLOW(SYS_sigaltstack), /* its way to exit */
#endif
        ALLOW(SYS_exit),
        ALLOW(SYS_exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };

    return set_filter(filter, sizeof(filter) / sizeof(filter[0]));
}

/* The numbers of the x32 calls, which are the same calls once more. */
#define X32_CALLS 0x40000000u

#define REFUSE(call)                                             \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)(call), 0, \
             1), /* the next, or the one after it */             \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

static int filter_program(void)
{
    struct sock_filter filter[] = {
        FILTER_BEGIN,
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_CALLS, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        REFUSE(SYS_unshare),
        REFUSE(SYS_setns),
        REFUSE(SYS_clone3), /* its flags cannot be looked at */
        REFUSE(SYS_mount),
        REFUSE(SYS_umount2),
        REFUSE(SYS_pivot_root),
        REFUSE(SYS_chroot),
        REFUSE(SYS_fsopen),
        REFUSE(SYS_fsmount),
        REFUSE(SYS_open_tree),
        REFUSE(SYS_move_mount),
        REFUSE(SYS_socket),
        REFUSE(SYS_socketpair),
        REFUSE(SYS_ptrace),
        REFUSE(SYS_process_vm_readv),
        REFUSE(SYS_process_vm_writev),
        REFUSE(SYS_pidfd_getfd),
        REFUSE(SYS_keyctl),
        REFUSE(SYS_add_key),
        REFUSE(SYS_request_key),
        REFUSE(SYS_bpf),
        REFUSE(SYS_perf_event_open),
        REFUSE(SYS_userfaultfd),
        REFUSE(SYS_io_uring_setup),
        REFUSE(SYS_io_uring_enter),
        REFUSE(SYS_io_uring_register),
        REFUSE(SYS_init_module),
        REFUSE(SYS_finit_module),
        REFUSE(SYS_modify_ldt),
        REFUSE(SYS_personality),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };

    return set_filter(filter, sizeof(filter) / sizeof(filter[0]));
}
#else /* the limits and the user have to do */
static int filter_calls(void)
{
    return 0;
}

static int filter_program(void)
{
    return 0;
}
#endif

int confine_program(void)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return filter_program();
}

int confine_self(const struct confine *confine)
{
    if (keep_descriptors(confine) < 0 || set_limits(confine) < 0 ||
        confine_become_nobody() < 0 || limit(RLIMIT_NPROC, 0) < 0)
        return -1;
    /* After the change of user, which takes it back. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != confine->parent)
        return -1;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return filter_calls();
}
