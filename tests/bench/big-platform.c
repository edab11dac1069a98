/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A platform that is only large: it answers the reads of the board for an organization of any
 * size from what the path says, and runs nothing.
 *
 *	big-platform SOCKET APPLICATIONS ENVIRONMENTS WORKLOADS
 *
 * SIGUSR1 makes it hang: from then on requests are read and never answered.  One thread, one
 * poll; it ends with the end of its standard input.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/xmalloc.h"

#define CONNECTIONS_MAX 64
#define BACKLOG 4096 /* of many starts while it is stopped: none of them is to be refused */
#define REQUEST_MAX 8192
#define BODY_MAX (256u * 1024 * 1024)

struct connection {
	int fd;
	char request[REQUEST_MAX];
	size_t length;
};

static int applications, environments, workloads;
static volatile sig_atomic_t hangs;

static void
on_hang(int number)
{
	(void)number;
	hangs = 1;
}

/* --- bodies --- */

static void
add_deployment(struct buf *b, int app, int env)
{
	buf_printf(
		b,
		"{\"id\":\"d%05x%05x\",\"env_id\":\"env-%02d\",\"set_id\":\"set-%d-%d\",\"from_id\":\"\","
		"\"comment\":\"release %d\",\"created_by\":\"release\","
		"\"created_at\":\"2026-01-%02dT10:00:00Z\",\"status\":\"succeeded\","
		"\"status_changed_at\":\"2026-01-%02dT10:01:00Z\",\"export_status\":\"\","
		"\"export_file\":\"\"}",
		app, env, env, app, env, env, env % 28 + 1, env % 28 + 1);
}

static void
add_environment(struct buf *b, int app, int env)
{
	bool last = env == environments - 1;

	buf_printf(b, "{\"id\":\"%s", last ? "production" : "");
	if (!last)
		buf_printf(b, "env-%02d", env);
	buf_printf(
		b,
		"\",\"name\":\"%s %02d\",\"type\":\"%s\",\"created_at\":\"2026-01-01T00:00:00Z\","
		"\"created_by\":\"dev\",\"status\":\"active\","
		"\"status_changed_at\":\"2026-01-01T00:00:00Z\",\"last_deploy\":",
		last ? "Production" : "Environment", env, last ? "production" : "development");
	add_deployment(b, app, env);
	buf_puts(b, ",\"from_deploy\":");
	add_deployment(b, app, env);
	buf_puts(b, "}");
}

static void
add_application(struct buf *b, int app)
{
	buf_printf(b, "{\"id\":\"app-%03d\",\"name\":\"Application %03d\",\"created_at\":"
		    "\"2026-01-01T00:00:00Z\",\"created_by\":\"dev\",\"envs\":[]}", app, app);
}

static void
add_module(struct buf *b, int env, int workload)
{
	buf_printf(
		b,
		"\"workload-%02d\":{\"profile\":\"humanitec/default-module\",\"externals\":{},\"spec\":"
		"{\"containers\":{\"main\":{\"id\":\"main\",\"image\":\"registry.example.com/big/"
		"workload-%02d:%d.%d.%d\",\"variables\":{\"LEVEL\":\"info\",\"DB\":\"${shared.db.host}\"}}}}}",
		workload, workload, 1 + workload % 3, workload % 7, (env * 7 + workload) % 5);
}

static void
add_set(struct buf *b, int app, int env)
{
	buf_printf(b, "{\"id\":\"set-%d-%d\",\"version\":0,\"modules\":{", app, env);
	for (int i = 0; i < workloads; i++) {
		buf_puts(b, i ? "," : "");
		add_module(b, env, i);
	}
	buf_puts(b, "},\"shared\":{\"db\":{\"type\":\"postgres\",\"class\":\"default\"}}}");
}

static void
add_runtime(struct buf *b)
{
	buf_puts(b, "{\"namespace\":\"big\",\"modules\":{");
	for (int i = 0; i < workloads; i++)
		buf_printf(
			b,
			"%s\"workload-%02d\":{\"status\":\"Running\",\"status_class\":\"Success\","
			"\"controllers\":{\"workload-%02d\":{\"kind\":\"Deployment\",\"status\":\"Running\","
			"\"replicas\":1,\"pods\":[{\"podName\":\"p\",\"phase\":\"Running\","
			"\"status\":\"Success\",\"containerStatuses\":[]}]}}}",
			i ? "," : "", i, i);
	buf_puts(b, "}}");
}

typedef void part(struct buf *b, int app, int i);

static void
application_part(struct buf *b, int app, int i)
{
	(void)app;
	add_application(b, i);
}

static void
add_array(struct buf *b, part *add, int app, int count)
{
	buf_puts(b, "[");
	for (int i = 0; i < count; i++) {
		buf_puts(b, i ? "," : "");
		add(b, app, i);
	}
	buf_puts(b, "]");
}

/* The body of what is at the path; false: nothing is. */
static bool
answer(struct buf *b, const char *path)
{
	char env[32] = "", rest[16] = "";
	int app, number;

	if (strcmp(path, "/current-user") == 0)
		buf_puts(b, "{\"id\":\"oncall\",\"name\":\"oncall\",\"type\":\"user\",\"roles\":{},"
			    "\"properties\":{},\"created_at\":\"2026-01-01T00:00:00Z\"}");
	else if (strcmp(path, "/orgs") == 0)
		buf_puts(
			b,
			"[{\"id\":\"big\",\"name\":\"Big\",\"created_at\":\"2026-01-01T00:00:00Z\","
			"\"created_by\":\"dev\"}]");
	else if (strcmp(path, "/orgs/big/apps") == 0)
		add_array(b, application_part, 0, applications);
	else if (strncmp(path, "/orgs/big/artefact-versions", 27) == 0 ||
		 strncmp(path, "/orgs/big/env-types", 19) == 0)
		buf_puts(b, "[]");
	else if (sscanf(path, "/orgs/big/apps/app-%d/sets/set-%d-%d", &app, &app, &number) == 3)
		add_set(b, app, number);
	else if (sscanf(path, "/orgs/big/apps/app-%d/envs/%31[^/?]/%15[a-z]", &app, env, rest) ==
			 3 &&
		 strcmp(rest, "runtime") == 0)
		add_runtime(b);
	else if (*rest)
		buf_puts(b, "[]");
	else if (sscanf(path, "/orgs/big/apps/app-%d/env%1[s]", &app, rest) == 2 && !*env)
		add_array(b, add_environment, app, environments);
	else
		return false;
	return true;
}

/* --- the wire --- */

static void
send_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		bytes += n;
		length -= (size_t)n;
	}
}

static void
reply(struct connection *c)
{
	char path[1024] = "", head[128];
	struct buf body;
	bool found;
	int n;

	buf_init(&body, BODY_MAX);
	found = sscanf(c->request, "GET %1023s", path) == 1 && answer(&body, path);
	if (!found)
		buf_puts(
			&body,
			"{\"error\":\"API-404\",\"message\":\"There is nothing here.\",\"details\":{}}");
	n = snprintf(head, sizeof(head),
		     "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
		     "Content-Length: %zu\r\n\r\n",
		     found ? "200 OK" : "404 Not Found", body.length);
	send_all(c->fd, head, (size_t)n);
	send_all(c->fd, body.data, body.length);
	buf_clear(&body);
}

/* false: the connection has ended. */
static bool
serve(struct connection *c)
{
	ssize_t n = read(c->fd, c->request + c->length, sizeof(c->request) - 1 - c->length);
	char *end;

	if (n <= 0)
		return false;
	c->length += (size_t)n;
	c->request[c->length] = '\0';
	while ((end = strstr(c->request, "\r\n\r\n")) != NULL) {
		size_t used = (size_t)(end - c->request) + 4;

		if (!hangs)
			reply(c);
		c->length -= used;
		memmove(c->request, c->request + used, c->length + 1);
	}
	return c->length < sizeof(c->request) - 1;
}

static int
listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

int
main(int argc, char **argv)
{
	static struct connection connections[CONNECTIONS_MAX];
	size_t count = 0;
	int listener;

	if (argc != 5) {
		fputs("usage: big-platform SOCKET APPLICATIONS ENVIRONMENTS WORKLOADS\n", stderr);
		return 2;
	}
	applications = atoi(argv[2]);
	environments = atoi(argv[3]);
	workloads = atoi(argv[4]);
	signal(SIGUSR1, on_hang);
	listener = listen_at(argv[1]);
	for (;;) {
		struct pollfd fds[CONNECTIONS_MAX + 2] = {{.fd = STDIN_FILENO, .events = POLLIN},
							  {.fd = listener, .events = POLLIN}};

		for (size_t i = 0; i < count; i++)
			fds[i + 2] = (struct pollfd){.fd = connections[i].fd, .events = POLLIN};
		if (poll(fds, count + 2, -1) < 0)
			continue;
		if (fds[0].revents)
			return 0;
		for (size_t i = count; i-- > 0;) {
			if (!fds[i + 2].revents || serve(&connections[i]))
				continue;
			close(connections[i].fd);
			connections[i] = connections[--count];
		}
		if ((fds[1].revents & POLLIN) && count < CONNECTIONS_MAX)
			connections[count++] = (struct connection){
				.fd = accept(listener, NULL, NULL)};
	}
}
