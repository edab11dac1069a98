/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "platform/drivers/kubernetes/cluster/cidr.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

bool
kube_cidr_parse(struct kube_cidr *out, const char *text)
{
	size_t length = strcspn(text, "/"), digits;
	char address[INET6_ADDRSTRLEN];

	*out = (struct kube_cidr){.family = strchr(text, ':') ? AF_INET6 : AF_INET};
	if (text[length] != '/' || length >= sizeof(address))
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	digits = strspn(text + length + 1, "0123456789");
	if (digits < 1 || digits > 3 || text[length + 1 + digits])
		return false;
	out->bits = (unsigned)atoi(text + length + 1);
	return out->bits <= (out->family == AF_INET ? 32u : 128u) &&
	       inet_pton(out->family, address, out->address) == 1;
}

bool
kube_cidr_has(const struct kube_cidr *outer, const struct kube_cidr *inner)
{
	unsigned bytes = outer->bits / 8, rest = outer->bits % 8;
	unsigned char mask = (unsigned char)(0xff00u >> rest);

	if (outer->family != inner->family || outer->bits > inner->bits ||
	    memcmp(outer->address, inner->address, bytes) != 0)
		return false;
	return rest == 0 || ((outer->address[bytes] ^ inner->address[bytes]) & mask) == 0;
}
