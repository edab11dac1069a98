# SPDX-License-Identifier: GPL-3.0-or-later
# A route: GET .../envs/ENV/example says which environment was asked for.
new src/platform/api/handlers/example.c <<'END'
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An example. */
#include "config.h"

#include "platform/api/handlers/handlers.h"

int
get_example(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	(void)platform;
	(void)err;
	return answer(response, 200, json_pack("{s:s}", "example", request->place.env));
}
END
after src/platform/api/handlers/handlers.h 'handler get_current_user, update_current_user;' <<'END'
handler get_example;
END
after src/platform/api/routes.c 'static const struct route routes[] = {' <<'END'
	{"GET", ENV "/example", get_example, "x-getExample", BODY_NONE, false, PERMISSION_SEE},
END
after src/platform/api/local.mk 'libplatform_api_a_SOURCES = \' <<'END'
	src/platform/api/handlers/example.c \
END
