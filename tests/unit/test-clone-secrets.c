/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What becomes of a text that is typed for a Secret of a clone.  The platform is away. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/verbs/clone-values.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/verb.h"
#include "model/json.h"
#include "model/set.h"
#include "quoted-json.h"

static struct {
	char *folder, *history, *cache;
	struct session *session;
	struct flow *flow;
} here;

/* The review of a clone whose workload needs the Secrets. */
static void
review(const char *const *secrets, size_t count)
{
	struct deploy_review *outlook = &here.flow->review.outlook;

	for (size_t i = 0; i < outlook->finding_count; i++)
		deploy_finding_clear(&outlook->findings[i]);
	free(outlook->findings);
	outlook->findings = xcalloc(count, sizeof(*outlook->findings));
	outlook->finding_count = count;
	for (size_t i = 0; i < count; i++) {
		struct deploy_finding *finding = &outlook->findings[i];

		untrusted_init(&finding->workload, "web");
		untrusted_init(&finding->code, "secret");
		finding->reason = json_pack("{s:s, s:{s:s}}", "code", "secret-copied", "parameters",
					    "name", secrets[i]);
	}
	here.flow->state = FLOW_REVIEW;
}

static int
begin(void **state)
{
	const char *tmp = getenv("TMPDIR");
	const struct flow_request request = {.verb = FLOW_CLONE, .org = "acme", .app = "shop",
					     .env = "typed", .source = "shop", .type = "test"};
	struct error err = {0};

	(void)state;
	here.folder = xasprintf("%s/clone-secrets-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(here.folder))
		return -1;
	here.history = xasprintf("%s/history.db", here.folder);
	here.cache = xasprintf("%s/cache.db", here.folder);
	here.session = session_new(&(struct session_options){.url = "http://127.0.0.1:1",
							     .history_path = here.history,
							     .cache_path = here.cache}, &err);
	if (!here.session)
		return -1;
	here.flow = flow_alloc(here.session, &request);
	here.flow->base = set_take(parse("{'modules': {'web': {'profile': 'p', 'spec': {}}}}"),
				   &err);
	here.flow->base_id = xstrdup("s1");
	here.flow->result = set_ref(here.flow->base);
	here.flow->values_app.known = here.flow->values_ours.known = true;
	here.flow->values_result.known = true;
	return here.flow->base ? 0 : -1;
}

static int
end(void **state)
{
	int ret;

	(void)state;
	flow_free(here.flow);
	session_free(here.session);
	ret = paths_remove_tree(here.folder, NULL);
	free(here.folder);
	free(here.history);
	free(here.cache);
	return ret;
}

static void
type(const char *name, const char *key)
{
	static const char *const secrets[] = {"mail", "shop"};
	struct error err = {0};

	review(secrets, 2);
	if (flow_type_secret(here.flow, name, key, "pa55w0rd", &err) != 0)
		fail_msg("%s %s: %s", name, key, err.text);
}

static void
choose(const char *name, const char *choice)
{
	static const char *const secrets[] = {"mail", "shop"};
	struct error err = {0};

	review(secrets, 2);
	if (flow_choose_secret(here.flow, name, choice, &err) != 0)
		fail_msg("%s=%s: %s", name, choice, err.text);
}

static void
expect_written(const char *const *keys, size_t count)
{
	assert_int_equal(here.flow->value_changes.count, count);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(here.flow->value_changes.items[i].key, keys[i]);
		assert_true(here.flow->value_changes.items[i].is_secret);
	}
}

static void
a_text_that_is_withdrawn_is_not_written(void **state)
{
	static const char *const choices[] = {"leave-out", "copy", "as:other"};
	static const char *const both[] = {"mail_key", "mail_user"};

	(void)state;
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		type("mail", "key");
		type("mail", "user");
		expect_written(both, 2);
		choose("mail", choices[i]);
		expect_written(NULL, 0);
	}
}

static void
what_else_is_written_stays(void **state)
{
	static const char *const kept[] = {"MAIL", "shop_key"};
	const struct value_change given = {.kind = VALUE_SET, .key = (char *)(uintptr_t)"MAIL",
					   .text = (char *)(uintptr_t)"given"};

	(void)state;
	value_changes_put(&here.flow->value_changes, &given);
	type("mail", "key");
	type("shop", "key");
	choose("mail", "data:key=MAIL");
	expect_written(kept, 2);
	choose("mail", "leave-out");
	expect_written(kept, 2);
}

/* As a review that is made again because something moved takes it over. */
static void
a_flow_that_replaces_it_writes_what_was_typed(void **state)
{
	const struct value_change *change;
	struct flow *next;

	(void)state;
	type("mail", "key");
	next = flow_alloc(here.session, &here.flow->request);
	next->base = set_ref(here.flow->base);
	next->base_id = xstrdup("s1");
	next->values_app.known = next->values_ours.known = true;
	flow_keep_decisions(next, here.flow);
	while (next->verb->prepare[next->phase] != clone_decide_values)
		next->phase++;
	next->state = FLOW_PREPARING;
	clone_decide_values(next);
	change = value_changes_find(&next->value_changes, "mail_key");
	assert_non_null(change);
	assert_string_equal(change->text, "pa55w0rd");
	flow_free(next);
}

static void
its_value_has_a_name_that_a_platform_takes(void **state)
{
	char key[254], last[254];

	(void)state;
	memset(key, 'k', sizeof(key));
	key[sizeof(key) - 1] = '\0';
	memcpy(last, key, sizeof(key));
	last[sizeof(last) - 2] = 'l';
	type("mail", key);
	type("mail", last);
	assert_int_equal(here.flow->value_changes.count, 2);
	for (size_t i = 0; i < 2; i++)
		assert_true(strlen(here.flow->value_changes.items[i].key) <= 200);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_text_that_is_withdrawn_is_not_written),
		TEST(what_else_is_written_stays),
		TEST(a_flow_that_replaces_it_writes_what_was_typed),
		TEST(its_value_has_a_name_that_a_platform_takes),
	};

	return cmocka_run_group_tests_name("clone secrets", tests, NULL, NULL);
}
