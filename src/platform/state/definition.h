/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A resource definition as it is kept: the document that was sent.  What is read out of it in
 * more than one place is here.  Pure.
 */
#ifndef SIDESTAGE_PLATFORM_STATE_DEFINITION_H
#define SIDESTAGE_PLATFORM_STATE_DEFINITION_H

#include <jansson.h>

#include <stddef.h>

struct definition;

#define DEFINITION_VERSION_SIZE 33

/* The type, and the id, of the resource that says where an environment runs. */
#define DEFINITION_CLUSTER "k8s-cluster"
/* The same of the resource that says how its namespace there is called. */
#define DEFINITION_NAMESPACE "k8s-namespace"
/* The `driver_type` of the definition for the machine that the daemon runs on. */
#define DEFINITION_MACHINE "sidestage/machine"

/* A hash of what decides the resource: it changes when, and only when, that does. */
void definition_version(char out[DEFINITION_VERSION_SIZE], const json_t *body);

/* The id of one of its criteria, new: its place, where it has none (from an import). */
char *definition_criterion_id(const struct definition *definition, size_t i);
/* Gives each criterion what the wire requires: an id, and a class. */
void definition_complete_criteria(struct definition *definition);

#endif
