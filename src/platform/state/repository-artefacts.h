/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Artefact versions that were registered; what the drivers have of themselves is not stored.
 * Rules of repository.h.
 */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_ARTEFACTS_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_ARTEFACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/nouns.h"

struct repository;

/* A version, and what of a workload the wire has addresses of its own for. */
struct artefact {
	struct artefact_version version;
	struct workload_source source;	/* spec NULL: of a container */
	bool is_registered;
	int64_t seq;			/* in the order in which they were registered */
};
struct artefacts {
	struct artefact *items;
	size_t count;
};

/* Takes what is in the artefact. */
void artefacts_add(struct artefacts *artefacts, struct artefact *artefact);
void artefact_clear(struct artefact *artefact);
void artefacts_clear(struct artefacts *artefacts);

/* At most `max` (-1: all) behind the number `from`, in the order in which they were registered;
 * artefact_id NULL: of all artefacts.  *next becomes the number of the last, 0 where there are no
 * more.  0, or -1 with an empty list. */
int repository_artefacts_after(struct repository *repository, const char *org,
			       const char *artefact_id, int64_t from, int max, int64_t *next,
			       struct artefacts *out, struct error *err)
	__attribute__((warn_unused_result));
/* -1 with ERROR_NOT_FOUND when none was registered with this id. */
int repository_artefact(struct repository *repository, const char *org, const char *id,
			struct artefact *out, struct error *err)
	__attribute__((warn_unused_result));

struct artefact_kind {
	const char *artefact_id;
	enum artefact_type type;	/* ARTEFACT_UNKNOWN: any */
	bool with_archived;
};
/* Whether one of the kind was registered before the number `before`: 1, 0, or -1 with err. */
int repository_has_artefact(struct repository *repository, const char *org,
			    const struct artefact_kind *kind, int64_t before, struct error *err);
/* In the place of one of its id. */
int repository_put_artefact(struct repository *repository, const char *org,
			    const struct artefact *artefact, struct error *err);
/* All versions of it are gone for everybody; ERROR_NOT_FOUND when none was registered.  Their rows
 * go by repository_drop_artefacts() (repository-removal.h). */
int repository_drop_artefact(struct repository *repository, const char *org,
			     const char *artefact_id, struct error *err);
int repository_archive_artefact_version(struct repository *repository, const char *org,
					const char *id, bool archived, struct error *err);

#endif
