/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What importing puts: it is made, or brought to what is given.  Rules of repository.h. */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_TRANSFER_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_TRANSFER_H

#include <stdint.h>

struct error;
struct repository;

/* name NULL: the id for a new one, else as it was. */
int repository_import_organization(struct repository *repository, const char *id,
				   const char *name, const char *user, int64_t now,
				   struct error *err);

#endif
