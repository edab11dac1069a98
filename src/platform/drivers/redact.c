/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Output comes in pieces that end anywhere, and a workload may print what it likes, so each
 * secret is followed byte by byte (Knuth, Morris, Pratt): the work is the number of bytes
 * times that of forms under way, never more than all of them.  What could still become a secret is
 * held back; every byte that belongs to any is marked, and a run of marked bytes is given on as one
 * word.
 *
 * A form that tools wrap is kept without its blanks, and the blanks of the output are passed over
 * while it is followed: then no column, indentation or line end hides any of it, nor what is left
 * for the last line.
 */
#include "config.h"

#include "redact.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "secret-forms.h"

#define NONE UINT32_MAX
#define PIECE 4096		/* is given on at once */
#define GAP_MAX 32		/* blanks in a row within a wrapped form */

struct secret {
	char *bytes;
	size_t length;
	uint32_t *borders;	/* of its first n bytes: the longest end that is a beginning too */
	size_t matched;		/* bytes of it that the output ends in now */
	uint32_t next;		/* with the same first byte; NONE: the last one */
	bool is_wrapped;	/* blanks do not count */
};

struct redact {
	struct secret *secrets;
	size_t count;
	size_t longest;
	size_t matched;		/* bytes of the output that the longest of any takes */
	size_t gap;		/* blanks at the end of the output */
	size_t *places;		/* of what is no blank, counted from the beginning of the output */
	size_t place_first, place_count, place_room;
	size_t given;		/* the place of the first byte that is held */
	uint32_t first[256];	/* of those that begin with this byte; NONE */
	uint32_t *active;	/* those of which something is matched */
	size_t active_count;
	struct buf held;
	struct buf marks;	/* a byte for each of held: 1 belongs to a secret */
	bool in_secret;		/* the last byte that was given on was marked */
};

typedef void giver(void *data, const char *bytes, size_t length);

static void
find_borders(struct secret *secret)
{
	uint32_t border = 0;

	secret->borders = xcalloc(secret->length + 1, sizeof(*secret->borders));
	for (size_t i = 1; i < secret->length; i++) {
		while (border > 0 && secret->bytes[i] != secret->bytes[border])
			border = secret->borders[border];
		if (secret->bytes[i] == secret->bytes[border])
			border++;
		secret->borders[i + 1] = border;
	}
}

/* Two secrets, or two forms of one, may be the same text; it is followed once. */
static bool
is_known(const struct redact *redact, const char *bytes, size_t length, bool is_wrapped)
{
	for (uint32_t i = redact->first[(unsigned char)bytes[0]]; i != NONE;
	     i = redact->secrets[i].next)
		if (redact->secrets[i].length == length &&
		    redact->secrets[i].is_wrapped == is_wrapped &&
		    memcmp(redact->secrets[i].bytes, bytes, length) == 0)
			return true;
	return false;
}

static void
add(void *data, const char *bytes, size_t length, bool is_wrapped)
{
	struct redact *redact = data;
	uint32_t *first = &redact->first[(unsigned char)bytes[0]];
	struct secret *secret;

	if (is_known(redact, bytes, length, is_wrapped))
		return;
	redact->secrets = xreallocarray(redact->secrets, redact->count + 1,
					sizeof(*redact->secrets));
	secret = &redact->secrets[redact->count++];
	*secret = (struct secret){.bytes = xmalloc(length + 1), .length = length, .next = *first,
				 .is_wrapped = is_wrapped};
	*first = (uint32_t)(redact->count - 1);
	memcpy(secret->bytes, bytes, length);
	find_borders(secret);
	if (is_wrapped)
		length *= 1 + GAP_MAX;
	if (length > redact->longest)
		redact->longest = length;
}

/* NULL where there is nothing to look for: the output then passes as it is, at no cost. */
struct redact *
redact_new(const json_t *secrets)
{
	struct redact *redact = xcalloc(1, sizeof(*redact));
	const json_t *secret;
	size_t i;

	for (i = 0; i < 256; i++)
		redact->first[i] = NONE;
	json_array_foreach(secrets, i, secret)
		if (json_is_string(secret))
			secret_forms(json_string_value(secret), add, redact);
	if (redact->count == 0) {
		free(redact);
		return NULL;
	}
	redact->active = xcalloc(redact->count, sizeof(*redact->active));
	buf_init(&redact->held, redact->longest + PIECE);
	buf_init(&redact->marks, redact->longest + PIECE);
	redact->held.wipe = true;
	return redact;
}

void
redact_free(struct redact *redact)
{
	if (!redact)
		return;
	for (size_t i = 0; i < redact->count; i++) {
		explicit_bzero(redact->secrets[i].bytes, redact->secrets[i].length);
		free(redact->secrets[i].bytes);
		free(redact->secrets[i].borders);
	}
	free(redact->secrets);
	free(redact->active);
	free(redact->places);
	buf_clear(&redact->held);
	buf_clear(&redact->marks);
	free(redact);
}

/* --- what is no blank, and where --- */

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Those that were given on go when they are half of all, so each is moved about once. */
static void
note_place(struct redact *redact)
{
	if (redact->place_count == redact->place_room) {
		size_t gone = redact->place_first;

		if (gone > redact->place_room / 2) {
			redact->place_count -= gone;
			redact->place_first = 0;
			memmove(redact->places, redact->places + gone,
				redact->place_count * sizeof(*redact->places));
		} else {
			redact->place_room = 2 * redact->place_room + PIECE;
			redact->places = xreallocarray(redact->places, redact->place_room,
						       sizeof(*redact->places));
		}
	}
	redact->places[redact->place_count++] = redact->given + redact->held.length - 1;
}

static void
forget_places(struct redact *redact)
{
	while (redact->place_first < redact->place_count &&
	       redact->places[redact->place_first] < redact->given)
		redact->place_first++;
}

/* How many bytes of the output the last ones of a form take. */
static size_t
span(const struct redact *redact, const struct secret *secret)
{
	if (!secret->is_wrapped || secret->matched == 0)
		return secret->matched;
	return redact->given + redact->held.length -
	       redact->places[redact->place_count - secret->matched];
}

/* --- following --- */

static void
step(struct secret *secret, char byte)
{
	/* After the whole of it goes on what its end begins again. */
	if (secret->matched == secret->length)
		secret->matched = secret->borders[secret->matched];
	while (secret->matched > 0 && secret->bytes[secret->matched] != byte)
		secret->matched = secret->borders[secret->matched];
	if (secret->bytes[secret->matched] == byte)
		secret->matched++;
}

static void
pass_over(struct secret *secret, size_t gap)
{
	if (secret->matched == secret->length)
		secret->matched = secret->borders[secret->matched];
	if (gap > GAP_MAX)
		secret->matched = 0;
}

/* Follows one secret; true: something of it is matched. */
static bool
follow_secret(struct redact *redact, struct secret *secret, char byte)
{
	size_t length;

	if (secret->is_wrapped && redact->gap > 0)
		pass_over(secret, redact->gap);
	else
		step(secret, byte);
	length = span(redact, secret);
	if (length > redact->matched)
		redact->matched = length;
	if (secret->matched == secret->length)
		memset(redact->marks.data + redact->marks.length - length, 1, length);
	return secret->matched > 0;
}

/* One more byte of output.  A secret of which nothing is matched is looked at only when this is its
 * first byte. */
static void
follow(struct redact *redact, char byte)
{
	size_t count = redact->active_count;

	/* There is room: less than the longest secret was held, and a piece is to come. */
	if (!buf_append(&redact->held, &byte, 1) || !buf_append(&redact->marks, "", 1))
		abort();
	redact->gap = is_blank(byte) ? redact->gap + 1 : 0;
	if (redact->gap == 0)
		note_place(redact);
	redact->matched = 0;
	redact->active_count = 0;
	/* Those that begin here go behind the active ones: none is followed twice. */
	for (uint32_t i = redact->first[(unsigned char)byte]; i != NONE;
	     i = redact->secrets[i].next)
		if (redact->secrets[i].matched == 0)
			redact->active[count++] = i;
	for (size_t i = 0; i < count; i++) {
		uint32_t which = redact->active[i];

		if (follow_secret(redact, &redact->secrets[which], byte))
			redact->active[redact->active_count++] = which;
	}
}

/* Gives on the first bytes that are held. */
static void
give_on(struct redact *redact, size_t length, giver *give, void *data)
{
	const char *bytes = buf_str(&redact->held), *marks = buf_str(&redact->marks);

	for (size_t at = 0, end; at < length; at = end) {
		bool marked = marks[at] != 0;

		for (end = at + 1; end < length && (marks[end] != 0) == marked; end++)
			;
		if (!marked)
			give(data, bytes + at, end - at);
		else if (!redact->in_secret)
			give(data, REDACTED, strlen(REDACTED));
		redact->in_secret = marked;
	}
	buf_drop_front(&redact->held, length);
	buf_drop_front(&redact->marks, length);
	redact->given += length;
	forget_places(redact);
}

void
redact_take(struct redact *redact, const char *bytes, size_t length, giver *give, void *data)
{
	if (!redact) {
		give(data, bytes, length);
		return;
	}
	while (length > 0) {
		size_t piece = length < PIECE ? length : PIECE;

		for (size_t i = 0; i < piece; i++)
			follow(redact, bytes[i]);
		/* No secret can begin before what is matched now. */
		give_on(redact, redact->held.length - redact->matched, give, data);
		bytes += piece;
		length -= piece;
	}
}

/* What was held back as a possible beginning is output after all: no more will come. */
void
redact_end(struct redact *redact, giver *give, void *data)
{
	if (redact)
		give_on(redact, redact->held.length, give, data);
}
