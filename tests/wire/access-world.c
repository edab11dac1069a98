/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A client of raw sockets, since what is tested is what must be refused:
 * libcurl would not send most of it. */
#include "config.h"

#include "access-world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/owner-secret.h"
#include "base/xmalloc.h"
#include "tests/patience.h"

#define ANSWER_MAX 262144

static const char import[] =
	"{\"organizations\": ["
	"{\"id\": \"acme\", \"env_types\": [{\"id\": \"development\"}, {\"id\": \"production\"}],"
	" \"applications\": ["
	"  {\"id\": \"shop\", \"environments\": [{\"id\": \"dev\", \"type\": \"development\"},"
	"   {\"id\": \"qa\", \"type\": \"development\"}, {\"id\": \"prod\", \"type\": \"production\"}]},"
	"  {\"id\": \"billing\", \"environments\": [{\"id\": \"dev\", \"type\": \"development\"}]}]},"
	"{\"id\": \"other\", \"env_types\": [{\"id\": \"development\"}],"
	" \"applications\": [{\"id\": \"secret\","
	"  \"environments\": [{\"id\": \"dev\", \"type\": \"development\"}]}]}]}";

const char *
world_path(const struct world *world, const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", world->dir, name);
	return path;
}

void
world_make(struct world *world)
{
	FILE *file;

	*world = (struct world){.daemon = -1};
	strcpy(world->dir, "/tmp/sidestage-access-XXXXXX");
	assert_non_null(mkdtemp(world->dir));
	file = fopen(world_path(world, "import.json"), "w");
	assert_non_null(file);
	fputs(import, file);
	fclose(file);
}

/* One that was free a moment ago. */
static int
free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	close(fd);
	return ntohs(address.sin_port);
}

static const char *
environment(const char *name)
{
	const char *value = getenv(name);

	assert_non_null(value);
	return value;
}

static void
execute(struct world *world, int ready)
{
	char number[16], listen[32];
	char *images = xasprintf("%s/images", environment("SIDESTAGE_LIBEXEC"));
	char *state = xstrdup(world_path(world, "state"));
	char *socket = xstrdup(world_path(world, "platform.sock"));
	char *file = xstrdup(world_path(world, "import.json"));
	const char *arguments[] = {
		environment("SIDESTAGED"),
		"serve",
		"--state",
		state,
		"--images",
		images,
		"--import",
		file,
		"--socket",
		socket,
		"--listen",
		listen,
		"--min-ready",
		"300ms",
		"--ready-fd",
		number,
		"--socket-mode",
		world->socket_mode ? world->socket_mode : "0600",
		world->token_file[0] ? "--token-file" : NULL,
		world->token_file,
		NULL,
	};
	int log = open(world_path(world, "log"), O_WRONLY | O_CREAT | O_APPEND, 0600);

	snprintf(number, sizeof(number), "%d", ready);
	snprintf(listen, sizeof(listen), "127.0.0.1:%d", world->port);
	prctl(PR_SET_PDEATHSIG, SIGKILL);	/* a test that dies takes its daemon with it */
	dup2(log, STDERR_FILENO);
	execv(arguments[0], (char **)arguments);
	_exit(127);
}

static bool
start_once(struct world *world)
{
	int ends[2];
	char c;
	bool is_ready;

	world->port = free_port();
	assert_int_equal(pipe(ends), 0);
	world->daemon = fork();
	if (world->daemon == 0) {
		close(ends[0]);
		execute(world, ends[1]);
	}
	close(ends[1]);
	is_ready = read(ends[0], &c, 1) == 1;
	close(ends[0]);
	if (!is_ready)
		world_stop(world);
	return is_ready;
}

/* Somebody else may have taken the port meanwhile. */
void
world_start(struct world *world)
{
	for (int i = 0; i < 5; i++)
		if (start_once(world))
			return;
	fail_msg("sidestaged does not start: %s", world_log(world));
}

void
world_stop(struct world *world)
{
	if (world->daemon <= 0)
		return;
	kill(world->daemon, SIGTERM);
	waitpid(world->daemon, NULL, 0);
	world->daemon = -1;
}

void
world_clear(struct world *world)
{
	char *command = xasprintf("rm -rf '%s'", world->dir);

	world_stop(world);
	assert_int_equal(system(command), 0);
	free(command);
}

char *
world_log(const struct world *world)
{
	char *text = xcalloc(1, ANSWER_MAX);
	FILE *file = fopen(world_path(world, "log"), "r");

	if (file) {
		text[fread(text, 1, ANSWER_MAX - 1, file)] = '\0';
		fclose(file);
	}
	return text;
}

int
world_connect(const struct world *world, enum way way)
{
	struct sockaddr_in tcp = {.sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = htons((uint16_t)world->port)};
	struct sockaddr_un path = {.sun_family = AF_UNIX};
	int fd = socket(way == BY_TCP ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(path.sun_path,
	       world_path(world, way == BY_SOCKET ? "platform.sock" : "state/control.sock"));
	assert_int_equal(way == BY_TCP ? connect(fd, (struct sockaddr *)&tcp, sizeof(tcp))
				       : connect(fd, (struct sockaddr *)&path, sizeof(path)), 0);
	return fd;
}

struct answer
world_send(const struct world *world, enum way way, const char *bytes)
{
	int fd = world_connect(world, way);
	char *text = xcalloc(1, ANSWER_MAX);
	struct answer answer = {0};
	size_t used = 0;
	const char *body;
	ssize_t n;

	/* It may close before it has read all. */
	n = send(fd, bytes, strlen(bytes), MSG_NOSIGNAL);
	while (used + 1 < ANSWER_MAX &&
	       (n = patient_recv(fd, text + used, ANSWER_MAX - 1 - used)) > 0)
		used += (size_t)n;
	close(fd);
	body = strstr(text, "\r\n\r\n");
	if (body && sscanf(text, "HTTP/1.1 %d", &answer.status) == 1) {
		snprintf(answer.head, sizeof(answer.head), "%.*s", (int)(body + 2 - text), text);
		answer.length = strlen(body + 4);
		answer.body = json_loads(body + 4, JSON_DECODE_ANY, NULL);
		for (const char *at = text; (at = strstr(at, "HTTP/1.1 ")) != NULL; at++)
			answer.last_status = atoi(at + 9);
	}
	free(text);
	return answer;
}

char *
world_secret(const struct world *world)
{
	char text[128] = "";
	FILE *file = fopen(world_path(world, "state/sockets.secret"), "r");

	if (file) {
		text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
		fclose(file);
	}
	return xstrdup(text);
}

char *
world_owner_line(const struct world *world)
{
	char line[OWNER_SECRET_LINE_SIZE];

	return owner_secret_read(world_path(world, "platform.sock"), line)
		       ? xasprintf("%s\r\n", line) : xstrdup("");
}

struct answer
world_ask(const struct world *world, enum way way, const char *token, const char *method,
	  const char *path, const char *headers, const char *body)
{
	char *secret = way == BY_CONTROL && !token ? world_secret(world) : NULL;
	char *bearer = token || secret ? xasprintf("Authorization: Bearer %s\r\n",
						    token ? token : secret)
				       : xstrdup("");
	char *owner = way == BY_SOCKET ? world_owner_line(world) : xstrdup("");
	char *bytes = xasprintf("%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
				"Content-Length: %zu\r\n%s%s%s\r\n%s",
				method, path, body ? strlen(body) : 0, bearer, owner,
				headers ? headers : "", body ? body : "");
	struct answer answer = world_send(world, way, bytes);

	free(secret);
	free(owner);
	free(bearer);
	free(bytes);
	return answer;
}

void
answer_clear(struct answer *answer)
{
	json_decref(answer->body);
	*answer = (struct answer){0};
}

const char *
answer_header(const struct answer *answer, const char *name)
{
	static char value[1024];
	char *line = xasprintf("\r\n%s: ", name);
	const char *at = strcasestr(answer->head, line);

	if (at)
		snprintf(value, sizeof(value), "%.*s", (int)strcspn(at + strlen(line), "\r"),
			 at + strlen(line));
	free(line);
	return at ? value : NULL;
}

static bool
is_readable(int fd, int64_t until)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int64_t left = until - clock_steady_ms();

	return poll(&p, 1, left > 0 ? (int)left : 0) == 1;
}

int
world_run(char *out, size_t size, const char *const *arguments)
{
	const char *program = environment("SIDESTAGED");
	const char *all[32] = {program};
	size_t used = 0;
	int ends[2], status;
	ssize_t n;
	int64_t until;
	pid_t pid;

	for (size_t i = 0; arguments[i]; i++)
		all[i + 1] = arguments[i];
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		close(ends[0]);
		execv(program, (char **)all);
		_exit(127);
	}
	close(ends[1]);
	until = clock_steady_ms() + PATIENCE_MS;
	while (used + 1 < size && is_readable(ends[0], until) &&
	       (n = read(ends[0], out + used, size - 1 - used)) > 0)
		used += (size_t)n;
	out[used] = '\0';
	close(ends[0]);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (clock_steady_ms() > until) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			fail_msg("sidestaged %s has not ended after %d s", arguments[0],
				 PATIENCE_MS / 1000);
		}
		usleep(10000);
	}
	out[strcspn(out, "\n")] = strchr(out, '\n') && !strchr(out, '\n')[1] ? '\0' : '\n';
	if (used == 0)
		out[0] = '\0';
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
