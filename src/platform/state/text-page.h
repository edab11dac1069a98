/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A page of a list as text: how much of it is read at once is bounded by rows and by bytes. */
#ifndef SIDESTAGE_PLATFORM_STATE_TEXT_PAGE_H
#define SIDESTAGE_PLATFORM_STATE_TEXT_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct text_page {
	struct buf text;	/* JSON values with "," between; behind what was in it before */
	bool any;		/* a row came before, on this page or another */
	int max;		/* rows; -1: any number */
	size_t enough;		/* bytes: no row is read once the text has so many */
	int count;		/* rows that were looked at */
	int64_t next;		/* behind it the page begins, then the next; 0: none */
};

/* Empty, of at most these, at the beginning of the list. */
void text_page_init(struct text_page *page, int max, size_t enough);
/* Frees; the next page can be read, of as many bytes again. */
void text_page_clear(struct text_page *page);
/* A row in two parts (tail NULL: in one), of this number; false: it is the last of the page. */
bool text_page_add(struct text_page *page, const char *head, const char *tail, int64_t row);
/* Whether there is more than the page has: it is full. */
bool text_page_is_full(const struct text_page *page);

#endif
