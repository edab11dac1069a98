/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The clones go first, each by the discard that a person would have asked for, and what is kept
 * here last: if one cannot be deleted nothing is forgotten, and it can be tried again.
 */
#include "config.h"

#include "cli/kube-forget.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/knowledge.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/embedded-kube.h"
#include "cli/embedded.h"
#include "cli/kube-state.h"
#include "cli/output-text.h"
#include "cli/screen.h"
#include "flow/clones.h"
#include "flow/session.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/json-text.h"

/* Whose a clone is cannot be told before it is known who we are. */
#define NEEDS (NEED_APPLICATIONS | NEED_ENVIRONMENTS | NEED_USER)
#define READ_MS 30000
#define TURN_MS 200
#define ANSWER_MAX 512

/* What is to be deleted, read whole before anything is. */
struct doomed {
	struct {
		char *org, *app, *env, *home;	/* home NULL: nobody knows */
		enum clone_work work;
		size_t changes;			/* SOME: that are not promoted */
	} *items;
	size_t count, others;			/* others: clones that stay */
};

struct forget {
	const struct arguments *arguments;
	struct kube_state state;
	struct embedded embedded;
	char *history, *cache;
	struct session_options options;
	struct doomed doomed;
};

static void
clear(struct forget *f)
{
	for (size_t i = 0; i < f->doomed.count; i++) {
		free(f->doomed.items[i].org);
		free(f->doomed.items[i].app);
		free(f->doomed.items[i].env);
		free(f->doomed.items[i].home);
	}
	free(f->doomed.items);
	free(f->history);
	free(f->cache);
	kube_state_clear(&f->state);
}

/* --- what there is --- */

/* Until each part that is needed was read, or could not be. */
static bool
settle(struct session *session, const char *org, const char *app, unsigned needs, int64_t until)
{
	while (!session_settled(session, org, app, needs, 0)) {
		if (clock_steady_ms() > until)
			return false;
		(void)session_turn(session, NULL, NULL, 0, TURN_MS);
	}
	return true;
}

static bool
has_read_clones(const struct world *world)
{
	for (size_t i = 0; i < world->count; i++)
		if (world->organizations[i].adoption.state != ADOPTION_NONE &&
		    !world->organizations[i].adoption.clones_read_at)
			return false;
	return true;
}

/* Somebody may have taken a clone over, or deleted it, and what is listed here is deleted: the
 * platform is to have read the cluster since it started. */
static int
wait_for_cluster(struct forget *f, struct error *err)
{
	const int64_t until = clock_steady_ms() + READ_MS;
	struct session *session = session_new(&f->options, err);
	const struct knowledge *unread = NULL;
	bool is_read;

	if (!session)
		return -1;
	is_read = settle(session, NULL, NULL, NEED_APPLICATIONS, until);
	while (is_read && !has_read_clones(session_world(session)) &&
	       !(unread = session_unreadable(session, NULL, NULL, NEED_APPLICATIONS))) {
		is_read = clock_steady_ms() < until;
		(void)session_turn(session, NULL, NULL, 0, TURN_MS);
	}
	if (unread)
		*err = *knowledge_why(unread);
	else if (!is_read)
		error_set(err, ERROR_NO_REPLY, _("The clones could not be read in time."));
	session_free(session);
	return err->kind == ERROR_NONE ? 0 : -1;
}

static void
doom(struct doomed *doomed, struct session *session, const struct clone *clone)
{
	const struct world_environment *e;
	const enum clone_work work = clone->work;
	size_t i = doomed->count++, changes = clone->changes;

	session_focus(session, clone->org, clone->app);
	(void)settle(session, clone->org, clone->app, NEED_RUNTIME,
		     clock_steady_ms() + READ_MS);
	e = world_environment(session_world(session), clone->org, clone->app, clone->env);
	doomed->items = xreallocarray(doomed->items, doomed->count, sizeof(*doomed->items));
	doomed->items[i].org = xstrdup(clone->org);
	doomed->items[i].app = xstrdup(clone->app);
	doomed->items[i].env = xstrdup(clone->env);
	doomed->items[i].work = work;
	doomed->items[i].changes = changes;
	doomed->items[i].home = e ? words_of_place(&e->runtime) : NULL;
}

/* The list is that of the session, which each turn may change: names are copied first. */
static int
list_clones(struct forget *f, struct session *session, struct error *err)
{
	const int64_t until = clock_steady_ms() + READ_MS;
	struct clones *clones = clones_open(session, NULL);
	const struct knowledge *unread;

	clones_update(clones);
	while (!clones_is_settled(clones) && clock_steady_ms() < until)
		if (session_turn(session, NULL, NULL, 0, TURN_MS))
			clones_update(clones);
	unread = session_unreadable(session, NULL, NULL, NEED_APPLICATIONS | NEED_ENVIRONMENTS);
	if (unread)
		*err = *knowledge_why(unread);
	else if (!clones_is_settled(clones))
		error_set(err, ERROR_NO_REPLY, _("The clones could not be read in time."));
	else if (clones_error(clones))
		*err = *clones_error(clones);
	for (size_t i = 0; err->kind == ERROR_NONE && i < clones_count(clones); i++) {
		if (clones_get(clones, i)->is_ours)
			doom(&f->doomed, session, clones_get(clones, i));
		else
			f->doomed.others++;
	}
	clones_close(clones);
	return err->kind == ERROR_NONE ? 0 : -1;
}

/* By a second session: what the first one knows may be older than what was read meanwhile. */
static int
read_clones(struct forget *f, struct error *err)
{
	struct session *session =
		wait_for_cluster(f, err) == 0 ? session_new(&f->options, err) : NULL;
	int ret = -1;

	if (!session)
		return -1;
	if (!settle(session, NULL, NULL, NEEDS, clock_steady_ms() + READ_MS))
		error_set(err, ERROR_NO_REPLY, _("The clones could not be read in time."));
	else if (!session_world(session)->user.raw)
		error_set(err, ERROR_PROTOCOL,
			  _("The platform does not say who we are: neither name nor id."));
	else
		ret = list_clones(f, session, err);
	session_free(session);
	return ret;
}

/* --- asking --- */

static void
print_changes(enum clone_work work, size_t changes)
{
	if (work == CLONE_WORK_UNKNOWN)
		output_text_line(_("    it is unknown whether it has changes that are not promoted"));
	else if (changes > 0)
		output_text_line(ngettext("    %zu change in it is not promoted",
					  "    %zu changes in it are not promoted", changes),
				 changes);
}

static void
print_list(const struct forget *f)
{
	output_text_line(_("Forgetting %s will:"), f->state.context);
	for (size_t i = 0; i < f->doomed.count; i++) {
		output_text_line(_("  delete the clone %s of %s (%s)"), f->doomed.items[i].env,
				 f->doomed.items[i].app,
				 f->doomed.items[i].home ? f->doomed.items[i].home
							 : _("its namespace is not known"));
		print_changes(f->doomed.items[i].work, f->doomed.items[i].changes);
	}
	output_text_line(_("  remove %s, with its history"), f->state.directory);
	if (f->doomed.others > 0)
		output_text_line(ngettext("%zu clone of others stays.", "%zu clones of others stay.",
					  f->doomed.others), f->doomed.others);
	output_text_line(_("No other namespace is changed."));
}

/* What is to go, or is gone, as one value. */
static void
print_json(const struct forget *f, const char *state)
{
	json_t *clones = json_array(), *body;

	for (size_t i = 0; i < f->doomed.count; i++) {
		json_t *changes = f->doomed.items[i].work == CLONE_WORK_UNKNOWN
					  ? json_null()
					  : json_integer((json_int_t)f->doomed.items[i].changes);

		json_array_append_new(clones, json_pack("{s:s, s:s, s:s?, s:o}", "environment",
							f->doomed.items[i].env, "application",
							f->doomed.items[i].app, "runs_in",
							f->doomed.items[i].home, "changes",
							changes));
	}
	body = json_pack("{s:s, s:s, s:s, s:o, s:I}", "context", f->state.context, "state", state,
			 "directory", f->state.directory, "clones", clones, "others",
			 (json_int_t)f->doomed.others);
	json_text_write(body, stdout, JSON_ENSURE_ASCII | JSON_INDENT(2));
	putchar('\n');
	fflush(stdout);
	json_decref(body);
}

/* EXIT_OK: it is to be done. */
static int
confirm(const struct forget *f, struct error *err)
{
	const char *approve = f->arguments->approve;
	char answer[ANSWER_MAX] = "";

	if (approve && strcmp(approve, f->state.context) == 0)
		return EXIT_OK;
	if (approve) {
		error_set(err, ERROR_INPUT, _("--approve names \"%s\", but the context is \"%s\"."),
			  approve, f->state.context);
		return EXIT_USAGE;
	}
	if (f->arguments->json) {
		print_json(f, "reviewed");
		return EXIT_PREVIEWED;
	}
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		output_text_line(_("Nothing was changed. Add --approve=%s to approve."), f->state.context);
		return EXIT_PREVIEWED;
	}
	output_text_line(_("Type the name of the context to confirm: "));
	fflush(stdout);
	if (!fgets(answer, sizeof(answer), stdin))
		answer[0] = '\0';
	answer[strcspn(answer, "\n")] = '\0';
	if (strcmp(answer, f->state.context) == 0)
		return EXIT_OK;
	error_set(err, ERROR_INPUT, _("The name does not match. Nothing was changed."));
	return EXIT_USAGE;
}

/* --- doing it --- */

static int
discard_clones(const struct forget *f, struct error *err)
{
	int code = EXIT_OK;

	for (size_t i = 0; i < f->doomed.count && code == EXIT_OK; i++) {
		struct arguments once = *f->arguments;
		char *words[] = {f->doomed.items[i].env};

		once.verb = "discard";
		once.words = words;
		once.word_count = 1;
		once.org = f->doomed.items[i].org;
		once.app = f->doomed.items[i].app;
		once.approve = f->doomed.items[i].env;
		once.is_part = true;
		code = screen_run(&once, &f->options, NULL, err);
	}
	return code;
}

static int
forget(struct forget *f, struct error *err)
{
	int code;

	f->history = xasprintf("%s/history.db", f->embedded.directory);
	f->cache = xasprintf("%s/cache.db", f->embedded.directory);
	f->options = (struct session_options){
		.url = "http://localhost",
		.socket = f->embedded.socket,
		.context = f->state.context,
		.history_path = f->history,
		.cache_path = f->cache,
		.read_only = f->arguments->read_only,
	};
	if (read_clones(f, err) != 0)
		return exit_code_of(err->kind, EXIT_STAGE_READ);
	if (!f->arguments->json)
		print_list(f);
	code = confirm(f, err);
	return code == EXIT_OK ? discard_clones(f, err) : code;
}

static void
print_end(const struct forget *f, bool was_there)
{
	if (f->arguments->json)
		print_json(f, was_there ? "forgotten" : "nothing");
	else if (was_there)
		output_text_line(_("Forgotten: %s."), f->state.context);
	else
		output_text_line(_("Nothing is kept of %s on this machine."), f->state.context);
}

int
kube_forget(const struct arguments *arguments, struct error *err)
{
	struct forget f = {.arguments = arguments};
	int code = EXIT_USAGE;

	if (kube_state_open(&f.state, arguments->context, err) != 0) {
		/* it was said why */
	} else if (!kube_state_is_there(&f.state)) {
		print_end(&f, false);
		code = EXIT_OK;
	} else if (embedded_kube_start(&f.embedded, &f.state, EMBEDDED_KUBE_ALONE, err) != 0) {
		code = EXIT_FAILED;
	} else {
		code = forget(&f, err);
		embedded_stop(&f.embedded);
		if (code == EXIT_OK && kube_state_remove(&f.state, err) != 0)
			code = EXIT_FAILED;
		else if (code == EXIT_OK)
			print_end(&f, true);
	}
	clear(&f);
	return code;
}
