/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is said of a deployment before it is made. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_DEPLOY_REVIEWS_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_DEPLOY_REVIEWS_H

#include "platform/api/handlers/handler.h"

handler review_deployment, review_environment;

#endif
