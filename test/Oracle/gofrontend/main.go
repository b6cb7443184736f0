// SPDX-License-Identifier: Apache-2.0

// gofrontend compiles a Dockerfile with BuildKit's own frontend, for timing:
// as a process that writes the binary definition, or (-runs) many times in one
// process, printing the milliseconds that each warm run took as JSON, by the
// clock and of processor time.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"

	"llb/oracle/images"
)

func compile(dockerfile []byte, resolver *images.Resolver) (*llb.Definition, error) {
	caps := pb.Caps.CapSet(pb.Caps.All())
	ctx := context.Background()
	res, err := dockerfile2llb.Dockerfile2LLB(ctx, dockerfile, dockerfile2llb.ConvertOpt{
		Config:       dockerui.Config{},
		SourceMap:    llb.NewSourceMap(nil, "Dockerfile", "Dockerfile", dockerfile),
		MetaResolver: resolver,
		LLBCaps:      &caps,
	})
	if err != nil {
		return nil, err
	}
	return res.State.Marshal(ctx, llb.LocalUniqueID("context"))
}

// cpuTime is what this process has used of all processors.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func run() error {
	runs := flag.Int("runs", 0, "time this `many` warm runs in process")
	budget := flag.Duration("budget", 30*time.Second, "stop timing after this `time`")
	lockPath := flag.String("image-lock", "", "`file` of base images")
	flag.Parse()

	dockerfile, err := os.ReadFile(flag.Arg(0))
	if err != nil {
		return err
	}
	resolver, err := images.NewResolver(*lockPath, false)
	if err != nil {
		return err
	}
	if *runs == 0 {
		def, err := compile(dockerfile, resolver)
		if err != nil {
			return err
		}
		return llb.WriteTo(def, os.Stdout)
	}
	var times, cpu []float64
	begin := time.Now()
	// The first run warms up and is counted only if there is time for no other.
	for i := 0; i <= *runs && (i == 0 || time.Since(begin) < *budget); i++ {
		start, startCPU := time.Now(), cpuTime()
		if _, err := compile(dockerfile, resolver); err != nil {
			return err
		}
		times = append(times, float64(time.Since(start).Nanoseconds())/1e6)
		cpu = append(cpu, float64((cpuTime()-startCPU).Nanoseconds())/1e6)
	}
	if len(times) > 1 {
		times, cpu = times[1:], cpu[1:]
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"milliseconds": times, "cpu": cpu})
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gofrontend:", err)
		os.Exit(1)
	}
}
