/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which operations are told as one story. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/xmalloc.h"
#include "store/history.h"
#include "ui/views/stories.h"

/* Oldest first, as one would tell it; "undoes" is the id of another, which is its place from
 * 'a'. */
struct told {
	const char *verb, *env, *source, *undoes;
	enum operation_state state;
};

static struct operation_list list;
static struct stories stories;

static void
tell(const struct told *told, size_t count)
{
	list.items = xcalloc(count, sizeof(*list.items));
	list.count = count;
	for (size_t i = 0; i < count; i++) {
		struct operation *o = &list.items[count - 1 - i];
		const char id[] = {(char)('a' + i), '\0'};

		untrusted_init(&o->id, id);
		untrusted_init(&o->verb, told[i].verb);
		untrusted_init(&o->app, "shop");
		untrusted_init(&o->env, told[i].env);
		untrusted_init(&o->source, told[i].source);
		untrusted_init(&o->undoes, told[i].undoes);
		o->state = told[i].state;
		o->created_at = (int64_t)(i + 1) * 100;
		o->ended_at = told[i].state >= OPERATION_DONE ? o->created_at + 50 : 0;
	}
	stories_tell(&stories, &list);
}

/* The story of the operation, oldest first; -1: none. */
static int
story_of(size_t i)
{
	size_t story = stories.of[list.count - 1 - i];

	return story == NO_STORY ? -1 : (int)story;
}

static int
forget(void **state)
{
	(void)state;
	stories_clear(&stories);
	operation_list_clear(&list);
	return 0;
}

#define DONE OPERATION_DONE
#define TELL(...) \
	do { \
		const struct told told[] = {__VA_ARGS__}; \
		tell(told, sizeof(told) / sizeof(told[0])); \
	} while (0)

static void
a_hotfix_is_one_story(void **state)
{
	(void)state;
	TELL({"clone", "hotfix", "prod", NULL, DONE}, {"deploy", "hotfix", NULL, NULL, DONE},
	     {"deploy", "qa", NULL, NULL, DONE}, {"promote", "prod", "hotfix", NULL, DONE},
	     {"undo", "prod", NULL, "d", DONE}, {"discard", "hotfix", NULL, NULL, DONE});
	assert_int_equal(stories.count, 1);
	assert_int_equal(story_of(0), 0);
	assert_int_equal(story_of(1), 0);
	assert_int_equal(story_of(2), -1);
	assert_int_equal(story_of(3), 0);
	assert_int_equal(story_of(4), 0);
	assert_int_equal(story_of(5), 0);
	assert_int_equal(stories.items[0].count, 5);
	assert_int_equal(stories.items[0].began, 100);
	assert_int_equal(stories.items[0].ended, 650);
	assert_true(stories.items[0].over);
}

static void
the_same_name_again_is_another_story(void **state)
{
	(void)state;
	TELL({"clone", "hotfix", "prod", NULL, DONE}, {"discard", "hotfix", NULL, NULL, DONE},
	     {"deploy", "hotfix", NULL, NULL, DONE}, {"clone", "hotfix", "qa", NULL, DONE},
	     {"deploy", "hotfix", NULL, NULL, DONE});
	assert_int_equal(story_of(1), 0);
	assert_int_equal(story_of(2), -1);
	assert_int_equal(story_of(4), 1);
	assert_false(stories.items[1].over);
}

static void
one_operation_or_a_failed_clone_is_no_story(void **state)
{
	(void)state;
	TELL({"clone", "a", "prod", NULL, DONE}, {"clone", "b", "prod", NULL, OPERATION_FAILED},
	     {"deploy", "b", NULL, NULL, DONE});
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(story_of(i), -1);
}

static void
what_is_under_way_has_no_end(void **state)
{
	(void)state;
	TELL({"clone", "a", "prod", NULL, DONE}, {"deploy", "a", NULL, NULL, OPERATION_RUNNING},
	     {"promote", "prod", "a", NULL, DONE});
	assert_int_equal(stories.items[0].ended, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_hotfix_is_one_story, forget),
		cmocka_unit_test_teardown(the_same_name_again_is_another_story, forget),
		cmocka_unit_test_teardown(one_operation_or_a_failed_clone_is_no_story, forget),
		cmocka_unit_test_teardown(what_is_under_way_has_no_end, forget),
	};

	return cmocka_run_group_tests_name("stories", tests, NULL, NULL);
}
