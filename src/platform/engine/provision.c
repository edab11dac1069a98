/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Carrying a resource graph out: the order, what becomes of it, and what is left over.
 *
 * A row is written for every node before the first one is made, and nothing is taken as the
 * environment's own before provision_commit().  Between the two a crash, a failure or a
 * cancel leaves pending rows, and prune.c removes what they stand for.  The first failure is
 * the one that is reported; what is under way then is waited for, so that nobody removes what
 * is still being made.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/resource-graph.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"
#include "platform/engine/provision-private.h"
#include "platform/engine/resource-drivers.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-resources.h"
#include "platform/state/repository.h"

#define SIDE_BY_SIDE 8

/* NULL type or class: whichever; the id alone is the only one in most sets. */
struct resource_job *
provision_find_job(const struct provision *p, const char *type, const char *resource_class,
		   const char *id)
{
	for (size_t i = 0; i < p->count; i++) {
		struct resource_job *m = &p->items[i];

		if (untrusted_is(&m->node->id, id) &&
		    (!type || untrusted_is(&m->node->type, type)) &&
		    (!resource_class || untrusted_is(&m->node->resource_class, resource_class)))
			return m;
	}
	return NULL;
}

json_t *
provision_output(const struct resource_job *m, const char *name, json_t *texts, bool *secret,
		 struct error *err)
{
	json_t *value = json_object_get(m->outputs, name);

	if (!value) {
		error_set_code(err, CODE_RESOURCE_WITHOUT_OUTPUT,
			       .resource = untrusted_raw(&m->node->id), .name = name);
		return NULL;
	}
	*secret = json_object_get(m->secrets, name) != NULL;
	if (*secret && texts && json_is_string(value))
		json_array_append(texts, value);
	return json_incref(value);
}

static void start_jobs(struct provision *p);

/* Takes the outputs; NULL with err. */
void
provision_made(struct resource_job *m, json_t *outputs, const struct error *err)
{
	struct provision *p = m->provision;

	p->going--;
	m->outputs = outputs;
	m->state = outputs ? READY : FAILED;
	if (!m->secrets)
		m->secrets = json_object();
	if (!outputs) {
		m->why = xcalloc(1, sizeof(*m->why));
		*m->why = *err;
		error_prefix_code(m->why, CODE_IN_RESOURCE,
				  .resource = untrusted_raw(&m->node->id));
	}
	if (!outputs && !p->failed) {
		p->failed = true;
		p->culprit = xstrdup(untrusted_raw(&m->node->id));
		p->why = *m->why;
	}
	start_jobs(p);
}

/* --- the order --- */

/* What it needs is named by ids that the graph made; one that is missing is never ready. */
static bool
may_begin(const struct provision *p, const struct resource_job *m)
{
	if (m->state != WAITING)
		return false;
	for (size_t i = 0; i < m->node->depends_on_count; i++) {
		const json_t *place = json_object_get(p->places,
						      untrusted_raw(&m->node->depends_on[i]));

		if (!place || p->items[json_integer_value(place)].state != READY)
			return false;
	}
	return true;
}

/* From the loop, so that starting never ends in the caller's face. */
static void
report_end(void *data)
{
	struct provision *p = data;

	p->timer = NULL;
	p->done(p->data, p->culprit, p->failed ? &p->why : NULL);
}

/* Nothing is under way, and something was never begun: it needs what nobody makes. */
static void
fail_waiting(struct provision *p)
{
	for (size_t i = 0; i < p->count && !p->failed; i++) {
		if (p->items[i].state != WAITING)
			continue;
		p->failed = true;
		p->culprit = xstrdup(untrusted_raw(&p->items[i].node->id));
		error_set_code(&p->why, CODE_RESOURCE_NEEDS_UNKNOWN, .resource = p->culprit);
	}
}

/* Nothing more is begun. */
static bool
is_over(const struct provision *p)
{
	return p->cancelled || (p->failed && !p->order.is_resumed);
}

/* A driver may answer at once: then it is the outer call that goes on. */
static void
start_jobs(struct provision *p)
{
	bool more = !p->starting;

	if (p->starting)
		return;
	p->starting = true;
	while (more) {
		more = false;
		for (size_t i = 0; i < p->count && p->going < SIDE_BY_SIDE; i++) {
			if (is_over(p) || !may_begin(p, &p->items[i]))
				continue;
			provision_make(&p->items[i]);
			more = true;
		}
	}
	p->starting = false;
	if (p->going == 0)
		fail_waiting(p);
	if (p->going == 0 && !p->timer)
		p->timer = loop_add_timer(p->order.platform->loop, 0, report_end, p);
}

/* --- beginning and ending --- */

/* The environment's own of that id, whatever its status: it keeps its name. */
static const struct known_resource *
find_row(const struct known_resources *known, const char *gu_res_id)
{
	for (size_t i = 0; i < known->count; i++)
		if (strcmp(known->items[i].gu_res_id, gu_res_id) == 0)
			return &known->items[i];
	return NULL;
}

static bool
is_name_taken(const struct known_resources *known, const char *name)
{
	for (size_t i = 0; i < known->count; i++)
		if (strcmp(known->items[i].name, name) == 0)
			return true;
	return false;
}

/* What the driver calls it: the resource's id, and as much more as makes it the only one. */
static char *
new_name(const struct provision *p, const struct graph_node *node)
{
	const char *kind = strrchr(untrusted_raw(&node->driver_type), '/');
	const char *type = untrusted_raw(&node->type),
		   *resource_class = untrusted_raw(&node->resource_class);
	bool is_kind = kind && strcmp(kind + 1, type) == 0;
	bool is_default = strcmp(resource_class, "default") == 0;
	char *base = xasprintf("%s%s%s%s%s", untrusted_raw(&node->id), is_kind ? "" : ".",
			       is_kind ? "" : type, is_default ? "" : ".",
			       is_default ? "" : resource_class);
	char *name;

	for (char *at = base; *at; at++)
		*at = *at == '/' ? '_' : *at;
	name = xstrdup(base);
	for (int i = 2; is_name_taken(p->order.known, name); i++) {
		free(name);
		name = xasprintf("%s-%d", base, i);
	}
	free(base);
	return name;
}

/* The row is there before anything is made: after a crash nothing is left that nobody knows of. */
static int
set_up_job(struct provision *p, size_t i, const struct graph_node *node, struct error *err)
{
	const struct provision_order *order = &p->order;
	struct resource_job *m = &p->items[i];

	m->provision = p;
	m->node = node;
	m->row = find_row(order->known, untrusted_raw(&node->gu_res_id));
	m->name = m->row ? xstrdup(m->row->name) : new_name(p, node);
	json_object_set_new(p->places, untrusted_raw(&node->gu_res_id),
			    json_integer((json_int_t)i));
	if (order->expected_at)
		return 0;
	return repository_put_pending_resource(order->platform->repository, order->place, node,
					       m->name, order->context.deployment_id,
					       clock_wall_ms(), err);
}

struct provision *
provision_start(const struct provision_order *order, provision_done *done, void *data,
		struct error *err)
{
	struct provision *p = xcalloc(1, sizeof(*p));
	int ret = 0;

	p->order = *order;
	p->done = done;
	p->data = data;
	p->space = place_space(order->place);
	p->count = order->graph->node_count;
	p->items = xcalloc(p->count + 1, sizeof(*p->items));
	p->places = json_object();
	for (size_t i = 0; i < p->count && ret == 0; i++)
		ret = set_up_job(p, i, &order->graph->nodes[i], err);
	if (ret == 0) {
		start_jobs(p);
		return p;
	}
	provision_free(p);
	return NULL;
}

/* What has begun ends by itself; then the end is reported as always. */
void
provision_cancel(struct provision *p)
{
	if (!p->failed)
		error_set_code(&p->why, CODE_CANCELLED);
	p->failed = p->cancelled = true;
	for (size_t i = 0; i < p->count; i++)
		if (p->items[i].task)
			driver_task_cancel(p->items[i].task);
	start_jobs(p);
}

void
provision_free(struct provision *p)
{
	if (!p)
		return;
	loop_remove_timer(p->timer);
	for (size_t i = 0; i < p->count; i++) {
		driver_task_forget(p->items[i].task);
		free(p->items[i].name);
		json_decref(p->items[i].outputs);
		json_decref(p->items[i].secrets);
		json_decref(p->items[i].kept);
		json_decref(p->items[i].templates);
		json_decref(p->items[i].locals);
		json_decref(p->items[i].inputs);
		json_decref(p->items[i].params);
		free(p->items[i].why);
	}
	json_decref(p->places);
	free(p->items);
	free(p->culprit);
	free(p->space);
	free(p);
}

/* --- what came of it --- */

/* A set declares one resource under an id; others of that id may be there for a definition. */
static const struct resource_job *
find_declared(const struct provision *p, const char *res_id)
{
	const struct declared_resources *declared = p->order.declared;

	for (size_t i = 0; i < declared->count; i++) {
		const struct declared_resource *wanted = &declared->items[i];

		if (untrusted_is(&wanted->id, res_id))
			return provision_find_job(p, untrusted_raw(&wanted->type),
						  declared_resource_class(wanted), res_id);
	}
	return NULL;
}

const json_t *
provision_outputs(const struct provision *p, const char *res_id)
{
	const struct resource_job *m = find_declared(p, res_id);

	return m ? m->outputs : NULL;
}

const json_t *
provision_driver_outputs(const struct provision *p, const char *res_id)
{
	const struct resource_job *m = find_declared(p, res_id);

	return m && provision_driver_kind(p->order.driver, untrusted_raw(&m->node->driver_type))
		       ? m->outputs : NULL;
}

json_t *
provision_find(const struct provision *p, const char *res_id, const char *name, json_t *texts,
	       bool *secret, struct error *err)
{
	const struct resource_job *m = find_declared(p, res_id);

	if (m)
		return provision_check(p, res_id, err) == 0
			       ? provision_output(m, name, texts, secret, err) : NULL;
	error_set_code(err, CODE_RESOURCE_NOT_DECLARED, .resource = res_id);
	return NULL;
}

/* One that waits in vain waits for what failed. */
int
provision_check(const struct provision *p, const char *res_id, struct error *err)
{
	const struct resource_job *m = find_declared(p, res_id);

	if (!m || m->state == READY)
		return 0;
	*err = m->why ? *m->why : p->why;
	return -1;
}

size_t
provision_expected(const struct provision *p, struct driver_resource **out)
{
	size_t count = 0;

	*out = xcalloc(p->count + 1, sizeof(**out));
	for (size_t i = 0; i < p->count; i++) {
		const struct resource_job *m = &p->items[i];

		if (m->inputs)
			(*out)[count++] = provision_resource(m, m->inputs, m->params);
	}
	return count;
}

/* What is secret is named and not kept: the next deployment makes it anew. */
static int
commit_job(const struct provision *p, const struct resource_job *m, struct error *err)
{
	const struct provision_order *order = &p->order;
	json_t *outputs = json_copy(m->outputs), *refs = json_object(), *nothing = json_object(),
	       *yes;
	struct resource_result result = {.outputs = outputs,
					 .state = m->kept ? m->kept : nothing,
					 .secret_refs = refs,
					 .deploy_id = order->context.deployment_id};
	const char *name;
	int ret;

	json_object_foreach(m->secrets, name, yes) {
		char *ref = xasprintf("orgs/%s/resources/%s/secrets/.%s", order->place->org,
				      untrusted_raw(&m->node->gu_res_id), name);

		json_object_del(outputs, name);
		json_object_set_new(refs, name, json_string(ref));
		free(ref);
	}
	ret = repository_settle_resource(order->platform->repository, order->place, m->node,
					 &result, clock_wall_ms(), err);
	json_decref(nothing);
	json_decref(refs);
	json_decref(outputs);
	return ret;
}

/* What was not settled by this deployment is marked to go; pruning removes it later.  Where one
 * could not be made, what is there may be what it needs. */
int
provision_commit(const struct provision *p, struct error *err)
{
	struct repository *repository = p->order.platform->repository;
	int ret = 0;

	if (repository_begin(repository, err) != 0)
		return -1;
	for (size_t i = 0; ret == 0 && i < p->count; i++)
		if (p->items[i].state == READY)
			ret = commit_job(p, &p->items[i], err);
	if (ret == 0 && !p->failed)
		ret = repository_doom_resources(repository, p->order.place,
						p->order.context.deployment_id, clock_wall_ms(),
						err);
	return repository_end(repository, ret, err);
}
