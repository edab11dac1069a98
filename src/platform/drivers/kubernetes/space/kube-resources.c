/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a cluster itself gives as resources:
 *
 *	dns		the name of a workload's Service and a port of it
 *	ingress		a host and a path that lead to a workload from outside (kube-routes.h)
 *	httproute	the same by the Gateway API, where the cluster has that
 *	volume		a PersistentVolumeClaim, which is data and outlives deployments
 *
 * A file of SQLite is none: workloads on several nodes cannot share it.  Whatever else there is, a
 * database for example, is named by a definition of the driver "static".
 */
#include "config.h"

#include "platform/drivers/kubernetes/space/kube-resources.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "net/loop.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/objects/kube-routes.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-space.h"
#include "platform/drivers/task.h"

#define VOLUME_SIZE "1Gi"
#define VOLUME_ACCESS "ReadWriteOnce"
#define DNS_PORT 8080		/* also where the workload listens, which need not be root */
#define DNS_PORTS_FROM 20000
#define DNS_PORTS 10000
#define INPUT_MAX 253
#define INPUTS_MAX 8
#define GATEWAY_API "/apis/gateway.networking.k8s.io/v1"
#define GATEWAY_ROUTES "httproutes"
#define DNS_DOMAIN "svc.cluster.local"

const struct driver_resource_kind kube_driver_resources[] = {
	{"dns", {"dns", NULL}},
	{KUBE_HTTP_ROUTE, {"route", "dns", NULL}},
	{KUBE_INGRESS, {"route", "dns", NULL}},
	{"volume", {"volume", NULL}},
	{NULL, {NULL}},
};

static const struct kube_resource_type {
	const char *name;
	const char *inputs[INPUTS_MAX];
} types[] = {
	{"dns", {NULL}},
	{KUBE_HTTP_ROUTE,
	 {"host", "domain", "scheme", "annotations", "gateway", "gateway_namespace", "section"}},
	{KUBE_INGRESS, {"host", "domain", "scheme", "annotations", "class", "tls_secret"}},
	{"volume", {"size", "class", "access"}},
};

static const struct kube_resource_type *
find_type(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

static bool
takes(const struct kube_resource_type *type, const char *input)
{
	for (size_t i = 0; i < sizeof(type->inputs) / sizeof(type->inputs[0]); i++)
		if (type->inputs[i] && strcmp(type->inputs[i], input) == 0)
			return true;
	return false;
}

int
kube_check_resource(const struct driver_resource *resource, struct error *err)
{
	const struct kube_resource_type *type = find_type(resource->type);
	const char *name;
	json_t *value;

	if (!type)
		return error_set_code(err, CODE_CLUSTER_RESOURCE_UNKNOWN,
				      .resource = resource->name, .type = resource->type);
	json_object_foreach((json_t *)resource->inputs, name, value) {
		if (!takes(type, name))
			return error_set_code(err, CODE_RESOURCE_INPUT_UNKNOWN, .name = name,
					      .type = resource->type);
		if (strcmp(name, "annotations") == 0)
			continue;
		if (!json_is_string(value) || json_string_length(value) == 0 ||
		    json_string_length(value) > INPUT_MAX)
			return error_set_code(err, CODE_RESOURCE_INPUT_NOT_TEXT, .name = name);
	}
	return kube_route_is_type(resource->type) ? kube_route_check(resource, err) : 0;
}

/* --- dns --- */

/* "modules.web.externals.dns" is "web" and "dns"; false: it belongs to no workload. */
static bool
split_own(const char *res_id, char **module, const char **resource)
{
	const char *own = strncmp(res_id, "modules.", 8) == 0 ? res_id + 8 : NULL;
	const char *end = own ? strstr(own, ".externals.") : NULL;

	if (!end)
		return false;
	*module = xstrndup(own, (size_t)(end - own));
	*resource = end + strlen(".externals.");
	return true;
}

/* The same each time, without a memory: one that is called so has the usual port, and others one of
 * their name. */
static int
port_of(const char *resource)
{
	if (strcmp(resource, "dns") == 0)
		return DNS_PORT;
	return DNS_PORTS_FROM + (int)(ids_hash(&resource, 1) % DNS_PORTS);
}

static json_t *
make_dns(const struct kube_space *space, const struct driver_resource *resource, struct error *err)
{
	const char *own_name;
	json_t *outputs;
	char *module, *service, *host;

	if (!split_own(resource->res_id, &module, &own_name)) {
		error_set_code(err, CODE_CLUSTER_DNS_SHARED, .resource = resource->res_id);
		return NULL;
	}
	service = kube_name(module, NULL, KUBE_NAME_MAX);
	host = xasprintf("%s.%s." DNS_DOMAIN, service, space->namespace);
	outputs = json_pack("{s:s, s:i}", "host", host, "port", port_of(own_name));
	free(host);
	free(service);
	free(module);
	return outputs;
}

/* --- volume --- */

/* What is asked of the cluster for a resource, and who waits. */
struct kube_resource_job {
	struct kube_driver *driver;
	struct kube_resource_job *next;
	struct driver_task *task;
	struct kube_batch *batch;
	json_t *outputs;
	struct error err;
	bool is_delete;
	bool looks_for_gateways;	/* what is asked for is whether there are any */
};

static void
free_job(struct kube_resource_job *job)
{
	struct kube_resource_job **link = &job->driver->jobs;

	while (*link != job)
		link = &(*link)->next;
	*link = job->next;
	kube_batch_free(job->batch);
	json_decref(job->outputs);
	free(job);
}

void
kube_drop_resource_jobs(struct kube_driver *driver)
{
	while (driver->jobs)
		free_job(driver->jobs);
}

static void
cancel_job(void *data)
{
	struct kube_resource_job *job = data;
	struct error err;

	error_set_code(&err, CODE_CANCELLED);
	driver_task_end(job->task, &err, NULL, NULL);
	free_job(job);
}

/* What the cluster says that it has of the Gateway API. */
static bool
has_routes(const json_t *list)
{
	const json_t *resource;
	size_t i;

	json_array_foreach(json_object_get(list, "resources"), i, resource) {
		const char *name = json_member_string(resource, "name");

		if (name && strcmp(name, GATEWAY_ROUTES) == 0)
			return true;
	}
	return false;
}

static void
take_answer(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_resource_job *job = data;

	(void)index;
	if (reply->status != 404 || !(job->is_delete || job->looks_for_gateways))
		job->err = reply->err;
	if (job->looks_for_gateways && job->err.kind == ERROR_NONE &&
	    !has_routes(reply->status == 404 ? NULL : reply->body))
		error_set_code(&job->err, CODE_CLUSTER_WITHOUT_GATEWAYS,
			       .name = job->driver->cluster_name);
}

static void
end_job(void *data)
{
	struct kube_resource_job *job = data;
	bool failed = job->err.kind != ERROR_NONE;

	driver_task_end(job->task, failed ? &job->err : NULL,
			failed ? NULL : json_incref(job->outputs), NULL);
	free_job(job);
}

/* Takes path and outputs. */
static struct driver_task *
start_job(struct kube_driver *driver, enum kube_verb verb, char *path, const json_t *body,
	  json_t *outputs, const struct driver_waiter *waiter)
{
	struct kube_resource_job *job = xcalloc(1, sizeof(*job));

	job->driver = driver;
	job->next = driver->jobs;
	driver->jobs = job;
	job->task = driver_task_new(&driver->base, waiter, cancel_job, job);
	job->outputs = outputs;
	job->is_delete = verb == KUBE_DELETE;
	job->looks_for_gateways = strcmp(path, GATEWAY_API) == 0;
	job->batch = kube_batch_new(&(struct kube_batch_options){
		.cluster = driver->cluster,
		.answered = take_answer,
		.ended = end_job,
		.data = job,
	});
	kube_batch_add(job->batch, verb, path, body, false);
	kube_batch_start(job->batch);
	return job->task;
}

static const char *
input(const json_t *inputs, const char *name, const char *usual)
{
	const char *text = json_member_string(inputs, name);

	return text ? text : usual;
}

static json_t *
claim_object(const struct kube_space *space, const char *name,
	     const struct driver_resource *resource)
{
	const char *class = json_member_string(resource->inputs, "class");
	json_t *spec = json_pack("{s:[s], s:{s:{s:s}}}", "accessModes",
				 input(resource->inputs, "access", VOLUME_ACCESS), "resources",
				 "requests", "storage", input(resource->inputs, "size", VOLUME_SIZE));

	if (class)
		json_object_set_new(spec, "storageClassName", json_string(class));
	return json_pack("{s:s, s:s, s:{s:s, s:s, s:{s:s}, s:{s:s}}, s:o}", "apiVersion", "v1",
			 "kind", "PersistentVolumeClaim", "metadata", "name", name, "namespace",
			 space->namespace, "labels", KUBE_LABEL_MANAGED, KUBE_MANAGED_BY, "annotations",
			 "sidestage.dev/resource", resource->res_id, "spec", spec);
}

static struct driver_task *
make_volume(struct kube_driver *driver, struct kube_space *space,
	    const struct driver_resource *resource, const struct driver_waiter *waiter)
{
	char *name = kube_name(resource->name, NULL, KUBE_NAME_MAX),
	     *path = xasprintf("claim/%s", name);
	json_t *object = claim_object(space, name, resource);
	struct driver_task *task =
		start_job(driver, KUBE_APPLY,
			  kube_path("v1", "PersistentVolumeClaim", space->namespace, name), object,
			  json_pack("{s:s}", "path", path), waiter);

	json_decref(object);
	free(path);
	free(name);
	return task;
}

/* --- routes --- */

static json_t *
make_route(const struct kube_space *space, const struct driver_resource *resource,
	   struct error *err)
{
	const char *own_name;
	json_t *outputs;
	char *module;

	if (!split_own(resource->res_id, &module, &own_name)) {
		error_set_code(err, CODE_ROUTE_SHARED, .resource = resource->res_id);
		return NULL;
	}
	outputs = kube_route_make(space->namespace, resource, module, own_name,
				  port_of(own_name), err);
	free(module);
	return outputs;
}

/* Its object is made with those of its workload. */
static struct driver_task *
provision_route(struct kube_driver *driver, struct kube_space *space,
		const struct driver_resource *resource, const struct driver_waiter *waiter)
{
	struct error err = {0};
	json_t *outputs = make_route(space, resource, &err);

	if (outputs && strcmp(resource->type, KUBE_HTTP_ROUTE) == 0)
		return start_job(driver, KUBE_GET, xstrdup(GATEWAY_API), NULL, outputs, waiter);
	return driver_task_ended(&driver->base, waiter, outputs ? NULL : &err, outputs);
}

/* --- all of them --- */

struct driver_task *
kube_provision(struct kube_driver *driver, struct kube_space *space,
	       const struct driver_resource *resource, const struct driver_waiter *waiter)
{
	struct error err = {0};
	json_t *outputs;

	if (kube_check_resource(resource, &err) != 0)
		return driver_task_ended(&driver->base, waiter, &err, NULL);
	if (strcmp(resource->type, "volume") == 0)
		return make_volume(driver, space, resource, waiter);
	if (kube_route_is_type(resource->type))
		return provision_route(driver, space, resource, waiter);
	outputs = make_dns(space, resource, &err);
	return driver_task_ended(&driver->base, waiter, outputs ? NULL : &err, outputs);
}

/* The namespace may be gone with it. */
struct driver_task *
kube_deprovision(struct kube_driver *driver, struct kube_space *space, const char *type,
		 const char *name, const struct driver_waiter *waiter)
{
	struct driver_task *task;
	char *claim;

	if (strcmp(type, "volume") != 0)
		return driver_task_ended(&driver->base, waiter, NULL, NULL);
	claim = kube_name(name, NULL, KUBE_NAME_MAX);
	task = start_job(driver, KUBE_DELETE,
			 kube_path("v1", "PersistentVolumeClaim", space->namespace, claim), NULL,
			 NULL, waiter);
	free(claim);
	return task;
}

/* --- before any of it --- */

/* Of a space nothing else counts here. */
json_t *
kube_expect(const char *namespace, const struct driver_resource *resource, struct error *err)
{
	const struct kube_space space = {.namespace = (char *)(uintptr_t)namespace};
	char *claim;
	json_t *outputs;

	if (kube_check_resource(resource, err) != 0)
		return NULL;
	if (kube_route_is_type(resource->type))
		return make_route(&space, resource, err);
	if (strcmp(resource->type, "volume") != 0)
		return make_dns(&space, resource, err);
	claim = kube_name(resource->name, NULL, KUBE_NAME_MAX);
	outputs = json_pack("{s:o}", "path", json_sprintf("claim/%s", claim));
	free(claim);
	return outputs;
}

json_t *
kube_resource_object(const struct kube_space *space, const struct driver_resource *resource)
{
	char *name;
	json_t *object;

	if (strcmp(resource->type, "volume") != 0)
		return NULL;
	name = kube_name(resource->name, NULL, KUBE_NAME_MAX);
	object = claim_object(space, name, resource);
	free(name);
	return object;
}

/* A file that no workload declares is in no container: what a resource has to say on a cluster are
 * its outputs. */
json_t *
kube_expect_files(const json_t *files, struct error *err)
{
	if (json_object_size(files) == 0)
		return json_object();
	error_set_code(err, CODE_CLUSTER_RESOURCE_FILES,
		       .name = json_object_iter_key(json_object_iter((json_t *)files)));
	return NULL;
}

struct driver_task *
kube_render(struct kube_driver *driver, const json_t *files, const struct driver_waiter *waiter)
{
	struct error err;
	json_t *outputs = kube_expect_files(files, &err);

	return driver_task_ended(&driver->base, waiter, outputs ? NULL : &err, outputs);
}
