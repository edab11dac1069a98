/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The findings are a list in the head of the review.
 *
 * What a finding is in becomes another text in the clone: asked for in a field, or in the
 * editor.
 *
 * A finding is known by the operation and its own id: while somebody types, the review may be
 * made again, and then there is another one that this text does not belong to.
 */
#include "config.h"

#include "ui/views/review-finding.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "ui/canvas.h"
#include "ui/outside.h"
#include "ui/view.h"
#include "ui/views/prompt.h"
#include "ui/views/review-state.h"
#include "ui/views/review.h"

/* --- the cursor --- */

static void
id_of(const void *data, size_t row, struct buf *out)
{
	buf_puts(out, ((const struct review_view *)data)->listed->findings[row].id);
}

static int
height_of(const void *data, size_t row)
{
	const struct review_view *r = data;

	return review_finding_rows(&r->listed->findings[row], &r->layout.whole);
}

void
review_init_findings(struct review_view *r)
{
	list_init(&r->findings, id_of, r);
	r->findings.height = height_of;
}

void
review_list_findings(struct review_view *r, const struct review *review)
{
	r->listed = review;
	list_update(&r->findings, review->finding_count);
}

const struct review_finding *
review_selected_finding(const struct review_view *r, const struct review *review)
{
	const char *id = r->findings.selected;

	if (r->focus != IN_FINDINGS || !id)
		return NULL;
	for (size_t i = 0; i < review->finding_count; i++)
		if (strcmp(review->findings[i].id, id) == 0)
			return &review->findings[i];
	return NULL;
}

int
review_finding_rows(const struct review_finding *finding, const struct canvas *canvas)
{
	char *text = canvas_plain(canvas, finding->text);
	int rows = canvas_paragraph_rows(text, canvas->width - REVIEW_FINDING_COLUMN);

	free(text);
	return rows < 1 ? 1 : rows > REVIEW_FINDING_ROWS_MAX ? REVIEW_FINDING_ROWS_MAX : rows;
}

/* How many are in sight at once from the selected one on. */
static size_t
count_page(const struct review_view *r)
{
	const struct list *list = &r->findings;
	size_t end = list->at;

	for (int used = 0; end < list->count; end++) {
		used += height_of(r, end);
		if (used > r->layout.room)
			break;
	}
	return end - list->at;
}

bool
review_move_finding(struct review_view *r, const struct review *review, enum action action)
{
	struct list *list = &r->findings;
	size_t was;
	long step;

	review_list_findings(r, review);
	was = list->at;
	step = viewport_step(action, count_page(r), list->count);
	if (step)
		list_select(list, (long)was + step);
	if (list->at == was && (action == ACTION_PAGE_DOWN || action == ACTION_LAST))
		return false;
	return step != 0;
}

/* --- changing one --- */

/* Which one, for whoever comes back from a field or an editor. */
struct finding_place {
	struct review_view *review;
	char *operation, *id, *before;
};

static const char *
check_text(void *data, const char *text)
{
	const struct finding_place *place = data;

	return strcmp(place->before, text) == 0 ? _("No change: it already has this value.") : NULL;
}

/* The review is made again, and is read again. */
static bool
take_text(struct ui *ui, const struct finding_place *place, const char *text)
{
	struct flow *flow = session_flow_by_id(ui_session(ui), place->operation);
	struct error err = {0};

	if (!flow) {
		ui_say(ui, _("The review was made again meanwhile; change it there."));
		return false;
	}
	if (flow_change_finding(flow, place->id, text, &err) != 0) {
		ui_say_error(ui, &err);
		return false;
	}
	review_read_again(place->review);
	return true;
}

static void
typed_text(void *data, struct ui *ui, const char *text)
{
	(void)take_text(ui, data, text);
	ui_pop(ui);
}

static void
drop_place(void *data)
{
	struct finding_place *place = data;

	free(place->operation);
	free(place->id);
	free(place->before);
	free(place);
}

/* Several lines, or more than a field holds. */
static bool
needs_editor(const char *text)
{
	return strpbrk(text, "\n\r\t") || strlen(text) >= FIELD_MAX;
}

static void
edit_text(struct ui *ui, const struct finding_place *place)
{
	char *text = xstrdup(place->before);
	size_t before = strlen(text), after;
	struct error err = {0};

	if (outside_edit("finding.txt", &text, &err) != 0) {
		ui_say_error(ui, &err);
		free(text);
		return;
	}
	/* An editor ends the last line. */
	after = strlen(text);
	if (after > 0 && text[after - 1] == '\n' &&
	    (before == 0 || place->before[before - 1] != '\n'))
		text[after - 1] = '\0';
	(void)take_text(ui, place, text);
	free(text);
}

void
review_change_finding(struct review_view *r, struct ui *ui, const struct review_finding *finding)
{
	struct prompt prompt = {
		.title = N_("Change the text of a finding"),
		.label = N_("New text"),
		.note = N_(
			"In the clone only. It isolates the clone, so it is not promoted; the review is made again."),
		.subject = finding->where,
		.initial = finding->was,
		.check = check_text,
		.done = typed_text,
		.drop = drop_place,
	};
	struct finding_place *place;

	if (!finding->was) {
		ui_say(ui,
		       _("This finding is not in one string of the clone; it can only be acknowledged."));
		return;
	}
	place = xcalloc(1, sizeof(*place));
	*place = (struct finding_place){r, xstrdup(r->id), xstrdup(finding->id),
					xstrdup(finding->was)};
	prompt.data = place;
	if (!needs_editor(finding->was)) {
		ui_push(ui, prompt_view_new(&prompt));
		return;
	}
	edit_text(ui, place);
	drop_place(place);
}
