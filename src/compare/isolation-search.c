/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is known before anything is read: whose names lead elsewhere, and whose to the clone
 * itself. */
#include "config.h"

#include "compare/isolation-search.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xmalloc.h"
#include "compare/hosts.h"
#include "compare/isolation-hosts.h"
#include "compare/isolation-manifests.h"
#include "model/set.h"

static void
put_name(json_t *names, const char *name, const char *environment)
{
	char *lower = xstrdup(name);

	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	if (*lower && !json_object_get(names, lower))
		json_object_set_new(names, lower, json_string(environment));
	free(lower);
}

/* How people shorten the usual names. */
static void
put_names(json_t *names, const char *name)
{
	static const struct { const char *name, *shorts[3]; } usual[] = {
		{"production", {"prod", "prd", NULL}}, {"staging", {"stage", "stg", NULL}},
		{"development", {"dev", NULL}},
	};

	put_name(names, name, name);
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		for (size_t k = 0; strcasecmp(name, usual[i].name) == 0 && usual[i].shorts[k]; k++)
			put_name(names, usual[i].shorts[k], name);
}

/* Names of one or two letters would be found everywhere. */
static void
put_host(void *data, const struct host *host)
{
	struct isolation_search *search = data;

	if (!isolation_is_this_machine(host) && !host->is_network &&
	    !isolation_is_neighbour(search, host->name) && strlen(host->name) > 2)
		json_object_set_new(search->hosts, host->name, json_true());
}

static void
put_hosts(struct isolation_search *search, const json_t *value, const char *key)
{
	const char *member, *text = json_string_value(value);
	json_t *child;
	size_t i;

	search->key = key;
	if (text) {
		char *named = isolation_as_host(search, text);

		hosts_find(named ? named : text, put_host, search);
		free(named);
	}
	json_object_foreach((json_t *)(uintptr_t)value, member, child)
		put_hosts(search, child, member);
	json_array_foreach((json_t *)(uintptr_t)value, i, child)
		put_hosts(search, child, key);
}

/* What the parts of the clone call each other: such a name leads to the clone itself. */
static void
put_neighbours(struct isolation_search *search)
{
	const struct set *set = search->isolation->set;
	const char *module, *name;
	json_t *body, *child;

	if (!set)
		return;
	json_object_foreach(set_modules(set), module, body) {
		json_object_set_new(search->neighbours, module, json_true());
		json_object_foreach(json_object_get(json_object_get(body, "spec"), "containers"),
				    name, child)
			json_object_set_new(search->neighbours, name, json_true());
		json_object_foreach(json_object_get(body, "externals"), name, child)
			json_object_set_new(search->neighbours, name, json_true());
		isolation_put_objects(search->objects, body);
	}
	json_object_update(search->neighbours, search->objects);
	json_object_foreach(set_shared(set), name, child)
		json_object_set_new(search->neighbours, name, json_true());
}

void
isolation_search_begin(struct isolation_search *search, struct isolation_findings *findings,
		       const struct isolation *isolation)
{
	json_t *name;
	size_t i;

	*findings = (struct isolation_findings){0};
	*search = (struct isolation_search){
		.isolation = isolation,
		.findings = findings,
		.names = json_object(),
		.hosts = json_object(),
		.neighbours = json_object(),
		.objects = json_object(),
		.found = json_object(),
		.key = "",
	};
	json_array_foreach(isolation->foreign, i, name)
		if (json_is_string(name))
			put_names(search->names, json_string_value(name));
	/* A clone that is itself called "dev" may name dev. */
	json_array_foreach(isolation->own, i, name)
		if (json_is_string(name))
			json_object_del(search->names, json_string_value(name));
	put_neighbours(search);
	put_hosts(search, isolation->outputs, "");
}

void
isolation_search_end(struct isolation_search *search)
{
	json_decref(search->names);
	json_decref(search->hosts);
	json_decref(search->neighbours);
	json_decref(search->objects);
	json_decref(search->found);
}
