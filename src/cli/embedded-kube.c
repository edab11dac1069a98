/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/embedded-kube.h"

#include <jansson.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "cli/embedded.h"
#include "cli/kube-state.h"
#include "model/json.h"

#define ARGUMENTS_MAX 16
#define NAMESPACES_BYTES_MAX 65536

/* "shop,shop-db"; "*" for all; "": the context's own.  free() it. */
static char *
list_namespaces(const json_t *kept)
{
	const json_t *name;
	struct buf list;
	size_t i;

	if (json_is_true(json_object_get(kept, "all")))
		return xstrdup("*");
	buf_init(&list, NAMESPACES_BYTES_MAX);
	json_array_foreach(json_object_get(kept, "namespaces"), i, name)
		if (json_is_string(name))
			(void)buf_printf(&list, "%s%s", list.length ? "," : "",
					 json_string_value(name));
	return buf_take(&list);
}

/* "shop-db=shop,web="; free() it. */
static char *
list_groups(const json_t *kept)
{
	const char *namespace;
	json_t *app;
	struct buf list;

	buf_init(&list, NAMESPACES_BYTES_MAX);
	json_object_foreach(json_object_get(kept, "groups"), namespace, app)
		if (json_is_string(app))
			(void)buf_printf(&list, "%s%s=%s", list.length ? "," : "", namespace,
					 json_string_value(app));
	return buf_take(&list);
}

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

int
embedded_kube_start(struct embedded *embedded, const struct kube_state *state, bool is_alone,
		    struct error *err)
{
	char *images = xasprintf("%s/images", state->directory);
	char *namespaces = list_namespaces(state->kept), *groups = list_groups(state->kept);
	const char *arguments[ARGUMENTS_MAX] = {0};
	size_t count = 0;
	int ret = -1;

	add(arguments, &count, "--images", images);
	add(arguments, &count, "--adopt-kubeconfig", state->paths);
	add(arguments, &count, "--adopt-context", state->context);
	add(arguments, &count, "--adopt-namespaces", namespaces);
	add(arguments, &count, "--adopt-selector", json_member_string(state->kept, "selector"));
	add(arguments, &count, "--adopt-groups", groups);
	if (make_images(images, state, err) == 0)
		ret = embedded_start(embedded,
				     &(struct embedded_options){
					     .command = "sidestage kube",
					     .directory = state->directory,
					     .name = state->name,
					     .arguments = arguments,
					     .user = user_name(),
					     .is_alone = is_alone,
					     .is_strict = true,
				     },
				     err);
	if (ret == 0 && kube_state_keep(state, err) != 0) {
		embedded_stop(embedded);
		ret = -1;
	}
	free(images);
	free(namespaces);
	free(groups);
	return ret;
}
