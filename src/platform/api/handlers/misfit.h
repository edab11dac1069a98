/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Members of a request that are not what its noun says (model/members.h). */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_MISFIT_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_MISFIT_H

struct error;
struct member;

/* 0 where there is none (NULL); else -1 with ERROR_INPUT, which says what it is to be. */
int refuse_misfit(const struct member *misfit, struct error *err);

#endif
