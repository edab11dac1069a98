/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Who asks for an identity waits in one list, and all of it is answered together: from what is
 * there, in deferred work of the loop; or, while a plugin runs, when it has ended.
 *
 * What a plugin gave is replaced only when it gave something new, never when it is asked: a
 * callback may find it refused while others in the list still get it.
 */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/access.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "net/loop.h"
#include "platform/drivers/kubernetes/cluster/credential-file.h"
#include "platform/drivers/kubernetes/cluster/exec-plugin.h"
#include "platform/drivers/kubernetes/cluster/kubeconfig.h"
#include "platform/drivers/kubernetes/cluster/settings.h"

#define BLANKS " \t\r\n"
#define FRESH_MS 1000			/* this young, what is refused is not asked for again */
#define FAILURE_PAUSE_MS 2000		/* before a plugin that failed is run again */

struct kube_identity_request {
	struct kube_access *access;
	struct kube_identity_request *prev, *next;	/* older, newer */
	bool due;			/* of the answers that are being given */
	void (*done)(void *data, const struct kube_identity *identity, const struct error *err);
	void *data;
};

struct kube_access {
	struct loop *loop;
	struct kube_settings settings;
	int plugin_timeout_ms;
	struct kube_file token, certificate, key;
	struct kube_plugin *plugin;	/* that runs; NULL: none does */
	struct kube_credential credential;
	bool has_credential, is_stale;	/* stale: it was refused */
	int64_t fetched, failed;	/* steady ms of the last end of a plugin; 0: none */
	struct error failure;		/* of the plugin that failed then */
	uint64_t generation;
	bool reread;			/* the files, changed or not */
	struct kube_identity_request *oldest, *newest;
	const struct kube_identity_request *current;	/* in its callback */
	struct loop_task *answer;
};

/* --- the files --- */

static int
refresh_files(struct kube_access *access, struct error *err)
{
	bool changed = false, ignored = false, reread = access->reread;

	access->reread = false;
	if (kube_file_refresh(&access->certificate, reread, &changed, err) != 0 ||
	    kube_file_refresh(&access->key, reread, &changed, err) != 0 ||
	    kube_file_refresh(&access->token, reread, &ignored, err) != 0)
		return -1;
	if (changed)
		access->generation++;
	return 0;
}

/* A token's file ends with a line end, mostly. */
static int
token_of_file(const struct kube_file *file, char **out, struct error *err)
{
	const char *text = file->text + strspn(file->text, BLANKS);
	size_t length = strlen(text);

	while (length > 0 && strchr(BLANKS, text[length - 1]))
		length--;
	*out = xstrndup(text, length);
	return kube_check_token(*out, err);
}

static int
check_file(const struct kube_file *file,
	   int (*check)(const char *member, const char *pem, struct error *err), struct error *err)
{
	return file->text ? check(file->path, file->text, err) : 0;
}

/* --- answers --- */

/* Borrowed from `access` but for *token, which kube_free_secret() takes. */
static int
make_identity(struct kube_access *access, struct kube_identity *out, char **token,
	      struct error *err)
{
	const struct kube_settings *settings = &access->settings;
	const struct kube_credential *given = &access->credential;

	*token = NULL;
	if (refresh_files(access, err) != 0 ||
	    (access->token.path && token_of_file(&access->token, token, err) != 0))
		return -1;
	if (check_file(&access->certificate, kube_check_certificate, err) != 0 ||
	    check_file(&access->key, kube_check_key, err) != 0)
		return -1;
	*out = (struct kube_identity){
		.token = given->token ? given->token : *token ? *token : settings->token,
		.certificate = given->certificate ? given->certificate
			       : access->certificate.text ? access->certificate.text
							  : settings->certificate,
		.key = given->key ? given->key
		       : access->key.text ? access->key.text : settings->key,
		.generation = access->generation,
	};
	return 0;
}

static void
unlink_request(struct kube_identity_request *request)
{
	struct kube_access *access = request->access;

	*(request->prev ? &request->prev->next : &access->oldest) = request->next;
	*(request->next ? &request->next->prev : &access->newest) = request->prev;
}

/* A callback may add to the list and take from it, so it is searched from its beginning. */
static struct kube_identity_request *
next_due(const struct kube_access *access)
{
	struct kube_identity_request *request = access->oldest;

	while (request && !request->due)
		request = request->next;
	return request;
}

/* err NULL: with what is there. */
static void
answer_all(struct kube_access *access, const struct error *err)
{
	struct kube_identity_request *request;
	struct kube_identity identity;
	struct error why = {0};
	char *token = NULL;

	for (request = access->oldest; request; request = request->next)
		request->due = true;
	if (!err && make_identity(access, &identity, &token, &why) != 0)
		err = &why;
	while ((request = next_due(access))) {
		unlink_request(request);
		access->current = request;
		request->done(request->data, err ? NULL : &identity, err);
		access->current = NULL;
		free(request);
	}
	kube_free_secret(token);
}

/* --- the plugin --- */

static bool
is_other(const char *a, const char *b)
{
	return !a != !b || (a && strcmp(a, b) != 0);
}

static void
on_credential(void *data, struct kube_credential *credential, const struct error *err)
{
	struct kube_access *access = data;
	struct kube_credential *had = &access->credential;

	access->plugin = NULL;
	if (!credential) {
		access->failed = clock_steady_ms();
		access->failure = *err;
		answer_all(access, &access->failure);
		return;
	}
	if (is_other(had->certificate, credential->certificate) ||
	    is_other(had->key, credential->key))
		access->generation++;
	kube_credential_clear(had);
	*had = *credential;
	access->has_credential = true;
	access->is_stale = false;
	access->fetched = clock_steady_ms();
	answer_all(access, NULL);
}

static bool
needs_plugin(const struct kube_access *access)
{
	return access->settings.exec &&
	       (!access->has_credential || access->is_stale ||
		clock_wall_ms() >= access->credential.expires_ms);
}

/* One that failed a moment ago would fail again, and a driver asks often. */
static void
answer(void *data)
{
	struct kube_access *access = data;

	access->answer = NULL;
	if (access->plugin || !access->oldest)
		return;
	if (!needs_plugin(access))
		answer_all(access, NULL);
	else if (access->failed && clock_steady_ms() - access->failed < FAILURE_PAUSE_MS)
		answer_all(access, &access->failure);
	else
		access->plugin =
			kube_plugin_start(access->loop, access->settings.exec,
					  access->plugin_timeout_ms, on_credential, access);
}

struct kube_identity_request *
kube_access_identity(struct kube_access *access, bool refused,
		     void (*done)(void *data, const struct kube_identity *identity,
				  const struct error *err),
		     void *data)
{
	struct kube_identity_request *request = xcalloc(1, sizeof(*request));

	*request = (struct kube_identity_request){
		.access = access, .prev = access->newest, .done = done, .data = data};
	*(access->newest ? &access->newest->next : &access->oldest) = request;
	access->newest = request;
	if (refused) {
		access->reread = true;
		if (clock_steady_ms() - access->fetched >= FRESH_MS)
			access->is_stale = true;
	}
	if (!access->plugin && !access->answer)
		access->answer = loop_defer(access->loop, answer, access);
	return request;
}

void
kube_access_cancel(struct kube_identity_request *request)
{
	if (!request || request == request->access->current)
		return;
	unlink_request(request);
	free(request);
}

/* --- the beginning and the end --- */

static int
read_settings(struct kube_settings *out, const struct kube_access_options *options,
	      struct error *err)
{
	if (options->server)
		return kube_settings_inline(out, options, err);
	if (options->in_cluster)
		return kube_settings_in_cluster(out, options->service_account
							     ? options->service_account
							     : KUBE_SERVICE_ACCOUNT, err);
	return kubeconfig_read(out, options->kubeconfig, options->context, err);
}

struct kube_access *
kube_access_new(struct loop *loop, const struct kube_access_options *options, struct error *err)
{
	struct kube_access *access = xcalloc(1, sizeof(*access));
	struct kube_settings *settings = &access->settings;
	struct kube_identity identity;
	char *token = NULL;
	int ret;

	access->loop = loop;
	access->plugin_timeout_ms = options->plugin_timeout_ms;
	access->generation = 1;
	ret = read_settings(settings, options, err);
	kube_file_init(&access->token, settings->token_file, KUBE_TOKEN_MAX);
	kube_file_init(&access->certificate, settings->certificate_file, KUBE_PEM_MAX);
	kube_file_init(&access->key, settings->key_file, KUBE_PEM_MAX);
	if (ret == 0)
		ret = make_identity(access, &identity, &token, err);
	kube_free_secret(token);
	if (ret == 0)
		return access;
	kube_access_free(access);
	return NULL;
}

void
kube_access_free(struct kube_access *access)
{
	struct kube_identity_request *request;

	if (!access)
		return;
	assert(!access->current);
	while ((request = access->oldest)) {
		access->oldest = request->next;
		free(request);
	}
	kube_plugin_stop(access->plugin);
	loop_cancel_task(access->answer);
	kube_credential_clear(&access->credential);
	kube_file_clear(&access->token);
	kube_file_clear(&access->certificate);
	kube_file_clear(&access->key);
	kube_settings_clear(&access->settings);
	free(access);
}

const struct kube_target *
kube_access_target(const struct kube_access *access)
{
	return &access->settings.target;
}

static void
add_file(char ***list, size_t *count, const char *path)
{
	if (!path || !*path)
		return;
	*list = xreallocarray(*list, *count + 2, sizeof(**list));
	(*list)[(*count)++] = xstrdup(path);
	(*list)[*count] = NULL;
}

char **
kube_access_files(const struct kube_access_options *options)
{
	char **list = xcalloc(1, sizeof(*list)), *paths, *rest, *path;
	struct kube_settings settings;
	size_t count = 0;

	if (options->server)
		return list;
	if (options->in_cluster) {
		add_file(&list, &count, options->service_account ? options->service_account
								 : KUBE_SERVICE_ACCOUNT);
		return list;
	}
	rest = paths = kubeconfig_paths(options->kubeconfig, NULL);
	while ((path = strsep(&rest, ":")))
		add_file(&list, &count, path);
	(void)kubeconfig_read(&settings, options->kubeconfig, options->context, NULL);
	add_file(&list, &count, settings.token_file);
	add_file(&list, &count, settings.key_file);
	kube_settings_clear(&settings);
	free(paths);
	return list;
}
