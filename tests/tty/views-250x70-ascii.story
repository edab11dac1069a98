# Every view in a terminal of 250x70, in a locale that has only ASCII.

size 250x70
env LC_ALL=C SIZE=250x70
include views.part
