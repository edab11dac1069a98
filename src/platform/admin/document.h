/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A file of JSON or YAML as a value, and the lines that its parts stand on.
 *
 * YAML is read strictly: at most 1 MiB and 32 deep, one document, no alias, no tag, no key
 * twice.  Plain scalars mean what YAML 1.2's core schema says (so `no` is a word).
 */
#ifndef SIDESTAGE_PLATFORM_ADMIN_DOCUMENT_H
#define SIDESTAGE_PLATFORM_ADMIN_DOCUMENT_H

#include <jansson.h>
#include <stddef.h>

struct error;

#define DOCUMENT_YAML_BYTES_MAX (1024u * 1024)
#define DOCUMENT_YAML_DEPTH_MAX 32

struct document {
	char *path;		/* as it was given */
	json_t *value;
	json_t *lines;		/* {JSON pointer: line}; empty when they are not known */
};

/* JSON when it begins with a brace or a bracket, else YAML.  document_clear() it. */
int document_read(struct document *document, const char *path, struct error *err);
/* Frees all of it; the struct can be used again. */
void document_clear(struct document *document);
/* The line of the value at a JSON pointer, or of what it is in; 0: not known. */
int document_line(const struct document *document, const char *pointer);

/* lines NULL: not wanted.  New reference; NULL with ERROR_INPUT ("line 3: ...") or ERROR_LIMIT. */
json_t *document_parse_yaml(const char *bytes, size_t length, json_t *lines, struct error *err);

#endif
