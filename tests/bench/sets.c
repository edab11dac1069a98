/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the model takes for big sets, beside others in the same run:
 *
 *	sets write DIR WORKLOADS VARIABLES	DIR/a.json, DIR/b.json: a hundredth differs
 *	sets diff DIR ROUNDS			microseconds of delta_between(), one line a round
 *	sets alike DIR ROUNDS			the same; b was read beside a, as the client does
 *	sets read DIR				microseconds of reading b from the cache's form: by
 *						itself, and beside a
 *	sets id DIR ROUNDS			of json_canonical() with SHA-256, then of SHA-256
 *
 * Parsing is not counted.  tests/bench/sets.py runs it beside two libraries under node.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/delta.h"
#include "model/json.h"
#include "model/packed.h"
#include "model/set.h"

static double
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Every hundredth variable differs in b, spread over the workloads. */
static json_t *
module(size_t workload, size_t variables, bool is_other)
{
	json_t *all = json_object(), *container = json_object(), *body;

	for (size_t i = 0; i < variables; i++) {
		char *key = xasprintf("VARIABLE_%zu", i);
		bool differs = is_other && (workload * variables + i) % 100 == workload % 100;
		char *value = xasprintf("https://service-%zu.internal:%zu/%s", i, workload,
					differs ? "other" : "path");

		json_object_set_new(all, key, json_string(value));
		free(key);
		free(value);
	}
	json_object_set_new(container, "id", json_string("main"));
	json_object_set_new(container, "image", json_string("registry.internal/app:1.4.2"));
	json_object_set_new(container, "variables", all);
	body = json_pack("{s:s, s:{}, s:{s:{s:o}}}", "profile", "humanitec/default-module",
			 "externals", "spec", "containers", "main", container);
	return body;
}

static int
write_set(const char *directory, const char *name, size_t workloads, size_t variables,
	  bool is_other)
{
	json_t *body = json_pack("{s:{}, s:{}, s:i}", "modules", "shared", "version", 0);
	char *path = xasprintf("%s/%s.json", directory, name);
	int ret;

	for (size_t i = 0; i < workloads; i++) {
		char *id = xasprintf("workload-%zu", i);

		json_object_set_new(json_object_get(body, "modules"), id,
				    module(i, variables, is_other));
		free(id);
	}
	ret = json_dump_file(body, path, JSON_COMPACT);
	free(path);
	json_decref(body);
	return ret;
}

static json_t *
read_body(const char *directory, const char *name)
{
	char *path = xasprintf("%s/%s.json", directory, name);
	json_error_t fault;
	json_t *body = json_load_file(path, 0, &fault);

	if (!body) {
		fprintf(stderr, "%s: %s\n", path, fault.text);
		exit(1);
	}
	free(path);
	return body;
}

/* b as it comes over the wire; `like`: to read it beside, or NULL. */
static struct set *
decode_b(const char *directory, const struct set *like)
{
	json_t *body = read_body(directory, "b");
	struct set *set = set_decode_like(body, like, NULL);

	json_decref(body);
	return set;
}

static void
time_diff(const char *directory, int rounds, bool is_alike)
{
	struct set *a = set_take(read_body(directory, "a"), NULL);
	struct set *b = is_alike ? decode_b(directory, a)
				 : set_take(read_body(directory, "b"), NULL);

	for (int i = 0; i < rounds; i++) {
		double began = now_us();
		struct delta *delta = delta_between(a, b);

		printf("%.1f\n", now_us() - began);
		if (delta_is_empty(delta))
			exit(1);
		delta_free(delta);
	}
	set_unref(a);
	set_unref(b);
}

static double
time_reading(const struct buf *bytes, json_t *like, json_t **value)
{
	double began = now_us();

	*value = packed_read(bytes->data, bytes->length, like);
	return now_us() - began;
}

static void
time_read(const char *directory)
{
	json_t *a = read_body(directory, "a"), *b = read_body(directory, "b"), *alone, *beside;
	struct buf bytes;
	double first, second;

	buf_init(&bytes, JSON_BYTES_MAX);
	if (!packed_write(b, &bytes))
		exit(1);
	first = time_reading(&bytes, NULL, &alone);
	second = time_reading(&bytes, a, &beside);
	printf("%.1f %.1f\n", first, second);
	buf_clear(&bytes);
	json_decref(a);
	json_decref(b);
	json_decref(alone);
	json_decref(beside);
}

static void
time_id(const char *directory, int rounds)
{
	json_t *body = read_body(directory, "a");
	char *bytes = json_canonical(body);
	size_t length = strlen(bytes);

	for (int i = 0; i < rounds; i++) {
		struct set *set;
		char plain[IDS_SHA256_B64_SIZE];
		double began = now_us(), between;

		set = set_take(json_incref(body), NULL);
		between = now_us();
		ids_sha256_b64(plain, bytes, length);
		printf("%.1f %.1f\n", between - began, now_us() - between);
		if (strcmp(plain, set_id(set)) != 0)
			exit(1);
		set_unref(set);
	}
	free(bytes);
	json_decref(body);
}

int
main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "write") == 0) {
		size_t workloads = strtoul(argv[3], NULL, 10);
		size_t variables = strtoul(argv[4], NULL, 10);

		return write_set(argv[2], "a", workloads, variables, false) != 0 ||
		       write_set(argv[2], "b", workloads, variables, true) != 0;
	}
	if (argc == 4 && strcmp(argv[1], "diff") == 0)
		time_diff(argv[2], atoi(argv[3]), false);
	else if (argc == 4 && strcmp(argv[1], "alike") == 0)
		time_diff(argv[2], atoi(argv[3]), true);
	else if (argc == 3 && strcmp(argv[1], "read") == 0)
		time_read(argv[2]);
	else if (argc == 4 && strcmp(argv[1], "id") == 0)
		time_id(argv[2], atoi(argv[3]));
	else
		return 2;
	return 0;
}
