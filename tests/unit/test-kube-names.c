/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What people call workloads and environments, and labels, as Kubernetes takes it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/xmalloc.h"
#include "model/label.h"
#include "model/label-selector.h"
#include "platform/drivers/kubernetes/cluster/names.h"

#define TEN "abcdefghij"
#define FIFTY TEN TEN TEN TEN TEN

static const struct {
	const char *text, *whole;
	size_t max;
	const char *name;
} names[] = {
	{"web", NULL, KUBE_NAME_MAX, "web"},
	{"web-2", NULL, KUBE_NAME_MAX, "web-2"},
	{"a", NULL, KUBE_NAME_MAX, "a"},
	/* Of 63 characters nothing is cut, of 64 all but 54 are; a CronJob has 52. */
	{FIFTY TEN "abc", NULL, KUBE_NAME_MAX, FIFTY TEN "abc"},
	{FIFTY TEN "abcd", NULL, KUBE_NAME_MAX, FIFTY "abcd-2a94c28f"},
	{FIFTY "ab", NULL, KUBE_CRONJOB_NAME_MAX, FIFTY "ab"},
	{FIFTY "abc", NULL, KUBE_CRONJOB_NAME_MAX, TEN TEN TEN TEN "abc-def57035"},
	/* What is cut before a '-' does not end in two. */
	{TEN TEN TEN TEN TEN "abc----------", NULL, KUBE_NAME_MAX, FIFTY "abc-b6a42e36"},
	{"Web", NULL, KUBE_NAME_MAX, "web-29751047"},
	{"my_web", NULL, KUBE_NAME_MAX, "my-web-db87a0cd"},
	{"my.web", NULL, KUBE_NAME_MAX, "my-web-3edd5b94"},
	{"-web-", NULL, KUBE_NAME_MAX, "web-1706e427"},
	{"9lives", NULL, KUBE_NAME_MAX, "x9lives-bc867356"},
	/* One '-' for a character, however many bytes it has. */
	{"café", NULL, KUBE_NAME_MAX, "caf-850f7dc4"},
	{"caféweb", NULL, KUBE_NAME_MAX, "caf-web-ecad867f"},
	{"웹", NULL, KUBE_NAME_MAX, "x-8779aca5"},
	{"", NULL, KUBE_NAME_MAX, "x-e3b0c442"},
	/* What it stands for is asked for a hash, and for nothing else. */
	{"web", "shop/web", KUBE_NAME_MAX, "web"},
	{"Web", "web", KUBE_NAME_MAX, "web-4b5e57f6"},
};

static void
a_name_is_one_that_kubernetes_takes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *name = kube_name(names[i].text, names[i].whole, names[i].max);

		assert_string_equal(name, names[i].name);
		assert_true(kube_name_is_valid(name));
		assert_true(strlen(name) <= names[i].max);
		assert_true(name[0] >= 'a' && name[0] <= 'z');
		free(name);
	}
}

static const struct {
	const char *space, *name;
} spaces[] = {
	{"topicshare-inc/topicshare/hotfix-korean", "topicshare-hotfix-korean"},
	/* The name of a namespace may begin with a digit. */
	{"acme/2048/production", "2048-production"},
	{"acme/" TEN TEN TEN TEN TEN "/" TEN TEN TEN TEN TEN, FIFTY "-abc-5427d53f"},
	/* Two organizations have the same application: the hash is of all three. */
	{"other/" TEN TEN TEN TEN TEN "/" TEN TEN TEN TEN TEN, FIFTY "-abc-aa09e920"},
};

static void
a_namespace_is_called_after_application_and_environment(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
		char *name = kube_namespace_name(spaces[i].space);

		assert_string_equal(name, spaces[i].name);
		assert_true(kube_name_is_valid(name));
		free(name);
	}
}

/* Names that differ in what cannot be kept stay different. */
static void
no_two_get_one_name(void **state)
{
	static const char *const texts[] = {
		"web", "Web", "WEB", "web_", "web.", "-web", "web-", "wéb", "wèb", "w b",
		"w_b", "w.b", "9", "x9", "", "-", "_", "웹", "망",
		FIFTY TEN "abc", FIFTY TEN "abcd", FIFTY TEN "abce", FIFTY FIFTY, FIFTY FIFTY "a",
	};
	enum { COUNT = sizeof(texts) / sizeof(texts[0]) };
	char *made[COUNT];

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		made[i] = kube_name(texts[i], NULL, KUBE_NAME_MAX);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(made[i], made[k]);
	}
	for (size_t i = 0; i < COUNT; i++)
		free(made[i]);
}

static const struct {
	const char *name;
	bool is_label, is_subdomain;
} valid[] = {
	{"web", true, true},
	{"9", true, true},
	{"a.b", false, true},
	{"a.b-2.c", false, true},
	{"", false, false},
	{".", false, false},
	{"a.", false, false},
	{".a", false, false},
	{"a..b", false, false},
	{"a-.b", false, false},
	{"-a", false, false},
	{"a-", false, false},
	{"A", false, false},
	{"a_b", false, false},
	{"a/b", false, false},
	{"a b", false, false},
	{"é", false, false},
	{FIFTY TEN "abc", true, true},
	{FIFTY TEN "abcd", false, false},
	{FIFTY "." FIFTY "." FIFTY "." FIFTY "." FIFTY, false, false},	/* 254 */
};

static void
a_valid_name_is_told_from_another(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++) {
		assert_int_equal(kube_name_is_valid(valid[i].name), valid[i].is_label);
		assert_int_equal(kube_subdomain_is_valid(valid[i].name), valid[i].is_subdomain);
	}
}

static const struct {
	const char *text;
	bool is_key, is_value;
} labels[] = {
	{"app", true, true},
	{"App_1.2-b", true, true},
	{"a", true, true},
	{"", false, true},
	{"-app", false, false},
	{"app.", false, false},
	{"_app", false, false},
	{"\xc3\xa9", false, false},
	{FIFTY TEN "abc", true, true},
	{FIFTY TEN "abcd", false, false},
	{"example.org/app", true, false},
	{"e/App_1.2-b", true, false},
	/* A prefix is a name of DNS. */
	{"Example.org/app", false, false},
	{"my_example.org/app", false, false},
	{"example..org/app", false, false},
	{"example-.org/app", false, false},
	{".org/app", false, false},
	{"/app", false, false},
	{"example.org/", false, false},
	{"example.org/a/b", false, false},
	{"e/" FIFTY TEN "abc", true, false},
	{"e/" FIFTY TEN "abcd", false, false},
	{FIFTY "." FIFTY "." FIFTY "." FIFTY "." FIFTY "/app", false, false},	/* 254 */
	{FIFTY "." FIFTY "." FIFTY "." FIFTY "." TEN TEN TEN TEN "abcdefghi/app", true, false},
};

static void
a_label_is_one_that_kubernetes_takes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		const char *text = labels[i].text;
		char *more = xasprintf("%s%%", text);

		if (label_key_is_valid(text, strlen(text)) != labels[i].is_key ||
		    label_value_is_valid(text, strlen(text)) != labels[i].is_value ||
		    label_key_is_valid(more, strlen(text)) != labels[i].is_key ||
		    label_selector_is_valid(text) != labels[i].is_key)
			fail_msg("\"%s\"", text);
		free(more);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_one_that_kubernetes_takes),
		cmocka_unit_test(a_namespace_is_called_after_application_and_environment),
		cmocka_unit_test(no_two_get_one_name),
		cmocka_unit_test(a_valid_name_is_told_from_another),
		cmocka_unit_test(a_label_is_one_that_kubernetes_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
