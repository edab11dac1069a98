/* SPDX-License-Identifier: GPL-3.0-or-later */

/* --group of `sidestage kube`: the platform of the cluster keeps which application a person chose
 * for a namespace, so it is told once, and nothing of it is kept here. */
#ifndef SIDESTAGE_CLI_KUBE_GROUPS_H
#define SIDESTAGE_CLI_KUBE_GROUPS_H

struct argument_list;
struct arguments;
struct error;
struct session_options;

/* Whether each is NAMESPACE=APPLICATION, with nothing or an id behind the '='.  0, or -1 with
 * ERROR_INPUT. */
int kube_groups_check(const struct argument_list *list, struct error *err)
	__attribute__((warn_unused_result));
/* Asks the platform for all of them, or none, and waits a moment until the namespaces have moved.
 * kube_groups_check() took them.  An exit_code; err where it is not EXIT_OK. */
int kube_groups_choose(const struct arguments *arguments, const struct session_options *options,
		       struct error *err) __attribute__((warn_unused_result));
/* That it was done, for a script that wants nothing else. */
void kube_groups_tell(const struct argument_list *list);

#endif
