# SPDX-License-Identifier: GPL-3.0-or-later
"""double DIR [OPTION...]: a small Kubernetes API server for tests, or faults before a real one.

DIR is made; when DIR/kubeconfig is there, it serves.  DIR/rules has faults and rights (faults.py),
DIR/requests.log every request, DIR/tokens.csv the tokens, DIR/pid our process.  It ends with
SIGTERM, or when its parent ends.

With --upstream URL (and --ca, --cert, --key: how we reach it) everything is passed on to there.
"""
import sys
sys.dont_write_bytecode = True
import argparse		# noqa: E402
import ctypes		# noqa: E402
import os		# noqa: E402
import signal		# noqa: E402
import ssl		# noqa: E402
import threading	# noqa: E402

import identity		# noqa: E402
import server		# noqa: E402
from faults import Rules	# noqa: E402

PR_SET_PDEATHSIG = 1


def options():
    words = argparse.ArgumentParser(prog="double", description=__doc__.split("\n", 1)[0])
    words.add_argument("dir", metavar="DIR")
    words.add_argument("--address", default="127.0.0.1")
    words.add_argument("--port", type=int, default=0)
    words.add_argument("--token", action="append", default=[], metavar="USER=TOKEN",
                       help="a user by token, besides admin by certificate")
    words.add_argument("--pace", type=float, default=0.02, metavar="S",
                       help="what a controller waits before a step")
    words.add_argument("--history", type=int, default=4096, metavar="N",
                       help="changes of a kind that a watch can begin with")
    words.add_argument("--bookmarks", type=float, default=1, metavar="S")
    words.add_argument("--gateway", action="store_true", help="it has the Gateway API")
    words.add_argument("--prefix", default="", metavar="PATH",
                       help="where its addresses begin, as behind a gateway of many clusters")
    words.add_argument("--upstream", metavar="URL")
    for name in ("ca", "cert", "key"):
        words.add_argument("--" + name, metavar="FILE", help="of the upstream")
    words.add_argument("--stays", action="store_true", help="also when the parent ends")
    return words.parse_args()


def end_with_parent(parent):
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(0)


def make_backend(asked, rules, pki):
    if asked.upstream:
        from upstream import Upstream
        return Upstream(asked.upstream, asked.ca, asked.cert, asked.key)
    from api import Api
    from kubelet import Cluster
    from store import Store
    import custom
    import gateway
    import kinds
    custom.install()
    if asked.gateway:
        gateway.install()
    with open(os.path.join(pki, "ca.crt")) as file:
        ca = file.read()
    store = Store(asked.history)
    cluster = Cluster(store, rules, asked.pace, ca)
    threading.Thread(target=cluster.run, daemon=True).start()
    with store.lock:
        for name in ("default", "kube-system"):
            store.create(kinds.BY_NAME["Namespace"], "", {"metadata": {"name": name}})
        store.create(kinds.BY_NAME["Node"], "", {"metadata": {"name": "node"}, "status": {
            "capacity": {"cpu": "2", "memory": "8Gi", "pods": "110"},
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}]}})
    return Api(store, cluster, rules, asked.bookmarks)


def main():
    asked = options()
    parent = os.getppid()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    if not asked.stays:
        end_with_parent(parent)
    folder = os.path.abspath(asked.dir)
    pki = os.path.join(folder, "pki")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    identity.make_certificates(pki)
    tokens = [tuple(word.split("=", 1)) for word in asked.token]
    with open(os.path.join(folder, "tokens.csv"), "w") as file:
        file.writelines(f"{token},{user}\n" for user, token in tokens)
    rules = Rules(os.path.join(folder, "rules"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(pki, "server.crt"), os.path.join(pki, "server.key"))
    context.load_verify_locations(os.path.join(pki, "ca.crt"))
    context.verify_mode = ssl.CERT_OPTIONAL
    context.set_alpn_protocols(["http/1.1"])
    backend = make_backend(asked, rules, pki)
    serving = server.Server((asked.address, asked.port), context, rules,
                            server.Log(os.path.join(folder, "requests.log")),
                            os.path.join(folder, "tokens.csv"), backend)
    serving.prefix = asked.prefix
    with open(os.path.join(folder, "pid"), "w") as file:
        file.write(f"{os.getpid()}\n")
    identity.write_kubeconfig(os.path.join(folder, "kubeconfig"),
                              f"https://{asked.address}:{serving.server_port}{asked.prefix}", pki,
                              tokens)
    serving.serve_forever()


if __name__ == "__main__":
    main()
