/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The screen: opens on a session and returns when the person quits. */
#ifndef SIDESTAGE_UI_UI_H
#define SIDESTAGE_UI_UI_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/theme.h"

struct bindings;
struct error;
struct session;

/* A platform that the person can go to. */
struct ui_context {
	const char *name, *address;
	const char *org;		/* NULL: all */
	bool read_only, is_protected;
	enum style stripe;		/* STYLE_COUNT: none */
};

struct ui_contexts {
	const struct ui_context *items;
	size_t count, here;
	const char *notice;		/* said at first; NULL: nothing */
	int next; /* set by ui_run(): the one to go to, -1: none, the person quit */
};

struct ui_options {
	bool ascii;		/* no glyph beyond ASCII */
	bool read_only;
	bool no_mouse;		/* the terminal keeps it: for marking text */
	bool reduced_motion;	/* nothing moves faster than once a second */
	const struct theme *theme;
	const struct bindings *bindings;	/* NULL: the keys are as they come */
	struct ui_contexts *contexts;	/* NULL: there is only this one */
	const char *org, *app;	/* open these first; NULL: the first there is */
};

/* 0 when the person quit; -1 with err when there is no usable terminal.  The terminal is
 * given back whole either way.  The session stays the caller's. */
int ui_run(struct session *session, const struct ui_options *options, struct error *err);

#endif
