# SPDX-License-Identifier: GPL-3.0-or-later
"""A large cluster (big-cluster.c), and the kubeconfig that leads to it."""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
from faultd import die_with_parent	# noqa: E402

KUBECONFIG = """apiVersion: v1
kind: Config
clusters: [{{name: big, cluster: {{server: "http://127.0.0.1:{}"}}}}]
users: [{{name: oncall, user: {{}}}}]
contexts: [{{name: big, context: {{cluster: big, user: oncall}}}}]
current-context: big
"""


class BigCluster:
    def __init__(self, program, folder, namespaces, deployments, *more):
        port = os.path.join(folder, "port")
        self.process = subprocess.Popen(
            [program, port, str(namespaces), str(deployments), *more],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        while not os.path.exists(port) or not open(port).read():
            if self.process.poll() is not None:
                raise RuntimeError(f"{program} ended")
            time.sleep(0.01)
        self.kubeconfig = os.path.join(folder, "kubeconfig")
        with open(self.kubeconfig, "w") as file:
            file.write(KUBECONFIG.format(open(port).read().strip()))

    def order(self, line="count"):
        """Carries it out; (requests, lists, watches, open, bytes) until now."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        words = self.process.stdout.readline().split()
        return tuple(int(words[i]) for i in (1, 3, 5, 7, 9))

    def end(self):
        self.process.stdin.close()
        self.process.wait()
