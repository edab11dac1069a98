/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Members of objects that a cluster gave.  They may be anything: the answer has the type that is
 * asked for, whatever stands there.  NULL is an object without members. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_OBJECT_READ_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_OBJECT_READ_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Borrowed; "" when it is no string. */
const char *kube_read_text(const json_t *object, const char *key);
bool kube_read_is(const json_t *object, const char *key, const char *text);
/* 0 to INT_MAX; 0 when it is no whole number, `otherwise` when it is not there. */
int kube_read_count(const json_t *object, const char *key, int otherwise);
int64_t kube_read_number(const json_t *object, const char *key);
/* Wall ms; 0 when it is no time. */
int64_t kube_read_time(const json_t *object, const char *key);

/* Of the object's metadata. */
const json_t *kube_read_metadata(const json_t *object);
const char *kube_read_uid(const json_t *object);
const char *kube_read_name(const json_t *object);
const char *kube_read_note(const json_t *object, const char *annotation);
/* Of its owners the one that made it and keeps it; NULL: none does. */
const json_t *kube_read_controller(const json_t *object);
/* That is the object with this uid. */
bool kube_read_is_owned(const json_t *object, const char *uid);

/* {"metadata", "spec"} of the pods that the object makes; NULL: it makes none. */
json_t *kube_read_template(const json_t *object);
/* Of status.conditions, the one of this type; NULL: there is none. */
const json_t *kube_read_condition(const json_t *object, const char *type);
/* The item of an array of objects that has this name. */
const json_t *kube_read_named(const json_t *array, const char *name);

#endif
