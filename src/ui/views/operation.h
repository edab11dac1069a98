/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An operation in a few words, for headers. */
#ifndef SIDESTAGE_UI_VIEWS_OPERATION_H
#define SIDESTAGE_UI_VIEWS_OPERATION_H

#include <stdbool.h>
#include <stddef.h>

struct flow;

/* "promote hotfix-1 → production"; foreign text.  "" when flow is NULL. */
void operation_words(const struct flow *flow, bool ascii, char *out, size_t size);

#endif
