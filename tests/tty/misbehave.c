/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * misbehave LISTEN UPSTREAM RULES: a platform with faults.  Stands on the socket LISTEN before the
 * one on UPSTREAM and passes everything on, but for the requests that a line of RULES is about; the
 * file is read again for each request.  A line is METHOD, an extended regular expression for the
 * path, and a fault:
 *
 *	GET /envs$ status 503 <html>no</html>	that answer, and no other
 *	GET /envs$ busy 60			429, with that Retry-After
 *	GET /envs$ hang				no byte comes, until the file no longer says so
 *	GET /envs$ drop				the connection is closed without an answer
 *	GET /envs$ change FROM TO		each FROM in the answer's body becomes TO
 *	.* .* token FILE				401, unless FILE holds the bearer token
 *
 * What it was asked goes to RULES.log.  It ends when LISTEN is removed.
 */
#include "config.h"

#include <poll.h>
#include <pthread.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/owner-secret.h"

#define BYTES_MAX (8u << 20)
#define WORDS_MAX 5

struct bytes {
	char *data;
	size_t length;
};

static const char *listen_path, *upstream_path, *rules_path;

static void
add(struct bytes *b, const char *data, size_t length)
{
	b->data = realloc(b->data, b->length + length + 1);
	if (!b->data || b->length + length > BYTES_MAX)
		abort();
	memcpy(b->data + b->length, data, length);
	b->length += length;
	b->data[b->length] = '\0';
}

static void
send_all(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t n = send(fd, data, length, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		data += n;
		length -= (size_t)n;
	}
}

static bool
address_of(struct sockaddr_un *address, const char *path)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	return snprintf(address->sun_path, sizeof(address->sun_path), "%s", path) <
	       (int)sizeof(address->sun_path);
}

/* --- a message --- */

static const char *
body_of(const struct bytes *b)
{
	const char *end = b->data ? strstr(b->data, "\r\n\r\n") : NULL;

	return end ? end + 4 : NULL;
}

/* One request; false: the client went away. */
static bool
read_request(int fd, struct bytes *b)
{
	char part[4096];

	for (;;) {
		const char *body = body_of(b);
		const char *length = body ? strcasestr(b->data, "\r\ncontent-length:") : NULL;
		ssize_t n;

		if (body &&
		    (!length || length > body ||
		     b->length - (size_t)(body - b->data) >= strtoul(length + 17, NULL, 10)))
			return true;
		n = read(fd, part, sizeof(part));
		if (n <= 0)
			return false;
		add(b, part, (size_t)n);
	}
}

/* The message without these header lines, and with one more. */
static struct bytes
edit_head(const struct bytes *b, const char *const *without, const char *more)
{
	struct bytes out = {0};
	const char *body = body_of(b), *line = b->data;

	while (line < body - 2) {
		const char *end = strstr(line, "\r\n") + 2;
		bool keep = true;

		for (const char *const *name = without; line != b->data && *name; name++)
			keep = keep && strncasecmp(line, *name, strlen(*name)) != 0;
		if (keep)
			add(&out, line, (size_t)(end - line));
		line = end;
	}
	add(&out, more, strlen(more));
	add(&out, "\r\n", 2);
	add(&out, body, b->length - (size_t)(body - b->data));
	return out;
}

static struct bytes
ask_upstream(const struct bytes *request)
{
	static const char *const without[] = {
		"connection:", "authorization:", "if-none-match:", NULL};
	char part[4096], secret[OWNER_SECRET_LINE_SIZE], more[OWNER_SECRET_LINE_SIZE + 32];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_owner = owner_secret_read(upstream_path, secret);
	struct bytes sent, answer = {0};
	struct sockaddr_un address;
	ssize_t n;

	snprintf(more, sizeof(more), "Connection: close\r\n%s%s", secret, is_owner ? "\r\n" : "");
	sent = edit_head(request, without, more);
	if (address_of(&address, upstream_path) &&
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
		send_all(fd, sent.data, sent.length);
		while ((n = read(fd, part, sizeof(part))) > 0)
			add(&answer, part, (size_t)n);
	}
	close(fd);
	free(sent.data);
	return answer;
}

static struct bytes
change_body(const struct bytes *answer, const char *from, const char *to)
{
	static const char *const without[] = {"content-length:", "etag:", NULL};
	struct bytes body = {0}, whole = {0}, out;
	const char *at = body_of(answer), *next;
	char length[64];

	add(&body, "", 0);
	for (; (next = strstr(at, from)); at = next + strlen(from)) {
		add(&body, at, (size_t)(next - at));
		add(&body, to, strlen(to));
	}
	add(&body, at, strlen(at));
	add(&whole, answer->data, (size_t)(body_of(answer) - answer->data));
	add(&whole, body.data, body.length);
	snprintf(length, sizeof(length), "Content-Length: %zu\r\n", body.length);
	out = edit_head(&whole, without, length);
	free(body.data);
	free(whole.data);
	return out;
}

/* --- rules --- */

static bool
is_about(const char *word, const char *text)
{
	regex_t regex;
	bool found;

	if (regcomp(&regex, word, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	found = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

/* The words of the first line that is about this request, in `line`; how many, 0: none is. */
static size_t
find_rule(const char *method, const char *path, char *line, size_t size, char **words)
{
	FILE *rules = fopen(rules_path, "re");
	size_t count = 0;

	while (rules && count == 0 && fgets(line, (int)size, rules)) {
		char *rest = line;

		line[strcspn(line, "\n")] = '\0';
		while (count < WORDS_MAX - 1 && (words[count] = strsep(&rest, " ")))
			count++;
		if (rest)
			words[count++] = rest;
		if (count < 3 || !is_about(words[0], method) || !is_about(words[1], path))
			count = 0;
	}
	if (rules)
		fclose(rules);
	return count;
}

static bool
has_token(const struct bytes *request, const char *file)
{
	const char *given = strcasestr(request->data, "\r\nauthorization: bearer ");
	FILE *stream = fopen(file, "re");
	char token[256] = "";

	if (stream && fgets(token, sizeof(token), stream))
		token[strcspn(token, "\n")] = '\0';
	if (stream)
		fclose(stream);
	return given && strncmp(given + 24, token, strlen(token)) == 0 &&
	       given[24 + strlen(token)] == '\r';
}

static void
note(const char *method, const char *path, const char *what)
{
	char name[1024];
	FILE *log;

	snprintf(name, sizeof(name), "%s.log", rules_path);
	log = fopen(name, "ae");
	if (!log)
		return;
	fprintf(log, "%s %s %s\n", method, path, what);
	fclose(log);
}

static void
send_status(int fd, const char *status, const char *body)
{
	char head[256];

	snprintf(head, sizeof(head),
		 "HTTP/1.1 %s Fault\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", status,
		 strlen(body));
	send_all(fd, head, strlen(head));
	send_all(fd, body, strlen(body));
}

static void *
serve(void *data)
{
	int fd = (int)(intptr_t)data;
	struct bytes request = {0}, answer = {0}, changed;
	char method[16] = "", path[2048] = "", line[65536], status[64], *words[WORDS_MAX];
	size_t count = 0;

	if (read_request(fd, &request) && sscanf(request.data, "%15s %2047s", method, path) == 2) {
		count = find_rule(method, path, line, sizeof(line), words);
		if (count > 2 && strcmp(words[2], "token") == 0 && count > 3 &&
		    has_token(&request, words[3]))
			count = 0;
		note(method, path, count > 2 ? words[2] : "passed");
		while (count > 2 && strcmp(words[2], "hang") == 0 &&
		       access(listen_path, F_OK) == 0) {
			usleep(50000);
			count = find_rule(method, path, line, sizeof(line), words);
		}
		if (count > 2 && strcmp(words[2], "token") == 0) {
			send_status(fd, "401", "{}");
		} else if (count > 3 && strcmp(words[2], "busy") == 0) {
			snprintf(status, sizeof(status),
				 "429 Busy\r\nRetry-After: %.20s\r\nX-Is:", words[3]);
			send_status(fd, status, "{}");
		} else if (count > 3 && strcmp(words[2], "status") == 0) {
			send_status(fd, words[3], count > 4 ? words[4] : "");
		} else if (count <= 2 || strcmp(words[2], "drop") != 0) {
			answer = ask_upstream(&request);
			if (count > 4 && strcmp(words[2], "change") == 0 && body_of(&answer)) {
				changed = change_body(&answer, words[3], words[4]);
				free(answer.data);
				answer = changed;
			}
			send_all(fd, answer.data, answer.length);
		}
	}
	close(fd);
	free(request.data);
	free(answer.data);
	return NULL;
}

int
main(int argc, char **argv)
{
	struct sockaddr_un address;
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (argc != 4 || !address_of(&address, argv[1])) {
		fprintf(stderr, "usage: misbehave LISTEN UPSTREAM RULES\n");
		return 2;
	}
	listen_path = argv[1];
	upstream_path = argv[2];
	rules_path = argv[3];
	unlink(listen_path);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(listener, 64) != 0) {
		perror(listen_path);
		return 1;
	}
	while (access(listen_path, F_OK) == 0) {
		struct pollfd polled = {.fd = listener, .events = POLLIN};
		pthread_t thread;
		int fd;

		if (poll(&polled, 1, 200) <= 0)
			continue;
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0 && pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd) == 0)
			pthread_detach(thread);
	}
	return 0;
}
