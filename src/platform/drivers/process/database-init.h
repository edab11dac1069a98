/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A database is filled in a process of its own. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_DATABASE_INIT_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_DATABASE_INIT_H

struct error;
struct database_init;
struct loop;

/* Called once from the loop, and the init is gone then; err NULL: the database is there. */
typedef void database_init_done(void *data, const struct error *err);
/* NULL with err; then `done` is not called. */
struct database_init *database_init_start(struct loop *loop, const char *path, const char *sql,
					  database_init_done *done, void *data,
					  struct error *err);
void database_init_stop(struct database_init *init);	/* NULL is fine; `done` is not called */

#endif
