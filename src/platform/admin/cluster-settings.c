/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The keys of a section [cluster] have a row each, a name and a reader; what is given twice is
 * refused.  The hosts of cluster-servers are compared as they are written, never looked up.
 */
#include "config.h"

#include "platform/admin/cluster-settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/config-file.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "net/url.h"
#include "platform/drivers/process/resource.h"

static int
read_text(char **where, const char *value, struct error *err)
{
	if (!*value)
		return error_set(err, ERROR_INPUT, _("The value is empty."));
	*where = xstrdup(value);
	return 0;
}

/* As in KUBECONFIG: several files are merged. */
static int
read_kubeconfig(struct settings_cluster *cluster, const char *value, struct error *err)
{
	for (const char *path = value; path; path = strchr(path, ':')) {
		path += *path == ':';
		if (*path != '/')
			return error_set(err, ERROR_INPUT, _("\"%s\" is not an absolute path."),
					 value);
	}
	return read_text(&cluster->kubeconfig, value, err);
}

static int
read_context(struct settings_cluster *cluster, const char *value, struct error *err)
{
	return read_text(&cluster->context, value, err);
}

static int
read_in_cluster(struct settings_cluster *cluster, const char *value, struct error *err)
{
	cluster->in_cluster = strcmp(value, "true") == 0;
	if (!cluster->in_cluster && strcmp(value, "false") != 0)
		return error_set(err, ERROR_INPUT, _("\"%s\" is neither true nor false."), value);
	return 0;
}

static const char *const names[SETTINGS_CLUSTER_KEYS] = {"kubeconfig", "context", "in-cluster"};
static int (*const readers[SETTINGS_CLUSTER_KEYS])(struct settings_cluster *cluster,
						   const char *value, struct error *err) = {
	read_kubeconfig, read_context, read_in_cluster,
};

static int
refuse_key(const struct config_entry *entry, struct error *err)
{
	const char *meant = config_suggest(entry->key, names, SETTINGS_CLUSTER_KEYS);

	if (meant)
		return error_set(err, ERROR_INPUT, _("[%s] has no key \"%s\"; did you mean \"%s\"?"),
				 entry->section, entry->key, meant);
	return error_set(err, ERROR_INPUT, _("[%s] has no key \"%s\"."), entry->section,
			 entry->key);
}

/* The one of the section, or a new one; NULL: there are too many. */
static struct settings_cluster *
find_cluster(struct settings_clusters *clusters, const char *name)
{
	for (size_t i = 0; i < clusters->count; i++)
		if (strcmp(clusters->items[i].name, name) == 0)
			return &clusters->items[i];
	if (clusters->count == SETTINGS_CLUSTERS_MAX)
		return NULL;
	clusters->items = xreallocarray(clusters->items, clusters->count + 1,
					sizeof(*clusters->items));
	clusters->items[clusters->count] = (struct settings_cluster){.name = xstrdup(name)};
	return &clusters->items[clusters->count++];
}

int
cluster_settings_read(struct settings_clusters *clusters, const struct config_entry *entry,
		      bool *is_value, struct error *err)
{
	struct settings_cluster *cluster;
	size_t key = 0;

	while (key < SETTINGS_CLUSTER_KEYS && strcmp(names[key], entry->key) != 0)
		key++;
	if (key == SETTINGS_CLUSTER_KEYS)
		return refuse_key(entry, err);
	if (!resource_is_file_name(entry->name))
		return error_set(err, ERROR_INPUT,
				 _("A section [cluster] needs a name such as [cluster \"NAME\"], made of "
				   "letters, digits, '.', '_' and '-'."));
	cluster = find_cluster(clusters, entry->name);
	if (!cluster)
		return error_set(err, ERROR_LIMIT, _("There are too many clusters."));
	if (cluster->given[key])
		return error_set(err, ERROR_INPUT, _("The key is given twice."));
	cluster->given[key] = true;
	*is_value = true;
	return readers[key](cluster, entry->value, err);
}

int
cluster_settings_check(const struct settings_cluster *cluster, struct error *err)
{
	if (cluster->in_cluster && (cluster->kubeconfig || cluster->context))
		return error_set(err, ERROR_INPUT,
				 _("[cluster \"%s\"] has in-cluster = true, so kubeconfig and context "
				   "have no meaning there."), cluster->name);
	if (!cluster->in_cluster && !cluster->kubeconfig)
		return error_set(err, ERROR_INPUT,
				 _("[cluster \"%s\"] needs the path of a kubeconfig, or in-cluster = "
				   "true."), cluster->name);
	return 0;
}

/* HOST or HOST:PORT; an address of IPv6 stands in brackets. */
static bool
is_server(const char *value, size_t length)
{
	const char *end = value + length, *colon = memchr(value, ':', length);

	if (*value == '[') {
		colon = memchr(value, ']', length);
		if (!colon || (++colon < end && *colon != ':'))
			return false;
		colon = colon < end ? colon : NULL;
	}
	return !colon || (colon + 1 < end && (size_t)(end - colon - 1) ==
						     strspn(colon + 1, "0123456789"));
}

/* Each has to be what the server of a definition can be equal to. */
int
cluster_servers_check(const char *value, struct error *err)
{
	for (size_t length; *(value += strspn(value, ", \t")); value += length) {
		char *url, *base;
		bool fine;

		length = strcspn(value, ", \t");
		url = xasprintf("https://%.*s", (int)length, value);
		base = url_base(url, NULL);
		fine = base && strlen(base) == strlen(url) && !memchr(value, '/', length) &&
		       is_server(value, length);
		free(base);
		free(url);
		if (!fine)
			return error_set(err, ERROR_INPUT,
					 _("Expected HOST or HOST:PORT, and got \"%.*s\"."),
					 (int)length, value);
	}
	return 0;
}

void
cluster_settings_clear(struct settings_clusters *clusters)
{
	for (size_t i = 0; i < clusters->count; i++) {
		free(clusters->items[i].name);
		free(clusters->items[i].kubeconfig);
		free(clusters->items[i].context);
	}
	free(clusters->items);
	*clusters = (struct settings_clusters){0};
}
