/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Output comes in pieces that end anywhere, so what could still become a secret is held
 * back.  At each place the longest secret counts: what is left of it must not show behind a
 * shorter one that it begins with.
 */
#include "config.h"

#include "redact.h"

#include <stdbool.h>
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
};

struct redact {
	struct secret *secrets;
	size_t count;
	size_t longest;
	bool begins[256];	/* some secret begins with this byte */
	struct buf held;
};

typedef void giver(void *data, const char *bytes, size_t length);

static void
add(struct redact *redact, const char *bytes, size_t length)
{
	struct secret *secret;

	redact->secrets = xreallocarray(redact->secrets, redact->count + 1,
					sizeof(*redact->secrets));
	secret = &redact->secrets[redact->count++];
	secret->bytes = xmalloc(length + 1);
	memcpy(secret->bytes, bytes, length);
	secret->length = length;
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
	}
	free(redact->secrets);
	buf_clear(&redact->held);
	free(redact);
}

/* The length of the secret that stands here, 0 when none does; *open when more bytes could
 * make one that is longer. */
static size_t
find(const struct redact *redact, const char *bytes, size_t length, bool *open)
{
	size_t found = 0;

	*open = false;
	if (!redact->begins[(unsigned char)bytes[0]])
		return 0;
	for (size_t i = 0; i < redact->count; i++) {
		const struct secret *secret = &redact->secrets[i];
		size_t common = length < secret->length ? length : secret->length;

		if (memcmp(secret->bytes, bytes, common) != 0)
			continue;
		if (common < secret->length)
			*open = true;
		else if (common > found)
			found = common;
	}
	return found;
}

/* Gives on what is decided, and keeps the rest. */
static void
look(struct redact *redact, bool last, giver *give, void *data)
{
	const char *bytes = buf_str(&redact->held);
	size_t length = redact->held.length, plain = 0, at = 0;

	while (at < length) {
		bool open;
		size_t found = find(redact, bytes + at, length - at, &open);

		if (open && !last)
			break;
		if (found == 0) {
			at++;
			continue;
		}
		if (at > plain)
			give(data, bytes + plain, at - plain);
		give(data, REDACTED, strlen(REDACTED));
		at += found;
		plain = at;
	}
	if (at > plain)
		give(data, bytes + plain, at - plain);
	buf_drop_front(&redact->held, at);
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

		/* What is held is shorter than the longest secret, so it fits. */
		if (!buf_append(&redact->held, bytes, piece))
			abort();
		look(redact, false, give, data);
		bytes += piece;
		length -= piece;
	}
}

void
redact_end(struct redact *redact, giver *give, void *data)
{
	if (redact)
		look(redact, true, give, data);
}
