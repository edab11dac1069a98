/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Label selectors as people and the API write them in a line: "app=web,tier notin (test,dev)". */
#ifndef SIDESTAGE_MODEL_LABEL_SELECTOR_H
#define SIDESTAGE_MODEL_LABEL_SELECTOR_H

#include <stdbool.h>

/* Whether a cluster can take it. */
bool label_selector_is_valid(const char *text);

#endif
