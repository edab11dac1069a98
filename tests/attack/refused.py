# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that refuses namespaces: nothing runs there, unless somebody says that it is trusted."""
import os
import pty
import select
import signal
import subprocess
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
    print("1..%d" % Case.number)


main()
