/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One value has four rows: its name and what was decided, what the source has, what the
 * application has, and why it was not simply copied.  A secret is shown as stars while it is
 * typed, and not at all before or after.
 */
#include "config.h"

#include "ui/views/decide-values.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "flow/verbs/flow.h"
#include "ui/canvas.h"
#include "ui/widgets/viewport.h"

#define VALUE_ROWS 4
#define NAME_COLUMNS 16

static const char *const decisions[] = {
	[FLOW_VALUE_UNDECIDED] = N_("not decided"),
	[FLOW_VALUE_COPY] = N_("the same as in the source"),
	[FLOW_VALUE_TEXT] = N_("another value"),
	[FLOW_VALUE_REFERENCE] = N_("the same secret"),
	[FLOW_VALUE_APP] = N_("the application's"),
	[FLOW_VALUE_LEAVE_OUT] = N_("left out"),
};

static size_t
count_open(const struct flow *flow)
{
	size_t open = 0;

	for (size_t i = 0; i < flow_value_count(flow); i++)
		open += flow_value(flow, i)->chosen == FLOW_VALUE_UNDECIDED;
	return open;
}

/* --- drawing --- */

/* The stars stand in a copy of the field, which keeps its cursor; the copy is wiped, since it
 * held the text for a moment. */
static void
draw_field(const struct decide_values *decide, struct canvas *c, bool is_secret)
{
	struct field stars = decide->field;

	if (is_secret) {
		memset(stars.text, '*', strlen(stars.text));
		stars.text[sizeof(stars.text) - 1] = '\0';
	}
	field_draw(&stars, c, c->width - c->column - 1, true);
	explicit_bzero(stars.text, sizeof(stars.text));
}

static void
draw_line(struct canvas *c, int row, const char *whose, const char *text, const char *none)
{
	canvas_move(c, row, 4);
	canvas_untrusted_bytes(c, STYLE_DIM, whose, NAME_COLUMNS);
	canvas_move(c, row, 4 + NAME_COLUMNS + 2);
	if (text)
		canvas_untrusted_bytes(c, STYLE_NORMAL, text, 0);
	else
		canvas_text(c, STYLE_DIM, none);
}

static void
draw_value(const struct decide_values *decide, struct canvas *c, int row,
	   const struct flow_value_question *q, bool selected, const struct flow_request *request)
{
	bool open = q->chosen == FLOW_VALUE_UNDECIDED;

	canvas_move(c, row, 1);
	canvas_text(c, STYLE_KEY, selected ? ">" : " ");
	canvas_text(c, STYLE_NORMAL, " ");
	canvas_untrusted_bytes(c, selected ? STYLE_SELECTED : STYLE_STRONG, q->key, 40);
	canvas_text(c, STYLE_NORMAL, "   ");
	if (selected && decide->typing)
		draw_field(decide, c, q->is_secret);
	else
		canvas_text(c, open ? STYLE_DANGER : STYLE_OK, _(decisions[q->chosen]));
	draw_line(c, row + 1, request->source, q->text,
		  q->is_secret ? _("(a secret, which cannot be read)") : _("(not there)"));
	draw_line(c, row + 2, _("application"), q->app_text, _("(not there)"));
	canvas_move(c, row + 3, 4);
	canvas_untrusted_bytes(c, STYLE_WARN, q->why, 0);
}

void
decide_values_draw(const struct decide_values *decide, struct ui *ui, struct canvas *canvas,
		   const struct flow *flow)
{
	size_t count = flow_value_count(flow), open = count_open(flow);
	int row = canvas->height >= 16 ? 4 : 2;
	size_t fit = canvas->height > row + VALUE_ROWS
			     ? (size_t)((canvas->height - row) / VALUE_ROWS)
			     : 1;
	size_t first = viewport_first(0, decide->at, fit, count);

	canvas_move(canvas, canvas->height >= 16, 1);
	if (open > 0)
		canvas_format(canvas, STYLE_STRONG,
			      ngettext("%zu value to decide", "%zu values to decide", open), open);
	else
		canvas_text(canvas, STYLE_STRONG, _("All values are decided."));
	canvas_text(canvas, STYLE_DIM,
		    open > 0 ? _("   They may lead the clone back to its source.")
			     : ui_keyed_text(
				       ui, _("   {open} makes the review; nothing is sent yet.")));
	canvas_hline(canvas, row - 1);
	for (size_t i = first; i < count && i < first + fit; i++, row += VALUE_ROWS)
		draw_value(decide, canvas, row, flow_value(flow, i), i == decide->at,
			   flow_request(flow));
	ui_in_sight(ui, &(struct viewport){first, fit < count ? fit : count, count});
}

/* --- deciding --- */

static void
go_to_open(struct decide_values *decide, const struct flow *flow)
{
	for (size_t i = decide->at + 1; i < flow_value_count(flow); i++)
		if (flow_value(flow, i)->chosen == FLOW_VALUE_UNDECIDED) {
			decide->at = i;
			return;
		}
}

void
decide_values_choose(struct decide_values *decide, struct ui *ui, struct flow *flow,
		     enum flow_value_kind kind, const char *text)
{
	struct error err = {0};

	if (flow_decide_value(flow, flow_value(flow, decide->at)->key, kind, text, &err) != 0)
		ui_say_error(ui, &err);
	else
		go_to_open(decide, flow);
}

void
decide_values_begin(struct decide_values *decide, struct ui *ui, const struct flow *flow)
{
	const struct flow_value_question *q = flow_value(flow, decide->at);

	if (q->text && strlen(q->text) >= FIELD_MAX) {
		ui_say(ui, "%s",
		       _("This value is too long to be typed here. Use --value-from on the command line."));
		return;
	}
	decide->typing = true;
	if (q->text)
		field_offer(&decide->field, q->text);
	else
		field_set(&decide->field, "");
}

/* Also when a person only goes back: what was typed may have been a secret. */
void
decide_values_clear(struct decide_values *decide)
{
	decide->typing = false;
	explicit_bzero(decide->field.text, sizeof(decide->field.text));
	decide->field.at = 0;
	decide->field.is_cut = false;
}

void
decide_values_take(struct decide_values *decide, struct ui *ui, struct flow *flow)
{
	char text[FIELD_MAX];

	if (decide->field.is_cut) {
		ui_say(ui, "%s", _("This is too long for one line."));
		return;
	}
	memcpy(text, decide->field.text, sizeof(text));
	decide_values_clear(decide);
	decide_values_choose(decide, ui, flow, FLOW_VALUE_TEXT, text);
	explicit_bzero(text, sizeof(text));
}

void
decide_values_move(struct decide_values *decide, struct ui *ui, const struct flow *flow, bool down)
{
	if (down && decide->at + 1 < flow_value_count(flow))
		decide->at++;
	else if (!down && decide->at > 0)
		decide->at--;
	else
		ui_say(ui, down ? _("This is the last value.") : _("This is the first value."));
}

bool
decide_values_type(struct decide_values *decide, int key)
{
	return decide->typing && field_type(&decide->field, key);
}

void
decide_values_click(struct decide_values *decide, const struct canvas *canvas,
		    const struct flow *flow, int row)
{
	int top = canvas->height >= 16 ? 4 : 2;
	size_t fit = canvas->height > top + VALUE_ROWS
			     ? (size_t)((canvas->height - top) / VALUE_ROWS)
			     : 1;
	size_t count = flow_value_count(flow);
	size_t at = viewport_first(0, decide->at, fit, count) +
		    (size_t)(row < top ? 0 : row - top) / VALUE_ROWS;

	if (row >= top && at < count && !decide->typing)
		decide->at = at;
}
