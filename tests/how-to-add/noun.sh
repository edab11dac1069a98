# SPDX-License-Identifier: GPL-3.0-or-later
# An API noun: an example has an id and perhaps a note; the client asks an environment for it.
before src/model/nouns.h 'struct organization {' <<'END'
struct example { struct untrusted id, note, problem; };
void example_read(struct example *out, const json_t *body);
int example_decode(struct example *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
void example_clear(struct example *example);

END
before src/model/nouns.c '#define AT(member) IN(organization, member)' <<'END'
static const struct member example_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, IN(example, id)},
	{"note", MEMBER_TEXT, MEMBER_OPTIONAL, IN(example, note)},
	MEMBERS_END,
};
NOUN(example, "example", NULL)

END
before src/api/operations.h 'struct api_call *api_list_env_types(struct api *api,' <<'END'
struct api_call *api_get_example(struct api *api, const char *org, const char *app,
				 const char *env, api_done *done, void *data);
END
before src/api/operations.c '	LIST_APPLICATIONS,' <<'END'
	GET_EXAMPLE,
END
after src/api/operations.c 'static const struct api_operation operations[] = {' <<'END'
	[GET_EXAMPLE] = {N_("Reading the example of"), "GET", ENV "/example", NULL, true},
END
after src/api/operations.c 'return call_new(api, LIST_ORGANIZATIONS, NULL, done, data);' <<'END'
}

struct api_call *
api_get_example(struct api *api, const char *org, const char *app, const char *env, api_done *done,
		void *data)
{
	return call_new(api, GET_EXAMPLE, (const char *const[]){org, app, env}, done, data);
END
# The program that decodes one is a part of the test.
new tests/how-to-add/example.c <<'END'
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "model/json.h"
#include "model/nouns.h"

int
main(int argc, char **argv)
{
	struct error err = {0};
	struct example example;
	json_t *body = argc > 1 ? json_decode(argv[1], strlen(argv[1]), &err) : NULL;

	if (!body || example_decode(&example, body, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	printf("%s %s\n", example.id.raw, example.note.raw ? example.note.raw : "-");
	example_clear(&example);
	json_decref(body);
	return 0;
}
END
cat >>"$tree/tests/unit/local.mk" <<'END'
noinst_PROGRAMS += tests/how-to-add/example
tests_how_to_add_example_SOURCES = tests/how-to-add/example.c
tests_how_to_add_example_LDADD = libmodel.a libbase.a $(BASE_LIBS)
END
