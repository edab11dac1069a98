/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A large cluster, all namespaces at once: one paged list and one watch for each kind of workload,
 * of which only rows are kept (wide-row.h).  What else a person looks at closely is the affair of a
 * namespace's own watches (kube-space.h).
 *
 * A driver has one for each selector that somebody asks with, so none changes what another sees.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_WIDE_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_WIDE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct driver_status;
struct error;
struct kube_driver;
struct kube_wide;

/* Namespaces that are read one by one.  More are read at once, or not at all. */
#define KUBE_APART_MAX 20
/* Workloads, and what scales them, which is no row but decides what they declare. */
#define KUBE_WIDE_KINDS 6

/* Whoever wants the objects as they come, once: of a namespace after the other, in each kind. */
struct kube_wide_reader {
	/* Whole, with managers; borrowed. */
	void (*object)(void *data, size_t kind, json_t *object);
	/* A list begins, perhaps again: those of that kind ("Deployment") are forgotten. */
	void (*begun)(void *data, size_t kind, const char *name);
	void (*page)(void *data, size_t kind, bool is_last);
	bool (*is_busy)(void *data);		/* no more for now */
	/* That kind cannot be listed.  It is tried again; the reader may leave. */
	void (*failed)(void *data, size_t kind, const struct error *err);
	void *data;
};

/* The driver's from now on, which has none with that selector yet.  selector: of the workloads, as
 * kubectl has it; NULL: all.  Both are copied. */
struct kube_wide *kube_wide_new(struct kube_driver *driver, const char *selector,
				const struct kube_wide_reader *reader);
void kube_wide_free(struct kube_wide *wide);	/* not from a callback of its reader */
/* That reader, by its data, wants no more; of another one nothing changes. */
void kube_wide_leave(struct kube_wide *wide, const void *data);
/* What failed so is left out, and the rest counts. */
bool kube_wide_does_without(size_t kind, const struct error *err);
bool kube_wide_is_being_read(const struct kube_wide *wide);

/* Somebody needs the one with that selector, which stays therefore; NULL: there is none. */
struct kube_wide *kube_wide_find(struct kube_driver *driver, const char *selector);
/* The same, or one that has others, too. */
struct kube_wide *kube_wide_over(struct kube_driver *driver, const char *selector);
/* Frees those that nobody has needed for minutes. */
void kube_wide_drop_unused(struct kube_driver *driver);
/* All of it was listed once. */
bool kube_wide_is_listed(const struct kube_wide *wide);
/* All of it is known now.  false with err: why not; kind ERROR_NONE: it comes. */
bool kube_wide_is_seen(const struct kube_wide *wide, struct error *err);
/* Wall ms at which the oldest of it was known to be so; 0: it never was. */
int64_t kube_wide_seen_at(const struct kube_wide *wide);
/* The cluster answers again: the watches may hang at connections of before. */
void kube_wide_reconnect(struct kube_driver *driver, int64_t within_ms);

/* Of a namespace: {"Deployment/web": row}, borrowed, or NULL: nothing runs there; */
const json_t *kube_wide_rows(const struct kube_wide *wide, const char *namespace);
/* whether none of that kind runs there, as its watch knows now; false: it may be. */
bool kube_wide_has_none(const struct kube_wide *wide, const char *namespace, const char *kind);
/* Another number whenever the rows are something else, */
uint64_t kube_wide_state(const struct kube_wide *wide, const char *namespace);
/* and whenever what is declared is: the sum of this for each object. */
uint64_t kube_wide_declared(const struct kube_wide *wide, const char *namespace);
uint64_t kube_wide_declared_of(const json_t *object);

#endif
