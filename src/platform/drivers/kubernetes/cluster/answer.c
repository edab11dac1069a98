/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Nothing of an answer is trusted to have the form that it should: what is missing or of another
 * type is left out of the sentence.  The server's own message is kept, but where our sentence says
 * all of it.
 *
 * The forms of messages that are read here are those of k8s.io/apiserver (forbiddenMessage()) and
 * k8s.io/apimachinery (managedfields, printManager()), which have been the same for years; one
 * that is not recognised is told as it came.
 */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "net/http-client.h"
#include "platform/drivers/kubernetes/cluster/kinds.h"

#define VALUE_SIZE (ERROR_VALUE_MAX + 1)
#define MESSAGE_SIZE (ERROR_VALUE_MAX + 32) /* longer than a value, which is cut at a character */
#define WARNINGS_MAX 64
#define WARNING_SIZE 4096

/* What people call it, and what roles do. */
static const struct {
	const char *said, *right;
} verbs[KUBE_VERBS] = {
	[KUBE_GET] = {"get", "get"},
	[KUBE_CREATE] = {"create", "create"},
	[KUBE_APPLY] = {"apply", "patch"},
	[KUBE_MERGE] = {"patch", "patch"},
	[KUBE_PATCH] = {"patch", "patch"},
	[KUBE_DELETE] = {"delete", "delete"},
};

/* "get", "list" and "watch" are three rights. */
static const char *
verb_of(const struct kube_question *question, const struct kube_subject *subject, bool as_right)
{
	if (question->verb == KUBE_GET && subject->is_collection)
		return strstr(question->path, "watch=true") ? "watch" : "list";
	return as_right ? verbs[question->verb].right : verbs[question->verb].said;
}

/* One line of it; cut later, at a character. */
static void
copy_line(char out[MESSAGE_SIZE], const char *text)
{
	size_t length = 0;

	for (; *text && length + 1 < MESSAGE_SIZE; text++)
		out[length++] = (unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text;
	out[length] = '\0';
}

/* --- JSON --- */

/* An escape of the same length, so that nothing moves. */
static void
replace_nuls(char *bytes, size_t length)
{
	for (size_t i = 0; i + 1 < length; i++) {
		if (bytes[i] != '\\')
			continue;
		if (length - i >= 6 && memcmp(bytes + i + 1, "u0000", 5) == 0)
			memcpy(bytes + i + 1, "ufffd", 5);
		i++;
	}
}

json_t *
kube_answer_decode(const struct kube_question *question, const char *bytes, size_t length,
		   struct error *err)
{
	struct kube_subject subject;
	struct error why = {0};
	char *copy = xmalloc(length + 1);
	json_t *value;

	memcpy(copy, bytes, length);
	copy[length] = '\0';
	replace_nuls(copy, length);
	value = json_decode(copy, length, &why);
	explicit_bzero(copy, length);
	free(copy);
	if (value)
		return value;
	kube_subject_read(question->path, &subject);
	error_set_code(err, CODE_CLUSTER_ANSWER_INVALID, .verb = verb_of(question, &subject, false),
		       .object = subject.object, .reason = why.text);
	err->kind = why.kind == ERROR_LIMIT ? ERROR_LIMIT : ERROR_PROTOCOL;
	return NULL;
}

/* --- a Status --- */

/* The text in quotes that begins right behind `before`; "" when there is none. */
static void
copy_quoted(char out[VALUE_SIZE], const char *text, const char *before)
{
	const char *at = strstr(text, before);
	size_t length = 0;

	for (at = at ? at + strlen(before) : ""; *at && *at != '"' && length + 1 < VALUE_SIZE; at++) {
		if (*at == '\\' && at[1])
			at++;
		out[length++] = *at;
	}
	out[*at == '"' ? length : 0] = '\0';
}

/* `User "alice" cannot list resource "pods" in API group "" in the namespace "shop"`: what an
 * authorizer says.  Admission refuses with 403 as well, and in other words. */
static bool
read_denial(const char *message, char user[VALUE_SIZE], char verb[32])
{
	const char *at = strstr(message, "\" cannot ");
	size_t length;

	copy_quoted(user, message, "User \"");
	if (!at || !user[0])
		return false;
	at += strlen("\" cannot ");
	length = strcspn(at, " ");
	if (length == 0 || length >= 32 || (strncmp(at + length, " resource \"", 11) != 0 &&
					    strncmp(at + length, " path \"", 7) != 0))
		return false;
	memcpy(verb, at, length);
	verb[length] = '\0';
	return true;
}

static void
say_forbidden(struct error *out, const struct kube_question *question,
	      const struct kube_subject *subject, const char *message)
{
	char user[VALUE_SIZE], verb[32];

	if (!read_denial(message, user, verb)) {
		error_set_code(out, CODE_CLUSTER_REFUSED,
			       .verb = verb_of(question, subject, false), .object = subject->object,
			       .reason = message);
		out->kind = ERROR_ACCESS;
	} else if (subject->namespace[0]) {
		error_set_code(out, CODE_CLUSTER_FORBIDDEN, .user = user, .verb = verb,
			       .resource = subject->resource, .namespace = subject->namespace);
	} else {
		error_set_code(out, CODE_CLUSTER_FORBIDDEN_EVERYWHERE, .user = user, .verb = verb,
			       .resource = subject->resource);
	}
}

/* ".spec.replicas (kubectl-scale)" for each cause of an apply's conflict; how many had no room. */
static size_t
list_owned(const json_t *causes, struct buf *out)
{
	size_t left = 0, i;
	const json_t *cause;

	json_array_foreach (causes, i, cause) {
		const char *type = json_member_string(cause, "reason");
		const char *field = json_member_string(cause, "field");
		const char *message = json_member_string(cause, "message");
		char manager[VALUE_SIZE];

		if (!type || strcmp(type, "FieldManagerConflict") != 0 || !field || !message)
			continue;
		copy_quoted(manager, message, "conflict with \"");
		if (left > 0 ||
		    !buf_printf(out, "%s%s (%s)", out->length > 0 ? ", " : "", field,
				manager[0] ? manager : "?"))
			left++;
	}
	return left;
}

static void
say_conflict(struct error *out, const struct kube_question *question,
	     const struct kube_subject *subject, const char *reason, const json_t *causes,
	     const char *message)
{
	struct buf owned;
	size_t left;

	buf_init(&owned, ERROR_VALUE_MAX);
	left = list_owned(causes, &owned);
	if (owned.length > 0 && left > 0)
		error_set_code(out, CODE_CLUSTER_FIELDS_OWNED_MORE, .object = subject->object,
			       .fields = buf_str(&owned), .number = (long long)left);
	else if (owned.length > 0)
		error_set_code(out, CODE_CLUSTER_FIELDS_OWNED, .object = subject->object,
			       .fields = buf_str(&owned));
	else if (question->verb == KUBE_CREATE && strcmp(reason, "AlreadyExists") == 0)
		error_set_code(out, CODE_CLUSTER_OBJECT_EXISTS, .reason = message);
	else
		error_set_code(out, CODE_CLUSTER_OBJECT_CHANGED,
			       .verb = verb_of(question, subject, false), .object = subject->object,
			       .reason = message);
	buf_clear(&owned);
}

/* "spec.replicas: Invalid value: -1: must be ...", as many as have room; else the message. */
static void
say_invalid(struct error *out, const struct kube_subject *subject, const json_t *causes,
	    const char *message)
{
	char line[MESSAGE_SIZE];
	struct buf list;
	const json_t *cause;
	size_t i;

	buf_init(&list, ERROR_VALUE_MAX);
	json_array_foreach (causes, i, cause) {
		const char *field = json_member_string(cause, "field");
		const char *why = json_member_string(cause, "message");

		if (!why)
			continue;
		copy_line(line, why);
		if (!buf_printf(&list, "%s%s%s%s", list.length > 0 ? "; " : "", field ? field : "",
				field ? ": " : "", line))
			break;
	}
	error_set_code(out, CODE_CLUSTER_OBJECT_INVALID, .object = subject->object,
		       .reason = list.length > 0 ? buf_str(&list) : message);
	buf_clear(&list);
}

/* Statuses whose sentence is the same but for its code. */
static const struct {
	long status;
	enum error_code code;
	enum error_kind kind;
} plain[] = {
	{400, CODE_CLUSTER_REFUSED, ERROR_INPUT},
	{404, CODE_CLUSTER_OBJECT_MISSING, ERROR_NOT_FOUND},
	{410, CODE_CLUSTER_ANSWER_EXPIRED, ERROR_STALE},
	{413, CODE_CLUSTER_REFUSED, ERROR_LIMIT},
	{429, CODE_CLUSTER_BUSY, ERROR_UNAVAILABLE},
	{503, CODE_CLUSTER_BUSY, ERROR_UNAVAILABLE},
};

static void
say_plainly(struct error *out, const struct kube_question *question,
	    const struct kube_subject *subject, long status, const char *message)
{
	enum error_code code = status >= 500 ? CODE_CLUSTER_FAILED : CODE_CLUSTER_REFUSED;
	enum error_kind kind = status >= 500   ? ERROR_REMOTE
			       : status >= 400 ? ERROR_INPUT
					       : ERROR_PROTOCOL;

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (plain[i].status == status) {
			code = plain[i].code;
			kind = plain[i].kind;
		}
	error_code_set(out, &(const struct error_parameters){
				    .code = code,
				    .verb = verb_of(question, subject, false),
				    .object = subject->object,
				    .reason = message});
	out->kind = kind;
}

/* What the server says: its Status, or what a proxy before it wrote instead. */
static void
find_message(char out[MESSAGE_SIZE], long status, const json_t *body, const char *text)
{
	const char *message = json_member_string(body, "message");
	char line[MESSAGE_SIZE] = "";

	if (message && *message) {
		copy_line(out, message);
		return;
	}
	if (text && !json_is_object(body) && text_is_utf8(text, strlen(text)))
		copy_line(line, text + strspn(text, " \t\r\n"));
	snprintf(out, MESSAGE_SIZE, "HTTP %ld", status);
	if (line[0])
		snprintf(out + strlen(out), MESSAGE_SIZE - strlen(out), ": %s", line);
}

void
kube_answer_read(const struct kube_question *question, long status, const json_t *body,
		 const char *text, struct kube_reply *out)
{
	const char *reason = json_member_string(body, "reason");
	const json_t *details = json_object_get(body, "details");
	const json_t *causes = json_object_get(details, "causes");
	char message[MESSAGE_SIZE];
	struct kube_subject subject;

	kube_subject_read(question->path, &subject);
	find_message(message, status, body, text);
	out->reason = reason ? reason : "";
	out->details = json_is_object(details) ? details : NULL;
	if (status == 401) {
		error_set_code(&out->err, CODE_CLUSTER_CREDENTIALS_REFUSED,
			       .user = question->user ? question->user : "-", .reason = message);
	} else if (status == 403) {
		say_forbidden(&out->err, question, &subject, message);
	} else if (status == 409) {
		say_conflict(&out->err, question, &subject, out->reason, causes, message);
	} else if (status == 422) {
		say_invalid(&out->err, &subject, causes, message);
	} else {
		say_plainly(&out->err, question, &subject, status, message);
	}
}

/* --- no answer --- */

void
kube_answer_missing(const struct kube_question *question, const struct http_reply *reply,
		    struct error *out)
{
	struct kube_subject subject;

	kube_subject_read(question->path, &subject);
	if (reply->failure == HTTP_NOT_TRUSTED) {
		error_set_code(out, CODE_CLUSTER_NOT_TRUSTED, .server = question->server,
			       .reason = reply->detail);
		out->kind = ERROR_UNREACHABLE;
	} else if (!reply->sent) {
		error_set_code(out, CODE_CLUSTER_UNREACHABLE, .server = question->server,
			       .reason = reply->detail);
		out->kind = ERROR_UNREACHABLE;
	} else if (reply->failure == HTTP_NONSENSE) {
		error_set_code(out, CODE_CLUSTER_ANSWER_INVALID,
			       .verb = verb_of(question, &subject, false), .object = subject.object,
			       .reason = reply->detail);
		out->kind = ERROR_PROTOCOL;
	} else {
		error_set_code(out, CODE_CLUSTER_NO_REPLY,
			       .verb = verb_of(question, &subject, false), .object = subject.object,
			       .reason = reply->detail);
		out->kind = ERROR_NO_REPLY;
	}
}

void
kube_answer_too_large(const struct kube_question *question, long long max, struct error *out)
{
	struct kube_subject subject;

	kube_subject_read(question->path, &subject);
	error_set_code(out, CODE_CLUSTER_ANSWER_TOO_LARGE,
		       .verb = verb_of(question, &subject, false), .object = subject.object,
		       .max = max);
	out->kind = ERROR_LIMIT;
}

void
kube_answer_odd(const char *path, const char *verb, const char *reason, struct error *out)
{
	struct kube_subject subject;

	kube_subject_read(path, &subject);
	error_set_code(out, CODE_CLUSTER_ANSWER_INVALID, .verb = verb, .object = subject.object,
		       .reason = reason);
	out->kind = ERROR_PROTOCOL;
}

void
kube_answer_too_many(const char *path, long long max, struct error *out)
{
	struct kube_subject subject;

	kube_subject_read(path, &subject);
	error_set_code(out, CODE_CLUSTER_LIST_TOO_LARGE, .resource = subject.resource,
		       .max = max);
	out->kind = ERROR_LIMIT;
}

/* --- warnings --- */

/* Takes `299 - "text"`, and a date behind it, from the front of a list; NULL: it has another
 * form, and nothing behind it can be found. */
static const char *
take_warning(const char *at, char out[WARNING_SIZE])
{
	size_t length = 0;

	at += strspn(at, " \t,");
	if (strspn(at, "0123456789") != 3 || at[3] != ' ')
		return NULL;
	at += 4;
	at += strcspn(at, " ");
	if (at[0] != ' ' || at[1] != '"')
		return NULL;
	for (at += 2; *at && *at != '"'; at++) {
		if (*at == '\\' && at[1])
			at++;
		if (length + 1 < WARNING_SIZE)
			out[length++] = *at;
	}
	if (*at != '"')
		return NULL;
	out[length] = '\0';
	at++;
	if (at[0] == ' ' && at[1] == '"') {
		at += 2;
		at += strcspn(at, "\"");
		at += *at == '"';
	}
	return at;
}

json_t *
kube_answer_warnings(const struct http_reply *reply)
{
	char line[WARNING_SIZE], text[WARNING_SIZE];
	json_t *out = json_array();
	size_t at = 0;

	while (json_array_size(out) < WARNINGS_MAX &&
	       http_reply_next_header(reply, "Warning", &at, line, sizeof(line)))
		for (const char *rest = line;
		     (rest = take_warning(rest, text)) && json_array_size(out) < WARNINGS_MAX;) {
			json_t *value = json_string(text);

			if (value)	/* else it is no UTF-8 */
				json_array_append_new(out, value);
		}
	return out;
}
