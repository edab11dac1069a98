/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Kubeconfigs, good and broken, one and several.
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

#include "base/buf.h"
#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "kube-files.h"
#include "platform/drivers/kubernetes/cluster/kubeconfig.h"
#include "platform/drivers/kubernetes/cluster/settings.h"

#define KEY_64 "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUIKLS0tLS1FTkQgUFJJVkFURSBLRVktLS0tLQo="

/* --- kubeconfigs --- */

#define USERS "users:\n- name: u\n  user:\n    token: s3cret\n"

/* What is chosen, "server|ca|name|proxy|namespace|context|user|token|certificate|exec". */
static char *
describe(const struct kube_settings *settings)
{
	const struct kube_target *target = &settings->target;
#define OR_NONE(text) ((text) ? (text) : "-")
	return xasprintf("%s|%s|%s|%s|%s|%s|%s|%s|%s|%s", target->server, target->ca ? "ca" : "-",
			 OR_NONE(target->tls_server_name), OR_NONE(target->proxy),
			 OR_NONE(target->namespace), OR_NONE(target->context),
			 OR_NONE(target->user),
			 OR_NONE(settings->token_file ? settings->token_file : settings->token),
			 settings->certificate && settings->key ? "pem"
			 : OR_NONE(settings->certificate_file),
			 settings->exec ? settings->exec->command : "-");
}

static const struct {
	const char *text, *context, *expected;
} good[] = {
	{CLUSTERS USERS CONTEXTS CURRENT, NULL,
	 "https://192.0.2.10:6443|-|-|-|-|x|u|s3cret|-|-"},
	{CLUSTERS USERS CONTEXTS, "x", "https://192.0.2.10:6443|-|-|-|-|x|u|s3cret|-|-"},
	{"apiVersion: v1\nkind: Config\npreferences: {}\nextensions: [{name: a, extension: {}}]\n"
	 CLUSTERS USERS CONTEXTS CURRENT, NULL, "https://192.0.2.10:6443|-|-|-|-|x|u|s3cret|-|-"},
	{"{\"clusters\": [{\"name\": \"c\", \"cluster\": {\"server\": \"https://a/b\"}}],\n"
	 " \"contexts\": [{\"name\": \"x\", \"context\": {\"cluster\": \"c\"}}]}", "x",
	 "https://a/b|-|-|-|-|x|-|-|-|-"},
	{CLUSTERS "    certificate-authority-data: " CERTIFICATE_64 "\n"
		  "    tls-server-name: api.test\n    proxy-url: socks5://p:1080\n"
	 USERS CONTEXTS "    namespace: shop\n" CURRENT, NULL,
	 "https://192.0.2.10:6443|ca|api.test|socks5h://p:1080|shop|x|u|s3cret|-|-"},
	{CLUSTERS "    proxy-url: http://u:p@proxy:3128\n    insecure-skip-tls-verify: false\n"
	 CONTEXTS CURRENT "users:\n- name: u\n  user:\n    client-certificate-data: " CERTIFICATE_64
	 "\n    client-key-data: " KEY_64 "\n    username: ''\n", NULL,
	 "https://192.0.2.10:6443|-|-|http://u:p@proxy:3128|-|x|u|-|pem|-"},
	{CLUSTERS CONTEXTS CURRENT "users:\n- name: u\n  user:\n    client-certificate: a/c.pem\n"
	 "    client-key: /k.pem\n    tokenFile: t\n", NULL,
	 "https://192.0.2.10:6443|-|-|-|-|x|u|/dir/t|/dir/a/c.pem|-"},
	{CLUSTERS CONTEXTS CURRENT "users:\n- name: u\n  user:\n    exec:\n"
	 "      apiVersion: client.authentication.k8s.io/v1beta1\n      command: aws\n      args: [eks]\n"
	 "      env: [{name: A, value: b}]\n      interactiveMode: IfAvailable\n"
	 "      provideClusterInfo: true\n      installHint: Install it.\n", NULL,
	 "https://192.0.2.10:6443|-|-|-|-|x|u|-|-|aws"},
	{CLUSTERS CONTEXTS CURRENT "users:\n- name: u\n  user:\n    exec:\n"
	 "      apiVersion: client.authentication.k8s.io/v1\n      command: bin/get\n", NULL,
	 "https://192.0.2.10:6443|-|-|-|-|x|u|-|-|/dir/bin/get"},
	/* nobody */
	{CLUSTERS "contexts:\n- name: x\n  context: {cluster: c}\n" CURRENT, NULL,
	 "https://192.0.2.10:6443|-|-|-|-|x|-|-|-|-"},
	/* kubectl proxy */
	{"clusters:\n- name: c\n  cluster:\n    server: http://127.0.0.1:8001\n" USERS CONTEXTS
	 CURRENT, NULL, "http://127.0.0.1:8001|-|-|-|-|x|u|s3cret|-|-"},
	/* somebody else's entry is broken */
	{CLUSTERS "- name: d\n  cluster:\n    server: 5\n    insecure-skip-tls-verify: true\n"
	 USERS "- name: v\n  user:\n    exec: 7\n- name: w\n" CONTEXTS CURRENT, NULL,
	 "https://192.0.2.10:6443|-|-|-|-|x|u|s3cret|-|-"},
};

static void
what_a_kubeconfig_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct kube_settings settings;
		struct error err = {0};
		char *said;

		if (kubeconfig_decode(&settings, "/dir/config", good[i].text, strlen(good[i].text),
				      good[i].context, &err) != 0)
			fail_msg("%zu: %s\n%s", i, err.text, good[i].text);
		said = describe(&settings);
		assert_string_equal(said, good[i].expected);
		free(said);
		kube_settings_clear(&settings);
	}
}

/* Of a user. */
#define USER(text) CLUSTERS CONTEXTS CURRENT "users:\n- name: u\n  user:\n    " text "\n"
/* Of a cluster. */
#define CLUSTER(text) USERS CONTEXTS CURRENT CLUSTERS "    " text "\n"
#define EXEC(text) USER("exec:\n      apiVersion: client.authentication.k8s.io/v1\n" \
			"      command: get\n      " text)

static const struct {
	const char *text, *context, *error;
} broken[] = {
	{"", "x", "/dir/config: line 1, column 1: The document is empty."},
	{"- a\n", "x", "/dir/config:1: is not a kubeconfig"},
	{"a: b: c\n", "x", "/dir/config: line 1, column 5: mapping values are not allowed"},
	{"{\"clusters\": [}", "x", "/dir/config: "},
	{"clusters: 5\n", "x", "/dir/config:1: clusters must be an array"},
	{"users: {}\n", "x", "/dir/config:1: users must be an array"},
	{"contexts: a\n", "x", "/dir/config:1: contexts must be an array"},
	{"clusters:\n- 5\n", "x", "/dir/config:2: an entry of clusters needs a name"},
	{"clusters:\n- cluster: {}\n", "x", "/dir/config:2: an entry of clusters needs a name"},
	{"users:\n- name: 5\n", "x", "/dir/config:2: an entry of users needs a name"},
	{"contexts:\n- name: a\n  context: []\n", "x", "/dir/config:2: context must be an object"},
	{CLUSTERS USERS CONTEXTS, NULL, "/dir/config has no current-context; name a context"},
	{CLUSTERS USERS CONTEXTS "current-context: ''\n", NULL,
	 "/dir/config has no current-context; name a context"},
	{CLUSTERS USERS CONTEXTS "current-context: 5\n", NULL,
	 "/dir/config:14: current-context: must be a string"},
	{CLUSTERS USERS CONTEXTS CURRENT, "y", "/dir/config has no context \"y\""},
	{CLUSTERS USERS CONTEXTS "- name: x\n", "x",
	 "/dir/config:14: contexts \"x\": is listed twice"},
	{CLUSTERS CURRENT "contexts:\n- name: x\n  context:\n    user: u\n" USERS, NULL,
	 "/dir/config:9: contexts \"x\": cluster: is missing"},
	{CLUSTERS CURRENT "contexts:\n- name: x\n  context:\n    cluster: 5\n", NULL,
	 "/dir/config:9: contexts \"x\": cluster: must be a string"},
	{CLUSTERS CURRENT "contexts:\n- name: x\n", NULL, "contexts \"x\": cluster: is missing"},
	{CONTEXTS CURRENT USERS, NULL,
	 "/dir/config:4: contexts \"x\": cluster: \"c\" is not among the clusters"},
	{CONTEXTS CURRENT CLUSTERS, NULL,
	 "/dir/config:5: contexts \"x\": user: \"u\" is not among the users"},
	{CONTEXTS "    namespace: []\n" CURRENT CLUSTERS USERS, NULL,
	 "/dir/config:6: contexts \"x\": namespace: must be a string"},
	{CONTEXTS CURRENT USERS "clusters: [{name: c}]\n", NULL,
	 "clusters \"c\": server: The server of a cluster must be reached by https"},
	{CONTEXTS CURRENT USERS "clusters: [{name: c, cluster: {server: 'localhost:8080'}}]\n", NULL,
	 "server: The server of a cluster must be reached by https"},
	{CONTEXTS CURRENT USERS "clusters: [{name: c, cluster: {server: 'https://u:p@a'}}]\n", NULL,
	 "server: The server of a cluster must be reached by https"},
	{CONTEXTS CURRENT USERS "clusters: [{name: c, cluster: {server: 'http://192.0.2.10'}}]\n",
	 NULL, "server: The server of a cluster must be reached by https"},
	{CONTEXTS CURRENT USERS "clusters: [{name: c, cluster: {server: {}}}]\n", NULL,
	 "server: must be a string"},
	{CLUSTER("insecure-skip-tls-verify: true"), NULL,
	 "/dir/config:15: clusters \"c\": insecure-skip-tls-verify: is refused: anybody on the way "
	 "could read the token.  Remove it and set certificate-authority-data to the cluster's CA"},
	{CLUSTER("insecure-skip-tls-verify: 'true'"), NULL, "must be true or false"},
	{CLUSTER("certificate-authority-data: 5"), NULL,
	 "certificate-authority-data: must be a string"},
	{CLUSTER("certificate-authority-data: '%%%'"), NULL,
	 "certificate-authority-data: is not the base64 of a text"},
	{CLUSTER("certificate-authority-data: QQ"), NULL, "is not the base64 of a text"},
	{CLUSTER("certificate-authority-data: AAAA"), NULL, "is not the base64 of a text"},
	{CLUSTER("certificate-authority-data: QUFB"), NULL,
	 "clusters \"c\": \"certificate-authority\" must be a certificate as PEM."},
	{CLUSTER("certificate-authority-data: QUFB\n    certificate-authority: /ca"), NULL,
	 "certificate-authority-data: is given beside the path of a file"},
	{CLUSTER("certificate-authority: /nowhere/ca.pem"), NULL,
	 "certificate-authority: The file /nowhere/ca.pem, which is needed to reach the cluster, "
	 "cannot be read: No such file or directory."},
	{CLUSTER("certificate-authority: nowhere/ca.pem"), NULL, "file /dir/nowhere/ca.pem,"},
	{CLUSTER("certificate-authority: /dev/null"), NULL, "cannot be read: It is not a regular file."},
	{CLUSTER("certificate-authority: /"), NULL, "cannot be read: Is a directory"},
	{CLUSTER("certificate-authority: []"), NULL, "certificate-authority: must be a string"},
	{CLUSTER("tls-server-name: 'a/b'"), NULL, "tls-server-name: is not the name of a host"},
	{CLUSTER("tls-server-name: 5"), NULL, "tls-server-name: must be a string"},
	{CLUSTER("proxy-url: ftp://a"), NULL, "proxy-url: must be http://, https:// or socks5://"},
	{CLUSTER("proxy-url: http://"), NULL, "proxy-url: must be http://, https:// or socks5://"},
	{CLUSTER("proxy-url: 'http://a b'"), NULL, "proxy-url: must be http://"},
	{CLUSTER("proxy-url: 5"), NULL, "proxy-url: must be a string"},
	{USER("username: a"), NULL, "/dir/config:14: users \"u\": username: passwords are not"},
	{USER("password: a"), NULL, "password: passwords are not supported"},
	{USER("auth-provider: {name: gcp}"), NULL, "auth-provider: auth-provider is not supported"},
	{USER("as: root"), NULL, "as: impersonation is not supported"},
	{USER("as-uid: '0'"), NULL, "as-uid: impersonation is not supported"},
	{USER("as-groups: [a]"), NULL, "as-groups: impersonation is not supported"},
	{USER("as-user-extra: {a: [b]}"), NULL, "as-user-extra: impersonation is not supported"},
	{USER("token: 5"), NULL, "token: must be a string"},
	{USER("token: \"a\\nb\""), NULL, "token: The token for the cluster is empty, is too long"},
	{USER("token: 'a b'"), NULL, "token: The token for the cluster"},
	{USER("tokenFile: []"), NULL, "tokenFile: must be a string"},
	{USER("client-certificate-data: " CERTIFICATE_64), NULL,
	 "users \"u\": client-certificate and client-key are needed together"},
	{USER("client-key: k"), NULL, "client-certificate and client-key are needed together"},
	{USER("client-certificate-data: 5"), NULL, "client-certificate-data: must be a string"},
	{USER("client-certificate-data: " KEY_64 "\n    client-key-data: " KEY_64), NULL,
	 "\"client-certificate-data\" must be a certificate as PEM."},
	{USER("client-certificate-data: " CERTIFICATE_64 "\n    client-key-data: " CERTIFICATE_64),
	 NULL, "\"client-key-data\" must be a private key as PEM, without a password."},
	{USER("client-key-data: 7"), NULL, "client-key-data: must be a string"},
	{USER("client-key: 7"), NULL, "client-key: must be a string"},
	{USER("exec: 5"), NULL, "exec: must be an object"},
	{USER("exec: {}"), NULL, "users \"u\": apiVersion: must be client.authentication.k8s.io/v1 or"},
	{USER("exec: {apiVersion: client.authentication.k8s.io/v1alpha1}"), NULL,
	 "apiVersion: must be client.authentication.k8s.io/v1 or"},
	{USER("exec: {apiVersion: client.authentication.k8s.io/v1}"), NULL, "command: is missing"},
	{USER("token: a\n    exec: {}"), NULL, "exec: is given beside a token"},
	{EXEC("interactiveMode: Always"), NULL,
	 "/dir/config:17: users \"u\": interactiveMode: the plugin would ask on a terminal"},
	{EXEC("interactiveMode: Sometimes"), NULL, "interactiveMode: must be Never or IfAvailable"},
	{EXEC("interactiveMode: 5"), NULL, "interactiveMode: must be a string"},
	{EXEC("args: a"), NULL, "args: must be an array"},
	{EXEC("args: [5]"), NULL, "args: must be an array of strings"},
	{EXEC("env: a"), NULL, "env: must be an array"},
	{EXEC("env: [a]"), NULL, "env: must be an array of objects with name and value"},
	{EXEC("env: [{name: 'A=B', value: c}]"), NULL, "env: must be an array of objects"},
	{EXEC("env: [{name: A, value: 5}]"), NULL, "env: must be an array of objects"},
	{EXEC("provideClusterInfo: 5"), NULL, "provideClusterInfo: must be true or false"},
	{EXEC("installHint: 5"), NULL, "installHint: must be a string"},
	/* bombs */
	{"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "x", "YAML aliases are not supported."},
	{"<<: {a: b}\n", "x", "YAML merge keys are not supported."},
	{"a: !!binary QQ==\n", "x", "YAML tags are not supported."},
	{CLUSTERS USERS CONTEXTS CURRENT "---\na: b\n", NULL, "Only one document is allowed."},
	{CLUSTERS CLUSTERS, "x", "The key is given twice."},
	{"a: \xff\n", "x", "The file is not UTF-8 text."},
};

static void
what_is_wrong_with_a_kubeconfig_is_said_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct kube_settings settings;
		struct error err = {0};

		assert_int_equal(kubeconfig_decode(&settings, "/dir/config", broken[i].text,
						   strlen(broken[i].text), broken[i].context, &err),
				 -1);
		if (!strstr(err.text, broken[i].error) || strstr(err.text, "s3cret"))
			fail_msg("%s\n%s\nand not\n%s", broken[i].text, err.text, broken[i].error);
		kube_settings_clear(&settings);
	}
}

static void
depth_and_size_have_an_end(void **state)
{
	struct kube_settings settings;
	struct error err = {0};
	struct buf text;

	(void)state;
	buf_init(&text, 4 * 1024 * 1024);
	for (int i = 0; i < 100000; i++)
		buf_puts(&text, "[");
	assert_int_equal(kubeconfig_decode(&settings, "c", buf_str(&text), text.length, "x", &err), -1);
	assert_non_null(strstr(err.text, "nested too deeply"));
	kube_settings_clear(&settings);
	buf_truncate(&text, 0);
	buf_puts(&text, "{\"a\": ");
	for (int i = 0; i < 100000; i++)
		buf_puts(&text, "[");
	assert_int_equal(kubeconfig_decode(&settings, "c", buf_str(&text), text.length, "x", &err), -1);
	kube_settings_clear(&settings);
	buf_truncate(&text, 0);
	while (text.length < 1024 * 1024 + 1)
		buf_puts(&text, "# a comment that is long, and does not end soon enough\n");
	write_file("large", buf_str(&text), 0600);
	buf_clear(&text);
	{
		char *path = file_of("large");

		assert_int_equal(kubeconfig_read(&settings, path, "x", &err), -1);
		assert_non_null(strstr(err.text, "File too large"));
		free(path);
	}
	kube_settings_clear(&settings);
}

/* --- several files --- */

static void
several_files_are_merged_as_kubectl_does(void **state)
{
	static const char second[] =
		"current-context: y\nclusters:\n- name: c\n  cluster: {server: 'https://second'}\n"
		"- name: d\n  cluster: {server: 'https://d', certificate-authority: ca.pem}\n"
		"users:\n- name: u\n  user: {token: second}\n- name: v\n  user: {tokenFile: t}\n"
		"contexts:\n- name: x\n  context: {cluster: d, user: v}\n"
		"- name: y\n  context: {cluster: d, user: u}\n";
	char *paths = xasprintf("%s/missing::%s/first:%s/under/second", folder(),
				folder(), folder());
	char *expected = xasprintf("https://d|ca|-|-|-|z|v|%s/under/t|-|-", folder()), *said;
	struct kube_settings settings;
	struct error err = {0};

	(void)state;
	write_file("first", CLUSTERS USERS CONTEXTS "- name: z\n  context: {cluster: d, user: v}\n"
		   "current-context: ''\n", 0600);
	write_file("under/second", second, 0600);
	write_file("under/ca.pem", CERTIFICATE, 0600);
	/* the first that has the name, and the first current-context that is one */
	assert_int_equal(kubeconfig_read(&settings, paths, "x", &err), 0);
	said = describe(&settings);
	assert_string_equal(said, "https://192.0.2.10:6443|-|-|-|-|x|u|s3cret|-|-");
	free(said);
	kube_settings_clear(&settings);
	setenv("KUBECONFIG", paths, 1);
	assert_int_equal(kubeconfig_read(&settings, NULL, NULL, &err), 0);
	unsetenv("KUBECONFIG");
	said = describe(&settings);
	assert_string_equal(said, "https://d|ca|-|-|-|y|u|s3cret|-|-");
	free(said);
	kube_settings_clear(&settings);
	/* a context of one with what is in another, whose paths are from there */
	assert_int_equal(kubeconfig_read(&settings, paths, "z", &err), 0);
	said = describe(&settings);
	assert_string_equal(said, expected);
	free(said);
	kube_settings_clear(&settings);
	/* one that is broken is not passed over */
	write_file("under/second", "users: 5\n", 0600);
	assert_int_equal(kubeconfig_read(&settings, paths, "x", &err), -1);
	assert_non_null(strstr(err.text, "/under/second:1: users must be an array"));
	kube_settings_clear(&settings);
	free(paths);
	free(expected);
}

static void
no_kubeconfig_at_all(void **state)
{
	struct kube_settings settings;
	struct error err = {0};
	char *home = getenv("HOME") ? xstrdup(getenv("HOME")) : NULL;

	(void)state;
	assert_int_equal(kubeconfig_read(&settings, "/nowhere/a:/nowhere/b", NULL, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_string_equal(err.text, "No kubeconfig exists at /nowhere/a:/nowhere/b");
	kube_settings_clear(&settings);
	unsetenv("KUBECONFIG");
	setenv("HOME", "/nowhere", 1);
	assert_int_equal(kubeconfig_read(&settings, NULL, NULL, &err), -1);
	assert_string_equal(err.text, "No kubeconfig exists at /nowhere/.kube/config");
	kube_settings_clear(&settings);
	unsetenv("HOME");
	assert_int_equal(kubeconfig_read(&settings, NULL, NULL, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	kube_settings_clear(&settings);
	if (home)
		setenv("HOME", home, 1);
	free(home);
}

/* --- the group --- */

static int
make_folders(void **state)
{
	char *under;

	if (make_folder(state) != 0)
		return -1;
	under = file_of("under");
	if (mkdir(under, 0700) != 0)
		return -1;
	free(under);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_kubeconfig_says),
		cmocka_unit_test(what_is_wrong_with_a_kubeconfig_is_said_with_its_place),
		cmocka_unit_test(depth_and_size_have_an_end),
		cmocka_unit_test(several_files_are_merged_as_kubectl_does),
		cmocka_unit_test(no_kubeconfig_at_all),
	};

	return cmocka_run_group_tests(tests, make_folders, remove_folder);
}
