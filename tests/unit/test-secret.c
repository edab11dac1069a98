/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Sealing, the file of the key, and what is taken out of the output of workloads. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "platform/drivers/redact.h"
#include "platform/state/place.h"
#include "platform/state/secret.h"

#define SEED 20261123u
#define ROUNDS 3000

static char *folder;

static int
start(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	folder = xasprintf("%s/secret-XXXXXX", tmp ? tmp : "/tmp");
	unsetenv("CREDENTIALS_DIRECTORY");
	return mkdtemp(folder) ? 0 : -1;
}

static int
stop(void **state)
{
	int ret = paths_remove_tree(folder, NULL);

	(void)state;
	free(folder);
	return ret;
}

static char *
write_key(const char *name, const char *text, mode_t mode)
{
	char *path = xasprintf("%s/%s", folder, name);
	FILE *file;

	unlink(path);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static struct secrets *
open_key(const char *key_file)
{
	struct error err = {0};
	struct secrets *secrets = secrets_open(key_file, folder, true, &err);

	if (!secrets)
		fail_msg("%s", err.text);
	return secrets;
}

#define KEY_A "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define KEY_B "10112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

/* --- sealing --- */

static void
what_is_sealed_opens_only_at_its_place(void **state)
{
	static const struct place here = {"acme", "shop", "production"};
	static const struct {
		struct place place;
		const char *key;
	} elsewhere[] = {
		{{"acme", "shop", "staging"}, "PIN"},
		{{"acme", "shop", NULL}, "PIN"},
		{{"acme", "shopp", "roduction"}, "PIN"},
		{{"acmes", "hop", "production"}, "PIN"},
		{{"acme", "shop", "production"}, "PINN"},
		{{"acme", "shop", "production"}, ""},
		{{"other", "shop", "production"}, "PIN"},
	};
	static const char *const texts[] = {"", "x", "s3cr3t", "\xec\x84\x9c\xec\x9a\xb8"};
	char *key = write_key("a.key", KEY_A "\n", 0600);
	struct secrets *secrets = open_key(key);
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *sealed = secrets_seal(secrets, &here, "PIN", texts[i]);
		char *again = secrets_seal(secrets, &here, "PIN", texts[i]);
		char *text = secrets_unseal(secrets, &here, "PIN", sealed, &err);

		assert_string_equal(text, texts[i]);
		assert_string_not_equal(sealed, again);	/* another nonce */
		assert_true(strlen(texts[i]) < 6 || !strstr(sealed, texts[i]));
		for (size_t k = 0; k < sizeof(elsewhere) / sizeof(elsewhere[0]); k++)
			assert_null(secrets_unseal(secrets, &elsewhere[k].place, elsewhere[k].key,
						   sealed, &err));
		secrets_wipe(text);
		free(sealed);
		free(again);
	}
	secrets_free(secrets);
	free(key);
}

static void
what_was_changed_or_is_another_keys_does_not_open(void **state)
{
	static const struct place here = {"acme", "shop", NULL};
	static const char *const junk[] = {"", "v1:", "v1:AAAA", "v2:AAAA", "v1:!!!!", "plain",
					   "v1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
	char *key_a = write_key("a.key", KEY_A, 0600), *key_b = write_key("b.key", KEY_B, 0400);
	struct secrets *a = open_key(key_a), *b = open_key(key_b);
	char *sealed = secrets_seal(a, &here, "PIN", "s3cr3t");
	struct error err = {0};

	(void)state;
	assert_null(secrets_unseal(b, &here, "PIN", sealed, &err));
	assert_int_equal(err.kind, ERROR_STORE);
	assert_null(strstr(err.text, "s3cr3t"));
	for (size_t i = 0; sealed[i]; i++) {
		char was = sealed[i];

		sealed[i] = was == 'A' ? 'B' : 'A';
		assert_null(secrets_unseal(a, &here, "PIN", sealed, &err));
		sealed[i] = was;
	}
	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++)
		assert_null(secrets_unseal(a, &here, "PIN", junk[i], &err));
	secrets_free(a);
	secrets_free(b);
	free(sealed);
	free(key_a);
	free(key_b);
}

static void
a_fingerprint_tells_equal_from_different_in_one_application(void **state)
{
	static const struct place app = {"acme", "shop", NULL},
				  env = {"acme", "shop", "production"},
				  other = {"acme", "other", NULL};
	char *key_a = write_key("a.key", KEY_A, 0600), *key_b = write_key("b.key", KEY_B, 0600);
	struct secrets *a = open_key(key_a), *b = open_key(key_b);
	char one[SECRET_FINGERPRINT_SIZE], two[SECRET_FINGERPRINT_SIZE];

	(void)state;
	secrets_fingerprint(a, &app, "s3cr3t", one);
	assert_int_equal(strlen(one), SECRET_FINGERPRINT_SIZE - 1);
	secrets_fingerprint(a, &env, "s3cr3t", two);
	assert_string_equal(one, two);
	secrets_fingerprint(a, &app, "s3cr3u", two);
	assert_string_not_equal(one, two);
	secrets_fingerprint(a, &other, "s3cr3t", two);
	assert_string_not_equal(one, two);
	secrets_fingerprint(b, &app, "s3cr3t", two);
	assert_string_not_equal(one, two);
	secrets_key_check(a, one);
	secrets_key_check(b, two);
	assert_string_not_equal(one, two);
	secrets_free(a);
	secrets_free(b);
	free(key_a);
	free(key_b);
}

static void
a_key_of_names_is_the_same_each_time_and_another_for_each_key(void **state)
{
	char *key_a = write_key("a.key", KEY_A, 0600), *key_b = write_key("b.key", KEY_B, 0600);
	struct secrets *a = open_key(key_a), *again = open_key(key_a), *b = open_key(key_b);

	(void)state;
	assert_memory_equal(secrets_name_key(a), secrets_name_key(again), SECRET_NAME_KEY_SIZE);
	assert_memory_not_equal(secrets_name_key(a), secrets_name_key(b), SECRET_NAME_KEY_SIZE);
	secrets_free(a);
	secrets_free(again);
	secrets_free(b);
	free(key_a);
	free(key_b);
}

static void
a_forked_child_has_no_key(void **state)
{
	static const struct place here = {"acme", "shop", NULL};
	char *key = write_key("a.key", KEY_A, 0600);
	struct secrets *secrets = open_key(key);
	char *sealed = secrets_seal(secrets, &here, "PIN", "s3cr3t");
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct error err = {0};
		bool opened = secrets_unseal(secrets, &here, "PIN", sealed, &err) != NULL;

		/* By another program, in which valgrind has nothing to look for. */
		execl("/bin/sh", "sh", "-c", opened ? "exit 1" : "exit 0", (char *)NULL);
		_exit(2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	free(sealed);
	secrets_free(secrets);
	free(key);
}

/* --- the file of the key --- */

static void
a_key_is_made_once_and_only_for_us(void **state)
{
	char *path = xasprintf("%s/secret.key", folder);
	char one[SECRET_FINGERPRINT_SIZE], two[SECRET_FINGERPRINT_SIZE];
	struct error err = {0};
	struct secrets *secrets;
	struct stat st;

	(void)state;
	unlink(path);
	assert_null(secrets_open(NULL, folder, false, &err));
	assert_non_null(strstr(err.text, "not there"));
	assert_int_not_equal(access(path, F_OK), 0);
	secrets = open_key(NULL);
	secrets_key_check(secrets, one);
	secrets_free(secrets);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_nlink, 1);
	secrets = open_key(NULL);
	secrets_key_check(secrets, two);
	secrets_free(secrets);
	assert_string_equal(one, two);
	unlink(path);
	free(path);
}

static void
a_key_that_others_could_know_is_refused(void **state)
{
	static const struct {
		const char *text;
		mode_t mode;
	} bad[] = {
		{KEY_A, 0640}, {KEY_A, 0604}, {KEY_A, 0620}, {"", 0600}, {KEY_A "0", 0600},
		{KEY_A "x", 0600}, {"00", 0600}, {"zz" KEY_A, 0600}, {KEY_A "\n\n\n\n\n", 0600},
	};
	char *link = xasprintf("%s/link.key", folder), *good = write_key("good.key", KEY_A, 0600);
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *path = write_key("bad.key", bad[i].text, bad[i].mode);

		assert_null(secrets_open(path, folder, true, &err));
		assert_null(strstr(err.text, "0011"));
		free(path);
	}
	assert_int_equal(symlink(good, link), 0);
	assert_null(secrets_open(link, folder, true, &err));
	assert_null(secrets_open(folder, folder, true, &err));
	unlink(link);
	assert_int_equal(mkfifo(link, 0600), 0);
	assert_null(secrets_open(link, folder, true, &err));
	assert_null(secrets_open("/nowhere/at/all", folder, true, &err));
	free(link);
	free(good);
}

static void
a_credential_of_systemd_comes_before_the_states_own(void **state)
{
	char *path = write_key("sidestaged.key", KEY_A, 0440),
	     *given = write_key("b.key", KEY_B, 0600);
	char one[SECRET_FINGERPRINT_SIZE], two[SECRET_FINGERPRINT_SIZE];
	struct secrets *secrets;

	(void)state;
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	secrets = open_key(NULL);
	secrets_key_check(secrets, one);
	secrets_free(secrets);
	secrets = open_key(given);
	secrets_key_check(secrets, two);
	secrets_free(secrets);
	assert_string_not_equal(one, two);
	unsetenv("CREDENTIALS_DIRECTORY");
	free(path);
	path = write_key("a.key", KEY_A, 0600);
	secrets = open_key(path);
	secrets_key_check(secrets, two);
	secrets_free(secrets);
	assert_string_equal(one, two);
	free(path);
	free(given);
}

/* --- output --- */

static void
collect(void *data, const char *bytes, size_t length)
{
	buf_append(data, bytes, length);
}

static void
a_secret_in_the_output_is_replaced(void **state)
{
	static const struct {
		const char *secrets[4], *in, *out;
	} cases[] = {
		{{"s3cr3t"}, "a s3cr3t b s3cr3t", "a [secret] b [secret]"},
		{{"s3cr3t"}, "s3cr3", "s3cr3"},
		{{"s3cr3t"}, "s3s3cr3t", "s3[secret]"},
		{{"aaab"}, "aaaaab", "aa[secret]"},
		{{"abcd", "abcdef"}, "xabcdefx", "x[secret]x"},
		{{"abcd", "cdef"}, "xabcdefx", "x[secret]x"},	/* one over the other */
		{{"abab"}, "xabababx", "x[secret]x"},
		{{"abcd"}, "abcdabcd", "[secret]"},
		{{"abcd", "abcdef"}, "xabcdex", "x[secret]ex"},
		{{"abcd", "abcdef"}, "abcd", "[secret]"},
		{{"abc"}, "abc", "abc"},		/* too short to look for */
		{{""}, "abc", "abc"},
		{{NULL}, "abc", "abc"},
		{{"first line\nsecond line\nx"}, "1 first line\n2 second line\n3 x",
		 "1 [secret]\n2 [secret]\n3 x"},
		{{"first line\nsecond line\nx"}, "first line\nsecond line\nx", "[secret]"},
		/* line ends of another system, on either side; a shell takes the last one away */
		{{"one\r\nmore\r\n"}, "one\nmore\n", "[secret]"},
		{{"one\nmore\n"}, "one\r\nmore\r\n", "[secret]"},
		{{"hunt\r\n"}, "the hunt is on", "the [secret] is on"},
		{{"first line\r\nsecond line\r\n"}, "  first line\n  second line\n",
		 "  [secret]\n"},
		{{"  first line\n\tsecond line"}, "first line|second line", "[secret]|[secret]"},
		/* JSON, also with what need not be escaped */
		{{"a\"b\\c/d"}, "{\"k\":\"a\\\"b\\\\c/d\"}", "{\"k\":\"[secret]\"}"},
		{{"a\"b\\c/d"}, "{\"k\":\"a\\\"b\\\\c\\/d\"}", "{\"k\":\"[secret]\"}"},
		{{"first line\r\nsecond"}, "\"first line\\nsecond\"", "\"[secret]\""},
		{{"k\xc3\xa9y-\xc3\xa9"}, "\"k\\u00e9y-\\u00e9\"", "\"[secret]\""},
		/* base64 of "hunter22", alone, after "u:" and "me:", and in the alphabet of URLs */
		{{"hunter22"}, "aHVudGVyMjI=", "[secret]="},
		{{"hunter22"}, "dTpodW50ZXIyMg==", "dTp[secret]=="},
		{{"hunter22"}, "bWU6aHVudGVyMjI=", "bWU6[secret]="},
		{{"hunter22"}, "QTpodW50ZXIyMjpC", "QTp[secret]jpC"},
		{{"?\?>>?\?>>"}, "Pz8-Pj8_Pj4", "[secret]"},
		{{"?\?>>?\?>>"}, "Pz8+Pj8/Pj4=", "[secret]="},
		/* URLs: who encodes decides what stays */
		{{"a b/c+d"}, "https://u:a%20b%2Fc%2Bd@h", "https://u:[secret]@h"},
		{{"a b/c+d"}, "k=a+b%2Fc%2Bd&l", "k=[secret]&l"},
		{{"a b/c+d"}, "k=a%20b/c%2bd&l", "k=[secret]&l"},
		{{"p\xc3\xa9ss"}, "p%C3%A9ss p%c3%a9ss", "[secret] [secret]"},
	};
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *secrets = json_array();
		struct redact *redact;

		for (size_t k = 0; cases[i].secrets[k]; k++)
			json_array_append_new(secrets, json_string(cases[i].secrets[k]));
		/* In pieces of every size. */
		for (size_t piece = 1; piece <= strlen(cases[i].in); piece++) {
			redact = redact_new(secrets);
			buf_clear(&out);
			for (size_t at = 0; at < strlen(cases[i].in); at += piece) {
				size_t left = strlen(cases[i].in) - at;

				redact_take(redact, cases[i].in + at, left < piece ? left : piece,
					    collect, &out);
			}
			redact_end(redact, collect, &out);
			redact_free(redact);
			assert_string_equal(buf_str(&out), cases[i].out);
		}
		json_decref(secrets);
	}
	buf_clear(&out);
}

static unsigned
draw(unsigned *seed, unsigned below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

static void
however_output_is_cut_no_secret_is_left(void **state)
{
	unsigned seed = SEED;
	struct buf out;

	(void)state;
	buf_init(&out, 1u << 20);
	for (int round = 0; round < ROUNDS; round++) {
		json_t *secrets = json_array(), *secret;
		struct redact *redact;
		size_t i;

		for (unsigned n = 1 + draw(&seed, 4); n > 0; n--) {
			char text[16] = "";
			unsigned length = 4 + draw(&seed, 8);

			for (unsigned k = 0; k < length; k++)
				text[k] = (char)('a' + draw(&seed, 2));
			json_array_append_new(secrets, json_string(text));
		}
		redact = redact_new(secrets);
		buf_clear(&out);
		for (unsigned n = draw(&seed, 60); n > 0; n--) {
			char text[16] = "";
			unsigned length = draw(&seed, 12);

			for (unsigned k = 0; k < length; k++)
				text[k] = (char)('a' + draw(&seed, 2));
			redact_take(redact, text, length, collect, &out);
		}
		redact_end(redact, collect, &out);
		redact_free(redact);
		json_array_foreach(secrets, i, secret)
			if (strstr(buf_str(&out), json_string_value(secret)))
				fail_msg("seed %u, round %d: %s in %s", SEED, round,
					 json_string_value(secret), buf_str(&out));
		json_decref(secrets);
	}
	buf_clear(&out);
}

/* The case that was found: a key from a file with CR LF, printed with LF alone, and as `base64`
 * wraps it. */
static void
a_key_of_many_lines_is_found_however_it_is_wrapped(void **state)
{
	static const char key[] =
		"-----BEGIN K-----\r\n"
		"MC4CAQAwBQYDK2VwBCIEIHm4N0mD1sXwYt2m5J3W9vUeQ6r0cZ8kqL1xT7yB2fGh\r\n"
		"QmFzZTY0IGlzIG5vIGVuY3J5cHRpb24gYXQgYWxsLCBpdCBpcyBvbmx5IGEgZm9y\r\n"
		"-----END K-----\r\n";
	static const char wrapped[] =	/* base64 <key, 76 columns */
		"LS0tLS1CRUdJTiBLLS0tLS0NCk1DNENBUUF3QlFZREsyVndCQ0lFSUhtNE4wbUQxc1h3WXQybTVK\n"
		"M1c5dlVlUTZyMGNaOGtxTDF4VDd5QjJmR2gNClFtRnpaVFkwSUdseklHNXZJR1Z1WTNKNWNIUnBi\n"
		"MjRnWVhRZ1lXeHNMQ0JwZENCcGN5QnZibXg1SUdFZ1ptOXkNCi0tLS0tRU5EIEstLS0tLQ0K\n";
	static const char lines[] =
		"-----BEGIN K-----\n"
		"  MC4CAQAwBQYDK2VwBCIEIHm4N0mD1sXwYt2m5J3W9vUeQ6r0cZ8kqL1xT7yB2fGh\n"
		"  QmFzZTY0IGlzIG5vIGVuY3J5cHRpb24gYXQgYWxsLCBpdCBpcyBvbmx5IGEgZm9y\n";
	json_t *secrets = json_pack("[s]", key);
	struct redact *redact = redact_new(secrets);
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	redact_take(redact, lines, strlen(lines), collect, &out);
	redact_take(redact, wrapped, strlen(wrapped), collect, &out);
	redact_end(redact, collect, &out);
	assert_string_equal(buf_str(&out), "[secret]\n  [secret]\n  [secret]\n[secret]\n");
	buf_clear(&out);
	redact_free(redact);
	json_decref(secrets);
}

/* Writes a text as a tool does that begins a new line at each n-th column. */
static void
wrap(struct buf *out, const char *text, size_t columns, const char *line_end)
{
	for (size_t at = 0; text[at]; at++) {
		if (at > 0 && at % columns == 0)
			buf_puts(out, line_end);
		buf_append(out, text + at, 1);
	}
}

/* Whatever the column, and whatever is left for the last line. */
static void
no_line_of_a_wrapped_secret_is_left(void **state)
{
	static const char key[] =
		"correct-horse-battery-staple-and-some-more-of-it-until-it-has-to-wrap!";
	static const char *const printed[] = {
		key,
		"Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZS1hbmQtc29tZS1tb3JlLW9mLWl0LXVudGlsLWl0LWhhcy10by13cmFwIQ==",
		/* of "user:" and it */
		"dXNlcjpjb3JyZWN0LWhvcnNlLWJhdHRlcnktc3RhcGxlLWFuZC1zb21lLW1vcmUtb2YtaXQtdW50aWwtaXQtaGFzLXRvLXdyYXAh",
	};
	static const char *const whole[] = {"[secret]", "[secret]==", "dXNlcjp[secret]"};
	static const char *const line_ends[] = {"\n", "\r\n", "\n  ", "\n\t\t",
						"\n                "};
	json_t *secrets = json_pack("[s]", key);
	struct buf in, out;

	(void)state;
	buf_init(&in, 65536);
	buf_init(&out, 65536);
	for (size_t p = 0; p < sizeof(printed) / sizeof(printed[0]); p++)
		for (size_t columns = 1; columns <= 110; columns++)
			for (size_t e = 0; e < sizeof(line_ends) / sizeof(line_ends[0]); e++) {
				struct redact *redact = redact_new(secrets);
				char *shown;

				buf_clear(&in);
				buf_clear(&out);
				wrap(&in, printed[p], columns, line_ends[e]);
				redact_take(redact, in.data, in.length, collect, &out);
				redact_end(redact, collect, &out);
				redact_free(redact);
				/* What is beside it may be wrapped as well. */
				shown = xstrdup(buf_str(&out));
				buf_clear(&out);
				for (const char *c = shown; *c; c++)
					if (!strchr(" \t\r\n", *c))
						buf_append(&out, c, 1);
				if (strcmp(buf_str(&out), whole[p]) != 0)
					fail_msg("%zu at %zu columns: %s", p, columns, shown);
				free(shown);
			}
	buf_clear(&in);
	buf_clear(&out);
	json_decref(secrets);
}

/* Its lines end, and blanks without end come: that is no wrapped secret, and nothing waits for
 * it. */
static void
blanks_without_end_are_given_on(void **state)
{
	json_t *secrets = json_pack("[s]", "correct-horse-battery-staple");
	struct redact *redact = redact_new(secrets);
	struct buf out;

	(void)state;
	buf_init(&out, 1u << 20);
	redact_take(redact, "correct-horse-", 14, collect, &out);
	for (int i = 0; i < 100000; i++)
		redact_take(redact, " ", 1, collect, &out);
	assert_int_equal(out.length, 100014);
	redact_take(redact, "battery-staple", 14, collect, &out);
	redact_end(redact, collect, &out);
	assert_int_equal(out.length, 100028);
	buf_clear(&out);
	redact_free(redact);
	json_decref(secrets);
}

/* Its one secret, over and over but for its last byte: the most work that there can be. */
static void
hostile_output_takes_no_more_time_than_other(void **state)
{
	size_t length = 65536, total = 0;
	char *text = xmalloc(length + 1);
	json_t *secrets = json_array();
	struct redact *redact;
	struct buf out;

	(void)state;
	memset(text, 'a', length);
	text[length - 1] = 'b';
	text[length] = '\0';
	json_array_append_new(secrets, json_string(text));
	redact = redact_new(secrets);
	text[length - 1] = 'a';
	buf_init(&out, 1u << 20);
	/* 4 MiB; comparing at each place would be 2^38 bytes. */
	for (int i = 0; i < 64; i++) {
		redact_take(redact, text, length, collect, &out);
		total += out.length;
		buf_clear(&out);
	}
	redact_end(redact, collect, &out);
	assert_int_equal(total + out.length, 64 * length);
	buf_clear(&out);
	redact_free(redact);
	json_decref(secrets);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sealed_opens_only_at_its_place),
		cmocka_unit_test(what_was_changed_or_is_another_keys_does_not_open),
		cmocka_unit_test(a_fingerprint_tells_equal_from_different_in_one_application),
		cmocka_unit_test(a_key_of_names_is_the_same_each_time_and_another_for_each_key),
		cmocka_unit_test(a_forked_child_has_no_key),
		cmocka_unit_test(a_key_is_made_once_and_only_for_us),
		cmocka_unit_test(a_key_that_others_could_know_is_refused),
		cmocka_unit_test(a_credential_of_systemd_comes_before_the_states_own),
		cmocka_unit_test(a_secret_in_the_output_is_replaced),
		cmocka_unit_test(however_output_is_cut_no_secret_is_left),
		cmocka_unit_test(a_key_of_many_lines_is_found_however_it_is_wrapped),
		cmocka_unit_test(no_line_of_a_wrapped_secret_is_left),
		cmocka_unit_test(blanks_without_end_are_given_on),
		cmocka_unit_test(hostile_output_takes_no_more_time_than_other),
	};

	return cmocka_run_group_tests_name("secret", tests, start, stop);
}
