# SPDX-License-Identifier: GPL-3.0-or-later
libplatform_drivers_a_SOURCES += \
	src/platform/drivers/kubernetes/access.h \
	src/platform/drivers/kubernetes/answer.c \
	src/platform/drivers/kubernetes/answer.h \
	src/platform/drivers/kubernetes/cluster-words.c \
	src/platform/drivers/kubernetes/cluster-words.h \
	src/platform/drivers/kubernetes/cluster.h \
	src/platform/drivers/kubernetes/honours.c \
	src/platform/drivers/kubernetes/kinds.c \
	src/platform/drivers/kubernetes/kinds.h \
	src/platform/drivers/kubernetes/kubernetes.h \
	src/platform/drivers/kubernetes/names.c \
	src/platform/drivers/kubernetes/names.h \
	src/platform/drivers/kubernetes/object-read.c \
	src/platform/drivers/kubernetes/object-read.h \
	src/platform/drivers/kubernetes/objects-container.c \
	src/platform/drivers/kubernetes/objects-files.c \
	src/platform/drivers/kubernetes/objects-jobs.c \
	src/platform/drivers/kubernetes/objects-parts.h \
	src/platform/drivers/kubernetes/objects-pod.c \
	src/platform/drivers/kubernetes/objects-service.c \
	src/platform/drivers/kubernetes/objects-values.c \
	src/platform/drivers/kubernetes/objects-volumes.c \
	src/platform/drivers/kubernetes/objects.c \
	src/platform/drivers/kubernetes/objects.h \
	src/platform/drivers/kubernetes/status.c \
	src/platform/drivers/kubernetes/verdict-containers.c \
	src/platform/drivers/kubernetes/verdict-job.c \
	src/platform/drivers/kubernetes/verdict-pods.c \
	src/platform/drivers/kubernetes/verdict-private.h \
	src/platform/drivers/kubernetes/verdict.c \
	src/platform/drivers/kubernetes/verdict.h \
	src/platform/drivers/kubernetes/watch.h
