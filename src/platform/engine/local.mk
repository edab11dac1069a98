# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libplatform-engine.a
libplatform_engine_a_SOURCES = \
	src/platform/engine/adoption.c \
	src/platform/engine/adoption.h \
	src/platform/engine/automation.c \
	src/platform/engine/automation.h \
	src/platform/engine/cluster-definition.c \
	src/platform/engine/cluster-definition.h \
	src/platform/engine/definition-check.c \
	src/platform/engine/definition-check.h \
	src/platform/engine/deploy-review.c \
	src/platform/engine/deploy-review.h \
	src/platform/engine/deploy.c \
	src/platform/engine/deploy.h \
	src/platform/engine/deployed-values.c \
	src/platform/engine/deployed-values.h \
	src/platform/engine/drop-deleted.c \
	src/platform/engine/drain.c \
	src/platform/engine/engine-private.h \
	src/platform/engine/engine.c \
	src/platform/engine/engine.h \
	src/platform/engine/env-driver.c \
	src/platform/engine/env-driver.h \
	src/platform/engine/env-graph.c \
	src/platform/engine/env-graph.h \
	src/platform/engine/env-namespace.c \
	src/platform/engine/env-namespace.h \
	src/platform/engine/follow-groups.c \
	src/platform/engine/follow-places.c \
	src/platform/engine/follow-private.h \
	src/platform/engine/follow.c \
	src/platform/engine/follow.h \
	src/platform/engine/graph.c \
	src/platform/engine/graph.h \
	src/platform/engine/interrupted.c \
	src/platform/engine/interrupted.h \
	src/platform/engine/env-progress.c \
	src/platform/engine/env-progress.h \
	src/platform/engine/problems.c \
	src/platform/engine/problems.h \
	src/platform/engine/provision-private.h \
	src/platform/engine/provision.c \
	src/platform/engine/provision.h \
	src/platform/engine/prune.c \
	src/platform/engine/prune.h \
	src/platform/engine/record-notes.c \
	src/platform/engine/record-notes.h \
	src/platform/engine/record-values.c \
	src/platform/engine/record-values.h \
	src/platform/engine/record.c \
	src/platform/engine/record-clones.c src/platform/engine/record-clones.h \
	src/platform/engine/record-problems.c src/platform/engine/record-problems.h \
	src/platform/engine/records.c \
	src/platform/engine/records.h \
	src/platform/engine/resource-drivers.c \
	src/platform/engine/resource-drivers.h \
	src/platform/engine/rollout-commit.c \
	src/platform/engine/rollout-commit.h \
	src/platform/engine/rollout-past.c src/platform/engine/rollout-past.h \
	src/platform/engine/rollout-plan.c \
	src/platform/engine/rollout-plan.h \
	src/platform/engine/rollout-private.h \
	src/platform/engine/rollout.c \
	src/platform/engine/rollout.h \
	src/platform/engine/workload-warnings.c \
	src/platform/engine/workload-warnings.h
