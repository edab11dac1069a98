#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The first process of the node's namespaces (node.sh): it makes them a machine, starts the parts of
# Kubernetes, and waits.  As the first process it also reaps.
set -euo pipefail
dir=$1
node=$dir/node
address=192.0.2.10
url=https://$address:6443
services=10.96.0.0/16
first_service=10.96.0.1

# --- a machine: mounts, network, names, settings of the kernel

mount --make-rprivate /
mount --make-rshared /
mount -t tmpfs node "$node"
mkdir -p "$node"/{var,var-work,run,set,etcd,containerd,cni,kubelet,volumes}
mount -t overlay node-var -o "lowerdir=/var,upperdir=$node/var,workdir=$node/var-work" /var
mount -t tmpfs node-run /run
printf '127.0.0.1 localhost\n%s node\n' "$address" >"$node/hosts"
mount --bind "$node/hosts" /etc/hosts
hostname node

# What the kubelet insists on; where it cannot be set, since it is the machine's, a file with the
# value stands for it.
setting() {
	[ "$(cat "/proc/sys/$1")" != "$2" ] || return 0
	echo "$2" >"$node/set/$(basename "$1")"
	mount --bind "$node/set/$(basename "$1")" "/proc/sys/$1"
}
setting vm/overcommit_memory 1
setting vm/panic_on_oom 0
setting kernel/panic 10
setting kernel/panic_on_oops 1

ip link set lo up
ip link add node0 type veth peer name node1
ip address add "$address/24" dev node0
ip link set node0 up
ip link set node1 up
ip route add default via 192.0.2.1 dev node0
echo 1 >/proc/sys/net/ipv4/ip_forward

# --- certificates

pki=$dir/pki
mkdir -p "$pki"
chmod 700 "$pki"
cd "$pki"
exec 3>"$dir/log/openssl.log"

new_key() {
	openssl ecparam -name prime256v1 -genkey -noout -out "$1.key" 2>&3
}
certificate() { # name subject extensions
	new_key "$1"
	openssl req -new -key "$1.key" -subj "$2" -out "$1.csr" 2>&3
	openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 \
		-extfile <(printf '%s\n' "$3") -out "$1.crt" 2>&3
}
new_key ca
openssl req -x509 -new -key ca.key -days 30 -subj /CN=tests -out ca.crt \
	-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>&3
certificate server /CN=kube-apiserver "subjectAltName=IP:$address,IP:127.0.0.1,IP:$first_service,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc
extendedKeyUsage=serverAuth"
certificate admin /O=system:masters/CN=admin extendedKeyUsage=clientAuth
new_key accounts
openssl ec -in accounts.key -pubout -out accounts.pub 2>&3

cat >"$dir/kubeconfig.new" <<END
apiVersion: v1
kind: Config
clusters:
- name: node
  cluster:
    server: $url
    certificate-authority: $pki/ca.crt
users:
- name: admin
  user:
    client-certificate: $pki/admin.crt
    client-key: $pki/admin.key
contexts:
- name: node
  context: {cluster: node, user: admin}
current-context: node
END
mv "$dir/kubeconfig.new" "$dir/kubeconfig"
export KUBECONFIG=$dir/kubeconfig

# --- the parts

run() { # name command...
	local name=$1
	shift
	"$@" >"$dir/log/$name.log" 2>&1 </dev/null &
	eval "pid_${name//-/_}=$!"
	[ "$name" = apiserver ] || echo "$!" >"$dir/$name.pid"
}
# Runs again and again for as long as DIR/away was there when it ended, from when that is gone.
serve() { # command...
	local again=yes
	while [ "$again" ]; do
		again=
		"$@" &
		echo "$!" >"$dir/apiserver.pid"
		wait "$!" || true
		while [ -e "$dir/away" ]; do
			again=yes
			sleep 0.1
		done
	done
}
until_true() { # name command...: until the command succeeds, for as long as the part runs
	local part=$1 pid="pid_${1//-/_}"
	shift
	until "$@" >/dev/null 2>&1; do
		kill -0 "${!pid}" 2>/dev/null || { echo "$part ended" >&2; exit 1; }
		sleep 0.1
	done
}
kube() {
	"$KUBE_NODE" kubectl "$@"
}
answers() {
	curl -sf --cacert ca.crt --cert admin.crt --key admin.key "$url$1"
}

cat >"$node/cni/10-bridge.conflist" <<'END'
{"cniVersion": "1.0.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "pods0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "/run/cni-addresses",
            "ranges": [[{"subnet": "10.244.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
END
cat >"$node/containerd.toml" <<END
version = 2
root = "$node/containerd"
state = "/run/containerd"
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:3.10"
  restrict_oom_score_adj = true
  disable_apparmor = true
  disable_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$node/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
END
cat >"$node/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: $GROUP
enforceNodeAllocatable: [none]
oomScoreAdj: 0
maxOpenFiles: 19000
volumePluginDir: $node/volumes
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
authentication: {anonymous: {enabled: false}, webhook: {enabled: false}, x509: {clientCAFile: $pki/ca.crt}}
authorization: {mode: AlwaysAllow}
resolvConf: ""
clusterDNS: [$address]
clusterDomain: cluster.local
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
syncFrequency: 10s
fileCheckFrequency: 10s
nodeStatusUpdateFrequency: 2s
END
cat >"$node/proxy.yaml" <<END
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
hostnameOverride: node
clientConnection: {kubeconfig: $dir/kubeconfig}
clusterCIDR: 10.244.0.0/24
conntrack: {maxPerCore: 0, min: 0, tcpCloseWaitTimeout: 0s, tcpEstablishedTimeout: 0s}
END

etcd=http://127.0.0.1:2379
run etcd etcd --name node --data-dir "$node/etcd" --unsafe-no-fsync \
	--listen-client-urls "$etcd" --advertise-client-urls "$etcd" \
	--listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \
	--initial-cluster node=http://127.0.0.1:2380
run containerd containerd --config "$node/containerd.toml"
until_true etcd curl -sf "$etcd/health"
# Who wrote what; and what sidestaged asks in a pod or as its service account.
cat >"$node/audit.yaml" <<'END'
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- {level: RequestResponse, verbs: [create, update, patch, delete, deletecollection]}
- {level: Metadata, userGroups: ["system:serviceaccounts:sidestage"]}
END
run apiserver serve "$KUBE_NODE" apiserver --etcd-servers="$etcd" --bind-address="$address" \
	--advertise-address="$address" --secure-port=6443 --service-cluster-ip-range="$services" \
	--cert-dir="$node/run" --tls-cert-file="$pki/server.crt" --tls-private-key-file="$pki/server.key" \
	--client-ca-file="$pki/ca.crt" --authorization-mode=Node,RBAC \
	--kubelet-client-certificate="$pki/admin.crt" --kubelet-client-key="$pki/admin.key" \
	--service-account-issuer=https://kubernetes.default.svc \
	--service-account-key-file="$pki/accounts.pub" \
	--service-account-signing-key-file="$pki/accounts.key" \
	--default-not-ready-toleration-seconds=5 --default-unreachable-toleration-seconds=5 \
	--audit-policy-file="$node/audit.yaml" \
	--audit-log-path="$dir/log/audit.log" --audit-log-maxsize=4096 --allow-privileged --v=1

until_true containerd ctr -a /run/containerd/containerd.sock version
for image in ${IMAGES:+"$IMAGES"/*.tar}; do
	ctr -a /run/containerd/containerd.sock -n k8s.io images import "$image" >>"$dir/log/images.log" 2>&1
done

until_true apiserver answers /readyz
run controller-manager "$KUBE_NODE" controller-manager --kubeconfig="$dir/kubeconfig" \
	--leader-elect=false --bind-address=127.0.0.1 --root-ca-file="$pki/ca.crt" \
	--cert-dir="$node/run" --service-account-private-key-file="$pki/accounts.key" \
	--node-monitor-grace-period=12s --v=1
run scheduler "$KUBE_NODE" scheduler --kubeconfig="$dir/kubeconfig" --leader-elect=false \
	--bind-address=127.0.0.1 --cert-dir="$node/run" --v=1
run kubelet "$KUBE_NODE" kubelet --config="$node/kubelet.yaml" --kubeconfig="$dir/kubeconfig" \
	--root-dir="$node/kubelet" --cert-dir="$node/run" --hostname-override=node \
	--node-ip="$address" --v=2
run dns "$KUBE_NODE" dns --kubeconfig="$dir/kubeconfig" --bind-address="$address:53"
run proxy "$KUBE_NODE" proxy --config="$node/proxy.yaml" --v=1

until_true controller-manager answers /api/v1/namespaces/default/serviceaccounts/default
until_true kubelet sh -c "'$KUBE_NODE' kubectl get node node -o 'jsonpath={.status.conditions[?(@.type==\"Ready\")].status}' | grep -qx True"
echo "ready after $SECONDS s" >"$dir/ready.new"
mv "$dir/ready.new" "$dir/ready"
wait
