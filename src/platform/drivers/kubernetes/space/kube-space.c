/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Whatever is told of a space is made when it is asked for, from what its watches hold then; kept
 * is what cannot be seen: its home, its secrets, what is under way.  So there is nothing to bring
 * up to date, and kube_space_state() is another number whenever asking again would give something
 * else.  Watches begin with the first look and end when nobody has looked for a while; what was
 * seen before the cluster fell silent is shown for some seconds, and is unknown after that.
 */
#include "config.h"

#include "platform/drivers/kubernetes/space/kube-space.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-log-stream.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/watch.h"
#include "platform/drivers/kubernetes/space/kube-aftermath.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-found.h"
#include "platform/drivers/kubernetes/space/kube-glance.h"
#include "platform/drivers/kubernetes/space/kube-pulse.h"
#include "platform/drivers/kubernetes/space/kube-reach.h"
#include "platform/drivers/redact.h"

#define IDLE_MS (10 * 60 * 1000)
#define IDLE_WIDE_MS (2 * 60 * 1000)	/* where the whole cluster is watched anyway */
#define IDLE_LOOK_MS 60000
#define NOTICE_MS 50		/* a rollout makes many changes in a moment */
#define KNOWN_FOR_MS 5000	/* a watch that is taken up again takes less */
#define REDACTED_MAX (256 * 1024)

static const struct watched_kind {
	const char *api_version, *kind;
	bool is_ours;		/* those that have our label are enough */
} kinds[KUBE_WATCHED] = {
	[KUBE_DEPLOYMENTS] = {"apps/v1", "Deployment", true},
	[KUBE_REPLICA_SETS] = {"apps/v1", "ReplicaSet", true},
	[KUBE_PODS] = {"v1", "Pod", true},
	[KUBE_JOBS] = {"batch/v1", "Job", true},
	[KUBE_CRON_JOBS] = {"batch/v1", "CronJob", true},
	[KUBE_STATEFUL_SETS] = {"apps/v1", "StatefulSet", true},
	[KUBE_DAEMON_SETS] = {"apps/v1", "DaemonSet", true},
	[KUBE_EVENTS] = {"v1", "Event", false},
	[KUBE_CLAIMS] = {"v1", "PersistentVolumeClaim", false},
	[KUBE_SERVICES] = {"v1", "Service", true},
};

/* Of an adopted space: what is seen with whose it is, which costs a copy of each object's head and
 * stays until anything is another. */
struct kube_marks {
	json_t *lists[KUBE_WATCHED];
	uint64_t state;			/* of the space when they were made */
};

static void
drop_marks(struct kube_space *space)
{
	for (size_t i = 0; space->marks && i < KUBE_WATCHED; i++) {
		json_decref(space->marks->lists[i]);
		space->marks->lists[i] = NULL;
	}
}

static size_t
bucket_of(const char *name)
{
	return (size_t)(ids_hash(&name, 1) % KUBE_SPACE_BUCKETS);
}

/* Hundreds are asked for each second. */
struct kube_space *
kube_space_find(const struct kube_driver *driver, const char *name)
{
	struct kube_space *space = driver->by_name[bucket_of(name)];

	while (space && strcmp(space->name, name) != 0)
		space = space->beside;
	return space;
}

static void
forget_name(struct kube_space *space)
{
	struct kube_space **link = &space->driver->by_name[bucket_of(space->name)];

	while (*link != space)
		link = &(*link)->beside;
	*link = space->beside;
}

/* It does not move while it is there, so another home is one of a space that was removed. */
static void
set_home(struct kube_space *space, const struct driver_home *home)
{
	char *namespace = home && home->namespace && *home->namespace
				  ? xstrdup(home->namespace) : NULL;

	if (!namespace && !space->namespace)
		namespace = kube_namespace_name(space->name);
	if (namespace && space->namespace && strcmp(namespace, space->namespace) != 0) {
		kube_space_close(space);
		kube_reach_close(space);
	}
	if (namespace) {
		free(space->namespace);
		space->namespace = namespace;
	}
	if (home) {
		json_decref(space->labels);
		space->labels = home->labels ? json_deep_copy(home->labels) : NULL;
		space->is_adopted = home->is_adopted;
		space->is_first = home->is_first;
		free(space->origin);
		space->origin = xstrdup_or_null(home->origin);
		free(space->made);
		space->made = xstrdup_or_null(home->made);
		free(space->made_by);
		space->made_by = xstrdup_or_null(home->made_by);
	}
}

struct kube_space *
kube_space_open(struct kube_driver *driver, const char *name, const struct driver_home *home)
{
	struct kube_space *space = kube_space_find(driver, name);

	if (!space) {
		space = xcalloc(1, sizeof(*space));
		space->driver = driver;
		space->name = xstrdup(name);
		space->next = driver->spaces;
		driver->spaces = space;
		space->beside = driver->by_name[bucket_of(name)];
		driver->by_name[bucket_of(name)] = space;
	}
	if (!space->operation)
		set_home(space, home);
	return space;
}

void
kube_space_close(struct kube_space *space)
{
	for (size_t i = 0; i < KUBE_WATCHED; i++) {
		kube_watch_free(space->watches[i]);
		space->watches[i] = NULL;
	}
	loop_remove_timer(space->idle);
	loop_remove_timer(space->notice);
	space->idle = space->notice = NULL;
	space->state++;
}

void
kube_space_free(struct kube_space *space)
{
	struct kube_space **link = &space->driver->spaces;

	while (*link != space)
		link = &(*link)->next;
	*link = space->next;
	forget_name(space);
	kube_space_end(space);
	kube_space_close(space);
	kube_reach_close(space);
	kube_aftermath_free(space->aftermath);
	json_decref(space->labels);
	json_decref(space->notes);
	free(space->pod_security);
	json_decref(space->secrets);
	json_decref(space->hosts);
	free(space->namespace);
	free(space->origin);
	free(space->made);
	free(space->made_by);
	free(space->selector);
	json_decref(space->found);
	drop_marks(space);
	free(space->marks);
	free(space->name);
	free(space);
}

void
kube_space_end(struct kube_space *space)
{
	struct kube_operation *operation = space->operation;

	space->operation = NULL;
	if (operation)
		operation->free(operation);
}

void
kube_space_note_namespace(struct kube_space *space, const json_t *object)
{
	const json_t *labels = json_object_get(json_object_get(object, "metadata"), "labels");

	free(space->pod_security);
	space->pod_security = xstrdup_or_null(json_member_string(labels, KUBE_LABEL_POD_SECURITY));
}

const char *
kube_space_pod_security(const struct kube_space *space)
{
	const char *level = space->pod_security;

	if (!level)
		level = json_member_string(space->labels, KUBE_LABEL_POD_SECURITY);
	return level ? level : KUBE_BASELINE;
}

bool
kube_space_has_others(const struct kube_space *space)
{
	return space->is_adopted || space->origin || space->has_manifests;
}

/* --- watching --- */

/* Rights to read what is not there are not asked for. */
static bool
is_watched(const struct kube_space *space, size_t which)
{
	return (which != KUBE_STATEFUL_SETS && which != KUBE_DAEMON_SETS) ||
	       kube_space_has_others(space);
}

/* Without it nobody knows what runs. */
static bool
is_needed(const struct kube_space *space, size_t which)
{
	return which < KUBE_EVENTS && is_watched(space, which);
}

static void
give_notice(void *data)
{
	struct kube_space *space = data;

	space->notice = NULL;
	if (space->operation && space->operation->changed)
		space->operation->changed(space->operation);
}

void
kube_space_notice(struct kube_space *space)
{
	space->state++;
	if (space->operation && !space->notice)
		space->notice = loop_add_timer(space->driver->base.loop, NOTICE_MS, give_notice,
					       space);
}

static void
note_change(void *data)
{
	kube_space_notice(data);
}

static void
note_services(void *data)
{
	struct kube_space *space = data;
	const struct kube_watch *watch = space->watches[KUBE_SERVICES];

	if (watch && kube_watch_is_listed(watch) && !space->is_adopted)
		kube_reach_update(space, kube_watch_objects(watch));
	note_change(space);
}

static void
look_for_idleness(void *data)
{
	struct kube_space *space = data;

	space->idle = NULL;
	if (!space->operation &&
	    clock_steady_ms() - space->used_at >= (space->driver->wides ? IDLE_WIDE_MS : IDLE_MS))
		kube_space_close(space);
	else
		space->idle = loop_add_timer(space->driver->base.loop, IDLE_LOOK_MS,
					     look_for_idleness, space);
}

static void
watch_kind(struct kube_space *space, enum kube_watched which)
{
	const struct watched_kind *kind = &kinds[which];
	char *path = kube_path(kind->api_version, kind->kind, space->namespace, NULL);

	if (!path)
		return;
	space->watches[which] = kube_watch_new(space->driver->cluster,
		&(struct kube_watch_options){
			.path = path,
			.selector = kind->is_ours && !space->is_adopted ? KUBE_LABEL_MODULE
									: NULL,
			.changed = which == KUBE_SERVICES ? note_services : note_change,
			.data = space,
		});
	free(path);
}

void
kube_space_use(struct kube_space *space)
{
	space->used_at = clock_steady_ms();
	kube_pulse_use(space->driver->pulse);
	if (space->is_removed)
		return;
	for (size_t i = 0; i < KUBE_WATCHED; i++)
		if (!space->watches[i] && is_watched(space, i))
			watch_kind(space, (enum kube_watched)i);
	if (!space->idle)
		space->idle = loop_add_timer(space->driver->base.loop, IDLE_LOOK_MS,
					     look_for_idleness, space);
}

static bool
is_unread(const struct kube_space *space)
{
	return space->is_adopted && !space->operation &&
	       json_object_get(space->driver->unread, space->namespace);
}

/* Its state is asked for. */
static void
show(struct kube_space *space)
{
	if (is_unread(space))
		return;
	if (kube_glance_is_enough(space))
		kube_pulse_use(space->driver->pulse);
	else
		kube_space_use(space);
}

void
kube_space_attend(struct kube_space *space)
{
	if (!is_unread(space))
		kube_space_use(space);
}

void
kube_space_refresh(struct kube_space *space, int64_t within_ms)
{
	for (size_t i = 0; i < KUBE_WATCHED; i++)
		if (space->watches[i])
			kube_watch_refresh(space->watches[i], within_ms);
}

void
kube_space_keep_fresh(struct kube_space *space)
{
	for (size_t i = 0; i < KUBE_EVENTS; i++)
		if (space->watches[i])
			kube_watch_keep_fresh(space->watches[i]);
}

int64_t
kube_space_listed_at(const struct kube_space *space)
{
	int64_t oldest = INT64_MAX;

	for (size_t i = 0; i < KUBE_EVENTS; i++) {
		int64_t at = space->watches[i] ? kube_watch_listed_at(space->watches[i]) : 0;

		if (is_needed(space, i) && at < oldest)
			oldest = at;
	}
	return oldest;
}

bool
kube_space_is_seen(const struct kube_space *space, struct error *err)
{
	*err = (struct error){0};
	if (kube_pulse_is_silent(space->driver->pulse, err))
		return false;
	for (size_t i = 0; i < KUBE_EVENTS; i++) {
		const struct error *why =
			space->watches[i] ? kube_watch_error(space->watches[i]) : NULL;

		if (!is_needed(space, i))
			continue;
		if (!space->watches[i] || why || !kube_watch_is_listed(space->watches[i])) {
			if (why)
				*err = *why;
			return false;
		}
	}
	return true;
}

static const json_t *
seen_objects(const struct kube_space *space, enum kube_watched which)
{
	struct kube_watch *watch = space->watches[which];

	return watch && kube_watch_is_listed(watch) ? kube_watch_objects(watch) : NULL;
}

static void
see_all(const struct kube_space *space, struct kube_seen *out)
{
	*out = (struct kube_seen){
		.deployments = seen_objects(space, KUBE_DEPLOYMENTS),
		.replica_sets = seen_objects(space, KUBE_REPLICA_SETS),
		.pods = seen_objects(space, KUBE_PODS),
		.jobs = seen_objects(space, KUBE_JOBS),
		.cron_jobs = seen_objects(space, KUBE_CRON_JOBS),
		.stateful_sets = seen_objects(space, KUBE_STATEFUL_SETS),
		.daemon_sets = seen_objects(space, KUBE_DAEMON_SETS),
		.events = seen_objects(space, KUBE_EVENTS),
		.claims = seen_objects(space, KUBE_CLAIMS),
		.now = clock_wall_ms(),
	};
}

/* Events and claims are nobody's. */
static void
mark_all(struct kube_space *space, struct kube_seen *seen)
{
	const json_t **lists[] = {&seen->deployments, &seen->replica_sets, &seen->pods,
				  &seen->jobs, &seen->cron_jobs, &seen->stateful_sets,
				  &seen->daemon_sets};
	const struct kube_seen raw = *seen;
	bool is_old;

	if (!space->marks)
		space->marks = xcalloc(1, sizeof(*space->marks));
	is_old = space->marks->state != space->state;
	if (is_old)
		drop_marks(space);
	space->marks->state = space->state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (!space->marks->lists[i] && *lists[i])
			space->marks->lists[i] = kube_found_mark(space->found, &raw, *lists[i]);
		*lists[i] = *lists[i] ? space->marks->lists[i] : NULL;
	}
}

void
kube_space_seen(struct kube_space *space, struct kube_seen *out)
{
	see_all(space, out);
	if (space->is_adopted)
		mark_all(space, out);
}

/* The oldest of what it is made of; a watch is connected to one that hangs, too. */
static int64_t
seen_at(const struct kube_space *space)
{
	int64_t oldest = kube_pulse_silent_since(space->driver->pulse);

	for (size_t i = 0; i < KUBE_EVENTS; i++) {
		int64_t at = space->watches[i] && kube_watch_is_listed(space->watches[i])
				     ? kube_watch_seen_at(space->watches[i]) : 0;

		if (is_needed(space, i) && at < oldest)
			oldest = at;
	}
	return oldest;
}

/* --- secrets --- */

static void
put_bytes(void *data, const char *bytes, size_t length)
{
	(void)buf_append(data, bytes, length);
}

char *
kube_space_redact(const struct kube_space *space, const char *module, const char *text)
{
	struct redact *redact = redact_new(json_object_get(space->secrets, module));
	struct buf out;
	char *clean;

	buf_init(&out, REDACTED_MAX);
	redact_take(redact, text, strlen(text), put_bytes, &out);
	redact_end(redact, put_bytes, &out);
	redact_free(redact);
	clean = kube_log_text(buf_str(&out));
	buf_clear(&out);
	return clean;
}

/* --- what is told --- */

/* What a container ended with, or a probe answered, is its own output. */
static void
redact_row(const struct kube_space *space, struct driver_workload_status *row)
{
	char **texts[] = {&row->message, &row->reason, &row->last.how};

	if (json_array_size(json_object_get(space->secrets, row->module)) == 0)
		return;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (*texts[i]) {
			char *text = kube_space_redact(space, row->module, *texts[i]);

			free(*texts[i]);
			*texts[i] = text;
		}
}

bool
kube_space_is_recent(int64_t seen_at)
{
	return clock_wall_ms() - seen_at < KNOWN_FOR_MS;
}

static bool
is_known(const struct kube_space *space, struct error *why)
{
	return kube_space_is_seen(space, why) || kube_space_is_recent(seen_at(space));
}

/* Its pods stay, as they were seen last; how they are now nobody knows, and here is why. */
static void
forget_row(struct driver_workload_status *row, const struct error *why)
{
	row->status = RUNTIME_UNKNOWN;
	row->ready = false;
	free(row->message);
	free(row->reason);
	row->message = xstrdup(why->text);
	row->reason = error_codes_encode(why);
}

/* false with why: it is old. */
static bool
observe_closely(struct kube_space *space, struct driver_status *out, struct error *why)
{
	struct kube_seen seen;

	if (seen_at(space) == 0)
		return true;
	kube_space_seen(space, &seen);
	kube_status(&seen, out);
	out->seen_at = seen_at(space);
	return is_known(space, why);
}

void
kube_space_observe(struct kube_space *space, struct driver_status *out)
{
	struct error why = {0};
	bool known;

	*out = (struct driver_status){0};
	show(space);
	if (is_unread(space) && !kube_space_is_seen(space, &why)) {
		error_set_code(&out->why, CODE_NAMESPACE_NOT_READ, .namespace = space->namespace);
		kube_aftermath_tell_owners(space->aftermath, false, out);
		return;
	}
	known = kube_glance_is_used(space) ? kube_glance_observe(space, out, &why)
					   : observe_closely(space, out, &why);
	if (out->seen_at == 0) {
		(void)kube_pulse_is_silent(space->driver->pulse, &out->why);
		kube_aftermath_tell_owners(space->aftermath, false, out);
		return;
	}
	if (!known)
		out->why = why;
	kube_aftermath_tell(space->aftermath, out);
	kube_aftermath_tell_owners(space->aftermath, known, out);
	for (size_t i = 0; i < out->count; i++) {
		if (!known)
			forget_row(&out->items[i], &why);
		redact_row(space, &out->items[i]);
	}
}

/* Whether it is known is part of it: what was seen long ago is another answer. */
uint64_t
kube_space_state(struct kube_space *space)
{
	uint64_t moves = space->state + kube_pulse_state(space->driver->pulse);
	struct error ignored;

	show(space);
	kube_reach_look(space);
	if (kube_glance_is_used(space))
		return moves * 4 + kube_glance_state(space) * 2 + 1;
	return moves * 4 + 2 * is_known(space, &ignored);
}

static void
note_follower(struct kube_space *space, const char *selector)
{
	space->is_followed = true;
	if (strcmp(space->selector ? space->selector : "", selector ? selector : "") == 0)
		return;
	free(space->selector);
	space->selector = xstrdup_or_null(selector);
}

uint64_t
kube_space_declared(struct kube_space *space, const char *selector)
{
	struct error ignored;
	struct kube_seen seen;
	uint64_t declared;

	note_follower(space, selector);
	if (space->is_adopted && kube_glance_declared(space, &declared)) {
		space->declared = declared != 0 ? declared : space->declared;
		return space->declared;
	}
	if (!space->is_adopted || !kube_space_is_seen(space, &ignored))
		return space->declared;
	if (space->declared_at != space->state || space->declared == 0) {
		see_all(space, &seen);
		space->declared = kube_found_declared(&seen, seen_objects(space, KUBE_SERVICES));
		space->declared_at = space->state;
	}
	return space->declared;
}
