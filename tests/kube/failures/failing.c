/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What fails in a pod as it is told to:
 *
 *   failing exit STATUS [S]  says a line and ends, after so many seconds
 *   failing signal NUMBER    the same, by a signal
 *   failing eat              takes memory until somebody ends it
 *   failing serve STATUS     answers every request at 8080 with that status of HTTP
 *   failing fill             writes to /tmp until somebody ends it
 *   failing wait             does nothing
 */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
eat(void)
{
	for (;;) {
		char *bytes = malloc(1 << 20);

		if (bytes)
			memset(bytes, 1, 1 << 20);
		usleep(10000);
	}
}

static void
fill(void)
{
	static char bytes[1 << 16];
	FILE *file = fopen("/tmp/full", "w");

	for (int i = 0; file && i < 256; i++)
		fwrite(bytes, 1, sizeof(bytes), file);
	if (file)
		fflush(file);
	pause();
}

static int
serve(const char *status)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(8080)};
	int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(listener, 16) != 0)
		return 1;
	for (;;) {
		int peer = accept(listener, NULL, NULL);
		char request[4096];

		if (peer < 0)
			continue;
		if (read(peer, request, sizeof(request)) > 0)
			dprintf(peer, "HTTP/1.1 %s Said\r\nContent-Length: 0\r\n"
				"Connection: close\r\n\r\n", status);
		close(peer);
	}
}

/* As the first process of a pod's namespace it would not end by default. */
static void
end(int number)
{
	_exit(128 + number);
}

int
main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "wait", *what = argc > 2 ? argv[2] : "1";

	signal(SIGTERM, end);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("failing: %s %s\n", how, what);
	if (argc > 3)
		sleep((unsigned)atoi(argv[3]));
	if (strcmp(how, "exit") == 0)
		return atoi(what);
	if (strcmp(how, "signal") == 0)
		return 128 + atoi(what);
	if (strcmp(how, "eat") == 0)
		eat();
	if (strcmp(how, "fill") == 0)
		fill();
	if (strcmp(how, "serve") == 0)
		return serve(what);
	for (;;)
		pause();
}
