# From nothing but a kubeconfig to the board of what somebody else runs in a cluster, and away again
# without a trace.  A double of Kubernetes, or the one of KUBE_CLUSTER.

needs cluster
size 120x40
limit 10
on-failure tail -n 30 $DIR/state/sidestage/kube/*/sidestaged.log
env KUBECONFIG=$DIR/prod/kubeconfig

test "without a kubeconfig it is said where one belongs"
run sidestage kube
expect "No kubeconfig was found: KUBECONFIG names $DIR/prod/kubeconfig, which does not exist."
exit 2

test "a cluster that knows nothing of sidestage"
terminal cluster
run cluster serve prod story-shop
expect "the cluster is there" 60
terminal one

test "a mistyped context is told those there are"
run sidestage kube --context=prd
expect "has no context"
exit 2

test "one command opens the board on what runs there; it looks protected"
run sidestage kube --namespace=story-shop
expect "story-shop ■" 30
expect "production"
row "api" "1.4.2"
row "web" "1.4.2"
expect "running" 60

test "X does not delete what was found"
key X
expect "was found in the cluster and is not a clone"
key Esc
row "web" "1.4.2"

test "before anything is cloned, i lists what a clone gets and what stays"
key Enter
row "▸" "api" "1 of 1"
key i
row "Deployment" "api, web"
expect "the review of a clone shows what is different"
key q
row "▸" "api" "1 of 1"
key i
row "Deployment" "api, web"
key i
row "▸" "api" "1 of 1"
key Esc
row "vs "

test "the review of a clone says in a line each what is cloned, different and not cloned, and i says all"
key C
type "fix"
key Enter
row "cloned" "Deployment 2"
row "different" "no connection to the original"
refuse "cannot connect to the namespace"
key i
row "Deployment" "api, web"
expect "cannot connect to the namespace story-shop"

test "each key of that list scrolls it, where it is longer than the window"
resize 40x12
row "Deployment" "api, web"
answers j
answers k
answers Down
answers Up
answers PgDn
answers PgUp
answers Ctrl-D
answers Ctrl-U
answers G
answers g
answers End
refuse "That key changed nothing here." "This is the beginning." "This is the end."
no-row "Deployment" "api, web"
answers Home
row "Deployment" "api, web"
refuse "That key changed nothing here." "This is the beginning." "This is the end."
resize 120x40
expect "cannot connect to the namespace story-shop"
key Esc
row "cloned" "Deployment 2"
key Esc
row "vs "

test "S says that it need not be protected, and protects it again"
key S
expect "Name of the environment"
refuse "does not match"
key Enter
expect "The name does not match."
type "story-shop"
key Enter
expect "story-shop is no longer protected."
gone "story-shop ■"
key S
expect "story-shop is protected."
row "story-shop ■"

test "the change of a review is saved as a patch, which overwrites nothing"
sh mkdir $DIR/checkout; echo theirs >$DIR/checkout/theirs.yaml
key V
expect "Version ▸"
type "1.4.3"
key Enter
expect "A approve"
key p
row "File" "story-shop-patch.yaml"
type "$DIR/checkout/theirs.yaml"
key Enter
expect "theirs.yaml exists already; choose another name."
key Ctrl-U
type "$DIR/checkout/web.json"
key Enter
expect "Saved the patch to $DIR/checkout/web.json."
sh grep -q '^\[{"op":"test"' $DIR/checkout/web.json
sh test "$(cat $DIR/checkout/theirs.yaml)" = theirs
key Esc
row "vs "

test "a shows of which application each namespace is, and another is chosen there"
key a
row "sidestage" "Namespaces"
row "story-shop   shop"
refuse "chosen"
answers u
expect "It follows its labels already."
key Enter
expect "Nothing is written to the cluster."
type "Other Shop"
key Enter
expect "Use 2 to 50 lower-case letters"
key Ctrl-U
type "other-shop"
key Enter
row "story-shop" "other-shop" "chosen"
key Esc
expect "This application is not there any more"
key /
type "other-shop"
key Enter
row "story-shop ■"
row "web" "1.4.2"

test "a platform that starts again still knows it, and its labels say it again where one lets them"
key Q
exit 0 10
run sidestage kube --namespace=story-shop
expect "reads story-shop"
row "story-shop ■"
press-until a "sidestage +Namespaces"
row "story-shop" "other-shop" "chosen"
key u
row "story-shop   shop"
gone "chosen"
key Esc

test "a Secret of a clone is made of what is typed, which no screen shows"
sh cluster secret prod story-shop
key /
type "shop"
key Enter
row "story-shop ■"
key Enter
row "api" "1 of 1"
key 4
row "mailer"
key Esc
row "web" "1.4.2"
key C
type "typed"
key Enter
row "Secrets" "mail copied"
key S
row "Secret=choice" "mail=leave-out"
row "then type its text"
type "mail=type:"
key Enter
expect "Write type:KEY."
key Ctrl-U
type "mail=type:a=b"
key Enter
expect "Write type:KEY."
key Ctrl-U
type "mail=type:key"
key Enter
expect "mail ▸ key"
type "pa55w0rd"
row "Text" "\*\*\*\*\*\*\*\*"
refuse "pa55w0rd"
key Enter
row "Secrets" "mail typed"
refuse "pa55w0rd"
press-until A "Progress"
expect "Done in" 60
not-wrote "pa55w0rd"
sh test "$(cluster text prod shop-typed)" = pa55w0rd
sh ! grep -r --exclude-dir=prod pa55w0rd $DIR
key Esc

test "the platform ends with the board"
key Q
exit 0 10
restored

test "and nothing is left when it is forgotten"
sh sidestage kube forget --approve=admin
sh test "$(cluster spaces prod)" = "story-shop"
terminal cluster
signal TERM
exit 0 60
nothing-runs 20
