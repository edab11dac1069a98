/* SPDX-License-Identifier: GPL-3.0-or-later */

/* `sidestage kube`. */
#ifndef SIDESTAGE_CLI_CMD_KUBE_H
#define SIDESTAGE_CLI_CMD_KUBE_H

struct command;

extern const struct command command_kube;

#endif
