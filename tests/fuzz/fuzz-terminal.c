/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a terminal sends: any bytes become events, and none of them is left for the next. */
#include "config.h"

#include "fuzz.h"

#include <fcntl.h>
#include <ncurses.h>
#include <stdio.h>
#include <unistd.h>

#include "ui/input.h"

#define BYTES_MAX 4096	/* a pipe holds more */

static int feed = -1;

static void
take_terminal(void)
{
	int ends[2];
	FILE *out = fopen("/dev/null", "w"), *in;

	if (!out || pipe2(ends, O_CLOEXEC) != 0)
		abort();
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	in = fdopen(ends[0], "r");
	if (!in || !newterm("xterm-256color", out, in))
		abort();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(1);	/* nobody types here */
	input_start(true);
	feed = ends[1];
}

static void
drain(void)
{
	int key, row, column;

	while ((key = input_next()) != -1) {
		if (key == INPUT_PASTE)
			assert(strlen(input_pasted()) <= 64 * 1024);
		if (key == INPUT_CLICK) {
			input_place(&row, &column);
			assert(row >= 0 && column >= 0);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const char end_of_paste[] = "\033[201~";

	if (feed < 0)
		take_terminal();
	if (length > BYTES_MAX)
		length = BYTES_MAX;
	if (length > 0 && write(feed, bytes, length) != (ssize_t)length)
		abort();
	drain();
	if (write(feed, end_of_paste, sizeof(end_of_paste) - 1) < 0)
		abort();
	drain();
	input_drop();
	return 0;
}
