/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Rules of a clone about who reaches it: never by an address, a name or a certificate that somebody
 * else has. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/objects/facts-hosts.h"
#include "platform/drivers/kubernetes/objects/objects-parts.h"
#include "platform/drivers/kubernetes/objects/stand-in-private.h"
#include "platform/drivers/kubernetes/objects/stand-in.h"

/* --- addresses --- */

static bool
is_of_balancer(const char *key)
{
	static const char *const parts[] = {
		"load-balancer", "loadbalancer", "service.beta.kubernetes.io/",
		"cloud.google.com/", "networking.gke.io/", "metallb.", "kube-vip.io/",
		"lbipam.cilium.io/", "io.cilium/",
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(key, parts[i]))
			return true;
	return false;
}

/* A headless Service has none to begin with, and says so. */
static bool
drop_cluster_address(json_t *spec)
{
	if (!json_object_get(spec, "clusterIP") || kube_read_is(spec, "clusterIP", "None"))
		return false;
	json_object_del(spec, "clusterIP");
	json_object_del(spec, "clusterIPs");
	return true;
}

static bool
make_inner(json_t *spec, json_t *details)
{
	static const char *const members[] = {
		"externalTrafficPolicy", "allocateLoadBalancerNodePorts", "loadBalancerClass",
		"loadBalancerSourceRanges", "healthCheckNodePort", "loadBalancerIP",
	};
	const char *type = kube_read_text(spec, "type");

	if (strcmp(type, "LoadBalancer") != 0 && strcmp(type, "NodePort") != 0)
		return false;
	stand_in_add_detail(details, type);
	json_object_set_new(spec, "type", json_string("ClusterIP"));
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		json_object_del(spec, members[i]);
	return true;
}

enum stand_in_result
stand_in_own_address(const struct stand_in_view *view, json_t *object, json_t *details)
{
	json_t *spec = json_object_get(object, "spec"), *port;
	bool found = make_inner(spec, details);
	size_t i;

	(void)view;
	(void)drop_cluster_address(spec);
	found |= stand_in_drop(spec, "externalIPs", details);
	json_array_foreach(json_object_get(spec, "ports"), i, port)
		found |= stand_in_drop(port, "nodePort", details);
	found |= stand_in_drop_keys(stand_in_metadata(object, "annotations"), is_of_balancer,
				    details);
	return found ? STAND_IN_CHANGED : STAND_IN_SAME;
}

/* --- names --- */

static bool
is_of_dns(const char *key)
{
	return strstr(key, "external-dns") != NULL || strstr(key, "externaldns") != NULL;
}

enum stand_in_result
stand_in_no_names(const struct stand_in_view *view, json_t *object, json_t *details)
{
	(void)view;
	return stand_in_drop_keys(stand_in_metadata(object, "annotations"), is_of_dns, details)
		       ? STAND_IN_CHANGED : STAND_IN_SAME;
}

static bool
is_of_certificates(const char *key)
{
	return strstr(key, "cert-manager.io/") || strstr(key, "certmanager.k8s.io/") ||
	       strcmp(key, "kubernetes.io/tls-acme") == 0 ||
	       strstr(key, "certificate-arn") || strstr(key, "ssl-cert");
}

enum stand_in_result
stand_in_no_certificates(const struct stand_in_view *view, json_t *object, json_t *details)
{
	(void)view;
	return stand_in_drop_keys(stand_in_metadata(object, "annotations"), is_of_certificates,
				  details)
		       ? STAND_IN_CHANGED : STAND_IN_SAME;
}

/* --- hosts --- */

/* Free is what is known to be: where nobody can tell who has which host, none is. */
static bool
is_free(const struct stand_in_view *view, const char *host)
{
	return *host && view->facts->hosts && facts_is_free(view->facts->hosts, host);
}

/* Of an array of objects with a host those that may not have it.  What has none takes them all. */
static bool
drop_rules(const struct stand_in_view *view, json_t *rules, json_t *details)
{
	bool found = false;

	for (size_t i = json_array_size(rules); i-- > 0;) {
		const char *host = kube_read_text(json_array_get(rules, i), "host");

		if (is_free(view, host))
			continue;
		stand_in_add_detail(details, *host ? host : "*");
		json_array_remove(rules, i);
		found = true;
	}
	return found;
}

static bool
drop_texts(const struct stand_in_view *view, json_t *hosts, json_t *details)
{
	bool found = false;

	for (size_t i = json_array_size(hosts); i-- > 0;) {
		const char *host = json_string_value(json_array_get(hosts, i));

		if (host && is_free(view, host))
			continue;
		stand_in_add_detail(details, host ? host : "*");
		json_array_remove(hosts, i);
		found = true;
	}
	return found;
}

/* A certificate of a host that it has not. */
static void
drop_tls(const struct stand_in_view *view, json_t *tls)
{
	json_t *ignored = json_object();

	for (size_t i = json_array_size(tls); i-- > 0;) {
		json_t *hosts = json_object_get(json_array_get(tls, i), "hosts");

		(void)drop_texts(view, hosts, ignored);
		if (json_array_size(hosts) == 0)
			json_array_remove(tls, i);
	}
	json_decref(ignored);
}

/* More hosts of an Ingress, and the addresses and balancers that it shares with the original. */
static bool
is_of_entrance(const char *key)
{
	static const char *const parts[] = {
		"server-alias", "host-aliases", "static-ip-name", "alb.ingress.kubernetes.io/group.",
		"alb.ingress.kubernetes.io/load-balancer-name",
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(key, parts[i]))
			return true;
	return false;
}

/* Whether no object of the cluster has any of these hosts: "a.example.com, b.example.com".  A text
 * that is no host may be anything, so it is not free. */
static bool
are_free(const struct stand_in_view *view, const char *text)
{
	char *copy = xstrdup(text), *rest;
	bool is = true;

	for (char *host = strtok_r(copy, ", \t\n", &rest); host;
	     host = strtok_r(NULL, ", \t\n", &rest))
		is = is && strchr(host, '.') && is_free(view, host);
	free(copy);
	return is;
}

static bool
drop_entrances(const struct stand_in_view *view, json_t *notes, json_t *details)
{
	bool found = false;
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(notes, next, key, value) {
		const char *text = json_string_value(value) ? json_string_value(value) : "";

		if (!is_of_entrance(key) || are_free(view, text))
			continue;
		stand_in_add_detail(details, text);
		json_object_del(notes, key);
		found = true;
	}
	return found;
}

static enum stand_in_result
own_ingress(const struct stand_in_view *view, json_t *object, json_t *details)
{
	json_t *spec = json_object_get(object, "spec");
	json_t *rules = json_object_get(spec, "rules"), *tls = json_object_get(spec, "tls");
	bool found = drop_rules(view, rules, details);

	found |= stand_in_drop(spec, "defaultBackend", details);
	found |= drop_entrances(view, stand_in_metadata(object, "annotations"), details);
	if (json_array_size(rules) == 0)
		return STAND_IN_LEFT_OUT;
	drop_tls(view, tls);
	if (json_array_size(tls) == 0)
		json_object_del(spec, "tls");
	return found ? STAND_IN_CHANGED : STAND_IN_SAME;
}

enum stand_in_result
stand_in_own_hosts(const struct stand_in_view *view, json_t *object, json_t *details)
{
	json_t *spec = json_object_get(object, "spec"), *hosts = json_object_get(spec, "hostnames");
	bool found;

	if (kube_read_is(object, "kind", "Ingress"))
		return own_ingress(view, object, details);
	found = drop_texts(view, hosts, details);
	if (json_array_size(hosts) == 0)
		return STAND_IN_LEFT_OUT;
	return found ? STAND_IN_CHANGED : STAND_IN_SAME;
}

/* --- hosts of kinds that we do not know --- */

/* A name of DNS that leads somewhere from outside. */
static bool
is_public(const char *text)
{
	size_t length = strlen(text);

	return strchr(text, '.') && !strpbrk(text, " /:@$") && !strstr(text, ".svc") &&
	       !(length > 6 && strcmp(text + length - 6, ".local") == 0);
}

static bool
is_host_member(const char *key)
{
	static const char *const keys[] = {"host", "hosts", "hostname", "hostnames", "fqdn",
					   "dnsNames", "virtualhost", "domain", "domains"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

/* In members of this name, or in what lies below one of them. */
static bool
has_foreign_host(const struct stand_in_view *view, const json_t *value, bool is_host, int depth,
		 json_t *details)
{
	const char *key, *text = json_string_value(value);
	bool found = false;
	json_t *child;
	size_t i;

	if (depth >= JSON_DEPTH_MAX)
		return false;
	if (text && is_host && is_public(text) && !is_free(view, text)) {
		stand_in_add_detail(details, text);
		return true;
	}
	json_object_foreach((json_t *)(uintptr_t)value, key, child)
		found |= has_foreign_host(view, child, is_host_member(key), depth + 1, details);
	json_array_foreach((json_t *)(uintptr_t)value, i, child)
		found |= has_foreign_host(view, child, is_host, depth + 1, details);
	return found;
}

/* Of which group it is tells whether it is somebody's own kind. */
enum stand_in_result
stand_in_custom_hosts(const struct stand_in_view *view, json_t *object, json_t *details)
{
	const char *version = kube_read_text(object, "apiVersion");
	size_t group = strcspn(version, "/");

	if (!memchr(version, '.', group) || strstr(version, ".k8s.io/"))
		return STAND_IN_SAME;
	return has_foreign_host(view, json_object_get(object, "spec"), false, 0, details)
		       ? STAND_IN_LEFT_OUT : STAND_IN_SAME;
}
