/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The world in words and signs: what the screen and the plain lines say alike. */
#ifndef SIDESTAGE_FLOW_WORLD_WORDS_H
#define SIDESTAGE_FLOW_WORLD_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/runtime.h"

struct set;
struct world;
struct world_environment;

/*
 * What of the lists that lead to this application could not be read or not be understood, as one
 * sentence for people; NULL: nothing.  free() it; it holds foreign text.
 */
char *words_of_trouble(const struct world *world, const char *org, const char *app, int64_t now);

struct untrusted;
/* "? (its answer is not understood: "name" is null)" of the `problem` of a noun; NULL: there is
 * none. free() it. */
char *words_of_problem(const struct untrusted *problem);
/* What is said of it, or how it ended last: "ended 3m ago: signal 9 (Killed)"; "" where neither is
 * so.  free() it. */
char *words_of_workload(const struct runtime_module *module);
/* "pod web-7d99c79797-p8r26 on node-1, 3m old: CrashLoopBackOff, 2 restarts"; free() it. */
char *words_of_pod(const struct runtime_brief *pod);
/* "web: CrashLoopBackOff; last ended 3s ago: status 3" of the pod's i-th container where it does not
 * run, or ended before; NULL: it runs as it should, or nobody knows.  free() it. */
char *words_of_container(const struct runtime_brief *pod, size_t i);
/* "running", "ended well": translated. */
const char *words_of_status(enum runtime_status status);
/* "cluster prod, namespace shop-production"; free() it. */
char *words_of_home(const char *cluster, const char *namespace);
/* The same of what runs; NULL: the platform does not say. */
char *words_of_place(const struct runtime *runtime);
/* Why there is no line of it, where there is none: "" while that may only be for now. */
const char *words_of_no_logs(const struct world_environment *e, const char *workload,
			     bool previous);
/* "prod/shop-production", where there is little room; NULL as above.  free() it. */
char *words_of_place_short(const struct runtime *runtime);
/* What a cell says of a workload of the set: its version, or "2 objects" where it is nothing but
 * objects of a cluster that others use; NULL: neither.  free() it. */
char *words_of_version(const struct set *set, const char *module);
/* "ConfigMap/shared, Role/reader"; NULL: it has none.  free() it. */
char *words_of_objects(const struct set *set, const char *module);
struct rule_wait;
/* "local/web:1.4.3, by a rule of ana, who may not deploy here"; free() it. */
char *words_of_wait(const struct rule_wait *wait);

struct environment;
/* How far what is under way there is, and what it waits for: "1 of 3: the namespace ..."; NULL:
 * nothing is, or the platform does not say.  free() it; it holds foreign text. */
char *words_of_progress(const struct environment *environment);

/* How much a state asks for attention; the screen makes glyph and colour of it. */
enum mood { MOOD_QUIET, MOOD_GOOD, MOOD_BUSY, MOOD_BAD };

struct state_words {
	enum mood mood;
	char text[64];		/* translated: "running", "2 of 3", "deploy failed" */
};
/* How many of its pods are ready: "1 of 1". */
struct state_words words_of_pods(const struct runtime_module *module);

/* What an environment does now, by its last deployment and its runtime. */
struct state_words words_of_environment(const struct world_environment *environment);

/* The time to live of a clone from now on; expires_at 0: no end was set.  "overdue" is
 * only said: nothing deletes it. */
struct state_words words_of_life(int64_t expires_at, int64_t now);
/* "1 clone, 1h52 left" of all that the world knows; "" when there is none. */
void words_of_clones(char *out, size_t size, const struct world *world, int64_t now);

/* How a workload stands to the same one of another environment. */
enum standing {
	STANDING_BASE,		/* it is that environment */
	STANDING_UNKNOWN,	/* a set is not known: never shown as equal (promise 5) */
	STANDING_NOWHERE, STANDING_SAME, STANDING_ONLY_HERE, STANDING_MISSING,
	STANDING_AHEAD, STANDING_BEHIND, STANDING_OTHER
};
enum standing words_standing(const struct world_environment *environment,
			     const struct world_environment *baseline, const char *module);
/* One ASCII character, or "" for STANDING_BASE and STANDING_NOWHERE. */
const char *words_sign(enum standing standing);

#endif
