/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image references, and versions in the order of semver 2.0.0 §11. */
#include "config.h"

#include "model/image.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

void
image_parse(struct image *image, const char *reference)
{
	const char *at = strchr(reference, '@');
	size_t length = at ? (size_t)(at - reference) : strlen(reference);
	size_t colon = length;

	for (size_t i = length; i > 0 && reference[i - 1] != '/'; i--) {
		if (reference[i - 1] == ':') {
			colon = i - 1;
			break;
		}
	}
	image->name = xstrndup(reference, colon);
	image->version = colon < length ? xstrndup(reference + colon + 1, length - colon - 1)
					: xstrdup("");
	image->digest = xstrdup(at ? at + 1 : "");
}

void
image_clear(struct image *image)
{
	free(image->name);
	free(image->version);
	free(image->digest);
	*image = (struct image){0};
}

#define PARTS 3

struct version {
	const char *part[PARTS];
	size_t length[PARTS];
	const char *pre;	/* behind '-', "" when a release */
	size_t pre_length;
};

static size_t
digits(const char *s)
{
	return strspn(s, "0123456789");
}

/* A leading "v" is common in tags; one to three numbers, then "-pre", then "+build". */
static bool
parse_version(struct version *v, const char *s)
{
	*v = (struct version){.pre = ""};
	if (*s == 'v')
		s++;
	for (size_t i = 0; i < PARTS; i++) {
		v->part[i] = "0";
		v->length[i] = 1;
	}
	for (size_t i = 0; i < PARTS; i++) {
		v->length[i] = digits(s);
		v->part[i] = s;
		if (v->length[i] == 0)
			return false;
		s += v->length[i];
		if (*s != '.' || i == PARTS - 1)
			break;
		s++;
	}
	if (*s == '-') {
		v->pre = s + 1;
		v->pre_length = strcspn(v->pre, "+");
		s = v->pre + v->pre_length;
	}
	return *s == '\0' || *s == '+';
}

static int
compare_numbers(const char *a, size_t a_length, const char *b, size_t b_length)
{
	while (a_length > 1 && *a == '0')
		a++, a_length--;
	while (b_length > 1 && *b == '0')
		b++, b_length--;
	if (a_length != b_length)
		return a_length < b_length ? -1 : 1;
	return memcmp(a, b, a_length);
}

static int
compare_bytes(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int order = memcmp(a, b, a_length < b_length ? a_length : b_length);

	return order ? order : (a_length > b_length) - (a_length < b_length);
}

/* Numbers by value and before words; "rc1" and "rc10" by their words, then their numbers,
 * which semver leaves to bytes but every reader expects. */
static int
compare_identifiers(const char *a, size_t a_length, const char *b, size_t b_length)
{
	bool a_number = a_length && digits(a) >= a_length;
	bool b_number = b_length && digits(b) >= b_length;
	size_t word = 0;

	if (a_number && b_number)
		return compare_numbers(a, a_length, b, b_length);
	if (a_number != b_number)
		return a_number ? -1 : 1;
	while (word < a_length && word < b_length && a[word] == b[word] && !digits(a + word))
		word++;
	if (word > 0 && word < a_length && word < b_length && digits(a + word) >= a_length - word &&
	    digits(b + word) >= b_length - word)
		return compare_numbers(a + word, a_length - word, b + word, b_length - word);
	return compare_bytes(a, a_length, b, b_length);
}

static int
compare_pre(const struct version *a, const struct version *b)
{
	const char *x = a->pre, *y = b->pre;
	size_t x_left = a->pre_length, y_left = b->pre_length;

	if (x_left == 0 || y_left == 0)
		return (x_left == 0) - (y_left == 0);
	while (x_left > 0 && y_left > 0) {
		const char *x_dot = memchr(x, '.', x_left), *y_dot = memchr(y, '.', y_left);
		size_t m = x_dot ? (size_t)(x_dot - x) : x_left;
		size_t n = y_dot ? (size_t)(y_dot - y) : y_left;
		int order = compare_identifiers(x, m, y, n);

		if (order)
			return order;
		m += x_dot != NULL;
		n += y_dot != NULL;
		x += m, x_left -= m;
		y += n, y_left -= n;
	}
	return (x_left > 0) - (y_left > 0);
}

int
image_version_compare(const char *a, const char *b)
{
	struct version x, y;

	if (!parse_version(&x, a) || !parse_version(&y, b))
		return strcmp(a, b);
	for (size_t i = 0; i < PARTS; i++) {
		int order = compare_numbers(x.part[i], x.length[i], y.part[i], y.length[i]);

		if (order)
			return order;
	}
	return compare_pre(&x, &y);
}

const char *
image_version_step(const char *from, const char *to)
{
	static const char *const names[PARTS] = {"major", "minor", "patch"};
	struct version x, y;

	if (!parse_version(&x, from) || !parse_version(&y, to))
		return "other";
	for (size_t i = 0; i < PARTS; i++)
		if (compare_numbers(x.part[i], x.length[i], y.part[i], y.length[i]) != 0)
			return names[i];
	return compare_pre(&x, &y) != 0 ? "pre-release" : "other";
}
