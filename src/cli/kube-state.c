/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/kube-state.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/paths.h"
#include "base/secret-file.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/kube-contexts.h"
#include "model/json.h"

#define KEPT_FILE "kube.json"
#define KEPT_MAX 65536
#define NAME_SHOWN 24			/* of a context, in the name of its directory */
#define NAMESPACE_MAX 63
#define DIGITS 8

/* "prod-0123abcd": for whoever looks into the directory, and unlike any other. */
static void
name_it(struct kube_state *state, const char *parent)
{
	char hex[IDS_SHA256_HEX_SIZE];
	char *whole = xasprintf("%s\n%s", state->paths, state->context);
	char *shown = xstrndup(state->context, NAME_SHOWN);

	ids_sha256_hex(hex, whole, strlen(whole));
	for (char *c = shown; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '-')
			*c = '-';
	state->directory = xasprintf("%s/kube/%s-%.*s", parent, shown, DIGITS, hex);
	state->name = xasprintf("kube-%.*s", DIGITS, hex);
	free(shown);
	free(whole);
}

/* Nothing kept is nothing said yet. */
static int
read_kept(struct kube_state *state, struct error *err)
{
	int directory = open(state->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char text[KEPT_MAX];
	bool is_there = directory >= 0 &&
			secret_file_read(directory, KEPT_FILE, text, sizeof(text)) == 0;
	int problem = errno, ret = 0;

	state->kept = is_there ? json_decode(text, strlen(text), err) : NULL;
	if (is_there && !json_is_object(state->kept)) {
		ret = error_set(err, ERROR_STORE,
				_("%s/%s cannot be understood. Remove it, and give --namespace and "
				  "--selector again."), state->directory, KEPT_FILE);
	} else if (!is_there && problem != ENOENT) {
		errno = problem;
		ret = error_errno(err, _("%s/%s: cannot be read"), state->directory, KEPT_FILE);
	}
	if (!is_there)
		state->kept = json_object();
	if (directory >= 0)
		close(directory);
	return ret;
}

int
kube_state_open(struct kube_state *state, const char *context, struct error *err)
{
	struct kube_contexts contexts;
	const char *found = NULL;
	char *parent;

	*state = (struct kube_state){0};
	if (kube_contexts_read(&contexts, err) == 0)
		found = kube_contexts_find(&contexts, context, err);
	if (found) {
		state->paths = xstrdup(contexts.paths);
		state->context = xstrdup(found);
	}
	kube_contexts_clear(&contexts);
	parent = found ? paths_state(err) : NULL;
	if (!parent)
		return -1;
	name_it(state, parent);
	free(parent);
	return read_kept(state, err);
}

void
kube_state_clear(struct kube_state *state)
{
	free(state->paths);
	free(state->context);
	free(state->directory);
	free(state->name);
	json_decref(state->kept);
	*state = (struct kube_state){0};
}

/* --- what is said --- */

/* A label of a DNS name, as the API server takes it: a comma in it would make two of it. */
static bool
is_namespace(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length <= NAMESPACE_MAX && name[0] != '-' && name[length - 1] != '-' &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static int
check_names(const struct argument_list *list, const char *option, struct error *err)
{
	for (size_t i = 0; i < list->count; i++)
		if (!is_namespace(list->items[i]))
			return error_set(err, ERROR_INPUT,
					 _("--%s: \"%s\" is not a valid namespace: use "
					   "lower-case letters, digits and inner hyphens."), option,
					 list->items[i]);
	return 0;
}

static void
take_namespaces(struct kube_state *state, const struct argument_list *list)
{
	json_t *names = json_array();

	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(names, json_string(list->items[i]));
	json_object_set_new(state->kept, "namespaces", names);
	json_object_del(state->kept, "all");
}

/* "shop-db=shop"; what is written behind the '=' is a name for people, of which the platform makes an
 * id. */
static int
take_groups(struct kube_state *state, const struct argument_list *list, struct error *err)
{
	json_t *groups = json_object_get(state->kept, "groups");

	groups = json_is_object(groups) ? json_copy(groups) : json_object();
	for (size_t i = 0; i < list->count; i++) {
		const char *equals = strchr(list->items[i], '=');
		char *namespace = xstrndup(list->items[i], strcspn(list->items[i], "="));
		bool is_valid = equals && is_namespace(namespace) && !strpbrk(equals + 1, ",=");

		if (is_valid)
			json_object_set_new(groups, namespace, json_string(equals + 1));
		free(namespace);
		if (!is_valid) {
			json_decref(groups);
			return error_set(err, ERROR_INPUT,
					 _("--group: expected NAMESPACE=APPLICATION, and got \"%s\"."),
					 list->items[i]);
		}
	}
	if (list->count > 0)
		json_object_set(state->kept, "groups", groups);
	json_decref(groups);
	return 0;
}

int
kube_state_take(struct kube_state *state, const struct arguments *arguments, struct error *err)
{
	if (check_names(&arguments->namespaces, "namespace", err) != 0 ||
	    check_names(&arguments->unprotected, "unprotected", err) != 0 ||
	    check_names(&arguments->protected, "protected", err) != 0 ||
	    take_groups(state, &arguments->groups, err) != 0)
		return -1;
	if (arguments->namespaces.count > 0)
		take_namespaces(state, &arguments->namespaces);
	if (arguments->all_namespaces) {
		json_object_set_new(state->kept, "all", json_true());
		json_object_del(state->kept, "namespaces");
	}
	/* Whoever says which namespaces has said all that they want to look at. */
	if (arguments->selector && *arguments->selector)
		json_object_set_new(state->kept, "selector", json_string(arguments->selector));
	else if (arguments->selector || arguments->namespaces.count > 0 ||
		 arguments->all_namespaces)
		json_object_del(state->kept, "selector");
	return 0;
}

int
kube_state_keep(const struct kube_state *state, struct error *err)
{
	int directory = open(state->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = 0;
	char *text = json_canonical(state->kept);

	if (directory < 0 || secret_file_write(directory, KEPT_FILE, text) != 0)
		ret = error_errno(err, _("%s/%s: cannot be written"), state->directory, KEPT_FILE);
	free(text);
	if (directory >= 0)
		close(directory);
	return ret;
}

bool
kube_state_is_there(const struct kube_state *state)
{
	return access(state->directory, F_OK) == 0;
}

int
kube_state_remove(const struct kube_state *state, struct error *err)
{
	char *lock = xasprintf("%s.lock", state->directory);
	int ret = paths_remove_tree(state->directory, err);

	if (ret == 0)
		(void)unlink(lock);
	free(lock);
	return ret;
}
