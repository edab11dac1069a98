/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where files live (XDG Base Directory Specification) and the few things done to paths. */
#ifndef SIDESTAGE_BASE_PATHS_H
#define SIDESTAGE_BASE_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/* $XDG_STATE_HOME/sidestage, or ~/.local/state/sidestage; free() it.  NULL with err when
 * neither HOME nor the variable is usable. */
char *paths_state(struct error *err);
/* The same for $XDG_CACHE_HOME (~/.cache) and $XDG_CONFIG_HOME (~/.config). */
char *paths_cache(struct error *err);
char *paths_config(struct error *err);
/*
 * A file or directory that comes with this program: what the environment variable names; else
 * `beside` in the directory of the running program, when that is a build tree; else `installed`.
 * "" is the directory of the program itself.  free() it.
 */
char *paths_part(const char *variable, const char *beside, const char *installed);
/* The same of a program: the one beside this one comes before the installed one everywhere. */
char *paths_program(const char *variable, const char *beside, const char *installed);
/* mkdir -p with mode 0700 for what is made.  0 or -1. */
int paths_make(const char *path, struct error *err) __attribute__((warn_unused_result));
/* Removes a tree, however deep, and whatever lies in it; never follows a symbolic link; a missing
 * one is fine.  What cannot be removed does not keep the rest.  0 or -1. */
int paths_remove_tree(const char *path, struct error *err) __attribute__((warn_unused_result));
/* The same, but only so many names of it: 1 when more is left. */
int paths_remove_part(const char *path, size_t most, struct error *err)
	__attribute__((warn_unused_result));
/* A file takes room of the file system that its blocks do not show: ext4 has one inode for so many
 * bytes.  A share of the bytes is then the same share of the files. */
#define PATHS_ENTRY_BYTES 16384
/* The room that a tree takes on the disk, in bytes: the blocks, and PATHS_ENTRY_BYTES for each name
 * in it; no link is followed. */
int64_t paths_size(const char *path);
/* True when `relative` has no leading '/', no "." or ".." part, no empty part. */
bool paths_is_inside(const char *relative);

#endif
