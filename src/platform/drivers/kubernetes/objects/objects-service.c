/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The Service of a workload: the ports that it declares, and those of its own resources, at which
 * others reach it as well.
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
#include "platform/drivers/kubernetes/objects/objects-parts.h"

#define TCP "TCP"

/* 0: it says none. */
static json_int_t
port_of(const json_t *port, const char *key)
{
	json_int_t number = workload_field_number(json_object_get(port, key));

	return number > 0 && number < 65536 ? number : 0;
}

static bool
has_port(const json_t *ports, json_int_t number, const char *protocol)
{
	const json_t *port;
	size_t i;

	json_array_foreach(ports, i, port)
		if (json_integer_value(json_object_get(port, "port")) == number &&
		    strcmp(json_member_string(port, "protocol"), protocol) == 0)
			return true;
	return false;
}

static int
add_port(const struct kube_workload *w, json_t *ports, const char *id, const json_t *declared,
	 struct error *err)
{
	json_int_t port = port_of(declared, "service_port");
	json_int_t target = port_of(declared, "container_port");
	const char *protocol = json_member_string(declared, "protocol");
	char *name;

	if (!protocol || !*protocol)
		protocol = TCP;
	if (target == 0)
		target = port;
	if (port == 0)
		port = target;
	if (port == 0)
		return error_set_code(err, CODE_SERVICE_PORT_MISSING,
				      .workload = w->declared->module);
	if (has_port(ports, port, protocol))
		return error_set_code(err, CODE_SERVICE_PORT_TWICE, .port = port,
				      .workload = w->declared->module);
	name = kube_name(id, NULL, KUBE_NAME_MAX);
	json_array_append_new(ports, json_pack("{s:s, s:I, s:s, s:I}", "name", name, "port", port,
					       "protocol", protocol, "targetPort", target));
	free(name);
	return 0;
}

/* A port that leads to the same place already is enough. */
static int
add_endpoint(const struct kube_workload *w, json_t *ports, const struct driver_endpoint *endpoint,
	     struct error *err)
{
	json_t *same, *declared;
	size_t i;
	int ret;

	json_array_foreach(ports, i, same)
		if (json_integer_value(json_object_get(same, "port")) == endpoint->port &&
		    json_integer_value(json_object_get(same, "targetPort")) == endpoint->port &&
		    strcmp(json_member_string(same, "protocol"), TCP) == 0)
			return 0;
	declared = json_pack("{s:i}", "service_port", endpoint->port);
	ret = add_port(w, ports, endpoint->resource, declared, err);
	json_decref(declared);
	return ret;
}

/* NULL with err. */
static json_t *
ports_of(const struct kube_workload *w, struct error *err)
{
	const json_t *declared = json_object_get(json_object_get(w->spec, "service"), "ports");
	const char **ids = kube_sorted_keys(declared);
	json_t *ports = json_array();
	int ret = 0;

	for (size_t i = 0; ret == 0 && ids[i]; i++)
		ret = add_port(w, ports, ids[i], json_object_get(declared, ids[i]), err);
	for (size_t i = 0; ret == 0 && i < w->declared->endpoint_count; i++)
		ret = add_endpoint(w, ports, &w->declared->endpoints[i], err);
	free(ids);
	if (ret == 0)
		return ports;
	json_decref(ports);
	return NULL;
}

int
kube_add_service(struct kube_workload *w, struct error *err)
{
	static const char *const parts[] = {"service", NULL};
	json_t *ports = ports_of(w, err), *object;

	if (!ports)
		return -1;
	if (json_array_size(ports) == 0) {
		json_decref(ports);
		return 0;
	}
	object = kube_object_new(w, "v1", "Service", w->name, parts, err);
	if (!object) {
		json_decref(ports);
		return -1;
	}
	json_object_set_new(object, "spec", json_pack("{s:o, s:o}", "ports", ports, "selector",
						      kube_selector(w)));
	w->ports = json_incref(ports);
	kube_objects_add(w, KUBE_STAGE_PARTS, object);
	return 0;
}
