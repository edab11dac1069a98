/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The few lines of POSIX ustar (pax(1), "ustar Interchange Format") that a backup needs. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_TAR_H
#define SIDESTAGE_PLATFORM_ADMIN_TAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAR_BLOCK 512
#define TAR_NAME_MAX 256
#define TAR_SIZE_MAX 077777777777LL

/* The header of a plain file of mode 0600.  false: the name does not fit, or the size. */
bool tar_encode(unsigned char block[TAR_BLOCK], const char *name, int64_t size, int64_t mtime_s);
/* 1: a plain file; 0: the block of zeros at the end; -1: neither. */
int tar_decode(const unsigned char block[TAR_BLOCK], char name[TAR_NAME_MAX + 1], int64_t *size);
/* Zeros behind a file of that size. */
size_t tar_padding(int64_t size);

#endif
