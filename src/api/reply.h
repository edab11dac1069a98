/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the end of a request means. */
#ifndef SIDESTAGE_API_REPLY_H
#define SIDESTAGE_API_REPLY_H

struct api_call;
struct api_reply;
struct http_reply;

/* Fills reply; its body and details are new references. */
void api_reply_read(const struct api_call *call, const struct http_reply *http,
		    struct api_reply *reply);

#endif
