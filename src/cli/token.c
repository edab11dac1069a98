/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the bearer token without ever letting it be seen. */
#include "config.h"

#include "cli/token.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"

#define TOKEN_MAX 8192

/* The mode is looked at on the open descriptor: a path can be swapped between two calls. */
static int
check_file(int fd, const char *file, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return error_errno(err, _("%s: cannot look at the token file"), file);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return error_set(err, ERROR_INPUT, _("%s: a token file must be a regular file of "
						     "your own."), file);
	if ((st.st_mode & 077) != 0)
		return error_set(err, ERROR_INPUT, _("%s: others may read this token.  Run "
						     "`chmod 600` on it, and renew the token."), file);
	return 0;
}

static int
read_file(const char *file, char **token, struct error *err)
{
	char bytes[TOKEN_MAX];
	ssize_t n;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return error_errno(err, _("%s: cannot read the token file"), file);
	if (check_file(fd, file, err) != 0) {
		close(fd);
		return -1;
	}
	n = read(fd, bytes, sizeof(bytes) - 1);
	close(fd);
	if (n < 0)
		return error_errno(err, _("%s: cannot read the token file"), file);
	bytes[n] = '\0';
	bytes[strcspn(bytes, "\r\n")] = '\0';
	if (bytes[0] == '\0' || n == TOKEN_MAX - 1) {
		explicit_bzero(bytes, sizeof(bytes));
		return error_set(err, ERROR_INPUT, _("%s: holds no token on its first line."), file);
	}
	*token = xstrdup(bytes);
	explicit_bzero(bytes, sizeof(bytes));
	return 0;
}

int
token_read(const char *file, char **token, struct error *err)
{
	static const char *const variables[] = {"SIDESTAGE_TOKEN", "HUMANITEC_TOKEN"};

	*token = NULL;
	if (file)
		return read_file(file, token, err);
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *value = getenv(variables[i]);

		if (value && *value) {
			*token = xstrdup(value);
			return 0;
		}
	}
	return 0;
}

int
token_command(const char *command, char **token, struct error *err)
{
	char line[TOKEN_MAX];
	FILE *output = popen(command, "re");
	bool read;
	int status;

	*token = NULL;
	if (!output)
		return error_errno(err, _("the token-command cannot be started"));
	read = fgets(line, sizeof(line), output) != NULL;
	while (read && !strchr(line, '\n') && !feof(output) && fgetc(output) != '\n')
		;
	status = pclose(output);
	line[read ? strcspn(line, "\r\n") : 0] = '\0';
	if (status == 0 && *line)
		*token = xstrdup(line);
	explicit_bzero(line, sizeof(line));
	if (*token)
		return 0;
	if (status != 0)
		return error_set(err, ERROR_INPUT, _("The token-command `%s` ended with status %d; it gave no "
						     "token."), command,
				 WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return error_set(err, ERROR_INPUT, _("The token-command `%s` printed no token."), command);
}
