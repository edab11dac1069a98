/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What an answer, or its absence, means.  The rule that matters: a write whose outcome we did
 * not see is ERROR_NO_REPLY, whatever hid it from us: a lost connection, a gateway that gave
 * up, an answer that was cut, too large or no JSON.  Only when nothing can have been sent it
 * is ERROR_UNREACHABLE.
 *
 * The kind is what the flows decide by; the sentence is for people: what was asked, what came
 * of it, the platform's own words, and what to do.
 */
#include "config.h"

#include "api/reply.h"

#include <stdlib.h>
#include <string.h>

#include "api/private.h"
#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/error-answer.h"
#include "model/error-codes.h"
#include "model/json.h"

#define MESSAGE_MAX 300			/* bytes of the platform's own words */
#define MESSAGES_MAX 3			/* of an array of them */

struct meaning {
	long from, to;			/* status */
	enum error_kind kind;
	const char *reason, *advice;	/* N_() */
};

static const struct meaning meanings[] = {
	{300, 399, ERROR_PROTOCOL, N_("the platform points to another address"),
	 N_("Redirects are not followed: use the platform's real address.")},
	{400, 400, ERROR_INPUT, N_("the platform refused the request"),
	 N_("Correct what it names and try again.")},
	{401, 401, ERROR_ACCESS, N_("the token was refused"),
	 N_("Give a valid one in SIDESTAGE_TOKEN or with --token-file.")},
	{403, 403, ERROR_ACCESS, N_("the token does not allow it"),
	 N_("Ask for the right to do it, or use another token.")},
	{404, 404, ERROR_NOT_FOUND, N_("it is not there"),
	 N_("It may have been deleted meanwhile: refresh and look again.")},
	{409, 409, ERROR_CONFLICT, N_("it already exists, or is busy"),
	 N_("Wait until what is under way has ended, or choose another name.")},
	{410, 410, ERROR_NOT_FOUND, N_("it is not there any more"), N_("Refresh and look again.")},
	{412, 412, ERROR_STALE, N_("it has moved since it was read"),
	 N_("Nothing was changed: review it again.")},
	{413, 413, ERROR_LIMIT, N_("the request is too large for the platform"),
	 N_("Change less at a time.")},
	{422, 422, ERROR_INPUT, N_("the platform did not understand the request"),
	 N_("Correct what it names and try again.")},
	{429, 429, ERROR_LIMIT, N_("too many requests"), N_("Wait a little and try again.")},
	{400, 499, ERROR_PROTOCOL, N_("the platform does not support this request"),
	 N_("Check that this is the address of a platform.")},
	{500, 599, ERROR_REMOTE, N_("the platform failed"),
	 N_("Try again; if it keeps failing, look at the platform's log.")},
	{0, 999, ERROR_PROTOCOL, N_("the answer has an unexpected status"),
	 N_("Check that this is the address of a platform.")},
};

static const char *const advice_unknown =
	N_("It may have been carried out all the same: look before you repeat it.");
static const char *const advice_read = N_("Try again; if it keeps failing, look at the network.");
static const char *const advice_start =
	N_("Nothing was sent.  Check that the platform is running and that its address is right.");

/* --- the platform's own words --- */

/* At most max bytes, ending at a whole character, without trailing dots and blanks. */
static void
add_message(struct buf *out, const char *text, size_t max)
{
	size_t length = strlen(text);
	const char *more = "";

	if (length > max) {
		length = max;
		while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
			length--;
		more = "...";
	}
	while (length > 0 && strchr(". \t\r\n", text[length - 1]))
		length--;
	if (length == 0)
		return;
	buf_puts(out, out->length > 0 ? "; " : ": ");
	buf_append(out, text, length);
	buf_puts(out, more);
}

/* Gateways and older routes answer with a string alone. */
static void
add_words_of(struct buf *out, const json_t *value)
{
	const char *alone = json_string_value(value);
	struct error_answer refusal;

	error_answer_read(&refusal, value);
	add_message(out, alone ? alone : error_answer_words(&refusal), MESSAGE_MAX);
	error_answer_clear(&refusal);
}

/* What is said of the refusal for programs; new reference, or NULL. */
static json_t *
details_of(const json_t *body)
{
	struct error_answer refusal;
	json_t *details;

	error_answer_read(&refusal, body);
	details = json_incref(refusal.details);
	error_answer_clear(&refusal);
	return details;
}

/* An error of sidestaged that we know is said in the language of whoever reads it. */
static bool
is_known_error(const struct http_reply *http, const json_t *body, struct error *out)
{
	char list[API_ANNOUNCED_MAX];
	json_t *details;
	bool is_known;

	if (!http_reply_header(http, "Sidestage-Extensions", list, sizeof(list)) ||
	    !(extensions_read(list) & EXTENSION_BIT(EXTENSION_ERROR_CODES)))
		return false;
	details = details_of(body);
	is_known = error_codes_read(out, details);
	json_decref(details);
	return is_known;
}

/* ": its words", or "". */
static char *
platform_message(const struct http_reply *http, const json_t *body)
{
	struct error known = {0};
	struct buf out;

	buf_init(&out, 4096);
	if (is_known_error(http, body, &known)) {
		add_message(&out, known.text, sizeof(known.text));
	} else if (json_is_array(body)) {
		for (size_t i = 0; i < json_array_size(body) && i < MESSAGES_MAX; i++)
			add_words_of(&out, json_array_get(body, i));
		if (json_array_size(body) > MESSAGES_MAX)
			buf_puts(&out, "; ...");
	} else if (body) {
		add_words_of(&out, body);
	}
	return buf_take(&out);
}

/* A platform that repeats our token in its answer does not get it onto a screen. */
static void
hide_token(const struct api *api, char *text)
{
	size_t length = api->token ? strlen(api->token) : 0;
	char *found;

	if (length < 4)
		return;			/* hiding every "a" hides nothing */
	while ((found = strstr(text, api->token)))
		memset(found, '*', length);
}

/* --- no whole answer --- */

static const struct failure {
	enum error_kind kind;		/* of a read, or before anything was sent */
	const char *reason;		/* N_() */
} failures[HTTP_FAILURES] = {
	[HTTP_NO_HOST] = {ERROR_UNREACHABLE, N_("the host's name is not known")},
	[HTTP_NO_PROXY] = {ERROR_UNREACHABLE, N_("the proxy's name is not known")},
	[HTTP_NO_CONNECTION] = {ERROR_UNREACHABLE, N_("the platform cannot be reached")},
	[HTTP_NO_TLS] = {ERROR_UNREACHABLE, N_("no secure connection could be made")},
	[HTTP_NOT_TRUSTED] =
		{ERROR_UNREACHABLE,
		 N_("the platform's certificate is not trusted; name your own CA with ca-file")},
	[HTTP_NO_CA_FILE] = {ERROR_UNREACHABLE,
			     N_("the file of trusted certificates cannot be read")},
	[HTTP_NO_CERTIFICATE] = {ERROR_UNREACHABLE,
				 N_("the client certificate or its key cannot be used")},
	[HTTP_TIMED_OUT] = {ERROR_NO_REPLY, N_("no answer came in time")},
	[HTTP_EMPTY] = {ERROR_NO_REPLY, N_("the connection was closed without an answer")},
	[HTTP_CUT] = {ERROR_NO_REPLY, N_("the answer was cut off")},
	[HTTP_BROKEN] = {ERROR_NO_REPLY, N_("the connection broke")},
	[HTTP_NONSENSE] = {ERROR_PROTOCOL, N_("the answer is not valid HTTP")},
};

/* For a read it does not matter whether it arrived; for a write it is all that matters. */
static void
set_failure(const struct api_call *call, const struct http_reply *http, struct error *err)
{
	const struct failure *failure = &failures[http->failure];
	enum error_kind kind = failure->kind;
	const char *advice = http->sent ? advice_read : advice_start;

	if (!http->sent)
		kind = ERROR_UNREACHABLE;
	else if (!call->operation->idempotent || kind == ERROR_UNREACHABLE)
		kind = ERROR_NO_REPLY;
	if (kind == ERROR_NO_REPLY && !call->operation->idempotent)
		advice = advice_unknown;
	error_set(err, kind, "%s%s: %s (%s). %s", _(call->operation->what), call->object,
		  _(failure->reason), http->detail, _(advice));
}

static void
set_too_large(const struct api_call *call, struct error *err)
{
	bool write = !call->operation->idempotent;

	error_set(err, write ? ERROR_NO_REPLY : ERROR_LIMIT,
		  _("%s%s: the answer is larger than %zu bytes and was not read. %s"),
		  _(call->operation->what), call->object, call->api->body_max,
		  write ? _(advice_unknown) : _("Check that this is the address of a platform."));
}

/* --- an answer --- */

/* The table is searched from its exact statuses to its ranges; the last row takes what is left. */
static const struct meaning *
meaning_find(long status)
{
	const struct meaning *meaning = meanings;

	while (status < meaning->from || status > meaning->to)
		if (++meaning == &meanings[sizeof(meanings) / sizeof(meanings[0]) - 1])
			break;
	return meaning;
}

/* A 502 or 504 is a gateway's own answer: the platform behind it may have done the work. */
static void
set_refusal(const struct api_call *call, const struct http_reply *http, const json_t *body,
	    struct error *err)
{
	long status = http->status;
	const struct meaning *meaning = meaning_find(status);
	enum error_kind kind = meaning->kind;
	const char *reason = meaning->reason, *advice = meaning->advice;
	char *message = platform_message(http, body);

	if (status == 401 && !call->api->token)
		reason = N_("the platform asks for a token");
	if ((status == 502 || status == 504) && !call->operation->idempotent) {
		kind = ERROR_NO_REPLY;	/* a gateway speaks; what stands behind it did not */
		reason = N_("the platform did not answer its gateway");
		advice = advice_unknown;
	}
	error_set(err, kind, "%s%s: %s (%ld)%s. %s", _(call->operation->what), call->object,
		  _(reason), status, message, _(advice));
	free(message);
}

/* A write that was answered by no JSON was answered by somebody else: its outcome is unknown. */
static void
set_nonsense(const struct api_call *call, const struct error *why, struct error *err)
{
	bool write = !call->operation->idempotent;

	error_set(err, write ? ERROR_NO_REPLY : ERROR_PROTOCOL,
		  _("%s%s: the answer is not valid JSON: %s  %s"),
		  _(call->operation->what), call->object, why->text,
		  write ? _(advice_unknown) : _("Check that this is the address of a platform."));
}

void
api_reply_read(const struct api_call *call, const struct http_reply *http, struct api_reply *reply)
{
	struct error why = {0};
	bool good;

	reply->bytes = http->bytes;
	reply->length = http->length;
	if (http->failure == HTTP_NO_LIBRARY)
		error_set(&reply->error, ERROR_SYSTEM, "%s", http->detail);
	else if (http->failure == HTTP_TOO_LARGE)
		set_too_large(call, &reply->error);
	else if (http->failure != HTTP_ANSWERED)
		set_failure(call, http, &reply->error);
	if (reply->error.kind != ERROR_NONE) {
		hide_token(call->api, reply->error.text);
		reply->bytes = "";
		reply->length = 0;
		return;
	}
	reply->status = http->status;
	(void)http_reply_header(http, "ETag", reply->etag, sizeof(reply->etag));
	good = reply->status >= 200 && reply->status < 300;
	/* A 304 that was not asked for is one more status that makes no sense. */
	reply->not_modified = reply->status == 304 && call->if_none_match;
	if (good && call->digested) {
		ids_sha256_b64(reply->digest, reply->bytes, reply->length);
		reply->not_modified = strcmp(reply->digest, call->digest) == 0;
	}
	if (reply->not_modified)
		return;
	if (reply->length > 0)
		reply->body = json_decode(reply->bytes, reply->length, &why);
	if (!good)
		set_refusal(call, http, reply->body, &reply->error);
	else if (reply->length > 0 && !reply->body)
		set_nonsense(call, &why, &reply->error);
	if (reply->error.kind != ERROR_NONE) {
		hide_token(call->api, reply->error.text);
		reply->details = details_of(reply->body);
		json_decref(reply->body);
		reply->body = NULL;
	}
}
