/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a screen shows, as JSON for scripts (--json): the same as plain mode prints, with
 * words and times that no language changes.  Every value returned is a new reference.  Times are
 * as on the wire; null is "not known", or "none" where there may be none.
 */
#ifndef SIDESTAGE_CLI_OUTPUT_JSON_H
#define SIDESTAGE_CLI_OUTPUT_JSON_H

#include <jansson.h>
#include <stdint.h>

struct changes;
struct clones;
struct flow;
struct hotfix;
struct interrupted;
struct image;
struct log_line;
struct logs;
struct operation_list;
struct world_organization;

/* [{object, path, what, kind, from, to}] */
json_t *output_json_changes(const struct changes *changes);
/* [{version, runs_here}] of that image. */
json_t *
output_json_versions(const struct world_organization *organization, const struct image *image);
/* {at, workload, container, text} */
json_t *output_json_log_line(const struct log_line *line);
/* From that line on. */
json_t *output_json_logs(const struct logs *logs, size_t first);
/* app NULL: of all.  expires_at is null unless expiry is "set"; "none": it was given no end;
 * "unknown": nothing is recorded here, and somebody else may know of an end. */
json_t *output_json_clones(const struct clones *clones, const char *app);
/* Oldest first. */
json_t *output_json_interrupted(const struct interrupted *interrupted);
json_t *output_json_history(const struct operation_list *list);
/* {clone, expiry, expires_at}; 0: never. */
json_t *output_json_expiry(const char *clone, int64_t expires_at);
/* {clone, step, is_done, note}; note NULL: the record was removed. */
json_t *output_json_mark(const char *clone, const char *step, const char *note);
json_t *output_json_hotfix(const struct hotfix *hotfix);
/* What was reviewed, and how far it came. */
json_t *output_json_operation(const struct flow *flow);

#endif
