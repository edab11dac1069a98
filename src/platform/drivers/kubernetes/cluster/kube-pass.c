/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * An answer of JSON with a status of failure may be the API server's own: it is kept until it is
 * known, as long as it is small.  The API server refuses an identity before it hands anything on,
 * so such a request is sent again once with a new one.
 */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/kube-pass.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "net/http-client.h"
#include "platform/drivers/kubernetes/cluster/access.h"
#include "platform/drivers/kubernetes/cluster/answer.h"
#include "platform/drivers/kubernetes/cluster/cluster-private.h"

#define AT_ONCE 64
#define REFUSAL_MAX (64u * 1024)
#define HEAD_MAX (64u * 1024)
#define SILENCE_MS 300000	/* a page may take its time, and a person that looks at it */

struct kube_pass {
	struct kube_cluster *cluster;
	struct kube_pass *prev, *next;	/* newer, older */
	char *method, *path, *url, *body;
	char **headers;
	size_t length;
	struct kube_pass_options calls;	/* its functions and data alone */
	bool is_delivering, was_refused;
	bool has_begun;			/* the answer was handed on */
	bool is_held;			/* it may be a refusal */

	/* of the try under way */
	struct kube_identity_request *identity;
	struct http_request *http;
	struct kube_link *link;
	long status;
	struct buf head, refusal;
};

static void on_identity(void *data, const struct kube_identity *identity, const struct error *err);

static void
end_try(struct kube_pass *pass)
{
	kube_access_cancel(pass->identity);
	pass->identity = NULL;
	http_cancel(pass->http);
	pass->http = NULL;
	if (pass->link)
		kube_link_release(pass->cluster, pass->link);
	pass->link = NULL;
	buf_clear(&pass->head);
	buf_clear(&pass->refusal);
	pass->is_held = false;
}

void
kube_pass_free(struct kube_pass *pass)
{
	end_try(pass);
	*(pass->prev ? &pass->prev->next : &pass->cluster->passes) = pass->next;
	if (pass->next)
		pass->next->prev = pass->prev;
	for (size_t i = 0; pass->headers[i]; i++) {
		explicit_bzero(pass->headers[i], strlen(pass->headers[i]));	/* cookies */
		free(pass->headers[i]);
	}
	free(pass->headers);
	if (pass->body)
		explicit_bzero(pass->body, pass->length);
	free(pass->body);
	free(pass->url);
	free(pass->path);
	free(pass->method);
	free(pass);
}

static void
deliver(struct kube_pass *pass, const struct error *err)
{
	pass->is_delivering = true;
	pass->calls.done(pass->calls.data, err);
	kube_pass_free(pass);
}

static struct kube_question
question_of(const struct kube_pass *pass)
{
	const struct kube_target *target = kube_access_target(pass->cluster->access);

	return (struct kube_question){.verb = KUBE_GET, .path = pass->path,
				      .server = target->server, .user = target->user};
}

/* --- the answer --- */

static void
begin_answer(struct kube_pass *pass, const char *head)
{
	pass->has_begun = true;
	pass->is_held = false;
	pass->calls.begun(pass->calls.data, pass->status, head);
}

static void
on_begun(void *data, long status)
{
	struct kube_pass *pass = data;
	const struct http_reply reply = {.head = http_request_head(pass->http)};
	char type[128];

	pass->status = status;
	http_reply_header(&reply, "Content-Type", type, sizeof(type));
	pass->is_held = status >= 400 && strncasecmp(type, "application/json", 16) == 0;
	if (pass->is_held)
		(void)buf_puts(&pass->head, reply.head);
	else
		begin_answer(pass, reply.head);
}

static bool
on_piece(void *data, const char *bytes, size_t length)
{
	struct kube_pass *pass = data;
	struct buf held;

	if (!pass->is_held) {
		pass->calls.piece(pass->calls.data, bytes, length);
		return true;
	}
	if (buf_append(&pass->refusal, bytes, length))
		return true;
	/* Larger than any refusal. */
	held = pass->refusal;
	buf_init(&pass->refusal, REFUSAL_MAX);
	begin_answer(pass, buf_str(&pass->head));
	pass->calls.piece(pass->calls.data, buf_str(&held), held.length);
	pass->calls.piece(pass->calls.data, bytes, length);
	buf_clear(&held);
	return true;
}

/* A Status of the same code; new reference, or NULL. */
static json_t *
refusal_of(const struct kube_pass *pass)
{
	const struct buf *held = &pass->refusal;
	json_t *body = pass->is_held ? json_decode(buf_str(held), held->length, NULL) : NULL;
	const char *kind = json_member_string(body, "kind");
	const char *version = json_member_string(body, "apiVersion");

	if (kind && version && strcmp(kind, "Status") == 0 && strcmp(version, "v1") == 0 &&
	    json_integer_value(json_object_get(body, "code")) == pass->status)
		return body;
	json_decref(body);
	return NULL;
}

static void
deliver_refusal(struct kube_pass *pass, const json_t *body)
{
	const struct kube_question question = question_of(pass);
	struct kube_reply reply = {0};

	kube_answer_read(&question, pass->status, body, NULL, &reply);
	/* It is not that the API server has no time for us. */
	if (strcmp(reply.reason, "ServiceUnavailable") == 0)
		error_set_code(&reply.err, CODE_FORWARD_NOT_REACHED,
			       .reason = json_member_string(body, "message"));
	deliver(pass, &reply.err);
}

static void
ask_again(struct kube_pass *pass)
{
	pass->was_refused = true;
	end_try(pass);
	pass->identity = kube_access_identity(pass->cluster->access, true, on_identity, pass);
}

/* It was no refusal: what was held is the answer. */
static void
deliver_held(struct kube_pass *pass)
{
	begin_answer(pass, buf_str(&pass->head));
	pass->calls.piece(pass->calls.data, buf_str(&pass->refusal), pass->refusal.length);
	deliver(pass, NULL);
}

static void
on_done(void *data, const struct http_reply *reply)
{
	struct kube_pass *pass = data;
	const struct kube_question question = question_of(pass);
	json_t *refusal;
	struct error err;

	pass->http = NULL;
	if (reply->failure != HTTP_ANSWERED) {
		kube_answer_missing(&question, reply, &err);
		deliver(pass, &err);
		return;
	}
	refusal = refusal_of(pass);
	if (refusal && pass->status == 401 && !pass->was_refused)
		ask_again(pass);
	else if (refusal)
		deliver_refusal(pass, refusal);
	else if (pass->is_held)
		deliver_held(pass);
	else
		deliver(pass, NULL);
	json_decref(refusal);
}

/* --- sending --- */

static bool
changes_something(const char *method)
{
	return strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 &&
	       strcmp(method, "OPTIONS") != 0;
}

static void
send_try(struct kube_pass *pass, const struct kube_identity *identity)
{
	pass->link = kube_link_use(pass->cluster, identity);
	pass->cluster->sent++;
	pass->http = http_send(
		kube_link_passes(pass->cluster, pass->link, identity, AT_ONCE),
		&(struct http_request_options){
			.kind = changes_something(pass->method) ? HTTP_WRITE : HTTP_READ,
			.method = pass->method,
			.url = pass->url,
			.headers = (const char *const *)pass->headers,
			.body = pass->body,
			.length = pass->length,
			.token = identity->token,
			.deadlines = {.connect = pass->cluster->deadlines.connect,
				      .first_byte = SILENCE_MS,
				      .silence = SILENCE_MS},
			.head_max = HEAD_MAX,
			.begun = on_begun,
			.piece = on_piece,
			.done = on_done,
			.data = pass});
}

static void
on_identity(void *data, const struct kube_identity *identity, const struct error *err)
{
	struct kube_pass *pass = data;
	struct error refused;

	pass->identity = NULL;
	if (!err && !kube_identity_may_go(pass->cluster, identity, &refused))
		err = &refused;
	if (err)
		deliver(pass, err);
	else
		send_try(pass, identity);
}

static char **
copy_headers(const char *const *headers)
{
	size_t count = 0;
	char **copy;

	while (headers[count])
		count++;
	copy = xcalloc(count + 1, sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = xstrdup(headers[i]);
	return copy;
}

struct kube_pass *
kube_pass_send(struct kube_cluster *cluster, const struct kube_pass_options *options)
{
	struct kube_pass *pass = xcalloc(1, sizeof(*pass));

	pass->cluster = cluster;
	pass->method = xstrdup(options->method);
	pass->path = xstrdup(options->path);
	pass->url = xasprintf("%s%s", kube_access_target(cluster->access)->server, options->path);
	pass->headers = copy_headers(options->headers);
	if (options->body) {
		pass->body = xmalloc(options->length + 1);
		memcpy(pass->body, options->body, options->length);
		pass->length = options->length;
	}
	pass->calls = *options;
	buf_init(&pass->head, HEAD_MAX);
	buf_init(&pass->refusal, REFUSAL_MAX);
	pass->next = cluster->passes;
	if (pass->next)
		pass->next->prev = pass;
	cluster->passes = pass;
	pass->identity = kube_access_identity(cluster->access, false, on_identity, pass);
	return pass;
}

void
kube_pass_pause(struct kube_pass *pass)
{
	if (pass->http)
		http_pause(pass->http);
}

void
kube_pass_continue(struct kube_pass *pass)
{
	if (pass->http)
		http_continue(pass->http);
}

void
kube_pass_cancel(struct kube_pass *pass)
{
	if (pass && !pass->is_delivering)
		kube_pass_free(pass);
}
