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
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/verbs/interrupted.h"
#include "flow/world/notes.h"
#include "flow/world/world.h"
#include "ui/canvas.h"
#include "ui/chrome.h"
#include "ui/crash.h"
#include "ui/escapes.h"
#include "ui/gestures.h"
#include "ui/keys.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/board.h"
#include "ui/views/help.h"
#include "ui/views/interrupted.h"
#include "ui/views/operation.h"
#include "ui/views/palette.h"

#define AGES_MS 1000 /* how old the ages on the screen may be while something else wakes us */
#define IDLE_AGES_MS 10000		/* the same when nobody has pressed a key for a while */
#define ANIMATION_MS 200
#define CALM_MS 1000		/* the same with reduced motion */

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

/* The soonest of all wishes counts. */
void
ui_draw_again(struct ui *ui, int64_t in_ms)
{
	int64_t at = clock_steady_ms() + in_ms;

	if (!ui->draw_again_at || at < ui->draw_again_at)
		ui->draw_again_at = at;
}

void
ui_view_changed(struct ui *ui)
{
	ui->dirty = true;
}

const struct view *
ui_top(const struct ui *ui)
{
	return ui->count ? ui->views[ui->count - 1] : NULL;
}

/* A stack that is too high closes what was to come instead of dropping something below. */
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

/* The last view stays: there is always one to draw. */
void
ui_pop(struct ui *ui)
{
	if (ui->count <= 1)
		return;
	ui->closing[ui->closing_count++] = ui->views[--ui->count];
	ui->unanswered = ACTION_NONE;
	ui->dirty = true;
}

void
ui_replace(struct ui *ui, struct view *view)
{
	ui_pop(ui);
	ui_push(ui, view);
}

/* The format's keys are put in first, so that a sentence names the key that is bound now. */
void
ui_say(struct ui *ui, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ui->message, sizeof(ui->message), ui_keyed(ui, format), args);
	va_end(args);
	ui->said_link = false;
	ui->message_style = STYLE_WARN;
	ui->dirty = true;
}

/* Only when it is still what stands there: somebody may have said something more important. */
void
ui_retract(struct ui *ui, const char *text)
{
	if (!ui->message[0] || strcmp(ui->message, ui_keyed(ui, text)) != 0)
		return;
	ui->message[0] = '\0';
	ui_draw_again(ui, 0);
}

/* The text may hold anything from the platform; canvas_paragraph() sanitises what is drawn. */
void
ui_say_error(struct ui *ui, const struct error *err)
{
	ui_say(ui, "%.760s", err->text);
	ui->message_style = STYLE_DANGER;
}

void
ui_offer_undo(struct ui *ui, const struct flow *flow)
{
	char words[256];

	operation_words(flow, ui->ascii, words, sizeof(words));
	ui_say(ui, _("Done: %s.  {undo} rolls it back."), words);
	ui->message_style = STYLE_OK;
	undo_offer_set(&ui->offer, flow);
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

/* What is only reviewed does not count: nothing of it was sent. */
size_t
ui_count_running(const struct ui *ui)
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

/* The caller of ui_run() opens the other platform; this screen only ends. */
int
ui_go_to_context(struct ui *ui, size_t context, struct error *err)
{
	if (ui_count_running(ui) > 0)
		return error_set(
			err, ERROR_CONFLICT,
			ui_keyed(ui, _("An operation runs here.  Switch when it has ended; {progress} on the board shows it.")));
	ui->options->contexts->next = (int)context;
	ui->quit = true;
	return 0;
}

/* A view may close itself or others while one of its functions runs. */
static void
close_pending(struct ui *ui)
{
	while (ui->closing_count > 0) {
		struct view *view = ui->closing[--ui->closing_count];

		view->ops->close(view);
	}
}

/* --- drawing --------------------------------------------------------------------------- */

/* Between the header and what is said; the same for drawing and for clicks. */
static struct canvas
view_canvas(const struct ui *ui)
{
	struct canvas screen = {.height = LINES, .width = COLS, .ascii = ui->ascii};

	/* A field that the message is about must not be below it. */
	return canvas_sub(&screen, 1, 0, LINES - 2 - chrome_message_rows(ui, COLS), COLS);
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
	static const enum action forward[] = {ACTION_DOWN, ACTION_RIGHT, ACTION_PAGE_DOWN,
					      ACTION_LAST, ACTION_NEXT};
	enum action action = ui->unanswered;

	ui->unanswered = ACTION_NONE;
	if (action == ACTION_NONE || ui->message[0] || ui_top(ui)->ops != ui->asked ||
	    canvas_differs(1, LINES - 3))
		return;
	for (size_t i = 0; i < sizeof(back) / sizeof(back[0]); i++) {
		if (action == back[i])
			ui_say(ui, _("This is the beginning."));
		else if (action == forward[i])
			ui_say(ui, _("This is the end."));
	}
	if (!ui->message[0])
		ui_say(ui, _("That key changed nothing here."));
}

/* What depends on the room is worked out when that or anything else has changed; not for each
 * picture of what moves. */
static void
fit(struct ui *ui, const struct canvas *part)
{
	struct view *top = ui->views[ui->count - 1];
	const uint64_t revision = session_world(ui->session)->revision;
	bool same_room = part->height == ui->fitted.height && part->width == ui->fitted.width;

	if (top->ops->fit && (ui->dirty || !same_room || revision != ui->fitted_revision))
		top->ops->fit(top, ui, part);
	ui->fitted = *part;
	ui->fitted_revision = revision;
}

/* The picture is made as a whole in ncurses' memory and sent once, by canvas_end(). */
static void
draw(struct ui *ui)
{
	struct canvas screen = {.height = LINES, .width = COLS, .ascii = ui->ascii};
	const struct view *top = ui_top(ui);
	struct canvas part;

	ui->draw_again_at = 0;
	canvas_begin();
	if (is_too_small()) {
		chrome_too_small(&screen);
	} else {
		chrome_header(ui, &screen);
		part = view_canvas(ui);
		fit(ui, &part);
		ui->in_sight = (struct viewport){0};
		top->ops->draw(top, ui, &part);
		answer(ui);
		part = canvas_sub(&screen, LINES - 2, 0, 1, COLS);
		if (ui->message[0])
			chrome_message(ui, &screen);
		else
			chrome_rule(ui, &part);
		part = canvas_sub(&screen, LINES - 1, 0, 1, COLS);
		chrome_keys(ui, &part);
	}
	canvas_end();
	chrome_title(ui);
	ui->dirty = false;
	ui->drawn_at = clock_steady_ms();
	if (top->ops->drawn)
		top->ops->drawn(ui->views[ui->count - 1], ui);
}

/* --- keys ------------------------------------------------------------------------------ */

/* The first row wins, as in the table that a person reads. */
static enum action
find_action(const struct key *keys, int key)
{
	for (; keys->key; keys++)
		if (keys->key == key)
			return keys->action;
	return ACTION_NONE;
}

static void
run_palette(struct view *view, struct ui *ui)
{
	ui_push(ui, palette_view_new(ui, view));
}

static void
run_help(struct view *view, struct ui *ui)
{
	ui_push(ui, help_view_new(view));
}

static void
run_refresh(struct view *view, struct ui *ui)
{
	(void)view;
	ui_refresh(ui);
}

static void
run_quit(struct view *view, struct ui *ui)
{
	(void)view;
	ui_quit(ui);
}

static void
run_redraw(struct view *view, struct ui *ui)
{
	(void)view;
	(void)ui;
	clearok(curscr, TRUE);
}

static void
run_suspend(struct view *view, struct ui *ui)
{
	(void)view;
	(void)ui;
	terminal_suspend();
}

const struct key ui_everywhere_keys[] = {
	{':', ":", ACTION_PALETTE, .run = run_palette},
	{'?', "?", ACTION_HELP, .run = run_help},
	{'R', "R", ACTION_REFRESH, .run = run_refresh},
	{'Q', "Q", ACTION_QUIT, .run = run_quit},
	{'L' & 0x1f, "Ctrl-L", ACTION_REDRAW, .run = run_redraw},
	{'Z' & 0x1f, "Ctrl-Z", ACTION_SUSPEND, .run = run_suspend},
	NO_KEY,
};

void
ui_run_back(struct view *view, struct ui *ui)
{
	(void)view;
	ui_pop(ui);
}

void
ui_refresh(struct ui *ui)
{
	session_refresh(ui->session);
	ui_say(ui, session_world(ui->session)->link == WORLD_OFFLINE
			   ? _("Asking the platform again.")
			   : _("Reading everything again."));
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

/* For the palette: the same way as a key, refusals included. */
void
ui_do(struct ui *ui, enum action action)
{
	struct view *top = ui->views[ui->count - 1];
	const struct key *row = key_row_of(ui_common_keys(ui), action);

	if (!row)
		row = key_row_now(top, ui, action);
	if (row)
		key_run(row, top, ui);
}

/* The key of the view on top, or else that of the board, as in what was said. */
static bool
is_undo_key(const struct ui *ui, int key)
{
	enum action action = find_action(ui_keys(ui, ui_top(ui)->ops), key);

	return action == ACTION_UNDO ||
	       (action == ACTION_NONE &&
		find_action(ui_keys(ui, &board_view_ops), key) == ACTION_UNDO);
}

/* What was said before goes with any key, and so does the offer to roll back: it was for the
 * next key alone. */
static void
take_key(struct ui *ui, int key)
{
	struct view *top = ui->views[ui->count - 1];
	enum action action;

	ui->message[0] = '\0';
	ui->dirty = true;
	if (ui->offer.operation && is_undo_key(ui, key)) {
		undo_offer_take(&ui->offer, ui, false);
		return;
	}
	undo_offer_clear(&ui->offer);
	/* Common control keys work even in a field; the rest is text there. */
	if (key >= ' ' || find_action(ui_common_keys(ui), key) == ACTION_NONE)
		if (top->ops->type && top->ops->type(top, ui, key))
			return;
	action = find_action(ui_keys(ui, top->ops), key);
	if (action != ACTION_NONE) {
		ui->unanswered = action;
		ui->asked = top->ops;
		key_run(key_row_now(top, ui, action), top, ui);
		return;
	}
	action = find_action(ui_common_keys(ui), key);
	if (action != ACTION_NONE)
		key_run(key_row_of(ui_common_keys(ui), action), top, ui);
	else
		ui_say(ui, _("That key does nothing here.  {help} lists the keys that do."));
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
	case INPUT_STALLED:
		ui_say(ui, _("A paste has begun and not ended: keys go into it.  Esc ends it."));
		return true;
	case INPUT_FOCUS_IN: ui->unfocused = false; return true;
	case INPUT_FOCUS_OUT: ui->unfocused = true; return true;
	case KEY_BASE + KEY_RESIZE: return true;
	default: return false;
	}
}

/* All that are there, then one picture: a person's hands are faster than a slow line. */
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
			take_key(ui, bindings_meant(ui->options->bindings, ui_top(ui)->ops, key));
		close_pending(ui);	/* no view is under way here; there may be many keys */
	}
}

/* A terminal that hung up ends the program in order; operations go on as interrupted or
 * unwatched. */
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

/* All of the stack, not only the top: what lies below must be right when it is uncovered. */
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
	size_t running = ui_count_running(ui);
	char subject[256], words[300];
	struct flow *ended = NULL;

	for (size_t i = 0; i < session_flow_count(ui->session); i++) {
		struct flow *flow = session_flow(ui->session, i);

		if (flow_ended_at(flow) && (!ended || flow_ended_at(flow) > flow_ended_at(ended)))
			ended = flow;
	}
	if (ui->unfocused && running < ui->running && ended) {
		operation_words(ended, ui->ascii, subject, sizeof(subject));
		snprintf(words, sizeof(words), _("sidestage: ended: %s"), subject);
		escapes_bell(words);
	}
	ui->running = running;
}

/* What a person wrote down may be refused long after they did. */
static void
say_refused(struct ui *ui)
{
	struct error err;

	if (notes_take_error(ui->session, NULL, NULL, NULL, &err))
		ui_say_error(ui, &err);
	if (session_protect_as_asked(ui->session, &err) != 0)
		ui_say_error(ui, &err);
}

static int
animation_ms(const struct ui *ui)
{
	return ui->options->reduced_motion ? CALM_MS : ANIMATION_MS;
}

/* How long nothing on the screen changes by itself; -1: for ever. */
static int
calm_ms(const struct ui *ui)
{
	int64_t animation = ui_count_running(ui) ? animation_ms(ui) : -1, again;

	if (!ui->draw_again_at)
		return (int)animation;
	again = ui->draw_again_at - clock_steady_ms();
	if (again < 0)
		again = 0;
	return (int)(animation >= 0 && animation < again ? animation : again);
}

/* Something runs: as often as it may move.  Nothing runs: as often as ages change by a second; an
 * answer that says what was said before draws nothing where nobody looks. */
static int64_t
ages_ms(const struct ui *ui)
{
	if (ui_count_running(ui))
		return animation_ms(ui);
	return session_is_attended(ui->session) ? AGES_MS : IDLE_AGES_MS;
}

static bool
is_due(const struct ui *ui)
{
	int64_t now = clock_steady_ms();

	return ui->dirty || (ui->draw_again_at && now >= ui->draw_again_at) ||
	       now - ui->drawn_at >= ages_ms(ui);
}

/* One turn: wait, world, signals, keys, one picture. */
static void
turn(struct ui *ui)
{
	int fds[] = {STDIN_FILENO, terminal_signal_fd()};
	bool ready[2] = {false, false};

	if (session_turn(ui->session, fds, ready, 2, calm_ms(ui)))
		tell_views(ui);
	if (ready[1])
		take_signals(ui);
	if (ready[0])
		take_keys(ui);
	ring(ui);
	chrome_say_link(ui);
	say_refused(ui);
	close_pending(ui);
	if (ui->quit)
		return;
	if (is_due(ui))
		draw(ui);
}

/* Nothing goes on by itself: the person decides before anything else is begun.  Records of what
 * nobody watched are corrected while the screen is there. */
static struct interrupted *
ask_about_interrupted(struct ui *ui)
{
	struct interrupted *list = interrupted_open(ui->session);

	if (!interrupted_is_empty(list))
		interrupted_ask(list);
	if (interrupted_count(list) > 0)
		ui_push(ui, interrupted_view_new(ui));
	/* Of a history that cannot be used at all the board says so as long as it lasts. */
	if (interrupted_error(list) && !session_history_problem(ui->session))
		ui_say_error(ui, interrupted_error(list));
	return list;
}

/* The first picture is drawn before the first wait, from the cache alone. */
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
	struct interrupted *interrupted;

	if (options->contexts)
		options->contexts->next = -1;
	if (terminal_start(options->theme, !options->no_mouse, err) != 0)
		return -1;
	if (options->contexts && options->contexts->notice)
		ui_say(&ui, "%s", options->contexts->notice);
	ui.views[ui.count++] = board_view_new(options->org, options->app);
	interrupted = ask_about_interrupted(&ui);
	tell_views(&ui);
	draw(&ui);
	crash_prepare();
	take_keys(&ui);
	while (!ui.quit)
		turn(&ui);
	close_pending(&ui);
	while (ui.count > 0)
		ui.closing[ui.closing_count++] = ui.views[--ui.count];
	close_pending(&ui);
	undo_offer_clear(&ui.offer);
	interrupted_close(interrupted);
	terminal_stop();
	return 0;
}
