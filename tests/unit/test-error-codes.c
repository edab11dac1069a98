/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The platform's errors as code and parameters: what is said here is said there. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "model/error-codes.h"
#include "model/json.h"

#define EXISTS "The environment \"qa\" already exists.  Choose another id."

static json_t *
written(const struct error *err)
{
	json_t *details = json_object();

	error_codes_write(err, details);
	return details;
}

static void
assert_json(json_t *is, const char *text)
{
	json_t *should = json_decode(text, strlen(text), NULL);

	assert_non_null(should);
	assert_true(json_equal(is, should));
	json_decref(should);
	json_decref(is);
}

static void
test_an_error_has_sentence_kind_status_and_code(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(error_set_code(&err, CODE_ENVIRONMENT_EXISTS, .env = "qa"), -1);
	assert_string_equal(err.text, EXISTS);
	assert_int_equal(err.kind, ERROR_CONFLICT);
	assert_int_equal(error_code_status(&err), 409);
	assert_json(written(&err), "{\"code\": \"environment_exists\", \"parameters\": {\"env\": \"qa\"}}");
	/* Who knows better what the failure means changes its kind, and so its status. */
	err.kind = ERROR_INPUT;
	assert_int_equal(error_code_status(&err), 0);
	assert_int_equal(error_set_code(NULL, CODE_ENVIRONMENT_EXISTS, .env = "qa"), -1);
}

static void
test_what_is_written_is_read_again(void **state)
{
	struct error err = {0}, read = {0};
	json_t *details;

	(void)state;
	error_set_code(&err, CODE_ENVIRONMENT_EXISTS, .env = "qa \"{env}\" \xe2\x80\xae");
	error_prefix_code(&err, CODE_ENVIRONMENT_IS_PAUSED, .env = "{env}");
	details = written(&err);
	assert_true(error_codes_read(&read, details));
	assert_string_equal(read.text, err.text);
	assert_int_equal(read.part_count, 2);
	assert_memory_equal(read.parts, err.parts, 2 * sizeof(err.parts[0]));
	json_decref(details);
}

static void
test_a_cause_is_said_behind_a_colon(void **state)
{
	struct error err = {0};
	char *text;

	(void)state;
	error_set_code(&err, CODE_ENVIRONMENT_EXISTS, .env = "qa");
	error_prefix_code(&err, CODE_ENVIRONMENT_IS_PAUSED, .env = "production");
	text = error_codes_text(&err);
	assert_string_equal(err.text, "production is paused.  Resume it before you deploy to it.: "
				      EXISTS);
	assert_string_equal(text, err.text);
	assert_int_equal(err.kind, ERROR_CONFLICT);
	assert_json(written(&err),
		    "{\"code\": \"environment_is_paused\", \"parameters\": {\"env\": \"production\"},"
		    " \"cause\": {\"code\": \"environment_exists\", \"parameters\": {\"env\": \"qa\"}}}");
	free(text);
}

/* A half of it would be another error. */
static void
test_what_has_no_code_takes_the_others_with_it(void **state)
{
	struct error err = {0};
	char *text;

	(void)state;
	error_set(&err, ERROR_INPUT, "Free.");
	error_prefix_code(&err, CODE_ENVIRONMENT_EXISTS, .env = "qa");
	assert_string_equal(err.text, EXISTS ": Free.");
	assert_json(written(&err), "{}");
	error_set_code(&err, CODE_ENVIRONMENT_EXISTS, .env = "qa");
	error_prefix(&err, "here");
	assert_string_equal(err.text, "here: " EXISTS);
	assert_json(written(&err), "{}");
	assert_int_equal(error_code_status(&err), 0);
	text = error_codes_text(&err);
	assert_string_equal(text, err.text);
	free(text);
	error_set_code(&err, CODE_ENVIRONMENT_EXISTS, .env = "qa");
	for (size_t i = 0; i < ERROR_PARTS_MAX; i++)
		error_prefix_code(&err, CODE_ENVIRONMENT_EXISTS, .env = "qa");
	assert_json(written(&err), "{}");
}

static void
test_what_is_too_long_is_cut_at_a_character(void **state)
{
	char name[ERROR_VALUE_MAX + 8];
	struct error err = {0};
	json_t *details;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	memcpy(name + ERROR_VALUE_MAX - 1, "\xc3\xa4", 2);
	name[sizeof(name) - 1] = '\0';
	error_set_code(&err, CODE_ENVIRONMENT_EXISTS, .env = name);
	details = written(&err);
	assert_int_equal(strlen(json_member_string(json_object_get(details, "parameters"), "env")),
			 ERROR_VALUE_MAX - 1);
	json_decref(details);
	/* The whole text has its limit too; what lay behind it is not told. */
	for (size_t i = 0; i + 1 < ERROR_PARTS_MAX; i++)
		error_prefix_code(&err, CODE_ENVIRONMENT_EXISTS, .env = name);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_json(written(&err), "{}");
}

/* As in error_prefix(), and with what was in the text itself. */
static void
test_a_parameter_may_lie_in_the_error(void **state)
{
	struct error err = {0};

	(void)state;
	error_set(&err, ERROR_INPUT, "qa");
	error_set_code(&err, CODE_ENVIRONMENT_EXISTS, .env = err.text);
	assert_string_equal(err.text, EXISTS);
}

static void
test_what_is_not_known_whole_is_not_said(void **state)
{
	static const char *const cases[] = {
		"{}", "[]", "\"environment_exists\"", "null",
		"{\"code\": \"environment_vanished\", \"parameters\": {\"env\": \"qa\"}}",
		"{\"code\": \"ENVIRONMENT_EXISTS\", \"parameters\": {\"env\": \"qa\"}}",
		"{\"code\": 1, \"parameters\": {\"env\": \"qa\"}}",
		"{\"code\": \"none\", \"parameters\": {}}",
		"{\"code\": \"\", \"parameters\": {}}",
		"{\"code\": \"environment_exists\"}",
		"{\"code\": \"environment_exists\", \"parameters\": {}}",
		"{\"code\": \"environment_exists\", \"parameters\": [\"qa\"]}",
		"{\"code\": \"environment_exists\", \"parameters\": {\"env\": 7}}",
		"{\"code\": \"environment_exists\", \"parameters\": {\"env\": null}}",
		"{\"code\": \"environment_exists\", \"parameters\": {\"env\": {\"a\": \"b\"}}}",
		"{\"code\": \"environment_exists\", \"parameters\": {\"env\": \"qa\"}, \"cause\": {}}",
		"{\"code\": \"environment_exists\", \"parameters\": {\"env\": \"qa\"}, \"cause\": null}",
	};
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *details = json_decode(cases[i], strlen(cases[i]), NULL);

		assert_non_null(details);
		assert_false(error_codes_read(&err, details));
		json_decref(details);
	}
	assert_false(error_codes_read(&err, NULL));
	assert_int_equal(err.kind, ERROR_NONE);
	assert_string_equal(err.text, "");
}

static json_t *
exists(const char *env)
{
	return json_pack("{s:s, s:{s:s}}", "code", "environment_exists", "parameters", "env", env);
}

static void
test_what_is_longer_or_deeper_than_ours_is_not_said(void **state)
{
	json_t *details = exists("qa"), *outer;
	char name[ERROR_VALUE_MAX + 2];
	struct error err = {0};

	(void)state;
	for (size_t depth = 1; depth <= ERROR_PARTS_MAX; depth++) {
		assert_true(error_codes_read(&err, details));
		assert_int_equal(err.part_count, depth);
		outer = exists("qa");
		json_object_set_new(outer, "cause", details);
		details = outer;
	}
	assert_false(error_codes_read(&err, details));
	json_decref(details);
	memset(name, 'x', sizeof(name) - 1);
	name[ERROR_VALUE_MAX + 1] = '\0';
	details = exists(name);
	assert_false(error_codes_read(&err, details));
	json_decref(details);
	details = exists(name + 1);
	assert_true(error_codes_read(&err, details));
	json_decref(details);
}

/* The names are what other clients go by. */
static void
test_each_code_can_be_written(void **state)
{
	char name[ERROR_CODE_SIZE];

	(void)state;
	for (int code = ERROR_CODE_NONE + 1; code < ERROR_CODE_COUNT; code++) {
		struct error err = {0};
		json_t *details;

		error_set_code(&err, (enum error_code)code, .env = "");
		details = written(&err);
		error_code_name(name, (enum error_code)code);
		assert_string_equal(json_member_string(details, "code"), name);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(name));
		assert_null(strchr(err.text, '%'));
		assert_true(error_codes_read(&err, details));
		json_decref(details);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_error_has_sentence_kind_status_and_code),
		cmocka_unit_test(test_what_is_written_is_read_again),
		cmocka_unit_test(test_a_cause_is_said_behind_a_colon),
		cmocka_unit_test(test_what_has_no_code_takes_the_others_with_it),
		cmocka_unit_test(test_what_is_too_long_is_cut_at_a_character),
		cmocka_unit_test(test_a_parameter_may_lie_in_the_error),
		cmocka_unit_test(test_what_is_not_known_whole_is_not_said),
		cmocka_unit_test(test_what_is_longer_or_deeper_than_ours_is_not_said),
		cmocka_unit_test(test_each_code_can_be_written),
	};

	return cmocka_run_group_tests_name("error codes", tests, NULL, NULL);
}
