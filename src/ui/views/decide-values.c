/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One value has four rows: its name and what was decided, what the source has, what the
 * application has, and why it was not simply copied.  A secret is shown as stars while it is
 * typed, and not at all before or after.
 */
#include "config.h"

#include "ui/views/decide-values.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
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

static void
draw_field(const struct decide_values *decide, struct canvas *c, bool is_secret)
{
	int columns = c->width - c->column - 1;

	if (is_secret)
		field_draw_hidden(&decide->field, c, columns, true);
	else
		field_draw(&decide->field, c, columns, true);
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
		  q->is_secret ? _("(a secret, which cannot be read)") : _("(not set)"));
	draw_line(c, row + 2, _("application"), q->app_text, _("(not set)"));
	canvas_move(c, row + 3, 4);
	canvas_untrusted_bytes(c, STYLE_WARN, q->why, 0);
}

void
decide_values_draw(const struct decide_values *decide, struct ui *ui, struct canvas *canvas,
		   const struct flow *flow)
{
	const struct list *list = &decide->list;
	size_t open = count_open(flow);
	struct viewport part;
	int row = list->top;

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
	for (size_t i = list->first; i < list_end(list); i++, row += VALUE_ROWS)
		draw_value(decide, canvas, row, flow_value(flow, i), i == list->at,
			   flow_request(flow));
	part = list_part(list);
	ui_in_sight(ui, &part);
}

/* --- the cursor --- */

static void
id_of(const void *data, size_t row, struct buf *out)
{
	buf_puts(out, flow_value(((const struct decide_values *)data)->flow, row)->key);
}

static int
height_of(const void *data, size_t row)
{
	(void)data;
	(void)row;
	return VALUE_ROWS;
}

void
decide_values_init(struct decide_values *decide)
{
	*decide = (struct decide_values){0};
	list_init(&decide->list, id_of, decide);
	decide->list.height = height_of;
}

/* What is typed for one value must not become that of another. */
static void
update(struct decide_values *decide, const struct flow *flow)
{
	char *typed = decide->typing ? xstrdup(decide->list.selected) : NULL;

	decide->flow = flow;
	list_update(&decide->list, flow_value_count(flow));
	if (typed && strcmp(typed, decide->list.selected) != 0)
		decide_values_stop(decide);
	free(typed);
}

void
decide_values_fit(struct decide_values *decide, const struct canvas *canvas,
		  const struct flow *flow)
{
	int top = canvas->height >= 16 ? 4 : 2;

	update(decide, flow);
	list_fit(&decide->list, top, canvas->height - top);
}

void
decide_values_act(struct decide_values *decide, const struct flow *flow, enum action action)
{
	update(decide, flow);
	(void)list_act(&decide->list, action);
}

void
decide_values_move(struct decide_values *decide, struct ui *ui, const struct flow *flow, bool down)
{
	size_t was;

	update(decide, flow);
	was = decide->list.at;
	list_select(&decide->list, (long)was + (down ? 1 : -1));
	if (decide->list.at == was)
		ui_say(ui, down ? _("This is the last value.") : _("This is the first value."));
}

void
decide_values_click(struct decide_values *decide, const struct flow *flow, int row)
{
	update(decide, flow);
	if (!decide->typing)
		(void)list_click(&decide->list, row);
}

/* --- deciding --- */

static const struct flow_value_question *
selected(struct decide_values *decide, const struct flow *flow)
{
	update(decide, flow);
	return flow_value(flow, decide->list.at);
}

static void
go_to_open(struct decide_values *decide, const struct flow *flow)
{
	for (size_t i = decide->list.at + 1; i < flow_value_count(flow); i++)
		if (flow_value(flow, i)->chosen == FLOW_VALUE_UNDECIDED) {
			list_select(&decide->list, (long)i);
			return;
		}
}

void
decide_values_choose(struct decide_values *decide, struct ui *ui, struct flow *flow,
		     enum flow_value_kind kind, const char *text)
{
	struct error err = {0};

	if (flow_decide_value(flow, selected(decide, flow)->key, kind, text, &err) != 0)
		ui_say_error(ui, &err);
	else
		go_to_open(decide, flow);
}

void
decide_values_copy(struct decide_values *decide, struct ui *ui, struct flow *flow)
{
	bool is_reference = selected(decide, flow)->is_reference;

	decide_values_choose(decide, ui, flow,
			     is_reference ? FLOW_VALUE_REFERENCE : FLOW_VALUE_COPY, NULL);
}

void
decide_values_begin(struct decide_values *decide, struct ui *ui, const struct flow *flow)
{
	const struct flow_value_question *q = selected(decide, flow);

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
decide_values_stop(struct decide_values *decide)
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

	update(decide, flow);
	if (!decide->typing)
		return;
	if (decide->field.is_cut) {
		ui_say(ui, "%s", _("This is too long for one line."));
		return;
	}
	memcpy(text, decide->field.text, sizeof(text));
	decide_values_stop(decide);
	decide_values_choose(decide, ui, flow, FLOW_VALUE_TEXT, text);
	explicit_bzero(text, sizeof(text));
}

bool
decide_values_type(struct decide_values *decide, int key)
{
	return decide->typing && field_type(&decide->field, key);
}

void
decide_values_clear(struct decide_values *decide)
{
	decide_values_stop(decide);
	list_clear(&decide->list);
}
