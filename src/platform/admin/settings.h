/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a daemon is told: one table of keys, for the configuration file and, by their option
 * names, for the command line.  sidestaged.conf(5) is the manual of it.
 */
#ifndef SIDESTAGE_PLATFORM_ADMIN_SETTINGS_H
#define SIDESTAGE_PLATFORM_ADMIN_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/config-file.h"
#include "platform/admin/cluster-settings.h"

struct driver_template;
struct error;

#define SETTINGS_ADDRESSES_MAX 8

struct settings_addresses {
	char *items[SETTINGS_ADDRESSES_MAX];
	size_t count;
};

#define SETTINGS_TEMPLATES_MAX 256

struct settings_templates {	/* [template "NAME"] */
	struct driver_template *items;
	size_t count;
};

struct settings {		/* strings are owned; NULL: not given */
	char *state, *images, *templates;
	char *cluster_servers;		/* "HOST[:PORT], ...": which definitions may name */
	struct settings_templates named;
	struct settings_clusters clusters;
	char *socket;
	int64_t socket_mode;
	struct settings_addresses plain, tls;
	int64_t allow_plain;		/* 0, 1: also on addresses that others reach */
	char *certificate, *key;
	int64_t rate, burst;		/* requests a second of one caller; 0: no limit */
	int64_t body_bytes, connections;
	int64_t ready_timeout_ms, min_ready_ms, stop_timeout_ms;
	int64_t confine;		/* enum driver_confine */
	int64_t environment_processes, environment_memory;	/* 0: no limit */
	int64_t environment_disk;	/* bytes; 0: no limit, -1: a share of the file system */
	int64_t log_level;		/* enum log_priority */
	int64_t extensions;		/* set of enum extension: what is offered of them */
	char *token_file, *user;
	char *secret_key_file; /* seals secrets; NULL: the credential, or one in the state */
	char *import, *lease, *ready_fd;	/* by the command line only, and so on */
	/* Namespaces that others filled become environments (adopt.h); namespaces with commas
	 * between, "*": all. */
	char *adopt_kubeconfig, *adopt_context, *adopt_namespaces, *adopt_selector,
		*adopt_groups;
};

/* The defaults. */
void settings_init(struct settings *settings);
/* Frees the strings. */
void settings_clear(struct settings *settings);

/* Every fault is given to `fault`; their number, or -1 with err when the file cannot be read. */
int settings_read(struct settings *settings, const char *path, config_fault *fault, void *data,
		  struct error *err);
/* By the name of a command-line option.  ERROR_NOT_FOUND, or ERROR_INPUT: a bad value. */
int settings_set_option(struct settings *settings, const char *option, const char *value,
			struct error *err);
/* What no single key can tell; the number of faults.  `where` begins each of them. */
size_t settings_check(const struct settings *settings, const char *where, config_fault *fault,
		      void *data);

/* The i-th option of the command line; false behind the last. */
bool settings_option(size_t i, const char **name, const char **argument, const char **help);

#endif
