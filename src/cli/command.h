/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A sub-command as data: --help and the parsing of argv both come from it. */
#ifndef SIDESTAGE_CLI_COMMAND_H
#define SIDESTAGE_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/exit-code.h"

struct error;

/* An option that may be given several times: its values in their order. */
struct argument_list {
	const char **items;
	size_t count;
};

/* What the options of any command fill; what is not given stays NULL, false, or as said here. */
struct arguments {
	const char *url, *socket, *context, *token_file, *ca_file, *org, *app, *theme;
	const char *approve, *reason, *repository, *save_patch;
	const char *output, *timeout, *since, *tail;	/* as typed; options_parse() checks them */
	const char *container;
	const char *at;			/* as typed; the command checks it */
	const char *selector;
	struct argument_list take, values, values_from, app_values, copy_values,
		reference_values, no_values, acknowledge, change, secrets, namespaces,
		unprotected, protected, groups;
	/* A command of the plain lines that is done once, and its words; NULL: none. */
	const char *verb;
	char **words;
	size_t word_count;
	int64_t timeout_ms;		/* -1: not given */
	int64_t since_ms;		/* -1: not given */
	long tail_lines;		/* -1: not given */
	bool reduced_motion;
	bool fresh, read_only, ascii, linear, json, mdoc, lines, demo;
	bool offline, no_wait, follow, previous, exit_code, json_value;
	bool kube, all_namespaces;
	bool is_part;			/* of another command, which prints the one JSON value */
};

/* Which options a command uses; the others are refused. */
enum {
	OPTIONS_ALL = 0,		/* every command has them */
	OPTIONS_PLATFORM = 1 << 0,
	OPTIONS_DEMO = 1 << 1,
	OPTIONS_ORG = 1 << 2,
	OPTIONS_APP = 1 << 3,
	OPTIONS_READ_ONLY = 1 << 4,
	OPTIONS_SCREEN = 1 << 5,
	OPTIONS_JSON = 1 << 6,
	OPTIONS_TIMEOUT = 1 << 7,
	OPTIONS_OFFLINE = 1 << 8,
	OPTIONS_CHANGE = 1 << 9,
	OPTIONS_TAKE = 1 << 10,
	OPTIONS_VALUES = 1 << 11,
	OPTIONS_DIFF = 1 << 12,
	OPTIONS_JSON_VALUE = 1 << 13,
	OPTIONS_FRESH = 1 << 14,
	OPTIONS_KEYS = 1 << 15,
	OPTIONS_FOLLOW = 1 << 16,
	OPTIONS_TAIL = 1 << 17,
	OPTIONS_CLONE = 1 << 18,
	OPTIONS_AT = 1 << 19,
	OPTIONS_APPROVE = 1 << 20,
	OPTIONS_AS_KUBE = 1 << 21,
	OPTIONS_KUBE = 1 << 22
};

struct command {
	const char *name;
	const char *help;		/* N_(), one line */
	const char *note;		/* N_(): what the words of the usage mean; NULL: plain */
	const char *examples;		/* lines of a shell; NULL: none */
	unsigned options;		/* a set of OPTIONS_ */
	int (*run)(const struct arguments *arguments, struct error *err);	/* an exit_code */
	const char *words;		/* N_(): what stands behind the name; NULL: nothing may */
};

#define COMMAND_COUNT 6
/* Those that sidestage has itself, by name; the commands of the plain lines (cli/plain-verbs.h)
 * come besides. */
extern const struct command *const commands[COMMAND_COUNT];

#endif
