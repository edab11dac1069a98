/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * An operation is written down before its first request and after each step, so that a crash
 * neither loses nor doubles it; and who works on it is known among the programs that use the file.
 */
#ifndef SIDESTAGE_STORE_JOURNAL_H
#define SIDESTAGE_STORE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct operation;
struct store;

/* Writes operation and steps; durable when it returns 0.  -1 with ERROR_STORE. */
int store_operation_begin(struct store *store, const struct operation *operation,
			  struct error *err) __attribute__((warn_unused_result));
/* Writes everything that can change after begin: state, ended_at, reason, delta_id,
 * deployment_id, error, and the step at `step` (SIZE_MAX: no step changed).  Durable.  Who
 * ended an operation gives up the claim to it. */
int store_operation_update(struct store *store, const struct operation *operation, size_t step,
			   struct error *err) __attribute__((warn_unused_result));
/* Who works on an unfinished operation: true when this program now owns it, false when
 * another living program does.  Released when the operation ends or the program does. */
bool store_operation_claim(struct store *store, const char *id);
/* Gives up a claim before the operation has ended; without one it does nothing. */
void store_operation_release(struct store *store, const char *id);
/* Whether another living program works on it; changes nothing. */
bool store_operation_is_claimed(const struct store *store, const char *id);

#endif
