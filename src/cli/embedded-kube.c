/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/embedded-kube.h"

#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "cli/embedded.h"
#include "cli/kube-state.h"

#define ARGUMENTS_MAX 16
#define NAMESPACES_OPTION "--adopt-namespaces"
#define SELECTOR_OPTION "--adopt-selector"

/* An option without a value is left out. */
static void
add(const char **arguments, size_t *count, const char *option, const char *value)
{
	if (!value || !*value)
		return;
	arguments[(*count)++] = option;
	arguments[(*count)++] = value;
}

/* No image is ever run here, but the daemon wants a directory of them. */
static int
make_images(const char *images, const struct kube_state *state, struct error *err)
{
	return paths_make(state->directory, err) != 0 || paths_make(images, err) != 0 ? -1 : 0;
}

/* Several people meet in one cluster: what each of them does there has their own name. */
static const char *
user_name(void)
{
	const struct passwd *user = getpwuid(getuid());

	return user && *user->pw_name ? user->pw_name : NULL;
}

/* --- joining --- */

/* What follows that option in a list with a line each; "": it is not there.  *length: its bytes. */
static const char *
find_value(const char *lines, const char *option, size_t *length)
{
	const size_t size = strlen(option);
	const char *line = lines;

	while (line && *line) {
		const char *value = strchr(line, '\n');

		if (value && (size_t)(value - line) == size && strncmp(line, option, size) == 0) {
			*length = strcspn(value + 1, "\n");
			return value + 1;
		}
		value = value ? strchr(value + 1, '\n') : NULL;
		line = value ? value + 1 : NULL;
	}
	*length = 0;
	return "";
}

static bool
has_name(const char *names, size_t length, const char *name, size_t name_length)
{
	for (size_t at = 0, size; at < length; at += size + 1) {
		size = strcspn(names + at, ",\n");
		if (size == name_length && strncmp(names + at, name, size) == 0)
			return true;
	}
	return false;
}

/* Whoever names no namespace looks at what is read already; those who do want it to be read. */
static bool
may_join(const void *data, const char *there)
{
	const struct kube_state *state = data;
	const char *selector = state->selector ? state->selector : "", *said, *names, *name;
	size_t length, size;

	if (!state->is_asked)
		return true;
	said = find_value(there, SELECTOR_OPTION, &length);
	if (length != strlen(selector) || strncmp(said, selector, length) != 0)
		return false;
	names = find_value(there, NAMESPACES_OPTION, &length);
	if (length == 1 && *names == '*')
		return true;
	for (name = state->namespaces; *name; name += size + (name[size] == ',')) {
		size = strcspn(name, ",");
		if (!has_name(names, length, name, size))
			return false;
	}
	return true;
}

int
embedded_kube_start(struct embedded *embedded, const struct kube_state *state,
		    enum embedded_kube_way way, struct error *err)
{
	char *images = xasprintf("%s/images", state->directory);
	const char *arguments[ARGUMENTS_MAX] = {0};
	size_t count = 0;
	int ret = -1;

	add(arguments, &count, "--images", images);
	add(arguments, &count, "--adopt-kubeconfig", state->paths);
	add(arguments, &count, "--adopt-context", state->context);
	/* One that is no name is the daemon's to refuse, in its words. */
	if (strcmp(state->namespaces, state->namespace) != 0 ||
	    kube_state_is_namespace(state->namespace))
		add(arguments, &count, NAMESPACES_OPTION, state->namespaces);
	add(arguments, &count, SELECTOR_OPTION, state->selector);
	if (make_images(images, state, err) == 0)
		ret = embedded_start(embedded,
				     &(struct embedded_options){
					     .command = "sidestage kube",
					     .directory = state->directory,
					     .name = state->name,
					     .arguments = arguments,
					     .user = user_name(),
					     .is_alone = way == EMBEDDED_KUBE_ALONE,
					     .is_again = way == EMBEDDED_KUBE_AGAIN,
					     .may_join = may_join,
					     .data = state,
				     },
				     err);
	free(images);
	return ret;
}
