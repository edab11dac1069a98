/* SPDX-License-Identifier: GPL-3.0-or-later */

/* `sidestage kube`: the board on what runs in a cluster, with a platform of our own and nothing but
 * the person's kubeconfig. */
#include "config.h"

#include "cli/cmd-kube.h"

#include <stddef.h>

#include "base/error.h"
#include "base/i18n.h"
#include "cli/command.h"
#include "cli/contexts.h"
#include "cli/platforms.h"

static int
run(const struct arguments *arguments, struct error *err)
{
	struct arguments kube = *arguments;
	struct contexts contexts;
	int code = EXIT_USAGE;

	kube.kube = true;
	if (contexts_read(&contexts, err) == 0)
		code = platforms_run(&kube, &contexts, NULL, err);
	contexts_clear(&contexts);
	return code;
}

const struct command command_kube = {
	.name = "kube",
	.help = N_("Open the board of what runs in a Kubernetes cluster"),
	.note = N_("Your kubeconfig is enough.  Nothing is changed that you have not reviewed.  Which\n"
		   "namespaces are looked at is kept for this context, until you give other options."),
	.examples = "sidestage kube\n"
		"sidestage kube --context=prod --namespace=shop --namespace=shop-db\n"
		"sidestage environment shop --kube --json\n",
	.options = OPTIONS_KUBE | OPTIONS_ORG | OPTIONS_APP | OPTIONS_READ_ONLY | OPTIONS_SCREEN |
		   OPTIONS_JSON | OPTIONS_TIMEOUT,
	.run = run,
};
