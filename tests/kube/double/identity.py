# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates, tokens and the kubeconfig.

DIR/tokens.csv has lines TOKEN,USER[,GROUP...] and is read for each request, so that a test can
rotate one; DIR/kubeconfig has a context for each user: admin by certificate, others by token.
"""
import os
import subprocess

SUBJECTS = {"server": "/CN=kube-apiserver", "admin": "/O=system:masters/CN=admin"}


def openssl(*words):
    return subprocess.Popen(("openssl",) + words, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def make_certificates(folder):
    """ca, server and admin, each NAME.crt and NAME.key."""
    os.makedirs(folder, mode=0o700, exist_ok=True)

    def at(name):
        return os.path.join(folder, name)

    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    config = at("openssl.cnf")
    with open(config, "w") as file:
        file.write("[req]\ndistinguished_name=dn\n[dn]\n"
                   "[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
                   "[server]\nsubjectAltName=IP:127.0.0.1,DNS:localhost,DNS:kubernetes\n"
                   "extendedKeyUsage=serverAuth\n[admin]\nextendedKeyUsage=clientAuth\n")
    openssl("req", "-x509", *curve, "-config", config, "-days", "30", "-subj", "/CN=tests",
            "-extensions", "ca", "-keyout", at("ca.key"), "-out", at("ca.crt")).wait()

    def leaf(name):
        return openssl("req", "-x509", *curve, "-config", config, "-days", "30", "-subj", SUBJECTS[name],
                       "-extensions", name, "-CA", at("ca.crt"), "-CAkey", at("ca.key"),
                       "-keyout", at(name + ".key"), "-out", at(name + ".crt"))

    for child in [leaf(name) for name in SUBJECTS]:
        if child.wait() != 0:
            raise RuntimeError("openssl makes no certificate")


def write_kubeconfig(path, url, pki, tokens):
    """Appears whole, when all else is ready."""
    users = ["admin"] + [user for user, _ in tokens]
    lines = ["apiVersion: v1", "kind: Config", "clusters:", "- name: double", "  cluster:",
             f"    server: {url}", f"    certificate-authority: {pki}/ca.crt", "users:",
             "- name: admin", "  user:", f"    client-certificate: {pki}/admin.crt",
             f"    client-key: {pki}/admin.key"]
    for user, token in tokens:
        lines += [f"- name: {user}", f"  user: {{token: {token}}}"]
    lines.append("contexts:")
    for user in users:
        lines += [f"- name: {user}", f"  context: {{cluster: double, user: {user}}}"]
    lines.append("current-context: admin")
    with open(path + ".new", "w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write("\n".join(lines) + "\n")
    os.rename(path + ".new", path)


def user_of(peer):
    """(name, groups) of a client's certificate."""
    name, groups = None, []
    for row in peer.get("subject", ()):
        for key, value in row:
            if key == "commonName":
                name = value
            elif key == "organizationName":
                groups.append(value)
    return name, groups


def find_token(path, token):
    """(user, groups), or None."""
    try:
        with open(path) as file:
            for line in file:
                words = line.strip().split(",")
                if len(words) > 1 and words[0] == token:
                    return words[1], words[2:]
    except FileNotFoundError:
        pass
    return None
