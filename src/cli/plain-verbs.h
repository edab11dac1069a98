/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The commands of the plain lines as a table, each of which can be done once as a sub-command.
 */
#ifndef SIDESTAGE_CLI_PLAIN_VERBS_H
#define SIDESTAGE_CLI_PLAIN_VERBS_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/command.h"

struct plain;

/* What a command reads of an application, and what one changes. */
#define LOOKS (OPTIONS_ORG | OPTIONS_APP | OPTIONS_OFFLINE)
#define CHANGES (OPTIONS_ORG | OPTIONS_APP | OPTIONS_CHANGE)

/* A command.  Words are its own, without its name; they may be written to. */
struct plain_verb {
	/* arguments and help N_(); how many words it takes is what stands in arguments, and [these]
	 * may be left out */
	const char *name, *arguments, *help;
	const char *note, *examples;		/* for --help, as in command.h */
	bool has_rest; /* the last argument may be several words, or none */
	unsigned options;			/* that it uses; see command.h */
	unsigned needs; /* what has to be read first: a set of NEED_; 0: nothing */
	bool all_apps;				/* is about all of them, unless one was named */
	bool is_local; /* needs the platform only to tell what names mean */
	bool is_talk;				/* of the lines themselves: not to be done once */
	void (*run)(struct plain *p, char **words, size_t count);
};

/* Does what a line says, or says why not. */
void plain_command(struct plain *p, char *line);
/* The same of words: 0, or EXIT_USAGE. */
int plain_words(struct plain *p, char **words, size_t count);
/* Whether there are as many words as the command takes: 0, or EXIT_USAGE, and it was said. */
int plain_check_words(struct plain *p, char **words, size_t count);
/* NULL: there is none of this name. */
const struct plain_verb *plain_verb(const char *name);

/* The i-th command that can be done once, its words and its help, untranslated; false: there are no
 * more. */
bool plain_verb_at(size_t i, const char **name, const char **words, const char **help);
/* Which options it uses besides those of every command: a set of OPTIONS_. */
unsigned plain_verb_options(const char *name);
/* It needs the platform only to tell what names mean. */
bool plain_verb_is_local(const char *name);
/* The command that `board --at` does. */
#define PLAIN_SNAPSHOT "snapshot"
/* There are no more than so many. */
#define PLAIN_VERBS_MAX 40

#endif
