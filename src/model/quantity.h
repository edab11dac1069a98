/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Amounts as Kubernetes writes them: "250m", "64Mi", "1e3", "0.5". */
#ifndef SIDESTAGE_MODEL_QUANTITY_H
#define SIDESTAGE_MODEL_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

/* In thousandths, rounded up; what does not fit is INT64_MAX.  false: it is none, or is negative;
 * then *milli is as it was. */
bool quantity_parse(const char *text, int64_t *milli);
/* The same in whole units, rounded up: bytes, where memory is meant. */
bool quantity_parse_whole(const char *text, int64_t *whole);

#endif
