/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine under the operations.  A call is QUEUED until its time has come and there is
 * room, SENT while curl has it, and then either QUEUED again for another try (reads only) or
 * delivered.  All that happens in api_wait(), so no callback ever comes as a surprise.
 *
 * Three things that libcurl does by itself and we do not want:
 * - a request on a reused connection that dies without an answer is sent a second time,
 *   POST or not.  Writes therefore go out on a connection of their own;
 * - growing bodies are not stopped by CURLOPT_MAXFILESIZE (before 8.4.0): on_body() counts;
 * - "." and ".." in a path are squashed, so ids of that form are refused.
 */
#include "config.h"

#include "api/api.h"

#include <arpa/inet.h>
#include <assert.h>
#include <ctype.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

#include "api/private.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/json.h"

#define READS_AT_ONCE 8			/* what a browser does; the rest waits its turn */
#define WRITES_AT_ONCE 4		/* never behind reads */
#define FDS_MAX 16
#define HEADERS_MAX (256u * 1024)
#define ID_MAX 1024			/* bytes of one part of a path */
#define BACKOFF_FIRST_MS 250
#define BACKOFF_MAX_MS 5000
#define RETRY_AFTER_MAX_MS 10000	/* a platform that wants more is reported instead */
#define SILENT_READ_S 10L
#define LONG_WAIT_MS (60 * 60 * 1000)

/* --- the call --- */

static void
end_try(struct api_call *call)
{
	struct api *api = call->api;

	if (call->easy) {
		curl.multi_remove_handle(api->multi, call->easy);
		curl.easy_cleanup(call->easy);
		call->easy = NULL;
		if (call->operation->idempotent)
			api->reads_sent--;
		else
			api->writes_sent--;
	}
	if (call->headers)
		curl.slist_free_all(call->headers);
	call->headers = NULL;
}

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

static void
call_free(struct api_call *call)
{
	end_try(call);
	call->api->held -= call->state == CALL_HELD;
	unlink_call(call);
	buf_clear(&call->body);
	free(call->url);
	free(call->object);
	free(call->request);
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

static void
append_escaped(struct buf *url, const char *text)
{
	char *escaped = curl.is_loaded ? curl.easy_escape(NULL, text, (int)strlen(text)) : NULL;

	buf_puts(url, escaped ? escaped : "");
	if (escaped)
		curl.free(escaped);
}

/* false: a part is unusable. */
static bool
make_url(struct api_call *call, const char *const *parts)
{
	struct buf url, object;
	bool good = true;
	size_t n = 0;

	buf_init(&url, 64 * 1024);
	buf_init(&object, 64 * 1024);
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
			append_escaped(&url, parts[n]);
		buf_printf(&object, "%s%s", n > 0 ? "/" : " ",
			   parts[n] && strlen(parts[n]) <= ID_MAX ? parts[n] : "?");
		n++;
	}
	call->object = buf_take(&object);
	call->url = buf_take(&url);
	return good;
}

struct api_call *
api_call_new(struct api *api, const struct api_operation *operation, const char *const *parts,
	     api_done *done, void *data)
{
	struct api_call *call = xcalloc(1, sizeof(*call));
	bool loaded;

	call->api = api;
	call->operation = operation;
	call->state = CALL_QUEUED;
	call->done = done;
	call->data = data;
	call->sequence = ++api->sequence;
	call->due = clock_steady_ms();
	buf_init(&call->body, api->body_max);
	loaded = curl_load(&call->refused) == 0;
	if (api->offline)
		error_set(&call->refused, ERROR_UNREACHABLE, _("%s: the platform is not asked (--offline)."),
			  _(operation->what));
	if (!make_url(call, parts) && loaded)
		error_set(&call->refused, ERROR_INPUT,
			  _("%s%s: an empty or unusable id.  Nothing was sent."),
			  _(operation->what), call->object);
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

	buf_init(&url, 64 * 1024);
	buf_printf(&url, "%s%c%s=", call->url, strchr(call->url, '?') ? '&' : '?', key);
	append_escaped(&url, value);
	free(call->url);
	call->url = buf_take(&url);
}

void
api_call_body(struct api_call *call, json_t *body)
{
	free(call->request);
	call->request = json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(body);
	if (!call->request)
		error_set(&call->refused, ERROR_INPUT,
			  _("%s%s: the request holds text that is no UTF-8.  Nothing was sent."),
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

/* --- one try --- */

static size_t
on_body(char *bytes, size_t size, size_t count, void *data)
{
	struct api_call *call = data;

	call->api->heard = clock_steady_ms();
	if (buf_append(&call->body, bytes, size * count))
		return size * count;
	call->too_large = true;
	return 0;			/* curl ends the transfer */
}

/* Seconds, or a date (RFC 9110 §10.2.3). */
static int64_t
parse_retry_after(const char *value)
{
	char *end;
	long seconds = strtol(value, &end, 10);
	time_t date;

	if (end != value && *end == '\0' && seconds >= 0)
		return seconds > 24 * 60 * 60 ? 24 * 60 * 60 * 1000 : seconds * 1000;
	date = curl.getdate(value, NULL);
	if (date == (time_t)-1)
		return -1;
	return date > time(NULL) ? (int64_t)(date - time(NULL)) * 1000 : 0;
}

/* The value of a header line when it has this name; else NULL.  free() it. */
static char *
header_value(const char *line, size_t length, const char *name)
{
	size_t n = strlen(name);

	if (length <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	line += n + 1;
	length -= n + 1;
	while (length > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		length--;
	}
	while (length > 0 && strchr(" \t\r\n", line[length - 1]))
		length--;
	return xstrndup(line, length);
}

static void
forget_headers(struct api_call *call)
{
	call->etag[0] = call->extensions[0] = call->platform[0] = '\0';
	call->retry_after_ms = -1;
}

/* The value of a header, where it has this name and fits; else `out` stays. */
static void
read_header(const char *line, size_t length, const char *name, char *out, size_t size)
{
	char *value = header_value(line, length, name);

	if (value && strlen(value) < size)
		strcpy(out, value);
	free(value);
}

static size_t
on_header(char *bytes, size_t size, size_t count, void *data)
{
	struct api_call *call = data;
	size_t length = size * count;
	char *value;

	call->api->heard = clock_steady_ms();
	call->header_bytes += length;
	if (call->header_bytes > HEADERS_MAX) {
		call->too_large = true;
		return 0;
	}
	if (length > 5 && memcmp(bytes, "HTTP/", 5) == 0)	/* after 100 Continue */
		forget_headers(call);
	read_header(bytes, length, "etag", call->etag, sizeof(call->etag));
	read_header(bytes, length, "sidestage-extensions", call->extensions, sizeof(call->extensions));
	read_header(bytes, length, "sidestage-platform", call->platform, sizeof(call->platform));
	value = header_value(bytes, length, "retry-after");
	if (value)
		call->retry_after_ms = parse_retry_after(value);
	free(value);
	return length;
}

static void
add_header(struct api_call *call, const char *name, const char *value)
{
	char *line = xasprintf("%s: %s", name, value);
	struct curl_slist *longer = curl.slist_append(call->headers, line);

	if (longer)
		call->headers = longer;
	free(line);
}

static void
add_headers(struct api_call *call)
{
	const char *accept = call->operation->accept;

	add_header(call, "Accept", accept ? accept : "application/json");
	add_header(call, "Humanitec-User-Agent", call->api->client_header);
	if (call->request)
		add_header(call, "Content-Type", "application/json");
	call->headers = curl.slist_append(call->headers, "Expect:");
	if (call->if_none_match)
		add_header(call, "If-None-Match", call->if_none_match);
	if (call->if_match) {
		char *quoted = xasprintf("\"%s\"", call->if_match);

		add_header(call, "If-Match", quoted);
		free(quoted);
	}
}

static void
set_security(const struct api *api, CURL *easy)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, api->scheme);
#else
	curl.easy_setopt(easy, CURLOPT_PROTOCOLS,
			 strcmp(api->scheme, "https") == 0 ? (long)CURLPROTO_HTTPS :
							     (long)CURLPROTO_HTTP);
#endif
	curl.easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl.easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl.easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	if (api->token) {
		curl.easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		curl.easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, api->token);
	}
	if (api->socket)
		curl.easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, api->socket);
	/* No proxy of the environment hears what need not leave this machine. */
	if (api->is_local)
		curl.easy_setopt(easy, CURLOPT_PROXY, "");
	if (api->ca_file)
		curl.easy_setopt(easy, CURLOPT_CAINFO, api->ca_file);
	if (api->ca_directory)
		curl.easy_setopt(easy, CURLOPT_CAPATH, api->ca_directory);
}

static void
set_request(struct api_call *call, CURL *easy)
{
	curl.easy_setopt(easy, CURLOPT_URL, call->url);
	if (call->request) {
		curl.easy_setopt(easy, CURLOPT_POSTFIELDS, call->request);
		curl.easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)call->request_length);
	}
	if (strcmp(call->operation->method, "GET") != 0)
		curl.easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->operation->method);
	if (!call->operation->idempotent)
		curl.easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl.easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
	curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl.easy_setopt(easy, CURLOPT_WRITEDATA, call);
	curl.easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl.easy_setopt(easy, CURLOPT_HEADERDATA, call);
	curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, call->curl_error);
	curl.easy_setopt(easy, CURLOPT_PRIVATE, call);
}

static void
set_limits(const struct api *api, const struct api_call *call, CURL *easy)
{
	/* A read that is silent so long is asked again: there is nothing to lose by it. */
	if (call->operation->idempotent) {
		curl.easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
		curl.easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, SILENT_READ_S);
	}
	curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, api->connect_timeout_ms);
	curl.easy_setopt(easy, CURLOPT_TIMEOUT_MS, api->timeout_ms);
	curl.easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl.easy_setopt(easy, CURLOPT_USERAGENT, api->user_agent);
}

/* With the first try and not before: it takes milliseconds, and a first picture needs none of it. */
static void
start_curl(struct api *api)
{
	curl.global_init(CURL_GLOBAL_DEFAULT);
	api->multi = curl.multi_init();
	assert(api->multi);
	curl.multi_setopt(api->multi, CURLMOPT_MAXCONNECTS, (long)READS_AT_ONCE);
	curl.multi_setopt(api->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
}

static void
start_try(struct api_call *call)
{
	struct api *api = call->api;

	if (!api->multi)
		start_curl(api);
	buf_clear(&call->body);
	buf_init(&call->body, api->body_max);
	call->header_bytes = 0;
	call->too_large = false;
	forget_headers(call);
	call->curl_error[0] = '\0';
	call->token_serial = api->token_serial;
	call->started = clock_steady_ms();
	if (call->tries++ == 0)
		call->first_started = call->started;
	call->easy = curl.easy_init();
	assert(call->easy);
	if (call->operation->idempotent)
		api->reads_sent++;
	else
		api->writes_sent++;
	add_headers(call);
	set_request(call, call->easy);
	set_security(api, call->easy);
	set_limits(api, call, call->easy);
	call->state = CALL_SENT;
	curl.multi_add_handle(api->multi, call->easy);
}

/* --- ends and new tries --- */

/* Anywhere in [0, ceiling]: clients that failed together must not come back together. */
static int64_t
full_jitter(int64_t ceiling)
{
	uint32_t random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
		random = UINT32_MAX / 2;
	return (int64_t)((uint64_t)random * (uint64_t)(ceiling + 1) >> 32);
}

/* -1: it stays failed. */
static int64_t
retry_delay(const struct api_call *call, const struct api_reply *reply)
{
	const struct api *api = call->api;
	int64_t ceiling = BACKOFF_FIRST_MS;

	if (!call->operation->idempotent || call->no_retry || call->tries > api->retries ||
	    !api_reply_is_passing(reply) ||
	    clock_steady_ms() - call->first_started >= api->timeout_ms)
		return -1;
	if (call->retry_after_ms >= 0)
		return call->retry_after_ms <= RETRY_AFTER_MAX_MS ? call->retry_after_ms : -1;
	for (int i = 1; i < call->tries && ceiling < BACKOFF_MAX_MS; i++)
		ceiling *= 2;
	return full_jitter(ceiling < BACKOFF_MAX_MS ? ceiling : BACKOFF_MAX_MS);
}

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
remember_platform(struct api *api, const struct api_call *call, const struct api_reply *reply)
{
	if (reply->status >= 200 && reply->status < 300)
		strcpy(api->extensions, call->extensions);
	if (call->platform[0])
		strcpy(api->platform, call->platform);
}

/* Whether a refused token need not be the end: the call waits for a fresh one, or has it already. */
static bool
hold(struct api_call *call, const struct api_reply *reply)
{
	struct api *api = call->api;

	if (reply->status != 401 || !api->renews_token || !api->token || call->renewed)
		return false;
	call->renewed = true;
	call->state = CALL_QUEUED;
	call->due = clock_steady_ms();
	if (call->token_serial == api->token_serial) {
		call->state = CALL_HELD;
		call->refused_status = reply->status;
		call->held = reply->error;
		api->held++;
	}
	return true;
}

/* true: a callback ran. */
static bool
finish_try(struct api_call *call, CURLcode result)
{
	struct api_reply reply = {0};
	bool goes_on = false;
	int64_t delay;

	reply.elapsed_ms = clock_steady_ms() - call->started;
	reply.retry_after_ms = call->retry_after_ms;
	api_reply_read(call, result, &reply);
	remember_platform(call->api, call, &reply);
	end_try(call);
	delay = reply.error.kind != ERROR_NONE ? retry_delay(call, &reply) : -1;
	if (hold(call, &reply)) {
		goes_on = true;
	} else if (delay >= 0) {
		call->state = CALL_QUEUED;
		call->due = clock_steady_ms() + delay;
		goes_on = true;
	} else {
		deliver(call, &reply);
	}
	json_decref(reply.body);
	json_decref(reply.details);
	return !goes_on;
}

static bool
collect_ended(struct api *api)
{
	CURLMsg *message;
	bool called = false;
	int left;

	while ((message = curl.multi_info_read(api->multi, &left))) {
		struct api_call *call = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
		called |= finish_try(call, message->data.result);
	}
	return called;
}

/* Calls that were refused before anything was sent; those made meanwhile wait for the next turn. */
static bool
deliver_refused(struct api *api)
{
	const uint64_t last = api->sequence;
	struct api_call *call = api->calls;
	bool called = false;

	while (call && call->sequence <= last) {
		if (call->state == CALL_QUEUED && call->refused.kind != ERROR_NONE) {
			struct api_reply reply = {.bytes = "", .error = call->refused, .retry_after_ms = -1,
						  .status = call->refused_status};

			deliver(call, &reply);
			called = true;
			call = api->calls;	/* the callback may have changed the list */
		} else {
			call = call->next;
		}
	}
	return called;
}

static bool
has_room(const struct api *api, const struct api_call *call)
{
	return call->operation->idempotent ? api->reads_sent < READS_AT_ONCE :
					     api->writes_sent < WRITES_AT_ONCE;
}

/* Starts what is due; ms until the next one is, -1: none waits for a time. */
static int64_t
start_due(struct api *api)
{
	const int64_t now = clock_steady_ms();
	int64_t next = -1;

	for (struct api_call *call = api->calls; call; call = call->next) {
		if (call->state != CALL_QUEUED)
			continue;
		if (call->refused.kind != ERROR_NONE)
			next = 0;
		else if (call->due > now)
			next = next < 0 || call->due - now < next ? call->due - now : next;
		else if (has_room(api, call))
			start_try(call);
	}
	return next;
}

static bool
advance(struct api *api)
{
	bool called = deliver_refused(api);
	int running;

	start_due(api);
	if (!api->multi)
		return called;
	curl.multi_perform(api->multi, &running);
	called |= collect_ended(api);
	return called;
}

/*
 * What curl reports of foreign descriptors hides hang-ups of some kinds; asking poll(2)
 * itself is exact, and a closed terminal then ends the program instead of making it spin.
 */
static void
look_at_fds(const int *fds, bool *ready, size_t count, int wait_ms)
{
	struct pollfd polled[FDS_MAX];

	for (size_t i = 0; i < count; i++)
		polled[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	if (poll(polled, (nfds_t)count, wait_ms) < 0)
		return;
	for (size_t i = 0; i < count; i++)
		ready[i] = polled[i].revents != 0;
}

bool
api_wait(struct api *api, const int *fds, bool *ready, size_t count, int timeout_ms)
{
	struct curl_waitfd extra[FDS_MAX];
	int64_t wait = timeout_ms < 0 ? LONG_WAIT_MS : timeout_ms;
	int64_t next;
	bool called;

	assert(count <= FDS_MAX && !api->waiting);
	api->waiting = true;
	for (size_t i = 0; i < count; i++) {
		extra[i] = (struct curl_waitfd){.fd = fds[i], .events = CURL_WAIT_POLLIN};
		ready[i] = false;
	}
	called = advance(api);
	next = start_due(api);
	if (next >= 0 && next < wait)
		wait = next;
	if (called)
		wait = 0;
	if (api->multi)
		curl.multi_poll(api->multi, extra, (unsigned)count, (int)wait, NULL);
	look_at_fds(fds, ready, count, api->multi ? 0 : (int)wait);
	called |= advance(api);
	api->waiting = false;
	return called;
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

static void
forget_token(struct api *api)
{
	if (api->token)
		explicit_bzero(api->token, strlen(api->token));
	free(api->token);
	api->token = NULL;
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
		call->due = clock_steady_ms();
		if (!refused)
			call->refused_status = 0;
		else if (why)
			error_set(&call->refused, call->held.kind, "%s %s", call->held.text, why->text);
		else
			call->refused = call->held;
	}
}

void
api_set_token(struct api *api, const char *token)
{
	forget_token(api);
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
	size_t sent = api->reads_sent + api->writes_sent;
	int64_t since = INT64_MAX;

	for (const struct api_call *call = api->calls; call && sent > 0; call = call->next) {
		if (!call->easy)
			continue;
		sent--;
		if (call->started < since)
			since = call->started;
	}
	if (since == INT64_MAX)
		return -1;
	return clock_steady_ms() - (api->heard > since ? api->heard : since);
}

bool
api_has_extension(const struct api *api, const char *name)
{
	const size_t length = strlen(name);

	for (const char *p = api->extensions; *p;) {
		size_t n = strcspn(p, ", \t");

		if (n == length && memcmp(p, name, n) == 0)
			return true;
		p += n;
		p += strspn(p, ", \t");
	}
	return false;
}

const char *
api_platform_id(const struct api *api)
{
	return api->platform;
}

/* --- the client --- */

/* How much of an address is a host with or without a port; 0: there is none, or a user before it. */
static size_t
host_length(const char *text)
{
	size_t length = strcspn(text, "/");

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x80 && !isalnum(c) && !strchr(".-_:[]", c))
			return 0;
	}
	return text[0] == ':' ? 0 : length;
}

static bool
is_path(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == '?' || *text == '#' || *text == 0x7f)
			return false;
	return true;
}

/*
 * Fills scheme and url; no user part (it would be sent beside the token), no query.  What else
 * can be wrong with an address libcurl says when the first request is made.
 */
static int
read_base_url(struct api *api, const char *url, struct error *err)
{
	size_t scheme = strncasecmp(url, "https://", 8) == 0 ? 5 : strncasecmp(url, "http://", 7) == 0 ? 4 : 0;
	const char *host = url + scheme + strlen("://");
	size_t length;

	/* The address is not repeated: somebody may have put a password into it. */
	if (scheme == 0 || (length = host_length(host)) == 0 || !is_path(host + length))
		return error_set(err, ERROR_INPUT,
				 _("The platform's address is none that can be used.  It is http:// or "
				   "https://, a host, perhaps a port and a path; no user name, no query."));
	length = strlen(url);
	while (url[length - 1] == '/')
		length--;
	api->url = xstrndup(url, length);
	api->scheme = xstrdup(scheme == 5 ? "https" : "http");
	return 0;
}

/* This machine by a name or a number that nobody else can answer to. */
static bool
is_loopback(const char *url)
{
	const char *host = strstr(url, "://") + 3;
	size_t length = strcspn(host, "/"), name = strcspn(host, ":/");
	struct in_addr address;
	char text[64];

	if (host[0] == '[')
		return strncmp(host, "[::1]", 5) == 0 && (length == 5 || host[5] == ':');
	if (name == strlen("localhost") && strncasecmp(host, "localhost", name) == 0)
		return true;
	if (name >= sizeof(text))
		return false;
	memcpy(text, host, name);
	text[name] = '\0';
	return inet_pton(AF_INET, text, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

static int
check_secrecy(const struct api *api, const struct api_options *options, struct error *err)
{
	if (!api->token || api->is_local || options->allow_http || strcmp(api->scheme, "https") == 0)
		return 0;
	return error_set(err, ERROR_ACCESS,
			 _("%s: the token would travel unencrypted, so it was not sent.  Use https, or set "
			   "allow-http = true in the context of the configuration."), api->url);
}

/* Where libcurl does not look by itself, and other programs do. */
static void
find_authorities(struct api *api, const char *ca_file)
{
	static const char *const variables[] = {"CURL_CA_BUNDLE", "SSL_CERT_FILE"};
	const char *directory = getenv("SSL_CERT_DIR");

	for (size_t i = 0; !ca_file && i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *value = getenv(variables[i]);

		if (value && *value)
			ca_file = value;
	}
	api->ca_file = ca_file ? xstrdup(ca_file) : NULL;
	api->ca_directory = !ca_file && directory && *directory ? xstrdup(directory) : NULL;
}

struct api *
api_new(const struct api_options *options, struct error *err)
{
	struct api *api = xcalloc(1, sizeof(*api));

	if (read_base_url(api, options->url, err) != 0) {
		free(api);
		return NULL;
	}
	api->socket = options->socket ? xstrdup(options->socket) : NULL;
	api->token = options->token && options->token[0] ? xstrdup(options->token) : NULL;
	api->user_agent = xstrdup(options->user_agent ? options->user_agent :
							PACKAGE "/" VERSION);
	api->client_header = xasprintf("app %s/%s", PACKAGE, VERSION);
	api->timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : 30000;
	api->connect_timeout_ms = options->connect_timeout_ms > 0 ? options->connect_timeout_ms :
								    5000;
	api->retries = options->retries == 0 ? 3 : options->retries < 0 ? 0 : options->retries;
	api->offline = options->offline;
	api->body_max = options->body_max > 0 ? options->body_max : JSON_BYTES_MAX;
	api->renews_token = options->renews_token;
	api->is_local = api->socket || is_loopback(api->url);
	find_authorities(api, options->ca_file);
	if (check_secrecy(api, options, err) != 0) {
		api_free(api);
		return NULL;
	}
	return api;
}

void
api_free(struct api *api)
{
	if (!api)
		return;
	assert(!api->waiting);
	while (api->calls)
		call_free(api->calls);
	if (api->multi) {
		curl.multi_cleanup(api->multi);
		curl.global_cleanup();
	}
	forget_token(api);
	free(api->ca_file);
	free(api->ca_directory);
	free(api->url);
	free(api->scheme);
	free(api->socket);
	free(api->user_agent);
	free(api->client_header);
	free(api);
}
