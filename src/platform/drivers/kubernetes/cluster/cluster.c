/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A request asks for an identity, is sent with it, and what comes decides: it has ended, or it
 * waits and begins again with an identity, which may be another by then.
 *
 * A link is the connections of one client certificate: TLS says it once a connection, so another
 * certificate needs others.  One on which nothing at all comes is not used any more either; over
 * HTTP/2 all requests would go on sharing the connection whose other end has gone.  Old links end
 * with their last request.  What streams has a room for itself in each, since it stays there.
 */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/cluster.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "net/http-client.h"
#include "net/loop.h"
#include "net/url.h"
#include "platform/drivers/kubernetes/cluster/access.h"
#include "platform/drivers/kubernetes/cluster/answer.h"
#include "platform/drivers/kubernetes/cluster/backoff.h"
#include "platform/drivers/kubernetes/cluster/cluster-private.h"
#include "platform/drivers/kubernetes/cluster/kinds.h"

#define AT_ONCE 16
#define STREAMS_AT_ONCE 1024
#define TRIES_MAX 30
#define CUT_TRIES_MAX 3
#define JITTER_MS 250
#define JITTER_MAX_MS 2000
#define URL_MAX 8192
#define REFUSAL_MAX (256u * 1024)	/* the Status that answers a stream */

static const struct kube_deadlines usual_deadlines = {
	.connect = 10000,
	.first_byte = 10000,
	.list = 20000,			/* a server that is busy lets one wait for 15 s */
	.write = 35000,			/* a webhook may take 30 s */
	.silence = 90000,		/* of a watch: bookmarks come each minute, mostly */
	.whole = 60000,
};

struct kube_request {
	struct kube_cluster *cluster;
	struct kube_request *prev, *next;	/* newer, older */
	enum kube_verb verb;
	char *path, *url, *body;
	bool raw, only_metadata, streams, is_repeatable;
	void (*begun)(void *data);
	bool (*piece)(void *data, const char *bytes, size_t length);
	void (*done)(void *data, const struct kube_reply *reply);
	void *data;
	int64_t started;		/* steady ms */
	int64_t within_ms;		/* 0: as usual */
	int tries;
	bool was_refused;		/* once: there is no other time */
	bool is_delivering;

	/* of the try under way */
	struct kube_identity_request *identity;
	struct http_request *http;
	unsigned identity_number;	/* of the cluster's, when it was given */
	struct kube_link *link;
	struct loop_timer *due;
	long status;			/* of the answer that has begun */
	struct buf refusal;
};

static const struct {
	const char *method, *content_type;
	const char *query;		/* what it adds */
	enum http_kind kind;
} verbs[KUBE_VERBS] = {
	[KUBE_GET] = {"GET", NULL, "", HTTP_READ},
	[KUBE_CREATE] = {"POST", "application/json",
			 "fieldManager=" KUBE_MANAGER "&fieldValidation=Strict", HTTP_WRITE},
	[KUBE_APPLY] = {"PATCH", "application/apply-patch+yaml",
			"fieldManager=" KUBE_MANAGER "&fieldValidation=Strict", HTTP_WRITE},
	[KUBE_MERGE] = {"PATCH", "application/merge-patch+json", "fieldManager=" KUBE_MANAGER,
			HTTP_WRITE},
	[KUBE_PATCH] = {"PATCH", "application/json-patch+json",
			"fieldManager=" KUBE_MANAGER "&fieldValidation=Strict", HTTP_WRITE},
	[KUBE_DELETE] = {"DELETE", "application/json", "", HTTP_WRITE},
};

static void ask_identity(struct kube_request *request, bool refused);

/* --- links --- */

static void
free_link(struct kube_link *link)
{
	http_client_free(link->requests);
	http_client_free(link->streams);
	http_client_free(link->passes);
	free(link);
}

/* A client may not be freed within its own callbacks, where its last request ends. */
static void
sweep(void *data)
{
	struct kube_cluster *cluster = data;
	struct kube_link **at = &cluster->links;

	cluster->sweep = NULL;
	while (*at) {
		struct kube_link *link = *at;

		if (link->is_retired && link->uses == 0) {
			*at = link->next;
			free_link(link);
		} else {
			at = &link->next;
		}
	}
}

static void
sweep_soon(struct kube_cluster *cluster)
{
	if (!cluster->sweep)
		cluster->sweep = loop_defer(cluster->loop, sweep, cluster);
}

static struct http_client *
new_client(const struct kube_cluster *cluster, const struct kube_identity *identity, unsigned reads,
	   unsigned writes, bool only_1_1)
{
	const struct kube_target *target = kube_access_target(cluster->access);
	const struct http_client_options options = {
		.ca = target->ca,
		.certificate = identity->certificate,
		.key = identity->key,
		.server_name = target->tls_server_name,
		.proxy = target->proxy ? target->proxy : "",
		.user_agent = PACKAGE "/" VERSION,
		.only_1_1 = only_1_1,
		.at_once = {reads, writes},
	};

	return http_client_new(cluster->loop, &options);
}

struct kube_link *
kube_link_use(struct kube_cluster *cluster, const struct kube_identity *identity)
{
	struct kube_link *link;

	for (link = cluster->links; link; link = link->next) {
		if (link->is_retired)
			continue;
		if (link->generation == identity->generation) {
			link->uses++;
			return link;
		}
		link->is_retired = true;
		sweep_soon(cluster);
	}
	link = xcalloc(1, sizeof(*link));
	link->generation = identity->generation;
	link->requests = new_client(cluster, identity, AT_ONCE, AT_ONCE, false);
	link->streams = new_client(cluster, identity, STREAMS_AT_ONCE, 1, false);
	link->uses = 1;
	link->next = cluster->links;
	cluster->links = link;
	return link;
}

struct http_client *
kube_link_passes(struct kube_cluster *cluster, struct kube_link *link,
		 const struct kube_identity *identity, unsigned at_once)
{
	if (!link->passes)
		link->passes = new_client(cluster, identity, at_once, at_once, true);
	return link->passes;
}

void
kube_link_release(struct kube_cluster *cluster, struct kube_link *link)
{
	link->uses--;
	if (link->is_retired)
		sweep_soon(cluster);
}

static void
release_link(struct kube_request *request)
{
	if (request->link)
		kube_link_release(request->cluster, request->link);
	request->link = NULL;
}

/* --- the request --- */

static void
end_try(struct kube_request *request)
{
	kube_access_cancel(request->identity);
	request->identity = NULL;
	http_cancel(request->http);
	request->http = NULL;
	loop_remove_timer(request->due);
	request->due = NULL;
	release_link(request);
	buf_clear(&request->refusal);
	request->status = 0;
}

/* Its body may be a Secret. */
static void
free_request(struct kube_request *request)
{
	end_try(request);
	if (request->prev)
		request->prev->next = request->next;
	else
		request->cluster->newest = request->next;
	if (request->next)
		request->next->prev = request->prev;
	if (request->body)
		explicit_bzero(request->body, strlen(request->body));
	free(request->body);
	free(request->path);
	free(request->url);
	free(request);
}

static void
deliver(struct kube_request *request, struct kube_reply *reply)
{
	json_t *none = reply->warnings ? NULL : json_array();

	if (none)
		reply->warnings = none;
	if (!reply->reason)
		reply->reason = "";
	request->is_delivering = true;
	request->done(request->data, reply);
	json_decref(none);
	free_request(request);
}

static struct kube_question
question_of(const struct kube_request *request)
{
	const struct kube_target *target = kube_access_target(request->cluster->access);

	return (struct kube_question){.verb = request->verb, .path = request->path,
				      .server = target->server, .user = target->user};
}

/* --- the answer --- */

static int64_t
whole_of(const struct kube_request *request)
{
	int64_t usual = request->cluster->deadlines.whole;

	return request->within_ms > 0 && request->within_ms < usual ? request->within_ms : usual;
}

/* -1: it has ended.  Priority and fairness refuses before anything was done, and says when to come
 * again; whoever came together is not to come back together, the less so the longer it lasts. */
static int64_t
delay_of_next_try(const struct kube_request *request, const struct http_reply *reply)
{
	const unsigned cut = 1u << HTTP_EMPTY | 1u << HTTP_CUT | 1u << HTTP_BROKEN;
	int64_t delay = -1;

	if (reply->failure == HTTP_ANSWERED) {
		if ((reply->status == 429 || reply->status == 503) && reply->retry_after_ms >= 0 &&
		    request->tries < TRIES_MAX)
			delay = reply->retry_after_ms +
				kube_jitter(request->tries * JITTER_MS < JITTER_MAX_MS
						    ? request->tries * JITTER_MS
						    : JITTER_MAX_MS);
	} else if ((cut & 1u << reply->failure) != 0 && verbs[request->verb].kind == HTTP_READ &&
		   request->status == 0 && request->tries < CUT_TRIES_MAX) {
		delay = kube_jitter(JITTER_MS);
	}
	if (clock_steady_ms() - request->started + delay >= whole_of(request))
		return -1;
	return delay;
}

static void
try_again(void *data)
{
	struct kube_request *request = data;

	request->due = NULL;
	ask_identity(request, false);
}

/* An answer that is whole: what it is made of lives until it was delivered. */
static void
deliver_answer(struct kube_request *request, const struct http_reply *answer)
{
	const struct kube_question question = question_of(request);
	const char *bytes = request->piece ? buf_str(&request->refusal) : answer->bytes;
	size_t length = request->piece ? request->refusal.length : answer->length;
	bool is_done = answer->status >= 200 && answer->status < 300;
	json_t *warnings = kube_answer_warnings(answer), *body = NULL;
	struct kube_reply reply = {.status = answer->status, .warnings = warnings};
	struct error err = {0};

	reply.length = length;
	if (is_done && request->raw) {
		reply.text = bytes;
	} else if (length > 0) {
		body = kube_answer_decode(&question, bytes, length, &err);
	}
	reply.body = body;
	if (!is_done)
		kube_answer_read(&question, answer->status, body, bytes, &reply);
	else if (err.kind != ERROR_NONE)
		reply.err = err;
	deliver(request, &reply);
	json_decref(warnings);
	json_decref(body);
}

static void
deliver_missing(struct kube_request *request, const struct http_reply *answer)
{
	const struct kube_question question = question_of(request);
	struct kube_reply reply = {.status = request->piece ? request->status : 0};

	if (answer->failure == HTTP_TOO_LARGE)
		kube_answer_too_large(&question, JSON_BYTES_MAX, &reply.err);
	else if (answer->failure != HTTP_STOPPED)
		kube_answer_missing(&question, answer, &reply.err);
	deliver(request, &reply);
}

/* Of many that were sent with the same identity one alone says that it was refused: each time a
 * plugin may be run. */
static void
ask_another_identity(struct kube_request *request)
{
	struct kube_cluster *cluster = request->cluster;
	bool is_first = request->identity_number == cluster->identity_number;

	request->was_refused = true;
	cluster->identity_number += is_first;
	end_try(request);
	ask_identity(request, is_first);
}

/* A watch of events is silent for longer than others: the server keeps no cache of them, so their
 * bookmarks are etcd's, and those come every ten minutes.  While others hear something the link is
 * as good as ever. */
static bool
has_gone_silent(const struct kube_request *request)
{
	const struct kube_link *link = request->link;
	int64_t silence = http_client_silence_ms(request->streams ? link->streams
								  : link->requests);

	return silence < 0 || silence >= request->cluster->deadlines.silence;
}

static void
note_answer(struct kube_cluster *cluster, long status)
{
	if (status != 0)
		cluster->heard_at = clock_steady_ms();
}

static void
on_done(void *data, const struct http_reply *reply)
{
	struct kube_request *request = data;
	int64_t delay = delay_of_next_try(request, reply);

	request->http = NULL;
	note_answer(request->cluster, reply->failure == HTTP_ANSWERED ? reply->status : 0);
	if (reply->failure == HTTP_TIMED_OUT && has_gone_silent(request))
		request->link->is_retired = true;
	if (reply->failure == HTTP_ANSWERED && reply->status == 401 && !request->was_refused) {
		ask_another_identity(request);
	} else if (delay >= 0) {
		end_try(request);
		request->due = loop_add_timer(request->cluster->loop, delay, try_again, request);
	} else if (reply->failure == HTTP_ANSWERED) {
		deliver_answer(request, reply);
	} else {
		deliver_missing(request, reply);
	}
}

static void
on_begun(void *data, long status)
{
	struct kube_request *request = data;

	request->status = status;
	note_answer(request->cluster, status);
	if (status < 300 && request->begun)
		request->begun(request->data);
}

/* A refusal is no part of what was asked for.  The request may be gone when `piece` returns. */
static bool
on_piece(void *data, const char *bytes, size_t length)
{
	struct kube_request *request = data;

	note_answer(request->cluster, request->status);
	if (request->status < 300)
		return request->piece(request->data, bytes, length);
	(void)buf_append(&request->refusal, bytes, length);
	return true;
}

/* --- sending --- */

/* By what it asks: one object, all of a kind, or a write that others look at before. */
static int64_t
first_byte_of(const struct kube_request *request)
{
	const struct kube_deadlines *usual = &request->cluster->deadlines;
	int64_t ms = verbs[request->verb].kind == HTTP_WRITE	      ? usual->write
		     : request->raw || strchr(request->path, '?') ? usual->list
								      : usual->first_byte;

	return ms > 0 ? ms : usual->first_byte;
}

static struct http_deadlines
deadlines_of(const struct kube_request *request)
{
	const struct kube_deadlines *usual = &request->cluster->deadlines;
	int64_t left = whole_of(request) - (clock_steady_ms() - request->started);
	int64_t first_byte = first_byte_of(request);

	/* The log of a program that says nothing has not even a header. */
	if (request->streams && request->raw)
		return (struct http_deadlines){.connect = usual->connect};
	if (request->streams)
		return (struct http_deadlines){.connect = usual->connect,
					       .first_byte = first_byte,
					       .silence = usual->silence};
	return (struct http_deadlines){.connect = usual->connect,
				       .first_byte = first_byte,
				       .silence = first_byte,
				       .whole = left > 0 ? left : 1};
}

/* Of Secrets it is only known which there are: lists and watches have their metadata alone. */
static const char *
accept_of(const struct kube_request *request)
{
	struct kube_subject subject;

	if (request->raw)
		return "Accept: */*";
	kube_subject_read(request->path, &subject);
	if (request->verb != KUBE_GET || !subject.is_collection ||
	    (!request->only_metadata && strcmp(subject.resource, "secrets") != 0))
		return "Accept: application/json";
	return request->streams
		       ? "Accept: application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
		       : "Accept: application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
}

static void
send_try(struct kube_request *request, const struct kube_identity *identity)
{
	const char *type = verbs[request->verb].content_type;
	char *content_type = type && request->body ? xasprintf("Content-Type: %s", type) : NULL;
	const char *const headers[] = {accept_of(request), content_type, NULL};
	struct kube_link *link = kube_link_use(request->cluster, identity);

	request->link = link;
	request->identity_number = request->cluster->identity_number;
	request->tries++;
	request->cluster->sent++;
	buf_init(&request->refusal, REFUSAL_MAX);
	request->http = http_send(request->streams ? link->streams : link->requests,
				  &(struct http_request_options){
					  .kind = verbs[request->verb].kind,
					  .repeatable = request->is_repeatable,
					  .method = verbs[request->verb].method,
					  .url = request->url,
					  .headers = headers,
					  .body = request->body,
					  .length = request->body ? strlen(request->body) : 0,
					  .token = identity->token,
					  .deadlines = deadlines_of(request),
					  .body_max = JSON_BYTES_MAX,
					  .begun = on_begun,
					  .piece = request->piece ? on_piece : NULL,
					  .done = on_done,
					  .data = request});
	free(content_type);
}

bool
kube_identity_may_go(const struct kube_cluster *cluster, const struct kube_identity *identity,
		     struct error *err)
{
	const char *server = kube_access_target(cluster->access)->server;

	if (!identity->token || url_is_https(server) || url_is_loopback(server))
		return true;
	error_set_code(err, CODE_CLUSTER_NOT_ENCRYPTED, .server = server);
	err->kind = ERROR_ACCESS;
	return false;
}

static void
on_identity(void *data, const struct kube_identity *identity, const struct error *err)
{
	struct kube_request *request = data;
	struct error refused;

	request->identity = NULL;
	if (!err && !kube_identity_may_go(request->cluster, identity, &refused))
		err = &refused;
	if (err)
		deliver(request, &(struct kube_reply){.err = *err});
	else
		send_try(request, identity);
}

static void
ask_identity(struct kube_request *request, bool refused)
{
	request->identity = kube_access_identity(request->cluster->access, refused, on_identity,
						 request);
}

/* DELETE reads what is in the query only where there is no body. */
static char *
delete_options(const struct kube_request_options *options)
{
	const char *uid = json_member_string(json_object_get(options->body, "metadata"), "uid");
	json_t *object = json_pack("{s:s, s:s, s:s}", "apiVersion", "v1", "kind", "DeleteOptions",
				   "propagationPolicy", "Background");
	char *text;

	if (uid)
		json_object_set_new(object, "preconditions", json_pack("{s:s}", "uid", uid));
	if (options->dry_run)
		json_object_set_new(object, "dryRun", json_pack("[s]", "All"));
	text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	return text;
}

static void
add_query(struct buf *url, const char *query)
{
	if (!*query)
		return;
	buf_puts(url, strchr(buf_str(url), '?') ? "&" : "?");
	buf_puts(url, query);
}

static char *
make_url(const struct kube_cluster *cluster, const struct kube_request_options *options)
{
	struct buf url;

	buf_init(&url, URL_MAX);
	buf_printf(&url, "%s%s", kube_access_target(cluster->access)->server, options->path);
	add_query(&url, verbs[options->verb].query);
	if (options->dry_run)
		add_query(&url, "dryRun=All");
	return buf_take(&url);
}

/* What is applied twice is the same; what has that uid can be deleted once. */
static bool
is_repeatable(const struct kube_request_options *options)
{
	return options->verb == KUBE_APPLY ||
	       (options->verb == KUBE_DELETE &&
		json_member_string(json_object_get(options->body, "metadata"), "uid"));
}

struct kube_request *
kube_send(struct kube_cluster *cluster, const struct kube_request_options *options)
{
	struct kube_request *request = xcalloc(1, sizeof(*request));

	request->cluster = cluster;
	request->verb = options->verb;
	request->path = xstrdup(options->path);
	request->url = make_url(cluster, options);
	if (options->verb == KUBE_DELETE)
		request->body = delete_options(options);
	else if (options->body)
		request->body = json_dumps(options->body, JSON_COMPACT);
	request->raw = options->raw;
	request->only_metadata = options->only_metadata;
	request->streams = options->streams;
	request->within_ms = options->within_ms;
	request->is_repeatable = is_repeatable(options);
	request->begun = options->begun;
	request->piece = options->piece;
	request->done = options->done;
	request->data = options->data;
	request->started = clock_steady_ms();
	buf_init(&request->refusal, REFUSAL_MAX);
	request->next = cluster->newest;
	if (request->next)
		request->next->prev = request;
	cluster->newest = request;
	ask_identity(request, false);
	return request;
}

void
kube_cancel(struct kube_request *request)
{
	if (request && !request->is_delivering)
		free_request(request);
}

/* --- the cluster --- */

struct kube_cluster *
kube_cluster_new(struct loop *loop, struct kube_access *access)
{
	struct kube_cluster *cluster = xcalloc(1, sizeof(*cluster));

	cluster->loop = loop;
	cluster->access = access;
	cluster->deadlines = usual_deadlines;
	return cluster;
}

void
kube_cluster_free(struct kube_cluster *cluster)
{
	if (!cluster)
		return;
	while (cluster->newest)
		free_request(cluster->newest);
	while (cluster->passes)
		kube_pass_free(cluster->passes);
	while (cluster->links) {
		struct kube_link *link = cluster->links;

		cluster->links = link->next;
		free_link(link);
	}
	loop_cancel_task(cluster->sweep);
	kube_access_free(cluster->access);
	free(cluster);
}

void
kube_cluster_set_deadlines(struct kube_cluster *cluster, const struct kube_deadlines *deadlines)
{
	cluster->deadlines = *deadlines;
}

const struct kube_access *
kube_cluster_access(const struct kube_cluster *cluster)
{
	return cluster->access;
}

struct loop *
kube_cluster_loop(const struct kube_cluster *cluster)
{
	return cluster->loop;
}

int64_t
kube_cluster_heard_at(const struct kube_cluster *cluster)
{
	return cluster->heard_at;
}

size_t
kube_cluster_requests(const struct kube_cluster *cluster)
{
	return cluster->sent;
}
