/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a program left: which records can be resumed, which are only shown, and that nothing but a
 * person goes on with any.  Also what stays as it is while the history cannot be read.  The
 * platform is away all the time.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "compare/values.h"
#include "flow/clones.h"
#include "flow/context/arrangement.h"
#include "flow/hotfix.h"
#include "flow/session.h"
#include "flow/verbs/document.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/interrupted.h"
#include "flow/verbs/resume.h"
#include "flow/verbs/steps.h"
#include "flow/verbs/verb.h"
#include "flow/world/origin.h"
#include "model/delta.h"
#include "model/json.h"
#include "model/set.h"
#include "store/clone-origins.h"
#include "store/history.h"
#include "store/journal.h"
#include "store/store.h"

#define MINUTE_MS (60 * 1000)
#define REQUEST \
	"{\"version\":2,\"verb\":\"deploy\",\"org\":\"acme\",\"app\":\"shop\",\"env\":\"qa\",\"images\":[]}"

static struct {
	char *folder, *history, *cache;
	struct session *session;
} here;

static int
make_place(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct error err = { 0 };

	(void)state;
	here.folder = xasprintf("%s/interrupted-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(here.folder))
		return -1;
	here.history = xasprintf("%s/history.db", here.folder);
	here.cache = xasprintf("%s/cache.db", here.folder);
	here.session = session_new(&(struct session_options){ .url = "http://127.0.0.1:1",
							      .history_path = here.history,
							      .cache_path = here.cache }, &err);
	if (!here.session)
		print_error("%s\n", err.text);
	return here.session ? 0 : -1;
}

static int
remove_place(void **state)
{
	int ret;

	(void)state;
	session_free(here.session);
	ret = paths_remove_tree(here.folder, NULL);
	free(here.folder);
	free(here.history);
	free(here.cache);
	return ret;
}

/* An approved deployment to qa. */
static void
fill(struct operation *o, const char *id, enum operation_state state, int64_t age_ms)
{
	*o = (struct operation){ .state = state, .created_at = clock_wall_ms() - age_ms };
	untrusted_init(&o->id, id);
	untrusted_init(&o->verb, "deploy");
	untrusted_init(&o->url, session_platform(here.session));
	untrusted_init(&o->org, "acme");
	untrusted_init(&o->app, "shop");
	untrusted_init(&o->env, "qa");
	untrusted_init(&o->request, REQUEST);
	o->step_count = DEPLOY_STEP_COUNT;
	o->steps = xcalloc(o->step_count, sizeof(*o->steps));
	for (size_t i = 0; i < o->step_count; i++)
		o->steps[i].id = xstrdup(deploy_steps[i].id);
}

static void
begin(struct operation *o)
{
	struct store *other;

	/* Of another program, which has ended: nobody holds it any more. */
	other = store_open(here.history, here.cache, NULL);
	assert_non_null(other);
	assert_int_equal(store_operation_begin(other, o, NULL), 0);
	store_close(other);
	operation_clear(o);
}

static enum operation_state
state_of(const char *id)
{
	struct operation kept;
	enum operation_state state;

	assert_int_equal(store_operation_get(session_store(here.session), id, &kept, NULL), 0);
	state = kept.state;
	operation_clear(&kept);
	return state;
}

/* --- records of all kinds --- */

static void
set_request(struct operation *o, const char *text)
{
	untrusted_set(&o->request, text);
}

static void
newer_document(struct operation *o)
{
	set_request(
		o,
		"{\"version\":3,\"verb\":\"deploy\",\"org\":\"acme\",\"app\":\"shop\",\"env\":\"qa\"}");
}

static void
document_without_version(struct operation *o)
{
	set_request(o, "{\"images\":[]}");
}

static void
broken_document(struct operation *o)
{
	set_request(o, "{\"version\":2,");
}

static void
document_of_another_environment(struct operation *o)
{
	set_request(
		o,
		"{\"version\":2,\"verb\":\"deploy\",\"org\":\"acme\",\"app\":\"shop\",\"env\":\"production\"}");
}

static void
path_for_an_environment(struct operation *o)
{
	set_request(
		o,
		"{\"version\":2,\"verb\":\"deploy\",\"org\":\"acme\",\"app\":\"shop\",\"env\":\"../qa\"}");
	untrusted_set(&o->env, "../qa");
}

static void
unknown_verb(struct operation *o)
{
	untrusted_set(&o->verb, "teleport");
}

static void
unknown_step(struct operation *o)
{
	free(o->steps[1].id);
	o->steps[1].id = xstrdup("frobnicate");
}

static void
swapped_steps(struct operation *o)
{
	char *id = o->steps[0].id;

	o->steps[0].id = o->steps[1].id;
	o->steps[1].id = id;
}

static void
a_step_fewer(struct operation *o)
{
	free(o->steps[--o->step_count].id);
}

static void
steps_by_texts(struct operation *o)
{
	for (size_t i = 0; i < o->step_count; i++) {
		free(o->steps[i].id);
		o->steps[i].id = NULL;
		o->steps[i].name = xstrdup("Check that nothing moved");
	}
	set_request(o, "{\"images\":[]}");
}

static const struct {
	const char *what;
	void (*change)(struct operation *o);
	enum operation_state state;
	int64_t age_ms;
	enum interrupted_kind kind;
} cases[] = {
	{ "fresh", NULL, OPERATION_PREPARED, 0, INTERRUPTED_RESUMABLE },
	{ "14 minutes", NULL, OPERATION_PREPARED, 14 * MINUTE_MS, INTERRUPTED_RESUMABLE },
	{ "16 minutes, nothing sent", NULL, OPERATION_PREPARED, 16 * MINUTE_MS, INTERRUPTED_EXPIRED },
	{ "two days, perhaps sent", NULL, OPERATION_RUNNING, 2880 * MINUTE_MS, INTERRUPTED_RESUMABLE },
	{ "newer document", newer_document, OPERATION_RUNNING, 0, INTERRUPTED_NOT_OURS },
	{ "broken document", broken_document, OPERATION_RUNNING, 0, INTERRUPTED_NOT_OURS },
	{ "another environment", document_of_another_environment, OPERATION_RUNNING, 0, INTERRUPTED_NOT_OURS },
	{ "a path", path_for_an_environment, OPERATION_RUNNING, 0, INTERRUPTED_NOT_OURS },
	{ "unknown verb", unknown_verb, OPERATION_RUNNING, 0, INTERRUPTED_NOT_OURS },
	{ "unknown step", unknown_step, OPERATION_RUNNING, 0, INTERRUPTED_NOT_OURS },
	{ "another order", swapped_steps, OPERATION_RUNNING, 0, INTERRUPTED_NOT_OURS },
	{ "a step fewer", a_step_fewer, OPERATION_RUNNING, 0, INTERRUPTED_NOT_OURS },
	{ "first release", steps_by_texts, OPERATION_RUNNING, 0, INTERRUPTED_FIRST_RELEASE },
	{ "first document", document_without_version, OPERATION_RUNNING, 0, INTERRUPTED_FIRST_RELEASE },
};
#define CASE_COUNT (sizeof(cases) / sizeof(cases[0]))

static void
begin_all(void)
{
	for (size_t i = 0; i < CASE_COUNT; i++) {
		struct operation o;
		char id[8];

		snprintf(id, sizeof(id), "op-%02zu", i);
		fill(&o, id, cases[i].state, cases[i].age_ms);
		if (cases[i].change)
			cases[i].change(&o);
		begin(&o);
	}
}

static void
an_operation_has_a_title(void **state)
{
	static const struct {
		const char *verb, *title;
	} titles[] = {
		{"clone", "clone of live as qa"},
		{"deploy", "deployment to qa"},
		{"promote", "promotion of live to qa"},
		{"carry", "carrying of a fix from live to qa"},
		{"undo", "rollback of qa"},
		{"discard", "deletion of qa"},
		{"eat", "eat of qa"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		struct operation o = {0};
		char *title;

		untrusted_init(&o.verb, titles[i].verb);
		untrusted_init(&o.env, "qa");
		untrusted_init(&o.source, "live");
		title = interrupted_title(&o);
		assert_string_equal(title, titles[i].title);
		free(title);
		untrusted_clear(&o.verb);
		untrusted_clear(&o.env);
		untrusted_clear(&o.source);
	}
}

/* What is foreign stands as it is, also where it looks like a word of ours. */
static void
words_of_a_title_are_replaced_once(void **state)
{
	static const struct {
		const char *text, *source, *changes, *expected;
	} texts[] = {
		{"promote {source}: {changes}", "live", "web 1 \xe2\x86\x92 2",
		 "promote live: web 1 \xe2\x86\x92 2"},
		{"{source}{env}", "{env}", NULL, "{env}qa"},
		{"{changes}.", "live", NULL, "."},
		{"{other} {env", "live", NULL, "{other} {env"},
		{"", "live", NULL, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *text = flow_verb_text(texts[i].text, "qa", texts[i].source,
					    texts[i].changes);

		assert_string_equal(text, texts[i].expected);
		free(text);
	}
}

/* Whatever is opened and looked at: the records stay as they are, and no flow begins. */
static void
looking_changes_nothing(void **state)
{
	struct interrupted *list;

	(void)state;
	begin_all();
	list = interrupted_open(here.session);
	assert_int_equal(interrupted_count(list), CASE_COUNT);
	for (size_t i = 0; i < CASE_COUNT; i++) {
		char *title = interrupted_title(&interrupted_get(list, i)->record);

		assert_true(*title);
		free(title);
		if (interrupted_get(list, i)->kind != cases[i].kind)
			fail_msg("%s: %s", cases[i].what,
				 interrupted_kind_name(interrupted_get(list, i)->kind));
		for (size_t k = 0; k < interrupted_get(list, i)->record.step_count; k++)
			assert_non_null(
				flow_record_step_name(&interrupted_get(list, i)->record, k));
	}
	interrupted_ask(list);
	for (size_t i = 0; i < 20; i++)
		(void)session_turn(here.session, NULL, NULL, 0, 5);
	interrupted_update(list);
	assert_int_equal(session_flow_count(here.session), 0);
	assert_int_equal(interrupted_count(list), CASE_COUNT);
	for (size_t i = 0; i < CASE_COUNT; i++)
		assert_int_equal(state_of(interrupted_get(list, i)->record.id.raw), cases[i].state);
	assert_null(interrupted_find(list, "op-"));	/* several */
	assert_null(interrupted_find(list, ""));
	assert_non_null(interrupted_find(list, "op-13"));
	interrupted_close(list);
}

/* What cannot be resumed is refused with a reason and as it was; all of it can be abandoned. */
static void
what_is_not_known_is_abandoned_and_never_resumed(void **state)
{
	(void)state;
	begin_all();
	for (size_t i = 0; i < CASE_COUNT; i++) {
		struct error err = { 0 };
		struct operation kept;
		char id[8];

		snprintf(id, sizeof(id), "op-%02zu", i);
		if (cases[i].kind == INTERRUPTED_RESUMABLE)
			continue;
		assert_null(flow_resume(here.session, id, &err));
		assert_int_equal(err.kind,
				 cases[i].kind == INTERRUPTED_EXPIRED ? ERROR_STALE : ERROR_INPUT);
		assert_true(*err.text);
		assert_int_equal(state_of(id), cases[i].state);
		assert_int_equal(flow_abandon(here.session, id, "not needed", NULL), 0);
		assert_int_equal(store_operation_get(session_store(here.session), id, &kept, NULL),
				 0);
		assert_int_equal(kept.state, OPERATION_ABANDONED);
		assert_true(kept.ended_at > 0);
		assert_non_null(strstr(kept.error.raw, "not needed"));
		operation_clear(&kept);
		assert_int_equal(flow_abandon(here.session, id, NULL, &err), -1);
		assert_null(flow_resume(here.session, id, &err));
	}
	assert_int_equal(session_flow_count(here.session), 0);
}

static void
change_history(const char *sql)
{
	sqlite3 *database;

	assert_int_equal(sqlite3_open(here.history, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(database);
}

/* Neither is a list empty that cannot be read, nor does anything go on as if it were. */
static void
what_cannot_be_read_is_as_it_was(void **state)
{
	struct interrupted *list;
	struct error err = { 0 };
	struct operation o;

	(void)state;
	fill(&o, "01", OPERATION_RUNNING, MINUTE_MS);
	begin(&o);
	list = interrupted_open(here.session);
	assert_int_equal(interrupted_count(list), 1);
	assert_null(interrupted_error(list));
	change_history("ALTER TABLE operation RENAME TO away");
	interrupted_update(list);
	assert_int_equal(interrupted_count(list), 1);
	assert_string_equal(interrupted_get(list, 0)->now, "");
	assert_int_equal(interrupted_error(list)->kind, ERROR_STORE);
	assert_null(hotfix_newest(here.session, "acme", "shop", &err));
	assert_int_equal(err.kind, ERROR_STORE);
	change_history("ALTER TABLE away RENAME TO operation");
	interrupted_update(list);
	assert_int_equal(interrupted_count(list), 1);
	assert_null(interrupted_error(list));
	err = (struct error){ 0 };
	assert_null(hotfix_newest(here.session, "acme", "shop", &err));
	assert_int_equal(err.kind, ERROR_NONE);
	interrupted_close(list);
}

/* A promotion that was looked for and could not be read would take the origin back to the clone's
 * beginning; a record that could not be read would be written over without its end. */
static void
where_a_clone_comes_from_is_kept_when_the_history_cannot_be_read(void **state)
{
	const char *platform = session_platform(here.session);
	struct store *store = session_store(here.session);
	const struct clone_origin was = {
		.origin = (char *)"production", .deployment_id = (char *)"d2",
		.set_id = (char *)"s2", .operation_id = (char *)"01", .cloned_at = 5,
		.expires_at = 900,
	};
	struct clone clone = {
		.org = (char *)"acme", .app = (char *)"shop", .env = (char *)"hotfix",
		.origin = (char *)"production", .deployment_id = (char *)"d1",
		.set_id = (char *)"s1",
	};
	struct clone_origin kept = { 0 };
	struct values none = { 0 };
	struct operation promotion;
	struct error err = { 0 };
	char *values;

	(void)state;
	assert_int_equal(
		store_put_clone_origin(store, platform, "acme", "shop", "hotfix", &was, NULL), 0);
	origin_keep_values(here.session, "acme", "shop", "hotfix", &none, true);
	fill(&promotion, "02", OPERATION_DONE, MINUTE_MS);
	untrusted_set(&promotion.verb, "promote");
	untrusted_set(&promotion.source, "hotfix");
	untrusted_set(&promotion.env, "production");
	change_history("ALTER TABLE operation RENAME TO away");
	assert_int_equal(origin_settle_operation(here.session, &promotion, &err), -1);
	assert_int_equal(err.kind, ERROR_STORE);
	change_history("ALTER TABLE away RENAME TO operation; ALTER TABLE clone RENAME TO gone;"
		       "ALTER TABLE setting RENAME TO lost");
	err = (struct error){ 0 };
	assert_int_equal(origin_settle_operation(here.session, &promotion, &err), -1);
	assert_int_equal(err.kind, ERROR_STORE);
	err = (struct error){ 0 };
	assert_int_equal(clones_set_end(here.session, &clone, 7, &err), -1);
	assert_int_equal(err.kind, ERROR_STORE);
	err = (struct error){ 0 };
	assert_null(origin_kept_values(here.session, "acme", "shop", "hotfix", &err));
	assert_int_equal(err.kind, ERROR_STORE);
	change_history("ALTER TABLE gone RENAME TO clone; ALTER TABLE lost RENAME TO setting");
	assert_int_equal(
		store_clone_origin(store, platform, "acme", "shop", "hotfix", &kept, NULL), 0);
	assert_string_equal(kept.set_id, "s2");
	assert_string_equal(kept.operation_id, "01");
	assert_int_equal(kept.expires_at, 900);
	values = origin_kept_values(here.session, "acme", "shop", "hotfix", NULL);
	assert_non_null(values);
	free(values);
	clone_origin_clear(&kept);
	operation_clear(&promotion);
}

/* A board that is arranged by who could not see the one that is kept does not take its place. */
static void
an_arrangement_that_cannot_be_read_is_not_written_over(void **state)
{
	struct arrangement *a = arrangement_open(here.session, "acme", "shop");
	struct error err = { 0 };

	(void)state;
	arrangement_pin(a, "qa", true);
	assert_int_equal(arrangement_keep(a, NULL), 0);
	arrangement_close(a);
	change_history("ALTER TABLE setting RENAME TO lost");
	a = arrangement_open(here.session, "acme", "shop");
	assert_true(arrangement_has_failed(a, &err));
	change_history("ALTER TABLE lost RENAME TO setting");
	arrangement_pin(a, "production", true);
	assert_int_equal(arrangement_keep(a, &err), -1);
	arrangement_close(a);
	a = arrangement_open(here.session, "acme", "shop");
	assert_true(arrangement_is_pinned(a, "qa"));
	assert_false(arrangement_is_pinned(a, "production"));
	arrangement_close(a);
}

static void
a_person_resumes(void **state)
{
	struct error err = { 0 };
	struct operation o;
	struct flow *flow;

	(void)state;
	fill(&o, "01", OPERATION_RUNNING, 2880 * MINUTE_MS);
	for (size_t i = 0; i < 3; i++)
		o.steps[i].state = RECORD_DONE;
	o.steps[3].state = RECORD_ACTIVE;
	begin(&o);
	flow = flow_resume(here.session, "01", &err);
	assert_non_null(flow);
	assert_int_equal(flow_state(flow), FLOW_RUNNING);
	assert_int_equal(flow_step(flow, 2)->state, STEP_DONE);
	assert_int_equal(flow_step(flow, 3)->state, STEP_ACTIVE);
	assert_int_equal(flow_step(flow, 4)->state, STEP_TODO);
	assert_string_equal(flow_request(flow)->env, "qa");
	/* Not twice at once. */
	assert_null(flow_resume(here.session, "01", &err));
	assert_int_equal(flow_abandon(here.session, "01", NULL, &err), -1);
}

/* What another living program works on is not interrupted. */
static void
what_somebody_works_on_is_left_alone(void **state)
{
	struct store *other = store_open(here.history, here.cache, NULL);
	struct interrupted *list;
	struct error err = { 0 };
	struct operation o;

	(void)state;
	fill(&o, "01", OPERATION_RUNNING, 0);
	begin(&o);
	assert_true(store_operation_claim(other, "01"));
	list = interrupted_open(here.session);
	assert_int_equal(interrupted_count(list), 0);
	assert_null(flow_resume(here.session, "01", &err));
	assert_int_equal(err.kind, ERROR_CONFLICT);
	assert_int_equal(flow_abandon(here.session, "01", NULL, &err), -1);
	assert_int_equal(state_of("01"), OPERATION_RUNNING);
	store_close(other);
	interrupted_update(list);
	assert_int_equal(interrupted_count(list), 1);
	interrupted_close(list);
}

/* --- the document --- */

/* Everything that is needed to make the request again comes back from the journal. */
static void
a_request_comes_back_whole(void **state)
{
	static const char *const images[] = {"web", "local/web:1.4.3", "api", "local/api:2", NULL};
	static const struct flow_value values[] = {
		{ "A", FLOW_VALUE_COPY, NULL }, { "B", FLOW_VALUE_LEAVE_OUT, NULL },
		{ "C", FLOW_VALUE_APP, NULL },	{ "D", FLOW_VALUE_REFERENCE, NULL },
		{ "SECRET", FLOW_VALUE_TEXT, "hunter2" },
		{ NULL, FLOW_VALUE_UNDECIDED, NULL },
	};
	json_t *body = json_loads("{\"modules\":{\"remove\":[\"web\"]}}", 0, NULL), *again;
	struct delta *draft = delta_decode(body, NULL);
	const struct flow_request request = {
		.verb = FLOW_CARRY,
		.org = "acme",
		.app = "shop",
		.env = "qa",
		.source = "production",
		.name = "QA",
		.type = "development",
		.images = images,
		.draft = draft,
		.operation_id = "op-1",
		.before_set = "s1",
		.after_set = "s2",
		.hotfix = "hotfix-1",
		.values = values,
		.before_values = "v1",
		.after_values = "v2",
	};
	struct flow *flow = flow_alloc(here.session, &request);
	struct journal_document read;
	char *text;

	(void)state;
	json_decref(body);
	body = document_encode(flow);
	text = json_dumps(body, 0);
	assert_null(strstr(text, "hunter2"));	/* the history is no place for secrets */
	assert_int_equal(document_version(text), 2);
	assert_int_equal(document_decode(&read, text, NULL), 0);
	assert_int_equal(read.request.verb, FLOW_CARRY);
	assert_string_equal(read.request.org, "acme");
	assert_string_equal(read.request.app, "shop");
	assert_string_equal(read.request.env, "qa");
	assert_string_equal(read.request.source, "production");
	assert_string_equal(read.request.name, "QA");
	assert_string_equal(read.request.type, "development");
	assert_string_equal(read.request.operation_id, "op-1");
	assert_string_equal(read.request.before_set, "s1");
	assert_string_equal(read.request.after_set, "s2");
	assert_string_equal(read.request.hotfix, "hotfix-1");
	assert_string_equal(read.request.before_values, "v1");
	assert_string_equal(read.request.after_values, "v2");
	for (size_t i = 0; i < 5; i++)
		assert_true((images[i] == NULL) == (read.request.images[i] == NULL) &&
			    (!images[i] || !strcmp(images[i], read.request.images[i])));
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(read.request.values[i].key, values[i].key);
		assert_int_equal(read.request.values[i].kind, values[i].kind);
	}
	/* It is decided once more. */
	assert_int_equal(read.request.values[4].kind, FLOW_VALUE_UNDECIDED);
	assert_null(read.request.values[5].key);
	again = delta_encode(read.request.draft);
	json_decref(body);
	body = delta_encode(draft);
	assert_true(json_equal(again, body));
	json_decref(again);
	json_decref(body);
	document_clear(&read);
	free(text);
	delta_free(draft);
	flow_free(flow);
}

static void
a_damaged_document_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"null",
		"[]",
		"2",
		"{",
		"{}",
		"{\"version\":2}",
		"{\"version\":\"2\"}",
		"{\"version\":2,\"verb\":\"deploy\"}",
		"{\"version\":2,\"verb\":7,\"org\":\"acme\",\"app\":\"shop\",\"env\":\"qa\"}",
		"{\"version\":2,\"verb\":\"deploy\",\"org\":\"acme\",\"app\":\"shop\",\"env\":[]}",
		"{\"version\":2,\"verb\":\"deploy\",\"org\":\"acme\",\"app\":\"shop\",\"env\":\"qa\",\"images\":{}}",
		"{\"version\":2,\"verb\":\"deploy\",\"org\":\"acme\",\"app\":\"shop\",\"env\":\"qa\",\"images\":[\"a\"]}",
		"{\"version\":2,\"verb\":\"deploy\",\"org\":\"acme\",\"app\":\"shop\",\"env\":\"qa\",\"images\":[1,2]}",
		"{\"version\":2,\"verb\":\"deploy\",\"org\":\"acme\",\"app\":\"shop\",\"env\":\"qa\",\"delta\":7}",
		"{\"version\":2,\"verb\":\"deploy\",\"org\":\"acme\",\"app\":\"shop\",\"env\":\"qa\",\"draft\":[]}",
		"{\"version\":2,\"verb\":\"deploy\",\"org\":\"acme\",\"app\":\"shop\",\"env\":\"qa\",\"values\":[{}]}",
		"{\"version\":2,\"verb\":\"deploy\",\"org\":\"acme\",\"app\":\"shop\",\"env\":\"qa\",\"values\":7}",
		"{\"version\":99999999999,\"verb\":\"deploy\",\"org\":\"acme\",\"app\":\"shop\",\"env\":\"qa\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct error err = { 0 };
		struct journal_document document;

		if (document_decode(&document, texts[i], &err) == 0)
			fail_msg("taken: %s", texts[i]);
		assert_int_equal(err.kind, ERROR_INPUT);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)
	const struct CMUnitTest tests[] = {
		TEST(an_operation_has_a_title),
		TEST(words_of_a_title_are_replaced_once),
		TEST(looking_changes_nothing),
		TEST(what_is_not_known_is_abandoned_and_never_resumed),
		TEST(what_cannot_be_read_is_as_it_was),
		TEST(where_a_clone_comes_from_is_kept_when_the_history_cannot_be_read),
		TEST(an_arrangement_that_cannot_be_read_is_not_written_over),
		TEST(a_person_resumes),
		TEST(what_somebody_works_on_is_left_alone),
		TEST(a_request_comes_back_whole),
		TEST(a_damaged_document_is_refused),
	};

	return cmocka_run_group_tests_name("interrupted", tests, NULL, NULL);
}
