/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Besides rules and hostnames there are annotations, by which controllers make more of them. */
#include "config.h"

#include "platform/drivers/kubernetes/objects/facts-hosts.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"

static char *
in_small(const char *host, size_t length)
{
	char *copy = xstrndup(host, length);

	for (char *c = copy; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return copy;
}

static void
put(json_t *hosts, const char *host, size_t length, const char *namespace)
{
	char *name = in_small(host, length);

	if (*name)
		json_object_set_new(hosts, name, json_string(namespace));
	free(name);
}

/* "a.example.com, b.example.com" */
static void
put_list(json_t *hosts, const char *text, const char *namespace)
{
	while (*text) {
		size_t length;

		text += strspn(text, ", \t\n");
		length = strcspn(text, ", \t\n");
		put(hosts, text, length, namespace);
		text += length;
	}
}

static void
take_notes(json_t *hosts, const json_t *object, const char *namespace)
{
	static const char *const keys[] = {
		"external-dns.alpha.kubernetes.io/hostname",
		"external-dns.alpha.kubernetes.io/internal-hostname",
		"nginx.ingress.kubernetes.io/server-alias",
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		put_list(hosts, kube_read_note(object, keys[i]), namespace);
}

/* Of a mesh's host also names inside the cluster; of those only others' are taken that lead in. */
static void
put_outer(json_t *hosts, const char *host, const char *namespace)
{
	const char *name = strchr(host, '/') ? strchr(host, '/') + 1 : host;

	if (strchr(name, '.') && !strstr(name, ".svc") && !strstr(name, ".local"))
		put(hosts, name, strlen(name), namespace);
}

void
facts_take_hosts(json_t *hosts, const char *kind, const json_t *object, const char *namespace)
{
	const json_t *spec = json_object_get(object, "spec"), *item;
	size_t i;

	(void)kind;
	take_notes(hosts, object, namespace);
	json_array_foreach(json_object_get(spec, "rules"), i, item)
		put_list(hosts, kube_read_text(item, "host"), namespace);
	json_array_foreach(json_object_get(spec, "hostnames"), i, item)
		put_list(hosts, json_is_string(item) ? json_string_value(item) : "", namespace);
	json_array_foreach(json_object_get(spec, "hosts"), i, item)
		put_outer(hosts, json_is_string(item) ? json_string_value(item) : "", namespace);
	put_outer(hosts, kube_read_text(spec, "host"), namespace);
}

/* Of kinds of somebody's own nobody knows. */
bool
facts_has_hosts(const json_t *kept)
{
	const char *kind = kube_read_text(kept, "kind");
	const char *version = kube_read_text(kept, "apiVersion");

	return strcmp(kind, "Ingress") == 0 || memchr(version, '.', strcspn(version, "/"));
}

static bool
ends_so(const char *host, const char *tail)
{
	size_t length = strlen(host), wanted = strlen(tail);

	return length > wanted && strcmp(host + length - wanted, tail) == 0;
}

bool
facts_is_free(const json_t *hosts, const char *host)
{
	char *name = in_small(host, strlen(host));
	bool is_free = !json_object_get(hosts, name);
	const char *other;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)hosts, other, value) {
		if (strncmp(other, "*.", 2) == 0 && ends_so(name, other + 1))
			is_free = false;
		if (strncmp(name, "*.", 2) == 0 && ends_so(other, name + 1))
			is_free = false;
	}
	free(name);
	return is_free;
}
