/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The sample's programs as the process driver runs them: nothing in the environment but what
 * was declared, a port of their own, one database.  Every version must behave as its number
 * says; the story of the demo rests on that.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <jansson.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "stop.h"
#include "text.h"

#define START_LIMIT_MS 20000	/* a loaded machine, under a sanitiser */
#define KOREAN "서울에서 제주까지 자전거로 함께 떠나는 여름 여행 이야기"
#define VARIABLES 8

struct program {
	pid_t pid;
	int output;		/* what it prints */
	int port;
};

struct place {
	char directory[64];
	char database[96];
};

static int checks, failures;

static void __attribute__((format(printf, 2, 3)))
check(bool good, const char *format, ...)
{
	va_list args;

	printf("%sok %d - ", good ? "" : "not ", ++checks);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	failures += !good;
}

static void __attribute__((noreturn))
bail(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static const char *
directory_of(const char *variable)
{
	const char *value = getenv(variable);

	if (!value) {
		printf("Bail out! %s is not set; run this with make check\n", variable);
		exit(1);
	}
	return value;
}

/* Set-up */

static char *
read_whole(const char *path)
{
	FILE *file = fopen(path, "r");
	struct text content;
	char bytes[4096];
	size_t n;

	if (!file)
		bail(path);
	text_init(&content, 1024 * 1024);
	text_puts(&content, "");
	while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		text_add(&content, bytes, n);
	fclose(file);
	return content.bytes;
}

static void
make_place(struct place *place)
{
	char path[PATH_MAX];
	char *sql;
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/sample/topicshare/topics.sql",
		 directory_of("SIDESTAGE_DATA"));
	directory_of("SIDESTAGE_LIBEXEC");
	sql = read_whole(path);
	strcpy(place->directory, "/tmp/topicshare.XXXXXX");
	if (!mkdtemp(place->directory))
		bail("mkdtemp");
	snprintf(place->database, sizeof(place->database), "%s/topics.db", place->directory);
	if (sqlite3_open(place->database, &db) != SQLITE_OK ||
	    sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		printf("Bail out! the template: %s\n", sqlite3_errmsg(db));
		exit(1);
	}
	sqlite3_close(db);
	free(sql);
}

static void
clear_place(const struct place *place)
{
	char journal[128];

	snprintf(journal, sizeof(journal), "%s-journal", place->database);
	unlink(journal);
	unlink(place->database);
	if (rmdir(place->directory) != 0)
		printf("# %s was not empty\n", place->directory);
}

static int
free_port(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) != 0)
		bail("a free port");
	close(fd);
	return ntohs(address.sin_port);
}

/* Starts <image> with the given variables ("NAME=value", NULL ends) and a PORT. */
static struct program
start(const char *image, const char *const *variables)
{
	struct program program = {.port = free_port()};
	char path[PATH_MAX], port[32];
	char *argv[] = {path, NULL};
	char *environment[VARIABLES + 2] = {port};
	int pipes[2];

	snprintf(path, sizeof(path), "%s/images/local/topicshare-%s",
		 directory_of("SIDESTAGE_LIBEXEC"), image);
	snprintf(port, sizeof(port), "PORT=%d", program.port);
	for (int i = 0; i < VARIABLES && variables[i]; i++)
		environment[i + 1] = (char *)variables[i];
	if (pipe2(pipes, O_CLOEXEC) != 0)
		bail("pipe");
	program.pid = fork();
	if (program.pid < 0)
		bail("fork");
	if (program.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);	/* a test that bails out leaves nothing */
		dup2(pipes[1], 1);
		dup2(pipes[1], 2);
		execve(path, argv, environment);
		_exit(127);
	}
	close(pipes[1]);
	program.output = pipes[0];
	return program;
}

/* Waits until it ends; its wait status, or -1 after the limit (then it is killed). */
static int
wait_end(struct program *program, int limit_ms)
{
	int64_t deadline = stop_clock() + limit_ms;
	int status = 0;
	pid_t got;

	while ((got = waitpid(program->pid, &status, WNOHANG)) == 0) {
		if (stop_clock() > deadline) {
			kill(program->pid, SIGKILL);
			waitpid(program->pid, &status, 0);
			status = -1;
			break;
		}
		stop_poll(NULL, 0, 2);
	}
	program->pid = 0;
	return got < 0 ? -1 : status;
}

static void
finish(struct program *program)
{
	close(program->output);
	program->output = -1;
}

static void
end_cleanly(struct program *program, const char *name)
{
	int64_t began = stop_clock(), took;
	char said[512];
	int status;

	kill(program->pid, SIGTERM);
	status = wait_end(program, START_LIMIT_MS);
	took = stop_clock() - began;
	check(status == 0 && took < 1000, "%s ends by itself within 1 s of SIGTERM", name);
	if (status != 0 || took >= 1000) {
		ssize_t n = read(program->output, said, sizeof(said) - 1);

		said[n > 0 ? n : 0] = '\0';
		printf("# wait status %d after %lld ms; it said: %s\n", status, (long long)took,
		       said);
	}
	finish(program);
}

static int
get(int port, const char *path, struct text *body)
{
	char base[64];
	const char *why;

	text_init(body, 1024 * 1024);
	snprintf(base, sizeof(base), "http://sample.localhost:%d", port);
	return client_get(base, path, 5000, body, &why);
}

static bool
wait_ready(const struct program *program)
{
	int64_t deadline = stop_clock() + START_LIMIT_MS;
	struct text body;
	int status;

	do {
		status = get(program->port, "/healthz", &body);
		text_clear(&body);
		if (status == 200)
			return true;
		stop_poll(NULL, 0, 5);
	} while (stop_clock() < deadline);
	return false;
}

/* Sends these bytes, may half-close, and reads what comes back: its status, 0 for none. */
static int
send_raw(int port, const char *bytes, size_t length, bool half_close, struct text *answer)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval limit = {.tv_sec = 10};
	char got[4096];
	int status = 0;
	ssize_t n;

	text_init(answer, 1024 * 1024);
	text_puts(answer, "");
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		bail("connect");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	for (size_t sent = 0; sent < length; sent += (size_t)n) {
		n = send(fd, bytes + sent, length - sent, MSG_NOSIGNAL);
		if (n <= 0)
			break;
	}
	if (half_close)
		shutdown(fd, SHUT_WR);
	while ((n = recv(fd, got, sizeof(got), 0)) > 0)
		text_add(answer, got, (size_t)n);
	close(fd);
	if (sscanf(answer->bytes, "HTTP/1.1 %3d", &status) != 1)
		status = 0;
	return status;
}

static int
post(int port, const char *body, struct text *answer)
{
	struct text request;
	int status;

	text_init(&request, 1024 * 1024);
	text_printf(&request,
		    "POST /topics HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n%s",
		    strlen(body), body);
	status = send_raw(port, request.bytes, request.length, false, answer);
	text_clear(&request);
	return status;
}

/* An opinion that is not our own. */
static bool
is_utf8(const struct text *text)
{
	iconv_t converter = iconv_open("UTF-32LE", "UTF-8");
	char *in = text->bytes;
	size_t left = text->length, room;
	char out[4096], *to;
	bool good = true;

	if (converter == (iconv_t)-1)
		bail("iconv");
	while (left > 0 && good) {
		to = out;
		room = sizeof(out);
		good = iconv(converter, &in, &left, &to, &room) != (size_t)-1 || errno == E2BIG;
	}
	iconv_close(converter);
	return good;
}

static bool
holds(const struct text *text, const char *wanted)
{
	return text->bytes && memmem(text->bytes, text->length, wanted, strlen(wanted)) != NULL;
}

/* A question to the database, answered with one text. */
static bool
database_says(const struct place *place, const char *sql, const char *wanted)
{
	sqlite3_stmt *row = NULL;
	sqlite3 *db;
	bool same = false;

	if (sqlite3_open_v2(place->database, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    sqlite3_busy_timeout(db, 3000) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, sql, -1, &row, NULL) == SQLITE_OK &&
	    sqlite3_step(row) == SQLITE_ROW)
		same = strcmp((const char *)sqlite3_column_text(row, 0), wanted) == 0;
	sqlite3_finalize(row);
	sqlite3_close(db);
	return same;
}

static bool
database_comes_to_say(const struct place *place, const char *sql, const char *wanted)
{
	int64_t deadline = stop_clock() + START_LIMIT_MS;

	while (!database_says(place, sql, wanted)) {
		if (stop_clock() > deadline)
			return false;
		stop_poll(NULL, 0, 20);
	}
	return true;
}

/* The tests */

static void
test_cuts(void)
{
	static const struct {
		const char *title;
		size_t characters, bytes;
	} cases[] = {
		{"abc", 2, 2},
		{"abc", 5, 3},
		{"", 3, 0},
		{"한국어", 2, 6},
		{"e\u0301a", 1, 3},				/* a letter and its accent */
		{"👨‍👩‍👧!", 1, 18},			/* joined into one */
		{"👍🏽!", 1, 8},					/* with a skin tone */
		{"🇰🇷🇸🇦", 1, 8},				/* two flags, of two halves each */
		{"a\xff" "b", 2, 2},				/* a stray byte counts as one */
		{"\xed\x95", 5, 2},				/* cut already */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(text_cut_characters(cases[i].title, cases[i].characters) == cases[i].bytes,
		      "case %zu is cut after %zu characters", i + 1, cases[i].characters);
}

/* The bug of the story, and what each later version does about it. */
static void
test_web(const struct program *api)
{
	static const struct {
		const char *image;
		const char *extra[2];
		bool valid;
		const char *wanted;
	} cases[] = {
		{"web/1.4.2", {NULL}, false, "<footer>TopicShare web 1.4.2</footer>"},
		{"web/1.4.2", {"TITLE_MAX=160"}, true, KOREAN "</b>"},
		{"web/1.4.3", {NULL}, true, KOREAN "</b>"},
		{"web/1.4.3", {"TITLE_MAX=48"}, true, "<footer>TopicShare web 1.4.3</footer>"},
		{"web/1.4.3", {"TITLE_MAX=5"}, true, "<b>서울에서 …</b>"},
		{"web/1.4.3", {NULL}, true, "5 &lt; 6 &amp;&amp; &quot;quotes&quot; &lt;b&gt;stay"},
		{"web/1.4.4-rc1", {"FEATURE_FLAGS_URL=http://127.0.0.1:1/"}, true, KOREAN},
		{"web/2.0.0-rc1", {"THEME=light", "PAGE_SIZE=50"}, true, KOREAN "</h2>"},
		{"web/2.0.0-rc3", {"THEME=dark", "PAGE_SIZE=3"}, true, "href=\"/?page=2\""},
		{"web/2.0.0-rc3", {"THEME=dark", "PAGE_SIZE=50"}, true, "data-theme=\"dark\""},
	};
	char url[64];

	snprintf(url, sizeof(url), "API_URL=http://api.prod.localhost:%d", api->port);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *variables[] = {url, cases[i].extra[0], cases[i].extra[1], NULL};
		struct program web = start(cases[i].image, variables);
		struct text page;
		int status;

		check(wait_ready(&web), "%s becomes ready", cases[i].image);
		status = get(web.port, "/", &page);
		check(status == 200 && is_utf8(&page) == cases[i].valid,
		      "its page is %svalid UTF-8", cases[i].valid ? "" : "not ");
		check(holds(&page, cases[i].wanted), "its page holds %s", cases[i].wanted);
		check(!holds(&page, "<b>stay"), "its page holds no markup of a title");
		text_clear(&page);
		end_cleanly(&web, cases[i].image);
	}
}

static void
test_web_without_api(void)
{
	struct program web = start("web/1.4.3",
				   (const char *[]){"API_URL=http://localhost:1", NULL});
	struct text page;

	check(wait_ready(&web), "web is ready without api");
	check(get(web.port, "/", &page) == 502 && holds(&page, "api is away"),
	      "and says that api is away");
	text_clear(&page);
	end_cleanly(&web, "web");
}

static void
test_refuses_to_start(void)
{
	static const struct {
		const char *image;
		const char *variables[3];
		const char *says;
	} cases[] = {
		{"web/1.4.4-rc1", {"API_URL=http://localhost:1"}, "error: the variable FEATURE_FLAGS_URL must be set"},
		{"web/1.4.2", {NULL}, "error: the variable API_URL must be set"},
		{"web/1.4.2", {"API_URL=x", "TITLE_MAX=many"}, "error: the variable TITLE_MAX must be a number"},
		{"api/1.4.2", {"DB_PATH=/nowhere/topics.db"}, "error: /nowhere/topics.db: "},
		{"worker/1.8.1", {"DB_PATH=/nowhere/topics.db"}, "error: /nowhere/topics.db: "},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct program program = start(cases[i].image, cases[i].variables);
		int status = wait_end(&program, START_LIMIT_MS);
		char said[512];
		ssize_t n = read(program.output, said, sizeof(said) - 1);

		said[n > 0 ? n : 0] = '\0';
		check(status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 1,
		      "%s without what it needs exits with 1", cases[i].image);
		check(strstr(said, cases[i].says) != NULL, "and says: %s", cases[i].says);
		finish(&program);
	}
}

static void
test_topics(const struct program *api)
{
	static const struct {
		const char *body;
		int status;
	} refused[] = {
		{"", 400}, {"{", 400}, {"[]", 400}, {"{\"title\":\"x\"}", 400},
		{"{\"title\":\"\",\"author\":\"dev\"}", 400},
		{"{\"title\":7,\"author\":\"dev\"}", 400},
		{"{\"title\":\"a\\nb\",\"author\":\"dev\"}", 400},
		{"{\"title\":\"\xed\x95\",\"author\":\"dev\"}", 400},
		{"{\"title\":\"a\",\"title\":\"b\",\"author\":\"dev\"}", 400},
	};
	struct text answer, long_title;

	check(post(api->port, "{\"title\":\"새 주제 ✨\",\"author\":\"dev\"}", &answer) == 201 &&
		      holds(&answer, "새 주제 ✨"),
	      "a topic is added");
	text_clear(&answer);
	check(get(api->port, "/topics", &answer) == 200 && holds(&answer, "새 주제 ✨") &&
	      holds(&answer, KOREAN), "and is among the topics");
	text_clear(&answer);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		check(post(api->port, refused[i].body, &answer) == refused[i].status,
		      "bad topic %zu is refused with %d", i + 1, refused[i].status);
		text_clear(&answer);
	}
	text_init(&long_title, 1024);
	text_printf(&long_title, "{\"title\":\"%0301d\",\"author\":\"dev\"}", 0);
	check(post(api->port, long_title.bytes, &answer) == 400, "a title of 301 bytes is refused");
	text_clear(&answer);
	text_clear(&long_title);
}

/* None may crash it or be left without an end; 0: closed without an answer. */
static void
test_hostile(const struct program *program, const char *name)
{
	static const struct {
		const char *what, *bytes;
		int status;
	} cases[] = {
		{"no request at all", "", 0},
		{"half a request line", "GET / HT", 0},
		{"half a header", "GET / HTTP/1.1\r\nHost: x\r\nA", 0},
		{"half a body", "POST /topics HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{", 0},
		{"an unknown method", "BREW /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 405},
		{"a method that is none", "G(T / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"another protocol", "EHLO example\r\n\r\n", 400},
		{"a later HTTP", "GET / HTTP/3.0\r\nHost: x\r\n\r\n", 505},
		{"no host", "GET /healthz HTTP/1.1\r\n\r\n", 400},
		{"two hosts", "GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
		{"two lengths", "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
				"Content-Length: 0\r\n\r\n", 400},
		{"a negative length", "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400},
		{"an endless length", "GET /healthz HTTP/1.1\r\nHost: x\r\n"
				      "Content-Length: 99999999999999999999\r\n\r\n", 400},
		{"a body too large", "POST /topics HTTP/1.1\r\nHost: x\r\nContent-Length: 16385\r\n\r\n", 413},
		{"chunks", "POST /topics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501},
		{"a space before the colon", "GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n", 400},
		{"a folded header", "GET /healthz HTTP/1.1\r\nHost: x\r\n y\r\n\r\n", 400},
		{"a bare line feed", "GET /healthz HTTP/1.1\nHost: x\r\n\r\n", 400},
		{"an absolute target", "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"a way up", "GET /../healthz HTTP/1.1\r\nHost: x\r\n\r\n", 404},
		{"a good one", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 200},
	};
	static const char nul[] = "GET /\0 HTTP/1.1\r\n\r\n";
	static const char head[] = "HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
	struct text answer, huge;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int status = send_raw(program->port, cases[i].bytes, strlen(cases[i].bytes), true,
				      &answer);

		check(status == cases[i].status, "%s: %s: %d (%d)", name, cases[i].what,
		      cases[i].status, status);
		text_clear(&answer);
	}
	text_init(&huge, 1024 * 1024);
	text_printf(&huge, "GET / HTTP/1.1\r\nHost: x\r\nX: %0200000d\r\n\r\n", 0);
	check(send_raw(program->port, huge.bytes, huge.length, false, &answer) == 431,
	      "%s: a huge header: 431", name);
	text_clear(&answer);
	check(send_raw(program->port, nul, sizeof(nul) - 1, false, &answer) == 400,
	      "%s: a NUL: 400", name);
	text_clear(&answer);
	check(send_raw(program->port, head, sizeof(head) - 1, false, &answer) == 200 &&
	      !holds(&answer, "{"), "%s: HEAD has no body", name);
	text_clear(&answer);
	text_clear(&huge);
}

/* Idle connections may not keep others out, nor hold up the end. */
static void
test_many_idle(struct program *program)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)program->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct text answer;
	int idle[100];

	for (size_t i = 0; i < 100; i++) {
		idle[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (idle[i] < 0 ||
		    connect(idle[i], (struct sockaddr *)&address, sizeof(address)) != 0)
			bail("connect");
	}
	check(get(program->port, "/healthz", &answer) == 200,
	      "100 idle connections keep nobody out");
	text_clear(&answer);
	end_cleanly(program, "a server with 100 idle connections");
	for (size_t i = 0; i < 100; i++)
		close(idle[i]);
}

static void
test_worker(const struct place *place)
{
	char database[128];
	const char *variables[] = {database, "INTERVAL=1", NULL};
	struct program worker;

	snprintf(database, sizeof(database), "DB_PATH=%s", place->database);
	worker = start("worker/1.8.1", variables);
	check(database_comes_to_say(place, "SELECT value FROM digest WHERE name = 'written_by'",
				    "worker 1.8.1"), "worker 1.8.1 writes its digest");
	check(database_says(place,
			    "SELECT count(*) FROM sqlite_master WHERE name = 'digest_authors'",
			    "0"),
	      "and nothing more");
	end_cleanly(&worker, "worker 1.8.1");
	worker = start("worker/1.9.0", variables);
	check(database_comes_to_say(place, "SELECT value FROM digest WHERE name = 'written_by'",
				    "worker 1.9.0"), "worker 1.9.0 writes its digest");
	check(database_says(place, "SELECT count(*) FROM digest_authors WHERE author = 'guest-ko'",
			    "1"), "and counts the authors");
	end_cleanly(&worker, "worker 1.9.0");
}

/* Whoever was being served when the stop came still gets the answer. */
static void
test_stop_under_way(void)
{
	static const char first[] = "GET /healthz HTTP/1.1\r\n", rest[] = "Host: x\r\n\r\n";
	struct program web = start("web/1.4.3",
				   (const char *[]){"API_URL=http://localhost:1", NULL});
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)web.port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	char answer[32] = "";
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(wait_ready(&web), "web becomes ready");
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    send(fd, first, sizeof(first) - 1, MSG_NOSIGNAL) < 0)
		bail("half a request");
	kill(web.pid, SIGTERM);
	check(send(fd, rest, sizeof(rest) - 1, MSG_NOSIGNAL) > 0 &&
	      recv(fd, answer, sizeof(answer) - 1, 0) > 0 && strstr(answer, " 200 "),
	      "a request that had begun is answered after SIGTERM");
	close(fd);
	check(wait_end(&web, 1000) == 0, "and then web ends");
	finish(&web);
}

/* The switch of a deployment: two instances and the worker on one file, for a moment. */
static void
test_side_by_side(const struct place *place)
{
	char database[128];
	const char *variables[] = {database, NULL};
	struct program one, two, worker;
	struct text answer;
	int added = 0;

	snprintf(database, sizeof(database), "DB_PATH=%s", place->database);
	one = start("api/1.4.2", variables);
	two = start("api/2.0.0-rc3", variables);
	worker = start("worker/1.9.0", variables);
	check(wait_ready(&one) && wait_ready(&two), "two instances of api share one database");
	for (int i = 0; i < 20; i++) {
		added += post(i % 2 ? one.port : two.port, "{\"title\":\"t\",\"author\":\"qa\"}",
			      &answer) == 201;
		text_clear(&answer);
	}
	check(added == 20, "both can write (%d of 20)", added);
	check(get(two.port, "/topics", &answer) == 200 && holds(&answer, "\"likes\":0"),
	      "2.0 counts likes");
	text_clear(&answer);
	check(get(one.port, "/topics", &answer) == 200 && !holds(&answer, "likes"),
	      "1.4.2 goes on beside it");
	text_clear(&answer);
	end_cleanly(&one, "api 1.4.2");
	end_cleanly(&worker, "worker 1.9.0");
	check(database_says(place, "PRAGMA integrity_check", "ok"), "the database is whole");
	end_cleanly(&two, "api 2.0.0-rc3");
}

static void
test_search(const struct program *api)
{
	static const struct {
		const char *image, *path;
		int status;
		const char *wanted;
	} cases[] = {
		{"search/2.0.0-rc1", "/search?q=Tea", 200, "Tea or coffee"},
		{"search/2.0.0-rc1", "/search?q=tea", 200, "[]"},
		{"search/2.0.0-rc3", "/search?q=tea", 200, "Tea or coffee"},
		{"search/2.0.0-rc3", "/search?q=%EC%A0%9C%EC%A3%BC", 200, KOREAN},
		{"search/2.0.0-rc3", "/search", 400, "error"},
		{"search/2.0.0-rc3", "/search?q=%00", 400, "error"},
		{"search/2.0.0-rc3", "/search?q=%ED%95", 400, "error"},
		{"search/2.0.0-rc3", "/search?q=%", 400, "error"},
	};
	char url[64];

	snprintf(url, sizeof(url), "API_URL=http://localhost:%d", api->port);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct program search = start(cases[i].image, (const char *[]){url, NULL});
		struct text answer;
		int status;

		if (!wait_ready(&search))
			check(false, "%s becomes ready", cases[i].image);
		status = cases[i].status == 200 ? get(search.port, cases[i].path, &answer) : 0;
		if (cases[i].status == 200) {
			check(status == 200 && holds(&answer, cases[i].wanted), "%s %s",
			      cases[i].image, cases[i].path);
		} else {
			struct text request;

			text_init(&request, 1024);
			text_printf(&request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", cases[i].path);
			status = send_raw(search.port, request.bytes, request.length, false,
					  &answer);
			check(status == cases[i].status, "%s %s: %d", cases[i].image, cases[i].path,
			      status);
			text_clear(&request);
		}
		text_clear(&answer);
		kill(search.pid, SIGTERM);
		wait_end(&search, START_LIMIT_MS);
		finish(&search);
	}
}

static void
check_image(const char *reference)
{
	const char *images = directory_of("SIDESTAGE_LIBEXEC");
	const char *version = strrchr(reference, ':');
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/images/%.*s/%s", images,
		 version ? (int)(version - reference) : 0, reference, version ? version + 1 : "");
	check(access(path, X_OK) == 0, "%s is there to be run", reference);
}

static void
check_deployment(const json_t *deployment)
{
	json_t *modules = json_object_get(json_object_get(deployment, "set"), "modules");
	json_t *module, *container;
	const char *name, *id;

	check(json_object_size(modules) >= 3, "a deployment has its workloads");
	json_object_foreach(modules, name, module) {
		json_object_foreach(json_object_get(json_object_get(module, "spec"), "containers"),
				    id, container)
			check_image(json_string_value(json_object_get(container, "image")));
	}
}

/* What the demo imports names only what exists. */
static void
test_import(void)
{
	char path[PATH_MAX];
	json_t *root, *organization, *application, *environment, *deployment;
	size_t i, j, k, l, deployments = 0;

	snprintf(path, sizeof(path), "%s/sample/topicshare/topicshare.json",
		 directory_of("SIDESTAGE_DATA"));
	root = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	check(root != NULL, "the import file is JSON");
	json_array_foreach(json_object_get(root, "organizations"), i, organization)
		json_array_foreach(json_object_get(organization, "applications"), j, application)
			json_array_foreach(json_object_get(application, "environments"), k,
					   environment)
				json_array_foreach(json_object_get(environment, "deployments"), l,
						   deployment) {
					check_deployment(deployment);
					deployments++;
				}
	check(deployments >= 4, "it has the deployments of three environments");
	json_decref(root);
}

static void
test_with_api(const struct place *place)
{
	char database[128];
	struct program api;

	snprintf(database, sizeof(database), "DB_PATH=%s", place->database);
	api = start("api/1.4.2", (const char *[]){database, NULL});
	check(wait_ready(&api), "api becomes ready");
	test_topics(&api);
	test_web(&api);
	test_search(&api);
	test_hostile(&api, "api");
	test_many_idle(&api);
}

static void
test_hostile_to_web(void)
{
	struct program web = start("web/1.4.3",
				   (const char *[]){"API_URL=http://localhost:1", NULL});

	check(wait_ready(&web), "web becomes ready");
	test_hostile(&web, "web");
	end_cleanly(&web, "web");
}

int
main(void)
{
	struct place place;

	stop_init();
	make_place(&place);
	test_cuts();
	test_import();
	test_refuses_to_start();
	test_web_without_api();
	test_worker(&place);
	test_with_api(&place);
	test_side_by_side(&place);
	test_hostile_to_web();
	test_stop_under_way();
	clear_place(&place);
	printf("1..%d\n", checks);
	return failures ? 1 : 0;
}
