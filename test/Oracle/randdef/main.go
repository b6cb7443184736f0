// SPDX-License-Identifier: Apache-2.0

// randdef writes random LLB definitions, one file each. Plain ones are as
// BuildKit's client would encode them; wild ones also use what the wire format
// allows and the client never does: fields in pieces and out of order, unknown
// fields, text that is not UTF-8, inputs that do not exist.
package main

import (
	_ "crypto/sha256" // for go-digest
	"flag"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

func main() {
	seed := flag.Uint64("seed", 1, "first seed")
	count := flag.Int("count", 100, "how many definitions")
	wild := flag.Bool("wild", false, "use all that the wire format allows")
	out := flag.String("out", ".", "folder to write them to")
	flag.Parse()
	for i := range *count {
		g := generator{rand.New(rand.NewPCG(*seed+uint64(i), 7)), *wild}
		name := filepath.Join(*out, fmt.Sprintf("%05d.llb", i))
		if err := os.WriteFile(name, g.definition(), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

type generator struct {
	*rand.Rand
	wild bool
}

func (g generator) definition() []byte {
	def := &pb.Definition{Metadata: map[string]*pb.OpMetadata{}}
	var digests []string
	for range g.IntN(12) {
		dt := g.op(digests)
		digests = append(digests, digest.FromBytes(dt).String())
		def.Def = append(def.Def, dt)
	}
	if n := len(digests); n > 0 {
		last := &pb.Op{Inputs: []*pb.Input{{Digest: digests[g.IntN(n)]}}}
		dt := g.encode(last)
		digests = append(digests, digest.FromBytes(dt).String())
		def.Def = append(def.Def, dt)
	}
	for _, dgst := range append(digests, g.text()) {
		if g.IntN(4) > 0 {
			def.Metadata[dgst] = &pb.OpMetadata{}
			g.fill(def.Metadata[dgst].ProtoReflect(), 0)
		}
	}
	if g.IntN(3) > 0 {
		def.Source = &pb.Source{Locations: map[string]*pb.Locations{}}
		g.fill(def.Source.ProtoReflect(), 2)
		for _, dgst := range digests {
			if g.IntN(4) > 0 {
				def.Source.Locations[dgst] = &pb.Locations{}
				g.fill(def.Source.Locations[dgst].ProtoReflect(), 0)
			}
		}
	}
	return g.encode(def)
}

func (g generator) op(earlier []string) []byte {
	op := &pb.Op{}
	g.fill(op.ProtoReflect(), 0)
	op.Inputs = nil
	for range g.IntN(4) {
		in := &pb.Input{Index: g.Int64N(3)}
		if len(earlier) > 0 {
			in.Digest = earlier[g.IntN(len(earlier))]
		}
		if g.wild && g.IntN(8) == 0 {
			in.Digest, in.Index = g.text(), g.int64()
		}
		if in.Digest != "" || g.wild {
			op.Inputs = append(op.Inputs, in)
		}
	}
	if exec := op.GetExec(); exec != nil {
		// buildctl crashes on an exec without Meta.
		if exec.Meta == nil {
			exec.Meta = &pb.Meta{}
		}
		for _, m := range exec.Mounts {
			m.Input = g.Int64N(5) - 1
		}
	}
	return g.encode(op)
}

// fill sets some of the fields of m, whatever they are.
func (g generator) fill(m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		oneof := field.ContainingOneof()
		switch {
		case oneof != nil:
			if g.IntN(oneof.Fields().Len()) > 0 || m.WhichOneof(oneof) != nil {
				continue
			}
		case g.IntN(3) == 0, depth > 6:
			continue
		}
		switch {
		case field.IsMap():
			entries := m.Mutable(field).Map()
			for range g.IntN(4) {
				key := protoreflect.ValueOfString(g.text()).MapKey()
				entries.Set(key, g.value(field.MapValue(), entries.NewValue, depth))
			}
		case field.IsList():
			list := m.Mutable(field).List()
			for range g.IntN(4) {
				list.Append(g.value(field, list.NewElement, depth))
			}
		default:
			m.Set(field, g.value(field, func() protoreflect.Value {
				return m.NewField(field)
			}, depth))
		}
	}
}

func (g generator) value(field protoreflect.FieldDescriptor, fresh func() protoreflect.Value, depth int) protoreflect.Value {
	switch field.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(g.IntN(3) > 0)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(g.IntN(7) - 1))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(int32(g.int64()))
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(uint32(g.int64()))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(g.int64())
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(uint64(g.int64()))
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(g.text())
	case protoreflect.BytesKind:
		if field.Name() == "def" {
			return protoreflect.ValueOfBytes([]byte{})
		}
		return protoreflect.ValueOfBytes([]byte(g.text()))
	case protoreflect.MessageKind:
		message := fresh()
		g.fill(message.Message(), depth+1)
		return message
	}
	panic("no value for " + field.FullName())
}

func (g generator) int64() int64 {
	few := []int64{0, 1, -1, 127, 128, 0o755, math.MaxInt32, math.MinInt32, math.MaxInt64, math.MinInt64}
	if i := g.IntN(2 * len(few)); i < len(few) {
		return few[i]
	}
	return int64(g.Uint64() >> g.IntN(64))
}

func (g generator) text() string {
	few := []string{
		"", "a", "/", "/usr/bin", "PATH=/bin", "<b>&amp;</b>", "\"quoted\\\"", "line\nline\r\t", "\x00\x01\x1f\x7f", "\u2028\u2029",
		"größe", "日本語", "🐳", "\u200b\ufeff\U000e0001", "\ufffd", "'single'", "# comment", "docker-image://docker.io/library/alpine:latest",
	}
	if g.wild {
		few = append(few, "\xff\xfe", "caf\xe9", "\xed\xa0\x80", "\xf0\x9f\x90", "ok\xc0\xafok")
	}
	s := few[g.IntN(len(few))]
	for g.IntN(4) == 0 {
		s += few[g.IntN(len(few))]
	}
	return s
}

type vtMessage interface {
	proto.Message
	MarshalVT() ([]byte, error)
}

func (g generator) encode(m vtMessage) []byte {
	var dt []byte
	var err error
	if g.wild {
		dt, err = m.MarshalVT()
	} else {
		dt, err = proto.MarshalOptions{Deterministic: true}.Marshal(m)
	}
	if err != nil {
		log.Fatal(err)
	}
	if g.wild {
		dt = g.shuffle(dt, m.ProtoReflect().Descriptor(), 0)
	}
	return dt
}

// shuffle writes the fields of an encoded message in another order and adds
// unknown ones; fields that may come twice stay in order among themselves.
func (g generator) shuffle(dt []byte, desc protoreflect.MessageDescriptor, depth int) []byte {
	byNumber := map[protowire.Number][][]byte{}
	var numbers []protowire.Number
	for len(dt) > 0 {
		number, kind, n := protowire.ConsumeField(dt)
		if n < 0 {
			log.Fatal(protowire.ParseError(n))
		}
		field := desc.Fields().ByNumber(number)
		raw := dt[:n]
		dt = dt[n:]
		if field != nil && kind == protowire.BytesType {
			raw = g.rewrite(raw, field, depth)
		}
		if byNumber[number] == nil {
			numbers = append(numbers, number)
		}
		byNumber[number] = append(byNumber[number], raw)
	}
	if g.IntN(2) == 0 {
		g.Shuffle(len(numbers), func(i, j int) { numbers[i], numbers[j] = numbers[j], numbers[i] })
	}
	var out []byte
	for _, number := range numbers {
		if g.IntN(16) == 0 {
			out = append(out, g.unknown()...)
		}
		for _, raw := range byNumber[number] {
			out = append(out, raw...)
		}
	}
	return out
}

// rewrite encodes one length-delimited field in another way.
func (g generator) rewrite(raw []byte, field protoreflect.FieldDescriptor, depth int) []byte {
	number, _, n := protowire.ConsumeTag(raw)
	content, _ := protowire.ConsumeBytes(raw[n:])
	switch {
	case field.IsList() && field.Kind() == protoreflect.Int32Kind, field.IsList() && field.Kind() == protoreflect.Int64Kind:
		if g.IntN(2) > 0 {
			return raw
		}
		var out []byte
		for len(content) > 0 {
			v, n := protowire.ConsumeVarint(content)
			content = content[n:]
			out = protowire.AppendVarint(protowire.AppendTag(out, number, protowire.VarintType), v)
		}
		return out
	case field.IsMap():
		switch g.IntN(6) {
		case 0:
			// An entry without a value.
			_, _, n := protowire.ConsumeField(content)
			content = content[:n]
		case 1:
			_, _, n := protowire.ConsumeField(content)
			content = append(append([]byte{}, content[n:]...), content[:n]...)
		case 2:
			content = append(g.unknown(), content...)
		}
	case field.Kind() == protoreflect.MessageKind:
		content = g.shuffle(content, field.Message(), depth+1)
		if !field.IsList() && g.IntN(3) == 0 {
			// In two parts, which the reader merges.
			return g.inParts(number, content)
		}
	}
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), content)
}

func (g generator) inParts(number protowire.Number, content []byte) []byte {
	cut := 0
	for cut < len(content) && g.IntN(3) > 0 {
		_, _, n := protowire.ConsumeField(content[cut:])
		cut += n
	}
	out := protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), content[:cut])
	return protowire.AppendBytes(protowire.AppendTag(out, number, protowire.BytesType), content[cut:])
}

func (g generator) unknown() []byte {
	number := protowire.Number(100 + g.IntN(1000))
	switch g.IntN(5) {
	case 0:
		return protowire.AppendVarint(protowire.AppendTag(nil, number, protowire.VarintType), g.Uint64())
	case 1:
		return protowire.AppendFixed32(protowire.AppendTag(nil, number, protowire.Fixed32Type), g.Uint32())
	case 2:
		return protowire.AppendFixed64(protowire.AppendTag(nil, number, protowire.Fixed64Type), g.Uint64())
	case 3:
		return protowire.AppendString(protowire.AppendTag(nil, number, protowire.BytesType), g.text())
	}
	out := protowire.AppendTag(nil, number, protowire.StartGroupType)
	out = protowire.AppendString(protowire.AppendTag(out, 1, protowire.BytesType), g.text())
	return protowire.AppendTag(out, number, protowire.EndGroupType)
}
