# Every view in a terminal of 80x24, in a locale that has only ASCII.

size 80x24
env LC_ALL=C SIZE=80x24
include views.part
