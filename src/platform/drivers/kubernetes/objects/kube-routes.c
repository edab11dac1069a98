/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Where a workload is reached from outside of its cluster: a host and a path, by a definition of
 * the type route or dns whose driver is
 *
 *	kubernetes/ingress	an Ingress
 *	kubernetes/httproute	an HTTPRoute of the Gateway API, where the cluster has that
 *
 * Here it is decided where that is, and written into the outputs; the objects are made with those
 * of their workload (objects-routes.c), after its Service.
 *
 * The host is that of the definition ("host"), or a name below its "domain" that no other namespace
 * has, or the one that the set asks for, in this order: so a clone, whose set asks for the host of
 * what it was cloned from, gets its own where a definition says so.
 */
#include "config.h"

#include "platform/drivers/kubernetes/objects/kube-routes.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/names.h"

#define PATH_MAX_BYTES 1024
#define PORT_HTTP 80
#define PORT_HTTPS 443
#define ANNOTATIONS_MAX 50
#define OURS "sidestage.dev/"

bool
kube_route_is_type(const char *type)
{
	return strcmp(type, KUBE_INGRESS) == 0 || strcmp(type, KUBE_HTTP_ROUTE) == 0;
}

/* --- when a definition is written --- */

/* Where a placeholder stands it is looked at again when it is made. */
static bool
is_open(const char *text)
{
	return strstr(text, "${") != NULL;
}

static int
check_host(const char *host, struct error *err)
{
	if (is_open(host) || kube_subdomain_is_valid(host))
		return 0;
	return error_set_code(err, CODE_ROUTE_HOST_INVALID, .host = host);
}

static int
check_annotations(const json_t *inputs, struct error *err)
{
	const json_t *annotations = json_object_get(inputs, "annotations");
	const char *key;
	json_t *value;

	if (annotations && (!json_is_object(annotations) ||
			    json_object_size(annotations) > ANNOTATIONS_MAX))
		return error_set_code(err, CODE_ROUTE_ANNOTATION_INVALID, .name = "annotations");
	json_object_foreach((json_t *)annotations, key, value)
		if (!json_is_string(value) || !*key || strncmp(key, OURS, strlen(OURS)) == 0)
			return error_set_code(err, CODE_ROUTE_ANNOTATION_INVALID, .name = key);
	return 0;
}

static int
check_scheme(const char *scheme, struct error *err)
{
	if (!scheme || is_open(scheme) || strcmp(scheme, "http") == 0 ||
	    strcmp(scheme, "https") == 0)
		return 0;
	return error_set_code(err, CODE_ROUTE_SCHEME_INVALID, .name = scheme);
}

int
kube_route_check(const struct driver_resource *resource, struct error *err)
{
	static const char *const names[] = {"gateway", "gateway_namespace", "class", "tls_secret"};
	const json_t *inputs = resource->inputs;
	const char *host = json_member_string(inputs, "host"),
		   *domain = json_member_string(inputs, "domain");

	if (resource->of && strcmp(resource->of, "route") != 0 && strcmp(resource->of, "dns") != 0)
		return error_set_code(err, CODE_DRIVER_OF_OTHER_TYPES, .driver = resource->type,
				      .type = resource->of, .tried = "route, dns");
	if (strcmp(resource->type, KUBE_HTTP_ROUTE) == 0 && !json_object_get(inputs, "gateway"))
		return error_set_code(err, CODE_ROUTE_WITHOUT_GATEWAY);
	if (host && domain)
		return error_set_code(err, CODE_ROUTE_HOST_TWICE);
	if ((host && check_host(host, err) != 0) || (domain && check_host(domain, err) != 0) ||
	    check_scheme(json_member_string(inputs, "scheme"), err) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *name = json_member_string(inputs, names[i]);

		if (name && !is_open(name) && !kube_subdomain_is_valid(name))
			return error_set_code(err, CODE_ROUTE_NAME_INVALID, .member = names[i],
					      .name = name);
	}
	return check_annotations(inputs, err);
}

/* --- when it is made --- */

/* "web-dns" is what a workload has most: then its own name is enough. */
static char *
host_below(const char *domain, const char *namespace, const char *module,
	   const char *own_name)
{
	bool is_usual = strcmp(own_name, "dns") == 0 || strcmp(own_name, "route") == 0;
	char *text = xasprintf("%s%s%s-%s", module, is_usual ? "" : "-", is_usual ? "" : own_name,
			       namespace);
	char *label = kube_name(text, NULL, KUBE_NAME_MAX), *host;

	host = xasprintf("%s.%s", label, domain);
	free(label);
	free(text);
	return host;
}

/* free() it; NULL with err. */
static char *
host_of(const char *namespace, const struct driver_resource *resource, const char *module,
	const char *own_name, struct error *err)
{
	const char *given = json_member_string(resource->inputs, "host"),
		   *domain = json_member_string(resource->inputs, "domain"),
		   *asked = json_member_string(resource->params, "host");
	char *host = NULL;

	if (given || (!domain && asked))
		host = xstrdup(given ? given : asked);
	else if (domain)
		host = host_below(domain, namespace, module, own_name);
	if (host && kube_subdomain_is_valid(host))
		return host;
	if (host)
		error_set_code(err, CODE_ROUTE_HOST_INVALID, .host = host);
	else
		error_set_code(err, CODE_ROUTE_HOST_MISSING, .resource = resource->res_id);
	free(host);
	return NULL;
}

static bool
ends_in(const char *text, const char *end)
{
	size_t length = strlen(text), part = strlen(end);

	return length >= part && strcmp(text + length - part, end) == 0;
}

/* As a path of an Ingress has to be, which the cluster would refuse in its own words. */
static bool
is_path(const char *path)
{
	static const char *const parts[] = {"//", "/./", "/../"};

	if (path[0] != '/' || strlen(path) > PATH_MAX_BYTES || ends_in(path, "/.") ||
	    ends_in(path, "/.."))
		return false;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(path, parts[i]))
			return false;
	for (const char *c = path; *c; c++)
		if (*c <= ' ' || *c >= 0x7f || strchr("?#\\\"", *c))
			return false;
	return true;
}

/* NULL with err. */
static const char *
path_of(const struct driver_resource *resource, struct error *err)
{
	const json_t *given = json_object_get(resource->params, "path");
	const char *path = !given || json_is_null(given) ? "/" : json_string_value(given);

	if (path && is_path(path))
		return path;
	error_set_code(err, CODE_ROUTE_PATH_INVALID, .path = path ? path : "",
		       .resource = resource->res_id);
	return NULL;
}

static int
check_params(const struct driver_resource *resource, struct error *err)
{
	static const char *const names[] = {"host", "path", "port"};
	const char *name;
	json_t *value;
	size_t i;

	json_object_foreach((json_t *)resource->params, name, value) {
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (strcmp(names[i], name) == 0)
				break;
		if (i == sizeof(names) / sizeof(names[0]))
			return error_set_code(err, CODE_RESOURCE_INPUT_UNKNOWN, .name = name,
					      .type = resource->of);
	}
	return 0;
}

/* What the object is made of, beside host and path. */
static json_t *
details_of(const struct driver_resource *resource)
{
	static const char *const names[] = {"class", "tls_secret", "gateway", "gateway_namespace",
					    "section", "annotations"};
	json_t *details = json_pack("{s:s}", "as", resource->type);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_t *value = json_object_get(resource->inputs, names[i]);

		if (value)
			json_object_set(details, names[i], value);
	}
	return details;
}

static const char *
scheme_of(const json_t *inputs)
{
	const char *scheme = json_member_string(inputs, "scheme");

	if (scheme)
		return scheme;
	return json_object_get(inputs, "tls_secret") ? "https" : "http";
}

/* One of the type dns leads to the port at which its workload listens for it; one of the type route
 * to the port of the Service that the set names. */
static json_t *
outputs_of(const struct driver_resource *resource, const char *host, const char *path, int listen)
{
	const char *scheme = scheme_of(resource->inputs);
	json_t *details = details_of(resource), *port = json_object_get(resource->params, "port");
	json_t *outputs = json_pack("{s:s, s:s, s:o, s:o}", "host", host, "path", path, "url",
				    json_sprintf("%s://%s%s", scheme, host, path), "route", details);

	if (listen == 0) {
		if (port && !json_is_null(port))
			json_object_set(details, "port", port);
		return outputs;
	}
	json_object_set_new(details, "port", json_integer(listen));
	json_object_set_new(outputs, "listen", json_integer(listen));
	json_object_set_new(outputs, "port", json_integer(strcmp(scheme, "https") == 0
								  ? PORT_HTTPS : PORT_HTTP));
	return outputs;
}

json_t *
kube_route_make(const char *namespace, const struct driver_resource *resource,
		const char *module, const char *own_name, int listen, struct error *err)
{
	bool is_route = !resource->of || strcmp(resource->of, "route") == 0;
	const char *path = "/";
	json_t *outputs;
	char *host;

	if (is_route && (check_params(resource, err) != 0 || !(path = path_of(resource, err))))
		return NULL;
	host = host_of(namespace, resource, module, own_name, err);
	if (!host)
		return NULL;
	outputs = outputs_of(resource, host, path, is_route ? 0 : listen);
	free(host);
	return outputs;
}
