/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A crash gives the terminal back, writes a report, and says where the report is. */
#ifndef SIDESTAGE_UI_CRASH_H
#define SIDESTAGE_UI_CRASH_H

struct termios;

/* From here on until crash_release(); the modes are what the terminal gets back. */
void crash_catch(const struct termios *modes);
/* Does beforehand what takes time of it; a crash before that is still caught. */
void crash_prepare(void);
/* The handlers are gone, and the modes forgotten: for after the terminal was given back. */
void crash_release(void);

#endif
