/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is read (follow.c), what comes of it (follow-places.c), and in which applications
 * (follow-groups.c). */
#ifndef SIDESTAGE_PLATFORM_ENGINE_FOLLOW_PRIVATE_H
#define SIDESTAGE_PLATFORM_ENGINE_FOLLOW_PRIVATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "platform/engine/follow.h"

struct adoption_report;
struct driver_result;
struct driver_task;
struct found_namespace;
struct loop_timer;

#define FOLLOW_PART_MIN_MS 5000		/* between two readings of a namespace that changes */
#define FOLLOW_PART_MAX_MS 60000

struct follow_place {
	struct follow_place *next;
	char *namespace, *app, *env;
	char *space;
	json_t *left;			/* of what was found */
	uint64_t declared;		/* by its driver, when it was read */
	uint64_t reading;		/* the same of the reading that is going on */
	int64_t read_at;		/* steady ms; 0: it was not */
	int64_t seen_at; /* when the newest reading began of which it is known, whoever read it */
	int64_t tried_at;		/* the same, when that was begun */
	int64_t changed_at;		/* when it was read last because it had changed */
	int64_t pause_ms;		/* until it is read again for that */
	bool is_gone;			/* or no workload has the labels that an option names */
	bool was_selected;		/* some had them since the start */
	bool is_counted;		/* `declared` is of what was read, not of when */
	bool is_part;			/* of many, of which only the workloads were read */
	bool wants_whole;		/* and somebody needs the rest */
	bool wants_group;		/* somebody chose another application for it */
	bool is_unread;			/* known from before, and not chosen at this start */
};

struct follow_reader {
	struct follow *follow;
	struct follow_reader *next;
	struct adoption of;		/* its texts are owned */
	char *context, *selector;
	char **namespaces;		/* that the operator named */
	bool all;
	bool is_given;			/* an option of the daemon says what it reads */
	bool is_once;			/* it goes when it was read, */
	bool is_survey;			/* and what it has read is followed by another */
	struct follow_place *places;
	json_t *forgotten;		/* {namespace: true}: somebody wants them no more */
	json_t *wanted;			/* the same: chosen since the start */
	struct driver_task *task;
	char **asked;			/* what is being read */
	bool is_whole;			/* and that is all of it */
	json_t *known;			/* {namespace: declared}, for that; NULL: nothing is */
	json_t *arrived;		/* array: of what is being read, what came already */
	json_t *found, *said;		/* outputs and warnings that are being taken; NULL: none */
	bool has_result;		/* they came */
	size_t taken;			/* of its namespaces */
	int64_t began_at;
	struct loop_timer *timer;
	int64_t whole_at;		/* steady ms: the next */
	int64_t again_ms;
	int64_t read_at;		/* wall ms of the last whole one that came; 0: none */
	struct error err;		/* of the last; kind NONE: it was read */
	json_t *warnings;		/* array of driver_warning (nouns.h) */
	json_t *fresh;			/* those of what is being read, as it is taken */
	void (*done)(void *data, const json_t *report, const struct error *err);
	void *data;
	struct adoption_report *report;	/* for `done`; NULL: it gets none */
};

struct follow {
	struct platform *platform;
	struct follow_reader *readers;
};

struct follow_place *follow_find_place(const struct follow_reader *reader, const char *namespace);
struct follow_place *follow_add_place(struct follow_reader *reader, const char *namespace,
				      const char *app, const char *env);
void follow_drop_place(struct follow_reader *reader, struct follow_place *place);
/* Whether it is one of those that are read, which its driver is told as well. */
void follow_note_chosen(struct follow_reader *reader, struct follow_place *place);
/* Says it with what the source is told with, and logs it. */
void follow_add_warning(struct follow_reader *reader, const struct error *why);
/* Of all that were said. */
void follow_tell_warnings(const struct follow_reader *reader, struct adoption_report *out);
/* It looks in the next turn, unless it reads. */
void follow_look_now(struct follow_reader *reader);
/* The one of an organization that is told; NULL with err: nothing was adopted there. */
struct follow_reader *follow_told_reader(const struct follow *follow, const char *org,
					 struct error *err);

/* Whether both read the same cluster for the same organization. */
bool follow_is_of_one_source(const struct follow_reader *a, const struct follow_reader *b);

/* What was found in a namespace goes to the application that a person chose for it. */
void follow_regroup(struct follow_reader *reader, struct found_namespace *found);
/* {namespace: id of the application}: new reference, or NULL with err. */
json_t *follow_groups(const struct follow_reader *reader, struct error *err);

/* What a survey gave, also one that failed: */
void follow_begin_result(struct follow_reader *reader, const struct driver_result *result);
/* is recorded in some turns, since there may be hundreds: false, all of it is; */
bool follow_take_some(struct follow_reader *reader);
/* The same of what came already. */
bool follow_take_arrived(struct follow_reader *reader);
/* and what is missing in it is gone.  reader->err says whether it failed. */
void follow_end_result(struct follow_reader *reader);

#endif
