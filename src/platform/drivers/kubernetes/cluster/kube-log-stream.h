/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The output of one container, as lines with their times.  One that is followed is taken up again
 * where it was; what is not taken for long is not asked for.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_KUBE_LOG_STREAM_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_KUBE_LOG_STREAM_H

#include <jansson.h>
#include <stdbool.h>

struct driver_log_query;
struct driver_logs;
struct kube_cluster;
struct kube_log_stream;

struct kube_log_container {
	const char *namespace, *pod, *module, *container;
	const json_t *secrets;		/* of the module */
};
/* The query is borrowed for as long as it is there. */
struct kube_log_stream *kube_log_stream_new(struct kube_cluster *cluster,
					    const struct kube_log_container *container,
					    const struct driver_log_query *query);
void kube_log_stream_free(struct kube_log_stream *stream);
bool kube_log_stream_is_of(const struct kube_log_stream *stream, const char *pod,
			   const char *container);

/* What its pod says of it now: whether it runs, and which run it is (NULL: none yet). */
void kube_log_stream_update(struct kube_log_stream *stream, bool is_running, const char *run);
/* All that was asked for has come, or will not. */
bool kube_log_stream_is_whole(const struct kube_log_stream *stream);
/* Appends what came, and forgets it. */
void kube_log_stream_take(struct kube_log_stream *stream, struct driver_logs *out);

/* Bytes of a container as UTF-8; free() it. */
char *kube_log_text(const char *bytes);

#endif
