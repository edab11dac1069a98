/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The screen's twin in plain lines: the same verbs, one command a line, every answer as text that
 * scrolls.  For screen readers, for dumb terminals, and for input that is no terminal at all.
 */
#ifndef SIDESTAGE_CLI_PLAIN_H
#define SIDESTAGE_CLI_PLAIN_H

struct arguments;
struct error;
struct session;

/*
 * Reads commands from stdin until it ends or "quit".  An exit_code: EXIT_FAILED when the last
 * operation that was approved did not succeed, or a command was refused.
 *
 * With arguments->verb it does that one command and ends; nothing is asked, an operation is carried
 * out only when arguments->approve names its environment, and with arguments->json stdout gets one
 * JSON value (of "logs --follow", one a line) and nothing else.  Then also EXIT_USAGE, EXIT_UNREAD and
 * EXIT_REFUSED.
 */
int plain_run(struct session *session, const struct arguments *arguments, struct error *err);

#endif
