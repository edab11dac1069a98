/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Any answer is one, a refusal too; what is heard on any connection makes the question needless.
 * When the cluster answers again all watches begin again: the connections that they have may be
 * those of before, on which nothing will ever come.
 */
#include "config.h"

#include "platform/drivers/kubernetes/space/kube-pulse.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/loop.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-space.h"
#include "platform/drivers/kubernetes/space/wide.h"

#define LOOK_MS 1000
#define QUIET_MS 4000		/* after which it is asked, */
#define ANSWER_MS 4000		/* and in which it has to answer */
#define USED_MS 20000		/* after which nobody looks any more */
#define REFRESH_MS 2000		/* in which all watches begin again */

struct kube_pulse {
	struct kube_driver *driver;
	struct loop_timer *timer;	/* NULL: nobody wants to know */
	struct kube_request *request;
	int64_t used_at;		/* steady ms */
	uint64_t state;
	bool is_silent;
	int64_t silent_since;		/* steady ms; with it the rest */
	int64_t since_wall;
	struct error why;
};

static void
note_change(struct kube_pulse *pulse)
{
	pulse->state++;
	for (struct kube_space *space = pulse->driver->spaces; space; space = space->next)
		kube_space_notice(space);
}

static void
end_silence(struct kube_pulse *pulse)
{
	if (!pulse->is_silent)
		return;
	log_line(LOG_PRIORITY_INFO, "the cluster answers again", "cluster",
		 pulse->driver->cluster_name, NULL);
	pulse->is_silent = false;
	kube_wide_reconnect(pulse->driver, REFRESH_MS);
	for (struct kube_space *space = pulse->driver->spaces; space; space = space->next)
		kube_space_refresh(space, REFRESH_MS);
	note_change(pulse);
}

static void
note_silence(struct kube_pulse *pulse, const struct error *why)
{
	int64_t heard_at = kube_cluster_heard_at(pulse->driver->cluster), now = clock_steady_ms();

	if (!pulse->is_silent) {
		log_line(LOG_PRIORITY_WARNING, "the cluster does not answer", "cluster",
			 pulse->driver->cluster_name, "error", why->text, NULL);
		pulse->silent_since = heard_at > 0 ? heard_at : now;
		pulse->since_wall = clock_wall_ms() - (now - pulse->silent_since);
	}
	pulse->is_silent = true;
	pulse->why = *why;
	note_change(pulse);
}

/* What keeps us from asking at all, as a plugin that fails, is no silence of the cluster's. */
static void
on_answer(void *data, const struct kube_reply *reply)
{
	struct kube_pulse *pulse = data;

	pulse->request = NULL;
	if (reply->status != 0)
		end_silence(pulse);
	else if (reply->err.kind == ERROR_NO_REPLY || reply->err.kind == ERROR_UNREACHABLE)
		note_silence(pulse, &reply->err);
}

static void
ask(struct kube_pulse *pulse)
{
	pulse->request = kube_send(pulse->driver->cluster, &(struct kube_request_options){
		.verb = KUBE_GET,
		.path = "/version",
		.within_ms = ANSWER_MS,
		.done = on_answer,
		.data = pulse,
	});
}

static bool
is_wanted(const struct kube_pulse *pulse)
{
	if (clock_steady_ms() - pulse->used_at < USED_MS)
		return true;
	for (const struct kube_space *space = pulse->driver->spaces; space; space = space->next)
		if (space->operation)
			return true;
	return false;
}

static void
look(void *data)
{
	struct kube_pulse *pulse = data;
	int64_t heard_at = kube_cluster_heard_at(pulse->driver->cluster);

	pulse->timer = NULL;
	if (!is_wanted(pulse)) {
		kube_cancel(pulse->request);
		pulse->request = NULL;
		pulse->is_silent = false;
		return;
	}
	if (pulse->is_silent && heard_at > pulse->silent_since)
		end_silence(pulse);
	if (!pulse->request && clock_steady_ms() - heard_at >= QUIET_MS)
		ask(pulse);
	pulse->timer = loop_add_timer(pulse->driver->base.loop, LOOK_MS, look, pulse);
}

void
kube_pulse_use(struct kube_pulse *pulse)
{
	pulse->used_at = clock_steady_ms();
	if (!pulse->timer)
		pulse->timer = loop_add_timer(pulse->driver->base.loop, LOOK_MS, look, pulse);
}

bool
kube_pulse_is_silent(const struct kube_pulse *pulse, struct error *err)
{
	char duration[16], since[CLOCK_STAMP_SIZE];

	if (!pulse->is_silent)
		return false;
	clock_duration(duration, clock_steady_ms() - pulse->silent_since);
	clock_stamp(since, pulse->since_wall);
	*err = pulse->why;
	error_prefix_code(err, CODE_CLUSTER_SILENT, .name = pulse->driver->cluster_name,
			  .duration = duration, .time = since);
	err->kind = ERROR_NO_REPLY;
	return true;
}

void
kube_pulse_explain(const struct kube_pulse *pulse, struct error *err)
{
	struct error silent;

	if ((err->kind == ERROR_NO_REPLY || err->kind == ERROR_UNREACHABLE) &&
	    kube_pulse_is_silent(pulse, &silent))
		*err = silent;
}

int64_t
kube_pulse_silent_since(const struct kube_pulse *pulse)
{
	return pulse->is_silent ? pulse->since_wall : INT64_MAX;
}

uint64_t
kube_pulse_state(const struct kube_pulse *pulse)
{
	return pulse->state;
}

struct kube_pulse *
kube_pulse_new(struct kube_driver *driver)
{
	struct kube_pulse *pulse = xcalloc(1, sizeof(*pulse));

	pulse->driver = driver;
	return pulse;
}

void
kube_pulse_free(struct kube_pulse *pulse)
{
	if (!pulse)
		return;
	loop_remove_timer(pulse->timer);
	kube_cancel(pulse->request);
	free(pulse);
}
