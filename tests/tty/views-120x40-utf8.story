# Every view in a terminal of 120x40, in a UTF-8 locale.

size 120x40
env LC_ALL=C.UTF-8 SIZE=120x40
include views.part
