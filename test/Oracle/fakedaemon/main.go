// SPDX-License-Identifier: Apache-2.0

// fakedaemon listens as a BuildKit daemon does, takes in one client after the
// other and does to each what its argument names: what no honest daemon would.
//
//	fakedaemon SOCKET TRICK [CAPABILITY...]
//
// It lacks these capabilities, and writes what it is to solve to SOCKET.llb.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	controlapi "github.com/moby/buildkit/api/services/control"
	apitypes "github.com/moby/buildkit/api/types"
	gateway "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/grpchijack"
	"github.com/moby/buildkit/solver/pb"
	apicaps "github.com/moby/buildkit/util/apicaps/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A trick is played when the client has given its result; what it returns is
// what the daemon says of the build.
type trick func(ctx context.Context, client session.Caller) error

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: fakedaemon SOCKET TRICK [CAPABILITY...]")
	}
	listener, err := net.Listen("unix", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	name := os.Args[2]
	if play, ok := rawTricks[name]; ok {
		serveRaw(listener, play)
	}
	play, ok := tricks[name]
	if _, inSession := sessionTricks[name]; !ok && !inSession {
		log.Fatalf("no trick %q", name)
	}
	manager, err := session.NewManager()
	if err != nil {
		log.Fatal(err)
	}
	d := &daemon{name: name, play: play, sessions: manager, returned: make(chan struct{}), listened: make(chan struct{})}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(64 << 20))
	controlapi.RegisterControlServer(server, d)
	gateway.RegisterLLBBridgeServer(server, &bridge{daemon: d})
	log.Fatal(server.Serve(listener))
}

// What is no gRPC at all.
var rawTricks = map[string]func(net.Conn){
	"mute": func(conn net.Conn) { io.Copy(io.Discard, conn) },
	"garbage": func(conn net.Conn) {
		io.CopyN(conn, rand.Reader, 1<<20)
		io.Copy(io.Discard, conn)
	},
	"hangup": func(conn net.Conn) { io.CopyN(io.Discard, conn, 10) },
	"text": func(conn net.Conn) {
		fmt.Fprint(conn, "HTTP/1.1 400 Bad Request\r\n\r\n")
		io.Copy(io.Discard, conn)
	},
}

func serveRaw(listener net.Listener, play func(net.Conn)) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go func() {
			defer conn.Close()
			play(conn)
		}()
	}
}

type daemon struct {
	controlapi.UnimplementedControlServer
	name     string
	play     trick
	sessions *session.Manager
	once     sync.Once
	returned chan struct{}
	listened chan struct{}
}

func (d *daemon) Session(stream controlapi.Control_SessionServer) error {
	conn, closed, opts := grpchijack.Hijack(stream)
	defer conn.Close()
	if d.name == "listen" {
		<-d.returned
		defer close(d.listened)
		return listenTo(conn)
	}
	if play, ok := sessionTricks[d.name]; ok {
		<-d.returned
		defer close(d.listened)
		playInSession(conn, play)
		return nil
	}
	ctx, cancel := context.WithCancel(stream.Context())
	go func() {
		<-closed
		cancel()
	}()
	return d.sessions.HandleConn(ctx, conn, opts)
}

func (d *daemon) Solve(ctx context.Context, request *controlapi.SolveRequest) (*controlapi.SolveResponse, error) {
	if d.name == "large-answer" {
		return &controlapi.SolveResponse{ExporterResponse: map[string]string{"x": string(make([]byte, 20<<20))}}, nil
	}
	select {
	case <-d.returned:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if _, ok := sessionTricks[d.name]; ok || d.name == "listen" {
		<-d.listened
		return &controlapi.SolveResponse{}, nil
	}
	client, err := d.sessions.Get(ctx, request.Session, false)
	if err != nil {
		return nil, err
	}
	if err := d.play(ctx, client); err != nil {
		return nil, err
	}
	return &controlapi.SolveResponse{}, nil
}

func (d *daemon) Status(_ *controlapi.StatusRequest, stream controlapi.Control_StatusServer) error {
	if d.name == "endless-status" {
		<-stream.Context().Done()
	}
	return nil
}

func (d *daemon) ListWorkers(context.Context, *controlapi.ListWorkersRequest) (*controlapi.ListWorkersResponse, error) {
	return &controlapi.ListWorkersResponse{Record: workers}, nil
}

var workers = []*apitypes.WorkerRecord{{
	ID:        "worker",
	Platforms: []*pb.Platform{{OS: "linux", Architecture: "amd64"}},
}}

type bridge struct {
	gateway.UnimplementedLLBBridgeServer
	daemon *daemon
}

func (b *bridge) Ping(ctx context.Context, _ *gateway.PingRequest) (*gateway.PongResponse, error) {
	if b.daemon.name == "no-pong" {
		<-ctx.Done()
	}
	if b.daemon.name == "old" {
		return &gateway.PongResponse{}, nil
	}
	return &gateway.PongResponse{
		FrontendAPICaps: gateway.Caps.All(),
		LLBCaps: slices.DeleteFunc(pb.Caps.All(), func(c *apicaps.APICap) bool {
			return slices.Contains(os.Args[3:], c.ID)
		}),
		Workers: workers,
	}, nil
}

func (b *bridge) Solve(_ context.Context, request *gateway.SolveRequest) (*gateway.SolveResponse, error) {
	if definition, err := request.Definition.MarshalVT(); err == nil {
		if err := os.WriteFile(os.Args[1]+".llb", definition, 0o600); err != nil {
			return nil, err
		}
	}
	if b.daemon.name == "large-result" {
		return &gateway.SolveResponse{Ref: string(make([]byte, 20<<20))}, nil
	}
	return &gateway.SolveResponse{Result: &gateway.Result{
		Result: &gateway.Result_Ref{Ref: &gateway.Ref{Id: "ref"}},
	}}, nil
}

func (b *bridge) Return(ctx context.Context, _ *gateway.ReturnRequest) (*gateway.ReturnResponse, error) {
	b.daemon.once.Do(func() { close(b.daemon.returned) })
	return &gateway.ReturnResponse{}, nil
}

func (b *bridge) ResolveImageConfig(context.Context, *gateway.ResolveImageConfigRequest) (*gateway.ResolveImageConfigResponse, error) {
	if b.daemon.name == "die" {
		os.Exit(0)
	}
	time.Sleep(10 * time.Millisecond)
	return nil, status.Error(codes.NotFound, "no such image")
}
