/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The screen as a picture: SVG, each run of cells that look the same as one text. */
#include "config.h"

#include "picture.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

#include "base/xmalloc.h"
#include "terminal.h"

#define CELL_WIDTH 8
#define CELL_HEIGHT 18
#define BASELINE 13
#define FOREGROUND 0xd0d0d0
#define BACKGROUND 0x121212

struct run {
	struct look look;
	int column, columns;
	const char *text;
	size_t length;
};

/* What xterm shows for the number; direct colours are 0x1rrggbb. */
static unsigned
colour_of(int32_t number, unsigned usual)
{
	static const unsigned first[] = {
		0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
		0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
	};
	static const unsigned steps[] = {0, 95, 135, 175, 215, 255};
	unsigned n = (unsigned)number;

	if (number < 0)
		return usual;
	if (n < 16)
		return first[n];
	if (n < 232)
		return steps[(n - 16) / 36] << 16 | steps[(n - 16) / 6 % 6] << 8 |
		       steps[(n - 16) % 6];
	if (n < 256)
		return (8 + (n - 232) * 10) * 0x010101;
	return n & 0xffffff;
}

static void
write_text(FILE *file, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		switch (text[i]) {
		case '<': fputs("&lt;", file); break;
		case '>': fputs("&gt;", file); break;
		case '&': fputs("&amp;", file); break;
		default: putc(text[i], file);
		}
	}
}

static void
write_run(FILE *file, int row, const struct run *run)
{
	unsigned fg = colour_of(run->look.foreground, FOREGROUND);
	unsigned bg = colour_of(run->look.background, BACKGROUND);
	unsigned ink = run->look.reverse ? bg : fg, paper = run->look.reverse ? fg : bg;

	if (paper != BACKGROUND)
		fprintf(file,
			"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n",
			run->column * CELL_WIDTH, row * CELL_HEIGHT, run->columns * CELL_WIDTH,
			CELL_HEIGHT, paper);
	if (strspn(run->text, " ") >= run->length)
		return;
	fprintf(file, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"#%06x\"%s%s>",
		run->column * CELL_WIDTH, row * CELL_HEIGHT + BASELINE, run->columns * CELL_WIDTH,
		ink, run->look.bold ? " font-weight=\"bold\"" : "",
		run->look.underline ? " text-decoration=\"underline\"" : "");
	write_text(file, run->text, run->length);
	fputs("</text>\n", file);
}

static bool
looks_same(const struct look *a, const struct look *b)
{
	return a->bold == b->bold && a->underline == b->underline && a->reverse == b->reverse &&
	       a->foreground == b->foreground && a->background == b->background;
}

static void
write_row(FILE *file, const struct terminal *terminal, int row)
{
	char *text = terminal_row(terminal, row);
	struct run run = {.text = text};
	int column = 0;

	for (const char *at = text; *at;) {
		struct look look = terminal_look(terminal, row, (size_t)(at - text));
		ucs4_t character;
		int bytes = u8_strmbtouc(&character, (const uint8_t *)at);
		int columns = bytes > 0 ? uc_width(character, "UTF-8") : 1;

		bytes = bytes > 0 ? bytes : 1;
		if (run.length > 0 && !looks_same(&look, &run.look)) {
			write_run(file, row, &run);
			run = (struct run){.column = column, .text = at};
		}
		run.look = look;
		run.length += (size_t)bytes;
		columns = columns > 0 ? columns : 0;
		run.columns += columns;
		column += columns;
		at += bytes;
	}
	if (run.length > 0)
		write_run(file, row, &run);
	free(text);
}

void
picture_write(FILE *file, const struct terminal *terminal, int columns)
{
	int width = columns * CELL_WIDTH, height = terminal_rows(terminal) * CELL_HEIGHT;

	fprintf(file, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\" font-family=\"monospace\" font-size=\"13\">\n"
		"<style>text { white-space: pre }</style>\n"
		"<rect width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n",
		width, height, width, height, width, height, BACKGROUND);
	for (int row = 0; row < terminal_rows(terminal); row++)
		write_row(file, terminal, row);
	fputs("</svg>\n", file);
}
