/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A connection of somebody on this machine: one request after the other.
 *
 *	IDLE -> HEAD -> BODY -> WAITS -> ANSWER -> IDLE
 *	          \______________\___________\---> DRAIN, when it ends with this answer
 *
 * An answer comes as it comes; while its reader is slow it is paused, so what one can make us hold
 * is bounded.  The pass must not be cancelled where it hands its answer on, so an end that is found
 * there is carried out at the end of the turn.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/http-client.h"
#include "net/http-head.h"
#include "net/loop.h"
#include "platform/drivers/kubernetes/cluster/kube-pass.h"
#include "platform/drivers/kubernetes/reach/reach-mend.h"
#include "platform/drivers/kubernetes/reach/reach-private.h"

#define READ_SIZE 16384
#define BODY_MAX (8u * 1024 * 1024)
#define BODIES_MAX (32u * 1024 * 1024)	/* of all guests of a door */
#define OUT_HIGH (256u * 1024)		/* more is not asked for until it was read */
#define OUT_MAX (4u * 1024 * 1024)
#define DRAIN_MAX (1u << 20)

enum guest_state { IDLE, HEAD, BODY, WAITS, ANSWER, DRAIN, STATES };

/* ms; 0: none. */
static const struct {
	int64_t silence, whole;
} limits[STATES] = {
	[IDLE] = {75000, 0},   [HEAD] = {30000, 30000},	 [BODY] = {60000, 600000},
	[WAITS] = {0, 0},      [ANSWER] = {330000, 0},	 [DRAIN] = {5000, 30000},
};

struct reach_guest {
	struct reach_door *door;
	struct reach_guest *next, **link;
	int fd;
	struct loop_fd *watch;
	struct loop_task *later;	/* it ends, or looks for its next request */
	enum guest_state state;
	int64_t since, last;		/* steady ms: of the state, of the last byte */
	struct buf in, out;

	/* of the request under way */
	char *text;			/* of its head; NULL: none */
	struct http_head head;
	struct http_chunks chunks;
	struct buf body;
	char *local;			/* as it calls us */
	struct reach_names names;
	struct kube_pass *pass;
	struct reach_mender mender;
	bool is_page, is_chunked, keeps, has_begun, is_paused, is_lost;
	size_t drained;
};

static void advance(struct reach_guest *g);

static void
set_state(struct reach_guest *g, enum guest_state state)
{
	g->state = state;
	g->since = g->last = clock_steady_ms();
}

static void
end_request(struct reach_guest *g)
{
	kube_pass_cancel(g->pass);
	g->pass = NULL;
	reach_mender_clear(&g->mender);
	buf_clear(&g->body);
	free(g->local);
	free(g->text);
	g->local = g->text = NULL;
	g->chunks = (struct http_chunks){0};
	g->is_page = g->is_chunked = g->has_begun = g->is_paused = false;
}

void
reach_guest_free(struct reach_guest *g)
{
	struct reach_door *door = g->door;

	*g->link = g->next;
	if (g->next)
		g->next->link = g->link;
	door->count--;
	end_request(g);
	loop_cancel_task(g->later);
	loop_remove_fd(g->watch);
	close(g->fd);
	buf_clear(&g->in);
	buf_clear(&g->out);
	free(g);
	reach_door_accept_again(door);
}

static void
end_later(void *data)
{
	struct reach_guest *g = data;

	g->later = NULL;
	reach_guest_free(g);
}

/* Nobody is there to be answered. */
static void
lose(struct reach_guest *g)
{
	if (g->is_lost)
		return;
	g->is_lost = true;
	loop_cancel_task(g->later);
	g->later = loop_defer(g->door->loop, end_later, g);
}

/* --- writing --- */

static void
wait_for_more(struct reach_guest *g)
{
	bool reads = g->state == IDLE || g->state == HEAD || g->state == BODY || g->state == DRAIN;

	loop_set_events(g->watch, (reads ? EPOLLIN : 0) | EPOLLRDHUP |
					  (g->out.length > 0 ? EPOLLOUT : 0));
}

/* The answer is out: what is still sent to us is read, since what is thrown away unread would take
 * the answer with it. */
static void
shut_when_written(struct reach_guest *g)
{
	if (g->state == DRAIN && g->out.length == 0)
		shutdown(g->fd, SHUT_WR);
}

static void
flush(struct reach_guest *g)
{
	size_t sent = 0;

	while (!g->is_lost && sent < g->out.length) {
		ssize_t n = send(g->fd, g->out.data + sent, g->out.length - sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
			lose(g);
		if (n < 0)
			break;
		sent += (size_t)n;
		g->last = clock_steady_ms();
	}
	buf_drop_front(&g->out, sent);
	if (g->is_paused && g->out.length == 0 && g->pass) {
		g->is_paused = false;
		kube_pass_continue(g->pass);
	}
	shut_when_written(g);
	wait_for_more(g);
}

/* Of a reader that is slower than its pass can be paused there is too much. */
static void
put(struct reach_guest *g, const char *bytes, size_t length)
{
	if (!g->is_lost && !buf_append(&g->out, bytes, length))
		lose(g);
}

/* --- answers of our own --- */

static void
finish(struct reach_guest *g)
{
	bool keeps = g->keeps;

	end_request(g);
	set_state(g, keeps ? IDLE : DRAIN);
	flush(g);
}

/* What it is, and the command that does without us. */
static void
answer_text(struct reach_guest *g, int status, const struct error *why)
{
	bool is_head = g->text && g->head.method && strcmp(g->head.method, "HEAD") == 0;
	struct error instead;
	struct buf body, head;

	error_set_code(&instead, CODE_FORWARD_INSTEAD, .words = g->door->command);
	buf_init(&body, OUT_HIGH);
	buf_init(&head, OUT_HIGH);
	buf_printf(&body, "%s\n%s\n", why->text, instead.text);
	buf_printf(&head,
		   "HTTP/1.1 %d \r\nContent-Type: text/plain; charset=utf-8\r\n"
		   "Content-Length: %zu\r\nCache-Control: no-store\r\n%s\r\n",
		   status, body.length, g->keeps ? "" : "Connection: close\r\n");
	put(g, buf_str(&head), head.length);
	if (!is_head)
		put(g, buf_str(&body), body.length);
	buf_clear(&head);
	buf_clear(&body);
	finish(g);
}

/* Before the request is whole: where the next one would begin is not known. */
#define refuse(g, ...) refuse_with((g), &(const struct error_parameters){.code = __VA_ARGS__})
static void
refuse_with(struct reach_guest *g, const struct error_parameters *why)
{
	struct error err;

	error_code_set(&err, why);
	g->keeps = false;
	answer_text(g, error_code_row(why->code)->status, &err);
}

/* --- the answer of what is behind the door --- */

static void
put_content(struct reach_guest *g, const char *bytes, size_t length)
{
	char size[32];

	if (length == 0)
		return;
	snprintf(size, sizeof(size), "%zx\r\n", length);
	if (g->is_chunked)
		put(g, size, strlen(size));
	put(g, bytes, length);
	if (g->is_chunked)
		put(g, "\r\n", 2);
}

/* How the end of the body is known. */
static void
put_framing(struct reach_guest *g, long status, const struct http_reply *reply, struct buf *out)
{
	bool is_head = strcmp(g->head.method, "HEAD") == 0;
	bool has_body = !is_head && status != 204 && status != 304;
	bool has_length;
	char length[24];

	has_length = http_reply_header(reply, "Content-Length", length, sizeof(length)) &&
		     *length && !length[strspn(length, "0123456789")] && !g->is_page;
	if (has_length && (has_body || is_head)) {
		buf_printf(out, "Content-Length: %s\r\n", length);
	} else if (has_body && !g->head.is_1_0) {
		g->is_chunked = true;
		buf_puts(out, "Transfer-Encoding: chunked\r\n");
	} else if (has_body) {
		g->keeps = false;
	}
	if (!g->keeps)
		buf_puts(out, "Connection: close\r\n");
}

static void
on_begun(void *data, long status, const char *head)
{
	struct reach_guest *g = data;
	const struct http_reply reply = {.head = head};
	struct buf out;

	g->has_begun = true;
	g->is_page = reach_is_page(&reply);
	set_state(g, ANSWER);
	buf_init(&out, OUT_HIGH);
	buf_printf(&out, "HTTP/1.1 %ld \r\n", status);
	reach_answer_headers(head, &g->names, &out);
	put_framing(g, status, &reply, &out);
	buf_puts(&out, "\r\n");
	put(g, buf_str(&out), out.length);
	buf_clear(&out);
	flush(g);
}

static void
on_piece(void *data, const char *bytes, size_t length)
{
	struct reach_guest *g = data;
	struct buf mended;

	g->last = clock_steady_ms();
	buf_init(&mended, OUT_MAX);
	if (!g->is_page)
		put_content(g, bytes, length);
	else if (reach_mender_take(&g->mender, bytes, length, &mended))
		put_content(g, buf_str(&mended), mended.length);
	else
		lose(g);
	buf_clear(&mended);
	flush(g);
	if (!g->is_lost && g->out.length > OUT_HIGH) {
		g->is_paused = true;
		kube_pass_pause(g->pass);
	}
}

static void
end_answer(struct reach_guest *g)
{
	struct buf mended;

	buf_init(&mended, OUT_MAX);
	if (g->is_page && reach_mender_end(&g->mender, &mended))
		put_content(g, buf_str(&mended), mended.length);
	buf_clear(&mended);
	if (g->is_chunked)
		put(g, "0\r\n\r\n", 5);
	finish(g);
}

static int
status_of(enum error_kind kind)
{
	static const struct {
		enum error_kind kind;
		int status;
	} rows[] = {
		{ERROR_ACCESS, 403}, {ERROR_UNAVAILABLE, 503}, {ERROR_NO_REPLY, 504},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].kind == kind)
			return rows[i].status;
	return 502;
}

static void
look_on(void *data)
{
	struct reach_guest *g = data;

	g->later = NULL;
	advance(g);
}

static void
on_done(void *data, const struct error *err)
{
	struct reach_guest *g = data;

	g->pass = NULL;
	if (err && err->kind == ERROR_ACCESS)
		g->door->refused(g->door->data);
	if (g->is_lost)
		return;
	if (err && g->has_begun)
		lose(g);	/* that it is not whole can be said in no other way */
	else if (err)
		answer_text(g, status_of(err->kind), err);
	else
		end_answer(g);
	if (!g->is_lost && !g->later && g->in.length > 0)
		g->later = loop_defer(g->door->loop, look_on, g);
}

/* --- the request --- */

static void
send_request(struct reach_guest *g)
{
	bool has_body = g->head.is_chunked || http_head_field(&g->head, "Content-Length");
	char **headers, *path;

	g->local = xstrdup(g->head.host && *g->head.host ? g->head.host : g->door->local);
	g->names = (struct reach_names){g->door->prefix, g->door->server, g->local};
	reach_mender_init(&g->mender, &g->names);
	headers = reach_request_headers(&g->head, &g->names);
	path = xasprintf("%s%s", g->door->prefix, g->head.target);
	set_state(g, WAITS);
	g->pass = kube_pass_send(g->door->cluster, &(struct kube_pass_options){
		.method = g->head.method,
		.path = path,
		.headers = (const char *const *)headers,
		.body = has_body ? buf_str(&g->body) : NULL,
		.length = g->body.length,
		.begun = on_begun,
		.piece = on_piece,
		.done = on_done,
		.data = g,
	});
	for (size_t i = 0; headers[i]; i++)
		free(headers[i]);
	free(headers);
	free(path);
	buf_clear(&g->body);
	wait_for_more(g);
}

static bool
is_local_name(const char *host)
{
	static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
	size_t length = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
	const char *port = length <= strlen(host) ? host + length : "";

	if (*port == ':' && strspn(port + 1, "0123456789") != strlen(port + 1))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == length && strncasecmp(host, names[i], length) == 0)
			return true;
	return length > 10 && strncasecmp(host + length - 10, ".localhost", 10) == 0;
}

static bool
is_method(const char *method)
{
	static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE",
					      "OPTIONS"};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(method, methods[i]) == 0)
			return true;
	return false;
}

/* One to a newer HTTP is an offer, and may be passed over. */
static bool
asks_for_upgrade(const struct http_head *head)
{
	const char *connection = http_head_field(head, "Connection");

	return head->upgrade && connection && http_list_has(connection, "upgrade") &&
	       strcasecmp(head->upgrade, "h2c") != 0;
}

/* A page of another site that has its name lead to this machine would come with that name. */
static bool
check_head(struct reach_guest *g, const char *fault)
{
	const struct http_head *head = &g->head;

	if (fault)
		refuse(g, CODE_FORWARD_REQUEST_INVALID, .reason = fault);
	else if (head->host && !is_local_name(head->host))
		refuse(g, CODE_FORWARD_HOST_UNKNOWN, .name = head->host, .server = g->door->local);
	else if (!is_method(head->method))
		refuse(g, CODE_FORWARD_METHOD_UNKNOWN, .name = head->method);
	else if (asks_for_upgrade(head))
		refuse(g, CODE_FORWARD_UPGRADE, .name = head->upgrade);
	else if (head->length > BODY_MAX)
		refuse(g, CODE_FORWARD_BODY_TOO_LARGE, .max = BODY_MAX);
	else
		return true;
	return false;
}

/* false: it has not all come yet, or is refused. */
static bool
take_head(struct reach_guest *g)
{
	size_t length = http_head_length(buf_str(&g->in), g->in.length);

	if (g->state == IDLE && g->in.length > 0)
		set_state(g, HEAD);
	if (length == 0 && g->in.length < HTTP_HEAD_MAX)
		return false;
	if (length == 0 || length > HTTP_HEAD_MAX) {
		refuse(g, CODE_FORWARD_REQUEST_INVALID, .reason = "its header is too large");
		return false;
	}
	g->text = xmalloc(length + 1);
	memcpy(g->text, g->in.data, length);
	g->text[length] = '\0';
	buf_drop_front(&g->in, length);
	if (!check_head(g, http_head_read(&g->head, g->text, length)))
		return false;
	g->keeps = g->head.keeps;
	set_state(g, BODY);
	if (g->head.expects && g->in.length == 0)
		put(g, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	flush(g);
	return true;
}

static size_t
bodies_of(const struct reach_door *door)
{
	size_t size = 0;

	for (const struct reach_guest *g = door->guests; g; g = g->next)
		size += g->body.length;
	return size;
}

static bool
take_chunks(struct reach_guest *g)
{
	size_t used;
	enum http_chunks_end end = http_chunks_take(&g->chunks, buf_str(&g->in), g->in.length,
						    &used, &g->body);

	buf_drop_front(&g->in, used);
	if (end == HTTP_CHUNKS_WRONG)
		refuse(g, CODE_FORWARD_REQUEST_INVALID, .reason = "a chunk of its body is invalid");
	else if (end == HTTP_CHUNKS_TOO_LARGE)
		refuse(g, CODE_FORWARD_BODY_TOO_LARGE, .max = BODY_MAX);
	return end == HTTP_CHUNKS_DONE;
}

static bool
take_length(struct reach_guest *g)
{
	size_t left = (size_t)g->head.length - g->body.length;
	size_t part = left < g->in.length ? left : g->in.length;

	(void)buf_append(&g->body, buf_str(&g->in), part);
	buf_drop_front(&g->in, part);
	return left == part;
}

/* false: it has not all come yet, or is refused. */
static bool
take_body(struct reach_guest *g)
{
	bool is_whole = g->head.is_chunked ? take_chunks(g) : take_length(g);

	if (g->state == BODY && bodies_of(g->door) > BODIES_MAX) {
		refuse(g, CODE_FORWARD_BUSY);
		return false;
	}
	return is_whole;
}

static void
advance(struct reach_guest *g)
{
	if ((g->state == IDLE || g->state == HEAD) && !take_head(g))
		return;
	if (g->state == BODY && take_body(g))
		send_request(g);
}

/* --- reading --- */

static bool
take_bytes(struct reach_guest *g, const char *bytes, size_t length)
{
	g->last = clock_steady_ms();
	if (g->state != DRAIN)
		return buf_append(&g->in, bytes, length);
	g->drained += length;
	return g->drained <= DRAIN_MAX;
}

/* false: the guest has gone. */
static bool
read_some(struct reach_guest *g)
{
	char bytes[READ_SIZE];
	ssize_t n = recv(g->fd, bytes, sizeof(bytes), 0);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return true;
	if (n > 0 && take_bytes(g, bytes, (size_t)n))
		return true;
	reach_guest_free(g);
	return false;
}

static void
on_ready(void *data, uint32_t events)
{
	struct reach_guest *g = data;

	if (g->is_lost)
		return;
	/* Whoever has closed does not wait for an answer. */
	if ((events & (EPOLLHUP | EPOLLERR)) ||
	    ((events & EPOLLRDHUP) && (g->state == WAITS || g->state == ANSWER))) {
		reach_guest_free(g);
		return;
	}
	if (events & EPOLLOUT)
		flush(g);
	if (!(events & (EPOLLIN | EPOLLRDHUP)) || g->is_lost || !read_some(g))
		return;
	if (g->state != DRAIN)
		advance(g);
}

void
reach_guest_new(struct reach_door *door, int fd)
{
	struct reach_guest *g = xcalloc(1, sizeof(*g));

	g->door = door;
	g->fd = fd;
	g->next = door->guests;
	g->link = &door->guests;
	if (g->next)
		g->next->link = &g->next;
	door->guests = g;
	door->count++;
	buf_init(&g->in, HTTP_HEAD_MAX + READ_SIZE);
	buf_init(&g->out, OUT_MAX);
	buf_init(&g->body, BODY_MAX);
	g->in.wipe = g->body.wipe = true;	/* passwords of the workload's own */
	set_state(g, IDLE);
	g->watch = loop_add_fd(door->loop, fd, EPOLLIN | EPOLLRDHUP, on_ready, g);
}

struct reach_guest *
reach_guest_next(const struct reach_guest *g)
{
	return g->next;
}

bool
reach_guest_is_idle(const struct reach_guest *g)
{
	return g->state == IDLE && g->out.length == 0;
}

bool
reach_guest_is_late(const struct reach_guest *g, int64_t now)
{
	int64_t silence = limits[g->state].silence, whole = limits[g->state].whole;

	return !g->is_lost && ((silence > 0 && now - g->last > silence) ||
			       (whole > 0 && now - g->since > whole));
}
