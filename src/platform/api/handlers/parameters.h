/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Query parameters that are more than text. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_PARAMETERS_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_PARAMETERS_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct request;

/* A query parameter; `out` stays as it is when it was not given.  0, or -1 with ERROR_INPUT. */
int parameter_bool(const struct request *request, const char *key, bool *out, struct error *err);
int parameter_time(const struct request *request, const char *key, int64_t *out, struct error *err);
int parameter_number(const struct request *request, const char *key, int min, int max, int *out,
		     struct error *err);

#endif
