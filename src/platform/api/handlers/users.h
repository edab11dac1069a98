/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Users and their tokens.  /users itself is ours; the rest is of the wire. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_USERS_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_USERS_H

#include "platform/api/handlers/handler.h"

handler get_current_user, update_current_user;
handler list_users, create_user, get_user, update_user, delete_user;
handler list_tokens, create_token, get_token, delete_token;

#endif
