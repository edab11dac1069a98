/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a person who starts without any platform is asked, in plain lines. */
#ifndef SIDESTAGE_CLI_FIRST_START_H
#define SIDESTAGE_CLI_FIRST_START_H

struct contexts;
struct error;

enum first_choice { FIRST_NOTHING, FIRST_SAMPLE, FIRST_PLATFORM, FIRST_KUBE };

/* Needs a terminal.  After FIRST_PLATFORM the configuration has a context (and a token file, 0600,
 * when a token was given).  kube: the context of the
 * person's kubeconfig, which can be chosen then, too; NULL: there is none.  FIRST_NOTHING with err:
 * what went wrong, or that nothing was chosen. */
enum first_choice first_start(const struct contexts *contexts, const char *kube, struct error *err);

#endif
