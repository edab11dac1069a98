/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "compare/isolation-accounts.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "compare/isolation-findings.h"
#include "compare/isolation-search.h"

/* By these annotations a pod is somebody in a cloud, and may do there what the original may. */
static bool
is_account(const char *key)
{
	static const char *const keys[] = {
		"azure.workload.identity/client-id", "azure.workload.identity/tenant-id",
		"eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

/* By what variables are called whose program takes what is meant for the original. */
static bool
is_queue(const char *path)
{
	static const char *const words[] = {"CONSUMER", "GROUP_ID", "QUEUE",
					    "STREAM", "SUBSCRIPTION", "TOPIC", "WEBHOOK"};

	const char *name = strstr(path, "/env/");

	for (size_t i = 0; name && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(name, words[i]))
			return true;
	return false;
}

const char *
isolation_called_by(const char *path, const char *owner, const char *member)
{
	return strcmp(member, "value") == 0 && strstr(path, "/env/") ? owner : member;
}

void
isolation_search_accounts(struct isolation_search *search, const json_t *value, const char *path,
			  const char *key)
{
	const struct isolation_findings *all = search->findings;
	const char *text = json_string_value(value);
	bool is_account_here = is_account(key);

	if (!text || !*text || !strstr(path, "/spec/manifests/") ||
	    (!is_account_here && !is_queue(path)))
		return;
	if (all->count > 0 && strcmp(all->items[all->count - 1].where, path) == 0)
		return;
	search->where = path;
	search->key = key;
	search->text = text;
	search->looked_to = 0;
	json_object_clear(search->found);
	isolation_add(search, is_account_here ? ISOLATION_IDENTITY : ISOLATION_QUEUE, text);
}
