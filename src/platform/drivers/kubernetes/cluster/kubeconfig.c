/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The lists of a file are checked as a whole, what an entry holds only when it is chosen: a
 * colleague's broken user is no reason not to reach one's own cluster.
 *
 * Each member that says who we are or whom we trust is read or refused by name.  Passing over one
 * would not be a missing feature: without `as` we would act as somebody else.
 */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/kubeconfig.h"

#include <errno.h>
#include <nettle/base64.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/yaml.h"
#include "platform/drivers/kubernetes/cluster/credential-file.h"
#include "platform/drivers/kubernetes/cluster/settings.h"

#define FILES_MAX 32

struct kubeconfig {
	struct kubeconfig_file files[FILES_MAX];
	size_t count;
	char *paths;			/* cut at each ':' */
	char *asked;			/* the paths, for sentences */
};

/* --- what is wrong where --- */

static int
line_of(const struct kubeconfig_file *file, const char *pointer)
{
	char *at = xstrdup(pointer);
	json_t *line;
	char *slash;

	while (!(line = json_object_get(file->lines, at)) && (slash = strrchr(at, '/')))
		*slash = '\0';
	free(at);
	return line ? (int)json_integer_value(line) : 0;
}

/* JSON has no lines. */
static int
blame_line(const struct kubeconfig_file *file, const char *pointer, struct error *err)
{
	int line = line_of(file, pointer);

	return line > 0 ? error_prefix(err, "%s:%d", file->path, line)
			: error_prefix(err, "%s", file->path);
}

int
kubeconfig_blame(const struct kubeconfig_entry *entry, const char *member, struct error *err)
{
	char *pointer = xasprintf("%s%s%s", entry->at, *member ? "/" : "", member);

	if (*member)
		error_prefix(err, "%s", member);
	error_prefix(err, "%s \"%s\"", entry->list, entry->name);
	(void)blame_line(entry->file, pointer, err);
	free(pointer);
	return -1;
}

static int
complain(const struct kubeconfig_entry *entry, const char *member, struct error *err,
	 const char *what)
{
	error_set(err, ERROR_INPUT, "%s", what);
	return kubeconfig_blame(entry, member, err);
}

/* --- members --- */

int
kubeconfig_text(const struct kubeconfig_entry *entry, const char *member, char **out,
		struct error *err)
{
	const json_t *value = json_object_get(entry->value, member);

	*out = NULL;
	if (value && !json_is_null(value) && !json_is_string(value))
		return complain(entry, member, err, _("must be a string"));
	if (json_string_length(value) > 0)
		*out = xstrdup(json_string_value(value));
	return 0;
}

char *
kubeconfig_path(const struct kubeconfig_entry *entry, const char *path)
{
	const char *slash = strrchr(entry->file->path, '/');

	if (*path == '/' || !slash)
		return xstrdup(path);
	return xasprintf("%.*s/%s", (int)(slash - entry->file->path), entry->file->path, path);
}

/* The text of NAME-data, or the path of NAME; both is an error for kubectl, too. */
static int
read_data(const struct kubeconfig_entry *entry, const char *name, char **text, char **path,
	  struct error *err)
{
	char *member = xasprintf("%s-data", name), *coded = NULL, *given = NULL;
	struct base64_decode_ctx decoder;
	size_t length;
	int ret = -1;

	*path = *text = NULL;
	if (kubeconfig_text(entry, member, &coded, err) != 0 ||
	    kubeconfig_text(entry, name, &given, err) != 0)
		goto out;
	if (coded && given) {
		complain(entry, member, err, _("is given beside the path of a file"));
		goto out;
	}
	ret = 0;
	if (given)
		*path = kubeconfig_path(entry, given);
	if (!coded)
		goto out;
	length = BASE64_DECODE_LENGTH(strlen(coded));
	*text = xcalloc(1, length + 1);
	base64_decode_init(&decoder);
	if (!base64_decode_update(&decoder, &length, (uint8_t *)*text, strlen(coded), coded) ||
	    !base64_decode_final(&decoder) || strlen(*text) != length)
		ret = complain(entry, member, err, _("is not the base64 of a text"));
out:
	kube_free_secret(coded);
	free(given);
	free(member);
	return ret;
}

/* Where one of them is there, we would be somebody else without it, or nobody. */
static int
refuse_members(const struct kubeconfig_entry *user, struct error *err)
{
	static const char passwords[] = N_("passwords are not supported; use a token, a client "
					   "certificate or exec");
	static const char impersonation[] = N_("impersonation is not supported; use the credentials "
					       "of that user");
	static const struct {
		const char *member, *why;	/* N_() */
	} refused[] = {
		{"username", passwords}, {"password", passwords},
		{"auth-provider", N_("auth-provider is not supported; use an exec plugin, as "
				     "kubectl does since 1.26")},
		{"as", impersonation},
		{"as-uid", impersonation},
		{"as-groups", impersonation},
		{"as-user-extra", impersonation},
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const json_t *value = json_object_get(user->value, refused[i].member);

		if (value && !json_is_null(value) &&
		    !(json_is_string(value) && json_string_length(value) == 0))
			return complain(user, refused[i].member, err, _(refused[i].why));
	}
	return 0;
}

/* --- entries --- */

/* 1: found, 0: no file has it, -1: the list that has it is broken.  `inner` holds what it is. */
static int
find_in(const struct kubeconfig_file *file, const char *list, const char *inner, const char *name,
	struct kubeconfig_entry *out, struct error *err)
{
	const json_t *items = json_object_get(file->value, list);
	int found = 0;

	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);

		if (strcmp(json_string_value(json_object_get(item, "name")), name) != 0)
			continue;
		*out = (struct kubeconfig_entry){.file = file, .list = list, .name = name,
						 .value = json_object_get(item, inner)};
		snprintf(out->at, sizeof(out->at), "/%s/%zu/%s", list, i, inner);
		if (found++ > 0)
			return complain(out, "", err, _("is listed twice"));
	}
	return found;
}

static int
find_entry(const struct kubeconfig *config, const char *list, const char *inner, const char *name,
	   struct kubeconfig_entry *out, struct error *err)
{
	int found = 0;

	for (size_t i = 0; i < config->count && found == 0; i++)
		found = find_in(&config->files[i], list, inner, name, out, err);
	return found;
}

/* --- the cluster --- */

static int
read_server_name(struct kube_settings *out, const struct kubeconfig_entry *cluster,
		 struct error *err)
{
	char **name = &out->target.tls_server_name;

	if (kubeconfig_text(cluster, "tls-server-name", name, err) != 0)
		return -1;
	if (*name && (strlen(*name) > 253 ||
		      (*name)[strspn(*name, "abcdefghijklmnopqrstuvwxyz"
					    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:")] != '\0'))
		return complain(cluster, "tls-server-name", err, _("is not the name of a host"));
	return 0;
}

/* kubectl lets the proxy look the name up in both, libcurl only with the "h". */
static int
read_proxy(struct kube_settings *out, const struct kubeconfig_entry *cluster, struct error *err)
{
	static const char *const schemes[] = {"http://", "https://", "socks5://", "socks5h://"};
	char *text;
	size_t i = 0, length;

	if (kubeconfig_text(cluster, "proxy-url", &text, err) != 0)
		return -1;
	if (!text)
		return 0;
	while (i < 4 && strncasecmp(text, schemes[i], strlen(schemes[i])) != 0)
		i++;
	length = i < 4 ? strlen(schemes[i]) : 0;
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at <= ' ' || *at == 0x7f)
			length = 0;
	if (length > 0 && text[length])
		out->target.proxy = xasprintf("%s%s", i == 2 ? schemes[3] : schemes[i], text + length);
	kube_free_secret(text);
	return out->target.proxy ? 0 : complain(cluster, "proxy-url", err,
						_("must be http://, https:// or socks5:// with a host"));
}

static int
read_authority(struct kube_settings *out, const struct kubeconfig_entry *cluster, struct error *err)
{
	static const char name[] = "certificate-authority";
	char *path;
	int ret = read_data(cluster, name, &out->target.ca, &path, err);

	if (ret == 0 && path && !(out->target.ca = kube_file_text(path, KUBE_PEM_MAX, err)))
		ret = kubeconfig_blame(cluster, name, err);
	if (ret == 0 && out->target.ca && kube_check_certificate(name, out->target.ca, err) != 0)
		ret = kubeconfig_blame(cluster, "", err);
	free(path);
	return ret;
}

static int
read_cluster(struct kube_settings *out, const struct kubeconfig_entry *cluster, struct error *err)
{
	const json_t *insecure = json_object_get(cluster->value, "insecure-skip-tls-verify");
	char *server;

	if (insecure && !json_is_null(insecure) && !json_is_boolean(insecure))
		return complain(cluster, "insecure-skip-tls-verify", err, _("must be true or false"));
	if (json_is_true(insecure))
		return complain(cluster, "insecure-skip-tls-verify", err,
				_("is refused: anybody on the way could read the token.  Remove it and set "
				  "certificate-authority-data to the cluster's CA; if its certificate has "
				  "another name, set tls-server-name"));
	if (kubeconfig_text(cluster, "server", &server, err) != 0)
		return -1;
	out->target.server = kube_check_server(server ? server : "", true, err);
	free(server);
	if (!out->target.server)
		return kubeconfig_blame(cluster, "server", err);
	return read_authority(out, cluster, err) != 0 || read_server_name(out, cluster, err) != 0 ||
			       read_proxy(out, cluster, err) != 0 ? -1 : 0;
}

/* --- the user --- */

static int
read_certificate(struct kube_settings *out, const struct kubeconfig_entry *user, struct error *err)
{
	if (read_data(user, "client-certificate", &out->certificate, &out->certificate_file, err) ||
	    read_data(user, "client-key", &out->key, &out->key_file, err))
		return -1;
	if ((out->certificate || out->certificate_file) != (out->key || out->key_file))
		return complain(user, "", err,
				_("client-certificate and client-key are needed together"));
	if ((out->certificate &&
	     kube_check_certificate("client-certificate-data", out->certificate, err) != 0) ||
	    (out->key && kube_check_key("client-key-data", out->key, err) != 0))
		return kubeconfig_blame(user, "", err);
	return 0;
}

static int
read_user(struct kube_settings *out, const struct kubeconfig_entry *user,
	  const struct kubeconfig_entry *cluster, struct error *err)
{
	const json_t *exec = json_object_get(user->value, "exec");
	char *path;

	if (refuse_members(user, err) != 0 || read_certificate(out, user, err) != 0 ||
	    kubeconfig_text(user, "token", &out->token, err) != 0 ||
	    kubeconfig_text(user, "tokenFile", &path, err) != 0)
		return -1;
	out->token_file = path ? kubeconfig_path(user, path) : NULL;
	free(path);
	if (out->token && kube_check_token(out->token, err) != 0)
		return kubeconfig_blame(user, "token", err);
	if (!exec || json_is_null(exec))
		return 0;
	if (out->token || out->token_file)
		return complain(user, "exec", err, _("is given beside a token"));
	out->exec = kubeconfig_exec(user, cluster, out, err);
	return out->exec ? 0 : -1;
}

/* --- the context --- */

/* "": none of the files has a current-context. */
static int
find_current(const struct kubeconfig *config, const char **out, struct error *err)
{
	*out = "";
	for (size_t i = 0; i < config->count && !**out; i++) {
		const json_t *value = json_object_get(config->files[i].value, "current-context");

		if (value && !json_is_null(value) && !json_is_string(value)) {
			error_set(err, ERROR_INPUT, "current-context: %s", _("must be a string"));
			return blame_line(&config->files[i], "/current-context", err);
		}
		if (json_is_string(value))
			*out = json_string_value(value);
	}
	return 0;
}

static int
find_context(const struct kubeconfig *config, const char *name, struct kubeconfig_entry *out,
	     struct error *err)
{
	int found;

	if (!name && find_current(config, &name, err) != 0)
		return -1;
	if (!*name)
		return error_set(err, ERROR_INPUT,
				 _("%s has no current-context; name a context"), config->asked);
	found = find_entry(config, "contexts", "context", name, out, err);
	if (found == 0)
		return error_set(err, ERROR_INPUT, _("%s has no context \"%s\""), config->asked,
				 name);
	return found > 0 ? 0 : -1;
}

/* What a context names must be there: kubectl would go on as nobody. */
static int
find_named(const struct kubeconfig *config, const struct kubeconfig_entry *context,
	   const char *member, const char *list, char **name, struct kubeconfig_entry *out,
	   struct error *err)
{
	int found;

	if (kubeconfig_text(context, member, name, err) != 0)
		return -1;
	if (!*name)
		return 0;
	found = find_entry(config, list, member, *name, out, err);
	if (found != 0)
		return found;
	error_set(err, ERROR_INPUT, _("\"%s\" is not among the %s"), *name, list);
	return kubeconfig_blame(context, member, err);
}

static int
read_context(struct kube_settings *out, const struct kubeconfig *config, const char *name,
	     struct error *err)
{
	struct kubeconfig_entry context, cluster, user;
	char *cluster_name = NULL;
	int ret = -1, has_user;

	if (find_context(config, name, &context, err) != 0)
		return -1;
	out->target.context = xstrdup(context.name);
	switch (find_named(config, &context, "cluster", "clusters", &cluster_name, &cluster, err)) {
	case 0:
		complain(&context, "cluster", err, _("is missing"));
		break;
	case 1:
		has_user = find_named(config, &context, "user", "users", &out->target.user, &user, err);
		if (has_user < 0 ||
		    kubeconfig_text(&context, "namespace", &out->target.namespace, err) != 0 ||
		    read_cluster(out, &cluster, err) != 0 ||
		    (has_user && read_user(out, &user, &cluster, err) != 0))
			break;
		ret = 0;
		break;
	default:
		break;
	}
	free(cluster_name);
	return ret;
}

/* --- files --- */

static int
check_item(const struct kubeconfig_file *file, const char *list, size_t i, const char *inner,
	   struct error *err)
{
	const json_t *item = json_array_get(json_object_get(file->value, list), i);
	const json_t *value = json_object_get(item, inner);
	char pointer[64];

	snprintf(pointer, sizeof(pointer), "/%s/%zu", list, i);
	if (!json_is_object(item) || !json_is_string(json_object_get(item, "name")))
		error_set(err, ERROR_INPUT, _("an entry of %s needs a name"), list);
	else if (value && !json_is_null(value) && !json_is_object(value))
		error_set(err, ERROR_INPUT, _("%s must be an object"), inner);
	else
		return 0;
	return blame_line(file, pointer, err);
}

static int
check_file(const struct kubeconfig_file *file, struct error *err)
{
	static const struct {
		const char *list, *inner;
	} lists[] = {{"clusters", "cluster"}, {"users", "user"}, {"contexts", "context"}};

	if (!json_is_object(file->value)) {
		error_set(err, ERROR_INPUT, _("is not a kubeconfig"));
		return blame_line(file, "", err);
	}
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const json_t *items = json_object_get(file->value, lists[i].list);

		if (items && !json_is_null(items) && !json_is_array(items)) {
			char pointer[64];

			snprintf(pointer, sizeof(pointer), "/%s", lists[i].list);
			error_set(err, ERROR_INPUT, _("%s must be an array"), lists[i].list);
			return blame_line(file, pointer, err);
		}
		for (size_t j = 0; j < json_array_size(items); j++)
			if (check_item(file, lists[i].list, j, lists[i].inner, err) != 0)
				return -1;
	}
	return 0;
}

/* JSON's own reader gives no lines; JSON is YAML too, almost. */
static int
add_file(struct kubeconfig *config, const char *path, const char *bytes, size_t length,
	 struct error *err)
{
	const char *first = bytes + strspn(bytes, " \t\r\n");
	json_t *lines = json_object(), *value;
	struct kubeconfig_file *file;

	if (*first == '{') {
		value = json_decode(bytes, length, err);
		json_decref(value ? yaml_decode(bytes, length, lines, NULL) : NULL);
	} else {
		value = yaml_decode(bytes, length, lines, err);
	}
	if (!value) {
		json_decref(lines);
		return error_prefix(err, "%s", path);
	}
	file = &config->files[config->count++];
	*file = (struct kubeconfig_file){.path = path, .value = value, .lines = lines};
	return check_file(file, err);
}

static int
add_path(struct kubeconfig *config, const char *path, struct error *err)
{
	struct stat st;
	char *text;
	int ret;

	if (config->count == FILES_MAX)
		return error_set(err, ERROR_LIMIT, _("%s: more than %d files"),
				 config->asked, FILES_MAX);
	if (stat(path, &st) != 0 && errno == ENOENT)
		return 0;
	text = kube_file_text(path, YAML_BYTES_MAX, err);
	if (!text)
		return -1;
	ret = add_file(config, path, text, strlen(text), err);
	kube_free_secret(text);
	return ret;
}

static int
add_paths(struct kubeconfig *config, struct error *err)
{
	char *rest = config->paths, *path;

	while ((path = strsep(&rest, ":")))
		if (*path && add_path(config, path, err) != 0)
			return -1;
	return config->count > 0 ? 0 : error_set(err, ERROR_NOT_FOUND,
						 _("No kubeconfig exists at %s"), config->asked);
}

char *
kubeconfig_paths(const char *paths, struct error *err)
{
	const char *variable = getenv("KUBECONFIG"), *home = getenv("HOME");

	if (paths)
		return xstrdup(paths);
	if (variable && *variable)
		return xstrdup(variable);
	if (home && *home)
		return xasprintf("%s/.kube/config", home);
	error_set(err, ERROR_NOT_FOUND, _("No kubeconfig can be found: neither KUBECONFIG nor HOME is set"));
	return NULL;
}

static void
clear(struct kubeconfig *config)
{
	for (size_t i = 0; i < config->count; i++) {
		json_decref(config->files[i].value);
		json_decref(config->files[i].lines);
	}
	free(config->paths);
	free(config->asked);
}

int
kubeconfig_read(struct kube_settings *out, const char *paths, const char *context,
		struct error *err)
{
	struct kubeconfig config = {.asked = kubeconfig_paths(paths, err)};
	int ret = -1;

	*out = (struct kube_settings){0};
	if (config.asked) {
		config.paths = xstrdup(config.asked);
		if (add_paths(&config, err) == 0)
			ret = read_context(out, &config, context, err);
	}
	clear(&config);
	return ret;
}

int
kubeconfig_decode(struct kube_settings *out, const char *path, const char *bytes, size_t length,
		  const char *context, struct error *err)
{
	struct kubeconfig config = {.asked = xstrdup(path)};
	int ret = -1;

	*out = (struct kube_settings){0};
	if (add_file(&config, path, bytes, length, err) == 0)
		ret = read_context(out, &config, context, err);
	clear(&config);
	return ret;
}
