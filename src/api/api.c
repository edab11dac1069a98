/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The engine under the operations.  A call waits until the turn of the loop in which it was
 * made ends, so that what belongs to it can be added; then it is one request of the HTTP
 * client, which sends it, again where the table below says so, and gives back how that ended.
 *
 * A fault that is found while a call is put together (an id that would change the path, text
 * that is no UTF-8) is kept in the call and delivered in its turn like any other end.  So a
 * caller handles errors in one place, its callback, and an operation's function cannot fail.
 *
 * A token that expires need not be the end of a call: it is held, somebody fetches a fresh
 * one, and all that were held are sent again, each at most once.  That is safe for writes
 * too, since a platform that answers 401 has carried out nothing.
 */
#include "config.h"

#include "api/api.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "api/private.h"
#include "api/reply.h"
#include "base/buf.h"
#include "base/i18n.h"
#include "base/owner-secret.h"
#include "base/xmalloc.h"
#include "model/json-text.h"
#include "model/json.h"
#include "net/http-client.h"
#include "net/loop.h"
#include "net/url.h"

#define READS_AT_ONCE 8			/* what a browser does; the rest waits its turn */
#define WRITES_AT_ONCE 4		/* never behind reads */
#define ID_MAX 1024			/* bytes of one part of a path, or of a query's value */
#define URL_MAX (64 * 1024)
#define HEADERS_MAX 8			/* of a request */
#define BACKOFF_FIRST_MS 250
#define BACKOFF_MAX_MS 5000
#define RETRY_AFTER_MAX_MS 10000	/* a platform that wants more is reported instead */
#define SILENT_READ_MS 10000		/* a read that is silent so long is asked again */

#define READS (1u << HTTP_READ)
#define MAY_PASS                                                                                   \
	(1u << HTTP_NO_HOST | 1u << HTTP_NO_PROXY | 1u << HTTP_NO_CONNECTION | 1u << HTTP_NO_TLS | \
	 1u << HTTP_NOT_TRUSTED | 1u << HTTP_NO_CA_FILE | 1u << HTTP_TIMED_OUT |                   \
	 1u << HTTP_EMPTY | 1u << HTTP_CUT | 1u << HTTP_BROKEN)

/* Reads alone: what a lost answer to a write means is for the journal to find out. */
static const struct http_retry_rule retry_rules[] = {
	{.failures = MAY_PASS, .kinds = READS},
	{.status = 429, .kinds = READS},
	{.status = 502, .kinds = READS},
	{.status = 503, .kinds = READS},
	{.status = 504, .kinds = READS},
};

/* It may be a token, or hold a secret value. */
static void
wipe_free(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

/* --- the call --- */

/* Out of the list and out of `pending`, which counts calls in every state. */
static void
unlink_call(struct api_call *call)
{
	struct api *api = call->api;

	if (call->prev)
		call->prev->next = call->next;
	else
		api->calls = call->next;
	if (call->next)
		call->next->prev = call->prev;
	else
		api->last = call->prev;
	api->pending--;
}

/* A request that is under way is cancelled with it; its answer is nobody's any more. */
static void
call_free(struct api_call *call)
{
	loop_cancel_task(call->begins);
	http_cancel(call->sent);
	call->api->held -= call->state == CALL_HELD;
	unlink_call(call);
	free(call->url);
	free(call->object);
	wipe_free(call->request);
	free(call->if_match);
	free(call->if_none_match);
	free(call);
}

/* A part that would change the path's shape, or that no platform ever gave. */
static bool
is_part(const char *part)
{
	return part && part[0] != '\0' && strcmp(part, ".") != 0 && strcmp(part, "..") != 0 &&
	       strlen(part) <= ID_MAX;
}

/* false: a part is unusable. */
static bool
make_url(struct api_call *call, const char *const *parts)
{
	struct buf url, object;
	bool good = true;
	size_t n = 0;

	buf_init(&url, URL_MAX);
	buf_init(&object, URL_MAX);
	buf_puts(&url, call->api->url);
	for (const char *p = call->operation->path; *p; p++) {
		if (*p != '%') {
			buf_append(&url, p, 1);
			continue;
		}
		assert(n < API_PARTS_MAX);
		if (!is_part(parts[n]))
			good = false;
		else
			url_append_escaped(&url, parts[n]);
		buf_printf(&object, "%s%s", n > 0 ? "/" : " ",
			   parts[n] && strlen(parts[n]) <= ID_MAX ? parts[n] : "?");
		n++;
	}
	call->object = buf_take(&object);
	call->url = buf_take(&url);
	return good;
}

static void
refuse_id(struct api_call *call)
{
	error_set(&call->refused, ERROR_INPUT,
		  _("%s%s: an empty or unusable id.  Nothing was sent."), _(call->operation->what),
		  call->object);
}

static void begin(void *data);

struct api_call *
api_call_new(struct api *api, const struct api_operation *operation, const char *const *parts,
	     api_done *done, void *data)
{
	struct api_call *call = xcalloc(1, sizeof(*call));

	call->api = api;
	call->operation = operation;
	call->state = CALL_QUEUED;
	call->done = done;
	call->data = data;
	call->begins = loop_defer(api->loop, begin, call);
	if (!make_url(call, parts))
		refuse_id(call);
	else if (api->offline)
		error_set(&call->refused, ERROR_UNREACHABLE,
			  _("%s%s: the platform is not asked (--offline)."), _(operation->what),
			  call->object);
	call->prev = api->last;
	if (api->last)
		api->last->next = call;
	else
		api->calls = call;
	api->last = call;
	api->pending++;
	return call;
}

void
api_call_query(struct api_call *call, const char *key, const char *value)
{
	struct buf url;

	if (strlen(value) > ID_MAX) {
		refuse_id(call);
		return;
	}
	buf_init(&url, URL_MAX);
	buf_printf(&url, "%s%c%s=", call->url, strchr(call->url, '?') ? '&' : '?', key);
	url_append_escaped(&url, value);
	free(call->url);
	call->url = buf_take(&url);
}

/* The reference is taken in each case, also on failure: the caller has given it away. */
void
api_call_body(struct api_call *call, json_t *body)
{
	wipe_free(call->request);
	call->request = json_text(body, 0);
	json_decref(body);
	if (!call->request)
		error_set(
			&call->refused, ERROR_INPUT,
			_("%s%s: the request contains text that is not valid UTF-8.  Nothing was sent."),
			_(call->operation->what), call->object);
	call->request_length = call->request ? strlen(call->request) : 0;
}

/* Fit for a header line: nothing that could end it or the quotes around it. */
static bool
is_header_text(const char *text, bool quotes)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e || (*text == '"' && !quotes))
			return false;
	return true;
}

/* The condition is part of the request: a call that lost it on the
 * way must not be sent without. */
void
api_call_if_match(struct api_call *call, const char *id)
{
	if (!id)
		return;
	if (!is_header_text(id, false)) {
		error_set(&call->refused, ERROR_INPUT,
			  _("%s%s: the deployment to compare with has an unusable id.  "
			    "Nothing was sent."),
			  _(call->operation->what), call->object);
		return;
	}
	free(call->if_match);
	call->if_match = xstrdup(id);
}

/* Unlike If-Match, this one may be dropped: without it the answer is only larger. */
void
api_if_none_match(struct api_call *call, const char *etag)
{
	assert(call->operation->idempotent);
	if (!etag || etag[0] == '\0' || !is_header_text(etag, true))
		return;
	free(call->if_none_match);
	call->if_none_match = xstrdup(etag);
}

void
api_unless(struct api_call *call, const char *digest)
{
	assert(call->operation->idempotent);
	call->digested = true;
	snprintf(call->digest, sizeof(call->digest), "%s", digest);
}

void
api_no_retry(struct api_call *call)
{
	call->no_retry = true;
}

void
api_cancel(struct api_call *call)
{
	if (call && call->state != CALL_DELIVERING)
		call_free(call);
}

/* --- the end of a call --- */

/* Whatever the callback does, the call is freed here and nowhere else. */
static void
deliver(struct api_call *call, const struct api_reply *reply)
{
	call->state = CALL_DELIVERING;
	call->done(call->data, reply);
	call_free(call);
}

/*
 * A good answer that announces nothing takes the announcement back: behind the same address there
 * may be an older platform now, and what it does not know it would leave out without a word.  An
 * identity stays until there is another: gateways answer, too.
 */
static void
remember_platform(struct api *api, const struct http_reply *http, const struct api_reply *reply)
{
	char platform[sizeof(api->platform)], list[API_ANNOUNCED_MAX] = "";

	if (http->status >= 200 && http->status < 300) {
		(void)http_reply_header(http, "Sidestage-Extensions", list, sizeof(list));
		api->extensions = extensions_read(list);
		api->has_answered = reply->error.kind == ERROR_NONE;
	}
	if (http_reply_header(http, "Sidestage-Platform", platform, sizeof(platform)) &&
	    platform[0])
		strcpy(api->platform, platform);
}

/* The daemon behind a socket may be another one than when the request was made, and has another
 * secret then: that is read again, once. */
static bool
ask_again(struct api_call *call, const struct api_reply *reply)
{
	const struct api *api = call->api;

	if (reply->status != 401 || !api->socket || api->token || call->renewed)
		return false;
	call->renewed = true;
	call->state = CALL_QUEUED;
	call->begins = loop_defer(api->loop, begin, call);
	return true;
}

/* Whether a refused token need not be the end: the call waits for a fresh one, or has it
 * already. */
static bool
hold(struct api_call *call, const struct api_reply *reply)
{
	struct api *api = call->api;

	if (reply->status != 401 || !api->renews_token || !api->token || call->renewed)
		return false;
	call->renewed = true;
	/* Another call had the token renewed while this one was under way. */
	if (call->token_serial != api->token_serial) {
		call->state = CALL_QUEUED;
		call->begins = loop_defer(api->loop, begin, call);
		return true;
	}
	call->state = CALL_HELD;
	call->refused_status = reply->status;
	call->held = reply->error;
	api->held++;
	return true;
}

/* The reply is read before it is decided whether the call is held: the refusal is what a person
 * sees if no fresh token comes. */
static void
on_end(void *data, const struct http_reply *http)
{
	struct api_call *call = data;
	struct api_reply reply = {.elapsed_ms = http->elapsed_ms,
				  .retry_after_ms = http->retry_after_ms};

	call->sent = NULL;
	api_reply_read(call, http, &reply);
	remember_platform(call->api, http, &reply);
	if (!ask_again(call, &reply) && !hold(call, &reply))
		deliver(call, &reply);
	json_decref(reply.body);
	json_decref(reply.details);
}

/* --- the request --- */

static void
add_header(char **headers, const char *name, const char *quote, const char *value)
{
	size_t count = 0;

	while (headers[count])
		count++;
	assert(count < HEADERS_MAX);
	headers[count] = xasprintf("%s: %s%s%s", name, quote, value, quote);
}

static void
add_headers(const struct api_call *call, char **headers)
{
	const char *accept = call->operation->accept;

	add_header(headers, "Accept", "", accept ? accept : "application/json");
	add_header(headers, "Humanitec-User-Agent", "", call->api->client_header);
	if (call->request)
		add_header(headers, "Content-Type", "", "application/json");
	if (call->if_none_match)
		add_header(headers, "If-None-Match", "", call->if_none_match);
	if (call->if_match)
		add_header(headers, "If-Match", "\"", call->if_match);
}

/* Read for each request: the next daemon on that socket has another one. */
static void
add_owner_secret(const struct api *api, char **headers)
{
	char line[OWNER_SECRET_LINE_SIZE];
	size_t count = 0;

	if (!api->socket || !owner_secret_read(api->socket, line))
		return;
	while (headers[count])
		count++;
	assert(count < HEADERS_MAX);
	headers[count] = xstrdup(line);
	explicit_bzero(line, sizeof(line));
}

/* A write has no deadline for silence, only one for the whole: a platform may work before it
 * answers, and giving up early would make an outcome unknown that was about to be told. */
static void
send_call(struct api_call *call)
{
	struct api *api = call->api;
	bool read = call->operation->idempotent;
	char *headers[HEADERS_MAX + 1] = {NULL};

	add_headers(call, headers);
	add_owner_secret(api, headers);
	call->token_serial = api->token_serial;
	call->state = CALL_SENT;
	call->sent = http_send(api->client, &(struct http_request_options){
		.kind = read ? HTTP_READ : HTTP_WRITE,
		.method = call->operation->method,
		.url = call->url,
		.headers = (const char *const *)headers,
		.body = call->request,
		.length = call->request_length,
		.token = api->token,
		.deadlines = {.connect = api->connect_timeout_ms,
			      .first_byte = read ? SILENT_READ_MS : 0,
			      .silence = read ? SILENT_READ_MS : 0,
			      .whole = api->timeout_ms},
		.body_max = api->body_max,
		.retry = call->no_retry ? NULL : &api->retry,
		.done = on_end,
		.data = call,
	});
	for (size_t i = 0; headers[i]; i++)
		wipe_free(headers[i]);
}

/* In the turn after it was made, or after it was let go. */
static void
begin(void *data)
{
	struct api_call *call = data;

	call->begins = NULL;
	if (call->refused.kind == ERROR_NONE)
		send_call(call);
	else
		deliver(call, &(struct api_reply){.bytes = "",
						  .error = call->refused,
						  .retry_after_ms = -1,
						  .status = call->refused_status});
}

size_t
api_pending(const struct api *api)
{
	return api->pending;
}

bool
api_wants_token(const struct api *api)
{
	return api->held > 0;
}

bool
api_has_token(const struct api *api, const char *token)
{
	return api->token && strcmp(api->token, token) == 0;
}

/* All that are held; with `refused` they are delivered instead of being sent again. */
static void
let_go(struct api *api, bool refused, const struct error *why)
{
	for (struct api_call *call = api->calls; call && api->held > 0; call = call->next) {
		if (call->state != CALL_HELD)
			continue;
		api->held--;
		call->state = CALL_QUEUED;
		call->begins = loop_defer(api->loop, begin, call);
		if (!refused)
			call->refused_status = 0;
		else if (why)
			error_set(&call->refused, call->held.kind, "%s %s", call->held.text,
				  why->text);
		else
			call->refused = call->held;
	}
}

void
api_set_token(struct api *api, const char *token)
{
	wipe_free(api->token);
	api->token = xstrdup(token);
	api->token_serial++;
	let_go(api, false, NULL);
}

void
api_give_up_token(struct api *api, const struct error *why)
{
	let_go(api, true, why);
}

int64_t
api_silence_ms(const struct api *api)
{
	return http_client_silence_ms(api->client);
}

/* Names are compared whole: "deploy-values" is not announced by "deploy-values-2". */
bool
api_has_extension(const struct api *api, enum extension extension)
{
	return (api->extensions & EXTENSION_BIT(extension)) != 0;
}

bool
api_has_answered(const struct api *api)
{
	return api->has_answered;
}

const char *
api_platform_id(const struct api *api)
{
	return api->platform;
}

/* --- the client --- */

static struct http_client *
new_client(const struct api *api, const struct api_options *options)
{
	return http_client_new(api->loop, &(struct http_client_options){
		.socket = options->socket,
		.ca_file = options->ca_file,
		.user_agent = options->user_agent ? options->user_agent : PACKAGE "/" VERSION,
		.at_once = {[HTTP_READ] = READS_AT_ONCE, [HTTP_WRITE] = WRITES_AT_ONCE},
	});
}

struct api *
api_new(struct loop *loop, const struct api_options *options, struct error *err)
{
	struct api *api = xcalloc(1, sizeof(*api));

	api->loop = loop;
	api->url = url_base(options->url, err);
	api->token = options->token && options->token[0] ? xstrdup(options->token) : NULL;
	api->socket = options->socket ? xstrdup(options->socket) : NULL;
	api->client_header = xasprintf("app %s/%s", PACKAGE, VERSION);
	api->timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : 30000;
	api->connect_timeout_ms = options->connect_timeout_ms > 0 ? options->connect_timeout_ms :
								    5000;
	api->retry = (struct http_retry){
		.rules = retry_rules,
		.count = sizeof(retry_rules) / sizeof(retry_rules[0]),
		.more = options->retries == 0 ? 3 : options->retries < 0 ? 0 : options->retries,
		.within_ms = api->timeout_ms,
		.first_ms = BACKOFF_FIRST_MS,
		.ceiling_ms = BACKOFF_MAX_MS,
		.retry_after_max_ms = RETRY_AFTER_MAX_MS,
	};
	api->offline = options->offline;
	api->body_max = options->body_max > 0 ? options->body_max : JSON_BYTES_MAX;
	api->renews_token = options->renews_token;
	/* A Unix socket never leaves the machine, whatever the address says. */
	if (!api->url || (api->token && !options->socket && !options->allow_http &&
			  url_check_token(api->url, err) != 0)) {
		api_free(api);
		return NULL;
	}
	api->client = new_client(api, options);
	return api;
}

/* Callbacks are not called: whoever ends the client no longer waits for anything. */
void
api_free(struct api *api)
{
	if (!api)
		return;
	while (api->calls)
		call_free(api->calls);
	http_client_free(api->client);
	wipe_free(api->token);
	free(api->url);
	free(api->socket);
	free(api->client_header);
	free(api);
}
