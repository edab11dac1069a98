/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The questions of the first start.
 *
 * Nothing is kept before the last answer, and the token is never in the configuration but in
 * a file of its own: people show their configuration to others.
 */
#include "config.h"

#include "cli/first-start.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/output.h"
#include "base/paths.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "cli/contexts.h"

#define ANSWER_MAX 4096

/* One line without its end; false when the input ended or the line is too long. */
static bool
ask(const char *question, char answer[ANSWER_MAX])
{
	size_t length;

	fputs(question, stdout);
	fflush(stdout);
	if (!fgets(answer, ANSWER_MAX, stdin))
		return false;
	length = strlen(answer);
	if (length == 0 || answer[length - 1] != '\n')
		return false;
	answer[length - 1] = '\0';
	return true;
}

/* The same, and what is typed is not seen.  What was typed ahead is dropped: it was seen. */
static bool
ask_unseen(const char *question, char answer[ANSWER_MAX])
{
	struct termios before, unseen;
	bool asked;

	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return false;
	unseen = before;
	unseen.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen);
	asked = ask(question, answer);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	putchar('\n');
	return asked;
}

static bool
is_address(const char *text)
{
	const char *host = strncmp(text, "https://", 8) == 0 ? text + 8
			   : strncmp(text, "http://", 7) == 0 ? text + 7 : "";
	size_t length = strcspn(host, "/?#");

	/* A name and a password in it would be shown wherever the address is. */
	return length > 0 && !memchr(host, '@', length);
}

/* The host of the address, as far as a name may have its characters. */
static char *
name_from(const char *address)
{
	const char *host = strstr(address, "://") + 3;
	char *name = xstrndup(host, strcspn(host, "/?#"));

	for (char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '.' && *c != '-')
			*c = '-';
	return name;
}

/* A new file beside the configuration; never one that is there. */
static char *
save_token(const struct contexts *contexts, const char *name, const char *token, struct error *err)
{
	char *directory = xstrndup(contexts->path, strlen(contexts->path) - strlen("/config"));
	char *path = xasprintf("%s/%s.token", directory, name);
	int fd = -1, ret = paths_make(directory, err);

	if (ret == 0) {
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0 || output_write(fd, token, strlen(token)) != 0 || fsync(fd) != 0)
			ret = error_errno(err, _("%s: the token cannot be saved there"), path);
	}
	if (fd >= 0 && close(fd) != 0 && ret == 0)
		ret = error_errno(err, _("%s: the token cannot be saved there"), path);
	if (fd >= 0 && ret != 0)
		(void)unlink(path);	/* a part of a token opens nothing */
	free(directory);
	if (ret == 0)
		return path;
	free(path);
	return NULL;
}

static enum first_choice
add_platform(const struct contexts *contexts, struct error *err)
{
	char address[ANSWER_MAX], org[ANSWER_MAX], token[ANSWER_MAX];
	struct context context = {0};
	enum first_choice choice = FIRST_NOTHING;

	if (!ask(_("Address of the platform (https://...): "), address) || !is_address(address)) {
		error_set(
			err, ERROR_INPUT,
			_("Invalid platform address: use https:// or http:// and a host, without a user. Nothing was saved."));
		return FIRST_NOTHING;
	}
	if (!ask(_("Organization (empty: all): "), org) ||
	    !ask_unseen(_("Token (it is not shown; empty: none): "), token)) {
		error_set(err, ERROR_INPUT, _("The input ended; nothing was saved."));
		return FIRST_NOTHING;
	}
	context.name = name_from(address);
	context.url = address;
	context.org = *org ? org : NULL;
	if (*token)
		context.token_file = save_token(contexts, context.name, token, err);
	explicit_bzero(token, sizeof(token));
	if (err->kind == ERROR_NONE && contexts_add(contexts, &context, err) == 0) {
		printf(_("Saved as \"%s\" in %s.\n"), context.name, contexts->path);
		choice = FIRST_PLATFORM;
	} else if (context.token_file) {
		(void)unlink(context.token_file);	/* save_token() made it just now */
	}
	free(context.name);
	free(context.token_file);
	return choice;
}

enum first_choice
first_start(const struct contexts *contexts, const char *kube, struct error *err)
{
	char answer[ANSWER_MAX];
	char *shown;

	puts(_("No platform is configured yet.\n"
	       "  1  the sample, on this machine: nothing else is needed\n"
	       "  2  another platform: you are asked for its address and token"));
	if (kube) {
		shown = text_printable(kube);
		printf(_("  3  what runs in Kubernetes: the context %s of your kubeconfig\n"), shown);
		free(shown);
	}
	if (!ask(_("Which one? "), answer))
		answer[0] = '\0';
	if (strcmp(answer, "1") == 0)
		return FIRST_SAMPLE;
	if (strcmp(answer, "2") == 0)
		return add_platform(contexts, err);
	if (kube && strcmp(answer, "3") == 0)
		return FIRST_KUBE;
	error_set(err, ERROR_INPUT, kube ? _("Neither 1 nor 2 nor 3 was chosen. Nothing was done.")
					 : _("Neither 1 nor 2 was chosen. Nothing was done."));
	return FIRST_NOTHING;
}
