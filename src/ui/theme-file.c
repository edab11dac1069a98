/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The reader of themes.  Words are cut at blanks; a message names file, line and column.
 *
 * A theme gives every style twice, for terminals with many colours and for those with
 * sixteen: no rule that made the second from the first would keep every two styles different.
 */
#include "config.h"

#include "ui/theme-file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "ui/theme-builtin.h"

#define FILE_BYTES_MAX 65536
#define NAME_MAX_BYTES 64
#define NAMES_MAX 64		/* so many themes are listed */
#define LIST_BYTES_MAX 2048
#define SUFFIX ".theme"

#define STRIPE "stripe-"

/* They stand on the bar, on their own background: the same does for dark and light. */
static const char usual_stripes[] =
	"stripe-red #ffffff on #af0000 bold | bright-white on red bold\n"
	"stripe-yellow #000000 on #ffd700 bold | black on yellow bold\n"
	"stripe-green #ffffff on #005f00 bold | black on green bold\n"
	"stripe-blue #ffffff on #0000d7 bold | bright-white on blue bold\n"
	"stripe-cyan #000000 on #00d7d7 bold | black on cyan bold\n"
	"stripe-magenta #ffffff on #870087 bold | black on bright-magenta bold\n";

static const char *const styles[STYLE_COUNT] = {
	[STYLE_NORMAL] = "normal", [STYLE_DIM] = "dim", [STYLE_FAINT] = "faint",
	[STYLE_STRONG] = "strong", [STYLE_KEY] = "key", [STYLE_BAR] = "bar",
	[STYLE_BAR_STRONG] = "bar-strong", [STYLE_SELECTED] = "selected",
	[STYLE_SELECTED_FOUND] = "selected-found", [STYLE_AHEAD] = "ahead",
	[STYLE_OTHER] = "other", [STYLE_OK] = "ok", [STYLE_WARN] = "warn",
	[STYLE_DANGER] = "danger", [STYLE_OLD] = "old", [STYLE_NEW] = "new",
	[STYLE_OLD_MARK] = "old-mark", [STYLE_NEW_MARK] = "new-mark", [STYLE_FIELD] = "field",
	[STYLE_STRIPE_RED] = STRIPE "red", [STYLE_STRIPE_YELLOW] = STRIPE "yellow",
	[STYLE_STRIPE_GREEN] = STRIPE "green", [STYLE_STRIPE_BLUE] = STRIPE "blue",
	[STYLE_STRIPE_CYAN] = STRIPE "cyan", [STYLE_STRIPE_MAGENTA] = STRIPE "magenta",
};

static const char *const names[16] = {
	"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
	"bright-black", "bright-red", "bright-green", "bright-yellow", "bright-blue",
	"bright-magenta", "bright-cyan", "bright-white",
};

static const struct { const char *name; unsigned flag; } attributes[] = {
	{"bold", LOOK_BOLD}, {"dim", LOOK_DIM},
	{"underline", LOOK_UNDERLINE}, {"reverse", LOOK_REVERSE},
};

/* Where the reader is; `word` is what was taken last. */
struct theme_reader {
	const char *file, *line_start, *at;
	int line;
	char word[NAME_MAX_BYTES];
	const char *word_start;
	struct error *err;
};

const char *
theme_style_name(enum style style)
{
	return styles[style];
}

static int __attribute__((format(printf, 2, 3)))
wrong(struct theme_reader *r, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return error_set(r->err, ERROR_INPUT, "%s:%d:%d: %s", r->file, r->line,
			 (int)(r->word_start - r->line_start) + 1, text);
}

/* The next word of the line; false: the line has ended. */
static bool
take(struct theme_reader *r)
{
	size_t n;

	r->at += strspn(r->at, " \t\r");
	r->word_start = r->at;
	n = strcspn(r->at, " \t\r\n");
	snprintf(r->word, sizeof(r->word), "%.*s", n < sizeof(r->word) ? (int)n : 0, r->at);
	if (n >= sizeof(r->word))
		snprintf(r->word, sizeof(r->word), "%.*s...", 40, r->at);
	r->at += n;
	return n > 0;
}

static int
read_colour(struct theme_reader *r, bool few, int32_t *colour)
{
	if (strcmp(r->word, "terminal") == 0) {
		*colour = COLOUR_TERMINAL;
		return 0;
	}
	for (int i = 0; i < 16; i++) {
		if (strcmp(r->word, names[i]) == 0) {
			*colour = COLOUR_NAMED + i;
			return 0;
		}
	}
	if (r->word[0] != '#')
		return wrong(
			r, _("\"%s\" is not a colour: #rrggbb, one of the 16 names, or \"terminal\"."),
			r->word);
	if (few)
		return wrong(r, _("%s: after \"|\" a colour must be one of the 16 names."), r->word);
	if (strlen(r->word) != 7 || strspn(r->word + 1, "0123456789abcdefABCDEF") != 6)
		return wrong(r, _("\"%s\" is not a colour: # and six hexadecimal digits."), r->word);
	*colour = (int32_t)strtol(r->word + 1, NULL, 16);
	return 0;
}

static int
read_attribute(struct theme_reader *r, struct theme_look *look)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (strcmp(r->word, attributes[i].name) == 0) {
			look->attributes |= attributes[i].flag;
			return 0;
		}
	}
	return wrong(r, _("\"%s\" is not an attribute: bold, dim, underline or reverse."), r->word);
}

/* "FG on BG ATTRIBUTE...", up to the bar or the line's end. */
static int
read_look(struct theme_reader *r, bool few, struct theme_look *look)
{
	*look = (struct theme_look){COLOUR_TERMINAL, COLOUR_TERMINAL, 0};
	if (!take(r))
		return wrong(r, _("A colour is missing."));
	if (read_colour(r, few, &look->foreground) != 0)
		return -1;
	if (!take(r) || strcmp(r->word, "on") != 0)
		return wrong(r,
			     _("\"on\" and the background must follow the colour of the text."));
	if (!take(r))
		return wrong(r, _("The background is missing."));
	if (read_colour(r, few, &look->background) != 0)
		return -1;
	while (take(r)) {
		if (strcmp(r->word, "|") == 0)
			return few ? wrong(r, _("A line can have only one \"|\".")) : 1;
		if (read_attribute(r, look) != 0)
			return -1;
	}
	return 0;
}

static int
read_line(struct theme_reader *r, struct theme *theme, int given[STYLE_COUNT])
{
	int style = 0, more;

	if (!take(r) || r->word[0] == '#')
		return 0;
	while (style < STYLE_COUNT && strcmp(styles[style], r->word) != 0)
		style++;
	if (style == STYLE_COUNT)
		return wrong(r, _("There is no style \"%s\"."), r->word);
	if (given[style])
		return wrong(r, _("The style \"%s\" was given before."), r->word);
	given[style] = r->line;
	more = read_look(r, false, &theme->many[style]);
	if (more < 0)
		return -1;
	theme->few[style] = (struct theme_look){COLOUR_TERMINAL, COLOUR_TERMINAL,
						theme->many[style].attributes};
	return more ? read_look(r, true, &theme->few[style]) : 0;
}

static int
read_lines(struct theme_reader *r, struct theme *made, int *given)
{
	for (;; r->line++) {
		r->line_start = r->at;
		if (read_line(r, made, given) != 0)
			return -1;
		r->at += strcspn(r->at, "\n");
		if (!*r->at)
			return 0;
		r->at++;
	}
}

enum style
theme_stripe(const char *name)
{
	for (int i = STYLE_STRIPE_RED; i < STYLE_COUNT; i++)
		if (strcmp(styles[i] + strlen(STRIPE), name) == 0)
			return (enum style)i;
	return STYLE_COUNT;
}

/* The stripes of contexts may be left out: themes of the first release do not know them. */
int
theme_parse(struct theme *theme, const char *text, const char *file, struct error *err)
{
	struct theme_reader r = {
		.file = file, .at = text, .word_start = text, .line = 1, .err = err};
	struct theme_reader usual = {.file = "",
				     .at = usual_stripes,
				     .word_start = usual_stripes,
				     .line = 1,
				     .err = err};
	struct theme made;
	int given[STYLE_COUNT] = {0}, unasked[STYLE_COUNT] = {0};

	if (read_lines(&usual, &made, unasked) != 0 || read_lines(&r, &made, given) != 0)
		return -1;
	r.word_start = r.line_start;
	for (int i = 0; i < STYLE_COUNT; i++)
		if (!given[i] && !unasked[i])
			return wrong(&r, _("The style \"%s\" is missing."), styles[i]);
	*theme = made;
	return 0;
}

/* The file's text, free() it; NULL with err, of kind ERROR_NOT_FOUND when there is none. */
static char *
read_file(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	char *text;
	ssize_t n;

	if (fd < 0 && errno == ENOENT) {
		error_set(err, ERROR_NOT_FOUND, _("%s: there is no such file."), path);
		return NULL;
	}
	if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		error_set(err, ERROR_INPUT, _("%s: this theme cannot be read."), path);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	text = xcalloc(1, FILE_BYTES_MAX + 1);
	n = read(fd, text, FILE_BYTES_MAX);
	close(fd);
	if (n >= 0 && n < FILE_BYTES_MAX && memchr(text, '\0', (size_t)n) == NULL)
		return text;
	error_set(err, ERROR_INPUT, _("%s: this is not a theme: it is not text, or too long."), path);
	free(text);
	return NULL;
}

static int
load_path(struct theme *theme, const char *path, struct error *err)
{
	char *text = read_file(path, err);
	int ret = text ? theme_parse(theme, text, path, err) : -1;

	free(text);
	return ret;
}

/* 0 loaded, -1 failed, 1 not there. */
static int
load_below(struct theme *theme, const char *directory, const char *name, struct error *err)
{
	char *path = xasprintf("%s/themes/%s" SUFFIX, directory, name);
	struct error own = {0};
	int ret = load_path(theme, path, &own);

	free(path);
	if (ret == 0 || own.kind == ERROR_NOT_FOUND)
		return ret == 0 ? 0 : 1;
	return error_set(err, own.kind, "%s", own.text);
}

/* The names of the themes that there are below a directory. */
struct theme_names {
	char *items[NAMES_MAX];
	size_t count;
};

static void
add_name(struct theme_names *found, const char *file)
{
	size_t length = strlen(file), suffix = strlen(SUFFIX);
	char *name;

	if (found->count == NAMES_MAX || length <= suffix ||
	    strcmp(file + length - suffix, SUFFIX) != 0)
		return;
	name = xstrdup(file);
	name[length - suffix] = '\0';
	for (size_t i = 0; i < found->count; i++)
		if (strcmp(found->items[i], name) == 0) {
			free(name);
			return;
		}
	found->items[found->count++] = name;
}

static void
add_names_below(struct theme_names *found, const char *directory)
{
	char *path = xasprintf("%s/themes", directory);
	DIR *folder = opendir(path);
	const struct dirent *entry;

	while (folder && (entry = readdir(folder)) != NULL)
		add_name(found, entry->d_name);
	if (folder)
		closedir(folder);
	free(path);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every theme that is found by its name; configuration may be NULL. */
static int
refuse_name(const char *name, const char *configuration, const char *data, struct error *err)
{
	struct theme_names found = {0};
	struct buf list;
	char *text;

	add_name(&found, THEME_DEFAULT SUFFIX);	/* there is always one */
	if (configuration)
		add_names_below(&found, configuration);
	add_names_below(&found, data);
	qsort(found.items, found.count, sizeof(found.items[0]), compare_names);
	buf_init(&list, LIST_BYTES_MAX);
	for (size_t i = 0; i < found.count; i++) {
		(void)buf_printf(&list, "%s%s", i ? ", " : "", found.items[i]);
		free(found.items[i]);
	}
	text = buf_take(&list);
	error_set(err, ERROR_INPUT,
		  _("There is no theme \"%s\". Available: %s. A name with a / is a file."),
		  name, text);
	free(text);
	return -1;
}

/* A person's own theme comes before ours of the same name; the default one is in the program
 * as well, so that it starts without its data. */
int
theme_load(struct theme *theme, const char *name, struct error *err)
{
	char *configuration, *data;
	int ret = 1;

	if (!name || !*name)
		name = THEME_DEFAULT;
	if (strchr(name, '/'))
		return load_path(theme, name, err);
	if (strlen(name) >= NAME_MAX_BYTES)
		return error_set(err, ERROR_INPUT, _("The name of the theme is too long."));
	configuration = paths_config(NULL);
	data = paths_part("SIDESTAGE_DATA", "source-data", PKGDATADIR);
	if (configuration)
		ret = load_below(theme, configuration, name, err);
	if (ret > 0)
		ret = load_below(theme, data, name, err);
	if (ret > 0 && strcmp(name, THEME_DEFAULT) == 0)
		ret = theme_parse(theme, theme_builtin, THEME_DEFAULT, err);
	if (ret > 0)
		ret = refuse_name(name, configuration, data, err);
	free(configuration);
	free(data);
	return ret;
}

/* --- colours --------------------------------------------------------------------------- */

#define CUBE_STEPS 6

static const int32_t cube_steps[CUBE_STEPS] = {0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff};

int32_t
theme_palette(int index)
{
	static const int32_t first[16] = {
		0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
		0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
	};
	int cube = index - 16, grey = 8 + 10 * (index - 232);

	if (index < 16)
		return first[index];
	if (index < 232)
		return cube_steps[cube / 36] << 16 | cube_steps[cube / 6 % 6] << 8 |
		       cube_steps[cube % 6];
	return grey << 16 | grey << 8 | grey;
}

static long
distance_between(int32_t a, int32_t b)
{
	long sum = 0;

	for (int shift = 0; shift <= 16; shift += 8) {
		long d = (a >> shift & 255) - (b >> shift & 255);

		sum += d * d;
	}
	return sum;
}

/* Of the cube: the nearest step of each of the three. */
static int
nearest_of_cube(int32_t rgb)
{
	int index = 0;

	for (int shift = 16; shift >= 0; shift -= 8) {
		int part = rgb >> shift & 255, best = 0;

		for (int i = 1; i < CUBE_STEPS; i++)
			if (abs(part - cube_steps[i]) < abs(part - cube_steps[best]))
				best = i;
		index = CUBE_STEPS * index + best;
	}
	return 16 + index;
}

/* Among the cube and the greys: the first sixteen are what the person has made of them. */
int
theme_nearest(int32_t rgb)
{
	int best = nearest_of_cube(rgb);
	long least = distance_between(rgb, theme_palette(best));

	for (int i = 232; i < 256 && least > 0; i++) {
		long distance = distance_between(rgb, theme_palette(i));

		if (distance < least) {
			least = distance;
			best = i;
		}
	}
	return best;
}
