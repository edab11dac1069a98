#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A second API server in the node (node.sh enter DIR second.sh DIR): objects of its own, a controller
# manager, and pods that run nowhere but say that they do (second.py).  DIR/second/kubeconfig is
# there when it serves; it ends with the node.
set -euo pipefail
dir=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
node=$dir/node
pki=$dir/pki
address=192.0.2.10
url=https://$address:6444
mkdir -p "$dir/second"
sed "s|:6443|:6444|" "$dir/kubeconfig" >"$dir/second/kubeconfig.new"

run() { # name command...
	local name=$1
	shift
	setsid "$@" >"$dir/log/second-$name.log" 2>&1 </dev/null &
	last=$!
}
until_true() { # command...: for as long as what was started last runs
	until "$@" >/dev/null 2>&1; do
		kill -0 "$last" 2>/dev/null || { echo "it ended" >&2; exit 1; }
		sleep 0.1
	done
}
answers() {
	curl -sf --cacert "$pki/ca.crt" --cert "$pki/admin.crt" --key "$pki/admin.key" "$url$1"
}

run apiserver "$KUBE_NODE" apiserver --etcd-servers=http://127.0.0.1:2379 --etcd-prefix=/second \
	--bind-address="$address" --advertise-address="$address" --secure-port=6444 \
	--endpoint-reconciler-type=none --service-cluster-ip-range=10.97.0.0/16 \
	--cert-dir="$dir/second" --tls-cert-file="$pki/server.crt" --tls-private-key-file="$pki/server.key" \
	--client-ca-file="$pki/ca.crt" --authorization-mode=RBAC \
	--service-account-issuer=https://second.invalid \
	--service-account-key-file="$pki/accounts.pub" \
	--service-account-signing-key-file="$pki/accounts.key" \
	--audit-policy-file="$node/audit.yaml" --audit-log-path="$dir/log/second-audit.log" --v=1
until_true answers /readyz
run controller-manager "$KUBE_NODE" controller-manager --kubeconfig="$dir/second/kubeconfig.new" \
	--leader-elect=false --bind-address=127.0.0.1 --secure-port=10357 --root-ca-file="$pki/ca.crt" \
	--cert-dir="$dir/second" --service-account-private-key-file="$pki/accounts.key" \
	--controllers=namespace-controller,serviceaccount-controller,deployment-controller,replicaset-controller,garbage-collector-controller,root-ca-certificate-publisher-controller,disruption-controller \
	--v=1
until_true answers /api/v1/namespaces/default/serviceaccounts/default
PYTHONDONTWRITEBYTECODE=1 run pods python3 -S "$here/second.py" "$dir/second/kubeconfig.new"
# It stays for those above, which may not have read it yet.
cp "$dir/second/kubeconfig.new" "$dir/second/kubeconfig.ready"
mv "$dir/second/kubeconfig.ready" "$dir/second/kubeconfig"
