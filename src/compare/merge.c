/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The merge walks the three trees together.  Where all three hold an object it goes down;
 * anything else is a leaf and is decided whole: who changed it from the base, and whether
 * both made the same of it.  The result starts as a copy of theirs and gets our changes, so
 * what only they changed survives without being touched.
 *
 * Promotion, undo, carry and recovery are this one function with other things in its three
 * places (doc/architecture).  It never guesses: a conflict stays one until a person has
 * chosen, and there is no result before.  Arrays are leaves, since their elements have no
 * names to be merged by.
 */
#include "config.h"

#include "compare/merge.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "compare/changes.h"
#include "compare/field-words.h"
#include "model/delta.h"
#include "model/json-text.h"
#include "model/json.h"
#include "model/pointer.h"
#include "model/set.h"

struct merge_walk {
	struct merge *merge;
	const struct merge *choices;	/* NULL: none were made; the same entries in order */
	const char *object;
	const json_t *module_theirs, *module_ours;	/* of the workload at hand; NULL */
	struct buf path;
};

/* Strings as they are, everything else as JSON: for people, who read both in the same list. */
static char *
text_of(const json_t *value)
{
	if (!value)
		return NULL;
	return json_is_string(value) ? xstrdup(json_string_value(value))
				     : json_text(value, JSON_SORT_KEYS);
}

static bool
same(const json_t *a, const json_t *b)
{
	return a == b || (a && b && json_same(a, b));
}

/* Of our own profiles people know the paths, and scripts decide by them. */
static char *
label_of(const struct merge_walk *walk)
{
	const char *path = buf_str(&walk->path);

	return strncmp(path, "/spec/manifests/", strlen("/spec/manifests/")) == 0
		       ? field_words(path, walk->module_theirs, walk->module_ours)
		       : xstrdup(path);
}

static void
note(struct merge_walk *walk, enum merge_side side, const json_t *base, const json_t *theirs,
     const json_t *ours)
{
	struct merge *merge = walk->merge;
	const char *path = buf_str(&walk->path);

	base = field_value_shown(path, base);
	theirs = field_value_shown(path, theirs);
	ours = field_value_shown(path, ours);

	merge->entries = xreallocarray(merge->entries, merge->count + 1, sizeof(*merge->entries));
	merge->entries[merge->count++] = (struct merge_entry){
		.side = side,
		.object = xstrdup(walk->object),
		.path = xstrdup(path),
		.label = label_of(walk),
		.base = text_of(base),
		.theirs = text_of(theirs),
		.ours = text_of(ours),
		.chosen = side,
	};
	if (side == MERGE_CONFLICT) {	/* a person chooses by these two */
		struct merge_entry *entry = &merge->entries[merge->count - 1];

		free(entry->theirs);
		free(entry->ours);
		(void)changes_say_values(theirs, ours, &entry->theirs, &entry->ours);
	}
	merge->conflicts += side == MERGE_CONFLICT;
	merge->undecided += side == MERGE_CONFLICT;
}

/* What a person chose for the entry that was noted last. */
static enum merge_side
take_choice(struct merge_walk *walk)
{
	struct merge *merge = walk->merge;
	const struct merge *choices = walk->choices;
	size_t last = merge->count - 1;

	/* The same three trees give the same entries in the same order, so a
	 * choice is found by its place; object and path are compared in case they
	 * are not the same trees after all. */
	if (choices && last < choices->count &&
	    !strcmp(choices->entries[last].object, merge->entries[last].object) &&
	    !strcmp(choices->entries[last].path, merge->entries[last].path))
		(void)merge_choose(merge, last, choices->entries[last].chosen);
	return merge->entries[last].chosen;
}

/* Copied: the result must outlive the clone's set. */
static void
put_ours(json_t *parent, const char *key, const json_t *ours)
{
	if (ours)
		json_object_set_new(parent, key, json_deep_copy(ours));
	else
		json_object_del(parent, key);
}

/* Who changed it; the value that the result gets is ours for OURS and stays theirs else. */
static void
merge_leaf(struct merge_walk *walk, json_t *parent, const char *key, json_t *base, json_t *theirs,
	   json_t *ours)
{
	if (same(base, ours) && same(base, theirs))
		return;
	if (same(base, ours)) {
		note(walk, MERGE_THEIRS, base, theirs, ours);
	} else if (same(ours, theirs)) {
		note(walk, MERGE_BOTH, base, theirs, ours);
	} else if (same(base, theirs)) {
		note(walk, MERGE_OURS, base, theirs, ours);
		put_ours(parent, key, ours);
	} else {
		note(walk, MERGE_CONFLICT, base, theirs, ours);
		if (take_choice(walk) == MERGE_OURS)
			put_ours(parent, key, ours);
	}
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char **
all_keys(json_t *const trees[3], size_t *count)
{
	const char **keys = xcalloc(json_object_size(trees[0]) + json_object_size(trees[1]) +
				    json_object_size(trees[2]) + 1, sizeof(*keys));
	size_t used = 0, unique = 0;
	const char *key;
	json_t *value;

	for (int i = 0; i < 3; i++)
		json_object_foreach(trees[i], key, value)
			keys[used++] = key;
	qsort(keys, used, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < used; i++)
		if (unique == 0 || strcmp(keys[unique - 1], keys[i]) != 0)
			keys[unique++] = keys[i];
	*count = unique;
	return keys;
}

static bool
is_object_or_absent(const json_t *value)
{
	return !value || json_is_object(value);
}

/* Whether members are compared, and not the wholes.  Variables and the like have names: two people
 * who each add the first one are not in each other's way, nor is one who removes the last. */
static bool
is_merged_inside(const struct merge_walk *walk, const json_t *base, const json_t *theirs,
		 const json_t *ours)
{
	if (json_is_object(base) && json_is_object(theirs) && json_is_object(ours))
		return true;
	return (base != NULL) + (theirs != NULL) + (ours != NULL) == 2 &&
	       is_object_or_absent(base) && is_object_or_absent(theirs) &&
	       is_object_or_absent(ours) && field_is_by_name(buf_str(&walk->path));
}

static void merge_objects(struct merge_walk *walk, json_t *target, json_t *base, json_t *theirs,
			  json_t *ours, bool names_objects);

/* What theirs no longer has is made again for what ours adds to it. */
static void
merge_inside(struct merge_walk *walk, json_t *parent, const char *key, json_t *base, json_t *theirs,
	     json_t *ours)
{
	json_t *target = json_object_get(parent, key);

	if (!target) {
		target = json_object();
		json_object_set_new(parent, key, target);
	}
	merge_objects(walk, target, base, theirs, ours, false);
	if (json_object_size(target) == 0 && (!theirs || !ours))
		json_object_del(parent, key);
}

/* target is the result's copy of theirs.  Bounded by JSON_DEPTH_MAX. */
static void
merge_objects(struct merge_walk *walk, json_t *target, json_t *base, json_t *theirs, json_t *ours,
	      bool names_objects)
{
	json_t *const all[] = {base, theirs, ours};
	size_t count;
	const char **keys = all_keys(all, &count);
	const char *object = walk->object;

	for (size_t i = 0; i < count; i++) {
		json_t *b = json_object_get(base, keys[i]), *t = json_object_get(theirs, keys[i]);
		json_t *o = json_object_get(ours, keys[i]);
		size_t length = walk->path.length;
		char *named = NULL;

		if (names_objects) {
			walk->object = named = xasprintf("%s%s", object, keys[i]);
			walk->module_theirs = t;
			walk->module_ours = o;
		} else {
			pointer_append(&walk->path, keys[i]);
		}
		if (is_merged_inside(walk, b, t, o))
			merge_inside(walk, target, keys[i], b, t, o);
		else
			merge_leaf(walk, target, keys[i], b, t, o);
		walk->path.length = length;
		walk->path.data[length] = '\0';
		walk->object = object;
		free(named);
	}
	free(keys);
}

/* --- values: a leaf is a key at the environment's own level --- */

static void
note_value(struct merge_walk *walk, enum merge_side side, const char *key, const struct value *base,
	   const struct value *theirs, const struct value *ours)
{
	struct merge_entry *entry;

	walk->path.length = 0;
	pointer_append(&walk->path, key);
	note(walk, side, NULL, NULL, NULL);
	entry = &walk->merge->entries[walk->merge->count - 1];
	entry->is_value = true;
	entry->base = base ? value_words(base) : NULL;
	entry->theirs = theirs ? value_words(theirs) : NULL;
	entry->ours = ours ? value_words(ours) : NULL;
}

/* What cannot be compared was not changed, as far as can be seen. */
static bool
same_value(const struct value *a, const struct value *b)
{
	enum value_relation relation = value_compare(a, b);

	return relation == VALUE_SAME || relation == VALUE_UNKNOWN;
}

/* A secret has no text to be written: it comes from a version of theirs, or by where it lies. */
static void
take_secret(struct value_change *change, const struct value *ours, const struct state *state)
{
	change->is_secret = true;
	if (state->restorable) {
		change->kind = VALUE_RESTORE;
		change->version_id = (char *)(uintptr_t)state->restorable;
	} else if (value_is_reference(ours) || (state->refers && value_is_in_own_store(ours))) {
		change->store = ours->store;
		change->store_key = ours->store_key;
		change->store_version = ours->store_version;
	}
}

static void
take_value(struct merge_walk *walk, const char *key, const struct value *ours,
	   const struct state *state)
{
	struct merge *merge = walk->merge;
	struct value_change change = {
		.kind = VALUE_SET,
		.key = (char *)(uintptr_t)key,
	};

	if (!ours) {
		change.kind = VALUE_DELETE;
	} else {
		change.text = ours->text;
		change.description = ours->description;
		change.fingerprint = ours->fingerprint;
		if (ours->is_secret)
			take_secret(&change, ours, state);
	}
	/* A secret whose text nobody has and that no version can bring back: theirs stays,
	 * and the review says that it does. */
	if (change.kind == VALUE_SET && change.is_secret && !change.store)
		merge->entries[merge->count - 1].is_kept = true;
	else
		value_changes_put(&merge->values, &change);
}

/* Values are merged at the environment's own level only: what the application has shines through
 * on both sides and belongs to neither. */
static void
merge_value(struct merge_walk *walk, const char *key, const struct state *const states[3])
{
	const struct value *base = values_find_own(states[0]->values, key);
	const struct value *theirs = values_find_own(states[1]->values, key);
	const struct value *ours = values_find_own(states[2]->values, key);
	bool takes_ours = false;

	if (same_value(base, ours) && same_value(base, theirs))
		return;
	if (same_value(base, ours)) {
		note_value(walk, MERGE_THEIRS, key, base, theirs, ours);
	} else if (same_value(ours, theirs)) {
		note_value(walk, MERGE_BOTH, key, base, theirs, ours);
	} else if (same_value(base, theirs)) {
		note_value(walk, MERGE_OURS, key, base, theirs, ours);
		takes_ours = true;
	} else {
		note_value(walk, MERGE_CONFLICT, key, base, theirs, ours);
		takes_ours = take_choice(walk) == MERGE_OURS;
	}
	if (takes_ours)
		take_value(walk, key, ours, states[2]);
}

/* A side without values is one that is not known: nothing is merged rather than half of it. */
static void
merge_values(struct merge_walk *walk, const struct state *const states[3])
{
	size_t total = 0, used = 0;
	const char **keys;

	for (int i = 0; i < 3; i++) {
		if (!states[i]->values)
			return;
		total += states[i]->values->count;
	}
	keys = xcalloc(total + 1, sizeof(*keys));
	for (int i = 0; i < 3; i++)
		for (size_t k = 0; k < states[i]->values->count; k++)
			keys[used++] = states[i]->values->items[k].key;
	qsort(keys, used, sizeof(*keys), compare_keys);
	walk->object = "values";
	for (size_t i = 0; i < used; i++)
		if (i == 0 || strcmp(keys[i - 1], keys[i]) != 0)
			merge_value(walk, keys[i], states);
	free(keys);
}

/* The result is decoded like one from outside, so that a merge cannot make a set that no
 * platform would take. */
static int
merge_with(struct merge *merge, const struct merge *choices, const struct state *const states[3],
	   struct error *err)
{
	const struct set *base = states[0]->set, *theirs = states[1]->set, *ours = states[2]->set;
	json_t *result = set_encode(theirs);
	struct merge_walk walk = {.merge = merge, .choices = choices, .object = ""};

	*merge = (struct merge){0};
	json_object_del(result, "id");
	buf_init(&walk.path, 1u << 20);
	(void)buf_puts(&walk.path, "");
	merge_objects(&walk, json_object_get(result, "modules"), set_modules(base),
		      set_modules(theirs), set_modules(ours), true);
	walk.object = "shared/";
	merge_objects(&walk, json_object_get(result, "shared"), set_shared(base),
		      set_shared(theirs), set_shared(ours), true);
	merge_values(&walk, states);
	buf_clear(&walk.path);
	if (merge->undecided > 0) {
		value_changes_clear(&merge->values);
	} else {
		merge->result = set_decode(result, err);
		if (!merge->result) {
			json_decref(result);
			merge_clear(merge);
			return -1;
		}
		merge->delta = delta_between(theirs, merge->result);
	}
	json_decref(result);
	return 0;
}

int
merge_sets(struct merge *merge, const struct set *base, const struct set *theirs,
	   const struct set *ours, struct error *err)
{
	return merge_states(merge, &(struct state){.set = base}, &(struct state){.set = theirs},
			    &(struct state){.set = ours}, err);
}

int
merge_states(struct merge *merge, const struct state *base, const struct state *theirs,
	     const struct state *ours, struct error *err)
{
	return merge_with(merge, NULL, (const struct state *const[]){base, theirs, ours}, err);
}

bool
merge_choose(struct merge *merge, size_t entry, enum merge_side side)
{
	struct merge_entry *e = entry < merge->count ? &merge->entries[entry] : NULL;

	if (!e || e->side != MERGE_CONFLICT || side == MERGE_BOTH)
		return false;
	merge->undecided += side == MERGE_CONFLICT;
	merge->undecided -= e->chosen == MERGE_CONFLICT;
	e->chosen = side;
	return true;
}

int
merge_apply(struct merge *merge, const struct set *base, const struct set *theirs,
	    const struct set *ours, struct error *err)
{
	return merge_apply_states(merge, &(struct state){.set = base},
				  &(struct state){.set = theirs}, &(struct state){.set = ours},
				  err);
}

/* The merge is made again with the choices, and replaces the old one only when it is whole. */
int
merge_apply_states(struct merge *merge, const struct state *base, const struct state *theirs,
		   const struct state *ours, struct error *err)
{
	struct merge decided;

	if (merge_with(&decided, merge, (const struct state *const[]){base, theirs, ours}, err))
		return -1;
	if (decided.undecided > 0) {
		error_set(err, ERROR_CONFLICT,
			  ngettext("%zu conflict is not decided yet",
				   "%zu conflicts are not decided yet", decided.undecided),
			  decided.undecided);
		merge_clear(&decided);
		return -1;
	}
	merge_clear(merge);
	*merge = decided;
	return 0;
}

void
merge_clear(struct merge *merge)
{
	for (size_t i = 0; i < merge->count; i++) {
		free(merge->entries[i].object);
		free(merge->entries[i].path);
		free(merge->entries[i].label);
		free(merge->entries[i].base);
		free(merge->entries[i].theirs);
		free(merge->entries[i].ours);
	}
	free(merge->entries);
	set_unref(merge->result);
	delta_free(merge->delta);
	value_changes_clear(&merge->values);
	*merge = (struct merge){0};
}
