/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Two readers of one message that disagree about where it ends can be made to see different
 * requests (request smuggling, RFC 9112 §11.2).  Whatever could be read in two ways is
 * refused here.
 *
 * libmicrohttpd 0.9.75 takes all of it, also in its strict mode.  Two more forms, a bare LF
 * and a blank before a colon, cannot be seen from where it calls us; that is one reason why
 * the daemon listens on a Unix socket or on loopback unless it is told otherwise.
 */
#include "config.h"

#include "platform/http/http-guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "net/peer.h"

#define TAGS_MAX 8192

enum error_code
guard_uri(const char *uri, size_t max_bytes)
{
	if (strlen(uri) > max_bytes)
		return CODE_ADDRESS_TOO_LONG;
	for (const unsigned char *c = (const unsigned char *)uri; *c; c++)
		if (*c <= 0x20 || *c >= 0x7f)
			return CODE_ADDRESS_NOT_ENCODED;
	return ERROR_CODE_NONE;
}

static void
join_tags(struct guard_headers *headers, const char *value)
{
	char *before = headers->if_none_match;

	if (strlen(value) + (before ? strlen(before) : 0) > TAGS_MAX)
		return;		/* then it is answered in full, which is never wrong */
	headers->if_none_match = before ? xasprintf("%s, %s", before, value) : xstrdup(value);
	free(before);
}

void
guard_header(struct guard_headers *headers, const char *key, const char *value)
{
	headers->count++;
	if (!value)
		value = "";
	if (strcasecmp(key, "Host") == 0) {
		headers->hosts++;
	} else if (strcasecmp(key, "Content-Length") == 0) {
		headers->lengths++;
		headers->length = strtoull(value, NULL, 10);
	} else if (strcasecmp(key, "Transfer-Encoding") == 0) {
		headers->encodings++;
		headers->odd_encoding |= strcasecmp(value, "chunked") != 0;
	} else if (strcasecmp(key, "If-None-Match") == 0) {
		join_tags(headers, value);
	}
}

/* The order is that of the table: what is malformed is said before what is only too large. */
enum error_code
guard_headers_fault(const struct guard_headers *headers, size_t max_count,
		    unsigned long long max_length)
{
	const struct {
		bool is;
		enum error_code why;
	} faults[] = {
		{headers->count > max_count, CODE_TOO_MANY_HEADERS},
		{headers->lengths > 1 || headers->encodings > 1, CODE_LENGTH_TWICE},
		{headers->lengths > 0 && headers->encodings > 0, CODE_LENGTH_AND_TRANSFER_ENCODING},
		{headers->odd_encoding, CODE_TRANSFER_ENCODING_NOT_CHUNKED},
		{headers->hosts > 1, CODE_HOST_TWICE},
		{headers->length > max_length, CODE_BODY_TOO_LARGE},
	};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (faults[i].is)
			return faults[i].why;
	return ERROR_CODE_NONE;
}

void
guard_headers_clear(struct guard_headers *headers)
{
	free(headers->if_none_match);
	headers->if_none_match = NULL;
}

bool
guard_is_unix(int fd)
{
	socklen_t length = sizeof(int);
	int domain = 0;

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_UNIX;
}

/* Only the daemon's own user and root are its owner; a group that may open the socket shows
 * tokens like everybody else. */
static void
name_unix(struct peer *peer, int fd)
{
	uid_t uid = peer_user(fd);

	if (peer->trust == PEER_PRIVATE && uid != geteuid() && uid != 0)
		peer->trust = PEER_STRANGER;
	/* A workload has our user, and is nobody. */
	if (peer_is_confined(fd))
		peer->trust = PEER_STRANGER;
	snprintf(peer->text, sizeof(peer->text), "%s:uid=%u",
		 peer->trust == PEER_CONTROL ? "control" : "unix", (unsigned)uid);
	snprintf(peer->key, sizeof(peer->key), "%s", peer->text);
}

/* Who has one address of an IPv6 network of 64 bits has them all. */
static void
name_v6(struct peer *peer, const struct in6_addr *address)
{
	struct in6_addr network = *address;

	inet_ntop(AF_INET6, address, peer->text, sizeof(peer->text));
	if (!IN6_IS_ADDR_V4MAPPED(address))
		memset(network.s6_addr + 8, 0, 8);
	inet_ntop(AF_INET6, &network, peer->key, sizeof(peer->key));
}

void
guard_peer(struct peer *peer, int fd, enum peer_trust trust)
{
	struct sockaddr_storage address = {0};
	socklen_t length = sizeof(address);

	*peer = (struct peer){.trust = trust, .text = "unknown", .key = "unknown"};
	if (trust != PEER_REMOTE) {
		name_unix(peer, fd);
		return;
	}
	if (getpeername(fd, (struct sockaddr *)&address, &length) != 0)
		return;
	if (address.ss_family == AF_INET) {
		inet_ntop(AF_INET, &((struct sockaddr_in *)&address)->sin_addr, peer->text,
			  sizeof(peer->text));
		memcpy(peer->key, peer->text, sizeof(peer->key));
	} else if (address.ss_family == AF_INET6) {
		name_v6(peer, &((struct sockaddr_in6 *)&address)->sin6_addr);
	}
}
