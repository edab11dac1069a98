/* SPDX-License-Identifier: GPL-3.0-or-later */

/* `sidestage kube`: the board on what runs in a cluster, with a platform of our own and nothing but
 * the person's kubeconfig. */
#include "config.h"

#include "cli/cmd-kube.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "cli/command.h"
#include "cli/contexts.h"
#include "cli/kube-forget.h"
#include "cli/platforms.h"

/* It forgets all of a context, whatever is shown of it. */
static int
check_forget(const struct arguments *a, struct error *err)
{
	const struct {
		bool is_given;
		const char *name;
	} options[] = {
		{a->namespaces.count > 0, "namespace"}, {a->all_namespaces, "all-namespaces"},
		{a->unprotected.count > 0, "unprotected"}, {a->protected.count > 0, "protected"},
		{a->groups.count > 0, "group"}, {a->selector != NULL, "selector"},
		{a->org != NULL, "org"}, {a->app != NULL, "app"},
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].is_given)
			return error_set(err, ERROR_INPUT, _("%s does not use --%s."),
					 "kube forget", options[i].name);
	return 0;
}

static int
run(const struct arguments *arguments, struct error *err)
{
	struct arguments kube = *arguments;
	struct contexts contexts;
	int code = EXIT_USAGE;

	kube.kube = true;
	kube.verb = NULL;
	if (arguments->word_count > 0) {
		if (arguments->word_count == 1 && strcmp(arguments->words[0], "forget") == 0)
			return check_forget(arguments, err) == 0 ? kube_forget(&kube, err)
								 : EXIT_USAGE;
		error_set(err, ERROR_INPUT, _("Unknown word \"%s\". The only word after kube is forget."),
			  arguments->words[arguments->word_count - 1]);
		return EXIT_USAGE;
	}
	if (arguments->approve) {
		error_set(err, ERROR_INPUT, _("%s does not use --%s."), "kube", "approve");
		return EXIT_USAGE;
	}
	if (contexts_read(&contexts, err) == 0)
		code = platforms_run(&kube, &contexts, NULL, err);
	contexts_clear(&contexts);
	return code;
}

const struct command command_kube = {
	.name = "kube",
	.help = N_("Open the board of what runs in a Kubernetes cluster"),
	.note = N_("Your kubeconfig is enough.  Nothing is changed before you approve its review.\n"
		   "Without options the namespace of the context is read, whatever you looked at\n"
		   "before.  The groups that you choose are kept for this context until you choose\n"
		   "others.  Commands for scripts use the same cluster with --kube.\n"
		   "`sidestage kube forget` lists the clones made here and the files kept for this\n"
		   "context, asks, and deletes them."),
	.examples = "sidestage kube\n"
		"sidestage kube --context=prod --namespace=shop --namespace=shop-db\n"
		"sidestage kube --group=shop-db=shop\n"
		"sidestage kube forget --context=prod\n",
	.options = OPTIONS_KUBE | OPTIONS_ORG | OPTIONS_APP | OPTIONS_READ_ONLY | OPTIONS_SCREEN |
		   OPTIONS_JSON | OPTIONS_TIMEOUT | OPTIONS_APPROVE,
	.run = run,
	.words = N_("[forget]"),
};
