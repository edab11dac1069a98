#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A real Kubernetes of one node, in namespaces of its own, for the tests:
#
#   node.sh up DIR              starts it; DIR must not exist; then DIR/kubeconfig is there
#   node.sh enter DIR COMMAND   runs COMMAND where the node is
#   node.sh down DIR            ends it, and leaves nothing but DIR/log
#
# KUBE_NODE is the program of main.go; IMAGES is a folder of archives that the node is to know.
# Everything lives in a process namespace whose first process is init.sh: when that ends, all of
# it has ended, containers too, and so have the mounts.  What would be left are control groups;
# they lie below one group that has the name of DIR.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

die() {
	echo "node.sh: $*" >&2
	exit 1
}

hierarchies() {
	awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts
}

group_name() {
	printf 'sidestage-%s' "$(basename "$1")"
}

make_groups() {
	local top group
	for top in $(hierarchies); do
		group=$top/$(group_name "$1")
		mkdir -p "$group"
		# A group of cpuset takes no process before it has both of these.
		for file in cpuset.cpus cpuset.mems; do
			[ ! -f "$group/$file" ] || cat "$top/$file" >"$group/$file"
		done
	done
}

# From the leaves up: the kernel takes no other order.  A group is busy for a moment after its last
# process has ended.
remove_groups() {
	local top tries
	for top in $(hierarchies); do
		[ -d "$top/$(group_name "$1")" ] || continue
		for tries in 1 2 3 4 5 6 7 8 9 10; do
			find "$top/$(group_name "$1")" -depth -type d -exec rmdir {} + 2>/dev/null && break
			sleep 0.2
		done
	done
	for top in $(hierarchies); do
		[ ! -d "$top/$(group_name "$1")" ] || die "$top/$(group_name "$1") is left"
	done
}

first_process() {
	cat "$1/init.pid"
}

up() {
	local dir=$1 unshared end
	[ ! -e "$dir" ] || die "$dir is there already"
	[ -x "${KUBE_NODE:-}" ] || die "KUBE_NODE must name the program that main.go makes"
	mkdir -p "$dir/log" "$dir/node"
	make_groups "$dir"
	KUBE_NODE=$KUBE_NODE IMAGES=${IMAGES:-} GROUP=/$(group_name "$dir") \
		setsid unshare --mount --uts --ipc --net --pid --fork --kill-child --mount-proc \
		bash "$here/init.sh" "$dir" >"$dir/log/init.log" 2>&1 </dev/null &
	unshared=$!
	end=$((SECONDS + ${PATIENCE:-300}))
	until [ -s "$dir/ready" ]; do
		kill -0 "$unshared" 2>/dev/null || fail "$dir" "it ended"
		[ "$SECONDS" -lt "$end" ] || fail "$dir" "it was not ready in time"
		[ -s "$dir/init.pid" ] || pgrep -P "$unshared" >"$dir/init.pid" || true
		sleep 0.1
	done
	cat "$dir/ready"
}

fail() {
	local dir=$1
	tail -n 20 "$dir"/log/*.log >&2 || true
	down "$dir" || true
	die "the node did not start: $2; its logs are in $dir/log"
}

enter() {
	local dir=$1
	shift
	exec nsenter --target "$(first_process "$dir")" --mount --uts --ipc --net --pid --wd="$PWD" -- "$@"
}

down() {
	local dir=$1 pid
	pid=$(first_process "$dir" 2>/dev/null || true)
	if [ -n "$pid" ]; then
		kill -KILL "$pid" 2>/dev/null || true
		while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
	fi
	remove_groups "$dir"
	rm -rf "$dir/node" "$dir/pki" "$dir"/*.pid "$dir/ready" "$dir/kubeconfig" "$dir/second"
}

[ $# -ge 2 ] || { sed -n '3,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
command=$1
shift
case $command in
up | enter | down) "$command" "$@" ;;
*) die "unknown command: $command" ;;
esac
