/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What failed, and the last lines that it has printed: of the run that ended, where there is still
 * one (a node forgets it soon), else of the one that is there.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/rollout/kube-rollout.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"

#define LINES 20
#define BYTES (16 * 1024)
#define PROBLEMS_MAX 200
#define READ_MAX 20		/* problems of one deployment whose output is read */

static void read_next(struct kube_rollout *r);

void
kube_rollout_blame(struct kube_rollout *r, const char *module, const char *code,
		   const struct error *why, const struct kube_failure *failure)
{
	size_t i = r->problems.count;

	if (i >= PROBLEMS_MAX)
		return;
	r->problems.items = xreallocarray(r->problems.items, i + 1, sizeof(*r->problems.items));
	r->failures = xreallocarray(r->failures, i + 1, sizeof(*r->failures));
	r->problems.items[i] = (struct driver_error){
		.object_id = xstrdup(module ? module : ""),
		.code = xstrdup(code),
		.why = *why,
	};
	r->failures[i] = (struct kube_failure){0};
	if (failure && failure->pod)
		r->failures[i] = (struct kube_failure){xstrdup(failure->pod),
						       xstrdup_or_null(failure->container),
						       failure->previous};
	r->problems.count++;
	if (module && json_object_get(r->modules, module))
		json_object_set_new(r->modules, module, json_true());
}

/* --- output --- */

static void
keep_output(struct kube_rollout *r, const char *text, size_t length)
{
	struct driver_error *problem = &r->problems.items[r->read];
	char *whole;

	while (length > 0 && text[length - 1] == '\n')
		length--;
	whole = xstrndup(text, length);
	free(problem->message);
	problem->message = kube_space_redact(r->space, problem->object_id, whole);
	free(whole);
}

static void
take_output(void *data, const struct kube_reply *reply)
{
	struct kube_rollout *r = data;
	bool is_there = reply->err.kind == ERROR_NONE && reply->text && reply->length > 0;

	r->output = NULL;
	if (is_there)
		keep_output(r, reply->text, reply->length);
	if (!is_there && r->failures[r->read].previous && !r->is_second) {
		r->is_second = true;
	} else {
		r->is_second = false;
		r->read++;
	}
	read_next(r);
}

static char *
output_path(const struct kube_rollout *r)
{
	const struct kube_failure *failure = &r->failures[r->read];
	char *pod = kube_path("v1", "Pod", r->space->namespace, failure->pod);
	char *path = NULL;

	if (pod)
		path = xasprintf("%s/log?tailLines=%d&limitBytes=%d%s%s%s", pod, LINES, BYTES,
				 failure->previous && !r->is_second ? "&previous=true" : "",
				 failure->container ? "&container=" : "",
				 failure->container ? failure->container : "");
	free(pod);
	return path;
}

static void
read_next(struct kube_rollout *r)
{
	char *path = NULL;

	while (r->read < r->problems.count && r->read < READ_MAX && !r->failures[r->read].pod)
		r->read++;
	if (r->read < r->problems.count && r->read < READ_MAX)
		path = output_path(r);
	if (!path) {
		r->then(r);
		return;
	}
	r->output = kube_send(r->driver->cluster, &(struct kube_request_options){
		.verb = KUBE_GET,
		.path = path,
		.raw = true,
		.done = take_output,
		.data = r,
	});
	free(path);
}

void
kube_rollout_read_output(struct kube_rollout *r, void (*ended)(struct kube_rollout *rollout))
{
	r->then = ended;
	read_next(r);
}
