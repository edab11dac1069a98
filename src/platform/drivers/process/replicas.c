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

#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/endpoint-marks.h"
#include "platform/drivers/ports.h"

/* What stands for a mark: the port of a replica, or a name where there is none yet. */
struct listen {
	const struct driver_workload *workload;
	const int (*ports)[2];		/* as many as endpoints; NULL: names */
};

static json_t *
value_of(void *data, const struct driver_endpoint *endpoint)
{
	const struct listen *listen = data;
	char *name;
	json_t *value;

	if (listen->ports)
		return json_integer(listen->ports[endpoint - listen->workload->endpoints][1]);
	name = xasprintf("listen %s", endpoint->resource);
	value = json_string(name);
	free(name);
	return value;
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
			endpoint_marks_replace(workload, workload->spec, value_of, &names),
			"ports", ports);
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
	replica->spec = endpoint_marks_replace(workload, workload->spec, value_of, &listen);
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
