/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The rows of error-codes.h about clusters and what is cloned there; that file alone includes this
 * one. */
#ifndef SIDESTAGE_MODEL_ERROR_CODES_CLUSTER_H
#define SIDESTAGE_MODEL_ERROR_CODES_CLUSTER_H

/* clang-format off */
#define ERROR_CODES_CLUSTER(X, PLURAL) \
	X(CLONE_EVERY_NODE, 0, N_("{object}: starts a pod on each node that it is for, as in the original")) \
	X(CLONE_GONE, 404, N_("The clone {env} is deleted: its namespace {namespace} was deleted in the cluster.")) \
	X(CLONE_IMAGE_NOT_PINNED, 0, N_("{object}: the tag may have moved, because no digest is known of what runs in the original: {words}")) \
	X(CLONE_IMAGE_PINNED, 0, N_("{object}: the image is pinned to what runs in the original: {words}")) \
	X(CLONE_JOB_NOT_RUN, 0, N_("{object}: not run in a clone; set spec.runs to true to run it")) \
	X(CLONE_MADE_BY_OTHERS, 409, N_("{name} was faster: the clone {env} has been in the namespace {namespace} since {words}.  Nothing was changed.  Choose another name.")) \
	X(CLONE_MORE_REPLICAS, 0, N_("{object}: this may be a number of pods, and stays as in the original: {words}")) \
	X(CLONE_NAMESPACE_CARRIED, 0, N_("Its namespace gets what {namespace} has: {words}")) \
	X(CLONE_NOTE_UNREADABLE, 400, N_("The annotation sidestage.dev/{name} of the clone {env} cannot be read, so what it said before still counts.")) \
	X(CLONE_NOT_TO_ORIGIN, 0, N_("{workload}: cannot connect to the namespace {namespace}; set spec.reaches_origin to true to allow it")) \
	X(CLONE_ONE_REPLICA, 0, N_("{object}: starts with 1 replica unless spec.replicas says more (original: {words})")) \
	X(CLONE_ORIGINAL_GONE, 409, N_("{env} was cloned from {other}, which is gone: it would run as the original did.  Discard it and clone again.")) \
	X(CLONE_OVER_QUOTA, 0, N_("The pods of the clone request {amount}, more than ResourceQuota {name} allows: some will not start.")) \
	X(CLONE_REACHES_ORIGIN, 0, N_("{workload}: may connect to the namespace {namespace}: only its own network policies prevent it")) \
	X(CLONE_REQUESTS, 0, N_("Its pods request {amount}; the nodes have {room} free")) \
	X(CLONE_REQUESTS_ALONE, 0, N_("Its pods request {amount}; how much the nodes have free is unknown")) \
	X(CLONE_REQUESTS_TOO_MUCH, 0, N_("The pods of the clone request {amount}, but the nodes have only {room} free: some may not start.")) \
	X(CLONE_SECRET_COPIED, 0, N_("Secret {name}: copied from the namespace {namespace}")) \
	X(CLONE_SECRET_GENERATED, 400, N_("It is of the type {type} and cannot be copied.  Leave it out, or set its data in spec.secrets.")) \
	X(CLONE_SECRET_INVALID, 400, N_("Secret {name} of workload {workload}: spec.secrets must say \"leave-out\", or have \"as\" with a name or \"data\" with texts.")) \
	X(CLONE_SECRET_LEFT_OUT, 0, N_("Secret {name}: left out; pods start without it")) \
	X(CLONE_SECRET_MISSING, 0, N_("Secret {name} is left out, but the pods of {workload} do not start without it")) \
	X(CLONE_SECRET_NOT_COPIED, 0, N_("Secret {name} could not be copied")) \
	X(CLONE_SECRET_OTHER, 0, N_("Secret {name}: copied from {words} of the namespace {namespace}")) \
	X(CLONE_SECRET_TYPED, 0, N_("Secret {name}: made from the data in spec.secrets")) \
	X(CLONE_SUSPENDED, 0, N_("{object}: suspended (schedule {words}); set spec.runs to true to let it run")) \
	X(CLONE_UNPAUSED, 0, N_("{object}: its rollout is paused in the original, but not in the clone")) \
	X(CLONE_VOLUME_EMPTY, 0, N_("{object}: a new empty volume; the data of the original is not copied")) \
	X(CLONE_WITHOUT_ACTOR, 0, N_("{object}: left out, because it would deploy something or request a certificate or a DNS name")) \
	X(CLONE_WITHOUT_ADDRESSES, 0, N_("{object}: reachable inside the cluster only; not copied: {words}")) \
	X(CLONE_WITHOUT_AUTOSCALER, 0, N_("{object}: left out, because a clone keeps its number of replicas")) \
	X(CLONE_WITHOUT_BUDGET, 0, N_("{object}: left out, because with one replica it would block the drain of a node")) \
	X(CLONE_WITHOUT_CERTIFICATES, 0, N_("{object}: no certificate is requested; not copied: {words}")) \
	X(CLONE_WITHOUT_CLUSTER_WIDE, 0, N_("{object}: left out, because it belongs to the whole cluster")) \
	X(CLONE_WITHOUT_DNS_NAMES, 0, N_("{object}: no DNS name is registered; not copied: {words}")) \
	X(CLONE_WITHOUT_EGRESS, 0, N_("{object}: pods of the original may have these addresses, so the clone cannot connect to them: {words}; set spec.reaches_origin to true in its workloads to allow it")) \
	X(CLONE_WITHOUT_HOSTS, 0, N_("{object}: not reachable at hosts of the original: {words}")) \
	X(CLONE_WITHOUT_KIND, 0, N_("{object}: left out, because objects of this kind cannot be copied")) \
	X(CLONE_WITHOUT_MARKS, 0, N_("{object}: marks of deployment tools are not copied: {words}")) \
	X(CLONE_WITHOUT_NODE, 0, N_("{object}: has no access to its node; not copied: {words}")) \
	X(CLONE_WITHOUT_SECRET, 0, N_("{object}: left out, because the content of a Secret is never kept")) \
	X(CLONE_WITHOUT_TWICE, 0, N_("{object}: declared twice; the clone keeps the last one: {words}")) \
	X(CLUSTERS_MISSING, 400, N_("The resource definition {definition} asks for a cluster, but this platform does not have one; add a section [cluster \"NAME\"] to its configuration.")) \
	X(CLUSTER_AMBIGUOUS, 400, N_("Cannot tell where {env} is to run: the resource definitions {definition} and {other} match it equally well ({tried}).")) \
	X(CLUSTER_ANSWER_EXPIRED, 410, N_("The cluster no longer keeps what it was asked for ({verb} {object}): {reason}")) \
	X(CLUSTER_ANSWER_INVALID, 500, N_("The answer of the cluster to \"{verb} {object}\" is invalid: {reason}")) \
	X(CLUSTER_ANSWER_TOO_LARGE, 500, N_("The answer of the cluster to \"{verb} {object}\" is larger than {max} bytes.")) \
	X(CLUSTER_BUSY, 503, N_("The cluster is too busy for \"{verb} {object}\": {reason}")) \
	X(CLUSTER_CERTIFICATE_ALONE, 400, N_("A client certificate and its key are needed together.")) \
	X(CLUSTER_CERTIFICATE_INVALID, 400, N_("\"{member}\" must be a certificate as PEM.")) \
	X(CLUSTER_CHANGED_BACK, 0, N_("changed, and then changed back")) \
	X(CLUSTER_CHANGES, 0, N_("the cluster changes {object}: {path} will be {words}")) \
	X(CLUSTER_CHANGES_AWAY, 0, N_("the cluster changes {object}: {path} will not be there")) \
	X(CLUSTER_CREDENTIALS_REFUSED, 403, N_("The cluster refused the credentials of user {user}: {reason}")) \
	X(CLUSTER_DEFINITION_GONE, 400, N_("The cluster of the resource definition {definition} cannot be reached: the definition was deleted.  Create it again with the same id.")) \
	X(CLUSTER_DEFINITION_MISSING, 400, N_("Cannot tell where {env} is to run: no resource definition of type {type} exists.")) \
	X(CLUSTER_DEFINITION_USED, 400, N_("The resource definition {definition} must keep its server: {env} runs there, and an environment does not move to another cluster.")) \
	X(CLUSTER_DNS_SHARED, 400, N_("The resource {resource} does not belong to a workload: in a cluster a name of DNS leads to a workload.  Declare it among the \"externals\" of one.")) \
	X(CLUSTER_DRY_RUN_REFUSED, 503, N_("{object} could not be checked in the cluster, because a webhook does not support dry runs: {reason}")) \
	X(CLUSTER_FAILED, 500, N_("The cluster failed at \"{verb} {object}\": {reason}")) \
	X(CLUSTER_FIELDS_NOT_RELEASED, 0, N_("The entry {name} in its managedFields could not be removed, so the next server-side apply of the owner may be refused")) \
	X(CLUSTER_FIELDS_OWNED, 409, N_("Cannot apply {object}: other managers own these fields: {fields}")) \
	PLURAL(CLUSTER_FIELDS_OWNED_MORE, 409, "Cannot apply {object}: other managers own these fields: {fields}, and {number} more", "Cannot apply {object}: other managers own these fields: {fields}, and {number} more") \
	X(CLUSTER_FIELD_GONE, 412, N_("{object} moved: {path} was removed.  Review it again.")) \
	X(CLUSTER_FIELD_MOVED, 412, N_("{object} moved: {path} is now {words}, not what was reviewed.  Review it again.")) \
	X(CLUSTER_FILE_NOT_READ, 503, N_("The file {file}, which is needed to reach the cluster, cannot be read: {reason}.")) \
	X(CLUSTER_FORBIDDEN, 403, N_("User {user} has no right to {verb} {resource} in the namespace {namespace} of the cluster.")) \
	X(CLUSTER_FORBIDDEN_EVERYWHERE, 403, N_("User {user} has no right to {verb} {resource} in the whole cluster.")) \
	X(CLUSTER_KEEPS_CHANGING, 412, N_("The objects in the namespace {namespace} keep changing, so the change was abandoned.  Try again.")) \
	X(CLUSTER_KEY_INVALID, 400, N_("\"{member}\" must be a private key as PEM, without a password.")) \
	X(CLUSTER_KIND_NOT_CHANGED, 400, N_("{object} cannot be changed: this platform does not know its kind.")) \
	X(CLUSTER_LIST_TOO_LARGE, 500, N_("The cluster has more than {max} objects in the list of {resource}.")) \
	X(CLUSTER_NAME_MISSING, 400, N_("The resource definition {definition} must name a cluster in \"{member}\" of its values.")) \
	X(CLUSTER_NOT_ENCRYPTED, 503, N_("The cluster at {server} is not reached over https, so the token was not sent.")) \
	X(CLUSTER_NOT_HERE, 400, N_("Cannot run {env}: the resource definition {definition} names the cluster \"{name}\", which this platform does not have.")) \
	X(CLUSTER_NOT_INSIDE, 503, N_("This platform does not run in a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set.")) \
	X(CLUSTER_NOT_MATCHED, 400, N_("Cannot tell where {env} is to run: no resource definition of type {type} matches it (environment type {env_type}, application {app}).  Tried: {tried}.")) \
	X(CLUSTER_NOT_RESTORED, 0, N_("workload {workload} could not be restored to what it was before")) \
	X(CLUSTER_NOT_TRUSTED, 503, N_("The certificate of the cluster at {server} is not trusted: {reason}")) \
	X(CLUSTER_NO_REPLY, 503, N_("The cluster did not answer \"{verb} {object}\": {reason}")) \
	X(CLUSTER_OBJECT_CHANGED, 409, N_("Cannot {verb} {object}: it was changed in the cluster meanwhile: {reason}")) \
	X(CLUSTER_OBJECT_EXISTS, 409, N_("It already exists in the cluster: {reason}")) \
	X(CLUSTER_OBJECT_GONE, 412, N_("{object} moved: it was deleted in the cluster.  Review it again.")) \
	X(CLUSTER_OBJECT_INVALID, 400, N_("The cluster refused {object} as invalid: {reason}")) \
	X(CLUSTER_OBJECT_MISSING, 404, N_("Cannot {verb} {object}: it is not in the cluster: {reason}")) \
	X(CLUSTER_OF_ENVIRONMENT_NOT_HERE, 400, N_("Cannot reach {env}: it runs in the cluster \"{name}\", which this platform does not have; add a section [cluster \"{name}\"] to its configuration.")) \
	X(CLUSTER_POD_REFUSED, 0, N_("the cluster would refuse a pod of {workload}: {reason}")) \
	X(CLUSTER_REFUSED, 400, N_("The cluster refused \"{verb} {object}\": {reason}")) \
	X(CLUSTER_REMOVES, 0, N_("{object} will be removed: the new set does not declare it")) \
	X(CLUSTER_RESOURCE_FILES, 400, N_("The file \"{name}\" of a template cannot be given to workloads in a cluster.  Declare it in the workloads instead.")) \
	X(CLUSTER_RESOURCE_UNKNOWN, 400, N_("The resource {resource} is of type \"{type}\"; in a cluster this platform makes dns, ingress, httproute and volume.  For anything else use a definition with the driver \"static\".")) \
	X(CLUSTER_RESTARTS, 0, N_("the pods of {workload} will restart")) \
	X(CLUSTER_REVIEW_LATE, 503, N_("The cluster did not answer within {seconds} s.")) \
	X(CLUSTER_RIGHTS_MISSING, 403, N_("This platform lacks rights in the namespace {namespace}: {words}.  Grant them to its user in the cluster.")) \
	X(CLUSTER_SAYS, 500, N_("the cluster reports: {reason}")) \
	X(CLUSTER_SERVER_INVALID, 400, N_("The server of a cluster must be reached by https, at an address such as https://192.0.2.10:6443 without a user name or a query.")) \
	X(CLUSTER_SERVER_NOT_ALLOWED, 400, N_("The resource definition {definition} names the server {server}, which is not allowed here.  Name a section [cluster \"NAME\"] of the configuration instead, or let the operator add the host to cluster-servers in [run].")) \
	X(CLUSTER_SILENT, 0, N_("The cluster {name} has not answered for {duration} (since {time})")) \
	X(CLUSTER_TOKEN_INVALID, 400, N_("The token for the cluster is empty, is too long, or has a character that is not allowed in a token.")) \
	X(CLUSTER_UNKNOWN, 400, N_("The resource definition {definition} names the cluster \"{name}\", which this platform does not have.  It has {tried}.")) \
	X(CLUSTER_UNREACHABLE, 503, N_("The cluster at {server} cannot be reached: {reason}")) \
	X(CLUSTER_UNSEEN, 503, N_("The cluster does not show what runs in the namespace {namespace}.")) \
	X(CLUSTER_WARNS, 0, N_("the cluster warns about {object}: {reason}")) \
	X(CLUSTER_WITHOUT_GATEWAYS, 400, N_("The cluster {name} does not have the Gateway API (HTTPRoute of gateway.networking.k8s.io/v1).  Install it, or use a definition with the driver \"kubernetes/ingress\"."))
/* clang-format on */

#endif
