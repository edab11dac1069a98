/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The first line is a path of an API server, the next ones up to an empty one its header, the rest
 * the body of its answer: whatever it is, it becomes one line of text that is UTF-8 and has room,
 * and warnings that are texts. */
#include "config.h"

#include "fuzz.h"

#include "base/error.h"
#include "base/text.h"
#include "model/error-codes.h"
#include "net/http-client.h"
#include "platform/drivers/kubernetes/cluster/answer.h"
#include "platform/drivers/kubernetes/cluster/kinds.h"

static void
check_sentence(const struct kube_question *question, long status, const json_t *body,
	       const char *text)
{
	struct kube_reply reply = {0};
	char *encoded;

	kube_answer_read(question, status, body, text, &reply);
	assert(reply.err.kind != ERROR_NONE && reply.err.text[0] && reply.reason);
	assert(text_is_utf8(reply.err.text, strlen(reply.err.text)) ||
	       !text_is_utf8(question->path, strlen(question->path)));
	assert(!strpbrk(reply.err.text, "\n\r\t") || strpbrk(question->path, "%\n\r\t"));
	assert(!reply.details || json_is_object(reply.details));
	/* It survives the way to a client. */
	encoded = error_codes_encode(&reply.err);
	free(encoded);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const long statuses[] = {302, 400, 401, 403, 404, 409, 410, 422, 429, 500, 503};
	char *text = fuzz_text(bytes, length), *head = strchr(text, '\n'), *body = NULL;
	struct kube_question question = {.path = text, .server = "https://x", .user = "u"};
	struct error err;
	json_t *value, *warnings;

	if (head)
		*head++ = '\0';
	if (head)
		body = strstr(head, "\n\n");
	if (!body) {
		free(text);
		return 0;
	}
	*body = '\0';
	body += 2;
	warnings = kube_answer_warnings(&(struct http_reply){.head = head});
	for (size_t i = 0; i < json_array_size(warnings); i++)
		assert(json_is_string(json_array_get(warnings, i)));
	value = kube_answer_decode(&question, body, length - (size_t)(body - text), &err);
	assert(value || err.kind != ERROR_NONE);
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		for (int verb = 0; verb < KUBE_VERBS; verb++) {
			question.verb = (enum kube_verb)verb;
			check_sentence(&question, statuses[i], value, body);
		}
	json_decref(value);
	json_decref(warnings);
	free(text);
	return 0;
}
