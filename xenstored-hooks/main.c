/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xn-hotplug: runs once for each device that comes or goes. */
#include "entry.h"

int main(int argc, char **argv)
{
    return hook_entry(argc, argv);
}
