/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What options decide about shared values.  A secret is never taken from the command line, where
 * everybody on the machine may read it, but from a file or standard input.
 */
#include "config.h"

#include "cli/plain-values.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/input.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/names.h"
#include "cli/output-json.h"
#include "cli/output-text.h"
#include "cli/plain-fail.h"
#include "cli/plain-repository.h"
#include "cli/plain-state.h"
#include "flow/verbs/flow.h"
#include "flow/world/details.h"

#define VALUE_MAX (1024u * 1024)
#define INPUT_MS 10000		/* how long a file is waited for that a line names */

/* The options, and what each decides. */
static const struct {
	const char *option;
	enum flow_value_kind kind;
	size_t list;			/* within struct arguments */
	bool has_text, from_file;
	bool of_env;			/* only what the environment has can be meant */
} decisions[] = {
	{"value", FLOW_VALUE_TEXT, offsetof(struct arguments, values), true, false, false},
	{"value-from", FLOW_VALUE_TEXT, offsetof(struct arguments, values_from), true, true, false},
	{"app-value", FLOW_VALUE_APP, offsetof(struct arguments, app_values), false, false, true},
	{"copy-value", FLOW_VALUE_COPY, offsetof(struct arguments, copy_values), false, false, true},
	{"reference-value", FLOW_VALUE_REFERENCE, offsetof(struct arguments, reference_values), false, false, true},
	{"no-value", FLOW_VALUE_LEAVE_OUT, offsetof(struct arguments, no_values), false, false, true},
};

#define DECISION_COUNT (sizeof(decisions) / sizeof(decisions[0]))

static const struct argument_list *
list_of(const struct plain *p, size_t decision)
{
	return (const struct argument_list *)(const void *)((const char *)p->once +
							    decisions[decision].list);
}

void
plain_clear_values(struct plain *p)
{
	for (struct flow_value *v = p->values; v && v->key; v++) {
		if (v->text)
			explicit_bzero((char *)(uintptr_t)v->text, strlen(v->text));
		free((char *)(uintptr_t)v->text);
		free((char *)(uintptr_t)v->key);
	}
	free(p->values);
	p->values = NULL;
}

/* --- reading --- */

/* All of it, without the newline that an editor puts at the end.  NULL: refused, and that was
 * said. */
static char *
read_value(struct plain *p, const char *file)
{
	const bool is_stdin = strcmp(file, "-") == 0;
	const int64_t until = p->until ? p->until : clock_steady_ms() + INPUT_MS;
	int fd = is_stdin ? STDIN_FILENO : input_open(file);
	char *bytes = xcalloc(VALUE_MAX + 2, 1);
	size_t length = 0;
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 && length <= VALUE_MAX) {
		n = input_read(fd, bytes + length, VALUE_MAX + 1 - length, until);
		if (n > 0)
			length += (size_t)n;
	}
	if (n < 0 && fd >= 0 && errno == ETIMEDOUT)
		plain_fail(p, EXIT_UNREAD, _("%s: the value did not arrive in time."), file);
	else if (n < 0)
		plain_fail(p, EXIT_UNREAD, _("%s: cannot be read: %s"), file, strerror(errno));
	if (fd >= 0 && !is_stdin)
		close(fd);
	if (n >= 0 && length > VALUE_MAX)
		plain_fail(p, EXIT_USAGE, _("%s: a value has at most %u bytes."), file, VALUE_MAX);
	else if (n >= 0 && (memchr(bytes, '\0', length) || !text_is_utf8(bytes, length)))
		plain_fail(p, EXIT_USAGE, _("%s: this is not text; a value must be UTF-8 text."), file);
	else if (n >= 0) {
		if (length > 0 && bytes[length - 1] == '\n')
			bytes[length - 1] = '\0';
		return bytes;
	}
	explicit_bzero(bytes, VALUE_MAX + 1);
	free(bytes);
	return NULL;
}

static bool
are_values_read(void *data)
{
	return details_values_known(data) || details_values_error(data)->kind != ERROR_NONE;
}

static const struct shared_value *
find_value(const struct details *details, const char *key)
{
	for (size_t i = 0; i < details_value_count(details); i++)
		if (untrusted_is(&details_value(details, i)->key, key))
			return details_value(details, i);
	return NULL;
}

static void
refuse_key(struct plain *p, const struct details *details, const char *env, const char *key)
{
	size_t count = details_value_count(details);
	const char **names = xcalloc(count + 1, sizeof(*names));
	char *near;

	for (size_t i = 0; i < count; i++)
		names[i] = untrusted_raw(&details_value(details, i)->key);
	near = names_near(key, names, count);
	plain_fail(p, EXIT_USAGE, _("There is no value \"%s\" in %s.%s"), key, env, near);
	free(near);
	free(names);
}

/* One decision, from KEY, KEY=TEXT or KEY=FILE.  false: refused, and that was said. */
static bool
take_decision(struct plain *p, const struct details *details, const char *env, size_t decision,
	      const char *given, struct flow_value *out)
{
	const char *equals = decisions[decision].has_text ? strchr(given, '=')
							  : given + strlen(given);
	const struct shared_value *known;
	char *key;

	if (!equals || equals == given) {
		plain_fail(p, EXIT_USAGE, _("--%s=%s: put the key and = before it."),
			   decisions[decision].option, given);
		return false;
	}
	key = xstrndup(given, (size_t)(equals - given));
	if (!text_is_utf8(key, strlen(key))) {
		plain_fail(p, EXIT_USAGE, _("\"%s\" is not valid UTF-8."), key);
		free(key);
		return false;
	}
	known = find_value(details, key);
	*out = (struct flow_value){.key = key, .kind = decisions[decision].kind};
	if (!known && decisions[decision].of_env) {
		refuse_key(p, details, env, key);
		return false;
	}
	if (known && known->is_secret && decisions[decision].has_text &&
	    !decisions[decision].from_file) {
		plain_fail(p, EXIT_USAGE,
			   _("%s is a secret, and others can read what a command line says. Use "
			     "--value-from=%s=FILE, or - for standard input."),
			   key, key);
		return false;
	}
	if (decisions[decision].from_file)
		out->text = read_value(p, equals + 1);
	else if (decisions[decision].has_text)
		out->text = xstrdup(equals + 1);
	return !decisions[decision].has_text || out->text;
}

/* It can be read once only: a second value from it would be empty, and nobody asked for that. */
static bool
is_input_read_once(struct plain *p)
{
	const struct argument_list *files = &p->once->values_from;
	size_t readers = 0;

	for (size_t i = 0; i < files->count; i++) {
		const char *equals = strchr(files->items[i], '=');

		readers += equals && strcmp(equals, "=-") == 0;
	}
	if (readers > 1)
		plain_fail(p, EXIT_USAGE, _("Standard input can be read for one value only."));
	return readers <= 1;
}

bool
plain_take_values(struct plain *p, const char *env)
{
	struct details *details;
	size_t count = 0, done = 0;
	bool going = true;

	for (size_t d = 0; p->once && d < DECISION_COUNT; d++)
		count += list_of(p, d)->count;
	if (count == 0)
		return true;
	if (!is_input_read_once(p))
		return false;
	details = details_open(p->session, p->org, p->app, env);
	if (!plain_wait(p, are_values_read, details) || !details_values_known(details)) {
		plain_fail(p, EXIT_UNREAD, _("The values of %s could not be read: %s"), env,
			   plain_why(details_values_error(details)));
		going = false;
	}
	p->values = xcalloc(count + 1, sizeof(*p->values));
	for (size_t d = 0; going && d < DECISION_COUNT; d++)
		for (size_t i = 0; going && i < list_of(p, d)->count; i++) {
			going = take_decision(p, details, env, d, list_of(p, d)->items[i],
					      &p->values[done]);
			for (size_t k = 0; going && k < done; k++)
				if (strcmp(p->values[k].key, p->values[done].key) == 0) {
					plain_fail(p, EXIT_USAGE,
						   _("The value %s was decided twice."),
						   p->values[k].key);
					going = false;
				}
			done++;
		}
	details_close(details);
	return going;
}

/* --- what is left --- */

void
plain_list_values(struct plain *p, const struct flow *flow)
{
	const size_t count = flow_value_count(flow);

	if (plain_wants_json(p))
		plain_print_json(p, plain_operation_json(p, flow));
	for (size_t i = 0; i < count && !plain_wants_json(p); i++)
		output_text_value_question(flow_value(flow, i));
	plain_fail(
		p, EXIT_MOVED,
		ngettext(
			"%zu value waits for a decision: --value, --value-from, --app-value, --copy-value, "
			"--reference-value or --no-value.",
			"%zu values wait for a decision: --value, --value-from, --app-value, --copy-value, "
			"--reference-value or --no-value.",
			count),
		count);
}

/* --- asked one after the other --- */

static const struct flow_value_question *
first_undecided(const struct flow *flow)
{
	for (size_t i = 0; i < flow_value_count(flow); i++)
		if (flow_value(flow, i)->chosen == FLOW_VALUE_UNDECIDED)
			return flow_value(flow, i);
	return NULL;
}

bool
plain_ask_value(struct plain *p, struct flow *flow)
{
	const struct flow_value_question *question = first_undecided(flow);
	struct error err = {0};

	p->prompted = false;
	if (question) {
		output_text_value_question(question);
		p->asking = ASKING_VALUE;
		return true;
	}
	p->asking = ASKING_COMMAND;
	if (flow_decide(flow, &err) == 0)
		return true;
	plain_fail_error(p, &err, EXIT_STAGE_READ);
	return false;
}

/* UNDECIDED: the line is none of the answers, or what it names cannot be read. */
static enum flow_value_kind
parse_answer(struct plain *p, const char *line, char **text)
{
	static const struct { const char *word; enum flow_value_kind kind; } words[] = {
		{"copy", FLOW_VALUE_COPY}, {"app", FLOW_VALUE_APP}, {"same", FLOW_VALUE_REFERENCE},
		{"none", FLOW_VALUE_LEAVE_OUT},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(line, words[i].word) == 0)
			return words[i].kind;
	if (line[0] == '=')
		*text = xstrdup(line + 1);
	else if (strncmp(line, "file ", 5) == 0)
		*text = read_value(p, line + 5);
	else
		output_text_line(_("Invalid answer \"%s\"."), line);
	return *text ? FLOW_VALUE_TEXT : FLOW_VALUE_UNDECIDED;
}

bool
plain_answer_value(struct plain *p, struct flow *flow, const char *line)
{
	const struct flow_value_question *question = first_undecided(flow);
	enum flow_value_kind kind;
	struct error err = {0};
	char *text = NULL;

	if (strcmp(line, "x") == 0 || !question)
		return false;
	kind = parse_answer(p, line, &text);
	if (kind != FLOW_VALUE_UNDECIDED &&
	    flow_decide_value(flow, question->key, kind, text, &err) != 0)
		output_text_line("%s", err.text);
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
	return plain_ask_value(p, flow);
}
