/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The startup probe goes first, alone; when it has succeeded it is over, and the other two go on
 * as long as the program runs.
 *
 * Where no period is declared, a program that is still starting is asked quickly, since most are
 * ready soon; the tries that fail then count by the time that they took, as if they had been made
 * in the usual period.
 */
#include "config.h"

#include "platform/drivers/process/health.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/loop.h"

#define FIRST_MS 1		/* doubled after each second try: 1, 1, 2, 2, 4, 4... */
#define QUICK_MS 100
#define DOUBLED_MAX 6
#define USUAL_MS 10000

struct health_check {
	struct health *health;
	const struct health_probe *probe;
	enum health_kind kind;
	struct probe *try;
	struct loop_timer *timer;
	int64_t began;			/* steady ms */
	int tries, successes, failures;
	bool good;			/* since enough tries in a row */
};

struct health {
	struct probe_means means;
	const struct health_events *events;
	void *data;
	struct health_check checks[HEALTH_KINDS];
};

static void try_it(void *data);

static void
stop_check(struct health_check *check)
{
	probe_cancel(check->try);
	loop_remove_timer(check->timer);
	check->try = NULL;
	check->timer = NULL;
}

static void
stop_checks(struct health *health)
{
	for (int i = 0; i < HEALTH_KINDS; i++)
		stop_check(&health->checks[i]);
}

/* Only what is waited for is asked quickly. */
static bool
is_quick(const struct health_check *check)
{
	return check->probe->period_ms == 0 && !check->good && check->kind != HEALTH_LIVENESS;
}

static int64_t
pause_of(const struct health_check *check)
{
	if (is_quick(check))
		return check->tries / 2 <= DOUBLED_MAX ? FIRST_MS << (check->tries / 2) : QUICK_MS;
	return check->probe->period_ms > 0 ? check->probe->period_ms : USUAL_MS;
}

static void
begin_check(struct health *health, enum health_kind kind)
{
	struct health_check *check = &health->checks[kind];
	int64_t first;

	if (!check->probe->is_declared)
		return;
	check->began = clock_steady_ms();
	first = check->probe->initial_ms > 0 ? check->probe->initial_ms : FIRST_MS;
	check->timer = loop_add_timer(health->means.loop, first, try_it, check);
}

/* The last that is done in a turn: whoever hears of readiness may free all of this. */
static void
begin_rest(struct health *health)
{
	begin_check(health, HEALTH_LIVENESS);
	begin_check(health, HEALTH_READINESS);
	if (!health->checks[HEALTH_READINESS].probe->is_declared &&
	    health->checks[HEALTH_STARTUP].probe->is_declared)
		health->events->ready(health->data);
}

/* Enough in a row, for the first time. */
static bool
becomes_good(struct health_check *check)
{
	check->failures = 0;
	if (check->good || ++check->successes < check->probe->successes)
		return false;
	check->good = true;
	return true;
}

static void
succeeded(struct health_check *check)
{
	struct health *health = check->health;

	if (check->kind == HEALTH_STARTUP) {
		stop_check(check);
		begin_rest(health);
	} else if (check->kind == HEALTH_READINESS) {
		health->events->ready(health->data);
	}
}

/* What is asked, before why it is not good. */
static void
add_question(const struct health_check *check, struct error *said)
{
	static const enum error_code codes[][2] = {
		[PROBE_HTTP] = {CODE_WAITING_FOR_PAGE, CODE_NOT_READY_BY_PAGE},
		[PROBE_TCP] = {CODE_WAITING_FOR_PORT, CODE_NOT_READY_BY_PORT},
		[PROBE_GRPC] = {CODE_WAITING_FOR_PORT, CODE_NOT_READY_BY_PORT},
		[PROBE_COMMAND] = {CODE_WAITING_FOR_COMMAND, CODE_NOT_READY_BY_COMMAND},
	};
	const struct probe_target *target = &check->probe->target;
	struct error_parameters parameters = {
		.code = codes[target->type][check->good],
		.page = target->type == PROBE_HTTP ? target->path : NULL,
		.port = target->port,
		.number = check->tries,
	};

	error_code_prefix(said, &parameters);
}

/* For a sentence in which it is the reason of an end. */
static void
report_death(struct health_check *check, const struct error *why)
{
	static const char *const names[HEALTH_KINDS] = {
		[HEALTH_STARTUP] = "startup", [HEALTH_READINESS] = "readiness",
		[HEALTH_LIVENESS] = "liveness",
	};
	struct health *health = check->health;
	char *text = error_codes_text(why), *how;

	how = xasprintf("a failed %s probe (%s)", names[check->kind], text);
	free(text);
	stop_checks(health);
	health->events->dead(health->data, how);
	free(how);
}

static bool
has_failed(const struct health_check *check)
{
	int64_t usual = (int64_t)check->probe->failures * USUAL_MS;

	if (is_quick(check))
		return clock_steady_ms() - check->began >= usual;
	return check->failures >= check->probe->failures;
}

static void
failed(struct health_check *check, const struct error *why)
{
	struct health *health = check->health;
	struct error said = *why;

	check->successes = 0;
	check->failures++;
	add_question(check, &said);
	if (!has_failed(check) || (check->kind == HEALTH_READINESS && !check->good)) {
		if (check->kind != HEALTH_LIVENESS && !check->good)
			health->events->waiting(health->data, &said);
		return;
	}
	check->good = false;
	if (check->kind == HEALTH_READINESS)
		health->events->unready(health->data, &said);
	else
		report_death(check, why);
}

/* The next try is planned before the outcome is told, since that may be the end of all of this;
 * what has become good is asked at its usual pace from then on. */
static void
tried(void *data, const struct error *why)
{
	struct health_check *check = data;
	bool good = !why && becomes_good(check);

	check->try = NULL;
	check->timer = loop_add_timer(check->health->means.loop, pause_of(check), try_it, check);
	if (why)
		failed(check, why);
	else if (good)
		succeeded(check);
}

static void
try_it(void *data)
{
	struct health_check *check = data;
	struct health *health = check->health;

	check->timer = NULL;
	check->tries++;
	check->try = probe_start(&health->means, &check->probe->target, tried, check);
}

struct health *
health_start(const struct probe_means *means, const struct health_probe *probes,
	     const struct health_events *events, void *data)
{
	struct health *health = xcalloc(1, sizeof(*health));

	health->means = *means;
	health->events = events;
	health->data = data;
	for (int i = 0; i < HEALTH_KINDS; i++)
		health->checks[i] = (struct health_check){
			.health = health, .probe = &probes[i], .kind = (enum health_kind)i,
		};
	if (probes[HEALTH_STARTUP].is_declared)
		begin_check(health, HEALTH_STARTUP);
	else
		begin_rest(health);
	return health;
}

void
health_free(struct health *health)
{
	if (!health)
		return;
	stop_checks(health);
	free(health);
}
