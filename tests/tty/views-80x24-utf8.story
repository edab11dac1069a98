# Every view in a terminal of 80x24, in a UTF-8 locale.

size 80x24
env LC_ALL=C.UTF-8 SIZE=80x24
include views.part
