/* SPDX-License-Identifier: GPL-3.0-or-later */

/* An environment that somebody else makes, as it is now. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_SURVEYS_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_SURVEYS_H

#include "platform/api/handlers/handler.h"

/* For GET .../envs/{envId}: answers when its namespace was read again.  false: it answers nothing,
 * since nobody has asked for that, or there is nothing to be read. */
bool survey_answers(struct platform *platform, const struct request *request,
		    struct response *response);

#endif
