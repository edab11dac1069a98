/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Two tables: what an extension is called and what is said where it is absent, and everything
 * that it adds to the public API.  The second one is what makes "only adds" something that a
 * test can check.
 *
 * The platform leaves out what was not announced by the same second table (api/withheld.c),
 * so a handler never asks whether an extension is on.  An extension without a text in the
 * first table changes nothing that a person would notice.
 */
#include "config.h"

#include "model/extensions.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"

#define SEPARATORS ", \t"

static const struct {
	const char *name;
	const char *absent;
} extensions[] = {
	[EXTENSION_DEPLOY_VALUES] = {
		"deploy-values",
		N_("This platform takes values one at a time: they are written before the deployment, "
		   "and put back if it is refused"),
	},
	[EXTENSION_DEPLOY_TAG] = {
		"deploy-tag",
		N_("This platform does not refuse a deployment that comes too late: what somebody "
		   "else deploys in the same moment is overwritten, and you are told how to bring it "
		   "back"),
	},
	[EXTENSION_DEPLOY_GRAPH] = {
		"deploy-graph",
		N_("This platform does not compare resource definitions when it deploys: one that "
		   "changes in the last moment is not noticed"),
	},
	[EXTENSION_DEPLOY_ONCE] = {"deploy-once", NULL},
	[EXTENSION_DEPLOY_WAIT] = {"deploy-wait", NULL},
	[EXTENSION_LOGS_FOLLOW] = {"logs-follow", NULL},
	[EXTENSION_VALUE_FINGERPRINTS] = {
		"value-fingerprints",
		N_("This platform does not say whether two secrets are the same, so a secret that "
		   "was changed looks like one that was not"),
	},
	[EXTENSION_FIELD_WARNINGS] = {"field-warnings", NULL},
	[EXTENSION_PROBE_PLACEHOLDERS] = {"probe-placeholders", NULL},
	[EXTENSION_ADMINISTRATION] = {"administration", NULL},
	[EXTENSION_ERROR_CODES] = {"error-codes", NULL},
	[EXTENSION_RULE_WAITS] = {"rule-waits", NULL},
	[EXTENSION_LAST_STATE] = {"last-state", NULL},
	[EXTENSION_CLUSTERS] = {"clusters", NULL},
	[EXTENSION_PODS] = {"pods", NULL},
	[EXTENSION_DEPLOY_REVIEW] = {"deploy-review", NULL},
	[EXTENSION_ADDRESSES] = {"addresses", NULL},
	[EXTENSION_ADOPTION] = {"adoption", NULL},
	[EXTENSION_CLONE_NOTES] = {"clone-notes", NULL},
	[EXTENSION_PROGRESS] = {"progress", NULL},
};

#define VALUES EXTENSION_DEPLOY_VALUES
#define TAG EXTENSION_DEPLOY_TAG
#define PRINTS EXTENSION_VALUE_FINGERPRINTS
#define ADMIN EXTENSION_ADMINISTRATION
#define WAITS EXTENSION_RULE_WAITS
#define NOTES EXTENSION_CLONE_NOTES

static const struct extension_addition additions[] = {
	{VALUES, ADDS_MEMBER_ASKED, "createDeployment", "values"},
	{VALUES, ADDS_MEMBER_ASKED, "createValueOf*", "secret_ref/store"},
	{VALUES, ADDS_MEMBER_ASKED, "createValueOf*", "secret_ref/ref"},
	{VALUES, ADDS_MEMBER_ASKED, "createValueOf*", "secret_ref/version"},
	{VALUES, ADDS_MEMBER_ASKED, "putValueOf*", "secret_ref/store"},
	{VALUES, ADDS_MEMBER_ASKED, "putValueOf*", "secret_ref/ref"},
	{VALUES, ADDS_MEMBER_ASKED, "putValueOf*", "secret_ref/version"},
	{VALUES, ADDS_MEMBER_ASKED, "patchValueOf*", "secret_ref/store"},
	{VALUES, ADDS_MEMBER_ASKED, "patchValueOf*", "secret_ref/ref"},
	{VALUES, ADDS_MEMBER_ASKED, "patchValueOf*", "secret_ref/version"},
	{VALUES, ADDS_HEADER, "createValueOf*", "If-Match"},
	{VALUES, ADDS_HEADER, "putValueOf*", "If-Match"},
	{VALUES, ADDS_HEADER, "patchValueOf*", "If-Match"},
	{VALUES, ADDS_HEADER, "deleteValueOf*", "If-Match"},
	{VALUES, ADDS_HEADER, "deleteValuesOf*", "If-Match"},
	{VALUES, ADDS_HEADER, "restoreValueSetVersionOf*", "If-Match"},
	{VALUES, ADDS_HEADER, "restoreKeyOfValueSetVersionOf*", "If-Match"},
	{VALUES, ADDS_HEADER, "purgeKeyOfValueSetVersionOf*", "If-Match"},
	{TAG, ADDS_MEMBER_TOLD, "listEnvironments", "deploy_tag"},
	{TAG, ADDS_MEMBER_TOLD, "getEnvironment", "deploy_tag"},
	{TAG, ADDS_MEMBER_TOLD, "createEnvironment", "deploy_tag"},
	{TAG, ADDS_MEMBER_TOLD, "updateEnvironment", "deploy_tag"},
	{TAG, ADDS_HEADER, "createDeployment", "If-Match"},
	{TAG, ADDS_HEADER, "rebaseEnvironment", "If-Match"},
	{TAG, ADDS_HEADER, "deleteEnvironment", "If-Match"},
	{EXTENSION_DEPLOY_GRAPH, ADDS_MEMBER_ASKED, "createDeployment", "dependency_graph_hash"},
	{EXTENSION_DEPLOY_ONCE, ADDS_HEADER, "createDeployment", "Idempotency-Key"},
	{EXTENSION_DEPLOY_WAIT, ADDS_PARAMETER, "getDeployment", "wait"},
	{EXTENSION_LOGS_FOLLOW, ADDS_PARAMETER, "getLogs", "follow"},
	{PRINTS, ADDS_TEXT_TOLD, "listValuesOf*", "secret_version"},
	{PRINTS, ADDS_TEXT_TOLD, "createValueOf*", "secret_version"},
	{PRINTS, ADDS_TEXT_TOLD, "putValueOf*", "secret_version"},
	{PRINTS, ADDS_TEXT_TOLD, "patchValueOf*", "secret_version"},
	{PRINTS, ADDS_TEXT_TOLD, "listValueSetVersionsOf*", "secret_version"},
	{PRINTS, ADDS_TEXT_TOLD, "getValueSetVersionOf*", "secret_version"},
	{PRINTS, ADDS_TEXT_TOLD, "restoreValueSetVersionOf*", "secret_version"},
	{PRINTS, ADDS_TEXT_TOLD, "restoreKeyOfValueSetVersionOf*", "secret_version"},
	{EXTENSION_FIELD_WARNINGS, ADDS_MEMBER_TOLD, "createDeployment", "warnings"},
	{EXTENSION_FIELD_WARNINGS, ADDS_MEMBER_TOLD, "getDeployment", "warnings"},
	{EXTENSION_FIELD_WARNINGS, ADDS_ROUTE, "x-listSetWarnings", NULL},
	{EXTENSION_PROBE_PLACEHOLDERS, ADDS_PLACE, "createDeployment", "startup_probe"},
	{EXTENSION_PROBE_PLACEHOLDERS, ADDS_PLACE, "createDeployment", "readiness_probe"},
	{EXTENSION_PROBE_PLACEHOLDERS, ADDS_PLACE, "createDeployment", "liveness_probe"},
	{EXTENSION_PROBE_PLACEHOLDERS, ADDS_PLACE, "createDeployment", "container_port"},
	{ADMIN, ADDS_ROUTE, "x-getPlatform", NULL},
	{ADMIN, ADDS_ROUTE, "x-listUsers", NULL},
	{ADMIN, ADDS_ROUTE, "x-createUser", NULL},
	{ADMIN, ADDS_ROUTE, "x-getUser", NULL},
	{ADMIN, ADDS_ROUTE, "x-updateUser", NULL},
	{ADMIN, ADDS_ROUTE, "x-deleteUser", NULL},
	{ADMIN, ADDS_ROUTE, "x-listAuditLog", NULL},
	{EXTENSION_ERROR_CODES, ADDS_ERROR_MEMBER, "*", "details/code"},
	{EXTENSION_ERROR_CODES, ADDS_ERROR_MEMBER, "*", "details/parameters"},
	{EXTENSION_ERROR_CODES, ADDS_ERROR_MEMBER, "*", "details/cause"},
	{EXTENSION_ERROR_CODES, ADDS_OBJECT_TOLD, "listDeploymentErrors", "reason"},
	{EXTENSION_ERROR_CODES, ADDS_MEMBER_TOLD, "getRuntime", "reasons"},
	{EXTENSION_ERROR_CODES, ADDS_OBJECT_TOLD, "listEnvironments", "status_reason"},
	{EXTENSION_ERROR_CODES, ADDS_OBJECT_TOLD, "getEnvironment", "status_reason"},
	{WAITS, ADDS_MEMBER_TOLD, "listEnvironments", "waiting"},
	{WAITS, ADDS_MEMBER_TOLD, "getEnvironment", "waiting"},
	{WAITS, ADDS_MEMBER_TOLD, "createEnvironment", "waiting"},
	{WAITS, ADDS_MEMBER_TOLD, "updateEnvironment", "waiting"},
	{WAITS, ADDS_ROUTE, "x-dropRuleWaits", NULL},
	{EXTENSION_LAST_STATE, ADDS_MEMBER_TOLD, "getRuntime", "last_state"},
	{EXTENSION_CLUSTERS, ADDS_MEMBER_TOLD, "getRuntime", "cluster"},
	{EXTENSION_PODS, ADDS_MEMBER_TOLD, "getRuntime", "node"},
	{EXTENSION_PODS, ADDS_MEMBER_TOLD, "getRuntime", "pod_created_at"},
	{EXTENSION_PODS, ADDS_PARAMETER, "getLogs", "previous"},
	{EXTENSION_DEPLOY_REVIEW, ADDS_ROUTE, "x-reviewDeployment", NULL},
	{EXTENSION_DEPLOY_REVIEW, ADDS_ROUTE, "x-reviewEnvironment", NULL},
	{EXTENSION_ADDRESSES, ADDS_MEMBER_TOLD, "getRuntime", "addresses"},
	{EXTENSION_ADOPTION, ADDS_ROUTE, "x-getAdoption", NULL},
	{EXTENSION_ADOPTION, ADDS_ROUTE, "x-updateAdoption", NULL},
	{EXTENSION_ADOPTION, ADDS_PARAMETER, "getEnvironment", "survey"},
	{EXTENSION_ADOPTION, ADDS_OBJECT_TOLD, "getEnvironment", "survey"},
	{EXTENSION_ADOPTION, ADDS_MEMBER_TOLD, "getRuntime", "owner"},
	{NOTES, ADDS_MEMBER_ASKED, "updateEnvironment", "notes"},
	{NOTES, ADDS_MEMBER_TOLD, "listEnvironments", "notes"},
	{NOTES, ADDS_MEMBER_TOLD, "getEnvironment", "notes"},
	{NOTES, ADDS_MEMBER_TOLD, "createEnvironment", "notes"},
	{NOTES, ADDS_MEMBER_TOLD, "updateEnvironment", "notes"},
	{EXTENSION_PROGRESS, ADDS_OBJECT_TOLD, "listEnvironments", "progress"},
	{EXTENSION_PROGRESS, ADDS_OBJECT_TOLD, "getEnvironment", "progress"},
	{EXTENSION_PROGRESS, ADDS_OBJECT_TOLD, "getDeployment", "progress"},
};

const char *
extension_name(enum extension extension)
{
	return extensions[extension].name;
}

const char *
extension_absent(enum extension extension)
{
	return extensions[extension].absent ? _(extensions[extension].absent) : NULL;
}

const struct extension_addition *
extension_addition(size_t i)
{
	return i < sizeof(additions) / sizeof(additions[0]) ? &additions[i] : NULL;
}

bool
extension_addition_is_of(const struct extension_addition *addition, const char *operation)
{
	size_t length = strlen(addition->operation);

	if (addition->operation[length - 1] == '*')
		return strncmp(addition->operation, operation, length - 1) == 0;
	return strcmp(addition->operation, operation) == 0;
}

const char *
extension_addition_kind(enum addition_kind kind)
{
	static const char *const words[] = {
		[ADDS_ROUTE] = "route",		      [ADDS_HEADER] = "header",
		[ADDS_PARAMETER] = "parameter",	      [ADDS_MEMBER_ASKED] = "request member",
		[ADDS_MEMBER_TOLD] = "answer member", [ADDS_TEXT_TOLD] = "answer text",
		[ADDS_PLACE] = "place",		      [ADDS_ERROR_MEMBER] = "error member",
		[ADDS_OBJECT_TOLD] = "answer member",
	};

	return words[kind];
}

/* EXTENSION_COUNT: no such. */
static enum extension
find(const char *word, size_t length)
{
	for (size_t i = 0; i < EXTENSION_COUNT; i++)
		if (strlen(extensions[i].name) == length &&
		    memcmp(extensions[i].name, word, length) == 0)
			return (enum extension)i;
	return EXTENSION_COUNT;
}

/* Unknown names are skipped: a newer platform may announce what
 * this client has never heard of. */
unsigned
extensions_read(const char *list)
{
	unsigned set = 0;

	for (const char *at = list + strspn(list, SEPARATORS); *at; at += strspn(at, SEPARATORS)) {
		size_t length = strcspn(at, SEPARATORS);
		enum extension extension = find(at, length);

		if (extension != EXTENSION_COUNT)
			set |= EXTENSION_BIT(extension);
		at += length;
	}
	return set;
}

void
extensions_write(char out[EXTENSIONS_LIST_SIZE], unsigned set)
{
	size_t length = 0;

	out[0] = '\0';
	for (size_t i = 0; i < EXTENSION_COUNT; i++)
		if (set & EXTENSION_BIT(i))
			length += (size_t)snprintf(out + length, EXTENSIONS_LIST_SIZE - length,
						   "%s%s", length ? ", " : "", extensions[i].name);
}

/* An administrator's list is the opposite case: a name that is
 * not known there is a mistake. */
int
extensions_choose(unsigned *set, const char *words, struct error *err)
{
	unsigned chosen = 0;

	if (strcmp(words, "all") == 0) {
		*set = EXTENSIONS_ALL;
		return 0;
	}
	if (strcmp(words, "none") == 0) {
		*set = 0;
		return 0;
	}
	for (const char *at = words + strspn(words, SEPARATORS); *at;
	     at += strspn(at, SEPARATORS)) {
		size_t length = strcspn(at, SEPARATORS);
		enum extension extension = find(at, length);

		if (extension == EXTENSION_COUNT)
			return error_set(err, ERROR_INPUT,
					 _("There is no extension \"%.*s\": give all, none, or names "
					   "of doc/api/extensions with commas between."),
					 (int)length, at);
		chosen |= EXTENSION_BIT(extension);
		at += length;
	}
	*set = chosen;
	return 0;
}
