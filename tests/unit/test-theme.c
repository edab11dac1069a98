/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Every theme can be read by everybody (WCAG 2.1, 1.4.3 and 1.4.11), and a wrong one says where. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "ui/theme-builtin.h"
#include "ui/theme-file.h"

/* Those that are promised; whatever else lies beside them is measured as well. */
static const char *const names[] = {"colour-blind", "dark", "light", "high-contrast", "terminal"};

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

/* Relative luminance of sRGB, as WCAG defines it. */
static double
luminance(int32_t rgb)
{
	static const double weights[3] = {0.2126, 0.7152, 0.0722};
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double c = (rgb >> (16 - 8 * i) & 255) / 255.0;

		sum += weights[i] * (c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
	}
	return sum;
}

static double
contrast(int32_t a, int32_t b)
{
	double x = luminance(a) + 0.05, y = luminance(b) + 0.05;

	return x > y ? x / y : y / x;
}

/* The terminal's own colours are taken to be those of a plain xterm with a dark background. */
static int32_t
shown(int32_t colour, int32_t own)
{
	if (colour == COLOUR_TERMINAL)
		return own;
	return colour >= COLOUR_NAMED ? theme_palette(colour - COLOUR_NAMED) : colour;
}

static void
check_look(const char *name, enum style style, const struct theme_look *look, bool mapped,
	   const char *depth)
{
	int32_t foreground = shown(look->foreground, 0xe5e5e5);
	int32_t background = shown(look->background, 0x000000);
	double least = style == STYLE_FAINT ? 3 : strcmp(name, "high-contrast") == 0 ? 7 : 4.5;
	double found;

	if (mapped) {
		foreground = theme_palette(theme_nearest(foreground));
		background = theme_palette(theme_nearest(background));
	}
	found = contrast(foreground, background);
	if (found < least)
		fail_msg("%s, %s, %s: #%06x on #%06x is %.2f:1, less than %.1f:1", name,
			 theme_style_name(style), depth, (unsigned)foreground, (unsigned)background,
			 found, least);
}

static void
check_theme(const char *name)
{
	struct error err = {0};
	struct theme theme;

	if (theme_load(&theme, name, &err) != 0)
		fail_msg("%s", err.text);
	for (int i = 0; i < STYLE_COUNT; i++) {
		check_look(name, (enum style)i, &theme.many[i], false, "direct colours");
		check_look(name, (enum style)i, &theme.many[i], true, "256 colours");
		check_look(name, (enum style)i, &theme.few[i], false, "16 colours");
	}
}

static void
every_pair_of_every_theme_has_contrast(void **state)
{
	const char *data = getenv("SIDESTAGE_DATA") ? getenv("SIDESTAGE_DATA") : "data";
	char *folder = xasprintf("%s/themes", data);
	DIR *themes = opendir(folder);
	struct dirent *entry;
	size_t count = 0;

	(void)state;
	assert_non_null(themes);
	while ((entry = readdir(themes)) != NULL) {
		char *end = strstr(entry->d_name, ".theme");

		if (!end || end[strlen(".theme")] != '\0')
			continue;
		*end = '\0';
		check_theme(entry->d_name);
		count++;
	}
	closedir(themes);
	free(folder);
	assert_true(count >= NAME_COUNT);
	for (size_t n = 0; n < NAME_COUNT; n++)
		check_theme(names[n]);
}

static void
the_default_is_the_file_of_its_name(void **state)
{
	struct error err = {0};
	struct theme built_in, file;

	(void)state;
	memset(&built_in, 0, sizeof(built_in));
	memset(&file, 0, sizeof(file));
	assert_int_equal(theme_parse(&built_in, theme_builtin, "built-in", &err), 0);
	assert_int_equal(theme_load(&file, THEME_DEFAULT, &err), 0);
	for (int i = 0; i < STYLE_COUNT; i++) {
		assert_memory_equal(&built_in.many[i], &file.many[i], sizeof(file.many[i]));
		assert_memory_equal(&built_in.few[i], &file.few[i], sizeof(file.few[i]));
	}
}

static void
without_any_file_there_is_the_default(void **state)
{
	char *data = xstrdup(getenv("SIDESTAGE_DATA") ? getenv("SIDESTAGE_DATA") : "data");
	struct error err = {0};
	struct theme theme;

	(void)state;
	setenv("SIDESTAGE_DATA", "/nowhere", 1);
	assert_int_equal(theme_load(&theme, NULL, &err), 0);
	assert_int_equal(theme_load(&theme, "", &err), 0);
	assert_int_equal(theme_load(&theme, "dark", &err), -1);
	assert_non_null(strstr(err.text, "There is no theme \"dark\""));
	setenv("SIDESTAGE_DATA", data, 1);
	free(data);
	assert_int_equal(theme_load(&theme, "/nowhere/own.theme", &err), -1);
	assert_non_null(strstr(err.text, "/nowhere/own.theme"));
	assert_int_equal(theme_load(&theme, "/", &err), -1);
}

static void
what_is_wrong_is_said_with_its_place(void **state)
{
	static const struct { const char *text, *message; } cases[] = {
		{"norml #000000 on #ffffff", "f:1:1: There is no style \"norml\"."},
		{"# remark\n\nnormal #00000 on #ffffff", "f:3:8: \"#00000\" is not a colour: # and six"},
		{"normal #00000g on #ffffff", "f:1:8: \"#00000g\" is not a colour"},
		{"normal pink on #ffffff", "f:1:8: \"pink\" is not a colour"},
		{"normal", "f:1:7: A colour is missing."},
		{"normal red", "f:1:11: \"on\" and the background must follow"},
		{"normal red on", "f:1:14: The background is missing."},
		{"normal red on black blink", "f:1:21: \"blink\" is not an attribute"},
		{"normal red on black | #000000 on red", "f:1:23: #000000: after \"|\" a colour"},
		{"normal red on black | red on red | x", "f:1:34: A line can have only one \"|\"."},
		{"dim red on black\ndim red on black", "f:2:1: The style \"dim\" was given before."},
		{"normal red on black", "f:1:1: The style \"dim\" is missing."},
		{"\tnormal\tred\ton\tblack\tbold\r\n", "f:2:1: The style \"dim\" is missing."},
		{"", "f:1:1: The style \"normal\" is missing."},
	};
	char *huge = xcalloc(1, 100001);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0};
		struct theme theme;

		assert_int_equal(theme_parse(&theme, cases[i].text, "f", &err), -1);
		if (strncmp(err.text, cases[i].message, strlen(cases[i].message)) != 0)
			fail_msg("\"%s\" gave: %s", cases[i].text, err.text);
	}
	memset(huge, 'x', 100000);
	assert_int_equal(theme_parse(&(struct theme){0}, huge, "f", &(struct error){0}), -1);
	free(huge);
}

static void
colours_of_the_palette_are_their_own_nearest(void **state)
{
	(void)state;
	for (int i = 16; i < 256; i++)
		assert_int_equal(theme_palette(theme_nearest(theme_palette(i))), theme_palette(i));
	assert_int_equal(theme_nearest(0x5fafff), 75);
	assert_int_equal(theme_nearest(0x121212), 233);
}

static int
squares(int32_t a, int32_t b)
{
	int sum = 0;

	for (int shift = 0; shift <= 16; shift += 8) {
		int d = (a >> shift & 255) - (b >> shift & 255);

		sum += d * d;
	}
	return sum;
}

static void
no_colour_of_the_palette_is_nearer_than_the_nearest(void **state)
{
	(void)state;
	for (int32_t n = 0; n < 16 * 16 * 16; n++) {
		int32_t rgb = ((n >> 8) * 17 << 16) | ((n >> 4 & 15) * 17 << 8) | (n & 15) * 17;
		int least = squares(rgb, theme_palette(theme_nearest(rgb)));

		for (int i = 16; i < 256; i++)
			assert_true(squares(rgb, theme_palette(i)) >= least);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_of_every_theme_has_contrast),
		cmocka_unit_test(the_default_is_the_file_of_its_name),
		cmocka_unit_test(without_any_file_there_is_the_default),
		cmocka_unit_test(what_is_wrong_is_said_with_its_place),
		cmocka_unit_test(colours_of_the_palette_are_their_own_nearest),
		cmocka_unit_test(no_colour_of_the_palette_is_nearer_than_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
