/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Rows go into one text as they are read, so that a long list is never in memory as JSON. */
#include "config.h"

#include "platform/state/text-page.h"

void
text_page_init(struct text_page *page, int max, size_t enough)
{
	*page = (struct text_page){.max = max, .enough = enough};
	buf_init(&page->text, SIZE_MAX / 4);
}

void
text_page_clear(struct text_page *page)
{
	buf_clear(&page->text);
	page->count = 0;
}

bool
text_page_add(struct text_page *page, const char *head, const char *tail, int64_t row)
{
	if (page->any)
		(void)buf_puts(&page->text, ",");
	(void)buf_puts(&page->text, head);
	if (tail)
		(void)buf_puts(&page->text, tail);
	page->any = true;
	page->count++;
	page->next = row;
	return !text_page_is_full(page);
}

bool
text_page_is_full(const struct text_page *page)
{
	return page->text.length >= page->enough || (page->max >= 0 && page->count >= page->max);
}
