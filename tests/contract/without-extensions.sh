#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The same of a daemon that does without every extension of doc/api/extensions.
exec sh "${srcdir:=.}/tests/contract/contract.sh" none
