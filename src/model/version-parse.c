/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Takes a version apart, from its end to its beginning and then through its numbers.
 *
 * From the end, because what is there is unmistakable ("-dirty", "-14-gabcdef", a commit's
 * id) and would read as a number or a word of the version otherwise.  What is not understood
 * is kept as a variant: then the order is unknown, which the board shows as "different" and
 * never as "ahead".
 *
 * The text is copied and folded to lower case once; all pieces point into that copy.
 */
#include "config.h"

#include "model/version-parse.h"

#include <stdio.h>
#include <string.h>

static bool
is_one_of(const char *s, size_t n, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == n && memcmp(*words, s, n) == 0)
			return true;
	return false;
}

/* Words after the numbers that name another build of the same version, not an older or newer
 * one: what it stands on, what it is for, and changes that semver would call a pre-release and
 * their authors a fix. */
static const char *const variant_words[] = {
	"alpine",   "amd",	  "apache",   "arm",	    "armhf",
	"bionic",   "bookworm",	  "bullseye", "build",	    "buster",
	"ce",	    "centos",	  "cpu",      "cuda",	    "debian",
	"debug",    "distroless", "ee",	      "enterprise", "fedora",
	"fips",	    "fix",	  "focal",    "fpm",	    "full",
	"git",	    "glibc",	  "gpu",      "hotfix",	    "jammy",
	"jdk",	    "jre",	  "linux",    "lite",	    "minimal",
	"musl",	    "nanoserver", "noble",    "nonroot",    "onbuild",
	"oss",	    "patch",	  "patched",  "perl",	    "rhel",
	"rootless", "scratch",	  "sha",      "slim",	    "stretch",
	"trixie",   "ubi",	  "ubuntu",   "windows",    "windowsservercore",
	"wolfi",    NULL,
};
static const char *const release_words[] = {"final", "ga", "release", NULL};
static const char *const post_words[] = {"post", "sp", NULL};
/* Numbers that count requests or questions say nothing of what is newer. */
static const char *const ticket_words[] = {
	"bug", "bugfix", "feat", "feature", "issue",  "merge",
	"mr",  "pr",	 "pull", "task",    "ticket", NULL,
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

int
version_find_pre_word(struct piece word)
{
	for (size_t i = 0; i < sizeof(pre_words) / sizeof(pre_words[0]); i++)
		if (strlen(pre_words[i].word) == word.n &&
		    memcmp(pre_words[i].word, word.s, word.n) == 0)
			return (int)i;
	return -1;
}

int
version_pre_rank(int word)
{
	return pre_words[word].rank;
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

/* The last part of the text that is the id of a commit.  It goes with the sign before it, and
 * with the one after it where it comes first ("abcdef1-1.2"). */
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

/* Of at most four digits by its callers, so it cannot overflow. */
static int
value_of(const char *s, size_t n)
{
	int value = 0;

	for (size_t i = 0; i < n; i++)
		value = value * 10 + (s[i] - '0');
	return value;
}

/* Bounded to years that an image can have: 20240115 is a date, 10000000 is a build number. */
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

/* At most NUMBERS_MAX: what follows is compared as part of the rest, not dropped. */
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

		if ((i == 0 || at > i) &&
		    is_one_of(rest + at, letters(rest + at, strlen(rest + at)), variant_words))
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
		if (!is_digit(rest.s[i]) && !is_letter(rest.s[i]) && rest.s[i] != '-' &&
		    rest.s[i] != '.')
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
	known = version_find_pre_word(word);
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

void
version_take_apart(struct version *v, const char *original)
{
	size_t length = strcspn(original, "+"),
	       start; /* semver: what is built of it has no order */
	const char *rest;
	bool has_mark;

	*v = (struct version){.stage = STAGE_RELEASE};
	for (size_t i = 0; i < length && i < TEXT_MAX; i++)
		v->text[i] = (char)(original[i] >= 'A' && original[i] <= 'Z' ? original[i] | 0x20
									     : original[i]);
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
