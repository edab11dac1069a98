/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Drawing changes nothing: every kind of view is drawn twice, on a real ncurses and a session with
 * the sample, and neither the picture nor the view nor the screen's own state is another one after
 * it.  The kinds are those that the tables of keys name.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <curses.h>
#include <locale.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/details.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "tests/patience.h"
#include "sample.h"
#include "ui/canvas.h"
#include "ui/chrome.h"
#include "ui/keys.h"
#include "ui/theme-file.h"
#include "ui/theme.h"
#include "ui/view.h"
#include "ui/views/board.h"
#include "ui/views/clone-list.h"
#include "ui/views/clones.h"
#include "ui/views/compare.h"
#include "ui/views/contexts.h"
#include "ui/views/environment.h"
#include "ui/views/goto.h"
#include "ui/views/grouping.h"
#include "ui/views/help.h"
#include "ui/views/history.h"
#include "ui/views/hotfix.h"
#include "ui/views/interrupted.h"
#include "ui/views/logs.h"
#include "ui/views/moment.h"
#include "ui/views/palette.h"
#include "ui/views/picker.h"
#include "ui/views/progress.h"
#include "ui/views/prompt.h"
#include "ui/views/review.h"

#define ORG SAMPLE_ORG
#define APP SAMPLE_APP
#define CLONE "hotfix-1"
#define ROWS 40
#define COLUMNS 120

static const struct ui_context platforms[] = {
	{.name = "here", .address = "unix:/here", .stripe = STYLE_COUNT},
	{.name = "elsewhere", .address = "https://example.com", .stripe = STYLE_COUNT},
};
static struct ui_contexts contexts = {.items = platforms, .count = 2};
static const struct ui_options options = {.contexts = &contexts};

static struct {
	struct sample sample;
	struct session *session;
	struct ui ui;
	FILE *nowhere;
	SCREEN *screen;
} here;

/* --- the session --- */

static void
turn_until(bool (*is_so)(void))
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	while (!is_so()) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 200);
	}
}

static bool
runs(const char *env)
{
	const struct world_environment *e = world_environment(session_world(here.session), ORG, APP,
							      env);

	return e && e->set && e->values && world_is_known(e, WORLD_RUNTIME) &&
	       world_is_known(e, WORLD_RESOURCES) &&
	       e->environment.last_deploy.status == DEPLOYMENT_SUCCEEDED;
}

static bool
all_run(void)
{
	return runs("production") && runs("qa") && runs("development");
}

static bool
clone_runs(void)
{
	return runs(CLONE);
}

static struct flow *
ask(const struct flow_request *request)
{
	struct error err = {0};
	struct flow *flow = flow_new(here.session, request, &err);
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	if (!flow)
		fail_msg("%s", err.text);
	while (flow_state(flow) == FLOW_PREPARING) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 200);
	}
	return flow;
}

static struct flow *
make_clone(void)
{
	struct flow *flow = ask(&(struct flow_request){.verb = FLOW_CLONE, .org = ORG, .app = APP,
						       .env = CLONE, .source = "production"});
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	struct error err = {0};

	if (flow_approve(flow, NULL, CLONE, &err) != 0)
		fail_msg("%s", err.text);
	while (flow_state(flow) == FLOW_RUNNING) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 200);
	}
	turn_until(clone_runs);
	return flow;
}

static int
set_up(void **state)
{
	struct error err = {0};
	struct session_options session;
	struct theme theme;

	(void)state;
	setlocale(LC_ALL, "C.UTF-8");
	setenv("LINES", "40", 1);
	setenv("COLUMNS", "120", 1);
	here.nowhere = fopen("/dev/null", "r+");
	here.screen = here.nowhere ? newterm("xterm-256color", here.nowhere, here.nowhere) : NULL;
	if (!here.screen || theme_load(&theme, NULL, &err) != 0 ||
	    sample_start(&here.sample, "views") != 0)
		return -1;
	theme_start(&theme);
	session = (struct session_options){
		.url = "http://localhost", .socket = here.sample.socket, .context = "test",
		.history_path = here.sample.history, .cache_path = here.sample.cache,
	};
	here.session = session_new(&session, &err);
	if (!here.session)
		return -1;
	here.ui.session = here.session;
	here.ui.options = &options;
	session_focus(here.session, ORG, APP);
	turn_until(all_run);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	session_free(here.session);
	endwin();
	delscreen(here.screen);
	fclose(here.nowhere);
	return sample_stop(&here.sample);
}

/* --- one look --- */

struct look {
	cchar_t cells[ROWS][COLUMNS + 1];
};

static void
draw(const struct view *view, const struct canvas *room, struct look *look)
{
	struct canvas canvas = *room;

	canvas_begin();
	view->ops->draw(view, &here.ui, &canvas);
	memset(look, 0, sizeof(*look));
	for (int row = 0; row < ROWS; row++)
		mvin_wchnstr(row, 0, look->cells[row], COLUMNS);
}

static void *
copy_of(const void *memory, size_t size)
{
	return memcpy(xmalloc(size), memory, size);
}

/* What it draws may name a key in the screen's memory for that. */
static void
forget_keyed(struct ui *ui)
{
	memset(ui->keyed, 0, sizeof(ui->keyed));
	ui->keyed_next = 0;
	ui->draw_again_at = 0;
}

static void
look_twice(struct view *view, const char *name, int rows, int columns)
{
	static struct look first, again;
	struct canvas room = {.height = rows, .width = columns};
	size_t size = malloc_usable_size(view);
	bool is_same = false;
	void *was;

	if (view->ops->changed)
		view->ops->changed(view, &here.ui);
	if (view->ops->fit)
		view->ops->fit(view, &here.ui, &room);
	was = copy_of(view, size);
	/* An age may become another one between two looks; not between all of them. */
	for (int i = 0; i < 3 && !is_same; i++) {
		struct ui before, after;

		draw(view, &room, &first);
		forget_keyed(&here.ui);
		before = here.ui;
		draw(view, &room, &again);
		after = here.ui;
		forget_keyed(&after);
		if (memcmp(&before, &after, sizeof(before)) != 0)
			fail_msg("%s in %dx%d: drawing again leaves another screen", name, columns,
				 rows);
		is_same = memcmp(&first, &again, sizeof(first)) == 0;
	}
	if (memcmp(was, view, size) != 0)
		fail_msg("%s in %dx%d: drawing changed the view", name, columns, rows);
	free(was);
	if (!is_same)
		fail_msg("%s in %dx%d: drawn again it is another picture", name, columns, rows);
}

static size_t seen_count;
static const char *seen[64];	/* their titles */

static void
look_at(struct view *view, const char *name)
{
	static const struct { int rows, columns; } rooms[] = {{38, 120}, {22, 80}, {10, 40}};

	assert_non_null(view);
	here.ui.views[here.ui.count++] = view;
	for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++)
		look_twice(view, name, rooms[i].rows, rooms[i].columns);
	assert_true(seen_count < sizeof(seen) / sizeof(seen[0]));
	seen[seen_count++] = view->ops->title;
	here.ui.count--;
}

/* The view that the key opens, or what it makes of this one. */
static void
press(struct view *view, enum action action)
{
	const struct key *row = key_row_of(view->ops->keys, action);

	assert_non_null(row);
	key_run(row, view, &here.ui);
}

static void
close_view(struct view *view)
{
	view->ops->close(view);
}

static void
look_and_close(struct view *view, const char *name)
{
	look_at(view, name);
	close_view(view);
}

/* --- the views --- */

static const char *
nothing_wrong(void *data, const char *text)
{
	(void)data;
	(void)text;
	return NULL;
}

static void
drop_nothing(void *data)
{
	(void)data;
}

static void
lists_and_texts_are_only_drawn(void **state)
{
	struct view *view;

	(void)state;
	view = board_view_new(ORG, APP);
	look_at(view, "board");
	look_and_close(help_view_new(view), "help");
	look_and_close(palette_view_new(&here.ui, view), "palette");
	here.ui.views[here.ui.count++] = view;
	press(view, ACTION_NEXT_PANE);
	here.ui.count--;
	look_and_close(view, "board, in the applications");
	look_and_close(contexts_view_new(&here.ui), "contexts");
	look_and_close(interrupted_view_new(&here.ui), "interrupted");
	look_and_close(clones_view_new(&here.ui, ORG), "clones");
	look_and_close(grouping_view_new(ORG), "grouping");
	look_and_close(goto_view_new(&here.ui, ORG, APP, NULL, NULL), "goto");
	look_and_close(logs_view_new(&here.ui, ORG, APP, "production", NULL), "logs");
	look_and_close(history_view_new(&here.ui), "history");
	look_and_close(prompt_view_new(&(struct prompt){.title = "Name",
							.label = "Name",
							.note = "A note.",
							.initial = (char *)(uintptr_t) "text",
							.check = nothing_wrong,
							.drop = drop_nothing}),
		       "prompt");
}

static void
environments_are_only_drawn(void **state)
{
	static const enum action tabs[] = {ACTION_TAB_1, ACTION_TAB_2, ACTION_TAB_3, ACTION_TAB_4};
	const struct world_environment *e = world_environment(session_world(here.session), ORG, APP,
							      "production");
	struct moment from = {.env = "production"}, to = {.env = "qa"};
	struct view *view = environment_view_new(&here.ui, ORG, APP, "production");
	struct details *details;

	(void)state;
	for (size_t i = 0; i < sizeof(tabs) / sizeof(tabs[0]); i++) {
		press(view, tabs[i]);
		look_at(view, "environment");
	}
	close_view(view);
	look_and_close(picker_view_new(&here.ui, ORG, APP, "production", "web",
				       set_module_image(e->set, "web")),
		       "picker");
	look_and_close(compare_view_new(&here.ui, ORG, APP, &from, &to), "compare");
	details = details_open(here.session, ORG, APP, "production");
	look_and_close(moment_view_new(&here.ui, ORG, APP, details, "production", NULL, NULL),
		       "moment");
	look_and_close(clone_list_view_new_of(ORG, APP, "production"), "objects");
	details_close(details);
}

static void
operations_are_only_drawn(void **state)
{
	struct flow *flow = make_clone();
	struct view *view;

	(void)state;
	look_and_close(progress_view_new(flow), "progress");
	look_and_close(hotfix_view_new(&here.ui, ORG, APP, CLONE), "hotfix");
	look_and_close(clones_view_new(&here.ui, ORG), "clones");
	look_and_close(grouping_view_new(ORG), "grouping");
	view = history_view_new(&here.ui);
	look_at(view, "history");
	press(view, ACTION_FIND);
	look_and_close(view, "history, finding");
	view = board_snapshot_view_new(&here.ui, ORG, APP, "production", clock_wall_ms());
	look_and_close(view, "board as it was");
	flow_dismiss(flow);
}

static void
reviews_are_only_drawn(void **state)
{
	const char *images[] = {"web", "local/topicshare-web:1.4.3", NULL};
	struct flow *flow;

	(void)state;
	flow = ask(&(struct flow_request){.verb = FLOW_DEPLOY,
					  .org = ORG,
					  .app = APP,
					  .env = "production",
					  .images = images});
	look_and_close(review_view_new(flow), "review");
	flow_cancel(flow);
	flow_dismiss(flow);
	flow = ask(
		&(struct flow_request){.verb = FLOW_DISCARD, .org = ORG, .app = APP, .env = CLONE});
	look_and_close(review_view_new(flow), "review of a whole environment");
	flow_cancel(flow);
	flow_dismiss(flow);
}

/* Whoever adds a kind of view adds it here. */
static void
no_kind_of_view_is_left_out(void **state)
{
	struct key_row row;

	(void)state;
	for (size_t i = 0; bindings_row(NULL, i, &row); i++) {
		bool found = strcmp(row.view, "everywhere") == 0;

		for (size_t k = 0; k < seen_count && !found; k++)
			found = strcmp(seen[k], row.title) == 0 || strcmp(row.view, "prompt") == 0;
		if (!found)
			fail_msg("no view \"%s\" was drawn", row.view);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_and_texts_are_only_drawn),
		cmocka_unit_test(environments_are_only_drawn),
		cmocka_unit_test(operations_are_only_drawn),
		cmocka_unit_test(reviews_are_only_drawn),
		cmocka_unit_test(no_kind_of_view_is_left_out),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
