/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One request in libcurl's hands: what it is told, what comes, and what the end means.
 *
 * libcurl's own limits are not relied on: 7.88 does not stop a body that grows without having
 * said how large it is, and knows no deadline for silence.  Both are watched here, in the
 * callbacks that see every byte.  What matters most about an end is whether the request can
 * have reached the platform (`sent`): "no reply" is never treated as "not done".
 */
#include "config.h"

#include "net/http-try.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "net/http-security.h"
#include "net/loop.h"
#include "net/private.h"

#define DAY_MS (24 * 60 * 60 * 1000)
#define KEEPALIVE_S 15L

/* --- what comes --- */

static void
on_silence(void *data)
{
	struct http_request *request = data;

	request->silence = NULL;
	snprintf(request->detail, sizeof(request->detail), "nothing came for %lld ms",
		 (long long)(clock_steady_ms() -
			     (request->heard ? request->heard : request->started)));
	/* libcurl is asked for no verdict: it is ended as if that had come from there. */
	request->stopped = true;
	http_pump_soon(request->client);
}

/* One timer is enough for what is heard often: when it rings it looks how long it is since. */
static void
watch_silence(void *data)
{
	struct http_request *request = data;
	int64_t allowed = request->heard ? request->deadlines.silence
					 : request->deadlines.first_byte;
	int64_t since = request->heard ? request->heard : request->started;
	int64_t left = allowed - (clock_steady_ms() - since);

	request->silence = NULL;
	if (allowed <= 0)
		return;
	if (left <= 0)
		on_silence(request);
	else
		request->silence = loop_add_timer(request->client->loop, left, watch_silence,
						  request);
}

static void
note_heard(struct http_request *request)
{
	bool first = request->heard == 0;

	request->client->heard = request->heard = clock_steady_ms();
	if (first && request->deadlines.silence != request->deadlines.first_byte) {
		loop_remove_timer(request->silence);
		watch_silence(request);
	}
}

static bool
take_body(struct http_request *request, const char *bytes, size_t length)
{
	note_heard(request);
	if (request->cancelled)
		return false;
	if (request->piece) {
		request->stopped = !request->piece(request->data, bytes, length);
		return !request->stopped && !request->cancelled;
	}
	request->too_large = !buf_append(&request->came, bytes, length);
	return !request->too_large;
}

/* 0 ends the transfer.  libcurl is done with what it has given, and would keep it in its buffer for
 * as long as nothing comes: with a watch that may be hours. */
static size_t
on_body(char *bytes, size_t size, size_t count, void *data)
{
	bool goes_on = take_body(data, bytes, size * count);

	explicit_bzero(bytes, size * count);
	return goes_on ? size * count : 0;
}

/* An empty line ends the header, and also that of a 1xx answer before it. */
static void
note_begun(struct http_request *request)
{
	long status = 0;

	request->client->curl->easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || request->has_begun)
		return;
	request->has_begun = true;
	if (request->begun)
		request->begun(request->data, status);
}

/* The same for one line of the header.  All headers of an answer count, so that a server cannot
 * send 1xx answers without end. */
static size_t
on_header(char *bytes, size_t size, size_t count, void *data)
{
	struct http_request *request = data;
	size_t length = size * count;

	note_heard(request);
	if (request->cancelled)
		return 0;
	if (length > 5 && memcmp(bytes, "HTTP/", 5) == 0)
		buf_truncate(&request->head, 0);	/* after 100 Continue */
	request->head_length += length;
	if (request->head_length > request->head.max ||
	    !buf_append(&request->head, bytes, length)) {
		request->too_large = true;
		return 0;
	}
	if (bytes[0] == '\r' || bytes[0] == '\n')
		note_begun(request);
	return request->cancelled ? 0 : length;
}

/* A value that does not fit into `out` is passed over, and has_room says so. */
static bool
next_value(const struct http_reply *reply, const char *name, size_t *at, char *out, size_t size,
	   bool *has_room)
{
	size_t wanted = strlen(name);

	while (reply->head[*at]) {
		const char *line = reply->head + *at;
		size_t length = strcspn(line, "\r\n"), begin = wanted + 1, end = length;

		*at += length;
		*at += strspn(reply->head + *at, "\r\n");
		if (length <= wanted || line[wanted] != ':' ||
		    strncasecmp(line, name, wanted) != 0)
			continue;
		while (begin < end && strchr(" \t", line[begin]))
			begin++;
		while (end > begin && strchr(" \t", line[end - 1]))
			end--;
		*has_room = end - begin < size;
		memcpy(out, line + begin, *has_room ? end - begin : 0);
		out[*has_room ? end - begin : 0] = '\0';
		return true;
	}
	return false;
}

/* The last one wins where a header comes twice; one that does not fit into `out` counts as
 * missing. */
bool
http_reply_header(const struct http_reply *reply, const char *name, char *out, size_t size)
{
	bool found = false;
	size_t at = 0;

	out[0] = '\0';
	while (next_value(reply, name, &at, out, size, &found))
		;
	return found;
}

bool
http_reply_next_header(const struct http_reply *reply, const char *name, size_t *at, char *out,
		       size_t size)
{
	bool has_room = false;

	while (next_value(reply, name, at, out, size, &has_room))
		if (has_room)
			return true;
	return false;
}

/* Seconds, or a date (RFC 9110 §10.2.3); -1: it is not said. */
static int64_t
retry_after_of(const struct curl_library *curl, const struct http_reply *reply)
{
	char value[128], *end;
	long seconds;
	time_t date;

	if (!http_reply_header(reply, "Retry-After", value, sizeof(value)))
		return -1;
	seconds = strtol(value, &end, 10);
	if (end != value && *end == '\0' && seconds >= 0)
		return seconds > DAY_MS / 1000 ? DAY_MS : seconds * 1000;
	date = curl->getdate(value, NULL);
	if (date == (time_t)-1)
		return -1;
	return date > time(NULL) ? (int64_t)(date - time(NULL)) * 1000 : 0;
}

/* --- one try --- */

void
http_try_add_header(struct http_request *request, const char *line)
{
	struct curl_slist *longer = request->client->curl->slist_append(request->list, line);

	if (longer)
		request->list = longer;
}

static void
set_request(struct http_request *request, CURL *easy)
{
	const struct curl_library *curl = request->client->curl;

	for (size_t i = 0; i < request->header_count; i++)
		http_try_add_header(request, request->headers[i]);
	/* Without this libcurl waits a second for 100 Continue before a large body is sent. */
	http_try_add_header(request, "Expect:");
	curl->easy_setopt(easy, CURLOPT_URL, request->url);
	if (request->body) {
		curl->easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
		curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->length);
	}
	if (request->method && (request->body || strcmp(request->method, "GET") != 0))
		curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	if (request->method && strcmp(request->method, "HEAD") == 0)
		curl->easy_setopt(easy, CURLOPT_NOBODY, 1L);	/* else it waits for a body */
	if (request->kind == HTTP_WRITE && !request->repeatable) {
		/* On a connection that was used before, libcurl would send the request again by
		 * itself.  It is used for nothing else either: over HTTP/2 libcurl keeps what came
		 * last on it, and each write would leave such a buffer behind. */
		curl->easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
		curl->easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	}
	curl->easy_setopt(easy, CURLOPT_HTTPHEADER, request->list);
	curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl->easy_setopt(easy, CURLOPT_WRITEDATA, request);
	curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl->easy_setopt(easy, CURLOPT_HEADERDATA, request);
	curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, request->detail);
	curl->easy_setopt(easy, CURLOPT_PRIVATE, request);
	curl->easy_setopt(easy, CURLOPT_USERAGENT, request->client->user_agent);
	curl->easy_setopt(easy, CURLOPT_HTTP_VERSION,
			  request->client->only_1_1 ? (long)CURL_HTTP_VERSION_1_1
			  : request->client->only_2 ? (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
						    : (long)CURL_HTTP_VERSION_2TLS);
}

static void
set_deadlines(const struct http_request *request, CURL *easy)
{
	const struct curl_library *curl = request->client->curl;

	/* No SIGALRM for name look-ups: the loop owns the signals. */
	curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* Whoever went away without a word is noticed where no deadline ends a long answer. */
	curl->easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl->easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_S);
	curl->easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_S);
	if (request->deadlines.connect > 0)
		curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
				  (long)request->deadlines.connect);
	if (request->deadlines.whole > 0)
		curl->easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->deadlines.whole);
}

void
http_try_start(struct http_request *request)
{
	struct http_client *client = request->client;

	buf_truncate(&request->head, 0);
	request->head_length = 0;
	buf_clear(&request->came);
	request->too_large = request->stopped = request->has_begun = false;
	request->is_paused = request->goes_on = false;
	request->detail[0] = '\0';
	request->heard = 0;
	request->started = clock_steady_ms();
	if (request->tries++ == 0)
		request->first_started = request->started;
	request->easy = client->curl->easy_init();
	assert(request->easy);
	client->sent[request->kind]++;
	set_request(request, request->easy);
	http_security_apply(request);
	set_deadlines(request, request->easy);
	request->state = REQUEST_SENT;
	watch_silence(request);
	client->in_library = true;
	client->curl->multi_add_handle(client->multi, request->easy);
	client->in_library = false;
}

/* --- the end --- */

static const struct {
	CURLcode code;
	enum http_failure failure;
} failures[] = {
	{CURLE_OK, HTTP_ANSWERED},
	{CURLE_COULDNT_RESOLVE_HOST, HTTP_NO_HOST},
	{CURLE_COULDNT_RESOLVE_PROXY, HTTP_NO_PROXY},
	{CURLE_COULDNT_CONNECT, HTTP_NO_CONNECTION},
	{CURLE_SSL_CONNECT_ERROR, HTTP_NO_TLS},
	{CURLE_PEER_FAILED_VERIFICATION, HTTP_NOT_TRUSTED},
	{CURLE_SSL_CACERT_BADFILE, HTTP_NO_CA_FILE},
	{CURLE_SSL_CERTPROBLEM, HTTP_NO_CERTIFICATE},
	{CURLE_OPERATION_TIMEDOUT, HTTP_TIMED_OUT},
	{CURLE_GOT_NOTHING, HTTP_EMPTY},
	{CURLE_PARTIAL_FILE, HTTP_CUT},
	{CURLE_RECV_ERROR, HTTP_BROKEN},
	{CURLE_SEND_ERROR, HTTP_BROKEN},
	{CURLE_OUT_OF_MEMORY, HTTP_TOO_LARGE},	/* its words for one line of more than 100 KiB */
};

/* What libcurl says otherwise is about the answer's form: nothing that trying again would mend. */
static enum http_failure
failure_of(CURLcode code)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (failures[i].code == code)
			return failures[i].failure;
	return HTTP_NONSENSE;
}

/* libcurl knows when it had a connection to use. */
static bool
was_sent(const struct http_request *request)
{
	const struct curl_library *curl = request->client->curl;
	long request_size = 0;
	curl_off_t pretransfer = 0;

	curl->easy_getinfo(request->easy, CURLINFO_REQUEST_SIZE, &request_size);
	curl->easy_getinfo(request->easy, CURLINFO_PRETRANSFER_TIME_T, &pretransfer);
	return request_size > 0 || pretransfer > 0;
}

/* libcurl speaks of a host and a port also where a Unix socket is meant, and of milliseconds. */
static void
name_socket(struct http_request *request)
{
	const struct curl_library *curl = request->client->curl;
	long number = 0;

	curl->easy_getinfo(request->easy, CURLINFO_OS_ERRNO, &number);
	if (request->client->security.socket && number > 0)
		snprintf(request->detail, sizeof(request->detail), "%s: %s",
			 request->client->security.socket, strerror((int)number));
}

void
http_try_read(struct http_request *request, CURLcode code, struct http_reply *reply)
{
	const struct curl_library *curl = request->client->curl;

	if (code == CURLE_COULDNT_CONNECT)
		name_socket(request);
	*reply = (struct http_reply){
		.failure = request->too_large ? HTTP_TOO_LARGE
			   : request->stopped && code == CURLE_WRITE_ERROR ? HTTP_STOPPED
									   : failure_of(code),
		.sent = was_sent(request),
		.head = "",
		.bytes = "",
		.detail = request->detail[0] ? request->detail : curl->easy_strerror(code),
		.elapsed_ms = clock_steady_ms() - request->started,
	};
	if (reply->failure == HTTP_ANSWERED) {
		curl->easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &reply->status);
		reply->head = buf_str(&request->head);
		reply->bytes = buf_str(&request->came);
		reply->length = request->came.length;
		reply->detail = "";
	}
	reply->retry_after_ms = retry_after_of(curl, reply);
}

/* Called twice it does nothing the second time: an end, a cancel and a new try all pass here. */
void
http_try_end(struct http_request *request)
{
	struct http_client *client = request->client;
	const struct curl_library *curl = client->curl;

	loop_remove_timer(request->silence);
	request->silence = NULL;
	if (request->easy) {
		client->in_library = true;
		curl->multi_remove_handle(client->multi, request->easy);
		curl->easy_cleanup(request->easy);
		client->in_library = false;
		request->easy = NULL;
		client->sent[request->kind]--;
	}
	if (request->list)
		curl->slist_free_all(request->list);
	request->list = NULL;
	if (request->connect_to)
		curl->slist_free_all(request->connect_to);
	request->connect_to = NULL;
}
