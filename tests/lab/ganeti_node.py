"""What Ganeti's node daemon does with Xen, done by Ganeti's own hv_xen as it
is in Debian. Runs in Dom0 with the name of an instance; standard input is a
JSON list of actions, [[NAME, ARGUMENT...], ...]. Prints the JSON list of what
they returned, or {"error": TEXT} where Ganeti calls an action failed."""
import json
import os
import sys

sys.path.insert(0, "/usr/share/ganeti/3.0")
# pylint: disable=wrong-import-position,import-error
from ganeti import constants, errors, objects, pathutils
from ganeti.hypervisor import hv_xen

KIND = constants.HT_XEN_PVM


def instance_named(name):
    """A guest of tests/guest, all else as a new cluster has it."""
    hvparams = constants.HVC_DEFAULTS[KIND] | {
        constants.HV_XEN_CMD: constants.XEN_CMD_XL,
        constants.HV_KERNEL_PATH: "/root/small-guest",
        constants.HV_INITRD_PATH: "",
        constants.HV_ROOT_PATH: "",
    }
    return objects.Instance(
        name=name, hypervisor=KIND, hvparams=hvparams, nics=[], disks=[],
        beparams={constants.BE_MINMEM: 16, constants.BE_MAXMEM: 16,
                  constants.BE_VCPUS: 1})


def actions(xen, one):
    params = one.hvparams
    return {
        "verify": lambda: xen.Verify(params),
        "node": lambda: xen.GetNodeInfo(params),
        "list": lambda: xen.ListInstances(params),
        "info": lambda: xen.GetInstanceInfo(one.name, params),
        "start": lambda: xen.StartInstance(one, [], False),
        "stop": lambda: xen.StopInstance(one, timeout=120),
        "destroy": lambda: xen.StopInstance(one, force=True),
        "reboot": lambda: xen.RebootInstance(one),
        "balloon": lambda mem: xen.BalloonInstanceMemory(one, mem),
        "config": lambda: xen.MigrationInfo(one),
        "accept": lambda config, address:
            xen.AcceptInstance(one, config, address),
        "migrate": lambda address:
            xen.MigrateInstance("lab", one, address, True),
        "source-done": lambda success:
            xen.FinalizeMigrationSource(one, success, True),
        "target-done": lambda config, success:
            xen.FinalizeMigrationDst(one, config, success),
    }


def main():
    for path in (pathutils.RUN_DIR, pathutils.LOG_XEN_DIR):
        os.makedirs(path, exist_ok=True)  # as the start of its daemons does
    known = actions(hv_xen.XenPvmHypervisor(), instance_named(sys.argv[1]))
    done = []
    for name, *arguments in json.load(sys.stdin):
        try:
            done.append(known[name](*arguments))
        except errors.HypervisorError as error:
            done.append({"error": str(error)})
    json.dump(done, sys.stdout)


main()
