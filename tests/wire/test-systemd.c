/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * We play systemd: a socket that listens is handed over as descriptor 3, and what the daemon
 * says is read from a socket of ours.  The tests run in order, on one daemon.
 */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "tests/patience.h"


static struct {
	char *folder, *notify_path, *api_path;
	int notify, api;
	pid_t daemon;
} here = {.notify = -1, .api = -1};

static int
bind_to(const char *path, int type)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	assert_true(strlen(path) < sizeof(address.sun_path));
	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* pid_offset: added to LISTEN_PID, so that it is another's. */
static pid_t
spawn(int pid_offset)
{
	const char *program = getenv("SIDESTAGED");
	pid_t pid = fork();

	if (pid == 0) {
		char *state = xasprintf("%s/state", here.folder);
		char *images = xasprintf("%s/images", here.folder), number[24];

		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that dies takes its daemon with it */
		snprintf(number, sizeof(number), "%ld", (long)getpid() + pid_offset);
		setenv("LISTEN_PID", number, 1);
		setenv("LISTEN_FDS", "1", 1);
		setenv("LISTEN_FDNAMES", "api", 1);
		setenv("NOTIFY_SOCKET", here.notify_path, 1);
		setenv("WATCHDOG_USEC", "200000", 1);
		unsetenv("WATCHDOG_PID");
		dup2(here.api, 3);
		execl(program, program, "serve", "--state", state, "--images", images,
		      "--log-level", "warning", (char *)NULL);
		_exit(127);
	}
	return pid;
}

/* Datagrams until one has the line; its whole text. */
static void
wait_for(const char *line, char *text, size_t size)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	for (;;) {
		struct pollfd p = {.fd = here.notify, .events = POLLIN};
		int64_t left = until - clock_steady_ms();
		const char *at;
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			fail_msg("%s was not said", line);
		n = recv(here.notify, text, size - 1, 0);
		assert_true(n >= 0);
		text[n] = '\0';
		at = strstr(text, line);
		if (at && (at == text || at[-1] == '\n'))
			return;
	}
}

static int
start(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *images;
	bool made;

	(void)state;
	here.folder = xasprintf("%s/systemd-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(here.folder))
		return -1;
	here.notify_path = xasprintf("%s/notify", here.folder);
	here.api_path = xasprintf("%s/api", here.folder);
	images = xasprintf("%s/images", here.folder);
	made = mkdir(images, 0700) == 0;
	free(images);
	if (!made)
		return -1;
	here.notify = bind_to(here.notify_path, SOCK_DGRAM);
	here.api = bind_to(here.api_path, SOCK_STREAM);
	return listen(here.api, 8);
}

static int
stop(void **state)
{
	int ret;

	(void)state;
	if (here.daemon > 0) {
		kill(here.daemon, SIGKILL);
		waitpid(here.daemon, NULL, 0);
	}
	close(here.notify);
	close(here.api);
	ret = paths_remove_tree(here.folder, NULL);
	free(here.folder);
	free(here.notify_path);
	free(here.api_path);
	return ret;
}

static void
sockets_for_another_process_are_not_taken(void **state)
{
	pid_t pid = spawn(1);
	int status;

	(void)state;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 2);	/* nothing to listen on */
}

static void
sockets_that_others_reach_are_not_served_without_tls(void **state)
{
	struct sockaddr_in anywhere = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
	int api = here.api, status;
	pid_t pid;

	(void)state;
	here.api = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(here.api, (struct sockaddr *)&anywhere, sizeof(anywhere)), 0);
	assert_int_equal(listen(here.api, 1), 0);
	pid = spawn(0);
	close(here.api);
	here.api = api;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

static void
it_says_when_it_is_ready(void **state)
{
	char text[512];

	(void)state;
	here.daemon = spawn(0);
	wait_for("READY=1", text, sizeof(text));
	assert_non_null(strstr(text, "STATUS="));
}

static void
it_serves_on_the_socket_that_was_handed_over(void **state)
{
	static const char request[] =
		"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char answer[1024];
	size_t used = 0;
	ssize_t n;

	(void)state;
	strcpy(address.sun_path, here.api_path);
	/* The socket is ours: it takes a connection, though the daemon may have ended. */
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	while ((n = patient_recv(fd, answer + used, sizeof(answer) - 1 - used)) > 0)
		used += (size_t)n;
	answer[used] = '\0';
	close(fd);
	assert_memory_equal(answer, "HTTP/1.1 200 OK\r\n", 17);
}

static void
it_feeds_the_watchdog(void **state)
{
	char text[512];

	(void)state;
	for (int i = 0; i < 3; i++)
		wait_for("WATCHDOG=1", text, sizeof(text));
}

static void
it_says_when_it_reloads_and_when_it_has(void **state)
{
	char text[512];

	(void)state;
	kill(here.daemon, SIGHUP);
	wait_for("RELOADING=1", text, sizeof(text));
	assert_non_null(strstr(text, "\nMONOTONIC_USEC="));
	wait_for("READY=1", text, sizeof(text));
}

static void
it_says_that_it_stops_and_ends_well(void **state)
{
	char text[512];
	int status;

	(void)state;
	kill(here.daemon, SIGTERM);
	wait_for("STOPPING=1", text, sizeof(text));
	assert_int_equal(waitpid(here.daemon, &status, 0), here.daemon);
	here.daemon = 0;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	/* systemd keeps the socket for the next start. */
	assert_int_equal(access(here.api_path, F_OK), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockets_for_another_process_are_not_taken),
		cmocka_unit_test(sockets_that_others_reach_are_not_served_without_tls),
		cmocka_unit_test(it_says_when_it_is_ready),
		cmocka_unit_test(it_serves_on_the_socket_that_was_handed_over),
		cmocka_unit_test(it_feeds_the_watchdog),
		cmocka_unit_test(it_says_when_it_reloads_and_when_it_has),
		cmocka_unit_test(it_says_that_it_stops_and_ends_well),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
