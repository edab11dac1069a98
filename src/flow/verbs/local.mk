# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libflow-verbs.a
libflow_verbs_a_SOURCES = \
	src/flow/verbs/carry.c \
	src/flow/verbs/approval.c src/flow/verbs/approval.h \
	src/flow/verbs/check-target.c src/flow/verbs/check-target.h \
	src/flow/verbs/clone.c \
	src/flow/verbs/clone-draft.h \
	src/flow/verbs/clone-parts.c src/flow/verbs/clone-parts.h \
	src/flow/verbs/clone-secrets.c \
	src/flow/verbs/clone-values.c src/flow/verbs/clone-values.h \
	src/flow/verbs/cronjobs.c src/flow/verbs/cronjobs.h \
	src/flow/verbs/deploy.c \
	src/flow/verbs/discard.c \
	src/flow/verbs/document.c src/flow/verbs/document.h \
	src/flow/verbs/field-warnings.c src/flow/verbs/field-warnings.h \
	src/flow/verbs/fixes.c src/flow/verbs/fixes.h \
	src/flow/verbs/flow-advance.c src/flow/verbs/flow-advance.h \
	src/flow/verbs/flow.c src/flow/verbs/flow.h \
	src/flow/verbs/flow-comment.c src/flow/verbs/flow-comment.h \
	src/flow/verbs/flow-state.h \
	src/flow/verbs/flows.c src/flow/verbs/flows.h \
	src/flow/verbs/interrupted.c src/flow/verbs/interrupted.h \
	src/flow/verbs/isolation.c src/flow/verbs/isolation.h \
	src/flow/verbs/live.c src/flow/verbs/live.h \
	src/flow/verbs/merge-ours.c src/flow/verbs/merge-ours.h \
	src/flow/verbs/outlook.c src/flow/verbs/outlook.h \
	src/flow/verbs/patch-file.c src/flow/verbs/patch-file.h \
	src/flow/verbs/pins.c src/flow/verbs/pins.h \
	src/flow/verbs/promote.c src/flow/verbs/promote.h \
	src/flow/verbs/reads.c src/flow/verbs/reads.h \
	src/flow/verbs/reads-values.c src/flow/verbs/reads-values.h \
	src/flow/verbs/resume.c src/flow/verbs/resume.h \
	src/flow/verbs/request.c src/flow/verbs/request.h \
	src/flow/verbs/review.c src/flow/verbs/review.h \
	src/flow/verbs/scale.c src/flow/verbs/scale.h \
	src/flow/verbs/steps.c src/flow/verbs/steps.h \
	src/flow/verbs/undo.c src/flow/verbs/undo.h \
	src/flow/verbs/verb.h \
	src/flow/verbs/watch-deployment.c src/flow/verbs/watch-deployment.h \
	src/flow/verbs/write-values.c src/flow/verbs/write-values.h
