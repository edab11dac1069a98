# SPDX-License-Identifier: GPL-3.0-or-later
"""For tests: somebody with a home and a platform of their own, and nothing shared with others but
the cluster."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "fault"))
from faultd import die_with_parent	# noqa: E402

ORG = "proofs"
LIMIT_S = 300			# for what hangs


def write_config(path, kubeconfig, token=None, name=ORG):
    """The same cluster, by a context whose name is known; for the bearer of a token, or as it is."""
    with open(kubeconfig) as file:
        text = file.read()

    def entry(name):
        found = re.search(rf"{name}: (\S+)", text)
        return found.group(1) if found else None
    keys = ["client-certificate", "client-key"] if entry("client-certificate") else ["token"]
    user = {"token": token} if token else {key: entry(key) for key in keys}
    with open(path, "w") as file:
        os.fchmod(file.fileno(), 0o600)
        json.dump({"apiVersion": "v1", "kind": "Config", "current-context": name,
                   "clusters": [{"name": name, "cluster": {
                       "server": entry("server"),
                       "certificate-authority": entry("certificate-authority")}}],
                   "users": [{"name": name, "user": user}],
                   "contexts": [{"name": name, "context": {"cluster": name, "user": name}}]}, file)
    return path


class Ended:
    def __init__(self, code, out):
        self.code, self.out = code, out
        try:
            self.value = json.loads(out[out.index("{"):] if "{" in out else out)
        except ValueError:
            self.value = None

    def __str__(self):
        return f"exit status {self.code}\n{self.out}"


class Person:
    """The application is named by the labels of what runs."""

    def __init__(self, name, app, kubeconfig, namespaces, token=None):
        self.name, self.app = name, app
        self.folder = tempfile.mkdtemp(prefix="person-")
        self.socket = os.path.join(self.folder, "api.sock")
        config = write_config(os.path.join(self.folder, "kubeconfig"), kubeconfig, token)
        self.variables = dict(os.environ, HOME=self.folder, XDG_RUNTIME_DIR=self.folder,
                              KUBECONFIG=config, LC_ALL="C.UTF-8")
        for variable in ("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
            self.variables.pop(variable, None)
        os.mkdir(os.path.join(self.folder, "images"))
        self.log = open(os.path.join(self.folder, "log"), "w+b")
        self.said = ""		# all output of sub-commands
        reader, writer = os.pipe()
        self.daemon = subprocess.Popen(
            [os.environ["SIDESTAGED"], "serve", "--socket", self.socket, "--user", name,
             "--state", os.path.join(self.folder, "state"), "--ready-fd", str(writer),
             "--images", os.path.join(self.folder, "images"), "--adopt-kubeconfig", config,
             "--adopt-context", ORG, "--adopt-namespaces", ",".join(namespaces)],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=self.variables,
            pass_fds=[writer], preexec_fn=die_with_parent)
        os.close(writer)
        is_ready = os.read(reader, 6) == b"ready\n"
        os.close(reader)
        if not is_ready:
            raise RuntimeError(self.tail())

    def words(self, *words):
        return [os.environ["SIDESTAGE"], *words, "--socket=" + self.socket, "--org=" + ORG,
                "--app=" + self.app]

    def run(self, *words):
        """A sub-command."""
        ended = subprocess.run(self.words(*words), text=True, errors="replace",
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, timeout=LIMIT_S, env=self.variables)
        self.said += ended.stdout
        return Ended(ended.returncode, ended.stdout)

    def must(self, *words):
        ended = self.run(*words)
        if ended.code:
            raise RuntimeError(f"{self.name}: {' '.join(words)}: {ended}\n{self.tail()}")
        return ended

    def clones(self):
        """{clone: what it was made of}; of one that goes meanwhile a sentence may stand beside them."""
        ended = self.run("clones", "--json")
        try:
            found, _ = json.JSONDecoder().raw_decode(ended.out, re.search(r"^\[", ended.out, re.M).start())
        except (ValueError, AttributeError):
            raise RuntimeError(f"{self.name}: clones: {ended}\n{self.tail()}") from None
        return {row["environment"]: row for row in found}

    def tail(self):
        with open(self.log.name, "rb") as file:
            return file.read()[-3000:].decode(errors="replace")

    def stop(self):
        if self.daemon.poll() is None:
            self.daemon.terminate()
            self.daemon.wait()
        self.log.close()

    def end(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
