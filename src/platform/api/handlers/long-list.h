/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Lists of which there is no limit.  A short one is answered as every other, with an ETag.
 * Encoding a long one would stop the loop for everybody (10,000 deployments: a tenth of a second),
 * so it goes out in pieces, a page of the database at a time, as fast as its reader takes them.
 * Rows that may be large are read as text, of which a page is bounded by bytes as well.
 */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_LONG_LIST_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_LONG_LIST_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/api/handlers/handler.h"

struct place;
struct text_page;

struct long_list {
	/* Of at most `max` rows (-1: all) behind the row `from`, 0 being before the first, those
	 * that are wanted; *next becomes the last row that was looked at, 0 where there are no
	 * more. */
	json_t *(*page)(struct platform *platform, const struct place *place, const void *filter,
			int64_t from, int max, int64_t *next, struct error *err);
	/* Instead: adds a page of their text (text-page.h), and says where the next one begins. */
	int (*text)(struct platform *platform, const struct place *place, const void *filter,
		    struct text_page *page, struct error *err);
	void (*free_filter)(void *filter);
	int short_max;			/* more are sent in pieces */
	int page_max;
};

/* `list` is borrowed for good.  `filter` says which of them are wanted; it is taken, also where
 * this fails; NULL: there is none.  No more than `limit`; 0: all, as with text. */
int answer_long_list(struct platform *platform, const struct request *request,
		     struct response *response, const struct long_list *list, void *filter,
		     size_t limit, struct error *err);

#endif
