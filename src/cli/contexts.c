/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Reading and adding contexts.  One table says which keys a section has.
 *
 * A mistake anywhere in the file stops the program: a "protected" or "read-only" that was
 * spelled wrong and passed over would leave a platform open that somebody believes closed.
 * Adding only appends, so that what a person has written, comments too, stays as it is.
 */
#include "config.h"

#include "cli/contexts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/config-file.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/output.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "cli/names.h"
#include "ui/keys.h"
#include "ui/theme.h"

/* The first start takes four texts of at most ANSWER_MAX bytes
 * each, and escapes may double them. */
#define SECTION_MAX (16u * 1024)
#define PROTECT_MAX 64
#define CLONE_TTL_MS (8 * 3600000LL)	/* a working day: who made it has gone home then */

enum key_kind { KEY_TEXT, KEY_PATH, KEY_LIST, KEY_SWITCH, KEY_STRIPE };

static const struct {
	const char *name;
	enum key_kind kind;
	size_t offset;
} keys[] = {
	{"url", KEY_TEXT, offsetof(struct context, url)},
	{"socket", KEY_PATH, offsetof(struct context, socket)},
	{"org", KEY_TEXT, offsetof(struct context, org)},
	{"app", KEY_TEXT, offsetof(struct context, app)},
	{"token-file", KEY_PATH, offsetof(struct context, token_file)},
	{"token-command", KEY_TEXT, offsetof(struct context, token_command)},
	{"ca-file", KEY_PATH, offsetof(struct context, ca_file)},
	{"allow-http", KEY_SWITCH, offsetof(struct context, allow_http)},
	{"protect", KEY_LIST, offsetof(struct context, protect)},
	{"read-only", KEY_SWITCH, offsetof(struct context, read_only)},
	{"protected", KEY_SWITCH, offsetof(struct context, is_protected)},
	{"stripe", KEY_STRIPE, offsetof(struct context, stripe)},
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static void
free_list(char **list)
{
	for (char **item = list; item && *item; item++)
		free(*item);
	free(list);
}

static void
context_clear(struct context *c)
{
	free(c->name);
	free(c->url);
	free(c->socket);
	free(c->org);
	free(c->app);
	free(c->token_file);
	free(c->token_command);
	free(c->ca_file);
	free(c->stripe);
	free_list(c->protect);
}

void
contexts_clear(struct contexts *contexts)
{
	for (size_t i = 0; i < contexts->count; i++)
		context_clear(&contexts->items[i]);
	free(contexts->items);
	free(contexts->path);
	free(contexts->chosen);
	free(contexts->theme);
	bindings_free(contexts->bindings);
	*contexts = (struct contexts){0};
}

/* --- reading --- */

static void
first_fault(void *data, const char *text)
{
	struct error *err = data;

	if (err->kind == ERROR_NONE)
		error_set(err, ERROR_INPUT, "%s", text);
}

static int
refuse(const struct config_file *file, const struct config_entry *e, struct error *err,
       const char *what)
{
	return error_set(err, ERROR_INPUT, "%s:%u:%u: %s", file->path, e->line, e->column, what);
}

/* Sections of one name are one context; the later key wins, as in git. */
static struct context *
context_of(struct contexts *contexts, const char *name)
{
	for (size_t i = 0; i < contexts->count; i++)
		if (strcmp(contexts->items[i].name, name) == 0)
			return &contexts->items[i];
	contexts->items = xreallocarray(contexts->items, contexts->count + 1,
					sizeof(*contexts->items));
	contexts->items[contexts->count] = (struct context){.name = xstrdup(name)};
	return &contexts->items[contexts->count++];
}

/* "production, staging" */
static char **
split_list(const char *value)
{
	char **list = xcalloc(PROTECT_MAX + 1, sizeof(*list)), *copy = xstrdup(value), *rest = copy,
	     *word;
	size_t count = 0;

	while ((word = strsep(&rest, ", \t")) != NULL && count < PROTECT_MAX)
		if (*word)
			list[count++] = xstrdup(word);
	free(copy);
	return list;
}

/* A leading ~/ is the home directory, as in a shell. */
static char *
expand(const char *path)
{
	const char *home = getenv("HOME");

	return strncmp(path, "~/", 2) == 0 && home ? xasprintf("%s%s", home, path + 1)
						   : xstrdup(path);
}

static int
set_switch(const struct config_file *file, const struct config_entry *e, bool *out,
	   struct error *err)
{
	*out = strcmp(e->value, "true") == 0;
	if (*out || strcmp(e->value, "false") == 0)
		return 0;
	return refuse(file, e, err, _("Expected true or false."));
}

static int
set_key(const struct config_file *file, const struct config_entry *e, struct context *context,
	struct error *err)
{
	const char *names[KEY_COUNT], *meant;

	for (size_t i = 0; i < KEY_COUNT; i++) {
		char *place = (char *)context + keys[i].offset;

		names[i] = keys[i].name;
		if (strcmp(keys[i].name, e->key) != 0)
			continue;
		if (keys[i].kind == KEY_SWITCH)
			return set_switch(file, e, (bool *)(void *)place, err);
		if (keys[i].kind == KEY_STRIPE && theme_stripe(e->value) == STYLE_COUNT)
			return refuse(file, e, err,
				      _("Expected red, yellow, green, blue, cyan or magenta."));
		if (keys[i].kind == KEY_LIST) {
			free_list(*(char ***)(void *)place);
			*(char ***)(void *)place = split_list(e->value);
			return 0;
		}
		free(*(char **)(void *)place);
		*(char **)(void *)place = keys[i].kind == KEY_PATH ? expand(e->value)
								   : xstrdup(e->value);
		return 0;
	}
	meant = config_suggest(e->key, names, KEY_COUNT);
	return error_set(err, ERROR_INPUT,
			 meant ? _("%s:%u:%u: a context has no key \"%s\"; is \"%s\" meant?")
			       : _("%s:%u:%u: a context has no key \"%s\""),
			 file->path, e->line, e->column, e->key, meant);
}

static int
bind(struct contexts *out, const struct config_file *file, const struct config_entry *e,
     struct error *err)
{
	char *where = xasprintf("%s:%u:%u", file->path, e->line, e->column);
	int ret;

	if (!out->bindings)
		out->bindings = bindings_new();
	ret = bindings_add(out->bindings, e->name, e->key, e->value, where, err);
	free(where);
	return ret;
}

/* What holds for every platform.  -2: it is none of these. */
static int
set_preference(struct contexts *out, const struct config_file *file, const struct config_entry *e,
	       struct error *err)
{
	bool mouse = true;
	int ret;

	if (strcmp(e->key, "theme") == 0) {
		free(out->theme);
		out->theme = xstrdup(e->value);
		return 0;
	}
	if (strcmp(e->key, "ascii") == 0)
		return set_switch(file, e, &out->ascii, err);
	if (strcmp(e->key, "reduced-motion") == 0)
		return set_switch(file, e, &out->reduced_motion, err);
	if (strcmp(e->key, "mouse") != 0)
		return -2;
	ret = set_switch(file, e, &mouse, err);
	out->no_mouse = !mouse;
	return ret;
}

static int
take_entry(struct contexts *out, const struct config_file *file, const struct config_entry *e,
	   struct error *err)
{
	if (strcmp(e->section, "context") == 0) {
		if (!*e->name)
			return refuse(file, e, err, _("A context needs a name: [context \"team\"]."));
		return set_key(file, e, context_of(out, e->name), err);
	}
	if (strcmp(e->section, "sidestage") == 0 && strcmp(e->key, "context") == 0) {
		free(out->chosen);
		out->chosen = xstrdup(e->value);
		return 0;
	}
	/* The second is its name of release 0.1. */
	if (strcmp(e->section, "sidestage") == 0 &&
	    (strcmp(e->key, "clone-ttl") == 0 || strcmp(e->key, "clone-life") == 0)) {
		if (clock_parse_duration(e->value, &out->clone_ttl_ms))
			return 0;
		return refuse(file, e, err,
			      _("Expected a duration such as 8h, 90m or 2d, or 0 for no end."));
	}
	if (strcmp(e->section, "keys") == 0)
		return bind(out, file, e, err);
	if (strcmp(e->section, "sidestage") == 0) {
		int ret = set_preference(out, file, e, err);

		if (ret != -2)
			return ret;
	}
	return refuse(file, e, err,
		      _("Unknown setting. There are [sidestage] with context, clone-ttl, theme, "
			"ascii, mouse and reduced-motion, [keys], and [context \"NAME\"]."));
}

/* When all is read, since the keys of a section may stand in any order. */
static int
check_context(const struct contexts *contexts, const struct context *c, struct error *err)
{
	if (!c->url && !c->socket)
		return error_set(err, ERROR_INPUT,
				 _("%s: the context \"%s\" needs a url or a socket."),
				 contexts->path, c->name);
	if (c->token_file && c->token_command)
		return error_set(err, ERROR_INPUT,
				 _("%s: the context \"%s\" has a token-file and a "
				   "token-command; one of them is enough."),
				 contexts->path, c->name);
	return 0;
}

/* The first fault is the one that is told; what comes after it is
 * often only its consequence. */
static int
read_file(struct contexts *out, struct error *err)
{
	struct config_file file = {0};
	size_t faults = 0;
	int ret = config_file_read(&file, out->path, first_fault, err, &faults, err);

	if (faults > 0)
		ret = -1;
	for (size_t i = 0; ret == 0 && i < file.count; i++)
		ret = take_entry(out, &file, &file.entries[i], err);
	for (size_t i = 0; ret == 0 && i < out->count; i++)
		ret = check_context(out, &out->items[i], err);
	if (ret == 0 && out->bindings)
		ret = bindings_check(out->bindings, err);
	config_file_clear(&file);
	return ret;
}

int
contexts_read(struct contexts *out, struct error *err)
{
	char *directory = paths_config(err);

	*out = (struct contexts){.clone_ttl_ms = CLONE_TTL_MS};
	if (!directory)
		return -1;
	out->path = xasprintf("%s/config", directory);
	free(directory);
	if (access(out->path, F_OK) != 0 && errno == ENOENT)
		return 0;
	return read_file(out, err);
}

static void
refuse_context(const struct contexts *contexts, const char *name, struct error *err)
{
	const char **names = xcalloc(contexts->count + 1, sizeof(*names));
	char *near;

	for (size_t i = 0; i < contexts->count; i++)
		names[i] = contexts->items[i].name;
	near = names_near(name, names, contexts->count);
	error_set(err, ERROR_NOT_FOUND, _("%s has no context \"%s\".%s"), contexts->path, name,
		  near);
	free(near);
	free(names);
}

const struct context *
contexts_find(const struct contexts *contexts, const char *name, struct error *err)
{
	const char *wanted = name ? name : contexts->chosen;

	if (!wanted)
		return contexts->count == 1 ? &contexts->items[0] : NULL;
	for (size_t i = 0; i < contexts->count; i++)
		if (strcmp(contexts->items[i].name, wanted) == 0)
			return &contexts->items[i];
	refuse_context(contexts, wanted, err);
	return NULL;
}

/* --- adding --- */

static void
put_quoted(struct buf *out, const char *key, const char *value)
{
	if (!value)
		return;
	buf_printf(out, "\t%s = \"", key);
	for (const char *c = value; *c; c++) {
		if (*c == '"' || *c == '\\')
			buf_puts(out, "\\");
		buf_append(out, c, 1);
	}
	buf_puts(out, "\"\n");
}

/* A section by halves would keep the next start from reading the rest. */
static int
append_whole(int fd, const struct buf *text, off_t before, const char *path, struct error *err)
{
	if (output_write(fd, text->data, text->length) == 0 && fsync(fd) == 0)
		return 0;
	error_errno(err, _("%s: cannot be written"), path);
	(void)!ftruncate(fd, before);
	return -1;
}

int
contexts_add(const struct contexts *contexts, const struct context *context, struct error *err)
{
	char *directory = xstrndup(contexts->path, strlen(contexts->path) - strlen("/config"));
	struct buf text;
	struct stat before;
	int fd = -1, ret = -1;

	buf_init(&text, SECTION_MAX);
	/* The file may end without the end of its last line. */
	buf_printf(&text, "\n[context \"%s\"]\n", context->name);
	put_quoted(&text, "url", context->url);
	put_quoted(&text, "org", context->org);
	put_quoted(&text, "token-file", context->token_file);
	if (paths_make(directory, err) == 0) {
		fd = open(contexts->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
			  0600);
		if (fd < 0 || fstat(fd, &before) != 0)
			error_errno(err, _("%s: cannot be written"), contexts->path);
		else
			ret = append_whole(fd, &text, before.st_size, contexts->path, err);
	}
	if (fd >= 0)
		close(fd);
	buf_clear(&text);
	free(directory);
	return ret;
}
