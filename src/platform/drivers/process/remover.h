/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What workloads could write to is removed beside everything else. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_REMOVER_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_REMOVER_H

#include <stdbool.h>

struct loop;
struct remover;

struct remover *remover_new(struct loop *loop, const char *spaces_dir);
void remover_free(struct remover *remover);	/* what is left is removed after the next start */
/* A directory or file below the spaces; its name is free when this returns.  true: all of it is
 * gone later, and `done` (or NULL) is called then, from the loop; false: it is gone. */
bool remover_take(struct remover *remover, const char *path, void (*done)(void *data), void *data);

#endif
