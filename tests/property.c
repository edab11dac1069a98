/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Choices, what is made of them, and the search for the smallest case. */
#include "config.h"

#include "property.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/xmalloc.h"

#define CHOICES_MAX 2048
#define COUNT_USUAL 300
#define SHRINKS_MAX 20000

struct source {
	uint64_t state;			/* 0: no more than is in choices */
	unsigned choices[CHOICES_MAX];
	size_t count, at;
	bool is_loud;
};

/* splitmix64 (public domain, S. Vigna). */
static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

unsigned
source_draw(struct source *source, unsigned below)
{
	if (source->at < source->count)
		return source->choices[source->at++] % below;
	if (source->state == 0 || source->count == CHOICES_MAX)
		return 0;
	source->choices[source->count++] = (unsigned)(next_random(&source->state) >> 40);
	return source->choices[source->at++] % below;
}

void
source_note(struct source *source, const char *name, const json_t *value)
{
	char *text;

	if (!source->is_loud)
		return;
	text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_SORT_KEYS) : xstrdup("(none)");
	printf("#   %s = %s\n", name, text ? text : "(cannot be written)");
	free(text);
}

/* --- what is made of choices --- */

/* Those that pointers, ids and placeholders could stumble over. */
static const char *const words[] = {
	"a",
	"b",
	"web",
	"api",
	"0",
	"1",
	"01",
	"-",
	"",
	"~",
	"/",
	"~1",
	"a/b",
	"m~n",
	"${x}",
	"\"",
	"\\",
	"\xc3\xa9",
	"spec",
	"image",
	"id",
	"a.b",
	" ",
	/* those that look like others */
	"a ",
	"a\xc2\xa0",
	"a\n",
	"a\nb",
	"a\nb\n",
	"a\\n",
	"e\xcc\x81",
	"\xd0\xb0",
	"true",
	"null",
	"1.0",
	"\"\"",
	"{}",
	"[]",
	"|",
	"- a",
	"a: b",
	"a:",
	"\\ No line break at the end",
	"\t",
	"a\r",
};

#define WORD_COUNT (sizeof(words) / sizeof(words[0]))

static const char *
draw_word(struct source *source)
{
	return words[source_draw(source, WORD_COUNT)];
}

static json_t *
draw_scalar(struct source *source)
{
	switch (source_draw(source, 6)) {
	case 0:
		return json_integer(0);
	case 1:
		return json_string(draw_word(source));
	case 2:
		return json_integer((json_int_t)source_draw(source, 2000) - 1000);
	case 3:
		return json_boolean(source_draw(source, 2));
	case 4:
		return json_real(source_draw(source, 1000) / 8.0);
	default:
		return json_null();
	}
}

json_t *
source_object(struct source *source, int depth)
{
	json_t *object = json_object();

	for (unsigned left = source_draw(source, 5); left > 0; left--)
		json_object_set_new(object, draw_word(source), source_json(source, depth - 1));
	return object;
}

json_t *
source_json(struct source *source, int depth)
{
	unsigned kind = depth > 0 ? source_draw(source, 4) : 0;
	json_t *array;

	if (kind == 1)
		return source_object(source, depth);
	if (kind != 2)
		return draw_scalar(source);
	array = json_array();
	for (unsigned left = source_draw(source, 4); left > 0; left--)
		json_array_append_new(array, source_json(source, depth - 1));
	return array;
}

json_t *
source_near(struct source *source, const json_t *value, int depth)
{
	json_t *copy = json_deep_copy(value), *member;
	const char *key;
	void *next;

	if (!json_is_object(copy) || depth == 0) {
		if (source_draw(source, 3) == 0)
			return copy;
		json_decref(copy);
		return source_json(source, depth);
	}
	json_object_foreach_safe(copy, next, key, member) {
		unsigned what = source_draw(source, 6);

		if (what == 1)
			json_object_del(copy, key);
		else if (what == 2)
			json_object_set_new(copy, key, source_near(source, member, depth - 1));
	}
	if (source_draw(source, 3) == 1)
		json_object_set_new(copy, draw_word(source), source_json(source, depth - 1));
	return copy;
}

static json_t *
draw_resource(struct source *source)
{
	json_t *resource = json_pack("{s:s}", "type", words[source_draw(source, 4)]);

	if (source_draw(source, 2))
		json_object_set_new(resource, "class", json_string("default"));
	if (source_draw(source, 2))
		json_object_set_new(resource, "params", source_object(source, 2));
	return resource;
}

static json_t *
draw_resources(struct source *source)
{
	json_t *resources = json_object();

	for (unsigned left = source_draw(source, 3); left > 0; left--)
		json_object_set_new(resources, draw_word(source), draw_resource(source));
	return resources;
}

static json_t *
draw_module(struct source *source)
{
	return json_pack("{s:s, s:o, s:o}", "profile", words[source_draw(source, 4)], "spec",
			 source_object(source, 3), "externals", draw_resources(source));
}

json_t *
source_set(struct source *source)
{
	json_t *modules = json_object();

	for (unsigned left = source_draw(source, 4); left > 0; left--)
		json_object_set_new(modules, draw_word(source), draw_module(source));
	return json_pack("{s:o, s:o}", "modules", modules, "shared", draw_resources(source));
}

json_t *
source_set_near(struct source *source, const json_t *set)
{
	json_t *copy = json_deep_copy(set), *modules = json_object_get(copy, "modules"), *module;
	const char *key;
	void *next;

	json_object_foreach_safe(modules, next, key, module) {
		unsigned what = source_draw(source, 4);
		json_t *spec = json_object_get(module, "spec");
		json_t *near;

		if (what == 1) {
			json_object_del(modules, key);
		} else if (what == 2) {
			near = json_object();
			json_object_update(near, spec);
			json_object_set_new(module, "spec", source_near(source, near, 3));
			if (!json_is_object(json_object_get(module, "spec")))
				json_object_set_new(module, "spec", json_object());
			json_decref(near);
		}
	}
	if (source_draw(source, 3) == 1)
		json_object_set_new(modules, draw_word(source), draw_module(source));
	if (source_draw(source, 3) == 1)
		json_object_set_new(copy, "shared", draw_resources(source));
	return copy;
}

/* --- the search --- */

static bool
breaks(struct source *candidate, property_law *law)
{
	candidate->at = 0;
	candidate->state = 0;
	return !law(candidate);
}

/* Takes a candidate that still breaks the law; how many were tried is counted. */
static bool
take(struct source *best, struct source *candidate, property_law *law, int *tried)
{
	if (++*tried > SHRINKS_MAX || !breaks(candidate, law))
		return false;
	candidate->count = candidate->at < candidate->count ? candidate->at : candidate->count;
	*best = *candidate;
	return true;
}

static bool
shrink_once(struct source *best, property_law *law, int *tried)
{
	struct source candidate;

	for (size_t width = best->count / 2 + 1; width > 0; width /= 2) {
		for (size_t i = 0; i + width <= best->count; i++) {
			candidate = *best;
			memmove(candidate.choices + i, candidate.choices + i + width,
				(candidate.count - i - width) * sizeof(candidate.choices[0]));
			candidate.count -= width;
			if (take(best, &candidate, law, tried))
				return true;
		}
	}
	for (size_t i = 0; i < best->count; i++) {
		const unsigned smaller[] = {0, best->choices[i] / 2, best->choices[i] - 1};

		for (size_t k = 0; best->choices[i] > 0 && k < 3; k++) {
			candidate = *best;
			candidate.choices[i] = smaller[k];
			if (take(best, &candidate, law, tried))
				return true;
		}
	}
	return false;
}

static uint64_t
number_of(const char *variable, uint64_t usual)
{
	const char *text = getenv(variable);

	return text && *text ? strtoull(text, NULL, 10) : usual;
}

bool
property_holds(const char *name, property_law *law)
{
	uint64_t usual = (uint64_t)time(NULL) * 1000003u + (uint64_t)getpid();
	uint64_t seed = number_of("SIDESTAGE_PROPERTY_SEED", usual), state = seed;
	uint64_t count = number_of("SIDESTAGE_PROPERTY_COUNT", COUNT_USUAL);
	int tried = 0;

	printf("# %s: SIDESTAGE_PROPERTY_SEED=%" PRIu64 "\n", name, seed);
	for (uint64_t i = 0; i < count; i++) {
		struct source source = {.state = next_random(&state) | 1};

		if (law(&source))
			continue;
		while (tried < SHRINKS_MAX && shrink_once(&source, law, &tried))
			;
		printf("#  broken in case %" PRIu64 "; the smallest of %d that were tried:\n", i,
		       tried);
		source.is_loud = true;
		(void)breaks(&source, law);
		return false;
	}
	return true;
}
