/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The attacks of a workload: one table, in a file for each kind. */
#ifndef SIDESTAGE_TESTS_ATTACK_ATTACKS_H
#define SIDESTAGE_TESTS_ATTACK_ATTACKS_H

#include <stdbool.h>
#include <stddef.h>

struct attack {
	const char *name;
	void (*run)(void);	/* in a process of its own; tells each try by attempt() */
};
extern const struct attack attacks[];
extern const size_t attack_count;

/* An environment variable, or "". */
const char *given(const char *name);
/* Tells the test of one try. */
void attempt(const char *name, bool won, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void attack_reading(void);
void attack_writing(void);
void attack_planting(void);
void attack_renaming(void);
void attack_depth(void);
void attack_sockets(void);
void attack_ports(void);
void attack_forking(void);
void attack_signals(void);
void attack_proc(void);
void attack_keys(void);
void attack_disk(void);
void attack_entries(void);
void attack_memory(void);
void attack_privilege(void);

#endif
