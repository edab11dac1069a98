/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the journal holds of a request, and the comments of deployments. */
#include "config.h"

#include "fuzz.h"

#include "base/error.h"
#include "flow/verbs/document.h"
#include "model/comment.h"

static void
read_document(const char *text)
{
	struct journal_document document = {0};
	struct error err = {0};
	int version = document_version(text);

	if (document_decode(&document, text, &err) == 0) {
		assert(version == DOCUMENT_VERSION);
		document_clear(&document);
	} else {
		assert(err.kind != ERROR_NONE && *err.text);
	}
}

static bool
same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* What was read of a comment and written is read the same. */
static void
read_comment(const char *text)
{
	struct comment comment, again;
	char *written;

	assert(comment_people_length(text) <= strlen(text));
	comment_decode(&comment, text);
	written = comment_encode(&comment, "summary", NULL);
	assert(strlen(written) <= COMMENT_BYTES_MAX);
	comment_decode(&again, written);
	assert(same(comment.op, again.op));
	assert(same(comment.verb, again.verb));
	assert(same(comment.undoes, again.undoes));
	comment_clear(&comment);
	comment_clear(&again);
	free(written);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = fuzz_text(bytes, length);

	read_document(text);
	read_comment(text);
	free(text);
	return 0;
}
