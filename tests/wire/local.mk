# SPDX-License-Identifier: GPL-3.0-or-later
# Tests of the client's half against a real server register themselves beside their module.
