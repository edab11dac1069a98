/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Namespaces that options of `sidestage kube` name. */
#ifndef SIDESTAGE_CLI_KUBE_NAMED_H
#define SIDESTAGE_CLI_KUBE_NAMED_H

struct arguments;
struct error;
struct session;

/* Whether each of them is shown, once it is known what is: who reads the exit status alone would
 * take what is shown for what they asked for.  Then they are protected as was asked.  org NULL:
 * none is meant.  0, or -1 with ERROR_NOT_FOUND (nothing was done) or ERROR_STORE. */
int kube_named_take(const struct arguments *arguments, struct session *session, const char *org,
		    struct error *err);

#endif
