/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Hosts in any text stand where it is said, in order, in lower case; and addresses of platforms are
 * refused with a sentence or have no slash at their end. */
#include "config.h"

#include "fuzz.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/error.h"
#include "compare/hosts.h"
#include "net/url.h"

struct look {
	size_t length, last;
};

static void
take(void *data, const struct host *host)
{
	struct look *look = data;

	assert(host->start < host->end && host->end <= look->length);
	assert(host->start >= look->last);
	assert(*host->name && strlen(host->name) < HOST_NAME_SIZE);
	assert(host->form <= HOST_IPV6 && strlen(host->scheme) < sizeof(host->scheme));
	for (const char *c = host->name; *c; c++)
		assert(!isupper((unsigned char)*c));
	look->last = host->start;
}

static void
look_at_url(const char *text)
{
	struct error err = {0}, token = {0};
	char *base = url_base(text, &err), *again;
	struct buf escaped;

	assert(base || (err.kind == ERROR_INPUT && *err.text));
	if (base) {
		assert(base[strlen(base) - 1] != '/');
		again = url_base(base, &err);
		assert(again && strcmp(again, base) == 0);
		/* A token is heard by nobody else. */
		if (url_check_token(base, &token) == 0)
			assert(url_is_https(base) || url_is_loopback(base));
		else
			assert(token.kind == ERROR_ACCESS);
		free(again);
	}
	buf_init(&escaped, SIZE_MAX / 2);
	url_append_escaped(&escaped, text);
	for (const char *c = buf_str(&escaped); *c; c++)
		assert(isalnum((unsigned char)*c) || strchr("-._~%", *c));
	buf_clear(&escaped);
	free(base);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = fuzz_text(bytes, length);
	struct look look = {.length = strlen(text)};

	hosts_find(text, take, &look);
	(void)hosts_is_key(text);
	look_at_url(text);
	free(text);
	return 0;
}
