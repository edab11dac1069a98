# Every view in a terminal of 120x40, in a locale that has only ASCII.

size 120x40
env LC_ALL=C SIZE=120x40
include views.part
