/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Labels as Kubernetes takes them: "team", "example.org/team". */
#ifndef SIDESTAGE_MODEL_LABEL_H
#define SIDESTAGE_MODEL_LABEL_H

#include <stdbool.h>
#include <stddef.h>

#define LABEL_MAX 63	/* bytes of a value, and of a key without its prefix */

/* Of the first `length` bytes of the text. */
bool label_key_is_valid(const char *text, size_t length);
bool label_value_is_valid(const char *text, size_t length);	/* it may be empty */

#endif
