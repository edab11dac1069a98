/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The handler runs in a program that is broken: it calls only what a signal handler may, on a
 * stack of its own, and every text it writes was made before.  The report holds the signal and
 * the addresses of the calls, nothing from memory: no token and no secret can be in it.
 */
#include "config.h"

#include "ui/crash.h"

#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/paths.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "ui/escapes.h"

/* Of its own, since an endless recursion has used up the usual one. */
#define STACK_BYTES 65536
#define CALLS_MAX 64

static const struct { int number; const char *name; } crashes[] = {
	{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGFPE, "SIGFPE"},
	{SIGILL, "SIGILL"}, {SIGABRT, "SIGABRT"}, {SIGSYS, "SIGSYS"}, {SIGTRAP, "SIGTRAP"},
};

#define CRASH_COUNT (sizeof(crashes) / sizeof(crashes[0]))

static struct {
	struct termios modes;
	struct sigaction before[CRASH_COUNT];
	char *stack;
	char *path;			/* of the report; NULL: none can be written */
	char *written, *not_written;	/* what the person is told */
} crash;

static void
put(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0) {
		/* Nothing left to try. */
	}
}

/* The calls are written as addresses and names: backtrace_symbols_fd(3) takes no memory. */
static bool
write_report(int number)
{
	void *calls[CALLS_MAX];
	int fd, count;

	if (!crash.path)
		return false;
	fd = open(crash.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	put(fd, "sidestage " VERSION " ended by ");
	for (size_t i = 0; i < CRASH_COUNT; i++)
		if (crashes[i].number == number)
			put(fd, crashes[i].name);
	put(fd, "\n\n");
	count = backtrace(calls, CALLS_MAX);
	backtrace_symbols_fd(calls, count, fd);
	close(fd);
	return true;
}

static void
on_crash(int number)
{
	escapes_write(escapes_back, escapes_back_length);
	tcsetattr(STDIN_FILENO, TCSANOW, &crash.modes);
	/* The words first: should the report crash as well, they have been read. */
	put(STDERR_FILENO, write_report(number) ? crash.written : crash.not_written);
	raise(number);		/* its own action again, since SA_RESETHAND */
}

static void
make_texts(void)
{
	char *state = paths_state(NULL), *shown;

	if (state && paths_make(state, NULL) == 0)
		crash.path = xasprintf("%s/crash-%ld.txt", state, (long)getpid());
	free(state);
	crash.not_written = xstrdup(
		_("sidestage has crashed, and no report could be written.\n"
		  "Nothing that was begun is lost: start it again; it lists what was interrupted.\n"));
	if (!crash.path)
		return;
	unlink(crash.path);	/* of another process that had this number */
	shown = text_printable(crash.path);
	crash.written = xasprintf(
		_("sidestage has crashed.  The report is in %s\n"
		  "Nothing that was begun is lost: start it again; it lists what was interrupted.\n"),
		shown);
	free(shown);
}

/* SA_RESETHAND gives each signal its own action back, so a crash
 * within the handler ends the program. */
void
crash_catch(const struct termios *modes)
{
	struct sigaction action = {
		.sa_handler = on_crash, .sa_flags = SA_ONSTACK | SA_RESETHAND | SA_NODEFER,
	};

	crash.modes = *modes;
	make_texts();
	crash.stack = xcalloc(1, STACK_BYTES);
	sigaltstack(&(stack_t){.ss_sp = crash.stack, .ss_size = STACK_BYTES}, NULL);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < CRASH_COUNT; i++)
		sigaction(crashes[i].number, &action, &crash.before[i]);
}

void
crash_prepare(void)
{
	void *first[1];

	/* The first call loads a library, which a handler should not. */
	backtrace(first, 1);
}

void
crash_release(void)
{
	for (size_t i = 0; i < CRASH_COUNT; i++)
		sigaction(crashes[i].number, &crash.before[i], NULL);
	sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
	free(crash.stack);
	free(crash.path);
	free(crash.written);
	free(crash.not_written);
	memset(&crash, 0, sizeof(crash));
}
