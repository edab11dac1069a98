# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libplatform-api.a
libplatform_api_a_SOURCES = \
	src/platform/api/dispatch.c \
	src/platform/api/handlers/applications.c \
	src/platform/api/handlers/artefacts.c \
	src/platform/api/handlers/audit.c \
	src/platform/api/handlers/definitions.c \
	src/platform/api/handlers/deltas.c \
	src/platform/api/handlers/deployments.c \
	src/platform/api/handlers/environments.c \
	src/platform/api/handlers/handlers.h \
	src/platform/api/handlers/logs.c \
	src/platform/api/handlers/organizations.c \
	src/platform/api/handlers/parameters.c \
	src/platform/api/handlers/pipelines.c \
	src/platform/api/handlers/resources.c \
	src/platform/api/handlers/rules.c \
	src/platform/api/handlers/runtime.c \
	src/platform/api/handlers/sets.c \
	src/platform/api/handlers/users.c \
	src/platform/api/handlers/value-versions.c \
	src/platform/api/handlers/values.c \
	src/platform/api/idempotency.c \
	src/platform/api/idempotency.h \
	src/platform/api/private.h \
	src/platform/api/routes.c \
	src/platform/api/routes.h \
	src/platform/api/score.c \
	src/platform/api/score.h \
	src/platform/api/secret-reference.c \
	src/platform/api/secret-reference.h \
	src/platform/api/withheld.c \
	src/platform/api/withheld.h
