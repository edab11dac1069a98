/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * sidestaged fields: the table of what a workload may say, with what becomes of it on this
 * machine.  The section of sidestaged(8) is made of it.
 */
#include "config.h"

#include "platform/admin/command-fields.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "model/workload-check.h"
#include "model/workload-fields.h"
#include "platform/admin/command.h"
#include "platform/drivers/process/honours.h"

/* Of what is not for all of them. */
static const char *
profiles_of(const struct workload_field *field)
{
	static const struct { unsigned profiles; const char *words; } names[] = {
		{1u << PROFILE_MODULE, "default-module"},
		{1u << PROFILE_JOB, "default-job"},
		{1u << PROFILE_CRONJOB, "default-cronjob"},
		{1u << PROFILE_JOB | 1u << PROFILE_CRONJOB, "default-job, default-cronjob"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].profiles == field->profiles)
			return names[i].words;
	return "";
}

/* What says nothing by itself is no line. */
static bool
is_shown(const struct workload_field *field)
{
	return field->help != NULL;
}

static void
print_lines(const json_t *honours)
{
	const struct workload_field *field;

	for (size_t i = 0; (field = workload_field(i)); i++)
		if (is_shown(field))
			printf("%s\t%s\t%s\t%s\n", field->path,
			       field_is_honoured(field, honours) ? "honoured" : "warned",
			       profiles_of(field), field->help);
}

static void
print_mdoc(const json_t *honours, bool honoured)
{
	const struct workload_field *field;

	puts(".Bl -tag -width Ds -compact");
	for (size_t i = 0; (field = workload_field(i)); i++) {
		const char *profiles = profiles_of(field);

		if (!is_shown(field) || field_is_honoured(field, honours) != honoured)
			continue;
		printf(".It Va %s\n%s", field->path, field->help);
		if (*profiles)
			printf(" (%s)", profiles);
		puts("");
	}
	puts(".El");
}

int
command_fields(int argc, char **argv)
{
	bool mdoc = argc == 2 && strcmp(argv[1], "--mdoc") == 0;
	json_t *description, *honours;
	int status = command_read_nothing(
		mdoc ? 1 : argc, argv,
		_("List each field of a workload: path, whether it has an effect on this machine, profiles, help\n"
		  "\n"
		  "  --mdoc   Print a section of sidestaged(8)"));

	if (status != STATUS_FINE)
		return status < 0 ? STATUS_FINE : status;
	description = process_honours(&process_all_means);
	honours = json_object_get(description, "honours");
	if (mdoc) {
		puts("Honoured:");
		print_mdoc(honours, true);
		puts(".Pp\nWithout effect, which is said:");
		print_mdoc(honours, false);
	} else {
		print_lines(honours);
	}
	json_decref(description);
	return fflush(stdout) == 0 ? STATUS_FINE : STATUS_FAILED;
}
