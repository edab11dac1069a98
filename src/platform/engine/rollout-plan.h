/* SPDX-License-Identifier: GPL-3.0-or-later */

/* PLAN, a state of the rollout: its workloads, with every placeholder resolved. */
#ifndef SIDESTAGE_PLATFORM_ENGINE_ROLLOUT_PLAN_H
#define SIDESTAGE_PLATFORM_ENGINE_ROLLOUT_PLAN_H

struct error;
struct problem;
struct rollout;

/* Fills `planned`.  0, or -1 with err, and the problem that it is for the deployment. */
int rollout_make_plan(struct rollout *rollout, struct problem *problem, struct error *err);

#endif
