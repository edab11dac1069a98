/* SPDX-License-Identifier: GPL-3.0-or-later */

/* `sidestage kube forget`. */
#ifndef SIDESTAGE_CLI_KUBE_FORGET_H
#define SIDESTAGE_CLI_KUBE_FORGET_H

struct arguments;
struct error;

/*
 * Lists the clones that were made here of what runs in a context, and, once a person has agreed or
 * arguments->approve names the context, deletes them and all that is kept of it on this machine.
 * What others made stays.  An exit_code; with EXIT_OK nothing is left.
 */
int kube_forget(const struct arguments *arguments, struct error *err);

#endif
