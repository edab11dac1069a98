/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From a request to its answer: what is the same for all routes; knows no socket. */
#ifndef SIDESTAGE_PLATFORM_API_DISPATCH_H
#define SIDESTAGE_PLATFORM_API_DISPATCH_H

#include "platform/http/exchange.h"

/* The whole API. */
http_answer dispatch_answer;

#endif
