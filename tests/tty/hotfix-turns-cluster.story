# A hotfix that does not go straight, where environments are namespaces of a cluster: a double of
# Kubernetes, or the one of KUBE_CLUSTER.

env TARGET=cluster PATH=$TTY/on-cluster:$PATH
needs cluster
include hotfix-turns.story
