/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One sentence for each kind of member, whichever noun it is in. */
#include "config.h"

#include "platform/api/handlers/misfit.h"

#include <stddef.h>

#include "base/error.h"
#include "model/error-codes.h"
#include "model/members.h"

int
refuse_misfit(const struct member *misfit, struct error *err)
{
	if (!misfit)
		return 0;
	switch (misfit->kind) {
	case MEMBER_FLAG:
		return error_set_code(err, CODE_MEMBER_NOT_BOOLEAN, .member = misfit->key);
	case MEMBER_LIST:
	case MEMBER_TEXTS:
		return error_set_code(err, CODE_MEMBER_NOT_LIST, .member = misfit->key);
	case MEMBER_OBJECT:
	case MEMBER_MAP:
	case MEMBER_JSON:
		return error_set_code(err, CODE_MEMBER_NOT_OBJECT_OR_NULL, .member = misfit->key);
	case MEMBER_TEXT:
		if (misfit->max > 0)
			return error_set_code(err, CODE_MEMBER_NOT_SHORT_STRING,
					      .member = misfit->key, .max = (long long)misfit->max);
		break;
	case MEMBER_TIME:
	case MEMBER_WORD:
	case MEMBER_NUMBER:
	case MEMBER_GIVEN:
	case MEMBER_CONSTANT:
	case MEMBER_DOCUMENT:
		break;
	}
	return error_set_code(err, CODE_MEMBER_NOT_STRING_OR_NULL, .member = misfit->key);
}
