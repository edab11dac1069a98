/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A workload's configuration in the person's editor.  What cannot be understood goes back there
 * with what is wrong with it, as often as they change something; emptied or unchanged it is given
 * up.  What was understood becomes a draft, and its review.
 */
#include "config.h"

#include "ui/views/edit.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/world.h"
#include "model/delta.h"
#include "model/json-text.h"
#include "model/json.h"
#include "model/set.h"
#include "ui/outside.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/review.h"

#define FILE_NAME "workload.json"
#define BLANKS " \t\r\n"
/* A script that is wrong in another way each time would never end; a person stops long before. */
#define RUNS_MAX 50

/* Lines that begin with # are ours: JSON has none.  They are always three, so that the number of a
 * line that is wrong stays true. */
static char *
with_words(const char *body, const char *env, const char *module, const struct error *err)
{
	char *head = xasprintf(
		_("# %s in %s. Save and quit to review the change.\n"
		  "# Leave it unchanged, or empty, to cancel."),
		module, env);
	char *wrong = xstrdup(err->kind != ERROR_NONE ? err->text : "");
	char *all;

	/* It may quote a name of the text that has line breaks. */
	for (char *c = wrong; *c; c++)
		if (*c == '\n')
			*c = ' ';
	all = xasprintf("%s\n# %s\n%s\n", head, wrong, body);
	free(wrong);
	free(head);
	return all;
}

/* Our lines made blank: the others keep their numbers. */
static void
drop_words(char *text)
{
	for (char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (*line == '#')
			memset(line, ' ', strcspn(line, "\n"));
	}
}

/* What is left without our lines and the blanks around it: an editor that drops or adds those has
 * changed nothing. */
static char *
without_words(char *text)
{
	size_t length;

	drop_words(text);
	text += strspn(text, BLANKS);
	length = strlen(text);
	while (length > 0 && strchr(BLANKS, text[length - 1]))
		length--;
	return xstrndup(text, length);
}

static void
say_unchanged(struct ui *ui, const struct error *wrong)
{
	if (wrong->kind != ERROR_NONE)
		ui_say(ui, _("Nothing was changed. The edited text is still invalid: %s"),
		       wrong->text);
	else
		ui_say(ui, _("Nothing was changed."));
}

/* NULL: given up, or it could not be edited, and that was said; or the program is to end. */
static struct delta *
draft(struct ui *ui, const struct set *set, const char *env, const char *module)
{
	char *body = json_text(set_module(set, module), JSON_INDENT(2) | JSON_SORT_KEYS);
	char *text = NULL, *edited;
	const struct error none = {0};
	struct error err = {0}, wrong = {0};
	struct delta *delta = NULL;
	json_t *value;

	for (int runs = 1; !delta && !terminal_is_ending(); runs++) {
		free(text);
		text = with_words(body, env, module, &wrong);
		if (outside_edit(FILE_NAME, &text, &err) != 0) {
			ui_say_error(ui, &err);
			break;
		}
		edited = without_words(text);
		if (!*edited || strcmp(edited, body) == 0) {
			say_unchanged(ui, *edited ? &wrong : &none);
			free(edited);
			break;
		}
		free(body);
		body = edited;
		wrong = none;
		value = json_decode_keeping(text, strlen(text), &wrong);
		delta = value ? delta_of_module(set, module, value, &wrong) : NULL;
		json_decref(value);
		if (!delta && runs == RUNS_MAX) {
			say_unchanged(ui, &wrong);
			break;
		}
	}
	free(body);
	free(text);
	return delta;
}

static void
review(struct ui *ui, const char *org, const char *app, const char *env, const struct delta *delta)
{
	struct flow_request request = {
		.verb = FLOW_DEPLOY, .org = org, .app = app, .env = env, .draft = delta};
	struct error err = {0};
	struct flow *flow;

	if (delta_is_empty(delta)) {
		ui_say(ui, _("Nothing was changed."));
		return;
	}
	flow = flow_new(ui_session(ui), &request, &err);
	if (flow)
		ui_push(ui, review_view_new(flow));
	else
		ui_say_error(ui, &err);
}

void
ui_edit_workload(struct ui *ui, const char *org, const char *app, const char *env,
		 const char *module)
{
	const struct world_environment *e = world_environment(session_world(ui_session(ui)), org,
							      app, env);
	/* The cursor, the world and the list may be others when the editor ends. */
	struct set *set = e && e->set && set_module(e->set, module) ? set_ref(e->set) : NULL;
	struct delta *delta = NULL;
	char *place[] = {xstrdup(org), xstrdup(app), xstrdup(env), xstrdup(module)};

	if (!set)
		ui_say(ui,
		       _("This workload does not run here, or its state is unknown."));
	else if (session_read_only(ui_session(ui)))
		ui_say(ui, _("This is a read-only session."));
	else
		delta = draft(ui, set, place[2], place[3]);
	if (delta)
		review(ui, place[0], place[1], place[2], delta);
	delta_free(delta);
	set_unref(set);
	for (size_t i = 0; i < sizeof(place) / sizeof(place[0]); i++)
		free(place[i]);
}
