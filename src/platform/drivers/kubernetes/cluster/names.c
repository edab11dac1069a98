/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/names.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/ids.h"
#include "base/xmalloc.h"

#define HASH_DIGITS 8
#define SUBDOMAIN_MAX 253
/* Where a name would begin with a digit, or with nothing. */
#define FIRST "x"

static bool
is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_inner(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

/* How many characters of a label of DNS there are, up to a dot or the end; 0: it is none. */
static size_t
label_length(const char *name)
{
	size_t length = 0;

	while (is_inner(name[length]) || name[length] == '-')
		length++;
	if (length > KUBE_NAME_MAX || name[0] == '-' || (length > 0 && name[length - 1] == '-'))
		return 0;
	return name[length] == '\0' || name[length] == '.' ? length : 0;
}

bool
kube_name_is_valid(const char *name)
{
	size_t length = label_length(name);

	return length > 0 && name[length] == '\0';
}

bool
kube_subdomain_is_valid(const char *name)
{
	size_t length = 1;

	if (strlen(name) > SUBDOMAIN_MAX)
		return false;
	for (; length > 0; name += length + 1) {
		length = label_length(name);
		if (length > 0 && name[length] == '\0')
			return true;
	}
	return false;
}

/* What is no character of a name is a '-', one for each character that people see; in small
 * letters. */
static char *
map_characters(const char *text, bool wants_letter)
{
	char *out = xmalloc(strlen(text) + sizeof(FIRST));
	size_t length = 0;

	for (const char *c = text; *c; c++) {
		char small = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;

		if (((unsigned char)*c & 0xc0) == 0x80)
			continue;
		if (length == 0 && !is_inner(small))
			continue;
		if (length == 0 && wants_letter && !is_letter(small))
			out[length++] = *FIRST;
		out[length++] = is_inner(small) ? small : '-';
	}
	out[length] = '\0';
	return out;
}

static char *
make_name(const char *text, const char *whole, size_t max, bool wants_letter)
{
	char hash[IDS_SHA256_HEX_SIZE], *mapped, *name;
	size_t length;

	assert(max > HASH_DIGITS + 2 && max <= KUBE_NAME_MAX);
	if (kube_name_is_valid(text) && strlen(text) <= max && (!wants_letter || is_letter(*text)))
		return xstrdup(text);
	mapped = map_characters(text, wants_letter);
	ids_sha256_hex(hash, whole, strlen(whole));
	length = strlen(mapped);
	if (length > max - HASH_DIGITS - 1)
		length = max - HASH_DIGITS - 1;
	while (length > 0 && mapped[length - 1] == '-')
		length--;
	name = length > 0 ? xasprintf("%.*s-%.*s", (int)length, mapped, HASH_DIGITS, hash)
			  : xasprintf(FIRST "-%.*s", HASH_DIGITS, hash);
	free(mapped);
	return name;
}

char *
kube_name(const char *text, const char *whole, size_t max)
{
	return make_name(text, whole ? whole : text, max, true);
}

/* An application's name may begin with a digit, and so may a namespace's. */
char *
kube_namespace_name(const char *space)
{
	const char *app = strchr(space, '/'), *env = app ? strchr(app + 1, '/') : NULL;
	char *text, *name;

	if (!env)
		return make_name(space, space, KUBE_NAME_MAX, false);
	text = xasprintf("%.*s-%s", (int)(env - app - 1), app + 1, env + 1);
	name = make_name(text, space, KUBE_NAME_MAX, false);
	free(text);
	return name;
}

const char *
kube_space_tail(const char *space)
{
	const char *slash = strchr(space, '/');

	return slash ? slash + 1 : space;
}
