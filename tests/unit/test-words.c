/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is said of the world: how environments do, how workloads compare, how long clones live, what
 * could not be read.  Nothing that is not known is ever said to be equal, running or empty. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/knowledge.h"
#include "base/xmalloc.h"
#include "compare/values.h"
#include "flow/hotfix-words.h"
#include "flow/verbs/clone-parts.h"
#include "flow/verbs/flow.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/clone-kinds.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/set.h"

#define NOW 1700000000000
#define MINUTE 60000LL
#define HOUR (60 * MINUTE)

/* An environment with what a board asks of it. */
struct here {
	struct world_environment e;
	struct knowledge parts[WORLD_PART_COUNT];
	struct values values;
	struct runtime_module modules[4];
};

/* Which of web=1, api=2 the set has: "web:1.0 api:2.0"; NULL: it is not known. */
static struct set *
set_of(const char *images)
{
	json_t *modules = json_object(), *body = json_pack("{s:o}", "modules", modules);
	char *copy = xstrdup(images), *rest = copy;
	struct set *set;

	for (char *image; (image = strsep(&rest, " "));) {
		char *name, *colon = strchr(image, ':');

		if (!colon)
			continue;
		name = strrchr(image, '/') ? strrchr(image, '/') + 1 : image;
		name = xstrndup(name, (size_t)(colon - name));
		json_object_set_new(modules, name,
				    json_pack("{s:s, s:{s:{s:{s:s, s:s, s:{s:s}}}}}", "profile",
					      "humanitec/default-module", "spec", "containers", "c",
					      "id", "c", "image", image, "variables", "A",
					      "${values.A}"));
		free(name);
	}
	set = set_decode(body, NULL);
	assert_non_null(set);
	json_decref(body);
	free(copy);
	return set;
}

static void
begin(struct here *here, const char *images)
{
	*here = (struct here){0};
	here->e.parts = here->parts;
	here->e.set = images ? set_of(images) : NULL;
	here->e.values = &here->values;
	if (images)
		knowledge_set_known(&here->parts[WORLD_SET], NOW);
	untrusted_init(&here->e.environment.last_deploy.id, "d1");
	untrusted_init(&here->e.running.id, "d1");
	here->e.environment.last_deploy.status = DEPLOYMENT_SUCCEEDED;
}

static void
end(struct here *here)
{
	for (size_t i = 0; i < WORLD_PART_COUNT; i++)
		knowledge_clear(&here->parts[i]);
	set_unref(here->e.set);
	values_clear(&here->values);
	untrusted_clear(&here->e.environment.last_deploy.id);
	untrusted_clear(&here->e.running.id);
}

/* --- environments --- */

static void
runs(struct here *here, const enum runtime_status *statuses, size_t count)
{
	for (size_t i = 0; i < count; i++)
		here->modules[i].status = statuses[i];
	here->e.runtime.modules = here->modules;
	here->e.runtime.count = count;
	knowledge_set_known(&here->parts[WORLD_RUNTIME], NOW);
}

static void
an_environment_is_said_by_what_hides_the_rest(void **state)
{
	static const struct {
		enum runtime_status statuses[3];
		size_t count;
		const char *text;
		enum mood mood;
	} cases[] = {
		{{RUNTIME_RUNNING}, 1, "running", MOOD_GOOD},
		{{RUNTIME_RUNNING, RUNTIME_SUCCEEDED}, 2, "running", MOOD_GOOD},
		{{RUNTIME_RUNNING, RUNTIME_STARTING}, 2, "1 of 2", MOOD_BUSY},
		{{RUNTIME_FAILED, RUNTIME_RUNNING}, 2, "1 of 2", MOOD_BAD},	/* waiting does not help */
		{{RUNTIME_STOPPED, RUNTIME_STOPPED}, 2, "0 of 2", MOOD_BUSY},
		{{RUNTIME_UNKNOWN, RUNTIME_RUNNING, RUNTIME_PARTLY}, 3, "1 of 3", MOOD_BUSY},
		{{RUNTIME_UNKNOWN, RUNTIME_UNKNOWN}, 2, "unknown", MOOD_QUIET},
		{{RUNTIME_UNKNOWN}, 0, "nothing runs", MOOD_BAD},
	};
	struct state_words words;
	struct here here;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(&here, "web:1.0");
		words = words_of_environment(&here.e);
		assert_string_equal(words.text, "unknown");	/* not asked yet */
		runs(&here, cases[i].statuses, cases[i].count);
		words = words_of_environment(&here.e);
		assert_string_equal(words.text, cases[i].text);
		assert_int_equal(words.mood, cases[i].mood);
		/* A look that failed since makes all of it a guess. */
		knowledge_set_unreadable(&here.parts[WORLD_RUNTIME],
					 &(struct error){.kind = ERROR_REMOTE, .text = "x"});
		assert_string_equal(words_of_environment(&here.e).text, "unknown");
		end(&here);
	}
}

/* What holds it hides nothing else: it is to be gone. */
static void
what_cannot_be_deleted_is_no_more_being_deleted(void **state)
{
	struct state_words words;
	struct here here;

	(void)state;
	begin(&here, "web:1.0");
	here.e.environment.status = ENVIRONMENT_DELETING;
	words = words_of_environment(&here.e);
	assert_string_equal(words.text, "deleting");
	assert_int_equal(words.mood, MOOD_BUSY);
	untrusted_init(&here.e.environment.status_message, "no right");
	words = words_of_environment(&here.e);
	assert_string_equal(words.text, "delete failed");
	assert_int_equal(words.mood, MOOD_BAD);
	untrusted_clear(&here.e.environment.status_message);
	end(&here);
}

static json_t *
manifest_of(const char *kind, const char *spec)
{
	json_t *object = json_pack("{s:s, s:s, s:o}", "apiVersion",
				   strstr(kind, "Job") ? "batch/v1" : "apps/v1", "kind", kind, "spec",
				   json_loads(spec, 0, NULL));

	assert_non_null(object);
	return json_pack("{s:s, s:{s:{s:o}}}", "profile", "sidestage/manifests", "spec", "manifests",
			 "x", object);
}

/* In a cluster: no replicas are wanted, or it runs later, or did. */
static void
what_is_not_to_run_is_not_counted(void **state)
{
	static const struct {
		const char *kind, *spec;
		enum runtime_status status;
		const char *text;
		enum mood mood;
	} cases[] = {
		{"Deployment", "{\"replicas\": 0}", RUNTIME_STOPPED, "running", MOOD_GOOD},
		{"CronJob", "{\"suspend\": true}", RUNTIME_STOPPED, "running", MOOD_GOOD},
		{"Job", "{}", RUNTIME_STOPPED, "running", MOOD_GOOD},
		{"Job", "{}", RUNTIME_FAILED, "1 of 2", MOOD_BAD},
		{"Deployment", "{\"replicas\": 0}", RUNTIME_STARTING, "1 of 2", MOOD_BUSY},
		{"StatefulSet", "{\"replicas\": 2}", RUNTIME_STOPPED, "1 of 2", MOOD_BUSY},
		{"Deployment", "{}", RUNTIME_STOPPED, "1 of 2", MOOD_BUSY},
	};
	struct here here;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const enum runtime_status statuses[] = {cases[i].status, RUNTIME_RUNNING};
		json_t *body = json_pack("{s:{s:o, s:o}, s:{}}", "modules", "batch",
					 manifest_of(cases[i].kind, cases[i].spec), "web",
					 manifest_of("Deployment", "{}"), "shared");
		struct state_words words;
		struct error err;

		begin(&here, NULL);
		here.e.set = set_decode(body, &err);
		if (!here.e.set)
			fail_msg("%s", err.text);
		knowledge_set_known(&here.parts[WORLD_SET], NOW);
		runs(&here, statuses, 2);
		untrusted_init(&here.modules[0].module, "batch");
		untrusted_init(&here.modules[1].module, "web");
		words = words_of_environment(&here.e);
		assert_string_equal(words.text, cases[i].text);
		assert_int_equal(words.mood, cases[i].mood);
		if (i == 0) {
			here.e.runtime.count = 1;
			assert_string_equal(words_of_environment(&here.e).text, "stopped");
		}
		untrusted_clear(&here.modules[0].module);
		untrusted_clear(&here.modules[1].module);
		end(&here);
		json_decref(body);
	}
}

static void
a_deployment_that_goes_on_or_failed_comes_first(void **state)
{
	static const enum runtime_status running[] = {RUNTIME_RUNNING};
	static const struct { enum deployment_status status; const char *text; } cases[] = {
		{DEPLOYMENT_PENDING, "deploying"}, {DEPLOYMENT_IN_PROGRESS, "deploying"},
		{DEPLOYMENT_FAILED, "deploy failed"}, {DEPLOYMENT_SUCCEEDED, "running"},
	};
	struct here here;

	(void)state;
	begin(&here, "web:1.0");
	runs(&here, running, 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		here.e.environment.last_deploy.status = cases[i].status;
		assert_string_equal(words_of_environment(&here.e).text, cases[i].text);
	}
	untrusted_init(&here.e.environment.problem, "\"name\" is null");
	assert_string_equal(words_of_environment(&here.e).text, "? not understood");
	untrusted_clear(&here.e.environment.problem);
	here.e.is_past = true;
	assert_string_equal(words_of_environment(&here.e).text, "deployed");
	here.e.environment.status = ENVIRONMENT_DELETING;
	assert_string_equal(words_of_environment(&here.e).text, "deleting");
	here.e.environment.status = (enum environment_status)0;
	untrusted_clear(&here.e.environment.last_deploy.id);
	assert_string_equal(words_of_environment(&here.e).text, "never deployed");
	end(&here);
}

/* --- clones --- */

static void
a_life_is_said_in_one_length(void **state)
{
	static const struct { int64_t left; const char *text; enum mood mood; } cases[] = {
		{45000, "45s left", MOOD_BUSY},
		{52 * MINUTE, "52m left", MOOD_BUSY},
		{HOUR - 1, "59m left", MOOD_BUSY},
		{HOUR + 52 * MINUTE, "1h52 left", MOOD_GOOD},
		{2 * HOUR, "2h00 left", MOOD_GOOD},
		{71 * HOUR, "2d left", MOOD_GOOD},
		{-1000, "overdue by 1s", MOOD_BAD},
		{0, "overdue by 0s", MOOD_BAD},
		{-25 * HOUR, "overdue by 1d", MOOD_BAD},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct state_words words = words_of_life(NOW + cases[i].left, NOW);

		assert_string_equal(words.text, cases[i].text);
		assert_int_equal(words.mood, cases[i].mood);
	}
	assert_string_equal(words_of_life(0, NOW).text, "no expiry set");
}

static void
clones_are_counted_and_the_soonest_end_is_said(void **state)
{
	static const struct { int64_t ends[4]; size_t count; const char *text; } cases[] = {
		{{0}, 0, ""},
		{{0}, 1, "1 clone"},
		{{NOW + 2 * HOUR}, 1, "1 clone, 2h00 left"},
		{{NOW - MINUTE}, 1, "1 clone, overdue by 1m"},
		{{NOW + 2 * HOUR, NOW + HOUR, 0}, 3, "3 clones, 1h00 left"},
		{{NOW - 1, NOW + HOUR, NOW - 2}, 3, "3 clones, 2 overdue"},
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world_environment environments[5] = {{.clone_of = NULL}};
		struct world_application application = {.environments = environments,
							.count = cases[i].count + 1};
		struct world_organization organization = {.applications = &application, .count = 1};
		struct world world = {.organizations = &organization, .count = 1};

		for (size_t k = 0; k < cases[i].count; k++) {
			environments[k + 1].clone_of = (char *)"production";
			environments[k + 1].clone_expires_at = cases[i].ends[k];
		}
		words_of_clones(text, sizeof(text), &world, NOW);
		assert_string_equal(text, cases[i].text);
	}
	words_of_clones(text, sizeof(text), &(struct world){0}, NOW);
	assert_string_equal(text, "");
}

/* --- how workloads compare --- */

static void
a_workload_is_compared_by_set_version_and_values(void **state)
{
	static const struct {
		const char *here, *there, *module;
		enum standing standing;
	} cases[] = {
		{"web:1.0", "web:1.0", "web", STANDING_SAME},
		{"web:1.10", "web:1.9", "web", STANDING_AHEAD},
		{"web:1.9", "web:1.10", "web", STANDING_BEHIND},
		{"web:main", "web:fix", "web", STANDING_OTHER},
		{"acme/web:2.0", "other/web:1.0", "web", STANDING_AHEAD}, /* the registry moved */
		{"web:1.0 api:1.0", "web:1.0", "api", STANDING_ONLY_HERE},
		{"web:1.0", "web:1.0 api:1.0", "api", STANDING_MISSING},
		{"web:1.0", "web:1.0", "api", STANDING_NOWHERE},
		{NULL, "web:1.0", "web", STANDING_UNKNOWN},
		{"web:1.0", NULL, "web", STANDING_UNKNOWN},
		{NULL, NULL, "web", STANDING_UNKNOWN},
	};
	struct here here, there;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum standing standing;

		begin(&here, cases[i].here);
		begin(&there, cases[i].there);
		standing = words_standing(&here.e, &there.e, cases[i].module);
		if (standing != cases[i].standing)
			fail_msg("%s and %s: %s", cases[i].here, cases[i].there, words_sign(standing));
		assert_int_equal(words_standing(&here.e, &here.e, "web"), STANDING_BASE);
		end(&here);
		end(&there);
	}
}

static void
the_same_set_with_other_values_is_not_the_same(void **state)
{
	struct here here, there;

	(void)state;
	begin(&here, "web:1.0");
	begin(&there, "web:1.0");
	assert_int_equal(words_standing(&here.e, &there.e, "web"), STANDING_SAME);
	values_put(&here.values, &(struct value){.key = (char *)"A", .text = (char *)"1", .of_env = true});
	assert_int_equal(words_standing(&here.e, &there.e, "web"), STANDING_OTHER);
	values_put(&there.values, &(struct value){.key = (char *)"A", .text = (char *)"1"});
	assert_int_equal(words_standing(&here.e, &there.e, "web"), STANDING_SAME);
	values_put(&there.values, &(struct value){.key = (char *)"B", .text = (char *)"unused"});
	assert_int_equal(words_standing(&here.e, &there.e, "web"), STANDING_SAME);
	values_put(&there.values, &(struct value){.key = (char *)"A", .text = (char *)"2"});
	assert_int_equal(words_standing(&here.e, &there.e, "web"), STANDING_OTHER);
	there.e.values = NULL;			/* not read: never shown as equal */
	assert_int_equal(words_standing(&here.e, &there.e, "web"), STANDING_UNKNOWN);
	here.e.is_past = true;			/* of the past only sets are known */
	here.e.values = NULL;
	assert_int_equal(words_standing(&here.e, &there.e, "web"), STANDING_UNKNOWN);
	end(&here);
	end(&there);
}

/* Nothing was ever deployed there, and that is known: it is not "unknown". */
static void
what_is_known_to_be_empty_lacks_the_workload(void **state)
{
	struct here here, there;

	(void)state;
	begin(&here, NULL);
	begin(&there, "web:1.0");
	knowledge_set_absent(&here.parts[WORLD_SET], NOW);
	assert_int_equal(words_standing(&here.e, &there.e, "web"), STANDING_MISSING);
	assert_int_equal(words_standing(&there.e, &here.e, "web"), STANDING_ONLY_HERE);
	assert_int_equal(words_standing(&here.e, &there.e, "api"), STANDING_NOWHERE);
	end(&here);
	end(&there);
}

static void
each_standing_has_its_sign(void **state)
{
	static const struct { enum standing standing; const char *sign; } cases[] = {
		{STANDING_BASE, ""}, {STANDING_UNKNOWN, "?"}, {STANDING_NOWHERE, ""}, {STANDING_SAME, "="},
		{STANDING_ONLY_HERE, "+"}, {STANDING_MISSING, "-"}, {STANDING_AHEAD, ">"},
		{STANDING_BEHIND, "<"}, {STANDING_OTHER, "~"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(words_sign(cases[i].standing), cases[i].sign);
}

/* --- what could not be read --- */

static void
assert_trouble(const struct world *world, const char *org, const char *app, const char *expected)
{
	char *text = words_of_trouble(world, org, app, NOW);

	if (!expected) {
		assert_null(text);
	} else {
		assert_non_null(text);
		assert_string_equal(text, expected);
	}
	free(text);
}

static void
trouble_is_said_from_near_to_far_with_its_age(void **state)
{
	const struct error why = {.kind = ERROR_REMOTE, .text = "the platform failed (502)."};
	struct world_application application = {.count = 0};
	struct world_organization organization = {.applications = &application, .count = 1};
	struct world world = {.organizations = &organization, .count = 1};

	(void)state;
	untrusted_init(&organization.organization.id, "acme");
	untrusted_init(&application.application.id, "shop");
	assert_trouble(&world, "acme", "shop", NULL);
	assert_trouble(&world, NULL, NULL, NULL);
	knowledge_set_unreadable(&world.known, &why);
	assert_trouble(&world, "acme", "shop",
		       "The organizations could not be read. the platform failed (502).");
	knowledge_set_known(&organization.known, NOW - 5 * MINUTE);
	knowledge_set_unreadable(&organization.known, &why);
	assert_trouble(&world, "acme", "shop",
		       "The applications could not be read. Last read 5m ago. the platform failed (502).");
	assert_trouble(&world, NULL, NULL,
		       "The applications could not be read. Last read 5m ago. the platform failed (502).");
	knowledge_set_unreadable(&application.known, &why);
	assert_trouble(&world, "acme", "shop",
		       "The environments could not be read. the platform failed (502).");
	knowledge_set_known(&application.known, NOW);
	knowledge_set_known(&organization.known, NOW);
	knowledge_set_known(&world.known, NOW);
	untrusted_init(&world.problem, "far");
	assert_trouble(&world, "acme", "shop", "far");
	untrusted_init(&application.problem, "near");
	assert_trouble(&world, "acme", "shop", "near");
	assert_trouble(&world, "none", "none", "far");
	untrusted_clear(&world.problem);
	untrusted_clear(&application.problem);
	untrusted_clear(&organization.organization.id);
	untrusted_clear(&application.application.id);
}

static void
a_problem_says_what_is_not_understood(void **state)
{
	struct untrusted problem = {NULL};
	char *text = words_of_problem(&problem);

	(void)state;
	assert_null(text);
	untrusted_init(&problem, "\"name\" is null");
	text = words_of_problem(&problem);
	assert_string_equal(text, "? (its answer is not understood: \"name\" is null)");
	free(text);
	untrusted_clear(&problem);
}

static void
how_far_it_is_is_said_in_the_readers_language_where_it_has_a_code(void **state)
{
	static const struct { const char *progress, *says; } cases[] = {
		{"null", NULL},
		{"{\"done\": 0, \"total\": 1}", NULL},
		{"{\"done\": 1, \"total\": 3}", "1 of 3 done"},
		{"{\"done\": 1, \"total\": 3, \"message\": \"soon\"}", "1 of 3 done: soon"},
		{"{\"done\": -1, \"total\": 3, \"message\": \"soon\"}", "soon"},
		{"{\"message\": 7, \"total\": \"x\"}", NULL},
		{"{\"done\": 0, \"total\": 1, \"message\": \"other words\", \"reason\":"
		 " {\"code\": \"cancelled\", \"parameters\": {}}}", "it was cancelled"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct environment environment = {
			.progress = json_loads(cases[i].progress, JSON_DECODE_ANY, NULL)};
		char *text = words_of_progress(&environment);

		if (cases[i].says)
			assert_string_equal(text, cases[i].says);
		else
			assert_null(text);
		free(text);
		json_decref(environment.progress);
	}
}

/* --- the steps of a hotfix --- */

static void
what_goes_on_and_what_failed_come_before_the_state(void **state)
{
	static const struct {
		enum hotfix_state state;
		bool busy, failed;
		const char *text;
		enum mood mood;
	} cases[] = {
		{HOTFIX_TODO, true, false, "runs", MOOD_BUSY},
		{HOTFIX_DONE, true, true, "runs", MOOD_BUSY},
		{HOTFIX_DONE, false, true, "failed", MOOD_BAD},
		{HOTFIX_DONE, false, false, "done", MOOD_GOOD},
		{HOTFIX_NOW, false, false, "next", MOOD_BUSY},
		{HOTFIX_TODO, false, false, "to do", MOOD_QUIET},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct hotfix_step step = {.state = cases[i].state, .is_busy = cases[i].busy,
						 .has_failed = cases[i].failed};
		struct state_words words = words_of_step_state(HOTFIX_FIX, &step);

		assert_string_equal(words.text, cases[i].text);
		assert_int_equal(words.mood, cases[i].mood);
	}
	for (int step = 0; step < HOTFIX_STEP_COUNT; step++) {
		assert_true(*words_of_step((enum hotfix_step_id)step));
		assert_true(strlen(words_of_step_purpose((enum hotfix_step_id)step)) > 10);
		for (int other = 0; other < step; other++)
			assert_string_not_equal(words_of_step((enum hotfix_step_id)step),
						words_of_step((enum hotfix_step_id)other));
	}
}

/* This machine has no clusters, and another platform may not say which. */
static void
where_an_environment_runs_is_said_where_the_platform_says_it(void **state)
{
	static const struct { const char *json, *words, *brief; } cases[] = {
		{"{\"modules\":{},\"namespace\":\"acme/shop/dev\"}", NULL, NULL},
		{"{\"modules\":{},\"namespace\":\"shop-dev\",\"cluster\":null}", NULL, NULL},
		{"{\"modules\":{},\"namespace\":\"shop-dev\",\"cluster\":\"prod\"}",
		 "cluster prod, namespace shop-dev", "prod/shop-dev"},
		{"{\"modules\":{},\"cluster\":\"prod\"}", "cluster prod, namespace ", "prod/"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *body = json_loads(cases[i].json, 0, NULL);
		struct runtime runtime;
		struct error err = {0};
		char *words, *brief;

		assert_int_equal(runtime_decode(&runtime, body, &err), 0);
		words = words_of_place(&runtime);
		brief = words_of_place_short(&runtime);
		assert_int_equal(words == NULL, cases[i].words == NULL);
		assert_int_equal(brief == NULL, cases[i].brief == NULL);
		if (words && brief) {
			assert_string_equal(words, cases[i].words);
			assert_string_equal(brief, cases[i].brief);
		}
		free(words);
		free(brief);
		runtime_clear(&runtime);
		json_decref(body);
	}
}

/* --- pods --- */

static void
a_pod_is_said_with_its_node_age_and_state(void **state)
{
	static const struct {
		const char *node, *state, *words;
		bool is_ready, is_unknown;
	} cases[] = {
		{"node-1", NULL, "pod web-1 on node-1, 3m old: unknown, 2 restarts", false, true},
		{"node-1", NULL, "pod web-1 on node-1, 3m old: ready, 2 restarts", true, false},
		{"node-1", "CrashLoopBackOff",
		 "pod web-1 on node-1, 3m old: CrashLoopBackOff, 2 restarts", false, false},
		{"node-1", NULL, "pod web-1 on node-1, 3m old: not ready, 2 restarts", false, false},
		{NULL, "Pending", "pod web-1, 3m old: Pending, 2 restarts", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct runtime_brief pod = {
			.is_ready = cases[i].is_ready,
			.is_unknown = cases[i].is_unknown,
			.restarts = 2,
			.created_at = clock_wall_ms() - 200 * 1000,
		};
		char *words;

		untrusted_set(&pod.name, "web-1");
		untrusted_set(&pod.node, cases[i].node);
		untrusted_set(&pod.state, cases[i].state);
		words = words_of_pod(&pod);
		assert_string_equal(words, cases[i].words);
		free(words);
		untrusted_clear(&pod.name);
		untrusted_clear(&pod.node);
		untrusted_clear(&pod.state);
	}
}

static void
a_container_is_said_where_it_does_more_than_run(void **state)
{
	static const struct {
		const char *reason, *message, *end, *words;
		bool runs, is_ready, is_unknown;
	} cases[] = {
		{NULL, NULL, NULL, NULL, true, true, false},
		{NULL, NULL, "status 3", NULL, true, true, true},
		{NULL, NULL, "status 3", "web: running; last ended 3m ago: status 3", true, true,
		 false},
		{NULL, NULL, NULL, "web: running, not ready", true, false, false},
		{"CrashLoopBackOff", NULL, "status 3",
		 "web: CrashLoopBackOff; last ended 3m ago: status 3", false, false, false},
		{"ErrImagePull", "no such image", NULL, "web: ErrImagePull: no such image", false,
		 false, false},
		{NULL, NULL, NULL, "web: not ready", false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct runtime_brief_container container = {
			.runs = cases[i].runs,
			.is_ready = cases[i].is_ready,
			.last_end_at = cases[i].end ? clock_wall_ms() - 200 * 1000 : 0,
		};
		struct runtime_brief pod = {.containers = &container, .container_count = 1,
					    .is_unknown = cases[i].is_unknown};
		char *words;

		untrusted_set(&container.name, "web");
		untrusted_set(&container.reason, cases[i].reason);
		untrusted_set(&container.message, cases[i].message);
		untrusted_set(&container.last_end, cases[i].end);
		words = words_of_container(&pod, 0);
		assert_int_equal(words == NULL, cases[i].words == NULL);
		if (words && cases[i].words)
			assert_string_equal(words, cases[i].words);
		free(words);
		untrusted_clear(&container.name);
		untrusted_clear(&container.reason);
		untrusted_clear(&container.message);
		untrusted_clear(&container.last_end);
	}
}

/* A row that runs nothing has no "-", which looks like one that is missing. */
static void
what_holds_only_objects_is_said_by_their_number(void **state)
{
	static const char text[] =
		"{\"modules\": {\"common\": {\"profile\": \"sidestage/manifests\", \"spec\":"
		" {\"manifests\": {\"ConfigMap/a\": {\"kind\": \"ConfigMap\"},"
		" \"Role/b\": {\"kind\": \"Role\"}}}}}}";
	json_t *body = json_decode(text, strlen(text), NULL);
	struct set *set = set_decode(body, NULL);
	char *version = words_of_version(set, "common"), *objects = words_of_objects(set, "common");

	(void)state;
	assert_string_equal(version, "2 objects");
	assert_string_equal(objects, "ConfigMap/a, Role/b");
	assert_null(words_of_version(set, "web"));
	assert_null(words_of_objects(set, "web"));
	free(version);
	free(objects);
	set_unref(set);
	json_decref(body);
}

/* --- a clone of what somebody else runs --- */

static void
says(const struct deploy_review *review, enum clone_part part, const char *expected)
{
	char *words = clone_part_words(review, part);

	if (expected)
		assert_string_equal(words, expected);
	else
		assert_null(words);
	free(words);
}

/* In a line each, however many objects and workloads; what a newer platform adds is not lost. */
static void
a_clone_is_said_in_a_line_for_each_part(void **state)
{
	static const char answer[] =
		"{\"findings\": ["
		"{\"kind\": \"adjusted\", \"code\": \"replicas\", \"message\": \"api: 1\"},"
		"{\"kind\": \"adjusted\", \"code\": \"suspended\", \"message\": \"CronJob/x: no\"},"
		"{\"kind\": \"adjusted\", \"code\": \"replicas\", \"message\": \"web: 1\"},"
		"{\"kind\": \"adjusted\", \"code\": \"secret\", \"message\": \"copied\", \"reason\":"
		" {\"code\": \"clone_secret_copied\", \"parameters\": {\"name\": \"key\","
		" \"namespace\": \"shop\"}}},"
		"{\"kind\": \"adjusted\", \"code\": \"newer\", \"message\": \"and this\"},"
		"{\"kind\": \"adjusted\", \"code\": \"newer\", \"message\": \"and this\"},"
		"{\"kind\": \"adjusted\", \"code\": \"twice\", \"message\": \"Deployment/web: twice\"},"
		"{\"kind\": \"left\", \"code\": \"left\", \"object\": \"ClusterRole/r\","
		" \"message\": \"stays\"},"
		"{\"kind\": \"note\", \"code\": \"requests\", \"message\": \"a\", \"reason\":"
		" {\"code\": \"clone_requests\", \"parameters\": {\"amount\": \"1 CPU\","
		" \"room\": \"2 CPU\"}}},"
		"{\"kind\": \"warning\", \"code\": \"quota\", \"message\": \"small\"}],"
		" \"objects\": {\"ConfigMap\": [\"a\"], \"Deployment\": [\"api\", \"web\"]}}";
	struct deploy_review review = {0};
	json_t *body = json_decode(answer, strlen(answer), NULL);
	char *words;

	(void)state;
	assert_non_null(body);
	deploy_review_read(&review, body);
	assert_true(clone_has_parts(&review));
	says(&review, CLONE_DIFFERENT, "schedules suspended, 1 replica, each variable and port once, and this");
	says(&review, CLONE_SECRETS, "key copied");
	says(&review, CLONE_NOT_CLONED, "ClusterRole/r");
	says(&review, CLONE_REQUESTS, "1 CPU; free: 2 CPU");
	says(&review, CLONE_NAMESPACE, NULL);
	words = clone_objects_words(review.objects);
	assert_string_equal(words, "3 objects: Deployment 2, ConfigMap");
	free(words);
	deploy_review_clear(&review);
	says(&review, CLONE_DIFFERENT, NULL);
	json_decref(body);
}

/* The same kinds as in the rules of the platform (drivers/kubernetes/objects/stand-in.c). */
static void
what_a_clone_never_has_is_not_listed_as_cloned(void **state)
{
	(void)state;
	assert_false(clone_kind_stays("Deployment"));
	assert_false(clone_kind_stays(""));
	assert_false(clone_kind_stays("Role"));
	assert_true(clone_kind_stays("ClusterRole"));
	assert_true(clone_kind_stays("Namespace"));
	assert_true(clone_kind_stays("Issuer"));
	assert_true(clone_kind_stays("Gateway"));
	assert_true(clone_kind_stays("Job"));
	assert_false(clone_kind_stays("CronJob"));
	assert_true(clone_kind_stays("HorizontalPodAutoscaler"));
	assert_true(clone_kind_stays("PodDisruptionBudget"));
}

static void
expect_warning(const char *body, const char *text)
{
	json_t *json = json_loads(body, 0, NULL);
	struct workload_warning warning;
	char *said;

	workload_warning_read(&warning, json);
	said = flow_warning_text(&warning);
	assert_string_equal(said, text);
	free(said);
	workload_warning_clear(&warning);
	json_decref(json);
}

static void
what_the_platform_warns_of_is_not_said_of_the_cluster(void **state)
{
	(void)state;
	expect_warning("{\"code\": \"cluster-warns\", \"path\": \"deployments/web\","
		       " \"message\": \"use y\"}",
		       "The cluster warns of deployments/web: use y");
	expect_warning("{\"code\": \"cluster-warns\", \"path\": \"deployments/web\","
		       " \"message\": \"changed, and then changed back\","
		       " \"reason\": {\"code\": \"cluster-changed-back\"}}",
		       "deployments/web: changed, and then changed back");
	expect_warning("{\"code\": \"does-not-run\", \"workload\": \"web\", \"path\": \"\","
		       " \"message\": \"web fails here as it does in shop\"}",
		       "web fails here as it does in shop");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_clone_never_has_is_not_listed_as_cloned),
		cmocka_unit_test(a_pod_is_said_with_its_node_age_and_state),
		cmocka_unit_test(a_container_is_said_where_it_does_more_than_run),
		cmocka_unit_test(where_an_environment_runs_is_said_where_the_platform_says_it),
		cmocka_unit_test(an_environment_is_said_by_what_hides_the_rest),
		cmocka_unit_test(what_cannot_be_deleted_is_no_more_being_deleted),
		cmocka_unit_test(what_is_not_to_run_is_not_counted),
		cmocka_unit_test(a_deployment_that_goes_on_or_failed_comes_first),
		cmocka_unit_test(a_life_is_said_in_one_length),
		cmocka_unit_test(clones_are_counted_and_the_soonest_end_is_said),
		cmocka_unit_test(a_workload_is_compared_by_set_version_and_values),
		cmocka_unit_test(the_same_set_with_other_values_is_not_the_same),
		cmocka_unit_test(what_is_known_to_be_empty_lacks_the_workload),
		cmocka_unit_test(each_standing_has_its_sign),
		cmocka_unit_test(trouble_is_said_from_near_to_far_with_its_age),
		cmocka_unit_test(a_problem_says_what_is_not_understood),
		cmocka_unit_test(how_far_it_is_is_said_in_the_readers_language_where_it_has_a_code),
		cmocka_unit_test(what_goes_on_and_what_failed_come_before_the_state),
		cmocka_unit_test(what_holds_only_objects_is_said_by_their_number),
		cmocka_unit_test(a_clone_is_said_in_a_line_for_each_part),
		cmocka_unit_test(what_the_platform_warns_of_is_not_said_of_the_cluster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
