/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The steps of the schema; a new one goes to the end.  A step that was released is never
 * changed: there are files that have made it.  What a table means is said where it was added.
 */
#include "config.h"

#include "platform/state/schema.h"

static const struct db_step steps[] = {
	/* The story's nouns. */
	{"CREATE TABLE organizations (id TEXT PRIMARY KEY, name TEXT NOT NULL,"
	 " created_at INTEGER NOT NULL, created_by TEXT NOT NULL) STRICT;"
	 "CREATE TABLE env_types (org TEXT NOT NULL, id TEXT NOT NULL, description TEXT NOT NULL,"
	 " PRIMARY KEY (org, id)) STRICT;"
	 "CREATE TABLE definitions (org TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,"
	 " PRIMARY KEY (org, id)) STRICT;"
	 "CREATE TABLE applications (org TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL,"
	 " created_at INTEGER NOT NULL, created_by TEXT NOT NULL, PRIMARY KEY (org, id)) STRICT;"
	 "CREATE TABLE environments (org TEXT NOT NULL, app TEXT NOT NULL, id TEXT NOT NULL,"
	 " name TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL,"
	 " status_changed_at INTEGER NOT NULL, from_deploy_id TEXT, created_at INTEGER NOT NULL,"
	 " created_by TEXT NOT NULL, PRIMARY KEY (org, app, id)) STRICT;"
	 "CREATE TABLE sets (org TEXT NOT NULL, app TEXT NOT NULL, id TEXT NOT NULL,"
	 " body TEXT NOT NULL, PRIMARY KEY (org, app, id)) STRICT;"
	 "CREATE TABLE deltas (seq INTEGER PRIMARY KEY, org TEXT NOT NULL, app TEXT NOT NULL,"
	 " id TEXT NOT NULL, content TEXT NOT NULL, env TEXT, name TEXT, archived INTEGER NOT NULL,"
	 " contributers TEXT NOT NULL, created_at INTEGER NOT NULL, created_by TEXT NOT NULL,"
	 " modified_at INTEGER NOT NULL, UNIQUE (org, app, id)) STRICT;"
	 /* gone: its environment was deleted; kept because it may be the base of another. */
	 "CREATE TABLE deployments (seq INTEGER PRIMARY KEY, org TEXT NOT NULL, app TEXT NOT NULL,"
	 " env TEXT NOT NULL, id TEXT NOT NULL UNIQUE, set_id TEXT NOT NULL, from_id TEXT NOT NULL,"
	 " delta_id TEXT, comment TEXT NOT NULL, mode TEXT, status TEXT NOT NULL,"
	 " status_changed_at INTEGER NOT NULL, created_at INTEGER NOT NULL,"
	 " created_by TEXT NOT NULL, gone INTEGER NOT NULL DEFAULT 0) STRICT;"
	 "CREATE INDEX deployments_by_place ON deployments (org, app, env, gone, seq);"
	 "CREATE TABLE deployment_errors (seq INTEGER PRIMARY KEY, deployment TEXT NOT NULL,"
	 " scope TEXT NOT NULL, object_id TEXT NOT NULL, code TEXT NOT NULL, summary TEXT NOT NULL,"
	 " message TEXT NOT NULL) STRICT;"
	 "CREATE INDEX deployment_errors_by_deployment ON deployment_errors (deployment);"
	 "CREATE TABLE resources (org TEXT NOT NULL, app TEXT NOT NULL, env TEXT NOT NULL,"
	 " res_id TEXT NOT NULL, type TEXT NOT NULL, class TEXT NOT NULL, def_id TEXT NOT NULL,"
	 " driver_type TEXT NOT NULL, outputs TEXT NOT NULL, deploy_id TEXT NOT NULL,"
	 " gu_res_id TEXT NOT NULL, updated_at INTEGER NOT NULL,"
	 " PRIMARY KEY (org, app, env, res_id, type)) STRICT;"
	 "CREATE TABLE artefact_versions (seq INTEGER PRIMARY KEY, org TEXT NOT NULL,"
	 " id TEXT NOT NULL, body TEXT NOT NULL, archived INTEGER NOT NULL DEFAULT 0,"
	 " UNIQUE (org, id)) STRICT;",
	 NULL},
	/* Who may, and who did.  Of a token only the hash is kept; "" in a grant is any. */
	{"CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL,"
	 " email TEXT, properties TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;"
	 "CREATE TABLE tokens (user TEXT NOT NULL, id TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,"
	 " description TEXT NOT NULL, created_at INTEGER NOT NULL, created_by TEXT NOT NULL,"
	 " expires_at INTEGER, PRIMARY KEY (user, id)) STRICT;"
	 "CREATE TABLE grants (user TEXT NOT NULL, org TEXT NOT NULL, app TEXT NOT NULL,"
	 " env_type TEXT NOT NULL, role TEXT NOT NULL,"
	 " PRIMARY KEY (user, org, app, env_type)) STRICT;"
	 "CREATE TABLE audit (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, org TEXT NOT NULL,"
	 " user TEXT NOT NULL, token TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,"
	 " status INTEGER NOT NULL, peer TEXT NOT NULL) STRICT;"
	 "CREATE INDEX audit_by_org ON audit (org, at, seq);"
	 "CREATE INDEX audit_by_age ON audit (at);"
	 /* A name that is given again later is another thing: nobody has a role in it. */
	 "CREATE TRIGGER grants_of_organization AFTER DELETE ON organizations BEGIN"
	 " DELETE FROM grants WHERE org = old.id; END;"
	 "CREATE TRIGGER grants_of_application AFTER DELETE ON applications BEGIN"
	 " DELETE FROM grants WHERE org = old.org AND app = old.id; END;"
	 "CREATE TRIGGER grants_of_env_type AFTER DELETE ON env_types BEGIN"
	 " DELETE FROM grants WHERE org = old.org AND env_type = old.id; END;",
	 NULL},
	/* What is asked of an environment besides its deployments; what deploys by itself;
	 * applications that are being deleted. */
	{"CREATE TABLE runtime (org TEXT NOT NULL, app TEXT NOT NULL, env TEXT NOT NULL,"
	 " paused INTEGER NOT NULL, PRIMARY KEY (org, app, env)) STRICT;"
	 "CREATE TABLE replicas (org TEXT NOT NULL, app TEXT NOT NULL, env TEXT NOT NULL,"
	 " module TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (org, app, env, module)) STRICT;"
	 "CREATE TABLE rules (seq INTEGER PRIMARY KEY, org TEXT NOT NULL, app TEXT NOT NULL,"
	 " env TEXT NOT NULL, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL,"
	 " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,"
	 " UNIQUE (org, app, env, body)) STRICT;"
	 "CREATE TABLE rule_updates (seq INTEGER PRIMARY KEY, org TEXT NOT NULL, app TEXT NOT NULL,"
	 " env TEXT NOT NULL, rule TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL) STRICT;"
	 "ALTER TABLE applications ADD COLUMN status TEXT NOT NULL DEFAULT 'active';"
	 "ALTER TABLE applications ADD COLUMN status_changed_at INTEGER;",
	 NULL},
	/* Deployments that were asked for through the pipeline. */
	{"CREATE TABLE pipeline_runs (seq INTEGER PRIMARY KEY, org TEXT NOT NULL, app TEXT NOT NULL,"
	 " env TEXT NOT NULL, id TEXT NOT NULL UNIQUE, deployment TEXT NOT NULL,"
	 " inputs TEXT NOT NULL, created_at INTEGER NOT NULL, created_by TEXT NOT NULL,"
	 " cancel_at INTEGER) STRICT;"
	 "CREATE INDEX pipeline_runs_by_deployment ON pipeline_runs (deployment);",
	 NULL},
	/*
	 * Shared values.  env is '' for the application's own.  A row is what one key was from the
	 * version `since` until before the version `until`, which for what is so now is the largest
	 * number there is; a version's values are the rows around its seq.
	 */
	{"CREATE TABLE value_versions (seq INTEGER PRIMARY KEY AUTOINCREMENT, org TEXT NOT NULL,"
	 " app TEXT NOT NULL, env TEXT NOT NULL, id TEXT NOT NULL UNIQUE, result_of TEXT NOT NULL,"
	 " comment TEXT NOT NULL, source_id TEXT, purged_key TEXT, created_at INTEGER NOT NULL,"
	 " created_by TEXT NOT NULL) STRICT;"
	 "CREATE INDEX value_versions_by_place ON value_versions (org, app, env, seq);"
	 "CREATE TABLE value_rows (row INTEGER PRIMARY KEY, org TEXT NOT NULL, app TEXT NOT NULL,"
	 " env TEXT NOT NULL, key TEXT NOT NULL, description TEXT NOT NULL,"
	 " is_secret INTEGER NOT NULL, value TEXT, sealed TEXT, fingerprint TEXT,"
	 " purged INTEGER NOT NULL DEFAULT 0, since INTEGER NOT NULL, until INTEGER NOT NULL,"
	 " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;"
	 "CREATE UNIQUE INDEX value_rows_now ON value_rows (org, app, env, key)"
	 " WHERE until = 9223372036854775807;"
	 "CREATE INDEX value_rows_by_place ON value_rows (org, app, env, key, since);"
	 "CREATE TABLE secret_keys (one INTEGER PRIMARY KEY CHECK (one = 1),"
	 " key_check TEXT NOT NULL) STRICT;"
	 "ALTER TABLE deployments ADD COLUMN value_set_version_id TEXT",
	 NULL},
	/*
	 * Resources by their own id, for one may take the place of another.  status: 'pending' (for
	 * a deployment that is going on), 'active', 'deleting', 'detached' (not ours any more, but
	 * its name is taken).  name: what the driver calls it; state: what a driver keeps for
	 * itself.  Graphs, and each version of a definition.
	 */
	{"CREATE TABLE resources_by_id (org TEXT NOT NULL, app TEXT NOT NULL, env TEXT NOT NULL,"
	 " gu_res_id TEXT NOT NULL, res_id TEXT NOT NULL, type TEXT NOT NULL, class TEXT NOT NULL,"
	 " def_id TEXT NOT NULL, def_version_id TEXT NOT NULL, criteria_id TEXT NOT NULL,"
	 " driver_type TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, outputs TEXT NOT NULL,"
	 " secret_refs TEXT NOT NULL, state TEXT NOT NULL, deploy_id TEXT NOT NULL,"
	 " target_def_version_id TEXT, updated_at INTEGER NOT NULL,"
	 " PRIMARY KEY (org, app, env, gu_res_id)) STRICT;"
	 "INSERT INTO resources_by_id SELECT org, app, env, gu_res_id, res_id, type, class, def_id,"
	 " def_id, '', driver_type, res_id, 'active', outputs, '{}', '{}', deploy_id, NULL, updated_at"
	 " FROM resources;"
	 "DROP TABLE resources;"
	 "ALTER TABLE resources_by_id RENAME TO resources;"
	 "CREATE TABLE graphs (org TEXT NOT NULL, app TEXT NOT NULL, env TEXT NOT NULL,"
	 " id TEXT NOT NULL UNIQUE, hash TEXT NOT NULL, nodes TEXT NOT NULL,"
	 " created_at INTEGER NOT NULL, used_at INTEGER NOT NULL, UNIQUE (org, app, env, hash)) STRICT;"
	 "ALTER TABLE deployments ADD COLUMN dependency_graph_id TEXT;"
	 "CREATE TABLE definition_versions (org TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL,"
	 " body TEXT NOT NULL, PRIMARY KEY (org, id, version)) STRICT",
	 NULL},

	/* Requests that may come again under the same Idempotency-Key. */
	{"CREATE TABLE idempotency_keys (user TEXT NOT NULL, key TEXT NOT NULL,"
	 " request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,"
	 " created_at INTEGER NOT NULL, PRIMARY KEY (user, key)) STRICT, WITHOUT ROWID;"
	 "CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at)",
	 NULL},

	/* Which platform this state is of; and which deltas were deployed. */
	{"CREATE TABLE platform (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL) STRICT;"
	 "CREATE INDEX deployments_by_delta ON deployments (org, app, delta_id)"
	 " WHERE delta_id IS NOT NULL",
	 NULL},

	/*
	 * Where an environment runs: what made it, which stays when the definitions change.  This
	 * machine is a definition as well; what was deployed before runs there.
	 */
	{"CREATE TABLE env_drivers (org TEXT NOT NULL, app TEXT NOT NULL, env TEXT NOT NULL,"
	 " driver_type TEXT NOT NULL, def_id TEXT NOT NULL, PRIMARY KEY (org, app, env)) STRICT,"
	 " WITHOUT ROWID;"
	 "CREATE TEMP TABLE machines AS SELECT o.id AS org, 'this-machine' ||"
	 " iif(EXISTS (SELECT 1 FROM definitions d WHERE d.org = o.id AND d.id = 'this-machine'),"
	 "  '-' || lower(hex(randomblob(4))), '') AS id FROM organizations o"
	 " WHERE NOT EXISTS (SELECT 1 FROM definitions d WHERE d.org = o.id"
	 "  AND json_extract(d.body, '$.type') = 'k8s-cluster');"
	 "INSERT INTO definitions SELECT org, id, json_object('id', id, 'name', 'This machine',"
	 " 'type', 'k8s-cluster', 'driver_type', 'sidestage/machine', 'driver_inputs',"
	 " json_object('values', json_object()), 'criteria', json_array(json_object()))"
	 " FROM machines;"
	 "INSERT INTO env_drivers SELECT e.org, e.app, e.id, 'sidestage/machine',"
	 " ifnull((SELECT m.id FROM machines m WHERE m.org = e.org), '') FROM environments e"
	 " WHERE EXISTS (SELECT 1 FROM deployments d WHERE d.org = e.org AND d.app = e.app"
	 "  AND d.env = e.id AND NOT d.gone);"
	 "DROP TABLE machines",
	 NULL},

	/* A rule deploys with the rights of whoever made it ("": the daemon's own user, and unknown
	 * for those of before), and names who registered the version. */
	{"ALTER TABLE rules ADD COLUMN made_by TEXT NOT NULL DEFAULT '';"
	 "ALTER TABLE rule_updates ADD COLUMN registered_by TEXT NOT NULL DEFAULT '';"
	 "ALTER TABLE rule_updates ADD COLUMN waits_for TEXT NOT NULL DEFAULT ''",
	 NULL},

	/* Why a deployment failed, as code and parameters; '' for those of before. */
	{"ALTER TABLE deployment_errors ADD COLUMN reason TEXT NOT NULL DEFAULT ''", NULL},

	/* The namespace of an environment, and the definition that gave it; '' where none did. */
	{"ALTER TABLE env_drivers ADD COLUMN namespace TEXT NOT NULL DEFAULT '';"
	 "ALTER TABLE env_drivers ADD COLUMN namespace_def TEXT NOT NULL DEFAULT ''",
	 NULL},

	/* Which cluster of its driver's type ('': there is one); labels of its namespace. */
	{"ALTER TABLE env_drivers ADD COLUMN cluster TEXT NOT NULL DEFAULT '';"
	 "ALTER TABLE env_drivers ADD COLUMN labels TEXT NOT NULL DEFAULT '{}'",
	 NULL},

	/* How often a daemon that started has taken it up again. */
	{"ALTER TABLE deployments ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0", NULL},

	/* What the cluster warned of while it was deployed. */
	{"ALTER TABLE deployments ADD COLUMN warnings TEXT NOT NULL DEFAULT '[]'", NULL},

	/* Somebody else made what is in its namespace; in which such one its base was found. */
	{"ALTER TABLE env_drivers ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0;"
	 "ALTER TABLE env_drivers ADD COLUMN origin TEXT NOT NULL DEFAULT ''",
	 NULL},

	/* What people write down of a clone (clone-notes.h); is_kept: where it runs has it. */
	{"CREATE TABLE clone_notes (org TEXT NOT NULL, app TEXT NOT NULL, env TEXT NOT NULL,"
	 " name TEXT NOT NULL, value TEXT NOT NULL, is_kept INTEGER NOT NULL,"
	 " PRIMARY KEY (org, app, env, name)) STRICT, WITHOUT ROWID",
	 NULL},

	/* Of a clone that belongs to the cluster: by what it is known from another of its name. */
	{"ALTER TABLE env_drivers ADD COLUMN made TEXT NOT NULL DEFAULT ''", NULL},

	/* Which application somebody chose for an adopted namespace ('': the one of its labels,
	 * once; NULL: none), and which one the option --adopt-groups named at the last start. */
	{"CREATE TABLE adopted_groups (org TEXT NOT NULL, cluster TEXT NOT NULL,"
	 " namespace TEXT NOT NULL, app TEXT, said TEXT, PRIMARY KEY (org, cluster, namespace))"
	 " STRICT, WITHOUT ROWID",
	 NULL},

	/* A page of versions, those of one artefact, and whether one of a kind is there, cost what
	 * they give. */
	{"ALTER TABLE artefact_versions ADD COLUMN artefact_id TEXT NOT NULL DEFAULT '';"
	 "ALTER TABLE artefact_versions ADD COLUMN type TEXT NOT NULL DEFAULT '';"
	 "UPDATE artefact_versions SET"
	 " artefact_id = ifnull(json_extract(body, '$.artefact_id'), ''),"
	 " type = ifnull(json_extract(body, '$.type'), '') WHERE json_valid(body);"
	 "CREATE INDEX artefact_versions_by_org ON artefact_versions (org, seq);"
	 "CREATE INDEX artefact_versions_by_artefact ON artefact_versions (org, artefact_id, seq);"
	 "CREATE INDEX artefact_versions_by_kind ON artefact_versions (org, artefact_id, type,"
	 " archived, seq)",
	 NULL},

	/* Artefacts that were deleted: their versions up to that number are gone for everybody, and
	 * their rows go in slices. */
	{"CREATE TABLE dropped_artefacts (org TEXT NOT NULL, artefact_id TEXT NOT NULL,"
	 " until INTEGER NOT NULL, PRIMARY KEY (org, artefact_id)) STRICT, WITHOUT ROWID",
	 NULL},

	/* Of an adopted namespace: the labels of the workloads that were wanted; '': all. */
	{"ALTER TABLE env_drivers ADD COLUMN selector TEXT NOT NULL DEFAULT ''", NULL},

	/* It succeeded elsewhere (an import), and its workloads have not stayed up here yet. */
	{"ALTER TABLE deployments ADD COLUMN unproven INTEGER NOT NULL DEFAULT 0", NULL},
};

const struct db_schema platform_schema = {
	.program = "sidestaged", .steps = steps, .count = sizeof(steps) / sizeof(steps[0]),
};
