/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * All of 127.0.0.0/8 is this machine, so an address costs nothing and needs no right; a half of it
 * in the middle is taken, since 127.0.0.1 and its neighbours are of use to others.  Nothing is
 * kept on disk: a hash of the names says where to look for a free one first.  The daemon's own
 * place goes into it, since what two daemons call alike would else always be at the same address;
 * and an address that programs were told cannot be changed when its port turns out to be taken.
 */
#include "config.h"

#include "platform/drivers/process/addresses.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#define FIRST 0x7f400001u	/* 127.64.0.1 */
#define COUNT ((1u << 22) - 2)

struct given_address {
	char *space, *module;
	uint32_t number;
};

struct addresses {
	struct given_address *items;
	size_t count;
	char *place;
};

struct addresses *
addresses_new(const char *place)
{
	struct addresses *addresses = xcalloc(1, sizeof(*addresses));

	addresses->place = xstrdup(place);
	return addresses;
}

static void
clear_item(struct given_address *item)
{
	free(item->space);
	free(item->module);
}

void
addresses_free(struct addresses *addresses)
{
	if (!addresses)
		return;
	for (size_t i = 0; i < addresses->count; i++)
		clear_item(&addresses->items[i]);
	free(addresses->items);
	free(addresses->place);
	free(addresses);
}

/* FNV-1a */
static uint32_t
hash_of(const struct addresses *addresses, const char *space, const char *module)
{
	const char *const parts[] = {addresses->place, "/", space, "/", module};
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (const char *c = parts[i]; *c; c++)
			hash = (hash ^ (unsigned char)*c) * 16777619u;
	return hash % COUNT;
}

static bool
is_given(const struct addresses *addresses, uint32_t number)
{
	for (size_t i = 0; i < addresses->count; i++)
		if (addresses->items[i].number == number)
			return true;
	return false;
}

/* The first free one from there on. */
static uint32_t
next_free(const struct addresses *addresses, uint32_t number)
{
	while (is_given(addresses, number))
		number = (number + 1) % COUNT;
	return number;
}

static struct given_address *
find_item(struct addresses *addresses, const char *space, const char *module)
{
	struct given_address *item;

	for (size_t i = 0; i < addresses->count; i++) {
		item = &addresses->items[i];
		if (strcmp(item->space, space) == 0 && strcmp(item->module, module) == 0)
			return item;
	}
	addresses->items = xreallocarray(addresses->items, addresses->count + 1, sizeof(*item));
	item = &addresses->items[addresses->count];
	*item = (struct given_address){xstrdup(space), xstrdup(module),
				       next_free(addresses, hash_of(addresses, space, module))};
	addresses->count++;
	return item;
}

struct in_addr
addresses_of(struct addresses *addresses, const char *space, const char *module)
{
	return (struct in_addr){htonl(FIRST + find_item(addresses, space, module)->number)};
}

void
addresses_move(struct addresses *addresses, const char *space, const char *module)
{
	struct given_address *item = find_item(addresses, space, module);

	item->number = next_free(addresses, item->number);
}

void
addresses_release(struct addresses *addresses, const char *space)
{
	size_t kept = 0;

	for (size_t i = 0; i < addresses->count; i++) {
		if (strcmp(addresses->items[i].space, space) == 0)
			clear_item(&addresses->items[i]);
		else
			addresses->items[kept++] = addresses->items[i];
	}
	addresses->count = kept;
}
