/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A number with an optional fraction, and one suffix: of the powers of two (Ki to Ei), of ten (n to
 * E), or an exponent of ten ("e3", "E-2").  "1E" is a suffix, "1E3" an exponent.
 *
 * Doubles hold 53 bits: what is written with more digits than that is rounded as they do, which no
 * limit of a process can tell.
 */
#include "config.h"

#include "model/quantity.h"

#include <string.h>

#define DIGITS "0123456789"
#define EXPONENT_MAX 30
#define LENGTH_MAX 64

static const struct {
	const char *suffix;
	double factor;
} suffixes[] = {
	{"", 1}, {"n", 1e-9}, {"u", 1e-6}, {"m", 1e-3}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9},
	{"T", 1e12}, {"P", 1e15}, {"E", 1e18},
	{"Ki", 0x1p10}, {"Mi", 0x1p20}, {"Gi", 0x1p30}, {"Ti", 0x1p40}, {"Pi", 0x1p50},
	{"Ei", 0x1p60},
};
#define SUFFIXES (sizeof(suffixes) / sizeof(suffixes[0]))

/* By hand: strtod() goes by the locale, and takes what is no amount. */
static bool
read_number(const char **at, double *number)
{
	size_t whole = strspn(*at, DIGITS), fraction = 0;
	double place = 0.1;

	*number = 0;
	for (size_t i = 0; i < whole; i++)
		*number = *number * 10 + ((*at)[i] - '0');
	*at += whole;
	if (**at == '.') {
		++*at;
		fraction = strspn(*at, DIGITS);
		for (size_t i = 0; i < fraction; i++, place /= 10)
			*number += ((*at)[i] - '0') * place;
		*at += fraction;
	}
	return whole + fraction > 0;
}

static bool
read_exponent(const char *at, double *factor)
{
	int sign = 1, power = 0;

	if (*at != 'e' && *at != 'E')
		return false;
	at++;
	if (*at == '+' || *at == '-')
		sign = *at++ == '-' ? -1 : 1;
	if (!*at || at[strspn(at, DIGITS)] != '\0')
		return false;
	for (; *at; at++)
		if (power <= EXPONENT_MAX)
			power = power * 10 + (*at - '0');
	*factor = 1;
	for (int i = 0; i < power && i < EXPONENT_MAX; i++)
		*factor = sign > 0 ? *factor * 10 : *factor / 10;
	return true;
}

static bool
read_suffix(const char *at, double *factor)
{
	for (size_t i = 0; i < SUFFIXES; i++)
		if (strcmp(suffixes[i].suffix, at) == 0) {
			*factor = suffixes[i].factor;
			return true;
		}
	return read_exponent(at, factor);
}

static bool
parse(const char *text, double scale, int64_t *out)
{
	double number, factor, rest;

	if (strlen(text) > LENGTH_MAX)
		return false;
	if (*text == '+')
		text++;
	if (!read_number(&text, &number) || !read_suffix(text, &factor))
		return false;
	number *= factor * scale;
	if (number >= 9.2e18) {
		*out = INT64_MAX;
		return true;
	}
	/* 0.1 is a little more than a tenth: what is a whole number but for that is one. */
	*out = (int64_t)number;
	rest = number - (double)*out;
	if (rest > 1e-12 * number)
		++*out;
	return true;
}

bool
quantity_parse(const char *text, int64_t *milli)
{
	return parse(text, 1000, milli);
}

bool
quantity_parse_whole(const char *text, int64_t *whole)
{
	return parse(text, 1, whole);
}
