/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a program prints, kept as lines with their times.
 *
 * A line is "MILLISECONDS DEPLOYMENT CONTAINER TEXT" in the file; at its limit FILE becomes FILE.1.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_OUTPUT_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_OUTPUT_H

#include <stddef.h>

struct driver_log_query;
struct driver_logs;
struct output;

struct output *output_new(const char *file, const char *container, const char *deployment);
void output_free(struct output *output); /* writes a last line that has no end; NULL is fine */
void output_take(struct output *output, const char *bytes, size_t length);
/* Adds what the files of one module hold and the query asks for, in their order. */
void output_read(const char *file, const char *module, const struct driver_log_query *query,
		 struct driver_logs *out);
/* The last lines of FILE.1 and FILE together, only the texts; free() it. */
char *output_tail(const char *file, size_t lines);
/* The same of what was printed, from memory, made UTF-8. */
char *output_last_lines(const char *bytes, size_t length, size_t lines);

#endif
