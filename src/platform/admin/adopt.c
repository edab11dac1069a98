/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Nothing after the start knows that there was no configuration: what the options say becomes a
 * cluster of the settings, an organization, types and a definition, as if an administrator had
 * written them.  The rows are put again at each start, in one transaction, and are the same then.
 */
#include "config.h"

#include "platform/admin/adopt.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "net/loop.h"
#include "platform/admin/import-definition.h"
#include "platform/admin/settings.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/access.h"
#include "platform/drivers/kubernetes/kubernetes.h"
#include "platform/engine/adoption.h"
#include "platform/engine/follow.h"
#include "platform/engine/records.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-transfer.h"
#include "platform/state/repository.h"

#define DEFINITION "kubernetes"
#define ALL "*"

static const struct {
	const char *id, *description;
} env_types[] = {
	{ADOPTION_TYPE, "What was found in the cluster"},
	{"development", "Clones"},
};

/* --- lists --- */

char **
adopt_names(const char *text)
{
	char **names = xcalloc(strlen(text) + 2, sizeof(*names)), *copy = xstrdup(text), *rest;
	size_t count = 0;

	for (char *name = strtok_r(copy, ",", &rest); name; name = strtok_r(NULL, ",", &rest))
		names[count++] = xstrdup(name);
	free(copy);
	return names;
}

void
adopt_free_names(char **names)
{
	for (size_t i = 0; names && names[i]; i++)
		free(names[i]);
	free(names);
}

/* "shop-db=shop,web=": {"shop-db": "shop", "web": ""}; settings.c has checked it.  New reference. */
static json_t *
read_groups(const char *text)
{
	char **pairs = adopt_names(text ? text : "");
	json_t *groups = json_object();

	for (size_t i = 0; pairs[i]; i++) {
		char *app = pairs[i] + strcspn(pairs[i], "=");

		if (*app)
			*app++ = '\0';
		json_object_set_new(groups, pairs[i], json_string(app));
	}
	adopt_free_names(pairs);
	return groups;
}

/* --- the cluster --- */

/* What the files call it, and which namespace they choose: read once, before they are needed. */
static int
read_context(struct settings *settings, char **context, char **namespace, struct error *err)
{
	const struct kube_access_options options = {
		.kubeconfig = settings->adopt_kubeconfig,
		.context = settings->adopt_context,
	};
	struct loop *loop = loop_new(err);
	struct kube_access *access = loop ? kube_access_new(loop, &options, err) : NULL;
	const struct kube_target *target = access ? kube_access_target(access) : NULL;

	if (target) {
		*context = xstrdup(target->context ? target->context : "cluster");
		*namespace = xstrdup(target->namespace ? target->namespace : "default");
	}
	kube_access_free(access);
	loop_free(loop);
	return target ? 0 : -1;
}

int
adopt_settings(struct settings *settings, struct error *err)
{
	struct settings_clusters *clusters = &settings->clusters;
	char id[ADOPTION_ID_SIZE], *context, *namespace;

	if (!settings->adopt_kubeconfig)
		return 0;
	if (read_context(settings, &context, &namespace, err) != 0)
		return -1;
	adoption_id(id, context, false);
	clusters->items = xreallocarray(clusters->items, clusters->count + 1,
					sizeof(*clusters->items));
	clusters->items[clusters->count++] = (struct settings_cluster){
		.name = xstrdup(id),
		.kubeconfig = xstrdup(settings->adopt_kubeconfig),
		.context = xstrdup(context),
		.adopts = true,
	};
	if (!settings->adopt_namespaces)
		settings->adopt_namespaces = xstrdup(namespace);
	free(context);
	free(namespace);
	return 0;
}

static const struct settings_cluster *
adopting(const struct settings *settings)
{
	for (size_t i = 0; i < settings->clusters.count; i++)
		if (settings->clusters.items[i].adopts)
			return &settings->clusters.items[i];
	return NULL;
}

/* --- the organization --- */

static int
put_env_types(struct repository *repository, const char *org, struct error *err)
{
	for (size_t i = 0; i < sizeof(env_types) / sizeof(env_types[0]); i++) {
		struct error why = {0};

		if (repository_has_env_type(repository, org, env_types[i].id, &why) == 0)
			continue;
		if (why.kind != ERROR_NOT_FOUND) {
			*err = why;
			return -1;
		}
		if (repository_put_env_type(repository, org, env_types[i].id,
					    env_types[i].description, err) != 0)
			return -1;
	}
	return 0;
}

static int
put_definition(struct platform *platform, const char *org, const char *cluster, struct error *err)
{
	json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:{s:{s:s}}, s:[{}]}", "id", DEFINITION,
				 "name", "Kubernetes", "type", "k8s-cluster", "driver_type",
				 DRIVER_KUBERNETES_TYPE, "driver_inputs", "values", "cluster",
				 cluster, "criteria");
	int ret = import_definition(platform, org, body, err);

	json_decref(body);
	return ret;
}

static int
put_organization(struct platform *platform, const struct settings_cluster *cluster,
		 struct error *err)
{
	struct repository *repository = platform->repository;
	int ret;

	if (repository_begin(repository, err) != 0)
		return -1;
	ret = repository_import_organization(repository, cluster->name, cluster->context,
					     platform->user, clock_wall_ms(), err);
	if (ret == 0)
		ret = put_env_types(repository, cluster->name, err);
	if (ret == 0)
		ret = put_definition(platform, cluster->name, cluster->name, err);
	return repository_end(repository, ret, err);
}

int
adopt_start(struct platform *platform, const struct settings *settings, struct error *err)
{
	const struct settings_cluster *cluster = adopting(settings);
	struct follow_source source;
	json_t *groups;
	char **names;
	int ret;

	if (!cluster)
		return 0;
	if (put_organization(platform, cluster, err) != 0)
		return -1;
	names = adopt_names(settings->adopt_namespaces);
	groups = read_groups(settings->adopt_groups);
	source = (struct follow_source){
		.of = {
			.org = cluster->name,
			.driver_type = DRIVER_KUBERNETES_TYPE,
			.cluster = cluster->name,
			.def_id = DEFINITION,
			.user = platform->user,
		},
		.context = cluster->context,
		.all = strcmp(settings->adopt_namespaces, ALL) == 0,
		.namespaces = (const char *const *)names,
		.selector = settings->adopt_selector,
	};
	ret = follow_put_option_groups(platform->follow, &source.of, groups, err);
	if (ret == 0) {
		follow_add(platform->follow, &source);
		platform->records = records_new(platform, &source.of);
	}
	json_decref(groups);
	adopt_free_names(names);
	return ret;
}
