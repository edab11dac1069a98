/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The program's other end of the pseudo-terminal, and libvterm behind it.
 *
 * Two things are done beside libvterm, by watching the bytes: which private modes are on,
 * which it cannot be asked, and frames (mode 2026), which it does not know.  A frame is
 * handed on when it is whole, so a story never sees half of one, and how loaded the machine
 * is makes no difference.
 */
#include "config.h"

#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>
#include <vterm.h>

#include "base/buf.h"
#include "base/xmalloc.h"

#define SEND_LIMIT_MS 5000
#define ROW_BYTES_MAX 65536
#define WRITTEN_BYTES_MAX (1024 * 1024)
/* A frame that grows beyond this is shown unfinished. */
#define FRAME_BYTES_MAX (1024 * 1024)

/*
 * Private modes that a full-screen program switches on and must switch off again.  libvterm
 * knows some of them but cannot be asked, so the bytes are watched beside it.
 */
static const struct mode {
	int number;
	bool usual;
	const char *means;
} modes[] = {
	{1, false, "application cursor keys are still on"},
	{25, true, "the cursor is still hidden"},
	{47, false, "the other screen is still shown"},
	{1000, false, "mouse reports are still on"},
	{1002, false, "mouse drag reports are still on"},
	{1003, false, "mouse motion reports are still on"},
	{1004, false, "focus reports are still on"},
	{1006, false, "SGR mouse reports are still on"},
	{1047, false, "the other screen is still shown"},
	{1049, false, "the other screen is still shown"},
	{2004, false, "bracketed paste is still on"},
	{2026, false, "synchronised drawing is still on"},
};

#define MODE_COUNT (sizeof(modes) / sizeof(modes[0]))

struct terminal {
	char *name;
	int rows, columns;
	int master, slave;	/* -1 before the first run */
	pid_t pid;
	bool running, was_run;
	int status;
	VTerm *vterm;
	VTermScreen *screen;
	bool cursor_visible;
	struct termios before;	/* as it was when the program was started */
	bool mode[MODE_COUNT];
	enum { PLAIN, ESCAPE, CSI, PRIVATE } seen;
	int numbers[16];
	size_t number_count;
	struct buf written;	/* NUL bytes left out */
	struct buf frame;	/* what is drawn but not yet to be seen (mode 2026) */
};

static int
set_property(VTermProp property, VTermValue *value, void *data)
{
	struct terminal *terminal = data;

	if (property == VTERM_PROP_CURSORVISIBLE)
		terminal->cursor_visible = value->boolean != 0;
	return 1;
}

static const VTermScreenCallbacks screen_callbacks = {.settermprop = set_property};

struct terminal *
terminal_new(const char *name, int rows, int columns)
{
	struct terminal *terminal = xcalloc(1, sizeof(*terminal));

	terminal->name = xstrdup(name);
	buf_init(&terminal->written, WRITTEN_BYTES_MAX);
	buf_init(&terminal->frame, FRAME_BYTES_MAX);
	terminal->rows = rows;
	terminal->columns = columns;
	terminal->master = terminal->slave = -1;
	return terminal;
}

static void
hang_up(struct terminal *terminal)
{
	if (terminal->master >= 0)
		close(terminal->master);
	if (terminal->slave >= 0)
		close(terminal->slave);
	terminal->master = terminal->slave = -1;
	if (terminal->vterm)
		vterm_free(terminal->vterm);
	terminal->vterm = NULL;
}

void
terminal_free(struct terminal *terminal)
{
	if (!terminal)
		return;
	hang_up(terminal);
	buf_clear(&terminal->written);
	buf_clear(&terminal->frame);
	free(terminal->name);
	free(terminal);
}

const char *
terminal_name(const struct terminal *terminal)
{
	return terminal->name;
}

static void
clear_screen(struct terminal *terminal)
{
	terminal->vterm = vterm_new(terminal->rows, terminal->columns);
	vterm_set_utf8(terminal->vterm, 1);
	terminal->screen = vterm_obtain_screen(terminal->vterm);
	vterm_screen_set_callbacks(terminal->screen, &screen_callbacks, terminal);
	vterm_screen_enable_altscreen(terminal->screen, 1);
	vterm_screen_reset(terminal->screen, 1);
	terminal->cursor_visible = true;
	terminal->seen = PLAIN;
	buf_clear(&terminal->written);
	buf_clear(&terminal->frame);
	for (size_t i = 0; i < MODE_COUNT; i++)
		terminal->mode[i] = modes[i].usual;
}

static void __attribute__((noreturn))
become(int slave, char *const argv[])
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (login_tty(slave) != 0)
		_exit(126);
	close_range(3, ~0U, 0);
	/* A shell starts what it leaves behind with these ignored: nobody at a terminal has
	 * that. */
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	execvp(argv[0], argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

bool
terminal_run(struct terminal *terminal, char *const argv[], const char **why)
{
	struct winsize size = {.ws_row = (unsigned short)terminal->rows,
			       .ws_col = (unsigned short)terminal->columns};

	*why = NULL;
	if (terminal->running)
		*why = "a program is still running in this terminal";
	else
		hang_up(terminal);
	if (!*why && openpty(&terminal->master, &terminal->slave, NULL, NULL, &size) != 0)
		*why = "no pseudo-terminal could be opened";
	if (*why)
		return false;
	fcntl(terminal->master, F_SETFD, FD_CLOEXEC);
	fcntl(terminal->slave, F_SETFD, FD_CLOEXEC);
	fcntl(terminal->master, F_SETFL, O_NONBLOCK);
	tcgetattr(terminal->slave, &terminal->before);
	clear_screen(terminal);
	fflush(stdout);
	terminal->pid = fork();
	if (terminal->pid == 0)
		become(terminal->slave, argv);
	if (terminal->pid < 0) {
		*why = "fork failed";
		return false;
	}
	terminal->running = terminal->was_run = true;
	return true;
}

bool
terminal_was_run(const struct terminal *terminal)
{
	return terminal->was_run;
}

bool
terminal_is_running(const struct terminal *terminal)
{
	return terminal->running;
}

pid_t
terminal_pid(const struct terminal *terminal)
{
	return terminal->pid;
}

int
terminal_status(const struct terminal *terminal)
{
	return terminal->status;
}

static void
show_frame(struct terminal *terminal)
{
	vterm_input_write(terminal->vterm, buf_str(&terminal->frame), terminal->frame.length);
	buf_clear(&terminal->frame);
}

void
terminal_set_ended(struct terminal *terminal, int status)
{
	/* Nobody will finish the frame. */
	show_frame(terminal);
	terminal->running = false;
	terminal->status = status;
}

static void
switch_modes(struct terminal *terminal, bool on)
{
	for (size_t n = 0; n < terminal->number_count; n++)
		for (size_t i = 0; i < MODE_COUNT; i++)
			if (modes[i].number == terminal->numbers[n])
				terminal->mode[i] = on;
}

/* One byte of "ESC [ ? 1 ; 1049 h". */
static void
watch_byte(struct terminal *terminal, unsigned char byte)
{
	const size_t max = sizeof(terminal->numbers) / sizeof(terminal->numbers[0]);

	if (byte == 0x1b) {
		terminal->seen = ESCAPE;
	} else if (terminal->seen == ESCAPE) {
		terminal->seen = byte == '[' ? CSI : PLAIN;
	} else if (terminal->seen == CSI) {
		terminal->seen = byte == '?' ? PRIVATE : PLAIN;
		terminal->numbers[0] = 0;
		terminal->number_count = 1;
	} else if (terminal->seen == PRIVATE && byte >= '0' && byte <= '9') {
		int *number = &terminal->numbers[terminal->number_count - 1];

		*number = *number < 100000 ? *number * 10 + (byte - '0') : *number;
	} else if (terminal->seen == PRIVATE && byte == ';' && terminal->number_count < max) {
		terminal->numbers[terminal->number_count++] = 0;
	} else if (terminal->seen == PRIVATE) {
		if (byte == 'h' || byte == 'l')
			switch_modes(terminal, byte == 'h');
		terminal->seen = PLAIN;
	}
}

static bool
is_in_frame(const struct terminal *terminal)
{
	for (size_t i = 0; i < MODE_COUNT; i++)
		if (modes[i].number == 2026)
			return terminal->mode[i];
	return false;
}

/*
 * What the terminal answers to questions of the program (who are you, where is the cursor).
 * libvterm does not know mode 2026; we keep the frames back ourselves, and say so.
 */
static void
send_answers(struct terminal *terminal)
{
	static const char unknown[] = "\033[?2026;0$y", known[] = "\033[?2026;2$y";
	char bytes[256], *answer;
	size_t n;

	while ((n = vterm_output_read(terminal->vterm, bytes, sizeof(bytes))) > 0) {
		answer = memmem(bytes, n, unknown, strlen(unknown));
		if (answer)
			memcpy(answer, known, strlen(known));
		if (!terminal_send(terminal, bytes, n))
			return;
	}
}

/* Bytes of a frame wait for its end, so that nobody sees half of one. */
static void
take_byte(struct terminal *terminal, char byte)
{
	watch_byte(terminal, (unsigned char)byte);
	if (byte)
		(void)buf_append(&terminal->written, &byte, 1);
	if (!buf_append(&terminal->frame, &byte, 1)) {
		show_frame(terminal);
		(void)buf_append(&terminal->frame, &byte, 1);
	}
}

static bool
read_some(struct terminal *terminal)
{
	char bytes[16384];
	ssize_t n = read(terminal->master, bytes, sizeof(bytes));

	if (n <= 0)
		return false;
	if (terminal->written.length + (size_t)n > WRITTEN_BYTES_MAX)
		buf_drop_front(&terminal->written, WRITTEN_BYTES_MAX / 2);
	for (ssize_t i = 0; i < n; i++) {
		bool was_in_frame = is_in_frame(terminal);

		take_byte(terminal, bytes[i]);
		/* What came before a frame is seen, also when the frame is not finished. */
		if (was_in_frame != is_in_frame(terminal))
			show_frame(terminal);
	}
	if (!is_in_frame(terminal) || !terminal->running)
		show_frame(terminal);
	send_answers(terminal);
	return true;
}

bool
terminal_pump(struct terminal *const *terminals, size_t count, int wait_ms)
{
	struct pollfd polled[16];
	bool any = false;

	for (size_t i = 0; i < count && i < 16; i++)
		polled[i] = (struct pollfd){.fd = terminals[i]->master, .events = POLLIN};
	if (poll(polled, count < 16 ? (nfds_t)count : 16, wait_ms) <= 0)
		return false;
	for (size_t i = 0; i < count && i < 16; i++)
		if (polled[i].fd >= 0 && polled[i].revents)
			any |= read_some(terminals[i]);
	return any;
}

bool
terminal_send(struct terminal *terminal, const char *bytes, size_t length)
{
	while (length > 0 && terminal->master >= 0) {
		ssize_t n = write(terminal->master, bytes, length);
		struct pollfd polled = {.fd = terminal->master, .events = POLLOUT};

		if (n > 0) {
			bytes += n;
			length -= (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			if (poll(&polled, 1, SEND_LIMIT_MS) <= 0)
				return false;
		} else if (n < 0 && errno != EINTR) {
			return false;
		}
	}
	return length == 0;
}

const char *
terminal_written(const struct terminal *terminal)
{
	return buf_str(&terminal->written);
}

static const struct named_key {
	const char *name;
	VTermKey key;
} named_keys[] = {
	{"Enter", VTERM_KEY_ENTER},	{"Tab", VTERM_KEY_TAB},
	{"Backspace", VTERM_KEY_BACKSPACE}, {"Esc", VTERM_KEY_ESCAPE},
	{"Up", VTERM_KEY_UP},		{"Down", VTERM_KEY_DOWN},
	{"Left", VTERM_KEY_LEFT},	{"Right", VTERM_KEY_RIGHT},
	{"Insert", VTERM_KEY_INS},	{"Delete", VTERM_KEY_DEL},
	{"Home", VTERM_KEY_HOME},	{"End", VTERM_KEY_END},
	{"PgUp", VTERM_KEY_PAGEUP},	{"PgDn", VTERM_KEY_PAGEDOWN},
};

/* The one code point that `text` consists of, or 0. */
static uint32_t
one_character(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	int more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0 ? 1 : 0;
	uint32_t c = more ? s[0] & (0x3fU >> more) : s[0];

	for (int i = 1; i <= more; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	return s[0] && s[more + 1] == '\0' ? c : 0;
}

static bool
press(struct terminal *terminal, const char *key, VTermModifier modifier)
{
	uint32_t c = strcmp(key, "Space") == 0 ? ' ' : one_character(key);
	int function = 0;

	for (size_t i = 0; i < sizeof(named_keys) / sizeof(named_keys[0]); i++)
		if (strcmp(named_keys[i].name, key) == 0) {
			vterm_keyboard_key(terminal->vterm, named_keys[i].key, modifier);
			return true;
		}
	if (key[0] == 'F' && key[1] && strspn(key + 1, "0123456789") == strlen(key + 1))
		function = atoi(key + 1);
	if (function >= 1 && function <= 12) {
		vterm_keyboard_key(terminal->vterm, (VTermKey)VTERM_KEY_FUNCTION(function),
				   modifier);
		return true;
	}
	if (c)
		vterm_keyboard_unichar(terminal->vterm, c, modifier);
	return c != 0;
}

bool
terminal_key(struct terminal *terminal, const char *key)
{
	static const struct {
		const char *prefix;
		VTermModifier modifier;
	} prefixes[] = {
		{"Ctrl-", VTERM_MOD_CTRL}, {"Alt-", VTERM_MOD_ALT}, {"Shift-", VTERM_MOD_SHIFT},
	};
	VTermModifier modifier = VTERM_MOD_NONE;
	char lower[2] = "";

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(key, prefixes[i].prefix, strlen(prefixes[i].prefix)) == 0) {
			modifier |= prefixes[i].modifier;
			key += strlen(prefixes[i].prefix);
		}
	/* Ctrl-L is what is printed on keyboards, the byte is made from the small letter. */
	if ((modifier & VTERM_MOD_CTRL) && key[0] >= 'A' && key[0] <= 'Z' && !key[1]) {
		lower[0] = (char)(key[0] - 'A' + 'a');
		key = lower;
	}
	if (!terminal->vterm || !press(terminal, key, modifier))
		return false;
	send_answers(terminal);
	return true;
}

/* The letter of proc(5), "state"; '?' when it is not known. */
static char
process_state(pid_t pid)
{
	char path[64], line[512], *end = NULL;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (file && fgets(line, sizeof(line), file))
		end = strrchr(line, ')');
	if (file)
		fclose(file);
	return end && end[1] == ' ' ? end[2] : '?';
}

bool
terminal_is_at_rest(const struct terminal *terminal)
{
	struct pollfd typed = {.fd = terminal->slave, .events = POLLIN};
	char state;

	if (!terminal->running)
		return true;
	/* Not FIONREAD: poll() alone brings what is still on its way to the other end. */
	if (poll(&typed, 1, 0) > 0 && (typed.revents & POLLIN))
		return false;
	state = process_state(terminal->pid);
	return state != 'R' && state != 'D';
}

void
terminal_resize(struct terminal *terminal, int rows, int columns)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};

	terminal->rows = rows;
	terminal->columns = columns;
	if (!terminal->vterm)
		return;
	vterm_set_size(terminal->vterm, rows, columns);
	ioctl(terminal->master, TIOCSWINSZ, &size);
}

int
terminal_rows(const struct terminal *terminal)
{
	return terminal->vterm ? terminal->rows : 0;
}

static void
put_utf8(struct buf *buf, uint32_t c)
{
	unsigned char bytes[4];
	size_t n = 0;

	if (c < 0x80) {
		bytes[n++] = (unsigned char)c;
	} else if (c < 0x800) {
		bytes[n++] = (unsigned char)(0xc0 | c >> 6);
	} else if (c < 0x10000) {
		bytes[n++] = (unsigned char)(0xe0 | c >> 12);
		bytes[n++] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
	} else {
		bytes[n++] = (unsigned char)(0xf0 | c >> 18);
		bytes[n++] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
		bytes[n++] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
	}
	if (c >= 0x80)
		bytes[n++] = (unsigned char)(0x80 | (c & 0x3f));
	buf_append(buf, bytes, n);
}

/* The second column of a wide character holds (uint32_t)-1 and is no text of its own. */
static bool
put_cell(struct buf *buf, const VTermScreenCell *cell)
{
	if (cell->chars[0] == (uint32_t)-1)
		return false;
	if (cell->chars[0] == 0)
		return buf_puts(buf, " ");
	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++)
		put_utf8(buf, cell->chars[i]);
	return true;
}

static VTermScreenCell
cell_at(const struct terminal *terminal, int row, int column)
{
	VTermScreenCell cell = {0};

	vterm_screen_get_cell(terminal->screen, (VTermPos){.row = row, .col = column}, &cell);
	return cell;
}

char *
terminal_row(const struct terminal *terminal, int row)
{
	struct buf buf;
	char *text;
	size_t length;

	buf_init(&buf, ROW_BYTES_MAX);
	for (int column = 0; terminal->vterm && column < terminal->columns; column++) {
		VTermScreenCell cell = cell_at(terminal, row, column);

		put_cell(&buf, &cell);
	}
	text = buf_take(&buf);
	for (length = strlen(text); length > 0 && text[length - 1] == ' '; length--)
		text[length - 1] = '\0';
	return text;
}

static int32_t
colour_number(const VTermColor *colour, bool is_default)
{
	if (is_default)
		return -1;
	if (VTERM_COLOR_IS_INDEXED(colour))
		return colour->indexed.idx;
	return 0x1000000 | colour->rgb.red << 16 | colour->rgb.green << 8 | colour->rgb.blue;
}

struct look
terminal_look(const struct terminal *terminal, int row, size_t byte)
{
	VTermScreenCell cell = {0};
	struct buf buf;

	buf_init(&buf, ROW_BYTES_MAX);
	for (int column = 0; column < terminal->columns && buf.length <= byte; column++) {
		VTermScreenCell next = cell_at(terminal, row, column);

		if (put_cell(&buf, &next))
			cell = next;
	}
	buf_clear(&buf);
	return (struct look){
		.bold = cell.attrs.bold,
		.underline = cell.attrs.underline,
		.reverse = cell.attrs.reverse,
		.italic = cell.attrs.italic,
		.foreground = colour_number(&cell.fg, VTERM_COLOR_IS_DEFAULT_FG(&cell.fg)),
		.background = colour_number(&cell.bg, VTERM_COLOR_IS_DEFAULT_BG(&cell.bg)),
	};
}

void
terminal_cursor(const struct terminal *terminal, int *row, int *column, bool *visible)
{
	VTermPos position = {0};

	if (terminal->vterm)
		vterm_state_get_cursorpos(vterm_obtain_state(terminal->vterm), &position);
	*row = position.row;
	*column = position.col;
	*visible = terminal->cursor_visible;
}

char *
terminal_not_restored(const struct terminal *terminal)
{
	struct termios now;
	struct buf buf;

	buf_init(&buf, 4096);
	for (size_t i = 0; i < MODE_COUNT; i++)
		if (terminal->mode[i] != modes[i].usual)
			buf_printf(&buf, "%s%s", buf.length ? "; " : "", modes[i].means);
	if (tcgetattr(terminal->slave, &now) != 0)
		buf_puts(&buf, "the terminal's modes cannot be read");
	else if (now.c_iflag != terminal->before.c_iflag ||
		 now.c_oflag != terminal->before.c_oflag ||
		 now.c_cflag != terminal->before.c_cflag ||
		 now.c_lflag != terminal->before.c_lflag ||
		 memcmp(now.c_cc, terminal->before.c_cc, sizeof(now.c_cc)) != 0)
		buf_printf(&buf, "%sthe line modes differ (echo, line editing or signals)",
			   buf.length ? "; " : "");
	if (buf.length)
		return buf_take(&buf);
	buf_clear(&buf);
	return NULL;
}
