/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * sidestaged fields: the table of what a workload may say, with what becomes of it on this
 * machine, or in a cluster.  The section of sidestaged(8) is made of it.
 */
#include "config.h"

#include "platform/admin/command-fields.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/workload-check.h"
#include "model/workload-fields.h"
#include "platform/admin/command.h"
#include "platform/drivers/kubernetes/kubernetes.h"
#include "platform/drivers/kubernetes/objects/objects.h"
#include "platform/drivers/process/honours.h"
#include "platform/drivers/process/process.h"

/* Of what is not for all of them. */
static const char *
profiles_of(const struct workload_field *field)
{
	static const struct { unsigned profiles; const char *words; } names[] = {
		{1u << PROFILE_MODULE, "default-module"},
		{1u << PROFILE_JOB, "default-job"},
		{1u << PROFILE_CRONJOB, "default-cronjob"},
		{1u << PROFILE_JOB | 1u << PROFILE_CRONJOB, "default-job, default-cronjob"},
		{1u << PROFILE_MANIFESTS, MANIFESTS_PROFILE},
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

/* Of a profile that this machine does not run, and refuses. */
static bool
is_of_a_cluster(const struct workload_field *field)
{
	return field->profiles == 1u << PROFILE_MANIFESTS;
}

/* A cluster itself decides what to refuse. */
static const char *
refusal_of(const struct workload_field *field, const json_t *description)
{
	if (!json_is_true(json_object_get(description, "refuses")))
		return NULL;
	return is_of_a_cluster(field) ? "the profile needs a cluster"
				      : process_refuses(field->path);
}

/* NULL: nothing else is done. */
static const char *
instead_of(const struct workload_field *field, const json_t *description)
{
	const char *refusal = refusal_of(field, description);

	return refusal ? refusal
		       : json_member_string(json_object_get(description, "partly"), field->path);
}

enum effect { EFFECT_FULL, EFFECT_IN_PART, EFFECT_NONE, EFFECT_REFUSED };

static enum effect
effect_of(const struct workload_field *field, const json_t *description)
{
	if (refusal_of(field, description))
		return EFFECT_REFUSED;
	if (!field_is_honoured(field, json_object_get(description, "honours")))
		return EFFECT_NONE;
	return instead_of(field, description) ? EFFECT_IN_PART : EFFECT_FULL;
}

static void
print_lines(const json_t *description)
{
	static const char *const words[] = {"honoured", "partly", "warned", "refused"};
	const struct workload_field *field;

	for (size_t i = 0; (field = workload_field(i)); i++) {
		const char *instead = instead_of(field, description);

		if (is_shown(field))
			printf("%s\t%s\t%s\t%s%s%s\n", field->path,
			       words[effect_of(field, description)], profiles_of(field),
			       field->help, instead ? "\t" : "", instead ? instead : "");
	}
}

static void
print_mdoc(const json_t *description, enum effect effect, const char *title)
{
	const struct workload_field *field;

	printf("%s\n.Bl -tag -width Ds -compact\n", title);
	for (size_t i = 0; (field = workload_field(i)); i++) {
		const char *profiles = profiles_of(field);
		const char *instead = instead_of(field, description);

		if (!is_shown(field) || effect_of(field, description) != effect)
			continue;
		printf(".It Va %s\n%s", field->path, field->help);
		if (*profiles)
			printf(" (%s)", profiles);
		printf("%s%s\n", instead ? ": " : "", instead ? instead : "");
	}
	puts(".El");
}

static json_t *
describe(const char *driver)
{
	json_t *description;

	if (strcmp(driver, DRIVER_KUBERNETES_NAME) == 0)
		return kube_honours();
	if (strcmp(driver, DRIVER_PROCESS_NAME) != 0)
		return NULL;
	description = process_honours(&process_all_means);
	json_object_set_new(description, "refuses", json_true());
	return description;
}

/* Takes the options out of argv, but --help; how many words are left. */
static int
take_options(int argc, char **argv, bool *mdoc, const char **driver)
{
	int left = 0;

	for (int i = 0; i < argc; i++)
		if (i > 0 && strcmp(argv[i], "--mdoc") == 0)
			*mdoc = true;
		else if (i > 0 && strcmp(argv[i], "--driver") == 0 && i + 1 < argc)
			*driver = argv[++i];
		else
			argv[left++] = argv[i];
	return left;
}

int
command_fields(int argc, char **argv)
{
	const char *driver = DRIVER_PROCESS_NAME;
	bool mdoc = false;
	json_t *description;
	int left = take_options(argc, argv, &mdoc, &driver);
	int status = command_read_nothing(
		left, argv,
		_("List the fields of a workload: path, whether it has an effect, profiles, help, what happens instead\n"
		  "\n"
		  "  --driver NAME   Fields on this machine (process, the default) or in a cluster (kubernetes)\n"
		  "  --mdoc          Print a section of sidestaged(8)"));

	if (status != STATUS_FINE)
		return status < 0 ? STATUS_FINE : status;
	description = describe(driver);
	if (!description) {
		fprintf(stderr, _("sidestaged: there is no driver \"%s\"; give process or kubernetes\n"),
			driver);
		return STATUS_USAGE;
	}
	if (mdoc) {
		print_mdoc(description, EFFECT_FULL, "Honoured:");
		print_mdoc(description, EFFECT_IN_PART, ".Pp\nIn part:");
		print_mdoc(description, EFFECT_NONE, ".Pp\nWithout effect, which is said:");
		if (json_object_get(description, "refuses"))
			print_mdoc(description, EFFECT_REFUSED, ".Pp\nRefused:");
	} else {
		print_lines(description);
	}
	json_decref(description);
	return fflush(stdout) == 0 ? STATUS_FINE : STATUS_FAILED;
}
