/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One row an option: its group, what it is called, what it takes and where its value goes.  What
 * a command accepts is the set of its groups, so that --help, completion and the parser cannot
 * disagree, and an option that a command does not use is refused instead of ignored. */
#include "config.h"

#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/config-file.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "cli/command.h"

enum option_kind { OPTION_SWITCH, OPTION_TEXT, OPTION_LIST };

struct command_option {
	unsigned group;			/* of OPTIONS_, any of which has it */
	const char *name;		/* the long one */
	const char *argument;		/* NULL: a switch */
	const char *help;		/* N_() */
	enum option_kind kind;
	size_t offset;			/* within struct arguments */
};

#define TEXT(group, name, argument, member, help) \
	{OPTIONS_##group, name, argument, help, OPTION_TEXT, offsetof(struct arguments, member)}
#define LIST(group, name, argument, member, help) \
	{OPTIONS_##group, name, argument, help, OPTION_LIST, offsetof(struct arguments, member)}
#define SWITCH(group, name, member, help) \
	{OPTIONS_##group, name, NULL, help, OPTION_SWITCH, offsetof(struct arguments, member)}

static const struct command_option options[] = {
	TEXT(PLATFORM, "url", "URL", url,
	     N_("Address of the platform, e.g. https://api.humanitec.io")),
	TEXT(PLATFORM, "socket", "PATH", socket, N_("Reach the platform through this Unix socket")),
	{OPTIONS_PLATFORM | OPTIONS_KUBE, "context", "NAME",
	 N_("Use this configured platform, or this context of the kubeconfig"), OPTION_TEXT,
	 offsetof(struct arguments, context)},
	TEXT(PLATFORM, "token-file", "FILE", token_file,
	     N_("Read the token from a file that only you may read")),
	TEXT(PLATFORM, "ca-file", "FILE", ca_file, N_("Trust the certificates of this file")),
	SWITCH(DEMO, "demo", demo, N_("Use the sample on this machine")),
	SWITCH(AS_KUBE, "kube", kube, N_("Use the cluster of your kubeconfig")),
	{OPTIONS_KUBE | OPTIONS_AS_KUBE, "namespace", "NS",
	 N_("Look at this namespace (may be repeated; default: the context's)"), OPTION_LIST,
	 offsetof(struct arguments, namespaces)},
	{OPTIONS_KUBE | OPTIONS_AS_KUBE, "all-namespaces", NULL,
	 N_("Look at every namespace that you may read"), OPTION_SWITCH,
	 offsetof(struct arguments, all_namespaces)},
	LIST(KUBE, "unprotected", "NS", unprotected,
	     N_("Stop protecting this namespace (asking for a reason and its name)")),
	LIST(KUBE, "protected", "NS", protected, N_("Protect this namespace again")),
	LIST(KUBE, "group", "NS=APP", groups,
	     N_("Show this namespace in this application (without APP: by its labels)")),
	{OPTIONS_KUBE | OPTIONS_AS_KUBE, "selector", "LABELS",
	 N_("Look only at workloads with these labels, e.g. app=web"), OPTION_TEXT,
	 offsetof(struct arguments, selector)},
	TEXT(ORG, "org", "ORG", org, N_("Use this organization")),
	TEXT(APP, "app", "APP", app, N_("Use this application")),
	SWITCH(READ_ONLY, "read-only", read_only, N_("Refuse every change")),
	SWITCH(FRESH, "fresh", fresh, N_("Forget the state of the last run")),
	SWITCH(SCREEN, "ascii", ascii, N_("Draw with ASCII characters only")),
	TEXT(SCREEN, "theme", "NAME", theme,
	     N_("Use the colours of this theme, e.g. dark or light")),
	SWITCH(SCREEN, "reduced-motion", reduced_motion,
	       N_("Animate at most once a second")),
	SWITCH(SCREEN, "linear", linear, N_("Use plain lines and prompts instead of a screen")),
	SWITCH(JSON, "json", json, N_("Short form of --output=json")),
	TEXT(JSON, "output", "FORMAT", output, N_("Print text or json")),
	TEXT(TIMEOUT, "timeout", "DURATION", timeout,
	     N_("Wait at most this long, e.g. 10s or 5m (0: no limit)")),
	SWITCH(OFFLINE, "offline", offline,
	       N_("Answer from the cache, without asking the platform")),
	{OPTIONS_CHANGE | OPTIONS_APPROVE, "approve", "ENV", N_("Approve the change to ENV"),
	 OPTION_TEXT, offsetof(struct arguments, approve)},
	TEXT(CHANGE, "reason", "TEXT", reason, N_("Reason (required for protected environments)")),
	TEXT(CHANGE, "repository", "DIR", repository,
	     N_("Show the lines of the files in DIR that the change affects")),
	TEXT(CHANGE, "save-patch", "FILE", save_patch,
	     N_("Save the change as a patch for a repository (FILE.json: JSON Patch)")),
	SWITCH(CHANGE, "no-wait", no_wait, N_("Do not wait for the change to finish")),
	LIST(TAKE, "take", "SIDE", take,
	     N_("Decide conflicts: clone or target for all, PATH=clone for one")),
	LIST(VALUES, "value", "KEY=TEXT", values, N_("Set a shared value of the environment")),
	LIST(VALUES, "value-from", "KEY=FILE", values_from,
	     N_("Read a shared value or secret from a file (- for standard input)")),
	LIST(VALUES, "app-value", "KEY", app_values, N_("Use the application's value")),
	LIST(CLONE, "copy-value", "KEY", copy_values,
	     N_("Copy a value that may lead back to the source")),
	LIST(CLONE, "reference-value", "KEY", reference_values, N_("Refer to the same secret as the source")),
	LIST(CLONE, "no-value", "KEY", no_values, N_("Leave a value out")),
	LIST(CLONE, "acknowledge", "ID", acknowledge,
	     N_("Accept a finding: a text that may lead to the source")),
	LIST(CLONE, "change", "ID=TEXT", change,
	     N_("Replace the text of a finding, in the clone only")),
	LIST(CLONE, "secret", "NAME=CHOICE", secrets,
	     N_("Choose a Secret's origin: copy, leave-out, as:OTHER, data:KEY=VALUE")),
	TEXT(AT, "at", "TIME", at,
	     N_("Print the board as it was, e.g. 2026-03-02 or \"2026-03-02 09:15\"")),
	SWITCH(FOLLOW, "follow", follow, N_("Keep printing new lines")),
	SWITCH(TAIL, "previous", previous, N_("Print what was printed before the last restart")),
	TEXT(TAIL, "container", "NAME", container, N_("Print the lines of this container only")),
	TEXT(TAIL, "since", "DURATION", since, N_("Print lines newer than this, e.g. 10m")),
	TEXT(TAIL, "tail", "LINES", tail, N_("Print at most this many earlier lines")),
	SWITCH(DIFF, "exit-code", exit_code,
	       N_("Exit with 1 when there are differences (always on)")),
	SWITCH(JSON_VALUE, "json-value", json_value, N_("VALUE is JSON (default: text)")),
	SWITCH(KEYS, "lines", lines, N_("Print only view, key and action")),
	SWITCH(KEYS, "mdoc", mdoc, N_("Print the keys as a section of sidestage(1)")),
};

#define OPTION_COUNT (sizeof(options) / sizeof(options[0]))

static bool
is_used(const struct command *command, const struct command_option *option)
{
	return option->group == OPTIONS_ALL || (command->options & option->group);
}

/* --- what is wrong --- */

static enum options_result complain(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* One sentence, and where the options are listed. */
static enum options_result
complain(const struct command *command, const char *format, ...)
{
	char *text, *shown;
	va_list args;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	shown = text_printable(text);
	fprintf(stderr, "sidestage: %s\n", shown);
	fprintf(stderr, _("`sidestage %s --help` lists the options.\n"), command->name);
	free(shown);
	free(text);
	return OPTIONS_WRONG;
}

/* A word that getopt does not know, "--clear" or "-x". */
static enum options_result
refuse_unknown(const struct command *command, const char *word)
{
	const char *names[OPTION_COUNT], *meant;
	size_t count = 0;
	char *name;

	if (strncmp(word, "--", 2) != 0)
		return complain(
			command,
			_("Unknown option \"%s\". Put -- before a value that begins with a dash."),
			word);
	name = xstrndup(word + 2, strcspn(word + 2, "="));
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (is_used(command, &options[i]))
			names[count++] = options[i].name;
	meant = config_suggest(name, names, count);
	free(name);
	return meant ? complain(command, _("Unknown option \"%s\". Did you mean --%s?"), word,
				meant)
		     : complain(command, _("Unknown option \"%s\"."), word);
}

/* Inside a word of several letters getopt still stands at that word, else behind it. */
static const char *
unknown_word(char **argv)
{
	const char *word = argv[optind];

	return optopt && word && word[0] == '-' && word[1] != '-' && strchr(word, optopt)
		       ? word : argv[optind - 1];
}

/* --- values --- */

static bool
parse_lines(const char *text, long *lines)
{
	char *end;

	errno = 0;
	*lines = strtol(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && errno == 0;
}

static bool
is_side(const char *take)
{
	const char *equals = strrchr(take, '=');
	const char *side = equals ? equals + 1 : take;

	return strcmp(side, "clone") == 0 || strcmp(side, "target") == 0;
}

static enum options_result
check_values(const struct command *command, struct arguments *a)
{
	if (a->output && strcmp(a->output, "json") == 0)
		a->json = true;
	else if (a->output && (strcmp(a->output, "text") != 0 || a->json))
		return complain(command,
				strcmp(a->output, "text") == 0
					? _("--json and --output=text contradict each other.")
					: _("--output is text or json, not \"%s\"."),
				a->output);
	if (a->timeout && !clock_parse_duration(a->timeout, &a->timeout_ms))
		return complain(command,
				_("--timeout is a duration such as 10s, 5m or 1h, not \"%s\"."),
				a->timeout);
	if (a->since && !clock_parse_duration(a->since, &a->since_ms))
		return complain(command,
				_("--since is a duration such as 10s, 5m or 1h, not \"%s\"."),
				a->since);
	if (a->tail && !parse_lines(a->tail, &a->tail_lines))
		return complain(command, _("--tail is a number of lines, not \"%s\"."), a->tail);
	for (size_t i = 0; i < a->take.count; i++)
		if (!is_side(a->take.items[i]))
			return complain(
				command,
				_("--take is clone, target, PATH=clone or PATH=target, not \"%s\"."),
				a->take.items[i]);
	return OPTIONS_TAKEN;
}

/* What contradicts itself is refused: a wish that is passed over in
 * silence is taken for granted. */
static enum options_result
check_platform(const struct command *command, const struct arguments *a)
{
	if (a->context && (a->url || a->socket))
		return complain(
			command,
			_("--context already names a platform: leave out --url and --socket."));
	if (a->kube && (a->demo || a->url || a->socket || a->token_file || a->ca_file))
		return complain(command,
				_("--kube is a platform already: leave out --demo, --url, --socket, "
				  "--token-file and --ca-file."));
	if ((command->options & OPTIONS_AS_KUBE) && !a->kube &&
	    (a->all_namespaces || a->namespaces.count > 0 || a->selector))
		return complain(command,
				_("--namespace, --all-namespaces and --selector need --kube."));
	if (a->all_namespaces && a->namespaces.count > 0)
		return complain(command,
				_("--all-namespaces and --namespace contradict each other."));
	if (a->demo && (a->url || a->socket || a->context || a->token_file || a->ca_file))
		return complain(
			command,
			_("--demo is a platform already: leave out --url, --socket, --context, "
			  "--token-file and --ca-file."));
	return OPTIONS_TAKEN;
}

/* Of a sub-command that shows a screen unless it is told otherwise. */
static enum options_result
check_screen(const struct command *command, const struct arguments *a)
{
	if (a->json || a->at) {
		if (a->ascii || a->theme || a->reduced_motion || a->linear)
			return complain(command,
					_("--json and --at draw no screen: leave out --ascii, "
					  "--theme, --reduced-motion and --linear."));
	} else if (a->timeout) {
		return complain(command, _("--timeout needs --json here."));
	} else if (a->offline) {
		return complain(command, _("--offline needs --json here."));
	}
	return OPTIONS_TAKEN;
}

static enum options_result
check_together(const struct command *command, const struct arguments *a)
{
	enum options_result result = check_platform(command, a);

	if (result != OPTIONS_TAKEN)
		return result;
	if (a->reason && !a->approve)
		return complain(command, _("--reason needs --approve."));
	if (a->no_wait && !a->approve)
		return complain(command, _("--no-wait needs --approve."));
	if (a->linear && (a->theme || a->reduced_motion))
		return complain(
			command,
			_("--linear draws no screen: leave out --theme and --reduced-motion."));
	return command->options & OPTIONS_SCREEN ? check_screen(command, a) : OPTIONS_TAKEN;
}

static void
append(struct argument_list *list, const char *value)
{
	list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
	list->items[list->count++] = value;
}

/* A file may be called anything; all else goes into texts that are UTF-8. */
static bool
is_path(const struct command_option *option)
{
	static const char *const paths[] = {"socket", "token-file", "ca-file", "theme",
					    "value-from"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (strcmp(option->name, paths[i]) == 0)
			return true;
	return false;
}

static enum options_result
store(const struct command *command, struct arguments *arguments,
      const struct command_option *option, const char *value)
{
	char *place = (char *)arguments + option->offset;

	if (value && !is_path(option) && !text_is_utf8(value, strlen(value)))
		return complain(command, _("--%s: \"%s\" is not valid UTF-8."), option->name,
				value);
	switch (option->kind) {
	case OPTION_SWITCH:
		*(bool *)(void *)place = true;
		break;
	case OPTION_LIST:
		append((struct argument_list *)(void *)place, value);
		break;
	case OPTION_TEXT:
		if (*(const char **)(void *)place)
			return complain(command, _("--%s was given twice."), option->name);
		*(const char **)(void *)place = value;
		break;
	}
	return OPTIONS_TAKEN;
}

/* A word that looks like the next option is no value: whoever wrote `--approve --reason x` forgot
 * one, and the rest of the line would mean something else. */
static enum options_result
take_value(const struct command *command, char **argv, struct arguments *arguments,
	   const struct command_option *option)
{
	if (optarg && optarg == argv[optind - 1] && strncmp(optarg, "--", 2) == 0)
		return complain(command,
				_("--%s needs a value. If it is \"%s\", write --%s=%s."),
				option->name, optarg, option->name, optarg);
	return store(command, arguments, option, optarg);
}

/* --- */

/* All options are known to getopt, so that one of another command is
 * refused as such and not as unknown. */
static enum options_result
take_options(const struct command *command, int argc, char **argv, struct arguments *arguments)
{
	struct option table[OPTION_COUNT + 2] = {0};
	enum options_result result = OPTIONS_TAKEN;
	int found, index = 0;

	for (size_t i = 0; i < OPTION_COUNT; i++)
		table[i] = (struct option){
			.name = options[i].name,
			.has_arg = options[i].argument ? required_argument : no_argument,
		};
	table[OPTION_COUNT] = (struct option){.name = "help", .val = 'h'};
	opterr = 0;
	while (result == OPTIONS_TAKEN &&
	       (found = getopt_long(argc, argv, ":h", table, &index)) != -1) {
		if (found == 'h')
			return OPTIONS_HELP;
		if (found == ':')
			return complain(command, _("%s needs a value."), argv[optind - 1]);
		if (found == '?')
			return refuse_unknown(command, unknown_word(argv));
		if (!is_used(command, &options[index]))
			return complain(command, _("%s does not use --%s."), command->name,
					options[index].name);
		result = take_value(command, argv, arguments, &options[index]);
	}
	return result;
}

enum options_result
options_parse(const struct command *command, int argc, char **argv, struct arguments *arguments)
{
	enum options_result result;

	*arguments = (struct arguments){.timeout_ms = -1, .since_ms = -1, .tail_lines = -1};
	result = take_options(command, argc, argv, arguments);
	if (result != OPTIONS_TAKEN)
		return result;
	if (command->words) {
		arguments->verb = command->name;
		arguments->words = argv + optind;
		arguments->word_count = (size_t)(argc - optind);
		for (size_t i = 0; i < arguments->word_count; i++)
			if (!text_is_utf8(arguments->words[i], strlen(arguments->words[i])))
				return complain(command, _("\"%s\" is not valid UTF-8."),
						arguments->words[i]);
	} else if (optind < argc) {
		return complain(command, _("%s takes no argument, but was given \"%s\"."),
				command->name, argv[optind]);
	}
	result = check_values(command, arguments);
	return result == OPTIONS_TAKEN ? check_together(command, arguments) : result;
}

void
options_clear(struct arguments *arguments)
{
	free(arguments->take.items);
	free(arguments->values.items);
	free(arguments->values_from.items);
	free(arguments->app_values.items);
	free(arguments->copy_values.items);
	free(arguments->reference_values.items);
	free(arguments->no_values.items);
	free(arguments->acknowledge.items);
	free(arguments->change.items);
	free(arguments->secrets.items);
	free(arguments->namespaces.items);
	free(arguments->unprotected.items);
	free(arguments->groups.items);
	free(arguments->protected.items);
}

void
options_print(const struct command *command)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct command_option *o = &options[i];
		char *left;

		if (!is_used(command, o))
			continue;
		left = xasprintf("--%s%s%s", o->name, o->argument ? "=" : "",
				 o->argument ? o->argument : "");
		printf("  %-22s %s\n", left, _(o->help));
		free(left);
	}
}

bool
options_at(size_t i, unsigned groups, const char **name, bool *has_argument)
{
	if (i >= OPTION_COUNT)
		return false;
	*name = options[i].group & groups ? options[i].name : NULL;
	*has_argument = options[i].argument != NULL;
	return true;
}
