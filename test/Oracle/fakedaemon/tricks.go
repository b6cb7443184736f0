// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	content "github.com/containerd/containerd/api/services/content/v1"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/filesync"
	"github.com/moby/buildkit/session/secrets"
	"github.com/tonistiigi/fsutil/types"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

var tricks = map[string]trick{
	// Honest as far as they go.
	"good": entries(directory("d"), file("d/f", 2), end, data(1, "hi"), data(1, "")),
	"old":  nothing,
	// Listens to files itself, see listenTo.
	"listen": nothing,

	// Files that would not stay inside.
	"parent":       entries(file("../x", 0), end),
	"absolute":     entries(file("/tmp/x", 0), end),
	"unclean":      entries(directory("a"), file("a/../../x", 0), end),
	"dot":          entries(directory("."), end),
	"nul":          entries(file("a\x00b", 0), end),
	"through-link": entries(link("a", "/"), file("a/x", 0), end),
	"link-twice":   entries(link("a", "/"), directory("a"), file("a/x", 0), end),
	"hard-link":    entries(hardLink("a", "../../etc/passwd"), end),
	"hard-to-link": entries(link("a", "/etc/passwd"), hardLink("b", "a"), end),
	"no-parent":    entries(file("a/x", 0), end),
	"order":        entries(file("b", 0), file("a", 0), end),

	// What no file has.
	"type":       entries(stat(&types.Stat{Path: "a", Mode: uint32(os.ModeIrregular)}), end),
	"long-path":  entries(file(strings.Repeat("a", 5000), 0), end),
	"attributes": entries(stat(&types.Stat{Path: "a", Xattrs: map[string][]byte{"user.a": make([]byte, 1<<20)}}), end),
	"minus":      entries(file("a", -1), end),

	// Too much, too little.
	"endless":        endless,
	"less":           entries(file("a", 5), end, data(0, "1"), data(0, "")),
	"unasked":        entries(file("a", 5), end, data(7, "12345")),
	"early":          entries(file("a", 5), end, &types.Packet{Type: types.PACKET_FIN}),
	"after-end":      entries(file("a", 5), end, file("b", 0)),
	"message":        entries(stat(&types.Stat{Path: strings.Repeat("a", 20<<20)}), end),
	"half":           half,
	"nothing":        nothing,
	"endless-status": entries(end),
	"twice":          twice,
	"elsewhere":      exporter("7", end),
	"packets":        bytes,

	// What is none of its business.
	"asked-files":   files(map[string][]string{"dir-name": {"context"}, "followpaths": {"given"}}),
	"all-files":     files(map[string][]string{"dir-name": {"context"}, "exclude-patterns": {"**/skip", "!**/skip/kept*"}}),
	"other-files":   files(map[string][]string{"dir-name": {"context"}}),
	"other-folder":  files(map[string][]string{"dir-name": {"/etc"}}),
	"parent-files":  files(map[string][]string{"dir-name": {"context"}, "followpaths": {"../../etc/passwd"}}),
	"number":        number,
	"secret":        secret("/etc/passwd"),
	"name":          secret("gr\u00fcn 50%"),
	"method":        method,
	"write-context": write("oci:", "x"),
	"write-cache":   write("local:cache", "no such digest"),

	"large-answer": nothing,
	"large-result": nothing,
	"no-pong":      nothing,
	"die":          nothing,
}

func nothing(context.Context, session.Caller) error { return nil }

// ---- results ----------------------------------------------------------------

func stat(s *types.Stat) *types.Packet { return &types.Packet{Type: types.PACKET_STAT, Stat: s} }

func file(path string, size int64) *types.Packet {
	return stat(&types.Stat{Path: path, Mode: 0o644, Size: size})
}

func directory(path string) *types.Packet {
	return stat(&types.Stat{Path: path, Mode: uint32(os.ModeDir | 0o755)})
}

func link(path, target string) *types.Packet {
	return stat(&types.Stat{Path: path, Mode: uint32(os.ModeSymlink | 0o777), Linkname: target})
}

func hardLink(path, target string) *types.Packet {
	return stat(&types.Stat{Path: path, Mode: 0o644, Linkname: target})
}

func data(id uint32, text string) *types.Packet {
	return &types.Packet{Type: types.PACKET_DATA, ID: id, Data: []byte(text)}
}

var end = &types.Packet{Type: types.PACKET_STAT}

func open(ctx context.Context, client session.Caller, id string) (filesync.FileSend_DiffCopyClient, error) {
	ctx = metadata.AppendToOutgoingContext(ctx, "buildkit-attachable-exporter-id", id)
	return filesync.NewFileSendClient(client.Conn()).DiffCopy(ctx)
}

// exporter sends packets as the result of an exporter and waits for the answer.
// Whatever that is, the build is said to be good.
func exporter(id string, all ...*types.Packet) trick {
	return func(ctx context.Context, client session.Caller) error {
		stream, err := open(ctx, client, id)
		if err != nil {
			return err
		}
		for _, p := range all {
			// Content is for files that were asked for.
			if p.Type == types.PACKET_DATA && len(p.Data) > 0 && stream.RecvMsg(&types.Packet{}) != nil {
				return nil
			}
			if stream.SendMsg(p) != nil {
				break
			}
		}
		finish(stream)
		return nil
	}
}

func entries(all ...*types.Packet) trick { return exporter("0", all...) }

func finish(stream filesync.FileSend_DiffCopyClient) {
	for {
		var p types.Packet
		if err := stream.RecvMsg(&p); err != nil {
			if !errors.Is(err, io.EOF) {
				fmt.Println("client:", err)
			}
			return
		}
		if p.Type == types.PACKET_FIN {
			stream.SendMsg(&types.Packet{Type: types.PACKET_FIN})
			stream.CloseSend()
		}
	}
}

// endless sends a file that is longer than it was said to be, without an end.
func endless(ctx context.Context, client session.Caller) error {
	stream, err := open(ctx, client, "0")
	if err != nil {
		return err
	}
	stream.SendMsg(file("a", 10))
	stream.SendMsg(end)
	stream.RecvMsg(&types.Packet{})
	for stream.SendMsg(data(0, strings.Repeat("x", 1<<16))) == nil {
	}
	finish(stream)
	return nil
}

// half sends what is complete as far as it goes, and hangs up.
func half(ctx context.Context, client session.Caller) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := open(ctx, client, "0")
	if err != nil {
		return err
	}
	return stream.SendMsg(directory("a"))
}

func twice(ctx context.Context, client session.Caller) error {
	for range 2 {
		if err := entries(directory("a"), end)(ctx, client); err != nil {
			return err
		}
	}
	return nil
}

// bytes sends what is no packet at all.
func bytes(ctx context.Context, client session.Caller) error {
	ctx = metadata.AppendToOutgoingContext(ctx, "buildkit-attachable-exporter-id", "0")
	stream, err := client.Conn().NewStream(ctx, &filesync.FileSend_ServiceDesc.Streams[0],
		filesync.FileSend_DiffCopy_FullMethodName, grpc.ForceCodec(rawCodec{}))
	if err != nil {
		return err
	}
	stream.SendMsg([]byte{0xff, 0xff})
	stream.RecvMsg(nil)
	return nil
}

type rawCodec struct{}

func (rawCodec) Marshal(message any) ([]byte, error) { return message.([]byte), nil }
func (rawCodec) Unmarshal([]byte, any) error         { return nil }
func (rawCodec) Name() string                        { return "proto" }

// ---- questions --------------------------------------------------------------

// files asks for files of a directory, and has the build fail as it is answered.
func files(header map[string][]string) trick {
	return func(ctx context.Context, client session.Caller) error {
		stream, err := filesync.NewFileSyncClient(client.Conn()).DiffCopy(metadata.NewOutgoingContext(ctx, header))
		if err != nil {
			return err
		}
		for {
			p, err := stream.Recv()
			if err != nil {
				fmt.Println("client:", err)
				return nil
			}
			if p.Stat == nil {
				return stream.Send(&types.Packet{Type: types.PACKET_FIN})
			}
			fmt.Println("client has", p.Stat.Path, p.Stat.Xattrs)
		}
	}
}

// number asks for a file that was not offered.
func number(ctx context.Context, client session.Caller) error {
	header := metadata.Pairs("dir-name", "context", "followpaths", "given")
	stream, err := filesync.NewFileSyncClient(client.Conn()).DiffCopy(metadata.NewOutgoingContext(ctx, header))
	if err != nil {
		return err
	}
	stream.Send(&types.Packet{Type: types.PACKET_REQ, ID: 17})
	for {
		if _, err := stream.Recv(); err != nil {
			fmt.Println("client:", err)
			return nil
		}
	}
}

func secret(id string) trick {
	return func(ctx context.Context, client session.Caller) error {
		_, err := secrets.NewSecretsClient(client.Conn()).GetSecret(ctx, &secrets.GetSecretRequest{ID: id})
		return err
	}
}

func method(ctx context.Context, client session.Caller) error {
	return client.Conn().Invoke(ctx, "/no.Such/Method", &types.Packet{}, &types.Packet{})
}

// write stores a blob under a digest that is not its own.
func write(store, text string) trick {
	return func(ctx context.Context, client session.Caller) error {
		if store == "oci:" {
			store += os.Getenv("STORE")
		}
		ctx = metadata.AppendToOutgoingContext(ctx, "buildkit-attachable-store-id", store)
		stream, err := content.NewContentClient(client.Conn()).Write(ctx)
		if err != nil {
			return err
		}
		if err := stream.Send(&content.WriteContentRequest{
			Action:   content.WriteAction_COMMIT,
			Ref:      "x",
			Expected: "sha256:" + strings.Repeat("0", 64),
			Data:     []byte(text),
		}); err != nil {
			return err
		}
		_, err = stream.Recv()
		return err
	}
}
