/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Tokens of a state directory, whether its daemon runs or not.
 *
 * What is to be done is said in requests of the API.  While a daemon runs it is asked through
 * its control socket (control.h); else this process locks the state, opens the database and
 * answers the same requests itself.  So there is one way that a token is made, with one set of
 * checks, and either way it is in the audit log.
 */
#include "config.h"

#include "platform/admin/command-token.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/error-answer.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "platform/admin/command.h"
#include "platform/admin/control.h"
#include "platform/admin/state-database.h"
#include "platform/api/dispatch.h"
#include "platform/auth/access.h"
#include "platform/http/exchange.h"
#include "platform/state/platform.h"
#include "platform/state/repository.h"

#define ROLES_MAX 32
#define OWN_USER "oncall"
#define LOCK_LIMIT_MS 10000
#define LOCK_PAUSE_MS 50

struct token_command {
	const char *state, *user, *id, *type, *description, *expires;
	const char *roles[ROLES_MAX];
	size_t role_count;
};

/* Whom the requests go to. */
struct target {
	const char *state;
	int lock;			/* -1: a daemon runs */
	struct platform platform;	/* when none does */
	struct caller caller;
};

#define AT(member) offsetof(struct token_command, member)
static const struct {
	const char *name, *argument, *help;
	size_t at;
} options[] = {
	{"state", "DIR", N_("State directory of sidestaged, which may be running"),
	 AT(state)},
	{"user", "NAME", N_("User of the token"), AT(user)},
	{"id", "ID", N_("Id of the token (create: random unless given)"), AT(id)},
	{"type", "TYPE", N_("Type of a new user: user (default) or service"), AT(type)},
	{"description", "TEXT", N_("What the token is for"), AT(description)},
	{"expires", "WHEN", N_("When it expires: 2027-01-31T00:00:00Z, or from now: 12h, 30d"),
	 AT(expires)},
	{"role", "SCOPE=ROLE",
	 N_("Give the user this role too, e.g. /orgs/acme=developer (repeatable)"),
	 0},
};

#define OPTION_COUNT (sizeof(options) / sizeof(options[0]))

static int
usage(FILE *out)
{
	fputs(_("Usage: sidestaged token create --state DIR --user NAME [OPTION]...\n"
		"       sidestaged token list --state DIR [--user NAME]\n"
		"       sidestaged token revoke --state DIR --user NAME --id ID\n"
		"Create, list and revoke tokens of users.  A new token is printed once: only its\n"
		"hash is kept.\n\n"),
	      out);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		char *left = xasprintf("--%s %s", options[i].name, options[i].argument);

		fprintf(out, "  %-20s %s\n", left, _(options[i].help));
		free(left);
	}
	return out == stdout ? 0 : 2;
}

/* --- the target --- */

/*
 * A daemon that holds the lock and does not listen is starting or stopping: a moment later it
 * does, or the lock is free.
 */
static int
take_lock(struct target *target, struct error *err)
{
	int64_t until = clock_steady_ms() + LOCK_LIMIT_MS;
	struct error why = {0};

	while ((target->lock = command_lock_state(target->state, 0, &why)) < 0) {
		if (why.kind != ERROR_CONFLICT) {
			*err = why;
			return -1;
		}
		if (control_is_there(target->state))
			return 0;
		if (clock_steady_ms() > until)
			return error_set(err, ERROR_CONFLICT,
					 _("%s: the sidestaged that uses this state does not answer."),
					 target->state);
		poll(NULL, 0, LOCK_PAUSE_MS);
	}
	return 0;
}

static int
open_target(struct target *target, const char *state, struct error *err)
{
	int ret;

	*target = (struct target){.state = state, .lock = -1, .platform = {.user = OWN_USER}};
	ret = take_lock(target, err);
	if (target->lock >= 0) {
		target->platform.started_at = clock_wall_ms();
		target->platform.repository = state_database_open(state, err);
		ret = target->platform.repository ? 0 : -1;
		caller_init_own(&target->caller, &target->platform);
	}
	return ret;
}

static void
close_target(struct target *target)
{
	repository_close(target->platform.repository);
	caller_clear(&target->caller);
	if (target->lock >= 0)
		close(target->lock);
}

/* The routes' own function, without HTTP around it: the same checks, and
 * the same entry in the audit log. */
static int
answer_here(struct target *target, const char *method, const char *path, const json_t *body,
	    json_t **reply)
{
	char *text = body ? json_canonical(body) : xstrdup("");
	struct request request = {
		.method = method,
		.path = path,
		.caller = &target->caller,
		.peer = "control:here",
		.bytes = text,
		.length = strlen(text),
	};
	struct response response;

	dispatch_answer(&target->platform, &request, &response);
	free(text);
	free(response.content_type);
	free(response.link);
	*reply = response.body;
	return response.status;
}

/* 0: success, with *reply a new reference or NULL.  -1 with err. */
static int
ask(struct target *target, const char *method, const char *path, const json_t *body,
    json_t **reply, struct error *err)
{
	int status = target->lock >= 0 ? answer_here(target, method, path, body, reply)
				       : control_ask(target->state, method, path, body, reply, err);
	struct error_answer refusal;

	if (status >= 200 && status < 300)
		return 0;
	error_answer_read(&refusal, *reply);
	if (status >= 0 && !error_codes_read(err, refusal.details))
		error_set(err, status == 404 ? ERROR_NOT_FOUND : ERROR_INPUT, "%s",
			  *error_answer_words(&refusal) ? error_answer_words(&refusal)
						   : _("The platform refused the request."));
	error_answer_clear(&refusal);
	json_decref(*reply);
	*reply = NULL;
	return -1;
}

/* --- the actions --- */

static json_t *
roles_of(const struct token_command *command, struct error *err)
{
	json_t *roles = json_object();

	for (size_t i = 0; i < command->role_count; i++) {
		const char *equals = strchr(command->roles[i], '=');

		if (!equals) {
			error_set(err, ERROR_INPUT,
				  _("--role %s: it must be SCOPE=ROLE, for example "
				    "/orgs/acme=developer."),
				  command->roles[i]);
			json_decref(roles);
			return NULL;
		}
		json_object_setn_new(roles, command->roles[i], (size_t)(equals - command->roles[i]),
				     json_string(equals + 1));
	}
	return roles;
}

/* The user is there, and has the roles. */
static int
provide_user(struct target *target, const struct token_command *command, const char *path,
	     struct error *err)
{
	json_t *roles = roles_of(command, err), *body, *reply = NULL;
	struct error why = {0};
	int ret;

	if (!roles)
		return -1;
	ret = ask(target, "GET", path, NULL, &reply, &why);
	json_decref(reply);
	if (ret != 0 && why.kind != ERROR_NOT_FOUND) {
		json_decref(roles);
		*err = why;
		return -1;
	}
	if (ret == 0)
		body = json_pack("{s:o}", "roles", roles);
	else
		body = json_pack("{s:s, s:s, s:o}", "id", command->user, "type",
				 command->type ? command->type : "user", "roles", roles);
	ret = ask(target, ret == 0 ? "PATCH" : "POST", ret == 0 ? path : "/users", body, &reply,
		  err);
	json_decref(reply);
	json_decref(body);
	return ret;
}

/* "30d" becomes a time; what is a time stays. */
static int
expiry_of(const char *text, char out[CLOCK_STAMP_SIZE], struct error *err)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {{"m", 60000}, {"h", 3600000}, {"d", 86400000}, {"w", 604800000}};
	char *end;
	long n = strtol(text, &end, 10);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (end != text && n > 0 && n <= 100000 && strcmp(end, units[i].unit) == 0) {
			clock_stamp(out, clock_wall_ms() + n * units[i].ms);
			return 0;
		}
	}
	if (strlen(text) >= CLOCK_STAMP_SIZE || strlen(text) < 20)
		return error_set(err, ERROR_INPUT, _("--expires %s: it must be a time such as "
						     "2027-01-31T00:00:00Z, or 12h, 30d."), text);
	strcpy(out, text);
	return 0;
}

static int
create_token_of(struct target *target, const struct token_command *command, struct error *err)
{
	char *path = xasprintf("/users/%s", command->user);
	char *tokens = xasprintf("/users/%s/tokens", command->user);
	char random[9], expires[CLOCK_STAMP_SIZE] = "";
	json_t *body = NULL, *reply = NULL;
	int ret = -1;

	ids_random_hex(random, 8);
	if ((command->expires && expiry_of(command->expires, expires, err) != 0) ||
	    provide_user(target, command, path, err) != 0)
		goto out;
	body = json_pack("{s:s, s:s, s:s}", "id", command->id ? command->id : random, "type",
			 "static", "description", command->description ? command->description : "");
	if (expires[0])
		json_object_set_new(body, "expires_at", json_string(expires));
	ret = ask(target, "POST", tokens, body, &reply, err);
	if (ret == 0) {
		fprintf(stderr, _("Token \"%s\" of %s, shown only this once:\n"),
			command->id ? command->id : random, command->user);
		printf("%s\n", json_member_string(reply, "token"));
	}
out:
	json_decref(body);
	json_decref(reply);
	free(path);
	free(tokens);
	return ret;
}

static void
print_cell(const char *value, int width)
{
	char *text = text_printable(value ? value : "-");

	printf("%-*s  ", width, text);
	free(text);
}

static void
print_time(int64_t at)
{
	char stamp[CLOCK_STAMP_SIZE] = "-";

	if (at != 0)
		clock_stamp(stamp, at);
	print_cell(stamp, 24);
}

static void
print_token(const json_t *body)
{
	struct user_token token;

	user_token_read(&token, body);
	print_cell(token.user_id.raw, 16);
	print_cell(token.id.raw, 16);
	print_time(token.created_at);
	print_time(token.expires_at);
	print_cell(token.description.raw, 0);
	putchar('\n');
	user_token_clear(&token);
}

static int
list_of(struct target *target, const char *user, struct error *err)
{
	char *path = xasprintf("/users/%s/tokens", user);
	json_t *reply, *row;
	int ret = ask(target, "GET", path, NULL, &reply, err);
	size_t i;

	free(path);
	if (ret != 0)
		return -1;
	json_array_foreach(reply, i, row)
		print_token(row);
	json_decref(reply);
	return 0;
}

static int
list_tokens_of(struct target *target, const struct token_command *command, struct error *err)
{
	json_t *users, *user;
	int ret = 0;
	size_t i;

	if (!command->user && ask(target, "GET", "/users", NULL, &users, err) != 0)
		return -1;
	printf("%-16s  %-16s  %-24s  %-24s  %s\n", _("USER"), _("TOKEN"), _("CREATED"), _("EXPIRES"),
	       _("FOR"));
	if (command->user)
		return list_of(target, command->user, err);
	json_array_foreach(users, i, user)
		if (ret == 0)
			ret = list_of(target, json_member_string(user, "id"), err);
	json_decref(users);
	return ret;
}

static int
revoke_token_of(struct target *target, const struct token_command *command, struct error *err)
{
	char *path = xasprintf("/users/%s/tokens/%s", command->user, command->id);
	json_t *reply;
	int ret = ask(target, "DELETE", path, NULL, &reply, err);

	free(path);
	if (ret == 0)
		json_decref(reply);
	return ret;
}

static const struct action {
	const char *name;
	bool needs_user, needs_id;
	int (*run)(struct target *target, const struct token_command *command, struct error *err);
} actions[] = {
	{"create", true, false, create_token_of},
	{"list", false, false, list_tokens_of},
	{"revoke", true, true, revoke_token_of},
};

/* --- the command line --- */

/* These go into addresses as they are; what else is wrong with them the platform says. */
static bool
is_plain(const char *text)
{
	return !text || (*text && !strpbrk(text, "/?#% \t\r\n"));
}

/* 0 to go on, else the exit status plus 1. */
static int
read_arguments(struct token_command *command, int argc, char **argv)
{
	struct option longs[OPTION_COUNT + 2] = {0};
	int which, index = 0;

	for (size_t i = 0; i < OPTION_COUNT; i++)
		longs[i] = (struct option){options[i].name, required_argument, NULL, 1};
	longs[OPTION_COUNT] = (struct option){"help", no_argument, NULL, 'h'};
	optind = 1;
	opterr = 0;
	while ((which = command_next_option(argc, argv, longs, &index)) != -1) {
		if (which == 'h')
			return usage(stdout) + 1;
		if (which != 1)
			return command_refuse_option(longs, argv, which) + 1;
		if (strcmp(options[index].name, "role") != 0)
			*(const char **)((char *)command + options[index].at) = optarg;
		else if (command->role_count < ROLES_MAX)
			command->roles[command->role_count++] = optarg;
		else
			return usage(stderr) + 1;
	}
	return 0;
}

static const struct action *
find_action(const struct token_command *command, const char *name)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].name, name) == 0 &&
		    (command->user || !actions[i].needs_user) &&
		    (command->id || !actions[i].needs_id))
			return &actions[i];
	return NULL;
}

int
command_token(int argc, char **argv)
{
	struct token_command command = {0};
	int status = read_arguments(&command, argc, argv), ret = -1;
	const struct action *action;
	struct target target;
	struct error err = {0};

	if (status != 0)
		return status - 1;
	action = optind == argc - 1 ? find_action(&command, argv[optind]) : NULL;
	if (!action || !command.state)
		return usage(stderr);
	signal(SIGPIPE, SIG_IGN);
	if (!is_plain(command.user) || !is_plain(command.id))
		error_set(&err, ERROR_INPUT, _("Invalid user or token name."));
	else if (open_target(&target, command.state, &err) == 0)
		ret = action->run(&target, &command, &err);
	if (is_plain(command.user) && is_plain(command.id))
		close_target(&target);
	if (ret == 0 && fflush(stdout) == 0)
		return 0;
	if (ret == 0)
		error_errno(&err, _("The output could not be written"));
	return command_fail(&err);
}
