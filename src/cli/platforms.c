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
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/input.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/contexts.h"
#include "cli/embedded-demo.h"
#include "cli/embedded-kube.h"
#include "cli/embedded.h"
#include "cli/kube-contexts.h"
#include "cli/kube-groups.h"
#include "cli/kube-state.h"
#include "cli/plain-verbs.h"
#include "cli/screen.h"
#include "cli/token.h"
#include "flow/context/keeper.h"
#include "flow/context/renewal.h"
#include "flow/session.h"
#include "ui/ui.h"

#define EMBEDDED "embedded"
#define KUBE_CONTEXTS_MAX 100

/* Where a session can be opened. */
struct platforms_entry {
	enum { PLACE_CONFIGURED, PLACE_SAMPLE, PLACE_KUBE } kind;
	const struct context *context;	/* of the configuration */
	char *kube_context;		/* of the kubeconfig; NULL: its current one */
};

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

/* A script may group namespaces and have no terminal for the board. */
static bool
has_board(const struct arguments *arguments)
{
	return arguments->verb || arguments->json || arguments->linear ||
	       (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO));
}

/* What is to be grouped comes first: the board shows it then, or it is said why not. */
static int
run_embedded(const struct arguments *arguments, const struct session_options *options,
	     struct ui_contexts *contexts, struct error *err)
{
	int code = arguments->groups.count > 0 ? kube_groups_choose(arguments, options, err)
					       : EXIT_OK;

	if (code != EXIT_OK)
		return code;
	if (arguments->groups.count == 0 || has_board(arguments))
		return screen_run(arguments, options, contexts, err);
	kube_groups_tell(&arguments->groups);
	return EXIT_OK;
}

/* Its history lies in its own directory, so that what forgets the one forgets both. */
static int
open_embedded(const struct arguments *arguments, const struct embedded *embedded,
	      struct session_options *options, struct ui_contexts *contexts, struct error *err)
{
	char *history = xasprintf("%s/history.db", embedded->directory);
	char *cache = xasprintf("%s/cache.db", embedded->directory);
	int code;

	options->url = "http://localhost";
	options->socket = embedded->socket;
	options->history_path = history;
	options->cache_path = cache;
	options->read_only = arguments->read_only;
	options->only_org = arguments->verb || arguments->json ? NULL : arguments->org;
	options->offline = arguments->offline;
	code = run_embedded(arguments, options, contexts, err);
	free(history);
	free(cache);
	return code;
}

/* How a platform that has ended is started again. */
struct revival {
	struct embedded *embedded;
	embedded_starter *start;
	const void *data;
};

static int
begin_again(void *data)
{
	const struct revival *revival = data;

	return embedded_start_apart(revival->start, revival->data);
}

static int
take_again(void *data, int fd)
{
	const struct revival *revival = data;

	return embedded_take_lease(revival->embedded, fd);
}

/* Why not is in its log, and that it is away on the screen. */
static int
start_sample(struct embedded *embedded, const void *data)
{
	struct error ignored = {0};

	(void)data;
	return embedded_demo_start(embedded, false, &ignored);
}

static int
open_sample(const struct arguments *arguments, struct ui_contexts *contexts, struct error *err)
{
	struct embedded embedded;
	struct revival revival = {&embedded, start_sample, NULL};
	struct platform_keeper keeper = {.begin = begin_again, .end = take_again, .data = &revival};
	int code;

	if (embedded_demo_start(&embedded, arguments->fresh, err) != 0)
		return EXIT_FAILED;
	keeper.fd = embedded.lease;
	code = open_embedded(arguments, &embedded,
			     &(struct session_options){
				     .context = EMBEDDED,
				     .keeper = &keeper,
				     .remark = embedded.unconfined ? _("not confined") : NULL,
			     },
			     contexts, err);
	embedded_stop(&embedded);
	return code;
}

/* NULL at the end. */
static const char **
list_names(const struct argument_list *list)
{
	const char **names = xcalloc(list->count + 1, sizeof(*names));

	for (size_t i = 0; i < list->count; i++)
		names[i] = list->items[i];
	return names;
}

static int
start_kube(struct embedded *embedded, const void *state)
{
	struct error ignored = {0};

	return embedded_kube_start(embedded, state, EMBEDDED_KUBE_AGAIN, &ignored);
}

static int
open_kube(const struct arguments *arguments, const char *context, struct ui_contexts *contexts,
	  struct error *err)
{
	const char **waive = list_names(&arguments->unprotected);
	const char **protect_again = list_names(&arguments->protected);
	struct embedded embedded;
	struct kube_state state;
	struct revival revival = {&embedded, start_kube, &state};
	struct platform_keeper keeper = {.begin = begin_again, .end = take_again, .data = &revival};
	int code = EXIT_USAGE;

	if (kube_state_open(&state, context, err) == 0 &&
	    kube_state_take(&state, arguments, err) == 0) {
		code = EXIT_FAILED;
		if (embedded_kube_start(&embedded, &state, EMBEDDED_KUBE_JOIN, err) == 0) {
			keeper.fd = embedded.lease;
			code = open_embedded(arguments, &embedded,
					     &(struct session_options){
						     .context = state.context,
						     .waive = waive,
						     .protect_again = protect_again,
						     .keeper = &keeper,
					     },
					     contexts, err);
			embedded_stop(&embedded);
		}
	}
	kube_state_clear(&state);
	free(waive);
	free(protect_again);
	return code;
}

static int
open_place(const struct arguments *arguments, const struct platforms_entry *place,
	   struct ui_contexts *contexts, struct error *err)
{
	switch (place->kind) {
	case PLACE_SAMPLE:
		return open_sample(arguments, contexts, err);
	case PLACE_KUBE:
		return open_kube(arguments, place->kube_context, contexts, err);
	case PLACE_CONFIGURED:
		break;
	}
	return open_context(arguments, place->context, contexts, err);
}

/* --- the list --- */

struct platforms {
	struct platforms_entry *places;		/* beside the items */
	struct ui_context *items;
	struct ui_contexts list;
};

static struct ui_context *
add(struct platforms *p, const struct platforms_entry *place, char *name, const char *address)
{
	size_t i = p->list.count++;

	p->places[i] = *place;
	p->items[i] = (struct ui_context){
		.name = name, .address = address, .stripe = STYLE_COUNT,
	};
	return &p->items[i];
}

static void
add_configured(struct platforms *p, const struct context *context)
{
	struct ui_context *item =
		add(p, &(struct platforms_entry){.kind = PLACE_CONFIGURED, .context = context},
		    context->name ? xstrdup(context->name) : host_name(context),
		    context->socket ? context->socket : context->url);

	item->org = context->org;
	item->read_only = context->read_only;
	item->is_protected = context->is_protected;
	if (context->stripe)
		item->stripe = theme_stripe(context->stripe);
}

/* Those of the kubeconfig, as far as it can be read; the one that was asked for in any case, so
 * that it is said why it cannot be opened. */
static void
add_kube(struct platforms *p, const struct arguments *arguments, const struct kube_contexts *kube)
{
	const char *asked = arguments->context ? arguments->context : kube->current;
	bool listed = !arguments->kube;

	for (size_t i = 0; i < kube->count && i < KUBE_CONTEXTS_MAX; i++) {
		if (arguments->kube && asked && strcmp(asked, kube->names[i]) == 0) {
			p->list.here = p->list.count;
			listed = true;
		}
		add(p, &(struct platforms_entry){.kind = PLACE_KUBE,
						 .kube_context = xstrdup(kube->names[i])},
		    xstrdup(kube->names[i]), _("your kubeconfig"));
	}
	if (listed)
		return;
	p->list.here = p->list.count;
	add(p, &(struct platforms_entry){.kind = PLACE_KUBE,
					 .kube_context = xstrdup_or_null(arguments->context)},
	    xstrdup(asked ? asked : "kube"), _("your kubeconfig"));
}

static void
list_platforms(struct platforms *p, const struct arguments *arguments,
	       const struct contexts *contexts, const struct context *first)
{
	const struct platforms_entry sample = {.kind = PLACE_SAMPLE};
	struct kube_contexts kube = {0};
	struct error none = {0};
	bool listed = !first;
	size_t most;

	/* Who looks at one platform once goes to no other. */
	if (arguments->kube || (!arguments->verb && !arguments->json))
		(void)!kube_contexts_read(&kube, &none);
	most = contexts->count + kube.count + 3;	/* the sample, and what is not listed */
	*p = (struct platforms){
		.places = xcalloc(most, sizeof(*p->places)),
		.items = xcalloc(most, sizeof(*p->items)),
	};
	add(p, &sample, xstrdup(EMBEDDED), _("on this machine"));
	for (size_t i = 0; i < contexts->count; i++) {
		if (first == &contexts->items[i]) {
			p->list.here = p->list.count;
			listed = true;
		}
		add_configured(p, &contexts->items[i]);
	}
	if (!listed) {
		p->list.here = p->list.count;
		add_configured(p, first);
	}
	add_kube(p, arguments, &kube);
	kube_contexts_clear(&kube);
	p->list.items = p->items;
}

static void
forget_platforms(struct platforms *p)
{
	for (size_t i = 0; i < p->list.count; i++) {
		free((char *)(uintptr_t)p->items[i].name);
		free(p->places[i].kube_context);
	}
	free(p->items);
	free(p->places);
}

/* What is said of the first place does not hold for the others; where to look holds whenever the
 * first is open again, what is to be done is done once. */
static void
forget_first(struct arguments *now)
{
	now->org = now->app = now->token_file = now->ca_file = NULL;
	now->fresh = false;
	now->unprotected.count = now->protected.count = now->groups.count = 0;
}

static void
look_as_asked(struct arguments *now, const struct arguments *asked, bool is_first)
{
	now->namespaces.count = is_first ? asked->namespaces.count : 0;
	now->all_namespaces = is_first && asked->all_namespaces;
	now->selector = is_first ? asked->selector : NULL;
}

int
platforms_run(const struct arguments *arguments, const struct contexts *contexts,
	      const struct context *first, struct error *err)
{
	struct arguments now = *arguments;
	struct platforms platforms;
	size_t before = 0, asked;
	bool has_before = false;
	char *notice = NULL;
	int code;

	list_platforms(&platforms, arguments, contexts, first);
	asked = platforms.list.here;
	for (;;) {
		look_as_asked(&now, arguments, platforms.list.here == asked);
		platforms.list.notice = notice;
		platforms.list.next = -1;
		code = open_place(&now, &platforms.places[platforms.list.here], &platforms.list,
				  err);
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
		forget_first(&now);
	}
	forget_platforms(&platforms);
	return code;
}
