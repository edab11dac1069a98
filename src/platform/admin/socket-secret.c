/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/admin/socket-secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/owner-secret.h"
#include "base/secret-file.h"
#include "base/xmalloc.h"

#define NAME "sockets.secret"
#define API_NAME "api.secret"

int
socket_secret_make(const char *state, char out[SOCKET_SECRET_SIZE], struct error *err)
{
	int directory = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = -1;

	ids_random_hex(out, SOCKET_SECRET_SIZE - 1);
	if (directory >= 0)
		ret = secret_file_write(directory, NAME, out);
	if (ret != 0)
		error_errno(err, _("%s: the secret of the sockets cannot be written"), state);
	if (directory >= 0)
		close(directory);
	return ret;
}

/* -1 with errno. */
static int
read_file(int directory, char out[SOCKET_SECRET_SIZE])
{
	if (secret_file_read(directory, NAME, out, SOCKET_SECRET_SIZE) != 0)
		return errno == ENOENT ? 0 : -1;
	if (strspn(out, "0123456789abcdef") == SOCKET_SECRET_SIZE - 1)
		return 0;
	out[0] = '\0';
	errno = EINVAL;
	return -1;
}

int
socket_secret_read(const char *state, char out[SOCKET_SECRET_SIZE], struct error *err)
{
	int directory = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = -1;

	out[0] = '\0';
	if (directory >= 0)
		ret = read_file(directory, out);
	if (ret != 0) {
		error_errno(err, _("%s: the secret of its sockets cannot be read (run this as the "
				   "owner of the state)"), state);
		err->kind = ERROR_UNREACHABLE;
	}
	if (directory >= 0)
		close(directory);
	return ret;
}

/* Where the socket was handed over, its directory may belong to somebody else. */
char *
socket_secret_publish(const char *state, const char *socket, const char *secret, struct error *err)
{
	char *path = owner_secret_path(socket);
	struct error why = {0};

	if (owner_secret_write(path, secret, &why) == 0)
		return path;
	free(path);
	path = xasprintf("%s/" API_NAME, state);
	if (owner_secret_write(path, secret, err) == 0) {
		log_line(LOG_PRIORITY_WARNING, "the secret of the socket is not beside it", "error",
			 why.text, "file", path, NULL);
		return path;
	}
	free(path);
	return NULL;
}
