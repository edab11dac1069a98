/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who may do what, as it is seen on the wire: tokens, roles, audit log, limits, entity tags. */
#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../trusted/trusted.h"
#include "access-world.h"
#include "base/clock.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "tests/patience.h"
#include "tests/skip.h"

#define SHOP "/orgs/acme/apps/shop"
#define EMPTY_DEPLOY "{\"set_id\": \"0\", \"comment\": \"test\"}"

static struct world world, shared;

/* --- help --- */

static const char *
text_of(const struct answer *answer, const char *key)
{
	const char *text = json_string_value(json_object_get(answer->body, key));

	return text ? text : "";
}

static void
expect(enum way way, const char *token, const char *method, const char *path, const char *body,
       int status)
{
	struct answer answer = world_ask(&world, way, token, method, path, NULL, body);

	if (answer.status != status)
		fail_msg("%s %s: %d and not %d: %s", method, path, answer.status, status,
			 text_of(&answer, "message"));
	answer_clear(&answer);
}

/* `sidestaged token create`; free() it. */
static char *
token_of(const char *user, const char *role, const char *role2)
{
	char out[256];
	char *state = xstrdup(world_path(&world, "state"));
	const char *arguments[] = {"token",
				   "create",
				   "--state",
				   state,
				   "--user",
				   user,
				   role ? "--role" : NULL,
				   role,
				   role2 ? "--role" : NULL,
				   role2,
				   NULL};

	assert_int_equal(world_run(out, sizeof(out), arguments), 0);
	assert_int_equal(strncmp(out, "sst_", 4), 0);
	assert_int_equal(strlen(out), 52);
	free(state);
	return xstrdup(out);
}

/* A user once, with these roles. */
static char *
user_with(const char *user, const char *roles)
{
	char *body = xasprintf("{\"id\": \"%s\", \"roles\": %s}", user, roles);
	char *path = xasprintf("/users/%s/tokens", user), *token;
	struct answer answer;

	expect(BY_CONTROL, NULL, "POST", "/users", body, 201);
	answer = world_ask(&world, BY_CONTROL, NULL, "POST", path, NULL,
			   "{\"id\": \"first\", \"type\": \"static\"}");
	assert_int_equal(answer.status, 200);
	token = xstrdup(text_of(&answer, "token"));
	answer_clear(&answer);
	free(body);
	free(path);
	return token;
}

static int
start(void **state)
{
	(void)state;
	world_make(&world);
	world_start(&world);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	world_clear(&world);
	return 0;
}

/* The shared one runs on meanwhile. */
static int
start_own(void **state)
{
	shared = world;
	return start(state);
}

static int
end_own(void **state)
{
	end(state);
	world = shared;
	return 0;
}

/* --- who --- */

static void
private_socket_is_the_daemons_own_user(void **state)
{
	struct answer answer = world_ask(&world, BY_SOCKET, NULL, "GET", "/current-user", NULL,
					 NULL);

	(void)state;
	assert_int_equal(answer.status, 200);
	assert_string_equal(text_of(&answer, "id"), "oncall");
	answer_clear(&answer);
	expect(BY_SOCKET, NULL, "PATCH", SHOP, "{\"name\": \"Shop\"}", 200);
	/* A client that always sends a token also speaks to a private socket. */
	expect(BY_SOCKET, "of-another-platform", "GET", SHOP, NULL, 200);
}

/* Its answer with these headers and no others. */
static struct answer
ask_bare(const char *headers)
{
	char *bytes = xasprintf("GET /current-user HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s\r\n",
				headers);
	struct answer answer = world_send(&world, BY_SOCKET, bytes);

	free(bytes);
	return answer;
}

static int
status_bare(const char *headers)
{
	struct answer answer = ask_bare(headers);
	int status = answer.status;

	answer_clear(&answer);
	return status;
}

/* The same user, not confined: as a workload is whose process number was given anew. */
static void
api_socket_asks_its_owner_for_a_secret(void **state)
{
	char *line = world_owner_line(&world), *other = xstrdup(line);
	char *secret = world_secret(&world), *wrong, *log;
	char *path = xasprintf("%s.secret", world_path(&world, "platform.sock"));
	struct answer answer = ask_bare("");
	struct stat st;

	(void)state;
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0600);
	/* Who could read it is told where it is. */
	assert_int_equal(answer.status, 401);
	assert_non_null(strstr(text_of(&answer, "message"), path));
	answer_clear(&answer);
	other[20] = other[20] == 'a' ? 'b' : 'a';
	assert_int_equal(status_bare(other), 401);
	assert_int_equal(status_bare("Sidestage-Secret: \r\n"), 401);
	assert_int_equal(status_bare("Authorization: Bearer of-another-platform\r\n"), 401);
	assert_int_equal(status_bare(line), 200);
	/* That of the state's sockets is another, and a token is none. */
	wrong = xasprintf("Sidestage-Secret: %s\r\n", secret);
	assert_int_equal(status_bare(wrong), 401);
	free(wrong);
	wrong = xasprintf("Authorization: Bearer %.64s\r\n", line + strlen("Sidestage-Secret: "));
	assert_int_equal(status_bare(wrong), 401);
	free(wrong);
	/* It opens nothing else, and stands in no log. */
	answer = world_ask(&world, BY_TCP, NULL, "GET", "/orgs", line, NULL);
	assert_int_equal(answer.status, 401);
	assert_null(strstr(text_of(&answer, "message"), path));
	answer_clear(&answer);
	log = world_log(&world);
	line[strcspn(line, "\r")] = '\0';
	assert_null(strstr(log, line + strlen("Sidestage-Secret: ")));
	free(log);
	free(path);
	free(line);
	free(other);
	free(secret);
}

static void
secret_of_the_api_socket_is_new_with_each_start(void **state)
{
	char *before = world_owner_line(&world), *now;
	char *path = xasprintf("%s.secret", world_path(&world, "platform.sock"));
	char *new_path = xasprintf("%s.new", path);

	(void)state;
	world_stop(&world);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(symlink(world_path(&world, "elsewhere"), path), 0);
	assert_int_equal(symlink(world_path(&world, "elsewhere"), new_path), 0);
	world_start(&world);
	now = world_owner_line(&world);
	assert_string_not_equal(now, "");
	assert_string_not_equal(before, now);
	assert_int_not_equal(access(world_path(&world, "elsewhere"), F_OK), 0);
	assert_int_equal(status_bare(before), 401);
	assert_int_equal(status_bare(now), 200);
	free(before);
	free(now);
	free(path);
	free(new_path);
}

/* Its status; 0: no answer.  In namespaces of its own, where it is the same user all the same. */
static int
ask_as_a_workload(enum way way)
{
	int ends[2], status = 0;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0) {
		struct answer answer = world_ask(&world, way, NULL, "GET", "/orgs", NULL, NULL);

		_exit(write(ends[1], &answer.status, sizeof(int)) == sizeof(int) ? 0 : 1);
	}
	close(ends[1]);
	if (pid < 0)
		status = -1;
	else if (read(ends[0], &status, sizeof(status)) != sizeof(status))
		status = 0;
	close(ends[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return status;
}

static void
workload_that_finds_a_socket_is_a_stranger(void **state)
{
	(void)state;
	if (ask_as_a_workload(BY_SOCKET) < 0) {
		print_message("# this kernel refuses namespaces\n");
		return;
	}
	assert_int_equal(ask_as_a_workload(BY_SOCKET), 401);
	assert_int_equal(ask_as_a_workload(BY_CONTROL), 401);
}

/* What comes back for a line to the maintenance socket. */
static char *
maintain(const char *secret, const char *command)
{
	char *line = secret ? xasprintf("{\"secret\":\"%s\",\"command\":\"%s\"}\n", secret, command)
			    : xasprintf("{\"command\":\"%s\"}\n", command);
	struct sockaddr_un path = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char reply[256] = "";

	strcpy(path.sun_path, world_path(&world, "state/maintenance.sock"));
	assert_int_equal(connect(fd, (struct sockaddr *)&path, sizeof(path)), 0);
	assert_int_equal(send(fd, line, strlen(line), MSG_NOSIGNAL), (ssize_t)strlen(line));
	assert_true(patient_recv(fd, reply, sizeof(reply) - 1) >= 0);
	close(fd);
	free(line);
	return xstrdup(reply);
}

/* The same user, not confined: as a workload is whose process number was given anew. */
static void
sockets_of_the_state_ask_for_its_secret(void **state)
{
	char *secret = world_secret(&world), *other = xstrdup(secret), *reply;
	char *admin = user_with("chief", "{\"/\": \"administrator\"}");
	const char *const wrong[] = {"", "wrong", NULL, other, admin};
	struct stat st;

	(void)state;
	other[0] = other[0] == 'a' ? 'b' : 'a';
	assert_int_equal(strlen(secret), 64);
	assert_int_equal(lstat(world_path(&world, "state/sockets.secret"), &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0600);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct answer answer = world_ask(&world, BY_CONTROL, wrong[i] ? wrong[i] : "x",
						 "GET", "/users", NULL, NULL);

		assert_int_equal(answer.status, 401);
		answer_clear(&answer);
		reply = maintain(wrong[i], "export");
		assert_non_null(strstr(reply, "secret of the sockets"));
		free(reply);
	}
	expect(BY_CONTROL, NULL, "GET", "/users", NULL, 200);
	reply = maintain(secret, "export");
	assert_non_null(strstr(reply, "{\"result\":"));
	free(reply);
	/* It opens nothing else, and is told to nobody. */
	expect(BY_TCP, secret, "GET", "/orgs", NULL, 401);
	reply = world_log(&world);
	assert_null(strstr(reply, secret));
	free(reply);
	free(admin);
	free(secret);
	free(other);
}

/* Each start has another, and leaves nothing that a link or a file there could be used for. */
static void
secret_of_the_sockets_is_new_with_each_start(void **state)
{
	char *before = world_secret(&world), *now;
	char *path = xstrdup(world_path(&world, "state/sockets.secret"));
	char *new_path = xasprintf("%s.new", path);

	(void)state;
	world_stop(&world);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(world_path(&world, "elsewhere"), path), 0);
	assert_int_equal(symlink(world_path(&world, "elsewhere"), new_path), 0);
	world_start(&world);
	now = world_secret(&world);
	assert_int_equal(strlen(now), 64);
	assert_string_not_equal(before, now);
	assert_int_not_equal(access(world_path(&world, "elsewhere"), F_OK), 0);
	expect(BY_CONTROL, before, "GET", "/users", NULL, 401);
	expect(BY_CONTROL, NULL, "GET", "/users", NULL, 200);
	free(before);
	free(now);
	free(path);
	free(new_path);
}

/* Whatever the directory is called, and though its own place is no secret. */
static void
socket_lies_where_no_workload_sees_its_secret(void **state)
{
	static const char *const places[] = {"images/api.sock", "images/inner/api.sock",
					     "link/api.sock"};
	char *images, *inner, *state_dir, out[200];

	(void)state;
	if (daemon_is_trusting())	/* its workloads see every directory */
		SKIP_TEST("its daemon trusts its workloads");
	images = xstrdup(world_path(&world, "images"));
	inner = xasprintf("%s/inner", images);
	state_dir = xstrdup(world_path(&world, "fresh"));
	assert_int_equal(paths_make(inner, NULL), 0);
	assert_int_equal(symlink(inner, world_path(&world, "link")), 0);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char *socket = xstrdup(world_path(&world, places[i]));
		char *secret = xasprintf("%s.secret", socket);
		const char *arguments[] = {"serve", "--state", state_dir, "--images", images,
					   "--socket", socket, NULL};

		assert_int_not_equal(world_run(out, sizeof(out), arguments), 0);
		assert_int_not_equal(access(secret, F_OK), 0);
		free(secret);
		free(socket);
	}
	free(state_dir);
	free(inner);
	free(images);
}

/* One way to lose what a database knew. */
struct loss {
	const char *name;
	bool is_new;		/* else of the database that is there */
	const char *sql;	/* NULL: no file */
};

static void
lose(const struct loss *loss, const char *database)
{
	sqlite3 *db;

	if (loss->is_new)
		assert_int_equal(unlink(database), 0);
	if (!loss->sql)
		return;
	assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, loss->sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(access(database, F_OK), 0);
}

/* Whoever opens the state is refused, and the next one too. */
static void
database_that_was_lost_is_no_new_platform(void **state)
{
	static const struct loss losses[] = {
		{"no organization", false, "DELETE FROM organizations"},
		{"no tables", true, "CREATE TABLE a (b); DROP TABLE a"},
		{"an empty file", true, ""},
		{"no file", true, NULL},
	};
	char *place, *database, *spaces, *space, *file, *socket, out[400];

	(void)state;
	world_stop(&world);
	place = xstrdup(world_path(&world, "state"));
	database = xasprintf("%s/platform.db", place);
	spaces = xasprintf("%s/spaces", place);
	space = xasprintf("%s/acme/shop/dev", spaces);
	file = xstrdup(world_path(&world, "import.json"));
	socket = xstrdup(world_path(&world, "other.sock"));
	assert_int_equal(paths_make(space, NULL), 0);
	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++) {
		const char *const commands[][10] = {
			{"import", "--state", place, file},
			{"token", "create", "--state", place, "--user", "dev", "--role",
			 "/=administrator"},
			{"serve", "--state", place, "--images", space, "--socket", socket},
			{"serve", "--state", place, "--images", space, "--socket", socket,
			 "--import", file},
		};

		for (size_t k = 0; k < sizeof(commands) / sizeof(commands[0]); k++) {
			if (k == 0)
				lose(&losses[i], database);
			if (world_run(out, sizeof(out), commands[k]) == 0)
				fail_msg("%s, %s: %s", losses[i].name, commands[k][0], out);
			assert_int_equal(access(space, F_OK), 0);
			if (!losses[i].sql)
				assert_int_equal(access(database, F_OK), -1);
		}
		if (!losses[i].sql) {	/* with nothing beside it, it is a new platform */
			assert_int_equal(paths_remove_tree(spaces, NULL), 0);
			assert_int_equal(world_run(out, sizeof(out), commands[1]), 0);
			assert_int_equal(world_run(out, sizeof(out), commands[0]), 0);
		}
	}
	free(socket);
	free(file);
	free(space);
	free(spaces);
	free(database);
	free(place);
}

static void
tcp_asks_for_a_token(void **state)
{
	struct answer answer = world_ask(&world, BY_TCP, NULL, "GET", "/current-user", NULL, NULL);

	(void)state;
	assert_int_equal(answer.status, 401);
	assert_string_equal(text_of(&answer, "error"), "API-401");
	assert_string_equal(answer_header(&answer, "WWW-Authenticate"), "Bearer");
	answer_clear(&answer);
	expect(BY_TCP, "sst_000000000000000000000000000000000000000000000000", "GET", SHOP, NULL,
	       401);
	expect(BY_TCP, "", "GET", SHOP, NULL, 401);
}

/* It is the request that may, and not its connection. */
static void
token_counts_for_one_request_only(void **state)
{
	char *token = user_with("once", "{\"/orgs/acme\": \"viewer\"}");
	char *bytes = xasprintf("GET " SHOP
				" HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n\r\n"
				"GET " SHOP " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
				token);
	struct answer answer = world_send(&world, BY_TCP, bytes);

	(void)state;
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.last_status, 401);
	answer_clear(&answer);
	free(bytes);
	free(token);
}

/* Nobody has to send 16 MB to learn that they may not. */
static void
body_of_a_stranger_is_not_waited_for(void **state)
{
	struct answer answer = world_send(&world, BY_TCP,
					  "POST " SHOP "/deltas HTTP/1.1\r\nHost: a\r\n"
					  "Content-Length: 16000000\r\n\r\n{");

	(void)state;
	assert_int_equal(answer.status, 401);
	answer_clear(&answer);
}

static void
token_is_shown_once_and_kept_as_a_hash(void **state)
{
	char *token = user_with("hashed", "{\"/orgs/acme\": \"viewer\"}");
	struct answer answer;
	char *found, *command;

	(void)state;
	answer = world_ask(&world, BY_TCP, token, "GET", "/users/hashed/tokens", NULL, NULL);
	assert_int_equal(answer.status, 200);
	assert_int_equal(json_array_size(answer.body), 1);
	found = json_dumps(answer.body, 0);
	assert_null(strstr(found, token));
	free(found);
	answer_clear(&answer);
	command = xasprintf("! grep -rqF %s %s", token, world.dir);
	assert_int_equal(system(command), 0);
	free(command);
	free(token);
}

static void
token_information_is_in_the_shape_of_the_wire(void **state)
{
	static const char *const required[] = {"created_by", "created_at", "type", "id",
					       "description"};
	struct answer answer;

	(void)state;
	free(user_with("shape", "{}"));
	expect(BY_CONTROL, NULL, "POST", "/users/shape/tokens",
	       "{\"id\": \"ci\", \"type\": \"static\", \"description\": \"of CI\","
	       " \"expires_at\": \"2099-01-31T00:00:00Z\"}", 200);
	answer = world_ask(&world, BY_CONTROL, NULL, "GET", "/users/shape/tokens/ci", NULL, NULL);
	assert_int_equal(answer.status, 200);
	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		assert_true(*text_of(&answer, required[i]));
	assert_string_equal(text_of(&answer, "expires_at"), "2099-01-31T00:00:00.000Z");
	assert_string_equal(text_of(&answer, "type"), "static");
	answer_clear(&answer);
	expect(BY_CONTROL, NULL, "POST", "/users/shape/tokens",
	       "{\"id\": \"ci\", \"type\": \"static\"}", 409);
	expect(BY_CONTROL, NULL, "POST", "/users/shape/tokens",
	       "{\"id\": \"x\", \"type\": \"jwt\"}", 400);
	expect(BY_CONTROL, NULL, "POST", "/users/shape/tokens",
	       "{\"id\": \"a/b\", \"type\": \"static\"}", 400);
	expect(BY_CONTROL, NULL, "POST", "/users/shape/tokens",
	       "{\"id\": \"x\", \"type\": \"static\", \"expires_at\": \"2001-01-31T00:00:00Z\"}",
	       400);
	expect(BY_CONTROL, NULL, "GET", "/users/shape/tokens/none", NULL, 404);
	expect(BY_CONTROL, NULL, "GET", "/users/nobody/tokens/none", NULL, 404);
}

/* A token that ends at `end`.  free() it; NULL: that has passed already. */
static char *
brief_token(int64_t end)
{
	char stamp[CLOCK_STAMP_SIZE], *body, *token = NULL;
	struct answer answer;

	clock_stamp(stamp, end);
	body = xasprintf("{\"id\": \"b\", \"type\": \"static\", \"expires_at\": \"%s\"}", stamp);
	answer = world_ask(&world, BY_CONTROL, NULL, "POST", "/users/brief/tokens", NULL, body);
	if (answer.status == 200)
		token = xstrdup(text_of(&answer, "token"));
	else
		assert_true(answer.status == 400 && clock_wall_ms() >= end);
	answer_clear(&answer);
	free(body);
	return token;
}

static void
expired_token_is_refused(void **state)
{
	char *token = NULL;
	struct answer answer;
	int64_t end = 0;

	(void)state;
	free(user_with("brief", "{\"/orgs/acme\": \"viewer\"}"));
	/* A machine that is full of other work may take longer than it is to live. */
	for (int64_t life = 500; !token; life *= 2) {
		end = clock_wall_ms() + life;
		token = brief_token(end);
	}
	while (clock_wall_ms() <= end)
		usleep(10000);
	answer = world_ask(&world, BY_TCP, token, "GET", "/current-user", NULL, NULL);
	assert_int_equal(answer.status, 401);
	assert_non_null(strstr(text_of(&answer, "message"), "expired"));
	answer_clear(&answer);
	/* On the private socket too: it is one of ours, and is over. */
	expect(BY_SOCKET, token, "GET", "/current-user", NULL, 401);
	free(token);
}

static void
deleted_token_is_refused_and_the_others_stay(void **state)
{
	char *first = user_with("two", "{\"/orgs/acme\": \"viewer\"}");
	char *second = token_of("two", NULL, NULL);

	(void)state;
	expect(BY_TCP, first, "DELETE", "/users/two/tokens/first", NULL, 204);
	expect(BY_TCP, first, "GET", "/current-user", NULL, 401);
	expect(BY_TCP, second, "GET", "/current-user", NULL, 200);
	expect(BY_TCP, second, "DELETE", "/users/two/tokens/first", NULL, 404);
	expect(BY_CONTROL, NULL, "DELETE", "/users/two", NULL, 204);
	expect(BY_TCP, second, "GET", "/current-user", NULL, 401);
	free(first);
	free(second);
}

static void
tokens_of_others_are_nobodys_business(void **state)
{
	char *token = user_with("curious", "{\"/orgs/acme\": \"administrator\"}");

	(void)state;
	expect(BY_TCP, token, "GET", "/users/curious/tokens", NULL, 200);
	expect(BY_TCP, token, "GET", "/users/oncall/tokens", NULL, 403);
	expect(BY_TCP, token, "GET", "/users/nobody/tokens", NULL, 403);
	expect(BY_TCP, token, "POST", "/users/oncall/tokens",
	       "{\"id\": \"x\", \"type\": \"static\"}", 403);
	expect(BY_TCP, token, "GET", "/users", NULL, 403);
	expect(BY_TCP, token, "PATCH", "/users/curious", "{\"roles\": {\"/\": \"administrator\"}}",
	       403);
	/* The wire gives static tokens to service users only. */
	expect(BY_TCP, token, "POST", "/users/curious/tokens",
	       "{\"id\": \"x\", \"type\": \"static\"}", 400);
	expect(BY_CONTROL, NULL, "POST", "/users", "{\"id\": \"robot\", \"type\": \"service\"}",
	       201);
	free(token);
	token = token_of("robot", NULL, NULL);
	expect(BY_TCP, token, "POST", "/users/robot/tokens",
	       "{\"id\": \"x\", \"type\": \"static\"}", 200);
	free(token);
}

static void
users_change_their_profile_and_not_their_roles(void **state)
{
	char *token = user_with("vain", "{\"/orgs/acme\": \"viewer\"}");
	struct answer answer;

	(void)state;
	answer = world_ask(&world, BY_TCP, token, "PATCH", "/current-user", NULL,
			   "{\"id\": \"root\", \"name\": \"Vain\", \"email\": \"v@example.com\","
			   " \"type\": \"system\", \"roles\": {\"/\": \"administrator\"},"
			   " \"properties\": {\"colour\": \"red\"}}");
	assert_int_equal(answer.status, 200);
	assert_string_equal(text_of(&answer, "id"), "vain");
	assert_string_equal(text_of(&answer, "name"), "Vain");
	assert_string_equal(text_of(&answer, "email"), "v@example.com");
	assert_string_equal(text_of(&answer, "type"), "user");
	assert_int_equal(json_object_size(json_object_get(answer.body, "roles")), 1);
	assert_string_equal(json_string_value(json_object_get(json_object_get(answer.body, "roles"),
							      "/orgs/acme")), "viewer");
	assert_int_equal(json_object_size(json_object_get(answer.body, "properties")), 1);
	answer_clear(&answer);
	expect(BY_TCP, token, "PATCH", "/current-user", "{\"name\": 1}", 400);
	expect(BY_TCP, token, "PATCH", "/current-user", "{\"properties\": []}", 400);
	/* Also the daemon's own user, who has no row before. */
	expect(BY_SOCKET, NULL, "PATCH", "/current-user", "{\"name\": \"On call\"}", 200);
	answer = world_ask(&world, BY_SOCKET, NULL, "GET", "/current-user", NULL, NULL);
	assert_string_equal(text_of(&answer, "name"), "On call");
	answer_clear(&answer);
	free(token);
}

static void
changes_carry_the_name_of_who_asked(void **state)
{
	char *token = user_with("mara", "{\"/orgs/acme\": \"deployer\"}");
	char *second = user_with("nils", "{\"/orgs/acme\": \"deployer\"}");
	struct answer answer;
	char *path;

	(void)state;
	answer = world_ask(&world, BY_TCP, token, "POST", SHOP "/deltas", NULL,
			   "{\"modules\": {}}");
	assert_int_equal(answer.status, 200);
	path = xasprintf(SHOP "/deltas/%s", text_of(&answer, "id"));
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(answer.body, "metadata"), "created_by")),
			    "mara");
	answer_clear(&answer);
	answer = world_ask(&world, BY_TCP, second, "PATCH", path, NULL, "[{\"modules\": {}}]");
	assert_int_equal(answer.status, 200);
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(json_object_get(answer.body, "metadata"),
						    "contributers"), 1)), "nils");
	answer_clear(&answer);
	answer = world_ask(&world, BY_TCP, token, "POST", SHOP "/envs", NULL,
			   "{\"id\": \"of-mara\", \"name\": \"M\", \"type\": \"development\"}");
	assert_int_equal(answer.status, 201);
	assert_string_equal(text_of(&answer, "created_by"), "mara");
	answer_clear(&answer);
	answer = world_ask(&world, BY_TCP, second, "POST", SHOP "/envs/of-mara/deploys", NULL,
			   EMPTY_DEPLOY);
	assert_int_equal(answer.status, 201);
	assert_string_equal(text_of(&answer, "created_by"), "nils");
	answer_clear(&answer);
	free(path);
	free(token);
	free(second);
}

/* --- what --- */

#define NEW_OF(type)                                                                               \
	"{\"environment\": {\"id\": \"prod-two\", \"name\": \"P\", \"type\": \"" type "\"}, "         \
	"\"deployment\": " EMPTY_DEPLOY "}"

static void
developer_deploys_to_development_and_not_to_production(void **state)
{
	char *token = user_with("dev", "{\"/orgs/acme\": \"developer\","
				       " \"/orgs/acme/env-types/development\": \"deployer\"}");
	struct answer answer;

	(void)state;
	expect(BY_TCP, token, "POST", SHOP "/envs/dev/deploys", EMPTY_DEPLOY, 201);
	answer = world_ask(&world, BY_TCP, token, "POST", SHOP "/envs/prod/deploys", NULL,
			   EMPTY_DEPLOY);
	assert_int_equal(answer.status, 403);
	assert_string_equal(text_of(&answer, "error"), "API-403");
	assert_string_equal(
		text_of(&answer, "message"),
		"dev cannot change environments of the type \"production\" of shop.  This "
		"requires the role deployer there; an administrator can grant it.");
	answer_clear(&answer);
	/* No way round: neither a rebase, nor an environment of that type, nor its end. */
	expect(BY_TCP, token, "PUT", SHOP "/envs/prod/from_deploy_id", "\"0\"", 403);
	expect(BY_TCP, token, "POST", SHOP "/envs",
	       "{\"id\": \"prod-two\", \"name\": \"P\", \"type\": \"production\"}", 403);
	expect(BY_TCP, token, "PATCH", SHOP "/envs/prod", "{\"name\": \"mine\"}", 403);
	expect(BY_TCP, token, "DELETE", SHOP "/envs/prod", NULL, 403);
	expect(BY_TCP, token, "PUT", SHOP "/envs/prod/runtime/paused", "true", 403);
	expect(BY_TCP, token, "PATCH", SHOP "/envs/prod/runtime/replicas", "{}", 403);
	expect(BY_SOCKET, NULL, "PATCH", SHOP "/envs/prod", "{\"name\": 1}", 400);
	expect(BY_SOCKET, NULL, "PATCH", SHOP "/envs/prod", "{\"notes\": []}", 400);
	expect(BY_TCP, token, "POST", SHOP "/envs/prod/rules", "{\"type\": \"update\"}", 403);
	expect(BY_TCP, token, "DELETE", SHOP, NULL, 403);
	expect(BY_TCP, token, "POST", SHOP "/pipeline-runs",
	       "{\"trigger\": \"deployment_request\", \"env_id\": \"prod\", \"set_id\": \"0\"}",
	       403);
	expect(BY_TCP, token, "POST", SHOP "/pipelines/default/runs",
	       "{\"inputs\": {\"env_id\": \"prod\", \"set_id\": \"0\"}}", 403);
	/* Nor is it said what would come of it. */
	expect(BY_TCP, token, "POST", SHOP "/envs/prod/deploy-review", EMPTY_DEPLOY, 403);
	expect(BY_TCP, token, "POST", SHOP "/deploy-review", NEW_OF("production"), 403);
	expect(BY_TCP, token, "POST", SHOP "/deploy-review", NEW_OF("development"), 200);
	expect(BY_TCP, token, "GET", SHOP "/envs/prod", NULL, 200);
	expect(BY_CONTROL, NULL, "GET", SHOP "/envs/prod-two", NULL, 404);
	free(token);
}

/* Role by role: the same requests, and what becomes of each. */
static void
each_role_may_what_the_table_says(void **state)
{
	static const struct {
		const char *method, *path, *body;
		int statuses[5]; /* viewer, developer, deployer, administrator, of the app only */
	} cases[] = {
		{"GET", "/orgs/acme/env-types", NULL, {200, 200, 200, 200, 200}},
		{"GET", SHOP, NULL, {200, 200, 200, 200, 200}},
		{"GET", SHOP "/envs/prod", NULL, {200, 200, 200, 200, 200}},
		{"GET", "/orgs/acme/apps/billing", NULL, {200, 200, 200, 200, 404}},
		{"POST", SHOP "/deltas", "{}", {403, 200, 200, 200, 200}},
		{"POST", SHOP "/sets/0", "{}", {403, 200, 200, 200, 200}},
		{"POST", "/orgs/acme/apps/billing/deltas", "{}", {403, 200, 200, 200, 404}},
		{"PATCH", SHOP "/envs/prod", "{\"name\": \"Production\"}", {403, 403, 200, 200, 200}},
		{"PATCH", SHOP, "{\"name\": \"Shop\"}", {403, 403, 403, 200, 200}},
		{"GET", SHOP "/values", NULL, {200, 200, 200, 200, 200}},
		{"GET", SHOP "/value-set-versions", NULL, {200, 200, 200, 200, 200}},
		{"POST", SHOP "/values", "{}", {403, 403, 400, 400, 400}},
		{"POST", SHOP "/envs/prod/values", "{}", {403, 403, 400, 400, 400}},
		{"DELETE", SHOP "/envs/prod/values", NULL, {403, 403, 204, 204, 204}},
		{"GET", "/orgs/acme/apps/billing/values", NULL, {200, 200, 200, 200, 404}},
		{"GET", "/orgs/acme/apps/billing/envs/nobody/values", NULL, {400, 400, 400, 400, 404}},
		{"POST", "/orgs/acme/env-types", "{}", {403, 403, 403, 400, 403}},
		{"POST", "/orgs/acme/apps", "{}", {403, 403, 403, 400, 403}},
		{"GET", "/orgs/acme/audit-logs", NULL, {403, 403, 403, 200, 403}},
		{"GET", "/users", NULL, {403, 403, 403, 403, 403}},
		/* Before the right is looked at nobody learns whether the body would do. */
		{"POST", SHOP "/envs/prod/deploys", "no JSON", {403, 403, 422, 422, 422}},
		{"POST", SHOP "/envs/prod/deploy-review", "no JSON", {403, 403, 422, 422, 422}},
		{"POST", SHOP "/deploy-review", "{}", {403, 400, 400, 400, 400}},
		/* Another organization: as if it were not there. */
		{"GET", "/orgs/other", NULL, {404, 404, 404, 404, 404}},
		{"POST", "/orgs/other/apps/secret/deltas", "{}", {404, 404, 404, 404, 404}},
		{"GET", "/orgs/other/audit-logs", NULL, {404, 404, 404, 404, 404}},
	};
	static const struct {
		const char *user, *roles;
	} users[] = {
		{"v1", "{\"/orgs/acme\": \"viewer\"}"},
		{"d1", "{\"/orgs/acme\": \"developer\"}"},
		{"p1", "{\"/orgs/acme\": \"deployer\"}"},
		{"a1", "{\"/orgs/acme\": \"administrator\"}"},
		{"a2", "{\"/orgs/acme/apps/shop\": \"administrator\"}"},
	};

	(void)state;
	for (size_t u = 0; u < sizeof(users) / sizeof(users[0]); u++) {
		char *token = user_with(users[u].user, users[u].roles);

		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			struct answer answer = world_ask(&world, BY_TCP, token, cases[i].method,
							 cases[i].path, NULL, cases[i].body);

			if (answer.status != cases[i].statuses[u])
				fail_msg("%s: %s %s: %d and not %d", users[u].user, cases[i].method,
					 cases[i].path, answer.status, cases[i].statuses[u]);
			answer_clear(&answer);
		}
		free(token);
	}
}

static void
what_may_not_be_seen_is_as_if_it_were_not_there(void **state)
{
	char *token = user_with("outside", "{\"/orgs/acme/apps/shop\": \"viewer\"}");
	struct answer hidden, missing;
	char *a, *b, *at;

	(void)state;
	hidden = world_ask(&world, BY_TCP, token, "GET", "/orgs/other", NULL, NULL);
	missing = world_ask(&world, BY_TCP, token, "GET", "/orgs/othex", NULL, NULL);
	a = json_dumps(hidden.body, JSON_SORT_KEYS);
	b = json_dumps(missing.body, JSON_SORT_KEYS);
	assert_non_null(strstr(b, "othex"));
	for (at = b; (at = strstr(at, "othex")) != NULL;)
		at[4] = 'r';
	assert_string_equal(a, b);
	assert_int_equal(hidden.status, missing.status);
	free(a);
	free(b);
	answer_clear(&hidden);
	answer_clear(&missing);
	/* And lists leave it out. */
	hidden = world_ask(&world, BY_TCP, token, "GET", "/orgs", NULL, NULL);
	assert_int_equal(json_array_size(hidden.body), 1);
	answer_clear(&hidden);
	hidden = world_ask(&world, BY_TCP, token, "GET", "/orgs/acme/apps", NULL, NULL);
	assert_int_equal(json_array_size(hidden.body), 1);
	answer_clear(&hidden);
	free(token);
}

static void
roles_that_are_none_are_refused_whole(void **state)
{
	static const char *const roles[] = {
		"{\"/orgs/acme\": \"owner\"}",
		"{\"/\": \"viewer\"}",
		"{\"/orgs/acme/env-types/development\": \"administrator\"}",
		"{\"/orgs/acme/apps/../..\": \"viewer\"}",
		"{\"/orgs/acme\": \"viewer\", \"orgs\": \"viewer\"}",
		/* Nobody has made these yet; whoever does gives the roles in them. */
		"{\"/orgs/acne\": \"viewer\"}",
		"{\"/orgs/acme/apps/shoq\": \"viewer\"}",
		"{\"/orgs/acme/env-types/developmint\": \"deployer\"}",
		"[]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		char *body = xasprintf("{\"id\": \"half\", \"roles\": %s}", roles[i]);

		expect(BY_CONTROL, NULL, "POST", "/users", body, 400);
		/* Nothing of a request that failed is kept. */
		expect(BY_CONTROL, NULL, "GET", "/users/half", NULL, 404);
		free(body);
	}
}

static void
role_that_is_taken_away_is_gone_at_once(void **state)
{
	char *token = user_with("former", "{\"/orgs/acme\": \"developer\"}");

	(void)state;
	expect(BY_TCP, token, "POST", SHOP "/deltas", "{}", 200);
	expect(BY_CONTROL, NULL, "PATCH", "/users/former", "{\"roles\": {\"/orgs/acme\": null}}",
	       200);
	expect(BY_TCP, token, "POST", SHOP "/deltas", "{}", 404);
	free(token);
}

/* --- what deploys by itself --- */

static void
make_image(const char *version)
{
	char *directory = xstrdup(world_path(&world, "images/local/job"));
	char *path = xasprintf("%s/%s", directory, version);
	FILE *file;

	assert_int_equal(paths_make(directory, NULL), 0);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("#!/bin/sh\nexec sleep 1000\n", file);
	fclose(file);
	assert_int_equal(chmod(path, 0755), 0);
	free(directory);
	free(path);
}

/* One that runs images of its own. */
static int
start_own_with_images(void **state)
{
	char *before = xstrdup(getenv("SIDESTAGE_LIBEXEC"));

	(void)state;
	shared = world;
	world_make(&world);
	make_image("1.0.0");
	make_image("1.1.0");
	make_image("1.2.0");
	setenv("SIDESTAGE_LIBEXEC", world.dir, 1);
	world_start(&world);
	setenv("SIDESTAGE_LIBEXEC", before, 1);
	free(before);
	return 0;
}

static bool
is_logged(const char *text)
{
	char *log = world_log(&world);
	bool found = strstr(log, text) != NULL;

	free(log);
	return found;
}

/* The newest deployment of dev that somebody made; NULL: not by them.  New reference. */
static json_t *
deployment_by(const char *user)
{
	struct answer answer = world_ask(&world, BY_CONTROL, NULL, "GET", SHOP "/envs/dev/deploys",
					 NULL, NULL);
	json_t *first = json_incref(json_array_get(answer.body, 0));
	const char *by = json_string_value(json_object_get(first, "created_by"));

	if (!by || strcmp(by, user) != 0) {
		json_decref(first);
		first = NULL;
	}
	answer_clear(&answer);
	return first;
}

static void
deploy_a_job(void)
{
	struct answer answer;
	char *delta;

	answer = world_ask(&world, BY_CONTROL, NULL, "POST", SHOP "/deltas", NULL,
			   "{\"modules\": {\"add\": {\"job\": {\"profile\":"
			   " \"humanitec/default-module\", \"spec\": {\"containers\": {\"main\":"
			   " {\"id\": \"main\", \"image\": \"local/job:1.0.0\"}}}}}}}");
	delta = xasprintf("{\"delta_id\": \"%s\"}", text_of(&answer, "id"));
	answer_clear(&answer);
	expect(BY_CONTROL, NULL, "POST", SHOP "/envs/dev/deploys", delta, 201);
	free(delta);
}

/* What waits in dev; new reference. */
static json_t *
waiting(void)
{
	struct answer answer = world_ask(&world, BY_CONTROL, NULL, "GET", SHOP "/envs/dev", NULL,
					 NULL);
	json_t *list = json_incref(json_object_get(answer.body, "waiting"));

	assert_true(json_is_array(list));
	answer_clear(&answer);
	return list;
}

static void
until_waiting(size_t count)
{
	json_t *list = waiting();

	for (int i = 0; json_array_size(list) != count; i++) {
		assert_true(i < 6000);
		poll(NULL, 0, 10);
		json_decref(list);
		list = waiting();
	}
	json_decref(list);
}

static void
assert_waits(const char *version, const char *maker, const char *registered_by)
{
	json_t *list = waiting(), *one = json_array_get(list, 0);

	assert_string_equal(json_string_value(json_object_get(one, "artefact")), "local/job");
	assert_string_equal(json_string_value(json_object_get(one, "version")), version);
	assert_string_equal(json_string_value(json_object_get(one, "made_by")), maker);
	assert_string_equal(json_string_value(json_object_get(one, "registered_by")),
			    registered_by);
	assert_true(*json_string_value(json_object_get(one, "reason")));
	json_decref(list);
}

#define JOB_VERSION(version) \
	"{\"type\": \"container\", \"name\": \"local/job\", \"version\": \"" version "\","       \
	" \"ref\": \"refs/heads/main\"}"

/* What waits is dropped by a person who may deploy there, or goes on when such a one writes the
 * rule again; and then in their name. */
static void
what_waits_is_dropped_or_taken_over(void **state)
{
	char *maker = user_with("ruler", "{\"/orgs/acme\": \"deployer\"}"), *path, *drop;
	char *looker = user_with("looker", "{\"/orgs/acme\": \"viewer\"}");
	char *heir = user_with("heir", "{\"/orgs/acme\": \"deployer\"}");
	struct answer answer;
	json_t *deployment;

	(void)state;
	deploy_a_job();
	answer = world_ask(&world, BY_TCP, maker, "POST", SHOP "/envs/dev/rules", NULL,
			   "{\"type\": \"update\", \"match_ref\": \"main\"}");
	path = xasprintf(SHOP "/envs/dev/rules/%s", text_of(&answer, "id"));
	drop = xasprintf("%s/waiting", path);
	answer_clear(&answer);
	/* Whoever made the rule is gone. */
	expect(BY_CONTROL, NULL, "DELETE", "/users/ruler", NULL, 204);
	expect(BY_CONTROL, NULL, "POST", "/orgs/acme/artefact-versions", JOB_VERSION("1.1.0"), 200);
	until_waiting(1);
	expect(BY_TCP, looker, "DELETE", drop, NULL, 403);
	until_waiting(1);
	expect(BY_TCP, heir, "DELETE", drop, NULL, 204);
	until_waiting(0);
	expect(BY_TCP, heir, "GET", path, NULL, 200);
	/* The next one is taken over, and the one that was dropped does not come back. */
	expect(BY_CONTROL, NULL, "POST", "/orgs/acme/artefact-versions", JOB_VERSION("1.2.0"), 200);
	until_waiting(1);
	expect(BY_TCP, heir, "PUT", path, "{\"type\": \"update\", \"match_ref\": \"main\"}", 200);
	for (int i = 0; !(deployment = deployment_by("heir")); i++) {
		assert_true(i < 6000);
		poll(NULL, 0, 10);
	}
	assert_non_null(strstr(json_string_value(json_object_get(deployment, "comment")),
			       "local/job:1.2.0 by the rule "));
	json_decref(deployment);
	until_waiting(0);
	free(maker);
	free(looker);
	free(heir);
	free(drop);
	free(path);
}

static void
rule_deploys_with_the_rights_its_maker_has_then(void **state)
{
	char *maker = user_with("ruler", "{\"/orgs/acme\": \"deployer\"}");
	char *builder = user_with("builder", "{\"/orgs/acme\": \"developer\"}");
	json_t *deployment;
	const char *comment;

	(void)state;
	deploy_a_job();
	expect(BY_TCP, maker, "POST", SHOP "/envs/dev/rules",
	       "{\"type\": \"update\", \"match_ref\": \"main\"}", 201);
	/* Whoever made the rule may not deploy there any more: it waits, and says so. */
	expect(BY_CONTROL, NULL, "PATCH", "/users/ruler",
	       "{\"roles\": {\"/orgs/acme\": \"viewer\"}}", 200);
	expect(BY_TCP, builder, "POST", "/orgs/acme/artefact-versions",
	       "{\"type\": \"container\", \"name\": \"local/job\", \"version\": \"1.1.0\","
	       " \"ref\": \"refs/heads/main\"}",
	       200);
	until_waiting(1);
	assert_true(is_logged("a rule waits for its maker's rights"));
	assert_waits("1.1.0", "ruler", "builder");
	assert_null(deployment_by("ruler"));
	/* They may again: it goes on by itself, in their name. */
	expect(BY_CONTROL, NULL, "PATCH", "/users/ruler",
	       "{\"roles\": {\"/orgs/acme\": \"deployer\"}}", 200);
	for (int i = 0; !(deployment = deployment_by("ruler")); i++) {
		assert_true(i < 6000);
		poll(NULL, 0, 10);
	}
	until_waiting(0);
	comment = json_string_value(json_object_get(deployment, "comment"));
	assert_non_null(strstr(comment, "local/job:1.1.0 by the rule "));
	assert_non_null(strstr(comment, " of ruler, registered by builder"));
	json_decref(deployment);
	free(maker);
	free(builder);
}

static void
administrators_give_roles_where_they_administer(void **state)
{
	char *token = user_with("boss", "{\"/orgs/acme/apps/shop\": \"administrator\"}");
	struct answer answer;

	(void)state;
	free(user_with("rookie", "{\"/orgs/other\": \"viewer\"}"));
	answer = world_ask(&world, BY_TCP, token, "PATCH", "/users/rookie", NULL,
			   "{\"roles\": {\"/orgs/acme/apps/shop\": \"developer\","
			   " \"/orgs/acme/apps/shop/env-types/development\": \"deployer\"}}");
	assert_int_equal(answer.status, 200);
	/* Of the roles elsewhere they learn nothing. */
	assert_int_equal(json_object_size(json_object_get(answer.body, "roles")), 2);
	answer_clear(&answer);
	expect(BY_TCP, token, "PATCH", "/users/rookie", "{\"roles\": {\"/orgs/acme\": \"viewer\"}}",
	       403);
	expect(BY_TCP, token, "PATCH", "/users/boss", "{\"roles\": {\"/\": \"administrator\"}}",
	       403);
	expect(BY_TCP, token, "PATCH", "/users/rookie", "{\"roles\": {\"/orgs/other\": null}}",
	       403);
	expect(BY_TCP, token, "PATCH", "/users/rookie", "{\"name\": \"Rookie\"}", 403);
	expect(BY_TCP, token, "PATCH", "/users/nobody", "{\"roles\": {}}", 404);
	expect(BY_TCP, token, "POST", "/users", "{\"id\": \"mine\"}", 403);
	expect(BY_TCP, token, "DELETE", "/users/rookie", NULL, 403);
	free(token);
}

static void
role_in_a_type_ends_with_the_type(void **state)
{
	static const char env[] = "{\"id\": \"passing\", \"name\": \"P\", \"type\": \"passing\"}";
	char *token;

	(void)state;
	expect(BY_SOCKET, NULL, "POST", "/orgs/acme/env-types", "{\"id\": \"passing\"}", 201);
	token = user_with("typed", "{\"/orgs/acme\": \"developer\","
				   " \"/orgs/acme/env-types/passing\": \"deployer\"}");
	expect(BY_SOCKET, NULL, "DELETE", "/orgs/acme/env-types/passing", NULL, 204);
	expect(BY_SOCKET, NULL, "POST", "/orgs/acme/env-types", "{\"id\": \"passing\"}", 201);
	expect(BY_TCP, token, "POST", SHOP "/envs", env, 403);
	free(token);
}

/* --- sub-commands --- */

static void
token_command_works_with_a_daemon_and_without(void **state)
{
	char *path = xstrdup(world_path(&world, "state"));
	const char *create[] = {"token", "create", "--state", path, "--user", "cmd", "--id", "here",
				"--role", "/orgs/acme=viewer", "--expires", "30d", NULL};
	const char *list[] = {"token", "list", "--state", path, "--user", "cmd", NULL};
	const char *revoke[] = {"token", "revoke", "--state", path, "--user", "cmd", "--id", "here",
				NULL};
	const char *wrong[] = {"token", "revoke", "--state", path, "--user", "cmd", NULL};
	const char *misspelt[] = {"token", "create", "--state", path, "--user", "late", "--role",
				  "/orgs/acne=administrator", NULL};
	char token[256], out[1024];

	(void)state;
	for (int round = 0; round < 2; round++) {
		if (round == 1)
			world_stop(&world);
		assert_int_equal(world_run(token, sizeof(token), create), 0);
		assert_int_equal(world_run(out, sizeof(out), list), 0);
		assert_non_null(strstr(out, "here"));
		assert_null(strstr(out, token));
		if (round == 1)
			world_start(&world);
		expect(BY_TCP, token, "GET", SHOP, NULL, 200);
		assert_int_equal(world_run(out, sizeof(out), revoke), 0);
		expect(BY_TCP, token, "GET", SHOP, NULL, 401);
		expect(BY_SOCKET, token, "GET", SHOP, NULL, 401);
		assert_int_equal(world_run(out, sizeof(out), revoke), 1);
		assert_int_equal(world_run(out, sizeof(out), wrong), 2);
		assert_int_equal(world_run(out, sizeof(out), misspelt), 1);
	}
	free(path);
}

/* --- the audit log --- */

static void
audit_log_lists_successful_writes_newest_first(void **state)
{
	char *token = user_with("scribe", "{\"/orgs/acme\": \"administrator\"}");
	struct answer answer;
	const json_t *entry;

	(void)state;
	expect(BY_TCP, token, "PATCH", SHOP, "{\"name\": \"One\"}", 200);
	expect(BY_TCP, token, "GET", SHOP, NULL, 200);
	expect(BY_TCP, token, "PATCH", "/orgs/acme/apps/billing", "{\"name\": \"Two\"}", 200);
	expect(BY_TCP, token, "PATCH", SHOP, "no JSON", 422);
	answer = world_ask(&world, BY_TCP, token, "GET", "/orgs/acme/audit-logs", NULL, NULL);
	assert_int_equal(answer.status, 200);
	entry = json_array_get(answer.body, 0);
	assert_string_equal(json_string_value(json_object_get(entry, "user_id")), "scribe");
	assert_string_equal(json_string_value(json_object_get(entry, "request_method")), "PATCH");
	assert_string_equal(json_string_value(json_object_get(entry, "request_path")),
			    "/orgs/acme/apps/billing");
	assert_string_equal(json_string_value(json_object_get(entry, "org_id")), "acme");
	assert_int_equal(json_integer_value(json_object_get(entry, "response_status")), 200);
	assert_non_null(json_object_get(entry, "at"));
	assert_int_equal(json_object_size(entry), 6);
	entry = json_array_get(answer.body, 1);
	assert_string_equal(json_string_value(json_object_get(entry, "request_path")), SHOP);
	answer_clear(&answer);
	answer = world_ask(&world, BY_TCP, token, "GET", "/orgs/acme/audit-logs?outcome=refused",
			   NULL, NULL);
	entry = json_array_get(answer.body, 0);
	assert_int_equal(json_integer_value(json_object_get(entry, "response_status")), 422);
	answer_clear(&answer);
	free(token);
}

static void
refused_writes_are_kept_with_who_tried(void **state)
{
	char *token = user_with("naughty", "{\"/orgs/acme\": \"viewer\"}");
	struct answer answer;
	const json_t *entry;

	(void)state;
	expect(BY_TCP, token, "DELETE", SHOP "/envs/prod", NULL, 403);
	answer = world_ask(&world, BY_CONTROL, NULL, "GET", "/orgs/acme/audit-logs?outcome=refused",
			   NULL, NULL);
	entry = json_array_get(answer.body, 0);
	assert_string_equal(json_string_value(json_object_get(entry, "user_id")), "naughty");
	assert_int_equal(json_integer_value(json_object_get(entry, "response_status")), 403);
	answer_clear(&answer);
	free(token);
}

static void
changes_of_users_are_in_the_log_of_the_platform(void **state)
{
	char *token = user_with("logged", "{\"/orgs/acme\": \"administrator\"}");
	struct answer answer = world_ask(&world, BY_CONTROL, NULL, "GET", "/audit-logs?per_page=1",
					 NULL, NULL);
	const json_t *entry = json_array_get(answer.body, 0);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(entry, "request_path")),
			    "/users/logged/tokens");
	assert_null(json_object_get(entry, "org_id"));
	assert_int_equal(strncmp(answer_header(&answer, "Link"), "</audit-logs?page=", 18), 0);
	answer_clear(&answer);
	expect(BY_TCP, token, "GET", "/audit-logs", NULL, 403);
	free(token);
}

static void
pages_of_the_audit_log_are_without_gap_or_repetition(void **state)
{
	/* The next page is of the same time, whose offset has a plus. */
	char *path = xstrdup("/orgs/acme/audit-logs?per_page=3&from=2001-01-01T02:00:00%2B02:00");
	int64_t last = INT64_MAX;
	size_t pages = 0, entries = 0, all;
	struct answer answer;

	(void)state;
	for (int i = 0; i < 10; i++)
		expect(BY_SOCKET, NULL, "PATCH", SHOP, "{\"name\": \"Page\"}", 200);
	answer = world_ask(&world, BY_SOCKET, NULL, "GET", "/orgs/acme/audit-logs?per_page=100",
			   NULL, NULL);
	all = json_array_size(answer.body);
	answer_clear(&answer);
	while (path) {
		const char *link, *next;
		json_t *entry;
		size_t i;

		answer = world_ask(&world, BY_SOCKET, NULL, "GET", path, NULL, NULL);
		assert_int_equal(answer.status, 200);
		free(path);
		json_array_foreach(answer.body, i, entry) {
			int64_t at;

			assert_true(
				clock_parse(json_string_value(json_object_get(entry, "at")), &at));
			assert_true(at <= last);
			last = at;
		}
		pages++;
		entries += i;
		link = answer_header(&answer, "Link");
		next = link ? strstr(link, ">; rel=\"next\"") : NULL;
		assert_true(!link || next);
		path = next ? xasprintf("%.*s", (int)(next - link - 1), link + 1) : NULL;
		answer_clear(&answer);
	}
	assert_true(all < 100);
	assert_int_equal(entries, all);
	assert_int_equal(pages, (all + 2) / 3);
}

static void
audit_log_takes_its_parameters_seriously(void **state)
{
	static const struct {
		const char *query;
		int status;
	} cases[] = {
		{"per_page=0", 400}, {"per_page=101", 400}, {"per_page=x", 400}, {"per_page=", 400},
		{"from=yesterday", 400}, {"to=2026-13-01T00:00:00Z", 400}, {"page=x", 400},
		{"page=-1-2", 400}, {"outcome=maybe", 400},
		{"from=2026-01-01T00:00:00Z&to=2099-01-01T00:00:00.000Z&per_page=100&page=1-1", 200},
	};
	struct answer answer;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *path = xasprintf("/orgs/acme/audit-logs?%s", cases[i].query);

		expect(BY_SOCKET, NULL, "GET", path, NULL, cases[i].status);
		free(path);
	}
	expect(BY_SOCKET, NULL, "PATCH", SHOP, "{\"name\": \"Now\"}", 200);
	answer = world_ask(&world, BY_SOCKET, NULL, "GET",
			   "/orgs/acme/audit-logs?to=2001-01-01T00:00:00Z", NULL, NULL);
	assert_int_equal(json_array_size(answer.body), 0);
	assert_null(answer_header(&answer, "Link"));
	answer_clear(&answer);
	answer = world_ask(&world, BY_SOCKET, NULL, "GET",
			   "/orgs/acme/audit-logs?from=2001-01-01T00:00:00Z", NULL, NULL);
	assert_true(json_array_size(answer.body) > 0);
	answer_clear(&answer);
}

/* --- entity tags --- */

static void
every_read_has_a_tag_and_304_without_a_body(void **state)
{
	static const char *const paths[] = {"/current-user", "/orgs", "/orgs/acme/env-types", SHOP,
					    SHOP "/envs", SHOP "/sets", SHOP "/deltas",
					    SHOP "/envs/qa/deploys", "/orgs/acme/artefacts"};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct answer answer = world_ask(&world, BY_SOCKET, NULL, "GET", paths[i], NULL,
						 NULL);
		char *tag = xstrdup(answer_header(&answer, "ETag"));
		const char *const same[] = {"If-None-Match: %s\r\n", "If-None-Match: W/%s\r\n",
					    "If-None-Match: \"a\", %s, \"b\"\r\n",
					    "If-None-Match: *\r\n%.0s",
					    "If-None-Match: \"a\"\r\nIf-None-Match: %s\r\n"};

		assert_int_equal(tag[0], '"');
		answer_clear(&answer);
		for (size_t n = 0; n < sizeof(same) / sizeof(same[0]); n++) {
			char header[256];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(header, sizeof(header), same[n], tag);
#pragma GCC diagnostic pop
			answer = world_ask(&world, BY_SOCKET, NULL, "GET", paths[i], header, NULL);
			assert_int_equal(answer.status, 304);
			assert_int_equal(answer.length, 0);
			assert_string_equal(answer_header(&answer, "ETag"), tag);
			answer_clear(&answer);
		}
		answer = world_ask(&world, BY_SOCKET, NULL, "GET", paths[i],
				   "If-None-Match: \"other\"\r\n", NULL);
		assert_int_equal(answer.status, 200);
		answer_clear(&answer);
		free(tag);
	}
}

static void
tag_changes_with_what_is_read_and_only_then(void **state)
{
	struct answer answer = world_ask(&world, BY_SOCKET, NULL, "GET", SHOP, NULL, NULL);
	char *tag = xstrdup(answer_header(&answer, "ETag"));
	char *header = xasprintf("If-None-Match: %s\r\n", tag);

	(void)state;
	answer_clear(&answer);
	expect(BY_SOCKET, NULL, "PATCH", SHOP, "{\"name\": \"Another name\"}", 200);
	answer = world_ask(&world, BY_SOCKET, NULL, "GET", SHOP, header, NULL);
	assert_int_equal(answer.status, 200);
	assert_string_not_equal(answer_header(&answer, "ETag"), tag);
	answer_clear(&answer);
	answer = world_ask(&world, BY_SOCKET, NULL, "GET", SHOP "/none", "If-None-Match: *\r\n",
			   NULL);
	assert_int_equal(answer.status, 404);
	answer_clear(&answer);
	free(tag);
	free(header);
}

static void
head_is_get_without_a_body(void **state)
{
	struct answer get = world_ask(&world, BY_SOCKET, NULL, "GET", SHOP, NULL, NULL);
	struct answer head = world_ask(&world, BY_SOCKET, NULL, "HEAD", SHOP, NULL, NULL);
	char *tag = xstrdup(answer_header(&get, "ETag"));

	(void)state;
	assert_int_equal(head.status, 200);
	assert_int_equal(head.length, 0);
	assert_string_equal(answer_header(&head, "ETag"), tag);
	assert_int_equal(strtoul(answer_header(&head, "Content-Length"), NULL, 10), get.length);
	answer_clear(&get);
	answer_clear(&head);
	free(tag);
}

/* --- the guard --- */

static void
requests_that_can_be_read_in_two_ways_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		int status;
	} cases[] = {
		{"GET /orgs HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", 400},
		{"GET /orgs HTTP/1.1\r\nConnection: close\r\n\r\n", 400},
		{"POST /orgs/acme/apps HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n"
		 "Content-Length: 2\r\n\r\n{}", 400},
		{"POST /orgs/acme/apps HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 7\r\n"
		 "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400},
		{"POST /orgs/acme/apps HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
		 "Transfer-Encoding: gzip\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 501},
		{"POST /orgs/acme/apps HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
		 "Content-Length: 99999999\r\n\r\n", 413},
		{"GET /orgs/\x80\xff HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400},
		{"GET /orgs/%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 404},
		{"GET /orgs/%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 404},
		{"GET /orgs/acme%2Fapps HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 404},
		{"GET /orgs/%61cme/apps/shop?x=%2F HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 200},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *rest = strstr(cases[i].bytes, "\r\n") + 2;
		char *owner = world_owner_line(&world),
		     *bytes = xasprintf("%.*s%s%s", (int)(rest - cases[i].bytes), cases[i].bytes, owner, rest);
		struct answer answer = world_send(&world, BY_SOCKET, bytes);

		free(owner);
		free(bytes);
		if (answer.status != cases[i].status)
			fail_msg("%d and not %d for: %s", answer.status, cases[i].status,
				 cases[i].bytes);
		answer_clear(&answer);
	}
}

static void
addresses_and_headers_have_a_limit(void **state)
{
	char *path = xcalloc(1, 9001), *bytes = xcalloc(1, 70000), *at;
	struct answer answer;

	(void)state;
	memset(path, 'a', 9000);
	path[0] = '/';
	answer = world_ask(&world, BY_SOCKET, NULL, "GET", path, NULL, NULL);
	assert_int_equal(answer.status, 414);
	assert_string_equal(text_of(&answer, "error"), "API-414");
	answer_clear(&answer);
	at = bytes + sprintf(bytes, "GET /orgs HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
	for (int i = 0; i < 120; i++)
		at += sprintf(at, "X-%d: y\r\n", i);
	strcpy(at, "\r\n");
	answer = world_send(&world, BY_SOCKET, bytes);
	assert_int_equal(answer.status, 431);
	answer_clear(&answer);
	at = bytes + sprintf(bytes, "GET /orgs HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: ");
	memset(at, 'y', 60000);
	strcpy(at + 60000, "\r\n\r\n");
	answer = world_send(&world, BY_SOCKET, bytes);
	assert_true(answer.status == 431 || answer.status == 413);
	answer_clear(&answer);
	/* And it lives. */
	expect(BY_SOCKET, NULL, "GET", "/orgs", NULL, 200);
	free(path);
	free(bytes);
}

static void
log_holds_no_token_and_no_noise_about_sockets(void **state)
{
	char *token = user_with("quiet", "{\"/orgs/acme\": \"viewer\"}"), *log;
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	(void)state;
	expect(BY_SOCKET, token, "GET", SHOP, NULL, 200);
	expect(BY_TCP, "a-wrong-secret", "GET", SHOP, NULL, 401);
	/* It is written when the daemon has nothing else to do. */
	for (log = world_log(&world);
	     !strstr(log, "why=\"wrong token\"") && clock_steady_ms() < until;
	     log = world_log(&world)) {
		free(log);
		usleep(10000);
	}
	assert_null(strstr(log, token));
	assert_null(strstr(log, "a-wrong-secret"));
	assert_null(strstr(log, "TCP_"));
	assert_null(strstr(log, "Failed to push"));
	free(log);
	free(token);
}

static void
malformed_requests_do_not_fill_the_log(void **state)
{
	char *log;
	size_t lines = 0;

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct answer answer = world_send(&world, BY_TCP, "GET\r\n\r\n");

		answer_clear(&answer);
	}
	log = world_log(&world);
	for (const char *at = log; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	assert_in_range(lines, 1, 100);
	free(log);
}

/* --- limits: each with a daemon of its own, since they are by address --- */

static void
wrong_tokens_are_slowed_down_and_good_ones_go_on(void **state)
{
	char *token = user_with("steady", "{\"/orgs/acme\": \"viewer\"}");
	struct answer answer = {0};
	int wrong = 0;

	(void)state;
	expect(BY_TCP, token, "GET", SHOP, NULL, 200);
	do {
		answer_clear(&answer);
		answer = world_ask(&world, BY_TCP, "guess", "GET", SHOP, NULL, NULL);
	} while (answer.status == 401 && ++wrong < 200);
	assert_int_equal(answer.status, 429);
	assert_true(wrong >= 10 && wrong < 100);
	assert_string_equal(text_of(&answer, "error"), "API-429");
	assert_in_range(strtol(answer_header(&answer, "Retry-After"), NULL, 10), 1, 5);
	answer_clear(&answer);
	expect(BY_TCP, token, "GET", SHOP, NULL, 200);
	expect(BY_SOCKET, NULL, "GET", SHOP, NULL, 200);
	free(token);
}

static void
strangers_are_limited_by_their_address(void **state)
{
	struct answer answer = {0};
	int refused = 0;

	(void)state;
	do {
		answer_clear(&answer);
		answer = world_ask(&world, BY_TCP, NULL, "GET", SHOP, NULL, NULL);
	} while (answer.status == 401 && ++refused < 2000);
	assert_int_equal(answer.status, 429);
	assert_true(refused >= 60);
	assert_non_null(answer_header(&answer, "Retry-After"));
	answer_clear(&answer);
	expect(BY_SOCKET, NULL, "GET", SHOP, NULL, 200);
}

/* --- the token file --- */

static int
start_with_token_file(void **state)
{
	int fd;

	(void)state;
	shared = world;
	world_make(&world);
	strcpy(world.token_file, world_path(&world, "token"));
	fd = open(world.token_file, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "from-the-file\n", 14), 14);
	close(fd);
	world_start(&world);
	return 0;
}

static void
token_file_is_asked_of_everybody_but_the_control_socket(void **state)
{
	char *token = user_with("besides", "{\"/orgs/acme\": \"viewer\"}");
	struct answer answer;

	(void)state;
	expect(BY_SOCKET, NULL, "GET", SHOP, NULL, 401);
	expect(BY_SOCKET, "wrong", "GET", SHOP, NULL, 401);
	expect(BY_TCP, NULL, "GET", SHOP, NULL, 401);
	expect(BY_TCP, "from-the-file", "PATCH", SHOP, "{\"name\": \"Shop\"}", 200);
	answer = world_ask(&world, BY_SOCKET, "from-the-file", "GET", "/current-user", NULL, NULL);
	assert_string_equal(text_of(&answer, "id"), "oncall");
	answer_clear(&answer);
	expect(BY_SOCKET, token, "GET", SHOP, NULL, 200);
	expect(BY_SOCKET, token, "PATCH", SHOP, "{}", 403);
	free(token);
}

/* A token that was cut would be one that nobody knows. */
static void
token_file_is_taken_whole_or_refused(void **state)
{
	static const struct { size_t length; const char *said; } cases[] = {
		{0, "holds no token"}, {4097, "longer than 4096 bytes"}, {20000, "longer than"},
	};
	struct world own = {0};

	(void)state;
	world_make(&own);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		FILE *file = fopen(world_path(&own, "token"), "w");
		char *command;

		assert_non_null(file);
		for (size_t n = 0; n < cases[i].length; n++)
			assert_int_equal(fputc('t', file), 't');
		fclose(file);
		command = xasprintf("cd '%s' && \"$SIDESTAGED\" serve --state state"
				    " --images \"$SIDESTAGE_LIBEXEC/images\" --socket ./socket"
				    " --token-file token 2>&1 | grep -q '%s'",
				    own.dir, cases[i].said);
		assert_int_equal(system(command), 0);
		free(command);
	}
	world_clear(&own);
}

static int
start_for_others(void **state)
{
	(void)state;
	shared = world;
	world_make(&world);
	assert_int_equal(chmod(world.dir, 0711), 0);
	world.socket_mode = "0666";
	world_start(&world);
	return 0;
}

/* What another user of the machine is answered by the socket. */
static int
status_for_another(const char *token)
{
	pid_t child = fork();
	struct answer answer;
	int status;

	if (child == 0) {
		if (setgid(65534) != 0 || setuid(65534) != 0)
			_exit(1);
		answer = world_ask(&world, BY_SOCKET, token, "GET", SHOP, NULL, NULL);
		_exit(answer.status / 2);	/* an exit status has eight bits */
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? 2 * WEXITSTATUS(status) : -1;
}

/* The mode of the socket says who may ask; what he may is said by his token alone. */
static void
another_user_who_may_open_the_socket_needs_a_token(void **state)
{
	char *token = user_with("neighbour", "{\"/orgs/acme\": \"viewer\"}");

	(void)state;
	expect(BY_SOCKET, NULL, "GET", SHOP, NULL, 200);	/* the daemon's own user */
	if (geteuid() != 0) {
		free(token);
		SKIP_TEST("only root can be another user");
	}
	assert_int_equal(status_for_another(NULL), 400);	/* 401, halved and doubled */
	assert_int_equal(status_for_another("wrong"), 400);
	assert_int_equal(status_for_another(token), 200);
	free(token);
}

#define OWN(test) cmocka_unit_test_setup_teardown(test, start_own, end_own)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(private_socket_is_the_daemons_own_user),
		cmocka_unit_test(api_socket_asks_its_owner_for_a_secret),
		OWN(secret_of_the_api_socket_is_new_with_each_start),
		cmocka_unit_test(workload_that_finds_a_socket_is_a_stranger),
		OWN(sockets_of_the_state_ask_for_its_secret),
		OWN(secret_of_the_sockets_is_new_with_each_start),
		OWN(socket_lies_where_no_workload_sees_its_secret),
		OWN(database_that_was_lost_is_no_new_platform),
		cmocka_unit_test(tcp_asks_for_a_token),
		cmocka_unit_test(token_counts_for_one_request_only),
		cmocka_unit_test(body_of_a_stranger_is_not_waited_for),
		cmocka_unit_test(token_is_shown_once_and_kept_as_a_hash),
		cmocka_unit_test(token_information_is_in_the_shape_of_the_wire),
		cmocka_unit_test(deleted_token_is_refused_and_the_others_stay),
		cmocka_unit_test(tokens_of_others_are_nobodys_business),
		cmocka_unit_test(users_change_their_profile_and_not_their_roles),
		cmocka_unit_test(changes_carry_the_name_of_who_asked),
		cmocka_unit_test(developer_deploys_to_development_and_not_to_production),
		cmocka_unit_test(each_role_may_what_the_table_says),
		cmocka_unit_test(what_may_not_be_seen_is_as_if_it_were_not_there),
		cmocka_unit_test(roles_that_are_none_are_refused_whole),
		cmocka_unit_test(role_that_is_taken_away_is_gone_at_once),
		cmocka_unit_test_setup_teardown(rule_deploys_with_the_rights_its_maker_has_then,
						start_own_with_images, end_own),
		cmocka_unit_test_setup_teardown(what_waits_is_dropped_or_taken_over,
						start_own_with_images, end_own),
		cmocka_unit_test(administrators_give_roles_where_they_administer),
		cmocka_unit_test(role_in_a_type_ends_with_the_type),
		cmocka_unit_test(changes_of_users_are_in_the_log_of_the_platform),
		cmocka_unit_test(audit_log_lists_successful_writes_newest_first),
		cmocka_unit_test(refused_writes_are_kept_with_who_tried),
		cmocka_unit_test(every_read_has_a_tag_and_304_without_a_body),
		cmocka_unit_test(tag_changes_with_what_is_read_and_only_then),
		cmocka_unit_test(head_is_get_without_a_body),
		cmocka_unit_test(requests_that_can_be_read_in_two_ways_are_refused),
		cmocka_unit_test(addresses_and_headers_have_a_limit),
		OWN(expired_token_is_refused),
		OWN(token_command_works_with_a_daemon_and_without),
		OWN(pages_of_the_audit_log_are_without_gap_or_repetition),
		OWN(audit_log_takes_its_parameters_seriously),
		OWN(log_holds_no_token_and_no_noise_about_sockets),
		OWN(malformed_requests_do_not_fill_the_log),
		OWN(wrong_tokens_are_slowed_down_and_good_ones_go_on),
		OWN(strangers_are_limited_by_their_address),
		cmocka_unit_test_setup_teardown(
			token_file_is_asked_of_everybody_but_the_control_socket,
			start_with_token_file, end_own),
		cmocka_unit_test(token_file_is_taken_whole_or_refused),
		cmocka_unit_test_setup_teardown(another_user_who_may_open_the_socket_needs_a_token,
						start_for_others, end_own),
	};

	return cmocka_run_group_tests(tests, start, end);
}
