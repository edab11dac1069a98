/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Lists of which there is no limit.  A short one is answered as every other, with an ETag.
 * Encoding a long one would stop the loop for everybody (10,000 deployments: a tenth of a second),
 * so it goes out in pieces, a page of the database at a time, as fast as its reader takes them.
 */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_LONG_LIST_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_LONG_LIST_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "platform/api/handlers/handler.h"

struct place;
struct repository;

struct long_list_filter {
	const char *text;		/* what of them is wanted; NULL: all */
	bool flag;
};
struct long_list {
	/* At most `max` of them (-1: all) behind the row `from`, 0 being before the first; *next
	 * becomes the last row that was looked at, 0 where there are no more. */
	json_t *(*page)(struct repository *repository, const struct place *place,
			const struct long_list_filter *filter, int64_t from, int max,
			int64_t *next, struct error *err);
	int short_max;			/* more are sent in pieces */
	int page_max;
};

/* What is in `list` is borrowed for good, the filter's text is copied. */
int answer_long_list(struct platform *platform, const struct request *request,
		     struct response *response, const struct long_list *list,
		     const struct long_list_filter *filter, struct error *err);

#endif
