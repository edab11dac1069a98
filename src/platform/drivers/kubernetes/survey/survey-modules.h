/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The objects of a namespace that somebody else filled, as the workloads of a set: pure.
 *
 * Each Deployment, StatefulSet, DaemonSet, CronJob and Job that nothing else in the namespace makes
 * is a workload, by its name, with what belongs to it alone: the Services that select its pods, the
 * ConfigMaps, claims and accounts that these name, its autoscaler, and so on.  What two of them
 * use, or none, is in one workload more, "common".
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SURVEY_SURVEY_MODULES_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SURVEY_SURVEY_MODULES_H

#include <jansson.h>
#include <stdbool.h>

/*
 * Of objects as a cluster gives them, with apiVersion and kind.  Gives what a survey gives of a
 * namespace (driver.h): {"modules", "left", and "app" where most of its workloads have one label
 * that says so}; new reference.  only_used: what no workload uses is left out, since only some of
 * the workloads were asked for.
 */
json_t *kube_survey_modules(const json_t *objects, bool only_used);

#endif
