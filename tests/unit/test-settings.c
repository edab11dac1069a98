/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a daemon is told, by its file and by its command line: what each key takes, in which form,
 * and what all of them together may not say. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "platform/admin/settings.h"

static void
add_fault(void *data, const char *text)
{
	char **all = data, *longer = xasprintf("%s%s\n", *all, text);

	free(*all);
	*all = longer;
}

/* What is said of a file with this text, a line each, without its path; free() it. */
static char *
faults_of(struct settings *settings, const char *text)
{
	char path[] = "/tmp/settings-XXXXXX", *faults = xstrdup(""), *out, *to;
	struct error err = {0};
	int fd = mkstemp(path), count;
	size_t length = strlen(path), lines = 0;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	settings_init(settings);
	count = settings_read(settings, path, add_fault, &faults, &err);
	unlink(path);
	out = to = xcalloc(1, strlen(faults) + 1);
	for (const char *at = faults; *at;) {
		if (strncmp(at, path, length) == 0 && at[length] == ':')
			at += length + 1;
		lines += *at == '\n';
		*to++ = *at++;
	}
	assert_int_equal(count, lines);
	free(faults);
	return out;
}

#define OFFSET(member) offsetof(struct settings, member)

/* Values of one key, and what becomes of each: a number, or refused. */
static void
each_number_has_its_form_and_its_bounds(void **state)
{
	static const struct { const char *option, *value; size_t at; int64_t number; } cases[] = {
		{"ready-timeout", "100ms", OFFSET(ready_timeout_ms), 100},
		{"ready-timeout", "99ms", OFFSET(ready_timeout_ms), -1},
		{"ready-timeout", "2s", OFFSET(ready_timeout_ms), 2000},
		{"ready-timeout", "60m", OFFSET(ready_timeout_ms), 3600000},
		{"ready-timeout", "61m", OFFSET(ready_timeout_ms), -1},
		{"ready-timeout", "2", OFFSET(ready_timeout_ms), -1},	/* of what? */
		{"ready-timeout", "2 s", OFFSET(ready_timeout_ms), -1},
		{"ready-timeout", " 2s", OFFSET(ready_timeout_ms), -1},
		{"ready-timeout", "2S", OFFSET(ready_timeout_ms), -1},
		{"ready-timeout", "-2s", OFFSET(ready_timeout_ms), -1},
		{"ready-timeout", "+2s", OFFSET(ready_timeout_ms), -1},
		{"ready-timeout", "1.5s", OFFSET(ready_timeout_ms), -1},
		{"ready-timeout", "1h", OFFSET(ready_timeout_ms), -1},
		{"ready-timeout", "", OFFSET(ready_timeout_ms), -1},
		{"ready-timeout", "99999999999999999999s", OFFSET(ready_timeout_ms), -1},
		{"ready-timeout", "9223372036854775807m", OFFSET(ready_timeout_ms), -1},
		{"stop-timeout", "0s", OFFSET(stop_timeout_ms), 0},
		{"environment-processes", "0", OFFSET(environment_processes), 0},
		{"environment-processes", "1000000", OFFSET(environment_processes), 1000000},
		{"environment-processes", "1000001", OFFSET(environment_processes), -1},
		{"environment-processes", "1K", OFFSET(environment_processes), -1},
		{"environment-memory", "1K", OFFSET(environment_memory), 1024},
		{"environment-memory", "64M", OFFSET(environment_memory), 64 << 20},
		{"environment-memory", "64", OFFSET(environment_memory), 64},
		{"environment-memory", "1G", OFFSET(environment_memory), -1},
		{"environment-memory", "1048577M", OFFSET(environment_memory), -1},
		{"environment-disk", "0x10", OFFSET(environment_disk), -1},
		{"socket-mode", "0600", OFFSET(socket_mode), 0600},
		{"socket-mode", "660", OFFSET(socket_mode), 0660},
		{"socket-mode", "0755", OFFSET(socket_mode), -1},	/* nobody executes a socket */
		{"socket-mode", "66", OFFSET(socket_mode), -1},
		{"socket-mode", "0680", OFFSET(socket_mode), -1},
		{"socket-mode", "1600", OFFSET(socket_mode), -1},
		{"socket-mode", "-600", OFFSET(socket_mode), -1},
		{"allow-plain", "true", OFFSET(allow_plain), 1},
		{"allow-plain", "false", OFFSET(allow_plain), 0},
		{"allow-plain", "yes", OFFSET(allow_plain), -1},
		{"allow-plain", "True", OFFSET(allow_plain), -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct settings settings;
		struct error err = {0};
		int64_t before, now;
		int ret;

		settings_init(&settings);
		memcpy(&before, (char *)&settings + cases[i].at, sizeof(before));
		ret = settings_set_option(&settings, cases[i].option, cases[i].value, &err);
		memcpy(&now, (char *)&settings + cases[i].at, sizeof(now));
		if ((ret == 0) != (cases[i].number >= 0))
			fail_msg("--%s=%s: %s", cases[i].option, cases[i].value, err.text);
		assert_int_equal(now, ret == 0 ? cases[i].number : before);
		if (ret != 0) {
			assert_int_equal(err.kind, ERROR_INPUT);
			assert_non_null(strstr(err.text, cases[i].option));
		}
		settings_clear(&settings);
	}
}

static void
a_word_is_one_of_those_that_there_are(void **state)
{
	static const struct { const char *option, *value; bool fine; } cases[] = {
		{"confinement", "namespaces", true}, {"confinement", "none", true},
		{"confinement", "landlock", false}, {"confinement", "", false},
		{"log-level", "error", true}, {"log-level", "debug", true}, {"log-level", "loud", false},
		{"extensions", "all", true}, {"extensions", "none", true},
		{"extensions", "deploy-values,logs-follow", true}, {"extensions", "deploy-valus", false},
		{"listen", "127.0.0.1:8080", true}, {"listen", "[::1]:8080", true},
		{"listen", "127.0.0.1", false}, {"listen", "127.0.0.1:99999", false},
		{"listen", ":8080x", false}, {"listen", "", false},
		{"user", "anna", true}, {"user", "", false},
		{"adopt-groups", "shop-db=shop,web=", true}, {"adopt-groups", "shop", false},
		{"adopt-groups", "web=,shop", false}, {"adopt-groups", "=shop", false},
		{"no-such", "x", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct settings settings;
		struct error err = {0};

		settings_init(&settings);
		if ((settings_set_option(&settings, cases[i].option, cases[i].value, &err) == 0) !=
		    cases[i].fine)
			fail_msg("--%s=%s: %s", cases[i].option, cases[i].value, err.text);
		if (strcmp(cases[i].option, "no-such") == 0)
			assert_int_equal(err.kind, ERROR_NOT_FOUND);
		settings_clear(&settings);
	}
}

/* A daemon may listen on several addresses, but not on any number of them. */
static void
addresses_are_collected_to_a_limit(void **state)
{
	struct settings settings;
	struct error err = {0};
	char address[32];

	(void)state;
	settings_init(&settings);
	for (int i = 0; i < SETTINGS_ADDRESSES_MAX; i++) {
		snprintf(address, sizeof(address), "127.0.0.1:%d", 8000 + i);
		assert_int_equal(settings_set_option(&settings, "listen", address, &err), 0);
	}
	assert_int_equal(settings_set_option(&settings, "listen", "127.0.0.1:9000", &err), -1);
	assert_int_equal(err.kind, ERROR_LIMIT);
	assert_int_equal(settings.plain.count, SETTINGS_ADDRESSES_MAX);
	assert_string_equal(settings.plain.items[0], "127.0.0.1:8000");
	assert_int_equal(settings_set_option(&settings, "tls-listen", "127.0.0.1:9000", &err), 0);
	settings_clear(&settings);
}

/* Each line of what is said begins with the place, and names what it is about: "2:10: var". */
static void
assert_faults(const char *said, const char *expected)
{
	char *copy = xstrdup(expected), *rest = copy, *line;
	const char *at = said;

	while ((line = strsep(&rest, "\n")) && *line) {
		char *word = strchr(line, ' '), *whole;
		const char *end = strchr(at, '\n');

		*word++ = '\0';
		if (!end)
			fail_msg("nothing is said of %s", line);
		whole = xstrndup(at, (size_t)(end - at));
		if (strncmp(whole, line, strlen(line)) != 0 || !strstr(whole, word))
			fail_msg("\"%s\" is not at %s of %s", whole, line, word);
		free(whole);
		at = end + 1;
	}
	assert_string_equal(at, "");
	free(copy);
}

static void
a_file_is_read_whole_and_every_fault_is_told(void **state)
{
	static const struct { const char *text, *faults; } cases[] = {
		{"", ""},
		{"# nothing\n", ""},
		{"[state]\n\tdirectory = /var/lib/sidestage\n[run]\n\timages = /opt/images\n", ""},
		{"[state]\n\tdirectory = var\n", "2:14: \"var\""},
		{"[state]\n\tdirectory = \"\"\n", "2:14: \"\""},
		{"[stat]\n\tdirectory = /x\n", "2:2: [state]?"},		/* what was meant */
		{"[zzz]\n\tstate = /x\n", "2:2: [zzz]."},
		{"[run]\n\timage = /x\n", "2:2: \"images\"?"},
		{"[run]\n\tzzzzz = /x\n", "2:2: \"zzzzz\"."},
		{"[run]\n\timages = /a\n\timages = /b\n", "3:2: key"},
		{"[run \"x\"]\n\timages = /a\n", "2:2: name"},
		{"[listen]\n\taddress = 127.0.0.1:1\n\taddress = 127.0.0.1:2\n", ""},
		{"[log]\n\tlevel = loud\n[run]\n\tconfinement = maybe\n", "2:10: \"loud\"\n4:16: \"maybe\""},
		{"[run]\n\tconfine = best\n", ""},
		{"[run]\n\tconfine = limits\n", "2:12: \"confinement = none\""},
		{"[run]\n\tcluster-servers = 192.0.2.1:6443, k.example.org\t[::1]:6443\n", ""},
		{"[run]\n\tcluster-servers = https://k.example.org\n", "2:20: \"https://k.example.org\""},
		{"[run]\n\tcluster-servers = a.example.org, b.example.org/x\n", "2:20: \"b.example.org/x\""},
		{"[run]\n\tcluster-servers = u@k.example.org\n", "2:20: \"u@k.example.org\""},
		{"[run]\n\tcluster-servers = k.example.org:0x\n", "2:20: \"k.example.org:0x\""},
		{"[run]\n\tcluster-servers = [::1\n", "2:20: \"[::1\""},
		{"[run]\n\tcluster-servers = [::1]:x\n", "2:20: \"[::1]:x\""},
		{"[run]\n\tcluster-servers = [::1]6443\n", "2:20: \"[::1]6443\""},
		{"[limits]\n\tbody = 17M\n", "2:9: 1K to 16M"},
		{"[limits]\n\tburst = 0\n", "2:10: 1 to 100000"},
		{"[template \"page\"]\n\tfile = /t/page\n", ""},
		{"[cluster \"prod\"]\n\tkubeconfig = /k/a:/k/b\n\tcontext = c\n", ""},
		{"[cluster \"a\"]\n\tin-cluster = true\n[cluster \"b\"]\n\tin-cluster = true\n", ""},
		{"[cluster]\n\tkubeconfig = /k\n", "2:2: name"},
		{"[cluster \"../x\"]\n\tkubeconfig = /k\n", "2:2: name"},
		{"[cluster \"prod\"]\n\tkubeconfig = ~/.kube/config\n", "2:15: \"~"},
		{"[cluster \"prod\"]\n\tkubeconfig = /a:b\n", "2:15: \"/a:b"},
		{"[cluster \"prod\"]\n\tkubeconfig = /a:\n", "2:15: \"/a:"},
		{"[cluster \"prod\"]\n\tin-cluster = yes\n", "2:15: \"yes"},
		{"[cluster \"prod\"]\n\tkubeconfg = /k\n", "2:2: \"kubeconfig\"?"},
		{"[cluster \"prod\"]\n\tserver = https://example.org\n", "2:2: \"server\"."},
		{"[cluster \"p\"]\n\tcontext = a\n[cluster \"p\"]\n\tcontext = b\n", "4:2: key"},
		{"[template]\n\tfile = /t/page\n", "2:2: name"},
		{"[template \"../x\"]\n\tfile = /t/page\n", "2:2: name"},
		{"[template \"page\"]\n\tfile = page\n", "2:9: \"page\""},
		{"[template \"page\"]\n\tfiles = /t/page\n", "2:2: \"file\""},
		{"[template \"p\"]\n\tfile = /a\n[template \"p\"]\n\tfile = /b\n", "4:2: key"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct settings settings;
		char *faults = faults_of(&settings, cases[i].text);

		assert_faults(faults, cases[i].faults);
		free(faults);
		settings_clear(&settings);
	}
}

static void
the_command_line_comes_after_the_file(void **state)
{
	struct settings settings;
	struct error err = {0};
	char *faults = faults_of(&settings, "[state]\n\tdirectory = /of/the/file\n[access]\n\tuser = file\n");

	(void)state;
	assert_string_equal(faults, "");
	assert_string_equal(settings.state, "/of/the/file");
	assert_int_equal(settings_set_option(&settings, "state", "beside", &err), 0);
	assert_string_equal(settings.state, "beside");
	assert_string_equal(settings.user, "file");
	free(faults);
	settings_clear(&settings);
	assert_null(settings.state);
}

static void
a_file_that_is_not_there_is_said(void **state)
{
	struct settings settings;
	struct error err = {0};
	char *faults = xstrdup("");

	(void)state;
	settings_init(&settings);
	assert_int_equal(settings_read(&settings, "/nowhere/sidestaged.conf", add_fault, &faults, &err),
			 -1);
	assert_true(*err.text);
	assert_string_equal(faults, "");
	free(faults);
	settings_clear(&settings);
}

/* A cluster is reached by a kubeconfig or from within, not by both and not by neither. */
static void
a_cluster_is_reached_in_one_way(void **state)
{
	static const struct { const char *keys, *says; } cases[] = {
		{"kubeconfig = /k", NULL}, {"kubeconfig = /k\n\tin-cluster = false", NULL},
		{"in-cluster = true", NULL}, {"context = c", "needs the path of a kubeconfig"},
		{"in-cluster = false", "needs the path of a kubeconfig"},
		{"in-cluster = true\n\tkubeconfig = /k", "kubeconfig and context have no meaning"},
		{"in-cluster = true\n\tcontext = c", "kubeconfig and context have no meaning"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = xasprintf("[state]\n\tdirectory = /s\n[run]\n\timages = /i\n"
				       "[cluster \"prod\"]\n\t%s\n", cases[i].keys);
		struct settings settings;
		char *faults = faults_of(&settings, text);

		assert_string_equal(faults, "");
		settings_check(&settings, "here", add_fault, &faults);
		if (cases[i].says ? !strstr(faults, cases[i].says) : *faults)
			fail_msg("%s: %s", cases[i].keys, faults);
		assert_true(!*faults || strstr(faults, "here: [cluster \"prod\"]"));
		free(faults);
		free(text);
		settings_clear(&settings);
	}
}

/* Each option once, with words for the help; only those are taken. */
static void
each_option_is_listed_and_taken(void **state)
{
	const char *name, *argument, *help, *other, *unused;
	size_t count = 0;

	(void)state;
	for (; settings_option(count, &name, &argument, &help); count++) {
		struct settings settings;
		struct error err = {0};

		assert_true(*name && *argument && help && *help);
		assert_null(strchr(help, '\n'));
		for (size_t k = 0; k < count; k++) {
			assert_true(settings_option(k, &other, &unused, &unused));
			assert_string_not_equal(name, other);
		}
		settings_init(&settings);
		if (settings_set_option(&settings, name, "", &err) != 0)
			assert_int_not_equal(err.kind, ERROR_NOT_FOUND);
		settings_clear(&settings);
	}
	assert_true(count > 20);
	assert_false(settings_option(count + 1, &name, &argument, &help));
}

static size_t
check(const char *const (*options)[2], char **faults)
{
	struct settings settings;
	struct error err = {0};
	size_t count;

	settings_init(&settings);
	assert_int_equal(settings_set_option(&settings, "images", "/images", &err), 0);
	for (; (*options)[0]; options++)
		if (settings_set_option(&settings, (*options)[0], (*options)[1], &err) != 0)
			fail_msg("%s", err.text);
	*faults = xstrdup("");
	count = settings_check(&settings, "here", add_fault, faults);
	settings_clear(&settings);
	return count;
}

static void
what_only_all_of_them_say_is_checked(void **state)
{
	static const struct { const char *options[6][2]; const char *says; } cases[] = {
		{{{"state", "/s"}, {"socket", "/s/sock"}}, NULL},
		{{{"state", "/s"}, {"listen", "127.0.0.1:80"}}, NULL},
		{{{"state", "/s"}, {"listen", "[::1]:80"}}, NULL},
		{{{"state", "/s"}, {"listen", "0.0.0.0:80"}}, "0.0.0.0:80"},
		{{{"state", "/s"}, {"listen", "[::]:80"}}, "[::]:80"},
		{{{"state", "/s"}, {"listen", "0.0.0.0:80"}, {"allow-plain", "true"}}, NULL},
		{{{"state", "/s"}, {"tls-listen", "0.0.0.0:443"}}, "certificate"},
		{{{"state", "/s"}, {"tls-listen", "0.0.0.0:443"}, {"tls-certificate", "/c"}}, "key"},
		{{{"state", "/s"}, {"tls-listen", "0.0.0.0:443"}, {"tls-certificate", "/c"}, {"tls-key", "/k"}}, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *faults;
		size_t count = check(cases[i].options, &faults);

		if (cases[i].says ? count == 0 || !strstr(faults, cases[i].says) : count != 0)
			fail_msg("case %zu: %s", i, faults);
		assert_true(count == 0 || strncmp(faults, "here: ", 6) == 0);
		free(faults);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_has_its_form_and_its_bounds),
		cmocka_unit_test(a_word_is_one_of_those_that_there_are),
		cmocka_unit_test(addresses_are_collected_to_a_limit),
		cmocka_unit_test(a_file_is_read_whole_and_every_fault_is_told),
		cmocka_unit_test(the_command_line_comes_after_the_file),
		cmocka_unit_test(a_file_that_is_not_there_is_said),
		cmocka_unit_test(a_cluster_is_reached_in_one_way),
		cmocka_unit_test(each_option_is_listed_and_taken),
		cmocka_unit_test(what_only_all_of_them_say_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
