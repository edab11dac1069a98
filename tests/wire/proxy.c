/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A thread a connection, each of which asks upstream by a connection of its own. */
#include "config.h"

#include "proxy.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/owner-secret.h"
#include "base/xmalloc.h"

#define CONNECTIONS_MAX 256
#define MESSAGE_MAX (16 * 1024 * 1024)
#define DELAY_US 300000

struct proxy {
	char *path, *upstream;
	int listener;
	pthread_t thread;
	pthread_mutex_t mutex;		/* of what follows */
	pthread_cond_t ended;		/* a connection's thread */
	int open[CONNECTIONS_MAX];	/* the clients' descriptors */
	size_t count;
	bool closing;
	const char *method, *ending, *answer;
	enum proxy_fault fault;
	int times, hits;
	int more;			/* requests that pass before the one that is meant */
	const char *hidden;
	const char *act_method, *act_ending;
	proxy_act *act;			/* NULL: nothing is to be done before a request */
	void *act_data;
};

struct visit {
	struct proxy *proxy;
	int client;
};

/* --- messages --- */

static bool
send_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

/* Headers and as much body as they say; false: the other end closed before. */
static bool
receive(int fd, struct buf *message)
{
	const char *end, *length;
	char bytes[16384];
	size_t whole = 0;
	ssize_t n;

	do {
		n = recv(fd, bytes, sizeof(bytes), 0);
		if (n <= 0 || !buf_append(message, bytes, (size_t)n))
			return false;
		end = strstr(buf_str(message), "\r\n\r\n");
		if (end && whole == 0) {
			length = strcasestr(buf_str(message), "\r\ncontent-length:");
			whole = (size_t)(end - buf_str(message)) + 4 +
				(length && length < end ? strtoul(length + 17, NULL, 10) : 0);
		}
	} while (whole == 0 || message->length < whole);
	return true;
}

static bool
ask_upstream(const struct proxy *proxy, const struct buf *request, struct buf *answer)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t line = strcspn(buf_str(request), "\n") + 1;
	char secret[OWNER_SECRET_LINE_SIZE], more[OWNER_SECRET_LINE_SIZE + 2] = "";
	bool fine;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", proxy->upstream);
	if (owner_secret_read(proxy->upstream, secret))
		snprintf(more, sizeof(more), "%s\r\n", secret);
	fine = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	       send_all(fd, request->data, line) && send_all(fd, more, strlen(more)) &&
	       send_all(fd, request->data + line, request->length - line) && receive(fd, answer);
	if (fd >= 0)
		close(fd);
	return fine;
}

/* --- faults --- */

static bool
is_meant(const char *request, const char *wanted, const char *end)
{
	size_t method = strcspn(request, " "), path, ending;
	const char *at = request + method + 1;

	if (strlen(wanted) != method || strncmp(request, wanted, method) != 0)
		return false;
	path = strcspn(at, " ?");
	ending = strlen(end);
	if (ending > 1 && strcmp(end + ending - 2, "/*") == 0) {
		while (path > 0 && at[path - 1] != '/')
			path--;
		ending--;
	}
	return path >= ending && strncmp(at + path - ending, end, ending) == 0;
}

static void
act_before(struct proxy *proxy, const char *request)
{
	proxy_act *act = NULL;

	pthread_mutex_lock(&proxy->mutex);
	if (proxy->act && is_meant(request, proxy->act_method, proxy->act_ending)) {
		act = proxy->act;
		proxy->act = NULL;
	}
	pthread_mutex_unlock(&proxy->mutex);
	if (act)
		act(proxy->act_data);
}

/* -1: none. */
static int
take_fault(struct proxy *proxy, const char *request)
{
	int fault = -1;

	pthread_mutex_lock(&proxy->mutex);
	if (proxy->times > 0 &&
	    (!proxy->method || is_meant(request, proxy->method, proxy->ending)) &&
	    proxy->more-- <= 0) {
		fault = (int)proxy->fault;
		proxy->times--;
	}
	pthread_mutex_unlock(&proxy->mutex);
	return fault;
}

static void
note_hit(struct proxy *proxy)
{
	pthread_mutex_lock(&proxy->mutex);
	proxy->hits++;
	pthread_mutex_unlock(&proxy->mutex);
}

/* true: it was answered as one that is not known. */
static bool
is_hidden(const struct proxy *proxy, const struct buf *request, struct buf *answer)
{
	const char *text = buf_str(request),
		   *found = proxy->hidden ? strstr(text, proxy->hidden) : NULL;

	if (!found || found > text + strcspn(text, "\r\n"))
		return false;
	return buf_puts(answer,
			"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n"
			"Content-Length: 36\r\n\r\n{\"error\":\"API-404\",\"message\":\"none\"}");
}

/* One request and its answer; false ends the connection. */
static bool
pass(struct proxy *proxy, int client, struct buf *request, struct buf *answer)
{
	bool goes_on = true;
	int fault;

	if (!receive(client, request))
		return false;
	act_before(proxy, buf_str(request));
	fault = take_fault(proxy, buf_str(request));
	if (fault == PROXY_ANSWER) {
		note_hit(proxy);
		return send_all(client, proxy->answer, strlen(proxy->answer));
	}
	if (fault != PROXY_LOSE_REQUEST && !is_hidden(proxy, request, answer) &&
	    !ask_upstream(proxy, request, answer))
		return false;
	if (fault == PROXY_CUT_ANSWER)
		send_all(client, answer->data, answer->length / 2);
	if (fault == PROXY_DELAY_ANSWER)
		usleep(DELAY_US);
	if (fault < 0 || fault == PROXY_DELAY_ANSWER)
		goes_on = send_all(client, answer->data, answer->length);
	else
		goes_on = false;
	if (fault >= 0)
		note_hit(proxy);
	return goes_on;
}

static void *
serve(void *data)
{
	struct visit *visit = data;
	struct proxy *proxy = visit->proxy;
	bool goes_on = true;

	while (goes_on) {
		struct buf request, answer;

		buf_init(&request, MESSAGE_MAX);
		buf_init(&answer, MESSAGE_MAX);
		goes_on = pass(proxy, visit->client, &request, &answer);
		buf_clear(&request);
		buf_clear(&answer);
	}
	pthread_mutex_lock(&proxy->mutex);
	for (size_t i = 0; i < proxy->count; i++)
		if (proxy->open[i] == visit->client)
			proxy->open[i] = proxy->open[--proxy->count];
	close(visit->client);
	pthread_cond_signal(&proxy->ended);
	pthread_mutex_unlock(&proxy->mutex);
	free(visit);
	return NULL;
}

static void *
take_visitors(void *data)
{
	struct proxy *proxy = data;
	int client;

	while ((client = accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		struct visit *visit = xcalloc(1, sizeof(*visit));
		bool taken = false;
		pthread_t thread;

		*visit = (struct visit){proxy, client};
		pthread_mutex_lock(&proxy->mutex);
		if (!proxy->closing && proxy->count < CONNECTIONS_MAX) {
			proxy->open[proxy->count++] = client;
			taken = pthread_create(&thread, NULL, serve, visit) == 0;
			if (taken)
				pthread_detach(thread);
			else
				proxy->count--;
		}
		pthread_mutex_unlock(&proxy->mutex);
		if (!taken) {
			close(client);
			free(visit);
		}
	}
	return NULL;
}

/* --- from outside --- */

void
proxy_open(struct proxy *proxy)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", proxy->path);
	proxy->closing = false;
	proxy->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(proxy->listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(proxy->listener, 64) != 0 ||
	    pthread_create(&proxy->thread, NULL, take_visitors, proxy) != 0)
		abort();
}

void
proxy_close(struct proxy *proxy)
{
	unlink(proxy->path);
	pthread_mutex_lock(&proxy->mutex);
	proxy->closing = true;
	pthread_mutex_unlock(&proxy->mutex);
	shutdown(proxy->listener, SHUT_RDWR);	/* ends accept4() */
	pthread_join(proxy->thread, NULL);
	close(proxy->listener);
	pthread_mutex_lock(&proxy->mutex);
	for (size_t i = 0; i < proxy->count; i++)
		shutdown(proxy->open[i], SHUT_RDWR);
	while (proxy->count > 0)
		pthread_cond_wait(&proxy->ended, &proxy->mutex);
	pthread_mutex_unlock(&proxy->mutex);
}

struct proxy *
proxy_new(const char *path, const char *upstream)
{
	struct proxy *proxy = xcalloc(1, sizeof(*proxy));

	proxy->path = xstrdup(path);
	proxy->upstream = xstrdup(upstream);
	pthread_mutex_init(&proxy->mutex, NULL);
	pthread_cond_init(&proxy->ended, NULL);
	proxy_open(proxy);
	return proxy;
}

void
proxy_free(struct proxy *proxy)
{
	proxy_close(proxy);
	pthread_cond_destroy(&proxy->ended);
	pthread_mutex_destroy(&proxy->mutex);
	free(proxy->path);
	free(proxy->upstream);
	free(proxy);
}

void
proxy_fault(struct proxy *proxy, const char *method, const char *ending, enum proxy_fault fault,
	    int times)
{
	pthread_mutex_lock(&proxy->mutex);
	proxy->method = method;
	proxy->ending = ending;
	proxy->fault = fault;
	proxy->times = times;
	proxy->more = 0;
	proxy->hits = 0;
	pthread_mutex_unlock(&proxy->mutex);
}

void
proxy_answer(struct proxy *proxy, const char *method, const char *ending, const char *bytes,
	     int times)
{
	pthread_mutex_lock(&proxy->mutex);
	proxy->answer = bytes;
	pthread_mutex_unlock(&proxy->mutex);
	proxy_fault(proxy, method, ending, PROXY_ANSWER, times);
}

void
proxy_answer_after(struct proxy *proxy, int more, const char *bytes)
{
	pthread_mutex_lock(&proxy->mutex);
	proxy->method = proxy->ending = NULL;
	proxy->answer = bytes;
	proxy->fault = PROXY_ANSWER;
	proxy->times = more < 0 ? 0 : 1;
	proxy->more = more;
	proxy->hits = 0;
	pthread_mutex_unlock(&proxy->mutex);
}

void
proxy_hide(struct proxy *proxy, const char *part)
{
	proxy->hidden = part;
}

void
proxy_before(struct proxy *proxy, const char *method, const char *ending, proxy_act *act,
	     void *data)
{
	pthread_mutex_lock(&proxy->mutex);
	proxy->act_method = method;
	proxy->act_ending = ending;
	proxy->act = act;
	proxy->act_data = data;
	pthread_mutex_unlock(&proxy->mutex);
}

int
proxy_hits(struct proxy *proxy)
{
	int hits;

	pthread_mutex_lock(&proxy->mutex);
	hits = proxy->hits;
	pthread_mutex_unlock(&proxy->mutex);
	return hits;
}
