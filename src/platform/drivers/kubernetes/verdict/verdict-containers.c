/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a container says: that its image cannot be had, that it cannot be made or started, that it
 * ends again and again, that it does not answer.
 *
 * A crash loop shows seldom as CrashLoopBackOff: mostly the container has just ended, or runs for a
 * moment.  So its ends are counted, and it is said to have failed while it does not run: as long as
 * it runs this time may be the one that lasts.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/drivers/kubernetes/cluster/cluster-words.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/verdict/verdict-private.h"

#define ENDS_MAX 3		/* of a container; then it will not run */
#define RUN_MS (10 * 60 * 1000) /* the kubelet forgets the ends before when it ran for so long */
#define PULL_TRIES 4
#define PULL_MS 120000
#define CONFIG_MS 60000		/* the kubelet has not read the ConfigMap yet, though it is there */
#define START_MS 30000
#define WORDS_KEPT 32
#define RESTARTS_MAX 100000	/* of a container, in the sum */

/* --- how it ended --- */

void
kube_end_numbers(const json_t *terminated, int *status, int *signal)
{
	int code = kube_read_count(terminated, "exitCode", 0);

	*signal = kube_read_count(terminated, "signal", 0);
	/* A runtime says the signal so, as a shell does. */
	if (*signal == 0 && code > 128 && code < 128 + 65)
		*signal = code - 128;
	*status = *signal != 0 ? 0 : code;
}

static const char *
memory_limit(const json_t *pod, const char *container)
{
	const json_t *spec = json_object_get(pod, "spec");
	const json_t *one = kube_read_named(json_object_get(spec, "containers"), container);

	if (!one)
		one = kube_read_named(json_object_get(spec, "initContainers"), container);
	return kube_read_text(json_object_get(json_object_get(one, "resources"), "limits"),
			      "memory");
}

char *
kube_end_words(const json_t *terminated, const json_t *pod, const char *container)
{
	int status, signal;
	char *number, *how;

	kube_end_numbers(terminated, &status, &signal);
	number = signal != 0 ? xasprintf("signal %d", signal) : xasprintf("status %d", status);
	if (kube_read_is(terminated, "reason", "OOMKilled")) {
		const char *limit = memory_limit(pod, container);

		how = *limit ? xasprintf("%s, out of memory (its limit is %s)", number, limit)
			     : xasprintf("%s, out of memory", number);
	} else if (signal != 0) {
		const char *name = strsignal(signal);

		how = xasprintf("%s (%s)", number, name ? name : "?");
	} else {
		how = xstrdup(number);
	}
	free(number);
	return how;
}

/* --- images --- */

/* The registry's words are in the first message; later ones may only say that it waits. */
static char *
pull_words(struct kube_look *look, const char *uid, const char *image, const json_t *waiting)
{
	json_t *words_kept = json_object_get(look->kept, "words");
	char *words = kube_words_of_pull(kube_read_text(waiting, "message"));

	if (*words == '\0') {
		const json_t *event = kube_look_for_event(look, uid, "Failed",
							  "Failed to pull image");
		const char *before = kube_read_text(words_kept, image);

		free(words);
		words = *before || !event
				? xstrdup(before)
				: kube_words_of_pull(kube_read_text(event, "message"));
	}
	if (!words_kept) {
		words_kept = json_object();
		json_object_set_new(look->kept, "words", words_kept);
	}
	if (*words && json_object_size(words_kept) < WORDS_KEPT)
		json_object_set_new(words_kept, image, json_string(words));
	return words;
}

static void
look_at_image(struct kube_look *look, const json_t *pod, const json_t *status,
	      const json_t *waiting)
{
	const char *uid = kube_read_uid(pod), *container = kube_read_text(status, "name");
	const char *image = kube_read_text(status, "image");
	struct kube_finding finding = {.why = KUBE_WHY_IMAGE};
	char *words = pull_words(look, uid, image, waiting);
	const json_t *failed = kube_look_for_event(look, uid, "Failed", "Failed to pull image");

	finding.is_certain = kube_read_is(waiting, "reason", "InvalidImageName") ||
			     kube_read_is(waiting, "reason", "ErrImageNeverPull") ||
			     kube_pull_is_hopeless(words) ||
			     (failed && kube_look_event_count(failed) >= PULL_TRIES) ||
			     kube_look_has_lasted(look, PULL_MS, "pull/%s/%s", uid, container);
	error_set_code(&finding.said, CODE_POD_IMAGE_NOT_PULLED, .image = image,
		       .container = container,
		       .reason = *words ? words : kube_read_text(waiting, "reason"));
	kube_look_add(look, &finding);
	free(words);
}

/* --- what it needs to be made --- */

static void
look_at_config(struct kube_look *look, const json_t *pod, const json_t *status,
	       const json_t *waiting)
{
	static const char *const passing[] = {"failed to sync", "have not yet been read", NULL};
	const char *container = kube_read_text(status, "name");
	struct kube_finding finding = {.why = KUBE_WHY_CONFIG};
	char *words = kube_words(kube_read_text(waiting, "message"));

	finding.is_certain = !kube_words_have(words, passing) ||
			     kube_look_has_lasted(look, CONFIG_MS, "config/%s/%s",
						  kube_read_uid(pod), container);
	error_set_code(&finding.said, CODE_POD_CONTAINER_NOT_MADE, .container = container,
		       .reason = words);
	kube_look_add(look, &finding);
	free(words);
}

/* --- what cannot be started --- */

static void
look_at_start(struct kube_look *look, const json_t *pod, const json_t *status, const char *message)
{
	static const char *const certain[] = {"no such file", "not found", "permission denied",
					      "exec format error", "is a directory", NULL};
	const char *container = kube_read_text(status, "name");
	struct kube_finding finding = {.why = KUBE_WHY_START};
	char *words = kube_words_of_start(message);

	finding.is_certain = kube_words_have(words, certain) ||
			     kube_look_has_lasted(look, START_MS, "start/%s/%s",
						  kube_read_uid(pod), container);
	error_set_code(&finding.said, CODE_POD_CONTAINER_NOT_STARTED, .container = container,
		       .reason = words);
	kube_look_add(look, &finding);
	free(words);
}

/* --- what ends --- */

/* A probe ended it: what that said last; NULL: it ended by itself. */
static const json_t *
probe_that_ended(const struct kube_look *look, const char *uid, const char *container)
{
	static const char *const probes[][2] = {
		{"failed liveness probe", "Liveness probe failed"},
		{"failed startup probe", "Startup probe failed"},
	};
	char *name = xasprintf("Container %s failed", container);
	const json_t *said = NULL;

	if (kube_look_for_event(look, uid, "Killing", name))
		for (size_t i = 0; i < 2 && !said; i++)
			if (kube_look_for_event(look, uid, "Killing", probes[i][0]))
				said = kube_look_for_event(look, uid, "Unhealthy", probes[i][1]);
	free(name);
	return said;
}

static void
say_ended(struct kube_look *look, struct kube_finding *finding, const json_t *pod,
	  const json_t *ended, int restarts)
{
	const json_t *probe = probe_that_ended(look, kube_read_uid(pod), finding->container);
	char *how = kube_end_words(ended, pod, finding->container);

	if (probe) {
		char *words = kube_words(kube_read_text(probe, "message"));

		finding->why = KUBE_WHY_PROBE;
		error_set_code(&finding->said, CODE_POD_PROBE_ENDED,
			       .container = finding->container, .reason = words,
			       .number = restarts);
		free(words);
	} else if (restarts > 0) {
		error_set_code(&finding->said, CODE_POD_CONTAINER_RESTARTED,
			       .container = finding->container, .how = how, .number = restarts);
	} else {
		error_set_code(&finding->said, CODE_POD_CONTAINER_ENDED,
			       .container = finding->container, .how = how);
	}
	kube_look_add(look, finding);
	free(how);
}

/* How it ended last, when that says something about now. */
static const json_t *
last_end(const json_t *status, bool is_running)
{
	const json_t *ended = json_object_get(json_object_get(status, "state"), "terminated");

	if (is_running || !ended)
		ended = json_object_get(json_object_get(status, "lastState"), "terminated");
	return ended;
}

static bool
ran_for_long(const json_t *ended)
{
	int64_t from = kube_read_time(ended, "startedAt"), to = kube_read_time(ended, "finishedAt");

	return from != 0 && to - from >= RUN_MS;
}

static void
look_at_end(struct kube_look *look, const json_t *pod, const json_t *status, bool is_job)
{
	const json_t *state = json_object_get(status, "state");
	bool is_running = json_object_get(state, "running") != NULL;
	const json_t *ended = last_end(status, is_running);
	int restarts = kube_read_count(status, "restartCount", 0);
	int ends = restarts;
	struct kube_finding finding = {
		.why = is_job ? KUBE_WHY_EXIT : KUBE_WHY_CRASH,
		.pod = kube_read_name(pod),
		.container = kube_read_text(status, "name"),
		.previous = is_running,
	};

	/* What waits has ended as often as it was restarted, and once more. */
	ends += !is_running && ends < ENDS_MAX;
	if (kube_read_is(ended, "reason", "StartError") ||
	    kube_read_is(ended, "reason", "ContainerCannotRun")) {
		look_at_start(look, pod, status, kube_read_text(ended, "message"));
		return;
	}
	finding.is_certain = !is_job && !is_running && ends >= ENDS_MAX && !ran_for_long(ended);
	say_ended(look, &finding, pod, ended, restarts);
}

/* --- what does not answer --- */

static void
look_at_probe(struct kube_look *look, const json_t *pod, const json_t *status)
{
	struct kube_finding finding = {
		.why = KUBE_WHY_PROBE,
		.pod = kube_read_name(pod),
		.container = kube_read_text(status, "name"),
	};
	const json_t *event = kube_look_for_event(look, kube_read_uid(pod), "Unhealthy",
						  "probe failed");
	char *words;

	if (!event)
		return;
	words = kube_words(kube_read_text(event, "message"));
	error_set_code(&finding.said, CODE_POD_PROBE_FAILS, .container = finding.container,
		       .reason = words);
	kube_look_add(look, &finding);
	free(words);
}

/* --- all of it --- */

static void
look_at_waiting(struct kube_look *look, const json_t *pod, const json_t *status,
		const json_t *waiting)
{
	static const char *const images[] = {"ErrImagePull", "ImagePullBackOff",
					     "InvalidImageName", "ErrImageNeverPull",
					     "ImageInspectError", "RegistryUnavailable",
					     "SignatureValidationFailed", NULL};
	static const char *const starts[] = {"CreateContainerError", "RunContainerError",
					     "PostStartHookError", "PreCreateHookError", NULL};
	const char *reason = kube_read_text(waiting, "reason");

	if (*reason && kube_words_have(reason, images))
		look_at_image(look, pod, status, waiting);
	else if (strcmp(reason, "CreateContainerConfigError") == 0)
		look_at_config(look, pod, status, waiting);
	else if (*reason && kube_words_have(reason, starts))
		look_at_start(look, pod, status, kube_read_text(waiting, "message"));
}

void
kube_look_at_container(struct kube_look *look, const json_t *pod, const json_t *status,
		       bool is_init, bool is_job)
{
	const json_t *state = json_object_get(status, "state");
	const json_t *waiting = json_object_get(state, "waiting");
	const json_t *running = json_object_get(state, "running");
	const json_t *ended = last_end(status, running != NULL);
	bool is_done = json_object_get(state, "terminated") && (is_init || is_job) &&
		       kube_read_number(ended, "exitCode") == 0;

	look->restarts += kube_read_count(status, "restartCount", 0) % RESTARTS_MAX;
	if (waiting)
		look_at_waiting(look, pod, status, waiting);
	if (running && !json_is_true(json_object_get(status, "ready")))
		look_at_probe(look, pod, status);
	if (ended && !is_done && !json_is_true(json_object_get(status, "ready")))
		look_at_end(look, pod, status, is_job);
}
