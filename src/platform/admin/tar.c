/* SPDX-License-Identifier: GPL-3.0-or-later */

/* ustar because every tar(1) of the last decades opens it without an option; a name or a size
 * that it cannot hold is refused rather than written in somebody's extension. */
#include "config.h"

#include "platform/admin/tar.h"

#include <stdio.h>
#include <string.h>

enum {
	AT_NAME = 0,
	AT_MODE = 100,
	AT_UID = 108,
	AT_GID = 116,
	AT_SIZE = 124,
	AT_MTIME = 136,
	AT_CHECKSUM = 148,
	AT_TYPE = 156,
	AT_MAGIC = 257,
	AT_VERSION = 263,
	AT_PREFIX = 345,
	NAME_LENGTH = 100,
	PREFIX_LENGTH = 155
};

static unsigned
checksum(const unsigned char block[TAR_BLOCK])
{
	unsigned sum = 0;

	for (int i = 0; i < TAR_BLOCK; i++)
		sum += i >= AT_CHECKSUM && i < AT_CHECKSUM + 8 ? ' ' : block[i];
	return sum;
}

/* A long name is cut at a slash: prefix, then name. */
static bool
put_name(unsigned char block[TAR_BLOCK], const char *name)
{
	size_t length = strlen(name);

	if (length <= NAME_LENGTH) {
		memcpy(block + AT_NAME, name, length);
		return length > 0;
	}
	for (size_t i = 1; i < length && i <= PREFIX_LENGTH; i++) {
		if (name[i] != '/' || length - i - 1 > NAME_LENGTH || i + 1 == length)
			continue;
		memcpy(block + AT_PREFIX, name, i);
		memcpy(block + AT_NAME, name + i + 1, length - i - 1);
		return true;
	}
	return false;
}

bool
tar_encode(unsigned char block[TAR_BLOCK], const char *name, int64_t size, int64_t mtime_s)
{
	char number[32];

	memset(block, 0, TAR_BLOCK);
	if (!put_name(block, name) || size < 0 || size > TAR_SIZE_MAX)
		return false;
	memcpy(block + AT_MODE, "0000600", 7);
	memcpy(block + AT_UID, "0000000", 7);
	memcpy(block + AT_GID, "0000000", 7);
	snprintf(number, sizeof(number), "%011llo", (unsigned long long)size);
	memcpy(block + AT_SIZE, number, 11);
	snprintf(number, sizeof(number), "%011llo", (unsigned long long)mtime_s & 077777777777ULL);
	memcpy(block + AT_MTIME, number, 11);
	block[AT_TYPE] = '0';
	memcpy(block + AT_MAGIC, "ustar", 6);
	memcpy(block + AT_VERSION, "00", 2);
	snprintf(number, sizeof(number), "%06o", checksum(block));
	memcpy(block + AT_CHECKSUM, number, 7);
	block[AT_CHECKSUM + 7] = ' ';
	return true;
}

/* -1: no octal number. */
static int64_t
octal(const unsigned char *field, size_t length)
{
	int64_t number = 0;
	size_t i;

	for (i = 0; i < length && field[i] >= '0' && field[i] <= '7'; i++)
		number = number * 8 + (field[i] - '0');
	return i > 0 && (i == length || field[i] == '\0' || field[i] == ' ') ? number : -1;
}

/* Only plain files: a link in an archive would lead out of the
 * directory that it is unpacked into. */
int
tar_decode(const unsigned char block[TAR_BLOCK], char name[TAR_NAME_MAX + 1], int64_t *size)
{
	static const unsigned char zeros[TAR_BLOCK];

	if (memcmp(block, zeros, TAR_BLOCK) == 0)
		return 0;
	*size = octal(block + AT_SIZE, 12);
	if (memcmp(block + AT_MAGIC, "ustar", 5) != 0 || *size < 0 || block[AT_TYPE] != '0' ||
	    octal(block + AT_CHECKSUM, 8) != (int64_t)checksum(block))
		return -1;
	snprintf(name, TAR_NAME_MAX + 1, "%.*s%s%.*s", PREFIX_LENGTH,
		 (const char *)block + AT_PREFIX, block[AT_PREFIX] ? "/" : "", NAME_LENGTH,
		 (const char *)block + AT_NAME);
	return 1;
}

size_t
tar_padding(int64_t size)
{
	return (size_t)((TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK);
}
