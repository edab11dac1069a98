/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What of an object is ours: pairs of what a cluster gives and what is applied again. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "platform/drivers/kubernetes/adopted/kube-owned.h"
#include "quoted-json.h"

#define HEAD "\"apiVersion\":\"v1\",\"kind\":\"Service\","
#define META "\"name\":\"web\",\"namespace\":\"shop\""

/* `fields` are those of a manager "sidestage"; what follows is the object without its head. */
static const struct {
	const char *about, *fields, *rest, *owned;
} cases[] = {
	{"members, whole and in part",
	 "{\"f:spec\":{\"f:a\":{},\"f:b\":{\"f:c\":{}}}}",
	 "\"spec\":{\"a\":{\"x\":1},\"b\":{\"c\":2,\"d\":3},\"e\":4}",
	 "\"spec\":{\"a\":{\"x\":1},\"b\":{\"c\":2}}"},
	{"items by their keys, in the cluster's order",
	 "{\"f:list\":{\"k:{\\\"name\\\":\\\"b\\\"}\":{\".\":{},\"f:name\":{},\"f:x\":{}},"
	 "\"k:{\\\"name\\\":\\\"a\\\"}\":{\".\":{},\"f:name\":{}}}}",
	 "\"list\":[{\"name\":\"a\",\"x\":1},{\"name\":\"o\",\"x\":2},{\"name\":\"b\",\"x\":3,\"y\":4}]",
	 "\"list\":[{\"name\":\"a\"},{\"name\":\"b\",\"x\":3}]"},
	{"keys that another manager was the first to say",
	 "{\"f:list\":{\"k:{\\\"port\\\":80,\\\"protocol\\\":\\\"TCP\\\"}\":{\"f:target\":{}}}}",
	 "\"list\":[{\"port\":80,\"protocol\":\"UDP\",\"target\":1},"
	 "{\"port\":80,\"protocol\":\"TCP\",\"target\":2}]",
	 "\"list\":[{\"port\":80,\"protocol\":\"TCP\",\"target\":2}]"},
	{"items that are values",
	 "{\"f:set\":{\"v:\\\"a\\\"\":{},\"v:2\":{}}}", "\"set\":[\"a\",\"b\",2,3]",
	 "\"set\":[\"a\",2]"},
	{"a list that is owned whole", "{\"f:args\":{}}", "\"args\":[\"a\",\"b\"]",
	 "\"args\":[\"a\",\"b\"]"},
	{"something that is gone", "{\"f:spec\":{\"f:a\":{}},\"f:gone\":{}}", "\"spec\":{\"b\":1}",
	 "\"spec\":{}"},
	{"what is no field", "{\"spec\":{},\"f:\":{},\"k:nonsense\":{},\"v:[\":{}}", "\"spec\":{\"b\":1}",
	 NULL},
};

static void
test_what_is_ours(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[2000];
		json_t *live, *expected, *owned;

		snprintf(text, sizeof(text),
			 "{" HEAD "\"metadata\":{" META ",\"managedFields\":["
			 "{\"manager\":\"other\",\"operation\":\"Apply\",\"fieldsV1\":{\"f:kind\":{}}},"
			 "{\"manager\":\"sidestage\",\"operation\":\"Update\",\"fieldsV1\":{\"f:no\":{}}},"
			 "{\"manager\":\"sidestage\",\"operation\":\"Apply\",\"subresource\":\"status\","
			 "\"fieldsV1\":{\"f:no\":{}}},"
			 "{\"manager\":\"sidestage\",\"operation\":\"Apply\",\"fieldsV1\":%s}]},"
			 "\"no\":1,%s}",
			 cases[i].fields, cases[i].rest);
		live = parse(text);
		snprintf(text, sizeof(text), "{" HEAD "\"metadata\":{" META "}%s%s}",
			 cases[i].owned ? "," : "", cases[i].owned ? cases[i].owned : "");
		expected = parse(text);
		owned = kube_owned(live, "sidestage");
		if (!json_equal(owned, expected))
			fail_msg("%s: %s", cases[i].about, json_dumps(owned, 0));
		json_decref(owned);
		json_decref(expected);
		json_decref(live);
	}
}

/* Of an object that we have never applied nothing is ours, and of what is none there is none. */
static void
test_what_is_not_ours(void **state)
{
	static const char *const bad[] = {"[]", "{}", "{\"metadata\":[]}", "\"text\""};
	json_t *live = parse("{" HEAD "\"metadata\":{" META "},\"spec\":{\"a\":1}}"),
	       *expected = parse("{" HEAD "\"metadata\":{" META "}}"), *owned;

	(void)state;
	owned = kube_owned(live, "sidestage");
	assert_true(json_equal(owned, expected));
	json_decref(owned);
	json_decref(expected);
	json_decref(live);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		live = json_loads(bad[i], JSON_DECODE_ANY, NULL);
		assert_null(kube_owned(live, "sidestage"));
		json_decref(live);
	}
	assert_null(kube_owned(NULL, "sidestage"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_ours),
		cmocka_unit_test(test_what_is_not_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
