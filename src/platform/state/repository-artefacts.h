/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Artefact versions that were registered; what the drivers have of themselves is not stored.
 * Rules of repository.h.
 */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_ARTEFACTS_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_ARTEFACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/nouns.h"

struct repository;

/* A version, and what of a workload the wire has addresses of its own for. */
struct artefact {
	struct artefact_version version;
	struct workload_source source;	/* spec NULL: of a container */
	bool is_registered;
};
struct artefacts {
	struct artefact *items;
	size_t count;
};

/* Takes what is in the artefact. */
void artefacts_add(struct artefacts *artefacts, struct artefact *artefact);
void artefact_clear(struct artefact *artefact);
void artefacts_clear(struct artefacts *artefacts);

/* In the order in which they were registered; 0, or -1 with an empty list. */
int repository_artefacts(struct repository *repository, const char *org, struct artefacts *out,
			 struct error *err) __attribute__((warn_unused_result));
/* In the place of one of its id. */
int repository_put_artefact(struct repository *repository, const char *org,
			    const struct artefact *artefact, struct error *err);
/* All versions of it; ERROR_NOT_FOUND when none was registered. */
int repository_drop_artefact(struct repository *repository, const char *org,
			     const char *artefact_id, struct error *err);
int repository_archive_artefact_version(struct repository *repository, const char *org,
					const char *id, bool archived, struct error *err);

#endif
