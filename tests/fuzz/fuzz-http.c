/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A request as a peer writes it: the first line is an address, each other line a header; the blocks
 * of a backup; and the path as one of a route. */
#include "config.h"

#include "fuzz.h"

#include "platform/admin/tar.h"
#include "platform/api/routes.h"
#include "platform/http/etag.h"
#include "platform/http/http-guard.h"

static void
look_at_path(const char *text)
{
	struct route_path path = {0};

	if (route_path_split(&path, text))
		for (size_t i = 0; i < path.count; i++)
			assert(path.segments[i] && *path.segments[i] &&
			       strlen(path.segments[i]) <= strlen(text));
	assert(path.count <= ROUTE_SEGMENTS_MAX);
	free(path.copy);
}

static void
look_at_headers(char *lines)
{
	struct guard_headers headers = {0};
	char etag[ETAG_SIZE], *rest = lines;

	etag_make(etag, "x", 1);
	for (char *line; (line = strsep(&rest, "\n"));) {
		char *value = strchr(line, ':');

		if (!value)
			continue;
		*value++ = '\0';
		guard_header(&headers, line, value);
	}
	if (headers.hosts > 1 || headers.lengths > 1 || (headers.lengths && headers.encodings))
		assert(guard_headers_fault(&headers, 1000, 1 << 20) != ERROR_CODE_NONE);
	if (headers.if_none_match && etag_matches(headers.if_none_match, etag))
		assert(strchr(headers.if_none_match, '*') || strstr(headers.if_none_match, etag));
	guard_headers_clear(&headers);
	assert(!headers.if_none_match);
}

static void
look_at_block(const uint8_t *bytes, size_t length)
{
	unsigned char block[TAR_BLOCK] = {0}, again[TAR_BLOCK];
	char name[TAR_NAME_MAX + 1], second[TAR_NAME_MAX + 1];
	int64_t size = 0, same = 0;

	memcpy(block, bytes, length < TAR_BLOCK ? length : TAR_BLOCK);
	if (tar_decode(block, name, &size) != 1)
		return;
	assert(size >= 0 && size <= TAR_SIZE_MAX);
	assert((size + (int64_t)tar_padding(size)) % TAR_BLOCK == 0);
	if (tar_encode(again, name, size, 0)) {
		assert(tar_decode(again, second, &same) == 1 && same == size);
		assert(strcmp(name, second) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = fuzz_text(bytes, length), *lines = strchr(text, '\n');

	look_at_block(bytes, length);
	if (lines)
		*lines++ = '\0';
	assert(guard_uri(text, 64) != ERROR_CODE_NONE || strlen(text) <= 64);
	look_at_path(text);
	if (lines)
		look_at_headers(lines);
	free(text);
	return 0;
}
