/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A table of types with their outputs, those that are numbers with a mark before the name. */
#include "config.h"

#include "platform/state/resource-types.h"

#include <stddef.h>
#include <string.h>

#include "base/config-file.h"
#include "base/ids.h"
#include "model/error-codes.h"

#define OUTPUTS_MAX 7
#define INTEGER '#'		/* in front of the name of an output that is a number */

static const struct {
	const char *type, *name, *category;
	const char *use;		/* "direct": a workload may ask for it */
	const char *outputs[OUTPUTS_MAX + 1];	/* those that every driver gives */
} types[] = {
	{"agent", "Agent", "infrastructure", "implicit", {NULL}},
	{"amqp", "Message broker (AMQP)", "messaging", "direct", {"host", "#port", "username", "password", NULL}},
	{"aws-policy", "AWS policy", "security", "indirect", {"arn", NULL}},
	{"aws-role", "AWS role", "security", "indirect", {"arn", NULL}},
	{"azure-blob", "Azure blob storage", "datastore", "direct", {"account", "container", NULL}},
	{"azure-blob-account", "Azure storage account", "datastore", "indirect", {NULL}},
	{"azure-federated-identity", "Azure federated identity", "security", "indirect", {NULL}},
	{"azure-managed-identity", "Azure managed identity", "security", "indirect", {NULL}},
	{"azure-role-assignments", "Azure role assignments", "security", "indirect", {NULL}},
	{"base-env", "Basis of an environment", "infrastructure", "implicit", {NULL}},
	{"bucket", "Object storage", "datastore", "direct", {NULL}},
	{"config", "Configuration", "configuration", "indirect", {NULL}},
	{"container-registry", "Container registry", "infrastructure", "indirect", {NULL}},
	{"dns", "DNS name", "network", "direct", {"host", "#port", NULL}},
	{"elasticsearch", "Elasticsearch", "datastore", "direct", {"host", "#port", "username", "password", NULL}},
	{"environment", "Shared values", "configuration", "direct", {NULL}},
	{"gcp-iam-policy-binding", "Google Cloud policy binding", "security", "indirect", {NULL}},
	{"gcp-pubsub-subscription", "Google Cloud Pub/Sub subscription", "messaging", "direct", {NULL}},
	{"gcp-pubsub-topic", "Google Cloud Pub/Sub topic", "messaging", "direct", {NULL}},
	{"gcp-service-account", "Google Cloud service account", "security", "indirect", {NULL}},
	{"gcs", "Google Cloud Storage", "datastore", "direct", {"name", NULL}},
	{"horizontal-pod-autoscaler", "Horizontal pod autoscaler", "infrastructure", "direct", {NULL}},
	{"image-pull-secret", "Image pull secret", "security", "indirect", {NULL}},
	{"ingress", "Ingress", "network", "implicit", {NULL}},
	{"k8s-cluster", "Kubernetes cluster", "infrastructure", "implicit", {NULL}},
	{"k8s-namespace", "Kubernetes namespace", "infrastructure", "implicit", {"namespace", NULL}},
	{"k8s-service-account", "Kubernetes service account", "security", "indirect", {"name", NULL}},
	{"kafka-topic", "Kafka topic", "messaging", "direct", {NULL}},
	{"load-balancer", "Load balancer", "network", "indirect", {NULL}},
	{"logging", "Logging", "infrastructure", "implicit", {NULL}},
	{"mariadb", "MariaDB", "datastore", "direct", {"host", "#port", "name", "username", "password", NULL}},
	{"mariadb-instance", "MariaDB instance", "datastore", "indirect", {"host", "#port", NULL}},
	{"mongodb", "MongoDB", "datastore", "direct", {"host", "#port", "name", "username", "password", NULL}},
	{"mongodb-instance", "MongoDB instance", "datastore", "indirect", {"host", "#port", NULL}},
	{"mssql", "Microsoft SQL Server", "datastore", "direct", {"host", "#port", "name", "username", "password", NULL}},
	{"mssql-instance", "Microsoft SQL Server instance", "datastore", "indirect", {"host", "#port", NULL}},
	{"mysql", "MySQL", "datastore", "direct", {"host", "#port", "name", "username", "password", NULL}},
	{"mysql-instance", "MySQL instance", "datastore", "indirect", {"host", "#port", NULL}},
	{"postgres", "PostgreSQL", "datastore", "direct", {"host", "#port", "name", "username", "password", NULL}},
	{"postgres-instance", "PostgreSQL instance", "datastore", "indirect", {"host", "#port", NULL}},
	{"queue", "Queue", "messaging", "direct", {NULL}},
	{"rabbitmq", "RabbitMQ", "messaging", "direct", {"host", "#port", "username", "password", NULL}},
	{"redis", "Redis", "datastore", "direct", {"host", "#port", NULL}},
	{"route", "Route", "network", "direct", {NULL}},
	{"s3", "S3 bucket", "datastore", "direct", {"bucket", "region", NULL}},
	{"secret-store", "Secret store", "security", "indirect", {NULL}},
	{"service", "Service of a workload", "network", "direct", {NULL}},
	{"sns-topic", "SNS topic", "messaging", "direct", {"arn", NULL}},
	{"sqlite", "SQLite database", "datastore", "direct", {"path", NULL}},
	{"sqs", "SQS queue", "messaging", "direct", {"url", "arn", NULL}},
	{"tls-cert", "TLS certificate", "security", "direct", {"tls_secret_name", NULL}},
	{"volume", "Volume", "datastore", "direct", {NULL}},
	{"workload", "Workload", "infrastructure", "implicit", {NULL}},
};
#define TYPE_COUNT (sizeof(types) / sizeof(types[0]))

/* "acme/ledger" of acme. */
static bool
is_own(const char *org, const char *type)
{
	size_t length = strlen(org);

	return strncmp(type, org, length) == 0 && type[length] == '/' &&
	       ids_is_name(type + length + 1);
}

int
resource_types_check(const char *org, const char *type, struct error *err)
{
	const char *names[TYPE_COUNT], *meant;

	for (size_t i = 0; i < TYPE_COUNT; i++) {
		if (strcmp(types[i].type, type) == 0)
			return 0;
		names[i] = types[i].type;
	}
	if (is_own(org, type))
		return 0;
	meant = config_suggest(type, names, TYPE_COUNT);
	if (meant)
		return error_set_code(err, CODE_TYPE_UNKNOWN_MEANT, .type = type, .meant = meant);
	return error_set_code(err, CODE_TYPE_UNKNOWN, .type = type, .org = org);
}

static json_t *
outputs_of(size_t which)
{
	json_t *outputs = json_object();

	for (const char *const *output = types[which].outputs; *output; output++)
		json_object_set_new(outputs, *output + (**output == INTEGER),
				    json_pack("{s:s}", "type",
					      **output == INTEGER ? "integer" : "string"));
	return outputs;
}

json_t *
resource_types_list(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < TYPE_COUNT; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:s, s:{s:s}, s:{s:s, s:o}}", "type",
					types[i].type, "name", types[i].name, "category",
					types[i].category, "use", types[i].use, "inputs_schema",
					"type", "object", "outputs_schema", "type", "object",
					"properties", outputs_of(i)));
	return list;
}
