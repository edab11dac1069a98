/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A file of JSON or YAML (model/yaml.h) as a value, and the lines that its parts stand on. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_DOCUMENT_H
#define SIDESTAGE_PLATFORM_ADMIN_DOCUMENT_H

#include <jansson.h>

struct error;

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

#endif
