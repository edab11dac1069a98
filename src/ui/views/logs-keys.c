/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the keys of the logs do: whose lines, which of them, and where to.
 *
 * To ask for another workload is to ask the platform anew; everything else, filtering and
 * finding too, is about the lines that are there.
 */
#include "config.h"

#include "ui/views/logs-keys.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/world/logs.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/logs-draw.h"
#include "ui/views/logs-state.h"
#include "ui/views/logs.h"
#include "ui/views/prompt.h"

#define SIDEWAYS_STEP 16		/* columns */

static const struct world_environment *
find(const struct logs_view *v, struct ui *ui)
{
	return world_environment(session_world(ui_session(ui)), v->org, v->app, v->env);
}

/* After the last comes all of them again. */
static void
run_next_workload(struct view *view, struct ui *ui)
{
	struct logs_view *v = (struct logs_view *)view;
	const struct world_environment *e = find(v, ui);
	const char *next = NULL, *module;
	bool take = v->workload == NULL;
	json_t *body;

	json_object_foreach(set_modules(e->set), module, body) {
		if (take) {
			next = module;
			break;
		}
		take = strcmp(module, v->workload) == 0;
	}
	free(v->workload);
	v->workload = next ? xstrdup(next) : NULL;
	free(v->container);
	v->container = NULL;
	logs_view_drop_containers(v);
	logs_view_reopen(v, ui);
}

/* Those that are to run, also when they have not written anything. */
static void
add_containers_of_set(struct logs_view *v, struct ui *ui)
{
	const struct world_environment *e = find(v, ui);
	json_t *containers = e && e->set ? set_module_containers(e->set, v->workload) : NULL, *body;
	const char *name;

	json_object_foreach(containers, name, body)
		logs_view_add_container(v, name);
	json_decref(containers);
}

static void
run_next_container(struct view *view, struct ui *ui)
{
	struct logs_view *v = (struct logs_view *)view;
	size_t next = 0;

	add_containers_of_set(v, ui);
	if (v->container_count < 2 && !v->container) {
		ui_say(ui, _("%s has one container only."), v->workload);
		return;
	}
	while (v->container && next < v->container_count &&
	       strcmp(v->containers[next++], v->container) != 0)
		;
	free(v->container);
	v->container = next < v->container_count ? xstrdup(v->containers[next]) : NULL;
	logs_view_reopen(v, ui);
}

static void
run_previous(struct view *view, struct ui *ui)
{
	struct logs_view *v = (struct logs_view *)view;

	v->previous = !v->previous;
	logs_view_reopen(v, ui);
}

static void
run_stamps(struct view *view, struct ui *ui)
{
	struct logs_view *v = (struct logs_view *)view;

	(void)ui;
	v->stamps = logs_view_shows_stamps(v) ? STAMPS_HIDDEN : STAMPS_SHOWN;
}

static void
run_copy(struct view *view, struct ui *ui)
{
	const struct logs_view *v = (const struct logs_view *)view;
	size_t first, end;
	struct buf words;

	logs_view_seen(v, &first, &end);
	buf_init(&words, LOGS_COPY_BYTES_MAX);
	for (size_t i = v->found ? end - 1 : first; i < end; i++)
		logs_view_add_words(v, &words, logs_view_line(v, i));
	if (v->found) {
		char *line = xstrndup(buf_str(&words), strlen(buf_str(&words)) - 1);

		ui_copy(ui, _("the matching line"), line);
		free(line);
	} else {
		ui_copy(ui, _("the visible lines"), buf_str(&words));
	}
	buf_clear(&words);
}

static void
run_only(struct view *view, struct ui *ui)
{
	struct logs_view *v = (struct logs_view *)view;

	(void)ui;
	v->only = !v->only;
	v->bottom = 0;
	v->found = false;
	logs_view_keep(v);
}

static void
run_wrap(struct view *view, struct ui *ui)
{
	struct logs_view *v = (struct logs_view *)view;

	v->unwrapped = !v->unwrapped;
	v->sideways = 0;
	ui_say(ui, v->unwrapped ? _("One row for each line; {left} and {right} scroll.")
				: _("Long lines wrap."));
}

static void
scroll_sideways(struct view *view, int by)
{
	struct logs_view *v = (struct logs_view *)view;

	v->sideways += by;
	if (v->sideways < 0)
		v->sideways = 0;
}

static void
run_left(struct view *view, struct ui *ui)
{
	(void)ui;
	scroll_sideways(view, -SIDEWAYS_STEP);
}

static void
run_right(struct view *view, struct ui *ui)
{
	(void)ui;
	scroll_sideways(view, SIDEWAYS_STEP);
}

/* --- to a file --- */

/* A file that nobody else can read, and that was not there. */
static int
write_lines(const struct logs_view *v, const char *path, size_t *count, struct error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	int failed = 0;

	if (!file) {
		if (fd >= 0)
			close(fd);
		return error_set(err, ERROR_INPUT, "%s: %s", path, strerror(errno));
	}
	*count = logs_view_count(v);
	for (size_t i = 0; failed == 0 && i < *count; i++) {
		struct buf words;

		buf_init(&words, LOGS_COPY_BYTES_MAX);
		logs_view_add_words(v, &words, logs_view_line(v, i));
		failed = fputs(buf_str(&words), file) < 0 ? errno : 0;
		buf_clear(&words);
	}
	if (fclose(file) != 0 && failed == 0)
		failed = errno;
	if (failed != 0) {
		(void)error_set(err, ERROR_INPUT, "%s: %s", path, strerror(failed));
		unlink(path);
		return -1;
	}
	return 0;
}

/* Said while it is typed; that the file is made now and by us
 * is seen to when it is opened. */
static const char *
check_path(void *data, const char *path)
{
	(void)data;
	if (!*path)
		return _("Give the file a name.");
	return access(path, F_OK) == 0 ? _("That file exists already.") : NULL;
}

static void
save_to(void *data, struct ui *ui, const char *path)
{
	struct error err = {0};
	size_t count = 0;

	if (write_lines(data, path, &count, &err) != 0) {
		ui_say_error(ui, &err);
		return;
	}
	ui_pop(ui);
	ui_say(ui, ngettext("Saved %zu line to %s.", "Saved %zu lines to %s.", count), count, path);
}

static void
run_save(struct view *view, struct ui *ui)
{
	struct logs_view *v = (struct logs_view *)view;
	char *name = xasprintf("%s%s%s.log", v->env, v->workload ? "-" : "",
			       v->workload ? v->workload : "");
	struct prompt prompt = {
		.title = N_("Save"), .label = N_("File"), .initial = name,
		.note = N_("Saves the lines shown, in full length, to a file that only you can read."),
		.check = check_path, .done = save_to, .data = v,
	};

	ui_push(ui, prompt_view_new(&prompt));
	free(name);
}

/* --- moving and finding --- */

static void
run_hold(struct view *view, struct ui *ui)
{
	struct logs_view *v = (struct logs_view *)view;

	(void)ui;
	v->held = !v->held;
	logs_hold(v->logs, v->held);
}

static void
run_find(struct view *view, struct ui *ui)
{
	(void)ui;
	find_begin(&((struct logs_view *)view)->find, 0);
}

static void
run_older_find(struct view *view, struct ui *ui)
{
	logs_view_find((struct logs_view *)view, ui, 1, true);
}

static void
run_newer_find(struct view *view, struct ui *ui)
{
	logs_view_find((struct logs_view *)view, ui, -1, true);
}

/* --- keys --- */

static bool
has_lines(const struct view *view, struct ui *ui)
{
	(void)ui;
	return logs_view_count((const struct logs_view *)view) > 0;
}

static bool
has_workloads(const struct view *view, struct ui *ui)
{
	const struct world_environment *e = find((const struct logs_view *)view, ui);

	return e && e->set;
}

static const char *
env_name(const struct view *view, struct ui *ui)
{
	(void)ui;
	return ((const struct logs_view *)view)->env;
}

static bool
is_of_workload(const struct view *view, struct ui *ui)
{
	(void)ui;
	return ((const struct logs_view *)view)->workload != NULL;
}

static bool
has_wanted(const struct view *view, struct ui *ui)
{
	(void)ui;
	return find_is_wanted(&((const struct logs_view *)view)->find);
}

static bool
is_unwrapped(const struct view *view, struct ui *ui)
{
	(void)ui;
	return ((const struct logs_view *)view)->unwrapped;
}

/* Below them, or something to follow again. */
static bool
has_newer(const struct view *view, struct ui *ui)
{
	(void)ui;
	return ((const struct logs_view *)view)->bottom > 0;
}

static bool
is_in_cluster(const struct view *view, struct ui *ui)
{
	const struct world_environment *e = find((const struct logs_view *)view, ui);

	return e && e->runtime.cluster.raw;
}

static const struct need a_cluster = {
	is_in_cluster, N_("Here the lines of earlier runs stand among the others."), NULL};
static const struct need lines_to_copy = {
	has_lines, N_("There is nothing to copy: nothing was written."), NULL};
static const struct need lines_to_save = {
	has_lines, N_("There is nothing to save: nothing was written."), NULL};
static const struct need workloads = {has_workloads, N_("The workloads of %s are not known."),
				      env_name};
static const struct need a_workload = {
	is_of_workload, N_("These are the logs of all workloads; {next-pane} selects one."), NULL,
};
static const struct need a_wanted_text = {has_wanted, N_("Find a text first: {find}."), NULL};
static const struct need long_rows = {is_unwrapped,
				      N_("Lines are wrapped; {wrap} shows a row of each."), NULL};
static const struct need newer_lines = {has_newer, NULL, NULL};

const struct key logs_keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), .run = ui_run_back},
	{'q', NULL, ACTION_BACK, .help = NULL},
	{' ', "Space", ACTION_PAUSE, N_("pause"), .run = run_hold},
	{'\t',
	 "Tab",
	 ACTION_NEXT_PANE,
	 N_("next workload"),
	 N_("Show the next workload's lines, or all."),
	 run_next_workload,
	 {&workloads}},
	{'c', "c", ACTION_NEXT_CONTAINER, NULL, NULL, run_next_container, {&a_workload}},
	{'p', "p", ACTION_PREVIOUS_RUN, N_("previous"), NULL, run_previous, {&a_cluster}},
	{'/', "/", ACTION_FIND, N_("find"), N_("Find a text; Esc forgets it."), .run = run_find},
	{'n', "n", ACTION_NEXT, NULL, N_("Go to the previous match."), .run = run_older_find},
	{'N', "N", ACTION_PREVIOUS, NULL, N_("Go to the next match."), .run = run_newer_find},
	{'f',
	 "f",
	 ACTION_ONLY,
	 N_("filter"),
	 N_("Show only the matching lines, or all."),
	 run_only,
	 {&a_wanted_text}},
	{'w', "w", ACTION_WRAP, N_("wrap"), .run = run_wrap},
	{'s', "s", ACTION_SAVE, N_("save"), NULL, run_save, {&lines_to_save}},
	{KEY_BASE + KEY_LEFT,
	 "Left",
	 ACTION_LEFT,
	 NULL,
	 N_("Scroll left, where lines are not wrapped."),
	 run_left,
	 {&long_rows}},
	{KEY_BASE + KEY_RIGHT,
	 "Right",
	 ACTION_RIGHT,
	 NULL,
	 N_("Scroll right, where lines are not wrapped."),
	 run_right,
	 {&long_rows}},
	{'t', "t", ACTION_STAMPS, N_("times"), .run = run_stamps},
	{'y',
	 "y",
	 ACTION_COPY,
	 N_("copy"),
	 N_("Copy the matching line, or else the visible lines."),
	 run_copy,
	 {&lines_to_copy}},
	{'G',
	 "G",
	 ACTION_LAST,
	 N_("follow"),
	 N_("Go to the newest lines, and follow them."),
	 NULL,
	 {&newer_lines}},
	{'g', "g", ACTION_FIRST, NULL, .help = N_("Go to the oldest line.")},
	{KEY_BASE + KEY_END, NULL, ACTION_LAST, .help = NULL},
	{KEY_BASE + KEY_HOME, NULL, ACTION_FIRST, .help = NULL},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, .help = NULL},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, .help = NULL},
	{'k', NULL, ACTION_UP, .help = NULL},
	{'j', NULL, ACTION_DOWN, .help = NULL},
	PAGE_KEYS,
	NO_KEY,
};
