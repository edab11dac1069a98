/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A person decides by it whether to clone at all, so it says what becomes of data. */
#include "config.h"

#include "ui/views/clone-note.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/set.h"

static bool
is_database(const char *type)
{
	static const char *const types[] = {"mariadb", "mongodb", "mssql", "mysql",
					    "postgres", "redis", "sqlite"};

	for (size_t i = 0; type && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

static bool
has_database(const json_t *resources)
{
	const char *name;
	json_t *one;

	json_object_foreach((json_t *)(uintptr_t)resources, name, one)
		if (is_database(json_member_string(one, "type")))
			return true;
	return false;
}

static bool
declares_database(const struct set *set)
{
	const char *name;
	json_t *module;

	if (has_database(set_shared(set)))
		return true;
	json_object_foreach(set_modules(set), name, module)
		if (has_database(json_object_get(module, "externals")))
			return true;
	return false;
}

static bool
has_claims(const json_t *manifests)
{
	static const char claim[] = "PersistentVolumeClaim/";
	const char *key;
	json_t *one;

	json_object_foreach((json_t *)(uintptr_t)manifests, key, one)
		if (strncmp(key, claim, strlen(claim)) == 0 ||
		    json_object_get(json_object_get(one, "spec"), "volumeClaimTemplates"))
			return true;
	return false;
}

static bool
has_volumes(const struct set *set)
{
	const char *name;
	json_t *module;

	json_object_foreach(set_modules(set), name, module)
		if (has_claims(manifests_of(module)))
			return true;
	return false;
}

static const char *
what_of(const struct set *set, bool is_adopted)
{
	if (is_adopted && set && has_volumes(set))
		return _("The clone gets its own namespace with copies of these objects, and new, "
			 "empty volumes; its type is development.");
	if (is_adopted)
		return _("The clone gets its own namespace with copies of these objects; its type "
			 "is development.");
	if (set && declares_database(set))
		return _("The clone gets its own database, ports and processes; its type is "
			 "development.");
	return _("The clone gets its own ports and processes; its type is development.");
}

char *
clone_note(const struct set *set, bool is_adopted, int64_t life_ms)
{
	const char *what = what_of(set, is_adopted);
	char length[16];

	if (life_ms <= 0)
		return xstrdup(what);
	clock_duration(length, life_ms);
	return xasprintf(_("%s  It expires in %s."), what, length);
}
