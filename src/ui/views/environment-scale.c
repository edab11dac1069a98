/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is asked for becomes a draft and its review, as by the commands.  It is about the marked
 * workloads or, while none is marked, about the one under the cursor; which these are is written
 * down when the key is pressed.
 */
#include "config.h"

#include "ui/views/environment-scale.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/verbs/scale.h"
#include "flow/world/world.h"
#include "ui/view.h"
#include "ui/views/environment-state.h"
#include "ui/views/environment.h"
#include "ui/views/operation.h"
#include "ui/views/prompt.h"
#include "ui/widgets/list.h"

#define SUBJECT_MAX 4096

/* --- which workloads --- */

bool
environment_is_marked(const struct environment_view *v, const struct world_environment *e,
		      size_t row)
{
	return v->tab == TAB_WORKLOADS && e && row < e->runtime.count &&
	       row_marks_has(&v->marks, untrusted_raw(&e->runtime.modules[row].module));
}

/* The workload under the cursor; NULL: none. */
static const char *
workload_at(const struct environment_view *v)
{
	const struct world_environment *e = environment_find(v);
	size_t at = v->lists[TAB_WORKLOADS].at;

	return v->tab == TAB_WORKLOADS && e && at < e->runtime.count
		       ? untrusted_raw(&e->runtime.modules[at].module)
		       : NULL;
}

/* Copies, in the order of the list: it may be another one when they are used. */
struct chosen {
	char *org, *app, *env;
	char **workloads;
	size_t count;
};

static struct chosen *
choose(const struct environment_view *v)
{
	const struct world_environment *e = environment_find(v);
	const char *selected = workload_at(v);
	struct chosen *c = xcalloc(1, sizeof(*c));

	*c = (struct chosen){
		.org = xstrdup(v->org), .app = xstrdup(v->app), .env = xstrdup(v->env)};
	c->workloads = xcalloc((e ? e->runtime.count : 0) + 1, sizeof(*c->workloads));
	for (size_t i = 0; e && i < e->runtime.count; i++)
		if (environment_is_marked(v, e, i))
			c->workloads[c->count++] =
				xstrdup(untrusted_raw(&e->runtime.modules[i].module));
	if (c->count == 0 && selected)
		c->workloads[c->count++] = xstrdup(selected);
	return c;
}

static void
drop(void *data)
{
	struct chosen *c = data;

	for (size_t i = 0; i < c->count; i++)
		free(c->workloads[i]);
	free(c->workloads);
	free(c->org);
	free(c->app);
	free(c->env);
	free(c);
}

static const char *const *
names(const struct chosen *c)
{
	return (const char *const *)c->workloads;
}

/* NULL: it is not there any more, and that was said. */
static const struct world_environment *
find(const struct chosen *c, struct ui *ui)
{
	const struct world_environment *e =
		world_environment(session_world(ui_session(ui)), c->org, c->app, c->env);

	if (!e)
		ui_say(ui, _("%s is not there any more."), c->env);
	return e;
}

/* --- to the review --- */

/* Takes what was drafted. */
static void
review(struct ui *ui, const struct chosen *c, struct scale_draft *draft, bool in_place)
{
	const struct flow_request request = {.verb = FLOW_DEPLOY,
					     .org = c->org,
					     .app = c->app,
					     .env = c->env,
					     .draft = draft->delta};

	if (draft->unchanged)
		ui_say(ui, "%s", draft->unchanged);
	else if (in_place)
		operation_review_instead(ui, &request);
	else
		operation_review(ui, &request);
	scale_draft_clear(draft);
}

static const char *
check_count(void *data, const char *text)
{
	(void)data;
	return scale_is_count(text) ? NULL : _("Expected a whole number, such as 3.");
}

static void
count_typed(void *data, struct ui *ui, const char *text)
{
	const struct chosen *c = data;
	const struct world_environment *e = find(c, ui);
	struct scale_draft draft = {0};
	struct error err = {0};

	if (!e)
		return;
	if (scale_replicas(e, names(c), c->count, text, &draft, &err) == 0)
		review(ui, c, &draft, true);
	else
		ui_say_error(ui, &err);
}

/* "production: web, worker" */
static char *
subject_of(const struct chosen *c)
{
	struct buf text;
	char *subject;

	buf_init(&text, SUBJECT_MAX);
	(void)buf_puts(&text, c->env);
	for (size_t i = 0; i < c->count; i++)
		(void)buf_printf(&text, "%s%s", i ? ", " : ": ", c->workloads[i]);
	subject = xstrdup(buf_str(&text));
	buf_clear(&text);
	return subject;
}

/* What it is now is offered, where that is one number. */
static char *
initial_count(const struct world_environment *e, const struct chosen *c)
{
	int count = scale_count(e, c->workloads[0]);

	for (size_t i = 1; i < c->count; i++)
		if (scale_count(e, c->workloads[i]) != count)
			count = -1;
	return count < 0 ? xstrdup("") : xasprintf("%d", count);
}

static void
ask_count(struct ui *ui, const struct world_environment *e, struct chosen *c)
{
	char *subject = subject_of(c), *initial = initial_count(e, c);
	const struct prompt prompt = {
		.title = N_("Scale"),
		.label = N_("Replicas"),
		.note = N_("Number of replicas of each workload. You review the change first; "
			   "undo rolls it back."),
		.subject = subject,
		.initial = initial,
		.check = check_count,
		.done = count_typed,
		.drop = drop,
		.data = c,
	};

	ui_push(ui, prompt_view_new(&prompt));
	free(initial);
	free(subject);
}

void
environment_run_scale(struct view *view, struct ui *ui)
{
	struct chosen *c = choose((const struct environment_view *)view);
	const struct world_environment *e = find(c, ui);
	struct error err = {0};

	if (e && scale_check(e, names(c), c->count, &err) == 0) {
		ask_count(ui, e, c);
		return;
	}
	if (e)
		ui_say_error(ui, &err);
	drop(c);
}

void
environment_run_restart(struct view *view, struct ui *ui)
{
	struct chosen *c = choose((const struct environment_view *)view);
	const struct world_environment *e = find(c, ui);
	struct scale_draft draft = {0};
	struct error err = {0};

	if (e && scale_restart(e, names(c), c->count, &draft, &err) == 0)
		review(ui, c, &draft, false);
	else if (e)
		ui_say_error(ui, &err);
	drop(c);
}

void
environment_run_pause(struct view *view, struct ui *ui)
{
	struct chosen *c = choose((const struct environment_view *)view);
	const struct world_environment *e = find(c, ui);
	struct scale_draft draft = {0};
	struct error err = {0};

	if (e && e->set && scale_is_paused(e->set))
		operation_review(ui, &(struct flow_request){.verb = FLOW_UNDO,
							    .org = c->org,
							    .app = c->app,
							    .env = c->env,
							    .resumes = true,
							    .decides = true});
	else if (e && scale_pause(e, &draft, &err) == 0)
		review(ui, c, &draft, false);
	else if (e)
		ui_say_error(ui, &err);
	drop(c);
}

/* --- marks --- */

/* The cursor goes on to the next: marking several is one key, pressed several times. */
void
environment_run_mark(struct view *view, struct ui *ui)
{
	struct environment_view *v = (struct environment_view *)view;

	(void)ui;
	row_marks_toggle(&v->marks, workload_at(v));
	(void)list_act(&v->lists[TAB_WORKLOADS], ACTION_DOWN);
}

void
environment_run_back(struct view *view, struct ui *ui)
{
	struct environment_view *v = (struct environment_view *)view;

	if (v->tab != TAB_WORKLOADS || !row_marks_clear(&v->marks))
		ui_run_back(view, ui);
}

static bool
is_listed(const struct world_environment *e, const char *workload)
{
	for (size_t i = 0; i < e->runtime.count; i++)
		if (untrusted_is(&e->runtime.modules[i].module, workload))
			return true;
	return false;
}

/* Before the list is read nothing in it is known to be gone. */
void
environment_drop_marks(struct environment_view *v, struct ui *ui)
{
	const struct world_environment *e = environment_find(v);
	const char *workload;
	json_t *mark;
	void *next;

	if (!e || !world_is_known(e, WORLD_RUNTIME))
		return;
	json_object_foreach_safe(v->marks.names, next, workload, mark) {
		if (is_listed(e, workload))
			continue;
		if (ui_top(ui) == &v->view)
			ui_say(ui, _("%s is not there any more."), workload);
		json_object_del(v->marks.names, workload);
	}
}

/* --- what must be there --- */

static bool
has_workload(const struct view *view, struct ui *ui)
{
	(void)ui;
	return workload_at((const struct environment_view *)view) != NULL;
}

static bool
has_count(const struct view *view, struct ui *ui)
{
	struct chosen *c = choose((const struct environment_view *)view);
	const struct world_environment *e =
		environment_find((const struct environment_view *)view);
	struct error why = {0};
	bool has = e && scale_check(e, names(c), c->count, &why) == 0;

	(void)ui;
	drop(c);
	return has;
}

static bool
has_pods(const struct view *view, struct ui *ui)
{
	struct chosen *c = choose((const struct environment_view *)view);
	const struct world_environment *e =
		environment_find((const struct environment_view *)view);
	struct scale_draft draft = {0};
	struct error why = {0};
	bool has = e && scale_restart(e, names(c), c->count, &draft, &why) == 0;

	(void)ui;
	scale_draft_clear(&draft);
	drop(c);
	return has;
}

static bool
can_pause(const struct view *view, struct ui *ui)
{
	const struct world_environment *e =
		environment_find((const struct environment_view *)view);
	struct scale_draft draft = {0};
	struct error why = {0};
	bool can = e && scale_pause(e, &draft, &why) == 0;

	(void)ui;
	scale_draft_clear(&draft);
	return can;
}

const struct need environment_a_workload = {
	has_workload, N_("Select a workload first: {tab-1}."), NULL};
/* Of these it is said by what would change them. */
const struct need environment_has_count = {has_count, NULL, NULL},
		  environment_has_pods = {has_pods, NULL, NULL},
		  environment_can_pause = {can_pause, NULL, NULL};
