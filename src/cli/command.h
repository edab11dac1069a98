/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sub-command as data: --help and the parsing of argv both come from it. */
#ifndef SIDESTAGE_CLI_COMMAND_H
#define SIDESTAGE_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/exit-code.h"

struct error;

/* What the options of any command fill; what is not given stays NULL or false. */
struct arguments {
	const char *url, *socket, *context, *token_file, *org, *app, *theme;
	const char *approve, *reason;
	/* A command of the plain lines that is done once, and its words; NULL: none. */
	const char *verb;
	char **words;
	size_t word_count;
	bool reduced_motion;
	bool fresh, read_only, ascii, linear, json, mdoc, lines, demo;
};

struct command_option {
	const char *name;		/* the long one; NULL ends a table */
	const char *argument;		/* NULL: a switch */
	const char *help;		/* N_() */
	size_t offset;			/* within struct arguments: of a const char * or a bool */
};

struct command {
	const char *name;
	const char *help;		/* N_(), one line */
	const struct command_option *options;
	int (*run)(const struct arguments *arguments, struct error *err);	/* an exit_code */
	const char *words;		/* N_(): what stands behind the name; NULL: nothing may */
};

extern const struct command command_board;
extern const struct command command_contexts;
extern const struct command command_demo;
extern const struct command command_keys;
/* A command of the plain lines, done once; its name, help and words are the command's own. */
extern const struct command command_verb;

/* Which platform. */
#define COMMAND_PLATFORM_OPTIONS \
	{"url", "URL", N_("the platform, e.g. https://api.humanitec.io"), \
	 offsetof(struct arguments, url)}, \
	{"socket", "PATH", N_("reach the platform through this Unix socket"), \
	 offsetof(struct arguments, socket)}, \
	{"context", "NAME", N_("a platform that the configuration names"), \
	 offsetof(struct arguments, context)}, \
	{"token-file", "FILE", N_("read the token from a file that only you may read"), \
	 offsetof(struct arguments, token_file)}

/* The options that both commands know. */
#define COMMAND_SCREEN_OPTIONS \
	{"org", "ORG", N_("open this organization"), offsetof(struct arguments, org)}, \
	{"app", "APP", N_("open this application"), offsetof(struct arguments, app)}, \
	{"read-only", NULL, N_("refuse every change"), offsetof(struct arguments, read_only)}, \
	{"ascii", NULL, N_("draw with ASCII characters only"), offsetof(struct arguments, ascii)}, \
	{"theme", "NAME", N_("colours: colour-blind, dark, light, high-contrast, terminal"), \
	 offsetof(struct arguments, theme)}, \
	{"reduced-motion", NULL, N_("nothing on the screen moves more than once a second"), \
	 offsetof(struct arguments, reduced_motion)}, \
	{"json", NULL, N_("tell the board once, in JSON"), offsetof(struct arguments, json)}, \
	{"linear", NULL, N_("plain lines and prompts instead of a screen"), \
	 offsetof(struct arguments, linear)}

#endif
