# SPDX-License-Identifier: GPL-3.0-or-later
# A real Kubernetes, made from its sources by Go; "./bootstrap check-kube" installs the rest of it.
EXTRA_DIST += tests/kube/objects/every-field-cronjob.json tests/kube/objects/every-field-job.json \
	tests/kube/objects/every-field-least.json tests/kube/objects/every-field-module.json \
	tests/kube/objects/every-field-other.json tests/kube/objects/every-field.in.json \
	tests/kube/objects/routes.json tests/kube/objects/secrets.json \
	tests/kube/objects/topicshare.json tests/kube/taken.py
EXTRA_DIST += tests/kube/objects/taken/every-field-cronjob.json \
	tests/kube/objects/taken/every-field-job.json tests/kube/objects/taken/every-field-least.json \
	tests/kube/objects/taken/every-field-module.json tests/kube/objects/taken/every-field-other.json
EXTRA_DIST += tests/kube/hotfix.sh tests/kube/review.py
EXTRA_DIST += tests/kube/check.sh tests/kube/images.py tests/kube/shop.yaml tests/kube/topicshare.json \
	tests/kube/node/image.py tests/kube/node/init.sh tests/kube/node/node.sh \
	tests/kube/node/pause.c tests/kube/node/program/dns.go tests/kube/node/program/go.mod \
	tests/kube/node/program/go.sum tests/kube/node/program/main.go
# Where there is no Go, a small API server stands for it: its answers are compared with the real one
# by check-kube.
EXTRA_DIST += tests/kube/cluster.py tests/kube/compare.py \
	tests/kube/double/__main__.py tests/kube/double/api.py tests/kube/double/controllers.py tests/kube/double/custom.py tests/kube/double/faults.py tests/kube/double/fields.py tests/kube/double/gateway.py \
	tests/kube/double/identity.py tests/kube/double/kinds.py tests/kube/double/kubelet.py \
	tests/kube/double/make-schema.py tests/kube/double/problem.py tests/kube/double/proxy.py \
	tests/kube/double/schema.json tests/kube/double/server.py tests/kube/double/sets.py tests/kube/double/site_behind.py \
	tests/kube/double/store.py tests/kube/double/upstream.py \
	tests/kube/driver.py tests/kube/killed.py tests/kube/routes.py tests/kube/test-double.py
EXTRA_DIST += tests/kube/test-reach.py
EXTRA_DIST += tests/kube/adopt.py tests/kube/adopted.py tests/kube/applied.py tests/kube/owned.py \
	tests/kube/adopted/chart.yaml tests/kube/adopted/cron.yaml \
	tests/kube/adopted/operator.yaml tests/kube/adopted/plain.yaml tests/kube/adopted/versions.yaml
EXTRA_DIST += tests/kube/memory.py tests/kube/person.py tests/kube/rights.py tests/kube/traces.py \
	tests/kube/two.py
dist_check_SCRIPTS += tests/kube/test-adopted.sh tests/kube/test-memory.sh tests/kube/test-rights.sh \
	tests/kube/test-two.sh
TESTS += tests/kube/test-adopted.sh tests/kube/test-memory.sh tests/kube/test-rights.sh tests/kube/test-two.sh
LONG_TESTS += tests/kube/test-two.sh
KUBE_TESTS = tests/kube/test-faults.sh tests/kube/test-killed.sh
dist_check_SCRIPTS += $(KUBE_TESTS) tests/kube/test-adopt.sh tests/kube/test-double.sh tests/kube/test-hotfix.sh \
	tests/kube/test-reach.sh tests/kube/test-review.sh tests/kube/test-routes.sh
TESTS += $(KUBE_TESTS) tests/kube/test-adopt.sh tests/kube/test-double.sh \
	tests/kube/test-hotfix.sh tests/kube/test-reach.sh tests/kube/test-review.sh \
	tests/kube/test-routes.sh
LONG_TESTS += $(KUBE_TESTS)
KUBE_VERSION = v1.36.3
GO = go

kube/node: tests/kube/node/program/main.go tests/kube/node/program/dns.go \
		tests/kube/node/program/go.mod tests/kube/node/program/go.sum
	$(AM_V_GEN)$(MKDIR_P) kube && cd $(srcdir)/tests/kube/node/program && $(GO) build -trimpath \
		-ldflags '-s -w -X k8s.io/component-base/version.gitVersion=$(KUBE_VERSION)' \
		-o '$(abs_builddir)/kube/node' .
# Made again whenever the sample was.
kube/images: libtopicshare.a tests/kube/failures/failing.c tests/kube/images.py \
		tests/kube/node/image.py
	$(AM_V_GEN)$(MKDIR_P) kube && rm -rf $@ && PYTHONDONTWRITEBYTECODE=1 CC='$(CC)' \
		python3 $(srcdir)/tests/kube/images.py $(srcdir) . $@
# On a node that is started for it, or with "make check-kube KUBECONFIG=FILE" on any cluster that has
# the images of kube/images.  What the environment says counts for nothing here: it may be Production.
check-kube: all tests/tty/tty-run tests/tty/fetch tests/charts/kept kube/images
	@srcdir='$(srcdir)' IMAGES='$(abs_builddir)/kube/images' \
	SIDESTAGE='$(abs_builddir)/sidestage' SIDESTAGED='$(abs_builddir)/sidestaged'; \
	export srcdir IMAGES SIDESTAGE SIDESTAGED; \
	case '$(origin KUBECONFIG)' in \
	command*) CLUSTER='$(KUBECONFIG)' bash $(srcdir)/tests/kube/check.sh ;; \
	*)	$(MAKE) $(AM_MAKEFLAGS) kube/node && \
		CLUSTER= KUBE_NODE='$(abs_builddir)/kube/node' bash $(srcdir)/tests/kube/check.sh ;; \
	esac
EXTRA_DIST += tests/kube/failing.py tests/kube/failures/failing.c tests/kube/failures/failures.py \
	tests/kube/failures/record.py tests/kube/failures/registry.py
clean-local: clean-kube
clean-kube:
	rm -rf kube
# The guide is typed, and a clone of many workloads counted; on the node it is timed, too.
dist_check_SCRIPTS += tests/kube/test-guide.sh tests/kube/test-size.sh
TESTS += tests/kube/test-guide.sh tests/kube/test-size.sh
EXTRA_DIST += tests/kube/audit.py tests/kube/guide.py tests/kube/kubectl.py tests/kube/real.py \
	tests/kube/size.py tests/kube/node/second.py tests/kube/node/second.sh
# A cluster of many namespaces, by the server of the bench.
dist_check_SCRIPTS += tests/kube/test-large.sh
TESTS += tests/kube/test-large.sh
EXTRA_DIST += tests/kube/large.py
check_PROGRAMS += tests/bench/big-cluster
check_PROGRAMS += tests/kube/yaml-json
tests_kube_yaml_json_SOURCES = tests/kube/yaml-json.c
tests_kube_yaml_json_LDADD = libmodel.a libbase.a $(YAML_LIBS) $(BASE_LIBS)
.PHONY: check-kube clean-kube
