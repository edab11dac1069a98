# SPDX-License-Identifier: GPL-3.0-or-later
"""
The board of a large cluster: `sidestage kube --all-namespaces` on a server of ours (big-cluster.c)
that lists in pages of 500 and watches.  Prints figures and asserts nothing.

    kube.py SIDESTAGE BIG-CLUSTER

$BENCH_KUBE: "NAMESPACESxDEPLOYMENTS ...", by default 100x20 and 500x50; with "/one" behind it all
namespaces are environments of one application.  $BENCH_KUBE_IDLE_S: how long it is idle (30).
"""
import fcntl
import json
import os
import pty
import select
import shutil
import signal
import struct
import sys
import tempfile
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "contract"))
from big_cluster import BigCluster  # noqa: E402
from daemon import Connection  # noqa: E402

SHAPES = os.environ.get("BENCH_KUBE", "100x20 500x50 500x50/one").split()
IDLE_S = int(os.environ.get("BENCH_KUBE_IDLE_S", "30"))
LIMIT_S = 300
QUIET_S = 0.04			# after which a key was answered
CHANGES = 100			# of images, in ten seconds


class Screen:
    def __init__(self, program, cluster, folder):
        variables = dict(os.environ, HOME=folder, KUBECONFIG=cluster.kubeconfig,
                         TERM="xterm-256color", LC_ALL="C.UTF-8", XDG_RUNTIME_DIR=folder)
        for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
            variables.pop(name, None)
        self.began_at = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(program, [program, "kube", "--all-namespaces"], variables)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.said = b""

    def drain(self, quiet):
        """Until nothing came for so long; when the last byte came."""
        last = None
        while select.select([self.fd], [], [], quiet)[0]:
            try:
                self.said = (self.said + os.read(self.fd, 65536))[-200000:]
            except OSError:
                raise RuntimeError("it ended: " + self.said[-2000:].decode(errors="replace"))
            last = time.monotonic()
        return last

    def until(self, text):
        """Seconds since the start until it stands there."""
        while text not in self.said:
            self.drain(0.01)
            if time.monotonic() - self.began_at > LIMIT_S:
                raise RuntimeError("no board: " + self.said[-3000:].decode(errors="replace"))
        return time.monotonic() - self.began_at

    def keys(self, what, keys, times):
        took = []
        for i in range(times):
            at = time.monotonic()
            os.write(self.fd, keys[i % len(keys)])
            if not select.select([self.fd], [], [], 10)[0]:
                took.append(10)
                continue
            took.append((self.drain(QUIET_S) or time.monotonic()) - at)
        took.sort()
        print("  key: %-28s median %7.1f ms   p99 %7.1f ms" %
              (what, took[len(took) // 2] * 1000, took[len(took) * 99 // 100] * 1000), flush=True)

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        try:
            while os.read(self.fd, 65536):
                pass
        except OSError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def status_mib(pid, field):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return 0


def cpu_s(pid):
    return sum(int(open(f"/proc/{pid}/task/{task}/schedstat").read().split()[0])
               for task in os.listdir(f"/proc/{pid}/task")) / 1e9


class Platform:
    """The daemon that answers for the screen."""

    def __init__(self, folder):
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                words = open(f"/proc/{pid}/cmdline").read().split("\0")
            except OSError:
                continue
            if words[1:2] == ["serve"] and any(word.startswith(folder) for word in words):
                self.pid, self.socket = int(pid), words[words.index("--socket") + 1]
                return
        raise RuntimeError("the screen has no platform")

    def ask(self, path):
        connection = Connection(self.socket)
        connection.request("GET", path)
        answer = connection.getresponse().read()
        connection.close()
        return answer

    def reads(self):
        org = json.loads(self.ask("/orgs"))[0]["id"]
        answer = self.ask(f"/orgs/{org}/x-adoption")
        told = json.loads(answer)
        return told["state"] == "reading", len(told["environments"]), len(answer)


def wait_for_all(platform, screen):
    """Seconds since the start until all was read."""
    while platform.reads()[0] and time.monotonic() - screen.began_at < LIMIT_S:
        screen.drain(0.3)
    return time.monotonic() - screen.began_at


def measure_share(what, pids, cluster, screen, seconds, each=None):
    """Of a processor, each process; and what the cluster was asked meanwhile."""
    before, asked, at = [cpu_s(pid) for pid in pids], cluster.order(), time.monotonic()
    while time.monotonic() - at < seconds:
        if each:
            each()
        screen.drain(0.05)
    took = time.monotonic() - at
    shares = [(cpu_s(pid) - was) / took * 100 for pid, was in zip(pids, before)]
    now = cluster.order()
    print("  %-33s client %.2f %%   platform %.2f %% of a processor   %d requests, %d lists" %
          (what, *shares, now[0] - asked[0], now[1] - asked[1]), flush=True)


def measure_memory(client, platform):
    for what, pid in (("client", client), ("platform", platform)):
        print("  memory of the %-18s now %6.1f MiB   peak %6.1f MiB" %
              (what, status_mib(pid, "VmRSS"), status_mib(pid, "VmHWM")), flush=True)


def measure_asked(what, cluster):
    print("  %-33s %d requests: %d lists, %d watches (%d open); %.1f MB" %
          ((what,) + cluster.order()[:4] + (cluster.order()[4] / 1e6,)), flush=True)


def measure(sidestage, program, shape):
    size, _, kind = shape.partition("/")
    namespaces, deployments = (int(part) for part in size.split("x"))
    folder = tempfile.mkdtemp(prefix="bench-kube-")
    print(f"{namespaces} namespaces x {deployments} Deployments"
          f"{', one application' if kind else ''}; 120x40")
    cluster = BigCluster(program, folder, namespaces, deployments, *["one"] * bool(kind))
    screen = Screen(sidestage, cluster, folder)
    try:
        board = screen.until(b"service-0")
        measure_asked("until the board", cluster)
        print("  %-33s %.2f s" % ("exec to the board", board))
        platform = Platform(folder)
        print("  %-33s %.2f s" % ("exec until all was read", wait_for_all(platform, screen)))
        print("  %-33s %d environments, told in %d kB" %
              ("read", platform.reads()[1], platform.reads()[2] / 1000), flush=True)
        measure_asked("until all was read", cluster)
        platform = platform.pid
        print("  %-33s client %.1f s   platform %.1f s of a processor" %
              ("until all was read", cpu_s(screen.pid), cpu_s(platform)))
        measure_memory(screen.pid, platform)
        screen.keys("up and down", [b"\033OB", b"\033OB", b"\033OA"], 100)
        screen.keys("left and right", [b"\033OC", b"\033OD"], 100)
        screen.keys("first and last", [b"G", b"g"], 50)
        os.write(screen.fd, b"/")
        screen.drain(0.2)
        screen.keys("typing in the finder", [b"t", b"e", b"a", b"m", b"-", b"4", b"\177", b"\177"],
                    48)
        os.write(screen.fd, b"\033")
        measure_share("keys were pressed", [screen.pid, platform], cluster, screen, 12)
        pids = [screen.pid, platform]
        measure_share("idle", pids, cluster, screen, IDLE_S)
        number = iter(range(1000000))
        measure_share("ten changes a second", pids, cluster, screen, CHANGES / 10,
                      lambda: [cluster.order(f"change {next(number) % namespaces} 1"),
                               time.sleep(0.05)])
        measure_asked("at the end", cluster)
        measure_memory(screen.pid, platform)
    finally:
        screen.end()
        cluster.end()
        shutil.rmtree(folder, ignore_errors=True)


for one in SHAPES:
    measure(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), one)
