// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"

	"llb/oracle/images"
)

// compileDirect compiles without a gateway: what a stand-alone compiler emits.
// It honours build arguments, labels, target and platform only.
func compileDirect(ctx context.Context, in input, resolver *images.Resolver) *answer {
	ans := &answer{}
	targets := []string{""}
	if p := in.opts["platform"]; p != "" {
		targets = strings.Split(p, ",")
	}
	for i, target := range targets {
		opt := convertOptions(in, resolver)
		// Every platform gives the same warnings: keep the first one's.
		if i == 0 {
			opt.Warn = ans.warn
		}
		out, err := compileFor(ctx, in, target, opt)
		if err != nil {
			ans.Error = toFailure(err)
			return ans
		}
		ans.Outputs = append(ans.Outputs, *out)
	}
	return ans
}

func convertOptions(in input, resolver *images.Resolver) dockerfile2llb.ConvertOpt {
	caps := pb.Caps.CapSet(pb.Caps.All())
	return dockerfile2llb.ConvertOpt{
		Config: dockerui.Config{
			BuildArgs: withPrefix(in.opts, "build-arg:"),
			Labels:    withPrefix(in.opts, "label:"),
			Target:    in.opts["target"],
		},
		SourceMap:    llb.NewSourceMap(nil, "Dockerfile", "Dockerfile", in.dockerfile),
		MetaResolver: resolver,
		LLBCaps:      &caps,
	}
}

func compileFor(ctx context.Context, in input, target string, opt dockerfile2llb.ConvertOpt) (*output, error) {
	if target != "" {
		p, err := platforms.Parse(target)
		if err != nil {
			return nil, err
		}
		p = platforms.Normalize(p)
		opt.TargetPlatform = &p
	}
	res, err := dockerfile2llb.Dockerfile2LLB(ctx, in.dockerfile, opt)
	if err != nil {
		return nil, err
	}
	def, err := res.State.Marshal(ctx, llb.LocalUniqueID(in.uniqueID))
	if err != nil {
		return nil, err
	}
	if in.binaryPath != "" {
		var b bytes.Buffer
		if err := llb.WriteTo(def, &b); err != nil {
			return nil, err
		}
		if err := os.WriteFile(in.binaryPath, b.Bytes(), 0o644); err != nil {
			return nil, err
		}
	}
	out, err := decode(target, def.ToPB())
	if err != nil {
		return nil, err
	}
	out.Image, _ = json.Marshal(res.Image)
	out.BaseImage, _ = json.Marshal(res.BaseImage)
	return &out, nil
}

func (ans *answer) warn(rule, description, url, msg string, location []parser.Range) {
	w := warning{Rule: rule, Message: msg, Detail: []string{description}, URL: url}
	for _, l := range location {
		w.Ranges = append(w.Ranges, toRange(l))
	}
	ans.Warnings = append(ans.Warnings, w)
}

func withPrefix(m map[string]string, prefix string) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		if name, ok := strings.CutPrefix(k, prefix); ok {
			out[name] = v
		}
	}
	return out
}
