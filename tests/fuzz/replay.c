/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Gives a fuzz target each file of its corpus, whole, and some of each file's beginnings and
 * files with one byte changed: cheap, the same each time, and enough to find what comes back.
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/types.h>

#include "fuzz.h"

#define FILE_MAX (1024 * 1024)
#define VARIANTS 64

static size_t count;

static uint8_t *
read_file(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(FILE_MAX);

	if (!bytes || !file)
		abort();
	*length = fread(bytes, 1, FILE_MAX, file);
	fclose(file);
	return bytes;
}

/* The target may keep no pointer behind the end: each gets memory of exactly its size. */
static void
give(const uint8_t *bytes, size_t length)
{
	uint8_t *exact = malloc(length ? length : 1);

	if (!exact)
		abort();
	memcpy(exact, bytes, length);
	(void)LLVMFuzzerTestOneInput(exact, length);
	free(exact);
	count++;
}

static void
replay(const char *path)
{
	size_t length, step;
	uint8_t *bytes = read_file(path, &length);

	give(bytes, length);
	step = length / VARIANTS + 1;
	for (size_t at = 0; at < length; at += step) {
		const uint8_t old = bytes[at];

		give(bytes, at);
		bytes[at] = (uint8_t)(old ^ (0x20 + at % 0xd0));
		give(bytes, length);
		bytes[at] = old;
	}
	free(bytes);
}

static int
is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int
main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir"), *name = strrchr(argv[0], '/');
	struct dirent **entries;
	char folder[4096], path[8192];
	int n;

	name = name ? name + 1 : argv[0];
	if (strncmp(name, "lt-", 3) == 0)
		name += 3;
	if (strncmp(name, "replay-", 7) == 0)
		name += 7;
	if (argc > 1)
		snprintf(folder, sizeof(folder), "%s", argv[1]);
	else
		snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".",
			 name);
	n = scandir(folder, &entries, is_input, alphasort);
	if (n <= 0) {
		printf("1..1\nnot ok 1 - %s: no corpus in %s\n", name, folder);
		return 1;
	}
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		replay(path);
		free(entries[i]);
	}
	free(entries);
	printf("1..1\nok 1 - %s: %d files of the corpus, %zu inputs\n", name, n, count);
	return 0;
}
