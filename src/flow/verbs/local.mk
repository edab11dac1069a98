# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libflow-verbs.a
libflow_verbs_a_SOURCES = \
	src/flow/verbs/carry.c \
	src/flow/verbs/approval.c \
	src/flow/verbs/check-target.c \
	src/flow/verbs/clone.c \
	src/flow/verbs/clone-values.c \
	src/flow/verbs/deploy.c \
	src/flow/verbs/discard.c \
	src/flow/verbs/document.c \
	src/flow/verbs/document.h \
	src/flow/verbs/fixes.c \
	src/flow/verbs/flow.c \
	src/flow/verbs/flow.h \
	src/flow/verbs/flow-comment.c \
	src/flow/verbs/flows.c \
	src/flow/verbs/flows.h \
	src/flow/verbs/interrupted.c \
	src/flow/verbs/interrupted.h \
	src/flow/verbs/isolation.c \
	src/flow/verbs/live.c \
	src/flow/verbs/pins.c \
	src/flow/verbs/promote.c \
	src/flow/verbs/reads.c \
	src/flow/verbs/reads-values.c \
	src/flow/verbs/resume.c \
	src/flow/verbs/request.c \
	src/flow/verbs/review.c \
	src/flow/verbs/steps.c \
	src/flow/verbs/undo.c \
	src/flow/verbs/verbs.h \
	src/flow/verbs/watch-deployment.c \
	src/flow/verbs/write-values.c
