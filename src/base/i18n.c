/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A locale that the machine does not have must cost neither UTF-8 nor the person's language:
 * both are put together from what the environment says and what there is.
 *
 * The common case is ssh: it brings LANG=de_DE.UTF-8 or LC_CTYPE=UTF-8 from a laptop to a
 * server that has only C.UTF-8; setlocale(LC_ALL, "") then fails as a whole, and a program
 * that stops there shows ASCII and English.  Runs once, before there is a second thread: it
 * calls setenv().
 */
#include "config.h"

#include "base/i18n.h"

#include <langinfo.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAME_SIZE 64

/* What the environment says of a category, whether the machine has such a locale or not. */
static const char *
name_of(const char *category)
{
	const char *const variables[] = {"LC_ALL", category, "LANG"};

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *name = getenv(variables[i]);

		if (name && *name)
			return name;
	}
	return "C";
}

/* "de_DE.UTF-8", "ko_KR.utf8@x", and the "UTF-8" that ssh brings from a Mac. */
static bool
says_utf8(const char *name)
{
	const char *dot = strrchr(name, '.');
	const char *charset = dot ? dot + 1 : name;

	return strncasecmp(charset, "utf-8", 5) == 0 || strncasecmp(charset, "utf8", 4) == 0;
}

/* A machine without further locales still has one whose characters are UTF-8. */
static void
take_any_utf8(int category)
{
	static const char *const names[] = {"C.UTF-8", "C.utf8", "en_US.UTF-8", "POSIX.UTF-8",
					    "UTF-8"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (setlocale(category, names[i]))
			return;
}

/* gettext looks for LANGUAGE only where the locale is not "C": "de_DE.UTF-8" is "de_DE:de". */
static void
keep_language(const char *name)
{
	char language[2 * NAME_SIZE], whole[NAME_SIZE];
	size_t n = strcspn(name, ".@");

	if (getenv("LANGUAGE") || n < 2 || n >= sizeof(whole) || !strchr(name, '.'))
		return;
	snprintf(whole, sizeof(whole), "%.*s", (int)n, name);
	snprintf(language, sizeof(language), "%s:%.*s", whole, (int)strcspn(whole, "_"), whole);
	if (strcmp(whole, "C") != 0 && strcmp(whole, "POSIX") != 0)
		(void)setenv("LANGUAGE", language, 1);
}

/* Each category by itself: one that the machine does not have must not take the others away. */
static void
take_locale(void)
{
	static const int others[] = {LC_COLLATE, LC_MONETARY, LC_NUMERIC, LC_TIME};

	if (!setlocale(LC_ALL, ""))
		for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
			(void)setlocale(others[i], "");
	if (!setlocale(LC_CTYPE, "") || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		if (says_utf8(name_of("LC_CTYPE")))
			take_any_utf8(LC_CTYPE);
	if (!setlocale(LC_MESSAGES, "") && says_utf8(name_of("LC_MESSAGES"))) {
		keep_language(name_of("LC_MESSAGES"));
		take_any_utf8(LC_MESSAGES);
	}
}

void
i18n_stop(void)
{
	(void)setlocale(LC_MESSAGES, "C");
}

void
i18n_start(void)
{
	const char *folder = getenv("SIDESTAGE_LOCALE");

	take_locale();
#ifdef ENABLE_NLS
	bindtextdomain(PACKAGE, folder && *folder ? folder : LOCALEDIR);
	textdomain(PACKAGE);
#else
	(void)folder;
#endif
}
