/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A configuration file in the form of git's:
 *
 *     # a comment
 *     [section]
 *     	key = value
 *     	other = "a value with  spaces, \"quotes\", # and ;"
 *     [section "name"]
 *     	key = value
 *
 * Sections and keys are lower-case letters, digits and dashes.  A value ends with its line.
 * Only the form is read here: which keys there are is the caller's to know.
 */
#ifndef SIDESTAGE_BASE_CONFIG_FILE_H
#define SIDESTAGE_BASE_CONFIG_FILE_H

#include <stddef.h>

struct error;

#define CONFIG_FILE_BYTES_MAX (256u * 1024)
#define CONFIG_FILE_LINE_MAX 4096
#define CONFIG_FILE_ENTRIES_MAX 4096

struct config_entry {
	char *section;
	char *name;			/* of [section "name"]; "" without one */
	char *key;
	char *value;
	unsigned line;			/* from 1 */
	unsigned column;		/* of the key, in bytes from 1 */
	unsigned value_column;
};

struct config_file {
	char *path;
	struct config_entry *entries;	/* in the order of the file */
	size_t count;
};

/* Called for each fault: "path:line:column: what".  */
typedef void config_fault(void *data, const char *text);

/* The number of faults; what is well-formed is in `out` all the same.  config_file_clear() it. */
size_t config_file_parse(struct config_file *out, const char *path, const char *bytes,
			 size_t length, config_fault *fault, void *data);
/* The same from a file.  -1 with err when it cannot be read or is too large. */
int config_file_read(struct config_file *out, const char *path, config_fault *fault, void *data,
		     size_t *faults, struct error *err) __attribute__((warn_unused_result));
/* Frees what the parser made; the struct can be used again. */
void config_file_clear(struct config_file *file);

/* The candidate that was probably meant by `word`, or NULL.  Borrowed. */
const char *config_suggest(const char *word, const char *const *candidates, size_t count);

#endif
