# The same views in other languages, at 80x24: longer words find room, wide characters stay whole.

size 80x24

test "the translations are made from their sources"
env SIDESTAGE_LOCALE=$DIR/locale
sh for l in de ko; do mkdir -p $DIR/locale/$l/LC_MESSAGES && msgfmt -o $DIR/locale/$l/LC_MESSAGES/sidestage.mo $srcdir/po/$l.po || exit 1; done
include begin.part
include values.part

test "in German: the board and its help"
env LANGUAGE=de
terminal one
run sh -c 'cd "$DIR" && exec "$builddir"/tests/screens/still-sidestage board --socket=socket --org=topicshare-inc --app=topicshare --reduced-motion'
row "läuft" "läuft" "läuft"
shot de-board 40x12 80x24
key ?
expect "Die Umgebung unter dem Cursor klonen."
shot de-help 80x24
key Esc
row "Board"
key /
type "production"
key Enter
row "Board"
key Enter
row "Umgebung"
shot de-environment 40x12 80x24
key Esc
row "Board"

test "in German: the way of a hotfix"
key C
expect "Name des Klons"
shot de-clone-prompt 80x24
type "hotfix-korean"
key Enter
expect "MAIL_HOST"
shot de-clone-values 40x12 80x24
key o
press-until Down "> MAIL_KEY"
key Space
key Enter
expect "Rücknahme"
shot de-review-clone 40x12 80x24
tick 500
press-until A "Fortschritt"
tick-until "Fertig in"
shot de-progress-clone 80x24
key Esc
row "hotfix-korean"
key H
row "Hotfix"
shot de-hotfix 40x12 80x24
key Esc
row "Board"
key c
row "oncall"
shot de-clones 80x24
key Esc
row "Board"
key D
expect "Rücknahme"
shot de-review-deploy 80x24
key Esc
row "Board"
press-until Left "in Production"
key D
expect "geschützt"
shot de-review-production 40x12 80x24 "geschützt"
key Esc
row "Board"
key h
row "hotfix-korean"
shot de-history 40x12 80x24
key Esc
row "Board"
key Q
exit 0

test "in Korean: the board, the review and the help"
env LANGUAGE=ko
run sh -c 'cd "$DIR" && exec "$builddir"/tests/screens/still-sidestage board --socket=socket --org=topicshare-inc --app=topicshare --reduced-motion'
row "실행 중" "실행 중" "실행 중"
shot ko-board 40x12 80x24
key ?
expect "C  "
shot ko-help 80x24
key Esc
row "topicshare-inc"
press-until Left "· Production"
key D
expect "production"
shot ko-review-production 40x12 80x24
key Esc
row "topicshare-inc"
key h
expect "hotfix-korean"
shot ko-history 40x12 80x24
key Esc
row "topicshare-inc"
include end.part
