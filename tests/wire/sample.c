/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The installed sample, from where the test run has it (SIDESTAGE_LIBEXEC,
 * SIDESTAGE_DATA), with a state of its own. */
#include "config.h"

#include "sample.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/paths.h"
#include "base/xmalloc.h"

static char *
place(const char *variable, const char *below)
{
	const char *value = getenv(variable);

	return xasprintf("%s%s", value ? value : "", below);
}

int
sample_serve(struct sample *sample)
{
	char *program = place("SIDESTAGED", "");
	char *images = place("SIDESTAGE_LIBEXEC", "/images");
	char *templates = place("SIDESTAGE_DATA", "/sample/topicshare");
	char *import = place("SIDESTAGE_DATA", "/sample/topicshare/topicshare.json");
	int ready[2];
	char word[8] = "";
	ssize_t n;

	if (pipe(ready))
		return -1;
	sample->daemon = fork();
	if (sample->daemon == 0) {
		char *state = xasprintf("%s/platform", sample->folder);

		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that dies takes its daemon with it */
		/* Its descriptor is free for the taking: stdin. */
		dup2(ready[1], 0);
		close(ready[0]);
		close(ready[1]);
		execl(program, program, "serve", "--socket", sample->socket, "--state", state,
		      "--images", images, "--templates", templates, "--import", import, "--user",
		      "oncall", "--ready-fd", "0", (char *)NULL);
		_exit(127);
	}
	close(ready[1]);
	n = read(ready[0], word, 6);
	close(ready[0]);
	free(program);
	free(images);
	free(templates);
	free(import);
	return n == 6 && !strcmp(word, "ready\n") ? 0 : -1;
}

int
sample_start(struct sample *sample, const char *name)
{
	const char *tmp = getenv("TMPDIR");

	sample->folder = xasprintf("%s/%s-XXXXXX", tmp ? tmp : "/tmp", name);
	if (!mkdtemp(sample->folder))
		return -1;
	sample->socket = xasprintf("%s/socket", sample->folder);
	sample->history = xasprintf("%s/history.db", sample->folder);
	sample->cache = xasprintf("%s/cache.db", sample->folder);
	return sample_serve(sample);
}

int
sample_stop(struct sample *sample)
{
	int status;

	if (sample->daemon > 0) {
		kill(sample->daemon, SIGTERM);
		waitpid(sample->daemon, &status, 0);
	}
	status = paths_remove_tree(sample->folder, NULL);
	free(sample->folder);
	free(sample->socket);
	free(sample->history);
	free(sample->cache);
	*sample = (struct sample){0};
	return status;
}
