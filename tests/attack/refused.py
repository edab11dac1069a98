# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that refuses namespaces: nothing runs there, unless somebody says that it is trusted."""
import os
import pty
import select
import signal
import subprocess
import sys
import tempfile
import time

import attack

# A user namespace in which there are no others, and nobody who could mount anything.
WRAPPER = ["unshare", "--user", "--map-root-user", "sh", "-c",
           "echo 0 >/proc/sys/user/max_user_namespaces && "
           "exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs -- \"$@\"", "sh"]


class Case:
    number = 0

    def __call__(self, name, good, why=""):
        Case.number += 1
        print("%s %d - %s" % ("ok" if good else "not ok", Case.number, name))
        if not good:
            print("# %s" % (why,))


def try_with(case, *options):
    """How the deployment of a good workload ends, with its errors, and what the platform says."""
    platform = attack.Platform(attack.Attempts())
    platform.wrapper = WRAPPER
    attack.OPTIONS[:] = options
    try:
        platform.start()
        platform.did("POST", "/orgs/acme/apps", {"id": "shop", "name": "Shop"})
        platform.make_environment("victim")
        deployment = platform.begin("victim", "local/victim:1.0.0", {"ONLY": "nothing"})
        status = attack.until(lambda: platform.ended("victim", deployment), "the deployment")
        errors = platform.did("GET", "%s/envs/victim/deploys/%s/errors" % (attack.APP, deployment))
        told = platform.did("GET", "/platform")["driver"]["confinement"]
        return status, str(errors), told
    finally:
        if platform.process and platform.process.poll() is None:
            platform.stop()
        subprocess.run(["rm", "-rf", platform.folder], check=False)


def demo_says(words):
    """`sidestage demo` in a terminal, until its screen has the words."""
    home = tempfile.mkdtemp(prefix="refused-")
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(HOME=home, XDG_STATE_HOME=home, XDG_CACHE_HOME=home, XDG_CONFIG_HOME=home,
                          XDG_RUNTIME_DIR=home, TERM="xterm", LINES="40", COLUMNS="160",
                          LC_ALL="C.UTF-8")
        command = WRAPPER + [os.environ["SIDESTAGE"], "demo"]
        os.execvp(command[0], command)
    screen, end = b"", time.monotonic() + attack.LIMIT_S
    try:
        while words not in screen and time.monotonic() < end:
            if select.select([terminal], [], [], 1)[0]:
                screen += os.read(terminal, 65536)
    except OSError:
        pass		# it has ended
    found = words in screen
    try:
        os.kill(pid, signal.SIGTERM)
        os.close(terminal)
        os.waitpid(pid, 0)
    except OSError:
        pass
    subprocess.run(["rm", "-rf", home], check=False)
    return found, screen[-300:]


def unit_lacks():
    """What the unit forbids that the confinement needs."""
    path = os.path.join(os.environ.get("srcdir", "."), "data", "sidestaged.service.in")
    with open(path) as unit:
        said = dict(line.strip().split("=", 1) for line in unit if "=" in line and line[0] != "#")
    allowed = said.get("RestrictNamespaces", "user mnt pid ipc").split()
    missing = [name for name in ("user", "mnt", "pid", "ipc") if name not in allowed]
    calls = said.get("SystemCallFilter", "@mount pivot_root").split()
    missing += [name for name in ("@mount", "pivot_root") if name not in calls]
    return missing, [key for key in ("ProtectProc", "ProtectKernelTunables", "ProtectKernelLogs",
                                     "ProtectControlGroups") if said.get(key, "no") != "no"]


UNIT = os.path.join(os.environ.get("srcdir", "."), "data", "sidestaged.service.in")
DAEMON = 61184			# the first that DynamicUser= gives


# What a process under the unit finds: each line is a name and whether it holds.
PROBE = """
import ctypes, errno, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
def error(*call):
    ctypes.set_errno(0)
    return ctypes.get_errno() if libc.syscall(*call) < 0 else 0
def refused(what, *arguments):
    try:
        what(*arguments)
    except OSError as why:
        return why.errno
    return 0
calls = eval(sys.argv[1])
kept = {
    "a family of sockets": refused(socket.socket, 16, socket.SOCK_RAW) == errno.EAFNOSUPPORT,
    "a network namespace": error(calls["unshare"], 0x40000000) == errno.EPERM,
    "clone3": error(calls["clone3"], 0, 0) == errno.ENOSYS,
    "a call of no set": error(calls["bpf"], 0, 0, 0) == errno.EPERM,
    "a mode with set-user-id": refused(os.chmod, sys.argv[2], 0o4755) == errno.EPERM,
    "the system's files": refused(open, "/usr/x", "w") in (errno.EROFS, errno.EACCES),
    "root's home": not os.listdir("/root"),
    "devices": sorted(os.listdir("/dev")) != [] and not os.path.exists("/dev/kmsg"),
    "others' temporary files": os.listdir("/var/tmp") == [],
    "and not Landlock": error(calls["landlock_create_ruleset"], 0, 0, 1) != errno.EPERM,
    "nor its own directory": refused(open, sys.argv[2] + "/x", "w") == 0,
}
print([name for name in kept if not kept[name]])
"""


def forbids(case, wrapper, folder):
    """The player of units forbids what it says, else what runs under it proves nothing."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import unit
    calls = unit.calls_of_this_machine()
    system = "/usr/bin/python3"		# another one may lie in a home, which is out of sight
    said = subprocess.run(wrapper + [system if os.path.exists(system) else sys.executable, "-c", PROBE,
                                     repr(calls), folder],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout
    case("what the unit forbids is forbidden", said.strip() == b"[]", said.decode()[-900:])


def under_the_unit(case):
    """The daemon as the shipped unit lets it be: it confines workloads, all the same."""
    if os.getuid() != 0 or os.uname().machine != "x86_64":
        case("the shipped unit allows what is needed # SKIP only root on x86-64 plays systemd", True)
        return
    attack.USER = DAEMON
    platform = attack.Platform(attack.Attempts())
    platform.wrapper = [sys.executable, os.path.join(os.path.dirname(__file__), "unit.py"), UNIT,
                        str(DAEMON), platform.folder]
    attack.OPTIONS[:] = []
    try:
        forbids(case, platform.wrapper, platform.folder)
        platform.start()
        platform.did("POST", "/orgs/acme/apps", {"id": "shop", "name": "Shop"})
        platform.make_environment("victim")
        deployment = platform.begin("victim", "local/victim:1.0.0", {"ONLY": "nothing"})
        status = attack.until(lambda: platform.ended("victim", deployment), "the deployment")
        errors = platform.did("GET", "%s/envs/victim/deploys/%s/errors" % (attack.APP, deployment))
        told = platform.did("GET", "/platform")["driver"]["confinement"]
        case("under the restrictions of the shipped unit a workload starts",
             status == "succeeded", errors)
        case("and is confined", told.get("private_files") is True and
             not told.get("trusted"), told)
        with open("/proc/%d/status" % platform.process.pid) as lines:
            kept = dict(line.rstrip("\n").split(":\t", 1) for line in lines if ":\t" in line)
        case("the restrictions are in force", kept["Seccomp"] == "2" and kept["NoNewPrivs"] == "1"
             and int(kept["CapBnd"], 16) == 0 and kept["Uid"].split()[0] == str(DAEMON), kept)
        platform.did("DELETE", attack.APP + "/envs/victim")
        attack.until(lambda: platform.ask("GET", attack.APP + "/envs/victim")[0] == 404,
                     "the removal")
        case("an environment is removed under them", True)
        with open(os.path.join(platform.folder, "log")) as log:
            refused = [line for line in log if "not permitted" in line or "not supported" in line]
        case("nothing that it wants to do is refused", not refused, refused)
    finally:
        attack.USER = 0
        if platform.process and platform.process.poll() is None:
            platform.stop()
        subprocess.run(["rm", "-rf", platform.folder], check=False)


def main():
    case = Case()
    probe = subprocess.run(WRAPPER + ["unshare", "--user", "true"], stderr=subprocess.DEVNULL,
                           check=False)
    here = subprocess.run(WRAPPER + ["true"], stderr=subprocess.DEVNULL, check=False)
    if here.returncode != 0 or probe.returncode == 0:
        print("1..0 # SKIP a machine that refuses namespaces cannot be played here")
        return
    status, errors, told = try_with(case)
    case("where namespaces are refused no workload starts", status == "failed", (status, errors))
    case("the error names the setting", "confinement = none" in errors, errors)
    case("the platform says so", "refused" in told and not told["private_files"], told)
    status, errors, told = try_with(case, "--confinement", "none")
    case("programs that are trusted run all the same", status == "succeeded", errors)
    case("that is said too", told.get("trusted") is True, told)
    status, errors, told = try_with(case, "--confinement", "sample")
    case("so does our own sample, of which it is said why", status == "succeeded" and
         told.get("trusted") is True and "refused" in told, (errors, told))
    case("the demo says it in its header", *demo_says(b"not confined"))
    missing, covering = unit_lacks()
    case("the shipped unit allows the namespaces, and covers nothing of /proc",
         not missing and not covering, (missing, covering))
    under_the_unit(case)
    print("1..%d" % Case.number)


main()
