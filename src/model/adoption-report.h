/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a platform says of a cluster whose namespaces somebody else filled: how far it has read
 * them, which are environments, and what a clone of each would leave (extension "adoption").
 */
#ifndef SIDESTAGE_MODEL_ADOPTION_REPORT_H
#define SIDESTAGE_MODEL_ADOPTION_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct error;

enum adoption_state {
	ADOPTION_NONE,		/* it adopts nothing, or nobody knows yet; a word we do not know */
	ADOPTION_READING,	/* for the first time since the platform started */
	ADOPTION_DONE,
	ADOPTION_FAILED		/* what is told is what was known before */
};

/* Why something could not be read; message.raw NULL: nothing is said. */
struct read_failure {
	struct untrusted message;	/* a sentence; what is read is in the language of this
					 * program, if it can be */
	json_t *reason;			/* the same as code and parameters (model/error-codes.h) */
	bool is_refused;		/* credentials or a right were missing; not on the wire */
};
/* It is zero before; noun_clear()ed with what it is in. */
void read_failure_set(struct read_failure *out, const struct error *why);

/* An object that a clone does not get. */
struct left_object {
	struct untrusted object;	/* "PersistentVolumeClaim/data" */
	struct untrusted why;		/* a sentence; what is read is in the language of this
					 * program, if it can be */
	struct untrusted reason;	/* the same as code and parameters: JSON as text */
	struct untrusted problem;
};
void left_object_read(struct left_object *out, const json_t *body);
int left_object_decode(struct left_object *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *left_object_encode(const struct left_object *left);
void left_object_clear(struct left_object *left);
/* Its reason.  false: it has none that can be read. */
bool left_object_error(const struct left_object *left, struct error *out);

struct adopted_environment {
	struct untrusted app_id, env_id, namespace;
	bool is_gone;			/* the namespace was deleted, or no workload is meant */
	bool is_part;			/* only the kinds of the board were read yet */
	bool is_moving;			/* another application was chosen for it */
	bool is_unread;			/* known from before, and not read now */
	/* Array of left_object, which is long and shared: whoever shows one reads it.  NULL: none
	 * is known. */
	json_t *left;
	bool is_new;			/* it was adopted by this request */
	struct untrusted problem;
};

/* A text that is absent is not said. */
struct adoption_report {
	struct untrusted cluster, context;	/* context: of the kubeconfig */
	enum adoption_state state;
	struct untrusted *warnings;		/* sentences; what is read is in the language of
						 * this program, if it can be */
	size_t warning_count;
	json_t *warning_reasons;	/* of each the same as code and parameters, or null */
	struct adopted_environment *environments;
	size_t environment_count;
	json_t *groups;			/* {namespace: application} that a person chose, or NULL */
	int64_t read_at;		/* wall ms of the last good look; 0: never */
	struct read_failure error;	/* why it failed */
	bool all;			/* namespaces, or those of which there are names: */
	struct untrusted *namespaces;
	size_t namespace_count;
	struct untrusted selector;	/* raw NULL: every workload */
	int64_t clones_read_at;		/* the same as read_at of the clones and their notes */
	struct untrusted problem;
};
/* From GET /orgs/{org}/x-adoption, and what a daemon answers to who adopts by a command. */
void adoption_report_read(struct adoption_report *out, const json_t *body);
int adoption_report_decode(struct adoption_report *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *adoption_report_encode(const struct adoption_report *report);
void adoption_report_clear(struct adoption_report *report);
/* Adds a sentence with its code and parameters (NULL: it has none); copied. */
void adoption_report_warn(struct adoption_report *report, const char *text, const json_t *reason);
/* Takes what is in it. */
void adoption_report_add(struct adoption_report *report, struct adopted_environment *environment);

/* Whether the namespace of one environment was read again: ADOPTION_DONE or ADOPTION_FAILED. */
struct survey_report {
	enum adoption_state state;
	struct read_failure error;
	struct untrusted problem;
};
/* From "survey" of GET .../envs/{env}?survey=true. */
void survey_report_read(struct survey_report *out, const json_t *body);
int survey_report_decode(struct survey_report *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *survey_report_encode(const struct survey_report *report);
void survey_report_clear(struct survey_report *report);

#endif
