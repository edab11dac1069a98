/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET over HTTP/1.1 from a program on this machine, within a time and a size. */
#ifndef TOPICSHARE_CLIENT_H
#define TOPICSHARE_CLIENT_H

#include "text.h"

/*
 * Reads base + path ("http://api.localhost:8080" + "/topics") into body, which the caller made
 * with text_init() and clears.  Names: localhost and *.localhost, which are the loopback
 * interface (RFC 6761, 6.3), and numeric addresses.  The status of the answer, or -1 with *why.
 */
int client_get(const char *base, const char *path, int limit_ms, struct text *body,
	       const char **why);

#endif
