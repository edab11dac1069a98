// SPDX-License-Identifier: GPL-3.0-or-later

package main

// The names of Services, for pods: A for NAME.NAMESPACE.svc.cluster.local, from what the API
// server lists.  Of any other name there is nothing; the node leads nowhere.

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/net/dns/dnsmessage"
	core "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/clientcmd"
)

const domain = ".svc.cluster.local."

func newDNSCommand() *cobra.Command {
	var config, address string
	command := &cobra.Command{
		Use: "dns",
		RunE: func(command *cobra.Command, args []string) error {
			return serveDNS(command.Context(), config, address)
		},
	}
	command.Flags().StringVar(&config, "kubeconfig", "", "how to reach the API server")
	command.Flags().StringVar(&address, "bind-address", "127.0.0.1:53", "where to answer")
	return command
}

func serveDNS(ctx context.Context, config, address string) error {
	rest, err := clientcmd.BuildConfigFromFlags("", config)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(rest)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	services := factory.Core().V1().Services().Lister()
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	socket, err := net.ListenPacket("udp", address)
	if err != nil {
		return err
	}
	question := make([]byte, 1500)
	for {
		n, from, err := socket.ReadFrom(question)
		if err != nil {
			return err
		}
		if reply, err := answerDNS(services, question[:n]); err == nil {
			socket.WriteTo(reply, from)
		}
	}
}

func clusterIP(services listers.ServiceLister, name string) (ip net.IP, known bool) {
	short, found := strings.CutSuffix(strings.ToLower(name), domain)
	parts := strings.Split(short, ".")
	if !found || len(parts) != 2 {
		return nil, false
	}
	service, err := services.Services(parts[1]).Get(parts[0])
	if err != nil || service.Spec.ClusterIP == core.ClusterIPNone {
		return nil, false
	}
	return net.ParseIP(service.Spec.ClusterIP).To4(), true
}

func answerDNS(services listers.ServiceLister, question []byte) ([]byte, error) {
	var message dnsmessage.Message
	if err := message.Unpack(question); err != nil {
		return nil, err
	}
	if message.Response || len(message.Questions) != 1 {
		return nil, errors.New("not a question")
	}
	asked := message.Questions[0]
	reply := dnsmessage.Message{
		Header: dnsmessage.Header{ID: message.ID, Response: true, Authoritative: true,
			RecursionDesired: message.RecursionDesired, RecursionAvailable: true},
		Questions: message.Questions,
	}
	ip, known := clusterIP(services, asked.Name.String())
	switch {
	case !known:
		reply.RCode = dnsmessage.RCodeNameError
	case asked.Type == dnsmessage.TypeA && ip != nil:
		if len(ip) != net.IPv4len {
			return nil, fmt.Errorf("%v is no address of version 4", ip)
		}
		reply.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: asked.Name, Class: asked.Class, TTL: 1},
			Body:   &dnsmessage.AResource{A: [4]byte(ip)},
		}}
	}
	return reply.Pack()
}
