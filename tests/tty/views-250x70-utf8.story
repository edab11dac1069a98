# Every view in a terminal of 250x70, in a UTF-8 locale.

size 250x70
env LC_ALL=C.UTF-8 SIZE=250x70
include views.part
