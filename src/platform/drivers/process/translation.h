/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A program that listens on a port which it chose itself gets another one, and does not see it.
 * So any number of them, in any number of environments, may choose the same.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_TRANSLATION_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_TRANSLATION_H

#include <stdbool.h>
#include <stddef.h>

#define TRANSLATION_PORTS_MAX 32

struct translation {
	struct {
		int declared, own;
	} ports[TRANSLATION_PORTS_MAX];
	size_t count;			/* 0: nothing is translated */
};

/* Whether the kernel can do it; `has_user`: programs have a user namespace of their own. */
bool translation_is_possible(bool has_user);

/* The rest is for children that never execute anything, or are about to; only system calls. */

/* Forks the translator, which ends when the program and all that comes from it have ended.
 * *channel is for the program's process alone.  0, or -1 with errno. */
int translation_start(const struct translation *translation, int *channel);
/* In the program's process, when it can get no more privileges: from now on it is translated.
 * 0, or -1 with errno. */
int translation_enter(int channel);

#endif
