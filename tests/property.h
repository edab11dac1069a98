/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Laws that hold for whatever is drawn.  All that is random is a row of choices; a case that
 * breaks a law is made smaller by making its choices fewer and smaller, so a generator needs
 * no shrinker of its own: it only has to make simple things of small choices.
 */
#ifndef SIDESTAGE_TESTS_PROPERTY_H
#define SIDESTAGE_TESTS_PROPERTY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;

/* 0 to below - 1; 0 is the simplest. */
unsigned source_draw(struct source *source, unsigned below);
/* For what is told of a broken law; the value is written at once. */
void source_note(struct source *source, const char *name, const json_t *value);

/* New references: any JSON value of at most that depth; an object; another near to it. */
json_t *source_json(struct source *source, int depth);
json_t *source_object(struct source *source, int depth);
json_t *source_near(struct source *source, const json_t *value, int depth);
/* A body that set_decode() takes; one that differs from it in a few places. */
json_t *source_set(struct source *source);
json_t *source_set_near(struct source *source, const json_t *set);

/* false: the law is broken. */
typedef bool property_law(struct source *source);

/*
 * Draws $SIDESTAGE_PROPERTY_COUNT cases (300) from $SIDESTAGE_PROPERTY_SEED (another one each
 * time).  Prints the seed; of a broken law also its smallest case.  Whether it held.
 */
bool property_holds(const char *name, property_law *law);

#endif
