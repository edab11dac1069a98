# SPDX-License-Identifier: GPL-3.0-or-later
"""
How fast sidestaged answers what the board asks, beside nginx that serves the very same bytes
from files.

Both servers run at the same time on Unix sockets, and are loaded in turns, so that what else
the machine does hits both.  The ratio of the medians is the figure.
$BENCH_MS: how long a turn lasts (500).  $BENCH_ROUNDS: how many (3).
$BENCH_PRIORITY: both servers and the load run at this real-time priority (1 to 99), before
all else that the machine does; that takes root.
"""
import os
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "contract"))
from daemon import Daemon  # noqa: E402

CONNECTIONS = (1, 32, 256)
BASE = "/orgs/topicshare-inc"
APP = BASE + "/apps/topicshare"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
TURN_MS = os.environ.get("BENCH_MS", "500")
PRIORITY = int(os.environ.get("BENCH_PRIORITY", "0"))

NGINX = """
daemon off;
worker_processes 1;
pid {0}/nginx.pid;
error_log {0}/nginx.log;
events {{ worker_connections 1024; }}
http {{
	access_log off;
	sendfile on;
	keepalive_requests 1000000000;
	open_file_cache max=100;
	default_type application/json;
	client_body_temp_path {0}/body;
	proxy_temp_path {0}/proxy;
	fastcgi_temp_path {0}/fastcgi;
	uwsgi_temp_path {0}/uwsgi;
	scgi_temp_path {0}/scgi;
	server {{
		listen unix:{0}/nginx.socket;
{1}
	}}
}}
"""


def wait_for_sample(daemon):
    """Until all of it runs: what is being started now would be measured too."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        states = []
        for env in daemon.ask("GET", APP + "/envs").body():
            runtime = daemon.ask("GET", APP + "/envs/" + env["id"] + "/runtime",
                                 headers={"Accept": "application/v2+json"}).body()
            states += [module["status"] for module in runtime["modules"].values()]
        if states and set(states) == {"Running"}:
            return
        time.sleep(0.1)
    raise RuntimeError("the sample does not come to rest")


def pages(daemon):
    """{name: (path, bytes)} of what the board asks for."""
    def get(path):
        answer = daemon.ask("GET", path)
        if answer.status != 200:
            raise RuntimeError("%s: %d" % (path, answer.status))
        return answer
    environment = get(APP + "/envs/production").body()
    paths = {"orgs": "/orgs", "apps": BASE + "/apps", "envs": APP + "/envs",
             "sets/{id}": APP + "/sets/" + environment["last_deploy"]["set_id"],
             "deploys": APP + "/envs/production/deploys",
             "runtime": APP + "/envs/production/runtime"}
    return {name: (path, get(path).bytes) for name, path in paths.items()}


class Nginx:
    """None of its own logs or forks; the bytes lie in files that it keeps open."""

    def __init__(self, directory, wanted):
        self.directory = directory
        self.socket = os.path.join(directory, "nginx.socket")
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
        self.process = None
        if not program:
            print("nginx is not installed, so there is nothing to compare with: "
                  "./bootstrap bench installs it.")
            return
        places = []
        for number, (path, content) in enumerate(wanted.values()):
            name = os.path.join(directory, "page%d" % number)
            with open(name, "wb") as out:
                out.write(content)
            places.append("\t\tlocation = %s { alias %s; }" % (path, name))
        config = os.path.join(directory, "nginx.conf")
        with open(config, "w") as out:
            out.write(NGINX.format(directory, "\n".join(places)))
        os.chmod(directory, 0o755)
        self.process = subprocess.Popen([program, "-c", config, "-p", directory],
                                        stderr=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while not os.path.exists(self.socket) and time.monotonic() < until:
            time.sleep(0.01)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(10)


def go_first(daemon, nginx):
    """Not what the daemon runs; the load is our child, and does as we do."""
    if not PRIORITY:
        return
    first = [os.getpid(), daemon.process.pid]
    if nginx.process:
        pid = nginx.process.pid
        with open("/proc/%d/task/%d/children" % (pid, pid)) as children:
            first += [int(child) for child in children.read().split()]
    for pid in first:
        os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(PRIORITY))


def load(socket, path, connections):
    text = subprocess.run([os.environ["LOAD"], socket, path, str(connections), TURN_MS],
                          stdout=subprocess.PIPE, check=True, timeout=60).stdout.decode()
    rate, _, p99, errors = (int(field) for field in text.split())
    if errors:
        raise RuntimeError("%s: %d answers were not 200" % (path, errors))
    return rate, p99


def compare(daemon, nginx, wanted):
    print("%-10s %6s %5s | %9s %8s | %9s %8s | %s" % (
        "page", "bytes", "conns", "ours/s", "p99 us", "nginx/s", "p99 us", "ratio"))
    for name, (path, content) in wanted.items():
        for connections in CONNECTIONS:
            ours, theirs = [], []
            for _ in range(ROUNDS):
                ours.append(load(daemon.socket, path, connections))
                if nginx.process:
                    theirs.append(load(nginx.socket, path, connections))
            middle = [statistics.median(each) for each in zip(*ours)]
            line = "%-10s %6d %5d | %9d %8d |" % (name, len(content), connections, *middle)
            if theirs:
                other = [statistics.median(each) for each in zip(*theirs)]
                line += " %9d %8d | %.2f" % (*other, middle[0] / other[0])
            print(line, flush=True)


def main():
    with Daemon(token=None) as daemon:
        wait_for_sample(daemon)
        wanted = pages(daemon)
        # It takes 256 connections, so ours must not be one of them.
        daemon.connection.close()
        nginx = Nginx(daemon.directory, wanted)
        try:
            go_first(daemon, nginx)
            compare(daemon, nginx, wanted)
        finally:
            nginx.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
