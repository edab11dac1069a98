/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files that make objects of a workload share. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_OBJECTS_PARTS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_OBJECTS_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/workload-fields.h"
#include "platform/drivers/kubernetes/objects/objects.h"

struct driver_workload;
struct error;
struct stand_in_facts;

/* A workload of which objects are made. */
struct kube_workload {
	const char *namespace, *space;
	const uint8_t *name_key;
	bool is_privileged;
	const char *deployment;		/* its id; NULL: none */
	const struct driver_workload *declared;
	enum workload_profile profile;	/* PROFILE_MODULE where it is not known */
	json_t *spec;			/* of `declared`, with ports where marks were */
	char *name;			/* of its objects */
	json_t *secret_places;		/* {JSON pointer: true} */
	json_t *unplaced;		/* those that have no place in the Secret */
	/* What becomes a ConfigMap and a Secret: {key: text}. */
	json_t *config, *secret;
	char *config_name, *secret_name;	/* NULL: there is none */
	json_t *ports;			/* of its Service; NULL: it has none */
	struct kube_objects *out;
};

/* --- objects.c --- */

/* {"labels", "annotations"} of an object or a pod: ours, and those of parts of the spec ("": the
 * spec itself; NULL at the end, or all of it: none).  NULL with err: one of them is ours. */
json_t *kube_metadata(const struct kube_workload *w, const char *const *parts, struct error *err);
/* One that has nothing but metadata, which fails with parts alone. */
json_t *kube_object_new(const struct kube_workload *w, const char *api_version, const char *kind,
			const char *name, const char *const *parts, struct error *err);
/* What selects its pods. */
json_t *kube_selector(const struct kube_workload *w);
/* Takes the object. */
struct kube_object *kube_objects_add(struct kube_workload *w, enum kube_stage stage,
				     json_t *object);
/* The same of one that the rollout waits for, when it is to start.  0, or -1 with err. */
int kube_add_workload(struct kube_workload *w, json_t *object, struct error *err);

/* Copies both. */
void kube_objects_note(struct kube_objects *objects, const char *module, const char *code,
		       const struct error *said);

/* --- objects-values.c --- */

/* The keys of an object in the order of their bytes, NULL at the end: what is made of a map does
 * not depend on the order in which it was written.  free() the array. */
const char **kube_sorted_keys(const json_t *object);
/* The values in that order, as an array. */
json_t *kube_sorted_values(const json_t *object);
/* A string, or the text of a number or a flag; NULL: it is none of them.  free() it. */
char *kube_text(const json_t *value);
/* The member, where it says something; else NULL. */
const json_t *kube_member(const json_t *object, const char *key);
/* Copies a whole number that is there, also one in quotes. */
void kube_copy_number(json_t *out, const json_t *object, const char *key);
/* Copies whatever is there, under the name `as`. */
void kube_copy(json_t *out, const char *as, const json_t *object, const char *key);
/* The JSON pointer of these tokens, NULL at the end; free() it. */
char *kube_place(const char *first, ...) __attribute__((sentinel));
/* That of the value of a variable of an init container; free() it. */
char *kube_init_place(size_t container, size_t variable);

/* --- objects-files.c --- */

/* Collects what is in ConfigMap and Secret, which gives them their names; then they can be made.
 * 0, or -1 with err. */
int kube_collect_data(struct kube_workload *w, struct error *err);
int kube_add_data(struct kube_workload *w, struct error *err);
/* A variable of a container: its text, or where that is, if it is a secret.  NULL with err. */
json_t *kube_variable(const struct kube_workload *w, const char *name, const json_t *value,
		      const char *place, struct error *err);
/* {path: mount} of a container's files. */
void kube_mount_files(const struct kube_workload *w, const char *container, json_t *mounts);
/* The volumes that these mounts are of.  0, or -1 with err. */
int kube_add_file_volumes(const struct kube_workload *w, json_t *volumes, struct error *err);

/* --- objects-volumes.c --- */

/* {path: mount} of a container's volumes.  0, or -1 with err. */
int kube_mount_volumes(const struct kube_workload *w, const json_t *container, json_t *mounts,
		       struct error *err);
void kube_add_volumes(const struct kube_workload *w, json_t *volumes);

/* --- objects-container.c --- */

/* As those of a schedule have them, if it is one.  NULL with err. */
json_t *kube_containers(const struct kube_workload *w, const char *schedule, struct error *err);
/* Those that run before.  0, or -1 with err. */
int kube_add_inits(const struct kube_workload *w, json_t *pod, struct error *err);

/* --- objects-service.c --- */

int kube_add_service(struct kube_workload *w, struct error *err);

/* --- objects-routes.c --- */

/* After its Service. */
int kube_add_routes(struct kube_workload *w, struct error *err);

/* --- objects-pod.c --- */

/* NULL with err. */
json_t *kube_pod_template(const struct kube_workload *w, const char *schedule, struct error *err);
/* The account that it names; NULL: none, so it has one of its own. */
const char *kube_account(const struct kube_workload *w);

/* --- objects-security.c --- */

/* Whether the namespace lets such a pod in.  0, or -1 with err. */
int kube_check_baseline(const struct kube_workload *w, const json_t *metadata, const json_t *pod,
			struct error *err);

/* --- objects-jobs.c --- */

int kube_add_job(struct kube_workload *w, struct error *err);
int kube_add_cron_jobs(struct kube_workload *w, struct error *err);
/* Of a Job that is called so: another one of another deployment or another spec; free() it. */
char *kube_job_name(const struct kube_workload *w, const char *name, const json_t *spec);

/* --- objects-manifests.c --- */

/* Its pods do not reach where it was made of. */
void kube_add_policy(struct kube_workload *w, const struct stand_in_facts *facts, size_t from);
/* Which Secrets the objects from that one on need.  0, or -1 with err. */
int kube_add_secrets(struct kube_workload *w, const struct stand_in_facts *facts, size_t from,
		     struct error *err);
void kube_secret_clear(struct kube_secret *secret);	/* what is in it */

int kube_add_manifests(struct kube_workload *w, const struct stand_in_facts *facts,
		       struct error *err);

#endif
