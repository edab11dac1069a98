# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libmodel.a
libmodel_a_CFLAGS = $(AM_CFLAGS) $(NO_PLT_CFLAGS)
libmodel_a_SOURCES = \
	src/model/adoption-report.c src/model/adoption-report.h \
	src/model/canonical.c src/model/canonical.h \
	src/model/clone-kinds.c src/model/clone-kinds.h \
	src/model/clone-notes.c src/model/clone-notes.h \
	src/model/comment.c src/model/comment.h \
	src/model/definition.c src/model/definition.h \
	src/model/delta.c src/model/delta.h \
	src/model/delta-text.c src/model/delta-text.h \
	src/model/draft.c src/model/draft.h \
	src/model/task-progress.c src/model/task-progress.h \
	src/model/error-answer.c src/model/error-answer.h \
	src/model/error-codes.c src/model/error-codes.h src/model/error-codes-cluster.h \
	src/model/error-parameters.h \
	src/model/extensions.c src/model/extensions.h \
	src/model/grant.c src/model/grant.h \
	src/model/image.c src/model/image.h \
	src/model/json.c src/model/json.h \
	src/model/json-pairs.h \
	src/model/json-text.c src/model/json-text.h \
	src/model/manifest-filled.c src/model/manifest-filled.h \
	src/model/manifest-pods.c \
	src/model/manifest-operations.c src/model/manifest-operations.h \
	src/model/manifest-patch.c src/model/manifest-patch.h \
	src/model/label.c src/model/label.h \
	src/model/label-selector.c src/model/label-selector.h \
	src/model/manifests.c src/model/manifests.h \
	src/model/match.c src/model/match.h \
	src/model/members-misfit.c \
	src/model/members-own.c \
	src/model/private.h \
	src/model/members-write.c \
	src/model/members.c src/model/members.h \
	src/model/merge-keys.c src/model/merge-keys.h \
	src/model/moved.c \
	src/model/moved.h \
	src/model/nouns-review.c src/model/nouns.c src/model/nouns.h \
	src/model/pipeline.c src/model/pipeline.h \
	src/model/packed.c src/model/packed.h \
	src/model/patch.c src/model/patch.h \
	src/model/placeholder.c src/model/placeholder.h \
	src/model/pointer.c src/model/pointer.h \
	src/model/quantity.c src/model/quantity.h \
	src/model/recorded-clone.c src/model/recorded-clone.h \
	src/model/reference.c src/model/reference.h \
	src/model/requests.c src/model/requests.h \
	src/model/resource-graph.c src/model/resource-graph.h \
	src/model/rule.c src/model/rule.h \
	src/model/runtime.c src/model/runtime.h \
	src/model/schedule.c src/model/schedule.h \
	src/model/set.c src/model/set.h \
	src/model/workload-placeholders.c src/model/workload-placeholders.h \
	src/model/shared-value.c src/model/shared-value.h \
	src/model/text-members.c src/model/text-members.h \
	src/model/version.c src/model/version.h \
	src/model/version-parse.c src/model/version-parse.h \
	src/model/workload-check.c src/model/workload-check.h \
	src/model/workload-overridden.c src/model/workload-overridden.h \
	src/model/workload-fields.c src/model/workload-fields.h \
	src/model/workload-references.c src/model/workload-references.h \
	src/model/workload-scale.c src/model/workload-scale.h \
	src/model/yaml.c src/model/yaml.h
