/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is kept of a platform: its section in the configuration, and its token. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "cli/contexts.h"
#include "cli/token.h"
#include "flow/context/renewal.h"

struct place {
	char *folder;
	char *path;	/* "folder/config" */
};

static int
make_place(void **state)
{
	struct place *place = xcalloc(1, sizeof(*place));
	const char *parent = getenv("TMPDIR");

	place->folder = xasprintf("%s/contexts-XXXXXX", parent ? parent : "/tmp");
	assert_non_null(mkdtemp(place->folder));
	place->path = xasprintf("%s/config", place->folder);
	*state = place;
	return 0;
}

static int
remove_place(void **state)
{
	struct place *place = *state;

	assert_int_equal(paths_remove_tree(place->folder, NULL), 0);
	free(place->path);
	free(place->folder);
	free(place);
	return 0;
}

static void
write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static char *
read_from(const char *path)
{
	char *text = xcalloc(1, 4096);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_true(read(fd, text, 4095) >= 0);
	close(fd);
	return text;
}

/* A disk that takes a part of it: the file is read by the next start. */
static void
a_section_is_kept_whole_or_not_at_all(void **state)
{
	static const char was[] = "[sidestage]\n\ttheme = dark\n";
	struct place *place = *state;
	struct contexts contexts = {.path = place->path};
	struct context context = {.name = (char *)"team", .url = (char *)"https://example.com"};
	struct rlimit before, few;
	struct error err = {0};
	char *text;

	write_to(place->path, was);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	few = before;
	few.rlim_cur = sizeof(was) + 9;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
	errno = 0;
	assert_int_equal(contexts_add(&contexts, &context, &err), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(strstr(err.text, strerror(EFBIG)));
	text = read_from(place->path);
	assert_string_equal(text, was);
	free(text);
	assert_int_equal(contexts_add(&contexts, &context, NULL), 0);
	text = read_from(place->path);
	assert_non_null(strstr(text, "[context \"team\"]\n\turl = \"https://example.com\"\n"));
	free(text);
}

static char *
long_text(size_t length)
{
	char *text = xcalloc(1, length + 2);

	memset(text, 't', length);
	text[length] = '\n';
	return text;
}

/* The same file, or what prints it, read as a session goes on. */
static int
fetch(const char *file, const char *command, char **token, struct error *err)
{
	struct token_fetch fetch = {.file = file, .command = command};
	struct token_source source = token_fetch_source(&fetch);
	struct pollfd waited = {.events = POLLIN};
	int ret;

	*token = NULL;
	waited.fd = source.begin(source.data, err);
	if (waited.fd < 0)
		return -1;
	do {
		assert_true(poll(&waited, 1, 30000) > 0);
		ret = source.advance(source.data, token, err);
	} while (ret == 0);
	return ret < 0 ? -1 : 0;
}

static void
a_token_is_taken_whole_or_refused(void **state)
{
	static const struct { size_t length; bool fits; } cases[] = {
		{1, true}, {4096, true}, {TOKEN_MAX - 1, true}, {TOKEN_MAX, true},
		{TOKEN_MAX + 1, false}, {3 * TOKEN_MAX, false},
	};
	struct place *place = *state;
	char *command = xasprintf("cat '%s'", place->path);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = long_text(cases[i].length);

		write_to(place->path, text);
		for (size_t way = 0; way < 4; way++) {
			struct error err = {0};
			char *token = NULL;
			int ret = way == 0   ? token_read(place->path, &token, &err)
				  : way == 1 ? token_command(command, &token, &err)
				  : way == 2 ? fetch(place->path, NULL, &token, &err)
					     : fetch(NULL, command, &token, &err);

			assert_int_equal(ret, cases[i].fits ? 0 : -1);
			if (cases[i].fits) {
				assert_int_equal(strlen(token), cases[i].length);
			} else {
				assert_null(token);
				assert_non_null(strstr(err.text, "longer than 8192 bytes"));
			}
			free(token);
		}
		free(text);
	}
	free(command);
}

int
main(void)
{
#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)
	const struct CMUnitTest tests[] = {
		WITH_PLACE(a_section_is_kept_whole_or_not_at_all),
		WITH_PLACE(a_token_is_taken_whole_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
