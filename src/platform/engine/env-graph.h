/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The resource graph that an environment has, or would have now. */
#ifndef SIDESTAGE_PLATFORM_ENGINE_ENV_GRAPH_H
#define SIDESTAGE_PLATFORM_ENGINE_ENV_GRAPH_H

struct declared_resources;
struct environment;
struct error;
struct known_resources;
struct place;
struct platform;
struct resource_graph;

/*
 * Of what is declared, for the environment with its known resources; it is
 * kept, with the definitions in it.  The caller clears it.
 * `culprit` (256 bytes) is the resource that there cannot be.
 */
int env_graph_make(struct platform *platform, const struct place *place,
		   const struct environment *env, const struct known_resources *known,
		   const struct declared_resources *declared, struct resource_graph *out,
		   char *culprit, struct error *err);
/* The same, of what the database knows of the environment now. */
int env_graph_now(struct platform *platform, const struct place *place,
		  const struct declared_resources *declared, struct resource_graph *out,
		  char *culprit, struct error *err);

#endif
