/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The state of the plain lines from inside, and what commands do with it (plain.c). */
#ifndef SIDESTAGE_CLI_PLAIN_STATE_H
#define SIDESTAGE_CLI_PLAIN_STATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/exit-code.h"

struct arguments;
struct flow;
struct flow_request;
struct flow_value;
struct interrupted;
struct logs;
struct merge;
struct session;
struct world_application;

#define PLAIN_INPUT_MAX 4096
#define PLAIN_WORDS_MAX 64

/* What the next line answers. */
enum plain_asking {
	ASKING_COMMAND,
	ASKING_SIDE,
	ASKING_VALUE,
	ASKING_FINDING,
	ASKING_YES,
	ASKING_REASON,
	ASKING_NAME,
	ASKING_FOLLOW /* nothing: any line ends the following */
};

struct plain {
	struct session *session;
	char *org, *app;
	char input[PLAIN_INPUT_MAX];
	size_t length;
	bool skips;			/* the rest of a line that was dropped is still to come */
	bool ended, quit, prompted;
	enum exit_code code;		/* of the first thing that failed */
	enum plain_asking asking;
	char *reason;
	char *operation;		/* that is under way; NULL: none */
	size_t steps_told;
	bool approved;			/* what is under way is carried out */
	bool reviewed;			/* the review has been printed */
	size_t changed;			/* how many of the findings to be changed were */
	size_t secrets_chosen;		/* and of the Secrets to be chosen */
	size_t conflict;		/* which of them is asked about, from 0 */
	int64_t until; /* steady ms: reading ends then; 0: ten seconds each; -1: never */
	int64_t since;			/* steady ms: what is older is not told as if it were now */
	struct logs *logs;		/* that are followed; NULL: none */
	bool logs_of_all;
	struct flow_value *values;	/* that options decide; a NULL key ends them; NULL: none */
	bool told_silence;
	const struct arguments *once;	/* one command, and the end; NULL: what is read says it */
	uint64_t logs_told, logs_gaps_told;
	bool logs_unread;		/* that they cannot be read was said */
	struct interrupted *interrupted;	/* whose records are corrected meanwhile */
};

/* Whether JSON is wanted and not text; then plain_print_json() takes the value, and prints it. */
bool plain_wants_json(const struct plain *p);
void plain_print_json(const struct plain *p, json_t *object);
/* NULL: none is chosen, or it is not known (yet). */
const struct world_application *plain_application(const struct plain *p);
/* The operation is reviewed, approved and followed by the lines that come, or by plain_once(). */
void plain_begin(struct plain *p, const struct flow_request *request);
/* The operation that is under way; NULL: none. */
struct flow *plain_flow(struct plain *p);
/* It is over, or given up. */
void plain_forget(struct plain *p, struct flow *flow);
/* Shows what is new of it, and of followed logs. */
void plain_advance(struct plain *p);
/* Takes the first application there is, unless one was named. */
void plain_choose(struct plain *p);
/* The merge's entry that is the n-th conflict, from 0. */
size_t plain_conflict_entry(const struct merge *merge, size_t n);
/* Waits until is_there(data), as long as the command may wait; whether it is. */
bool plain_wait(struct plain *p, bool (*is_there)(void *data), void *data);
/* Everything that is told is read again first. */
void plain_wait_anew(struct plain *p);
/* One text again of what was parted; free() it. */
char *plain_joined(struct plain *p, char **words, size_t count);
/* Follows a flow that runs already. */
void plain_watch(struct plain *p, struct flow *flow);

#endif
