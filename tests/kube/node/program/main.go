// SPDX-License-Identifier: GPL-3.0-or-later

// A one-node Kubernetes in one program, for the tests: its first argument names the part to be.
// One program links once, where six would link most of the same code six times.
package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

var parts = map[string]func() *cobra.Command{
	"apiserver":          apiserver.NewAPIServerCommand,
	"controller-manager": controllers.NewControllerManagerCommand,
	"scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	"kubelet":            func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) },
	"proxy":              proxy.NewProxyCommand,
	"dns":                newDNSCommand,
	"kubectl":            kubectl.NewDefaultKubectlCommand,
}

func main() {
	var names []string
	for name := range parts {
		names = append(names, name)
	}
	sort.Strings(names)
	if len(os.Args) < 2 || parts[os.Args[1]] == nil {
		fmt.Fprintf(os.Stderr, "usage: %s PART [OPTION]...  (%s)\n", os.Args[0], strings.Join(names, ", "))
		os.Exit(2)
	}
	part := parts[os.Args[1]]
	os.Args = os.Args[1:]
	command := part()
	if os.Args[0] == "kubectl" {
		if cli.RunNoErrOutput(command) != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(cli.Run(command))
}
