/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/owner-secret.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/secret-file.h"
#include "base/xmalloc.h"

#define START OWNER_SECRET_HEADER ": "

char *
owner_secret_path(const char *socket)
{
	return xasprintf("%s.secret", socket);
}

/* The name of the file in its directory, and a descriptor of that (-1 with errno). */
static int
open_directory(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char *directory = !slash	  ? xstrdup(".")
			  : slash == path ? xstrdup("/")
					  : xstrndup(path, (size_t)(slash - path));
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*name = slash ? slash + 1 : path;
	free(directory);
	return fd;
}

int
owner_secret_write(const char *path, const char *secret, struct error *err)
{
	const char *name;
	int directory = open_directory(path, &name), ret = -1;
	char *line = xasprintf(START "%s\n", secret);

	if (directory < 0 || secret_file_write(directory, name, line) != 0)
		error_errno(err, _("%s: the secret of the socket cannot be written"), path);
	else
		ret = 0;
	if (directory >= 0)
		close(directory);
	explicit_bzero(line, strlen(line));
	free(line);
	return ret;
}

/* Nothing else is ever sent, whatever the file is. */
static bool
is_line(const char *line)
{
	size_t start = strlen(START), digits = OWNER_SECRET_SIZE - 1;

	return strncmp(line, START, start) == 0 &&
	       strspn(line + start, "0123456789abcdef") == digits &&
	       strcmp(line + start + digits, "\n") == 0;
}

/* Where a link leads; NULL: it is none.  It is asked with each request, and realpath(3) asks the
 * system for each directory above. */
static char *
link_target(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode) ? realpath(path, NULL) : NULL;
}

/* Beside the socket itself, where a link leads to it. */
bool
owner_secret_read(const char *socket, char line[OWNER_SECRET_LINE_SIZE])
{
	char *real = link_target(socket), text[OWNER_SECRET_LINE_SIZE + 1];
	char *path = owner_secret_path(real ? real : socket);
	const char *name;
	int directory = open_directory(path, &name);
	bool found = directory >= 0 &&
		     secret_file_read(directory, name, text, sizeof(text)) == 0 && is_line(text);

	line[0] = '\0';
	if (found) {
		text[strlen(text) - 1] = '\0';
		strcpy(line, text);
	}
	explicit_bzero(text, sizeof(text));
	if (directory >= 0)
		close(directory);
	free(path);
	free(real);
	return found;
}
