/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the workloads of an environment write: followed, paused, found in, filtered and saved.
 *
 * The place is how many lines are below what is seen, so 0 is "following" without a state of
 * its own.  Each answer replaces all lines; the count of those that came moves the place with
 * them.
 */
#include "config.h"

#include "ui/views/logs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/world/logs.h"
#include "ui/view.h"
#include "ui/views/logs-draw.h"
#include "ui/views/logs-keys.h"
#include "ui/views/logs-state.h"
#include "ui/widgets/viewport.h"

/* --- which lines --- */

static bool
has_text(const struct logs_view *v, size_t i)
{
	return strcasestr(untrusted_raw(&logs_line(v->logs, i)->payload), find_text(&v->find));
}

bool
logs_view_is_filtered(const struct logs_view *v)
{
	return v->only && find_is_wanted(&v->find);
}

/* By index and not by pointer: with each answer the lines are others. */
void
logs_view_keep(struct logs_view *v)
{
	size_t count = logs_count(v->logs);

	v->kept_count = 0;
	if (!logs_view_is_filtered(v))
		return;
	v->kept = xreallocarray(v->kept, count + 1, sizeof(*v->kept));
	for (size_t i = 0; i < count; i++)
		if (has_text(v, i))
			v->kept[v->kept_count++] = i;
}

size_t
logs_view_count(const struct logs_view *v)
{
	return logs_view_is_filtered(v) ? v->kept_count : logs_count(v->logs);
}

const struct log_line *
logs_view_line(const struct logs_view *v, size_t i)
{
	return logs_line(v->logs, logs_view_is_filtered(v) ? v->kept[i] : i);
}

void
logs_view_reopen(struct logs_view *v, struct ui *ui)
{
	logs_close(v->logs);
	v->logs = logs_open(ui_session(ui), &(struct logs_wanted){.org = v->org, .app = v->app,
								   .env = v->env,
								   .workload = v->workload,
								   .container = v->container,
								   .previous = v->previous});
	v->bottom = 0;
	v->found = v->several = false;
	v->held = false;
	v->revision = v->appended = 0;
	logs_view_keep(v);
}

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	const struct logs_view *v = (const struct logs_view *)view;

	(void)ui;
	if (v->container)
		snprintf(out, size, _("%.60s of %.60s in %.60s"), v->container, v->workload,
			 v->env);
	else
		snprintf(out, size, _("%.60s in %.60s"),
			 v->workload ? v->workload : _("all workloads"), v->env);
	if (v->previous) {
		size_t length = strlen(out);

		snprintf(out + length, size - length, _(", before the last restart"));
	}
}

/* --- containers --- */

static bool
has_container(const struct logs_view *v, const char *name)
{
	for (size_t i = 0; i < v->container_count; i++)
		if (strcmp(v->containers[i], name) == 0)
			return true;
	return false;
}

void
logs_view_add_container(struct logs_view *v, const char *name)
{
	if (*name && v->container_count < LOGS_CONTAINERS_MAX && !has_container(v, name))
		v->containers[v->container_count++] = xstrdup(name);
}

void
logs_view_drop_containers(struct logs_view *v)
{
	while (v->container_count > 0)
		free(v->containers[--v->container_count]);
}

/* Whether the line's workload has lines of another container before it. */
static bool
is_of_another(const struct logs *logs, size_t i)
{
	const struct log_line *line = logs_line(logs, i);

	for (size_t k = i; k-- > 0;)
		if (untrusted_equal(&logs_line(logs, k)->workload, &line->workload))
			return !untrusted_equal(&logs_line(logs, k)->container, &line->container);
	return false;
}

/* Which containers there are to be told apart. */
static void
learn_containers(struct logs_view *v)
{
	size_t count = logs_count(v->logs);

	v->several = false;
	for (size_t i = 0; i < count; i++) {
		if (v->workload)
			logs_view_add_container(v,
						untrusted_raw(&logs_line(v->logs, i)->container));
		v->several = v->several || is_of_another(v->logs, i);
	}
}

/* --- moving and finding --- */

/* Lines that came while one reads further up, or looks at what was found, do not move that;
 * unless there are so many that it has gone. */
static void
stay(struct logs_view *v, size_t count, uint64_t more)
{
	if (v->bottom == 0 && !v->found)
		return;
	if (more < count && v->bottom < count - more) {
		v->bottom += more;
	} else {
		v->bottom = count > 0 ? count - 1 : 0;
		v->found = false;
	}
}

static void
changed(struct view *view, struct ui *ui)
{
	struct logs_view *v = (struct logs_view *)view;
	size_t was;

	(void)ui;
	if (logs_revision(v->logs) == v->revision)
		return;
	was = logs_view_count(v);
	logs_view_keep(v);
	stay(v, logs_view_count(v),
	     logs_view_is_filtered(v) ? (v->kept_count > was ? v->kept_count - was : 0)
				      : logs_appended(v->logs) - v->appended);
	v->revision = logs_revision(v->logs);
	v->appended = logs_appended(v->logs);
	learn_containers(v);
}

static void
scroll_lines(struct logs_view *v, long by)
{
	long to = (long)v->bottom + by,
	     most = (long)logs_view_count(v) - (long)logs_view_count_oldest(v);

	v->found = false;
	v->bottom = to < 0 || most < 0 ? 0 : (size_t)(to > most ? most : to);
}

/* Up is towards the oldest line; a page is what was seen. */
static void
scroll_by(struct view *view, struct ui *ui, enum action action)
{
	struct logs_view *v = (struct logs_view *)view;
	size_t first, end;

	(void)ui;
	logs_view_seen(v, &first, &end);
	scroll_lines(v, -viewport_step(action, end - first, logs_view_count(v)));
}

void
logs_view_find(struct logs_view *v, struct ui *ui, int step, bool beyond)
{
	long count = (long)logs_view_count(v),
	     i = count - 1 - (long)v->bottom - (beyond ? step : 0);

	if (!find_is_wanted(&v->find)) {
		ui_say(ui, _("Find a text first: {find}."));
		return;
	}
	for (; i >= 0 && i < count; i -= step) {
		if (strcasestr(untrusted_raw(&logs_view_line(v, (size_t)i)->payload),
			       find_text(&v->find))) {
			v->bottom = (size_t)(count - 1 - i);
			v->found = true;
			return;
		}
	}
	ui_say(ui, step > 0 ? _("No older line has \"%s\".") : _("No newer line has \"%s\"."),
	       find_text(&v->find));
}

/* Other lines have it now. */
static void
keep_typed(struct logs_view *v)
{
	logs_view_keep(v);
	if (logs_view_is_filtered(v))
		v->bottom = 0;
}

static bool
type(struct view *view, struct ui *ui, int key)
{
	struct logs_view *v = (struct logs_view *)view;

	switch (find_type(&v->find, key)) {
	case FIND_FORGOTTEN: v->found = v->only = false; return true;
	case FIND_ENDED: logs_view_find(v, ui, 1, false); return true;
	case FIND_TYPED: keep_typed(v); return true;
	default: return false;
	}
}

static void
close_view(struct view *view)
{
	struct logs_view *v = (struct logs_view *)view;

	logs_close(v->logs);
	free(v->org);
	free(v->app);
	free(v->env);
	free(v->workload);
	free(v->container);
	logs_view_drop_containers(v);
	free(v->kept);
	free(v);
}

static const struct key *
mode(const struct view *view, struct ui *ui)
{
	(void)ui;
	return ((const struct logs_view *)view)->find.is_typing ? ui_finding_keys : NULL;
}

const struct view_ops logs_view_ops = {
	.mode = mode,
	.title = N_("Logs"),
	.keys = logs_keys,
	.fit = logs_fit,
	.draw = logs_draw,
	.subject = subject,
	.act = scroll_by,
	.type = type,
	.changed = changed,
	.close = close_view,
};

struct view *
logs_view_new(struct ui *ui, const char *org, const char *app, const char *env,
	      const char *workload)
{
	struct logs_view *v = xcalloc(1, sizeof(*v));

	v->view.ops = &logs_view_ops;
	v->org = xstrdup(org);
	v->app = xstrdup(app);
	v->env = xstrdup(env);
	v->workload = workload ? xstrdup(workload) : NULL;
	logs_view_reopen(v, ui);
	return &v->view;
}
