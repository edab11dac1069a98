/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The images and the sample are found where they are installed, or in the build tree. */
#include "config.h"

#include "cli/embedded-demo.h"

#include <stdlib.h>

#include "base/paths.h"
#include "base/xmalloc.h"
#include "cli/embedded.h"

/* Takes the directory over. */
static char *
below(char *directory, const char *name)
{
	char *path = xasprintf("%s%s", directory, name);

	free(directory);
	return path;
}

static char *
data_path(const char *name)
{
	return below(paths_part("SIDESTAGE_DATA", "source-data", PKGDATADIR), name);
}

int
embedded_demo_start(struct embedded *embedded, bool is_fresh, struct error *err)
{
	char *state = paths_state(err), *directory;
	char *images, *templates, *sample;
	int ret;

	if (!state)
		return -1;
	directory = below(state, "/demo");
	images = below(paths_part("SIDESTAGE_LIBEXEC", "", PKGLIBEXECDIR), "/images");
	templates = data_path("/sample/topicshare");
	sample = data_path("/sample/topicshare/topicshare.json");
	ret = embedded_start(embedded,
			     &(struct embedded_options){
				     .command = "sidestage demo",
				     .directory = directory,
				     .name = "demo",
				     .arguments = (const char *const[]){
					     "--images", images, "--templates", templates,
					     "--import", sample, "--confinement", "sample", NULL},
				     .is_fresh = is_fresh,
			     },
			     err);
	free(directory);
	free(images);
	free(templates);
	free(sample);
	return ret;
}
