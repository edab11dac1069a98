#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every command of doc/kubernetes is typed as it stands there, and the manifests of data/kubernetes
# are applied; check-kube does the same on a real cluster.
for tool in python3 openssl curl; do
	command -v $tool >/dev/null 2>&1 || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
YAML_JSON="${builddir:-.}/tests/kube/yaml-json"
export YAML_JSON
PYTHONDONTWRITEBYTECODE=1 exec python3 -S "${srcdir:-.}/tests/kube/guide.py"
