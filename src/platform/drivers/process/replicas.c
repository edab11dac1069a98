/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From a workload to the processes that it is to be.
 *
 * Each replica listens on a port of its own, so each has a spec of its own: the marks of the
 * workload's endpoints are replaced by the replica's ports.  Whether a replica is to be left
 * alone is decided by a fingerprint, which is taken with names in the place of those ports; so
 * it does not change just because another port would be given.
 */
#include "config.h"

#include "platform/drivers/process/replicas.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/ports.h"

/* Longer than any spec that was taken. */
#define TEXT_MAX (64u * 1024 * 1024)

/* What stands for a mark: the port of a replica, or a name where there is none yet. */
struct listen {
	const struct driver_workload *workload;
	const int (*ports)[2];		/* as many as endpoints; NULL: names */
};

static const struct driver_endpoint *
next_mark(const struct listen *listen, const char *text, const char **at)
{
	const struct driver_endpoint *first = NULL;

	for (size_t i = 0; i < listen->workload->endpoint_count; i++) {
		const struct driver_endpoint *endpoint = &listen->workload->endpoints[i];
		const char *found = strstr(text, endpoint->mark);

		if (found && (!first || found < *at)) {
			first = endpoint;
			*at = found;
		}
	}
	return first;
}

static json_t *
value_of(const struct listen *listen, const struct driver_endpoint *endpoint)
{
	char *name;
	json_t *value;

	if (listen->ports)
		return json_integer(listen->ports[endpoint - listen->workload->endpoints][1]);
	name = xasprintf("listen %s", endpoint->resource);
	value = json_string(name);
	free(name);
	return value;
}

/* A string that is one mark takes the type of what stands for it. */
static json_t *
replace_in_string(const struct listen *listen, const json_t *string)
{
	const char *rest = json_string_value(string), *at = NULL;
	const struct driver_endpoint *endpoint = next_mark(listen, rest, &at);
	json_t *result;
	struct buf out;
	char *text;

	if (!endpoint)
		return json_incref((json_t *)string);
	if (strcmp(rest, endpoint->mark) == 0)
		return value_of(listen, endpoint);
	buf_init(&out, TEXT_MAX);
	for (; endpoint; endpoint = next_mark(listen, rest, &at)) {
		json_t *value = value_of(listen, endpoint);

		buf_append(&out, rest, (size_t)(at - rest));
		if (json_is_integer(value))
			buf_printf(&out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		else
			buf_puts(&out, json_string_value(value));
		json_decref(value);
		rest = at + strlen(endpoint->mark);
	}
	buf_puts(&out, rest);
	result = json_string(buf_str(&out));
	text = buf_take(&out);
	explicit_bzero(text, strlen(text));	/* there may be a secret beside the port */
	free(text);
	return result ? result : json_string("");
}

static json_t *
replace(const struct listen *listen, const json_t *value)
{
	json_t *copy, *member;
	const char *key;
	size_t i;

	if (json_is_string(value))
		return replace_in_string(listen, value);
	if (json_is_object(value)) {
		copy = json_object();
		json_object_foreach((json_t *)value, key, member)
			json_object_set_new(copy, key, replace(listen, member));
		return copy;
	}
	if (json_is_array(value)) {
		copy = json_array();
		json_array_foreach(value, i, member)
			json_array_append_new(copy, replace(listen, member));
		return copy;
	}
	return json_incref((json_t *)value);
}

char *
replica_fingerprint(const struct driver_workload *workload)
{
	struct listen names = {.workload = workload};
	json_t *ports = json_object(), *all;
	char *hash = xmalloc(IDS_SHA256_B64_SIZE), *text;

	for (size_t i = 0; i < workload->endpoint_count; i++)
		json_object_set_new(ports, workload->endpoints[i].resource,
				    json_integer(workload->endpoints[i].port));
	all = json_pack("{s:s, s:s*, s:o, s:o}", "image", workload->image, "profile",
			workload->profile, "spec",
			replace(&names, workload->spec), "ports", ports);
	text = json_canonical(all);
	ids_sha256_b64(hash, text, strlen(text));
	explicit_bzero(text, strlen(text));
	free(text);
	json_decref(all);
	return hash;
}

int
replica_init(struct replica *replica, const struct driver_workload *workload, int number,
	     const char *fingerprint, struct ports *ports, struct error *err)
{
	struct listen listen = {.workload = workload};

	*replica = (struct replica){
		.workload = workload,
		.number = number,
		.fingerprint = fingerprint,
		.holder = ports,
		.port_count = workload->endpoint_count,
		.ports = xcalloc(workload->endpoint_count + 1, sizeof(*replica->ports)),
	};
	for (size_t i = 0; i < workload->endpoint_count; i++) {
		replica->ports[i][0] = workload->endpoints[i].port;
		replica->ports[i][1] = ports_take(ports, err);
		if (replica->ports[i][1] == 0)
			return -1;
	}
	listen.ports = (const int (*)[2])replica->ports;
	replica->spec = replace(&listen, workload->spec);
	return 0;
}

void
replica_clear(struct replica *replica)
{
	for (size_t i = 0; i < replica->port_count; i++)
		ports_release(replica->holder, replica->ports[i][1]);
	json_decref(replica->spec);
	free(replica->ports);
	*replica = (struct replica){0};
}
