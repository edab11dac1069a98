/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * YAML is read strictly: at most 1 MiB and 32 deep, one document, no alias, no tag, no key
 * twice.  Plain scalars mean what YAML 1.2's core schema says (so `no` is a word).
 */
#ifndef SIDESTAGE_MODEL_YAML_H
#define SIDESTAGE_MODEL_YAML_H

#include <jansson.h>
#include <stddef.h>

struct error;

#define YAML_BYTES_MAX (1024u * 1024)
#define YAML_DEPTH_MAX 32

/* lines: an object that becomes {JSON pointer: line}; NULL: not wanted.  New reference; NULL with
 * ERROR_INPUT ("line 3: ...") or ERROR_LIMIT. */
json_t *yaml_decode(const char *bytes, size_t length, json_t *lines, struct error *err);

#endif
