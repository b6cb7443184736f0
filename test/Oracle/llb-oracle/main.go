// SPDX-License-Identifier: Apache-2.0

// llb-oracle prints what BuildKit's own Dockerfile frontend makes of a
// Dockerfile, as one JSON object in the form of `llbc --emit=bundle`. It needs
// neither a daemon nor a network: see package images.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"strings"

	"llb/oracle/images"
)

// input is one compile to do.
type input struct {
	name       string
	dockerfile []byte
	// ignore is the .dockerignore, nil if there is none.
	ignore []byte
	opts   map[string]string
	// uniqueID is the value of local.unique in direct mode.
	uniqueID string
	// binaryPath, if set, receives the binary definition in direct mode.
	binaryPath string
}

type optFlag map[string]string

func (o optFlag) String() string { return "" }
func (o optFlag) Set(s string) error {
	k, v, _ := strings.Cut(s, "=")
	o[k] = v
	return nil
}

func compile(in input, mode string, resolver *images.Resolver) (ans *answer) {
	resolver = resolver.Fresh()
	opts := map[string]string{"cmdline": ""}
	maps.Copy(opts, in.opts)
	in.opts = opts
	defer func() {
		if p := recover(); p != nil {
			ans = &answer{Error: &failure{Message: fmt.Sprintf("PANIC in the reference frontend: %v", p)}}
		}
		ans.Case = in.name
		ans.Lock = resolver.Used()
	}()
	if mode == "gateway" {
		return compileAsFrontend(context.Background(), in, resolver)
	}
	return compileDirect(context.Background(), in, resolver)
}

// runBatch compiles one JSON object of standard input after the other.
func runBatch(base input, mode string, resolver *images.Resolver, enc *json.Encoder) error {
	dec := json.NewDecoder(os.Stdin)
	for {
		var c struct {
			Case       string `json:"case"`
			Dockerfile string `json:"dockerfile"`
			// Bytes is a Dockerfile that is no UTF-8, instead of Dockerfile.
			Bytes  []byte            `json:"bytes"`
			Ignore *string           `json:"dockerignore"`
			Opts   map[string]string `json:"opts"`
		}
		if err := dec.Decode(&c); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		in := base
		in.name, in.dockerfile, in.opts = c.Case, []byte(c.Dockerfile), c.Opts
		if c.Bytes != nil {
			in.dockerfile = c.Bytes
		}
		if c.Ignore != nil {
			in.ignore = []byte(*c.Ignore)
		}
		if err := enc.Encode(compile(in, mode, resolver)); err != nil {
			return err
		}
	}
}

func readInput(in *input, path, ignorePath string) (err error) {
	in.name = path
	if path == "" || path == "-" {
		in.dockerfile, err = io.ReadAll(os.Stdin)
	} else {
		in.dockerfile, err = os.ReadFile(path)
	}
	if err == nil && ignorePath != "" {
		in.ignore, err = os.ReadFile(ignorePath)
	}
	return err
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "llb-oracle:", err)
	os.Exit(2)
}

func main() {
	in := input{opts: optFlag{}}
	flag.Var(optFlag(in.opts), "opt", "frontend option as of `buildctl build --opt`: KEY=VALUE (repeatable)")
	mode := flag.String("mode", "direct", "`direct` (no session, local.unique) or `gateway` (as run by buildkitd)")
	flag.StringVar(&in.uniqueID, "local-unique-id", "context", "value of local.unique in direct mode")
	flag.StringVar(&in.binaryPath, "llb", "", "also write the binary definition to this `file` (direct mode)")
	lockPath := flag.String("image-lock", "", "`file` of base images; those it lacks are made up")
	strict := flag.Bool("strict-lock", false, "an image that the lock lacks is an error")
	ignorePath := flag.String("dockerignore", "", "`file` to serve as .dockerignore in gateway mode")
	batch := flag.Bool("batch", false, `standard input holds one {"case","dockerfile" or "bytes" (base64),"dockerignore","opts"} object a line`)
	flag.Parse()

	resolver, err := images.NewResolver(*lockPath, *strict)
	if err != nil {
		fatal(err)
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	if *batch {
		if err := runBatch(in, *mode, resolver, enc); err != nil {
			fatal(err)
		}
		return
	}
	if err := readInput(&in, flag.Arg(0), *ignorePath); err != nil {
		fatal(err)
	}
	ans := compile(in, *mode, resolver)
	if err := enc.Encode(ans); err != nil {
		fatal(err)
	}
	if ans.Error != nil {
		os.Exit(1)
	}
}
