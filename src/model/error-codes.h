/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the platform refuses and what fails there, one row each: a code that never changes, the
 * status, and the sentence with the names of its parameters.  The platform says the sentence in
 * English and sends code and parameters beside it (doc/api/extensions, error-codes); a client that
 * knows the code says the sentence of this table in the language of whoever reads it.
 *
 * An error may have several: "workload web: there is no resource \"db\"" is a sentence that says
 * where, and its cause.  Whoever adds to an error says so by error_prefix_code().
 */
#ifndef SIDESTAGE_MODEL_ERROR_CODES_H
#define SIDESTAGE_MODEL_ERROR_CODES_H

#include <jansson.h>
#include <stdbool.h>

#include "model/error-codes-cluster.h"
#include "model/error-parameters.h"

struct error;

/* clang-format off */
/* X(CODE, status, sentence); PLURAL has a second one for more than one, counted by the first number
 * that it names.  In alphabetical order.  The code on the wire is the name in lower case.  A row is
 * never given another meaning or other parameters: clients of other versions know it. */
#define ERROR_CODES(X, PLURAL) \
	X(ADDRESS_NOT_ENCODED, 400, N_("The address holds a character that must be percent-encoded.")) \
	X(ADDRESS_NOT_OFFERED, 404, N_("The public API has {path}, but this platform does not offer it.")) \
	X(ADDRESS_TOO_LONG, 414, N_("The address is too long.")) \
	X(ADOPTED_HAS_CLONES, 409, N_("Namespace {namespace} stays in application {app} while clones of it are there: discard them first, then group it.")) \
	X(ADOPTED_IN_PART, 0, N_("{namespace}: read without {words}, which you have no right to list")) \
	X(ADOPTED_NOT_WHOLE, 503, N_("The namespace of {env} is still being read. Try again in a moment.")) \
	X(ADOPTED_SOME, 0, N_("Only {number} of {total} namespaces are read, since you have no right to list all of them at once. Choose others with --namespace.")) \
	X(ADOPTION_NOT_FOUND, 404, N_("Nothing that runs in a cluster was adopted by {org}.")) \
	X(ALREADY_EXISTS, 409, N_("It already exists.")) \
	X(APPLICATION_ID_INVALID, 400, N_("Invalid id \"{app}\" of an application: it must be 2 to 50 lower-case letters, digits and single inner dashes.")) \
	X(APPLICATION_INVALID, 400, N_("An application needs an \"id\" (2 to 50 lower-case letters, digits and single inner dashes) and a \"name\".")) \
	X(APPLICATION_IS_DELETING, 409, N_("The application {app} is being deleted.")) \
	X(APPLICATION_NOT_FOUND, 404, N_("There is no application \"{app}\".")) \
	X(APPROVAL_NOT_FOUND, 404, N_("The run is not waiting for an approval.")) \
	X(ARRAY_INDEX_INVALID, 400, N_("\"{name}\" is not an array index")) \
	X(ARRAY_INDEX_TOO_LARGE, 400, N_("array index {index} is out of range")) \
	X(ARTEFACT_IS_BUILT_IN, 403, N_("{artefact} lies among the executables of this platform: it is built in and cannot be changed.")) \
	X(ARTEFACT_IS_CONTAINER, 400, N_("{artefact} is a container; only a workload can be read this way.")) \
	X(ARTEFACT_NOT_FOUND, 404, N_("There is no artefact \"{artefact}\".")) \
	X(ARTEFACT_TYPE_INVALID, 400, N_("\"type\" must be \"container\" or \"workload\".")) \
	X(ARTEFACT_VERSION_ID_INVALID, 400, N_("Invalid id \"{version}\" of an artefact version: it must be a UUID.")) \
	X(ARTEFACT_VERSION_NOT_FOUND, 404, N_("There is no artefact version \"{version}\".")) \
	X(ARTEFACT_WITHOUT_NAME, 400, N_("An artefact version needs a \"name\".")) \
	X(BODY_EMPTY_NOT_ARRAY, 422, N_("The body is empty; it must be an array in JSON.")) \
	X(BODY_EMPTY_NOT_BOOLEAN, 422, N_("The body is empty; it must be true or false in JSON.")) \
	X(BODY_EMPTY_NOT_OBJECT, 422, N_("The body is empty; it must be an object in JSON.")) \
	X(BODY_EMPTY_NOT_STRING, 422, N_("The body is empty; it must be a string in JSON.")) \
	X(BODY_NOT_ARRAY, 422, N_("The body must be an array in JSON.")) \
	X(BODY_NOT_BOOLEAN, 422, N_("The body must be true or false in JSON.")) \
	X(BODY_NOT_OBJECT, 422, N_("The body must be an object in JSON.")) \
	X(BODY_NOT_STRING, 422, N_("The body must be a string in JSON.")) \
	X(BODY_TOO_LARGE, 413, N_("The body is larger than this platform accepts.")) \
	X(CANCELLED, 503, N_("it was cancelled")) \
	ERROR_CODES_CLUSTER(X, PLURAL) \
	X(COMMAND_NOT_CONFINED, 400, N_("The command of workload {workload} is refused: workloads are not confined on this machine, so only images run here.")) \
	X(COMMAND_NOT_FOUND, 400, N_("The command \"{name}\" of workload {workload} is not a program of this machine.")) \
	X(COMMIT_INVALID, 400, N_("\"commit\" must be 5 to 40 lower-case hexadecimal digits.")) \
	X(COULD_NOT_ANSWER, 500, N_("The platform could not answer.")) \
	X(CREDENTIAL_PLUGIN_ENDED, 503, N_("The credential plugin {name} ended with {how}.")) \
	X(CREDENTIAL_PLUGIN_FAILED, 503, N_("The credential plugin {name} ended with {how}: {reason}")) \
	X(CREDENTIAL_PLUGIN_NOT_INSTALLED, 503, N_("The credential plugin {name} is not installed: {reason}")) \
	X(CREDENTIAL_PLUGIN_NOT_STARTED, 503, N_("The credential plugin {name} cannot be started: {reason}.")) \
	X(CREDENTIAL_PLUGIN_TIMED_OUT, 503, N_("The credential plugin {name} did not end within {seconds} s and was stopped.")) \
	X(CREDENTIAL_PLUGIN_TOO_LONG, 503, N_("The credential plugin {name} printed more than {max} bytes and was stopped.")) \
	X(CREDENTIAL_PLUGIN_UNUSABLE, 503, N_("The credential plugin {name} printed a credential that cannot be used: {reason}.")) \
	X(CRITERION_MEMBER_NOT_TEXT, 400, N_("\"{member}\" of a matching criterion must be a string.")) \
	X(CRITERION_NOT_FOUND, 404, N_("\"{definition}\" has no matching criterion \"{criterion}\".")) \
	X(CRITERION_NOT_OBJECT, 400, N_("A matching criterion must be an object.")) \
	X(CRITERION_OF_OTHER_DEFINITION, 409, N_("The definition \"{definition}\" has the same matching criterion for resources of type {type}.")) \
	X(CRITERION_TWICE, 409, N_("Two matching criteria are the same.")) \
	X(DATABASE_BUSY, 503, N_("The platform's database is busy.  Try again.")) \
	X(DATABASE_DAMAGED, 500, N_("The platform's database is damaged.  Restore it from a backup.")) \
	X(DATABASE_DISK_FAILED, 500, N_("The platform's disk failed to read or write its database.")) \
	X(DATABASE_FAILED, 500, N_("The platform's database failed.")) \
	X(DATABASE_FAILED_UNCHANGED, 500, N_("The platform's database failed.  Nothing was changed.")) \
	X(DATABASE_NOT_SQLITE, 500, N_("The platform's database is damaged: it is not a database.")) \
	X(DATABASE_PATH_NOT_UTF8, 500, N_("The path of the database is not UTF-8.")) \
	X(DATABASE_READ_ONLY, 503, N_("The platform's database is read-only now.  Nothing can be changed.")) \
	X(DATABASE_UNAVAILABLE, 503, N_("The platform's database cannot be opened now.")) \
	X(DEFINITION_EXISTS, 409, N_("The resource definition \"{definition}\" already exists.")) \
	X(DEFINITION_ID_INVALID, 400, N_("Invalid id \"{definition}\" of a resource definition: use lower-case letters, digits and single dashes.")) \
	X(DEFINITION_LACKS_MEMBER, 400, N_("A resource definition needs \"{member}\".")) \
	X(DEFINITION_NOT_FOUND, 404, N_("There is no resource definition \"{definition}\".")) \
	X(DEFINITION_NOT_MATCHED, 400, N_("resource {resource}: no resource definition serves type \"{type}\", class \"{resource_class}\" in an environment of type \"{env_type}\"")) \
	X(DEFINITION_SECRETS_NOT_TAKEN, 400, N_("the definition {definition} has secrets, which only the driver \"static\" takes")) \
	X(DEFINITION_SECRETS_TOO_LARGE, 400, N_("The secrets of a definition are at most {max} bytes.")) \
	X(DEFINITION_SECRETS_UNREADABLE, 500, N_("The secrets of the definition \"{definition}\" cannot be read.")) \
	X(DEFINITION_VERSION_NOT_FOUND, 404, N_("The definition \"{definition}\" has no version \"{version}\".")) \
	X(DEFINITION_WITHOUT_TEMPLATES, 400, N_("its definition has no object \"templates\" in the values of its \"driver_inputs\"")) \
	X(DELTA_ADDED_NOT_OBJECT, 400, N_("modules.add.{workload} must be an object")) \
	X(DELTA_IS_ARCHIVED, 400, N_("The delta \"{delta}\" is archived, so it cannot be changed.")) \
	X(DELTA_IS_OF_AUTHOR, 403, N_("The delta \"{delta}\" is for the environment {env}: only its author {user} and those who may deploy there can change it.  Create another one.")) \
	X(DELTA_NOT_FOUND, 404, N_("The application {app} has no delta \"{delta}\".")) \
	X(DELTA_NOT_OBJECT, 400, N_("a delta must be an object")) \
	X(DELTA_PARTS_NOT_OBJECTS, 400, N_("modules.add and modules.update must be objects")) \
	X(DELTA_REMOVED_NOT_STRING, 400, N_("modules.remove[{index}] must be a string")) \
	X(DELTA_REMOVE_NOT_ARRAY, 400, N_("modules.remove must be an array")) \
	X(DELTA_WAS_DEPLOYED, 409, N_("The delta \"{delta}\" was deployed, so it cannot be changed.  Make another one.")) \
	X(DEPLOYMENT_INTERRUPTED, 503, N_("The platform was stopped during this deployment.  The previous deployment runs again.  Redeploy to try once more.")) \
	X(DEPLOYMENT_IS_ACTIVE, 409, N_("A deployment to {env} is active.  Wait until it has ended.")) \
	X(DEPLOYMENT_IS_ACTIVE_DELETE_LATER, 409, N_("A deployment to {env} is active.  Wait until it has ended, then delete it.")) \
	X(DEPLOYMENT_NOT_FOUND, 404, N_("{env} has no deployment \"{deployment}\".")) \
	X(DEPLOYMENT_OF_APPLICATION_NOT_FOUND, 404, N_("The application {app} has no deployment \"{deployment}\".")) \
	X(DIRECTORIES_NOT_MADE, 500, N_("{directory}: its directories cannot be created: {reason}")) \
	X(DISK_FULL, 507, N_("The platform's disk is full.  Nothing was changed.")) \
	X(DOCUMENT_NOT_REMOVABLE, 400, N_("the whole document cannot be removed")) \
	X(DRIVER_INPUTS_MEMBER_NOT_OBJECT, 400, N_("The \"{member}\" of \"driver_inputs\" must be an object.")) \
	X(DRIVER_INPUTS_NOT_OBJECT, 400, N_("\"driver_inputs\" must be an object.")) \
	X(DRIVER_INPUTS_SECRETS_TWICE, 400, N_("\"driver_inputs\" has \"secrets\" or \"secret_refs\", not both.")) \
	X(DRIVER_INPUTS_SECRET_WITHOUT_VALUE, 400, N_("The secret \"{name}\" of \"driver_inputs\" has no \"value\"; this platform knows no other store of secrets.")) \
	X(DRIVER_NOT_HERE, 400, N_("Cannot run {env}: the resource definition {definition} asks for the driver \"{driver}\", which this platform does not have.")) \
	X(DRIVER_OF_ENVIRONMENT_NOT_HERE, 400, N_("Cannot reach {env}: the driver \"{driver}\" runs it, which this platform does not have; start a version of sidestaged that has it.")) \
	X(DRIVER_OF_OTHER_TYPES, 400, N_("The driver \"{driver}\" makes resources of the type {tried}, not \"{type}\".")) \
	X(DRIVER_TYPE_UNKNOWN, 400, N_("This platform has no driver \"{driver}\" for resources of type \"{type}\".  It has {tried}.")) \
	X(ENVIRONMENTS_NOT_NAMED, 400, N_("Give 1 to {max} environments, each as \"id\".")) \
	X(ENVIRONMENT_EXISTS, 409, N_("The environment \"{env}\" already exists.  Choose another id.")) \
	X(ENVIRONMENT_ID_INVALID, 400, N_("Invalid id \"{env}\": it must be 2 to 50 lower-case letters, digits and single inner dashes.")) \
	X(ENVIRONMENT_IS_DELETING, 503, N_("{env} is being deleted.")) \
	X(ENVIRONMENT_IS_ENDING, 409, N_("{env} is being deleted or stopped.")) \
	X(ENVIRONMENT_IS_PAUSED, 400, N_("{env} is paused.  Resume it before you deploy to it.")) \
	X(ENVIRONMENT_IS_PAUSED_REPLICAS, 400, N_("{env} is paused.  Resume it before you change its replicas.")) \
	X(ENVIRONMENT_MOVED, 412, N_("The environment moved: its last deployment is \"{deployment}\", and the next one builds on \"{base}\".  Look at it again.")) \
	X(ENVIRONMENT_MOVED_TO_NOTHING, 412, N_("The environment moved: nothing was deployed to it yet.  Look at it again.")) \
	X(ENVIRONMENT_NOT_FOUND, 404, N_("There is no environment \"{env}\".")) \
	X(ENVIRONMENT_TOO_LARGE, 503, N_("its environment uses {total} MB of disk space, more than the {max} MB that are allowed")) \
	X(ENVIRONMENT_TYPE_IN_USE, 409, N_("The environment type \"{env_type}\" is in use by the environment {env} of {app}.")) \
	X(ENVIRONMENT_TYPE_NOT_FOUND, 400, N_("There is no environment type \"{env_type}\".")) \
	X(ENVIRONMENT_VALUE_NOT_FOUND, 400, N_("{env} does not have its own shared value \"{key}\".")) \
	X(ENVIRONMENT_WITHOUT_NAME, 400, N_("An environment needs a \"name\".")) \
	X(ENV_ID_MISSING, 400, N_("\"env_id\" is missing: it names the environment to deploy to.")) \
	X(EXCLUDE_FILTERS_GIVEN, 400, N_("Give \"exclude_images_filter\" or \"exclude_artefacts_filter\", not both.")) \
	X(EXPIRY_HAS_PASSED, 400, N_("\"expires_at\" is in the past.")) \
	X(EXPIRY_NOT_TIME, 400, N_("\"expires_at\" must be a time such as 2027-01-31T00:00:00Z.")) \
	X(EXTENSION_NOT_OFFERED, 404, N_("This platform does not offer the extension \"{extension}\" of the API.")) \
	X(FAILS_AS_BEFORE, 0, N_("{workload} was not changed, and fails as before")) \
	X(FAILS_AS_THERE, 0, N_("{workload} fails here as it does in {env}")) \
	X(FAILS_THERE_TOO, 0, N_("{workload} runs neither here nor in {env}")) \
	X(FIELD_CHANGED_AGAIN, 0, N_("{name} changed {path} of {object} after it was deployed: it is now {words}")) \
	X(FIELD_NOT_AMOUNT, 400, N_("{workload}: {path} must be an amount such as 0.5, 250m or 64Mi")) \
	X(FIELD_NOT_CARRIED, 0, N_("{name} does not have this change yet: {path} of {object}")) \
	X(FIELD_NOT_COUNT, 400, N_("{workload}: {path} must be a whole number, 0 or more")) \
	X(FIELD_NOT_FLAG, 400, N_("{workload}: {path} must be true or false")) \
	X(FIELD_NOT_LABELS, 400, N_("{workload}: {path} must be an object of strings")) \
	X(FIELD_NOT_LIST, 400, N_("{workload}: {path} must be a list")) \
	X(FIELD_NOT_OBJECT, 400, N_("{workload}: {path} must be an object")) \
	X(FIELD_NOT_ONE_OF, 400, N_("{workload}: {path} must be one of these: {words}")) \
	X(FIELD_NOT_PORT, 400, N_("{workload}: {path} must be a port, 1 to 65535")) \
	X(FIELD_NOT_SCALAR, 400, N_("{workload}: {path} must be a string, a number, true or false")) \
	X(FIELD_NOT_SCHEDULE, 400, N_("{workload}: {path} must be the five fields of cron, such as \"*/15 * * * *\", or one of @hourly, @daily, @weekly, @monthly and @yearly")) \
	X(FIELD_NOT_STRING, 400, N_("{workload}: {path} must be a string")) \
	X(FIELD_NOT_STRINGS, 400, N_("{workload}: {path} must be a list of strings")) \
	X(FIELD_REMOVED, 0, N_("{name} removed {path} of {object} after it was deployed")) \
	X(FIELD_REVERTED, 0, N_("reverted by {name}: {path} of {object} is {words} again")) \
	X(FIELD_REVERTED_AWAY, 0, N_("reverted by {name}: {path} of {object} is gone again")) \
	X(FIELD_WRONG, 400, "{workload}: {path}") \
	X(FILES_INVALID, 400, N_("The files of workload {workload} must be an object of at most {max}.")) \
	X(FILE_INVALID, 400, N_("The file \"{file}\" of workload {workload} must have a string as value, and a mode like \"0644\".")) \
	X(FILE_NOT_MADE, 500, N_("{file}: cannot be created: {reason}")) \
	X(FILE_NOT_MADE_PRIVATE, 500, N_("{file}: cannot be made private: {reason}")) \
	X(FILE_NOT_OPENED, 500, N_("{file}: cannot be opened: {reason}")) \
	X(FILE_NOT_REMOVED, 500, N_("{file}: cannot be removed: {reason}")) \
	X(FILE_NOT_WRITTEN, 500, N_("{file}: cannot be written: {reason}")) \
	X(FILE_PATH_INVALID, 400, N_("The file \"{file}\" of workload {workload} must have an absolute path without \".\" and \"..\".")) \
	X(FILTERS_GIVEN, 400, N_("Give \"images_filter\" or \"artefacts_filter\", not both.")) \
	X(FIRST_ENVIRONMENT_INVALID, 400, N_("\"env\" must have an id (2 to 50 lower-case letters, digits and single inner dashes), a name and a type.")) \
	X(FOLLOW_EXCLUDES_ORDER, 400, N_("\"follow\" goes on from the newest line: leave out \"asc\", \"invert\" and \"timestamp_to\".")) \
	X(FOLLOW_EXCLUDES_PREVIOUS, 400, N_("What ran before cannot be followed: leave out \"follow\" or \"previous\".")) \
	X(FORWARD_BODY_TOO_LARGE, 413, N_("The body is larger than {max} bytes, which is all that this address forwards.")) \
	X(FORWARD_BUSY, 503, N_("Other requests to this address are still being sent.  Try again in a moment.")) \
	X(FORWARD_HOST_UNKNOWN, 421, N_("The request is for the host \"{name}\".  This address is http://{server}.")) \
	X(FORWARD_INSTEAD, 503, N_("Without this platform: {words}")) \
	X(FORWARD_METHOD_UNKNOWN, 501, N_("The method {name} is not forwarded.")) \
	X(FORWARD_NOT_HTTP, 503, N_("Port {port} of the service does not speak HTTP, as far as its name and number say.")) \
	X(FORWARD_NOT_REACHED, 503, N_("The cluster cannot reach the workload: {reason}")) \
	X(FORWARD_REQUEST_INVALID, 400, N_("The request is invalid: {reason}.")) \
	X(FORWARD_UPGRADE, 501, N_("An upgrade to {name} is not forwarded.")) \
	X(GRAPH_MOVED, 412, N_("The resource definitions changed: {env} would get other resources than those that were reviewed.  Review it again.")) \
	X(GRAPH_NOT_FOUND, 404, N_("{env} has no resource graph \"{graph}\".")) \
	X(GRAPH_TOO_LARGE, 413, N_("an environment has at most {max} resources")) \
	X(HOST_TWICE, 400, N_("The Host header is given twice.")) \
	X(IDEMPOTENCY_KEY_INVALID, 400, N_("Idempotency-Key must be 1 to {max} printable characters of ASCII.")) \
	X(IDEMPOTENCY_KEY_REUSED, 422, N_("This Idempotency-Key was used for another request.  Give each request its own key.")) \
	X(ID_INVALID, 400, N_("\"id\" must be 2 to 50 lower-case letters, digits and single inner dashes.")) \
	X(IMAGE_NOT_FOUND, 400, N_("There is no image \"{image}\": {directory} holds no executable {file}.")) \
	X(IMAGE_NOT_NAME_AND_VERSION, 400, N_("The image \"{image}\" cannot be run here: it must be NAME:VERSION.")) \
	X(IMAGE_REFERENCE_INVALID, 400, N_("Invalid image \"{image}\": use NAME:VERSION or NAME@DIGEST.")) \
	X(IMAGE_WITH_DIGEST, 400, N_("The image \"{image}\" has a digest, which cannot be used here.  Give its version.")) \
	X(INITIALIZING, 503, N_("running the init container {container}")) \
	X(INIT_CONTAINER_INVALID, 400, N_("Each init container of workload {workload} needs a name and an image, and there can be at most 20.")) \
	X(INPUTS_NOT_OBJECT, 422, N_("\"inputs\" must be an object.")) \
	X(IN_APPLICATION, 0, N_("The application \"{app}\"")) \
	X(IN_CHANGE, 0, N_("change {index}")) \
	X(IN_ENVIRONMENT_TYPE, 0, N_("The environment type \"{env_type}\"")) \
	X(IN_IMAGE, 0, N_("workload {workload}: image {image}")) \
	X(IN_KEY, 0, "{key}") \
	X(IN_MEMBER, 0, "{member}") \
	X(IN_OPERATION, 0, N_("operation {index}")) \
	X(IN_OPERATION_AT, 0, "{operation} {path}") \
	X(IN_RESOURCE, 0, N_("resource {resource}")) \
	X(IN_SHARED_RESOURCES, 0, N_("shared resources")) \
	X(IN_UPDATE_OF_WORKLOAD, 0, "modules.update.{workload}") \
	X(IN_WORKLOAD, 0, N_("workload {workload}")) \
	X(JOB_CONTAINER_FAILED, 503, N_("container {container} ended with {how}, and the job failed: {reason}")) \
	X(JOB_FAILED, 503, N_("Job {workload} ({image}) failed: it ended with {how}.")) \
	X(JOB_GAVE_UP, 503, N_("the job failed: {reason}")) \
	X(JOB_NOT_FOUND, 404, N_("The run has no job \"{job}\".")) \
	X(JSON_INVALID, 422, N_("not JSON: line {line}, column {column}: {reason}")) \
	X(JSON_TOO_DEEP, 422, N_("JSON nested deeper than {max} levels")) \
	X(JSON_TOO_LARGE, 422, N_("JSON larger than {max} bytes")) \
	X(JSON_TOO_MANY_VALUES, 422, N_("JSON with more than {max} values")) \
	X(JSON_WITH_NUL, 422, N_("not JSON: a NUL byte")) \
	X(LAST_ENVIRONMENT, 400, N_("{env} is the last environment of {app}, so it cannot be deleted.")) \
	X(LEFT_CLUSTER_WIDE, 0, N_("it belongs to the whole cluster and stays as it is")) \
	X(LEFT_DATA, 0, N_("its data stays where it is; a clone starts with an empty volume")) \
	X(LEFT_HOST_NAMESPACE, 0, N_("a clone does not share its node's namespaces ({name})")) \
	X(LEFT_HOST_PATH, 0, N_("a clone gets no directory of its node ({path})")) \
	X(LEFT_HOST_PORT, 0, N_("a clone gets no port of its node ({port})")) \
	X(LEFT_KIND, 0, N_("{type}: {number} not cloned: {words}")) \
	X(LEFT_KINDS_CUT, 0, N_("Not all kinds of objects in {namespace} were looked at; the clone may lack some.")) \
	X(LEFT_KINDS_UNREAD, 0, N_("You have no right to list these kinds in {namespace}; the clone may lack objects of them: {words}")) \
	X(LEFT_MAKER, 0, N_("it is made by {type} {name}, which is not cloned")) \
	X(LEFT_SECRET, 0, N_("only its name is read; a clone gets a copy within the cluster")) \
	X(LEFT_TOO_LARGE, 0, N_("it is too large for a clone")) \
	X(LENGTH_AND_TRANSFER_ENCODING, 400, N_("Content-Length and Transfer-Encoding exclude each other.")) \
	X(LENGTH_TWICE, 400, N_("The length of the body is given twice.")) \
	X(LOGS_OF_DEPLOYMENT_GONE, 404, N_("The pods of the deployment {deployment} are gone, and a cluster keeps the output only of pods that are there.")) \
	X(MATCH_REF_GIVEN, 400, N_("Give \"match_ref\" or \"{member}\", not both.")) \
	X(MAY_CHANGE_ONLY_ROLES, 403, N_("{user} is not an administrator of this platform and can change only roles.")) \
	X(MAY_NOT_DEPLOY, 403, N_("{user} cannot change the environments of {place}.  This requires the role deployer there; an administrator can grant it.")) \
	X(MAY_NOT_DEPLOY_TO_TYPE, 403, N_("{user} cannot change environments of the type \"{env_type}\" of {place}.  This requires the role deployer there; an administrator can grant it.")) \
	X(MAY_NOT_GIVE_ROLES, 403, N_("{user} is not an administrator of {scope} and cannot grant or revoke roles there.")) \
	X(MAY_NOT_MAKE_TOKENS, 400, N_("Only service users make tokens for themselves.  Ask an administrator of the platform.")) \
	X(MAY_ONLY_LOOK, 403, N_("{user} can only read {place}.  Changing it requires the role developer there; an administrator can grant it.")) \
	X(MEMBER_NOT_ARRAY, 400, N_("\"{member}\" must be an array.")) \
	X(MEMBER_NOT_BOOLEAN, 400, N_("\"{member}\" must be true or false.")) \
	X(MEMBER_NOT_LIST, 400, N_("\"{member}\" must be a list.")) \
	X(MEMBER_NOT_NUMBER, 400, N_("\"{member}\" must be a number from {min} to {max}.")) \
	X(MEMBER_NOT_OBJECT, 400, N_("\"{member}\" must be an object.")) \
	X(MEMBER_NOT_OBJECT_OR_NULL, 400, N_("\"{member}\" must be an object or null.")) \
	X(MEMBER_NOT_SHORT_STRING, 400, N_("\"{member}\" must be a string of at most {max} bytes.")) \
	X(MEMBER_NOT_STRING, 400, N_("\"{member}\" must be a string.")) \
	X(MEMBER_NOT_STRING_OR_NULL, 400, N_("\"{member}\" must be a string or null.")) \
	X(MEMBER_NOT_TEXT, 400, N_("\"{member}\" must be a string that is not empty.")) \
	X(MEMBER_NOT_TIME, 400, N_("\"{member}\" must be a time such as 2026-03-02T09:15:04Z.")) \
	X(MEMBER_TOO_LONG, 400, N_("\"{member}\" is longer than {max} bytes.")) \
	X(MEMBER_UNKNOWN, 400, N_("Unknown member \"{name}\" in \"{member}\": it takes {tried}.")) \
	X(METHOD_NOT_ALLOWED, 405, N_("This address does not support that method.")) \
	X(METHOD_NOT_OFFERED, 405, N_("The public API has this method of {path}, but this platform does not offer it.")) \
	X(MODE_INVALID, 400, N_("\"mode\" must be \"full\" or \"incremental\".")) \
	X(MODULES_NOT_OBJECT, 400, N_("modules must be an object")) \
	X(MODULE_NOT_OBJECT, 400, N_("modules.{workload} must be an object")) \
	X(MODULE_WITHOUT_PROFILE, 400, N_("modules.{workload} needs a \"profile\"")) \
	X(MODULE_WITHOUT_SPEC, 400, N_("modules.{workload} needs a \"spec\", an object")) \
	X(NAMESPACE_FOREIGN, 409, N_("The namespace {namespace} already exists and was not made for {space}.  Nothing in it was changed.  Delete it, or choose another name.")) \
	X(NAMESPACE_GONE, 404, N_("There is no namespace {namespace} in the cluster.")) \
	X(NAMESPACE_INVALID, 400, N_("Cannot tell the namespace of {env}: the resource definition {definition} gives \"{name}\", and it must be a name of at most {max} lower-case letters, digits and hyphens.")) \
	X(NAMESPACE_IS_ENDING, 503, N_("The namespace {namespace} is still being deleted: {reason}")) \
	X(NAMESPACE_IS_OURS, 409, N_("The namespace {namespace} is an environment that sidestage made, so it cannot be adopted.")) \
	X(NAMESPACE_LABELS_INVALID, 400, N_("Cannot tell the labels of the namespace of {env}: those that the resource definition {definition} gives must be an object.")) \
	X(NAMESPACE_LABEL_INVALID, 400, N_("Cannot tell the labels of the namespace of {env}: the resource definition {definition} gives the label \"{name}\"; a label is a name of at most {max} letters, digits, '-', '_' and '.', with a text of them.")) \
	X(NAMESPACE_NOT_FOLLOWED, 404, N_("Namespace {namespace} is not shown here, so it cannot be grouped.")) \
	X(NAMESPACE_NOT_READ, 404, N_("Namespace {namespace} is not read now. `sidestage kube --namespace={namespace}` reads it.")) \
	X(NAMESPACE_OF_OTHERS, 409, N_("{env} runs in the namespace {namespace}, which sidestage did not make, so only a deployment can change it.")) \
	X(NAMESPACE_OF_PLATFORM, 409, N_("The namespace {namespace} belongs to {space} of another platform ({platform}).  Nothing in it was changed.")) \
	X(NAMESPACE_OF_SPACE, 409, N_("The namespace {namespace} belongs to {space}.  Nothing in it was changed.")) \
	X(NAMESPACE_TAKEN, 400, N_("{env} cannot have the namespace \"{name}\" that the resource definition {definition} gives: {space} has it.")) \
	X(NAMESPACE_TOO_FULL, 400, N_("The namespace {namespace} holds more than {max} objects of this platform.")) \
	X(NAMESPACE_UNSELECTED, 404, N_("No workload in the namespace {namespace} has the labels {selector}.")) \
	X(NAME_AND_REFERENCE_GIVEN, 400, N_("Give \"name\" or \"reference\", not both.")) \
	X(NAME_MISSING, 400, N_("\"{name}\" does not exist")) \
	X(NAME_MISSING_IN_IT, 400, N_("it does not have \"{name}\"")) \
	X(NAME_WITHOUT_PARENT, 400, N_("nothing holds \"{name}\"")) \
	X(NESTED_TOO_DEEP, 413, N_("{path}…: nested deeper than {max} levels")) \
	X(NEW_VERSION_NOT_READY, 0, N_("the new version is not ready")) \
	X(NOTHING_AT_ADDRESS, 404, N_("There is nothing at this address.")) \
	X(NOTHING_TO_DEPLOY_GIVEN, 400, N_("Give one of \"delta_id\", \"set_id\" and \"deployment_id\".")) \
	X(NOT_ADMINISTRATOR, 403, N_("{user} is not an administrator, which this requires.")) \
	X(NOT_ADMINISTRATOR_OF_PLACE, 403, N_("{user} is not an administrator of {place}, which this requires.")) \
	X(NOT_ADMINISTRATOR_OF_PLATFORM, 403, N_("{user} is not an administrator of this platform, which this requires.")) \
	X(NOT_ALLOWED, 403, N_("This is not allowed to anyone.")) \
	X(NOT_FOUND, 404, N_("Not found.")) \
	X(NOT_READY_BY_COMMAND, 0, N_("not ready by its command, try {number}")) \
	X(NOT_READY_BY_PAGE, 0, N_("not ready by GET {page} on {port}, try {number}")) \
	X(NOT_READY_BY_PORT, 0, N_("not ready by port {port}, try {number}")) \
	X(OBJECT_EXPECTED_AT, 400, N_("{path} must be an object")) \
	X(OPERATION_UNKNOWN, 400, N_("unknown operation \"{operation}\"; use add, remove or replace")) \
	X(OPERATION_WITHOUT_OP, 400, N_("an operation needs \"op\"")) \
	X(OPERATION_WITHOUT_PATH, 400, N_("\"{operation}\" needs a \"path\"")) \
	X(OPERATION_WITHOUT_VALUE, 400, N_("\"{operation}\" needs a \"value\"")) \
	X(ORGANIZATION_NOT_FOUND, 404, N_("There is no organization \"{org}\".")) \
	X(OUTCOME_INVALID, 400, N_("\"outcome\" must be succeeded, refused or all.")) \
	X(OUT_OF_MEMORY, 503, N_("The platform is out of memory.  Try again later.")) \
	X(OWNER_APPLIES, 0, N_("{name} owns {path} of {object}: the next apply of the old manifest puts it back")) \
	X(OWNER_RECONCILES, 0, N_("{name} manages {path} of {object} and may put it back at any time")) \
	X(OWNER_SCALES, 0, N_("{name} sets {path} of {object} and may change it again within seconds")) \
	X(OWNER_SYNCS, 0, N_("{name} owns {path} of {object} and puts it back at its next sync")) \
	X(OWNER_UPGRADES, 0, N_("{name} owns {path} of {object} and sets it again at its next upgrade")) \
	X(OWNER_WRITES, 0, N_("{path} of {object} was last set by {name}")) \
	X(PAGE_INVALID, 400, N_("Invalid \"page\": use the one from the Link of the previous page.")) \
	X(PAGE_NOT_FROM_LINK, 400, N_("\"page\" must be the one from the Link of the previous page.")) \
	X(PATCH_NOT_ARRAY, 400, N_("a patch must be an array of operations")) \
	X(PATTERN_INVALID, 400, N_("\"{member}\" is not a regular expression: {reason}.")) \
	X(PATTERN_REFERS_BACK, 400, N_("\"{member}\" must not refer back to a group.")) \
	X(PIPELINE_IS_NOT_CHOSEN, 400, N_("\"pipeline\" is set by the platform: every deployment is a separate run.  Leave it out.")) \
	X(PIPELINE_NOT_FOUND, 404, N_("There is no pipeline \"{pipeline}\".")) \
	X(PIPELINE_VERSION_NOT_FOUND, 404, N_("The pipeline has no version \"{version}\".")) \
	X(PLACEHOLDER_MALFORMED, 400, N_("{path}: \"{placeholder}\" is not a well-formed placeholder")) \
	X(PLACEHOLDER_TOO_LONG, 413, N_("{path}: longer than {max} bytes once its placeholders are resolved, or longer than {total} bytes with all before it")) \
	X(PLACEHOLDER_UNKNOWN, 400, N_("{path}: the platform knows no placeholder {placeholder}")) \
	X(PLACEHOLDER_WITHOUT_VALUE, 400, N_("{path}: the placeholder {placeholder} has no value")) \
	X(PLATFORM_IS_STOPPING, 503, N_("the platform is being stopped")) \
	X(PODS_EXCEED_QUOTA, 503, N_("the quota of the namespace does not allow another pod: {reason}")) \
	X(PODS_REFUSED, 503, N_("the cluster refused a pod: {reason}")) \
	X(POD_BROKEN, 503, N_("a pod failed: {reason}")) \
	X(POD_CLAIM_NOT_BOUND, 503, N_("volume claim {name} is not bound: {reason}")) \
	X(POD_CONTAINER_ENDED, 503, N_("container {container} ended with {how}")) \
	X(POD_CONTAINER_NOT_MADE, 503, N_("container {container} cannot be created: {reason}")) \
	X(POD_CONTAINER_NOT_STARTED, 503, N_("container {container} cannot be started: {reason}")) \
	PLURAL(POD_CONTAINER_RESTARTED, 503, "container {container} ended with {how} and was restarted {number} time", "container {container} ended with {how} and was restarted {number} times") \
	X(POD_IMAGE_NOT_PULLED, 503, N_("image {image} of container {container} cannot be pulled: {reason}")) \
	X(POD_NODE_LOST, 503, N_("node {node} of a pod does not answer")) \
	X(POD_NOT_SCHEDULED, 503, N_("no node can run the pod: {reason}")) \
	PLURAL(POD_PROBE_ENDED, 503, "container {container} was restarted {number} time: {reason}", "container {container} was restarted {number} times: {reason}") \
	X(POD_PROBE_FAILS, 503, N_("container {container} is not ready: {reason}")) \
	X(POD_VOLUME_NOT_MOUNTED, 503, N_("a volume cannot be mounted: {reason}")) \
	X(POINTER_ESCAPE_INVALID, 400, N_("\"{path}\" is not a JSON pointer: \"~\" must be followed by 0 or 1")) \
	X(POINTER_TOO_DEEP, 400, N_("\"{path}\" is too deep for a JSON pointer")) \
	X(POINTER_WITHOUT_SLASH, 400, N_("\"{path}\" is not a JSON pointer: it must be empty or begin with \"/\"")) \
	X(PORTS_ALL_IN_USE, 503, N_("No port from {min} to {max} is free.")) \
	X(PORT_NOT_USABLE, 500, N_("Port {port} of this machine cannot be used: {reason}")) \
	X(PREVIOUS_LOGS_AMONG_ALL, 400, N_("Here the lines of earlier runs stand among the others: leave out \"previous\".")) \
	X(PROBE_ANSWER_NOT_GRPC, 503, N_("its answer is not gRPC")) \
	X(PROBE_ANSWER_NOT_HTTP, 503, N_("its answer is not HTTP")) \
	X(PROBE_ANSWER_REFUSES, 503, N_("it answered {status}")) \
	X(PROBE_COMMAND_ENDED, 503, N_("its command ended with {how}")) \
	X(PROBE_COMMAND_LATE, 503, N_("its command took too long")) \
	X(PROBE_COMMAND_NOT_RUN, 503, N_("its command cannot be run")) \
	X(PROBE_CONNECTION_CUT, 503, N_("it cut the connection")) \
	X(PROBE_GRPC_ANSWERED, 503, N_("its health check answered {how}")) \
	X(PROBE_HEADER_INVALID, 400, N_("The header \"{name}\" of the {member} of workload {workload} cannot be sent.")) \
	X(PROBE_INVALID, 400, N_("The {member} of workload {workload} must have a path that begins with '/' and a port.")) \
	X(PROBE_NOTHING_LISTENS, 503, N_("its port is not open yet")) \
	X(PROBE_NOT_ASKED, 503, N_("it cannot be asked: {reason}")) \
	X(PROBE_NO_ANSWER, 503, N_("it does not answer")) \
	X(PROBE_NO_CONNECTION, 503, N_("it does not accept a connection")) \
	X(PROBE_TYPE_UNKNOWN, 400, N_("The {member} of workload {workload} is of type \"{type}\"; here it can be \"http\", \"tcp\", \"grpc\" or \"command\".")) \
	X(PROBE_WITHOUT_COMMAND, 400, N_("The {member} of workload {workload} has no command.")) \
	X(PROCESS_NOT_MADE, 500, N_("A process for workload {workload} cannot be made: {reason}")) \
	X(PROPERTIES_INVALID, 400, N_("\"properties\" must be an object of at most 64 KiB.")) \
	X(PROVISION_NAMES_NO_RESOURCE, 400, N_("definition {definition}: \"{name}\" in \"provision\" names no resource; it is written TYPE.CLASS#ID")) \
	X(RECORD_COPIED, 400, N_("it is a copy of that of {space}.")) \
	X(RECORD_DAMAGED, 400, N_("it is damaged, or somebody changed it.")) \
	X(RECORD_DEPLOYMENT_TAKEN, 400, N_("its deployment {deployment} belongs to another environment.")) \
	X(RECORD_NOT_USED, 0, N_("The record of the clone {env} (namespace {namespace}) cannot be used")) \
	X(RECORD_OF_OTHER_NAMESPACE, 400, N_("the namespace is not the one that it was written for: the annotation sidestage.dev/made differs.")) \
	X(RECORD_OF_OTHER_PLACE, 400, N_("its annotations name the environment {space}, whose namespace is {other}.")) \
	X(RECORD_OF_OTHER_VERSION, 400, N_("another version of sidestage wrote it.")) \
	X(RECORD_TEXT_TOO_LARGE, 400, N_("The clone {env} is not recorded in its namespace, so only this machine knows it: its record is larger than {max} MiB before compression.")) \
	X(RECORD_TOO_LARGE, 400, N_("The clone {env} is not recorded in its namespace, so only this machine knows it: its record is larger than {max} KiB.")) \
	X(REFERENCE_UNKNOWN, 400, N_("a reference must begin with externals, shared, modules, values, context or resources")) \
	X(REF_INVALID, 400, N_("A \"ref\" of git begins with \"refs/\".")) \
	X(REPLICAS_INVALID, 400, N_("The replicas of \"{workload}\" must be a number from 0 to {max}.")) \
	X(RESOURCES_IN_CIRCLE, 400, N_("resources need each other in a circle: {circle}")) \
	X(RESOURCE_CLASS_NOT_TEXT, 400, N_("The \"class\" of {resource} must be a string.")) \
	X(RESOURCE_DRIVER_NOT_HERE, 400, N_("the definition {definition} asks for the driver \"{driver}\", which this platform does not have")) \
	X(RESOURCE_FILE_INVALID, 400, N_("\"{name}\" cannot be a file of a resource: its name is made of letters, digits, \".\", \"_\" and \"-\", and it is a text")) \
	X(RESOURCE_INPUT_NOT_TEXT, 400, N_("The input \"{name}\" must be a string that is not empty.")) \
	X(RESOURCE_INPUT_UNKNOWN, 400, N_("Unknown input \"{name}\": resources of type \"{type}\" do not take it here.")) \
	X(RESOURCE_IN_USE, 409, N_("The resource {resource} is in use in {env}.  Deploy without it, and it is deleted; or detach it (detach=true), and the next deployment makes another.")) \
	X(RESOURCE_MISSING, 400, N_("this resource does not exist")) \
	X(RESOURCE_NAME_INVALID, 400, N_("\"{resource}\" cannot be the name of a resource.")) \
	X(RESOURCE_NEEDS_UNKNOWN, 500, N_("The resource {resource} needs another resource, which this deployment does not have.")) \
	X(RESOURCE_NOT_DECLARED, 400, N_("no resource {resource} is declared")) \
	X(RESOURCE_NOT_FOUND, 404, N_("{env} has no resource \"{resource}\" of type \"{type}\".")) \
	X(RESOURCE_NOT_OBJECT, 400, N_("The \"resource\" of {resource} must be an object.")) \
	X(RESOURCE_TYPE_UNKNOWN, 400, N_("The resource {resource} is of type \"{type}\"; this platform makes dns, sqlite and volume.")) \
	X(RESOURCE_WITHOUT_ID_OR_TYPE, 400, N_("A resource needs an \"id\" and a \"type\".")) \
	X(RESOURCE_WITHOUT_OUTPUT, 400, N_("the resource {resource} has no output \"{name}\"")) \
	X(RESOURCE_WITHOUT_TYPE_AT, 400, N_("{path}.{name} needs a \"type\"")) \
	X(ROLES_NOT_OBJECT, 400, N_("\"roles\" must be an object of scopes and roles.")) \
	X(ROLE_INVALID, 400, N_("\"{scope}\": \"{role}\": there is no such role in such a scope.  It is viewer, developer, deployer or administrator in /orgs/ORG or /orgs/ORG/apps/APP, deployer with /env-types/TYPE after these, or administrator in /.")) \
	X(ROLE_MISSING, 403, N_("{user} does not have a role that covers all of {place}.")) \
	X(ROLLOUT_DELETED, 503, N_("{type} {name} was deleted during the rollout")) \
	X(ROLLOUT_NOT_SEEN, 503, N_("waiting for the cluster to accept the change")) \
	X(ROLLOUT_PAUSED, 503, N_("the rollout is paused in the cluster")) \
	X(ROLLOUT_PODS_READY, 503, N_("{number} of {total} pods are ready")) \
	X(ROLLOUT_STAYS_PAUSED, 0, N_("{object}: its rollout is paused in the cluster.  The deployment waits until somebody resumes it, and fails if nobody does")) \
	X(ROLLOUT_WAITS_FOR_JOB, 503, N_("waiting for the job to complete")) \
	PLURAL(ROLLOUT_WAITS_FOR_OLD, 503, "waiting for {number} old pod to end", "waiting for {number} old pods to end") \
	X(ROUTE_ANNOTATION_INVALID, 400, N_("The annotation \"{name}\" of a route is invalid: its value must be a string, and its name not one of the platform's.")) \
	X(ROUTE_HOST_INVALID, 400, N_("\"{host}\" is not a host name: lower-case letters, digits, hyphens and dots are allowed.")) \
	X(ROUTE_HOST_MISSING, 400, N_("The resource {resource} has no host.  Give its definition a \"domain\" or a \"host\", or set \"host\" in the params of the resource.")) \
	X(ROUTE_HOST_TAKEN, 409, N_("The host {host} belongs to {space} (namespace {namespace}).  Give this environment another host, for example by a \"domain\" in the definition of its route.")) \
	X(ROUTE_HOST_TAKEN_BY_OTHERS, 409, N_("The host {host} is already used in the namespace {namespace}.  Give this environment another host, for example by a \"domain\" in the definition of its route.")) \
	X(ROUTE_HOST_TWICE, 400, N_("The definition of a route can have a \"host\" or a \"domain\", not both.")) \
	X(ROUTE_NAME_INVALID, 400, N_("The {member} \"{name}\" cannot be the name of an object of a cluster.")) \
	X(ROUTE_PATH_INVALID, 400, N_("The path \"{path}\" of {resource} is invalid: it must begin with a slash and have no query, blanks or empty parts.")) \
	X(ROUTE_PORT_MISSING, 400, N_("The route {resource} leads to no port of the service of workload {workload}.  Declare the port in \"service.ports\", and name it in the \"port\" of the route.")) \
	X(ROUTE_SCHEME_INVALID, 400, N_("The scheme \"{name}\" of a route must be \"http\" or \"https\".")) \
	X(ROUTE_SHARED, 400, N_("The resource {resource} does not belong to a workload: a route leads to a workload.  Declare it among the \"externals\" of one.")) \
	X(ROUTE_TWICE, 400, N_("The host {host} with the path {path} already leads to workload {workload}.")) \
	X(ROUTE_WITHOUT_GATEWAY, 400, N_("The driver \"kubernetes/httproute\" needs the name of a \"gateway\".")) \
	X(RULE_EXISTS, 409, N_("{env} has a rule just like this one.")) \
	X(RULE_MEMBER_INVALID, 422, N_("The \"{member}\" of a rule has the wrong type.")) \
	X(RULE_NOT_FOUND, 404, N_("{env} has no rule \"{rule}\".")) \
	X(RUNNING_JOB, 503, N_("running")) \
	X(RUN_HAS_ENDED, 409, N_("The run has ended, so it cannot be cancelled.")) \
	X(RUN_HAS_NOT_ENDED, 409, N_("The run has not ended yet.")) \
	X(RUN_MOVED, 412, N_("The run has changed since.  Look at it again.")) \
	X(RUN_NOT_FOUND, 404, N_("There is no run \"{run}\".")) \
	X(SCHEDULES_INVALID, 400, N_("The cronjob {workload} must have 1 to {max} schedules.")) \
	X(SCHEDULE_CONTAINER_UNKNOWN, 400, N_("A schedule of workload {workload} names the container {container}, which it does not have.")) \
	X(SCHEDULE_FIRST_RUN, 503, N_("first run at {next}")) \
	X(SCHEDULE_INVALID, 400, N_("The schedule \"{name}\" of workload {workload} must be the five fields of cron, such as \"*/15 * * * *\", or one of @hourly, @daily, @weekly, @monthly and @yearly.")) \
	X(SCHEDULE_NEVER_DUE, 503, N_("never runs: its schedule names no minute that comes")) \
	X(SCHEDULE_RUNS, 503, N_("running since {time}; next run at {next}")) \
	X(SCHEDULE_RUN_FAILED, 503, N_("last run at {time} ended with {how}; next run at {next}")) \
	X(SCHEDULE_RUN_INTERRUPTED, 503, N_("last run at {time} was interrupted; next run at {next}")) \
	X(SCHEDULE_RUN_SUCCEEDED, 503, N_("last run at {time} succeeded; next run at {next}")) \
	X(SCHEDULE_SUSPENDED, 503, N_("suspended: no run begins")) \
	X(SCOPE_APPLICATION_MISSPELLED, 400, N_("There is no application \"{app}\" in {org}. Did you mean {meant}?")) \
	X(SCOPE_APPLICATION_NOT_FOUND, 400, N_("There is no application \"{app}\" in {org}.")) \
	X(SCOPE_ENVIRONMENT_TYPE_MISSPELLED, 400, N_("There is no environment type \"{env_type}\" in {org}. Did you mean {meant}?")) \
	X(SCOPE_ENVIRONMENT_TYPE_NOT_FOUND, 400, N_("There is no environment type \"{env_type}\" in {org}.")) \
	X(SCOPE_ORGANIZATION_MISSPELLED, 400, N_("There is no organization \"{org}\". Did you mean {meant}?")) \
	X(SCOPE_ORGANIZATION_NOT_FOUND, 400, N_("There is no organization \"{org}\".")) \
	X(SCORE_CONTAINER_WITHOUT_IMAGE, 400, N_("The container \"{container}\" has no image.")) \
	X(SCORE_FIELD_UNKNOWN, 400, N_("{path}: Score has no such field here.")) \
	X(SCORE_FILE_INVALID, 400, N_("A file must have a \"target\" and a \"content\"; \"source\" names a file that is not here.")) \
	X(SCORE_INVALID, 400, N_("The specification must be one of Score: \"apiVersion\": \"score.dev/v1b1\".")) \
	X(SCORE_OVERRIDE_INVALID, 400, N_("\"property_overrides\": {path} is not a path of the specification.")) \
	X(SCORE_RESOURCE_UNDECLARED, 400, N_("\"${resources.{resource}}\": no such resource is declared.")) \
	X(SCORE_TEXT_TOO_LONG, 400, N_("A string of the specification is too long.")) \
	X(SCORE_VARIABLE_NOT_STRING, 400, N_("The variable \"{name}\" must be a string.")) \
	X(SCORE_VOLUME_INVALID, 400, N_("A volume must have a \"target\" and a \"source\", a resource.")) \
	X(SCORE_WITHOUT_CONTAINER, 400, N_("The workload declares no container.")) \
	X(SCORE_WITHOUT_NAME, 400, N_("The specification has no \"metadata\" with a \"name\".")) \
	X(SECRET_NOT_FOUND, 400, N_("The application does not have this secret: \"{key}\".")) \
	X(SECRET_NOT_IN_VARIABLE_OR_FILE, 400, N_("{path}: a secret can be used in variables and in files only")) \
	X(SECRET_NOT_USABLE_HERE, 400, N_("it is a secret, which cannot be used here")) \
	X(SECRET_REF_INVALID, 400, N_("\"ref\" must be the \"secret_key\" of a secret of the same application.")) \
	X(SECRET_STORE_UNKNOWN, 400, N_("This platform does not know any other store than its own: give \"secret_ref\" a \"value\", or \"store\": \"{store}\" and the \"ref\" of a secret of this application.")) \
	X(SECRET_UNREADABLE, 500, N_("the secret {key} cannot be opened: it was changed, moved, or sealed with another key")) \
	X(SERVICE_NEVER_COMPLETE, 400, N_("The workload {workload} cannot have \"success\": \"complete\", because it is not a job and never ends.")) \
	X(SERVICE_PORTS_TOO_MANY, 400, N_("The service of workload {workload} can have {max} ports at most.")) \
	X(SERVICE_PORT_MISSING, 400, N_("A port of the service of workload {workload} must have a \"service_port\" or a \"container_port\".")) \
	X(SERVICE_PORT_TWICE, 400, N_("The service of workload {workload} has the port {port} twice.")) \
	X(SET_NOT_FOUND, 404, N_("The application {app} has no set \"{set}\".")) \
	X(SET_NOT_OBJECT, 400, N_("a set must be an object")) \
	X(SOCKET_SECRET_MISSING, 401, N_("This socket requires a token, or the header in {file} from its owner (curl -H @{file}).")) \
	X(SPACE_IS_CHANGING, 409, N_("The environment {space} is being changed.")) \
	X(SPACE_IS_REMOVED, 503, N_("{space} is being removed")) \
	X(SPACE_NAME_INVALID, 400, N_("\"{space}\" is not an environment: it must be ORGANIZATION/APPLICATION/ENVIRONMENT.")) \
	X(STORED_CONTRADICTION, 500, N_("The platform refused to store this: it contradicts what is stored.")) \
	X(STORED_DANGLING, 500, N_("The platform refused to store this: it refers to something that is not there.")) \
	X(STORED_INCOMPLETE, 500, N_("The platform refused to store this: a part of it is missing.")) \
	X(STORED_NOT_ALLOWED, 500, N_("The platform refused to store this: a part of it is not allowed.")) \
	X(TARGET_VERSION_INVALID, 400, N_("\"target_def_version_id\" must be the id of a version, or null.")) \
	X(TEMPLATE_ENDED, 500, N_("{file}: filling it ended unexpectedly")) \
	X(TEMPLATE_NOT_OBJECT, 400, N_("\"{member}\" of its definition's templates must be an object")) \
	X(TEMPLATE_NOT_STARTED, 500, N_("{file}: cannot be filled: {reason}")) \
	X(TEMPLATE_TOOK_TOO_LONG, 413, N_("{file}: its template ran for more than {seconds} s and was stopped")) \
	X(TEMPLATE_UNKNOWN, 400, N_("Unknown template \"{name}\": the operator of this platform has not named such a template.")) \
	X(TIME_ZONE_UNKNOWN, 400, N_("The time zone \"{name}\" of workload {workload} is not known on this machine.")) \
	X(TOKEN_EXISTS, 409, N_("{user} already has a token \"{token}\".  Choose another id.")) \
	X(TOKEN_EXPIRED, 401, N_("The token has expired.  Ask for a new one.")) \
	X(TOKEN_MISSING, 401, N_("This platform requires a token.")) \
	X(TOKEN_NOT_FOUND, 404, N_("{user} has no token \"{token}\".")) \
	X(TOKEN_REFUSED, 401, N_("The token was refused.")) \
	X(TOKEN_TYPE_INVALID, 400, N_("\"type\" must be \"static\".")) \
	X(TOO_LARGE_TO_STORE, 413, N_("This is larger than the platform can store.")) \
	X(TOO_MANY_CRITERIA, 400, N_("A definition has at most {max} matching criteria.")) \
	X(TOO_MANY_HEADERS, 431, N_("The request has too many headers.")) \
	PLURAL(TOO_MANY_REQUESTS, 429, "Too many requests.  Try again in {seconds} second.", "Too many requests.  Try again in {seconds} seconds.") \
	X(TOO_MANY_RESOURCES, 400, N_("An environment has at most {max} resources.")) \
	X(TOO_MANY_TOKENS, 400, N_("{user} has {max} tokens, and no more can be made.  Revoke one first.")) \
	X(TOO_MANY_VALUES, 400, N_("At most {max} shared values are allowed.")) \
	X(TOO_MANY_WAIT, 503, N_("Too many requests are waiting already.  Try again later.")) \
	X(TRANSFER_ENCODING_NOT_CHUNKED, 501, N_("The only Transfer-Encoding here is \"chunked\".")) \
	X(TRIGGER_NOT_DEPLOYMENT_REQUEST, 422, N_("\"trigger\" must be \"deployment_request\".")) \
	X(TYPE_UNKNOWN, 400, N_("There is no resource type \"{type}\".  A type of your own is written {org}/NAME.")) \
	X(TYPE_UNKNOWN_MEANT, 400, N_("There is no resource type \"{type}\".  Did you mean \"{meant}\"?")) \
	X(UNCHANGED_WORKLOAD_IS_DOWN, 503, N_("Workload {workload} is not changed, but it is down.")) \
	X(UNCHANGED_WORKLOAD_IS_DOWN_WHILE, 0, N_("Workload {workload} is not changed, but it is down")) \
	X(USER_EXISTS, 409, N_("The user \"{user}\" already exists.")) \
	X(USER_ID_INVALID, 400, N_("\"id\" must be 1 to {max} letters, digits and . _ @ + -")) \
	X(USER_NOT_FOUND, 404, N_("There is no user \"{user}\".")) \
	X(USER_TYPE_INVALID, 400, N_("\"type\" must be \"user\" or \"service\".")) \
	X(VALUES_AND_VERSION_GIVEN, 400, N_("Give \"values\" or \"value_set_version_id\", not both: changed values make a new version.")) \
	X(VALUES_MOVED, 412, N_("The shared values of {place} changed: their newest version is \"{version}\".  Look at them again.")) \
	X(VALUES_TOO_LARGE, 400, N_("All shared values together cannot be larger than {max} bytes.")) \
	X(VALUE_AND_SECRET_GIVEN, 400, N_("Give either \"value\" or \"secret_ref\"; \"secret_ref\" takes a \"value\", or a \"store\" and a \"ref\".")) \
	X(VALUE_CHANGE_EMPTY, 400, N_("\"value\" or \"description\" must be given.")) \
	X(VALUE_EXISTS, 409, N_("The shared value \"{key}\" already exists.")) \
	X(VALUE_IS_CURRENT, 400, N_("\"{key}\" has this value now, so it cannot be purged.  Change or delete it first.")) \
	X(VALUE_ITEM_NOT_OBJECT, 400, N_("Each item of \"set\" must be an object.")) \
	X(VALUE_KEY_INVALID, 400, N_("The \"key\" of a shared value must be 1 to {max} letters, digits, '_', '.' and '-'.")) \
	X(VALUE_MISSING, 400, N_("A shared value needs a \"value\".")) \
	X(VALUE_NAMED_TWICE, 400, N_("\"values\" names the key \"{key}\" twice.")) \
	X(VALUE_NOT_FOUND, 404, N_("There is no shared value \"{key}\".")) \
	X(VALUE_NOT_IN_VERSION, 400, N_("this shared value is not in the version of the values that this deployment has")) \
	X(VALUE_NOT_WHOLE, 400, N_("Both \"value\" and \"description\" must be given.  To change one of them, use PATCH.")) \
	X(VALUE_OF_KEY_MISSING, 400, N_("{key}: a shared value needs a \"value\".")) \
	X(VALUE_PURGED_FROM_VERSION, 400, N_("it was purged from the version of the values that this deployment has")) \
	X(VALUE_SET_VERSION_NONE_YET, 404, N_("There is no value set version: no shared value was made yet.")) \
	X(VALUE_SET_VERSION_NOT_FOUND, 404, N_("There is no value set version \"{version}\" here.")) \
	X(VALUE_WAS_PURGED, 400, N_("The value that \"{key}\" had in this version was purged.")) \
	X(VALUE_WITHOUT_DESCRIPTION, 400, N_("A shared value needs a \"description\", which may be null.")) \
	X(VARIABLES_INVALID, 400, N_("The variables of workload {workload} must be an object of at most {max} strings.")) \
	X(VARIABLE_INVALID, 400, N_("The variable \"{name}\" of workload {workload} must have a name without '=' and a string or a number as value.")) \
	X(VERSION_WITHOUT_OWN_VALUE, 400, N_("The environment's own values have no \"{key}\" in this version.")) \
	X(VERSION_WITHOUT_VALUE, 400, N_("This version has no value \"{key}\".")) \
	X(VOLUME_MOUNTS_TOO_MANY, 400, N_("Workload {workload} may have at most {max} volume mounts.")) \
	X(VOLUME_NOT_FOUND, 400, N_("There is no volume \"{name}\" for workload {workload}: it must be in its volumes, or a resource of type volume.")) \
	X(VOLUME_PART_NOT_MOUNTED, 400, N_("Workload {workload} asks for a part of a volume at {path} (sub_path); only a whole volume can be mounted here.")) \
	X(VOLUME_PATH_INVALID, 400, N_("A volume of workload {workload} must be mounted at an absolute path without \".\" and \"..\", not at \"{path}\".")) \
	X(WAITING_FOR_COMMAND, 0, N_("waiting for its command, try {number}")) \
	X(WAITING_FOR_PAGE, 0, N_("waiting for GET {page} on {port}, try {number}")) \
	X(WAITING_FOR_PORT, 0, N_("waiting for port {port}, try {number}")) \
	X(WARNINGS_NEED_ENVIRONMENT, 400, N_("Say where it would be deployed: give \"env_id\" or \"env_type\".")) \
	X(WORKLOADS_NOT_CONFINED, 503, N_("This machine does not allow workloads to be confined ({reason}).  Allow user namespaces, or set \"confinement = none\" in [run] if you trust every program that runs here.")) \
	X(WORKLOAD_AMOUNT_INVALID, 400, N_("The {member} \"{name}\" of workload {workload} must be an amount such as 0.5, 250m or 64Mi.")) \
	X(WORKLOAD_DID_NOT_STAY_UP, 503, N_("Workload {workload} ({image}) ended with {how}; it must stay up for {duration}.")) \
	X(WORKLOAD_ENDED, 503, N_("Workload {workload} ({image}) ended with {how} before it was ready.")) \
	X(WORKLOAD_EXTENSIONS_NOT_TAKEN, 400, N_("This platform does not take \"extensions\"; change the deployment set of the workload instead.")) \
	X(WORKLOAD_FILE_NOT_WRITTEN, 500, N_("{file}: the file cannot be written: {reason}")) \
	X(WORKLOAD_HELD_BACK, 503, N_("not started, because workload {workload} cannot start")) \
	X(WORKLOAD_LABEL_RESERVED, 400, N_("The label or annotation \"{name}\" of workload {workload} is set by the platform; remove it from the workload.")) \
	X(WORKLOAD_MEMORY_TOO_SMALL, 400, N_("The {member} \"{name}\" of workload {workload} is less than 1Mi: nothing can run in it.")) \
	X(WORKLOAD_MISSING, 400, N_("the workload \"{workload}\" does not exist")) \
	X(WORKLOAD_MUST_STAY_UP, 503, N_("started; ready when it has stayed up for {duration}")) \
	X(WORKLOAD_NAMES_NO_IMAGE, 400, N_("workload {workload}: its container names no image")) \
	X(WORKLOAD_NAME_INVALID, 400, N_("\"{workload}\" cannot be the name of a workload.")) \
	X(WORKLOAD_NEEDS_CLUSTER, 400, N_("The workload \"{workload}\" holds objects of a cluster, so it can only run in one.")) \
	X(WORKLOAD_NOT_BASELINE, 400, N_("Workload {workload} sets {member}, which the pod security level of its namespace does not allow.  Leave it out, or set the label pod-security.kubernetes.io/enforce to \"privileged\" (definition of type k8s-namespace).")) \
	X(WORKLOAD_NOT_EXECUTED, 503, N_("Workload {workload} ({image}) cannot be started: {how}.")) \
	X(WORKLOAD_NOT_FOUND, 400, N_("{env} has no workload \"{workload}\".")) \
	X(WORKLOAD_NOT_ONE_CONTAINER, 400, N_("The workload {workload} must have exactly one container here.")) \
	X(WORKLOAD_NOT_READY, 503, N_("Workload {workload} ({image}) was not ready after {duration}.")) \
	X(WORKLOAD_NOT_READY_AFTER, 503, N_("not ready after {duration}")) \
	X(WORKLOAD_NOT_READY_STARTS_AGAIN, 503, N_("not ready after {limit}; starts again after {duration}")) \
	X(WORKLOAD_NOT_READY_WHILE, 0, N_("Workload {workload} ({image}) was not ready after {duration}")) \
	X(WORKLOAD_NOT_STARTED, 0, N_("Workload {workload} cannot be started")) \
	X(WORKLOAD_NUMBER_INVALID, 400, N_("The {member} of workload {workload} must be a number from {min} to {max}.")) \
	X(WORKLOAD_REQUEST_ABOVE_LIMIT, 400, N_("Workload {workload} requests more {name} than its limit.")) \
	X(WORKLOAD_SECONDS_INVALID, 400, N_("The {member} of workload {workload} must be a number of seconds from 0 to {max}.")) \
	X(WORKLOAD_STARTED, 503, N_("started")) \
	X(WORKLOAD_STARTS_AGAIN, 503, N_("ended with {how}; starts again after {duration}")) \
	X(WORKLOAD_STRINGS_INVALID, 400, N_("The {member} of workload {workload} must be an array of at most {max} strings.")) \
	X(WORKLOAD_STRING_INVALID, 400, N_("String {number} of the {member} of workload {workload} is not a string.")) \
	X(WORKLOAD_TO_UPDATE_MISSING, 400, N_("the workload \"{workload}\" to update does not exist")) \
	X(WORKLOAD_TRIES_AGAIN, 503, N_("ended with {how}; trying once more")) \
	X(WORKLOAD_TWICE, 400, N_("The workload {workload}, or a public port of it, is declared twice.")) \
	X(WORKLOAD_WITHOUT_IMAGE, 404, N_("the workload \"{workload}\" has no container with an image here")) \
	X(WORKLOAD_WITHOUT_SPEC, 400, N_("A workload needs a \"spec\"."))

/* clang-format on */

enum error_code {
	ERROR_CODE_NONE,
#define X(id, ...) CODE_##id,
	ERROR_CODES(X, X)
#undef X
	ERROR_CODE_COUNT
};

#define ERROR_CODE_SIZE 48	/* of a code, with its end */
#define ERROR_VALUE_MAX 300	/* bytes of a parameter; a longer one is cut at a character */

struct error_parameters {
	enum error_code code;
#define X(name) const char *name;
	ERROR_TEXTS(X)
#undef X
#define X(name) long long name;
	ERROR_NUMBERS(X)
#undef X
};

/* Fills err (NULL is fine) with the sentence, in the language of this program, and the kind that
 * its status has; returns -1:
 *
 *	return error_set_code(err, CODE_ENVIRONMENT_EXISTS, .env = id);
 */
#define error_set_code(err, ...) \
	error_code_set((err), &(const struct error_parameters){.code = __VA_ARGS__})
/* Puts the sentence and ": " before those that are there; the kind stays.  Returns -1. */
#define error_prefix_code(err, ...) \
	error_code_prefix((err), &(const struct error_parameters){.code = __VA_ARGS__})

int error_code_set(struct error *err, const struct error_parameters *parameters);
int error_code_prefix(struct error *err, const struct error_parameters *parameters);

struct error_row {
	const char *name;
	int status;		/* 0: said in front of others alone, whose status counts */
	const char *text, *plural;	/* in English; plural: NULL where nothing is counted */
};

const struct error_row *error_code_row(enum error_code code);
void error_code_name(char out[ERROR_CODE_SIZE], enum error_code code);	/* in lower case */
/* The status of the first sentence that has one; 0: none has, or the kind was made another. */
int error_code_status(const struct error *err);
char *error_codes_text(const struct error *err);	/* the whole, in English; free() it */
/* Adds "code", "parameters" and, where there are more sentences, "cause": as much in an object.
 * Nothing when the error has no code. */
void error_codes_write(const struct error *err, json_t *details);
/* The same as an object, in a text; "" when the error has no code.  free() it. */
char *error_codes_encode(const struct error *err);
/* true: all codes and parameters in it are known, and out says them in this program's language. */
bool error_codes_read(struct error *out, const json_t *details);

#endif
