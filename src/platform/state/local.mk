# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libplatform-state.a
libplatform_state_a_SOURCES = \
	src/platform/state/definition-inputs.c \
	src/platform/state/definition-inputs.h \
	src/platform/state/definition.c \
	src/platform/state/definition.h \
	src/platform/state/place.c \
	src/platform/state/platform.h \
	src/platform/state/precondition.c \
	src/platform/state/precondition.h \
	src/platform/state/repository-apps.c \
	src/platform/state/repository-artefacts.c \
	src/platform/state/repository-artefacts.h \
	src/platform/state/repository-deployments.c \
	src/platform/state/repository-idempotency.c \
	src/platform/state/repository-idempotency.h \
	src/platform/state/repository-pipelines.c \
	src/platform/state/repository-resources.c \
	src/platform/state/repository-resources.h \
	src/platform/state/repository-rules.c \
	src/platform/state/repository-runtime.c \
	src/platform/state/repository-sets.c \
	src/platform/state/repository-transfer.c \
	src/platform/state/repository-transfer.h \
	src/platform/state/repository-users.c \
	src/platform/state/repository-users.h \
	src/platform/state/repository-value-versions.c \
	src/platform/state/repository-values.c \
	src/platform/state/repository-values.h \
	src/platform/state/repository.c \
	src/platform/state/repository.h \
	src/platform/state/rows.h \
	src/platform/state/schema.c \
	src/platform/state/schema.h \
	src/platform/state/secret-key.c \
	src/platform/state/secret-key.h \
	src/platform/state/secret.c \
	src/platform/state/secret.h \
	src/platform/state/state-secrets.c \
	src/platform/state/state-secrets.h \
	src/platform/state/value-history.c \
	src/platform/state/value-history.h \
	src/platform/state/value-rules.c \
	src/platform/state/value-rules.h \
	src/platform/state/values-private.h
