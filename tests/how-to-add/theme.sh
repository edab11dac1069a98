# SPDX-License-Identifier: GPL-3.0-or-later
# A theme: the terminal's own colours, but for one.
sed 's/^warn .*/warn bright-yellow on terminal underline/' "$tree/data/themes/terminal.theme" |
	new data/themes/example.theme
after data/themes/local.mk 'dist_themedata_DATA = \' <<'END'
	data/themes/example.theme \
END
