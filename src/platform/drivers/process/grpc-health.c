/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A call of gRPC is a POST over HTTP/2: each message has five bytes before it, and how the call
 * ended is said in the trailers, or in the header where there is no answer.  The messages of a
 * health check are one string and one number of protobuf, so they are written and read here:
 *
 *	HealthCheckRequest	1: service (string)
 *	HealthCheckResponse	1: status (enum)
 */
#include "config.h"

#include "platform/drivers/process/grpc-health.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/http-client.h"

#define CHECK "grpc.health.v1.Health/Check"
#define PREFIX 5		/* before a message: whether it is compressed, and its length */
#define ANSWER_MAX 4096
#define HEAD_MAX 16384
#define AT_ONCE 10000		/* no try waits for another program's */

/* Of protobuf. */
#define TAG(field, type) ((field) << 3 | (type))
enum { VARINT = 0, FIXED_64 = 1, BYTES = 2, FIXED_32 = 5 };

struct grpc_health {
	struct http_request *request;
	void (*done)(void *data, const struct error *why);
	void *data;
};

struct http_client *
grpc_health_client(struct loop *loop)
{
	return http_client_new(loop, &(struct http_client_options){
		.user_agent = PACKAGE "-probe",
		.proxy = "",
		.only_2 = true,
		.at_once = {AT_ONCE, AT_ONCE},
	});
}

/* --- the messages --- */

/* Of at most two bytes: it is below 16384. */
static size_t
put_varint(unsigned char *out, size_t value)
{
	size_t n = 0;

	if (value >= 0x80)
		out[n++] = (unsigned char)(value | 0x80);
	out[n++] = (unsigned char)(value >= 0x80 ? value >> 7 : value);
	return n;
}

/* Its length; a string that is empty is left out. */
static size_t
put_request(unsigned char *out, const char *service)
{
	size_t length = strlen(service), n = PREFIX;

	if (length > 0) {
		out[n++] = TAG(1, BYTES);
		n += put_varint(out + n, length);
		memcpy(out + n, service, length);
		n += length;
	}
	memset(out, 0, PREFIX);
	out[3] = (unsigned char)((n - PREFIX) >> 8);
	out[4] = (unsigned char)(n - PREFIX);
	return n;
}

struct bytes {
	const unsigned char *at, *end;
};

static bool
take_varint(struct bytes *bytes, uint64_t *out)
{
	*out = 0;
	for (unsigned shift = 0; shift < 64 && bytes->at < bytes->end; shift += 7) {
		*out |= (uint64_t)(*bytes->at & 0x7f) << shift;
		if (!(*bytes->at++ & 0x80))
			return true;
	}
	return false;
}

static bool
skip(struct bytes *bytes, uint64_t count)
{
	if (count > (uint64_t)(bytes->end - bytes->at))
		return false;
	bytes->at += count;
	return true;
}

/* A field that is not known here may be in it: the message may grow. */
static bool
skip_field(struct bytes *bytes, uint64_t tag)
{
	uint64_t value = 0;

	switch (tag & 7) {
	case VARINT:
		return take_varint(bytes, &value);
	case FIXED_64:
		return skip(bytes, 8);
	case BYTES:
		return take_varint(bytes, &value) && skip(bytes, value);
	case FIXED_32:
		return skip(bytes, 4);
	default:
		return false;
	}
}

/* One message, not compressed, and nothing behind it; one without a status has 0. */
static bool
read_status(const struct http_reply *reply, uint64_t *status)
{
	const unsigned char *b = (const unsigned char *)reply->bytes;
	struct bytes bytes = {b + PREFIX, b + reply->length};
	uint64_t tag;

	*status = 0;
	if (reply->length < PREFIX || b[0] != 0 ||
	    ((uint64_t)b[1] << 24 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 8 | b[4]) !=
		    reply->length - PREFIX)
		return false;
	while (bytes.at < bytes.end)
		if (!take_varint(&bytes, &tag) ||
		    !(tag == TAG(1, VARINT) ? take_varint(&bytes, status)
					    : skip_field(&bytes, tag)))
			return false;
	return true;
}

/* --- the verdict --- */

static void
say_answer(struct error *why, const char *const *names, size_t count, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	error_set_code(why, CODE_PROBE_GRPC_ANSWERED, .how = number < count ? names[number] : text);
}

/* How the call ended, where that was no success. */
static void
say_call(struct error *why, const char *status)
{
	static const char *const names[] = {
		"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
		"ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
		"ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
		"UNAUTHENTICATED",
	};

	say_answer(why, names, sizeof(names) / sizeof(names[0]), strtoull(status, NULL, 10));
}

/* true: it serves. */
static bool
judge_health(const struct http_reply *reply, struct error *why)
{
	static const char *const names[] = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
	uint64_t status;

	if (!read_status(reply, &status)) {
		error_set_code(why, CODE_PROBE_ANSWER_NOT_GRPC);
		return false;
	}
	say_answer(why, names, sizeof(names) / sizeof(names[0]), status);
	return status == 1;
}

static bool
judge_answer(const struct http_reply *reply, struct error *why)
{
	static const char type[] = "application/grpc";
	char value[64];

	if (reply->status != 200) {
		error_set_code(why, CODE_PROBE_ANSWER_REFUSES, .status = reply->status);
		return false;
	}
	if (!http_reply_header(reply, "content-type", value, sizeof(value)) ||
	    strncasecmp(value, type, strlen(type)) != 0 ||
	    !http_reply_header(reply, "grpc-status", value, sizeof(value)) || !*value ||
	    strspn(value, "0123456789") != strlen(value)) {
		error_set_code(why, CODE_PROBE_ANSWER_NOT_GRPC);
		return false;
	}
	if (strcmp(value, "0") == 0)
		return judge_health(reply, why);
	say_call(why, value);
	return false;
}

/* Whatever else fails is no HTTP/2: libcurl says of it that reading failed, or nothing came. */
static enum error_code
code_of(const struct http_reply *reply)
{
	switch (reply->failure) {
	case HTTP_NO_CONNECTION:
		return CODE_PROBE_NOTHING_LISTENS;
	case HTTP_TIMED_OUT:
		return CODE_PROBE_NO_ANSWER;
	default:
		return CODE_PROBE_ANSWER_NOT_GRPC;
	}
}

static void
answered(void *data, const struct http_reply *reply)
{
	struct grpc_health *health = data;
	struct error why = {0};
	bool good = false;

	if (reply->failure == HTTP_ANSWERED)
		good = judge_answer(reply, &why);
	else if (reply->failure == HTTP_NO_LIBRARY)
		error_set_code(&why, CODE_PROBE_NOT_ASKED, .reason = reply->detail);
	else
		error_set_code(&why, code_of(reply));
	health->done(health->data, good ? NULL : &why);
	free(health);
}

struct grpc_health *
grpc_health_ask(struct http_client *client, int port, const char *service, int timeout_ms,
		void (*done)(void *data, const struct error *why), void *data)
{
	static const char *const headers[] = {"Content-Type: application/grpc", "TE: trailers", NULL};
	struct grpc_health *health = xcalloc(1, sizeof(*health));
	unsigned char body[PREFIX + 3 + GRPC_SERVICE_MAX];
	char *url = xasprintf("http://127.0.0.1:%d/" CHECK, port);

	health->done = done;
	health->data = data;
	health->request = http_send(client, &(struct http_request_options){
		.kind = HTTP_WRITE,	/* on a connection of its own */
		.method = "POST",
		.url = url,
		.headers = headers,
		.body = (const char *)body,
		.length = put_request(body, service),
		.deadlines = {.connect = timeout_ms, .whole = timeout_ms},
		.head_max = HEAD_MAX,
		.body_max = ANSWER_MAX,
		.done = answered,
		.data = health,
	});
	free(url);
	return health;
}

void
grpc_health_cancel(struct grpc_health *health)
{
	if (!health)
		return;
	http_cancel(health->request);
	free(health);
}
