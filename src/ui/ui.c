/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop of the screen: wait, take keys, let the views react, draw once.  Views are a stack;
 * the top one gets the keys and is drawn.  What a view wants done to the stack is done at the
 * end of the turn, so no view is freed inside its own call.
 */
#include "config.h"

#include "ui/ui.h"

#include <curses.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/flow.h"
#include "flow/session.h"
#include "flow/words.h"
#include "flow/world.h"
#include "ui/canvas.h"
#include "ui/crash.h"
#include "ui/escapes.h"
#include "ui/gestures.h"
#include "ui/keys.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/operation.h"
#include "ui/widgets/viewport.h"

#define VIEWS_MAX 12
#define STRIPE_COLUMNS 24
#define AGES_MS 1000		/* how old the ages on the screen may be while something else wakes us */
#define ANIMATION_MS 200
#define CALM_MS 1000		/* the same with reduced motion */

struct ui {
	struct session *session;
	const struct ui_options *options;
	struct view *views[VIEWS_MAX];
	size_t count;
	struct view *closing[VIEWS_MAX];
	size_t closing_count;
	char message[768];
	enum style message_style;
	bool dirty, quit, ascii, beside;
	enum action unanswered;	/* of the last key: does the picture change by it? */
	bool unfocused;		/* the person looks at another window */
	size_t running;		/* operations, in the turn before */
	int64_t drawn_at;
	enum world_link link;	/* in the turn before */
	bool said_link;		/* the message is why there is none */
	struct viewport in_sight;	/* of what the view on top shows */
};

struct session *
ui_session(struct ui *ui)
{
	return ui->session;
}

bool
ui_ascii(const struct ui *ui)
{
	return ui->ascii;
}

bool
ui_beside(const struct ui *ui)
{
	return ui->beside;
}

void
ui_set_beside(struct ui *ui, bool beside)
{
	ui->beside = beside;
}

void
ui_in_sight(struct ui *ui, const struct viewport *part)
{
	ui->in_sight = *part;
}

const struct view *
ui_top(const struct ui *ui)
{
	return ui->count ? ui->views[ui->count - 1] : NULL;
}

void
ui_push(struct ui *ui, struct view *view)
{
	if (ui->count == VIEWS_MAX) {
		view->ops->close(view);
		ui_say(ui, _("Too many screens are open; go back first."));
		return;
	}
	ui->views[ui->count++] = view;
	ui->dirty = true;
	if (view->ops->unseen_keys_dropped)
		terminal_drop_keys();
}

void
ui_pop(struct ui *ui)
{
	if (ui->count <= 1)
		return;
	ui->closing[ui->closing_count++] = ui->views[--ui->count];
	ui->dirty = true;
}

void
ui_replace(struct ui *ui, struct view *view)
{
	ui_pop(ui);
	ui_push(ui, view);
}

void
ui_say(struct ui *ui, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ui->message, sizeof(ui->message), format, args);
	va_end(args);
	ui->said_link = false;
	ui->message_style = STYLE_WARN;
	ui->dirty = true;
}

void
ui_say_error(struct ui *ui, const struct error *err)
{
	ui_say(ui, "%.760s", err->text);
	ui->message_style = STYLE_DANGER;
}

void
ui_copy(struct ui *ui, const char *what, const char *text)
{
	struct error err = {0};

	if (escapes_copy(text, &err) != 0)
		ui_say_error(ui, &err);
	else
		ui_say(ui, _("Copied %s: %.*s"), what, (int)strcspn(text, "\n"), text);
}

void
ui_quit(struct ui *ui)
{
	ui->quit = true;
}

static size_t
count_running(const struct ui *ui)
{
	size_t n = 0;

	for (size_t i = 0; i < session_flow_count(ui->session); i++)
		n += flow_state(session_flow(ui->session, i)) == FLOW_RUNNING;
	return n;
}

const struct ui_contexts *
ui_contexts(const struct ui *ui)
{
	return ui->options->contexts;
}

int
ui_go_to_context(struct ui *ui, size_t context, struct error *err)
{
	if (count_running(ui) > 0)
		return error_set(err, ERROR_CONFLICT,
				 _("An operation runs here (p shows it); go elsewhere when it has ended."));
	ui->options->contexts->next = (int)context;
	ui->quit = true;
	return 0;
}

static void
close_pending(struct ui *ui)
{
	while (ui->closing_count > 0) {
		struct view *view = ui->closing[--ui->closing_count];

		view->ops->close(view);
	}
}

/* --- drawing --------------------------------------------------------------------------- */

static void
link_words(const struct ui *ui, bool whole, char *out, size_t size)
{
	const struct world *world = session_world(ui->session);
	char latency[16] = "";

	if (world->link == WORLD_OFFLINE)
		snprintf(out, size, "%s", whole ? _("OFFLINE: what you see is old") : _("OFFLINE"));
	else if (world->link == WORLD_CONNECTING)
		snprintf(out, size, "%s", _("connecting"));
	else {
		if (world->latency_ms >= 0 && world->latency_ms < 1000)
			snprintf(latency, sizeof(latency), "%d ms", (int)world->latency_ms);
		else if (world->latency_ms >= 0)
			clock_duration(latency, world->latency_ms);
		snprintf(out, size, "%s", latency);
	}
}

/* Parts of the header, with a dot between them. */
static void
add_part(const struct ui *ui, char *line, size_t size, const char *part)
{
	size_t length = strlen(line);

	if (*part)
		snprintf(line + length, size - length, "%s%s%s%.60s", length ? " " : "",
			 length ? theme_glyph(GLYPH_MIDDLE, ui->ascii) : "", length ? " " : "", part);
}

static void
draw_subject(struct ui *ui, struct canvas *bar)
{
	const struct view *top = ui_top(ui);
	char subject[256] = "";

	canvas_ours(bar, STYLE_BAR, _(top->ops->title));
	if (top->ops->subject)
		top->ops->subject(top, ui, subject, sizeof(subject));
	if (!*subject)
		return;
	canvas_ours(bar, STYLE_BAR, " ");
	canvas_glyph(bar, STYLE_BAR, GLYPH_CLOSED);
	canvas_ours(bar, STYLE_BAR, " ");
	canvas_bytes(bar, STYLE_BAR, subject, 0);
}

static enum style
stripe_of(const struct ui *ui)
{
	const struct ui_contexts *contexts = ui->options->contexts;

	return contexts ? contexts->items[contexts->here].stripe : STYLE_COUNT;
}

/* What stands on the right where there is room for it; the rest stands there always. */
enum { PART_CLONES = 1, PART_USER = 2, PART_LINK = 4 };

/* The platform, what may be done there, and what goes on; and of the others those of `parts`. */
static void
list_parts(struct ui *ui, char *right, size_t size, unsigned parts)
{
	const struct world *world = session_world(ui->session);
	size_t running = count_running(ui);
	char running_words[64] = "", clones[64] = "", link[80] = "";

	if (running > 0)
		snprintf(running_words, sizeof(running_words),
			 ngettext("%zu operation runs", "%zu operations run", running), running);
	if (parts & PART_LINK || world->link == WORLD_OFFLINE)
		link_words(ui, parts & PART_LINK, link, sizeof(link));
	if (parts & PART_CLONES)
		words_of_clones(clones, sizeof(clones), world, clock_wall_ms());
	right[0] = '\0';
	if (stripe_of(ui) == STYLE_COUNT)
		add_part(ui, right, size, session_context(ui->session));
	add_part(ui, right, size, parts & PART_USER ? untrusted_raw(&world->user) : "");
	add_part(ui, right, size, session_read_only(ui->session) ? _("read-only") : "");
	add_part(ui, right, size, session_all_protected(ui->session) ? _("protected") : "");
	add_part(ui, right, size, clones);
	add_part(ui, right, size, running_words);
	add_part(ui, right, size, link);
}

/* Whoever works with several platforms sees at once which one this is. */
static bool
draw_stripe(const struct ui *ui, struct canvas *bar)
{
	enum style stripe = stripe_of(ui);

	if (stripe == STYLE_COUNT)
		return false;
	canvas_at(bar, 0, 0);
	canvas_ours(bar, stripe, " ");
	canvas_bytes(bar, stripe, session_context(ui->session), STRIPE_COLUMNS);
	canvas_ours(bar, stripe, " ");
	canvas_ours(bar, STYLE_BAR, " ");
	return true;
}

static void
draw_header(struct ui *ui, struct canvas *screen)
{
	static const unsigned fewer[] = {
		PART_CLONES | PART_USER | PART_LINK, PART_USER | PART_LINK, PART_LINK, 0,
	};
	const struct world *world = session_world(ui->session);
	struct canvas bar = canvas_part(screen, 0, 0, 1, screen->width), left;
	char right[320];
	int width;

	canvas_fill_row(&bar, STYLE_BAR);
	canvas_at(&bar, 0, 1);
	if (!draw_stripe(ui, &bar) && bar.width >= 60)
		canvas_ours(&bar, STYLE_BAR_STRONG, "sidestage   ");
	/* Rather the subject is cut than that nobody knows where they are. */
	list_parts(ui, right, sizeof(right), 0);
	width = text_columns(right);
	left = bar;
	left.width -= width ? width + 2 : 0;
	draw_subject(ui, &left);
	for (size_t i = 0; i < sizeof(fewer) / sizeof(fewer[0]); i++) {
		list_parts(ui, right, sizeof(right), fewer[i]);
		width = text_columns(right);
		if (left.column + width + 2 < bar.width)
			break;
	}
	canvas_at(&bar, 0, bar.width - width - 1);
	canvas_bytes(&bar, world->link == WORLD_OFFLINE ? STYLE_BAR_STRONG : STYLE_BAR, right, 0);
}

/* The way to all keys is always there, however few of them fit. */
static int
draw_help_key(const struct ui *ui, struct canvas *bar)
{
	const char *key = NULL;
	int width;

	for (const struct key *k = ui_common_keys(ui); k->key && !key; k++)
		key = k->action == ACTION_HELP ? k->shown : NULL;
	if (!key || ui_top(ui)->ops->takes_text)
		return 0;
	width = text_columns(_("help")) + text_columns(key) + 2;
	canvas_at(bar, 0, bar->width - width);
	canvas_ours(bar, STYLE_KEY, key);
	canvas_ours(bar, STYLE_DIM, " ");
	canvas_ours(bar, STYLE_DIM, _("help"));
	return width + 1;
}

static void
draw_key_bar(const struct ui *ui, struct canvas *bar)
{
	const struct key *keys = ui_keys(ui, ui_top(ui)->ops);

	bar->width -= draw_help_key(ui, bar);
	canvas_at(bar, 0, 1);
	for (; keys->key; keys++) {
		const char *gap = bar->column > 1 ? "  " : "";
		int needs;

		if (!keys->label || !keys->shown || keys->key == '?')
			continue;
		needs = text_columns(gap) + text_columns(keys->shown) + 1 + text_columns(_(keys->label));
		if (bar->column + needs >= bar->width)
			return;
		canvas_ours(bar, STYLE_DIM, gap);
		canvas_ours(bar, STYLE_KEY, keys->shown);
		canvas_ours(bar, STYLE_DIM, " ");
		canvas_ours(bar, STYLE_DIM, _(keys->label));
	}
}

static void
draw_too_small(struct canvas *screen)
{
	canvas_at(screen, screen->height / 2, 0);
	canvas_format(screen, STYLE_WARN, _("This terminal is too small: %dx%d, needs %dx%d."),
		      screen->width, screen->height, TERMINAL_MIN_COLUMNS, TERMINAL_MIN_ROWS);
}

/* As many lines as the sentence needs, up to four, over the end of what the view drew. */
static void
draw_message(const struct ui *ui, struct canvas *screen)
{
	int width = screen->width - 2;
	int rows = (text_columns(ui->message) + width / 8) / width + 1;
	struct canvas part;

	if (rows > 4)
		rows = 4;
	part = canvas_part(screen, LINES - 1 - rows, 0, rows, screen->width);
	for (int row = 0; row < rows; row++) {
		canvas_at(&part, row, 0);
		canvas_fill_row(&part, STYLE_NORMAL);
	}
	part = canvas_part(&part, 0, 1, rows, width);
	canvas_paragraph(&part, ui->message_style, ui->message, rows);
}

static void
draw_foot_rule(const struct ui *ui, struct canvas *line)
{
	canvas_rule(line, 0);
	viewport_draw(&ui->in_sight, line, 0);
}

static void
show_title(struct ui *ui)
{
	const struct view *top = ui_top(ui);
	char subject[256] = "";
	char *title;

	if (top->ops->subject)
		top->ops->subject(top, ui, subject, sizeof(subject));
	title = xasprintf("sidestage: %s%s%s", _(top->ops->title), *subject ? " " : "", subject);
	escapes_title(title);
	free(title);
}

static struct canvas
view_canvas(const struct ui *ui)
{
	struct canvas screen = {.height = LINES, .width = COLS, .ascii = ui->ascii};

	return canvas_part(&screen, 1, 0, LINES - 3, COLS);
}

static bool
is_too_small(void)
{
	return LINES < TERMINAL_MIN_ROWS || COLS < TERMINAL_MIN_COLUMNS;
}

/* A key that changed nothing says why: it is the end of something. */
static void
answer(struct ui *ui)
{
	static const enum action back[] = {ACTION_UP, ACTION_LEFT, ACTION_PAGE_UP, ACTION_FIRST,
					   ACTION_PREVIOUS};
	static const enum action forward[] = {ACTION_DOWN, ACTION_RIGHT, ACTION_PAGE_DOWN, ACTION_LAST,
					      ACTION_NEXT};
	enum action action = ui->unanswered;

	ui->unanswered = ACTION_NONE;
	if (action == ACTION_NONE || ui->message[0] || canvas_differs(1, LINES - 3))
		return;
	for (size_t i = 0; i < sizeof(back) / sizeof(back[0]); i++) {
		if (action == back[i])
			ui_say(ui, _("This is the beginning."));
		else if (action == forward[i])
			ui_say(ui, _("This is the end."));
	}
	if (!ui->message[0])
		ui_say(ui, _("It is so already."));
}

static void
draw(struct ui *ui)
{
	struct canvas screen = {.height = LINES, .width = COLS, .ascii = ui->ascii};
	const struct view *top = ui_top(ui);
	struct canvas part;

	canvas_begin();
	if (is_too_small()) {
		draw_too_small(&screen);
	} else {
		draw_header(ui, &screen);
		part = view_canvas(ui);
		ui->in_sight = (struct viewport){0};
		top->ops->draw(top, ui, &part);
		answer(ui);
		part = canvas_part(&screen, LINES - 2, 0, 1, COLS);
		if (ui->message[0])
			draw_message(ui, &screen);
		else
			draw_foot_rule(ui, &part);
		part = canvas_part(&screen, LINES - 1, 0, 1, COLS);
		draw_key_bar(ui, &part);
	}
	canvas_end();
	show_title(ui);
	ui->dirty = false;
	ui->drawn_at = clock_steady_ms();
	if (top->ops->drawn)
		top->ops->drawn(ui->views[ui->count - 1], ui);
}

/* --- keys ------------------------------------------------------------------------------ */

static enum action
find_action(const struct key *keys, int key)
{
	for (; keys->key; keys++)
		if (keys->key == key)
			return keys->action;
	return ACTION_NONE;
}

static void
do_common(struct ui *ui, enum action action)
{
	if (action == ACTION_PALETTE)
		ui_push(ui, palette_view_new(ui, ui_top(ui)));
	else if (action == ACTION_HELP)
		ui_push(ui, help_view_new(ui_top(ui)));
	else if (action == ACTION_QUIT)
		ui->quit = true;
	else if (action == ACTION_REDRAW)
		clearok(curscr, TRUE);
	else if (action == ACTION_SUSPEND)
		terminal_suspend();
}

void
ui_refresh(struct ui *ui)
{
	session_refresh(ui->session);
	ui_say(ui, _("Everything is read again."));
}

const struct key *
ui_keys(const struct ui *ui, const struct view_ops *view)
{
	return bindings_keys(ui->options->bindings, view);
}

const struct key *
ui_common_keys(const struct ui *ui)
{
	return bindings_common(ui->options->bindings);
}

void
ui_do(struct ui *ui, enum action action)
{
	struct view *top = ui->views[ui->count - 1];

	for (const struct key *k = ui_common_keys(ui); k->key; k++) {
		if (k->action == action) {
			do_common(ui, action);
			return;
		}
	}
	top->ops->act(top, ui, action);
}

static void
take_key(struct ui *ui, int key)
{
	struct view *top = ui->views[ui->count - 1];
	enum action action;

	ui->message[0] = '\0';
	ui->dirty = true;
	/* Common control keys work even in a field; the rest is text there. */
	if (key >= ' ' || find_action(ui_common_keys(ui), key) == ACTION_NONE)
		if (top->ops->type && top->ops->type(top, ui, key))
			return;
	action = find_action(ui_keys(ui, top->ops), key);
	if (action != ACTION_NONE) {
		ui->unanswered = action;
		top->ops->act(top, ui, action);
		return;
	}
	action = find_action(ui_common_keys(ui), key);
	if (action != ACTION_NONE)
		do_common(ui, action);
	else
		ui_say(ui, _("That key does nothing here.  ? lists the keys that do."));
}

/* What is no key.  false: it is one. */
static bool
take_event(struct ui *ui, int key)
{
	struct view *top = ui->views[ui->count - 1];
	struct canvas canvas = view_canvas(ui);

	ui->dirty = true;
	if (key == INPUT_PASTE || key == INPUT_CLICK)
		ui->message[0] = '\0';
	switch (key) {
	case INPUT_PASTE: gesture_paste(ui, top, input_pasted()); return true;
	case INPUT_CLICK:
		if (!is_too_small())
			gesture_click(ui, top, &canvas);
		return true;
	case INPUT_RELEASE:
		if (!is_too_small())
			gesture_release(ui, top, &canvas);
		return true;
	case INPUT_WHEEL_UP: gesture_wheel(ui, top, -1); return true;
	case INPUT_WHEEL_DOWN: gesture_wheel(ui, top, 1); return true;
	case INPUT_FOCUS_IN: ui->unfocused = false; return true;
	case INPUT_FOCUS_OUT: ui->unfocused = true; return true;
	case KEY_BASE + KEY_RESIZE: return true;
	default: return false;
	}
}

static void
take_keys(struct ui *ui)
{
	int key;

	while (!ui->quit && (key = terminal_key()) != -1) {
		if (key == -2) {
			ui->quit = true;
			return;
		}
		session_attend(ui->session);
		if (!take_event(ui, key))
			take_key(ui, key);
	}
}

static void
take_signals(struct ui *ui)
{
	struct terminal_signals signals = terminal_take_signals();

	if (signals.ended)
		ui->quit = true;
	if (signals.stopped)
		terminal_suspend();
	else if (signals.continued)
		terminal_take_again();
	ui->dirty = ui->dirty || signals.resized || signals.stopped || signals.continued;
}

static void
tell_views(struct ui *ui)
{
	for (size_t i = 0; i < ui->count; i++)
		if (ui->views[i]->ops->changed)
			ui->views[i]->ops->changed(ui->views[i], ui);
	ui->dirty = true;
}

/* Somebody who went to another window is called when an operation has ended. */
static void
ring(struct ui *ui)
{
	size_t running = count_running(ui);
	char subject[256], words[300];

	if (ui->unfocused && running < ui->running && session_flow_count(ui->session) > 0) {
		operation_words(session_flow(ui->session, 0), ui->ascii, subject, sizeof(subject));
		snprintf(words, sizeof(words), _("sidestage: ended: %s"), subject);
		escapes_bell(words);
	}
	ui->running = running;
}

/* "OFFLINE" alone leaves a person guessing; the reason is said once. */
static void
say_link(struct ui *ui)
{
	const struct world *world = session_world(ui->session);

	if (world->link == WORLD_OFFLINE && ui->link != WORLD_OFFLINE && !ui->message[0]) {
		ui_say_error(ui, &world->link_error);
		ui->said_link = true;
	} else if (world->link == WORLD_ONLINE && ui->said_link) {
		ui->message[0] = '\0';
	}
	ui->link = world->link;
}

static int
animation_ms(const struct ui *ui)
{
	return ui->options->reduced_motion ? CALM_MS : ANIMATION_MS;
}

static void
turn(struct ui *ui)
{
	int fds[] = {STDIN_FILENO, terminal_signal_fd()};
	bool ready[2] = {false, false};

	if (session_turn(ui->session, fds, ready, 2, count_running(ui) ? animation_ms(ui) : -1))
		tell_views(ui);
	if (ready[1])
		take_signals(ui);
	if (ready[0])
		take_keys(ui);
	ring(ui);
	say_link(ui);
	close_pending(ui);
	if (ui->dirty || clock_steady_ms() - ui->drawn_at >= (count_running(ui) ? animation_ms(ui) : AGES_MS))
		draw(ui);
}

int
ui_run(struct session *session, const struct ui_options *options, struct error *err)
{
	struct ui ui = {
		.session = session,
		.options = options,
		.ascii = options->ascii || !text_locale_is_utf8(),
		.dirty = true,
		.link = WORLD_CONNECTING,
	};

	if (options->contexts)
		options->contexts->next = -1;
	if (terminal_start(options->theme, !options->no_mouse, err) != 0)
		return -1;
	if (options->contexts && options->contexts->notice)
		ui_say(&ui, "%s", options->contexts->notice);
	ui.views[ui.count++] = board_view_new(options->org, options->app);
	flow_resume_all(session);
	tell_views(&ui);
	draw(&ui);
	crash_prepare();
	take_keys(&ui);
	while (!ui.quit)
		turn(&ui);
	while (ui.count > 0)
		ui.closing[ui.closing_count++] = ui.views[--ui.count];
	close_pending(&ui);
	terminal_stop();
	return 0;
}
