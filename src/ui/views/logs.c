/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the workloads of an environment write: followed, held, found in, filtered and saved.
 *
 * Lines are counted from the newest, which is what one follows: `bottom` is how many are below
 * the last one that is seen.
 */
#include "config.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
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
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/widgets/cut.h"
#include "ui/widgets/field.h"
#include "ui/widgets/found.h"
#include "ui/widgets/viewport.h"

#define STAMP_COLUMNS 10
#define SIDEWAYS_STEP 16		/* columns */
#define NARROW_COLUMNS 60		/* below that times are shown only when they are asked for */
#define CONTAINERS_MAX 32
#define COPY_BYTES_MAX (256 * 1024)

enum stamps { STAMPS_WHERE_ROOM, STAMPS_SHOWN, STAMPS_HIDDEN };

struct logs_view {
	struct view view;
	char *org, *app, *env;
	char *workload;			/* NULL: all */
	char *container;		/* NULL: all of it */
	char *containers[CONTAINERS_MAX];	/* of the workload: that wrote, or that are to run */
	size_t container_count;
	struct logs *logs;
	bool held;
	bool several;			/* some workload has lines of several containers */
	enum stamps stamps;
	int names;			/* columns of who wrote a line, as last drawn */
	int width;
	bool narrow;			/* when it was drawn last, and how many lines had room */
	size_t rows;
	bool unwrapped;			/* each line on one row, which is scrolled sideways */
	int sideways;			/* columns that are out of sight on the left then */
	bool only;			/* lines that have the text which is looked for, and no others */
	size_t *kept;			/* those lines, while `only` holds */
	size_t kept_count;
	bool found;			/* the last line that is seen is what was found */
	size_t bottom;			/* lines below the last one that is seen; 0: follows */
	uint64_t revision, appended;	/* of the logs, when bottom was true of them */
	bool finding;			/* the field has the keys */
	struct field find;
};

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), .help = NULL},
	{'q', NULL, ACTION_BACK, NULL, .help = NULL},
	{' ', "Space", ACTION_HOLD, N_("pause"), .help = NULL},
	{'\t', "Tab", ACTION_PANE, N_("next workload"), .help = N_("The next workload's lines, or all.")},
	{'c', "c", ACTION_CONTAINER, NULL, .help = NULL},
	{'/', "/", ACTION_FIND, N_("find"), .help = N_("Find a text; Esc forgets it.")},
	{'n', "n", ACTION_NEXT, NULL, .help = N_("Previous match.")},
	{'N', "N", ACTION_PREVIOUS, NULL, .help = N_("Next match.")},
	{'f', "f", ACTION_ONLY, N_("filter"), .help = N_("Show only the lines with the text that is looked for, or all.")},
	{'w', "w", ACTION_WRAP, N_("wrap"), .help = NULL},
	{'s', "s", ACTION_SAVE, N_("save"), .help = NULL},
	{KEY_BASE + KEY_LEFT, "Left", ACTION_LEFT, NULL, .help = N_("Scroll to the left, where lines are not wrapped.")},
	{KEY_BASE + KEY_RIGHT, "Right", ACTION_RIGHT, NULL, .help = N_("Scroll to the right, where lines are not wrapped.")},
	{'t', "t", ACTION_STAMPS, N_("times"), .help = NULL},
	{'y', "y", ACTION_COPY, N_("copy"), .help = N_("Copy the line that was found, or else the lines that are seen.")},
	{'G', "G", ACTION_LAST, N_("follow"), .help = N_("To the newest lines, and follow them.")},
	{'g', "g", ACTION_FIRST, NULL, .help = N_("To the oldest line.")},
	{KEY_BASE + KEY_END, NULL, ACTION_LAST, NULL, .help = NULL},
	{KEY_BASE + KEY_HOME, NULL, ACTION_FIRST, NULL, .help = NULL},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, NULL, .help = NULL},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, NULL, .help = NULL},
	{'k', NULL, ACTION_UP, NULL, .help = NULL},
	{'j', NULL, ACTION_DOWN, NULL, .help = NULL},
	PAGE_KEYS,
	NO_KEY,
};

/* --- which lines --- */

static bool
has_text(const struct logs_view *v, size_t i)
{
	return strcasestr(untrusted_raw(&logs_line(v->logs, i)->payload), v->find.text);
}

static bool
is_filtered(const struct logs_view *v)
{
	return v->only && *v->find.text;
}

/* After the lines, or what is looked for, changed. */
static void
keep_lines(struct logs_view *v)
{
	size_t count = logs_count(v->logs);

	v->kept_count = 0;
	if (!is_filtered(v))
		return;
	v->kept = xreallocarray(v->kept, count + 1, sizeof(*v->kept));
	for (size_t i = 0; i < count; i++)
		if (has_text(v, i))
			v->kept[v->kept_count++] = i;
}

static size_t
count_lines(const struct logs_view *v)
{
	return is_filtered(v) ? v->kept_count : logs_count(v->logs);
}

static const struct log_line *
line_at(const struct logs_view *v, size_t i)
{
	return logs_line(v->logs, is_filtered(v) ? v->kept[i] : i);
}

static void
reopen(struct logs_view *v, struct ui *ui)
{
	logs_close(v->logs);
	v->logs = logs_open(ui_session(ui), v->org, v->app, v->env, v->workload, v->container);
	v->bottom = 0;
	v->found = v->several = false;
	v->held = false;
	v->revision = v->appended = 0;
}

/* --- drawing --- */

static bool
shows_stamps(const struct logs_view *v)
{
	return v->stamps == STAMPS_SHOWN || (v->stamps == STAMPS_WHERE_ROOM && !v->narrow);
}

/* Who wrote a line, as far as that is not said above; "": it is.  Foreign. */
static void
name_of(const struct logs_view *v, const struct log_line *line, struct buf *out)
{
	if (!v->workload)
		(void)buf_puts(out, untrusted_raw(&line->workload));
	if (v->several && !v->workload)
		(void)buf_puts(out, "/");
	if (v->several)
		(void)buf_puts(out, untrusted_raw(&line->container));
}

static bool
shows_names(const struct logs_view *v)
{
	return v->several || !v->workload;
}

/* Of the widest name of the lines [first, end), with the blank behind it; no more than a third. */
static int
name_columns(const struct logs_view *v, size_t first, size_t end, int width)
{
	int widest = 0;

	for (size_t i = first; shows_names(v) && i < end; i++) {
		struct buf name;
		int columns;

		buf_init(&name, COPY_BYTES_MAX);
		name_of(v, line_at(v, i), &name);
		columns = text_columns(buf_str(&name)) + 1;
		widest = columns > widest ? columns : widest;
		buf_clear(&name);
	}
	return widest < width / 3 ? widest : width / 3;
}

/* Where a line's own text begins. */
static int
text_column(const struct logs_view *v)
{
	return 1 + (shows_stamps(v) ? STAMP_COLUMNS : 0) + v->names;
}

/* How many rows a line takes. */
static int
rows_of(const struct logs_view *v, const struct log_line *line, int width)
{
	const char *payload = untrusted_raw(&line->payload);
	int columns = width - text_column(v);

	return v->unwrapped || columns < 1 ? 1 : canvas_wrapped_rows(payload, columns);
}

/* "HH:MM:SS"; "" when the line has no time. */
static void
stamp_of(const struct log_line *line, char out[16])
{
	time_t seconds = (time_t)(line->at / 1000);
	struct tm tm;

	out[0] = '\0';
	if (line->at > 0 && localtime_r(&seconds, &tm))
		strftime(out, 16, "%H:%M:%S", &tm);
}

static void
draw_name(const struct logs_view *v, struct canvas *c, int row, int at, const struct log_line *line)
{
	struct buf name;
	char *shown;

	buf_init(&name, COPY_BYTES_MAX);
	name_of(v, line, &name);
	shown = cut_text(buf_str(&name), v->names - 1, CUT_MIDDLE);
	canvas_at(c, row, at);
	canvas_bytes(c, STYLE_KEY, shown, 0);
	free(shown);
	buf_clear(&name);
}

/* All of it in as many rows as it needs, or one row of what is not scrolled away. */
static void
draw_payload(const struct logs_view *v, struct canvas *c, int row, const char *payload)
{
	size_t length = strlen(payload), at = 0;
	int column = text_column(v), columns = c->width - column;

	if (v->unwrapped && v->sideways > 0)
		at = text_fitting(payload, length, v->sideways);
	do {
		size_t end = v->unwrapped || columns < 1 ? length : at + text_fitting(payload + at, length - at, columns);

		canvas_at(c, row++, column);
		found_draw(c, STYLE_NORMAL, STYLE_NEW_MARK, payload, at, end, v->find.text);
		at = end;
	} while (at < length && row < c->height);
}

static void
draw_line(const struct logs_view *v, struct canvas *c, int row, const struct log_line *line,
	  bool found)
{
	if (found) {
		canvas_at(c, row, 0);
		canvas_glyph(c, STYLE_KEY, GLYPH_CLOSED);
	}
	if (shows_stamps(v)) {
		char stamp[16];

		stamp_of(line, stamp);
		canvas_at(c, row, 1);
		canvas_ours(c, STYLE_DIM, stamp);
	}
	if (v->names > 1)
		draw_name(v, c, row, text_column(v) - v->names, line);
	draw_payload(v, c, row, untrusted_raw(&line->payload));
}

/* Whether more comes, and what one sees of it. */
static void
draw_state(const struct logs_view *v, struct ui *ui, struct canvas *c)
{
	if (logs_error(v->logs)->kind != ERROR_NONE)
		canvas_bytes(c, STYLE_DANGER, logs_error(v->logs)->text, 0);
	else if (v->held)
		canvas_ours(c, STYLE_WARN, ui_keyed(ui, _("paused; {hold} resumes")));
	else if (v->bottom > 0)
		canvas_format(c, STYLE_WARN, ui_keyed(ui, ngettext("%zu newer line below; {last} follows",
								   "%zu newer lines below; {last} follows",
								   v->bottom)), v->bottom);
	else
		canvas_ours(c, STYLE_DIM, _("following"));
}

static void
draw_foot(const struct logs_view *v, struct ui *ui, struct canvas *c, int row)
{
	canvas_at(c, row, 1);
	if (v->finding) {
		canvas_ours(c, STYLE_DIM, _("Find"));
		canvas_ours(c, STYLE_DIM, "  ");
		field_draw(&v->find, c, c->width > 44 ? 40 : c->width - 8, true);
		return;
	}
	draw_state(v, ui, c);
	if (*v->find.text) {
		canvas_ours(c, STYLE_KEY, is_filtered(v) ? _("   only / ") : "   / ");
		canvas_bytes(c, STYLE_DIM, v->find.text, 0);
	}
}

/* The lines [first, end) are those that are seen: up to the last one as many as have room. */
static void
seen(const struct logs_view *v, size_t *first, size_t *end)
{
	size_t count = count_lines(v);
	int room = (int)v->rows;

	*end = count > v->bottom ? count - v->bottom : 0;
	*first = *end;
	while (*first > 0) {
		int rows = rows_of(v, line_at(v, *first - 1), v->width);

		if (rows > room && *first < *end)
			break;
		room -= rows;
		--*first;
		if (room <= 0)
			break;
	}
}

/* How many lines from the oldest on have room. */
static size_t
count_oldest(const struct logs_view *v)
{
	size_t count = count_lines(v), i = 0;
	int room = (int)v->rows;

	while (i < count && (i == 0 || room >= rows_of(v, line_at(v, i), v->width)))
		room -= rows_of(v, line_at(v, i++), v->width);
	return i;
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	struct logs_view *v = (struct logs_view *)view;
	size_t count, first, end;
	struct canvas lines = canvas_part(canvas, 0, 0, canvas->height > 1 ? canvas->height - 1 : 1, canvas->width);
	int row = 0;

	keep_lines(v);
	count = count_lines(v);
	v->rows = (size_t)lines.height;
	v->narrow = canvas->width < NARROW_COLUMNS;
	v->width = canvas->width;
	v->names = 0;
	seen(v, &first, &end);
	v->names = name_columns(v, first, end, canvas->width);
	seen(v, &first, &end);
	for (size_t i = first; i < end && row < lines.height; i++) {
		draw_line(v, &lines, row, line_at(v, i), v->found && i + 1 == end);
		row += rows_of(v, line_at(v, i), v->width);
	}
	if (count == 0 && is_filtered(v) && logs_count(v->logs) > 0) {
		canvas_at(canvas, 0, 1);
		canvas_ours(canvas, STYLE_DIM, ui_keyed(ui, _("No line has that text; {only} shows all.")));
	} else if (count == 0 && logs_error(v->logs)->kind != ERROR_NONE) {
		canvas_at(canvas, 0, 1);
		canvas_paragraph(canvas, STYLE_DANGER, logs_error(v->logs)->text, canvas->height - 2);
	} else if (count == 0) {
		canvas_at(canvas, 0, 1);
		canvas_ours(canvas, STYLE_DIM, logs_was_read(v->logs) ? _("Nothing was written yet.")
								      : _("Reading the logs …"));
	}
	draw_foot(v, ui, canvas, canvas->height - 1);
	if (v->bottom > 0)	/* else the numbers would run with the lines */
		ui_in_sight(ui, &(struct viewport){first, end - first, count});
}

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	const struct logs_view *v = (const struct logs_view *)view;

	(void)ui;
	if (v->container)
		snprintf(out, size, _("%.60s of %.60s in %.60s"), v->container, v->workload, v->env);
	else
		snprintf(out, size, _("%.60s in %.60s"), v->workload ? v->workload : _("all workloads"),
			 v->env);
}

/* --- keys --- */

static bool
has_container(const struct logs_view *v, const char *name)
{
	for (size_t i = 0; i < v->container_count; i++)
		if (strcmp(v->containers[i], name) == 0)
			return true;
	return false;
}

static void
add_container(struct logs_view *v, const char *name)
{
	if (*name && v->container_count < CONTAINERS_MAX && !has_container(v, name))
		v->containers[v->container_count++] = xstrdup(name);
}

static void
drop_containers(struct logs_view *v)
{
	while (v->container_count > 0)
		free(v->containers[--v->container_count]);
}

/* Whether the line's workload has lines of another container before it. */
static bool
is_of_another(const struct logs *logs, size_t i)
{
	const struct log_line *line = logs_line(logs, i);

	for (size_t k = i; k-- > 0;)
		if (untrusted_equal(&logs_line(logs, k)->workload, &line->workload))
			return !untrusted_equal(&logs_line(logs, k)->container, &line->container);
	return false;
}

/* Which containers there are to be told apart. */
static void
learn_containers(struct logs_view *v)
{
	size_t count = logs_count(v->logs);

	v->several = false;
	for (size_t i = 0; i < count; i++) {
		if (v->workload)
			add_container(v, untrusted_raw(&logs_line(v->logs, i)->container));
		v->several = v->several || is_of_another(v->logs, i);
	}
}

/* Lines that came while one reads further up, or looks at what was found, do not move that;
 * unless there are so many that it has gone. */
static void
stay(struct logs_view *v, size_t count, uint64_t more)
{
	if (v->bottom == 0 && !v->found)
		return;
	if (more < count && v->bottom < count - more) {
		v->bottom += more;
	} else {
		v->bottom = count > 0 ? count - 1 : 0;
		v->found = false;
	}
}

static void
changed(struct view *view, struct ui *ui)
{
	struct logs_view *v = (struct logs_view *)view;
	size_t was;

	(void)ui;
	if (logs_revision(v->logs) == v->revision)
		return;
	was = count_lines(v);
	keep_lines(v);
	stay(v, count_lines(v), is_filtered(v) ? (v->kept_count > was ? v->kept_count - was : 0)
					      : logs_appended(v->logs) - v->appended);
	v->revision = logs_revision(v->logs);
	v->appended = logs_appended(v->logs);
	learn_containers(v);
}

static void
scroll_by(struct logs_view *v, long by)
{
	long to = (long)v->bottom + by, most = (long)count_lines(v) - (long)count_oldest(v);

	v->found = false;
	v->bottom = to < 0 || most < 0 ? 0 : (size_t)(to > most ? most : to);
}

/* The next line that has the text, older (1) or newer (-1), from the last one that is seen or,
 * when `beyond`, from the one behind that. */
static void
find_line(struct logs_view *v, struct ui *ui, int step, bool beyond)
{
	long count = (long)count_lines(v), i = count - 1 - (long)v->bottom - (beyond ? step : 0);

	if (!*v->find.text) {
		ui_say(ui, _("/ asks what to find."));
		return;
	}
	for (; i >= 0 && i < count; i -= step) {
		if (strcasestr(untrusted_raw(&line_at(v, (size_t)i)->payload), v->find.text)) {
			v->bottom = (size_t)(count - 1 - i);
			v->found = true;
			return;
		}
	}
	ui_say(ui, step > 0 ? _("No older line has \"%s\".") : _("No newer line has \"%s\"."), v->find.text);
}

static void
next_workload(struct logs_view *v, struct ui *ui)
{
	const struct world_environment *e =
		world_environment(session_world(ui_session(ui)), v->org, v->app, v->env);
	const char *next = NULL, *module;
	bool take = v->workload == NULL;
	json_t *body;

	if (!e || !e->set) {
		ui_say(ui, _("The workloads of %s are not known."), v->env);
		return;
	}
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
	drop_containers(v);
	reopen(v, ui);
}

/* Those that are to run, also when they have not written anything. */
static void
add_containers_of_set(struct logs_view *v, struct ui *ui)
{
	const struct world_environment *e =
		world_environment(session_world(ui_session(ui)), v->org, v->app, v->env);
	json_t *spec = e && e->set ? json_object_get(set_module(e->set, v->workload), "spec") : NULL;
	const char *name;
	json_t *body;

	json_object_foreach(json_object_get(spec, "containers"), name, body)
		add_container(v, name);
}

static void
next_container(struct logs_view *v, struct ui *ui)
{
	size_t next = 0;

	if (!v->workload) {
		ui_say(ui, _("These are all workloads; {pane} leads to one of them."));
		return;
	}
	add_containers_of_set(v, ui);
	if (v->container_count < 2 && !v->container) {
		ui_say(ui, _("%s has one container only."), v->workload);
		return;
	}
	while (v->container && next < v->container_count && strcmp(v->containers[next++], v->container) != 0)
		;
	free(v->container);
	v->container = next < v->container_count ? xstrdup(v->containers[next]) : NULL;
	reopen(v, ui);
}

static void
turn_stamps(struct logs_view *v)
{
	v->stamps = shows_stamps(v) ? STAMPS_HIDDEN : STAMPS_SHOWN;
}

/* As it is seen, but whole. */
static void
add_words(const struct logs_view *v, struct buf *out, const struct log_line *line)
{
	char stamp[16], *shown;
	struct buf words;

	buf_init(&words, COPY_BYTES_MAX);
	stamp_of(line, stamp);
	if (shows_stamps(v) && *stamp)
		(void)buf_printf(&words, "%s ", stamp);
	if (shows_names(v)) {
		name_of(v, line, &words);
		(void)buf_puts(&words, " ");
	}
	(void)buf_puts(&words, untrusted_raw(&line->payload));
	shown = text_printable(buf_str(&words));
	(void)buf_printf(out, "%s\n", shown);
	free(shown);
	buf_clear(&words);
}

static void
copy(const struct logs_view *v, struct ui *ui)
{
	size_t first, end;
	struct buf words;

	seen(v, &first, &end);
	if (first == end) {
		ui_say(ui, _("There is nothing to copy: nothing was written."));
		return;
	}
	buf_init(&words, COPY_BYTES_MAX);
	for (size_t i = v->found ? end - 1 : first; i < end; i++)
		add_words(v, &words, line_at(v, i));
	if (v->found) {
		char *line = xstrndup(buf_str(&words), strlen(buf_str(&words)) - 1);

		ui_copy(ui, _("the line that was found"), line);
		free(line);
	} else {
		ui_copy(ui, _("the lines that are seen"), buf_str(&words));
	}
	buf_clear(&words);
}

/* --- to a file --- */

static void
turn_only(struct logs_view *v, struct ui *ui)
{
	if (!*v->find.text) {
		ui_say(ui, _("Find a text first: {find}."));
		return;
	}
	v->only = !v->only;
	v->bottom = 0;
	v->found = false;
	keep_lines(v);
}

static void
turn_wrap(struct logs_view *v, struct ui *ui)
{
	v->unwrapped = !v->unwrapped;
	v->sideways = 0;
	ui_say(ui, v->unwrapped ? _("One row for each line; Left and Right scroll.") : _("Long lines wrap."));
}

static void
scroll_sideways(struct logs_view *v, struct ui *ui, int by)
{
	if (!v->unwrapped) {
		ui_say(ui, _("Lines are wrapped; {wrap} shows a row of each."));
		return;
	}
	v->sideways += by;
	if (v->sideways < 0)
		v->sideways = 0;
}

/* A file that nobody else can read, and that was not there. */
static int
write_lines(const struct logs_view *v, const char *path, size_t *count, struct error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	bool failed;

	if (!file) {
		if (fd >= 0)
			close(fd);
		return error_set(err, ERROR_INPUT, "%s: %s", path, strerror(errno));
	}
	*count = count_lines(v);
	for (size_t i = 0; i < *count; i++) {
		struct buf words;

		buf_init(&words, COPY_BYTES_MAX);
		add_words(v, &words, line_at(v, i));
		fputs(buf_str(&words), file);
		buf_clear(&words);
	}
	failed = ferror(file) != 0;
	if (fclose(file) != 0 || failed) {
		(void)error_set(err, ERROR_INPUT, "%s: %s", path, strerror(errno));
		unlink(path);
		return -1;
	}
	return 0;
}

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

/* The view is there as long as the question is. */
static void
keep_view(void *data)
{
	(void)data;
}

static void
save(struct logs_view *v, struct ui *ui)
{
	char *name = xasprintf("%s%s%s.log", v->env, v->workload ? "-" : "", v->workload ? v->workload : "");
	struct prompt prompt = {
		.title = N_("Save"), .label = N_("File"), .initial = name,
		.note = N_("The lines as they are shown, whole, in a file that only you can read."),
		.check = check_path, .done = save_to, .drop = keep_view, .data = v,
	};

	if (count_lines(v) == 0)
		ui_say(ui, _("There is nothing to save: nothing was written."));
	else
		ui_push(ui, prompt_view_new(&prompt));
	free(name);
}

static void
act(struct view *view, struct ui *ui, enum action action)
{
	struct logs_view *v = (struct logs_view *)view;
	size_t first, end;
	long page;

	seen(v, &first, &end);
	page = end - first > 1 ? (long)(end - first) - 1 : 1;

	switch (action) {
	case ACTION_BACK:
		if (v->finding)
			v->finding = false;
		else
			ui_pop(ui);
		break;
	case ACTION_HOLD: v->held = !v->held; logs_hold(v->logs, v->held); break;
	case ACTION_PANE: next_workload(v, ui); break;
	case ACTION_CONTAINER: next_container(v, ui); break;
	case ACTION_STAMPS: turn_stamps(v); break;
	case ACTION_COPY: copy(v, ui); break;
	case ACTION_SAVE: save(v, ui); break;
	case ACTION_ONLY: turn_only(v, ui); break;
	case ACTION_WRAP: turn_wrap(v, ui); break;
	case ACTION_LEFT: scroll_sideways(v, ui, -SIDEWAYS_STEP); break;
	case ACTION_RIGHT: scroll_sideways(v, ui, SIDEWAYS_STEP); break;
	case ACTION_FIND: v->finding = true; break;
	case ACTION_NEXT: find_line(v, ui, 1, true); break;
	case ACTION_PREVIOUS: find_line(v, ui, -1, true); break;
	case ACTION_LAST: scroll_by(v, -(long)v->bottom); break;
	case ACTION_FIRST: scroll_by(v, (long)logs_count(v->logs)); break;
	case ACTION_UP: scroll_by(v, 1); break;
	case ACTION_DOWN: scroll_by(v, -1); break;
	case ACTION_PAGE_UP: scroll_by(v, page); break;
	case ACTION_PAGE_DOWN: scroll_by(v, -page); break;
	default: break;
	}
}

static bool
type(struct view *view, struct ui *ui, int key)
{
	struct logs_view *v = (struct logs_view *)view;

	if (!v->finding && key == 27 && *v->find.text) {
		field_set(&v->find, "");
		v->found = v->only = false;
		return true;
	}
	if (!v->finding)
		return false;
	if (key == '\r') {
		v->finding = false;
		find_line(v, ui, 1, false);
		return true;
	}
	if (!field_type(&v->find, key))
		return false;
	keep_lines(v);
	if (is_filtered(v))
		v->bottom = 0;
	return true;
}

static void
close_view(struct view *view)
{
	struct logs_view *v = (struct logs_view *)view;

	logs_close(v->logs);
	free(v->org);
	free(v->app);
	free(v->env);
	free(v->workload);
	free(v->container);
	drop_containers(v);
	free(v->kept);
	free(v);
}

static bool
can(const struct view *view, struct ui *ui, enum action action)
{
	const struct logs_view *v = (const struct logs_view *)view;

	(void)ui;
	switch (action) {
	case ACTION_ONLY: return *v->find.text != '\0';
	case ACTION_SAVE:
	case ACTION_COPY: return count_lines(v) > 0;
	case ACTION_LAST: return v->bottom > 0;
	default: return true;
	}
}

static const struct key *
bar(const struct view *view, struct ui *ui)
{
	(void)ui;
	return ((const struct logs_view *)view)->finding ? ui_finding_keys : NULL;
}

const struct view_ops logs_view_ops = {
	.bar = bar, .can = can,
	.title = N_("Logs"), .keys = keys, .draw = draw, .subject = subject, .act = act,
	.type = type, .changed = changed, .close = close_view,
};

struct view *
logs_view_new(struct ui *ui, const char *org, const char *app, const char *env, const char *workload)
{
	struct logs_view *v = xcalloc(1, sizeof(*v));

	v->view.ops = &logs_view_ops;
	v->org = xstrdup(org);
	v->app = xstrdup(app);
	v->env = xstrdup(env);
	v->workload = workload ? xstrdup(workload) : NULL;
	reopen(v, ui);
	return &v->view;
}
