/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From a context to a session, and from one platform to the next.
 *
 * There is one session at a time.  Going to another platform ends it, screen and all, and
 * begins anew here; nothing of the one can be shown, or done, in the other.  When the next
 * one cannot be opened, the loop goes back to the one before, with a notice: a wrong token
 * somewhere else should not end what a person was doing.
 */
#include "config.h"

#include "cli/platforms.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/input.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/contexts.h"
#include "cli/embedded.h"
#include "cli/plain-verbs.h"
#include "cli/screen.h"
#include "cli/token.h"
#include "flow/context/renewal.h"
#include "flow/session.h"
#include "ui/ui.h"

#define EMBEDDED "embedded"

/* What the header calls this platform: its host, or that it is a socket. */
static char *
host_name(const struct context *context)
{
	const char *host;

	if (context->socket)
		return xstrdup("socket");
	host = strstr(context->url, "://");
	host = host ? host + 3 : context->url;
	return xstrndup(host, strcspn(host, "/"));
}

static int
open_screen(const struct arguments *arguments, const struct context *context, const char *token,
	    const struct token_source *source, struct ui_contexts *contexts, struct error *err)
{
	char *state = paths_state(err);
	char *cache = state ? paths_cache(err) : NULL;
	char *history_path, *cache_path, *name;
	int code = EXIT_FAILED;

	if (!cache || paths_make(state, err) != 0 || paths_make(cache, err) != 0) {
		free(state);
		free(cache);
		return EXIT_FAILED;
	}
	history_path = xasprintf("%s/history.db", state);
	cache_path = xasprintf("%s/cache.db", cache);
	name = context->name ? xstrdup(context->name) : host_name(context);
	code = screen_run(
		arguments,
		&(struct session_options){
			.url = context->url ? context->url : "http://localhost",
			.socket = context->socket,
			.token = token,
			.token_source = source,
			.ca_file = arguments->ca_file ? arguments->ca_file : context->ca_file,
			.allow_http = context->allow_http,
			.context = name,
			.history_path = history_path,
			.cache_path = cache_path,
			.protect = (const char *const *)context->protect,
			.read_only = arguments->read_only,
			.all_protected = context->is_protected,
			.only_org = arguments->verb || arguments->json ? NULL : arguments->org,
			.offline = arguments->offline,
		},
		contexts, err);
	free(history_path);
	free(cache_path);
	free(name);
	free(state);
	free(cache);
	return code;
}

/* Certificates are looked at by https alone: trusting some for http would look like safety. */
static int
check_ca_file(const struct arguments *arguments, const struct context *context, struct error *err)
{
	const char *file = arguments->ca_file ? arguments->ca_file : context->ca_file;

	if (file && input_check_regular(file, err) != 0)
		return -1;
	if (!file ||
	    (context->url && strncasecmp(context->url, "https://", strlen("https://")) == 0))
		return 0;
	return error_set(err, ERROR_INPUT,
			 _("%s: certificates are used with an https address only. Leave out "
			   "--ca-file or ca-file, or give such an address."),
			 file);
}

/* The options of the command line win over the context's keys. */
static int
open_context(const struct arguments *given, const struct context *context,
	     struct ui_contexts *contexts, struct error *err)
{
	struct arguments arguments = *given;
	struct token_fetch fetch = {.fd = -1};
	struct token_source source = token_fetch_source(&fetch);
	char *token = NULL;
	int code;

	if (!arguments.org) {
		arguments.org = context->org;
		if (!arguments.app)
			arguments.app = context->app;
	}
	arguments.read_only = arguments.read_only || context->read_only;
	if (check_ca_file(&arguments, context, err) != 0)
		return EXIT_USAGE;
	if (arguments.offline)
		code = 0;
	else if (context->token_command && !arguments.token_file)
		code = token_command(context->token_command, &token, err);
	else
		code = token_read(arguments.token_file ? arguments.token_file : context->token_file,
				  &token, err);
	/* What is kept here needs no token. */
	if (code != 0 && arguments.verb && plain_verb_is_local(arguments.verb)) {
		*err = (struct error){0};
		arguments.offline = true;
		code = 0;
	}
	if (code != 0)
		return err->kind == ERROR_INPUT ? EXIT_REFUSED : EXIT_UNREAD;
	fetch.file = arguments.token_file ? arguments.token_file : context->token_file;
	fetch.command = fetch.file ? NULL : context->token_command;
	code = open_screen(&arguments, context, token, fetch.file || fetch.command ? &source : NULL,
			   contexts, err);
	if (token) {
		explicit_bzero(token, strlen(token));
		free(token);
	}
	return code;
}

/* Its history lies in its own directory, so --fresh forgets both at once. */
static int
open_embedded(const struct arguments *arguments, struct ui_contexts *contexts, struct error *err)
{
	struct embedded embedded;
	char *history, *cache;
	int code;

	if (embedded_start(&embedded, arguments->fresh, err) != 0)
		return EXIT_FAILED;
	history = xasprintf("%s/history.db", embedded.directory);
	cache = xasprintf("%s/cache.db", embedded.directory);
	code = screen_run(
		arguments,
		&(struct session_options){
			.url = "http://localhost",
			.socket = embedded.socket,
			.context = EMBEDDED,
			.remark = embedded.unconfined ? _("not confined") : NULL,
			.history_path = history,
			.cache_path = cache,
			.read_only = arguments->read_only,
			.only_org = arguments->verb || arguments->json ? NULL : arguments->org,
			.offline = arguments->offline,
		},
		contexts, err);
	free(history);
	free(cache);
	embedded_stop(&embedded);
	return code;
}

/* --- the list --- */

struct platforms {
	const struct context **contexts;	/* beside the items; NULL: the embedded one */
	struct ui_context *items;
	struct ui_contexts list;
};

static void
add(struct platforms *p, const struct context *context)
{
	size_t i = p->list.count++;

	p->contexts[i] = context;
	p->items[i] = (struct ui_context){
		.name = context && context->name ? xstrdup(context->name)
			: context		 ? host_name(context)
						 : xstrdup(EMBEDDED),
		.address = !context	     ? _("on this machine")
			   : context->socket ? context->socket
					     : context->url,
		.org = context ? context->org : NULL,
		.read_only = context && context->read_only,
		.is_protected = context && context->is_protected,
		.stripe = context && context->stripe ? theme_stripe(context->stripe) : STYLE_COUNT,
	};
}

static void
list_platforms(struct platforms *p, const struct contexts *contexts, const struct context *first)
{
	bool listed = !first;

	*p = (struct platforms){
		.contexts = xcalloc(contexts->count + 2, sizeof(*p->contexts)),
		.items = xcalloc(contexts->count + 2, sizeof(*p->items)),
	};
	add(p, NULL);
	for (size_t i = 0; i < contexts->count; i++) {
		if (first == &contexts->items[i]) {
			p->list.here = p->list.count;
			listed = true;
		}
		add(p, &contexts->items[i]);
	}
	if (!listed) {
		p->list.here = p->list.count;
		add(p, first);
	}
	p->list.items = p->items;
}

static void
forget_platforms(struct platforms *p)
{
	for (size_t i = 0; i < p->list.count; i++)
		free((char *)(uintptr_t)p->items[i].name);
	free(p->items);
	free(p->contexts);
}

int
platforms_run(const struct arguments *arguments, const struct contexts *contexts,
	      const struct context *first, struct error *err)
{
	struct arguments now = *arguments;
	struct platforms platforms;
	size_t before = 0;
	bool has_before = false;
	char *notice = NULL;
	int code;

	list_platforms(&platforms, contexts, first);
	for (;;) {
		const struct context *context = platforms.contexts[platforms.list.here];

		platforms.list.notice = notice;
		platforms.list.next = -1;
		code = context ? open_context(&now, context, &platforms.list, err)
			       : open_embedded(&now, &platforms.list, err);
		free(notice);
		notice = NULL;
		if (code != EXIT_OK && has_before) {
			notice = xasprintf(_("%s was not opened: %s"),
					   platforms.items[platforms.list.here].name, err->text);
			*err = (struct error){0};
			platforms.list.here = before;
			has_before = false;
			continue;
		}
		if (platforms.list.next < 0)
			break;
		before = platforms.list.here;
		has_before = true;
		platforms.list.here = (size_t)platforms.list.next;
		/* What was said of the first platform does not hold for the others. */
		now.org = now.app = now.token_file = now.ca_file = NULL;
		now.fresh = false;
	}
	forget_platforms(&platforms);
	return code;
}
