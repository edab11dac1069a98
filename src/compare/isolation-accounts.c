/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A clone with the same account, queue, lock or volume acts where its source does, and no host says
 * so.  What a text means is told by what people call it: the variable, the option of a command or
 * the annotation.  Such names are compared in words: "--lock-table", "lockTable" and LOCK_TABLE are
 * "_lock_table_".
 */
#include "config.h"

#include "compare/isolation-accounts.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xmalloc.h"
#include "compare/isolation-findings.h"
#include "compare/isolation-readings.h"
#include "compare/isolation-search.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/set.h"

bool
isolation_is_account(const char *key)
{
	static const char *const keys[] = {
		"azure.workload.identity/client-id", "azure.workload.identity/tenant-id",
		"eks.amazonaws.com/role-arn", "iam.amazonaws.com/role",
		"iam.gke.io/gcp-service-account"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

/* --- what a text is called --- */

/* In words, of at most so many bytes; free() it. */
static char *
words_of_name(const char *name, size_t length)
{
	char *words = xcalloc(2 * length + 3, 1), *out = words;
	bool was_small = false;

	*out++ = '_';
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)name[i];

		if (was_small && isupper(c))
			*out++ = '_';
		was_small = islower(c) || isdigit(c);
		*out++ = isalnum(c) ? (char)tolower(c) : '_';
	}
	*out = '_';
	return words;
}

/* A variable, or an entry of a ConfigMap, which pods mostly get as one; NULL: neither. */
static const char *
variable_of(const char *path)
{
	const char *name = strstr(path, "/env/"), *data = strstr(path, "/ConfigMap~1");

	if (name)
		return name + strlen("/env/");
	data = data ? strchr(data + 1, '/') : NULL;
	return data && strncmp(data, "/data/", strlen("/data/")) == 0 ? data + strlen("/data/")
								       : NULL;
}

static bool
is_argument(const char *path)
{
	return strstr(path, "/args/") || strstr(path, "/command/");
}

/* The name in words, and where its value begins in the text; NULL: it has none.  free() it. */
static char *
called(const struct isolation_search *search, const char *path, const char **text)
{
	const char *equals = strchr(*text, '='), *variable = variable_of(path), *name;

	if (is_argument(path) && **text == '-' && equals) {
		name = *text;
		*text = equals + 1;
		return words_of_name(name, (size_t)(equals - name));
	}
	if (is_argument(path) && (**text == '-' || !search->option || *search->option != '-'))
		return NULL;
	name = search->option ? search->option : variable;
	return name ? words_of_name(name, strcspn(name, search->option ? "=" : "/")) : NULL;
}

/* How large a queue is, how long a lock is held or of which kind it is names none. */
static bool
names_something(const char *text)
{
	static const char *const words[] = {"true", "false", "yes", "no", "on", "off", "none", "null",
					    "leases", "endpointsleases", "configmapsleases"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(text, words[i]) == 0)
			return false;
	return text[strspn(text, "0123456789.smhdun")] != '\0' && !strchr(text, '\n');
}

/* --- what it means --- */

/* The first that is in the name; in the words of words_of_name(). */
static const struct isolation_meaning {
	const char *word;
	enum isolation_kind kind;
} meanings[] = {
	{"_cluster_role", ISOLATION_CLUSTER},
	{"_clusterrole", ISOLATION_CLUSTER},
	{"_webhook_config", ISOLATION_CLUSTER},
	{"_webhookconfig", ISOLATION_CLUSTER},
	{"_ingress_class_", ISOLATION_CLUSTER},
	{"_gateway_class_", ISOLATION_CLUSTER},
	{"_controller_class_", ISOLATION_CLUSTER},
	{"_persistent_volume_", ISOLATION_CLUSTER},
	{"_volume_handle_", ISOLATION_CLUSTER},
	{"_lock_", ISOLATION_LOCK},
	{"_locks_", ISOLATION_LOCK},
	{"_lease_", ISOLATION_LOCK},
	{"_leases_", ISOLATION_LOCK},
	{"_leader_", ISOLATION_LOCK},
	{"_election_", ISOLATION_LOCK},
	{"_mutex_", ISOLATION_LOCK},
	{"_semaphore_", ISOLATION_LOCK},
	{"consumer", ISOLATION_QUEUE},
	{"group_id", ISOLATION_QUEUE},
	{"queue", ISOLATION_QUEUE},
	{"stream", ISOLATION_QUEUE},
	{"subscription", ISOLATION_QUEUE},
	{"topic", ISOLATION_QUEUE},
	{"webhook", ISOLATION_QUEUE},
};

/* Of nothing that is looked for: ISOLATION_KIND_COUNT. */
static enum isolation_kind
kind_of_name(const char *words)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (strstr(words, meanings[i].word))
			return meanings[i].kind;
	return ISOLATION_KIND_COUNT;
}

/* A volume of a provider that is mounted by its own name: the same data in both. */
static bool
is_volume(const char *path)
{
	static const char *const members[] = {"volumeID", "pdName", "diskName", "diskURI", "shareName",
					      "volumeHandle", "volumePath", "datasetName"};
	const char *last = strrchr(path, '/');

	if (!last || strstr(path, "/ConfigMap~1") || strstr(path, "/annotations/"))
		return false;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (strcmp(last + 1, members[i]) == 0)
			return true;
	/* Of claims the driver leaves it out. */
	return strcmp(last + 1, "volumeName") == 0 && !strstr(path, "/PersistentVolumeClaim~1") &&
	       !strstr(path, "/volumeClaimTemplates/");
}

/* Of what it is, ISOLATION_KIND_COUNT: of nothing that is looked for here.  `text`: what it names,
 * which is a part of the text of an argument. */
static enum isolation_kind
meaning_of(const struct isolation_search *search, const char *path, const char *key,
	   const char **text)
{
	enum isolation_kind kind = ISOLATION_KIND_COUNT;
	char *name;

	if (isolation_is_account(key))
		return ISOLATION_IDENTITY;
	if (is_volume(path))
		return ISOLATION_CLUSTER;
	name = called(search, path, text);
	if (name && names_something(*text))
		kind = kind_of_name(name);
	free(name);
	return kind;
}

const char *
isolation_called_by(const char *path, const char *owner, const char *member)
{
	return strcmp(member, "value") == 0 && strstr(path, "/env/") ? owner : member;
}

static void
begin(struct isolation_search *search, const char *path, const char *key, const char *text)
{
	search->where = path;
	search->key = key;
	search->text = text;
	search->looked_to = 0;
	json_object_clear(search->found);
}

/* --- files --- */

/* Whether something of that name was found there. */
static bool
is_said(const struct isolation_findings *all, const char *path, const char *names)
{
	for (size_t i = all->count; i > 0 && strcmp(all->items[i - 1].where, path) == 0; i--)
		if (strcmp(all->items[i - 1].names, names) == 0)
			return true;
	return false;
}

/* Most of what is called like a queue in a file is none. */
static void
take_setting(void *data, const char *name, const char *value)
{
	struct isolation_search *search = data;
	char *words = words_of_name(name, strlen(name));

	if (kind_of_name(words) == ISOLATION_LOCK && names_something(value) &&
	    !is_said(search->findings, search->where, value)) {
		search->looked_to = 0;
		isolation_add(search, ISOLATION_LOCK, value);
	}
	free(words);
}

/* --- rights --- */

static bool
is_one_of(const json_t *list, const char *const *names)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		for (const char *const *name = names; *name && json_is_string(item); name++)
			if (strcmp(json_string_value(item), *name) == 0)
				return true;
	return false;
}

/* {"apiGroups", "resources", "verbs"}: controllers agree with leases on who leads, and who only
 * reads one holds none. */
static bool
lets_hold_leases(const json_t *rule)
{
	static const char *const resources[] = {"leases", "*", NULL};
	static const char *const verbs[] = {"create", "update", "patch", "*", NULL};

	return is_one_of(json_object_get(rule, "resources"), resources) &&
	       is_one_of(json_object_get(rule, "verbs"), verbs);
}

/* Of a role of the cluster no more is known than its name. */
static bool
gives_locks(const struct isolation_search *search, const json_t *reference)
{
	const char *kind = json_member_string(reference, "kind"),
		   *name = json_member_string(reference, "name"), *module;
	char *words = words_of_name(name ? name : "", name ? strlen(name) : 0);
	char *key = xasprintf("Role/%s", name ? name : "");
	bool is = kind && strcmp(kind, "ClusterRole") == 0 && kind_of_name(words) == ISOLATION_LOCK;
	json_t *body, *rule;
	size_t i;

	if (kind && strcmp(kind, "Role") == 0)
		json_object_foreach(set_modules(search->isolation->set), module, body)
			json_array_foreach(json_object_get(json_object_get(manifests_of(body), key),
							   "rules"), i, rule)
				is = is || lets_hold_leases(rule);
	free(words);
	free(key);
	return is;
}

void
isolation_search_binding(struct isolation_search *search, const json_t *object, const char *path)
{
	const json_t *subject;
	size_t i;

	if (!strstr(path, "/spec/manifests/RoleBinding~1") || !search->isolation->set ||
	    !gives_locks(search, json_object_get(object, "roleRef")))
		return;
	json_array_foreach(json_object_get(object, "subjects"), i, subject) {
		const char *namespace = json_member_string(subject, "namespace"),
			   *name = json_member_string(subject, "name");
		char *where, *names;

		if (!namespace || !*namespace || !name || json_object_get(search->names, namespace))
			continue;
		where = xasprintf("%s/subjects/%zu/name", path, i);
		names = xasprintf("%s/%s", namespace, name);
		begin(search, where, "name", name);
		isolation_add(search, ISOLATION_HOLDER, names);
		free(where);
		free(names);
	}
}

void
isolation_search_accounts(struct isolation_search *search, const json_t *value, const char *path,
			  const char *key)
{
	const struct isolation_findings *all = search->findings;
	const char *text = json_string_value(value), *names = text;
	enum isolation_kind kind;

	if (!text || !*text || !strstr(path, "/spec/manifests/"))
		return;
	if (strchr(text, '\n') && variable_of(path)) {
		begin(search, path, key, text);
		reading_each_setting(text, take_setting, search);
		return;
	}
	kind = meaning_of(search, path, key, &names);
	if (kind == ISOLATION_KIND_COUNT || !*names ||
	    (all->count > 0 && strcmp(all->items[all->count - 1].where, path) == 0))
		return;
	begin(search, path, key, text);
	isolation_add(search, kind, names);
}
