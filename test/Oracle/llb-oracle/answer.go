// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"

	"llb/oracle/images"
)

// operation is one line of `buildctl debug dump-llb`.
type operation struct {
	Op         *pb.Op
	Digest     digest.Digest
	OpMetadata *pb.OpMetadata
}

type output struct {
	Platform  string          `json:"platform"`
	Root      digest.Digest   `json:"root"`
	Ops       []operation     `json:"ops"`
	Source    *pb.Source      `json:"source,omitempty"`
	Image     json.RawMessage `json:"image,omitempty"`
	BaseImage json.RawMessage `json:"baseImage,omitempty"`
}

type warning struct {
	Rule    string      `json:"rule,omitempty"`
	Message string      `json:"message"`
	Detail  []string    `json:"detail,omitempty"`
	URL     string      `json:"url,omitempty"`
	Ranges  []*pb.Range `json:"ranges,omitempty"`
}

type failure struct {
	Message string        `json:"message"`
	Ranges  [][]*pb.Range `json:"ranges,omitempty"`
}

// answer is what one compile gave, in the form of `llbc --emit=bundle`.
type answer struct {
	Case     string                     `json:"case,omitempty"`
	Outputs  []output                   `json:"outputs,omitempty"`
	Meta     map[string]json.RawMessage `json:"meta,omitempty"`
	Warnings []warning                  `json:"warnings,omitempty"`
	Error    *failure                   `json:"error,omitempty"`
	Lock     *images.Lock               `json:"lock,omitempty"`
}

// decode takes a definition apart. Ids of progress groups are random in
// BuildKit and become one fixed word.
func decode(platform string, def *pb.Definition) (output, error) {
	out := output{Platform: platform, Source: def.Source}
	for _, dt := range def.Def {
		var op pb.Op
		if err := op.UnmarshalVT(dt); err != nil {
			return out, err
		}
		d := digest.FromBytes(dt)
		metadata := def.Metadata[string(d)]
		if metadata != nil && metadata.ProgressGroup != nil {
			metadata.ProgressGroup.Id = "progress-group"
		}
		out.Ops = append(out.Ops, operation{Op: &op, Digest: d, OpMetadata: metadata})
		out.Root = d
	}
	return out, nil
}

func toRange(r parser.Range) *pb.Range {
	return &pb.Range{
		Start: &pb.Position{Line: int32(r.Start.Line), Character: int32(r.Start.Character)},
		End:   &pb.Position{Line: int32(r.End.Line), Character: int32(r.End.Character)},
	}
}

// toFailure keeps an error's message and places, whichever of BuildKit's two
// ways of attaching places was used.
func toFailure(err error) *failure {
	f := &failure{Message: err.Error()}
	var located *parser.LocationError
	if errors.As(err, &located) {
		for _, ranges := range located.Locations {
			var out []*pb.Range
			for _, r := range ranges {
				out = append(out, toRange(r))
			}
			f.Ranges = append(f.Ranges, out)
		}
		return f
	}
	for _, source := range errdefs.Sources(err) {
		f.Ranges = append(f.Ranges, source.Ranges)
	}
	return f
}
