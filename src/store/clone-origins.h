/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where a clone comes from, and how long it is kept. */
#ifndef SIDESTAGE_STORE_CLONE_ORIGINS_H
#define SIDESTAGE_STORE_CLONE_ORIGINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct store;

struct clone_origin {
	char *origin;			/* id of the environment it was cloned from */
	char *deployment_id, *set_id;	/* what that ran when it was cloned */
	char *operation_id;
	int64_t cloned_at;		/* wall ms */
	int64_t expires_at;		/* wall ms; 0: never */
};
/* 0; -1 with ERROR_NOT_FOUND when env is no clone made here, or ERROR_STORE. */
int store_clone_origin(struct store *store, const char *url, const char *org, const char *app,
		       const char *env, struct clone_origin *out, struct error *err)
	__attribute__((warn_unused_result));
/* Frees the texts. */
void clone_origin_clear(struct clone_origin *origin);
int store_put_clone_origin(struct store *store, const char *url, const char *org,
			   const char *app, const char *env, const struct clone_origin *origin,
			   struct error *err) __attribute__((warn_unused_result));
/* After a discard.  A missing one is fine. */
int store_drop_clone_origin(struct store *store, const char *url, const char *org,
			    const char *app, const char *env, struct error *err)
	__attribute__((warn_unused_result));

struct clone_record {
	char *org, *app, *env;
	struct clone_origin origin;
	bool has_expiry; /* whether it expires is known here: it does, or it was made here without
			  */
};
struct clone_list {
	struct clone_record *items;
	size_t count;
};
/* Every clone of the platform, by org, app, env.  0, or -1 with ERROR_STORE; clone_list_clear(). */
int store_clone_list(struct store *store, const char *url, struct clone_list *list,
		     struct error *err) __attribute__((warn_unused_result));
/* Frees the records. */
void clone_list_clear(struct clone_list *list);

#endif
