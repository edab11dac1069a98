/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A database is filled in a process of its own. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_FILL_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_FILL_H

struct error;
struct fill;
struct loop;

/* Called once from the loop, and the fill is gone then; err NULL: it is there. */
typedef void fill_done(void *data, const struct error *err);
/* NULL with err; then `done` is not called. */
struct fill *fill_start(struct loop *loop, const char *path, const char *sql, fill_done *done,
			void *data, struct error *err);
void fill_stop(struct fill *fill);	/* NULL is fine; `done` is not called */

#endif
