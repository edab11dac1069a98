/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The delta between two sets.  Of large ones it goes out in pieces, each made in a turn of the
 * loop (model/delta-text.h). */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_SET_DIFF_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_SET_DIFF_H

struct error;
struct platform;
struct request;
struct response;

/* What turns the second into the first: the answer, or -1 with err. */
int answer_set_diff(struct platform *platform, const struct request *request, const char *to_id,
		    const char *from_id, struct response *response, struct error *err);

#endif
