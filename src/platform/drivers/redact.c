/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Output comes in pieces that end anywhere, and a workload may print what it likes, so each
 * secret is followed byte by byte (Knuth, Morris, Pratt): the work is the number of bytes
 * times that of secrets, whatever they are.  What could still become a secret is held back;
 * every byte that belongs to any is marked, and a run of marked bytes is given on as one word.
 */
#include "config.h"

#include "redact.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"

#define SHORTEST 4
#define SHORTEST_LINE 8
#define PIECE 4096		/* is given on at once */

struct secret {
	char *bytes;
	size_t length;
	uint32_t *borders;	/* of its first n bytes: the longest end that is a beginning too */
	size_t matched;		/* bytes of it that the output ends in now */
};

struct redact {
	struct secret *secrets;
	size_t count;
	size_t longest;
	size_t matched;		/* the most of any */
	bool begins[256];	/* some secret begins with this byte */
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

static void
add(struct redact *redact, const char *bytes, size_t length)
{
	struct secret *secret;

	redact->secrets = xreallocarray(redact->secrets, redact->count + 1,
					sizeof(*redact->secrets));
	secret = &redact->secrets[redact->count++];
	*secret = (struct secret){.bytes = xmalloc(length + 1), .length = length};
	memcpy(secret->bytes, bytes, length);
	find_borders(secret);
	redact->begins[(unsigned char)bytes[0]] = true;
	if (length > redact->longest)
		redact->longest = length;
}

/* A program that writes a certificate line by line puts its own before each. */
static void
add_lines(struct redact *redact, const char *text)
{
	size_t length;

	for (; *text; text += length + (text[length] == '\n')) {
		length = strcspn(text, "\n");
		if (length >= SHORTEST_LINE)
			add(redact, text, length);
	}
}

struct redact *
redact_new(const json_t *secrets)
{
	struct redact *redact = xcalloc(1, sizeof(*redact));
	const json_t *secret;
	size_t i;

	json_array_foreach(secrets, i, secret) {
		const char *text = json_string_value(secret);

		if (text && strlen(text) >= SHORTEST)
			add(redact, text, strlen(text));
		if (text && strchr(text, '\n'))
			add_lines(redact, text);
	}
	if (redact->count == 0) {
		free(redact);
		return NULL;
	}
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
	buf_clear(&redact->held);
	buf_clear(&redact->marks);
	free(redact);
}

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

/* One more byte of output. */
static void
follow(struct redact *redact, char byte)
{
	/* There is room: less than the longest secret was held, and a piece is to come. */
	if (!buf_append(&redact->held, &byte, 1) || !buf_append(&redact->marks, "", 1))
		abort();
	if (redact->matched == 0 && !redact->begins[(unsigned char)byte])
		return;
	redact->matched = 0;
	for (size_t i = 0; i < redact->count; i++) {
		struct secret *secret = &redact->secrets[i];

		step(secret, byte);
		if (secret->matched > redact->matched)
			redact->matched = secret->matched;
		if (secret->matched == secret->length)
			memset(redact->marks.data + redact->marks.length - secret->length, 1,
			       secret->length);
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

void
redact_end(struct redact *redact, giver *give, void *data)
{
	if (redact)
		give_on(redact, redact->held.length, give, data);
}
