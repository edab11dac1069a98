/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Asks for one line, and says while it is typed what is wrong with it.
 *
 * It knows nothing of what it asks: whoever opens it gives a record of its own, which is
 * dropped when the prompt closes, however it does.
 */
#include "config.h"

#include "ui/views/prompt.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/xmalloc.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/widgets/field.h"

struct prompt_view {
	struct view view;
	struct prompt prompt;
	struct field field;
	char *subject;			/* NULL: none */
	struct view_ops ops;	/* the title differs */
};

/* NULL: it will do. */
static const char *
why_not(const struct prompt_view *p)
{
	const char *wrong = p->prompt.check(p->prompt.data, p->field.text);

	return wrong || !p->field.is_cut ? wrong : _("This is too long for one line.");
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct prompt_view *p = (const struct prompt_view *)view;
	const char *wrong = why_not(p);
	int row = 1;

	(void)ui;
	canvas_move(canvas, row, 2);
	canvas_text(canvas, STYLE_STRONG, _(p->prompt.title));
	if (p->subject) {
		canvas_text(canvas, STYLE_DIM, " ");
		canvas_glyph(canvas, STYLE_DIM, GLYPH_CLOSED);
		canvas_text(canvas, STYLE_DIM, " ");
		canvas_untrusted_bytes(canvas, STYLE_STRONG, p->subject, 0);
	}
	canvas_move(canvas, row + 1, 2);
	row += 2 + canvas_paragraph(canvas, STYLE_DIM, _(p->prompt.note), 3);
	canvas_move(canvas, row + 2, 2);
	if (wrong && p->field.text[0])	/* what is not typed yet is not wrong yet */
		canvas_paragraph(canvas, STYLE_WARN, wrong, 2);
	canvas_move(canvas, row, 2);
	canvas_text(canvas, STYLE_NORMAL, _(p->prompt.label));
	canvas_text(canvas, STYLE_NORMAL, "  ");
	if (p->prompt.is_secret)
		field_draw_hidden(&p->field, canvas, 40, true);
	else
		field_draw(&p->field, canvas, 40, true);
}

static void
run_go_on(struct view *view, struct ui *ui)
{
	struct prompt_view *p = (struct prompt_view *)view;
	const char *wrong = why_not(p);

	if (wrong && p->field.text[0] && !p->prompt.is_secret)
		ui_say(ui, "\"%s\": %s", p->field.text, wrong);
	else if (wrong)
		ui_say(ui, "%s", wrong);
	else
		p->prompt.done(p->prompt.data, ui, p->field.text);
}

static const struct key keys[] = {
	{'\r', "Enter", ACTION_OPEN, N_("continue"), N_("Continue with what was typed."), .run = run_go_on},
	{27, "Esc", ACTION_BACK, N_("cancel"), N_("Change nothing and go back."), .run = ui_run_back},
	NO_KEY,
};

static bool
type(struct view *view, struct ui *ui, int key)
{
	(void)ui;
	return field_type(&((struct prompt_view *)view)->field, key);
}

static void
close_view(struct view *view)
{
	struct prompt_view *p = (struct prompt_view *)view;

	if (p->prompt.drop)
		p->prompt.drop(p->prompt.data);
	free(p->subject);
	explicit_bzero(p->field.text, sizeof(p->field.text));
	free(p);
}

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	const struct prompt_view *p = (const struct prompt_view *)view;

	(void)ui;
	snprintf(out, size, "%s", p->subject ? p->subject : "");
}

const struct view_ops prompt_view_ops = {
	.title = N_("Question"), .keys = keys, .draw = draw, .subject = subject, .type = type,
	.close = close_view, .takes_text = true,
};

/* The title is part of the table of functions, so each prompt has a table of its own. */
struct view *
prompt_view_new(const struct prompt *prompt)
{
	struct prompt_view *p = xcalloc(1, sizeof(*p));

	p->prompt = *prompt;
	p->subject = prompt->subject ? xstrdup(prompt->subject) : NULL;
	p->ops = prompt_view_ops;
	p->ops.title = prompt->title;
	p->view.ops = &p->ops;
	field_offer(&p->field, prompt->initial ? prompt->initial : "");
	return &p->view;
}
