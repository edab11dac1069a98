/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Images are copies of one program that does what its variables say, so a
 * test needs nothing of the sample. */
#include "config.h"

#include "serve.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/owner-secret.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "tests/patience.h"

#define ANSWER_MAX (16u * 1024 * 1024)

static const char import[] =
	"{\"organizations\": [{\"id\": \"acme\", \"name\": \"Acme\", \"env_types\": ["
	"{\"id\": \"development\", \"description\": \"\"}, {\"id\": \"production\","
	" \"description\": \"\"}], \"definitions\": ["
	"{\"id\": \"local-sqlite\", \"name\": \"db\", \"type\": \"sqlite\","
	" \"driver_type\": \"process/sqlite\", \"driver_inputs\": {\"values\": {}},"
	" \"criteria\": [{}]},"
	"{\"id\": \"local-dns\", \"name\": \"dns\", \"type\": \"dns\","
	" \"driver_type\": \"process/dns\", \"driver_inputs\": {\"values\": {}},"
	" \"criteria\": [{}]}], \"applications\": []}]}";

static void
nap(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
}

/* Making it. */

static void
copy_image(const struct serve *serve, const char *image)
{
	const char *builddir = getenv("builddir");
	char *from = xasprintf("%s/tests/unit/helper-server", builddir ? builddir : ".");
	char *path = xasprintf("%s/images/%s", serve->folder, image);
	char *slash = strrchr(path, '/');
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	char chunk[65536];
	ssize_t n;

	*slash = '\0';
	assert_int_equal(paths_make(path, NULL), 0);
	*slash = '/';
	out = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	assert_true(in >= 0 && out >= 0);
	while ((n = read(in, chunk, sizeof(chunk))) > 0)
		assert_int_equal(write(out, chunk, (size_t)n), n);
	close(in);
	close(out);
	free(from);
	free(path);
}

static void __attribute__((noreturn))
run(const struct serve *serve, int ready)
{
	const char *program = getenv("SIDESTAGED") ? getenv("SIDESTAGED") : "./sidestaged";
	char *state = xasprintf("%s/state", serve->folder);
	char *images = xasprintf("%s/images", serve->folder);
	char *file = xasprintf("%s/import.json", serve->folder);
	char *log = xasprintf("%s/log", serve->folder);

	prctl(PR_SET_PDEATHSIG, SIGKILL);	/* a test that dies takes its daemon with it */
	dup2(ready, STDIN_FILENO);
	dup2(open(log, O_WRONLY | O_CREAT | O_APPEND, 0600), STDERR_FILENO);
	execl(program, program, "serve", "--socket", serve->socket, "--state", state, "--images",
	      images, "--import", file, "--ready-fd", "0", "--extensions",
	      serve->extensions ? serve->extensions : "all", "--min-ready",
	      serve->min_ready ? serve->min_ready : "0s", (char *)NULL);
	_exit(127);
}

void
serve_start(struct serve *serve)
{
	char word[6];
	int ready[2];

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	serve->pid = fork();
	if (serve->pid == 0)
		run(serve, ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], word, sizeof(word)), 6);
	close(ready[0]);
}

void
serve_stop(struct serve *serve)
{
	int status;

	kill(serve->pid, SIGTERM);
	assert_int_equal(waitpid(serve->pid, &status, 0), serve->pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	serve->pid = 0;
}

void
serve_make(struct serve *serve)
{
	static const char *const images[] = {
		"local/web/1.0.0", "local/web/1.1.0", "local/web/2.0.0", "local/worker/1.0.0",
	};
	const char *tmp = getenv("TMPDIR");
	char *path;
	FILE *file;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	serve->folder = xasprintf("%s/serve-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(serve->folder));
	serve->socket = xasprintf("%s/socket", serve->folder);
	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++)
		copy_image(serve, images[i]);
	path = xasprintf("%s/import.json", serve->folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(import, file);
	fclose(file);
	free(path);
	serve_start(serve);
	assert_int_equal(
		serve_ask(serve, "POST", ORG "/apps", "{'id': 'shop', 'name': 'Shop'}", NULL), 201);
}

void
serve_clear(struct serve *serve)
{
	if (serve->pid > 0)
		serve_stop(serve);
	assert_int_equal(paths_remove_tree(serve->folder, NULL), 0);
	free(serve->folder);
	free(serve->socket);
	curl_global_cleanup();
}

/* Asking it. */

static size_t
take(char *bytes, size_t size, size_t count, void *data)
{
	return buf_append(data, bytes, size * count) ? size * count : 0;
}

static size_t
take_header(char *bytes, size_t size, size_t count, void *data)
{
	struct serve *serve = data;

	if (size * count > 6 && strncasecmp(bytes, "Link: ", 6) == 0)
		snprintf(serve->link, sizeof(serve->link), "%.*s", (int)(size * count - 6),
			 bytes + 6);
	return size * count;
}

static char *
quoted(const char *body)
{
	char *copy = xstrdup(body);

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return copy;
}

int
serve_ask_as(struct serve *serve, const char *method, const char *path, const char *accept,
	     const char *body, json_t **answer, char **type)
{
	CURL *curl = curl_easy_init();
	char *url = xasprintf("http://localhost%s", path);
	char *header = xasprintf("Accept: %s", accept ? accept : "application/json");
	struct curl_slist *headers = curl_slist_append(NULL, header);
	char secret[OWNER_SECRET_LINE_SIZE];
	char *bytes = body ? quoted(body) : NULL;
	const char *media = NULL;
	struct buf text;
	long status = 0;

	buf_init(&text, ANSWER_MAX);
	if (owner_secret_read(serve->socket, secret))
		headers = curl_slist_append(headers, secret);
	serve->link[0] = '\0';
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, serve);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, serve->socket);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)PATIENCE_MS);
	if (bytes)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, bytes);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &text);
	assert_int_equal(curl_easy_perform(curl), CURLE_OK);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &media);
	if (type)
		*type = xstrdup(media ? media : "");
	if (answer)
		*answer = json_loadb(buf_str(&text), text.length, JSON_DECODE_ANY, NULL);
	buf_clear(&text);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	free(bytes);
	free(header);
	free(url);
	return (int)status;
}

int
serve_ask(struct serve *serve, const char *method, const char *path, const char *body,
	  json_t **answer)
{
	return serve_ask_as(serve, method, path, NULL, body, answer, NULL);
}

static bool
has_ended(struct serve *serve, const char *path)
{
	json_t *deployment;
	const char *status;
	bool ended;

	assert_int_equal(serve_ask(serve, "GET", path, NULL, &deployment), 200);
	status = json_string_value(json_object_get(deployment, "status"));
	ended = strcmp(status, "pending") != 0 && strcmp(status, "in progress") != 0;
	if (ended && strcmp(status, "succeeded") != 0) {
		char *errors = xasprintf("%s/errors", path), *text;
		json_t *list;

		serve_ask(serve, "GET", errors, NULL, &list);
		text = json_dumps(list, 0);
		fail_msg("%s: %s", status, text);
	}
	json_decref(deployment);
	return ended;
}

static char *
make_delta(struct serve *serve, const char *body)
{
	json_t *delta;
	char *request;

	assert_int_equal(serve_ask(serve, "POST", APP "/deltas", body, &delta), 200);
	request = xasprintf("{'delta_id': '%s'}", json_string_value(json_object_get(delta, "id")));
	json_decref(delta);
	return request;
}

char *
serve_deploy(struct serve *serve, const char *env, const char *delta)
{
	char *request = delta ? make_delta(serve, delta) : xstrdup("{}");
	char *path = xasprintf("%s/deploys", env), *one;
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	json_t *deployment;
	char *id;

	assert_int_equal(serve_ask(serve, "POST", path, request, &deployment), 201);
	id = xstrdup(json_string_value(json_object_get(deployment, "id")));
	json_decref(deployment);
	one = xasprintf("%s/%s", path, id);
	while (!has_ended(serve, one)) {
		assert_true(clock_steady_ms() < until);
		nap();
	}
	free(one);
	free(path);
	free(request);
	return id;
}

json_t *
serve_runtime(struct serve *serve, const char *env)
{
	char *path = xasprintf("%s/runtime", env);
	json_t *runtime, *modules;

	assert_int_equal(
		serve_ask_as(serve, "GET", path, "application/v2+json", NULL, &runtime, NULL), 200);
	modules = json_incref(json_object_get(runtime, "modules"));
	json_decref(runtime);
	free(path);
	return modules;
}

static size_t
count_ready(const json_t *modules, const char *module, size_t *all)
{
	json_t *controllers = json_object_get(json_object_get(modules, module), "controllers");
	json_t *pods = json_object_get(json_object_get(controllers, module), "pods");
	size_t i, ready = 0;
	json_t *pod;

	*all = json_array_size(pods);
	json_array_foreach(pods, i, pod) {
		json_t *container = json_array_get(json_object_get(pod, "containerStatuses"), 0);

		ready += json_is_true(json_object_get(container, "ready"));
	}
	return ready;
}

void
serve_wait_replicas(struct serve *serve, const char *env, const char *module, size_t count)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	size_t ready, all;

	do {
		json_t *modules = serve_runtime(serve, env);

		ready = count_ready(modules, module, &all);
		json_decref(modules);
		assert_true(clock_steady_ms() < until);
		nap();
	} while (ready != count || all != count);
}

void
serve_wait_status(struct serve *serve, const char *path, int status)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	while (serve_ask(serve, "GET", path, NULL, NULL) != status) {
		assert_true(clock_steady_ms() < until);
		nap();
	}
}

int
serve_port(struct serve *serve, const char *env, const char *res_id)
{
	char *path = xasprintf("%s/resources", env);
	json_t *resources, *resource;
	int port = 0;
	size_t i;

	assert_int_equal(serve_ask(serve, "GET", path, NULL, &resources), 200);
	json_array_foreach(resources, i, resource)
		if (strcmp(json_string_value(json_object_get(resource, "res_id")), res_id) == 0)
			port = (int)json_integer_value(json_object_get(
				json_object_get(resource, "resource"), "port"));
	json_decref(resources);
	free(path);
	return port;
}

char *
serve_fetch(int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	static const char request[] = "GET /about HTTP/1.0\r\n\r\n";
	char chunk[4096];
	struct buf text;
	ssize_t n = -1;

	buf_init(&text, ANSWER_MAX);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    send(fd, request, strlen(request), MSG_NOSIGNAL) > 0)
		while ((n = recv(fd, chunk, sizeof(chunk), 0)) > 0)
			buf_append(&text, chunk, (size_t)n);
	close(fd);
	if (text.length > 0)
		return buf_take(&text);
	buf_clear(&text);
	return NULL;
}
