/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What stands around a view: the header, what was said, the keys, and the window's title.
 *
 * The header gives way from the right, in the order of what a person could do without; where
 * one is, and that nothing answers, stands there always.  The bar of keys is made from the
 * same tables that the keys are taken by, and shows only what would be done now.
 */
#include "config.h"

#include "ui/chrome.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/world/words.h"
#include "ui/canvas.h"
#include "ui/escapes.h"
#include "ui/terminal.h"
#include "ui/widgets/cut.h"

#define STRIPE_COLUMNS 24
#define PART_COLUMNS 60
#define STALE_MS 5000			/* then a latency says nothing any more */
#define MESSAGE_ROWS_MAX 4

/* Nobody takes for the present what is shown then. */
static bool
is_lost(const struct world *world)
{
	return world->link == WORLD_OFFLINE || world->silent_ms > 0;
}

/* The platform answers, and what it looks at does not. */
static bool
is_cluster_lost(const struct world *world)
{
	for (size_t i = 0; i < world->count; i++)
		if (world->organizations[i].adoption.state == ADOPTION_FAILED)
			return true;
	return false;
}

/* From worst to best; the first that is true makes those behind it uninteresting. */
static void
link_words(const struct ui *ui, bool whole, char *out, size_t size)
{
	const struct world *world = session_world(ui->session);
	char latency[16] = "";

	const int64_t age = clock_wall_ms() - world->answered_at;
	char ago[64];

	clock_ago(ago, age > 0 ? age : 0);
	if (world->link == WORLD_OFFLINE && whole && world->answered_at > 0)
		snprintf(out, size, _("OFFLINE, last answer %s"), ago);
	else if (world->link == WORLD_OFFLINE)
		snprintf(out, size, "%s", _("OFFLINE"));
	else if (world->silent_ms > 0)
		snprintf(out, size, _("no answer for %d s"),
			 (int)((world->silent_ms + 999) / 1000));
	else if (world->link == WORLD_CONNECTING)
		snprintf(out, size, "%s", _("connecting"));
	else if (age > STALE_MS)
		snprintf(out, size, _("last answer %s"), ago);
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
	char *shown;

	if (!*part)
		return;
	shown = cut_text(part, PART_COLUMNS, CUT_END);
	snprintf(line + length, size - length, "%s%s%s%s", length ? " " : "",
		 length ? theme_glyph(GLYPH_MIDDLE, ui->ascii) : "", length ? " " : "", shown);
	free(shown);
}

static void
draw_subject(struct ui *ui, struct canvas *bar)
{
	const struct view *top = ui_top(ui);
	char subject[256] = "";

	canvas_text(bar, STYLE_BAR, _(top->ops->title));
	if (top->ops->subject)
		top->ops->subject(top, ui, subject, sizeof(subject));
	if (!*subject)
		return;
	canvas_text(bar, STYLE_BAR, " ");
	canvas_glyph(bar, STYLE_BAR, GLYPH_CLOSED);
	canvas_text(bar, STYLE_BAR, " ");
	canvas_untrusted_bytes(bar, STYLE_BAR, subject, 0);
}

/* STYLE_COUNT: there are no contexts to be told apart. */
static enum style
stripe_of(const struct ui *ui)
{
	const struct ui_contexts *contexts = ui->options->contexts;

	return contexts ? contexts->items[contexts->here].stripe : STYLE_COUNT;
}

/* What stands on the right where there is room for it; the rest stands there always. */
enum { PART_CLONES = 1, PART_USER = 2, PART_LINK = 4, PART_REMARK = 8, PART_READS = 16 };

/* Which namespaces of a cluster are looked at. */
static void
add_reads(const struct ui *ui, char *line, size_t size, const struct world *world)
{
	for (size_t i = 0; i < world->count; i++) {
		const struct world_adoption *adoption = &world->organizations[i].adoption;
		char *reads = adoption->state != ADOPTION_NONE ? adoption_reads(adoption) : NULL;

		if (reads)
			add_part(ui, line, size, reads);
		free(reads);
	}
}

/* The platform, what may be done there, and what goes on; and of the others those of `parts`. */
static void
list_parts(struct ui *ui, char *right, size_t size, unsigned parts)
{
	const struct world *world = session_world(ui->session);
	size_t running = ui_count_running(ui);
	char running_words[64] = "", clones[64] = "", link[80] = "";

	if (running > 0)
		snprintf(running_words, sizeof(running_words),
			 ngettext("%zu operation running", "%zu operations running", running), running);
	if (parts & PART_LINK || is_lost(world))
		link_words(ui, parts & PART_LINK, link, sizeof(link));
	if (parts & PART_CLONES)
		words_of_clones(clones, sizeof(clones), world, clock_wall_ms());
	right[0] = '\0';
	if (stripe_of(ui) == STYLE_COUNT)
		add_part(ui, right, size, session_context(ui->session));
	add_part(ui, right, size, parts & PART_REMARK ? session_remark(ui->session) : "");
	if (parts & PART_READS)
		add_reads(ui, right, size, world);
	add_part(ui, right, size, parts & PART_USER ? untrusted_raw(&world->user) : "");
	add_part(ui, right, size, session_read_only(ui->session) ? _("read-only") : "");
	add_part(ui, right, size, session_history_problem(ui->session) ? _("no history") : "");
	add_part(ui, right, size, session_all_protected(ui->session) ? _("protected") : "");
	add_part(ui, right, size, is_cluster_lost(world) ? _("cluster away") : "");
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
	canvas_move(bar, 0, 0);
	canvas_text(bar, stripe, " ");
	canvas_untrusted_bytes(bar, stripe, session_context(ui->session), STRIPE_COLUMNS);
	canvas_text(bar, stripe, " ");
	canvas_text(bar, STYLE_BAR, " ");
	return true;
}

void
chrome_header(struct ui *ui, struct canvas *screen)
{
	static const unsigned fewer[] = {
		PART_CLONES | PART_REMARK | PART_USER | PART_LINK | PART_READS,
		PART_CLONES | PART_USER | PART_LINK | PART_READS,
		PART_USER | PART_LINK | PART_READS,
		PART_LINK | PART_READS,
		PART_READS,
		PART_LINK,
		0,
	};
	const struct world *world = session_world(ui->session);
	struct canvas bar = canvas_sub(screen, 0, 0, 1, screen->width), left;
	char right[320];
	int width;

	canvas_fill_row(&bar, STYLE_BAR);
	canvas_move(&bar, 0, 1);
	if (!draw_stripe(ui, &bar) && bar.width >= 60)
		canvas_text(&bar, STYLE_BAR_STRONG, "sidestage   ");
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
	canvas_move(&bar, 0, bar.width - width - 1);
	canvas_untrusted_bytes(&bar,
			       is_lost(world) || is_cluster_lost(world) ? STYLE_BAR_STRONG
									: STYLE_BAR,
			       right, 0);
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
	canvas_move(bar, 0, bar->width - width);
	canvas_text(bar, STYLE_KEY, key);
	canvas_text(bar, STYLE_DIM, " ");
	canvas_text(bar, STYLE_DIM, _("help"));
	return width + 1;
}

const struct key ui_finding_keys[] = {
	{'\r', "Enter", ACTION_NONE, N_("find"), .help = NULL},
	{27, "Esc", ACTION_NONE, N_("forget"), .help = NULL},
	NO_KEY,
};

/* Where characters are typed, '?' is text. */
static bool
has_help(const struct key *keys)
{
	while (keys->key && keys->action != ACTION_HELP)
		keys++;
	return keys->key != 0;
}

/* What the action is bound to in the view; else as it stands. */
static const char *
shown_key(const struct ui *ui, const struct key *key)
{
	for (const struct key *k = ui_keys(ui, ui_top(ui)->ops); k->key; k++)
		if (key->action != ACTION_NONE && k->action == key->action && k->shown)
			return k->shown;
	return key->shown;
}

static const char *
key_in(const struct key *keys, const char *name, size_t length)
{
	for (; keys->key; keys++)
		if (keys->shown && strlen(action_name(keys->action)) == length &&
		    strncmp(action_name(keys->action), name, length) == 0)
			return keys->shown;
	return NULL;
}

/* Texts name keys by their actions, since a person may have bound others.  Two such texts may
 * be alive in one call, hence several buffers in turn. */
static const char *
put_keys(struct ui *ui, const char *text, bool is_format)
{
	const struct key *tables[] = {ui_keys(ui, ui_top(ui) ? ui_top(ui)->ops : &board_view_ops),
				      ui_common_keys(ui), ui_keys(ui, &board_view_ops)};
	char *out = ui->keyed[ui->keyed_next];
	size_t used = 0;

	if (!strchr(text, '{'))
		return text;
	ui->keyed_next = (ui->keyed_next + 1) % KEYED_TEXTS;
	while (*text && used + 1 < KEYED_MAX) {
		const char *end = *text == '{' ? strchr(text, '}') : NULL, *key = NULL;

		for (size_t i = 0; end && !key && i < sizeof(tables) / sizeof(tables[0]); i++)
			key = key_in(tables[i], text + 1, (size_t)(end - text) - 1);
		for (const char *k = key; k && *k && used + 2 < KEYED_MAX; k++) {
			if (*k == '%' && is_format)
				out[used++] = '%';
			out[used++] = *k;
		}
		if (!key)
			out[used++] = *text;
		text = key ? end + 1 : text + 1;
	}
	out[used] = '\0';
	return out;
}

const char *
ui_keyed(struct ui *ui, const char *text)
{
	return put_keys(ui, text, true);
}

const char *
ui_keyed_text(struct ui *ui, const char *text)
{
	return put_keys(ui, text, false);
}

/* It ends at the first that has no room.  A shorter one behind it could be shown,
 * and would look as if it came first. */
void
chrome_keys(struct ui *ui, struct canvas *bar)
{
	const struct view *top = ui_top(ui);
	const struct key *other = top->ops->mode ? top->ops->mode(top, ui) : NULL;
	const struct key *keys = other ? other : ui_keys(ui, top->ops);

	if (!other || has_help(other))
		bar->width -= draw_help_key(ui, bar);
	canvas_move(bar, 0, 1);
	for (; keys->key; keys++) {
		const char *gap = bar->column > 1 ? "  " : "";
		const char *shown;
		int needs;

		if (!keys->label || !keys->shown || keys->key == '?')
			continue;
		if (!key_is_of_use(keys, top, ui))
			continue;
		shown = other ? shown_key(ui, keys) : keys->shown;
		needs = text_columns(gap) + text_columns(shown) + 1 + text_columns(_(keys->label));
		if (bar->column + needs >= bar->width)
			return;
		canvas_text(bar, STYLE_DIM, gap);
		canvas_text(bar, STYLE_KEY, shown);
		canvas_text(bar, STYLE_DIM, " ");
		canvas_text(bar, STYLE_DIM, _(keys->label));
	}
}

void
chrome_too_small(struct canvas *screen)
{
	char *text = xasprintf(_("This terminal is too small: %dx%d, needs %dx%d."), screen->width,
			       screen->height, TERMINAL_MIN_COLUMNS, TERMINAL_MIN_ROWS);
	int rows = canvas_paragraph_rows(text, screen->width);

	canvas_move(screen, rows < screen->height ? (screen->height - rows) / 2 : 0, 0);
	canvas_paragraph(screen, STYLE_WARN, text, screen->height);
	free(text);
}

/* An eighth of the width may be lost at the end of each line, since words are not cut. */
int
chrome_message_rows(const struct ui *ui, int columns)
{
	int width = columns - 2, rows;

	if (width < 1)
		return 1;		/* a click may come while a window is as narrow as that */
	rows = (text_columns(ui->message) + width / 8) / width + 1;
	return rows > MESSAGE_ROWS_MAX ? MESSAGE_ROWS_MAX : rows;
}

void
chrome_message(const struct ui *ui, struct canvas *screen)
{
	int width = screen->width - 2;
	int rows = chrome_message_rows(ui, screen->width);
	struct canvas part;

	part = canvas_sub(screen, LINES - 1 - rows, 0, rows, screen->width);
	for (int row = 0; row < rows; row++) {
		canvas_move(&part, row, 0);
		canvas_fill_row(&part, STYLE_NORMAL);
	}
	part = canvas_sub(&part, 0, 1, rows, width);
	canvas_paragraph(&part, ui->message_style, ui->message, rows);
}

void
chrome_rule(const struct ui *ui, struct canvas *line)
{
	canvas_hline(line, 0);
	viewport_draw(&ui->in_sight, line, 0);
}

void
chrome_title(struct ui *ui)
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

void
chrome_say_link(struct ui *ui)
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
