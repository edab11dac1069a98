/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is said to each kind of terminal beside ncurses: nothing to one that may show it, and to no
 * terminal a byte that came from elsewhere. */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <nettle/base64.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "ui/escapes.h"

static int terminal[2], own_output;
static const char *const variables[] = {"TERM", "TERM_PROGRAM", "TMUX", "VTE_VERSION", "KONSOLE_VERSION",
					"WT_SESSION"};

/* A pipe takes the terminal's place; it holds more than any of these says at once. */
static int
take_output(void **state)
{
	(void)state;
	own_output = dup(STDOUT_FILENO);
	if (pipe2(terminal, O_CLOEXEC) != 0 || fcntl(terminal[1], F_SETPIPE_SZ, 1 << 19) < 0 ||
	    dup2(terminal[1], STDOUT_FILENO) < 0)
		return -1;
	return fcntl(terminal[0], F_SETFL, O_NONBLOCK);
}

static int
give_output_back(void **state)
{
	(void)state;
	escapes_off();
	dup2(own_output, STDOUT_FILENO);
	close(own_output);
	close(terminal[0]);
	close(terminal[1]);
	return 0;
}

/* What was said since the last call; free() it. */
static char *
said(void)
{
	char *text = xcalloc(1, 1 << 19);
	size_t length = 0;
	ssize_t n;

	while ((n = read(terminal[0], text + length, (1 << 19) - 1 - length)) > 0)
		length += (size_t)n;
	return text;
}

static void
be(const char *kind, const char *variable, const char *value)
{
	escapes_off();
	free(said());
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
	setenv("TERM", kind, 1);
	if (variable)
		setenv(variable, value, 1);
	escapes_on();
}

static void
only_terminals_that_are_known_are_spoken_to(void **state)
{
	static const struct { const char *kind; bool is_known; } cases[] = {
		{"xterm-256color", true}, {"xterm-kitty", true}, {"tmux-256color", true}, {"screen", true},
		{"foot", true}, {"alacritty", true}, {"st-256color", true}, {"vt100", false},
		{"linux", false}, {"dumb", false}, {"", false}, {"sun", false}, {"stranger", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0};
		char *text;

		be(cases[i].kind, NULL, NULL);
		text = said();
		assert_int_equal(*text != '\0', cases[i].is_known);
		if (cases[i].is_known)
			assert_non_null(strstr(text, "\033[?2004h"));	/* pastes are marked */
		free(text);
		escapes_title("a title");
		text = said();
		assert_string_equal(text, cases[i].is_known ? "\033]2;a title\033\\" : "");
		free(text);
		assert_int_equal(escapes_copy("text", &err) == 0, cases[i].is_known);
		assert_int_equal(err.kind, cases[i].is_known ? ERROR_NONE : ERROR_INPUT);
		free(said());
		escapes_off();
		text = said();
		assert_int_equal(strstr(text, "\033[?2004l") != NULL, cases[i].is_known);
		free(text);
	}
}

static void
a_title_is_sanitised_and_said_once(void **state)
{
	char *text;

	(void)state;
	be("xterm", NULL, NULL);
	free(said());
	escapes_title("app \033]0;evil\007 \xe2\x80\xae \x9b");
	text = said();
	assert_int_equal(strncmp(text, "\033]2;app ^[]0;evil^G", 18), 0);
	assert_string_equal(text + strlen(text) - 2, "\033\\");
	for (const char *c = text + 4; c < text + strlen(text) - 2; c++)
		assert_true((unsigned char)*c >= ' ' && (unsigned char)*c != 0x9b);
	free(text);
	escapes_title("app \033]0;evil\007 \xe2\x80\xae \x9b");
	text = said();
	assert_string_equal(text, "");
	free(text);
}

/* The text of what was copied, out of OSC 52; free() it. */
static char *
copied(const char *sequence)
{
	const char *from = strstr(sequence, "\033]52;c;"), *end;
	struct base64_decode_ctx context;
	char *text;
	size_t length;

	assert_non_null(from);
	from += strlen("\033]52;c;");
	end = strchr(from, '\a');
	assert_non_null(end);
	length = BASE64_DECODE_LENGTH((size_t)(end - from));
	text = xcalloc(1, length + 1);
	base64_decode_init(&context);
	assert_true(base64_decode_update(&context, &length, (uint8_t *)text, (size_t)(end - from),
					 from));
	assert_true(base64_decode_final(&context));
	text[length] = '\0';
	return text;
}

static void
what_is_copied_arrives_whatever_is_between(void **state)
{
	static const char *const texts[] = {"", "x", "two words", "한글\n\033[31m", "\377\376"};
	struct error err = {0};
	char *text, *back;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		be("xterm", NULL, NULL);
		free(said());
		assert_int_equal(escapes_copy(texts[i], &err), 0);
		text = said();
		back = copied(text);
		assert_string_equal(back, texts[i]);
		free(back);
		free(text);
		/* tmux gets it bare, and wrapped with each ESC doubled. */
		be("tmux-256color", "TMUX", "/tmp/tmux");
		free(said());
		assert_int_equal(escapes_copy(texts[i], &err), 0);
		text = said();
		back = copied(text);
		assert_string_equal(back, texts[i]);
		assert_non_null(strstr(text, "\033Ptmux;\033\033]52;c;"));
		assert_string_equal(text + strlen(text) - 2, "\033\\");
		free(back);
		free(text);
	}
}

/* screen takes strings of 256 bytes at most. */
static void
screen_gets_pieces_that_it_takes(void **state)
{
	char *large = xcalloc(1, 5001), *text, *joined, *to, *back;
	struct error err = {0};

	(void)state;
	memset(large, 'y', 5000);
	be("screen.xterm-256color", NULL, NULL);
	free(said());
	assert_int_equal(escapes_copy(large, &err), 0);
	text = said();
	joined = to = xcalloc(1, strlen(text) + 1);
	for (const char *at = text; *at;) {
		const char *end = strstr(at, "\033\\");

		assert_int_equal(strncmp(at, "\033P", 2), 0);
		assert_non_null(end);
		assert_true(end + 2 - at <= 256);
		memcpy(to, at + 2, (size_t)(end - at) - 2);
		to += end - at - 2;
		at = end + 2;
	}
	back = copied(joined);
	assert_string_equal(back, large);
	free(back);
	free(joined);
	free(text);
	free(large);
}

static void
what_a_terminal_would_cut_is_refused(void **state)
{
	char *large = xcalloc(1, ESCAPES_COPY_MAX + 2), *text;
	struct error err = {0};

	(void)state;
	be("xterm", NULL, NULL);
	free(said());
	memset(large, 'x', ESCAPES_COPY_MAX);
	assert_int_equal(escapes_copy(large, &err), 0);
	text = said();
	assert_true(strlen(text) > ESCAPES_COPY_MAX);
	free(text);
	large[ESCAPES_COPY_MAX] = 'x';
	assert_int_equal(escapes_copy(large, &err), -1);
	assert_int_equal(err.kind, ERROR_LIMIT);
	text = said();
	assert_string_equal(text, "");
	free(text);
	free(large);
}

static void
frames_are_held_only_where_that_is_known(void **state)
{
	static const struct { int answer; bool holds; } cases[] = {
		{0, false}, {1, true}, {2, true}, {3, false}, {4, false},
	};

	(void)state;
	be("xterm", NULL, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text;

		free(said());
		escapes_frames_known(cases[i].answer);
		escapes_frame_begin();
		escapes_frame_end();
		text = said();
		assert_string_equal(text, cases[i].holds ? "\033[?2026h\033[?2026l" : "");
		free(text);
	}
	assert_false(escapes_expects_answer());
}

static void
links_and_words_are_for_those_that_have_them(void **state)
{
	static const struct { const char *kind, *variable, *value; bool links, words; } cases[] = {
		{"xterm", NULL, NULL, false, false},
		{"xterm", "VTE_VERSION", "6800", true, false},
		{"xterm", "VTE_VERSION", "4000", false, false},
		{"xterm", "KONSOLE_VERSION", "220401", true, false},
		{"xterm", "WT_SESSION", "x", true, false},
		{"xterm-kitty", NULL, NULL, true, true},
		{"foot", NULL, NULL, true, true},
		{"alacritty", NULL, NULL, true, false},
		{"xterm", "TERM_PROGRAM", "iTerm.app", true, true},
		{"xterm", "TERM_PROGRAM", "Apple_Terminal", false, false},
		{"vt100", "VTE_VERSION", "6800", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text;

		be(cases[i].kind, cases[i].variable, cases[i].value);
		free(said());
		assert_int_equal(escapes_has_links(), cases[i].links);
		escapes_bell("it is done");
		text = said();
		assert_string_equal(text, cases[i].words ? "\a\033]9;it is done\033\\" : "\a");
		free(text);
	}
}

#define TERMINAL(test) cmocka_unit_test_setup_teardown(test, take_output, give_output_back)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TERMINAL(only_terminals_that_are_known_are_spoken_to),
		TERMINAL(a_title_is_sanitised_and_said_once),
		TERMINAL(what_is_copied_arrives_whatever_is_between),
		TERMINAL(screen_gets_pieces_that_it_takes),
		TERMINAL(what_a_terminal_would_cut_is_refused),
		TERMINAL(frames_are_held_only_where_that_is_known),
		TERMINAL(links_and_words_are_for_those_that_have_them),
	};

	setlocale(LC_ALL, "C.UTF-8");
	setvbuf(stdout, NULL, _IOLBF, 0);	/* what cmocka says comes between the tests */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
