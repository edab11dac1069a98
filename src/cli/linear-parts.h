/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the plain lines share: the state of the loop, and the table of commands. */
#ifndef SIDESTAGE_CLI_LINEAR_PARTS_H
#define SIDESTAGE_CLI_LINEAR_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/exit-code.h"

struct arguments;
struct flow;
struct flow_request;
struct flow_value;
struct hotfix;
struct interrupted;
struct logs;
struct merge;
struct session;
struct world_application;
struct untrusted;
struct world_environment;

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

/* What a command reads of an application, and what one changes. */
#define LOOKS (OPTIONS_ORG | OPTIONS_APP | OPTIONS_OFFLINE)
#define CHANGES (OPTIONS_ORG | OPTIONS_APP | OPTIONS_CHANGE)

/* A command.  Words are its own, without its name; they may be written to. */
struct linear_verb {
	const char *name, *arguments, *help;	/* arguments and help N_() */
	size_t least, most;			/* words behind the name */
	unsigned options;			/* that it uses; see command.h */
	unsigned needs; /* what has to be read first: a set of NEED_; 0: nothing */
	bool all_apps;				/* is about all of them, unless one was named */
	bool is_local; /* needs the platform only to tell what names mean */
	bool is_talk;				/* of the lines themselves: not to be done once */
	void (*run)(struct linear *l, char **words, size_t count);
};

/* Does what a line says, or says why not. */
void linear_command(struct linear *l, char *line);
/* The same of words: 0, or EXIT_USAGE. */
int linear_words(struct linear *l, char **words, size_t count);
/* Whether there are as many words as the command takes: 0, or EXIT_USAGE, and it was said. */
int linear_check_words(struct linear *l, char **words, size_t count);
/* NULL: there is none of this name. */
const struct linear_verb *linear_verb(const char *name);

/* --- for the commands; linear.c --- */

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
/* What the followed logs have more. */
void linear_tell_logs(struct linear *l);
/* Why lines cannot be read is told when it begins; that they are not there only at the end, for
 * mostly their environment was deleted, which is told instead. */
bool linear_tells_unread_at_once(const struct error *why);

/* --- what did not work; linear-fail.c --- */

/* Says what did not work; the program will end with this code, unless another came before. */
void linear_fail(struct linear *l, enum exit_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void linear_fail_error(struct linear *l, const struct error *error, enum exit_stage stage);
/* More about what failed: to where that was said. */
void linear_note(struct linear *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* NULL: there is none, and it was said. */
const struct world_environment *linear_environment(struct linear *l, const char *id);
/* Whether the environment's set has this workload; when not, that was said. */
bool linear_workload(struct linear *l, const struct world_environment *e, const char *workload);
/* That there is no such clone. */
void linear_fail_clone(struct linear *l, const char *env);
/* The same where its story could not be told, or read. */
void linear_fail_hotfix(struct linear *l, const struct hotfix *hotfix);
/* That its set is not known, and why. */
void linear_fail_set(struct linear *l, const struct world_environment *e);
/* Fails with EXIT_UNREAD where a list of organizations, applications or environments has entries
 * that could not be read. */
void linear_check_lists(struct linear *l);
/* The same of one list, by its problem. */
void linear_check_list(struct linear *l, const struct untrusted *problem);
/* false: of some environment it could not be read whether it is a clone, and that was said. */
bool linear_clones_told(struct linear *l);
/* The parts of an answer about it that could not be read are told, with the code of that. */
void linear_check_parts(struct linear *l, const struct world_environment *e);
/* Whether the local history can be read; when not, that was said. */
bool linear_check_history(struct linear *l);
/* The reason that an answer gave; error NULL or of no kind: that there is no answer. */
const char *linear_why(const struct error *error);
/* What was told is not all: it could not be read, or not in time (told is false). */
void linear_check_told(struct linear *l, bool told, const struct error *error);

/* --- shared values; linear-values.c --- */

/* What options decide about the values of this environment -> l->values.  false: refused, and that
 * was said.  linear_clear_values() in any case. */
bool linear_take_values(struct linear *l, const char *env);
/* Wiped, since options may hold secrets; NULL in l->values is fine. */
void linear_clear_values(struct linear *l);
/* Those that wait for a decision, as the answer. */
void linear_list_values(struct linear *l, const struct flow *flow);
/* Asks about the first that waits for one; when there is none, the flow goes on.  false: it was
 * given up by that. */
bool linear_ask_value(struct linear *l, struct flow *flow);
/* Takes the answer.  false: the operation is to be given up. */
bool linear_answer_value(struct linear *l, struct flow *flow, const char *line);

/* --- one command, and the end; linear-once.c --- */

/* An exit_code; err: what kept it from beginning. */
int linear_once(struct linear *l, struct error *err);

/* Follows a flow that runs already. */
void linear_watch(struct linear *l, struct flow *flow);

/* --- interrupted operations; linear-interrupted.c --- */

/* One line about them, if there are any and the command is not about them; what ended unwatched
 * is asked about. */
void linear_tell_interrupted(struct linear *l);
/* Waits until it is known, for commands that tell the history. */
void linear_await_records(struct linear *l);
/* For the table of commands: without words it lists, else it goes on with that operation. */
void linear_resume(struct linear *l, char **words, size_t count);
/* The operation is given up, with a reason if there are more words. */
void linear_abandon(struct linear *l, char **words, size_t count);

/* --- commands that only tell; linear-look.c --- */

/* The commands of the table, in its order; each prints its answer in words or as facts. */
void linear_board(struct linear *l, char **words, size_t count);
void linear_snapshot(struct linear *l, char **words, size_t count);
void linear_applications(struct linear *l, char **words, size_t count);
void linear_open(struct linear *l, char **words, size_t count);
void linear_environment_near(struct linear *l, char **words, size_t count);
void linear_versions(struct linear *l, char **words, size_t count);
void linear_diff(struct linear *l, char **words, size_t count);
void linear_logs(struct linear *l, char **words, size_t count);
void linear_follow(struct linear *l, char **words, size_t count);
void linear_clones(struct linear *l, char **words, size_t count);
void linear_history(struct linear *l, char **words, size_t count);
void linear_hotfix(struct linear *l, char **words, size_t count);

/* --- commands that change something; linear-change.c --- */

extern const struct linear_verb linear_changes[];	/* ended by a row without a name */

#endif
