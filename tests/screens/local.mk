# SPDX-License-Identifier: GPL-3.0-or-later
# Every view, as text: what a change does to the screens is seen in its diff.
# SCREENS=write make check TESTS=tests/screens/board.story writes the files of a story anew.
SCREEN_STORIES = \
	tests/screens/board.story tests/screens/environment.story tests/screens/german.story tests/screens/kube.story \
	tests/screens/review.story tests/screens/states.story tests/screens/texts.story

EXTRA_DIST += $(SCREEN_STORIES) tests/screens/world.json tests/screens/begin.part \
	tests/screens/board.part tests/screens/said tests/screens/theme tests/screens/end.part tests/screens/values.part tests/screens/expected

if HAVE_VTERM
check_PROGRAMS += tests/screens/still-sidestage tests/screens/still-sidestaged
TESTS += $(SCREEN_STORIES)

STILL_WRAP = -Wl,--wrap=clock_wall_ms -Wl,--wrap=clock_steady_ms -Wl,--wrap=epoll_wait \
	-Wl,--wrap=ids_random_hex -Wl,--wrap=ids_uuid7
STILL = tests/screens/still.c tests/screens/still.h

# The programs themselves, but for their clock, their ids and what runs.
tests_screens_still_sidestage_SOURCES = $(STILL) tests/screens/minutes.c
tests_screens_still_sidestage_LDADD = $(sidestage_OBJECTS) $(sidestage_LDADD)
tests_screens_still_sidestage_LDFLAGS = $(AM_LDFLAGS) $(STILL_WRAP) -Wl,--wrap=session_world \
	-Wl,--wrap=clock_duration -Wl,--wrap=clock_age -Wl,--wrap=clock_ago -Wl,--wrap=clock_local \
	-Wl,--wrap=clock_stamp -Wl,--wrap=words_of_life -Wl,--wrap=words_of_clones
tests_screens_still_sidestaged_SOURCES = $(STILL) tests/screens/driver.c tests/screens/http.c tests/screens/kube-driver.c \
	tests/unit/memory-driver.c tests/unit/memory-driver.h
tests_screens_still_sidestaged_LDADD = $(sidestaged_OBJECTS) $(sidestaged_LDADD)
tests_screens_still_sidestaged_LDFLAGS = $(AM_LDFLAGS) $(STILL_WRAP) \
	-Wl,--wrap=http_exchange_new -Wl,--wrap=driver_process_new -Wl,--wrap=kube_driver_new
endif
