// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/builder"
	"github.com/moby/buildkit/frontend/gateway/client"
	gwpb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
	fstypes "github.com/tonistiigi/fsutil/types"

	"llb/oracle/images"
)

// gateway stands in for the daemon that a frontend talks to: it serves the
// build file, keeps the definitions it is asked to solve and collects warnings.
type gateway struct {
	*images.Resolver
	input input

	mu       sync.Mutex
	warnings []warning
}

// reference is the result of a solve: the definition, unsolved.
type reference struct {
	gw  *gateway
	def *pb.Definition
}

func (r *reference) ToState() (llb.State, error)    { return llb.Scratch(), nil }
func (r *reference) Evaluate(context.Context) error { return nil }

func (r *reference) ReadFile(_ context.Context, req client.ReadRequest) ([]byte, error) {
	name := filepath.Base(req.Filename)
	if !strings.HasSuffix(name, ".dockerignore") {
		return r.gw.input.dockerfile, nil
	}
	if name == ".dockerignore" && r.gw.input.ignore != nil {
		return r.gw.input.ignore, nil
	}
	return nil, os.ErrNotExist
}

func (r *reference) StatFile(context.Context, client.StatRequest) (*fstypes.Stat, error) {
	return nil, os.ErrNotExist
}

func (r *reference) ReadDir(context.Context, client.ReadDirRequest) ([]*fstypes.Stat, error) {
	return nil, nil
}

func (g *gateway) Solve(_ context.Context, req client.SolveRequest) (*client.Result, error) {
	if req.Definition == nil {
		return nil, errors.New("the oracle runs no nested frontend: " + req.Frontend)
	}
	res := client.NewResult()
	res.SetRef(&reference{gw: g, def: req.Definition})
	return res, nil
}

func (g *gateway) BuildOpts() client.BuildOpts {
	return client.BuildOpts{
		Opts:      g.input.opts,
		SessionID: "session",
		LLBCaps:   pb.Caps.CapSet(pb.Caps.All()),
		Caps:      gwpb.Caps.CapSet(gwpb.Caps.All()),
	}
}

func (g *gateway) Inputs(context.Context) (map[string]llb.State, error) { return nil, nil }

func (g *gateway) NewContainer(context.Context, client.NewContainerRequest) (client.Container, error) {
	return nil, errors.New("no containers in the oracle")
}

func (g *gateway) Warn(_ context.Context, _ digest.Digest, msg string, opts client.WarnOpts) error {
	w := warning{Message: msg, URL: opts.URL, Ranges: opts.Range}
	for _, detail := range opts.Detail {
		w.Detail = append(w.Detail, string(detail))
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.warnings = append(g.warnings, w)
	return nil
}

func (g *gateway) ResolveSourceMetadata(ctx context.Context, op *pb.SourceOp, opt sourceresolver.Opt) (*sourceresolver.MetaResponse, error) {
	ref, ok := strings.CutPrefix(op.Identifier, "docker-image://")
	if !ok {
		return nil, fmt.Errorf("no metadata for %s", op.Identifier)
	}
	_, dgst, config, err := g.ResolveImageConfig(ctx, ref, opt)
	if err != nil {
		return nil, err
	}
	return &sourceresolver.MetaResponse{
		Op:    op,
		Image: &sourceresolver.ResolveImageResponse{Digest: dgst, Config: config},
	}, nil
}

// compileAsFrontend runs the frontend as buildkitd would.
func compileAsFrontend(ctx context.Context, in input, resolver *images.Resolver) *answer {
	g := &gateway{Resolver: resolver, input: in}
	ans := &answer{Meta: map[string]json.RawMessage{}}
	defer func() { ans.Warnings = g.warnings }()
	res, err := builder.Build(ctx, g)
	if err != nil {
		ans.Error = toFailure(err)
		return ans
	}
	for key, value := range res.Metadata {
		ans.Meta[key] = metaValue(key, value)
	}
	if res.Ref != nil {
		ans.addResult("", res.Ref)
	}
	var keys []string
	for key := range res.Refs {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		ans.addResult(key, res.Refs[key])
	}
	return ans
}

func (ans *answer) addResult(platform string, ref client.Reference) {
	if ans.Error != nil || ref == nil {
		return
	}
	out, err := decode(platform, ref.(*reference).def)
	if err != nil {
		ans.Error = toFailure(err)
		return
	}
	ans.Outputs = append(ans.Outputs, out)
}

// metaValue shows JSON values as JSON and everything else as a string.
func metaValue(key string, value []byte) json.RawMessage {
	isJSON := strings.HasPrefix(key, "containerimage.") || key == "refs.platforms" ||
		strings.HasPrefix(key, "source.date.epoch")
	if isJSON && json.Valid(value) {
		return value
	}
	quoted, _ := json.Marshal(string(value))
	return quoted
}
