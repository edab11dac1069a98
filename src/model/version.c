/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A version is taken apart once, into components that are compared in a fixed order:
 *
 *   kind and prefix   "release-", a date, a build number: another kind is not comparable
 *   numbers           1.2.3.10, each by its value; what is missing is 0
 *   stage             pre-release < release < post-release
 *   pre               what the stage says: "rc.1"
 *   described         commits since the tag, of `git describe`
 *   variant           "alpine", "hotfix.2": comparable only where nothing but numbers differs
 *   commit            tells the same from another, and never which is older
 *
 * Each component is a strict partial order by itself, and so is the order by the first of them
 * that differs.  Where that component does not know, nothing after it is asked.
 */
#include "config.h"

#include "model/version.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "model/version-parse.h"

/* What a component says: by how they differ, and whether that is their order. */
struct verdict {
	int order;
	bool is_known;
};

/* Every component gives the sort an order even where it is not known: lists must be stable. */
static const struct verdict equal = {0, true};

static int
compare_bytes(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t least = a_length < b_length ? a_length : b_length;
	int order = least > 0 ? memcmp(a, b, least) : 0;

	return order ? order : (a_length > b_length) - (a_length < b_length);
}

/* By value, whatever their size; "" is 0. */
static int
compare_numbers(const char *a, size_t a_length, const char *b, size_t b_length)
{
	while (a_length > 0 && *a == '0')
		a++, a_length--;
	while (b_length > 0 && *b == '0')
		b++, b_length--;
	if (a_length != b_length)
		return a_length < b_length ? -1 : 1;
	return a_length > 0 ? memcmp(a, b, a_length) : 0;
}

static struct verdict
known(int order)
{
	return (struct verdict){order, true};
}

static struct verdict
unknown(int order)
{
	return (struct verdict){order, order == 0};
}

static struct verdict
compare_all_numbers(const struct version *a, const struct version *b, size_t *place)
{
	static const struct piece zero = {"0", 1};
	size_t count = a->count > b->count ? a->count : b->count;

	for (size_t i = 0; i < count; i++) {
		const struct piece *x = i < a->count ? &a->numbers[i] : &zero;
		const struct piece *y = i < b->count ? &b->numbers[i] : &zero;
		int order = compare_numbers(x->s, x->n, y->s, y->n);

		*place = i;
		if (order)
			return known(order);
	}
	return equal;
}

/* Numbers of the same place are known, whatever else differs is not. */
static struct verdict
compare_natural(struct piece a, struct piece b)
{
	while (a.n > 0 && b.n > 0) {
		size_t m = digits(a.s, a.n), n = digits(b.s, b.n);
		int order;

		if (m > 0 && n > 0) {
			order = compare_numbers(a.s, m, b.s, n);
			if (order)
				return known(order);
		} else if (m > 0 || n > 0) {
			return unknown(m > 0 ? -1 : 1);
		} else {
			while (m < a.n && !is_digit(a.s[m]))
				m++;
			while (n < b.n && !is_digit(b.s[n]))
				n++;
			order = compare_bytes(a.s, m, b.s, n);
			if (order)
				return unknown(order);
		}
		a.s += m, a.n -= m;
		b.s += n, b.n -= n;
	}
	return unknown((a.n > 0) - (b.n > 0));
}

/* Semver's identifiers: numbers by value and before words; "rc1" and "rc10" by their words, then
 * their numbers, which semver leaves to bytes but every reader expects. */
static int
compare_identifiers(struct piece a, struct piece b)
{
	bool a_number = a.n > 0 && digits(a.s, a.n) == a.n,
	     b_number = b.n > 0 && digits(b.s, b.n) == b.n;

	if (a_number != b_number)
		return a_number ? -1 : 1;
	return compare_natural(a, b).order;
}

static struct piece
next_identifier(struct piece *rest)
{
	const char *dot = memchr(rest->s, '.', rest->n);
	struct piece out = {rest->s, dot ? (size_t)(dot - rest->s) : rest->n};
	size_t used = out.n + (dot != NULL);

	rest->s += used;
	rest->n -= used;
	return out;
}

/* Semver §11.4: identifier by identifier; when all are equal, more of them are later. */
static int
compare_semver_pre(struct piece a, struct piece b)
{
	while (a.n > 0 && b.n > 0) {
		int order = compare_identifiers(next_identifier(&a), next_identifier(&b));

		if (order)
			return order;
	}
	return (a.n > 0) - (b.n > 0);
}

/* "rc1" and "beta.2": the rank of the word, then its number, then what is not known. */
static struct verdict
compare_named_pre(struct piece a, struct piece b)
{
	size_t m = letters(a.s, a.n), n = letters(b.s, b.n);
	int x = version_find_pre_word((struct piece){a.s, m}),
	    y = version_find_pre_word((struct piece){b.s, n}), order;

	if (version_pre_rank(x) && version_pre_rank(y) &&
	    version_pre_rank(x) != version_pre_rank(y))
		return known(version_pre_rank(x) - version_pre_rank(y));
	if (!version_pre_rank(x) != !version_pre_rank(y) || (!version_pre_rank(x) && x != y))
		return unknown(x - y);
	m += m < a.n && is_separator(a.s[m]);
	n += n < b.n && is_separator(b.s[n]);
	a.s += m, a.n -= m;
	b.s += n, b.n -= n;
	m = digits(a.s, a.n);
	n = digits(b.s, b.n);
	order = compare_numbers(a.s, m, b.s, n);
	if (order)
		return known(order);
	return compare_natural((struct piece){a.s + m, a.n - m}, (struct piece){b.s + n, b.n - n});
}

static struct verdict
compare_stages(const struct version *a, const struct version *b)
{
	if (a->stage != b->stage) {
		bool both_pre = a->stage < STAGE_RELEASE && b->stage < STAGE_RELEASE;

		return both_pre ? unknown((int)a->stage - (int)b->stage)
				: known((int)a->stage - (int)b->stage);
	}
	if (a->stage == STAGE_SEMVER_PRE)
		return known(compare_semver_pre(a->pre, b->pre));
	if (a->stage == STAGE_NAMED_PRE)
		return compare_named_pre(a->pre, b->pre);
	return compare_natural(a->pre, b->pre);
}

/* Which of them is older cannot be told. */
static struct verdict
compare_commits(const struct version *a, const struct version *b)
{
	if (a->is_dirty != b->is_dirty)
		return unknown((int)a->is_dirty - (int)b->is_dirty);
	return unknown(strcmp(a->commit, b->commit));
}

/* One id may be a shorter form of the other. */
static bool
is_same_commit(const struct version *a, const struct version *b)
{
	size_t m = strlen(a->commit), n = strlen(b->commit);

	return m > 0 && n > 0 && a->is_dirty == b->is_dirty &&
	       memcmp(a->commit, b->commit, m < n ? m : n) == 0;
}

static bool
decides(struct verdict verdict)
{
	return verdict.order != 0 || !verdict.is_known;
}

/* All but the commit.  place: of the first number that differs; NUMBERS_MAX when none does. */
static struct verdict
compare(const struct version *a, const struct version *b, size_t *place)
{
	struct verdict verdict;

	*place = NUMBERS_MAX;
	if (a->kind != b->kind)
		return unknown((int)a->kind - (int)b->kind);
	verdict = unknown(compare_bytes(a->prefix.s, a->prefix.n, b->prefix.s, b->prefix.n));
	if (decides(verdict))
		return verdict;
	verdict = compare_all_numbers(a, b, place);
	if (decides(verdict))
		return verdict;
	*place = NUMBERS_MAX;
	verdict = compare_stages(a, b);
	if (decides(verdict))
		return verdict;
	verdict = known(
		compare_numbers(a->described.s, a->described.n, b->described.s, b->described.n));
	if (decides(verdict))
		return verdict;
	return compare_natural(a->variant, b->variant);
}

enum version_order
version_compare(const char *a, const char *b)
{
	struct version x, y;
	struct verdict verdict;
	size_t place;

	if (strcmp(a, b) == 0)
		return VERSION_SAME;
	version_take_apart(&x, a);
	version_take_apart(&y, b);
	verdict = compare(&x, &y, &place);
	/* The commit is asked last: two builds of the same version
	 * are neither older nor newer. */
	if (!decides(verdict) && !is_same_commit(&x, &y))
		verdict = compare_commits(&x, &y);
	if (!verdict.is_known || (x.kind == KIND_WORD && strlen(a) > TEXT_MAX))
		return VERSION_UNKNOWN;
	return verdict.order < 0 ? VERSION_OLDER : verdict.order > 0 ? VERSION_NEWER : VERSION_SAME;
}

/* A list needs a total order that does not change between two looks, so unknown is ordered
 * too: by how the texts differ, and at last by their bytes. */
int
version_sort(const char *a, const char *b)
{
	struct version x, y;
	int order;
	size_t place;

	version_take_apart(&x, a);
	version_take_apart(&y, b);
	order = compare(&x, &y, &place).order;
	if (order == 0)
		order = compare_commits(&x, &y).order;
	return order ? order : strcmp(a, b);
}

const char *
version_step(const char *from, const char *to)
{
	static const char *const names[] = {"major", "minor", "patch"};
	struct version x, y;
	struct verdict verdict;
	size_t place;

	version_take_apart(&x, from);
	version_take_apart(&y, to);
	verdict = compare(&x, &y, &place);
	if (!verdict.is_known || verdict.order == 0 || x.kind != KIND_DOTTED)
		return "other";
	if (place < sizeof(names) / sizeof(names[0]))
		return names[place];
	if (place == NUMBERS_MAX && (x.stage < STAGE_RELEASE || y.stage < STAGE_RELEASE))
		return "pre-release";
	return "other";
}
