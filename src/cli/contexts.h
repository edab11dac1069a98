/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The platforms that a person works with, from $XDG_CONFIG_HOME/sidestage/config (sidestage(1),
 * CONFIGURATION): a section for each, and which one is opened when none is named.
 */
#ifndef SIDESTAGE_CLI_CONTEXTS_H
#define SIDESTAGE_CLI_CONTEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bindings;
struct error;

struct context {
	char *name;
	char *url, *socket, *org, *app;		/* NULL: not given */
	char *token_file, *token_command;	/* at most one */
	char *ca_file;				/* trusted certificates; NULL: the system's */
	bool allow_http;			/* the token may go in clear to another machine */
	char **protect; /* types or ids, NULL-terminated; NULL: the default */
	bool read_only;
	bool is_protected;			/* all of it */
	char *stripe;				/* a colour that theme_stripe() knows; NULL: none */
};

struct contexts {
	char *path;				/* of the file */
	struct context *items;			/* in the order of the file */
	size_t count;
	char *chosen;				/* [sidestage] context; NULL: none */
	int64_t clone_ttl_ms;			/* [sidestage] clone-ttl; 0: clones have no end */
	char *theme;				/* [sidestage] theme; NULL: none */
	bool ascii, reduced_motion, no_mouse;	/* [sidestage] ascii, reduced-motion, mouse */
	struct bindings *bindings;		/* [keys]; NULL: none */
};

/* A file that is not there is no contexts.  -1 with err: the file's first fault, as
 * path:line:column, or why it cannot be read.  contexts_clear() it in any case. */
int contexts_read(struct contexts *out, struct error *err) __attribute__((warn_unused_result));
/* Frees all of it. */
void contexts_clear(struct contexts *contexts);
/* name NULL: the one of the file, or its only one.  Borrowed.  NULL with err (ERROR_NOT_FOUND) when
 * that one is not there; NULL without err when there is none at all. */
const struct context *contexts_find(const struct contexts *contexts, const char *name,
				    struct error *err);
/* Adds a section to the file, which is made (0600) when it is not there. */
int contexts_add(const struct contexts *contexts, const struct context *context, struct error *err)
	__attribute__((warn_unused_result));

#endif
