/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A folder for the tests of kubeconfigs, the files in it, and what stands in most of them. */
#ifndef SIDESTAGE_TESTS_UNIT_KUBE_FILES_H
#define SIDESTAGE_TESTS_UNIT_KUBE_FILES_H

#include <sys/types.h>

/* What only looks like PEM is enough here; libcurl reads it in test-http-tls. */
#define CERTIFICATE "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
#define KEY "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
#define CERTIFICATE_64 \
	"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUIKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo="

#define CLUSTERS "clusters:\n- name: c\n  cluster:\n    server: https://192.0.2.10:6443/\n"
#define CONTEXTS "contexts:\n- name: x\n  context:\n    cluster: c\n    user: u\n"
#define CURRENT "current-context: x\n"

/* Of the whole program; made by make_folder(). */
const char *folder(void);
/* For cmocka: before all tests, and after. */
int make_folder(void **state);
int remove_folder(void **state);

/* Its path; free() it. */
char *file_of(const char *name);
/* In the place of another one at once, as whoever changes a file does. */
void write_file(const char *name, const char *text, mode_t mode);

#endif
