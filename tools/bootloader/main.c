/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xn-bootloader: what libxl starts in place of a boot loader that reads a
 * guest's disk. It opens what is needed as root, runs the boot loader in a
 * room with nothing else in it, and hands over what that found. Where the room
 * cannot be had there is no boot.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/visible.h"
#include "bootloader/loader.h"
#include "bootloader/request.h"
#include "bootloader/result.h"
#include "bootloader/room.h"
#include "bootloader/target.h"

static int run(const struct request *request, struct error *err)
{
    cleanup_result_place struct result_place place = RESULT_PLACE_INIT;
    cleanup_target struct target target = TARGET_INIT;
    cleanup_room struct room room = ROOM_INIT;
    struct confine_user user = confine_user_of_its_own();

    if (result_place_open(&place, request->directory, request->output, err) <
            0 ||
        target_open(&target, request->disk, err) < 0 ||
        room_enter(&room, request->directory, request->loader, target.device,
                   &user, err) < 0 ||
        loader_run(request, &user, err) < 0)
        return -1;
    return result_take(&room, &place, err);
}

#ifdef __SANITIZE_ADDRESS__
/* Its search for leaks needs /proc, which is not in the room. */
VISIBLE const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

int main(int argc, char **argv)
{
    cleanup_request struct request request;
    cleanup_error struct error err = ERROR_INIT;

    log_set_name("xn-bootloader");
    /* Keys of the terminal are for the boot loader's menu. */
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    signal(SIGTSTP, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    int rc = request_read(&request, argc, argv, &err);
    if (rc == 0)
        rc = run(&request, &err);
    /* A menu may have left the cursor anywhere. */
    if (rc < 0)
        fprintf(stderr, "%sxn-bootloader: %s\n",
                isatty(STDERR_FILENO) ? "\r\n" : "", err.message);
    return rc == 0 ? 0 : 1;
}
