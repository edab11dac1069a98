/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The daemon says that it is ready through a pipe, so nobody polls for its socket; the pipe's
 * end without a word is how a start that failed is seen. */
#include "config.h"

#include "daemon.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/owner-secret.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "tests/patience.h"

#define ANSWER_MAX (64u * 1024 * 1024)

static void
write_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0 || chmod(path, mode) != 0)
		abort();
}

int
daemon_prepare(struct daemon *daemon, const char *import)
{
	const char *tmp = getenv("TMPDIR");
	char *path;

	*daemon = (struct daemon){0};
	curl_global_init(CURL_GLOBAL_DEFAULT);
	daemon->folder = xasprintf("%s/wire-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(daemon->folder))
		return -1;
	daemon->state = xasprintf("%s/state", daemon->folder);
	daemon->errors = xasprintf("%s/stderr", daemon->folder);
	daemon->answers = xasprintf("%s/answers", daemon->folder);
	daemon->socket = xasprintf("%s/socket", daemon->folder);
	path = xasprintf("%s/images", daemon->folder);
	if (paths_make(path, NULL) != 0)
		return -1;
	free(path);
	path = xasprintf("%s/import.json", daemon->folder);
	write_file(path, import, 0600);
	free(path);
	return 0;
}

void
daemon_add_image(struct daemon *daemon, const char *name, const char *script)
{
	char *directory = xasprintf("%s/images/local/%s", daemon->folder, name);
	char *path = xasprintf("%s/1.0.0", directory);

	if (paths_make(directory, NULL) != 0)
		abort();
	write_file(path, script, 0700);
	free(directory);
	free(path);
}

void
daemon_add_template(struct daemon *daemon, const char *name, const char *sql)
{
	char *directory = xasprintf("%s/templates", daemon->folder);
	char *path = xasprintf("%s/%s", directory, name);

	if (paths_make(directory, NULL) != 0)
		abort();
	write_file(path, sql, 0600);
	free(directory);
	free(path);
}

static void __attribute__((noreturn))
run(const struct daemon *daemon, int ready)
{
	const char *program = getenv("SIDESTAGED");
	char *images = xasprintf("%s/images", daemon->folder);
	char *import = xasprintf("%s/import.json", daemon->folder);
	char *templates = xasprintf("%s/templates", daemon->folder);
	const char *arguments[32] = {
		program, "serve", "--socket", daemon->socket, "--state", daemon->state,
		"--images", images, "--import", import, "--min-ready", "300ms", "--ready-fd", "0",
	};
	int errors = open(daemon->errors, O_WRONLY | O_CREAT | O_APPEND, 0600);
	size_t count = 14;

	if (access(templates, F_OK) == 0) {
		arguments[count++] = "--templates";
		arguments[count++] = templates;
	}
	for (size_t i = 0; daemon->arguments[i]; i++)
		arguments[count++] = daemon->arguments[i];
	for (size_t i = 0; daemon->variables[i]; i++)
		putenv((char *)daemon->variables[i]);
	prctl(PR_SET_PDEATHSIG, SIGKILL);	/* a test that dies takes its daemon with it */
	dup2(ready, 0);
	dup2(errors, 2);
	execv(program ? program : "sidestaged", (char *const *)arguments);
	_exit(127);
}

bool
daemon_start(struct daemon *daemon)
{
	int ready[2];
	char word[8] = "";
	ssize_t n;

	if (pipe2(ready, O_CLOEXEC) != 0)
		abort();
	daemon->pid = fork();
	if (daemon->pid == 0)
		run(daemon, ready[1]);
	close(ready[1]);
	n = read(ready[0], word, 6);
	close(ready[0]);
	if (n == 6 && strcmp(word, "ready\n") == 0)
		return true;
	daemon_stop(daemon);
	return false;
}

int
daemon_stop(struct daemon *daemon)
{
	int status = 0;

	if (daemon->pid <= 0)
		return 0;
	kill(daemon->pid, SIGTERM);
	waitpid(daemon->pid, &status, 0);
	daemon->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

void
daemon_clear(struct daemon *daemon)
{
	daemon_stop(daemon);
	if (paths_remove_tree(daemon->folder, NULL) != 0)
		fprintf(stderr, "%s: cannot be removed\n", daemon->folder);
	free(daemon->folder);
	free(daemon->state);
	free(daemon->errors);
	free(daemon->answers);
	free(daemon->socket);
	curl_global_cleanup();
}

static size_t
take(char *bytes, size_t size, size_t count, void *data)
{
	return buf_append(data, bytes, size * count) ? size * count : 0;
}

static void
keep(const struct daemon *daemon, const struct buf *body)
{
	FILE *file = fopen(daemon->answers, "a");

	if (!file || fwrite(buf_str(body), 1, body->length, file) != body->length ||
	    fputc('\n', file) < 0 || fclose(file) != 0)
		abort();
}

int
daemon_send(struct daemon *daemon, const char *method, const char *path, const char *bytes,
	    json_t **answer)
{
	CURL *curl = curl_easy_init();
	char *url = xasprintf("http://localhost%s", path);
	long status = 0;
	char secret[OWNER_SECRET_LINE_SIZE];
	struct curl_slist *headers = NULL;
	struct buf body;

	if (owner_secret_read(daemon->socket, secret))
		headers = curl_slist_append(NULL, secret);
	buf_init(&body, ANSWER_MAX);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, daemon->socket);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	if (bytes)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, bytes);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)PATIENCE_MS);
	if (curl_easy_perform(curl) == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	keep(daemon, &body);
	if (answer)
		*answer = json_loadb(buf_str(&body), body.length, JSON_DECODE_ANY, NULL);
	buf_clear(&body);
	free(url);
	return (int)status;
}

int
daemon_ask(struct daemon *daemon, const char *method, const char *path, const char *body,
	   json_t **answer)
{
	char *bytes = body ? xstrdup(body) : NULL;
	int status;

	for (char *c = bytes; c && *c; c++)
		if (*c == '\'')
			*c = '"';
	status = daemon_send(daemon, method, path, bytes, answer);
	free(bytes);
	return status;
}

char *
daemon_read(const struct daemon *daemon, const char *name)
{
	char *path = xasprintf("%s/%s", daemon->folder, name);
	FILE *file = fopen(path, "r");
	struct buf text;
	char bytes[4096];
	size_t n;

	buf_init(&text, ANSWER_MAX);
	while (file && (n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		buf_append(&text, bytes, n);
	if (file)
		fclose(file);
	free(path);
	return buf_take(&text);
}
