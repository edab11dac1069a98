/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A workload for the tests of the driver.  It answers HTTP on $PORT and tells what it was
 * given; to GET /ask/HOST:PORT with what it is answered to GET /about there ($NAME: a variable), as
 * it does for the arguments "ask HOST:PORT".  With $ANY it listens at every address, with $THREAD
 * in a thread.  $MODE: exit (prints, ends with 3), count (prints ten lines), deaf (listens on
 * nothing), chatty (prints much), family (has a child that ignores SIGTERM), escape (has a
 * grandchild in a session of its own that ignores SIGTERM, and whose parent is gone), grpc (has
 * a health check instead of HTTP, helper-grpc.h).
 */
#include "config.h"

#include "helper-grpc.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LARGE (1024 * 1024)

extern char **environ;

static void
put_limit(FILE *out, const char *name, __rlimit_resource_t which)
{
	struct rlimit limit;

	if (getrlimit(which, &limit) == 0)
		fprintf(out, "limit %s %lld\n", name,
			limit.rlim_cur == RLIM_INFINITY ? -1LL : (long long)limit.rlim_cur);
}

static bool
is_full(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char byte;
	bool full = fd >= 0 && read(fd, &byte, 1) == 1;

	if (fd >= 0)
		close(fd);
	return full;
}

/* What it can do to the files of others. */
static void
put_files(FILE *out)
{
	static const char *const places[] = {
		".", "files", "/tmp", "/usr", "/etc", "/", "../../../data", "../../../resources",
		"../../../records", "../../..", "../../../..", "../../../../../..",
	};
	struct dirent *entry;
	int processes = 0;
	DIR *proc = opendir("/proc");

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char path[256];
		int fd;

		snprintf(path, sizeof(path), "%s/written-by-a-workload", places[i]);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		fprintf(out, "write %s %d\n", places[i], fd >= 0);
		if (fd >= 0) {
			close(fd);
			/* What lies outside stays, for the test to find it where it looks. */
			if (strncmp(path, "../../../../", 12) != 0)
				unlink(path);
		}
	}
	fprintf(out, "read shadow %d\n", is_full("/etc/shadow"));
	fprintf(out, "read hosts %d\n", access("/etc/hosts", R_OK) == 0);
	fprintf(out, "read others %d\n", access("../../../../../other", F_OK) == 0);
	while (proc && (entry = readdir(proc)))
		processes += entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
	if (proc)
		closedir(proc);
	fprintf(out, "processes %d\n", processes);
}

static void
put_about(FILE *out, const char *program, const char *fds)
{
	char place[4096] = "";
	char line[256];
	FILE *file = fopen("files/etc/app/settings.conf", "r");

	fprintf(out, "program %s\npid %d\nfds%s\n", program, (int)getpid(), fds);
	if (getcwd(place, sizeof(place)))
		fprintf(out, "cwd %s\n", place);
	for (char **variable = environ; *variable; variable++)
		fprintf(out, "env %s\n", *variable);
	put_limit(out, "files", RLIMIT_NOFILE);
	put_limit(out, "memory", RLIMIT_AS);
	put_limit(out, "processes", RLIMIT_NPROC);
	put_limit(out, "core", RLIMIT_CORE);
	fprintf(out, "no-new-privileges %d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	fprintf(out, "leader %d\n", getpgrp() == getpid());
	put_files(out);
	while (file && fgets(line, sizeof(line), file))
		fprintf(out, "file %s", line);
	if (file)
		fclose(file);
}

/* Puts what is answered to GET /about there; how much that was. */
static size_t
ask(FILE *out, char *where)
{
	static const char request[] = "GET /about HTTP/1.0\r\n\r\n";
	char *colon = strrchr(where, ':'), bytes[4096];
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = NULL;
	size_t count = 0;
	ssize_t n;
	int fd;

	if (!colon)
		return 0;
	*colon = '\0';
	if (where[0] == '$')
		where = getenv(where + 1) ? getenv(where + 1) : where;
	if (getaddrinfo(where, colon + 1, &hints, &found) != 0) {
		fprintf(out, "%s: no such host\n", where);
		return 0;
	}
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, found->ai_addr, found->ai_addrlen) == 0 &&
	    write(fd, request, sizeof(request) - 1) > 0)
		for (; (n = read(fd, bytes, sizeof(bytes))) > 0; count += (size_t)n)
			fwrite(bytes, 1, (size_t)n, out);
	else
		fprintf(out, "%s\n", strerror(errno));
	freeaddrinfo(found);
	close(fd);
	return count;
}

static void
answer(int client, const char *program, const char *fds)
{
	struct sockaddr_in here = {0};
	socklen_t size = sizeof(here);
	char request[2048];
	size_t length = 0;
	FILE *out;

	(void)getsockname(client, (struct sockaddr *)&here, &size);
	while (length < sizeof(request) - 1) {
		ssize_t n = read(client, request + length, sizeof(request) - 1 - length);

		if (n <= 0)
			break;
		length += (size_t)n;
		request[length] = '\0';
		if (strstr(request, "\r\n\r\n"))
			break;
	}
	out = fdopen(client, "w");
	if (!out)
		return;
	if (strncmp(request, "GET /picky ", 11) == 0 &&
	    (!strstr(request, "\r\nX-Probe: yes\r\n") || !strstr(request, "\r\nHost: web.example\r\n") ||
	     strstr(request, "\r\nHost: 127")))
		fprintf(out, "HTTP/1.0 500 Picky\r\n\r\n");
	fprintf(out, "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n");
	if (strncmp(request, "GET /large ", 11) == 0)
		for (int i = 0; i < LARGE / 64; i++)
			fprintf(out, "%063d\n", i);
	else if (strncmp(request, "GET /ask/", 9) == 0)
		ask(out, strtok(request + 9, " "));
	else {
		put_about(out, program, fds);
		fprintf(out, "port %d\n", ntohs(here.sin_port));
	}
	fclose(out);
}

static int
listen_on(int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(getenv("ANY") ? INADDR_ANY : INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(fd, 64) != 0)
		return -1;
	return fd;
}

static int listener_of_thread;

static void *
listen_in_thread(void *port)
{
	listener_of_thread = listen_on(atoi(port));
	return NULL;
}

/* As many runtimes do, which have their network in a thread. */
static int
listen_aside(char *port)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, listen_in_thread, port) != 0 ||
	    pthread_join(thread, NULL) != 0)
		return -1;
	return listener_of_thread;
}

static void
wait_for_ever(void)
{
	for (;;)
		pause();
}

static void
be_family(void)
{
	pid_t child;

	signal(SIGTERM, SIG_IGN);
	child = fork();
	if (child == 0)
		wait_for_ever();
	signal(SIGTERM, SIG_DFL);
	printf("child %d\n", (int)child);
}

/* The grandchild is there when this returns: who counts processes must not count too early. */
static void
be_an_escapee(void)
{
	pid_t child;

	signal(SIGTERM, SIG_IGN);
	child = fork();
	if (child == 0) {
		setsid();
		if (fork() == 0) {
			setsid();
			if (chdir("/") != 0)
				_exit(1);
			wait_for_ever();
		}
		_exit(0);
	}
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	signal(SIGTERM, SIG_DFL);
}

int
main(int argc, char **argv)
{
	const char *mode = getenv("MODE") ? getenv("MODE") : "";
	char fds[1024] = "";
	int listener;

	if (argc == 3 && strcmp(argv[1], "ask") == 0)
		return ask(stdout, argv[2]) > 0 ? 0 : 1;
	for (int fd = 0; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			snprintf(fds + strlen(fds), sizeof(fds) - strlen(fds), " %d", fd);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (strcmp(mode, "exit") == 0) {
		printf("first line\nno configuration\xff: giving up\n");
		return 3;
	}
	for (int i = 0; strcmp(mode, "chatty") == 0 && i < 20000; i++)
		printf("%06d ................................................\n", i);
	for (int i = 0; strcmp(mode, "count") == 0 && i < 10; i++)
		printf("line %d\n", i);
	if (strcmp(mode, "brief") == 0) {
		usleep(1000000);
		return 0;
	}
	if (strcmp(mode, "family") == 0)
		be_family();
	if (strcmp(mode, "escape") == 0)
		be_an_escapee();
	if (strcmp(mode, "deaf") == 0 || !getenv("PORT"))
		wait_for_ever();
	signal(SIGPIPE, SIG_IGN);
	listener = getenv("THREAD") ? listen_aside(getenv("PORT")) : listen_on(atoi(getenv("PORT")));
	if (listener < 0) {
		perror("listen");
		return 1;
	}
	if (strcmp(mode, "grpc") == 0)
		helper_serve_grpc(listener);
	for (;;) {
		int client = accept(listener, NULL, NULL);

		if (client >= 0)
			answer(client, argv[0], fds);
	}
}
