/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The embedded platform with the sample on it. */
#ifndef SIDESTAGE_CLI_EMBEDDED_DEMO_H
#define SIDESTAGE_CLI_EMBEDDED_DEMO_H

#include <stdbool.h>

struct embedded;
struct error;

/* As embedded_start(). */
int embedded_demo_start(struct embedded *embedded, bool is_fresh, struct error *err)
	__attribute__((warn_unused_result));

#endif
