/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A server for a few clients, in one thread; the sample shares no code with sidestage, since
 * it plays somebody else's program.
 *
 * A connection reads one request, writes one reply and lingers: closing while the peer still
 * sends would reset the connection and could take the reply away from it, so what it sends
 * then is thrown away for a moment.  Each state has a deadline, so a slow peer costs a place
 * for some seconds and no more; when all places are taken, the one that has been reading
 * longest is closed.
 */
#include "config.h"

#include "http.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "settings.h"
#include "stop.h"

#define CONNECTIONS 32
#define READ_LIMIT_MS 5000
#define WRITE_LIMIT_MS 5000
#define LINGER_LIMIT_MS 500
#define STOP_LIMIT_MS 200	/* for each of these, once we are to end */

enum state { FREE, READING, WRITING, LINGERING };

struct connection {
	enum state state;
	int fd;
	int64_t deadline;
	struct text in, out;
	size_t sent;		/* of out */
	size_t head_length;	/* of in, with the empty line; 0: not complete yet */
	size_t body_length;
	struct http_request request;	/* its strings point into `head` */
	char *head;		/* a copy, cut into strings */
};

struct loop {
	const struct http_server *server;
	int listener;		/* -1 once a stop was requested */
	struct connection connections[CONNECTIONS];
};

static const struct {
	int status;
	const char *phrase;
} phrases[] = {
	{200, "OK"}, {201, "Created"}, {400, "Bad Request"}, {404, "Not Found"},
	{405, "Method Not Allowed"}, {413, "Content Too Large"},
	{431, "Request Header Fields Too Large"}, {500, "Internal Server Error"},
	{501, "Not Implemented"}, {502, "Bad Gateway"}, {503, "Service Unavailable"},
	{505, "HTTP Version Not Supported"}, {507, "Insufficient Storage"},
};

static const char *
phrase_of(int status)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "Unknown";
}

void
http_refuse(struct http_reply *reply, int status, const char *sentence)
{
	text_clear(&reply->body);
	reply->status = status;
	reply->type = "application/json";
	text_printf(&reply->body, "{\"error\":\"%s\"}\n", sentence);
}

void
http_health(void *data, const struct http_request *request, struct http_reply *reply)
{
	(void)data;
	(void)request;
	text_puts(&reply->body, "{\"status\":\"ok\"}\n");
}

/* Connections */

static int64_t
deadline_in(int limit_ms)
{
	return stop_clock() +
	       (stop_requested() && limit_ms > STOP_LIMIT_MS ? STOP_LIMIT_MS : limit_ms);
}

static void
connection_close(struct connection *c)
{
	close(c->fd);
	text_clear(&c->in);
	text_clear(&c->out);
	free(c->head);
	*c = (struct connection){.fd = -1};
}

static void
connection_open(struct connection *c, int fd)
{
	*c = (struct connection){
		.state = READING, .fd = fd, .deadline = deadline_in(READ_LIMIT_MS),
	};
	text_init(&c->in, HTTP_HEAD_MAX + HTTP_BODY_MAX);
	text_init(&c->out, HTTP_REPLY_MAX + HTTP_HEAD_MAX);
}

static void
connection_reply(struct connection *c, const struct http_server *server,
		 const struct http_reply *reply, const char *allow)
{
	bool head_only = c->request.method && strcmp(c->request.method, "HEAD") == 0;

	text_printf(&c->out,
		    "HTTP/1.1 %d %s\r\nServer: %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
		    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
		    "Connection: close\r\n",
		    reply->status, phrase_of(reply->status), server->name, reply->type,
		    reply->body.length);
	if (allow)
		text_printf(&c->out, "Allow: %s\r\n", allow);
	text_puts(&c->out, "\r\n");
	if (!head_only && reply->body.length > 0)
		text_add(&c->out, reply->body.bytes, reply->body.length);
	c->state = WRITING;
	c->deadline = deadline_in(WRITE_LIMIT_MS);
}

static void
connection_refuse(struct connection *c, const struct http_server *server, int status,
		  const char *sentence, const char *allow)
{
	struct http_reply reply = {0};

	text_init(&reply.body, HTTP_REPLY_MAX);
	http_refuse(&reply, status, sentence);
	connection_reply(c, server, &reply, allow);
	text_clear(&reply.body);
}

/* Requests.  These return 0 or the status to refuse with. */

static bool
is_token(const char *s)
{
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("!#$%&'*+-.^_`|~", *s))
			return false;
	return true;
}

/* Cuts `line` at its first space and returns what follows; NULL when there is none. */
static char *
cut(char *line)
{
	char *space = strchr(line, ' ');

	if (!space)
		return NULL;
	*space = '\0';
	return space + 1;
}

static int
parse_request_line(struct http_request *request, char *line)
{
	char *target = cut(line);
	char *version = target ? cut(target) : NULL;
	char *query;

	if (!version || !*line || !is_token(line) || target[0] != '/')
		return 400;
	if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
		return strncmp(version, "HTTP/", 5) == 0 && strlen(version) == 8 ? 505 : 400;
	for (const char *s = target; *s; s++)
		if (*s < 0x21 || *s > 0x7E)
			return 400;
	query = strchr(target, '?');
	if (query)
		*query++ = '\0';
	*request = (struct http_request){
		.method = line, .path = target, .query = query ? query : ""};
	return 0;
}

struct headers {
	int hosts, lengths;
	size_t length;
};

static int
parse_length(struct headers *headers, const char *value)
{
	if (headers->lengths++ > 0 || !*value || strlen(value) > 12)
		return 400;
	for (; *value; value++) {
		if (*value < '0' || *value > '9')
			return 400;
		headers->length = headers->length * 10 + (size_t)(*value - '0');
	}
	return headers->length > HTTP_BODY_MAX ? 413 : 0;
}

static int
parse_header(struct headers *headers, char *line)
{
	char *value = strchr(line, ':');
	size_t length;

	if (!value || value == line)
		return 400;
	*value++ = '\0';
	if (!is_token(line))
		return 400;
	value += strspn(value, " \t");
	length = strlen(value);
	while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t'))
		value[--length] = '\0';
	for (const char *s = value; *s; s++)
		if (((unsigned char)*s < 0x20 && *s != '\t') || *s == 0x7F)
			return 400;
	if (strcasecmp(line, "Transfer-Encoding") == 0)
		return 501;
	if (strcasecmp(line, "Host") == 0)
		headers->hosts++;
	if (strcasecmp(line, "Content-Length") == 0)
		return parse_length(headers, value);
	return 0;
}

/* `head` ends with an empty line; it is cut into strings. */
static int
parse_head(struct connection *c, char *head)
{
	struct headers headers = {0};
	bool first = true;

	for (char *line = head, *end; (end = strstr(line, "\r\n")) != NULL && end != line;
	     line = end + 2, first = false) {
		int status;

		*end = '\0';
		status = first ? parse_request_line(&c->request, line)
			       : parse_header(&headers, line);
		if (status != 0)
			return status;
	}
	if (first || headers.hosts != 1)
		return 400;
	c->body_length = headers.length;
	return 0;
}

static const char *
sentence_of(int status)
{
	return status == 413 ? "the body is too large"
	     : status == 431 ? "the header is too large"
	     : status == 501 ? "a transfer encoding is not supported here"
	     : status == 505 ? "only HTTP/1.0 and HTTP/1.1 are spoken here"
			     : "this is not a well-formed HTTP request";
}

static bool
method_fits(const char *offered, const char *asked)
{
	return strcmp(offered, asked) == 0 ||
	       (strcmp(offered, "GET") == 0 && strcmp(asked, "HEAD") == 0);
}

static void
run_request(struct connection *c, const struct http_server *server)
{
	struct text allow;
	const struct http_route *found = NULL;

	text_init(&allow, 256);
	for (const struct http_route *r = server->routes; r->method && !found; r++) {
		if (strcmp(r->path, c->request.path) != 0)
			continue;
		if (method_fits(r->method, c->request.method))
			found = r;
		else
			text_printf(&allow, "%s%s", allow.length > 0 ? ", " : "", r->method);
	}
	if (found) {
		struct http_reply reply = {.status = 200, .type = "application/json"};

		text_init(&reply.body, HTTP_REPLY_MAX);
		found->handle(server->data, &c->request, &reply);
		if (reply.body.overflow)
			http_refuse(&reply, 500, "the answer became too large");
		connection_reply(c, server, &reply, NULL);
		text_clear(&reply.body);
	} else if (allow.length > 0) {
		connection_refuse(c, server, 405, "this path does not know that method",
				  allow.bytes);
	} else {
		connection_refuse(c, server, 404, "there is nothing at this path", NULL);
	}
	text_clear(&allow);
}

/* Looks at what has come in so far. */
static void
take_input(struct connection *c, const struct http_server *server)
{
	int status = 0;

	if (c->head_length == 0) {
		char *end = memmem(c->in.bytes, c->in.length, "\r\n\r\n", 4);
		size_t length = end ? (size_t)(end - c->in.bytes) + 4 : c->in.length;

		if (length > HTTP_HEAD_MAX)
			status = 431;
		else if (memchr(c->in.bytes, '\0', length))
			status = 400;
		else if (!end)
			return;
		if (status == 0) {
			c->head = strndup(c->in.bytes, length);
			status = c->head ? parse_head(c, c->head) : 503;
		}
		if (status != 0) {
			connection_refuse(c, server, status, sentence_of(status), NULL);
			return;
		}
		c->head_length = length;
	}
	if (c->in.length < c->head_length + c->body_length)
		return;
	c->request.body = c->in.bytes + c->head_length;
	c->request.body_length = c->body_length;
	run_request(c, server);
}

/* The loop */

static void
on_readable(struct connection *c, const struct http_server *server)
{
	char bytes[4096];
	ssize_t n = recv(c->fd, bytes, sizeof(bytes), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		connection_close(c);
		return;
	}
	if (c->state != READING)
		return;		/* lingering: thrown away */
	text_add(&c->in, bytes, (size_t)n);
	take_input(c, server);
}

static void
on_writable(struct connection *c)
{
	ssize_t n = send(c->fd, c->out.bytes + c->sent, c->out.length - c->sent, MSG_NOSIGNAL);

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			connection_close(c);
		return;
	}
	c->sent += (size_t)n;
	if (c->sent < c->out.length)
		return;
	shutdown(c->fd, SHUT_WR);
	c->state = LINGERING;
	c->deadline = deadline_in(LINGER_LIMIT_MS);
}

/* A free place; when there is none, the one that has been reading longest gives way. */
static struct connection *
find_place(struct loop *loop)
{
	struct connection *oldest = NULL;

	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &loop->connections[i];

		if (c->state == FREE)
			return c;
		if (c->state != WRITING && (!oldest || c->deadline < oldest->deadline))
			oldest = c;
	}
	if (oldest)
		connection_close(oldest);
	return oldest;
}

static void
accept_one(struct loop *loop)
{
	int fd = accept4(loop->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct connection *c;

	if (fd < 0)
		return;
	c = find_place(loop);
	if (c)
		connection_open(c, fd);
	else
		close(fd);
}

static void
close_overdue(struct loop *loop)
{
	int64_t now = stop_clock();

	for (size_t i = 0; i < CONNECTIONS; i++)
		if (loop->connections[i].state != FREE && loop->connections[i].deadline <= now)
			connection_close(&loop->connections[i]);
}

/*
 * Whoever has come so far is still answered, within a moment: a switch to our successor shall
 * lose no request.  Nobody new is taken.
 */
static void
begin_stop(struct loop *loop)
{
	int64_t limit = deadline_in(STOP_LIMIT_MS);

	for (int i = 0; i < CONNECTIONS; i++)
		accept_one(loop);
	close(loop->listener);
	loop->listener = -1;
	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &loop->connections[i];

		if (c->state == LINGERING)
			connection_close(c);
		else if (c->state != FREE && c->deadline > limit)
			c->deadline = limit;
	}
}

/* Fills fds; the connection of fds[i] in owners[i], NULL for the listener. */
static nfds_t
collect(struct loop *loop, struct pollfd *fds, struct connection **owners, int *timeout)
{
	int64_t now = stop_clock();
	nfds_t n = 0;

	*timeout = -1;
	if (loop->listener >= 0) {
		owners[n] = NULL;
		fds[n++] = (struct pollfd){.fd = loop->listener, .events = POLLIN};
	}
	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &loop->connections[i];
		int left;

		if (c->state == FREE)
			continue;
		owners[n] = c;
		fds[n++] = (struct pollfd){
			.fd = c->fd, .events = c->state == WRITING ? POLLOUT : POLLIN,
		};
		left = c->deadline > now ? (int)(c->deadline - now) : 0;
		if (*timeout < 0 || left < *timeout)
			*timeout = left;
	}
	return n;
}

static void
serve_connection(struct connection *c, const struct http_server *server)
{
	if (c->state == WRITING)
		on_writable(c);
	else
		on_readable(c, server);
}

/*
 * One turn: wait, serve who is ready, close who is late.  false: there is nothing left to do.
 * A handler may take long, so once we are to end the clock is looked at after each.
 */
static bool
turn(struct loop *loop)
{
	struct pollfd fds[CONNECTIONS + 1];
	struct connection *owners[CONNECTIONS + 1];
	bool accepting;
	int timeout;
	nfds_t n;

	/* Before the wait: a signal that a handler has seen will not interrupt it. */
	if (loop->listener >= 0 && stop_requested())
		begin_stop(loop);
	accepting = loop->listener >= 0;
	n = collect(loop, fds, owners, &timeout);
	if (n == 0)
		return false;
	if (stop_poll(fds, n, timeout) > 0) {
		bool served = false;

		for (nfds_t i = accepting; i < n && !(served && stop_requested()); i++) {
			if (fds[i].revents == 0)
				continue;
			serve_connection(owners[i], loop->server);
			served = true;
		}
		if (accepting && fds[0].revents != 0)
			accept_one(loop);
	}
	close_overdue(loop);
	return true;
}

static int
listen_on(const char *host, int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
	};
	int fd = -1, yes = 1;

	if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
		errno = EINVAL;
	else
		fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(fd, 64) == 0)
		return fd;
	close(fd);
	return -1;
}

int
http_serve(const struct http_server *server)
{
	/* In a pod, others come from outside of what loopback is there. */
	const char *host = settings_text("HOST", "127.0.0.1");
	struct loop loop = {.server = server, .listener = listen_on(host, server->port)};

	if (loop.listener < 0) {
		fprintf(stderr, "error: cannot listen on %s:%d: %s\n", host, server->port,
			strerror(errno));
		return 1;
	}
	printf("%s listens on %s:%d\n", server->name, host, server->port);
	while (turn(&loop))
		;
	printf("%s ends\n", server->name);
	return 0;
}
