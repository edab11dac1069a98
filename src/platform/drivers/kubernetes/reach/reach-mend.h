/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The API server puts the path of its proxy before the addresses of a page (links in HTML,
 * Location), so that they lead through it.  Here that path is taken off again: at the local
 * address it leads nowhere.  Also which headers are handed on, in each direction.  Pure.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_REACH_REACH_MEND_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_REACH_REACH_MEND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct http_head;
struct http_reply;

/* Borrowed, as long as they are used. */
struct reach_names {
	const char *prefix; /* "/api/v1/namespaces/shop/services/web:80/proxy" */
	const char *server; /* the API server as it is asked: "192.0.2.10:6443" */
	const char *local;  /* as this request calls us: "web.production.shop.localhost:20017" */
};

/* A text without the prefix; where the API server stands before it, it becomes ours.  free() it. */
char *reach_mend_text(const struct reach_names *names, const char *text);

/* The same for a page that comes in pieces. */
struct reach_mender {
	const struct reach_names *names;
	struct buf held;		/* what may be the beginning of one */
};
void reach_mender_init(struct reach_mender *mender, const struct reach_names *names);
void reach_mender_clear(struct reach_mender *mender);
/* false: `out` has no room. */
bool reach_mender_take(struct reach_mender *mender, const char *bytes, size_t length,
		       struct buf *out) __attribute__((warn_unused_result));
bool reach_mender_end(struct reach_mender *mender, struct buf *out)
	__attribute__((warn_unused_result));

/* "Name: value" of each header of the request that is handed on, and ours; NULL at the end.  free()
 * the list and each of it. */
char **reach_request_headers(const struct http_head *head, const struct reach_names *names);
/* "Name: value\r\n" of each header of an answer that is handed on. */
void reach_answer_headers(const char *head, const struct reach_names *names, struct buf *out);
/* Whether the API server has changed this answer's body. */
bool reach_is_page(const struct http_reply *reply);

#endif
