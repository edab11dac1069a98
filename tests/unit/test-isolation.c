/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A clone is isolated, and says so: what leads to its source is found in every form that it is
 * written in, and what leads nowhere is left alone. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "below-valgrind.h"

#include "base/error.h"
#include "base/xmalloc.h"
#include "compare/isolation.h"
#include "model/definition.h"
#include "model/set.h"
#include "quoted-json.h"

/* What is planted as the variable KEY of the workload web, in an otherwise innocent set.  The
 * source is called production; its database runs on pg-7.acme.internal, its cache on cachebox1. */
static const struct { const char *key, *text; } planted[] = {
	/* the name of the environment, however it is parted from the rest */
	{"SCHEMA", "production"}, {"DB_NAME", "production_db"}, {"DB_NAME", "topicshare_production"},
	{"BUCKET", "uploads-production"}, {"QUEUE", "orders.production.events"}, {"NS", "PRODUCTION"},
	{"TOPIC", "Production-Orders"}, {"STREAM", "ordersProduction"}, {"STREAM", "productionOrders"},
	{"PREFIX", "/production/uploads"}, {"ARGS", "--env=production --verbose"},
	{"ARGS", "migrate --env production --yes"}, {"ARN", "arn:aws:s3:::acme-production-assets"},
	{"TABLE", "production.users"}, {"HOSTS", "production01,production02"}, {"KEY", "app:production:session"},
	{"DB", "proddb"}, {"DB", "productiondb01"}, {"HOSTPORT", "production-db:5432"}, {"GIT", "git@github.com:acme/x.git"},
	{"DSN", "user:password@db.production.acme.com"}, {"URL", "http://production"}, {"URL", "tcp://10.0.3.7:6379"},
	{"NODE", "kafka-production-0.kafka:9092"}, {"URL", "https%3A%2F%2Fapi.acme.com"},
	{"NS", "prod"}, {"BUCKET", "prod_uploads"}, {"SECRET", "vault/prd/db"}, {"REGION", "eu-prod-1"},
	{"NAME", "live eu"}, {"NAME", "live_eu"}, {"NAME", "live-eu-cache"},
	/* hosts in URLs */
	{"URL", "https://api.acme.com"}, {"URL", "https://api.acme.com/v1/items?x=1"}, {"URL", "HTTPS://API.ACME.COM"},
	{"URL", "http://user:pw@billing.acme.com:8443/x"}, {"URL", "postgres://app:s3cret@pg-7.acme.internal:5432/app"},
	{"URL", "postgresql://app:${externals.db.password}@db.production.svc/app"},
	{"URL", "//cdn.acme.com/assets"}, {"URL", "ftp://files.acme.com."}, {"URL", "redis://cachebox1:6379/0"},
	{"URL", "amqp://guest:guest@rabbit.acme.com"}, {"URL", "wss://push.acme.com/socket"},
	{"URL", "mongodb://one.acme.com:27017,two.acme.com:27017/app"}, {"URL", "s3://acme-uploads/x"},
	{"URL", "mongodb+srv://u:p@cluster0.acme.com/app"}, {"URL", "http://legacy-billing:8080/"},
	{"URL", "http://[2001:db8::17]:8080/"}, {"URL", "http://10.20.30.40:9200"}, {"URL", "https://m\xc3\xbcnchen.acme.de/"},
	/* jdbc, dsn and the like */
	{"DSN", "jdbc:postgresql://pg.acme.com:5432/app"}, {"DSN", "jdbc:oracle:thin:@ora.acme.com:1521:APP"},
	{"DSN", "jdbc:sqlserver://sql.acme.com:1433;databaseName=app"}, {"DSN", "host=pg.acme.com port=5432 dbname=app"},
	{"DSN", "host=cachebox1 port=6379"}, {"DSN", "Server=sql.acme.com;Database=app;User Id=sa"},
	{"DSN", "Data Source=sqlbox;Initial Catalog=app"}, {"DSN", "app:pw@tcp(mysql.acme.com:3306)/app"},
	{"DSN", "app:pw@tcp(mysqlbox:3306)/app"}, {"DSN", "app:pw@pg.acme.com/app"},
	/* without a scheme */
	{"DB_HOST", "pg-7.acme.internal"}, {"DB_HOST", "PG-7.ACME.INTERNAL"}, {"DB_HOST", "cachebox1"},
	{"ADDR", "pg.acme.com:5432"}, {"ADDR", "cachebox1:6379"}, {"BROKERS", "k1.acme.com:9092,k2.acme.com:9092"},
	{"UPSTREAM", "billing.acme.com"}, {"X", "billing.acme.com"}, {"X", "redis.shared.svc.cluster.local"},
	{"DB_HOST", "oldbox"}, {"ADDR", "192.168.7.12"}, {"ADDR", "192.168.7.12:5432"}, {"ADDR", "2001:db8::17"},
	{"ADDR", "fe80::1ff:fe23:4567:890a%eth0"}, {"ARG", "--db=cachebox1"}, {"GIT", "git@git.acme.com:acme/config.git"},
	/* the second in a string */
	{"URLS", "http://localhost:8080 https://api.acme.com"}, {"URLS", "http://api:8080,http://api.production.svc:8080"},
	{"URLS", "http://api:8080;https://x.acme.com"},
	/* within another form */
	{"JSON", "{\"db\":{\"host\":\"pg.acme.com\",\"port\":5432}}"}, {"JSON", "{\"url\":\"https:\\/\\/api.acme.com\\/v1\"}"},
	{"JSON", "{\"env\":\"production\"}"}, {"JSON", "{\"host\": \"sqlbox\"}"},
	{"YAML", "db:\n  host: pg.acme.com\n  port: 5432\n"}, {"YAML", "db:\n  name: app_production\n"},
	{"YAML", "db:\n  host: sqlbox\n"}, {"INI", "[db]\nhost = sqlbox\n"}, {"ENV", "A=1\nDB_HOST=cachebox1\nB=2\n"},
	{"ENCODED", "postgres%3A%2F%2Fapp%3Apw%40pg.acme.com%2Fapp"}, {"ENCODED", "db%2Eproduction%2Esvc"},
	{"ENCODED", "%70roduction"}, {"ENCODED", "\\u0070roduction-db"},
	{"CONF", "# settings\ndb production\n"}, {"CONF", "# db.production.svc\nworkers 4\n"},
	{"BASE64", "cG9zdGdyZXM6Ly9hcHA6cHdAcGcuYWNtZS5jb20vYXBw"},	/* postgres://app:pw@pg.acme.com/app */
	/* behind a value */
	{"URL", "https://${values.API_HOST}/v1"}, {"DB", "${values.STAGE}_db"}, {"URL", "https://db-${values['STAGE']}.svc"},
	{"URL", "https://${values.SUB}.acme.com"},
	{"TEXT", "See the dashboard at https://grafana.acme.com and act on it"},
};

static const struct { const char *key, *text; } innocent[] = {
	{"URL", "http://localhost:8080/"}, {"URL", "http://127.0.0.1:9000"}, {"URL", "http://[::1]:9000"},
	{"BIND", "0.0.0.0:8080"}, {"URL", "http://api:8080"}, {"HOST", "worker"}, {"URL", "http://web.localhost:8080"},
	{"ADDR", "api:9090"}, {"URL", "postgres://${externals.db.username}@${externals.db.host}:${externals.db.port}/x"},
	{"NAME", "reproduction"}, {"NAME", "productions"}, {"NAME", "coproduction-2"}, {"NAME", "producto"},
	{"TEXT", "This setting is not for production use."}, {"TEXT", "A production-ready server for topics and posts"},
	{"NODE_ENV", "production"}, {"SPRING_PROFILES_ACTIVE", "production"}, {"HOST", "${externals.dns.host}"},
	{"TEXT", "Licensed under https://www.apache.org/licenses/LICENSE-2.0"},
	{"XML", "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>"}, {"SCHEMA", "https://json-schema.org/draft/2020-12/schema"},
	{"CONF", "# see https://nginx.acme.com/manual for all settings\nworkers 4\n"},
	{"CONF", "# production settings\nworkers 4\n"}, {"SQL", "-- for production\nselect 1;\n"},
	{"CIDR", "10.0.0.0/8"}, {"TRUSTED", "10.0.0.0/8, 192.168.0.0/16"}, {"DNS", "8.8.8.8"}, {"VERSION", "1.10.0.2"},
	{"CLASS", "com.acme.topics.Main"}, {"APP", "app.main:app"}, {"FILE", "/etc/app/config.yaml"}, {"FILE", "index.html"},
	{"IMAGE_TAG", "acme/web:1.4.2"}, {"AT", "12:30:45"}, {"MAC", "aa:bb:cc:dd:ee:ff"}, {"CODE", "std::string"},
	{"PACKAGE", "lodash@4.17.21"}, {"PACKAGE", "@angular/core"}, {"CONTACT", "oncall@acme.com"},
	{"LEVEL", "info"}, {"URL", "file:///var/lib/app"}, {"URL", "unix:///run/app.sock"}, {"OWN", "hotfix-production-title"},
	{"OWN", "https://hotfix-production-title"}, {"DSN", "host=${externals.db.host} port=5432 dbname=app"},
	{"LANG", "en_US.UTF-8"}, {"MIME", "application/vnd.acme.v1+json"}, {"RATIO", "16:9"}, {"TIME", "2024-01-15T09:30:00Z"},
	{"HASH", "sha256:1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f"}, {"TEXT", "Topics, posts & comments"},
};

#define VARIABLES "/modules/web/spec/containers/web/variables/"

struct world {
	struct set *set;
	struct isolation isolation;
	json_t *values, *foreign, *own, *outputs;
	struct definitions definitions;
};

static void
world_make(struct world *world, const char *key, const char *text)
{
	json_t *body = parse(
		"{'modules':{'api':{'profile':'humanitec/default-module','spec':{'containers':{'api':"
		"{'id':'api','image':'registry.acme.com/acme/api:1.4.2'}}},'externals':{}},"
		"'worker':{'profile':'humanitec/default-module','spec':{'containers':{'worker':"
		"{'id':'worker','image':'acme/worker:1'}}},'externals':{}}},"
		"'shared':{'files':{'type':'s3'}}}");
	json_t *web = parse(
		"{'profile':'humanitec/default-module','spec':{'containers':{'web':{'id':'web',"
		"'image':'ghcr.io/acme/web:1.4.2','variables':{}}}},"
		"'externals':{'db':{'type':'postgres'},'dns':{'type':'dns'}}}");
	json_t *spec = json_object_get(web, "spec"),
	       *containers = json_object_get(spec, "containers");
	struct error err = {0};

	json_object_set_new(json_object_get(json_object_get(containers, "web"), "variables"), key,
			    json_string(text));
	json_object_set_new(json_object_get(body, "modules"), "web", web);
	world->set = set_decode(body, &err);
	json_decref(body);
	assert_non_null(world->set);
	world->values = parse(
		"{'STAGE':'production','API_HOST':'api.acme.com','SUB':'billing','SIZE':'20'}");
	world->foreign = parse("['production','Live EU']");
	world->own = parse("['hotfix-production-title','Hotfix: title']");
	world->outputs = parse(
		"{'modules.web.externals.db':{'host':'pg-7.acme.internal','port':5432,'name':'app'},"
		"'shared.cache':{'host':'cachebox1'},'modules.web.externals.dns':{'host':'127.0.0.1'}}");
	world->isolation = (struct isolation){
		.set = world->set,
		.values = world->values,
		.foreign = world->foreign,
		.own = world->own,
		.outputs = world->outputs,
		.source = {.app_id = "topicshare",
			   .env_id = "production",
			   .env_type = "production"},
		.clone = {.app_id = "topicshare",
			  .env_id = "hotfix-production-title",
			  .env_type = "development"},
	};
	world->definitions = (struct definitions){0};
}

static void
world_clear(struct world *world)
{
	set_unref(world->set);
	json_decref(world->values);
	json_decref(world->foreign);
	json_decref(world->own);
	json_decref(world->outputs);
	definitions_clear(&world->definitions);
}

/* Findings in an argument of the program, where "${" is no placeholder. */
static size_t
count_in_argument(const char *text)
{
	struct isolation_findings findings;
	struct world world;
	json_t *body, *web;
	struct error err = {0};
	size_t count = 0;

	world_make(&world, "A", "b");
	body = set_encode(world.set);
	web = json_object_get(json_object_get(body, "modules"), "web");
	json_object_set_new(json_object_get(json_object_get(json_object_get(web, "spec"),
							    "containers"), "web"),
			    "args", json_pack("[s, s]", "-c", text));
	set_unref(world.set);
	world.isolation.set = world.set = set_decode(body, &err);
	json_decref(body);
	isolation_find(&findings, &world.isolation);
	for (size_t i = 0; i < findings.count; i++)
		count += strstr(findings.items[i].where, "/args/1") != NULL;
	isolation_clear(&findings);
	world_clear(&world);
	return count;
}

static void
test_an_argument_is_read_as_it_is_written(void **state)
{
	(void)state;
	assert_int_equal(count_in_argument("psql ${APP_DB:-production_db}"), 1);
	assert_int_equal(count_in_argument("psql -h ${DB_HOST:-pg-7.acme.internal}"), 1);
	/* No value is put in, and a name in braces is the program's own. */
	assert_int_equal(count_in_argument("echo ${values.STAGE}"), 0);
	assert_int_equal(count_in_argument("curl http://${HOST}:${PORT}/"), 0);
}

/* How many findings there are in the variable itself, or in a value that it uses. */
static size_t
count_found(const char *key, const char *text)
{
	const char *used = strstr(text, "${values");
	struct isolation_findings findings;
	struct world world;
	size_t count = 0;

	world_make(&world, key, text);
	isolation_find(&findings, &world.isolation);
	for (size_t i = 0; i < findings.count; i++) {
		const char *where = findings.items[i].where;

		count += strncmp(where, VARIABLES, strlen(VARIABLES)) == 0;
		if (strncmp(where, "values/", 7) == 0)
			count += used && strstr(used, where + 7);
		else
			assert_non_null(strstr(where, "/variables/"));
	}
	isolation_clear(&findings);
	world_clear(&world);
	return count;
}

static void
every_planted_reference_is_found(void **state)
{
	size_t count = sizeof(planted) / sizeof(planted[0]), found = 0;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		size_t n = count_found(planted[i].key, planted[i].text);

		found += n > 0;
		if (n == 0)
			printf("# missed: %s=%s\n", planted[i].key, planted[i].text);
	}
	printf("# recall: %zu of %zu planted references found (%zu %%)\n", found, count,
	       found * 100 / count);
	assert_true(count >= 60);
	assert_int_equal(found, count);
}

static void
what_leads_nowhere_is_left_alone(void **state)
{
	size_t count = sizeof(innocent) / sizeof(innocent[0]), alarms = 0;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		size_t n = count_found(innocent[i].key, innocent[i].text);

		alarms += n > 0;
		if (n > 0)
			printf("# false alarm: %s=%s\n", innocent[i].key, innocent[i].text);
	}
	printf("# false alarms: %zu of %zu innocent texts\n", alarms, count);
	assert_true(count >= 20);
	assert_true(alarms <= 1);
}

/* Several of them in one text are several findings; each has an id that stays. */
static void
each_is_a_finding_of_its_own(void **state)
{
	struct isolation_findings first, again;
	struct world world;

	(void)state;
	world_make(&world, "URLS",
		   "https://a.acme.com https://b.acme.com http://api.production.svc production_db");
	isolation_find(&first, &world.isolation);
	isolation_find(&again, &world.isolation);
	assert_int_equal(first.count, again.count);
	assert_int_equal(first.count, 6);	/* two of them are the values */
	for (size_t i = 0; i < first.count; i++) {
		assert_string_equal(first.items[i].id, again.items[i].id);
		assert_int_equal(strlen(first.items[i].id), 12);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(first.items[i].id, first.items[k].id);
	}
	isolation_clear(&first);
	isolation_clear(&again);
	world_clear(&world);
}

static void
a_static_resource_of_the_source_is_found(void **state)
{
	static const struct {
		const char *definitions;
		size_t found;
		const char *where;
	} cases[] = {
		{"[{'id':'pg','type':'postgres','driver_type':'humanitec/static','criteria':[{}]}]",
		 1, "resources/modules.web.externals.db"},
		{"[{'id':'pg','type':'postgres','driver_type':'static','criteria':[{'env_type':'production'}]},"
		 "{'id':'own','type':'postgres','driver_type':'humanitec/cloudsql','criteria':[{}]}]",
		 0, NULL},
		/* each gets its own from the same definition */
		{"[{'id':'own','type':'postgres','driver_type':'humanitec/cloudsql','criteria':[{}],"
		 "'driver_inputs':{'values':{'host':'pg.acme.internal'}}}]",
		 0, NULL},
		/* one of the clone's own, that leads to the source's machine all the same */
		{"[{'id':'pg','type':'postgres','driver_type':'humanitec/static','criteria':[{'env_type':'production'}]},"
		 "{'id':'dev','type':'postgres','driver_type':'humanitec/static','criteria':[{'env_type':'development'}],"
		 "'driver_inputs':{'values':{'host':'pg-7.acme.internal'}}}]",
		 1, "resources/modules.web.externals.db/host"},
		{"[{'id':'x','type':'s3','driver_type':'humanitec/s3','criteria':[{'res_id':'shared.files'}],"
		 "'driver_inputs':{'values':{'bucket':'production-files'}}}]",
		 1, "resources/shared.files/bucket"},
		{"[{'id':'x','type':'s3','driver_type':'static','criteria':[{'class':'other'}]}]",
		 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct isolation_findings findings;
		struct world world;
		size_t found = 0;
		json_t *body;

		world_make(&world, "A", "b");
		body = parse(cases[i].definitions);
		definitions_read(&world.definitions, body);
		json_decref(body);
		world.isolation.definitions = &world.definitions;
		isolation_find(&findings, &world.isolation);
		for (size_t k = 0; k < findings.count; k++) {
			if (strncmp(findings.items[k].where, "resources/", 10) != 0)
				continue;
			found++;
			if (cases[i].where)
				assert_string_equal(findings.items[k].where, cases[i].where);
		}
		if (found != cases[i].found)
			fail_msg("case %zu: %zu findings", i, found);
		isolation_clear(&findings);
		world_clear(&world);
	}
}

/* None is dropped: thousands of the same host are one finding that counts them. */
static void
thousands_are_counted_and_none_is_dropped(void **state)
{
	json_t *modules = json_object(),
	       *body = json_pack("{s:o, s:{}}", "modules", modules, "shared");
	struct isolation isolation = {0};
	struct isolation_findings findings;
	struct error err = {0};
	struct set *set;
	size_t places = 0;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		char name[16], url[64];

		snprintf(name, sizeof(name), "w%d", i);
		snprintf(url, sizeof(url), "https://%c.acme.com/%d", 'a' + i % 3, i);
		json_object_set_new(modules, name,
				    json_pack("{s:s, s:{s:s}, s:{}}", "profile", "p", "spec", "u",
					      url, "externals"));
	}
	set = set_decode(body, &err);
	json_decref(body);
	assert_non_null(set);
	isolation.set = set;
	isolation_find(&findings, &isolation);
	assert_int_equal(findings.count, 3);
	for (size_t i = 0; i < findings.count; i++)
		places += findings.items[i].places;
	assert_int_equal(places, 3000);
	isolation_clear(&findings);
	set_unref(set);
}

/* As long as a body may be, and made to be slow. */
static void
long_texts_take_no_time_worth_mentioning(void **state)
{
	static const char *const pieces[] = {
		"for production use only, as it says ",
		"https://a%06zu.acme.com ",
		"x@",
		"%%41",
		"production_",
		"${values.STAGE}",
		"aaaaaaaaaaaaaaaaaaaa",
		"1.2.3.4,",
		"http://",
		"# production\n",
		"::",
		"\\",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct isolation_findings findings;
		size_t size = (below_valgrind() ? 20 : 400) * 1000, at = 0;
		char *text = xcalloc(size + 64, 1);
		struct world world;

		for (size_t n = 0; at < size; n++)
			at += (size_t)(i == 1 ? snprintf(text + at, 64, "https://a%06zu.acme.com ",
							 n)
					      : snprintf(text + at, 64, "%s", pieces[i]));
		world_make(&world, "LONG", text);
		isolation_find(&findings, &world.isolation);
		if (i == 1)
			assert_true(findings.count > size / 40);
		isolation_clear(&findings);
		world_clear(&world);
		free(text);
	}
}

static void
one_text_is_looked_at_alone(void **state)
{
	struct isolation_findings findings;
	struct world world;

	(void)state;
	world_make(&world, "A", "b");
	isolation_find_in_text(&findings, &world.isolation, "values/DB_HOST", "cachebox1");
	assert_int_equal(findings.count, 1);
	assert_int_equal(findings.items[0].kind, ISOLATION_SAME_HOST);
	assert_string_equal(findings.items[0].names, "cachebox1");
	isolation_clear(&findings);
	isolation_find_in_text(&findings, &world.isolation, "values/SIZE", "20");
	assert_int_equal(findings.count, 0);
	isolation_clear(&findings);
	world_clear(&world);
}

/* The objects of a cluster, as a set keeps them: also what is no host, but is the source's. */
static void
of_objects_of_a_cluster_what_leads_out_is_found(void **state)
{
	static const char below[] = "/modules/web/spec/manifests/";
	static const char manifests[] =
		"{'Deployment/web':{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web',"
		"'namespace':'production','labels':{'stage':'production'},'annotations':{'a':"
		"'https://ci.acme.com'}},'spec':{'selector':{'matchLabels':{'stage':'production'}},"
		"'template':{'metadata':{'labels':{'stage':'production'}},'spec':{'containers':{'web':{"
		"'image':'acme/web:1','env':{'DB_HOST':{'value':'oldbox'},'PEER':{'value':"
		"'http://store-api:80'},'NEXT':{'value':'http://db.production.svc'},'ORDER_TOPIC':"
		"{'value':'orders'},'LEVEL':{'value':'debug'}}}}}}}},"
		"'ConfigMap/conf':{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'conf'},"
		"'data':{'KAFKA_GROUP_ID':'billing','HOOK_WEBHOOK':'/paid','QUEUE_SIZE':'100',"
		"'queue.conf':'a\\nb'}},"
		"'Service/store-api':{'apiVersion':'v1','kind':'Service','spec':{}},"
		"'Service/pay':{'apiVersion':'v1','kind':'Service','spec':{'type':'ExternalName',"
		"'externalName':'pay.acme.com'}},"
		"'Ingress/web':{'apiVersion':'networking.k8s.io/v1','kind':'Ingress','spec':{'rules':"
		"[{'host':'shop.acme.com'}]}},"
		"'ServiceAccount/web':{'apiVersion':'v1','kind':'ServiceAccount','metadata':{'name':"
		"'web','annotations':{'eks.amazonaws.com/role-arn':'arn:aws:iam::1:role/web'}}}}";
	static const struct {
		enum isolation_kind kind;
		const char *where, *names;
	} expected[] = {
		{ISOLATION_FIXED_HOST, "Deployment~1web/spec/template/spec/containers/web/env/DB_HOST/value",
		 "oldbox"},
		{ISOLATION_ENVIRONMENT, "Deployment~1web/spec/template/spec/containers/web/env/NEXT/value",
		 "production"},
		{ISOLATION_QUEUE, "Deployment~1web/spec/template/spec/containers/web/env/ORDER_TOPIC/value",
		 "orders"},
		{ISOLATION_QUEUE, "ConfigMap~1conf/data/KAFKA_GROUP_ID", "billing"},
		{ISOLATION_QUEUE, "ConfigMap~1conf/data/HOOK_WEBHOOK", "/paid"},
		{ISOLATION_FIXED_HOST, "Service~1pay/spec/externalName", "pay.acme.com"},
		{ISOLATION_IDENTITY, "ServiceAccount~1web/metadata/annotations/"
				     "eks.amazonaws.com~1role-arn", "arn:aws:iam::1:role/web"},
	};
	struct isolation_findings findings;
	struct world world;
	struct error err = {0};
	json_t *body;

	(void)state;
	world_make(&world, "A", "b");
	body = set_encode(world.set);
	json_object_set_new(json_object_get(body, "modules"), "web",
			    json_pack("{s:s, s:{s:o}, s:{}}", "profile", "sidestage/manifests",
				      "spec", "manifests", parse(manifests), "externals"));
	set_unref(world.set);
	world.isolation.set = world.set = set_decode(body, &err);
	assert_non_null(world.set);
	json_decref(body);
	isolation_find(&findings, &world.isolation);
	for (size_t k = 0; k < sizeof(expected) / sizeof(expected[0]); k++) {
		size_t i = 0;

		while (i < findings.count &&
		       (strncmp(findings.items[i].where, below, strlen(below)) != 0 ||
			strcmp(findings.items[i].where + strlen(below), expected[k].where) != 0))
			i++;
		if (i == findings.count)
			fail_msg("nothing is found at %s", expected[k].where);
		assert_int_equal(findings.items[i].kind, expected[k].kind);
		if (expected[k].kind != ISOLATION_ENVIRONMENT)
			assert_string_equal(findings.items[i].names, expected[k].names);
	}
	for (size_t i = 0; i < findings.count; i++)
		if (strstr(findings.items[i].where, "ueue") || strstr(findings.items[i].where, "SIZE"))
			fail_msg("%s is no queue", findings.items[i].where);
	isolation_clear(&findings);
	world_clear(&world);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_argument_is_read_as_it_is_written),
		cmocka_unit_test(every_planted_reference_is_found),
		cmocka_unit_test(what_leads_nowhere_is_left_alone),
		cmocka_unit_test(each_is_a_finding_of_its_own),
		cmocka_unit_test(a_static_resource_of_the_source_is_found),
		cmocka_unit_test(thousands_are_counted_and_none_is_dropped),
		cmocka_unit_test(long_texts_take_no_time_worth_mentioning),
		cmocka_unit_test(one_text_is_looked_at_alone),
		cmocka_unit_test(of_objects_of_a_cluster_what_leads_out_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
