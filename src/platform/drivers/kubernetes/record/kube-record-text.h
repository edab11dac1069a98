/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A record (driver_ops.keep) as its ConfigMap has it: compressed, so that the base of a large
 * application fits.  What is read was written by anybody who may write there. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_RECORD_KUBE_RECORD_TEXT_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_RECORD_KUBE_RECORD_TEXT_H

#include <jansson.h>

#include "base/ids.h"

struct error;

/* The members of the ConfigMap, and what is another one for another record; a new reference.  NULL
 * with ERROR_LIMIT: it does not fit. */
json_t *kube_record_pack(const json_t *record, const char *env, char digest[IDS_SHA256_HEX_SIZE],
			 struct error *err);
/* The record, a new reference; also of the form of before, as text.  NULL with ERROR_INPUT: it is
 * none that kube_record_pack() makes. */
json_t *kube_record_unpack(const json_t *object, struct error *err);

#endif
