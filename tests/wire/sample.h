/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A real sidestaged with the sample, for tests of what stands above the wire: its processes run. */
#ifndef SIDESTAGE_TESTS_WIRE_SAMPLE_H
#define SIDESTAGE_TESTS_WIRE_SAMPLE_H

#include <sys/types.h>

#define SAMPLE_ORG "topicshare-inc"
#define SAMPLE_APP "topicshare"

struct sample {
	char *folder;			/* everything is below it */
	char *socket, *history, *cache;	/* of the platform, and for a session on it */
	pid_t daemon;
};

/* Makes a folder of that name, and serves from it.  0, or -1. */
int sample_start(struct sample *sample, const char *name);
/* Serves what is there on sample->socket, once it was stopped.  0, or -1. */
int sample_serve(struct sample *sample);
/* Stops and removes; what it ended with, or what could not be removed. */
int sample_stop(struct sample *sample);

#endif
