/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Objects of a cluster name each other all the time, and mostly within their namespace: a
 * clone's "shop-postgresql" is its own, also if the source is called "shop".  Of an object as a
 * whole, its hosts and addresses, the driver makes another one for a clone; here remain the
 * texts that programs read, and what operators are told.
 */
#include "config.h"

#include "compare/isolation-manifests.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "compare/hosts.h"
#include "compare/isolation-search.h"
#include "model/json.h"
#include "model/manifests.h"

/* What stays in the namespace, or the driver changes for a clone: of these kinds the member of the
 * object ("": all of it), and all below it. */
static const struct {
	const char *kind, *member;
} inner[] = {
	{"HorizontalPodAutoscaler", ""},
	{"NetworkPolicy", "spec"},
	{"PersistentVolumeClaim", "spec"},
	{"PodDisruptionBudget", ""},
	{"Role", "rules"},
	{"RoleBinding", "roleRef"},
	{"Secret", ""},
	{"ServiceAccount", "secrets"},
};

/* Annotations with one of these in their key the driver leaves out, where they are of others. */
static const char *const left_out[] = {
	"external-dns", "externaldns", "server-alias", "host-aliases", "static-ip-name",
	"alb.ingress.kubernetes.io~1group.", "alb.ingress.kubernetes.io~1load-balancer-name",
	"cert-manager.io~1", "certmanager.k8s.io~1", "certificate-arn", "ssl-cert",
};

/* Members, and all below them, that are read by nobody but the cluster itself. */
static const char *const members[] = {
	"apiVersion", "kind", "labels", "matchLabels", "matchExpressions", "selector",
	"nodeSelector", "affinity", "tolerations", "topologySpreadConstraints", "after", "apiGroup",
	"serviceName", "serviceAccountName", "serviceAccount", "secretName", "claimName",
	"storageClassName", "priorityClassName", "schedulerName", "imagePullSecrets",
	"fieldPath", "image", "loadBalancerIP", "externalIPs", "loadBalancerSourceRanges",
};

/* The same of the API's own kinds alone: an operator's resource may mean anything by it. */
static const char *const built_in_members[] = {
	"name", "key", "path", "subPath", "mountPath", "containerName", "ports", "resources",
	"securityContext", "strategy", "schedule",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool
is_one_of(const char *const *names, size_t count, const char *name, size_t length)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(names[i]) == length && strncmp(names[i], name, length) == 0)
			return true;
	return false;
}

/* Of a built-in kind that is so long. */
static bool
is_inner(const char *kind, size_t length, const char *below)
{
	size_t wanted = strcspn(below + 1, "/");

	for (size_t i = 0; i < COUNT(inner); i++)
		if (strlen(inner[i].kind) == length && strncmp(inner[i].kind, kind, length) == 0 &&
		    (!*inner[i].member || (strlen(inner[i].member) == wanted &&
					   strncmp(inner[i].member, below + 1, wanted) == 0)))
			return true;
	return false;
}

/* Its hosts the driver changes. */
static bool
is_host_of_ingress(const char *kind, size_t length, const char *below)
{
	return length == strlen("Ingress") && strncmp(kind, "Ingress", length) == 0 &&
	       (strcmp(strrchr(below, '/'), "/host") == 0 ||
		strncmp(below, "/spec/tls/", strlen("/spec/tls/")) == 0);
}

/* Who has a role: accounts of its own namespace the driver moves, but a user or a group may be
 * called after one. */
static bool
is_subject(const char *kind, size_t length, const char *below)
{
	return length == strlen("RoleBinding") && strncmp(kind, "RoleBinding", length) == 0 &&
	       strncmp(below, "/subjects/", strlen("/subjects/")) == 0;
}

static bool
is_left_out(const char *annotation)
{
	for (size_t i = 0; i < COUNT(left_out); i++)
		if (strstr(annotation, left_out[i]))
			return true;
	return false;
}

/* The object's part of the path, "Deployment~1web/spec/..."; NULL: it is of no object. */
static const char *
object_part(const char *path)
{
	static const char modules[] = "/modules/", manifests[] = "/spec/manifests/";
	const char *at = strncmp(path, modules, strlen(modules)) == 0
				 ? strchr(path + strlen(modules), '/')
				 : NULL;

	return at && strncmp(at, manifests, strlen(manifests)) == 0 ? at + strlen(manifests) : NULL;
}

/* What people name stands below these, and is no member. */
static bool
holds_names(const char *name, size_t length)
{
	static const char *const maps[] = {"env", "data", "binaryData", "containers",
					   "initContainers", "volumes", "annotations"};

	return is_one_of(maps, COUNT(maps), name, length);
}

static bool
leads_nowhere(const char *name, size_t length, bool is_built_in)
{
	return is_one_of(members, COUNT(members), name, length) ||
	       (is_built_in &&
		is_one_of(built_in_members, COUNT(built_in_members), name, length));
}

bool
isolation_is_bytes(const char *path)
{
	const char *at = object_part(path);

	at = at ? strchr(at, '/') : NULL;
	return at && strncmp(at, "/binaryData/", strlen("/binaryData/")) == 0;
}

bool
isolation_is_reference(const char *text)
{
	static const char characters[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
	size_t namespace = strspn(text, characters);
	size_t name = text[namespace] == '/' ? strspn(text + namespace + 1, characters) : 0;

	return namespace > 0 && name > 0 && !text[namespace + 1 + name];
}

bool
isolation_is_read(struct isolation_search *search, const char *path)
{
	const char *at = object_part(path);
	size_t length = at ? strcspn(at, "~./") : 0;
	bool is_built_in = at && at[length] == '~', is_name = false;
	const char *kind = at;

	search->only_hosts = false;
	if (!at)
		return true;
	at += strcspn(at, "/");
	if (strcmp(at, "/metadata/name") == 0 ||
	    (is_built_in && *at &&
	     (is_inner(kind, length, at) || is_host_of_ingress(kind, length, at))))
		return false;
	if (is_built_in && *at && is_subject(kind, length, at)) {
		search->only_names = true;
		return strcmp(strrchr(at, '/'), "/name") == 0;
	}
	while (*at++ == '/') {
		length = strcspn(at, "/");
		if (!is_name && strncmp(at, "annotations/", strlen("annotations/")) == 0) {
			search->only_hosts = true;
			return !is_left_out(at);
		}
		if (!is_name && leads_nowhere(at, length, is_built_in))
			return false;
		is_name = !is_name && holds_names(at, length);
		at += length;
	}
	return true;
}

static void
put_container(void *data, const char *pointer, const char *list, const char *name,
	      const json_t *container)
{
	(void)pointer, (void)list, (void)container;
	json_object_set_new(data, name, json_true());
}

void
isolation_put_objects(json_t *names, const json_t *module)
{
	json_t *manifests = manifests_of(module), *object;
	const char *key;

	json_object_foreach(manifests, key, object) {
		const char *name = json_member_string(json_object_get(object, "metadata"), "name");

		if (name)
			json_object_set_new(names, name, json_true());
		manifest_each_container(object, put_container, names);
	}
}

static size_t
word_length(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) || (n > 0 && text[n] == '-') ||
	       (n > 0 && text[n] == '.' && isalnum((unsigned char)text[n + 1])))
		n++;
	return n;
}

/* Whole words only: "shop-db.shop" is another namespace's, "$(POD).shop-db" is not. */
void
isolation_hide_objects(const struct isolation_search *search, char *text)
{
	if (json_object_size(search->objects) == 0)
		return;
	while (*text) {
		size_t n = word_length(text);
		char *word = n ? xstrndup(text, n) : NULL;

		if (word && json_object_get(search->objects, word))
			memset(text, HOSTS_HOLE, n);
		free(word);
		text += n ? n : 1;
	}
}
