/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Reads the key, or makes it.  A new one is written beside its name and linked into place
 * when it is on the disk, so that there is never half a key; a key that is there is never
 * written over.
 */
#include "config.h"

#include "platform/state/secret-key.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/base16.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/output.h"
#include "base/xmalloc.h"

#define CREDENTIAL "sidestaged.key"
/* Hexadecimal digits, so that a person can copy it, and an editor that
 * adds an end of line does no harm. */
#define DIGITS (2 * SECRET_KEY_SIZE)

/* root gives a credential; it may be readable for our group, which systemd chose. */
static int
check_owner(const char *path, int fd, bool credential, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return error_errno(err, _("%s: the key cannot be read"), path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_INPUT, _("%s: the key must be a plain file"), path);
	if (st.st_uid != geteuid() && !(credential && st.st_uid == 0))
		return error_set(err, ERROR_INPUT,
				 _("%s: the key must belong to the user that runs "
				   "sidestaged"),
				 path);
	if (st.st_mode & (credential ? 0037 : 0077))
		return error_set(err, ERROR_INPUT, _("%s: others may read or change the key (mode "
						     "%04o); make it 0600"), path,
				 (unsigned)(st.st_mode & 07777));
	return 0;
}

static int
decode(const char *path, const char *text, size_t length, uint8_t key[SECRET_KEY_SIZE],
       struct error *err)
{
	struct base16_decode_ctx context;
	uint8_t bytes[BASE16_DECODE_LENGTH(DIGITS)];
	size_t done = sizeof(bytes);
	bool good;

	/* More than an end of line behind it is something else. */
	if (length <= DIGITS + 2)
		while (length > DIGITS && (text[length - 1] == '\n' || text[length - 1] == '\r'))
			length--;
	base16_decode_init(&context);
	good = length == DIGITS && base16_decode_update(&context, &done, bytes, length, text) &&
	       base16_decode_final(&context) && done == SECRET_KEY_SIZE;
	if (good)
		memcpy(key, bytes, SECRET_KEY_SIZE);
	explicit_bzero(bytes, sizeof(bytes));
	if (good)
		return 0;
	return error_set(err, ERROR_INPUT, _("%s: the key must be %d hexadecimal digits"), path,
			 DIGITS);
}

/* 0, -1 with err, or 1: there is no such file. */
static int
read_file(const char *path, bool credential, uint8_t key[SECRET_KEY_SIZE], struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char text[DIGITS + 3];
	ssize_t n;
	int ret = -1;

	if (fd < 0 && errno == ENOENT)
		return 1;
	if (fd < 0)
		return error_errno(err, _("%s: the key cannot be read"), path);
	if (check_owner(path, fd, credential, err) == 0) {
		n = read(fd, text, sizeof(text));
		ret = n < 0 ? error_errno(err, _("%s: the key cannot be read"), path)
			    : decode(path, text, (size_t)n, key, err);
		explicit_bzero(text, sizeof(text));
	}
	close(fd);
	return ret;
}

static int
sync_directory(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret = fd < 0 ? -1 : fsync(fd);

	if (fd >= 0)
		close(fd);
	return ret;
}

static int
write_file(const char *path, const uint8_t key[SECRET_KEY_SIZE])
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	char text[DIGITS + 1];
	int ret = -1;

	if (fd < 0)
		return -1;
	base16_encode_update(text, SECRET_KEY_SIZE, key);
	text[DIGITS] = '\n';
	if (output_write(fd, text, sizeof(text)) == 0 && fsync(fd) == 0)
		ret = 0;
	explicit_bzero(text, sizeof(text));
	if (close(fd) != 0)
		ret = -1;
	return ret;
}

static int
make_file(const char *state, const char *path, uint8_t key[SECRET_KEY_SIZE], struct error *err)
{
	char *fresh = xasprintf("%s.new", path);
	int ret = -1;

	/* What an earlier start left behind; the state's lock is ours, so nobody is writing it. */
	unlink(fresh);
	if (getrandom(key, SECRET_KEY_SIZE, 0) == SECRET_KEY_SIZE && write_file(fresh, key) == 0 &&
	    link(fresh, path) == 0 && sync_directory(state) == 0)
		ret = 0;
	else
		error_errno(err, _("%s: a key for the secrets cannot be made"), path);
	unlink(fresh);
	free(fresh);
	return ret;
}

static int
read_credential(uint8_t key[SECRET_KEY_SIZE], struct error *err)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	char *path;
	int ret;

	if (!directory || directory[0] != '/')
		return 1;
	path = xasprintf("%s/%s", directory, CREDENTIAL);
	ret = read_file(path, true, key, err);
	free(path);
	return ret;
}

int
secret_key_read(const char *key_file, const char *state, bool make, uint8_t key[SECRET_KEY_SIZE],
		struct error *err)
{
	char *path;
	int ret;

	if (key_file) {
		ret = read_file(key_file, false, key, err);
		return ret == 1 ? error_errno(err, _("%s: the key cannot be read"), key_file) : ret;
	}
	ret = read_credential(key, err);
	if (ret != 1)
		return ret;
	path = xasprintf("%s/secret.key", state);
	ret = read_file(path, false, key, err);
	if (ret == 1 && make)
		ret = make_file(state, path, key, err);
	else if (ret == 1)
		ret = error_set(err, ERROR_INPUT,
				_("%s: the key of the secrets in this state is not "
				  "there.  Put it back, or name it with "
				  "--secret-key-file."),
				path);
	free(path);
	return ret;
}
