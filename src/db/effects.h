/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is to happen once a change is durable: processes that start or stop, timers, files that
 * go.  Whoever changes the database asks for it in the same transaction, and it happens when
 * the outermost one is committed, or not at all.  db_after_commit() is the door.
 */
#ifndef SIDESTAGE_DB_EFFECTS_H
#define SIDESTAGE_DB_EFFECTS_H

typedef void effect(void *data);

struct effects;

struct effects *effects_new(void);
void effects_free(struct effects *effects);	/* NULL is fine; what waits is dropped */

/* Asked for in the transaction of this depth (1: the outermost). */
void effects_add(struct effects *effects, int depth, effect *run, effect *drop, void *data);
/* The transaction of this depth is part of the one around it now. */
void effects_keep(struct effects *effects, int depth);
/* It was taken back, and what was asked for in it is dropped. */
void effects_forget(struct effects *effects, int depth);
/* The outermost is durable: all are carried out, in the order in which they were asked for. */
void effects_run(struct effects *effects);

#endif
