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

#define LINEAR_INPUT_MAX 4096
#define LINEAR_WORDS_MAX 64

/* What the next line answers. */
enum linear_asking {
	ASKING_COMMAND,
	ASKING_SIDE,
	ASKING_VALUE,
	ASKING_FINDING,
	ASKING_YES,
	ASKING_REASON,
	ASKING_NAME,
	ASKING_FOLLOW /* nothing: any line ends the following */
};

struct linear {
	struct session *session;
	char *org, *app;
	char input[LINEAR_INPUT_MAX];
	size_t length;
	bool skips;			/* the rest of a line that was dropped is still to come */
	bool ended, quit, prompted;
	enum exit_code code;		/* of the first thing that failed */
	enum linear_asking asking;
	char *reason;
	char *operation;		/* that is under way; NULL: none */
	size_t steps_told;
	bool approved;			/* what is under way is carried out */
	bool reviewed;			/* the review has been printed */
	size_t changed;			/* how many of the findings to be changed were */
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

/* Whether facts are wanted and not words; then linear_facts() takes them, and tells them. */
bool linear_wants_facts(const struct linear *l);
void linear_facts(const struct linear *l, json_t *facts);
/* NULL: none is chosen, or it is not known (yet). */
const struct world_application *linear_application(const struct linear *l);
/* The operation is reviewed, approved and followed by the lines that come, or by linear_once(). */
void linear_begin(struct linear *l, const struct flow_request *request);
/* The operation that is under way; NULL: none. */
struct flow *linear_flow(struct linear *l);
/* It is over, or given up. */
void linear_forget(struct linear *l, struct flow *flow);
/* Shows what is new of it, and of followed logs. */
void linear_advance(struct linear *l);
/* Takes the first application there is, unless one was named. */
void linear_choose(struct linear *l);
/* The merge's entry that is the n-th conflict, from 0. */
size_t linear_conflict_entry(const struct merge *merge, size_t n);
/* Waits until is_there(data), as long as the command may wait; whether it is. */
bool linear_wait(struct linear *l, bool (*is_there)(void *data), void *data);
/* Everything that is told is read again first. */
void linear_wait_anew(struct linear *l);
/* One text again of what was parted; free() it. */
char *linear_joined(struct linear *l, char **words, size_t count);
/* Follows a flow that runs already. */
void linear_watch(struct linear *l, struct flow *flow);

#endif
