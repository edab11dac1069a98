#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Five applications of different shape, which kubectl alone has made, are adopted, cloned, fixed and
# promoted, and their owner goes on; check-kube does it on a real node.
for tool in python3 openssl; do
	command -v $tool >/dev/null 2>&1 || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
YAML_JSON="${builddir:-.}/tests/kube/yaml-json"
export YAML_JSON
PYTHONDONTWRITEBYTECODE=1 exec python3 -S "${srcdir:-.}/tests/kube/adopted.py" double
