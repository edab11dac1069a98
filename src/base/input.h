/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Reading what a person names: a file, or a pipe into which nobody may ever write. */
#ifndef SIDESTAGE_BASE_INPUT_H
#define SIDESTAGE_BASE_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct error;

#define INPUT_SILENCE_MS 30000	/* how long a pipe may give nothing */

/* A descriptor to read from, whatever it is: opening it never waits.  -1 with errno. */
int input_open(const char *path);
/* The next bytes; 0: the end.  -1 with errno, ETIMEDOUT when there are none until then (steady ms;
 * negative: they are waited for as long as it takes). */
ssize_t input_read(int fd, void *bytes, size_t size, int64_t until);
/* For what a library opens.  0, or -1 with ERROR_INPUT: it is there and is no regular file, so that
 * opening it might wait. */
int input_check_regular(const char *path, struct error *err);
/* After one of the first two: err says by errno why `path` was not read.  Returns -1. */
int input_error(const char *path, struct error *err);

#endif
