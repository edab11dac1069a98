/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Ken Thompson's way ("Regular Expression Search Algorithm", CACM 11/6, 1968): the pattern becomes
 * a small program, and all places where it can be are followed at once, a byte of the text after
 * the other.  So a match takes at most |text| * |program| steps, and nothing is gone back to.
 * A counted repetition is written out, which is why the program has a maximum: ((a{99}){99}){99}
 * is refused, not run.
 */
#include "config.h"

#include "base/pattern.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"

#define PROGRAM_MAX 2000
#define CLASSES_MAX 64
#define DEPTH_MAX 50
#define REPEAT_MAX 255
#define WITHOUT_END (-1)

enum pattern_step_kind { BYTE, CLASS, MORE_OF_CHARACTER, SPLIT, GO_TO, BEGIN, END, FOUND };

struct pattern_step {
	enum pattern_step_kind kind;
	int a, b;	/* BYTE: a; CLASS: its number; SPLIT: where to; GO_TO: a */
};

struct byte_class {
	bool has[256];
};

struct pattern {
	struct pattern_step steps[PROGRAM_MAX];
	int count;
	struct byte_class classes[CLASSES_MAX];
	int class_count;
};

struct compiler {
	struct pattern *pattern;
	const char *at;
	int depth;
	const char *fault;	/* NULL: none */
};

static void compile_alternatives(struct compiler *c);

static void
fault(struct compiler *c, const char *text)
{
	if (!c->fault)
		c->fault = text;
}

static int
emit(struct compiler *c, enum pattern_step_kind kind, int a, int b)
{
	struct pattern *p = c->pattern;

	if (p->count == PROGRAM_MAX) {
		fault(c, N_("it becomes too large when its repetitions are expanded"));
		return p->count - 1;
	}
	p->steps[p->count] = (struct pattern_step){kind, a, b};
	return p->count++;
}

static struct byte_class *
new_class(struct compiler *c)
{
	struct pattern *p = c->pattern;

	if (p->class_count == CLASSES_MAX) {
		fault(c, N_("it has too many brackets"));
		return &p->classes[0];
	}
	p->classes[p->class_count] = (struct byte_class){{false}};
	return &p->classes[p->class_count++];
}

/* A class takes the first byte of a character; the rest of it follows. */
static void
emit_class(struct compiler *c, const struct byte_class *class)
{
	int split;

	emit(c, CLASS, (int)(class - c->pattern->classes), 0);
	split = emit(c, SPLIT, c->pattern->count + 1, c->pattern->count + 3);
	emit(c, MORE_OF_CHARACTER, 0, 0);
	emit(c, GO_TO, split, 0);
}

static bool
is_first_byte(int byte)
{
	return (byte & 0xc0) != 0x80;
}

/* "[:alpha:]", behind the "[".  false: it is none. */
static bool
read_named_class(struct compiler *c, struct byte_class *class)
{
	static const struct {
		const char *name;
		int (*is)(int byte);
	} names[] = {
		{"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"digit", isdigit},
		{"lower", islower}, {"punct", ispunct}, {"space", isspace}, {"upper", isupper},
		{"xdigit", isxdigit},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t length = strlen(names[i].name);

		if (strncmp(c->at + 1, names[i].name, length) != 0 ||
		    strncmp(c->at + 1 + length, ":]", 2) != 0)
			continue;
		for (int byte = 0; byte < 128; byte++)
			class->has[byte] |= names[i].is(byte) != 0;
		c->at += length + 3;
		return true;
	}
	return false;
}

static void
read_range(struct compiler *c, struct byte_class *class)
{
	int from = (unsigned char)*c->at++, to = from;

	if (c->at[0] == '-' && c->at[1] && c->at[1] != ']') {
		to = (unsigned char)c->at[1];
		c->at += 2;
	}
	if (from >= 128 || to >= 128)
		fault(c, N_("a bracket may hold ASCII characters only"));
	else if (from > to)
		fault(c, N_("a range in a bracket ends before it begins"));
	for (int byte = from; byte <= to; byte++)
		class->has[byte] = true;
}

/* Behind the '['. */
static void
compile_bracket(struct compiler *c)
{
	struct byte_class *class = new_class(c);
	bool negated = *c->at == '^';
	const char *begin = c->at += negated;

	while (!c->fault && *c->at && (*c->at != ']' || c->at == begin)) {
		if (c->at[0] == '[' && strchr(":.=", c->at[1] ? c->at[1] : ' ')) {
			c->at++;
			if (!read_named_class(c, class))
				fault(c, N_("a class in a bracket is not known"));
		} else {
			read_range(c, class);
		}
	}
	if (*c->at != ']') {
		fault(c, N_("a bracket is not closed"));
		return;
	}
	c->at++;
	for (int byte = 0; negated && byte < 256; byte++)
		class->has[byte] = !class->has[byte] && is_first_byte(byte);
	emit_class(c, class);
}

static void
compile_any(struct compiler *c)
{
	struct byte_class *class = new_class(c);

	for (int byte = 0; byte < 256; byte++)
		class->has[byte] = is_first_byte(byte);
	emit_class(c, class);
}

static void
compile_group(struct compiler *c)
{
	if (++c->depth > DEPTH_MAX)
		fault(c, N_("its groups are nested too deep"));
	else
		compile_alternatives(c);
	c->depth--;
	if (*c->at != ')')
		fault(c, N_("a group is not closed"));
	else
		c->at++;
}

static void
compile_escape(struct compiler *c)
{
	unsigned char byte = (unsigned char)*c->at;

	/* What some dialects give a meaning would mean something else here. */
	if (!byte || isalnum(byte)) {
		fault(c, N_("\"\\\" must be followed by a punctuation character"));
		return;
	}
	emit(c, BYTE, byte, 0);
	c->at++;
}

static void
compile_atom(struct compiler *c)
{
	unsigned char byte = (unsigned char)*c->at++;

	switch (byte) {
	case '(':
		compile_group(c);
		break;
	case '[':
		compile_bracket(c);
		break;
	case '.':
		compile_any(c);
		break;
	case '^':
		emit(c, BEGIN, 0, 0);
		break;
	case '$':
		emit(c, END, 0, 0);
		break;
	case '\\':
		compile_escape(c);
		break;
	case '*':
	case '+':
	case '?':
		fault(c, N_("a repetition has nothing to repeat"));
		break;
	default:
		emit(c, BYTE, byte, 0);
	}
}

struct repetition {
	int least, most;
};

/* "{n}", "{n,}", "{n,m}", behind the '{'. */
static void
read_count(struct compiler *c, struct repetition *out)
{
	char *end;
	long least = strtol(c->at, &end, 10), most = least;

	if (end == c->at || !isdigit((unsigned char)*c->at)) {
		fault(c, N_("a repetition in braces has no number"));
		return;
	}
	if (*end == ',' && end[1] == '}') {
		most = WITHOUT_END;
		end++;
	} else if (*end == ',') {
		most = isdigit((unsigned char)end[1]) ? strtol(end + 1, &end, 10) : -2;
	}
	if (*end != '}' || least > REPEAT_MAX || most > REPEAT_MAX ||
	    (most != WITHOUT_END && most < least))
		fault(c, N_("a repetition in braces is invalid"));
	*out = (struct repetition){(int)least, (int)most};
	c->at = *end ? end + 1 : end;
}

/* false: there is none. */
static bool
read_repetition(struct compiler *c, struct repetition *out)
{
	switch (*c->at) {
	case '*':
		*out = (struct repetition){0, WITHOUT_END};
		break;
	case '+':
		*out = (struct repetition){1, WITHOUT_END};
		break;
	case '?':
		*out = (struct repetition){0, 1};
		break;
	case '{':
		c->at++;
		read_count(c, out);
		return true;
	default:
		return false;
	}
	c->at++;
	return true;
}

/* Once more what the steps from..to are, with its ways moved along. */
static void
emit_again(struct compiler *c, const struct pattern_step *steps, int from, int to)
{
	int by = c->pattern->count - from;

	for (int i = 0; i < to - from && !c->fault; i++) {
		struct pattern_step step = steps[i];
		bool goes = step.kind == SPLIT || step.kind == GO_TO;

		emit(c, step.kind, goes ? step.a + by : step.a,
		     step.kind == SPLIT ? step.b + by : step.b);
	}
}

static void
repeat(struct compiler *c, int from, const struct repetition *times)
{
	struct pattern *p = c->pattern;
	int length = p->count - from, split;
	struct pattern_step *steps = xcalloc((size_t)length + 1, sizeof(*steps));

	memcpy(steps, p->steps + from, (size_t)length * sizeof(*steps));
	p->count = from;
	for (int i = 0; i < times->least && !c->fault; i++)
		emit_again(c, steps, from, from + length);
	if (times->most == WITHOUT_END) {
		split = emit(c, SPLIT, p->count + 1, 0);
		emit_again(c, steps, from, from + length);
		emit(c, GO_TO, split, 0);
		p->steps[split].b = p->count;
	}
	for (int i = times->least; i < times->most && !c->fault; i++) {
		split = emit(c, SPLIT, p->count + 1, 0);
		emit_again(c, steps, from, from + length);
		p->steps[split].b = p->count;
	}
	free(steps);
}

static void
compile_sequence(struct compiler *c)
{
	while (!c->fault && *c->at && *c->at != '|' && !(*c->at == ')' && c->depth > 0)) {
		struct repetition times;
		int from = c->pattern->count;

		compile_atom(c);
		while (!c->fault && read_repetition(c, &times))
			if (!c->fault)
				repeat(c, from, &times);
	}
}

/* Each alternative but the last begins with a choice and ends by going behind them all. */
static void
compile_alternatives(struct compiler *c)
{
	struct pattern *p = c->pattern;
	int from = p->count;

	compile_sequence(c);
	while (!c->fault && *c->at == '|') {
		int length = p->count - from, end;

		c->at++;
		/* A place for the choice before what is there. */
		emit(c, GO_TO, 0, 0);
		if (c->fault)
			return;
		memmove(p->steps + from + 1, p->steps + from, (size_t)length * sizeof(*p->steps));
		for (int i = from + 1; i <= from + length; i++) {
			struct pattern_step *step = &p->steps[i];

			if (step->kind == SPLIT || step->kind == GO_TO)
				step->a++;
			if (step->kind == SPLIT)
				step->b++;
		}
		end = emit(c, GO_TO, 0, 0);
		p->steps[from] = (struct pattern_step){SPLIT, from + 1, p->count};
		compile_sequence(c);
		p->steps[end].a = p->count;
	}
}

struct pattern *
pattern_new(const char *text, struct error *err)
{
	struct compiler c = {.pattern = xcalloc(1, sizeof(struct pattern)), .at = text};

	compile_alternatives(&c);
	emit(&c, FOUND, 0, 0);
	if (!c.fault)
		return c.pattern;
	error_set(err, ERROR_INPUT, "%s", _(c.fault));
	pattern_free(c.pattern);
	return NULL;
}

void
pattern_free(struct pattern *pattern)
{
	free(pattern);
}

/* Where it can be: each step once. */
struct places {
	int steps[PROGRAM_MAX];
	int count;
	uint32_t marks[PROGRAM_MAX];	/* equal to `mark`: is in it */
	uint32_t mark;
};

struct matching {
	const struct pattern *pattern;
	const char *text;
	size_t at, length;
	int stack[PROGRAM_MAX + 2];
};

/* With all that is reached without a byte.  A step is marked before it is put on the stack, so that
 * has room for all. */
static void
add(struct matching *m, struct places *places, int first)
{
	int height = 0;

	if (places->marks[first] == places->mark)
		return;
	places->marks[first] = places->mark;
	m->stack[height++] = first;
	while (height > 0) {
		int number = m->stack[--height];
		const struct pattern_step *step = &m->pattern->steps[number];
		int next[2] = {-1, -1};

		if (step->kind == SPLIT || step->kind == GO_TO)
			next[0] = step->a;
		if (step->kind == SPLIT)
			next[1] = step->b;
		if ((step->kind == BEGIN && m->at == 0) ||
		    (step->kind == END && m->at == m->length))
			next[0] = number + 1;
		for (int i = 0; i < 2; i++) {
			if (next[i] < 0 || places->marks[next[i]] == places->mark)
				continue;
			places->marks[next[i]] = places->mark;
			m->stack[height++] = next[i];
		}
		places->steps[places->count++] = number;
	}
}

static bool
takes(const struct pattern *pattern, const struct pattern_step *step, unsigned char byte)
{
	switch (step->kind) {
	case BYTE:
		return step->a == byte;
	case CLASS:
		return pattern->classes[step->a].has[byte];
	case MORE_OF_CHARACTER:
		return !is_first_byte(byte);
	default:
		return false;
	}
}

bool
pattern_matches(const struct pattern *pattern, const char *text)
{
	struct matching *m = xcalloc(1, sizeof(*m));
	struct places *here = xcalloc(2, sizeof(*here)), *next = here + 1, *first = here;
	bool found = false;

	*m = (struct matching){.pattern = pattern, .text = text, .length = strlen(text)};
	here->mark = next->mark = 1;
	for (; m->length <= PATTERN_TEXT_MAX && !found; m->at++) {
		struct places *swap = here;

		add(m, here, 0);	/* it may begin anywhere */
		for (int i = 0; i < here->count && !found; i++)
			found = pattern->steps[here->steps[i]].kind == FOUND;
		if (found || m->at == m->length)
			break;
		next->count = 0;
		next->mark++;
		m->at++;	/* what is added lies behind this byte */
		for (int i = 0; i < here->count; i++) {
			const struct pattern_step *step = &pattern->steps[here->steps[i]];

			if (takes(pattern, step, (unsigned char)text[m->at - 1]))
				add(m, next, here->steps[i] + 1);
		}
		m->at--;
		here = next;
		next = swap;
	}
	free(first);
	free(m);
	return found;
}
