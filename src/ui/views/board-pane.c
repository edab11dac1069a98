/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The pane below the board: one workload in one environment, line by line.
 *
 * A line stands only where there is something to say.  What failed comes first and what could not
 * be read last, each whole as far as there is room, so that the reason is seen without a key.
 */
#include "config.h"

#include "ui/views/board-pane.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "compare/values-used.h"
#include "compare/values.h"
#include "flow/world/reach.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/comment.h"
#include "model/set.h"
#include "ui/views/board-draw.h"
#include "ui/views/board-model.h"
#include "ui/widgets/viewport.h"

#define OLD_MS 15000		/* what was read longer ago is said to be old */

static void
label(struct canvas *c, int *row, const char *text)
{
	canvas_label(c, ++*row, 2, LABEL_COLUMNS, STYLE_DIM, text);
}

static void
draw_address(struct canvas *c, int *row, const struct world_environment *e, const char *module)
{
	char *address = reach_address(e, module);
	const char *command = reach_command(e, module);

	if (address) {
		label(c, row, _("address"));
		canvas_link(c, STYLE_NORMAL, address);
	} else if (command) {
		label(c, row, _("reach by"));
		canvas_untrusted_bytes(c, STYLE_NORMAL, command, 0);
	}
	free(address);
}

static void
draw_failure(struct canvas *c, int *row, const struct untrusted *what, const struct untrusted *why)
{
	char *text = xasprintf("%.80s: %.1000s", untrusted_raw(what), untrusted_raw(why));

	label(c, row, _("failed"));
	*row += canvas_paragraph(c, STYLE_DANGER, text, 3) - 1;
	free(text);
}

/* Why it does not run, or why that is not known, is shown whole; what else is said of it, as far as
 * it fits. */
static void
draw_message(struct canvas *c, int *row, const struct runtime_module *m)
{
	bool problem = m->problem.raw != NULL, failed = m->status == RUNTIME_FAILED;
	char *said = problem ? words_of_problem(&m->problem) : words_of_workload(m);

	if (!problem && *said && (failed || m->status == RUNTIME_UNKNOWN)) {
		label(c, row, failed ? _("failed") : _("unknown"));
		*row += canvas_paragraph(c, failed ? STYLE_DANGER : STYLE_WARN, said, 3) - 1;
	} else {
		canvas_untrusted_bytes(c, problem ? STYLE_DANGER : STYLE_DIM, said, 0);
	}
	free(said);
}

static void
draw_pods(struct canvas *c, int *row, const struct world_environment *e, const char *module)
{
	for (size_t i = 0; world_is_known(e, WORLD_RUNTIME) && i < e->runtime.count; i++) {
		const struct runtime_module *m = &e->runtime.modules[i];

		if (!untrusted_is(&m->module, module))
			continue;
		label(c, row, _("pods"));
		canvas_text(c, STYLE_NORMAL, words_of_pods(m).text);
		canvas_format(c, m->restarts ? STYLE_WARN : STYLE_DIM, _("   restarts %d   "), m->restarts);
		draw_message(c, row, m);
	}
}

/* Wherever the cursor stands. */
static void
draw_others(struct canvas *c, int *row, const struct world_environment *e, const char *module)
{
	for (size_t i = 0; world_is_known(e, WORLD_RUNTIME) && i < e->runtime.count; i++) {
		const struct runtime_module *m = &e->runtime.modules[i];

		if (m->status == RUNTIME_FAILED && !untrusted_is(&m->module, module))
			draw_failure(c, row, &m->module, &m->message);
	}
}

/* The same image, and yet another: which of its values. */
static void
draw_values(const struct board_model *s, struct canvas *c, int *row, const char *module)
{
	const struct world_environment *e = s->env;
	json_t *keys, *key;
	size_t i;

	if (e == s->baseline || !e->set || !e->values || !s->baseline->values || e->is_past)
		return;
	keys = values_differing(set_module(e->set, module), s->baseline->values, e->values);
	json_array_foreach(keys, i, key) {
		const struct value *from = values_find(s->baseline->values, json_string_value(key));
		const struct value *to = values_find(e->values, json_string_value(key));
		char *was = from ? value_words(from) : NULL, *is = to ? value_words(to) : NULL;

		label(c, row, i == 0 ? _("values") : "");
		canvas_untrusted_bytes(c, STYLE_NORMAL, json_string_value(key), 0);
		canvas_text(c, STYLE_DIM, "  ");
		canvas_untrusted_bytes(c, STYLE_DIM, was ? was : "-", c->width / 3);
		canvas_text(c, STYLE_DIM, " ");
		canvas_glyph(c, STYLE_DIM, GLYPH_ARROW);
		canvas_text(c, STYLE_DIM, " ");
		canvas_untrusted_bytes(c, STYLE_OTHER, is ? is : "-", 0);
		free(was);
		free(is);
	}
	json_decref(keys);
}

static void
draw_failed(struct canvas *c, int *row, const struct world_environment *e)
{
	if (e->environment.last_deploy.status != DEPLOYMENT_FAILED ||
	    !e->environment.last_deploy.id.raw)
		return;
	for (size_t i = 0; i < e->error_count; i++) {
		const char *output = deployment_error_output(&e->errors[i]);

		draw_failure(c, row, &e->errors[i].object_id, &e->errors[i].summary);
		if (!*output)
			continue;
		label(c, row, _("output"));
		*row += canvas_paragraph(c, STYLE_NORMAL, output, 5) - 1;
	}
}

/* Why it is still there, though somebody deletes it. */
static void
draw_stuck(struct canvas *c, int *row, const struct world_environment *e)
{
	if (!e->environment.status_message.raw || e->is_past)
		return;
	label(c, row, _("failed"));
	*row += canvas_paragraph(c, STYLE_DANGER, untrusted_raw(&e->environment.status_message),
				 3) - 1;
}

/* What of the environment under the cursor could not be read, or not be understood. */
static void
draw_unreadable(const struct board_model *s, struct canvas *c, int *row)
{
	static const char *const parts[] = {
		[WORLD_SET] = N_("holds"),	     [WORLD_FROM_SET] = N_("base"),
		[WORLD_VALUES] = N_("values"),	     [WORLD_RUNTIME] = N_("runs"),
		[WORLD_RESOURCES] = N_("resources"), [WORLD_ERRORS] = N_("errors"),
	};
	char *problem = words_of_problem(&s->env->environment.problem), *text;

	if (problem) {
		label(c, row, _("answer"));
		*row += canvas_paragraph(c, STYLE_DANGER, problem, 3) - 1;
		free(problem);
	}
	if (world_is_trouble(s->world, &s->app->known)) {
		text = knowledge_text(&s->app->known, clock_wall_ms());
		label(c, row, _("list"));
		*row += canvas_paragraph(c, STYLE_WARN, text, 3) - 1;
		free(text);
		return;			/* the parts fail for the same reason, or are as old */
	}
	for (size_t i = 0; i < WORLD_PART_COUNT; i++) {
		const struct knowledge *known = world_known(s->env, (enum world_part)i);

		if (!world_is_trouble(s->world, known) || (problem && i == WORLD_SET))
			continue;
		text = knowledge_text(known, clock_wall_ms());
		label(c, row, _(parts[i]));
		*row += canvas_paragraph(c, STYLE_WARN, text, 2) - 1;
		free(text);
	}
}

/* Which workload in which environment. */
static void
draw_title(struct canvas *c, const struct world_environment *e, const char *module)
{
	canvas_move(c, 1, 0);
	if (module) {
		canvas_untrusted_bytes(c, STYLE_STRONG, module, 0);
		canvas_text(c, STYLE_DIM, _(" in "));
	}
	canvas_untrusted(c, STYLE_STRONG, &e->environment.name, 0);
	if (e->clone_of) {
		canvas_text(c, STYLE_DIM, _("   clone of "));
		canvas_untrusted_bytes(c, STYLE_DIM, e->clone_of, 0);
	}
}

/* When, by whom and why; of what was, only when. */
static void
draw_deployed(struct canvas *c, int *row, const struct world_environment *e)
{
	const struct deployment *d = &e->environment.last_deploy;
	char ago[64], *comment;

	if (!d->id.raw)
		return;
	clock_ago(ago, clock_wall_ms() - d->created_at);
	label(c, row, e->is_past ? _("seen") : _("deployed"));
	canvas_text(c, STYLE_NORMAL, ago);
	if (e->is_past)
		return;
	canvas_text(c, STYLE_DIM, _(" by "));
	canvas_untrusted(c, STYLE_NORMAL, &d->created_by, 0);
	canvas_text(c, STYLE_DIM, "   ");
	comment = xstrndup(untrusted_raw(&d->comment),
			   comment_people_length(untrusted_raw(&d->comment)));
	canvas_text(c, STYLE_DIM, comment);
	free(comment);
}

static void
draw_place(struct canvas *c, int *row, const struct world_environment *e)
{
	char *place = words_of_place(&e->runtime);

	if (place) {
		label(c, row, _("runs in"));
		canvas_untrusted_bytes(c, STYLE_NORMAL, place, 0);
	}
	free(place);
}

/* The newest of them; the environment's JSON has all. */
static void
draw_waiting(struct canvas *c, int *row, const struct world_environment *e)
{
	size_t count = e->environment.waiting_count;
	char *text;

	if (count == 0 || e->is_past)
		return;
	text = words_of_wait(&e->environment.waiting[count - 1]);
	label(c, row, _("waiting"));
	canvas_untrusted_bytes(c, STYLE_WARN, text, 0);
	free(text);
}

static void
draw_progress(struct canvas *c, int *row, const struct world_environment *e)
{
	char *text = e->is_past ? NULL : words_of_progress(&e->environment);

	if (text) {
		label(c, row, _("progress"));
		canvas_untrusted_bytes(c, STYLE_NORMAL, text, 0);
	}
	free(text);
}

/* Of a row that runs nothing here: what several workloads use, or none; or that it is elsewhere. */
static void
draw_objects(struct canvas *c, int *row, const struct world_environment *e, const char *module)
{
	char *objects = words_of_objects(e->set, module);

	if (objects) {
		label(c, row, _("objects"));
		canvas_untrusted_bytes(c, STYLE_NORMAL, objects, 0);
	} else if (!json_object_get(set_modules(e->set), module)) {
		label(c, row, _("image"));
		canvas_text(c, STYLE_DIM, _("not deployed here"));
	}
	free(objects);
}

void
board_draw_pane(const struct board_model *s, const struct viewport *workloads, struct canvas *c)
{
	const struct world_environment *e = s->env;
	const char *module = s->module_count ? s->modules[s->row] : NULL;
	char ago[64];
	int row = 1;

	canvas_hline(c, 0);
	viewport_draw(workloads, c, 0);
	draw_title(c, e, module);
	draw_stuck(c, &row, e);
	draw_failed(c, &row, e);
	draw_progress(c, &row, e);
	if (module && e->set && set_module_image(e->set, module)) {
		label(c, &row, _("image"));
		canvas_untrusted_bytes(c, STYLE_NORMAL, set_module_image(e->set, module), 0);
		draw_address(c, &row, e, module);
		draw_pods(c, &row, e, module);
		draw_others(c, &row, e, module);
		draw_values(s, c, &row, module);
	} else if (module && e->set) {
		draw_objects(c, &row, e, module);
	}
	draw_deployed(c, &row, e);
	draw_place(c, &row, e);
	draw_waiting(c, &row, e);
	if (world_is_primed(&e->environment, &e->running)) {
		label(c, &row, _("primed"));
		canvas_text(c, STYLE_DANGER,
			    _("the next deployment does not start from the last one"));
	}
	draw_unreadable(s, c, &row);
	if (e->read_at && clock_wall_ms() - e->read_at > OLD_MS) {
		clock_ago(ago, clock_wall_ms() - e->read_at);
		label(c, &row, _("read"));
		canvas_format(c, STYLE_WARN, _("%s; it may be different by now"), ago);
	}
	if (s->world->link == WORLD_OFFLINE) {
		label(c, &row, _("offline"));
		canvas_paragraph(c, STYLE_NORMAL, s->world->link_error.text, 3);
	}
}
