/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The rows are what the API server of Kubernetes 1.36 publishes (/openapi/v3, list-map-keys) of all
 * that may be in a namespace.  Lists that it calls atomic have no row: whoever applies one replaces
 * it whole, so two people who change it do conflict.
 */
#include "config.h"

#include "model/merge-keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "model/json.h"

/* Variables that are looked at for references to each other; more stand in the order given. */
#define REFERENCES_MAX 512

static const struct merge_key rows[] = {
	{"containers", NULL, {"name"}, .order = MERGE_ORDERED, .noun = "container"},
	{"initContainers", NULL, {"name"}, .order = MERGE_ORDERED, .noun = "init container"},
	{"ephemeralContainers", NULL, {"name"}, .order = MERGE_ORDERED, .noun = "debug container"},
	{"env", NULL, {"name"}, .order = MERGE_REFERENCES, .noun = "variable"},
	{"volumes", NULL, {"name"}, .noun = "volume"},
	{"volumeMounts", NULL, {"mountPath"}, .noun = "mount"},
	{"volumeDevices", NULL, {"devicePath"}, .noun = "device"},
	{"ports", "Service", {"port", "protocol"}, .is_number = true, .otherwise = "TCP",
	 .noun = "port"},
	{"ports", NULL, {"containerPort", "protocol"}, .is_number = true, .otherwise = "TCP",
	 .noun = "port"},
	{"claims", NULL, {"name"}, .noun = "claim"},
	{"resourceClaims", NULL, {"name"}, .noun = "resource claim"},
	{"schedulingGates", NULL, {"name"}, .noun = "scheduling gate"},
	{"imagePullSecrets", NULL, {"name"}, .noun = "pull secret"},
	{"hostAliases", NULL, {"ip"}, .order = MERGE_ORDERED, .noun = "host alias"},
	{"topologySpreadConstraints", NULL, {"topologyKey", "whenUnsatisfiable"},
	 .noun = "spread constraint"},
	{"secrets", "ServiceAccount", {"name"}, .noun = "secret"},
};

const struct merge_key *
merge_key(size_t i)
{
	return i < sizeof(rows) / sizeof(rows[0]) ? &rows[i] : NULL;
}

const struct merge_key *
merge_key_of(const char *list, const char *kind)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].list, list) == 0 &&
		    (!rows[i].kind || (kind && strcmp(rows[i].kind, kind) == 0)))
			return &rows[i];
	return NULL;
}

/* The first part of the key; free() it. */
static char *
first_text(const struct merge_key *row, const json_t *item)
{
	const json_t *value = json_object_get(item, row->keys[0]);

	if (row->is_number)
		return json_is_integer(value)
			       ? xasprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value))
			       : NULL;
	return json_is_string(value) ? xstrdup(json_string_value(value)) : NULL;
}

/* The second part is the one behind the last slash, so it must not have one. */
static char *
key_text(const struct merge_key *row, const json_t *item, const char *otherwise)
{
	const char *key = row->keys[1];
	const json_t *value = key ? json_object_get(item, key) : NULL;
	const char *second = value ? json_string_value(value) : otherwise;
	char *first, *text;

	if (value && (!second || !*second || strchr(second, '/')))
		return NULL;
	first = first_text(row, item);
	if (!first || !*first || (key && !second && strchr(first, '/')))
		text = NULL;
	else
		text = key && second ? xasprintf("%s/%s", first, second) : xstrdup(first);
	free(first);
	return text;
}

char *
merge_key_text(const struct merge_key *row, const json_t *item)
{
	return json_is_object(item) ? key_text(row, item, row->otherwise) : NULL;
}

/* The member without what its name says. */
static json_t *
without_key(const struct merge_key *row, const json_t *item)
{
	json_t *rest = json_copy((json_t *)item);

	for (size_t i = 0; i < 2 && row->keys[i]; i++)
		json_object_del(rest, row->keys[i]);
	return rest;
}

/* Calls for each NAME of "$(NAME)"; "$$(NAME)" is none. */
static void
each_reference(const json_t *item, void (*call)(void *data, const char *name), void *data)
{
	const char *text = json_member_string(item, "value");

	while (text && (text = strchr(text, '$'))) {
		size_t length = text[1] == '(' ? strcspn(text + 2, ")") : 0;

		if (text[1] == '(' && text[2 + length] == ')') {
			char *name = xstrndup(text + 2, length);

			call(data, name);
			free(name);
		}
		text += text[1] == '$' ? 2 : 1;
	}
}

struct name_search {
	const char *name;
	bool is_found;
};

static void
look_for_name(void *data, const char *name)
{
	struct name_search *search = data;

	search->is_found = search->is_found || strcmp(search->name, name) == 0;
}

/* Whether an item in [from, to] of the list refers to that name. */
static bool
is_referred_to(const json_t *list, const char *name, size_t from, size_t to)
{
	struct name_search search = {name, false};

	for (size_t i = from; i <= to; i++)
		each_reference(json_array_get(list, i), look_for_name, &search);
	return search.is_found;
}

/* Of two variables of one name programs get the later one, unless the earlier is referred to in
 * between.  An API server takes both from one client and refuses them from another. */
static bool
replaces_earlier(const struct merge_key *row, const json_t *list, json_t *keys, const char *key,
		 size_t at)
{
	size_t earlier = at, place = 0;

	if (row->order != MERGE_REFERENCES || json_array_size(list) > REFERENCES_MAX)
		return false;
	do
		earlier--;
	while (strcmp(json_member_string(json_array_get(list, earlier), row->keys[0]), key) != 0);
	if (is_referred_to(list, key, earlier, at))
		return false;
	while (strcmp(json_string_value(json_array_get(keys, place)), key) != 0)
		place++;
	json_array_remove(keys, place);
	return true;
}

/* The list by key, without a word of the order; `keys` gets their order. */
static json_t *
fold_items(const struct merge_key *row, const json_t *list, bool exact, json_t *keys)
{
	json_t *folded = json_object(), *item;
	size_t i;

	json_array_foreach(list, i, item) {
		char *key = json_is_object(item) && !json_object_get(item, MERGE_AFTER)
				    ? key_text(row, item, exact ? NULL : row->otherwise)
				    : NULL;

		if (!key || (json_object_get(folded, key) &&
			     (exact || !replaces_earlier(row, list, keys, key, i)))) {
			free(key);
			json_decref(folded);
			return NULL;
		}
		json_object_set_new(folded, key, without_key(row, item));
		json_array_append_new(keys, json_string(key));
		free(key);
	}
	return folded;
}

static const char *
text_at(const json_t *keys, size_t i)
{
	return json_string_value(json_array_get(keys, i));
}

/* An item whose key is the greatest so far follows from the keys; each other names the one before
 * it.  One does in any case, so that the order is known not to be that of the keys. */
static void
tell_order(json_t *folded, const json_t *keys)
{
	size_t count = json_array_size(keys);
	const char *greatest = count > 0 ? text_at(keys, 0) : NULL;
	bool is_told = false;

	for (size_t i = 1; i < count; i++) {
		const char *key = text_at(keys, i);

		if (strcmp(key, greatest) > 0)
			greatest = key;
		if (greatest == key && (is_told || i + 1 < count))
			continue;
		json_object_set_new(json_object_get(folded, key), MERGE_AFTER,
				    json_string(text_at(keys, i - 1)));
		is_told = true;
	}
}

struct item_order {
	const json_t *folded;
	json_t *order;		/* keys that have their place */
	json_t *seen;		/* {key: true} */
};

/* An item behind all that it refers to; of a circle somebody is the first. */
static void
arrange_one(void *data, const char *key)
{
	struct item_order *a = data;
	const json_t *item = json_object_get(a->folded, key);

	if (!item || json_object_get(a->seen, key))
		return;
	json_object_set_new(a->seen, key, json_true());
	each_reference(item, arrange_one, a);
	json_array_append_new(a->order, json_string(key));
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Borrowed keys, by their bytes; free() the array. */
static const char **
sorted_keys(const json_t *object)
{
	const char **keys = xcalloc(json_object_size(object) + 1, sizeof(*keys)), *key;
	json_t *value;
	size_t count = 0;

	json_object_foreach((json_t *)object, key, value)
		keys[count++] = key;
	qsort(keys, count, sizeof(*keys), compare_texts);
	return keys;
}

/* {key: [those that come after it, the last first]}; those after nobody are in "". */
static json_t *
followers_of(const json_t *folded, const char *const *keys)
{
	json_t *followers = json_object();

	for (size_t i = json_object_size(folded); i-- > 0;) {
		const char *after = json_member_string(json_object_get(folded, keys[i]),
						       MERGE_AFTER);
		json_t *list;

		if (!after || !json_object_get(folded, after))
			after = "";
		list = json_object_get(followers, after);
		if (!list) {
			list = json_array();
			json_object_set_new(followers, after, list);
		}
		json_array_append_new(list, json_string(keys[i]));
	}
	return followers;
}

/* Each, and behind it at once those that name it.  What a merge left in a circle is left over. */
static void
arrange_followers(struct item_order *a, const json_t *followers)
{
	json_t *waiting = json_copy(json_object_get(followers, ""));

	if (!waiting)
		waiting = json_array();
	while (json_array_size(waiting) > 0) {
		size_t last = json_array_size(waiting) - 1;
		json_t *key = json_incref(json_array_get(waiting, last));

		json_array_remove(waiting, last);
		if (!json_object_get(a->seen, json_string_value(key))) {
			json_object_set_new(a->seen, json_string_value(key), json_true());
			json_array_append(a->order, key);
			if (*json_string_value(key))
				json_array_extend(waiting,
						  json_object_get(followers,
								  json_string_value(key)));
		}
		json_decref(key);
	}
	json_decref(waiting);
}

static bool
has_order(const json_t *folded)
{
	const char *key;
	json_t *item;

	json_object_foreach((json_t *)folded, key, item)
		if (json_object_get(item, MERGE_AFTER))
			return true;
	return false;
}

json_t *
merge_order(const struct merge_key *row, const json_t *folded)
{
	const char **keys = sorted_keys(folded);
	size_t count = json_object_size(folded);
	struct item_order a = {folded, json_array(), json_object()};
	bool refers = row->order == MERGE_REFERENCES && count <= REFERENCES_MAX;

	if (has_order(folded)) {
		json_t *followers = followers_of(folded, keys);

		arrange_followers(&a, followers);
		json_decref(followers);
		refers = false;
	}
	for (size_t i = 0; i < count; i++) {
		if (refers) {
			arrange_one(&a, keys[i]);
		} else if (!json_object_get(a.seen, keys[i])) {
			json_array_append_new(a.order, json_string(keys[i]));
		}
	}
	json_decref(a.seen);
	free(keys);
	return a.order;
}

struct item_places {
	json_t *then, *now;	/* {key: place} */
	const char *key;
	bool is_same;
};

static void
look_at_places(void *data, const char *name)
{
	struct item_places *p = data;
	json_t *then = json_object_get(p->then, name), *now = json_object_get(p->now, name);

	if (!then || !now)
		return;
	p->is_same = p->is_same &&
		     (json_integer_value(then) <
		      json_integer_value(json_object_get(p->then, p->key))) ==
			     (json_integer_value(now) <
			      json_integer_value(json_object_get(p->now, p->key)));
}

static json_t *
places_of(const json_t *keys)
{
	json_t *places = json_object(), *key;
	size_t i;

	json_array_foreach(keys, i, key)
		json_object_set_new(places, json_string_value(key), json_integer((json_int_t)i));
	return places;
}

/* Whether each reference is to an earlier item where it was, and else is not. */
static bool
refers_the_same(const json_t *folded, const json_t *then, const json_t *now)
{
	struct item_places places = {places_of(then), places_of(now), NULL, true};
	json_t *item;

	json_object_foreach((json_t *)folded, places.key, item)
		each_reference(item, look_at_places, &places);
	json_decref(places.then);
	json_decref(places.now);
	return places.is_same;
}

static bool
means_the_same(const struct merge_key *row, const json_t *folded, const json_t *keys, bool exact)
{
	json_t *order;
	bool is_same;

	if (row->order == MERGE_UNORDERED && !exact)
		return true;
	order = merge_order(row, folded);
	is_same = json_equal(order, (json_t *)keys) ||
		  (row->order == MERGE_REFERENCES && !exact &&
		   refers_the_same(folded, keys, order));
	json_decref(order);
	return is_same;
}

json_t *
merge_fold(const struct merge_key *row, const json_t *list, bool exact)
{
	json_t *keys = json_array(), *folded = fold_items(row, list, exact, keys), *again;
	const char *problem;

	if (folded && !means_the_same(row, folded, keys, exact))
		tell_order(folded, keys);
	if (folded && exact) {
		again = merge_unfold(row, folded, &problem);
		if (!again || !json_equal(again, (json_t *)list)) {
			json_decref(folded);
			folded = NULL;
		}
		json_decref(again);
	}
	json_decref(keys);
	return folded;
}

/* false: it is no number that this program would have written. */
static bool
set_number(json_t *item, const char *member, const char *text)
{
	char *end, written[24];
	long long number = strtoll(text, &end, 10);

	snprintf(written, sizeof(written), "%lld", number);
	if (strcmp(written, text) != 0)
		return false;
	json_object_set_new(item, member, json_integer(number));
	return true;
}

static bool
set_key(const struct merge_key *row, json_t *item, const char *key)
{
	const char *slash = row->keys[1] ? strrchr(key, '/') : NULL;
	char *first = slash ? xstrndup(key, (size_t)(slash - key)) : xstrdup(key);
	bool is_set = true;

	if (row->is_number)
		is_set = set_number(item, row->keys[0], first);
	else
		json_object_set_new(item, row->keys[0], json_string(first));
	if (slash)
		json_object_set_new(item, row->keys[1], json_string(slash + 1));
	free(first);
	return is_set;
}

json_t *
merge_unfold(const struct merge_key *row, const json_t *folded, const char **problem)
{
	json_t *order, *list = json_array(), *key;
	const char *name;
	json_t *value;
	size_t i;

	json_object_foreach((json_t *)folded, name, value) {
		if (!json_is_object(value)) {
			*problem = name;
			json_decref(list);
			return NULL;
		}
	}
	order = merge_order(row, folded);
	json_array_foreach(order, i, key) {
		json_t *item = json_copy(json_object_get(folded, json_string_value(key)));

		json_object_del(item, MERGE_AFTER);
		json_array_append_new(list, item);
		if (!set_key(row, item, json_string_value(key))) {
			*problem = json_object_iter_key(
				json_object_iter_at((json_t *)folded, json_string_value(key)));
			json_decref(list);
			list = NULL;
			break;
		}
	}
	json_decref(order);
	return list;
}
