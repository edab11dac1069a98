/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Image references, and what is shown of them where there is little room.
 *
 * The reference stays opaque to the program: it is compared and deployed as the whole text.
 * It is only taken apart for people and to order versions, so a form that we misread costs a
 * worse label and never another image.
 */
#include "config.h"

#include "model/image.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

/* A ':' before the last '/' is a registry's port, not a version: "host:5000/web". */
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

bool
image_has_name(const char *reference, const char *name)
{
	struct image image;
	bool has;

	image_parse(&image, reference);
	has = strcmp(image.name, name) == 0;
	image_clear(&image);
	return has;
}

/* "1.4.3" and "1.4.3@sha256:..." are versions; "web:1.4.3" and "acme/web" name an image. */
static bool
names_image(const char *typed)
{
	size_t before_digest = strcspn(typed, "@");

	return memchr(typed, '/', before_digest) || memchr(typed, ':', before_digest);
}

char *
image_typed(const char *reference, const char *typed)
{
	bool is_digest = strncmp(typed, "sha256:", strlen("sha256:")) == 0;
	struct image image;
	char *wanted;

	if (*typed == '@' || *typed == ':')
		is_digest = *typed++ == '@';
	else if (!is_digest && names_image(typed))
		return xstrdup(typed);
	image_parse(&image, reference);
	wanted = xasprintf("%s%c%s", image.name, is_digest ? '@' : ':', typed);
	image_clear(&image);
	return wanted;
}

#define DIGITS_SHORT 8

/* Where the digits of "sha256:1a2b..." begin. */
static size_t
algorithm_length(const char *digest)
{
	const char *colon = strchr(digest, ':');

	return colon ? (size_t)(colon - digest) + 1 : 0;
}

static char *
short_digest(const char *digest, size_t digits)
{
	size_t length = algorithm_length(digest) + digits;

	return strlen(digest) <= length ? xstrdup(digest) : xasprintf("%.*s…", (int)length, digest);
}

/* digits 0: without the digest, unless there is nothing else. */
static char *
label_of(const struct image *image, const char *reference, size_t digits)
{
	char *digest, *label;

	if (!*image->digest || (*image->version && digits == 0))
		return xstrdup(*image->version ? image->version : reference);
	digest = short_digest(image->digest, digits > 0 ? digits : DIGITS_SHORT);
	if (!*image->version)
		return digest;
	label = xasprintf("%s@%s", image->version, digest);
	free(digest);
	return label;
}

char *
image_label(const char *reference)
{
	struct image image;
	char *label;

	image_parse(&image, reference);
	label = label_of(&image, reference, 0);
	image_clear(&image);
	return label;
}

/* As many digits as it takes to tell them apart. */
static size_t
telling_digits(const char *a, const char *b)
{
	size_t same = 0, start = algorithm_length(a);

	while (a[same] && a[same] == b[same])
		same++;
	return same < start + DIGITS_SHORT ? DIGITS_SHORT : same - start + 1;
}

/* When the short forms read the same the whole references are shown: a change must never look
 * like none. */
void
image_labels(const char *from, const char *to, char **from_label, char **to_label)
{
	struct image x, y;
	size_t digits = 0;

	image_parse(&x, from);
	image_parse(&y, to);
	if (strcmp(x.version, y.version) == 0 && strcmp(x.digest, y.digest) != 0)
		digits = telling_digits(x.digest, y.digest);
	*from_label = label_of(&x, from, digits);
	*to_label = label_of(&y, to, digits);
	if (strcmp(*from_label, *to_label) == 0) {
		free(*from_label);
		free(*to_label);
		*from_label = xstrdup(from);
		*to_label = xstrdup(to);
	}
	image_clear(&x);
	image_clear(&y);
}
