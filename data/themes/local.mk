# SPDX-License-Identifier: GPL-3.0-or-later
themedatadir = $(pkgdatadir)/themes
dist_themedata_DATA = \
	data/themes/colour-blind.theme \
	data/themes/dark.theme \
	data/themes/high-contrast.theme \
	data/themes/light.theme \
	data/themes/terminal.theme
