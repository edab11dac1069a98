/* SPDX-License-Identifier: GPL-3.0-or-later */

/* When each schedule of an environment ran last, and how that ended: over restarts and pauses. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_RUN_RECORDS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_RUN_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

struct run_record {
	int64_t due;		/* seconds since 1970; 0: it never ran */
	int64_t started, ended;	/* wall ms; ended 0: it has not */
	bool succeeded;
	char *how;		/* it ended otherwise: "status 1"; NULL: it was interrupted */
};

/* One that was going on when the daemon ended was interrupted.  Clear it. */
void run_record_read(struct run_record *record, const char *space_dir, const char *module,
		     const char *schedule);
/* What cannot be written is logged: it has run all the same. */
void run_record_write(const struct run_record *record, const char *space_dir, const char *module,
		      const char *schedule);
void run_record_clear(struct run_record *record);

#endif
