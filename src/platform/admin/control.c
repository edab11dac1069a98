/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Asking the daemon by its control socket.  A command is nobody who waits beside something
 * else: its loop turns until the answer is there.
 *
 * Every request is marked as one that writes, whatever it is: that kind is never sent twice
 * and has no deadline for silence.
 */
#include "config.h"

#include "platform/admin/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "net/http-client.h"
#include "net/loop.h"
#include "platform/admin/socket-secret.h"
#include "platform/admin/state-socket.h"

#define NAME "control.sock"
#define CONNECT_MS 5000
#define LIMIT_MS 30000

struct control_question {
	struct loop *loop;
	const char *state;
	char secret[SOCKET_SECRET_SIZE];
	json_t **reply;
	int status;			/* -1: err says why there is none */
	struct error *err;
};

int
control_listen(const char *state, struct error *err)
{
	return state_socket_listen(state, NAME, err);
}

void
control_unlink(const char *state)
{
	state_socket_unlink(state, NAME);
}

bool
control_is_there(const char *state)
{
	int fd = state_socket_connect(state, NAME, 0, NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void
read_answer(struct control_question *question, const struct http_reply *http)
{
	*question->reply = http->length > 0 ? json_decode(http->bytes, http->length, question->err)
					    : NULL;
	if (http->length == 0 || *question->reply)
		question->status = (int)http->status;
	else if (question->err)
		question->err->kind = ERROR_PROTOCOL;
}

static void
on_end(void *data, const struct http_reply *http)
{
	struct control_question *question = data;

	loop_stop(question->loop);
	if (http->failure == HTTP_ANSWERED)
		read_answer(question, http);
	else if (http->failure == HTTP_NO_LIBRARY)
		error_set(question->err, ERROR_SYSTEM, "%s", http->detail);
	else if (!http->sent)
		state_socket_unreachable(question->state, http->detail, question->err);
	else if (http->failure == HTTP_CUT)
		error_set(question->err, ERROR_NO_REPLY,
			  _("The answer of the sidestaged of this state was "
			    "cut off: it may have done what was asked."));
	else
		error_set(question->err, ERROR_NO_REPLY,
			  _("The sidestaged of this state gave no answer: it "
			    "may have done what was asked."));
}

/* Until on_end() was called. */
static void
ask(struct control_question *question, const char *socket, const char *method, const char *path,
    const json_t *body)
{
	char *proof = xasprintf("Authorization: Bearer %s", question->secret);
	const char *const headers[] = {proof, body ? "Content-Type: application/json" : NULL, NULL};
	struct http_client *client = http_client_new(
		question->loop,
		&(struct http_client_options){.socket = socket, .user_agent = "sidestaged"});
	char *text = body ? json_canonical(body) : NULL,
	     *url = xasprintf("http://localhost%s", path);

	(void)http_send(client, &(struct http_request_options){
		.kind = HTTP_WRITE,	/* asked once, whatever it is */
		.method = method,
		.url = url,
		.headers = *question->secret ? headers : headers + 1,
		.body = text,
		.length = text ? strlen(text) : 0,
		.deadlines = {.connect = CONNECT_MS, .whole = LIMIT_MS},
		.body_max = JSON_BYTES_MAX,
		.done = on_end,
		.data = question,
	});
	(void)loop_run(question->loop, question->err);
	http_client_free(client);
	if (text)
		explicit_bzero(text, strlen(text));
	explicit_bzero(proof, strlen(proof));
	free(proof);
	free(text);
	free(url);
}

int
control_ask(const char *state, const char *method, const char *path, const json_t *body,
	    json_t **reply, struct error *err)
{
	struct control_question question = {
		.state = state, .reply = reply, .status = -1, .err = err};
	int directory = open(state, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *socket = xasprintf("/proc/self/fd/%d/" NAME, directory);

	*reply = NULL;
	if (directory < 0)
		state_socket_unreachable(state, strerror(errno), err);
	else if (socket_secret_read(state, question.secret, err) == 0 &&
		 (question.loop = loop_new(err)) != NULL)
		ask(&question, socket, method, path, body);
	explicit_bzero(question.secret, sizeof(question.secret));
	loop_free(question.loop);
	if (directory >= 0)
		close(directory);
	free(socket);
	return question.status;
}
