# SPDX-License-Identifier: GPL-3.0-or-later
"""Types every command of doc/kubernetes as it stands there, and looks at what it promises.  TAP.

    guide.py                on two doubles: kubectl.py stands for kubectl, and what the manifest says
                            of its pod is done on this machine
    guide.py KUBECONFIG     on that cluster, in its node: sidestaged runs in a pod, with the rights
                            of data/kubernetes/rbac.yaml; KUBECTL is what is typed as kubectl

SIDESTAGED, SIDESTAGE and YAML_JSON are programs of the build.  Nothing of a command is another but
for /etc/sidestage, which is a folder of the test, and the name of the image.
"""
import base64
import fcntl
import json
import os
import pty
import re
import select
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "fault"))
from cluster import LIMIT_S, Client, Double, Tap, until	# noqa: E402
from faultd import die_with_parent	# noqa: E402

PROGRAMS = ("curl", "kubectl", "openssl", "sidestage", "sidestaged")
HOST = "sidestage.example.org"
URL = "https://" + HOST
IMAGE = "local/sidestaged:1"
CTR = ["ctr", "-a", "/run/containerd/containerd.sock", "-n", "k8s.io", "images", "import"]
LOADED = "libcurl.so.4"		# by the program itself, when it needs it
KUBECONFIG = """apiVersion: v1
kind: Config
clusters: [{{name: c, cluster: {{server: "{url}", certificate-authority: "{ca}"}}}}]
users: [{{name: u, user: {{token: "{token}"}}}}]
contexts: [{{name: prod, context: {{cluster: c, user: u}}}}]
current-context: prod
"""
# The name of the platform is known to no resolver.
LEAD = """for word; do
	shift
	[ "$word" != --url={url} ] || word=--url=https://127.0.0.1:{port}
	set -- "$@" "$word"
done
"""
VOLUME = """apiVersion: v1
kind: PersistentVolume
metadata: {{name: sidestaged}}
spec:
  accessModes: [ReadWriteOnce]
  capacity: {{storage: 1Gi}}
  claimRef: {{namespace: sidestage, name: sidestaged}}
  hostPath: {{path: "{path}"}}
"""
NOT_APPROVED = 5		# it only says what it would do
APP = "/orgs/topicshare-inc/apps/topicshare"
BEGINNING = "One command"	# what stands before the numbers
# What others run in the namespaces that the beginning names.
OTHERS = """apiVersion: v1
kind: Namespace
metadata: {{name: {space}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: {space}, labels: {{team: payments}}}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: web
        image: local/topicshare-web:1.4.2
        env: [{{name: HOST, value: 0.0.0.0}}, {{name: PORT, value: "8080"}}, {{name: API_URL, value: "http://localhost:1"}}]
        readinessProbe: {{tcpSocket: {{port: 8080}}, periodSeconds: 1}}
"""


# --- the guide

def is_whole(command):
    try:
        shlex.split(command)
    except ValueError:
        return False
    return not command.endswith("\\")


def commands(text):
    """[(section, command)]: what is indented and begins with a program."""
    section, found, begun = BEGINNING, [], None
    for line in text.splitlines():
        head = re.match(r"\d+\. (.*)", line)
        if begun:
            begun += "\n" + line[4:]
        elif head:
            section = head.group(1)
        elif line.startswith("    ") and line.split()[0] in PROGRAMS and line[4] != " ":
            begun = line[4:]
        if begun and is_whole(begun):
            found.append((section, begun))
            begun = None
    if begun:
        raise RuntimeError("a command of the guide has no end: " + begun)
    return found


def is_screen(command):
    return command.split()[:2] == ["sidestage", "kube"] and "forget" not in command


def in_sentences(text):
    """Commands that stand in a sentence: what they are called, or all that is typed."""
    for words in re.findall(r"`((?:kubectl|sidestaged?) [^`]+)`", text):
        yield words if " --" in words or words == "sidestaged error-codes" else words + " --help"


def configuration(text):
    """The section of sidestaged.conf that the guide shows."""
    return re.search(r'(?m)^    (\[cluster "prod"\]\n(?:    +\S.*\n)+)', text)[1]


# --- where it is typed

class Target:
    """A folder with data/kubernetes, certificates and programs of the names that are typed."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="guide-")
        self.etc = os.path.join(self.folder, "root/etc/sidestage")
        self.bin = os.path.join(self.folder, "bin")
        for path in (self.etc, self.bin, "home", "run"):
            os.makedirs(os.path.join(self.folder, path), mode=0o700, exist_ok=True)
        self.variables = dict(
            os.environ, PATH=self.bin + ":" + os.environ["PATH"], LC_ALL="C.UTF-8",
            HOME=os.path.join(self.folder, "home"), PYTHONDONTWRITEBYTECODE="1",
            XDG_RUNTIME_DIR=os.path.join(self.folder, "run"))
        for name in ("KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"):
            self.variables.pop(name, None)
        for name in ("SIDESTAGED", "SIDESTAGE"):
            self.program(name.lower(), shlex.quote(os.environ[name]) + ' "$@"')
        data = os.path.join(self.folder, "data/kubernetes")
        shutil.copytree(os.path.join(TOP, "data/kubernetes"), data)
        self.manifest = os.path.join(data, "sidestaged.yaml")
        self.certificate()

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
        return path

    def program(self, name, line, before=""):
        os.chmod(self.write(f"bin/{name}", f"#!/bin/sh\n{before}exec {line}\n"), 0o755)

    def certificate(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-days", "2", "-subj", "/CN=" + HOST, "-keyout", "tls.key", "-out",
             "tls.crt", "-addext", f"subjectAltName=DNS:{HOST},IP:127.0.0.1"],
            cwd=self.folder, check=True, stderr=subprocess.DEVNULL)

    def change_manifest(self, *changes):
        with open(self.manifest) as file:
            text = file.read()
        for before, after in changes:
            if before not in text:
                raise RuntimeError("the manifest has not " + before)
            text = text.replace(before, after)
        self.write("data/kubernetes/sidestaged.yaml", text)

    def type(self, command):
        """(its status, what it wrote)"""
        token = os.path.join(self.folder, "token")
        if os.path.exists(token):
            os.chmod(token, 0o600)
            with open(token) as file:
                self.variables["TOKEN"] = file.read().strip()
        ended = subprocess.run(
            ["sh", "-c", command.replace("/etc/sidestage/", self.etc + "/")
             if command.startswith("sidestaged") else command], cwd=self.folder,
            env=self.variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
        return ended.returncode, ended.stdout.decode(errors="replace")

    def type_on_screen(self, command, wanted):
        """The same of what takes the whole screen: it shows that, and is left by Q."""
        pid, screen = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execvpe("sh", ["sh", "-c", command], dict(self.variables, TERM="xterm"))
        fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        said, asked, end = b"", 0, time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            if select.select([screen], [], [], 0.5)[0]:
                try:
                    said += os.read(screen, 65536)
                except OSError:		# it has ended
                    break
            if wanted.encode() in said and time.monotonic() - asked > 2:
                os.write(screen, b"Q")
                asked = time.monotonic()
        else:
            os.kill(pid, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.close(screen)
        return code, said.decode(errors="replace")

    def ask(self, path, body=None):
        """An answer of the platform, as the guide's commands ask for one."""
        more = "" if body is None else " -d " + shlex.quote(json.dumps(body))
        code, text = self.type(f'curl --silent --fail-with-body -H "Authorization: Bearer $TOKEN" '
                               f"{URL}{path}{more}")
        if code:
            raise RuntimeError(f"{path}: {text}")
        return json.loads(text) if text else None

    def end(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class OnDoubles(Target):
    """What the kubelet would do with the pod of the manifest is done here."""
    clusters = ("prod", "test")

    def __init__(self, text):
        super().__init__()
        self.doubles = {name: Double(os.path.join(self.folder, name), "--token",
                                     "sidestage=of-the-test", "--pace", "0.01")
                        for name in self.clusters}
        self.variables["KUBECONFIG"] = self.doubles["prod"].kubeconfig
        self.variables["ROOT"] = os.path.join(self.folder, "root")
        self.program("kubectl", f"{shlex.quote(sys.executable)} -S "
                     f"{shlex.quote(os.path.join(HERE, 'kubectl.py'))} \"$@\"")
        self.process = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.program("curl", f"{shutil.which('curl')} --cacert {self.folder}/tls.crt "
                     f"--connect-to {HOST}:443:127.0.0.1:{self.port} \"$@\"")
        self.program("sidestage", f"{shlex.quote(os.environ['SIDESTAGE'])} \"$@\"",
                     LEAD.format(url=URL, port=self.port))
        self.log = open(os.path.join(self.folder, "log"), "w+")
        self.shown = configuration(text)
        for name in self.clusters:
            where = self.doubles[name]
            self.write(f"root/etc/sidestage/{'kubeconfig' if name == 'prod' else name}",
                       KUBECONFIG.format(url=where.client().url, token="of-the-test",
                                         ca=os.path.join(where.folder, "pki/ca.crt")))

    def volumes(self, pod):
        """{name: {file: text}} of those of ConfigMaps and Secrets."""
        admin, found = self.doubles["prod"].client(), {}
        for volume in pod["volumes"]:
            if "configMap" in volume:
                found[volume["name"]] = admin.get(
                    "/api/v1/namespaces/sidestage/configmaps/" +
                    volume["configMap"]["name"]).value["data"]
            elif "secret" in volume:
                data = admin.get("/api/v1/namespaces/sidestage/secrets/" +
                                 volume["secret"]["secretName"]).value["data"]
                found[volume["name"]] = {name: base64.b64decode(value).decode()
                                         for name, value in data.items()}
        return found

    def path(self, inside):
        return "root" + inside

    def mount(self, pod):
        contents = self.volumes(pod)
        for mount in pod["containers"][0]["volumeMounts"]:
            files = contents.get(mount["name"])
            at = self.path(mount["mountPath"])
            if files is None or "subPath" not in mount:
                os.makedirs(os.path.join(self.folder, at), exist_ok=True)
            if files and "subPath" in mount:
                self.write(at, files[mount["subPath"]])
            elif files:
                for name, text in files.items():
                    self.write(at + "/" + name, self.here(text) if name.endswith(".conf") else text)

    def here(self, text):
        """The manifest's configuration, with this machine's paths and the guide's clusters."""
        text = re.sub(r"in-cluster = true", "kubeconfig = /etc/sidestage/kubeconfig", text)
        text += self.shown + '[cluster "test"]\n\tkubeconfig = /etc/sidestage/test\n'
        text = re.sub(r" /(etc|var/lib)/sidestage", rf" {self.folder}/root/\1/sidestage", text)
        return text.replace("0.0.0.0:8443", f"127.0.0.1:{self.port}")

    def run_pod(self):
        pod = self.doubles["prod"].client().get(
            "/apis/apps/v1/namespaces/sidestage/deployments/sidestaged"
        ).value["spec"]["template"]["spec"]
        self.mount(pod)
        root = os.path.join(self.folder, "root")
        for container in pod["initContainers"] + pod["containers"]:
            words = [root + word if word.startswith("/") else word for word in container["command"]]
            if container in pod["initContainers"]:
                subprocess.run(words, check=True, env=self.variables)
        self.process = subprocess.Popen(words, env=self.variables, stdin=subprocess.DEVNULL,
                                        stderr=self.log, preexec_fn=die_with_parent)
        probe = pod["containers"][0]["readinessProbe"]["httpGet"]["path"]

        def is_ready():
            if self.process.poll() is not None:
                raise RuntimeError("sidestaged ended: " + self.said())
            return self.type(f"curl --silent --fail {URL}{probe}")[0] == 0
        until(is_ready, pause=0.1)

    def operator_configuration(self):
        """The one that section 2 checks: the same daemon's."""
        with open(os.path.join(self.etc, "conf/sidestaged.conf")) as file:
            self.write("root/etc/sidestage/sidestaged.conf", file.read())

    def before(self, command):
        if command.endswith("/sidestaged"):
            self.run_pod()
        if command.startswith("sidestaged check-config /etc/"):
            self.operator_configuration()

    def cluster_of(self, name):
        return self.doubles[name].client()

    def said(self):
        with open(self.log.name) as file:
            return file.read()[-2000:]

    def end(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
        for double in self.doubles.values():
            double.stop()
        self.log.close()
        super().end()


class OnNode(Target):
    """A pod of the cluster whose node this is; both names are that cluster."""

    def __init__(self, text, kubeconfig):
        super().__init__()
        self.variables["KUBECONFIG"] = kubeconfig
        self.client = Client(kubeconfig)
        self.shown = configuration(text)
        self.program("kubectl", os.environ["KUBECTL"] + ' "$@"')
        self.change_manifest(
            ("sidestaged:latest", IMAGE),
            ('    [cluster "this"]\n', "".join(f'    [cluster "{name}"]\n    \tin-cluster = true\n'
                                             for name in ("prod", "test")) +
             '    [cluster "this"]\n'))
        self.import_image()
        path = os.path.join(self.folder, "volume")
        os.makedirs(path)
        os.chmod(path, 0o777)		# such a volume is given to no group
        os.chmod(self.folder, 0o711)
        self.must("kubectl apply -f " + self.write("volume.yaml", VOLUME.format(path=path)))

    def import_image(self):
        """What was built, with the libraries of this machine."""
        program = os.environ["SIDESTAGED"]
        found = subprocess.run(["ldconfig", "-p"], stdout=subprocess.PIPE, text=True, check=True)
        curl = re.search(rf"{re.escape(LOADED)} .*x86-64.* => (\S+)", found.stdout)[1]
        mkdir = shutil.which("mkdir")
        files = {program: "/sidestaged", mkdir: "/mkdir", curl: curl}
        for one in (program, mkdir, curl):
            needed = subprocess.run(["ldd", one], stdout=subprocess.PIPE, text=True, check=True)
            for path in re.findall(r"(/\S+) \(0x", needed.stdout):
                files[path] = path
        archive = os.path.join(self.folder, "image.tar")
        subprocess.run([sys.executable, os.path.join(HERE, "node/image.py"), archive, IMAGE,
                        "/sidestaged", *(f"{path}={at}" for path, at in files.items())], check=True)
        subprocess.run([*CTR, archive], check=True, stdout=subprocess.DEVNULL)

    def must(self, command):
        code, text = self.type(command)
        if code:
            raise RuntimeError(f"{command}: {text}")
        return text

    def before(self, command):
        if command.endswith("/sidestaged"):
            address = self.must("kubectl -n sidestage get service sidestaged "
                                "-o 'jsonpath={.spec.clusterIP}'")
            with open("/etc/hosts", "a") as file:
                file.write(f"{address} {HOST}\n")
            self.program("curl", f"{shutil.which('curl')} --cacert {self.folder}/tls.crt \"$@\"")
        if command.startswith("sidestaged check-config /etc/"):
            token = self.must("kubectl -n sidestage create token sidestaged").strip()
            ca = self.write("ca.crt", self.must(
                "kubectl get configmap kube-root-ca.crt -o 'jsonpath={.data.ca\\.crt}'"))
            self.write("root/etc/sidestage/kubeconfig", KUBECONFIG.format(
                url=self.client.url, ca=ca, token=token))
            self.write("root/etc/sidestage/sidestaged.conf", (
                f"[state]\n\tdirectory = {self.folder}/state\n[run]\n\timages = {self.folder}\n" +
                self.shown).replace("/etc/sidestage/", self.etc + "/"))

    def cluster_of(self, _name):
        return self.client

    def said(self):
        return self.type("kubectl -n sidestage describe pods; kubectl -n sidestage logs "
                         "deployment/sidestaged --all-containers --tail=30")[1]

    def end(self):
        for space in ("topicshare-production", "team-topicshare-development",
                      "team-topicshare-hotfix", "sidestage"):
            self.type(f"kubectl delete namespace {space} --wait=false")
        self.type("kubectl delete -f data/kubernetes/rbac.yaml --wait=false")
        self.type("kubectl delete persistentvolume sidestaged --wait=false")
        super().end()


# --- what is typed, in the order in which it can be

def own_kubeconfig(path):
    """The person's: the same cluster, whose namespace "shop" is what its context is about."""
    with open(path) as file:
        text = file.read()
    about = re.search(r"context: {(cluster: \S+), (user: \S+)}", text)
    text = re.sub(r"current-context: \S+", "current-context: prod", text)
    return text.replace("contexts:\n", "contexts:\n- name: prod\n  context: "
                        f"{{{about[1]}, {about[2]}, namespace: shop}}\n")


def applications():
    """TopicShare without what the guide makes, and without deployments: (file, modules)."""
    with open(os.path.join(HERE, "topicshare.json")) as file:
        text = json.load(file)
    org = text["organizations"][0]
    org.pop("definitions")
    app = org["applications"][0]
    app["environments"] = [env for env in app["environments"] if env["id"] != "qa"]
    modules = {}
    for env in app["environments"]:
        modules[env["id"]] = env.pop("deployments")[0]["set"]["modules"]
    return json.dumps(text), modules


class Story:
    def __init__(self, tap, target, found):
        self.tap, self.target, self.found = tap, target, found

    def type_section(self, section):
        """All commands of a section, which goes by the beginning of its title."""
        for at, command in list(self.found):
            if at.startswith(section):
                self.found.remove((at, command))
                self.type(command)

    def type(self, command):
        target = self.target
        target.before(command)
        if command.endswith(" NAME"):
            pods = target.cluster_of("prod").get(
                "/api/v1/namespaces/topicshare-production/pods").value["items"]
            command = command[:-len("NAME")] + pods[0]["metadata"]["name"]
        code, text = target.type_on_screen(command, "Workload") if is_screen(command) else target.type(command)
        if command == "sidestage kube forget" and code == NOT_APPROVED:
            code, text = target.type(command + " --approve=prod")
        line = command.splitlines()[0]
        named = re.search(r'"id": "([a-z-]*)"', command)
        self.tap.ok(code == 0, f"{line}{' ' + named[1] if named else ''}",
                    "" if code == 0 else text[-1500:] + "\n" + target.said())
        return text

    def deploy(self, env, modules):
        target = self.target
        delta = target.ask(APP + "/deltas", {"modules": {"add": modules}})
        delta = delta if isinstance(delta, str) else delta["id"]
        made = target.ask(f"{APP}/envs/{env}/deploys", {"delta_id": delta, "comment": env})

        def ended():
            at = target.ask(f"{APP}/envs/{env}/deploys/{made['id']}")["status"]
            return at if at not in ("pending", "in progress") else None
        status = until(ended, pause=0.3)
        self.tap.ok(status == "succeeded", f"{env} can be deployed", "" if status == "succeeded" else
                    json.dumps(target.ask(f"{APP}/envs/{env}/deploys/{made['id']}/errors")) + "\n" +
                    target.said())

    def runs(self, env, cluster, space):
        row = self.target.ask(f"{APP}/envs/{env}/runtime")
        self.tap.ok((row.get("cluster"), row.get("namespace")) == (cluster, space),
                    f"{env} is in the cluster {cluster} and the namespace {space}", row)
        found = self.target.cluster_of(cluster).get(
            f"/apis/apps/v1/namespaces/{space}/deployments").value.get("items", [])
        self.tap.ok({item["metadata"]["name"] for item in found} >= {"api", "web"},
                    "as the cluster says, too", found)

    def tell_beginning(self):
        """What others run is on the board, is cloned, and is as it was when all is forgotten."""
        target = self.target
        for space in ("shop", "shop-db"):
            target.type("kubectl apply -f " + target.write(space + ".yaml", OTHERS.format(space=space)))
            self.type(f"kubectl -n {space} rollout status deployment/web")
        team = target.variables["KUBECONFIG"]
        target.variables["KUBECONFIG"] = target.write("own", own_kubeconfig(team))
        self.type_section(BEGINNING)
        target.variables["KUBECONFIG"] = team
        image = target.cluster_of("prod").get(
            "/apis/apps/v1/namespaces/shop/deployments/web").value["spec"]["template"]["spec"]["containers"][0]["image"]
        self.tap.ok(image.endswith(":1.4.3"), "what was promoted is there", image)
        left = os.listdir(os.path.join(target.folder, "home/.local/state/sidestage/kube"))
        self.tap.ok(not left, "and of sidestage nothing is left on this machine", left)

    def tell(self):
        """From the rights to what runs; see the guide."""
        text, modules = applications()
        self.tell_beginning()
        self.target.write("applications.json", text)
        self.type_section("Requirements")
        self.type_section("sidestaged in a cluster")
        self.type_section("Tell sidestaged")
        self.type_section("Choose")
        self.deploy("production", modules["production"])
        self.runs("production", "prod", "topicshare-production")
        self.type_section("Its namespace")
        for section in sorted({at for at, _ in self.found if not at.startswith("Look")}):
            self.type_section(section)
        self.deploy("development", modules["development"])
        self.runs("development", "test", "team-topicshare-development")
        self.type_section("Look")
        shown = self.type("kubectl get namespaces -L app.kubernetes.io/managed-by")
        self.tap.ok(re.search(r"(?m)topicshare-production .*sidestage", shown),
                    "the namespaces have their label", shown)
        self.type("sidestage clone production hotfix --approve=hotfix --token-file=token "
                  f"--ca-file=tls.crt --url={URL}")
        self.runs("hotfix", "test", "team-topicshare-hotfix")


def main():
    tap = Tap()
    with open(os.path.join(TOP, "doc/kubernetes"), encoding="utf-8") as file:
        text = file.read()
    found = commands(text)
    tap.ok(len(found) >= 18 and {command.split()[0] for _, command in found} == set(PROGRAMS),
           "the guide has commands of each program", "\n".join(command for _, command in found))
    target = OnNode(text, sys.argv[1]) if len(sys.argv) > 1 else OnDoubles(text)
    story = Story(tap, target, found)
    try:
        for command in sorted(set(in_sentences(text))):
            story.type(command)
        story.tell()
        tap.ok(not story.found, "all were typed", story.found)
    except (RuntimeError, OSError, KeyError, subprocess.SubprocessError) as why:
        tap.ok(False, "the guide can be followed", f"{type(why).__name__} {why}\n{target.said()}")
    finally:
        target.end()
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
