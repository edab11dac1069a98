/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is wrong in an entry is passed over here: sidestaged, which uses it, names file and line. */
#include "config.h"

#include "cli/kube-contexts.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/input.h"
#include "base/xmalloc.h"
#include "cli/names.h"
#include "model/json.h"
#include "model/yaml.h"

#define PATHS_MAX (64u * 1024)
/* No name is near to it, so all are listed. */
#define NOTHING_LIKE_IT "????????????????????????????????????????????????????????????????"

/* --- files --- */

static int
read_bytes(const char *path, struct buf *out, struct error *err)
{
	int64_t until = clock_steady_ms() + INPUT_SILENCE_MS;
	int fd = input_open(path);
	char bytes[16384];
	ssize_t n = fd < 0 ? -1 : 0;

	while (fd >= 0 && (n = input_read(fd, bytes, sizeof(bytes), until)) > 0)
		if (!buf_append(out, bytes, (size_t)n)) {
			close(fd);
			return error_set(err, ERROR_LIMIT, _("%s: larger than %u bytes"), path,
					 YAML_BYTES_MAX);
		}
	if (n < 0)
		(void)input_error(path, err);
	if (fd >= 0)
		close(fd);
	return n < 0 ? -1 : 0;
}

static void
add_context(struct kube_contexts *out, const char *name, const char *namespace)
{
	for (size_t i = 0; i < out->count; i++)
		if (strcmp(out->names[i], name) == 0)
			return;
	out->names = xreallocarray(out->names, out->count + 1, sizeof(*out->names));
	out->namespaces = xreallocarray(out->namespaces, out->count + 1,
					sizeof(*out->namespaces));
	out->namespaces[out->count] = xstrdup(namespace ? namespace : "");
	out->names[out->count++] = xstrdup(name);
}

static void
add_contexts(struct kube_contexts *out, const json_t *file)
{
	const char *current = json_member_string(file, "current-context");
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(file, "contexts"), i, item) {
		const char *name = json_member_string(item, "name");

		if (name && *name)
			add_context(out, name,
				    json_member_string(json_object_get(item, "context"),
						       "namespace"));
	}
	if (!out->current && current && *current)
		out->current = xstrdup(current);
}

/* A user's token may stand in it, so that nothing of it stays in freed memory. */
static int
read_file(struct kube_contexts *out, const char *path, struct error *err)
{
	struct buf bytes;
	json_t *file = NULL;
	int ret;

	buf_init(&bytes, YAML_BYTES_MAX);
	bytes.wipe = true;
	ret = read_bytes(path, &bytes, err);
	if (ret == 0) {
		file = yaml_decode(buf_str(&bytes), bytes.length, NULL, err);
		ret = file ? 0 : error_prefix(err, "%s", path);
	}
	if (file)
		add_contexts(out, file);
	json_decref(file);
	buf_clear(&bytes);
	return ret;
}

/* --- where they are --- */

/* 1: it was read, 0: it is not there, as kubectl takes it. */
static int
add_path(struct kube_contexts *out, struct buf *paths, const char *path, struct error *err)
{
	/* The daemon works in another directory than the person, and a link may lead elsewhere
	 * tomorrow. */
	char *whole = realpath(path, NULL);
	int ret = -1;

	if (!whole && errno == ENOENT)
		ret = 0;
	else if (!whole)
		error_errno(err, "%s", path);
	else if (!buf_printf(paths, "%s%s", paths->length ? ":" : "", whole))
		error_set(err, ERROR_LIMIT, _("KUBECONFIG names too many files."));
	else if (input_check_regular(whole, err) == 0)	/* the daemon reads it, too */
		ret = read_file(out, whole, err) == 0 ? 1 : -1;
	free(whole);
	return ret;
}

static int
refuse_missing(const char *variable, const char *usual, struct error *err)
{
	if (variable)
		return error_set(err, ERROR_NOT_FOUND,
				 _("No kubeconfig was found: KUBECONFIG names %s, which does not exist."),
				 variable);
	if (usual)
		return error_set(err, ERROR_NOT_FOUND,
				 _("No kubeconfig was found: %s does not exist. Copy yours there, or set "
				   "KUBECONFIG to its path."), usual);
	return error_set(err, ERROR_NOT_FOUND,
			 _("No kubeconfig was found: neither KUBECONFIG nor HOME is set."));
}

int
kube_contexts_read(struct kube_contexts *out, struct error *err)
{
	const char *variable = getenv("KUBECONFIG"), *home = getenv("HOME"), *path;
	char *usual = home && *home ? xasprintf("%s/.kube/config", home) : NULL;
	char *copy, *rest;
	struct buf paths;
	int ret = 0, files = 0;

	*out = (struct kube_contexts){0};
	if (variable && !*variable)
		variable = NULL;
	copy = rest = xstrdup_or_null(variable ? variable : usual);
	buf_init(&paths, PATHS_MAX);
	while (ret == 0 && rest && (path = strsep(&rest, variable ? ":" : ""))) {
		int read = *path ? add_path(out, &paths, path, err) : 0;

		files += read > 0;
		ret = read < 0 ? -1 : 0;
	}
	out->paths = buf_take(&paths);
	if (ret == 0 && files == 0)
		ret = refuse_missing(variable, usual, err);
	free(copy);
	free(usual);
	return ret;
}

void
kube_contexts_clear(struct kube_contexts *contexts)
{
	for (size_t i = 0; i < contexts->count; i++) {
		free(contexts->names[i]);
		free(contexts->namespaces[i]);
	}
	free(contexts->names);
	free(contexts->namespaces);
	free(contexts->paths);
	free(contexts->current);
	*contexts = (struct kube_contexts){0};
}

const char *
kube_contexts_find(const struct kube_contexts *contexts, const char *name, struct error *err)
{
	const char *const *names = (const char *const *)contexts->names;
	const char *wanted = name ? name : contexts->current;
	char *near;

	for (size_t i = 0; wanted && i < contexts->count; i++)
		if (strcmp(names[i], wanted) == 0)
			return names[i];
	if (contexts->count == 0) {
		error_set(err, ERROR_NOT_FOUND,
			  _("%s does not list a context. Add one for your cluster."),
			  contexts->paths);
		return NULL;
	}
	near = names_near(wanted ? wanted : NOTHING_LIKE_IT, names, contexts->count);
	if (!wanted)
		error_set(err, ERROR_NOT_FOUND,
			  _("%s has no current context. Name one with --context.%s"), contexts->paths,
			  near);
	else
		error_set(err, ERROR_NOT_FOUND, _("%s has no context \"%s\".%s"), contexts->paths,
			  wanted, near);
	free(near);
	return NULL;
}

const char *
kube_contexts_namespace(const struct kube_contexts *contexts, const char *name)
{
	size_t i = 0;

	while (i < contexts->count && strcmp(contexts->names[i], name) != 0)
		i++;
	return i < contexts->count && *contexts->namespaces[i] ? contexts->namespaces[i]
								: "default";
}
