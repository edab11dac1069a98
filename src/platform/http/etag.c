/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The tag is a hash of the bytes, so equal answers have equal tags whichever daemon gives them,
 * and nothing has to be remembered. */
#include "config.h"

#include "platform/http/etag.h"

#include <string.h>

void
etag_make(char out[ETAG_SIZE], const void *bytes, size_t length)
{
	out[0] = '"';
	ids_sha256_b64(out + 1, bytes, length);
	strcat(out, "\"");
}

/* RFC 9110 §13.1.2: the comparison is the weak one, so a gateway that marked
 * our tag as weak still gets its 304.  What is malformed is read as "no
 * match": the answer is then sent in full. */
bool
etag_matches(const char *if_none_match, const char *etag)
{
	const char *at = if_none_match;
	size_t length = strlen(etag);

	at += strspn(at, " \t");
	if (*at == '*')
		return at[1 + strspn(at + 1, " \t")] == '\0';
	for (;;) {
		const char *end;

		at += strspn(at, ", \t");
		if (strncmp(at, "W/", 2) == 0)
			at += 2;
		end = *at == '"' ? strchr(at + 1, '"') : NULL;
		if (!end)
			return false;
		end++;
		if ((size_t)(end - at) == length && memcmp(at, etag, length) == 0)
			return true;
		at = end;
	}
}
