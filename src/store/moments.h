/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The board as it was. */
#ifndef SIDESTAGE_STORE_MOMENTS_H
#define SIDESTAGE_STORE_MOMENTS_H

#include <stddef.h>
#include <stdint.h>

struct error;
struct store;

#define MOMENT_GONE "gone"

/*
 * What was known of one environment from `at` on, until the next moment of it.  Texts are owned
 * and foreign; "" for what is not there.  The status of one that was deleted is MOMENT_GONE.
 */
struct board_moment {
	char *env, *name, *type;
	char *origin;			/* env it was cloned from; "": no clone of ours */
	char *deployment_id, *set_id;	/* what ran; "": nothing, or not known */
	char *status;			/* of its last deployment: "succeeded", ...; "": none */
	int64_t at;			/* wall ms when it was seen, not when it came to be */
};
struct moment_list {
	struct board_moment *items;
	size_t count;
};
/* Frees the moments. */
void moment_list_clear(struct moment_list *list);

/*
 * Writes those of the moments that tell another thing of their environment than the one before
 * did; one that is older than what is known is not written.  What may go, goes: moments that
 * another one of the same environment followed more than MOMENT_DAYS ago, and, of what one
 * application has beyond MOMENT_MAX, the oldest that were followed.  What is known last of an
 * environment stays.  All or nothing; -1 with ERROR_STORE.
 */
#define MOMENT_DAYS 90
#define MOMENT_MAX 5000
int store_put_moments(struct store *store, const char *url, const char *org, const char *app,
		      const struct board_moment *moments, size_t count, struct error *err)
	__attribute__((warn_unused_result));
/* What was known at a time: the last moment of each environment until then; by env.  Those
 * that were gone then are not in it.  0 or -1 with ERROR_STORE; moment_list_clear() it. */
int store_moments_at(struct store *store, const char *url, const char *org, const char *app,
		     int64_t at, struct moment_list *list, struct error *err)
	__attribute__((warn_unused_result));
/* The time of the next moment of the application before (or after) `at`; 0: there is none; -1 with
 * ERROR_STORE. */
int64_t store_moment_before(struct store *store, const char *url, const char *org,
			    const char *app, int64_t at, struct error *err);
int64_t store_moment_after(struct store *store, const char *url, const char *org,
			   const char *app, int64_t at, struct error *err);

#endif
