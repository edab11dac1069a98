/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A status stands on each level under one name or two, in words that differ: a pod whose phase is
 * "Running" has the status "Success".  They are tables over one enum, so what wrote it down need
 * not know them.
 */
#include "config.h"

#include "model/runtime.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/private.h"
#include "model/workload-fields.h"

#define RESTARTS_MAX 1000000
#define BRIEFS_MAX 1000		/* pods of a workload */
#define CONTAINERS_MAX 100	/* of a pod that are kept in short */
#define WORDS(list) {.items = (list), .count = sizeof(list) / sizeof((list)[0])}
#define PLAIN_NOUN(kind) \
	static const struct noun kind##_noun = { \
		.name = #kind, .size = sizeof(struct kind), .members = kind##_members, \
	}

static const char *const statuses[] = {
	[RUNTIME_UNKNOWN] = "Unknown",	 [RUNTIME_RUNNING] = "Running",
	[RUNTIME_SUCCEEDED] = "Succeeded", [RUNTIME_STARTING] = "Starting",
	[RUNTIME_FAILED] = "Failed",	 [RUNTIME_STOPPED] = "Stopped",
	[RUNTIME_PARTLY] = "Partially Succeeded",
};
static const struct member_words status_words = WORDS(statuses);

static const char *const classes[] = {
	[RUNTIME_UNKNOWN] = "Unknown",	 [RUNTIME_RUNNING] = "Success",
	[RUNTIME_SUCCEEDED] = "Success", [RUNTIME_STARTING] = "Warning",
	[RUNTIME_FAILED] = "Failure",	 [RUNTIME_STOPPED] = "Stopped",
	[RUNTIME_PARTLY] = "Warning",
};
static const struct member_words class_words = WORDS(classes);

static const char *const owners[] = {
	[RUNTIME_OWNER_NOT_ASKED] = "",
	[RUNTIME_OWNER_UNKNOWN] = "unknown",
	[RUNTIME_OWNER_LACKS_IT] = "lacks-it",
	[RUNTIME_OWNER_HAS_IT] = "has-it",
};
static const struct member_words owner_words = WORDS(owners);

static const char *const phases[] = {
	[RUNTIME_UNKNOWN] = "Unknown",	   [RUNTIME_RUNNING] = "Running",
	[RUNTIME_SUCCEEDED] = "Succeeded", [RUNTIME_STARTING] = "Pending",
	[RUNTIME_FAILED] = "Failed",	   [RUNTIME_STOPPED] = "Unknown",
};
static const struct member_words phase_words = WORDS(phases);

/* Of pods, and of their containers. */
static const char *const pod_statuses[] = {
	[RUNTIME_UNKNOWN] = "Unknown",	 [RUNTIME_RUNNING] = "Success",
	[RUNTIME_SUCCEEDED] = "Success", [RUNTIME_STARTING] = "Pending",
	[RUNTIME_FAILED] = "Failure",	 [RUNTIME_STOPPED] = "Unknown",
};
static const struct member_words pod_status_words = WORDS(pod_statuses);

const char *
runtime_status_word(enum runtime_status status)
{
	return statuses[status];
}

/* A member of a state that is odd is as if it were absent: that it runs, or does not, is known. */
#define AT(member) IN(runtime_state, member)
static const struct member running_members[] = {
	{"started_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(started_at)},
	MEMBERS_END,
};
static const struct member waiting_members[] = {
	{"message", MEMBER_TEXT, MEMBER_REQUIRED | MEMBER_LOOSE, AT(message)},
	{"reason", MEMBER_TEXT, MEMBER_REQUIRED | MEMBER_LOOSE, AT(reason)},
	MEMBERS_END,
};
static const struct member terminated_members[] = {
	{"message", MEMBER_TEXT, MEMBER_REQUIRED | MEMBER_LOOSE, AT(message)},
	{"reason", MEMBER_TEXT, MEMBER_REQUIRED | MEMBER_LOOSE, AT(reason)},
	{"exit_code", MEMBER_NUMBER, MEMBER_OPTIONAL, AT(exit_code)},
	{"signal", MEMBER_NUMBER, MEMBER_OPTIONAL, AT(signal)},
	{"started_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(started_at)},
	{"finished_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(finished_at)},
	MEMBERS_END,
};
#undef AT
#define STATE_NOUN(kind) \
	static const struct noun kind##_noun = { \
		.name = #kind, .size = sizeof(struct runtime_state), .members = kind##_members, \
		.is_there = offsetof(struct runtime_state, is_there), \
	}
STATE_NOUN(running);
STATE_NOUN(waiting);
STATE_NOUN(terminated);

#define AT(member) IN(runtime_states, member)
static const struct member runtime_states_members[] = {
	{"running", MEMBER_OBJECT, MEMBER_LOOSE, AT(running), .noun = &running_noun},
	{"waiting", MEMBER_OBJECT, MEMBER_LOOSE, AT(waiting), .noun = &waiting_noun},
	{"terminated", MEMBER_OBJECT, MEMBER_LOOSE, AT(terminated), .noun = &terminated_noun},
	MEMBERS_END,
};
#undef AT
static const struct noun runtime_states_noun = {
	.name = "state", .size = sizeof(struct runtime_states), .members = runtime_states_members,
	.is_there = offsetof(struct runtime_states, is_there),
};

/* README 13.2: the specification requires one spelling of the count and defines the other, which
 * is read last and so wins. */
#define AT(member) IN(runtime_container, member)
static const struct member runtime_container_members[] = {
	{"name", MEMBER_TEXT, MEMBER_LOOSE, AT(name)},
	{"ready", MEMBER_FLAG, MEMBER_LOOSE, AT(ready)},
	{"restartCount", MEMBER_NUMBER, MEMBER_OPTIONAL, AT(restart_count)},
	{"restart_count", MEMBER_NUMBER, MEMBER_OPTIONAL, AT(restart_count)},
	{"status", MEMBER_WORD, MEMBER_OPTIONAL, AT(status), .words = &pod_status_words},
	{"state", MEMBER_OBJECT, MEMBER_REQUIRED, AT(state), .noun = &runtime_states_noun},
	{"last_state", MEMBER_OBJECT, MEMBER_LOOSE, AT(last_state), .noun = &runtime_states_noun},
	MEMBERS_END,
};
#undef AT
PLAIN_NOUN(runtime_container);

#define AT(member) IN(runtime_pod, member)
static const struct member runtime_pod_members[] = {
	{"podName", MEMBER_TEXT, MEMBER_LOOSE, AT(name)},
	{"phase", MEMBER_WORD, MEMBER_OPTIONAL, AT(status), .words = &phase_words},
	{"status", MEMBER_WORD, MEMBER_DERIVED, AT(status), .words = &pod_status_words},
	{"revision", MEMBER_NUMBER, MEMBER_OPTIONAL, AT(revision)},
	{"node", MEMBER_TEXT, MEMBER_OPTIONAL | MEMBER_LOOSE, AT(node)},
	{"pod_created_at", MEMBER_TIME, MEMBER_OPTIONAL | MEMBER_LOOSE, AT(created_at)},
	{"containerStatuses", MEMBER_LIST, MEMBER_LOOSE, AT(containers),
	 .noun = &runtime_container_noun, .count = offsetof(struct runtime_pod, container_count)},
	MEMBERS_END,
};
#undef AT
PLAIN_NOUN(runtime_pod);

#define AT(member) IN(runtime_controller, member)
static const struct member runtime_controller_members[] = {
	{"kind", MEMBER_TEXT, MEMBER_LOOSE, AT(kind)},
	{"status", MEMBER_WORD, MEMBER_OPTIONAL, AT(status), .words = &status_words},
	{"message", MEMBER_TEXT, MEMBER_REQUIRED | MEMBER_LOOSE, AT(message)},
	{"reasons", MEMBER_JSON, MEMBER_OPTIONAL, AT(reasons)},
	{"replicas", MEMBER_NUMBER, MEMBER_OPTIONAL, AT(replicas)},
	{"revision", MEMBER_NUMBER, MEMBER_OPTIONAL, AT(revision)},
	{"pods", MEMBER_LIST, MEMBER_LOOSE, AT(pods), .noun = &runtime_pod_noun,
	 .count = offsetof(struct runtime_controller, pod_count)},
	MEMBERS_END,
};
#undef AT
PLAIN_NOUN(runtime_controller);

#define AT(member) IN(runtime_address, member)
static const struct member runtime_address_members[] = {
	{"port", MEMBER_NUMBER, MEMBER_OPTIONAL, AT(port)},
	{"address", MEMBER_TEXT, MEMBER_OPTIONAL | MEMBER_LOOSE, AT(address)},
	{"command", MEMBER_TEXT, MEMBER_OPTIONAL | MEMBER_LOOSE, AT(command)},
	{"message", MEMBER_TEXT, MEMBER_OPTIONAL | MEMBER_LOOSE, AT(message)},
	{"reasons", MEMBER_JSON, MEMBER_OPTIONAL, AT(reasons)},
	MEMBERS_END,
};
#undef AT
PLAIN_NOUN(runtime_address);

/* --- a workload in short --- */

static void
add_restarts(struct runtime_module *module, int64_t count)
{
	if (count > 0)
		module->restarts += count > RESTARTS_MAX ? RESTARTS_MAX : (int)count;
}

static const char *
how_it_ended(const struct runtime_state *ended)
{
	return *untrusted_raw(&ended->message) ? ended->message.raw : ended->reason.raw;
}

/* The newest of all its containers. */
static void
add_last_end(struct runtime_module *module, const struct runtime_state *ended)
{
	if (ended->finished_at <= module->last_end_at)
		return;
	module->last_end_at = ended->finished_at;
	untrusted_set(&module->last_end, how_it_ended(ended));
}

/* Why it does not run; of one that does nothing is said in it. */
static const struct runtime_state *
stopped_state(const struct runtime_states *state)
{
	return state->waiting.is_there ? &state->waiting : &state->terminated;
}

static int
count_restarts(int64_t count)
{
	return count <= 0 ? 0 : count > RESTARTS_MAX ? RESTARTS_MAX : (int)count;
}

/* What is said of the whole workload already is not said again. */
static void
add_container(struct runtime_brief *pod, const struct runtime_container *container,
	      const char *said)
{
	const struct runtime_state *stopped = stopped_state(&container->state);
	const struct runtime_state *ended = &container->last_state.terminated;
	const char *message = untrusted_raw(&stopped->message);
	struct runtime_brief_container *brief;

	pod->ready_count += container->ready;
	if (pod->container_count >= CONTAINERS_MAX)
		return;
	pod->containers = xreallocarray(pod->containers, pod->container_count + 1, sizeof(*brief));
	brief = &pod->containers[pod->container_count++];
	*brief = (struct runtime_brief_container){
		.is_ready = container->ready,
		.runs = container->state.running.is_there,
		.last_end_at = ended->finished_at,
		.restarts = count_restarts(container->restart_count),
	};
	untrusted_set(&brief->name, container->name.raw);
	untrusted_set(&brief->reason, stopped->reason.raw);
	if (*message && strcmp(message, said) != 0)
		untrusted_set(&brief->message, message);
	if (ended->finished_at != 0)
		untrusted_set(&brief->last_end, how_it_ended(ended));
}

static void
add_brief(struct runtime_module *module, const struct runtime_pod *pod, const char *said)
{
	struct runtime_brief *brief;
	int64_t restarts = 0;

	if (pod->created_at <= 0 || module->brief_count >= BRIEFS_MAX)
		return;
	module->briefs = xreallocarray(module->briefs, module->brief_count + 1, sizeof(*brief));
	brief = &module->briefs[module->brief_count++];
	*brief = (struct runtime_brief){.created_at = pod->created_at, .status = pod->status,
					.is_unknown = pod->status == RUNTIME_UNKNOWN};
	untrusted_set(&brief->name, pod->name.raw);
	untrusted_set(&brief->node, pod->node.raw);
	for (size_t i = 0; i < pod->container_count; i++) {
		const struct runtime_container *container = &pod->containers[i];

		add_container(brief, container, said);
		restarts += count_restarts(container->restart_count);
		if (!container->ready && !brief->state.raw)
			untrusted_set(&brief->state,
				      stopped_state(&container->state)->reason.raw);
	}
	brief->is_ready = brief->ready_count == pod->container_count;
	brief->restarts = count_restarts(restarts);
}

static void
clear_brief(struct runtime_brief *brief)
{
	for (size_t i = 0; i < brief->container_count; i++) {
		untrusted_clear(&brief->containers[i].name);
		untrusted_clear(&brief->containers[i].reason);
		untrusted_clear(&brief->containers[i].message);
		untrusted_clear(&brief->containers[i].last_end);
	}
	free(brief->containers);
	untrusted_clear(&brief->name);
	untrusted_clear(&brief->node);
	untrusted_clear(&brief->state);
}

static void
clear_briefs(struct runtime_module *module)
{
	for (size_t i = 0; i < module->brief_count; i++)
		clear_brief(&module->briefs[i]);
	free(module->briefs);
}

/* A pod without a container status counts as ready: nothing says otherwise.  One of a version
 * before serves, and is not wanted. */
static void
add_pod(struct runtime_module *module, const struct runtime_pod *pod, bool is_old, const char *said)
{
	bool ready = true;

	for (size_t i = 0; i < pod->container_count; i++) {
		add_restarts(module, pod->containers[i].restart_count);
		add_last_end(module, &pod->containers[i].last_state.terminated);
		ready = ready && pod->containers[i].ready;
	}
	module->pods_wanted += !is_old;
	module->pods_ready += ready;
	add_brief(module, pod, said);
}

static void
translate_message(struct runtime_address *address)
{
	struct error said;

	if (error_codes_read(&said, json_array_get(address->reasons, 0)))
		untrusted_set(&address->message, said.text);
}

/* In the language of this program, where that is known. */
static void
take_message(struct runtime_module *module, const struct runtime_controller *controller)
{
	struct error said;

	if (!*untrusted_raw(&controller->message) || module->message.raw)
		return;
	if (!error_codes_read(&said, json_array_get(controller->reasons, 0))) {
		untrusted_set(&module->message, controller->message.raw);
		return;
	}
	untrusted_set(&module->message, said.text);
	module->is_of_owner = said.parts[0].code == CODE_FIELD_NOT_CARRIED;
	module->is_not_read = said.parts[0].code == CODE_NAMESPACE_NOT_READ;
}

/* 0: whoever answered does not know it. */
static bool
is_old(const struct runtime_pod *pod, const struct runtime_controller *controller)
{
	return pod->revision > 0 && pod->revision < controller->revision;
}

static bool
has_old_pods(const struct runtime_controller *controller)
{
	for (size_t i = 0; i < controller->pod_count; i++)
		if (is_old(&controller->pods[i], controller))
			return true;
	return false;
}

/* While one version takes another's place there are more pods than wanted, or fewer new ones. */
static void
count_versions(struct runtime_module *module, const struct runtime_controller *controller)
{
	if (!has_old_pods(controller))
		return;
	if (controller->replicas > 0 && controller->replicas <= WORKLOAD_REPLICAS_MAX &&
	    module->controller_count == 1)
		module->pods_wanted = (int)controller->replicas;
	if (module->pods_ready > module->pods_wanted)
		module->pods_ready = module->pods_wanted;
}

static int
complete_module(void *noun, const json_t *body, struct error *err)
{
	struct runtime_module *module = noun;

	(void)body;
	(void)err;
	if (module->status == RUNTIME_PARTLY)
		module->status = RUNTIME_STARTING;
	for (size_t i = 0; i < module->address_count; i++)
		translate_message(&module->addresses[i]);
	for (size_t i = 0; i < module->controller_count; i++) {
		const struct runtime_controller *controller = &module->controllers[i];

		take_message(module, controller);
		for (size_t k = 0; k < controller->pod_count; k++)
			add_pod(module, &controller->pods[k],
				is_old(&controller->pods[k], controller),
				untrusted_raw(&controller->message));
		count_versions(module, controller);
		/* Of what cannot even be started there are no pods. */
		if (module->status == RUNTIME_FAILED && controller->pod_count == 0 &&
		    controller->replicas > 0 && controller->replicas <= WORKLOAD_REPLICAS_MAX)
			module->pods_wanted += (int)controller->replicas;
	}
	return 0;
}

#define AT(member) IN(runtime_module, member)
static const struct member runtime_module_members[] = {
	{"status", MEMBER_WORD, MEMBER_OPTIONAL, AT(status), .words = &status_words},
	{"status_class", MEMBER_WORD, MEMBER_DERIVED, AT(status), .words = &class_words},
	{"controllers", MEMBER_MAP, MEMBER_LOOSE, AT(controllers),
	 .noun = &runtime_controller_noun,
	 .count = offsetof(struct runtime_module, controller_count)},
	{"addresses", MEMBER_LIST, MEMBER_OPTIONAL | MEMBER_LOOSE, AT(addresses),
	 .noun = &runtime_address_noun,
	 .count = offsetof(struct runtime_module, address_count)},
	{"owner", MEMBER_WORD, MEMBER_SPARSE, AT(owner), .words = &owner_words},
	MEMBERS_END,
};
#undef AT
static const struct noun runtime_module_noun = {
	.name = "workload", .size = sizeof(struct runtime_module),
	.members = runtime_module_members, .problem = offsetof(struct runtime_module, problem),
	.complete = complete_module,
};

/* --- the whole --- */

static int
compare_modules(const void *a, const void *b)
{
	const struct runtime_module *x = a, *y = b;

	return strcmp(untrusted_raw(&x->module), untrusted_raw(&y->module));
}

static int
complete_runtime(void *noun, const json_t *body, struct error *err)
{
	struct runtime *runtime = noun;

	(void)body;
	(void)err;
	if (runtime->count > 0)
		qsort(runtime->modules, runtime->count, sizeof(*runtime->modules), compare_modules);
	return 0;
}

static const struct member runtime_members[] = {
	{"namespace", MEMBER_TEXT, MEMBER_REQUIRED | MEMBER_LOOSE, IN(runtime, namespace)},
	{"cluster", MEMBER_TEXT, MEMBER_OPTIONAL | MEMBER_LOOSE, IN(runtime, cluster)},
	{"modules", MEMBER_MAP, MEMBER_REQUIRED, IN(runtime, modules),
	 .noun = &runtime_module_noun, .count = offsetof(struct runtime, count)},
	MEMBERS_END,
};
static const struct noun runtime_noun = {
	.name = "runtime", .size = sizeof(struct runtime), .members = runtime_members,
	.complete = complete_runtime,
};

int
runtime_decode(struct runtime *out, const json_t *body, struct error *err)
{
	return noun_decode(&runtime_noun, out, body, err);
}

void
runtime_shorten(struct runtime *runtime)
{
	for (size_t i = 0; i < runtime->count; i++) {
		struct runtime_module *module = &runtime->modules[i];

		for (size_t k = 0; k < module->controller_count; k++) {
			untrusted_clear(&module->controllers[k].id);
			noun_clear(&runtime_controller_noun, &module->controllers[k]);
		}
		free(module->controllers);
		module->controllers = NULL;
		module->controller_count = 0;
	}
}

void
runtime_forget_addresses(struct runtime *runtime)
{
	for (size_t i = 0; i < runtime->count; i++)
		for (size_t k = 0; k < runtime->modules[i].address_count; k++)
			untrusted_clear(&runtime->modules[i].addresses[k].address);
}

/* A workload without addresses has no such list. */
json_t *
runtime_encode(const struct runtime *runtime)
{
	json_t *body = noun_encode(&runtime_noun, runtime), *module;
	const char *name;

	json_object_foreach(json_object_get(body, "modules"), name, module)
		if (json_array_size(json_object_get(module, "addresses")) == 0)
			json_object_del(module, "addresses");
	return body;
}

/* The messages in short are no members. */
void
runtime_clear(struct runtime *runtime)
{
	for (size_t i = 0; i < runtime->count; i++) {
		untrusted_clear(&runtime->modules[i].message);
		untrusted_clear(&runtime->modules[i].last_end);
		clear_briefs(&runtime->modules[i]);
	}
	noun_clear(&runtime_noun, runtime);
}
