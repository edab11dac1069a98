/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A deployment delta: a change from one set to another.
 * {modules: {add, remove, update}, shared: [op]}.
 */
#ifndef SIDESTAGE_MODEL_DELTA_H
#define SIDESTAGE_MODEL_DELTA_H

#include <jansson.h>
#include <stdbool.h>

struct error;
struct set;
struct delta;

/* An empty one, which changes nothing. delta_free() it. */
struct delta *delta_new(void);
void delta_free(struct delta *delta);	/* NULL is fine */
/* From DeltaRequest, DeltaResponse or PlainDelta; id and metadata are ignored; null
 * members count as empty.  NULL with ERROR_INPUT. */
struct delta *delta_decode(const json_t *body, struct error *err);
/* The same of what somebody sends: a member that no delta has, such as "module", would be a change that
 * is lost, and is refused. */
struct delta *delta_decode_sent(const json_t *body, struct error *err);
/* PlainDelta: {modules:{add,remove,update}, shared}; all members present.  New reference. */
json_t *delta_encode(const struct delta *delta);
/* Whether it asks for nothing.  One that asks for what is so already is not empty. */
bool delta_is_empty(const struct delta *delta);
/* One replace of the image of a workload's container: of the one that runs an image of that name,
 * else of the one that the workload is known by. */
int delta_set_image(struct delta *delta, const struct set *base, const char *module,
		    const char *image, struct error *err) __attribute__((warn_unused_result));

/* remove, then add, then update, then shared.  A removed module that is missing is fine;
 * an update of a missing module is an error.  New set or NULL; base stays as it was. */
struct set *delta_apply(const struct delta *delta, const struct set *base, struct error *err);
/* What turns from into to, with leaf operations. */
struct delta *delta_between(const struct set *from, const struct set *to);
/* What makes another body of one workload of the set.  NULL with ERROR_INPUT: the set has no such
 * workload, or that is no body of one. */
struct delta *delta_of_module(const struct set *base, const char *module, const json_t *body,
			      struct error *err);
/* Shares nothing with the original. */
struct delta *delta_copy(const struct delta *delta);
/* Merges `later` into a copy of `earlier` by the rules of PATCH deltas. */
struct delta *delta_compose(const struct delta *earlier, const struct delta *later,
			    struct error *err);
/* The same of several, in order; the error names the index of the one that cannot be merged. */
struct delta *delta_compose_all(const struct delta *earlier, struct delta *const *later,
				size_t count, struct error *err);

#endif
