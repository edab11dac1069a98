# SPDX-License-Identifier: GPL-3.0-or-later
"""
How long it takes from POST deploys until what was deployed is ready, beside the bare time that
the very same programs need: started by hand with the same variables, asked the same probe.

Both are measured in turns in one run, so that what else the machine does hits both.  The ratio
of the medians is the figure: what of the wait is the platform's.  Each deployment changes a
variable, so every workload is started anew beside the one that runs, and takes over from it.
$BENCH_DEPLOY_ROUNDS: how many (15).
"""
import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "contract"))
from daemon import Daemon  # noqa: E402

APP = "/orgs/topicshare-inc/apps/topicshare"
ROUNDS = int(os.environ.get("BENCH_DEPLOY_ROUNDS", "15"))
COUNTS = (1, 5)
IMAGE = ("local/topicshare-web", "1.4.2")
PROBE = "/healthz"
LIMIT_S = 30
PAUSE_S = 0.001
REST_S = 0.1	# what was replaced ends after the deployment has succeeded


def fixed_variables(turn):
    return {"API_URL": "http://127.0.0.1:9", "TITLE_MAX": "48", "THEME": "turn-%d" % turn}


# --- ours ---

def module(turn):
    variables = dict(fixed_variables(turn), PORT="${externals.dns.listen}")
    probe = {"type": "http", "path": PROBE, "port": "${externals.dns.listen}"}
    return {"profile": "humanitec/default-module", "externals": {"dns": {"type": "dns"}},
            "spec": {"containers": {"web": {"id": "web", "image": ":".join(IMAGE),
                                            "variables": variables, "readiness_probe": probe}}}}


def want(answer, status):
    if answer.status != status:
        raise RuntimeError("%d: %s" % (answer.status, answer.bytes[:300]))
    return answer.body()


def deploy(daemon, env, count, turn):
    """Seconds from the request to the end of its deployment."""
    add = {"web%d" % i: module(turn) for i in range(count)}
    delta = want(daemon.ask("POST", APP + "/deltas", {"modules": {"add": add}}), 200)["id"]
    at = "%s/envs/%s/deploys" % (APP, env)
    began = time.monotonic()
    made = want(daemon.ask("POST", at, {"delta_id": delta}), 201)
    while True:
        status = want(daemon.ask("GET", at + "/" + made["id"]), 200)["status"]
        took = time.monotonic() - began
        if status == "succeeded":
            return took
        if status == "failed" or took > LIMIT_S:
            raise RuntimeError("the deployment of %d workloads: %s" % (count, status))
        time.sleep(PAUSE_S)


# --- bare ---

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def is_ready(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", PROBE)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def start_bare(count, turn):
    """Seconds from the first fork until all have answered the probe."""
    program = os.path.join(os.environ["SIDESTAGE_LIBEXEC"], "images", *IMAGE)
    ports = [free_port() for _ in range(count)]
    processes = []
    began = time.monotonic()
    try:
        for port in ports:
            processes.append(subprocess.Popen(
                [program], env=dict(fixed_variables(turn), PORT=str(port)),
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL))
        waiting = list(ports)
        while waiting:
            waiting = [port for port in waiting if not is_ready(port)]
            if time.monotonic() - began > LIMIT_S:
                raise RuntimeError("%s is not ready by itself" % program)
            if waiting:
                time.sleep(PAUSE_S)
        return time.monotonic() - began
    finally:
        for process in processes:
            process.send_signal(signal.SIGKILL)
            process.wait()


def compare(daemon, count):
    env = "bench-%d" % count
    want(daemon.ask("POST", APP + "/envs", {"id": env, "name": "Bench", "type": "development"}), 201)
    ours, bare = [], []
    deploy(daemon, env, count, 0)	# the first makes ports and directories as well
    time.sleep(REST_S)
    for turn in range(1, ROUNDS + 1):
        ours.append(deploy(daemon, env, count, turn))
        time.sleep(REST_S)
        bare.append(start_bare(count, turn))
    ours, bare = statistics.median(ours) * 1000, statistics.median(bare) * 1000
    print("%9d | %15.1f | %12.1f | %5.2f" % (count, ours, bare, ours / bare), flush=True)
    daemon.ask("DELETE", APP + "/envs/" + env)


def main():
    with Daemon(token=None) as daemon:
        until = time.monotonic() + LIMIT_S
        while daemon.ask("GET", "/readyz").status != 200 and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(1)	# the sample's own programs come to rest
        print("workloads | POST to ready ms | bare start ms | ratio")
        for count in COUNTS:
            compare(daemon, count)
    return 0


if __name__ == "__main__":
    sys.exit(main())
