/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The state of the platform by noun, in a real SQLite file: what was put comes back, what is not
 * there is said so, what is there already is a conflict, and a refused change changed nothing. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/delta.h"
#include "model/draft.h"
#include "model/grant.h"
#include "model/json.h"
#include "model/set.h"
#include "platform/state/place.h"
#include "platform/state/precondition.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-artefacts.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-homes.h"
#include "platform/state/repository-idempotency.h"
#include "platform/state/repository-notes.h"
#include "platform/state/repository-removal.h"
#include "platform/state/repository-runtime.h"
#include "platform/state/repository-sets.h"
#include "platform/state/repository-users.h"
#include "platform/state/repository-value-versions.h"
#include "platform/state/repository-values.h"
#include "platform/state/repository.h"
#include "platform/state/text-page.h"

#define NOW 1700000000000

static const struct place ACME = {"acme", NULL, NULL}, SHOP = {"acme", "shop", NULL},
			  QA = {"acme", "shop", "qa"}, DEV = {"acme", "shop", "dev"};

struct state {
	char *folder;
	struct repository *r;
	struct error err;
};

static int
open_state(void **state)
{
	char folder[] = "/tmp/repository-XXXXXX";
	struct state *s = xcalloc(1, sizeof(*s));
	char *path;

	s->folder = xstrdup(mkdtemp(folder));
	path = xasprintf("%s/platform.db", s->folder);
	s->r = repository_open(path, &s->err);
	free(path);
	*state = s;
	return s->r ? 0 : -1;
}

static int
close_state(void **state)
{
	struct state *s = *state;
	int failed;

	repository_close(s->r);
	failed = paths_remove_tree(s->folder, NULL);
	free(s->folder);
	free(s);
	return failed;
}

/* An organization with an application of two environments. */
static void
put_places(struct state *s)
{
	assert_int_equal(repository_put_organization(s->r, "acme", "Acme", "oncall", NOW, &s->err), 0);
	assert_int_equal(repository_put_env_type(s->r, "acme", "development", NULL, &s->err), 0);
	assert_int_equal(repository_put_application(s->r, &SHOP, "Shop", "oncall", NOW, &s->err), 0);
	assert_int_equal(repository_put_environment(s->r, &QA, "QA", "development", NULL, "oncall", NOW,
						    &s->err), 0);
	assert_int_equal(repository_put_environment(s->r, &DEV, "Dev", "development", NULL, "oncall",
						    NOW, &s->err), 0);
}

static int
open_places(void **state)
{
	int failed = open_state(state);

	if (!failed)
		put_places(*state);
	return failed;
}

/* The last call was refused for this reason, with a sentence. */
static void
assert_refused(struct state *s, bool failed, enum error_kind kind)
{
	assert_true(failed);
	if (s->err.kind != kind)
		fail_msg("%s instead of %s: %s", error_kind_name(s->err.kind), error_kind_name(kind),
			 s->err.text);
	assert_true(*s->err.text);
	s->err = (struct error){0};
}

/* "a,b": one member of each of a list, in its order.  Frees the list; free() the text. */
static char *
members_of(json_t *list, const char *member)
{
	char *text = xstrdup("");
	json_t *item;
	size_t i;

	assert_true(json_is_array(list));
	json_array_foreach(list, i, item) {
		const char *value = json_member_string(item, member);
		char *longer = xasprintf("%s%s%s", text, i ? "," : "", value ? value : "-");

		free(text);
		text = longer;
	}
	json_decref(list);
	return text;
}

static void
assert_members(json_t *list, const char *member, const char *expected)
{
	char *found = members_of(list, member);

	assert_string_equal(found, expected);
	free(found);
}

static void
assert_member(json_t *object, const char *member, const char *expected)
{
	const char *found = json_member_string(object, member);

	assert_non_null(object);
	if (expected)
		assert_string_equal(found ? found : "(none)", expected);
	else
		assert_null(found);
	json_decref(object);
}

/* --- the file --- */

static void
a_state_keeps_its_id_and_is_ours_alone(void **state)
{
	struct state *s = *state;
	char *path = xasprintf("%s/platform.db", s->folder), *id = xstrdup(repository_platform_id(s->r));
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(strlen(id), 36);
	assert_int_equal(repository_check_writable(s->r, &s->err), 0);
	repository_close(s->r);
	s->r = repository_open(path, &s->err);
	assert_non_null(s->r);
	assert_string_equal(repository_platform_id(s->r), id);
	free(id);
	free(path);
}

static void
a_version_is_another_after_each_change(void **state)
{
	struct state *s = *state;
	int64_t first = repository_version(s->r), second;

	json_decref(repository_organizations(s->r, &s->err));
	assert_int_equal(repository_version(s->r), first);
	put_places(s);
	second = repository_version(s->r);
	assert_int_not_equal(second, first);
	assert_refused(s, repository_rename_application(s->r, &(struct place){"acme", "no", NULL}, "x",
							&s->err) != 0, ERROR_NOT_FOUND);
	assert_int_equal(repository_version(s->r), second);
}

static void
a_transaction_is_all_or_nothing(void **state)
{
	struct state *s = *state;

	assert_int_equal(repository_begin(s->r, &s->err), 0);
	put_places(s);
	assert_int_equal(repository_end(s->r, -1, &s->err), -1);
	assert_refused(s, repository_has(s->r, &ACME, &s->err) != 0, ERROR_NOT_FOUND);
	assert_int_equal(repository_begin(s->r, &s->err), 0);
	put_places(s);
	assert_int_equal(repository_begin(s->r, &s->err), 0);
	assert_int_equal(repository_rename_application(s->r, &SHOP, "Other", &s->err), 0);
	repository_rollback(s->r);			/* the inner one alone */
	assert_int_equal(repository_end(s->r, 0, &s->err), 0);
	assert_member(repository_application(s->r, &SHOP, &s->err), "name", "Shop");
}

/* --- places --- */

static void
what_is_missing_is_said_by_its_level(void **state)
{
	static const struct { struct place place; const char *says; } cases[] = {
		{{"acme", NULL, NULL}, NULL}, {{"acme", "shop", NULL}, NULL}, {{"acme", "shop", "qa"}, NULL},
		{{"none", NULL, NULL}, "\"none\""}, {{"none", "shop", "qa"}, "\"none\""},
		{{"acme", "no-app", NULL}, "\"no-app\""}, {{"acme", "no-app", "qa"}, "\"no-app\""},
		{{"acme", "shop", "no-env"}, "\"no-env\""}, {{"ACME", NULL, NULL}, "\"ACME\""},
		{{"acme' OR '1", NULL, NULL}, "acme' OR '1"},
	};
	struct state *s = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int ret = repository_has(s->r, &cases[i].place, &s->err);

		if (!cases[i].says) {
			assert_int_equal(ret, 0);
			continue;
		}
		assert_non_null(strstr(s->err.text, cases[i].says));
		assert_refused(s, ret != 0, ERROR_NOT_FOUND);
	}
}

static void
what_is_there_already_is_a_conflict(void **state)
{
	struct state *s = *state;

	assert_refused(s, repository_put_organization(s->r, "acme", "Again", "x", NOW, &s->err) != 0,
		       ERROR_CONFLICT);
	assert_refused(s, repository_put_env_type(s->r, "acme", "development", "x", &s->err) != 0,
		       ERROR_CONFLICT);
	assert_refused(s, repository_put_application(s->r, &SHOP, "Again", "x", NOW, &s->err) != 0,
		       ERROR_CONFLICT);
	assert_refused(s, repository_put_environment(s->r, &QA, "Again", "development", NULL, "x", NOW,
						     &s->err) != 0, ERROR_CONFLICT);
	assert_member(repository_organization(s->r, "acme", &s->err), "name", "Acme");
	assert_member(repository_environment(s->r, &QA, &s->err), "name", "QA");
}

static void
places_are_listed_by_id_and_renamed(void **state)
{
	struct state *s = *state;
	struct placed_environments all;

	assert_int_equal(repository_put_organization(s->r, "aaa", "First", "x", NOW, &s->err), 0);
	assert_members(repository_organizations(s->r, &s->err), "id", "aaa,acme");
	assert_members(repository_applications(s->r, "acme", &s->err), "id", "shop");
	assert_members(repository_applications(s->r, "none", &s->err), "id", "");
	assert_members(repository_environments(s->r, &SHOP, &s->err), "id", "qa,dev");	/* as they were made */
	assert_int_equal(repository_rename_environment(s->r, &QA, "Quality \"A\"", &s->err), 0);
	assert_member(repository_environment(s->r, &QA, &s->err), "name", "Quality \"A\"");
	assert_int_equal(repository_rename_application(s->r, &SHOP, "한글", &s->err), 0);
	assert_member(repository_application(s->r, &SHOP, &s->err), "name", "한글");
	assert_refused(s, repository_rename_environment(s->r, &(struct place){"acme", "shop", "no"}, "x",
							&s->err) != 0, ERROR_NOT_FOUND);
	assert_int_equal(repository_all_environments(s->r, &all, &s->err), 0);
	assert_int_equal(all.count, 2);
	assert_string_equal(all.items[0].env, "qa");
	assert_string_equal(all.items[1].env, "dev");
	assert_int_equal(all.items[1].status, ENVIRONMENT_ACTIVE);
	assert_null(all.items[1].pending);
	placed_environments_clear(&all);
}

static void
a_type_in_use_stays(void **state)
{
	struct environment_type_uses uses;
	struct state *s = *state;

	assert_int_equal(repository_put_env_type(s->r, "acme", "unused", "what for", &s->err), 0);
	assert_members(repository_env_types(s->r, "acme", &s->err), "id", "development,unused");
	assert_int_equal(repository_uses_of_env_type(s->r, "acme", "development", &uses, &s->err),
			 0);
	assert_members(environment_type_uses_encode(&uses), "env_id", "dev,qa");
	environment_type_uses_clear(&uses);
	assert_refused(s, repository_drop_env_type(s->r, "acme", "development", &s->err) != 0,
		       ERROR_CONFLICT);
	assert_int_equal(repository_describe_env_type(s->r, "acme", "unused", "for nothing", &s->err), 0);
	assert_member(repository_env_type(s->r, "acme", "unused", &s->err), "description", "for nothing");
	assert_int_equal(repository_drop_env_type(s->r, "acme", "unused", &s->err), 0);
	assert_refused(s, !repository_env_type(s->r, "acme", "unused", &s->err) ? true : false,
		       ERROR_NOT_FOUND);
	assert_refused(s, repository_drop_env_type(s->r, "acme", "unused", &s->err) != 0,
		       ERROR_NOT_FOUND);
	assert_refused(s, repository_describe_env_type(s->r, "acme", "unused", "x", &s->err) != 0,
		       ERROR_NOT_FOUND);
}

static void
an_application_goes_with_its_last_environment(void **state)
{
	struct state *s = *state;

	assert_int_equal(repository_set_application_deleting(s->r, &SHOP, NOW, &s->err), 0);
	assert_int_equal(repository_drop_applications(s->r, &s->err), 0);
	assert_int_equal(repository_has(s->r, &SHOP, &s->err), 0);	/* two are left */
	assert_int_equal(repository_set_deleting(s->r, &QA, NOW, &s->err), 0);
	assert_int_equal(repository_drop_environment(s->r, &QA, &s->err), 0);
	assert_int_equal(repository_drop_environment(s->r, &DEV, &s->err), 0);
	assert_int_equal(repository_drop_applications(s->r, &s->err), 0);
	assert_refused(s, repository_has(s->r, &SHOP, &s->err) != 0, ERROR_NOT_FOUND);
	/* One of the same name is another one. */
	assert_int_equal(repository_put_application(s->r, &SHOP, "New", "oncall", NOW, &s->err), 0);
	assert_members(repository_environments(s->r, &SHOP, &s->err), "id", "");
}

/* --- sets and deltas --- */

static struct set *
set_of(const char *image)
{
	json_t *body = json_pack("{s:{s:{s:s, s:{s:{s:{s:s, s:s}}}}}}", "modules", "web", "profile",
				 "humanitec/default-module", "spec", "containers", "c", "id", "c",
				 "image", image);
	struct set *set = set_decode(body, NULL);

	assert_non_null(set);
	json_decref(body);
	return set;
}

static void
sets_are_kept_by_their_content(void **state)
{
	struct state *s = *state;
	struct set *one = set_of("web:1"), *two = set_of("web:2"), *back, *zero;

	assert_int_equal(repository_put_set(s->r, &SHOP, one, &s->err), 0);
	assert_int_equal(repository_put_set(s->r, &SHOP, one, &s->err), 0);
	assert_int_equal(repository_put_set(s->r, &SHOP, two, &s->err), 0);
	back = repository_set(s->r, &SHOP, set_id(one), &s->err);
	assert_true(set_equal(back, one));
	assert_string_equal(set_id(back), set_id(one));
	zero = repository_set(s->r, &SHOP, "0000000000", &s->err);
	assert_int_equal(json_object_size(set_modules(zero)), 0);
	assert_refused(s, !repository_set(s->r, &SHOP, "nothing", &s->err), ERROR_NOT_FOUND);
	assert_refused(s, !repository_set(s->r, &(struct place){"acme", "other", NULL}, set_id(one),
					  &s->err), ERROR_NOT_FOUND);
	set_unref(zero);
	set_unref(back);
	set_unref(one);
	set_unref(two);
}

/* Three deltas of 1 MB, and three small ones. */
static void
put_large_and_small(struct state *s)
{
	struct set *one = set_of("web:1"), *two = set_of("web:2");
	struct delta *delta = delta_between(one, two);
	char *name = xcalloc(1, 1000001), id[8];

	memset(name, 'x', 1000000);
	for (int i = 0; i < 6; i++) {
		snprintf(id, sizeof(id), "d%d", i);
		assert_int_equal(repository_put_delta(s->r, &SHOP, id, delta, "qa",
						      i < 3 ? name : NULL, "anna", NOW, &s->err),
				 0);
	}
	free(name);
	delta_free(delta);
	set_unref(one);
	set_unref(two);
}

static void
a_page_of_a_list_ends_by_bytes_as_well_as_by_rows(void **state)
{
	static const int wanted[] = {1, 1, 1, 2, 1};
	struct state *s = *state;
	struct text_page page;
	json_t *list, *same;
	struct buf whole;

	put_large_and_small(s);
	buf_init(&whole, 8000000);
	buf_puts(&whole, "[");
	text_page_init(&page, 2, 32768);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		text_page_clear(&page);
		assert_int_equal(repository_drafts_page(s->r, &SHOP, NULL, false, &page, &s->err),
				 0);
		assert_int_equal(page.count, wanted[i]);
		assert_true((page.next == 0) == (i == 4));
		assert_true(buf_puts(&whole, buf_str(&page.text)));
	}
	text_page_clear(&page);
	/* The text is what the deltas are. */
	buf_puts(&whole, "]");
	list = json_loads(buf_str(&whole), 0, NULL);
	same = repository_drafts(s->r, &SHOP, NULL, false, &s->err);
	assert_int_equal(json_array_size(list), 6);
	assert_true(json_equal(list, same));
	json_decref(same);
	json_decref(list);
	buf_clear(&whole);
}

static void
a_delta_is_changed_until_it_is_archived(void **state)
{
	struct state *s = *state;
	struct set *one = set_of("web:1"), *two = set_of("web:2");
	struct delta *delta = delta_between(one, two), *empty = delta_new();
	struct draft draft = {.problem = {NULL}};

	assert_int_equal(repository_put_delta(s->r, &SHOP, "d1", delta, "qa", "fix", "anna", NOW,
					      &s->err), 0);
	assert_int_equal(repository_put_delta(s->r, &SHOP, "d2", empty, NULL, NULL, "bert", NOW,
					      &s->err), 0);
	assert_refused(s, repository_put_delta(s->r, &SHOP, "d1", empty, NULL, NULL, "x", NOW,
					       &s->err) != 0, ERROR_CONFLICT);
	assert_int_equal(repository_update_delta(s->r, &SHOP, "d1", empty, "bert", NOW + 1, &s->err), 0);
	assert_members(repository_drafts(s->r, &SHOP, NULL, false, &s->err), "id", "d1,d2");
	assert_members(repository_drafts(s->r, &SHOP, "qa", false, &s->err), "id", "d1");
	assert_members(repository_drafts(s->r, &SHOP, "dev", false, &s->err), "id", "");
	assert_int_equal(repository_set_delta_env(s->r, &SHOP, "d2", "dev", &s->err), 0);
	assert_members(repository_drafts(s->r, &SHOP, "dev", false, &s->err), "id", "d2");
	assert_int_equal(repository_set_delta_archived(s->r, &SHOP, "d1", true, &s->err), 0);
	assert_members(repository_drafts(s->r, &SHOP, NULL, false, &s->err), "id", "d2");
	assert_members(repository_drafts(s->r, &SHOP, NULL, true, &s->err), "id", "d1");
	assert_refused(s, repository_update_delta(s->r, &SHOP, "d1", delta, "anna", NOW, &s->err) != 0,
		       ERROR_INPUT);
	assert_refused(s, repository_set_delta_name(s->r, &SHOP, "d1", "x", &s->err) != 0, ERROR_INPUT);
	assert_refused(s, repository_set_delta_env(s->r, &SHOP, "d1", "qa", &s->err) != 0, ERROR_INPUT);
	assert_int_equal(repository_set_delta_archived(s->r, &SHOP, "d1", false, &s->err), 0);
	assert_int_equal(repository_set_delta_name(s->r, &SHOP, "d1", "renamed", &s->err), 0);
	assert_int_equal(repository_read_draft(s->r, &SHOP, "d1", &draft, &s->err), 0);
	assert_true(untrusted_is(&draft.metadata.name, "renamed"));
	assert_int_equal(draft.metadata.contributer_count, 2);
	assert_int_equal(draft.metadata.last_modified_at, NOW + 1);
	draft_clear(&draft);
	assert_refused(s, repository_update_delta(s->r, &SHOP, "no", delta, "x", NOW, &s->err) != 0,
		       ERROR_NOT_FOUND);
	assert_int_equal(repository_delta_is_deployed(s->r, &SHOP, "d1", &s->err), 0);
	delta_free(delta);
	delta_free(empty);
	set_unref(one);
	set_unref(two);
}

/* --- deployments --- */

static void
deploy(struct state *s, const struct place *place, const char *id, enum deployment_status status,
       int64_t at)
{
	const struct deployment_row row = {
		.id = id, .set_id = "0", .from_id = "0", .delta_id = strcmp(id, "dep-1") ? NULL : "d1",
		.comment = "", .user = "oncall", .status = status, .created_at = at, .status_changed_at = at,
	};

	assert_int_equal(repository_put_deployment(s->r, place, &row, &s->err), 0);
}

static void
deployments_are_newest_first_and_of_one_environment(void **state)
{
	struct state *s = *state;

	assert_members(repository_deployments(s->r, &QA, &s->err), "id", "");
	assert_refused(s, !repository_deployment(s->r, &QA, NULL, &s->err), ERROR_NOT_FOUND);
	deploy(s, &QA, "dep-1", DEPLOYMENT_SUCCEEDED, NOW + 5);
	deploy(s, &DEV, "dep-2", DEPLOYMENT_SUCCEEDED, NOW + 1);
	deploy(s, &QA, "dep-3", DEPLOYMENT_FAILED, NOW);	/* the clock was set back */
	assert_members(repository_deployments(s->r, &QA, &s->err), "id", "dep-3,dep-1");
	assert_member(repository_deployment(s->r, &QA, NULL, &s->err), "id", "dep-3");
	assert_member(repository_newest_succeeded(s->r, &QA, &s->err), "id", "dep-1");
	assert_refused(s, !repository_deployment(s->r, &QA, "dep-2", &s->err), ERROR_NOT_FOUND);
	assert_member(repository_deployment_of_app(s->r, &QA, "dep-2", &s->err), "env_id", "dev");
	assert_int_equal(repository_delta_is_deployed(s->r, &SHOP, "d1", &s->err), 1);
	/* Those of an environment that is gone are bases still, and nobody's history. */
	assert_int_equal(repository_drop_environment(s->r, &DEV, &s->err), 0);
	assert_member(repository_deployment_of_app(s->r, &QA, "dep-2", &s->err), "id", "dep-2");
	assert_int_equal(repository_put_environment(s->r, &DEV, "Dev", "development", "dep-2", "x", NOW,
						    &s->err), 0);
	assert_members(repository_deployments(s->r, &DEV, &s->err), "id", "");
	assert_int_equal(repository_rebase_environment(s->r, &QA, "dep-1", &s->err), 0);
}

/* has_succeeded: of those; id NULL: there is none. */
static void
assert_oldest(struct state *s, const struct place *place, bool has_succeeded, const char *id)
{
	struct deployment oldest = {0};
	int ret = repository_read_oldest(s->r, place, has_succeeded, &oldest, &s->err);

	if (id) {
		assert_int_equal(ret, 0);
		assert_true(untrusted_is(&oldest.id, id));
	} else {
		assert_refused(s, ret != 0, ERROR_NOT_FOUND);
	}
	deployment_clear(&oldest);
}

static void
the_oldest_deployment_is_read_without_the_others(void **state)
{
	struct state *s = *state;

	deploy(s, &DEV, "others", DEPLOYMENT_SUCCEEDED, NOW);
	assert_oldest(s, &QA, false, NULL);
	deploy(s, &QA, "failed", DEPLOYMENT_FAILED, NOW + 5);
	assert_oldest(s, &QA, true, NULL);
	deploy(s, &QA, "first", DEPLOYMENT_SUCCEEDED, NOW + 3);
	deploy(s, &QA, "last", DEPLOYMENT_SUCCEEDED, NOW + 1);	/* the clock was set back */
	assert_oldest(s, &QA, false, "failed");
	assert_oldest(s, &QA, true, "first");
	assert_int_equal(repository_drop_environment(s->r, &QA, &s->err), 0);
	assert_oldest(s, &QA, false, NULL);
}

static void
what_a_crash_interrupted_has_failed(void **state)
{
	struct state *s = *state;

	deploy(s, &QA, "old", DEPLOYMENT_PENDING, NOW);
	deploy(s, &QA, "going", DEPLOYMENT_IN_PROGRESS, NOW + 10);
	deploy(s, &DEV, "on", DEPLOYMENT_IN_PROGRESS, NOW + 8);
	deploy(s, &DEV, "done", DEPLOYMENT_SUCCEEDED, NOW + 10);
	deploy(s, &DEV, "late", DEPLOYMENT_PENDING, NOW + 10);
	{
		json_t *continued = json_pack("[s]", "on");

		assert_int_equal(repository_fail_interrupted(s->r, NOW + 20, NOW + 5, continued,
							     &s->err), 0);
		json_decref(continued);
	}
	assert_members(repository_deployments(s->r, &QA, &s->err), "status", "failed,failed");
	assert_members(repository_deployments(s->r, &DEV, &s->err), "status", "pending,succeeded,in progress");
	assert_int_equal(repository_fail_interrupted(s->r, NOW + 40, NOW + 30, NULL, &s->err), 0);
	assert_members(repository_deployments(s->r, &DEV, &s->err), "status", "failed,succeeded,failed");
	assert_members(repository_deployment_errors(s->r, "done", &s->err), "code", "");
	{
		json_t *errors = repository_deployment_errors(s->r, "going", &s->err);

		assert_int_equal(json_array_size(errors), 1);
		json_decref(errors);
	}
	assert_int_equal(repository_set_deployment_status(s->r, "late", DEPLOYMENT_SUCCEEDED, NOW + 50,
							  &s->err), 0);
	assert_members(repository_deployments(s->r, &DEV, &s->err), "status", "succeeded,succeeded,failed");
}

static void
a_condition_is_the_tag_of_what_is_there(void **state)
{
	struct state *s = *state;
	char tag[IDS_SHA256_B64_SIZE], other[IDS_SHA256_B64_SIZE];
	struct environment env;
	json_t *details = NULL;
	char *quoted, *id;

	deploy(s, &QA, "dep-1", DEPLOYMENT_SUCCEEDED, NOW);
	deploy(s, &QA, "dep-2", DEPLOYMENT_SUCCEEDED, NOW);
	assert_int_equal(repository_read_environment(s->r, &QA, &env, &s->err), 0);
	snprintf(tag, sizeof(tag), "%s", env.deploy_tag.raw);
	quoted = xasprintf("\"%s\"", tag);
	id = xstrdup("\"dep-2\"");
	assert_int_equal(precondition_check(NULL, &env, NULL, &s->err), 0);
	assert_int_equal(precondition_check(tag, &env, NULL, &s->err), 0);
	assert_int_equal(precondition_check(quoted, &env, NULL, &s->err), 0);
	assert_int_equal(precondition_check(id, &env, NULL, &s->err), 0);
	assert_refused(s, precondition_check("\"dep-1\"", &env, &details, &s->err) != 0, ERROR_STALE);
	assert_non_null(details);
	json_decref(details);
	assert_refused(s, precondition_check("\"\"", &env, NULL, &s->err) != 0, ERROR_STALE);
	assert_refused(s, precondition_check("x", &env, NULL, &s->err) != 0, ERROR_STALE);
	environment_clear(&env);
	/* Another base is another tag, though the last deployment is the same. */
	assert_int_equal(repository_rebase_environment(s->r, &QA, "dep-1", &s->err), 0);
	assert_int_equal(repository_read_environment(s->r, &QA, &env, &s->err), 0);
	assert_string_not_equal(env.deploy_tag.raw, tag);
	assert_refused(s, precondition_check(quoted, &env, NULL, &s->err) != 0, ERROR_STALE);
	precondition_tag(other, "dep-2", "dep-1");
	assert_string_equal(env.deploy_tag.raw, other);
	precondition_tag(other, NULL, NULL);
	precondition_tag(tag, "", NULL);
	assert_true(strlen(other) > 0 && strlen(tag) > 0);
	environment_clear(&env);
	free(quoted);
	free(id);
}

/* --- what was promoted --- */

static void
promote(struct state *s, const struct place *clone, const char *at)
{
	struct env_home home = {
		.driver_type = (char *)"kubernetes", .def_id = (char *)"prod",
		.cluster = (char *)"prod", .namespace = (char *)clone->env,
		.namespace_def = (char *)"", .labels = json_object(), .origin = (char *)"shop",
	};
	json_t *note = json_pack("{s:s}", "at", at);

	assert_int_equal(repository_put_env_home(s->r, clone, &home, &s->err), 0);
	assert_int_equal(repository_put_note(s->r, clone, "promote", note, true, &s->err), 0);
	json_decref(home.labels);
	json_decref(note);
}

static void
of_many_promotions_the_newest_are_read(void **state)
{
	static const struct place hot = {"acme", "shop", "hot"};
	struct state *s = *state;

	assert_int_equal(repository_put_environment(s->r, &hot, "Hot", "development", NULL, "dev",
						    NOW, &s->err), 0);
	promote(s, &QA, "2026-01-02T00:00:00.000Z");
	promote(s, &DEV, "2026-01-03T00:00:00.000Z");
	promote(s, &hot, "2026-01-01T00:00:00.000Z");
	assert_members(repository_promotions(s->r, "acme", "prod", "shop", 2, &s->err), "env",
		       "dev,qa");
	assert_members(repository_promotions(s->r, "acme", "prod", "shop", 9, &s->err), "env",
		       "dev,qa,hot");
	assert_members(repository_promotions(s->r, "acme", "prod", "other", 9, &s->err), "env", "");
}

/* --- users, roles, tokens, the log --- */

/* "acme/shop/:owner ..." */
static void
assert_grants(struct state *s, const char *user, const char *expected)
{
	struct grants grants = {0};
	char *text = xstrdup("");

	assert_int_equal(repository_grants(s->r, user, &grants, &s->err), 0);
	for (size_t i = 0; i < grants.count; i++) {
		const struct grant_scope *scope = &grants.items[i].scope;
		char *longer = xasprintf("%s%s%s/%s/%s:%s", text, i ? " " : "", scope->org, scope->app,
					 scope->env_type, role_word(grants.items[i].role));

		free(text);
		text = longer;
	}
	assert_string_equal(text, expected);
	free(text);
	grants_clear(&grants);
}

static void
give(struct state *s, const char *user, struct grant_scope scope, enum role role)
{
	const struct grant grant = {scope, role};

	assert_int_equal(repository_put_grant(s->r, user, &grant, &s->err), 0);
}

static const struct grant_scope OF_SHOP = {"acme", "shop", ""},
				OF_TYPE = {"acme", "", "development"},
				OF_UNUSED = {"acme", "", "unused"};

static void
a_user_is_changed_in_part(void **state)
{
	struct state *s = *state;
	struct users users = {NULL, 0};
	struct user anna = {.created_at = 0};

	assert_int_equal(repository_put_user(s->r, "bert", "Bert", "user", NOW, &s->err), 0);
	assert_int_equal(repository_put_user(s->r, "anna", "Anna", "user", NOW, &s->err), 0);
	assert_refused(s, repository_put_user(s->r, "anna", "x", "user", NOW, &s->err) != 0,
		       ERROR_CONFLICT);
	assert_int_equal(repository_change_user(s->r, "anna", NULL, "a@example.com", NULL, &s->err), 0);
	assert_int_equal(repository_read_user(s->r, "anna", &anna, &s->err), 0);
	assert_true(untrusted_is(&anna.name, "Anna") && untrusted_is(&anna.email, "a@example.com"));
	assert_int_equal(anna.created_at, NOW);
	user_clear(&anna);
	assert_refused(s, repository_change_user(s->r, "no", "x", NULL, NULL, &s->err) != 0,
		       ERROR_NOT_FOUND);
	assert_refused(s, repository_has_user(s->r, "no", &s->err) != 0, ERROR_NOT_FOUND);
	assert_refused(s, repository_read_user(s->r, "no", &anna, &s->err) != 0, ERROR_NOT_FOUND);
	assert_int_equal(repository_read_users(s->r, &users, &s->err), 0);
	assert_int_equal(users.count, 2);
	assert_true(untrusted_is(&users.items[0].id, "anna"));
	users_clear(&users);
}

static void
a_user_goes_with_tokens_and_roles(void **state)
{
	struct state *s = *state;
	const struct token_row token = {.user = "anna", .id = "laptop", .hash = "hash-1",
					.description = "", .created_by = "anna", .created_at = NOW,
					.expires_at = NOW + 5};
	struct token_row second = token;
	struct kept_token kept;
	int64_t count;
	json_t *shown;
	char *text;

	assert_int_equal(repository_put_user(s->r, "anna", "Anna", "user", NOW, &s->err), 0);
	assert_int_equal(repository_put_user(s->r, "bert", "Bert", "user", NOW, &s->err), 0);
	assert_int_equal(repository_put_token(s->r, &token, &s->err), 0);
	second.id = "phone";
	assert_refused(s, repository_put_token(s->r, &second, &s->err) != 0, ERROR_CONFLICT);
	second.hash = "hash-2";
	second.expires_at = 0;
	assert_int_equal(repository_put_token(s->r, &second, &s->err), 0);
	assert_int_equal(repository_count_tokens(s->r, "anna", &count, &s->err), 0);
	assert_int_equal(count, 2);
	assert_members(repository_tokens(s->r, "anna", &s->err), "id", "laptop,phone");
	assert_int_equal(repository_token_by_hash(s->r, "hash-1", &kept, &s->err), 0);
	assert_string_equal(kept.user, "anna");
	assert_int_equal(kept.expires_at, NOW + 5);
	kept_token_clear(&kept);
	assert_int_equal(repository_token_by_hash(s->r, "hash-2", &kept, &s->err), 0);
	assert_int_equal(kept.expires_at, 0);
	kept_token_clear(&kept);
	assert_refused(s, repository_token_by_hash(s->r, "hash-3", &kept, &s->err) != 0,
		       ERROR_NOT_FOUND);
	shown = repository_token(s->r, "anna", "laptop", &s->err);
	text = json_dumps(shown, 0);
	assert_null(strstr(text, "hash"));
	free(text);
	json_decref(shown);
	give(s, "anna", OF_SHOP, ROLE_ADMINISTRATOR);
	assert_int_equal(repository_drop_token(s->r, "anna", "phone", &s->err), 0);
	assert_refused(s, repository_drop_token(s->r, "bert", "laptop", &s->err) != 0, ERROR_NOT_FOUND);
	assert_int_equal(repository_drop_user(s->r, "anna", &s->err), 0);
	assert_refused(s, repository_token_by_hash(s->r, "hash-1", &kept, &s->err) != 0,
		       ERROR_NOT_FOUND);
	assert_grants(s, "anna", "");
	assert_int_equal(repository_has_user(s->r, "bert", &s->err), 0);
}

static void
a_scope_has_one_role(void **state)
{
	struct state *s = *state;

	assert_int_equal(repository_put_user(s->r, "anna", "Anna", "user", NOW, &s->err), 0);
	give(s, "anna", OF_SHOP, ROLE_DEVELOPER);
	give(s, "anna", OF_SHOP, ROLE_ADMINISTRATOR);
	give(s, "anna", OF_TYPE, ROLE_DEPLOYER);
	assert_grants(s, "anna", "acme//development:deployer acme/shop/:administrator");
	assert_int_equal(repository_drop_grant(s->r, "anna", &OF_TYPE, &s->err), 0);
	assert_int_equal(repository_drop_grant(s->r, "anna", &OF_TYPE, &s->err), 0);
	assert_grants(s, "anna", "acme/shop/:administrator");
	assert_grants(s, "nobody", "");
}

/* A name that is given again is another thing: nobody has a role in it. */
static void
a_role_ends_with_what_it_is_in(void **state)
{
	struct state *s = *state;

	assert_int_equal(repository_put_env_type(s->r, "acme", "unused", NULL, &s->err), 0);
	assert_int_equal(repository_put_user(s->r, "anna", "Anna", "user", NOW, &s->err), 0);
	give(s, "anna", OF_SHOP, ROLE_ADMINISTRATOR);
	give(s, "anna", OF_UNUSED, ROLE_DEPLOYER);
	assert_int_equal(repository_drop_env_type(s->r, "acme", "unused", &s->err), 0);
	assert_grants(s, "anna", "acme/shop/:administrator");
	assert_int_equal(repository_set_application_deleting(s->r, &SHOP, NOW, &s->err), 0);
	assert_int_equal(repository_drop_environment(s->r, &QA, &s->err), 0);
	assert_int_equal(repository_drop_environment(s->r, &DEV, &s->err), 0);
	assert_int_equal(repository_drop_applications(s->r, &s->err), 0);
	assert_grants(s, "anna", "");
}

static void
the_log_is_asked_by_organization_time_and_status(void **state)
{
	static const struct {
		const char *org;
		int64_t after, before;
		int from, to, count;
		const char *paths;
	} cases[] = {
		{NULL, 0, INT64_MAX, 0, 999, 100, "/4,/3,/2,/1"},
		{"acme", 0, INT64_MAX, 0, 999, 100, "/3,/1"},
		{"none", 0, INT64_MAX, 0, 999, 100, ""},
		{NULL, 1, INT64_MAX, 0, 999, 100, "/4,/3,/2"},
		{NULL, 1, 4, 0, 999, 100, "/3,/2"},
		{NULL, 0, INT64_MAX, 400, 499, 100, "/2"},
		{NULL, 0, INT64_MAX, 0, 999, 2, "/4,/3"},
	};
	struct state *s = *state;

	for (int i = 1; i <= 4; i++) {
		char path[8];
		struct audit_row row = {.org = i % 2 ? "acme" : "", .user = "anna", .token = "",
					.method = "POST", .path = path, .peer = "", .at = i,
					.status = i == 2 ? 403 : 200};

		snprintf(path, sizeof(path), "/%d", i);
		assert_int_equal(repository_put_audit(s->r, &row, &s->err), 0);
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct audit_query query = {
			.org = cases[i].org,
			.after = cases[i].after,
			.before = cases[i].before,
			.status_from = cases[i].from,
			.status_to = cases[i].to,
			.count = cases[i].count,
		};
		char *text = xstrdup("");
		struct audit_entries found;

		assert_int_equal(repository_audit(s->r, &query, &found, &s->err), 0);
		for (size_t k = 0; k < found.count; k++) {
			char *longer = xasprintf("%s%s%s", text, k ? "," : "",
						 found.items[k].entry.request_path.raw);

			free(text);
			text = longer;
		}
		assert_string_equal(text, cases[i].paths);
		free(text);
		audit_entries_clear(&found);
	}
	assert_int_equal(repository_prune_audit(s->r, 2, 0, &s->err), 0);
	{
		const struct audit_query all = {.before = INT64_MAX, .status_to = 999, .count = 10};
		struct audit_entries left;

		assert_int_equal(repository_audit(s->r, &all, &left, &s->err), 0);
		assert_int_equal(left.count, 2);
		audit_entries_clear(&left);
		assert_int_equal(repository_prune_audit(s->r, 100, 4, &s->err), 0);
		assert_int_equal(repository_audit(s->r, &all, &left, &s->err), 0);
		assert_int_equal(left.count, 1);
		audit_entries_clear(&left);
	}
}

/* --- answers, pauses, replicas --- */

/* The request that it answered; NULL: nothing is kept. */
static void
assert_kept(struct state *s, const char *user, const char *key, int64_t since, const char *request)
{
	struct kept_answer kept;
	int ret = repository_idempotent(s->r, user, key, since, &kept, &s->err);

	if (!request) {
		assert_refused(s, ret != 0, ERROR_NOT_FOUND);
		return;
	}
	assert_int_equal(ret, 0);
	assert_string_equal(kept.request, request);
	assert_int_equal(kept.status, strcmp(user, "anna") == 0 ? 201 : 200);
	kept_answer_clear(&kept);
}

static void
an_answer_is_known_by_user_and_key_for_a_while(void **state)
{
	struct state *s = *state;
	json_t *body = json_pack("{s:s}", "id", "x");

	assert_int_equal(repository_put_idempotent(s->r, "anna", "k", "POST /x", 201, body, NOW, &s->err),
			 0);
	assert_int_equal(repository_put_idempotent(s->r, "bert", "k", "POST /y", 200, NULL, NOW + 5,
						   &s->err), 0);
	assert_kept(s, "anna", "k", NOW - 1, "POST /x");
	assert_kept(s, "bert", "k", NOW - 1, "POST /y");
	assert_kept(s, "anna", "other", 0, NULL);
	assert_kept(s, "anna", "k", NOW, NULL);
	assert_int_equal(repository_forget_idempotent(s->r, NOW, &s->err), 0);
	assert_kept(s, "anna", "k", 0, NULL);
	assert_kept(s, "bert", "k", 0, "POST /y");
	json_decref(body);
}

static void
pauses_and_replicas_end_with_their_environment(void **state)
{
	struct state *s = *state;
	json_t *counts = json_pack("{s:i, s:i}", "web", 3, "api", 0), *found;
	bool paused = true;

	assert_int_equal(repository_is_paused(s->r, &QA, &paused, &s->err), 0);
	assert_false(paused);
	assert_int_equal(repository_set_paused(s->r, &QA, true, &s->err), 0);
	assert_int_equal(repository_set_paused(s->r, &QA, true, &s->err), 0);
	assert_int_equal(repository_is_paused(s->r, &QA, &paused, &s->err), 0);
	assert_true(paused);
	assert_int_equal(repository_is_paused(s->r, &DEV, &paused, &s->err), 0);
	assert_false(paused);
	assert_int_equal(repository_put_replicas(s->r, &QA, counts, &s->err), 0);
	json_object_clear(counts);
	json_object_set_new(counts, "web", json_integer(1));
	assert_int_equal(repository_put_replicas(s->r, &QA, counts, &s->err), 0);
	found = repository_replicas(s->r, &QA, &s->err);
	assert_int_equal(json_integer_value(json_object_get(found, "web")), 1);
	assert_int_equal(json_integer_value(json_object_get(found, "api")), 0);
	assert_int_equal(json_object_size(found), 2);
	json_decref(found);
	assert_int_equal(repository_drop_environment(s->r, &QA, &s->err), 0);
	assert_int_equal(repository_put_environment(s->r, &QA, "QA", "development", NULL, "x", NOW,
						    &s->err), 0);
	assert_int_equal(repository_is_paused(s->r, &QA, &paused, &s->err), 0);
	assert_false(paused);
	found = repository_replicas(s->r, &QA, &s->err);
	assert_int_equal(json_object_size(found), 0);
	json_decref(found);
	json_decref(counts);
}

/* --- shared values --- */

static int
put_value(struct state *s, const struct place *place, const char *key, const char *text,
	  bool is_new)
{
	const struct value_content content = {.key = key, .value = text, .description = "d"};
	const struct value_set_change change = {.user = "anna", .comment = "", .now = NOW};

	return is_new ? repository_create_value(s->r, place, &content, &change, &s->err)
		      : repository_update_value(s->r, place, &content, &change, &s->err);
}

static size_t
version_count(struct state *s, const struct place *place)
{
	json_t *versions = repository_value_versions(s->r, place, NULL, &s->err);
	size_t count = json_array_size(versions);

	json_decref(versions);
	return count;
}

static void
an_application_that_is_left_empty_goes_unless_somebody_wrote_in_it(void **state)
{
	struct state *s = *state;

	assert_int_equal(repository_drop_environment(s->r, &DEV, &s->err), 0);
	assert_int_equal(repository_drop_empty_application(s->r, &SHOP, NOW, &s->err), 0);
	assert_int_equal(repository_set_deleting(s->r, &QA, NOW, &s->err), 0);
	assert_int_equal(repository_forget_environment(s->r, &QA, &s->err), 0);
	assert_int_equal(repository_has(s->r, &SHOP, &s->err), 0);
	assert_int_equal(put_value(s, &SHOP, "A", "app", true), 0);
	assert_int_equal(repository_drop_empty_application(s->r, &SHOP, NOW, &s->err), 0);
	assert_int_equal(repository_has(s->r, &SHOP, &s->err), 0);
	assert_int_equal(repository_put_environment(s->r, &QA, "QA", "development", NULL, "dev", NOW,
						    &s->err), 0);
	assert_int_equal(repository_forget_values(s->r, &SHOP, &s->err), 0);
	assert_int_equal(repository_set_deleting(s->r, &QA, NOW, &s->err), 0);
	/* One environment is still being deleted: it goes with that. */
	assert_int_equal(repository_drop_empty_application(s->r, &SHOP, NOW, &s->err), 0);
	assert_int_equal(repository_has(s->r, &SHOP, &s->err), 0);
	assert_int_equal(repository_forget_environment(s->r, &QA, &s->err), 0);
	assert_refused(s, repository_has(s->r, &SHOP, &s->err) != 0, ERROR_NOT_FOUND);
}

static void
an_environment_has_its_values_and_those_beneath(void **state)
{
	const struct value_set_change change = {.user = "anna", .comment = "", .now = NOW};
	struct state *s = *state;

	assert_int_equal(put_value(s, &SHOP, "A", "app", true), 0);
	assert_int_equal(put_value(s, &SHOP, "B", "app", true), 0);
	assert_int_equal(put_value(s, &QA, "B", "qa", true), 0);
	assert_int_equal(put_value(s, &QA, "C", "qa", true), 0);
	assert_members(repository_values(s->r, &QA, &s->err), "key", "A,B,C");
	assert_members(repository_values(s->r, &QA, &s->err), "value", "app,qa,qa");
	assert_members(repository_values(s->r, &QA, &s->err), "source", "app,env,env");
	assert_members(repository_values(s->r, &DEV, &s->err), "value", "app,app");
	assert_members(repository_values(s->r, &SHOP, &s->err), "key", "A,B");
	assert_refused(s, !repository_value(s->r, &QA, "A", &s->err), ERROR_NOT_FOUND);
	assert_refused(s, put_value(s, &QA, "B", "x", true) != 0, ERROR_CONFLICT);
	assert_refused(s, put_value(s, &DEV, "B", "x", false) != 0, ERROR_NOT_FOUND);
	assert_int_equal(repository_delete_values(s->r, &QA, "B", &change, &s->err), 0);
	assert_members(repository_values(s->r, &QA, &s->err), "value", "app,app,qa");
	assert_refused(s, repository_delete_values(s->r, &QA, "B", &change, &s->err) != 0,
		       ERROR_NOT_FOUND);
	assert_int_equal(repository_delete_values(s->r, &QA, NULL, &change, &s->err), 0);
	assert_members(repository_values(s->r, &QA, &s->err), "value", "app,app");
	assert_members(repository_values(s->r, &SHOP, &s->err), "value", "app,app");
}

static void
each_change_of_a_value_is_a_version_and_what_is_so_already_none(void **state)
{
	const struct value_set_change change = {.user = "anna", .comment = "back", .now = NOW};
	char made[IDS_UUID_SIZE], pinned[IDS_UUID_SIZE];
	struct state *s = *state;
	json_t *versions;
	char *first;

	assert_int_equal(repository_pin_values(s->r, &QA, NULL, pinned, &s->err), 0);
	assert_string_equal(pinned, "");
	assert_int_equal(put_value(s, &QA, "A", "1", true), 0);
	assert_int_equal(put_value(s, &QA, "A", "2", false), 0);
	assert_int_equal(put_value(s, &QA, "A", "2", false), 0);	/* no change */
	assert_int_equal(version_count(s, &QA), 2);
	assert_int_equal(put_value(s, &SHOP, "Z", "app", true), 0);	/* of this history too */
	assert_int_equal(version_count(s, &QA), 3);
	assert_int_equal(version_count(s, &SHOP), 1);
	versions = repository_value_versions(s->r, &QA, "A", &s->err);
	assert_int_equal(json_array_size(versions), 2);
	first = xstrdup(json_member_string(json_array_get(versions, 1), "id"));
	json_decref(versions);
	assert_int_equal(repository_restore_values(s->r, &QA, first, NULL, &change, made, &s->err),
			 0);
	assert_member(repository_value(s->r, &QA, "A", &s->err), "value", "1");
	assert_int_equal(repository_pin_values(s->r, &QA, VALUE_VERSION_LATEST, pinned, &s->err),
			 0);
	assert_string_equal(pinned, made);
	assert_refused(s, repository_pin_values(s->r, &QA, "no-such", pinned, &s->err) != 0, ERROR_INPUT);
	assert_refused(s, repository_restore_values(s->r, &QA, "no-such", NULL, &change, made,
						    &s->err) != 0, ERROR_NOT_FOUND);
	assert_refused(s, repository_restore_values(s->r, &QA, first, "Q", &change, made, &s->err) != 0,
		       ERROR_INPUT);
	/* What a value was can be taken out of all versions, but not what it is. */
	assert_refused(s, repository_purge_value(s->r, &QA, first, "A", &change, &s->err) != 0,
		       ERROR_INPUT);
	assert_int_equal(put_value(s, &QA, "A", "3", false), 0);
	assert_int_equal(repository_purge_value(s->r, &QA, first, "A", &change, &s->err), 0);
	versions = repository_values_at(s->r, &QA, first, &s->err);
	assert_true(json_is_true(json_object_get(json_object_get(versions, "A"), "purged")) ||
		    !json_member_string(json_object_get(versions, "A"), "value"));
	json_decref(versions);
	free(first);
}

/* Several keys are one version, or none of them is changed. */
static void
keys_that_change_together_are_one_version(void **state)
{
	const struct value_set_change change = {.user = "anna", .comment = "", .now = NOW};
	const struct value_content contents[] = {{.key = "A", .value = "new"}, {.key = "N", .value = "n"}};
	char b[] = "B", no[] = "no";
	const struct untrusted deleted[] = {{b}, {no}};	/* the second is missing */
	struct state *s = *state;
	size_t before;

	assert_int_equal(put_value(s, &QA, "A", "a", true), 0);
	assert_int_equal(put_value(s, &QA, "B", "b", true), 0);
	before = version_count(s, &QA);
	assert_refused(s, repository_change_values(s->r, &QA, contents, 2, deleted, 2,
						   &change, &s->err) != 0, ERROR_INPUT);
	assert_members(repository_values(s->r, &QA, &s->err), "value", "a,b");
	assert_int_equal(version_count(s, &QA), before);
	assert_int_equal(repository_change_values(s->r, &QA, contents, 2, deleted, 1, &change,
						  &s->err), 0);
	assert_members(repository_values(s->r, &QA, &s->err), "key", "A,N");
	assert_int_equal(version_count(s, &QA), before + 1);
	assert_int_equal(repository_change_values(s->r, &QA, contents, 2, NULL, 0, &change,
						  &s->err), 0);
	assert_int_equal(version_count(s, &QA), before + 1);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, open_places, close_state)
#define EMPTY(test) cmocka_unit_test_setup_teardown(test, open_state, close_state)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		EMPTY(a_state_keeps_its_id_and_is_ours_alone),
		EMPTY(a_version_is_another_after_each_change),
		EMPTY(a_transaction_is_all_or_nothing),
		WITH(what_is_missing_is_said_by_its_level),
		WITH(what_is_there_already_is_a_conflict),
		WITH(places_are_listed_by_id_and_renamed),
		WITH(a_type_in_use_stays),
		WITH(an_application_goes_with_its_last_environment),
		WITH(sets_are_kept_by_their_content),
		WITH(a_page_of_a_list_ends_by_bytes_as_well_as_by_rows),
		WITH(a_delta_is_changed_until_it_is_archived),
		WITH(deployments_are_newest_first_and_of_one_environment),
		WITH(the_oldest_deployment_is_read_without_the_others),
		WITH(what_a_crash_interrupted_has_failed),
		WITH(of_many_promotions_the_newest_are_read),
		WITH(a_condition_is_the_tag_of_what_is_there),
		WITH(a_user_is_changed_in_part),
		WITH(a_user_goes_with_tokens_and_roles),
		WITH(a_scope_has_one_role),
		WITH(a_role_ends_with_what_it_is_in),
		WITH(the_log_is_asked_by_organization_time_and_status),
		WITH(an_answer_is_known_by_user_and_key_for_a_while),
		WITH(pauses_and_replicas_end_with_their_environment),
		WITH(an_application_that_is_left_empty_goes_unless_somebody_wrote_in_it),
		WITH(an_environment_has_its_values_and_those_beneath),
		WITH(each_change_of_a_value_is_a_version_and_what_is_so_already_none),
		WITH(keys_that_change_together_are_one_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
