/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What there is now, where a change was refused because something else is there than its sender
 * saw: the "details" of a 412.  Rules of nouns.h.
 */
#ifndef SIDESTAGE_MODEL_MOVED_H
#define SIDESTAGE_MODEL_MOVED_H

#include <jansson.h>

#include "model/nouns.h"

/* Another deployment, or another one to build upon. */
struct environment_moved {
	struct deployment last_deploy, from_deploy;	/* id.raw NULL: there is none */
	struct untrusted deploy_tag;
	struct untrusted problem;
};
void environment_moved_read(struct environment_moved *out, const json_t *body);
int environment_moved_decode(struct environment_moved *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *environment_moved_encode(const struct environment_moved *moved);
void environment_moved_clear(struct environment_moved *moved);

/* Other resources for the set. */
struct graph_moved {
	struct untrusted dependency_graph_hash;
	struct untrusted problem;
};
void graph_moved_read(struct graph_moved *out, const json_t *body);
int graph_moved_decode(struct graph_moved *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *graph_moved_encode(const struct graph_moved *moved);
void graph_moved_clear(struct graph_moved *moved);

/* Another version of the shared values. */
struct values_moved {
	struct untrusted value_set_version_id;	/* raw NULL: there is none */
	struct untrusted problem;
};
void values_moved_read(struct values_moved *out, const json_t *body);
int values_moved_decode(struct values_moved *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *values_moved_encode(const struct values_moved *moved);
void values_moved_clear(struct values_moved *moved);

#endif
