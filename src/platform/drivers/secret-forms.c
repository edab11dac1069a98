/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A form that is short is found everywhere, so each kind has a least length.  Base64 depends on
 * where in its triples the secret begins, and its first and last characters on what stands beside
 * it: for each of the three places those characters are taken that the secret alone decides.
 * What is long enough to be wrapped is told without its blanks as well.
 */
#include "config.h"

#include "secret-forms.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"

#define SHORTEST 4
#define SHORTEST_LINE 8
#define SHORTEST_BASE64 6
#define SHORTEST_WRAPPED 16 /* without blanks, which may stand between words that are none */
/* A secret of that size is a key file; it is looked for as it is and line by line. */
#define ENCODED_MAX 65536		/* of longer ones the encoded forms are not looked for */
#define FORM_MAX (8u * ENCODED_MAX)

struct forms {
	secret_form_add *add;
	void *data;
};

static void
form_init(struct buf *form, size_t max)
{
	buf_init(form, max);
	form->wipe = true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A part of the text: nothing of it is wrapped. */
static void
add_line(const struct forms *forms, const char *bytes, size_t length)
{
	if (length >= SHORTEST_LINE)
		forms->add(forms->data, bytes, length, false);
}

/* The whole of it, also for when it is wrapped. */
static void
add_form(const struct forms *forms, const char *bytes, size_t length, size_t least)
{
	struct buf form;

	if (length >= least)
		forms->add(forms->data, bytes, length, false);
	if (length < SHORTEST_WRAPPED || length > FORM_MAX)
		return;
	form_init(&form, length + 1);
	for (size_t i = 0; i < length; i++)
		if (!is_blank(bytes[i]))
			buf_append(&form, bytes + i, 1);
	if (form.length >= SHORTEST_WRAPPED)
		forms->add(forms->data, form.data, form.length, true);
	buf_clear(&form);
}

/* --- lines --- */

/* A program that writes a certificate line by line puts its own before each, or indents it. */
static void
add_lines(const struct forms *forms, const char *text)
{
	size_t length;

	if (!strchr(text, '\n'))
		return;
	for (; *text; text += length + (text[length] == '\n')) {
		const char *line = text;
		size_t n = length = strcspn(text, "\n");

		add_line(forms, line, n);
		while (n > 0 && is_blank(*line)) {
			line++;
			n--;
		}
		while (n > 0 && is_blank(line[n - 1]))
			n--;
		add_line(forms, line, n);
	}
}

/* Without CR, or with one before each LF. */
static void
set_line_ends(struct buf *out, const char *text, bool with_cr)
{
	for (; *text; text++) {
		if (*text == '\r' && text[1] == '\n')
			continue;
		if (*text == '\n' && with_cr)
			buf_puts(out, "\r");
		buf_append(out, text, 1);
	}
}

/* --- encoded --- */

/* \u00E9 as most others than jansson write it. */
static void
lower_escapes(char *json)
{
	for (; *json; json++) {
		if (*json != '\\')
			continue;
		if (*++json == 'u')
			for (int i = 1; i <= 4; i++)
				json[i] = json[i] >= 'A' && json[i] <= 'F' ? (char)(json[i] + 32)
									   : json[i];
	}
}

static void
add_json(const struct forms *forms, const char *text)
{
	static const size_t flags[] = {JSON_ENCODE_ANY, JSON_ENCODE_ANY | JSON_ENSURE_ASCII,
				       JSON_ENCODE_ANY | JSON_ESCAPE_SLASH,
				       JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_ESCAPE_SLASH};
	json_t *string = json_string(text);

	for (size_t i = 0; string && i < sizeof(flags) / sizeof(flags[0]); i++) {
		char *dump = json_dumps(string, flags[i]);

		if (!dump)
			continue;
		add_form(forms, dump + 1, strlen(dump) - 2, SHORTEST);	/* without its quotes */
		lower_escapes(dump);
		add_form(forms, dump + 1, strlen(dump) - 2, SHORTEST);
		explicit_bzero(dump, strlen(dump));
		free(dump);
	}
	json_decref(string);
}

/* What the text alone decides when `before` bytes of something else precede it in its triple;
 * `ends`: and nothing comes after it. */
static void
set_base64(struct buf *out, const char *text, size_t length, size_t before, bool ends,
	   const char *last_two)
{
	static const char common[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	uint32_t bits = 0;
	size_t from = (before * 8 + 5) / 6, to = ((before + length) * 8 + (ends ? 5 : 0)) / 6;

	for (size_t at = 0; at < to; at++) {
		size_t first = at * 6 / 8;
		unsigned value = 0;

		bits = 0;
		for (size_t k = 0; k < 2; k++) {
			size_t byte = first + k;

			bits = bits << 8 | (byte >= before && byte - before < length ?
					    (unsigned char)text[byte - before] : 0);
		}
		value = bits >> (10 - at * 6 % 8) & 0x3f;
		if (at >= from)
			buf_append(out, value < 62 ? &common[value] : &last_two[value - 62], 1);
	}
	explicit_bzero(&bits, sizeof(bits));
}

/* The lines that tools make of it, for when something else stands before each. */
static void
add_wrapped(const struct forms *forms, const struct buf *base64)
{
	static const size_t columns[] = {64, 76};

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		for (size_t at = 0; at < base64->length && base64->length > columns[i];
		     at += columns[i]) {
			size_t left = base64->length - at;

			add_line(forms, base64->data + at, left < columns[i] ? left : columns[i]);
		}
}

static void
add_base64(const struct forms *forms, const char *text)
{
	static const char *const ends[] = {"+/", "-_"};

	for (size_t e = 0; e < sizeof(ends) / sizeof(ends[0]); e++)
		for (size_t before = 0; before < 3; before++) {
			struct buf form;

			form_init(&form, FORM_MAX);
			set_base64(&form, text, strlen(text), before, false, ends[e]);
			add_form(forms, buf_str(&form), form.length, SHORTEST_BASE64);
			buf_truncate(&form, 0);
			set_base64(&form, text, strlen(text), before, true, ends[e]);
			add_form(forms, buf_str(&form), form.length, SHORTEST_BASE64);
			if (before == 0)
				add_wrapped(forms, &form);
			buf_clear(&form);
		}
}

static void
add_url(const struct forms *forms, const char *text)
{
	/* What stays as it is beside letters and digits, by who encodes. */
	static const char *const kept[] = {"-._~", "-._~/", "-._~!'()*", "-._*", "-._"};

	for (size_t k = 0; k < sizeof(kept) / sizeof(kept[0]); k++)
		for (size_t i = 0; i < 4; i++) { /* either case, and either form of a blank */
			struct buf form;

			form_init(&form, FORM_MAX);
			for (const char *p = text; *p; p++) {
				unsigned char c = (unsigned char)*p;

				if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
				    (c >= '0' && c <= '9') || strchr(kept[k], c))
					buf_append(&form, p, 1);
				else if (c == ' ' && i & 2)
					buf_puts(&form, "+");
				else if (i & 1)
					buf_printf(&form, "%%%02x", c);
				else
					buf_printf(&form, "%%%02X", c);
			}
			add_form(forms, buf_str(&form), form.length, SHORTEST);
			buf_clear(&form);
		}
}

static void
add_encoded(const struct forms *forms, const char *text)
{
	size_t length = strlen(text);

	if (length < SHORTEST || length > ENCODED_MAX)
		return;
	add_json(forms, text);
	add_base64(forms, text);
	add_url(forms, text);
}

void
secret_forms(const char *text, secret_form_add *add, void *data)
{
	const struct forms forms = {add, data};
	struct buf plain, carriage;
	size_t length = strlen(text);

	add_form(&forms, text, length, SHORTEST);
	add_lines(&forms, text);
	add_encoded(&forms, text);
	if (!strchr(text, '\n') && !strchr(text, '\r'))
		return;
	form_init(&plain, length + 1);
	form_init(&carriage, 2 * length + 1);
	set_line_ends(&plain, text, false);
	set_line_ends(&carriage, text, true);
	add_form(&forms, buf_str(&plain), plain.length, SHORTEST);
	add_form(&forms, buf_str(&carriage), carriage.length, SHORTEST);
	add_encoded(&forms, buf_str(&plain));
	add_encoded(&forms, buf_str(&carriage));
	/* A shell takes the line ends at the end away: "$(cat key)". */
	while (plain.length > 0 && is_blank(plain.data[plain.length - 1]))
		plain.data[--plain.length] = '\0';
	add_form(&forms, buf_str(&plain), plain.length, SHORTEST);
	add_encoded(&forms, buf_str(&plain));
	buf_clear(&plain);
	buf_clear(&carriage);
}
