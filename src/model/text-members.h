/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The members of an object of canonical JSON (model/canonical.h), as texts and in their order,
 * without parsing what they hold: what is equal has equal bytes. */
#ifndef SIDESTAGE_MODEL_TEXT_MEMBERS_H
#define SIDESTAGE_MODEL_TEXT_MEMBERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A part of a text; length 0: there is none. */
struct text_span {
	const char *at;
	size_t length;
};

struct text_member {
	struct text_span key;	/* with its quotes, and escaped */
	struct text_span value;
};

struct text_members {
	const char *at, *end;
	bool is_broken;		/* this is no such object */
};

/* The text is borrowed until the last member was read. */
struct text_members text_members(struct text_span object);
/* false: there are no more, or the text is broken. */
bool text_members_next(struct text_members *members, struct text_member *out);
/* The value of this key, which needs no escapes, among those that are left. */
struct text_span text_members_find(struct text_members *members, const char *key);

/* As strcmp() of what the keys stand for. */
int text_keys_compare(struct text_span a, struct text_span b);
bool text_spans_equal(struct text_span a, struct text_span b);
/* New reference, or NULL: it is no JSON. */
json_t *text_span_parse(struct text_span span);

#endif
