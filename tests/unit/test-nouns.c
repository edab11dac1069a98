/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One odd member takes nothing else away: each noun is read with each of its members missing, null
 * and of every other type.  What is shown says which member it was; the target of a change is
 * refused by the same words.
 */
#include "config.h"

#include <jansson.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "model/definition.h"
#include "model/delta.h"
#include "model/draft.h"
#include "model/nouns.h"
#include "model/pipeline.h"
#include "model/resource-graph.h"
#include "model/rule.h"
#include "model/runtime.h"
#include "model/shared-value.h"
#include "quoted-json.h"

#define DEPLOYMENT \
	"{'id':'d1','env_id':'qa','set_id':'s1','from_id':'d0','delta_id':'x','comment':'c'," \
	"'created_by':'qa','created_at':'2026-01-02T03:04:05.123456789Z'," \
	"'status_changed_at':'2026-01-02T05:04:06+02:00','status':'succeeded'," \
	"'value_set_version_id':'v1','mode':'full','dependency_graph_id':'g1'," \
	"'pipeline':{'id':'default','run_id':'r1','job_id':'deploy','step_index':2}}"
#define ENVIRONMENT                                                      \
	"{'id':'qa','name':'QA','type':'development','created_by':'qa'," \
	"'created_at':'2026-01-02T03:04:05Z','deploy_tag':'t1','status':'active'," \
	"'status_changed_at':'2026-01-02T03:04:05Z','last_deploy':" DEPLOYMENT \
	",'from_deploy':" DEPLOYMENT "}"
#define ORGANIZATION                                                       \
	"{'id':'acme','name':'Acme','created_at':'2026-01-02T03:04:05.000Z'," \
	"'created_by':'ops','trial_expires_at':null,'logo':{'dark_url':'d'}}"
#define APPLICATION                                                            \
	"{'id':'shop','name':'Shop','org_id':'acme','created_at':'2026-01-02T03:04:05.000Z'," \
	"'created_by':'ops','status':'deleting','status_changed_at':'2026-01-03T03:04:05.000Z'," \
	"'envs':[{'id':'qa','name':'QA','type':'test'},{'id':'live','name':'Live','type':'live'}]}"
#define ARTEFACT_VERSION                                                          \
	"{'id':'v1','type':'container','name':'web','version':'1.2','ref':'refs/tags/1.2'," \
	"'commit':'abcdef','digest':'sha256:0','artefact_id':'a1','archived':true,"         \
	"'created_at':'2026-01-02T03:04:05.000Z','created_by':'ci',"                        \
	"'updated_at':'2026-01-03T03:04:05.000Z','updated_by':'ops'}"
#define ACTIVE_RESOURCE                                                                    \
	"{'org_id':'acme','app_id':'shop','env_id':'qa','env_type':'test','res_id':'modules.web'," \
	"'type':'dns','class':'default','def_id':'d','def_version_id':'v1','criteria_id':'c1',"    \
	"'driver_type':'process/dns','status':'active','resource':{'host':'h','port':1},"          \
	"'secret_refs':{'password':{'ref':'r'}},'target_def_version_id':'v0','deploy_id':'d1',"    \
	"'gu_res_id':'0123','updated_at':'2026-01-02T03:04:05.000Z','scheduled_deletion':true}"
#define SHARED_VALUE                                                                        \
	"{'key':'LEVEL','value':'info','description':'how much','is_secret':false,"         \
	"'source':'env','created_at':'2026-01-02T03:04:05.000Z',"                           \
	"'updated_at':'2026-01-02T03:04:05.000Z','secret_store_id':null,'secret_key':null," \
	"'secret_version':null}"
#define VALUE_SET_VERSION                                                            \
	"{'id':'v2','comment':'louder','created_at':'2026-01-02T03:04:05.000Z'," \
	"'created_by':'ops','updated_at':'2026-01-02T03:04:05.000Z',"            \
	"'result_of':'env_value_update','source_value_set_version_id':'v1',"     \
	"'change':[{'op':'remove','path':'/A'}],'values':{'LEVEL':" SHARED_VALUE "}}"
#define USER                                                                    \
	"{'id':'ops','name':'Ops','type':'user','email':'ops@example.com'," \
	"'properties':{'team':'a'},'roles':{'/orgs/acme':'viewer'},'created_at':'2026-01-02T03:04:05.000Z'}"
#define ENVIRONMENT_TYPE "{'id':'qa','description':'for tests'}"
#define USER_TOKEN                                                                       \
	"{'id':'ci','type':'static','description':'builds','user_id':'ops','created_by':'jo'," \
	"'created_at':'2026-01-02T03:04:05.000Z','expires_at':'2027-01-02T03:04:05.000Z'}"
#define PIPELINE                                                                             \
	"{'id':'default','etag':'e','org_id':'acme','app_id':'shop','name':'Deploy',"        \
	"'status':'active','version':'v','created_at':'2026-01-02T03:04:05.000Z',"           \
	"'trigger_types':['deployment_request','push'],'metadata':{'a':1}}"
#define PIPELINE_CRITERION                                                               \
	"{'id':'c','trigger':'deployment_request','pipeline_id':'default',"              \
	"'pipeline_name':'Deploy','app_id':'shop'}"
#define PIPELINE_RUN                                                                         \
	"{'id':'r1','etag':'e','org_id':'acme','app_id':'shop','env_ids':['qa'],"            \
	"'pipeline_id':'default','pipeline_version':'v','status':'executing',"               \
	"'status_message':'','created_at':'2026-01-02T03:04:05.000Z','created_by':'jo',"     \
	"'executing_at':'2026-01-02T03:04:05.000Z',"                                         \
	"'cancellation_requested_at':'2026-01-02T03:04:06.000Z',"                            \
	"'completed_at':'2026-01-02T03:04:07.000Z','timeout_seconds':60,"                    \
	"'trigger':'deployment_request','inputs':{'set_id':'s'},'run_as':'jo','waiting_for':{}}"
#define PIPELINE_JOB                                                                         \
	"{'id':'deploy','name':'deploy','etag':'e','org_id':'acme','app_id':'shop',"         \
	"'pipeline_id':'default','pipeline_version':'v','run_id':'r1','status':'successful'," \
	"'status_message':'m','waiting_for':'w','created_at':'2026-01-02T03:04:05.000Z',"    \
	"'updated_at':'2026-01-02T03:04:06.000Z','timeout_seconds':0,'steps':[{'index':0,"   \
	"'name':'Deploy','uses':'u','status':'failed','status_message':'m',"                 \
	"'created_at':'2026-01-02T03:04:05.000Z','timeout_seconds':0,"                       \
	"'related_entities':{'env_id':'qa'}}]}"
#define DRAFT                                                                                \
	"{'id':'d','metadata':{'env_id':'qa','name':'fix','archived':true,'shared':false,"   \
	"'contributers':['jo','ops'],'created_at':'2026-01-02T03:04:05.000Z',"               \
	"'created_by':'jo','last_modified_at':'2026-01-03T03:04:05.000Z'},"                  \
	"'modules':{'add':{},'remove':['web'],'update':{}},'shared':[]}"
#define RULE                                                                                 \
	"{'id':'u','type':'update','active':true,'artefacts_filter':['web','api'],"          \
	"'exclude_artefacts_filter':true,'images_filter':[],'exclude_images_filter':false,"  \
	"'match_ref':'','match':'main','update_to':'tag',"                                   \
	"'created_at':'2026-01-02T03:04:05.000Z','updated_at':'2026-01-03T03:04:05.000Z'}"
#define GRAPH_NODE                                                                           \
	"{'id':'shared.db','type':'postgres','class':'default','guresid':'g1','def_id':'d'," \
	"'def_version_id':'v','criteria_id':'c','driver_type':'static','driver_account':'a'," \
	"'driver':{'values':{'host':'h'},'secrets':{'pw':{'ref':'r'}}},'resource':{'size':1}," \
	"'resource_schema':{},'depends_on':['g0'],'in_place_driver_change':true}"
#define RESOURCE_GRAPH                                                                       \
	"{'id':'i','hash':'h','nodes':[" GRAPH_NODE "],"                                     \
	"'created_at':'2026-01-02T03:04:05.000Z','used_at':'2026-01-03T03:04:05.000Z'}"
#define AUDIT_ENTRY                                                                      \
	"{'at':'2026-01-02T03:04:05.000Z','user_id':'jo','request_method':'POST',"       \
	"'request_path':'/orgs/acme/apps','response_status':201,'org_id':'acme'}"
#define LOG_LINE                                                                 \
	"{'level':'INFO','payload':'started','workload_id':'web','container_id':'c'," \
	"'timestamp':'2026-01-02T03:04:05.000Z'}"
#define CONTAINER(name, ready, restarts, status)                                           \
	"{'name':'" name "','ready':" ready ",'restart_count':" restarts ",'restartCount':" restarts \
	",'status':'" status "','state':{'waiting':{'message':'','reason':'Created'}}}"
#define POD(name, phase, status, containers)                                       \
	"{'podName':'" name "','phase':'" phase "','status':'" status "','revision':1," \
	"'containerStatuses':[" containers "]}"
#define RUNTIME                                                                                \
	"{'namespace':'shop-qa','modules':{'api':{'status':'Failed','status_class':'Failure',"    \
	"'controllers':{'api':{'kind':'Deployment','status':'Failed','message':'no port',"        \
	"'replicas':2,'revision':1,'pods':["                                                      \
	POD("api-0", "Running", "Success", CONTAINER("api", "true", "0", "Success")) ","          \
	POD("api-1", "Failed", "Failure", CONTAINER("api", "false", "3", "Failure"))              \
	"]}}},'web':{'status':'Stopped','status_class':'Stopped','controllers':{}}}}"

/* --- every noun the same way: what it is read with, and where its problem goes --- */

union noun {
	struct deployment deployment;
	struct environment environment;
	struct organization organization;
	struct application application;
	struct deployment_error deployment_error;
	struct active_resource active_resource;
	struct artefact_version artefact_version;
	struct shared_value shared_value;
	struct value_set_version value_set_version;
	struct definition definition;
	struct environment_type environment_type;
	struct user user;
	struct user_token user_token;
	struct pipeline pipeline;
	struct pipeline_criterion pipeline_criterion;
	struct pipeline_run pipeline_run;
	struct pipeline_job pipeline_job;
	struct draft draft;
	struct rule rule;
	struct resource_graph resource_graph;
	struct audit_entry audit_entry;
	struct log_line log_line;
	struct deploy_finding deploy_finding;
	struct deploy_review deploy_review;
};

struct doors {
	const char *name, *good;
	const char *needed[6];		/* members that nothing can be understood without */
	const char *const times[3];
	const char *const loose[16];	/* of which a wrong type is as if they were absent */
	void (*read)(union noun *out, const json_t *body);
	int (*decode)(union noun *out, const json_t *body, struct error *err);
	void (*clear)(union noun *noun);
	const char *(*problem)(const union noun *noun);
};

#define DOORS(kind) \
	static void \
	read_##kind(union noun *out, const json_t *body) \
	{ \
		kind##_read(&out->kind, body); \
	} \
	static int \
	decode_##kind(union noun *out, const json_t *body, struct error *err) \
	{ \
		return kind##_decode(&out->kind, body, err); \
	} \
	static void \
	clear_##kind(union noun *out) \
	{ \
		kind##_clear(&out->kind); \
	} \
	static const char * \
	problem_##kind(const union noun *out) \
	{ \
		return out->kind.problem.raw; \
	}
#define OF(kind) read_##kind, decode_##kind, clear_##kind, problem_##kind

DOORS(deployment)
DOORS(environment)
DOORS(organization)
DOORS(application)
DOORS(deployment_error)
DOORS(active_resource)
DOORS(artefact_version)
DOORS(shared_value)
DOORS(value_set_version)
DOORS(definition)
DOORS(environment_type)
DOORS(user)
DOORS(user_token)
DOORS(pipeline)
DOORS(pipeline_criterion)
DOORS(pipeline_run)
DOORS(pipeline_job)
DOORS(draft)
DOORS(rule)
DOORS(resource_graph)
DOORS(audit_entry)
DOORS(log_line)
DOORS(deploy_finding)
DOORS(deploy_review)

static const struct doors nouns[] = {
	{"deployment",
	 DEPLOYMENT,
	 {"id", "env_id", "set_id"},
	 {"created_at", "status_changed_at"},
	 {"status"},
	 OF(deployment)},
	{"environment",
	 ENVIRONMENT,
	 {"id", "name", "type"},
	 {"created_at", "status_changed_at"},
	 {"status"},
	 OF(environment)},
	{"organization",
	 ORGANIZATION,
	 {"id"},
	 {"created_at", "trial_expires_at"},
	 {"created_by", "logo"},
	 OF(organization)},
	{"application",
	 APPLICATION,
	 {"id"},
	 {"created_at", "status_changed_at"},
	 {"org_id", "created_by", "status", "envs"},
	 OF(application)},
	{"deployment error",
	 "{'scope':'workload','object_id':'web','code':'E','summary':'s','message':'m'}",
	 {NULL},
	 {NULL},
	 {NULL},
	 OF(deployment_error)},
	{"finding",
	 "{'kind':'refused','workload':'web','object':'deployments/web','code':'quota',"
	 "'message':'m'}",
	 {"code", "message"},
	 {NULL},
	 {"kind"},
	 OF(deploy_finding)},
	{"review",
	 "{'cluster':'prod','namespace':'shop','unasked':'w'}",
	 {NULL},
	 {NULL},
	 {NULL},
	 OF(deploy_review)},
	{"active resource",
	 ACTIVE_RESOURCE,
	 {"res_id", "type"},
	 {"updated_at"},
	 {"org_id", "app_id", "env_id", "env_type", "def_version_id", "criteria_id", "driver_type",
	  "resource", "secret_refs", "target_def_version_id", "deploy_id", "gu_res_id",
	  "scheduled_deletion"},
	 OF(active_resource)},
	{"artefact version",
	 ARTEFACT_VERSION,
	 {"name"},
	 {"created_at", "updated_at"},
	 {"id", "type", "digest", "artefact_id", "archived", "updated_by"},
	 OF(artefact_version)},
	{"shared value",
	 SHARED_VALUE,
	 {"key", "value"},
	 {"created_at", "updated_at"},
	 {"is_secret", "secret_store_id", "secret_key", "secret_ref", "fingerprint"},
	 OF(shared_value)},
	{"value set version",
	 VALUE_SET_VERSION,
	 {"id"},
	 {"created_at", "updated_at"},
	 {"comment", "created_by", "result_of", "source_value_set_version_id", "change", "values"},
	 OF(value_set_version)},
	{"definition",
	 "{'id':'d','type':'dns','driver_type':'echo','driver_account':'a','driver_inputs':{},"
	 "'in_place_driver_change':false,'is_deleted':false,'criteria':[{'app_id':'shop'}]}",
	 {"id", "type"},
	 {NULL},
	 {"driver_account", "driver_inputs", "in_place_driver_change", "is_deleted", "criteria"},
	 OF(definition)},
	{"environment type",
	 ENVIRONMENT_TYPE,
	 {"id"},
	 {NULL},
	 {"description"},
	 OF(environment_type)},
	{"user",
	 USER,
	 {NULL},
	 {"created_at"},
	 {"id", "name", "type", "email", "properties", "roles"},
	 OF(user)},
	{"token",
	 USER_TOKEN,
	 {"id"},
	 {"created_at", "expires_at"},
	 {"type", "description", "user_id", "created_by"},
	 OF(user_token)},
	{"pipeline",
	 PIPELINE,
	 {"id"},
	 {"created_at"},
	 {"etag", "org_id", "app_id", "name", "status", "version", "trigger_types", "metadata"},
	 OF(pipeline)},
	{"criterion of a pipeline",
	 PIPELINE_CRITERION,
	 {"id"},
	 {NULL},
	 {"trigger", "pipeline_id", "pipeline_name", "app_id"},
	 OF(pipeline_criterion)},
	{"pipeline run",
	 PIPELINE_RUN,
	 {"id"},
	 {"created_at", "executing_at", "completed_at"},
	 {"etag", "org_id", "app_id", "env_ids", "pipeline_id", "pipeline_version", "status",
	  "status_message", "created_by", "cancellation_requested_at", "timeout_seconds", "trigger",
	  "inputs", "run_as", "waiting_for"},
	 OF(pipeline_run)},
	{"pipeline job",
	 PIPELINE_JOB,
	 {"id"},
	 {"created_at", "updated_at", "completed_at"},
	 {"name", "etag", "org_id", "app_id", "pipeline_id", "pipeline_version", "run_id", "status",
	  "status_message", "waiting_for", "timeout_seconds", "steps"},
	 OF(pipeline_job)},
	{"delta", DRAFT, {"id"}, {NULL}, {"metadata", "modules", "shared"}, OF(draft)},
	{"rule",
	 RULE,
	 {NULL},
	 {"created_at", "updated_at"},
	 {"id", "type", "active", "artefacts_filter", "exclude_artefacts_filter", "images_filter",
	  "exclude_images_filter", "match_ref", "match", "update_to"},
	 OF(rule)},
	{"resource graph",
	 "{'id':'i','hash':'h','created_at':'2026-01-02T03:04:05.000Z',"
	 "'used_at':'2026-01-03T03:04:05.000Z'}",
	 {NULL},
	 {"created_at", "used_at"},
	 {"id", "hash"},
	 OF(resource_graph)},
	{"audit entry",
	 AUDIT_ENTRY,
	 {"request_method", "request_path"},
	 {"at"},
	 {"user_id", "response_status", "org_id"},
	 OF(audit_entry)},
	{"log line",
	 LOG_LINE,
	 {NULL},
	 {"timestamp"},
	 {"level", "payload", "workload_id", "container_id"},
	 OF(log_line)},
};

static const char *const odd_values[] = {
	NULL,			/* missing */
	"null", "true", "7", "0.5", "[]", "{}", "[null]", "{'id':null}", "''",
};

static bool
is_listed(const char *const *list, size_t room, const char *key)
{
	for (size_t i = 0; i < room && list[i]; i++)
		if (strcmp(list[i], key) == 0)
			return true;
	return false;
}

static bool
is_odd(const struct doors *noun, const char *key, const char *value)
{
	bool absent = !value || strcmp(value, "null") == 0;

	if (is_listed(noun->times, 3, key) || is_listed(noun->loose, 16, key))
		return false;
	if (absent)
		return is_listed(noun->needed, 6, key);
	if (strcmp(key, "pipeline") == 0)
		return *value != '{';
	/* An object without its members is an odd deployment; a text is none. */
	if (strcmp(key, "last_deploy") == 0 || strcmp(key, "from_deploy") == 0)
		return true;
	return strcmp(value, "''") != 0;
}

/* One member of one noun with one value. */
static void
check_odd(const struct doors *noun, const char *key, const char *value)
{
	json_t *body = parse(noun->good);
	struct error err = {0};
	union noun out, strict;
	int refused;

	if (value)
		assert_int_equal(json_object_set_new(body, key, parse(value)), 0);
	else
		assert_int_equal(json_object_del(body, key), 0);
	noun->read(&out, body);
	if ((noun->problem(&out) != NULL) != is_odd(noun, key, value))
		fail_msg("%s: \"%s\" is %s: %s", noun->name, key, value ? value : "missing",
			 noun->problem(&out) ? noun->problem(&out) : "understood");
	if (noun->problem(&out) && !strstr(noun->problem(&out), key))
		fail_msg("%s: \"%s\": %s", noun->name, key, noun->problem(&out));
	refused = noun->decode(&strict, body, &err);
	assert_int_equal(refused != 0, noun->problem(&out) != NULL);
	if (refused)
		assert_true(strncmp(err.text, noun->name, strlen(noun->name)) == 0 &&
			    strstr(err.text, key));
	else
		noun->clear(&strict);
	noun->clear(&out);
	json_decref(body);
}

static void
each_member_is_read_for_itself(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(nouns) / sizeof(nouns[0]); n++) {
		json_t *good = parse(nouns[n].good), *member;
		const char *key;
		union noun out;

		nouns[n].read(&out, good);
		if (nouns[n].problem(&out))
			fail_msg("%s: %s", nouns[n].name, nouns[n].problem(&out));
		nouns[n].clear(&out);
		json_object_foreach(good, key, member)
			for (size_t i = 0; i < sizeof(odd_values) / sizeof(odd_values[0]); i++)
				check_odd(&nouns[n], key, odd_values[i]);
		json_decref(good);
	}
}

static void
what_is_no_object_is_understood_by_nobody(void **state)
{
	static const char *const bodies[] = {"null", "7", "'qa'", "[]", "true"};

	(void)state;
	for (size_t n = 0; n < sizeof(nouns) / sizeof(nouns[0]); n++)
		for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
			json_t *body = parse(bodies[i]);
			union noun out;

			nouns[n].read(&out, body);
			assert_string_equal(nouns[n].problem(&out), "it is not an object");
			nouns[n].clear(&out);
			json_decref(body);
		}
}

/* --- what stays of an environment that is odd --- */

static void
what_can_be_read_of_an_odd_environment_is_read(void **state)
{
	json_t *body = parse(ENVIRONMENT);
	struct environment e, copy;

	(void)state;
	json_object_set_new(body, "name", json_null());
	environment_read(&e, body);
	assert_string_equal(e.problem.raw, "\"name\" is null");
	assert_string_equal(e.id.raw, "qa");
	assert_string_equal(e.name.raw, "qa");		/* better than none */
	assert_string_equal(e.last_deploy.set_id.raw, "s1");
	assert_null(e.last_deploy.problem.raw);
	assert_int_equal(e.last_deploy.created_at, 1767323045123);
	assert_int_equal(e.last_deploy.status_changed_at, 1767323046000);
	environment_copy(&copy, &e);
	assert_string_equal(copy.problem.raw, "\"name\" is null");
	environment_clear(&copy);
	environment_clear(&e);

	json_object_set_new(body, "name", json_string("QA"));
	json_object_set_new(json_object_get(body, "last_deploy"), "id", json_null());
	json_object_set_new(json_object_get(body, "last_deploy"), "created_at",
			    json_string("yesterday"));
	environment_read(&e, body);
	assert_string_equal(e.problem.raw, "last_deploy: \"id\" is null");
	assert_string_equal(e.last_deploy.id.raw,
			    ""); /* there is one: it is not "never deployed" */
	assert_int_equal(e.last_deploy.created_at, 0);
	assert_string_equal(e.from_deploy.id.raw, "d1");
	environment_clear(&e);
	json_decref(body);
}

static void
an_odd_workload_leaves_the_others(void **state)
{
	json_t *body = parse(
		"{'modules':{'a':null,'b':{'status':7,'controllers':[]},"
		"'c':{'status':'Running','controllers':{'x':{'pods':[{'containerStatuses':"
		"[{'ready':true,'restart_count':2}]},null,3]}}}}}");
	struct error err = {0};
	struct runtime runtime;

	(void)state;
	assert_int_equal(runtime_decode(&runtime, body, &err), 0);
	assert_int_equal(runtime.count, 3);
	assert_string_equal(runtime.modules[0].problem.raw, "it is not an object");
	assert_int_equal(runtime.modules[0].status, RUNTIME_UNKNOWN);
	assert_int_equal(runtime.modules[1].status, RUNTIME_UNKNOWN);
	assert_null(runtime.modules[2].problem.raw);
	assert_int_equal(runtime.modules[2].status, RUNTIME_RUNNING);
	assert_int_equal(runtime.modules[2].restarts, 2);
	runtime_clear(&runtime);
	json_decref(body);
}

/* What was restarted and runs keeps how it ended: of several containers the one that ended last. */
static void
the_last_end_is_the_newest_of_all_containers(void **state)
{
	json_t *body = parse(
		"{'modules':{'a':{'status':'Running','controllers':{'x':{'pods':[{'containerStatuses':["
		"{'ready':true,'state':{},'last_state':{'terminated':{'reason':'Error','message':"
		"'status 3','finished_at':'2026-03-02T09:15:04Z'}}},"
		"{'ready':true,'state':{},'last_state':{'terminated':{'reason':'OOMKilled',"
		"'finished_at':'2026-03-02T09:15:05Z'}}},"
		"{'ready':true,'state':{},'last_state':{'terminated':{'reason':'Error','message':'odd',"
		"'finished_at':'soon'}}},{'ready':true,'state':{},'last_state':{}},"
		"{'ready':true,'state':{},'last_state':7}]}]}}},"
		"'b':{'status':'Running','controllers':{'x':{'pods':[{'containerStatuses':["
		"{'ready':true,'state':{},'last_state':null}]}]}}}}}");
	struct error err = {0};
	struct runtime runtime;
	int64_t at;

	(void)state;
	assert_int_equal(runtime_decode(&runtime, body, &err), 0);
	assert_true(clock_parse("2026-03-02T09:15:05Z", &at));
	assert_int_equal(runtime.modules[0].last_end_at, at);
	assert_string_equal(runtime.modules[0].last_end.raw, "OOMKilled");
	assert_int_equal(runtime.modules[0].pods_ready, 1);
	assert_int_equal(runtime.modules[1].last_end_at, 0);
	assert_null(runtime.modules[1].last_end.raw);
	runtime_clear(&runtime);
	json_decref(body);
}

/* Puts it for the state of its first container, and for the one before. */
static void
container_states(json_t *body, json_t *value)
{
	json_t *module = json_object_get(json_object_get(body, "modules"), "api"), *container;

	container = json_object_get(json_object_get(module, "controllers"), "api");
	container = json_array_get(json_object_get(container, "pods"), 0);
	container = json_array_get(json_object_get(container, "containerStatuses"), 0);
	json_object_set(container, "state", value);
	json_object_set_new(container, "last_state", value);
}

/* One of three, each with what there is to say of it; an odd member is as if it were absent. */
static void
states_of_a_container_are_written_as_they_were_read(void **state)
{
	static const char *const kept[] = {
		"{'running':{}}",
		"{'running':{'started_at':'2026-03-02T09:15:04.000Z'}}",
		"{'waiting':{'message':'no image','reason':'ImagePullBackOff'}}",
		"{'terminated':{'message':'status 3','reason':'Error','exit_code':3,'signal':0,"
		"'started_at':'2026-03-02T09:15:04.000Z',"
		"'finished_at':'2026-03-02T09:15:05.000Z'}}",
		"{}",
	};
	static const char *const odd[] = {
		"{'running':{'started_at':7},'waiting':null}",
		"{'running':{},'waiting':7,'terminated':null}",
	};
	const size_t all = sizeof(kept) / sizeof(kept[0]) + sizeof(odd) / sizeof(odd[0]);
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < all; i++) {
		bool is_odd = i >= sizeof(kept) / sizeof(kept[0]);
		json_t *wanted = parse(is_odd ? kept[0] : kept[i]), *body = parse(RUNTIME), *again;
		struct runtime runtime;

		container_states(body, is_odd ? parse(odd[i - sizeof(kept) / sizeof(kept[0])])
					      : json_deep_copy(wanted));
		assert_int_equal(runtime_decode(&runtime, body, &err), 0);
		again = runtime_encode(&runtime);
		container_states(body, wanted);
		if (!json_equal(again, body))
			fail_msg("%zu: %s", i, json_dumps(again, 0));
		runtime_clear(&runtime);
		json_decref(again);
		json_decref(body);
	}
}

/* Of a cluster: what was not made by one has no pods to show. */
static void
pods_of_a_cluster_are_kept_in_short(void **state)
{
	json_t *body = parse(
		"{'modules':{'web':{'status':'Failed','controllers':{'x':{'message':'said','pods':["
		"{'podName':'web-1','node':'node-1','pod_created_at':'2026-03-02T09:15:04Z',"
		"'phase':'Failed','containerStatuses':[{'name':'a','ready':true,'restart_count':1,"
		"'state':{'running':{}}},{'name':'b','ready':false,'restart_count':2,'state':"
		"{'waiting':{'reason':'CrashLoopBackOff','message':'said'}},'last_state':"
		"{'terminated':{'message':'status 3','finished_at':'2026-03-02T09:15:04Z'}}},"
		"{'name':'c','ready':false,'state':{'terminated':{'reason':'Error','message':'odd'}}}]},"
		"{'podName':'web-2','pod_created_at':'2026-03-02T09:15:05Z','containerStatuses':["
		"{'ready':true,'restart_count':-7,'state':{}}]},"
		"{'podName':'web-3','pod_created_at':'soon','containerStatuses':[]},"
		"{'podName':'web-4','containerStatuses':[]}]}}}}}");
	struct error err = {0};
	struct runtime runtime;
	const struct runtime_brief *pods;

	(void)state;
	assert_int_equal(runtime_decode(&runtime, body, &err), 0);
	runtime_shorten(&runtime);
	assert_int_equal(runtime.modules[0].brief_count, 2);
	pods = runtime.modules[0].briefs;
	assert_string_equal(pods[0].name.raw, "web-1");
	assert_string_equal(pods[0].node.raw, "node-1");
	assert_string_equal(pods[0].state.raw, "CrashLoopBackOff");
	assert_int_equal(pods[0].restarts, 3);
	assert_false(pods[0].is_ready);
	assert_int_equal(pods[0].status, RUNTIME_FAILED);
	assert_int_equal(pods[0].container_count, 3);
	assert_int_equal(pods[0].ready_count, 1);
	assert_true(pods[0].containers[0].runs && pods[0].containers[0].is_ready);
	assert_false(pods[0].containers[1].runs);
	assert_string_equal(pods[0].containers[1].reason.raw, "CrashLoopBackOff");
	assert_null(pods[0].containers[1].message.raw);	/* the workload says it */
	assert_string_equal(pods[0].containers[1].last_end.raw, "status 3");
	assert_int_equal(pods[0].containers[1].restarts, 2);
	assert_true(pods[0].containers[1].last_end_at > 0);
	assert_string_equal(pods[0].containers[2].message.raw, "odd");
	assert_null(pods[1].node.raw);
	assert_null(pods[1].state.raw);
	assert_int_equal(pods[1].restarts, 0);
	assert_true(pods[1].is_ready);
	runtime_clear(&runtime);
	json_decref(body);
}

/* The two spellings of a count (README 13.2), and counts that make no sense. */
static void
restarts_are_counted_by_either_name(void **state)
{
	static const struct { const char *container; int restarts; } cases[] = {
		{"{'restartCount':4}", 4},
		{"{'restart_count':5,'restartCount':4}", 5},
		{"{'restart_count':'many','restartCount':4}", 4},
		{"{'restart_count':-1}", 0},
		{"{'restart_count':99999999}", 1000000},
		{"{}", 0},
		{"null", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *body = parse("{'modules':{'web':{'status':'Partially Succeeded','controllers':"
				     "{'web':{'pods':[{'containerStatuses':[]}]}}}}}");
		json_t *web = json_object_get(json_object_get(body, "modules"), "web");
		json_t *pods = json_object_get(
			json_object_get(json_object_get(web, "controllers"), "web"), "pods");
		struct error err = {0};
		struct runtime runtime;

		json_array_append_new(json_object_get(json_array_get(pods, 0), "containerStatuses"),
				      parse(cases[i].container));
		assert_int_equal(runtime_decode(&runtime, body, &err), 0);
		assert_int_equal(runtime.modules[0].restarts, cases[i].restarts);
		assert_int_equal(runtime.modules[0].pods_wanted, 1);
		assert_int_equal(runtime.modules[0].pods_ready, 0);
		assert_int_equal(runtime.modules[0].status, RUNTIME_STARTING);
		assert_null(runtime.modules[0].problem.raw);
		runtime_clear(&runtime);
		json_decref(body);
	}
}

/* A code that is known says it in the language of this program; else the message stands.  What
 * cannot be started has no pods, and is wanted all the same. */
/* Another platform may not say of which revision a pod is. */
static void
a_pod_without_a_revision_is_not_an_old_one(void **state)
{
	json_t *body = parse("{'modules':{'web':{'status':'Running','controllers':{'web':{"
			     "'revision':2,'replicas':1,'pods':[{'containerStatuses':[]},"
			     "{'revision':2,'containerStatuses':[]}]}}}}}");
	struct error err = {0};
	struct runtime runtime;

	(void)state;
	assert_int_equal(runtime_decode(&runtime, body, &err), 0);
	assert_int_equal(runtime.modules[0].pods_wanted, 2);
	assert_int_equal(runtime.modules[0].pods_ready, 2);
	runtime_clear(&runtime);
	json_decref(body);
}

static void
why_a_workload_does_not_run_is_said_in_our_language(void **state)
{
	static const struct { const char *reasons, *message; } cases[] = {
		{"[{'code':'workload_held_back','parameters':{'workload':'api'}}]",
		 "not started, because workload api cannot start"},
		{"[{'code':'from_tomorrow','parameters':{}}]", "as it was said"},
		{"[{'code':'workload_held_back','parameters':{}}]", "as it was said"},
		{"[]", "as it was said"},
		{"'no list'", "as it was said"},
		{"null", "as it was said"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *body = parse("{'modules':{'web':{'status':'Failed','controllers':{'web':"
				     "{'message':'as it was said','replicas':3,'pods':[]}}}}}");
		json_t *web = json_object_get(json_object_get(body, "modules"), "web");
		struct error err = {0};
		struct runtime runtime;

		json_object_set_new(json_object_get(json_object_get(web, "controllers"), "web"),
				    "reasons", parse(cases[i].reasons));
		assert_int_equal(runtime_decode(&runtime, body, &err), 0);
		assert_string_equal(runtime.modules[0].message.raw, cases[i].message);
		assert_int_equal(runtime.modules[0].pods_ready, 0);
		assert_int_equal(runtime.modules[0].pods_wanted, 3);
		runtime_clear(&runtime);
		json_decref(body);
	}
}

static void
what_runs_is_kept_in_short(void **state)
{
	json_t *body = parse(RUNTIME);
	struct error err = {0};
	struct runtime runtime;

	(void)state;
	assert_int_equal(runtime_decode(&runtime, body, &err), 0);
	assert_int_equal(runtime.modules[0].controllers[0].pod_count, 2);
	assert_int_equal(runtime.modules[0].controllers[0].pods[1].status, RUNTIME_FAILED);
	runtime_shorten(&runtime);
	assert_int_equal(runtime.modules[0].controller_count, 0);
	assert_string_equal(runtime.modules[0].module.raw, "api");
	assert_string_equal(runtime.modules[0].message.raw, "no port");
	assert_int_equal(runtime.modules[0].pods_ready, 1);
	assert_int_equal(runtime.modules[0].pods_wanted, 2);
	assert_int_equal(runtime.modules[0].restarts, 3);
	assert_int_equal(runtime.modules[1].pods_wanted, 0);
	runtime_clear(&runtime);
	json_object_del(body, "modules");
	assert_int_equal(runtime_decode(&runtime, body, &err), -1);
	assert_string_equal(err.text, "runtime: \"modules\" is missing");
	json_object_set_new(body, "modules", json_array());
	assert_int_equal(runtime_decode(&runtime, body, &err), -1);
	assert_string_equal(err.text, "runtime: \"modules\" is not an object");
	json_decref(body);
}

/* A platform may answer a list for each type; what else is there serves nothing. */
static void
definitions_are_read_with_their_documents(void **state)
{
	json_t *body = parse("{'dns':[{'id':'a','type':'dns','x':1},null],'s3':7,"
			     "'db':[{'id':'b','type':'db','criteria':[{'app_id':7},'odd']}]}");
	struct definitions all;

	(void)state;
	definitions_read(&all, body);
	json_decref(body);
	assert_int_equal(all.count, 3);
	assert_int_equal(json_integer_value(json_object_get(all.items[0].document, "x")), 1);
	assert_non_null(all.items[1].problem.raw);
	assert_int_equal(all.items[2].criterion_count, 2);
	assert_null(all.items[2].criteria[0].app_id.raw);
	assert_null(all.items[2].problem.raw);
	definitions_clear(&all);
	body = parse("[{'id':'a','type':'dns'}]");
	definitions_read(&all, body);
	assert_int_equal(all.count, 1);
	definitions_clear(&all);
	json_decref(body);
}

/* --- and written --- */

static void
assert_written(json_t *body, const char *expected)
{
	json_t *wanted = parse(expected);
	char *text = json_dumps(body, JSON_SORT_KEYS);

	if (!json_equal(body, wanted))
		fail_msg("%s instead of %s", text, expected);
	free(text);
	json_decref(wanted);
	json_decref(body);
}

/* By the same table: what a platform writes is what a client reads. */
static void
what_was_read_is_written_again(void **state)
{
	static const char *const statuses[] = {"pending", "in progress", "succeeded", "failed"};
	json_t *body = parse(DEPLOYMENT), *again;
	struct deployment_error error;
	struct deployment deployment, copy;

	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		json_object_set_new(body, "status", json_string(statuses[i]));
		deployment_read(&deployment, body);
		deployment_copy(&copy, &deployment);
		deployment_clear(&deployment);
		again = deployment_encode(&copy);
		deployment_clear(&copy);
		/* What is more exact than a millisecond, or in another zone, is written our way. */
		json_object_set_new(body, "created_at", json_string("2026-01-02T03:04:05.123Z"));
		json_object_set_new(body, "status_changed_at",
				    json_string("2026-01-02T03:04:06.000Z"));
		json_object_set_new(body, "export_status", json_string(""));
		json_object_set_new(body, "export_file", json_string(""));
		if (!json_equal(again, body))
			fail_msg("%s", json_dumps(again, 0));
		json_decref(again);
	}
	json_decref(body);
	body = parse("{'scope':'workload','object_id':'web','code':'E','summary':'s','message':'m'}");
	deployment_error_read(&error, body);
	assert_written(deployment_error_encode(&error),
		       "{'scope':'workload','object_id':'web','code':'E','summary':'s',"
		       "'message':'m','error_type':'deployment'}");
	deployment_error_clear(&error);
	json_object_set_new(body, "reason", parse("{'code':'c','parameters':{'max':1}}"));
	deployment_error_read(&error, body);
	assert_written(deployment_error_encode(&error),
		       "{'scope':'workload','object_id':'web','code':'E','summary':'s',"
		       "'reason':{'code':'c','parameters':{'max':1}},'message':'m',"
		       "'error_type':'deployment'}");
	deployment_error_clear(&error);
	json_decref(body);
}

/* The platform's sentence stays where we do not have a better one. */
static void
test_a_known_reason_is_the_summary(void **state)
{
	static const struct {
		const char *body, *summary;
	} cases[] = {
		{"{'summary':'theirs','reason':{'code':'environment_is_deleting',"
		 "'parameters':{'env':'qa'}}}",
		 "qa is being deleted."},
		{"{'summary':'theirs','reason':{'code':'environment_is_eaten',"
		 "'parameters':{'env':'qa'}}}",
		 "theirs"},
		{"{'summary':'theirs','reason':{'code':'environment_is_deleting'}}", "theirs"},
		{"{'summary':'theirs','reason':null}", "theirs"},
		{"{'summary':'theirs','reason':'environment_is_deleting'}", "theirs"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct deployment_error error;
		json_t *body = parse(cases[i].body);

		deployment_error_read(&error, body);
		assert_string_equal(error.summary.raw, cases[i].summary);
		json_decref(body);
		deployment_error_clear(&error);
	}
}

#define WRITTEN_AGAIN(kind, text) \
	do { \
		json_t *body = parse(text); \
		struct kind noun; \
		kind##_read(&noun, body); \
		json_decref(body); \
		assert_null(noun.problem.raw); \
		body = kind##_encode(&noun); \
		kind##_clear(&noun); \
		assert_written(body, text); \
	} while (0)

static void
each_noun_is_written_as_it_was_read(void **state)
{
	(void)state;
	WRITTEN_AGAIN(organization, ORGANIZATION);
	WRITTEN_AGAIN(organization, "{'id':'acme','name':'Acme','created_at':null,'created_by':'',"
				    "'trial_expires_at':'2026-01-02T03:04:05.000Z','logo':{}}");
	WRITTEN_AGAIN(application, APPLICATION);
	WRITTEN_AGAIN(artefact_version, ARTEFACT_VERSION);
	WRITTEN_AGAIN(environment_type, ENVIRONMENT_TYPE);
	WRITTEN_AGAIN(user, USER);
	WRITTEN_AGAIN(user, "{'id':'ops','name':'Ops','type':'service','properties':{}}");
	WRITTEN_AGAIN(user_token, USER_TOKEN);
	WRITTEN_AGAIN(user_token, "{'id':'ci','type':'static'}");
	WRITTEN_AGAIN(pipeline, PIPELINE);
	WRITTEN_AGAIN(pipeline_criterion, PIPELINE_CRITERION);
	WRITTEN_AGAIN(pipeline_run, PIPELINE_RUN);
	WRITTEN_AGAIN(pipeline_job, PIPELINE_JOB);
	WRITTEN_AGAIN(draft, DRAFT);
	WRITTEN_AGAIN(draft, "{'id':'d','metadata':{'created_by':'jo','archived':false,"
			     "'shared':false,'contributers':[]},'modules':{},'shared':[]}");
	WRITTEN_AGAIN(rule, RULE);
	WRITTEN_AGAIN(resource_graph, RESOURCE_GRAPH);
	WRITTEN_AGAIN(audit_entry, AUDIT_ENTRY);
	WRITTEN_AGAIN(log_line, LOG_LINE);
	WRITTEN_AGAIN(shared_value, SHARED_VALUE);
	WRITTEN_AGAIN(shared_value,
		      "{'key':'TOKEN','value':'','is_secret':true,'secret_store_id':'s',"
		      "'secret_key':'k','secret_version':'1','fingerprint':'f',"
		      "'secret_ref':{'store':'s','ref':'k'}}");
	WRITTEN_AGAIN(value_set_version, VALUE_SET_VERSION);
	WRITTEN_AGAIN(active_resource, ACTIVE_RESOURCE);
	WRITTEN_AGAIN(active_resource, "{'res_id':'modules.web','type':'dns','status':'lent out',"
				       "'resource':{},'secret_refs':{},'scheduled_deletion':false}");
	WRITTEN_AGAIN(artefact_version, "{'name':'web','type':'workload','archived':false}");
}

/* A platform that shows one by mistake makes nobody keep it. */
static void
the_text_of_a_secret_is_not_kept(void **state)
{
	json_t *body = parse("{'key':'TOKEN','value':'hunter2','is_secret':true,'secret_ref':7}");
	struct shared_value value;

	(void)state;
	shared_value_read(&value, body);
	assert_null(value.problem.raw);
	assert_null(value.value.raw);
	assert_null(value.secret_ref.store.raw);
	shared_value_clear(&value);
	json_decref(body);
}

static void
what_runs_is_written_as_it_was_read(void **state)
{
	json_t *body = parse(RUNTIME);
	struct error err = {0};
	struct runtime runtime;

	(void)state;
	assert_int_equal(runtime_decode(&runtime, body, &err), 0);
	json_decref(body);
	body = runtime_encode(&runtime);
	runtime_clear(&runtime);
	assert_written(body, RUNTIME);
}

/* One that is odd has its place among them, and the list of another type is an empty one. */
static void
the_environments_of_an_application_are_a_list(void **state)
{
	json_t *body = parse(APPLICATION), *envs = json_object_get(body, "envs");
	struct application application;

	(void)state;
	json_array_insert_new(envs, 1, json_null());
	application_read(&application, body);
	assert_int_equal(application.env_count, 3);
	assert_string_equal(application.envs[0].id.raw, "qa");
	assert_null(application.envs[1].id.raw);
	assert_string_equal(application.envs[2].name.raw, "Live");
	assert_null(application.problem.raw);
	assert_int_equal(application.status, APPLICATION_DELETING);
	application_clear(&application);
	json_object_set_new(body, "envs", json_string("qa"));
	application_read(&application, body);
	assert_int_equal(application.env_count, 0);
	application_clear(&application);
	json_decref(body);
}

/* What is no text among texts has its place and is empty; a list that is none is an empty one. */
static void
texts_are_a_list(void **state)
{
	json_t *body = parse(PIPELINE), *types = json_object_get(body, "trigger_types"), *again;
	struct pipeline pipeline;

	(void)state;
	json_array_insert_new(types, 1, json_integer(7));
	pipeline_read(&pipeline, body);
	assert_int_equal(pipeline.trigger_type_count, 3);
	assert_string_equal(pipeline.trigger_types[0].raw, "deployment_request");
	assert_null(pipeline.trigger_types[1].raw);
	assert_string_equal(pipeline.trigger_types[2].raw, "push");
	assert_null(pipeline.problem.raw);
	again = pipeline_encode(&pipeline);
	assert_written(json_incref(json_object_get(again, "trigger_types")),
		       "['deployment_request','','push']");
	json_decref(again);
	pipeline_clear(&pipeline);
	json_object_set_new(body, "trigger_types", json_object());
	pipeline_read(&pipeline, body);
	assert_int_equal(pipeline.trigger_type_count, 0);
	pipeline_clear(&pipeline);
	json_decref(body);
}

/* One contributes once; what the draft changes is what it was written with. */
static void
a_draft_names_who_changed_it_and_what(void **state)
{
	json_t *body = parse(DRAFT), *content;
	struct delta *delta;
	struct draft draft;

	(void)state;
	draft_read(&draft, body);
	json_decref(body);
	draft_add_contributer(&draft, "ops");
	draft_add_contributer(&draft, "ci");
	assert_int_equal(draft.metadata.contributer_count, 3);
	assert_string_equal(draft.metadata.contributers[2].raw, "ci");
	delta = draft_delta(&draft, NULL);
	draft_clear(&draft);
	content = delta_encode(delta);
	assert_written(content, "{'modules':{'add':{},'remove':['web'],'update':{}},'shared':[]}");
	delta_free(delta);
}

/* What a review pins does not depend on when the graph was made, or what it is called. */
static void
a_graph_is_hashed_by_its_nodes(void **state)
{
	char first[IDS_SHA256_HEX_SIZE], second[IDS_SHA256_HEX_SIZE];
	json_t *body = parse(RESOURCE_GRAPH);
	struct resource_graph graph;

	(void)state;
	resource_graph_read(&graph, body);
	json_decref(body);
	assert_string_equal(
		json_string_value(json_object_get(graph_node_values(&graph.nodes[0]), "host")), "h");
	assert_int_equal(json_object_size(graph_node_secrets(&graph.nodes[0])), 1);
	assert_written(resource_graph_encode_nodes(&graph), "[" GRAPH_NODE "]");
	resource_graph_hash(first, &graph);
	untrusted_set(&graph.id, "other");
	graph.used_at++;
	resource_graph_hash(second, &graph);
	assert_string_equal(first, second);
	untrusted_set(&graph.nodes[0].def_version_id, "w");
	resource_graph_hash(second, &graph);
	assert_string_not_equal(first, second);
	resource_graph_clear(&graph);
}

static void
a_listed_job_has_no_steps(void **state)
{
	json_t *body = parse(PIPELINE_JOB);
	struct pipeline_job job;

	(void)state;
	pipeline_job_read(&job, body);
	assert_int_equal(job.status, RUN_SUCCESSFUL);
	assert_int_equal(job.steps[0].status, RUN_FAILED);
	json_decref(body);
	body = pipeline_job_encode_partial(&job);
	assert_null(json_object_get(body, "steps"));
	assert_string_equal(json_string_value(json_object_get(body, "run_id")), "r1");
	json_decref(body);
	pipeline_job_clear(&job);
}

/* What a platform says of the artefact is taken from a version of it. */
static void
an_artefact_is_what_its_version_says(void **state)
{
	json_t *body = parse(ARTEFACT_VERSION);
	struct artefact_version version;

	(void)state;
	artefact_version_read(&version, body);
	assert_int_equal(version.type, ARTEFACT_CONTAINER);
	assert_written(artefact_encode(&version),
		       "{'id':'a1','name':'web','type':'container',"
		       "'created_at':'2026-01-02T03:04:05.000Z','created_by':'ci'}");
	artefact_version_clear(&version);
	json_decref(body);
}

static void
an_environment_is_written_with_its_deployments(void **state)
{
	json_t *body = parse(ENVIRONMENT), *again, *last;
	struct environment environment, copy;

	(void)state;
	json_object_set_new(body, "status", json_string("deleting"));
	json_object_set_new(body, "waiting",
			    parse("[{'artefact':'a','version':'1','rule':'r','made_by':'m',"
				  "'registered_by':'b','reason':'w'}]"));
	environment_read(&environment, body);
	environment_copy(&copy, &environment);
	environment_clear(&environment);
	assert_int_equal(copy.status, ENVIRONMENT_DELETING);
	again = environment_encode(&copy);
	last = json_object_get(again, "last_deploy");
	assert_true(json_equal(last, json_object_get(again, "from_deploy")));
	assert_string_equal(json_string_value(json_object_get(last, "id")), "d1");
	json_object_set(body, "last_deploy", last);
	json_object_set(body, "from_deploy", last);
	json_object_set_new(body, "created_at", json_string("2026-01-02T03:04:05.000Z"));
	json_object_set_new(body, "status_changed_at", json_string("2026-01-02T03:04:05.000Z"));
	assert_true(json_equal(body, again));
	json_decref(again);
	/* One that was never deployed has neither. */
	deployment_clear(&copy.last_deploy);
	deployment_clear(&copy.from_deploy);
	again = environment_encode(&copy);
	assert_null(json_object_get(again, "last_deploy"));
	assert_null(json_object_get(again, "from_deploy"));
	json_decref(again);
	environment_clear(&copy);
	json_decref(body);
}

static void
what_is_not_there_is_written_as_the_table_says(void **state)
{
	const struct deployment nothing = {.status = DEPLOYMENT_UNKNOWN};

	(void)state;
	assert_written(deployment_encode(&nothing),
		       "{'id':'','env_id':'','set_id':'','value_set_version_id':null,"
		       "'export_status':'','export_file':''}");
}

static void
a_status_has_one_word(void **state)
{
	(void)state;
	for (int i = DEPLOYMENT_PENDING; i <= DEPLOYMENT_UNKNOWN; i++) {
		const char *word = deployment_status_word((enum deployment_status)i);

		assert_int_equal(deployment_status_of(word), i);
	}
	assert_int_equal(deployment_status_of(NULL), DEPLOYMENT_UNKNOWN);
	assert_int_equal(deployment_status_of("Succeeded"), DEPLOYMENT_UNKNOWN);
	for (int i = RESOURCE_PENDING; i <= RESOURCE_UNKNOWN; i++)
		assert_int_equal(resource_status_of(resource_status_word(i)), i);
	for (int i = RUN_QUEUED; i <= RUN_UNKNOWN; i++)
		assert_int_equal(run_status_of(run_status_word(i)), i);
	assert_int_equal(application_status_of("gone"), APPLICATION_UNKNOWN);
	assert_string_equal(application_status_word(APPLICATION_UNKNOWN), "unknown");
	assert_false(deployment_status_is_final(DEPLOYMENT_UNKNOWN));
	assert_true(deployment_status_is_final(DEPLOYMENT_FAILED));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_known_reason_is_the_summary),
		cmocka_unit_test(each_member_is_read_for_itself),
		cmocka_unit_test(what_is_no_object_is_understood_by_nobody),
		cmocka_unit_test(what_can_be_read_of_an_odd_environment_is_read),
		cmocka_unit_test(an_odd_workload_leaves_the_others),
		cmocka_unit_test(restarts_are_counted_by_either_name),
		cmocka_unit_test(the_last_end_is_the_newest_of_all_containers),
		cmocka_unit_test(states_of_a_container_are_written_as_they_were_read),
		cmocka_unit_test(pods_of_a_cluster_are_kept_in_short),
		cmocka_unit_test(a_pod_without_a_revision_is_not_an_old_one),
		cmocka_unit_test(why_a_workload_does_not_run_is_said_in_our_language),
		cmocka_unit_test(what_runs_is_kept_in_short),
		cmocka_unit_test(definitions_are_read_with_their_documents),
		cmocka_unit_test(what_was_read_is_written_again),
		cmocka_unit_test(the_text_of_a_secret_is_not_kept),
		cmocka_unit_test(what_runs_is_written_as_it_was_read),
		cmocka_unit_test(each_noun_is_written_as_it_was_read),
		cmocka_unit_test(the_environments_of_an_application_are_a_list),
		cmocka_unit_test(texts_are_a_list),
		cmocka_unit_test(a_draft_names_who_changed_it_and_what),
		cmocka_unit_test(a_graph_is_hashed_by_its_nodes),
		cmocka_unit_test(a_listed_job_has_no_steps),
		cmocka_unit_test(an_artefact_is_what_its_version_says),
		cmocka_unit_test(an_environment_is_written_with_its_deployments),
		cmocka_unit_test(what_is_not_there_is_written_as_the_table_says),
		cmocka_unit_test(a_status_has_one_word),
	};

	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	return cmocka_run_group_tests_name("nouns", tests, NULL, NULL);
}
