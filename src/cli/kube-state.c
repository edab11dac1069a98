/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A directory is called by a hash of the kubeconfig's paths and the context, since two files may
 * have a context of one name.  All options are checked before anything is kept. */
#include "config.h"

#include "cli/kube-state.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/kube-contexts.h"
#include "cli/kube-groups.h"
#include "model/label-selector.h"

#define NAME_SHOWN 24			/* of a context, in the name of its directory */
#define NAMESPACE_MAX 63
#define DIGITS 8
#define NAMESPACES_BYTES_MAX 65536

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
		state->namespace = xstrdup(kube_contexts_namespace(&contexts, found));
		state->namespaces = xstrdup(state->namespace);
	}
	kube_contexts_clear(&contexts);
	parent = found ? paths_state(err) : NULL;
	if (!parent)
		return -1;
	name_it(state, parent);
	free(parent);
	return 0;
}

void
kube_state_clear(struct kube_state *state)
{
	free(state->paths);
	free(state->context);
	free(state->directory);
	free(state->name);
	free(state->namespace);
	free(state->namespaces);
	free(state->selector);
	*state = (struct kube_state){0};
}

/* --- what is said --- */

/* A comma in it would make two of it. */
bool
kube_state_is_namespace(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length <= NAMESPACE_MAX && name[0] != '-' && name[length - 1] != '-' &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

/* "--namespace=": the context's own again. */
static bool
is_context_own(const struct argument_list *list)
{
	return list->count == 1 && !*list->items[0];
}

static int
check_names(const struct argument_list *list, const char *option, struct error *err)
{
	for (size_t i = 0; i < list->count; i++)
		if (!kube_state_is_namespace(list->items[i]))
			return error_set(err, ERROR_INPUT,
					 _("--%s: \"%s\" is not a valid namespace: use "
					   "lower-case letters, digits and inner hyphens."), option,
					 list->items[i]);
	return 0;
}

static int
check_selector(const char *selector, struct error *err)
{
	if (!selector || !*selector || label_selector_is_valid(selector))
		return 0;
	return error_set(err, ERROR_INPUT,
			 _("--selector: \"%s\" is not a valid label selector: write it as in "
			   "app=web,tier!=test or \"app in (web,api)\"."), selector);
}

/* "shop,shop-db"; free() it. */
static char *
join_names(const struct argument_list *list)
{
	struct buf names;

	buf_init(&names, NAMESPACES_BYTES_MAX);
	for (size_t i = 0; i < list->count; i++)
		(void)buf_printf(&names, "%s%s", i > 0 ? "," : "", list->items[i]);
	return buf_take(&names);
}

int
kube_state_take(struct kube_state *state, const struct arguments *arguments, struct error *err)
{
	if ((!is_context_own(&arguments->namespaces) &&
	     check_names(&arguments->namespaces, "namespace", err) != 0) ||
	    check_names(&arguments->unprotected, "unprotected", err) != 0 ||
	    check_names(&arguments->protected, "protected", err) != 0 ||
	    kube_groups_check(&arguments->groups, err) != 0 ||
	    check_selector(arguments->selector, err) != 0)
		return -1;
	state->is_asked = arguments->namespaces.count > 0 || arguments->all_namespaces ||
			  arguments->selector;
	free(state->namespaces);
	state->namespaces = arguments->all_namespaces ? xstrdup("*")
			    : arguments->namespaces.count > 0 &&
					      !is_context_own(&arguments->namespaces)
				    ? join_names(&arguments->namespaces)
				    : xstrdup(state->namespace);
	free(state->selector);
	state->selector = arguments->selector && *arguments->selector
				  ? xstrdup(arguments->selector) : NULL;
	return 0;
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
