/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The plugin leads a session of its own: it finds no terminal to ask on, and all that it started
 * can be killed.  It has ended when its process has, whoever else still holds its pipes; what it
 * wrote before is in them.
 */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/exec-plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "net/loop.h"
#include "platform/drivers/kubernetes/cluster/settings.h"

#define OUTPUT_MAX (256u * 1024)
#define READS_MAX 64
#define COMPLAINT_MAX 4096		/* of what it says on stderr the end is kept */

extern char **environ;

struct kube_pipe {
	struct kube_plugin *plugin;
	int fd;
	struct loop_fd *watch;
	struct buf text;
	bool tail;			/* what is too much goes away in front */
};

struct kube_plugin {
	struct loop *loop;
	const struct kube_exec *exec;
	int timeout_ms;
	void (*done)(void *data, struct kube_credential *credential, const struct error *err);
	void *data;
	pid_t pid;			/* leads a group; 0: it was not started, or was reaped */
	struct kube_pipe output, complaint;
	struct loop_timer *deadline;
	struct loop_task *failed;	/* it could not be started, as `err` says */
	struct error err;
};

/* --- what it printed --- */

void
kube_credential_clear(struct kube_credential *credential)
{
	kube_free_secret(credential->token);
	free(credential->certificate);
	kube_free_secret(credential->key);
	*credential = (struct kube_credential){0};
}

static int
complain(const struct kube_exec *exec, struct error *err, const char *reason)
{
	return error_set_code(err, CODE_CREDENTIAL_PLUGIN_UNUSABLE, .name = exec->command,
			      .reason = reason);
}

/* A member of the status that is a string or absent. */
static int
take_text(const json_t *status, const char *member, char **out, const struct kube_exec *exec,
	  struct error *err)
{
	const json_t *value = json_object_get(status, member);

	if (value && !json_is_null(value) && !json_is_string(value))
		return complain(exec, err, "a member of its status is not a string");
	if (json_string_length(value) > 0)
		*out = xstrdup(json_string_value(value));
	return 0;
}

static int
take_status(struct kube_credential *out, const json_t *status, const struct kube_exec *exec,
	    struct error *err)
{
	const json_t *expires = json_object_get(status, "expirationTimestamp");

	if (!json_is_object(status))
		return complain(exec, err, "it has no status");
	if (take_text(status, "token", &out->token, exec, err) != 0 ||
	    take_text(status, "clientCertificateData", &out->certificate, exec, err) != 0 ||
	    take_text(status, "clientKeyData", &out->key, exec, err) != 0)
		return -1;
	if (!out->token && !out->certificate && !out->key)
		return complain(exec, err, "there is neither a token nor a certificate");
	if (!out->certificate != !out->key)
		return complain(exec, err, "there is a certificate or a key, but not both");
	if (expires && !json_is_null(expires) &&
	    (!json_is_string(expires) ||
	     !clock_parse(json_string_value(expires), &out->expires_ms)))
		return complain(exec, err, "expirationTimestamp is not a time");
	if (out->token && kube_check_token(out->token, NULL) != 0)
		return complain(exec, err, "its token has a character that no token has");
	if (out->certificate &&
	    (kube_check_certificate("", out->certificate, NULL) != 0 ||
	     kube_check_key("", out->key, NULL) != 0))
		return complain(exec, err, "its certificate or key is not PEM");
	return 0;
}

int
kube_credential_decode(struct kube_credential *out, const char *bytes, size_t length,
		       const struct kube_exec *exec, struct error *err)
{
	json_t *value = json_decode(bytes, length, NULL);
	const char *kind = json_member_string(value, "kind");
	const char *version = json_member_string(value, "apiVersion");
	int ret;

	*out = (struct kube_credential){.expires_ms = INT64_MAX};
	if (!json_is_object(value))
		ret = complain(exec, err, "it is not a JSON object");
	else if (!kind || strcmp(kind, "ExecCredential") != 0)
		ret = complain(exec, err, "its kind is not ExecCredential");
	else if (!version || strcmp(version, exec->api_version) != 0)
		ret = complain(exec, err, "its apiVersion is not the one of the kubeconfig");
	else
		ret = take_status(out, json_object_get(value, "status"), exec, err);
	json_decref(value);
	if (ret != 0)
		kube_credential_clear(out);
	return ret;
}

/* --- its end --- */

static void
close_pipe(struct kube_pipe *pipe)
{
	loop_remove_fd(pipe->watch);
	pipe->watch = NULL;
	if (pipe->fd >= 0)
		close(pipe->fd);
	pipe->fd = -1;
}

void
kube_plugin_stop(struct kube_plugin *plugin)
{
	if (!plugin)
		return;
	if (plugin->pid > 0) {
		loop_unwatch_child(plugin->loop, plugin->pid);
		(void)kill(-plugin->pid, SIGKILL);
	}
	close_pipe(&plugin->output);
	close_pipe(&plugin->complaint);
	buf_clear(&plugin->output.text);
	buf_clear(&plugin->complaint.text);
	loop_remove_timer(plugin->deadline);
	loop_cancel_task(plugin->failed);
	free(plugin);
}

static void
finish(struct kube_plugin *plugin, struct kube_credential *credential, const struct error *err)
{
	void (*done)(void *, struct kube_credential *, const struct error *) = plugin->done;
	void *data = plugin->data;

	kube_plugin_stop(plugin);
	done(data, credential, err);
}

static void
fail(struct kube_plugin *plugin)
{
	const struct error err = plugin->err;

	finish(plugin, NULL, &err);
}

static void
on_deadline(void *data)
{
	struct kube_plugin *plugin = data;

	plugin->deadline = NULL;
	error_set_code(&plugin->err, CODE_CREDENTIAL_PLUGIN_TIMED_OUT,
		       .name = plugin->exec->command,
		       .seconds = (plugin->timeout_ms + 999) / 1000);
	fail(plugin);
}

static void
on_too_much(struct kube_plugin *plugin)
{
	error_set_code(&plugin->err, CODE_CREDENTIAL_PLUGIN_TOO_LONG, .name = plugin->exec->command,
		       .max = OUTPUT_MAX);
	fail(plugin);
}

/* false: it printed more than is taken. */
static bool
keep(struct kube_pipe *pipe, const char *bytes, size_t length)
{
	if (buf_append(&pipe->text, bytes, length))
		return true;
	if (!pipe->tail)
		return false;
	if (length > pipe->text.max) {
		bytes += length - pipe->text.max;
		length = pipe->text.max;
	}
	if (pipe->text.length + length > pipe->text.max)
		buf_drop_front(&pipe->text, pipe->text.length + length - pipe->text.max);
	return buf_append(&pipe->text, bytes, length);
}

/* What is there now, or much of it: who never stops to write must not hold the loop.  1: more may
 * come, 0: the end, -1: too much. */
static int
drain(struct kube_pipe *pipe)
{
	char bytes[16384];
	int state = 1;
	ssize_t n;

	for (int i = 0; i < READS_MAX && state > 0 && pipe->fd >= 0; i++) {
		n = read(pipe->fd, bytes, sizeof(bytes));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0)
			state = 0;
		else if (!keep(pipe, bytes, (size_t)n))
			state = -1;
	}
	explicit_bzero(bytes, sizeof(bytes));
	return state;
}

static void
on_bytes(void *data, uint32_t events)
{
	struct kube_pipe *pipe = data;
	int state = drain(pipe);

	(void)events;
	if (state < 0)
		on_too_much(pipe->plugin);
	else if (state == 0)
		close_pipe(pipe);
}

/* The end of what it said, in one line. */
static void
last_words(const struct buf *text, char out[ERROR_VALUE_MAX])
{
	const char *from = buf_str(text), *last = from + text->length;
	size_t length = 0;

	if (text->length > ERROR_VALUE_MAX - 1) {
		from = last - (ERROR_VALUE_MAX - 1);
		while (from < last && ((unsigned char)*from & 0xc0) == 0x80)
			from++;
	}
	for (; from < last; from++) {
		bool blank = strchr(" \t\r\n", *from) != NULL;	/* the NUL too */

		if (!blank)
			out[length++] = *from;
		else if (length > 0 && out[length - 1] != ' ')
			out[length++] = ' ';
	}
	if (length > 0 && out[length - 1] == ' ')
		length--;
	out[length] = '\0';
	if (!text_is_utf8(out, length))
		snprintf(out, ERROR_VALUE_MAX, "(no UTF-8)");
}

static void
blame_end(struct kube_plugin *plugin, int status)
{
	char how[64], words[ERROR_VALUE_MAX];

	if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "signal %d", WTERMSIG(status));
	else
		snprintf(how, sizeof(how), "status %d", WEXITSTATUS(status));
	last_words(&plugin->complaint.text, words);
	if (*words)
		error_set_code(&plugin->err, CODE_CREDENTIAL_PLUGIN_FAILED,
			       .name = plugin->exec->command, .how = how, .reason = words);
	else
		error_set_code(&plugin->err, CODE_CREDENTIAL_PLUGIN_ENDED,
			       .name = plugin->exec->command, .how = how);
}

static void
on_end(void *data, pid_t pid, int status)
{
	struct kube_plugin *plugin = data;
	struct kube_credential credential;

	(void)pid;
	plugin->pid = 0;
	(void)drain(&plugin->complaint);
	if (drain(&plugin->output) < 0) {
		on_too_much(plugin);
	} else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		blame_end(plugin, status);
		fail(plugin);
	} else if (kube_credential_decode(&credential, buf_str(&plugin->output.text),
					  plugin->output.text.length, plugin->exec,
					  &plugin->err) != 0) {
		fail(plugin);
	} else {
		finish(plugin, &credential, NULL);
	}
}

/* --- its beginning --- */

static bool
is_given(char *const *list, const char *variable)
{
	size_t length = strcspn(variable, "=") + 1;

	for (; *list; list++)
		if (strncmp(*list, variable, length) == 0)
			return true;
	return false;
}

/* Ours, and what the kubeconfig says instead.  The list is free()d, its texts are borrowed but for
 * the first. */
static char **
make_environment(const struct kube_exec *exec)
{
	size_t count = 2, used = 0;
	char **list;

	for (char **each = exec->environment; *each; each++)
		count++;
	for (char **each = environ; each && *each; each++)
		count++;
	list = xcalloc(count, sizeof(*list));
	list[used++] = xasprintf("KUBERNETES_EXEC_INFO=%s", exec->info);
	for (char **each = exec->environment; *each; each++)
		if (!is_given(list, *each))
			list[used++] = *each;
	for (char **each = environ; each && *each; each++)
		if (!is_given(list, *each))
			list[used++] = *each;
	return list;
}

static char **
make_words(const struct kube_exec *exec)
{
	size_t count = 0;
	char **list;

	while (exec->arguments[count])
		count++;
	list = xcalloc(count + 2, sizeof(*list));
	list[0] = exec->command;
	memcpy(list + 1, exec->arguments, count * sizeof(*list));
	return list;
}

/* 0, or what posix_spawnp() failed with. */
static int
spawn(struct kube_plugin *plugin, int output, int complaint)
{
	char **words = make_words(plugin->exec), **environment = make_environment(plugin->exec);
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, usual;
	int failed;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);	/* it may be ignored here */
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, complaint, STDERR_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	failed = posix_spawnp(&plugin->pid, plugin->exec->command, &actions, &attributes, words,
			      environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	free(words);
	free(environment[0]);
	free(environment);
	return failed;
}

static int
open_pipe(struct kube_pipe *pipe, int *end)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return errno;
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	pipe->fd = ends[0];
	*end = ends[1];
	return 0;
}

static int
start(struct kube_plugin *plugin)
{
	int output = -1, complaint = -1;
	int failed = open_pipe(&plugin->output, &output);

	if (failed == 0)
		failed = open_pipe(&plugin->complaint, &complaint);
	if (failed == 0)
		failed = spawn(plugin, output, complaint);
	if (output >= 0)
		close(output);
	if (complaint >= 0)
		close(complaint);
	if (failed != 0)
		plugin->pid = 0;
	return failed;
}

static void
on_not_started(void *data)
{
	struct kube_plugin *plugin = data;

	plugin->failed = NULL;
	fail(plugin);
}

static void
blame_start(struct kube_plugin *plugin, int failed)
{
	const struct kube_exec *exec = plugin->exec;

	if (failed == ENOENT && exec->install_hint)
		error_set_code(&plugin->err, CODE_CREDENTIAL_PLUGIN_NOT_INSTALLED,
			       .name = exec->command, .reason = exec->install_hint);
	else
		error_set_code(&plugin->err, CODE_CREDENTIAL_PLUGIN_NOT_STARTED,
			       .name = exec->command, .reason = strerror(failed));
	plugin->failed = loop_defer(plugin->loop, on_not_started, plugin);
}

static void
watch(struct kube_plugin *plugin, struct kube_pipe *pipe)
{
	pipe->watch = loop_add_fd(plugin->loop, pipe->fd, EPOLLIN, on_bytes, pipe);
}

struct kube_plugin *
kube_plugin_start(struct loop *loop, const struct kube_exec *exec, int timeout_ms,
		  void (*done)(void *data, struct kube_credential *credential,
			       const struct error *err),
		  void *data)
{
	struct kube_plugin *plugin = xcalloc(1, sizeof(*plugin));
	int failed;

	*plugin = (struct kube_plugin){
		.loop = loop, .exec = exec, .done = done, .data = data,
		.timeout_ms = timeout_ms > 0 ? timeout_ms : KUBE_PLUGIN_TIMEOUT_MS,
		.output = {.plugin = plugin, .fd = -1},
		.complaint = {.plugin = plugin, .fd = -1, .tail = true},
	};
	buf_init(&plugin->output.text, OUTPUT_MAX);
	buf_init(&plugin->complaint.text, COMPLAINT_MAX);
	plugin->output.text.wipe = plugin->complaint.text.wipe = true;
	failed = start(plugin);
	if (failed != 0) {
		blame_start(plugin, failed);
		return plugin;
	}
	watch(plugin, &plugin->output);
	watch(plugin, &plugin->complaint);
	loop_watch_child(loop, plugin->pid, on_end, plugin);
	plugin->deadline = loop_add_timer(loop, plugin->timeout_ms, on_deadline, plugin);
	return plugin;
}
