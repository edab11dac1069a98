/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The Ingresses and HTTPRoutes of a workload: one for each of its resources that leads to it from
 * outside of the cluster (kube-routes.h says where), to a port of its Service.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/objects/kube-routes.h"
#include "platform/drivers/kubernetes/objects/objects-parts.h"

struct kube_route {
	const char *name;		/* of the resource */
	const char *host, *path;
	const json_t *details;
	json_int_t port;		/* of the Service */
};

/* --- which port --- */

static json_int_t
number_of(const json_t *port, const char *member)
{
	return json_integer_value(json_object_get(port, member));
}

/* The port of that number; else the one that leads to it. */
static json_int_t
find_number(const json_t *ports, json_int_t wanted)
{
	static const char *const members[] = {"port", "targetPort"};
	const json_t *port;
	size_t i;

	for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++)
		json_array_foreach(ports, i, port)
			if (number_of(port, members[k]) == wanted)
				return number_of(port, "port");
	return 0;
}

static json_int_t
find_name(const json_t *ports, const char *wanted)
{
	const json_t *port;
	size_t i;

	json_array_foreach(ports, i, port)
		if (strcmp(json_member_string(port, "name"), wanted) == 0)
			return number_of(port, "port");
	return 0;
}

/* Where the set names none, the only one is meant.  0: there is none. */
static json_int_t
find_port(const json_t *ports, const json_t *wanted)
{
	json_int_t number = workload_field_number(wanted);

	if (number > 0)
		return find_number(ports, number);
	if (json_is_string(wanted))
		return find_name(ports, json_string_value(wanted));
	return !wanted && json_array_size(ports) == 1 ? number_of(json_array_get(ports, 0), "port")
						      : 0;
}

/* --- the objects --- */

static const char *
detail(const struct kube_route *route, const char *name)
{
	return json_member_string(route->details, name);
}

static json_t *
ingress_spec(const struct kube_workload *w, const struct kube_route *route)
{
	const char *class = detail(route, "class"), *secret = detail(route, "tls_secret");
	json_t *path = json_pack("{s:s, s:s, s:{s:{s:s, s:{s:I}}}}", "path", route->path, "pathType",
				 "Prefix", "backend", "service", "name", w->name, "port", "number",
				 route->port);
	json_t *spec = json_pack("{s:[{s:s, s:{s:[o]}}]}", "rules", "host", route->host, "http",
				 "paths", path);

	if (class)
		json_object_set_new(spec, "ingressClassName", json_string(class));
	if (secret)
		json_object_set_new(spec, "tls", json_pack("[{s:[s], s:s}]", "hosts", route->host,
							   "secretName", secret));
	return spec;
}

static json_t *
http_route_spec(const struct kube_workload *w, const struct kube_route *route)
{
	const char *gateway = detail(route, "gateway"),
		   *namespace = detail(route, "gateway_namespace"),
		   *section = detail(route, "section");
	json_t *parent = json_pack("{s:s}", "name", gateway ? gateway : "");

	if (namespace)
		json_object_set_new(parent, "namespace", json_string(namespace));
	if (section)
		json_object_set_new(parent, "sectionName", json_string(section));
	return json_pack("{s:[o], s:[s], s:[{s:[{s:{s:s, s:s}}], s:[{s:s, s:I}]}]}", "parentRefs",
			 parent, "hostnames", route->host, "rules", "matches", "path", "type",
			 "PathPrefix", "value", route->path, "backendRefs", "name", w->name, "port",
			 route->port);
}

static const struct route_kind {
	const char *as, *api_version, *kind;
	json_t *(*spec)(const struct kube_workload *w, const struct kube_route *route);
} kinds[] = {
	{KUBE_INGRESS, "networking.k8s.io/v1", "Ingress", ingress_spec},
	{KUBE_HTTP_ROUTE, "gateway.networking.k8s.io/v1", "HTTPRoute", http_route_spec},
};

/* NULL: the resource is no route. */
static const struct route_kind *
find_kind(const json_t *details)
{
	const char *as = json_member_string(details, "as");

	for (size_t i = 0; as && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].as, as) == 0)
			return &kinds[i];
	return NULL;
}

/* What the definition says, and whose it is, for whoever finds that the host is taken. */
static void
annotate(const struct kube_workload *w, const struct kube_route *route, json_t *object)
{
	json_t *notes = json_object_get(json_object_get(object, "metadata"), "annotations");

	json_object_update_missing(notes, json_object_get(route->details, "annotations"));
	json_object_set_new(notes, KUBE_NOTE_SPACE, json_string(w->space));
}

static int
add_route(struct kube_workload *w, const struct route_kind *kind, const struct kube_route *route,
	  struct error *err)
{
	char *text = xasprintf("%s-%s", w->name, route->name),
	     *whole = xasprintf("%s/%s", w->declared->module, route->name),
	     *name = kube_name(text, whole, KUBE_NAME_MAX);
	json_t *object = kube_object_new(w, kind->api_version, kind->kind, name, NULL, err);

	free(name);
	free(whole);
	free(text);
	if (!object)
		return -1;
	annotate(w, route, object);
	json_object_set_new(object, "spec", kind->spec(w, route));
	kube_objects_add(w, KUBE_STAGE_WORKLOADS, object);
	return 0;
}

int
kube_add_routes(struct kube_workload *w, struct error *err)
{
	const char **names = kube_sorted_keys(w->declared->resources);
	int ret = 0;

	for (size_t i = 0; ret == 0 && names[i]; i++) {
		const json_t *outputs = json_object_get(w->declared->resources, names[i]);
		const json_t *details = json_object_get(outputs, "route");
		const struct route_kind *kind = find_kind(details);
		const struct kube_route route = {
			.name = names[i],
			.host = json_member_string(outputs, "host"),
			.path = json_member_string(outputs, "path"),
			.details = details,
			.port = find_port(w->ports, json_object_get(details, "port")),
		};

		if (!kind || !route.host || !route.path)
			continue;
		ret = route.port > 0 ? add_route(w, kind, &route, err)
				     : error_set_code(err, CODE_ROUTE_PORT_MISSING,
						      .resource = names[i],
						      .workload = w->declared->module);
	}
	free(names);
	return ret;
}
