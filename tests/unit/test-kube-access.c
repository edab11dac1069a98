/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * As whom a cluster is asked: files that change, and credential plugins that work, fail, print too
 * much and hang.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "below-valgrind.h"
#include "kube-files.h"
#include "net/loop.h"
#include "platform/drivers/kubernetes/cluster/access.h"
#include "tests/patience.h"

#define USER(text) CLUSTERS CONTEXTS CURRENT "users:\n- name: u\n  user:\n    " text "\n"

/* --- identities --- */

struct asked {
	int done;
	char token[256], certificate[256], key[256];
	uint64_t generation;
	struct error err;
	struct kube_identity_request *request, *other;	/* that it cancels */
	struct kube_access *again;	/* that it asks once more, as refused */
	struct asked *next;
	int64_t when;
};

static void
copy(char out[256], const char *text)
{
	snprintf(out, 256, "%s", text ? text : "-");
}

static void
on_identity(void *data, const struct kube_identity *identity, const struct error *err)
{
	struct asked *asked = data;

	asked->done++;
	asked->when = clock_steady_ms();
	if (err)
		asked->err = *err;
	copy(asked->token, identity ? identity->token : NULL);
	copy(asked->certificate, identity ? identity->certificate : NULL);
	copy(asked->key, identity ? identity->key : NULL);
	asked->generation = identity ? identity->generation : 0;
	kube_access_cancel(asked->request);
	kube_access_cancel(asked->other);
	if (asked->again)
		(void)kube_access_identity(asked->again, true, on_identity, asked->next);
}

static struct loop *
new_loop(void)
{
	struct loop *loop = loop_new(NULL);

	assert_non_null(loop);
	assert_int_equal(loop_take_signals(loop, NULL), 0);
	return loop;
}

static void
turn_until(struct loop *loop, const int *done)
{
	int64_t end = clock_steady_ms() + PATIENCE_MS;

	while (!*done && clock_steady_ms() < end)
		assert_int_equal(loop_turn(loop, 1000, NULL), 0);
	assert_int_equal(*done, 1);
}

static void
ask(struct loop *loop, struct kube_access *access, bool refused, struct asked *asked)
{
	*asked = (struct asked){0};
	(void)kube_access_identity(access, refused, on_identity, asked);
	assert_int_equal(asked->done, 0);	/* never within the call */
	turn_until(loop, &asked->done);
}

/* An access with this kubeconfig. */
static struct kube_access *
open_access(struct loop *loop, const char *text, int timeout_ms)
{
	char *path = file_of("config");
	struct kube_access *access;
	struct error err = {0};

	write_file("config", text, 0600);
	access = kube_access_new(loop, &(struct kube_access_options){
					       .kubeconfig = path, .plugin_timeout_ms = timeout_ms},
				 &err);
	if (!access)
		fail_msg("%s", err.text);
	free(path);
	return access;
}

static void
files_are_read_again_when_they_changed(void **state)
{
	struct loop *loop = new_loop();
	struct kube_access *access;
	struct asked asked;
	char *path = file_of("t");
	uint64_t generation;

	(void)state;
	write_file("t", "  first\n", 0600);
	write_file("c.pem", CERTIFICATE, 0600);
	write_file("k.pem", KEY, 0600);
	access = open_access(loop, USER("tokenFile: t\n    token: unused\n    client-certificate: c.pem\n"
					"    client-key: k.pem"), 0);
	ask(loop, access, false, &asked);
	assert_string_equal(asked.token, "first");
	assert_string_equal(asked.certificate, CERTIFICATE);
	assert_string_equal(asked.key, KEY);
	generation = asked.generation;
	write_file("t", "second", 0600);
	ask(loop, access, false, &asked);
	assert_string_equal(asked.token, "second");
	/* a token is no reason for other connections */
	assert_int_equal(asked.generation, generation);
	write_file("k.pem", KEY "\n", 0600);
	ask(loop, access, false, &asked);
	assert_string_equal(asked.key, KEY "\n");
	assert_int_not_equal(asked.generation, generation);
	/* who replaces it may take it away first */
	assert_int_equal(unlink(path), 0);
	ask(loop, access, false, &asked);
	assert_string_equal(asked.token, "second");
	write_file("t", "a b\n", 0600);
	ask(loop, access, false, &asked);
	assert_non_null(strstr(asked.err.text, "has a character that is not allowed"));
	write_file("t", "\n", 0600);
	ask(loop, access, false, &asked);
	assert_non_null(strstr(asked.err.text, "The token for the cluster is empty"));
	write_file("t", "third", 0600);
	ask(loop, access, true, &asked);
	assert_string_equal(asked.token, "third");
	kube_access_free(access);
	loop_free(loop);
	free(path);
}

/* --- inside --- */

static void
point(const char *name, const char *target)
{
	char *path = file_of(name), *beside = xasprintf("%s.new", path);

	assert_int_equal(symlink(target, beside), 0);
	assert_int_equal(rename(beside, path), 0);
	free(path);
	free(beside);
}

static void
make_account(const char *name, const char *token)
{
	char *path = file_of(name), *file;

	assert_int_equal(mkdir(path, 0700), 0);
	file = xasprintf("%s/token", name);
	write_file(file, token, 0600);
	free(file);
	file = xasprintf("%s/ca.crt", name);
	write_file(file, CERTIFICATE, 0600);
	free(file);
	file = xasprintf("%s/namespace", name);
	write_file(file, "platform", 0600);
	free(file);
	free(path);
}

/* As the kubelet rotates: a link to another folder, while all names stay. */
static void
a_pods_service_account(void **state)
{
	struct loop *loop = new_loop();
	char *account = file_of("account");
	const struct kube_access_options options = {
		.in_cluster = true, .kubeconfig = "/nowhere", .service_account = account};
	struct kube_access *access;
	struct error err = {0};
	struct asked asked;

	(void)state;
	unsetenv("KUBERNETES_SERVICE_HOST");
	assert_null(kube_access_new(loop, &options, &err));
	assert_non_null(strstr(err.text, "This platform does not run in a pod"));
	setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	assert_null(kube_access_new(loop, &options, &err));
	assert_non_null(strstr(err.text, "/account/ca.crt, which is needed to reach the cluster"));
	make_account("..1", "one");
	make_account("..2", "two");
	point("account", "..1");
	access = kube_access_new(loop, &options, &err);
	assert_non_null(access);
	assert_string_equal(kube_access_target(access)->server, "https://[fd00::1]:443");
	assert_string_equal(kube_access_target(access)->ca, CERTIFICATE);
	assert_string_equal(kube_access_target(access)->namespace, "platform");
	assert_null(kube_access_target(access)->context);
	assert_null(kube_access_target(access)->proxy);
	ask(loop, access, false, &asked);
	assert_string_equal(asked.token, "one");
	point("account", "..2");
	ask(loop, access, false, &asked);
	assert_string_equal(asked.token, "two");
	kube_access_free(access);
	loop_free(loop);
	unsetenv("KUBERNETES_SERVICE_HOST");
	unsetenv("KUBERNETES_SERVICE_PORT");
	free(account);
}

/* --- inline --- */

static void
what_a_definition_holds(void **state)
{
	static const struct {
		struct kube_access_options options;
		const char *error;	/* NULL: it is taken */
	} cases[] = {
		{{.server = "https://a:6443/", .ca = CERTIFICATE, .token = "t"}, NULL},
		{{.server = "https://a", .certificate = CERTIFICATE, .key = KEY}, NULL},
		{{.server = "a", .token = "t"}, "must be reached by https"},
		{{.server = "http://127.0.0.1:8001", .token = "t"}, "must be reached by https"},
		{{.server = "https://a", .ca = "/etc/passwd"}, "\"ca\" must be a certificate"},
		{{.server = "https://a", .token = "a\nb"}, "The token for the cluster"},
		{{.server = "https://a", .token = ""}, "The token for the cluster is empty"},
		{{.server = "https://a", .certificate = CERTIFICATE}, "are needed together"},
		{{.server = "https://a", .key = KEY}, "are needed together"},
		{{.server = "https://a", .certificate = KEY, .key = KEY}, "\"certificate\" must be"},
		{{.server = "https://a", .certificate = CERTIFICATE,
		  .key = "-----BEGIN ENCRYPTED PRIVATE KEY-----"}, "\"key\" must be a private key"},
	};
	struct loop *loop = new_loop();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0};
		struct kube_access *access = kube_access_new(loop, &cases[i].options, &err);

		if (!access != !!cases[i].error || (!access && !strstr(err.text, cases[i].error)))
			fail_msg("%zu: %s", i, err.text);
		kube_access_free(access);
	}
	loop_free(loop);
}

/* What workloads of this machine must not see. */
static void
which_files_say_who_we_are(void **state)
{
	char *path = file_of("config"), *paths = xasprintf("/nowhere/a:%s", path);
	char *expected[] = {xstrdup("/nowhere/a"), xstrdup(path), file_of("t"), xstrdup("/k.pem")};
	char **files;

	(void)state;
	write_file("config", USER("tokenFile: t\n    client-certificate: c.pem\n"
				  "    client-key: /k.pem"), 0600);
	files = kube_access_files(&(struct kube_access_options){.kubeconfig = paths});
	for (size_t i = 0; i < 4; i++) {
		assert_non_null(files[i]);
		assert_string_equal(files[i], expected[i]);
		free(files[i]);
		free(expected[i]);
	}
	assert_null(files[4]);
	free(files);
	files = kube_access_files(&(struct kube_access_options){.in_cluster = true});
	assert_string_equal(files[0], "/var/run/secrets/kubernetes.io/serviceaccount");
	assert_null(files[1]);
	free(files[0]);
	free(files);
	free(path);
	free(paths);
}

/* --- credential plugins --- */

#define PLUGIN USER("exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin}")
#define CREDENTIAL "{\"apiVersion\": \"client.authentication.k8s.io/v1\", " \
		   "\"kind\": \"ExecCredential\", \"status\": "

/* What it prints, after it has noted its run in a file "runs". */
static void
write_plugin(const char *status)
{
	char *text = xasprintf("#!/bin/sh\necho run >>%s/runs\n%s\n", folder(), status);

	write_file("plugin", text, 0700);
	free(text);
}

static int
runs(void)
{
	char *path = file_of("runs"), *line = NULL;
	size_t size = 0;
	FILE *file = fopen(path, "r");
	int count = 0;

	while (file && getline(&line, &size, file) > 0)
		count++;
	if (file)
		fclose(file);
	free(line);
	free(path);
	return count;
}

static void
forget_runs(void)
{
	char *path = file_of("runs");

	(void)unlink(path);
	free(path);
}

static void
a_plugin_gives_a_token(void **state)
{
	struct loop *loop = new_loop();
	struct kube_access *access;
	struct asked asked;

	(void)state;
	forget_runs();
	write_plugin("cat >/dev/null; echo \"noise\" >&2\n"
		     "echo '" CREDENTIAL "{\"token\": \"of-plugin\"}}'");
	access = open_access(loop, PLUGIN, 0);
	assert_int_equal(runs(), 0);	/* nothing runs before somebody asks */
	ask(loop, access, false, &asked);
	assert_string_equal(asked.token, "of-plugin");
	ask(loop, access, false, &asked);
	assert_string_equal(asked.token, "of-plugin");
	assert_int_equal(runs(), 1);
	kube_access_free(access);
	loop_free(loop);
}

/* Its environment, arguments and what it is told of the cluster. */
static void
what_a_plugin_is_given(void **state)
{
	static const char *const expected[] = {
		"args=eks get-token a b", "A=b c", "HOME=/tmp/other", "KEPT=of-daemon",
		"\"apiVersion\":\"client.authentication.k8s.io/v1\"", "\"kind\":\"ExecCredential\"",
		"\"interactive\":false", "\"server\":\"https://192.0.2.10:6443\"",
		"\"tls-server-name\":\"api.test\"",
		"\"certificate-authority-data\":\"" CERTIFICATE_64 "\"", "\"config\":{\"x\":1}",
		"session=leader",
	};
	struct loop *loop = new_loop();
	struct kube_access *access;
	char *path = file_of("given"), *text = NULL;
	size_t size = 0;
	struct asked asked;
	FILE *file;

	(void)state;
	setenv("KEPT", "of-daemon", 1);
	write_plugin("{ echo \"args=$*\"; env; read -r a b c d e session rest </proc/$$/stat\n"
		     "[ $session != $$ ] || echo session=leader; } >\"$(dirname \"$0\")/given\"\n"
		     "echo '" CREDENTIAL "{\"token\": \"t\"}}'");
	access = open_access(loop, CONTEXTS CURRENT CLUSTERS
		"    certificate-authority-data: " CERTIFICATE_64 "\n    tls-server-name: api.test\n"
		"    extensions:\n    - {name: other, extension: 5}\n"
		"    - {name: client.authentication.k8s.io/exec, extension: {x: 1}}\n"
		"users:\n- name: u\n  user:\n    exec:\n      command: ./plugin\n"
		"      apiVersion: client.authentication.k8s.io/v1\n      provideClusterInfo: true\n"
		"      args: [eks, get-token, a b]\n"
		"      env: [{name: A, value: b c}, {name: HOME, value: /tmp/other},\n"
		"            {name: KUBERNETES_EXEC_INFO, value: own}]\n", 0);
	ask(loop, access, false, &asked);
	assert_string_equal(asked.err.text, "");
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(getdelim(&text, &size, '\0', file) > 0);
	fclose(file);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		if (!strstr(text, expected[i]))
			fail_msg("no %s in %s", expected[i], text);
	assert_null(strstr(text, "EXEC_INFO=own"));
	free(text);
	free(path);
	kube_access_free(access);
	loop_free(loop);
}

/* Of the plugin; what it printed is never in the sentence. */
static const struct {
	const char *script, *error;
} failing[] = {
	{"echo s3cret; echo 'Token has expired.' >&2; echo 'Log  in' >&2; exit 1",
	 "/plugin ended with status 1: Token has expired. Log in"},
	{"echo s3cret; exit 3", "/plugin ended with status 3."},
	{"kill -9 $$", "/plugin ended with signal 9."},
	{"printf 'bad \\377 byte' >&2; exit 1", "ended with status 1: (no UTF-8)"},
	{"i=0; while [ $i -lt 3000 ]; do echo \"line $i\" >&2; i=$((i + 1)); done; exit 1",
	 "line 2998 line 2999"},
	{"echo s3cret", "credential that cannot be used: it is not a JSON object."},
	{"", "it is not a JSON object."},
	{"echo '[]'", "it is not a JSON object."},
	{"echo '{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}'", "its kind is not ExecCredential."},
	{"echo '{\"apiVersion\": \"client.authentication.k8s.io/v1beta1\", "
	 "\"kind\": \"ExecCredential\"}'", "its apiVersion is not the one of the kubeconfig."},
	{"echo '" CREDENTIAL "null}'", "it has no status."},
	{"echo '" CREDENTIAL "{}}'", "there is neither a token nor a certificate."},
	{"echo '" CREDENTIAL "{\"token\": 5}}'", "a member of its status is not a string."},
	{"echo '" CREDENTIAL "{\"token\": \"s3cret x\"}}'", "its token has a character"},
	{"echo '" CREDENTIAL "{\"token\": \"s3cret\", \"expirationTimestamp\": \"soon\"}}'",
	 "expirationTimestamp is not a time."},
	{"echo '" CREDENTIAL "{\"clientKeyData\": \"s3cret\"}}'",
	 "there is a certificate or a key, but not both."},
	{"echo '" CREDENTIAL "{\"clientKeyData\": \"s3cret\", \"clientCertificateData\": \"a\"}}'",
	 "its certificate or key is not PEM."},
	{"head -c 1048576 /dev/zero | tr '\\0' s", "/plugin printed more than 262144 bytes and was"},
	{"yes s3cret", "/plugin printed more than 262144 bytes and was stopped."},
	{"yes s3cret >&2", "/plugin did not end within 1 s and was stopped."},
	{"sleep 1000", "/plugin did not end within 1 s and was stopped."},
	{"trap '' TERM HUP INT; while :; do sleep 1000; done", "did not end within 1 s"},
};

static void
a_plugin_that_fails_is_said_with_its_own_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(failing) / sizeof(failing[0]); i++) {
		struct loop *loop = new_loop();
		struct kube_access *access;
		struct asked asked;

		write_plugin(failing[i].script);
		access = open_access(loop, PLUGIN, strstr(failing[i].error, "within") ? 700 : 0);
		ask(loop, access, false, &asked);
		if (!strstr(asked.err.text, failing[i].error) || strstr(asked.err.text, "s3cret"))
			fail_msg("%s\n%s\nand not\n%s", failing[i].script, asked.err.text,
				 failing[i].error);
		assert_int_equal(asked.err.kind, ERROR_UNAVAILABLE);
		assert_string_equal(asked.token, "-");
		kube_access_free(access);
		loop_free(loop);
	}
}

static void
a_plugin_that_is_not_there(void **state)
{
	struct kube_access *access;
	struct asked asked;
	struct loop *loop;

	(void)state;
	if (below_valgrind())
		return;			/* there posix_spawn() does not see why exec() failed */
	loop = new_loop();
	access = open_access(
		loop, USER("exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-tool,\n"
			   "      installHint: Get it from your platform team.}"), 0);
	ask(loop, access, false, &asked);
	assert_string_equal(asked.err.text, "The credential plugin no-such-tool is not installed: "
					    "Get it from your platform team.");
	kube_access_free(access);
	write_file("plugin", "#!/bin/sh\n", 0600);
	access = open_access(loop, PLUGIN, 0);
	ask(loop, access, false, &asked);
	assert_non_null(strstr(asked.err.text, "/plugin cannot be started: Permission denied."));
	kube_access_free(access);
	loop_free(loop);
}

/* Also while it runs: all get what one run gave. */
static void
many_who_ask_get_one_run(void **state)
{
	struct loop *loop = new_loop();
	struct asked asked[20];
	struct kube_access *access;

	(void)state;
	forget_runs();
	memset(asked, 0, sizeof(asked));
	write_plugin("sleep 0.3\necho '" CREDENTIAL "{\"token\": \"t\"}}'");
	access = open_access(loop, PLUGIN, 0);
	for (int i = 0; i < 20; i++) {
		struct kube_identity_request *request;

		request = kube_access_identity(access, false, on_identity, &asked[i]);
		if (i == 7)
			kube_access_cancel(request);
		if (i == 3)
			asked[2].other = request;	/* cancelled while all are answered */
		if (i == 4)
			asked[4].request = request;	/* in its own callback */
		if (i == 10)
			for (int j = 0; j < 5; j++)
				assert_int_equal(loop_turn(loop, 10, NULL), 0);
	}
	turn_until(loop, &asked[19].done);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(asked[i].done, i == 7 || i == 3 ? 0 : 1);
		if (asked[i].done)
			assert_string_equal(asked[i].token, "t");
	}
	assert_int_equal(runs(), 1);
	kube_access_free(access);
	loop_free(loop);
}

static void
what_has_expired_is_asked_for_again(void **state)
{
	struct loop *loop = new_loop();
	char expires[CLOCK_STAMP_SIZE], *script;
	struct kube_access *access;
	struct asked asked;
	int64_t end;

	(void)state;
	forget_runs();
	end = clock_wall_ms() + 2500;
	clock_stamp(expires, end);
	script = xasprintf("echo '" CREDENTIAL "{\"token\": \"t'$(wc -l <%s/runs | tr -d ' ')'\", "
			   "\"expirationTimestamp\": \"%s\"}}'", folder(), expires);
	write_plugin(script);
	access = open_access(loop, PLUGIN, 0);
	ask(loop, access, false, &asked);
	assert_string_equal(asked.token, "t1");
	if (clock_wall_ms() < end - 1000) {	/* not on a machine that stood still */
		ask(loop, access, false, &asked);
		assert_string_equal(asked.token, "t1");
	}
	while (clock_wall_ms() < end)
		assert_int_equal(loop_turn(loop, 50, NULL), 0);
	/* It gives one that has expired, too: that is used, and asked for again the next time. */
	ask(loop, access, false, &asked);
	assert_string_equal(asked.token, "t2");
	ask(loop, access, false, &asked);
	assert_string_equal(asked.token, "t3");
	free(script);
	kube_access_free(access);
	loop_free(loop);
}

static void
wait_ms(struct loop *loop, int64_t ms)
{
	int64_t end = clock_steady_ms() + ms;

	while (clock_steady_ms() < end)
		assert_int_equal(loop_turn(loop, 50, NULL), 0);
}

static void
what_was_refused_is_asked_for_again_once(void **state)
{
	struct loop *loop = new_loop();
	struct kube_access *access;
	struct asked asked, more[3];
	char *script;

	(void)state;
	forget_runs();
	script = xasprintf("echo '" CREDENTIAL "{\"token\": \"t'$(wc -l <%s/runs | tr -d ' ')'\"}}'",
			   folder());
	write_plugin(script);
	free(script);
	access = open_access(loop, PLUGIN, 0);
	ask(loop, access, false, &asked);
	assert_string_equal(asked.token, "t1");
	wait_ms(loop, 1100);
	memset(more, 0, sizeof(more));
	for (int i = 0; i < 3; i++)
		(void)kube_access_identity(access, true, on_identity, &more[i]);
	turn_until(loop, &more[2].done);
	for (int i = 0; i < 3; i++)
		assert_string_equal(more[i].token, "t2");
	/* One that was sent with the first and comes late. */
	ask(loop, access, true, &asked);
	if (clock_steady_ms() - more[2].when < 900)
		assert_string_equal(asked.token, "t2");
	wait_ms(loop, 1100);
	/* Who finds it refused in a callback does not take it away from the next one. */
	memset(more, 0, sizeof(more));
	more[0].again = access;
	more[0].next = &more[2];
	for (int i = 0; i < 2; i++)
		(void)kube_access_identity(access, false, on_identity, &more[i]);
	turn_until(loop, &more[2].done);
	assert_string_equal(more[0].token, more[1].token);
	assert_string_not_equal(more[0].token, more[2].token);
	kube_access_free(access);
	loop_free(loop);
}

/* Failing fast is no reason to run it for each request. */
static void
a_plugin_that_failed_rests_a_moment(void **state)
{
	struct loop *loop = new_loop();
	struct kube_access *access;
	struct asked asked;
	int64_t since;

	(void)state;
	forget_runs();
	write_plugin("echo no >&2; exit 1");
	access = open_access(loop, PLUGIN, 0);
	ask(loop, access, false, &asked);
	since = clock_steady_ms();
	ask(loop, access, false, &asked);
	assert_non_null(strstr(asked.err.text, "ended with status 1: no"));
	if (clock_steady_ms() - since < 1500)
		assert_int_equal(runs(), 1);
	wait_ms(loop, 2100);
	write_plugin("echo '" CREDENTIAL "{\"token\": \"t\"}}'");
	ask(loop, access, false, &asked);
	assert_string_equal(asked.token, "t");
	kube_access_free(access);
	loop_free(loop);
}

static void
a_plugin_gives_a_certificate(void **state)
{
	struct loop *loop = new_loop();
	struct kube_access *access;
	struct asked asked;
	uint64_t generation;

	(void)state;
	write_file("status", CREDENTIAL "{\"clientCertificateData\": \"-----BEGIN CERTIFICATE-----\\n1\", "
		   "\"clientKeyData\": \"-----BEGIN PRIVATE KEY-----\\n1\"}}", 0600);
	write_plugin("cat \"$(dirname \"$0\")/status\"");
	access = open_access(loop, PLUGIN, 0);
	ask(loop, access, false, &asked);
	assert_string_equal(asked.token, "-");
	assert_string_equal(asked.certificate, "-----BEGIN CERTIFICATE-----\n1");
	assert_string_equal(asked.key, "-----BEGIN PRIVATE KEY-----\n1");
	generation = asked.generation;
	wait_ms(loop, 1100);
	ask(loop, access, true, &asked);	/* the same again */
	assert_int_equal(asked.generation, generation);
	wait_ms(loop, 1100);
	write_file("status", CREDENTIAL "{\"clientCertificateData\": \"-----BEGIN CERTIFICATE-----\\n2\", "
		   "\"clientKeyData\": \"-----BEGIN PRIVATE KEY-----\\n1\"}}", 0600);
	ask(loop, access, true, &asked);
	assert_string_equal(asked.certificate, "-----BEGIN CERTIFICATE-----\n2");
	assert_int_not_equal(asked.generation, generation);
	kube_access_free(access);
	loop_free(loop);
}

/* Whether the process whose number is in that file does anything. */
static bool
goes_on(const char *name)
{
	char *path = file_of(name), *line = NULL, *cmdline;
	FILE *file = fopen(path, "r");
	bool found = false;
	size_t size = 0;

	if (file && getline(&line, &size, file) > 0) {
		cmdline = xasprintf("/proc/%d/cmdline", atoi(line));
		fclose(file);
		file = fopen(cmdline, "r");
		/* of who only waits to be reaped it is empty */
		found = file && fgetc(file) != EOF;
		free(cmdline);
	}
	if (file)
		fclose(file);
	free(line);
	free(path);
	return found;
}

/* Nobody is called, and nothing that it started goes on. */
static void
the_end_while_a_plugin_runs(void **state)
{
	struct loop *loop = new_loop();
	struct kube_access *access;
	struct asked asked = {0};
	int64_t end = clock_steady_ms() + PATIENCE_MS;

	(void)state;
	write_plugin("sleep 1000 &\necho $! >\"$(dirname \"$0\")/child\"\nsleep 1000");
	access = open_access(loop, PLUGIN, 0);
	(void)kube_access_identity(access, false, on_identity, &asked);
	while (!goes_on("child") && clock_steady_ms() < end)
		assert_int_equal(loop_turn(loop, 20, NULL), 0);
	assert_true(goes_on("child"));
	kube_access_free(access);
	while (goes_on("child") && clock_steady_ms() < end)
		assert_int_equal(loop_turn(loop, 20, NULL), 0);
	assert_false(goes_on("child"));
	assert_int_equal(asked.done, 0);
	loop_free(loop);
}

/* What it started and left behind holds the pipes, and is not waited for. */
static void
a_plugin_that_leaves_something_behind(void **state)
{
	struct loop *loop = new_loop();
	struct kube_access *access;
	struct asked asked;
	int64_t since = clock_steady_ms();

	(void)state;
	write_plugin("sleep 30 &\necho '" CREDENTIAL "{\"token\": \"t\"}}'");
	access = open_access(loop, PLUGIN, 0);
	ask(loop, access, false, &asked);
	assert_string_equal(asked.token, "t");
	assert_true(clock_steady_ms() - since < 20000);
	kube_access_free(access);
	loop_free(loop);
}

/* --- the group --- */

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_read_again_when_they_changed),
		cmocka_unit_test(a_pods_service_account),
		cmocka_unit_test(what_a_definition_holds),
		cmocka_unit_test(which_files_say_who_we_are),
		cmocka_unit_test(a_plugin_gives_a_token),
		cmocka_unit_test(what_a_plugin_is_given),
		cmocka_unit_test(a_plugin_that_fails_is_said_with_its_own_words),
		cmocka_unit_test(a_plugin_that_is_not_there),
		cmocka_unit_test(many_who_ask_get_one_run),
		cmocka_unit_test(what_has_expired_is_asked_for_again),
		cmocka_unit_test(what_was_refused_is_asked_for_again_once),
		cmocka_unit_test(a_plugin_that_failed_rests_a_moment),
		cmocka_unit_test(a_plugin_gives_a_certificate),
		cmocka_unit_test(the_end_while_a_plugin_runs),
		cmocka_unit_test(a_plugin_that_leaves_something_behind),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
