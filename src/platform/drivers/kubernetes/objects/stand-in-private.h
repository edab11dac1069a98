/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The rules of stand-in.c: each changes the object, adds what of it (details: {text: true}), and
 * says what has become of it. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_STAND_IN_PRIVATE_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_STAND_IN_PRIVATE_H

#include <jansson.h>
#include <stdbool.h>

struct kube_workload;
struct stand_in_facts;

enum stand_in_result { STAND_IN_SAME, STAND_IN_CHANGED, STAND_IN_LEFT_OUT };

struct stand_in_view {
	const struct kube_workload *workload;
	const struct stand_in_facts *facts;	/* never NULL */
	bool runs;			/* spec.runs: what acts by itself is meant to */
};

typedef enum stand_in_result stand_in_rule(const struct stand_in_view *view, json_t *object,
					   json_t *details);

/* --- stand-in.c --- */

/* Removes it; what it was called is a detail.  true: it was there. */
bool stand_in_drop(json_t *object, const char *key, json_t *details);
/* Of labels or annotations those that the test chooses.  true: there were some. */
bool stand_in_drop_keys(json_t *map, bool (*test)(const char *key), json_t *details);
void stand_in_add_detail(json_t *details, const char *text);
/* "label" of both: {"labels", "annotations"} of metadata, or NULL. */
json_t *stand_in_metadata(const json_t *object, const char *member);

/* --- stand-in-pods.c --- */

stand_in_rule stand_in_suspend;
stand_in_rule stand_in_leave_job;
stand_in_rule stand_in_unpause;
stand_in_rule stand_in_one_replica;
stand_in_rule stand_in_leave_node;
stand_in_rule stand_in_once;
stand_in_rule stand_in_pin_images;
stand_in_rule stand_in_empty_volume;
stand_in_rule stand_in_empty_templates;

/* --- stand-in-custom.c --- */

stand_in_rule stand_in_few_custom;
stand_in_rule stand_in_tell_counts;
stand_in_rule stand_in_tell_nodes;
stand_in_rule stand_in_pin_custom;
stand_in_rule stand_in_tell_unpinned;

/* --- stand-in-network.c --- */

stand_in_rule stand_in_own_address;
stand_in_rule stand_in_no_names;
stand_in_rule stand_in_no_certificates;
stand_in_rule stand_in_own_hosts;
stand_in_rule stand_in_custom_hosts;

/* --- stand-in-peers.c --- */

stand_in_rule stand_in_own_peers;

#endif
