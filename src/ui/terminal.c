/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Signals become bytes in a pipe, which the one wait of the program watches; only a crash is
 * handled where it happens (crash.c).
 */
#include "config.h"

#include "ui/terminal.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "ui/crash.h"
#include "ui/escapes.h"
#include "ui/links.h"
#include "ui/theme.h"

static int pipes[2] = {-1, -1};
static SCREEN *screen;
static struct termios shell_mode;
static struct sigaction before[NSIG];	/* what each signal did before the screen */
static volatile sig_atomic_t is_asked_to_end;

static bool
asks_to_end(int number)
{
	return number != SIGWINCH && number != SIGTSTP && number != SIGCONT;
}

static void
on_signal(int number)
{
	int saved = errno;
	unsigned char byte = (unsigned char)number;

	if (asks_to_end(number))
		is_asked_to_end = 1;
	if (write(pipes[1], &byte, 1) < 0) {
		/* The pipe is full: enough signals are waiting already. */
	}
	errno = saved;
}

static void
catch(int number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};

	sigemptyset(&action.sa_mask);
	action.sa_flags = SA_RESTART;
	sigaction(number, &action, NULL);
}

static const struct { int number; void (*handler)(int); } signals_caught[] = {
	{SIGWINCH, on_signal}, {SIGTERM, on_signal}, {SIGHUP, on_signal},  {SIGINT, on_signal},
	{SIGTSTP, on_signal},  {SIGQUIT, on_signal}, {SIGCONT, on_signal}, {SIGPIPE, SIG_IGN},
	/* These would end it as it stands, with the terminal as it is. */
	{SIGUSR1, on_signal},  {SIGUSR2, on_signal}, {SIGALRM, on_signal}, {SIGVTALRM, on_signal},
	{SIGPROF, on_signal},  {SIGXCPU, on_signal}, {SIGXFSZ, on_signal}, {SIGIO, on_signal},
};

static void
catch_signals(void)
{
	for (size_t i = 0; i < sizeof(signals_caught) / sizeof(signals_caught[0]); i++) {
		sigaction(signals_caught[i].number, NULL, &before[signals_caught[i].number]);
		catch(signals_caught[i].number, signals_caught[i].handler);
	}
}

/* What comes after the screen must be able to be interrupted again. */
static void
release_signals(void)
{
	for (size_t i = 0; i < sizeof(signals_caught) / sizeof(signals_caught[0]); i++)
		if (signals_caught[i].number != SIGPIPE)
			sigaction(signals_caught[i].number, &before[signals_caught[i].number],
				  NULL);
}

/*
 * ncurses takes a screen that was never left for one that somebody else drives, and writes each
 * movement of the cursor by itself: a hundred writes for a frame.  So it is left once, where
 * nobody sees it, and taken again.
 */
static void
write_whole_frames(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int out = null < 0 ? -1 : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);

	if (out >= 0 && dup2(null, STDOUT_FILENO) == STDOUT_FILENO) {
		endwin();
		dup2(out, STDOUT_FILENO);
		doupdate();
	}
	if (out >= 0)
		close(out);
	if (null >= 0)
		close(null);
}

/*
 * Kinds of terminals that many machines have no entry of, and one that they are like, which is
 * tried in its place.  What is not in the table is not known: a wrong guess shows as garbage.
 */
static const struct { const char *kind, *like; } kinds[] = {
	{"alacritty", "xterm-256color"}, {"contour", "xterm-256color"}, {"dtterm", "xterm"},
	{"eterm", "xterm"}, {"foot", "xterm-256color"}, {"ghostty", "xterm-256color"},
	{"gnome", "xterm-256color"}, {"iterm", "xterm-256color"}, {"kitty", "xterm-256color"},
	{"konsole", "xterm-256color"}, {"mintty", "xterm-256color"}, {"mlterm", "xterm-256color"},
	{"ms-terminal", "xterm-256color"}, {"nsterm", "xterm-256color"}, {"putty", "xterm-256color"},
	{"rio", "xterm-256color"}, {"rxvt", "xterm-256color"}, {"screen-256color", "screen"},
	{"screen", "xterm"}, {"st-", "xterm-256color"}, {"stterm", "xterm-256color"},
	{"terminator", "xterm-256color"}, {"terminology", "xterm-256color"}, {"tmux-", "screen-256color"},
	{"tmux", "screen"}, {"vscode", "xterm-256color"}, {"vte", "xterm-256color"},
	{"warp", "xterm-256color"}, {"wezterm", "xterm-256color"}, {"xterm-256color", "xterm"},
	{"xterm-", "xterm-256color"}, {"linux-", "linux"}, {"xterm", "vt220"},
};

static const char *
find_like(const char *kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(kind, kinds[i].kind, strlen(kinds[i].kind)) == 0 &&
		    strcmp(kind, kinds[i].like) != 0)
			return kinds[i].like;
	return NULL;
}

/* The screen for TERM, or for what is like it. */
static SCREEN *
make_screen(const char *kind)
{
	SCREEN *made = newterm(NULL, stdout, stdin);

	for (size_t i = 0; !made && kind && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		kind = find_like(kind);
		if (kind)
			made = newterm(kind, stdout, stdin);
	}
	return made;
}

/* The order matters: the modes of the shell are kept before newterm() changes them, and the
 * escapes come last, when ncurses has the screen. */
int
terminal_start(const struct theme *theme, bool mouse, struct error *err)
{
	const char *kind = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return error_set(err, ERROR_INPUT,
				 _("The screen needs a terminal for its input and its "
				   "output."));
	tcgetattr(STDIN_FILENO, &shell_mode);
	if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK) != 0)
		return error_errno(err, _("Cannot make a pipe"));
	screen = make_screen(kind);
	if (!screen)
		return error_set(err, ERROR_INPUT,
				 kind && *kind
					 ? _("This machine does not know the terminal TERM=%s; try "
					     "TERM=xterm-256color.")
					 : _("TERM is not set%s; try TERM=xterm-256color."),
				 kind ? kind : "");
	write_whole_frames();
	/* An Esc alone is told from a sequence by time; a sequence comes in one piece. */
	set_escdelay(25);
	is_asked_to_end = 0;
	catch_signals();
	crash_catch(&shell_mode);
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	leaveok(stdscr, FALSE);
	input_start(mouse);
	theme_start(theme);
	escapes_on();
	return 0;
}

/* An answer that comes when we are gone would be typed into the shell. */
static void
await_answer(void)
{
	struct pollfd terminal = {.fd = STDIN_FILENO, .events = POLLIN};

	while (escapes_expects_answer()) {
		if (poll(&terminal, 1, 20) > 0 &&
		    (terminal.revents & (POLLHUP | POLLERR | POLLNVAL)))
			return;
		input_drop();
	}
}

void
terminal_stop(void)
{
	if (!screen)
		return;
	await_answer();
	escapes_off();
	endwin();
	input_stop();
	links_stop();
	delscreen(screen);
	screen = NULL;
	crash_release();
	release_signals();
	for (int i = 0; i < 2; i++) {
		close(pipes[i]);
		pipes[i] = -1;
	}
}

int
terminal_signal_fd(void)
{
	return pipes[0];
}

static void
follow_size(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
	/* Smaller and back again between two looks: the size is the same, what it cut is gone. */
	clearok(curscr, TRUE);
}

struct terminal_signals
terminal_take_signals(void)
{
	struct terminal_signals signals = {0};
	unsigned char byte;

	while (read(pipes[0], &byte, 1) == 1) {
		if (byte == SIGWINCH)
			signals.resized = true;
		else if (byte == SIGTSTP)
			signals.stopped = true;
		else if (byte == SIGCONT)
			signals.continued = true;
		else if (asks_to_end(byte))
			signals.ended = true;
	}
	if (signals.resized)
		follow_size();
	return signals;
}

/* A terminal that hung up stays readable for ever and gives nothing. */
static bool
is_gone(void)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR | POLLNVAL));
}

bool
terminal_is_ending(void)
{
	return is_asked_to_end || is_gone();
}

int
terminal_key(void)
{
	int key = input_next();

	return key == -1 && is_gone() ? -2 : key;
}

void
terminal_drop_keys(void)
{
	input_drop();
}

/* Somebody stopped and continued the program from outside: the modes may be the shell's. */
void
terminal_take_again(void)
{
	reset_prog_mode();
	escapes_again();
	follow_size();
}

static void
give(void)
{
	await_answer();
	def_prog_mode();
	escapes_off();
	endwin();
}

static void
take(void)
{
	reset_prog_mode();
	follow_size();
	refresh();
	escapes_on();
}

/* By its usual action, as every program does: the shell is to see a job that was stopped. */
void
terminal_suspend(void)
{
	give();
	signal(SIGTSTP, SIG_DFL);
	raise(SIGTSTP);
	catch(SIGTSTP, on_signal);
	take();
}

void
terminal_lend(void)
{
	give();
	/* Stopping stops both, so that the shell gets the terminal. */
	signal(SIGTSTP, SIG_DFL);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
}

void
terminal_take_back(void)
{
	catch(SIGTSTP, on_signal);
	catch(SIGINT, on_signal);
	catch(SIGQUIT, on_signal);
	take();
	clearok(curscr, TRUE);
}
