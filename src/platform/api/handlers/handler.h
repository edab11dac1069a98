/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One function an operation.  Organization, application and environment of the path exist
 * when a handler is called, and the body is of the kind that the route's table asks for.
 * The caller may do what the table says; who they are is request_user().  A handler that
 * changes something runs in one transaction with its entry in the audit log: what it wrote is
 * taken back when it returns -1.
 * What it starts or ends is an effect of the repository, which follows the commit.
 * A handler returns 0 with the response filled (its status is 200 unless it says
 * otherwise), or -1 with err, of which the error body and the status are made.
 */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_HANDLER_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_HANDLER_H

#include <jansson.h>

#include "platform/http/exchange.h"

struct error;
struct platform;

typedef int handler(struct platform *platform, const struct request *request,
		    struct response *response, struct error *err);

/* Fills the response with a body that may be NULL because of an error: 0 or -1. */
static inline int
answer(struct response *response, int status, json_t *body)
{
	response->status = status;
	response->body = body;
	return body ? 0 : -1;
}

#endif
