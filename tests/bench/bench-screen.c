/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How fast the screen is, against a platform that is only large (big-platform.c).
 *
 * Prints figures, asserts nothing.  A key's time is from its byte written to the last byte that the
 * program wrote for it; the last byte is known when nothing came for QUIET_MS.
 */
#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/xmalloc.h"

#define QUIET_MS 40
#define START_QUIET_MS 15
#define FIRST_BYTE_MS 10000
#define STARTS 15
#define KEYS 200
#define HANG_KEYS 50
#define IDLE_S 60
#define SAMPLES_MAX 1024

struct program {
	pid_t pid;
	int fd;
};

struct samples {
	double ms[SAMPLES_MAX];
	size_t bytes[SAMPLES_MAX];
	size_t count;
};

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

static struct program
start(char *const argv[])
{
	struct winsize size = {.ws_row = 40, .ws_col = 120};
	struct program p;

	p.pid = forkpty(&p.fd, NULL, NULL, &size);
	if (p.pid < 0) {
		perror("forkpty");
		exit(1);
	}
	if (p.pid == 0) {
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	return p;
}

static bool
wait_first(const struct program *p)
{
	struct pollfd fd = {.fd = p->fd, .events = POLLIN};

	return poll(&fd, 1, FIRST_BYTE_MS) > 0;
}

/* Reads until nothing came for quiet_ms; at is when the last byte came.  How many came. */
static size_t
drain(const struct program *p, int quiet_ms, double *at)
{
	size_t total = 0;

	for (;;) {
		struct pollfd fd = {.fd = p->fd, .events = POLLIN};
		char bytes[65536];
		ssize_t n;

		if (poll(&fd, 1, quiet_ms) <= 0)
			return total;
		n = read(p->fd, bytes, sizeof(bytes));
		if (n <= 0)
			return total;
		*at = now_ms();
		total += (size_t)n;
	}
}

static void
end(struct program *p, const char *key)
{
	double at;

	if (key && write(p->fd, key, strlen(key)) < 0)
		perror("write");
	for (int i = 0; i < 40; i++) {
		if (waitpid(p->pid, NULL, WNOHANG) == p->pid)
			break;
		drain(p, 50, &at);
		if (i == 39) {
			kill(p->pid, SIGKILL);
			waitpid(p->pid, NULL, 0);
		}
	}
	close(p->fd);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void
report(const char *what, struct samples *s)
{
	size_t bytes = 0;

	if (s->count == 0)
		return;
	for (size_t i = 0; i < s->count; i++)
		bytes += s->bytes[i];
	qsort(s->ms, s->count, sizeof(s->ms[0]), by_size);
	printf("%-34s median %7.2f ms   p99 %7.2f ms   max %7.2f ms   %6zu bytes\n", what,
	       s->ms[s->count / 2], s->ms[s->count * 99 / 100], s->ms[s->count - 1],
	       bytes / s->count);
	fflush(stdout);
}

/* One start: from exec to the last byte of the first picture. */
static void
add_start(char *const argv[], struct samples *s)
{
	double from = now_ms(), at = from;
	struct program p = start(argv);

	(void)wait_first(&p);
	s->bytes[s->count] = drain(&p, START_QUIET_MS, &at);
	s->ms[s->count++] = at - from;
	end(&p, "Q");
}

/* In turns, so that what else the machine does hits both. */
static void
measure_starts(char *const board[], char *const tig[], int count)
{
	struct samples ours = {.count = 0}, theirs = {.count = 0};

	for (int i = 0; i < count; i++) {
		add_start(board, &ours);
		if (tig)
			add_start(tig, &theirs);
	}
	report("exec to the full board from cache", &ours);
	report("tig: exec to 500 commits", &theirs);
}

static void
press(const struct program *p, const char *key, struct samples *s)
{
	double from = now_ms(), at = from;

	if (write(p->fd, key, strlen(key)) < 0)
		perror("write");
	/* However late it comes, it is the answer to this key and to no later one. */
	if (!wait_first(p))
		at = from + FIRST_BYTE_MS;
	s->bytes[s->count] = drain(p, QUIET_MS, &at);
	s->ms[s->count++] = at - from;
}

static void
measure_keys(const struct program *p, const char *what, const char *const *keys, size_t key_count,
	     size_t times)
{
	struct samples s = {.count = 0};

	for (size_t i = 0; i < times; i++)
		press(p, keys[i % key_count], &s);
	report(what, &s);
}

static long
status_kib(pid_t pid, const char *field)
{
	char path[64], line[256];
	long value = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, field, strlen(field)) == 0)
			value = strtol(line + strlen(field) + 1, NULL, 10);
	if (f)
		fclose(f);
	return value;
}

/* User and system time of its one thread, in ms, to the nanosecond: /proc/PID/stat counts in
 * hundredths of a second, of which an idle screen takes two in half a minute. */
static double
cpu_ms(pid_t pid)
{
	unsigned long long ns = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	f = fopen(path, "r");
	if (f && fscanf(f, "%llu", &ns) != 1)
		ns = 0;
	if (f)
		fclose(f);
	return (double)ns / 1e6;
}

/* How many system calls, as strace counts them; -1: it is not here, or may not. */
static long
count_calls(pid_t pid, int seconds)
{
	char command[160], line[256];
	long calls = -1;
	FILE *f;

	snprintf(command, sizeof(command), "timeout -s INT %d strace -c -f -p %d 2>&1", seconds,
		 (int)pid);
	f = popen(command, "r");
	while (f && fgets(line, sizeof(line), f)) {
		double share, time;
		long each, total;

		if (strstr(line, "total") &&
		    sscanf(line, "%lf %lf %ld %ld", &share, &time, &each, &total) == 4)
			calls = total;
	}
	if (f)
		pclose(f);
	return calls;
}

/* Half of the time under strace, half without, since the one would disturb the other. */
static void
measure_idle(const struct program *p)
{
	long calls = count_calls(p->pid, IDLE_S / 2);
	double cpu, at = 0, from = now_ms();

	drain(p, QUIET_MS, &at);
	cpu = cpu_ms(p->pid);
	from = now_ms();
	while (now_ms() - from < IDLE_S * 1000.0 / 2) {
		usleep(200000);
		drain(p, 1, &at);
	}
	printf("%-34s %.3f %% of a processor", "idle",
	       (cpu_ms(p->pid) - cpu) / (now_ms() - from) * 100);
	if (calls >= 0)
		printf(", %.1f system calls a second", (double)calls / (IDLE_S / 2));
	printf("\n");
	fflush(stdout);
}

static void
measure_board(char *const argv[])
{
	static const char *const sides[] = {"\033OC", "\033OD"}, *const ups[] = {"\033OB", "\033OB",
										 "\033OA"};
	static const char *const ends[] = {"G", "g"}, *const sorts[] = {"s"},
				 *const pages[] = {"\033[6~", "\033[5~"},
				 *const typed[] = {"a",	   "p",	   "-",	   "1",	   "7",
						   "\177", "\177", "\177", "\177", "\177"};
	static struct samples opening;
	struct program p = start(argv);
	double at = 0;

	drain(&p, 1500, &at);
	for (int i = 0; i < 12; i++) {	/* until every application has been asked for once */
		sleep(1);
		drain(&p, QUIET_MS, &at);
	}
	measure_keys(&p, "key: left and right", sides, 2, KEYS);
	measure_keys(&p, "key: up and down", ups, 3, KEYS);
	for (int i = 0; i < 10; i++) {	/* to the first row, whatever is written for it */
		if (write(p.fd, pages[1], strlen(pages[1])) < 0)
			perror("write");
		drain(&p, QUIET_MS, &at);
	}
	measure_keys(&p, "key: page down and up", pages, 2, KEYS / 2);
	measure_keys(&p, "key: first and last", ends, 2, KEYS / 2);
	measure_keys(&p, "key: sort", sorts, 1, KEYS / 2);
	for (int i = 0; i < KEYS / 4; i++) {
		press(&p, "/", &opening);
		press(&p, "\033",
		      &(struct samples){.count = 0}); /* waits for what may follow an Esc */
	}
	report("key: open the finder", &opening);
	press(&p, "/", &(struct samples){.count = 0});
	measure_keys(&p, "key: typing in the finder", typed, 10, KEYS / 2);
	press(&p, "\033", &(struct samples){.count = 0});
	printf("%-34s %.1f MiB\n", "peak memory", (double)status_kib(p.pid, "VmHWM:") / 1024);
	fflush(stdout);
	measure_idle(&p);
	end(&p, "Q");
}

static void
measure_hang(char *const argv[], pid_t server)
{
	static const char *const keys[] = {"\033OC", "\033OB", "\033OD", "\033OA", "R"};
	struct program p = start(argv);
	double at = 0;

	drain(&p, 1500, &at);
	kill(server, SIGUSR1);
	sleep(1);
	measure_keys(&p, "key: while the platform hangs", keys, 5, HANG_KEYS);
	end(&p, "Q");
}

static pid_t
serve(const char *program, const char *socket, int *input)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0)
		exit(1);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(fds[0], STDIN_FILENO);
		execl(program, program, socket, "500", "20", "50", (char *)NULL);
		_exit(127);
	}
	close(fds[0]);
	*input = fds[1];
	for (int i = 0; i < 100 && access(socket, F_OK) != 0; i++)
		usleep(20000);
	return pid;
}

/* A repository with as many lines to list as there are applications; NULL: there is no tig. */
static char *
make_repository(const char *directory)
{
	char *command = xasprintf(
		"command -v tig >/dev/null && mkdir %s/r && cd %s/r && git init -q . && "
		"for i in $(seq 500); do printf 'commit refs/heads/m\\ncommitter a <a@example.com> "
		"%%s +0000\\ndata 8\\nline %%3s\\n' $i $i; done | git fast-import --quiet && "
		"git symbolic-ref HEAD refs/heads/m",
		directory, directory);
	bool is_made = system(command) == 0;

	free(command);
	return is_made ? xasprintf("%s/r", directory) : NULL;
}

static void
measure_start(char *const board[], const char *directory)
{
	const char *turns = getenv("BENCH_STARTS");
	char *repository = make_repository(directory);
	char tig[] = "tig", c[] = "-C";
	char *const other[] = {tig, c, repository, NULL};
	int count = turns ? atoi(turns) : STARTS;

	measure_starts(board, repository ? other : NULL, count < SAMPLES_MAX ? count : SAMPLES_MAX);
	if (!repository)
		printf("tig: not here\n");
	free(repository);
}

int
main(int argc, char **argv)
{
	char directory[] = "/tmp/sidestage-bench-XXXXXX";
	char *socket, *option, *org, *command;
	int input;
	pid_t server;

	if (argc != 3 || !mkdtemp(directory)) {
		fputs("usage: bench-screen SIDESTAGE BIG-PLATFORM\n", stderr);
		return 2;
	}
	setenv("TERM", "xterm-256color", 1);
	setenv("XDG_STATE_HOME", directory, 1);
	setenv("XDG_CACHE_HOME", directory, 1);
	socket = xasprintf("%s/s", directory);
	option = xasprintf("--socket=%s", socket);
	org = xstrdup("--org=big");
	server = serve(argv[2], socket, &input);
	{
		char board_command[] = "board", app[] = "--app=app-000";
		char *const board[] = {argv[1], board_command, option, org, app, NULL};
		struct program first = start(board);
		double at = 0;

		drain(&first, 3000, &at);	/* fills the cache */
		end(&first, "Q");
		printf("500 applications, 20 environments, 50 workloads; 120x40\n");
		kill(server, SIGSTOP); /* what it answers is drawn too, and is not from the cache */
		measure_start(board, directory);
		kill(server, SIGCONT);
		if (!getenv("BENCH_STARTS")) {
			measure_board(board);
			measure_hang(board, server);
		}
	}
	close(input);
	waitpid(server, NULL, 0);
	command = xasprintf("rm -rf %s", directory);
	if (system(command) != 0)
		fprintf(stderr, "%s was left\n", directory);
	free(command);
	free(socket);
	free(option);
	free(org);
	return 0;
}
