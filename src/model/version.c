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
#include <stdio.h>
#include <string.h>

#define TEXT_MAX 255		/* a tag has at most 128; what is longer is a word */
#define NUMBERS_MAX 16

enum kind { KIND_WORD, KIND_NUMBER, KIND_DOTTED, KIND_CALENDAR, KIND_DATE };
enum stage { STAGE_NAMED_PRE, STAGE_SEMVER_PRE, STAGE_RELEASE, STAGE_POST };

struct piece {
	const char *s;
	size_t n;
};

struct version {
	enum kind kind;
	enum stage stage;
	struct piece prefix;
	struct piece numbers[NUMBERS_MAX];
	size_t count;
	struct piece pre;
	struct piece described;		/* digits; empty: no commits since the tag */
	struct piece variant;
	bool is_dirty;
	char commit[TEXT_MAX + 1];	/* "" when none is named */
	char text[TEXT_MAX + 1];	/* the pieces point into it; lower case */
};

/* What a component says: by how they differ, and whether that is their order. */
struct verdict {
	int order;
	bool is_known;
};

static const struct verdict equal = {0, true};

/* --- bytes --- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_separator(char c)
{
	return c == '-' || c == '_' || c == '.';
}

static size_t
digits(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && is_digit(s[i]))
		i++;
	return i;
}

static size_t
letters(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && is_letter(s[i]))
		i++;
	return i;
}

static bool
is_one_of(const char *s, size_t n, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == n && memcmp(*words, s, n) == 0)
			return true;
	return false;
}

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

/* --- taking apart --- */

/* Words after the numbers that name another build of the same version, not an older or newer
 * one: what it stands on, what it is for, and changes that semver would call a pre-release and
 * their authors a fix. */
static const char *const variant_words[] = {
	"alpine", "amd", "apache", "arm", "armhf", "bionic", "bookworm", "bullseye", "build", "buster",
	"ce", "centos", "cpu", "cuda", "debian", "debug", "distroless", "ee", "enterprise", "fedora",
	"fips", "fix", "focal", "fpm", "full", "git", "glibc", "gpu", "hotfix", "jammy", "jdk", "jre",
	"linux", "lite", "minimal", "musl", "nanoserver", "noble", "nonroot", "onbuild", "oss",
	"patch", "patched", "perl", "rhel", "rootless", "scratch", "sha", "slim", "stretch", "trixie",
	"ubi", "ubuntu", "windows", "windowsservercore", "wolfi", NULL,
};
static const char *const release_words[] = {"final", "ga", "release", NULL};
static const char *const post_words[] = {"post", "sp", NULL};
/* Numbers that count requests or questions say nothing of what is newer. */
static const char *const ticket_words[] = {
	"bug", "bugfix", "feat", "feature", "issue", "merge", "mr", "pr", "pull", "task", "ticket", NULL,
};

/* Pre-releases with a name.  Those with a rank come one after the other; the rest are before
 * their release, and that is all that is known of them. */
static const struct {
	const char *word;
	int rank;			/* 0: none */
	bool needs_number;		/* glued to a number it may as well be a letter: "1.1.1b" */
} pre_words[] = {
	{"dev", 1, false}, {"a", 2, true}, {"alpha", 2, false}, {"b", 3, true}, {"beta", 3, false},
	{"m", 4, true}, {"milestone", 4, false}, {"c", 5, true}, {"cr", 5, false}, {"rc", 5, false},
	{"pre", 0, false}, {"preview", 0, false}, {"snapshot", 0, false}, {"nightly", 0, false},
	{"canary", 0, false}, {"next", 0, false}, {"ea", 0, false},
};

static int
find_pre_word(struct piece word)
{
	for (size_t i = 0; i < sizeof(pre_words) / sizeof(pre_words[0]); i++)
		if (strlen(pre_words[i].word) == word.n && memcmp(pre_words[i].word, word.s, word.n) == 0)
			return (int)i;
	return -1;
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

/* "abcdef1" or "gabcdef1": a letter and a digit, or it may be a word or a number. */
static bool
is_commit(const char *s, size_t n)
{
	bool has_letter = false, has_digit = false;

	if (n > 0 && *s == 'g')
		s++, n--;
	if (n < 7 || n > 64)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_hex(s[i]))
			return false;
		has_letter = has_letter || is_letter(s[i]);
		has_digit = has_digit || is_digit(s[i]);
	}
	return has_letter && has_digit;
}

static void
keep_commit(struct version *v, const char *s, size_t n)
{
	if (n > 0 && *s == 'g')
		s++, n--;
	snprintf(v->commit, sizeof(v->commit), "%.*s", (int)n, s);
}

static void
cut_dirty(struct version *v)
{
	static const char *const endings[] = {"-dirty", ".dirty", "-modified"};
	size_t length = strlen(v->text);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]) && !v->is_dirty; i++) {
		size_t n = strlen(endings[i]);

		if (length <= n || strcmp(v->text + length - n, endings[i]) != 0)
			continue;
		v->text[length - n] = '\0';
		v->is_dirty = true;
	}
}

/* "-14-gabcdef" at the end, of at least four digits as git writes it. */
static bool
cut_description(struct version *v)
{
	char *mark = strrchr(v->text, '-'), *number = mark;
	size_t n;

	if (!mark || mark[1] != 'g')
		return false;
	for (n = 0; is_hex(mark[2 + n]); n++)
		;
	if (mark[2 + n] != '\0' || n < 4 || n > 64)
		return false;
	while (number > v->text && is_digit(number[-1]))
		number--;
	if (number == mark || number <= v->text + 1 || number[-1] != '-')
		return false;
	keep_commit(v, mark + 1, n + 1);
	v->described = (struct piece){number, (size_t)(mark - number)};
	number[-1] = '\0';
	return true;
}

/* The last part of the text that is the id of a commit, with the sign that parts it from the
 * rest. */
static void
cut_commit(struct version *v)
{
	size_t end = strlen(v->text);

	while (end > 0) {
		size_t start = end;

		while (start > 0 && !is_separator(v->text[start - 1]))
			start--;
		if (is_commit(v->text + start, end - start)) {
			keep_commit(v, v->text + start, end - start);
			if (start > 0)
				start--;
			else
				end += v->text[end] != '\0';
			memmove(v->text + start, v->text + end, strlen(v->text + end) + 1);
			return;
		}
		end = start > 0 ? start - 1 : 0;
	}
}

/* Where the numbers begin: at a digit (or "v" and a digit) that begins a part; else at the first
 * digit of all, as in "go1.9".  The end of the text when there is none. */
static size_t
find_numbers(const char *text)
{
	for (size_t i = 0; text[i]; i++) {
		if (i > 0 && !is_separator(text[i - 1]))
			continue;
		if (is_digit(text[i]))
			return i;
		if (text[i] == 'v' && is_digit(text[i + 1]))
			return i + 1;
	}
	return strcspn(text, "0123456789");
}

/* What stands before the numbers, without "v" and the signs at its end.  Whether a "v" did. */
static bool
take_prefix(struct version *v, size_t length)
{
	static const char *const marks[] = {"version", "ver", "v"};
	bool has_mark = false;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]) && !has_mark; i++) {
		size_t n = strlen(marks[i]), end = length;

		while (end > 0 && is_separator(v->text[end - 1]))
			end--;
		if (end < n || memcmp(v->text + end - n, marks[i], n) != 0)
			continue;
		has_mark = end == n || is_separator(v->text[end - n - 1]);
		length = has_mark ? end - n : length;
	}
	while (length > 0 && is_separator(v->text[length - 1]))
		length--;
	v->prefix = (struct piece){v->text, length};
	return has_mark;
}

/* "pr-12", "ABC-123": the number of a question, not of a version. */
static bool
is_ticket(const struct version *v, const char *original)
{
	static const char *const builds[] = {
		"build", "ci", "jenkins", "rel", "release", "rev", "version", NULL,
	};
	size_t capitals = strspn(original, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	if (is_one_of(v->prefix.s, letters(v->prefix.s, v->prefix.n), ticket_words))
		return true;
	return capitals >= 2 && original[capitals] == '-' && capitals == v->prefix.n &&
	       !is_one_of(v->prefix.s, v->prefix.n, builds) &&
	       original[capitals + 1 + strspn(original + capitals + 1, "0123456789")] == '\0';
}

static void
add_number(struct version *v, const char *s, size_t n)
{
	v->numbers[v->count++] = (struct piece){s, n};
}

static int
value_of(const char *s, size_t n)
{
	int value = 0;

	for (size_t i = 0; i < n; i++)
		value = value * 10 + (s[i] - '0');
	return value;
}

static bool
is_day(const char *year, const char *month, size_t month_length, const char *day, size_t day_length)
{
	int y = value_of(year, 4), m = value_of(month, month_length), d = value_of(day, day_length);

	return y >= 1970 && y < 2100 && m >= 1 && m <= 12 && d >= 1 && d <= 31;
}

static bool
is_clock(const char *s)
{
	return value_of(s, 2) < 24 && value_of(s + 2, 2) < 60 && value_of(s + 4, 2) < 61;
}

/* hhmmss or hhmm, glued or after a sign, or with signs between.  What is after it. */
static const char *
take_clock(struct version *v, const char *s)
{
	const char *at = s;
	size_t n;

	if (*at == 't' || is_separator(*at))
		at++;
	n = digits(at, strlen(at));
	if (n == 6 && is_clock(at)) {
		for (size_t i = 0; i < 3; i++)
			add_number(v, at + 2 * i, 2);
		return at + 6 + (at[6] == 'z');
	}
	for (size_t i = 0; *s == 't' && i < 3 && digits(at, 2) == 2; i++) {
		add_number(v, at, 2);
		at += 2;
		if ((is_separator(*at) || *at == ':') && i < 2 && is_digit(at[1]))
			at++;
	}
	return v->count > 3 ? at + (*at == 'z') : s;
}

/* 20240115, 20240115093000, 2024-01-15, with a time after it or not.  NULL: it is none. */
static const char *
take_date(struct version *v, const char *s)
{
	size_t n = digits(s, strlen(s)), m, d;

	if ((n == 8 || n == 12 || n == 14) && is_day(s, s + 4, 2, s + 6, 2)) {
		if (n > 8 && (value_of(s + 8, 2) > 23 || value_of(s + 10, 2) > 59))
			return NULL;
		add_number(v, s, 4);
		for (size_t i = 4; i < n; i += 2)
			add_number(v, s + i, 2);
		return n == 8 ? take_clock(v, s + 8) : s + n;
	}
	if (n != 4 || (s[4] != '-' && s[4] != '_'))
		return NULL;
	m = digits(s + 5, 3);
	if (m < 1 || m > 2 || s[5 + m] != s[4])
		return NULL;
	d = digits(s + 6 + m, 3);
	if (d < 1 || d > 2 || !is_day(s, s + 5, m, s + 6 + m, d))
		return NULL;
	add_number(v, s, 4);
	add_number(v, s + 5, m);
	add_number(v, s + 6 + m, d);
	return take_clock(v, s + 6 + m + d);
}

static const char *
take_numbers(struct version *v, const char *s)
{
	for (;;) {
		size_t n = digits(s, strlen(s));

		add_number(v, s, n);
		s += n;
		if (v->count == NUMBERS_MAX || (*s != '.' && *s != '_') || !is_digit(s[1]))
			return s;
		s++;
	}
}

static bool
is_year(struct piece number)
{
	return number.n == 4 && value_of(number.s, 4) >= 1970 && value_of(number.s, 4) < 2100;
}

/* The first part of the rest that begins with a word of a variant.  The end when there is none. */
static size_t
find_variant(const char *rest)
{
	for (size_t i = 0; rest[i]; i++) {
		size_t at = is_separator(rest[i]) ? i + 1 : i;

		if ((i == 0 || at > i) && is_one_of(rest + at, letters(rest + at, strlen(rest + at)),
						    variant_words))
			return i;
	}
	return strlen(rest);
}

static bool
is_semver_pre(const struct version *v, struct piece rest)
{
	if (v->kind != KIND_DOTTED || v->count != 3 || rest.n < 2 || rest.s[0] != '-')
		return false;
	for (size_t i = 1; i < rest.n; i++)
		if (!is_digit(rest.s[i]) && !is_letter(rest.s[i]) && rest.s[i] != '-' && rest.s[i] != '.')
			return false;
	return true;
}

/* What follows the numbers of a date, if they are numbers: the builds of that day. */
static const char *
take_builds(struct version *v, const char *rest)
{
	while ((v->kind == KIND_DATE || v->kind == KIND_CALENDAR) && is_separator(*rest) &&
	       is_digit(rest[1]) && v->count < NUMBERS_MAX) {
		size_t n = digits(rest + 1, strlen(rest + 1));

		if (rest[1 + n] && !is_separator(rest[1 + n]))
			break;
		add_number(v, rest + 1, n);
		rest += 1 + n;
	}
	return rest;
}

/* What follows the numbers: a stage, a variant, or both. */
static void
take_rest(struct version *v, const char *rest)
{
	struct piece stage = {rest, find_variant(rest)}, word;
	bool is_apart = stage.n > 0 && is_separator(*rest);
	int known;

	v->stage = STAGE_RELEASE;
	v->variant = (struct piece){rest + stage.n, strlen(rest + stage.n)};
	if (stage.n == 0)
		return;
	word = (struct piece){rest + is_apart, letters(rest + is_apart, stage.n - is_apart)};
	v->pre = (struct piece){word.s, stage.n - is_apart};
	known = find_pre_word(word);
	if (is_one_of(word.s, word.n, release_words) && word.n == v->pre.n)
		v->pre.n = 0;
	else if (is_one_of(word.s, word.n, post_words))
		v->stage = STAGE_POST;
	else if (is_semver_pre(v, stage))
		v->stage = STAGE_SEMVER_PRE;
	else if (known >= 0 && (!pre_words[known].needs_number ||
				(word.n < v->pre.n && is_digit(word.s[word.n]))))
		v->stage = STAGE_NAMED_PRE;
	else {
		v->pre.n = 0;
		v->variant = (struct piece){rest, strlen(rest)};
	}
}

static void
take_apart(struct version *v, const char *original)
{
	size_t length = strcspn(original, "+"), start;	/* semver: what is built of it has no order */
	const char *rest;
	bool has_mark;

	*v = (struct version){.stage = STAGE_RELEASE};
	for (size_t i = 0; i < length && i < TEXT_MAX; i++)
		v->text[i] = (char)(original[i] >= 'A' && original[i] <= 'Z' ? original[i] | 0x20 : original[i]);
	cut_dirty(v);
	if (!cut_description(v))
		cut_commit(v);
	start = find_numbers(v->text);
	has_mark = take_prefix(v, start);
	if (length > TEXT_MAX || !v->text[start] || is_ticket(v, original)) {
		v->prefix.n = strlen(v->text);
		return;
	}
	rest = take_date(v, v->text + start);
	v->kind = KIND_DATE;
	if (!rest) {
		rest = take_numbers(v, v->text + start);
		v->kind = v->count > 1 && is_year(v->numbers[0]) ? KIND_CALENDAR
			  : v->count > 1 || has_mark || v->prefix.n > 0 ? KIND_DOTTED : KIND_NUMBER;
	}
	take_rest(v, take_builds(v, rest));
}

/* --- comparing --- */

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
	bool a_number = a.n > 0 && digits(a.s, a.n) == a.n, b_number = b.n > 0 && digits(b.s, b.n) == b.n;

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
	int x = find_pre_word((struct piece){a.s, m}), y = find_pre_word((struct piece){b.s, n}), order;

	if (pre_words[x].rank && pre_words[y].rank && pre_words[x].rank != pre_words[y].rank)
		return known(pre_words[x].rank - pre_words[y].rank);
	if (!pre_words[x].rank != !pre_words[y].rank || (!pre_words[x].rank && x != y))
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

		return both_pre ? unknown((int)a->stage - (int)b->stage) : known((int)a->stage - (int)b->stage);
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
	verdict = known(compare_numbers(a->described.s, a->described.n, b->described.s, b->described.n));
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
	take_apart(&x, a);
	take_apart(&y, b);
	verdict = compare(&x, &y, &place);
	if (!decides(verdict) && !is_same_commit(&x, &y))
		verdict = compare_commits(&x, &y);
	if (!verdict.is_known || (x.kind == KIND_WORD && strlen(a) > TEXT_MAX))
		return VERSION_UNKNOWN;
	return verdict.order < 0 ? VERSION_OLDER : verdict.order > 0 ? VERSION_NEWER : VERSION_SAME;
}

int
version_sort(const char *a, const char *b)
{
	struct version x, y;
	int order;
	size_t place;

	take_apart(&x, a);
	take_apart(&y, b);
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

	take_apart(&x, from);
	take_apart(&y, to);
	verdict = compare(&x, &y, &place);
	if (!verdict.is_known || verdict.order == 0 || x.kind != KIND_DOTTED)
		return "other";
	if (place < sizeof(names) / sizeof(names[0]))
		return names[place];
	if (place == NUMBERS_MAX && (x.stage < STAGE_RELEASE || y.stage < STAGE_RELEASE))
		return "pre-release";
	return "other";
}
