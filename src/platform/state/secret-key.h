/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The file that holds the platform's key; secret.h says which one. */
#ifndef SIDESTAGE_PLATFORM_STATE_SECRET_KEY_H
#define SIDESTAGE_PLATFORM_STATE_SECRET_KEY_H

#include <stdbool.h>
#include <stdint.h>

struct error;

#define SECRET_KEY_SIZE 32

/* 0 with the key, from the first of the places that secret.h lists; -1 with err. make: a missing
 * key of the state's own is made. */
int
secret_key_read(const char *key_file, const char *state, bool make, uint8_t key[SECRET_KEY_SIZE],
		struct error *err) __attribute__((warn_unused_result));

#endif
