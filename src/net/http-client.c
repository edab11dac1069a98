/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * libcurl's multi interface on our loop.  It says which descriptors and which time it waits for
 * (on_socket, on_timer); the loop calls, libcurl works, and what has ended then is collected.
 *
 * A request is QUEUED until there is room for its kind, SENT while libcurl has it, WAITING for
 * its next try, DELIVERING in its `done`.  libcurl must not be called from its own callbacks, so
 * http_send() and http_cancel() only note what is to be done; the pump, deferred work of the loop,
 * does it.
 */
#include "config.h"

#include "net/http-client.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "net/curl.h"
#include "net/loop.h"
#include "net/http-try.h"
#include "net/private.h"
#include "net/url.h"

#define AT_ONCE_USUAL 8
#define HEAD_MAX (256u * 1024)
#define BODY_MAX (16u * 1024 * 1024)

/* --- the request --- */

static void
wipe_free(char *text, size_t length)
{
	if (text)
		explicit_bzero(text, length);
	free(text);
}

/* It is taken out of libcurl, the timers and the list before its memory goes; the token and the
 * body are wiped, since both may be secrets. */
static void
free_request(struct http_request *request)
{
	struct http_client *client = request->client;

	http_try_end(request);
	loop_remove_timer(request->due);
	*(request->prev ? &request->prev->next : &client->oldest) = request->next;
	*(request->next ? &request->next->prev : &client->newest) = request->prev;
	buf_clear(&request->head);
	buf_clear(&request->came);
	for (size_t i = 0; i < request->header_count; i++)
		free(request->headers[i]);
	free(request->headers);
	wipe_free(request->body, request->length);
	wipe_free(request->token, request->token ? strlen(request->token) : 0);
	free(request->method);
	free(request->url);
	free(request);
}

/* --- ends and new tries --- */

/* Anywhere in [0, ceiling]. */
static int64_t
full_jitter(int64_t ceiling)
{
	uint32_t random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
		random = UINT32_MAX / 2;
	return (int64_t)((uint64_t)random * (uint64_t)(ceiling + 1) >> 32);
}

/* A rule is about failures or about one status, never both: "no answer" and "a bad answer" are
 * to be treated differently. */
static bool
rules_fit(const struct http_retry *retry, const struct http_request *request,
	  const struct http_reply *reply)
{
	for (size_t i = 0; i < retry->count; i++) {
		const struct http_retry_rule *rule = &retry->rules[i];

		if (!(rule->kinds & 1u << request->kind))
			continue;
		if (reply->failure == HTTP_ANSWERED
			    ? rule->failures == 0 && rule->status == reply->status
			    : (rule->failures & 1u << reply->failure) != 0)
			return true;
	}
	return false;
}

/* -1: it has ended. */
static int64_t
delay_of_next_try(const struct http_request *request, const struct http_reply *reply)
{
	const struct http_retry *retry = request->retry;
	int64_t ceiling;

	if (!retry || request->piece || request->tries > retry->more ||
	    clock_steady_ms() - request->first_started >= retry->within_ms ||
	    !rules_fit(retry, request, reply))
		return -1;
	/* RFC 9110 §10.2.3: the server knows best, but a pause that no person would wait for is
	 * an end. */
	if (reply->retry_after_ms >= 0)
		return reply->retry_after_ms <= retry->retry_after_max_ms ? reply->retry_after_ms
									  : -1;
	ceiling = retry->first_ms;
	for (int i = 1; i < request->tries && ceiling < retry->ceiling_ms; i++)
		ceiling *= 2;
	return full_jitter(ceiling < retry->ceiling_ms ? ceiling : retry->ceiling_ms);
}

/* It queues again like a new one: a retry has no right to overtake, nor to exceed the room. */
static void
try_again(void *data)
{
	struct http_request *request = data;

	request->due = NULL;
	request->state = REQUEST_QUEUED;
	http_pump_soon(request->client);
}

static void
deliver(struct http_request *request, const struct http_reply *reply)
{
	request->state = REQUEST_DELIVERING;
	request->done(request->data, reply);
	free_request(request);
}

/* The reply is read before libcurl's handle goes, and its room is free before `done` is called,
 * so that a request which is sent from there can have it. */
static void
finish_try(struct http_request *request, CURLcode code)
{
	struct http_reply reply;
	int64_t delay;

	if (request->cancelled) {
		free_request(request);
		return;
	}
	http_try_read(request, code, &reply);
	http_try_end(request);
	http_pump_soon(request->client);	/* there is room now */
	delay = delay_of_next_try(request, &reply);
	if (delay < 0) {
		deliver(request, &reply);
		return;
	}
	request->state = REQUEST_WAITING;
	request->due = loop_add_timer(request->client->loop, delay, try_again, request);
}

/* A `done` may send, cancel or free; libcurl's messages are read one by one and not kept. */
static void
collect(struct http_client *client)
{
	CURLMsg *message;
	int left;

	while ((message = client->curl->multi_info_read(client->multi, &left))) {
		struct http_request *request = NULL;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		client->curl->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
					   (char **)&request);
		finish_try(request, code);
	}
}

/* --- libcurl in the loop --- */

/* A descriptor that it waits for. */
struct curl_fd {
	struct http_client *client;
	struct loop_fd *watch;
	curl_socket_t fd;
};

/* libcurl forbids its functions within its callbacks; in_library is what http_cancel() looks at. */
static void
act(struct http_client *client, curl_socket_t fd, int events)
{
	int running;

	client->in_library = true;
	client->curl->multi_socket_action(client->multi, fd, events, &running);
	client->in_library = false;
	collect(client);
}

static void
on_ready(void *data, uint32_t events)
{
	const struct curl_fd *watched = data;
	int what = (events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0) |
		   (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
		   (events & EPOLLERR ? CURL_CSELECT_ERR : 0);

	act(watched->client, watched->fd, what);	/* may free `watched` */
}

/* libcurl's curl_socket_callback: what it wants to wait for at that descriptor has changed. */
static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *own)
{
	uint32_t events = (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) |
			  (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0);
	struct http_client *client = data;
	struct curl_fd *watched = own;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watched)
			loop_remove_fd(watched->watch);
		free(watched);
		client->curl->multi_assign(client->multi, fd, NULL);
		return 0;
	}
	if (watched) {
		loop_set_events(watched->watch, events);
		return 0;
	}
	watched = xcalloc(1, sizeof(*watched));
	*watched = (struct curl_fd){.client = client, .fd = fd};
	watched->watch = loop_add_fd(client->loop, fd, events, on_ready, watched);
	client->curl->multi_assign(client->multi, fd, watched);
	return 0;
}

static void
on_time(void *data)
{
	struct http_client *client = data;

	client->timer = NULL;
	act(client, CURL_SOCKET_TIMEOUT, 0);
}

/* libcurl's curl_multi_timer_callback: the one time at which it wants to be called, -1 for
 * never. */
static int
on_timer(CURLM *multi, long timeout_ms, void *data)
{
	struct http_client *client = data;

	(void)multi;
	loop_remove_timer(client->timer);
	client->timer = timeout_ms < 0 ? NULL
				       : loop_add_timer(client->loop, timeout_ms, on_time, client);
	return 0;
}

/* With the first try and not before: it takes milliseconds, and a first picture needs none of
 * it. */
static bool
start_library(struct http_client *client, struct error *err)
{
	const struct curl_library *curl;

	if (client->multi)
		return true;
	curl = client->curl = curl_load(err);
	if (!curl)
		return false;
	curl_begin(curl);
	client->multi = curl->multi_init();
	assert(client->multi);
	curl->multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl->multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	curl->multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl->multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	curl->multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)client->at_once[HTTP_READ]);
	curl->multi_setopt(client->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	return true;
}

static void
deliver_unusable(struct http_request *request, const struct error *why)
{
	deliver(request, &(struct http_reply){.failure = HTTP_NO_LIBRARY, .head = "", .bytes = "",
					      .detail = why->text, .retry_after_ms = -1});
}

/* What libcurl holds of it comes within this call, and may pause it again. */
static void
go_on(struct http_request *request)
{
	struct http_client *client = request->client;

	request->goes_on = request->is_paused = false;
	client->in_library = true;
	client->curl->easy_pause(request->easy, CURLPAUSE_CONT);
	client->in_library = false;
}

/* The next that has something to be done; a callback may have changed the list meanwhile. */
static struct http_request *
find_work(const struct http_client *client)
{
	for (struct http_request *r = client->oldest; r; r = r->next)
		if (r->cancelled || (r->state == REQUEST_SENT && (r->stopped || r->goes_on)) ||
		    (r->state == REQUEST_QUEUED &&
		     client->sent[r->kind] < client->at_once[r->kind]))
			return r;
	return NULL;
}

/* The list is searched from its beginning each time, since every call may send, cancel or free. */
static void
pump(void *data)
{
	struct http_client *client = data;
	struct http_request *request;
	struct error err = {0};

	client->pump = NULL;
	while ((request = find_work(client)) != NULL) {
		if (request->cancelled)
			free_request(request);
		else if (request->state == REQUEST_SENT && request->stopped)
			finish_try(request, CURLE_OPERATION_TIMEDOUT);
		else if (request->state == REQUEST_SENT)
			go_on(request);
		else if (start_library(client, &err))
			http_try_start(request);
		else
			deliver_unusable(request, &err);
	}
}

void
http_pump_soon(struct http_client *client)
{
	if (!client->pump)
		client->pump = loop_defer(client->loop, pump, client);
}

/* --- the client --- */

struct http_client *
http_client_new(struct loop *loop, const struct http_client_options *options)
{
	struct http_client *client = xcalloc(1, sizeof(*client));

	client->loop = loop;
	client->user_agent = xstrdup(options->user_agent);
	client->only_1_1 = options->only_1_1;
	client->only_2 = options->only_2;
	for (size_t i = 0; i < HTTP_KINDS; i++)
		client->at_once[i] = options->at_once[i] ? options->at_once[i] : AT_ONCE_USUAL;
	http_security_init(&client->security, options);
	return client;
}

void
http_client_free(struct http_client *client)
{
	if (!client)
		return;
	assert(!client->in_library);
	while (client->oldest)
		free_request(client->oldest);
	if (client->multi) {
		client->in_library = true;
		client->curl->multi_cleanup(client->multi);
		client->curl->global_cleanup();
	}
	loop_remove_timer(client->timer);
	loop_cancel_task(client->pump);
	http_security_clear(&client->security);
	free(client->user_agent);
	free(client);
}

/* Several requests share connections, so a byte of any of them is a sign of life of the
 * platform. */
int64_t
http_client_silence_ms(const struct http_client *client)
{
	unsigned left = client->sent[HTTP_READ] + client->sent[HTTP_WRITE];
	int64_t since = INT64_MAX;

	for (const struct http_request *r = client->oldest; r && left > 0; r = r->next) {
		if (!r->easy)
			continue;
		left--;
		if (r->started < since)
			since = r->started;
	}
	if (since == INT64_MAX)
		return -1;
	return clock_steady_ms() - (client->heard > since ? client->heard : since);
}

static void
copy_headers(struct http_request *request, const char *const *headers)
{
	while (headers && headers[request->header_count])
		request->header_count++;
	request->headers = xcalloc(request->header_count + 1, sizeof(*request->headers));
	for (size_t i = 0; i < request->header_count; i++)
		request->headers[i] = xstrdup(headers[i]);
}

struct http_request *
http_send(struct http_client *client, const struct http_request_options *options)
{
	struct http_request *request = xcalloc(1, sizeof(*request));

	request->client = client;
	request->state = REQUEST_QUEUED;
	request->kind = options->kind;
	request->repeatable = options->repeatable;
	request->method = options->method ? xstrdup(options->method) : NULL;
	request->url = xstrdup(options->url);
	request->token = options->token ? xstrdup(options->token) : NULL;
	copy_headers(request, options->headers);
	if (options->body) {
		request->body = xmalloc(options->length + 1);
		memcpy(request->body, options->body, options->length);
		request->body[options->length] = '\0';
		request->length = options->length;
	}
	request->deadlines = options->deadlines;
	request->retry = options->retry;
	request->begun = options->begun;
	request->piece = options->piece;
	request->done = options->done;
	request->data = options->data;
	buf_init(&request->head, options->head_max ? options->head_max : HEAD_MAX);
	buf_init(&request->came, options->body_max ? options->body_max : BODY_MAX);
	request->came.wipe = true;	/* it may bring a secret */
	request->prev = client->newest;
	*(client->newest ? &client->newest->next : &client->oldest) = request;
	client->newest = request;
	http_pump_soon(client);
	return request;
}

const char *
http_request_head(const struct http_request *request)
{
	return buf_str(&request->head);
}

void
http_pause(struct http_request *request)
{
	if (request->is_paused || !request->easy)
		return;
	request->is_paused = true;
	request->client->curl->easy_pause(request->easy, CURLPAUSE_RECV);
}

void
http_continue(struct http_request *request)
{
	if (!request->is_paused || request->goes_on)
		return;
	request->goes_on = true;
	http_pump_soon(request->client);
}

/* `done` is not called any more, whatever libcurl still holds.  Within one of its callbacks
 * the request must live on until it returns; the pump frees it then. */
void
http_cancel(struct http_request *request)
{
	if (!request || request->state == REQUEST_DELIVERING || request->cancelled)
		return;
	http_pump_soon(request->client);	/* others may have waited for its room */
	if (request->client->in_library)
		request->cancelled = true;
	else
		free_request(request);
}
