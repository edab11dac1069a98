/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Variables of the environment, which is where a workload's configuration arrives.
 *
 * What is missing or wrong ends the program before it listens, with a sentence in its log: a
 * deployment that lacks a variable has to fail in sight (web 1.4.4-rc1 is there for that).
 */
#include "config.h"

#include "settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void __attribute__((noreturn))
refuse_unset(const char *name)
{
	fprintf(stderr, "error: the variable %s must be set, and it is not\n", name);
	exit(1);
}

const char *
settings_text(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	if (value && *value)
		return value;
	if (!otherwise)
		refuse_unset(name);
	return otherwise;
}

long
settings_number(const char *name, long least, long most, long otherwise)
{
	const char *value = getenv(name);
	char *end;
	long number;

	if (!value || !*value) {
		if (otherwise < least)
			refuse_unset(name);
		return otherwise;
	}
	errno = 0;
	number = strtol(value, &end, 10);
	if (errno != 0 || *end || number < least || number > most) {
		fprintf(stderr, "error: the variable %s must be a number from %ld to %ld\n",
			name, least, most);
		exit(1);
	}
	return number;
}
