/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a clone is made of: a line for each part, and object by object. */
#include "config.h"

#include "ui/views/clone-list.h"

#include <curses.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/verbs/clone-parts.h"
#include "flow/verbs/flow.h"
#include "flow/world/adoption.h"
#include "flow/world/world.h"
#include "model/adoption-report.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/review-state.h"
#include "ui/views/review.h"
#include "ui/widgets/page.h"

#define INDENT 3
#define ROWS_MAX 10000
#define LINE_ROWS_MAX 4
#define NAME_COLUMNS_MAX 30

struct clone_list_view {
	struct view view;
	const struct review_view *below;	/* NULL: of an environment */
	char *org, *app, *env;
	struct page page;
};

bool
clone_list_is_there(const struct review *review)
{
	return review->has_outlook && clone_has_parts(&review->outlook);
}

/* --- a line for each part --- */

static int
draw_line(struct canvas *c, int row, int column, const char *label, const char *words)
{
	int used;

	canvas_move(c, row, INDENT);
	canvas_text(c, STYLE_DIM, label);
	canvas_move(c, row, column);
	used = canvas_paragraph(c, STYLE_NORMAL, words, LINE_ROWS_MAX);
	return used > 0 ? used : 1;
}

static int
label_column(void)
{
	int column = text_columns(_("cloned"));

	for (int part = 0; part < CLONE_PARTS; part++)
		if (text_columns(clone_part_label((enum clone_part)part)) > column)
			column = text_columns(clone_part_label((enum clone_part)part));
	return INDENT + column + 3;
}

int
clone_list_draw_lines(struct ui *ui, struct canvas *c, int row, const struct review *review)
{
	char *objects = review->verb == FLOW_CLONE ? clone_objects_words(review->outlook.objects)
						   : NULL;
	int column = label_column(), used = 0;

	if (!clone_list_is_there(review)) {
		free(objects);
		return 0;
	}
	if (objects)
		used += draw_line(c, row, column, _("cloned"), objects);
	free(objects);
	for (int part = 0; part < CLONE_PARTS; part++) {
		char *words = clone_part_words(&review->outlook, (enum clone_part)part);

		if (words)
			used += draw_line(c, row + used, column,
					  clone_part_label((enum clone_part)part), words);
		free(words);
	}
	canvas_move(c, row + used, column);
	canvas_text(c, STYLE_DIM, ui_keyed_text(ui, _("{objects} shows each object")));
	return used + 1;
}

/* --- object by object --- */

static int
draw_heading(struct canvas *c, int row, const char *text)
{
	canvas_move(c, row + 1, 1);
	return 1 + canvas_paragraph(c, STYLE_STRONG, text, 2);
}

static int
name_column(const json_t *objects)
{
	int column = 0;
	const char *kind;
	json_t *names;

	json_object_foreach((json_t *)objects, kind, names)
		if (text_columns(kind) > column)
			column = text_columns(kind);
	return INDENT + (column < NAME_COLUMNS_MAX ? column : NAME_COLUMNS_MAX) + 2;
}

/* A kind has a line, with the names of all that are of it. */
static int
draw_objects(struct canvas *c, int row, const json_t *objects)
{
	int column = name_column(objects), used = 0;
	json_t *ordered = clone_objects_ordered(objects), *names;
	const char *kind;

	json_object_foreach(ordered, kind, names) {
		char *text = clone_object_names(names);
		int rows;

		canvas_move(c, row + used, INDENT);
		canvas_untrusted_bytes(c, STYLE_DIM, kind, NAME_COLUMNS_MAX);
		canvas_move(c, row + used, column);
		rows = canvas_paragraph(c, STYLE_NORMAL, text, ROWS_MAX);
		used += rows > 0 ? rows : 1;
		free(text);
	}
	json_decref(ordered);
	return used;
}

static int
draw_cloned(struct canvas *c, int row, const json_t *objects)
{
	int used = draw_heading(c, row, _("Cloned"));

	if (json_object_size(objects) > 0)
		return used + draw_objects(c, row + used, objects);
	canvas_move(c, row + used, INDENT);
	canvas_text(c, STYLE_DIM, _("nothing"));
	return used + 1;
}

/* What it is about, which ends at the colon, is paler, where it does not break. */
static int
draw_sentence(struct canvas *c, int row, const char *object, const char *text)
{
	char *whole = object ? xasprintf("%s: %s", object, text) : xstrdup(text);
	char *about = xstrndup(whole, strcspn(whole, ":"));
	int rows;

	canvas_move(c, row, INDENT);
	rows = canvas_paragraph(c, STYLE_NORMAL, whole, ROWS_MAX);
	canvas_move(c, row, INDENT);
	if (whole[strlen(about)] && INDENT + text_columns(about) < c->width)
		canvas_untrusted_bytes(c, STYLE_DIM, about, 0);
	free(about);
	free(whole);
	return rows > 0 ? rows : 1;
}

static int
draw_part(struct canvas *c, int row, const struct review *review, enum clone_part part)
{
	static const char *const headings[] = {
		[CLONE_DIFFERENT] = N_("Different in the clone, to keep it from acting outside"),
		[CLONE_SECRETS] = N_("Secrets"),
		[CLONE_NOT_CLONED] = N_("Not cloned; it stays as it is"),
		[CLONE_NAMESPACE] = N_("The namespace"),
		[CLONE_REQUESTS] = N_("Requests"),
	};
	const struct deploy_review *outlook = &review->outlook;
	int used = 0;

	for (size_t i = 0; i < outlook->finding_count; i++) {
		const struct deploy_finding *finding = &outlook->findings[i];

		if (clone_part_of(finding) != part)
			continue;
		if (used == 0)
			used += draw_heading(c, row, _(headings[part]));
		used += draw_sentence(c, row + used, finding->object.raw,
				      untrusted_raw(&finding->message));
	}
	return used;
}

static int
draw_review(struct canvas *c, int row, const struct review *review)
{
	int start = row;

	if (review->verb == FLOW_CLONE)
		row += draw_cloned(c, row, review->outlook.objects);
	for (int part = 0; part < CLONE_PARTS; part++)
		row += draw_part(c, row, review, (enum clone_part)part);
	return row - start;
}

/* What is said of Secrets, or of all else. */
static int
draw_left(struct canvas *c, int row, const json_t *left, bool is_of_secrets)
{
	const json_t *one;
	int used = 0;
	size_t i;

	json_array_foreach(left, i, one) {
		struct left_object it;
		bool is_secret;

		left_object_read(&it, one);
		is_secret = strncmp(untrusted_raw(&it.object), "Secret/", 7) == 0;
		if (is_secret == is_of_secrets)
			used += draw_sentence(c, row + used, it.object.raw, untrusted_raw(&it.why));
		left_object_clear(&it);
	}
	return used;
}

/* A heading, where anything follows it. */
static int
draw_under(struct canvas *c, int row, const char *heading, int used)
{
	return used > 0 ? draw_heading(c, row, heading) + used : 0;
}

/* What is different is known when a clone is reviewed. */
static int
draw_found(struct canvas *c, int row, const struct set *set, const json_t *left,
	   bool is_part)
{
	json_t *cloned = clone_objects_of_set(set, true), *other = clone_objects_of_set(set, false);
	int start = row, used;

	row += draw_cloned(c, row, cloned);
	row += draw_under(c, row, _("Secrets"), draw_left(c, row + 2, left, true));
	used = draw_objects(c, row + 2, other);
	used += draw_left(c, row + 2 + used, left, false);
	row += draw_under(c, row, _("Not cloned; it stays as it is"), used);
	canvas_move(c, ++row, 1);
	if (is_part)
		row += canvas_paragraph(c, STYLE_WARN,
					_("So far only what the board shows was read; the rest is read "
					  "when it is cloned."), 3);
	canvas_move(c, row, 1);
	row += canvas_paragraph(c, STYLE_DIM,
				_("Before anything is written, the review of a clone shows what is "
				  "different in it."), 3);
	json_decref(cloned);
	json_decref(other);
	return row - start;
}

static int
draw_environment(const struct clone_list_view *v, struct ui *ui, struct canvas *c, int row)
{
	const struct world *world = session_world(ui_session(ui));
	const struct world_environment *e = world_environment(world, v->org, v->app, v->env);
	const struct world_organization *o = world_organization(world, v->org);

	if (e && e->set)
		return draw_found(c, row, e->set, o ? adoption_left(&o->adoption, v->env) : NULL,
				  o && adoption_is_part(&o->adoption, v->env));
	canvas_move(c, row + 1, 1);
	canvas_text(c, STYLE_DIM, _("Reading what it needs …"));
	return 2;
}

static int
draw_all(const void *data, struct ui *ui, struct canvas *c, int row)
{
	const struct clone_list_view *v = data;
	const struct review *review = v->below ? review_of(v->below, ui) : NULL;

	if (!v->below)
		return draw_environment(v, ui, c, row);
	if (review)
		return draw_review(c, row, review);
	canvas_move(c, row + 1, 1);
	canvas_text(c, STYLE_DIM, _("Reading what it needs …"));
	return 2;
}

/* --- the view --- */

static void
fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	struct clone_list_view *v = (struct clone_list_view *)view;

	page_fit(&v->page, ui, canvas, draw_all, v);
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct clone_list_view *v = (const struct clone_list_view *)view;

	page_show(&v->page, ui, canvas, draw_all, v);
}

static void
scroll_by(struct view *view, struct ui *ui, enum action action)
{
	page_scroll(&((struct clone_list_view *)view)->page, ui, action);
}

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	const struct clone_list_view *v = (const struct clone_list_view *)view;
	const struct review *review = v->below ? review_of(v->below, ui) : NULL;
	const char *source = review ? review->source ? review->source : review->env : v->env;

	snprintf(out, size, "%s", source ? source : "");
}

static void
close_view(struct view *view)
{
	struct clone_list_view *v = (struct clone_list_view *)view;

	free(v->org);
	free(v->app);
	free(v->env);
	free(v);
}

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), .run = ui_run_back},
	{'q', NULL, ACTION_BACK, .help = NULL},
	{'i', NULL, ACTION_OBJECTS, .run = ui_run_back},
	PAGE_SCROLL_KEYS,
	NO_KEY,
};

const struct view_ops clone_list_view_ops = {
	.title = N_("Objects"),
	.keys = keys,
	.fit = fit,
	.draw = draw,
	.act = scroll_by,
	.subject = subject,
	.close = close_view,
};

struct view *
clone_list_view_new(const struct review_view *below)
{
	struct clone_list_view *v = xcalloc(1, sizeof(*v));

	v->view.ops = &clone_list_view_ops;
	v->below = below;
	return &v->view;
}

struct view *
clone_list_view_new_of(const char *org, const char *app, const char *env)
{
	struct clone_list_view *v = xcalloc(1, sizeof(*v));

	v->view.ops = &clone_list_view_ops;
	v->org = xstrdup(org);
	v->app = xstrdup(app);
	v->env = xstrdup(env);
	return &v->view;
}

/* --- in the review --- */

static bool
has_list(const struct view *view, struct ui *ui)
{
	return clone_list_is_there(review_of((const struct review_view *)view, ui));
}

const struct need review_a_list = {
	has_list, N_("This review has no list of objects."), NULL,
};

void
review_run_objects(struct view *view, struct ui *ui)
{
	ui_push(ui, clone_list_view_new((const struct review_view *)view));
}
