/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From a workload specification of Score (score.dev/v1b1) to what a deployment set holds.
 * The mapping is that of the published converter (score-humanitec): containers, service ports,
 * probes and files move to their places in the module, and ${resources.R.OUT} becomes
 * ${externals.R.OUT}, ${shared.R.OUT}, ${values.OUT} or ${modules.R.service.OUT} by the
 * resource's type and id.
 */
#ifndef SIDESTAGE_PLATFORM_API_SCORE_H
#define SIDESTAGE_PLATFORM_API_SCORE_H

#include <jansson.h>

struct error;

/* {"modules": {NAME: module}, "shared": {ID: declaration}}, a new reference; NULL with
 * ERROR_INPUT.  image: of containers that name none, or "."; NULL: such are refused. */
json_t *score_convert(const json_t *spec, const char *image, struct error *err);

#endif
