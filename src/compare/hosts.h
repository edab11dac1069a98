/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The hosts that a text names, in whatever form: URLs with or without a user, jdbc: and dsn
 * forms, host:port, lists of them, addresses of IPv4 and IPv6, bare names.  What a name leads to
 * is for isolation.h.
 */
#ifndef SIDESTAGE_COMPARE_HOSTS_H
#define SIDESTAGE_COMPARE_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#define HOST_NAME_SIZE 256
#define HOSTS_HOLE '\1'		/* stands in a text for what is not known yet: a placeholder */

enum host_form { HOST_NAME, HOST_IPV4, HOST_IPV6 };

struct host {
	enum host_form form;
	char name[HOST_NAME_SIZE];	/* lower case, without brackets, zone and last dot */
	size_t start, end;		/* bytes of the text that it stands in */
	char scheme[24];		/* "https"; "" when there is none */
	bool has_user, has_password, has_port;
	bool is_named;			/* after "host=", "server:", ... in the text */
	bool is_alone;			/* the text is this, or a list of such */
	bool is_network;		/* 10.0.0.0/8: a mask, not a host */
	bool has_hole;			/* a part of it is not known */
};

typedef void hosts_found(void *data, const struct host *host);
/* In their order.  Names without a dot only where the form says that they are hosts. */
void hosts_find(const char *text, hosts_found *found, void *data);
/* Whether a key or a variable of this name holds hosts: "DB_HOST", "endpoint", "brokers". */
bool hosts_is_key(const char *key);

#endif
