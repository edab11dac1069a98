/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Addresses: which of them we speak to, and who may hear a token there. */
#ifndef SIDESTAGE_NET_URL_H
#define SIDESTAGE_NET_URL_H

#include <stdbool.h>

struct buf;
struct error;

/* The address without a slash at its end, for free(); NULL with ERROR_INPUT: it is not http:// or
 * https://, or has a user name, a query or what no address has. */
char *url_base(const char *url, struct error *err);
/* By the scheme alone; case does not matter (RFC 3986 §3.1). */
bool url_is_https(const char *base);
/* This machine, by a name or a number that nobody else can answer to. */
bool url_is_loopback(const char *base);
/* Whether its host, and its port where one is given, is in the list "HOST[:PORT], ..."; case does
 * not matter, and an address without a port has 443 or 80 by its scheme.  NULL: nothing is. */
bool url_is_of(const char *base, const char *hosts);
/* 0, or -1 with ERROR_ACCESS: a token would go in clear to another machine. */
int url_check_token(const char *base, struct error *err) __attribute__((warn_unused_result));
/* As one part of a path, or as a value of a query. */
void url_append_escaped(struct buf *url, const char *text);

#endif
