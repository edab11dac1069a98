# SPDX-License-Identifier: GPL-3.0-or-later
# A route: GET .../envs/ENV/example says which environment was asked for.
new src/platform/api/handlers/example.c <<'END'
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An example. */
#include "config.h"

#include "platform/api/handlers/example.h"

int
get_example(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	(void)platform;
	(void)err;
	return answer(response, 200, json_pack("{s:s}", "example", request->place.env));
}
END
new src/platform/api/handlers/example.h <<'END'
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An example. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_EXAMPLE_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_EXAMPLE_H

#include "platform/api/handlers/handler.h"

handler get_example;

#endif
END
before src/platform/api/routes.c '#include "platform/api/handlers/logs.h"' <<'END'
#include "platform/api/handlers/example.h"
END
after src/platform/api/routes.c 'static const struct route routes[] = {' <<'END'
	{"GET", ENV "/example", get_example, "x-getExample", BODY_NONE, false, PERMISSION_SEE},
END
after src/platform/api/local.mk 'libplatform_api_a_SOURCES = \' <<'END'
	src/platform/api/handlers/example.c \
	src/platform/api/handlers/example.h \
END
