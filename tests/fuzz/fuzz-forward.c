/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A request as somebody sends it to a forwarded address: what is taken of it leads to no other path
 * and says nothing about who asks; and a page, cut anywhere, is mended as when it is whole. */
#include "config.h"

#include <strings.h>

#include "fuzz.h"

#include "base/buf.h"
#include "net/http-head.h"
#include "platform/drivers/kubernetes/reach/reach-mend.h"

#define PREFIX "/api/v1/namespaces/a/services/b:1/proxy"

static const struct reach_names names = {PREFIX, "c:2", "d:3"};

static void
check_head(const struct http_head *head)
{
	static const char *const words_to_server[] = {"authorization", "impersonate", "x-remote"};
	char **list = reach_request_headers(head, &names);

	assert(head->target[0] == '/' && !strpbrk(head->target, " \r\n#"));
	for (size_t i = 0; list[i]; i++) {
		assert(!strpbrk(list[i], "\r\n"));
		for (size_t k = 0; k < sizeof(words_to_server) / sizeof(words_to_server[0]); k++)
			assert(strncasecmp(list[i], words_to_server[k],
					   strlen(words_to_server[k])) != 0);
		free(list[i]);
	}
	free(list);
}

static void
check_path(const char *target)
{
	size_t path = strcspn(target, "?");

	for (size_t at = 0; at < path;) {
		size_t part = strcspn(target + at + 1, "/?");

		assert(!(part == 1 && target[at + 1] == '.'));
		assert(!(part == 2 && memcmp(target + at + 1, "..", 2) == 0));
		at += part + 1;
	}
}

static void
check_page(const char *bytes, size_t length)
{
	struct reach_mender mender;
	struct buf whole, parts;
	size_t cut = length > 0 ? (unsigned char)bytes[0] % (length + 1) : 0;

	buf_init(&whole, length * 2 + 64);
	buf_init(&parts, length * 2 + 64);
	reach_mender_init(&mender, &names);
	assert(reach_mender_take(&mender, bytes, length, &whole));
	assert(reach_mender_end(&mender, &whole));
	assert(reach_mender_take(&mender, bytes, cut, &parts));
	assert(reach_mender_take(&mender, bytes + cut, length - cut, &parts));
	assert(reach_mender_end(&mender, &parts));
	assert(whole.length == parts.length);
	assert(length == 0 || memcmp(buf_str(&whole), buf_str(&parts), whole.length) == 0);
	reach_mender_clear(&mender);
	buf_clear(&whole);
	buf_clear(&parts);
}

static void
check_body(const char *bytes, size_t length)
{
	struct http_chunks chunks = {0};
	struct buf out;
	size_t used;

	buf_init(&out, 4096);
	(void)http_chunks_take(&chunks, bytes, length, &used, &out);
	assert(used <= length && out.length <= used);
	buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = fuzz_text(bytes, length);
	size_t head_length = http_head_length(text, length);
	struct http_head head;
	struct buf out;

	check_page(text, length);
	buf_init(&out, length * 2 + 64);
	reach_answer_headers(text, &names, &out);
	buf_clear(&out);
	check_body(text + head_length, length - head_length);
	if (head_length > 0 && !http_head_read(&head, text, head_length)) {
		check_path(head.target);
		check_head(&head);
	}
	free(text);
	return 0;
}
