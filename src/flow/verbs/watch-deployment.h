/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The step that watches a deployment until it has ended. */
#ifndef SIDESTAGE_FLOW_VERBS_WATCH_DEPLOYMENT_H
#define SIDESTAGE_FLOW_VERBS_WATCH_DEPLOYMENT_H

#include "flow/verbs/verb.h"

flow_phase watch_deployment;

#endif
