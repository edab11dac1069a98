/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The verbs against a real sidestaged with the sample: the hotfix story without a screen,
 * and what must be refused on the way.  The tests run in order, on one platform.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/api.h"
#include "base/clock.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/verbs/interrupted.h"
#include "flow/verbs/resume.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "sample.h"
#include "store/clone-origins.h"
#include "store/history.h"
#include "store/journal.h"
#include "store/store.h"
#include "tests/patience.h"

#define ORG SAMPLE_ORG
#define APP SAMPLE_APP

static struct {
	struct sample sample;
	struct session *session;
} here;

static int
open_session(void)
{
	struct error err = { 0 };
	const struct session_options options = {
		.url = "http://localhost", .socket = here.sample.socket, .context = "test",
		.history_path = here.sample.history, .cache_path = here.sample.cache,
	};

	here.session = session_new(&options, &err);
	if (!here.session)
		print_error("%s\n", err.text);
	return here.session ? 0 : -1;
}

static const struct world_environment *
environment(const char *id)
{
	return world_environment(session_world(here.session), ORG, APP, id);
}

static bool
runs(const char *id)
{
	const struct world_environment *found = environment(id);

	return found && found->environment.last_deploy.status == DEPLOYMENT_SUCCEEDED &&
		found->environment.last_deploy.id.raw;
}

static int
start_all(void **state)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	(void)state;
	if (sample_start(&here.sample, "flow") || open_session())
		return -1;
	session_focus(here.session, ORG, APP);
	while (!runs("production") || !runs("qa")) {
		if (clock_steady_ms() > until)
			return -1;
		session_turn(here.session, NULL, NULL, 0, 200);
	}
	return 0;
}

static int
stop_all(void **state)
{
	(void)state;
	session_free(here.session);
	return sample_stop(&here.sample);
}

/* --- driving a flow --- */

static struct flow *
ask(const struct flow_request *request)
{
	struct flow_request whole = *request;
	struct error err = { 0 };
	struct flow *flow;

	whole.org = ORG;
	whole.app = APP;
	flow = flow_new(here.session, &whole, &err);
	if (!flow)
		fail_msg("%s", err.text);
	return flow;
}

static enum flow_state
turn_while(struct flow *flow, enum flow_state state)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	while (flow_state(flow) == state) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 200);
	}
	return flow_state(flow);
}

static void
turn_until(bool (*is_so)(void *data), void *data)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	while (!is_so(data)) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 200);
	}
}

static const struct review *
reviewed(struct flow *flow)
{
	if (turn_while(flow, FLOW_PREPARING) != FLOW_REVIEW)
		fail_msg("no review: %s", flow_error(flow)->text);
	return flow_review(flow);
}

static void
approve(struct flow *flow, const char *reason, const char *typed)
{
	struct error err = { 0 };

	if (!typed && !flow_review(flow)->is_protected)
		typed = flow_request(flow)->env;
	if (flow_approve(flow, reason, typed, &err))
		fail_msg("%s", err.text);
	turn_while(flow, FLOW_RUNNING);
}

static void
succeed(struct flow *flow, const char *reason, const char *typed)
{
	approve(flow, reason, typed);
	if (flow_state(flow) != FLOW_DONE)
		fail_msg("not done: %s", flow_error(flow)->text);
	for (size_t i = 0; i < flow_step_count(flow); i++)
		assert_int_equal(flow_step(flow, i)->state, STEP_DONE);
	flow_dismiss(flow);
}

static void
refused(const struct flow_request *request, enum error_kind kind, const char *word)
{
	struct flow *flow = ask(request);

	assert_int_equal(turn_while(flow, FLOW_PREPARING), FLOW_FAILED);
	if (!strstr(flow_error(flow)->text, word))
		fail_msg("\"%s\" does not say \"%s\"", flow_error(flow)->text, word);
	assert_int_equal(flow_error(flow)->kind, kind);
	assert_null(flow_review(flow));
	flow_dismiss(flow);
}

static struct flow *
ask_web(const char *env, const char *version)
{
	static char image[128];
	const char *pair[] = { "web", image, NULL };

	snprintf(image, sizeof(image), "local/topicshare-web:%s", version);
	return ask(&(struct flow_request){ .verb = FLOW_DEPLOY, .env = env, .images = pair });
}

static void
assert_one_change(const struct review *review, const char *from, const char *to)
{
	assert_int_equal(review->changes.count, 1);
	assert_true(review->changes.items[0].is_image);
	assert_string_equal(review->changes.items[0].object, "web");
	assert_non_null(strstr(review->changes.items[0].from, from));
	assert_non_null(strstr(review->changes.items[0].to, to));
	assert_non_null(strstr(review->way_back, from));
}

/* --- the tests --- */

static void
refuses_bad_requests(void **state)
{
	static const struct flow_request bad[] = {
		{ .verb = FLOW_CLONE, .org = ORG, .app = APP, .env = "Hot Fix", .source = "production" },
		{ .verb = FLOW_CLONE, .org = ORG, .app = APP, .env = "x", .source = "production" },
		{ .verb = FLOW_CLONE, .org = ORG, .app = APP, .env = "hotfix" },
		{ .verb = FLOW_CLONE, .org = ORG, .app = APP, .env = "hotfix", .source = "production",
		  .type = "production" },
		{ .verb = FLOW_PROMOTE, .org = ORG, .app = APP, .env = "qa", .source = "qa" },
		{ .verb = (enum flow_verb)9, .org = ORG, .app = APP, .env = "qa" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error err = { 0 };

		assert_null(flow_new(here.session, &bad[i], &err));
		assert_int_equal(err.kind, ERROR_INPUT);
	}
}

static void
refuses_what_does_not_fit(void **state)
{
	static const char *const unknown[] = { "web", "local/topicshare-web:9.9.9", NULL };
	static const char *const other[] = { "nobody", "local/topicshare-web:1.4.3", NULL };

	(void)state;
	refused(&(struct flow_request){ .verb = FLOW_CLONE, .env = "qa", .source = "production" },
		ERROR_CONFLICT, "qa");
	refused(&(struct flow_request){ .verb = FLOW_CLONE, .env = "hotfix", .source = "nowhere" },
		ERROR_NOT_FOUND, "nowhere");
	refused(&(struct flow_request){ .verb = FLOW_DEPLOY, .env = "qa", .images = unknown },
		ERROR_INPUT, "9.9.9");
	refused(&(struct flow_request){ .verb = FLOW_DEPLOY, .env = "qa", .images = other },
		ERROR_INPUT, "nobody");
	refused(&(struct flow_request){ .verb = FLOW_DISCARD, .env = "production" }, ERROR_ACCESS,
		"protected");
	refused(&(struct flow_request){ .verb = FLOW_UNDO, .env = "qa" }, ERROR_NOT_FOUND, "qa");
	refused(&(struct flow_request){ .verb = FLOW_PROMOTE, .env = "production", .source = "qa" },
		ERROR_CONFLICT, "qa");
}

static void
clone_as(const char *id)
{
	struct flow *flow = ask(&(struct flow_request){ .verb = FLOW_CLONE, .env = id,
							.source = "production" });
	const struct review *review = reviewed(flow);

	assert_int_equal(review->changes.count, 0);
	assert_string_equal(review->from_set_id, review->to_set_id);
	/* The value that production has of its own goes along; at best in the same request. */
	assert_int_equal(review->send_count,
			 api_has_extension(session_api(here.session), EXTENSION_DEPLOY_VALUES) ? 2
											       : 3);
	assert_false(review->is_protected);
	succeed(flow, NULL, NULL);
}

static void
clones(void **state)
{
	struct clone_origin origin;

	(void)state;
	clone_as("hotfix");
	assert_int_equal(store_clone_origin(session_store(here.session),
					    session_platform(here.session), ORG, APP, "hotfix",
					    &origin, NULL), 0);
	assert_string_equal(origin.origin, "production");
	clone_origin_clear(&origin);
}

/* The version exits at once; what ran before stays what the next review starts from. */
static void
tells_why_a_deployment_failed(void **state)
{
	struct flow *flow = ask_web("hotfix", "1.4.4-rc1");

	(void)state;
	reviewed(flow);
	approve(flow, NULL, NULL);
	assert_int_equal(flow_state(flow), FLOW_FAILED);
	assert_non_null(strstr(flow_error(flow)->text, "web"));
	assert_true(flow_deployment_error_count(flow) > 0);
	assert_int_equal(flow_deployment(flow)->status, DEPLOYMENT_FAILED);
	assert_int_equal(flow_step(flow, flow_step_count(flow) - 1)->state, STEP_FAILED);
	flow_dismiss(flow);
}

static void
deploys_a_version_and_refuses_a_stale_review(void **state)
{
	struct flow *stale, *flow;

	(void)state;
	stale = ask(&(struct flow_request){ .verb = FLOW_DEPLOY, .env = "hotfix" });
	reviewed(stale);
	flow = ask_web("hotfix", "1.4.3");
	assert_one_change(reviewed(flow), "1.4.2", "1.4.3");
	succeed(flow, NULL, NULL);
	approve(stale, NULL, NULL);
	assert_int_equal(flow_state(stale), FLOW_FAILED);
	assert_int_equal(flow_error(stale)->kind, ERROR_STALE);
	assert_non_null(strstr(flow_error(stale)->text, "1.4.3"));
	assert_null(flow_deployment(stale));
	flow_dismiss(stale);
}

static void
promotes(void **state)
{
	struct flow *flow = ask(&(struct flow_request){ .verb = FLOW_PROMOTE, .env = "production",
							.source = "hotfix" });
	const struct review *review = reviewed(flow);
	struct error err = { 0 };

	(void)state;
	assert_one_change(review, "1.4.2", "1.4.3");
	assert_true(review->is_protected);
	assert_false(review->moved);
	assert_int_equal(review->merge.conflicts, 0);
	assert_int_equal(flow_approve(flow, "", "production", &err), -1);
	assert_int_equal(flow_approve(flow, "titles", "prod", &err), -1);
	assert_int_equal(flow_state(flow), FLOW_REVIEW);
	succeed(flow, "titles", "production");
	refused(&(struct flow_request){ .verb = FLOW_PROMOTE, .env = "production",
					.source = "hotfix" },
		ERROR_CONFLICT, "nothing to promote");
}

static void
names_conflicts(void **state)
{
	struct flow *flow;

	(void)state;
	clone_as("second");
	flow = ask_web("second", "1.4.2");
	assert_one_change(reviewed(flow), "1.4.3", "1.4.2");
	succeed(flow, NULL, NULL);
	flow = ask_web("production", "2.0.0-rc1");
	reviewed(flow);
	succeed(flow, "a colleague", "production");
	refused(&(struct flow_request){ .verb = FLOW_PROMOTE, .env = "production",
					.source = "second" },
		ERROR_CONFLICT, "web");
}

static void
undoes(void **state)
{
	struct flow *flow = ask(&(struct flow_request){ .verb = FLOW_UNDO, .env = "production" });

	(void)state;
	assert_one_change(reviewed(flow), "2.0.0-rc1", "1.4.3");
	succeed(flow, "back", "production");
}

static bool
is_asked(void *data)
{
	return interrupted_is_settled(data);
}

/* A program that ends when the request may have been sent: the next one says so and does nothing;
 * a person resumes it, and then it finds out and goes on. */
static void
what_was_under_way_waits_for_a_person(void **state)
{
	struct flow *flow = ask_web("second", "1.4.3");
	const struct interrupted_operation *found;
	struct interrupted *list;
	struct error err = { 0 };
	char *id;

	(void)state;
	reviewed(flow);
	id = xstrdup(flow_operation_id(flow));
	assert_int_equal(flow_approve(flow, NULL, flow_request(flow)->env, &err), 0);
	while (flow_state(flow) == FLOW_RUNNING && flow_step(flow, 3)->state == STEP_TODO)
		session_turn(here.session, NULL, NULL, 0, 200);
	session_free(here.session);
	assert_int_equal(open_session(), 0);
	list = interrupted_open(here.session);
	interrupted_ask(list);
	turn_until(is_asked, list);
	assert_int_equal(session_flow_count(here.session), 0);
	assert_int_equal(interrupted_count(list), 1);
	found = interrupted_find(list, id);
	assert_non_null(found);
	assert_int_equal(found->kind, INTERRUPTED_RESUMABLE);
	assert_string_equal(found->record.steps[found->step].id, "deploy");
	assert_true(knowledge_is_current(&found->asked));
	assert_true(found->deed != DEED_UNKNOWN && found->now[0]);
	flow = flow_resume(here.session, id, &err);
	assert_non_null(flow);
	interrupted_update(list);
	assert_int_equal(interrupted_count(list), 0);
	assert_null(flow_resume(here.session, id, &err));	/* it runs */
	assert_non_null(flow_review(flow));
	turn_while(flow, FLOW_RUNNING);
	if (flow_state(flow) != FLOW_DONE)
		fail_msg("not done: %s", flow_error(flow)->text);
	flow_dismiss(flow);
	interrupted_update(list);
	assert_int_equal(interrupted_count(list), 0);
	assert_null(flow_resume(here.session, id, &err));	/* it has ended */
	interrupted_close(list);
	free(id);
}

static bool
knows_who_answers(void *data)
{
	(void)data;
	return strncmp(session_platform(here.session), "platform:", 9) == 0;
}

/* The daemon is restarted on another socket: history and clones are there as before. */
static void
another_address_has_the_same_history(void **state)
{
	const struct history_query query = { .url = session_platform(here.session) };
	struct clone_origin origin = { 0 };
	struct operation_list list;
	size_t before;
	int status;

	(void)state;
	assert_true(knows_who_answers(NULL));
	assert_int_equal(store_history_list(session_store(here.session), &query, &list, NULL), 0);
	before = list.count;
	assert_true(before > 0);
	operation_list_clear(&list);
	session_free(here.session);
	kill(here.sample.daemon, SIGTERM);
	assert_int_equal(waitpid(here.sample.daemon, &status, 0), here.sample.daemon);
	free(here.sample.socket);
	here.sample.socket = xasprintf("%s/another", here.sample.folder);
	assert_int_equal(sample_serve(&here.sample), 0);
	assert_int_equal(open_session(), 0);
	session_focus(here.session, ORG, APP);
	turn_until(knows_who_answers, NULL);
	assert_int_equal(
		store_history_list(session_store(here.session),
				   &(struct history_query){.url = session_platform(here.session)},
				   &list, NULL),
		0);
	assert_int_equal(list.count, before);
	operation_list_clear(&list);
	assert_int_equal(store_clone_origin(session_store(here.session),
					    session_platform(here.session), ORG, APP, "hotfix",
					    &origin, NULL),
			 0);
	assert_string_equal(origin.origin, "production");
	clone_origin_clear(&origin);
}

static void
discards(void **state)
{
	struct flow *flow = ask(&(struct flow_request){ .verb = FLOW_DISCARD, .env = "hotfix" });
	const struct review *review = reviewed(flow);

	(void)state;
	assert_null(review->to);
	assert_string_equal(review->sends[0], "DELETE /orgs/" ORG "/apps/" APP "/envs/hotfix");
	succeed(flow, NULL, NULL);
	refused(&(struct flow_request){ .verb = FLOW_DISCARD, .env = "hotfix" }, ERROR_NOT_FOUND,
		"hotfix");
}

static void
change_history(const char *statement)
{
	sqlite3 *database;

	assert_int_equal(sqlite3_open(here.sample.history, &database), SQLITE_OK);
	sqlite3_busy_timeout(database, PATIENCE_MS);
	assert_int_equal(sqlite3_exec(database, statement, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(database);
}

/* The environment is deleted, and that cannot be kept: nothing has failed, a person resumes it. */
static void
what_cannot_be_kept_is_interrupted_and_not_failed(void **state)
{
	struct flow *flow = ask(&(struct flow_request){ .verb = FLOW_DISCARD, .env = "second" });
	struct operation record = { 0 };
	struct clone_origin origin = { 0 };
	struct error err = { 0 };
	char *id;

	(void)state;
	reviewed(flow);
	id = xstrdup(flow_operation_id(flow));
	change_history(
		"CREATE TRIGGER full BEFORE DELETE ON clone BEGIN SELECT RAISE(ABORT, 'no room'); END");
	approve(flow, NULL, NULL);
	assert_int_equal(flow_state(flow), FLOW_FAILED);
	assert_int_equal(flow_error(flow)->kind, ERROR_STORE);
	assert_non_null(strstr(flow_error(flow)->text, "no room"));
	flow_dismiss(flow);
	assert_int_equal(store_operation_get(session_store(here.session), id, &record, &err), 0);
	assert_int_equal(record.state, OPERATION_RUNNING);
	operation_clear(&record);
	change_history("DROP TRIGGER full");
	flow = flow_resume(here.session, id, &err);
	assert_non_null(flow);
	turn_while(flow, FLOW_RUNNING);
	if (flow_state(flow) != FLOW_DONE)
		fail_msg("not done: %s", flow_error(flow)->text);
	flow_dismiss(flow);
	assert_int_equal(store_clone_origin(session_store(here.session),
					    session_platform(here.session), ORG, APP, "second",
					    &origin, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	free(id);
}

static void
remembers_the_story(void **state)
{
	static const char *const story[] = { /* newest first */
		"discard second", "discard hotfix", "web 1.4.2 → 1.4.3",
		"undo: web 2.0.0-rc1 → 1.4.3", "web 1.4.3 → 2.0.0-rc1", "web 1.4.3 → 1.4.2",
		"clone of production", "promote hotfix: web 1.4.2 → 1.4.3", "no change",
		"web 1.4.2 → 1.4.3", "web 1.4.2 → 1.4.4-rc1", "clone of production",
	};
	const struct history_query query = { .url = session_platform(here.session) };
	struct operation_list list;

	(void)state;
	assert_int_equal(store_history_list(session_store(here.session), &query, &list, NULL), 0);
	/* The stale one was asked for before, and approved after, the deployment it lost to;
	 * operations are ordered by when they were asked for. */
	assert_int_equal(list.count, 12);
	for (size_t i = 0; i < list.count; i++) {
		if (i == 8 || i == 9)
			continue;
		assert_string_equal(untrusted_raw(&list.items[i].summary), story[i]);
		assert_int_equal(list.items[i].state, i == 10 ? OPERATION_FAILED : OPERATION_DONE);
	}
	operation_list_clear(&list);
}

/* Left by a program that was killed, with the deletion under way. */
static void
begin_deletion(const char *id, const char *env)
{
	static const char *const steps[] = { "check-target", "delete", "wait-gone" };
	struct operation o = { .state = OPERATION_RUNNING, .created_at = clock_wall_ms() };
	struct store *other = store_open(here.sample.history, here.sample.cache, NULL);
	char *request = xasprintf("{\"version\":2,\"verb\":\"discard\",\"org\":\"" ORG "\","
				  "\"app\":\"" APP "\",\"env\":\"%s\",\"images\":[]}", env);

	untrusted_init(&o.id, id);
	untrusted_init(&o.verb, "discard");
	untrusted_init(&o.url, session_platform(here.session));
	untrusted_init(&o.org, ORG);
	untrusted_init(&o.app, APP);
	untrusted_init(&o.env, env);
	untrusted_init(&o.request, request);
	o.step_count = sizeof(steps) / sizeof(steps[0]);
	o.steps = xcalloc(o.step_count, sizeof(*o.steps));
	for (size_t i = 0; i < o.step_count; i++)
		o.steps[i].id = xstrdup(steps[i]);
	o.steps[0].state = RECORD_DONE;
	o.steps[1].state = RECORD_ACTIVE;
	assert_non_null(other);
	assert_int_equal(store_operation_begin(other, &o, NULL), 0);
	store_close(other);
	operation_clear(&o);
	free(request);
}

/* Nobody has to resume a deletion whose environment is gone; one that is still there waits. */
static void
an_interrupted_deletion_ends_with_its_environment(void **state)
{
	struct operation record = { 0 };
	struct interrupted *list;

	(void)state;
	begin_deletion("op-gone", "second");
	begin_deletion("op-there", "production");
	list = interrupted_open(here.session);
	assert_int_equal(interrupted_count(list), 2);
	interrupted_ask(list);
	turn_until(is_asked, list);
	interrupted_update(list);
	assert_int_equal(interrupted_count(list), 1);
	assert_non_null(interrupted_find(list, "op-there"));
	assert_int_equal(interrupted_get(list, 0)->deed, DEED_NOT_DONE);
	assert_int_equal(store_operation_get(session_store(here.session), "op-gone", &record, NULL),
			 0);
	assert_int_equal(record.state, OPERATION_DONE);
	for (size_t i = 0; i < record.step_count; i++)
		assert_int_equal(record.steps[i].state, RECORD_DONE);
	operation_clear(&record);
	interrupted_close(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_bad_requests),
		cmocka_unit_test(refuses_what_does_not_fit),
		cmocka_unit_test(clones),
		cmocka_unit_test(tells_why_a_deployment_failed),
		cmocka_unit_test(deploys_a_version_and_refuses_a_stale_review),
		cmocka_unit_test(promotes),
		cmocka_unit_test(names_conflicts),
		cmocka_unit_test(undoes),
		cmocka_unit_test(what_was_under_way_waits_for_a_person),
		cmocka_unit_test(another_address_has_the_same_history),
		cmocka_unit_test(discards),
		cmocka_unit_test(what_cannot_be_kept_is_interrupted_and_not_failed),
		cmocka_unit_test(remembers_the_story),
		cmocka_unit_test(an_interrupted_deletion_ends_with_its_environment),
	};

	return cmocka_run_group_tests_name("flow", tests, start_all, stop_all);
}
