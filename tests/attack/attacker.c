/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A workload that hates us.  It tries everything in its table, round after round until it is
 * ended, and tells each attempt to the test by a datagram, "NAME won|lost DETAIL", so that nothing
 * that it does to its files can hide an attempt.  Whatever it cannot see itself (that another's
 * file is gone, that the daemon hangs) the test looks for.
 *
 * What it would have to find out is given to it: STATE, VICTIM and OWN (directories), TOKEN and API
 * (files), VICTIM_PORT and PAUSED_PORT, NAMESPACE (the daemon's own PID namespace).
 */
#include "config.h"

#include "attacks.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ATTEMPT_S 10	/* what hangs for longer has lost */

const char *
given(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static int report_fd = -1;

static void
open_report(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(given("REPORT"))),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	report_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (connect(report_fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		exit(9);
}

void
attempt(const char *name, bool won, const char *format, ...)
{
	char text[1024], detail[768];
	va_list args;

	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	snprintf(text, sizeof(text), "%s %s %s", name, won ? "won" : "lost", detail);
	(void)!send(report_fd, text, strlen(text), 0);
}

static int
listen_on(int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(fd, 8) == 0
		       ? fd : -1;
}

/* In a process of its own, since an attack may end or harm whoever makes it. */
static void
run(const struct attack *attack)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(ATTEMPT_S);
		attack->run();
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void
attack_for_ever(void)
{
	const char *only = given("ONLY");

	for (unsigned round = 1;; round++) {
		for (size_t i = 0; i < attack_count; i++)
			if (!*only || strstr(only, attacks[i].name))
				run(&attacks[i]);
		attempt("round", false, "%u %s", round, given("VERSION"));
		usleep(10000);
	}
}

int
main(void)
{
	int listener = *given("PORT") && strcmp(given("MODE"), "never-ready") != 0
			       ? listen_on(atoi(given("PORT"))) : -1;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (strcmp(given("MODE"), "stubborn") == 0)
		signal(SIGTERM, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	open_report();
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		attack_for_ever();
	}
	for (;;) {
		int client = listener < 0 ? -1 : accept(listener, NULL, NULL);

		if (client < 0) {
			pause();
			continue;
		}
		(void)!write(client, "HTTP/1.0 200 OK\r\n\r\nattacker\n", 29);
		close(client);
	}
}
