/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One try of a request, in libcurl's hands. */
#ifndef SIDESTAGE_NET_HTTP_TRY_H
#define SIDESTAGE_NET_HTTP_TRY_H

#include "net/curl.h"

struct http_reply;
struct http_request;

/* Hands the request to libcurl, which must be loaded. */
void http_try_start(struct http_request *request);
/* What it ended with, while libcurl still has it. */
void http_try_read(struct http_request *request, CURLcode code, struct http_reply *reply);
/* Takes it back from libcurl.  What was read stays. */
void http_try_end(struct http_request *request);

#endif
