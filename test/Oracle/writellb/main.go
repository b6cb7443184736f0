// SPDX-License-Identifier: Apache-2.0

// Writes the LLB that test/API/Inputs/every.cpp writes, with BuildKit's own
// client: every call that llb/API/State.h has, once.
package main

import (
	"context"
	"os"

	"github.com/moby/buildkit/client/llb"
)

func build() llb.State {
	tools := llb.Image("docker.io/library/alpine").
		Dir("/src/.//").
		AddEnv("MODE", "release").
		AddEnv("EMPTY", "").
		Run(llb.Args([]string{"make", "all"})).Root().
		Dir("sub").
		User("nobody:nogroup").
		Run(llb.Args([]string{"/bin/sh", "-c", "echo \"<&>\""})).Root()
	all := &llb.CopyInfo{
		FollowSymlinks:      true,
		CopyDirContentsOnly: true,
		AttemptUnpack:       true,
		CreateDestPath:      true,
		AllowWildcard:       true,
		AllowEmptyWildcard:  true,
	}
	return llb.Scratch().
		File(llb.Mkdir("/etc/app", 0o755, llb.WithParents(true)).
			Mkfile("/etc/app/config", 0o640, []byte("a = 1\n")).
			Rm("/etc/app/*.bak", llb.WithAllowNotFound(true), llb.WithAllowWildcard(true))).
		File(llb.Copy(tools, "/src/out", "/usr/bin/")).
		File(llb.Copy(llb.Local("context"), "README*", "/doc/../doc/", all)).
		Dir("/doc").
		File(llb.Copy(llb.Local("context"), "LICENSE", "LICENSE").
			Mkdir("more", 0o700))
}

func main() {
	definition, err := build().Marshal(context.Background(), llb.LinuxArm64, llb.LocalUniqueID("context"))
	if err == nil {
		err = llb.WriteTo(definition, os.Stdout)
	}
	if err != nil {
		os.Stderr.WriteString("writellb: " + err.Error() + "\n")
		os.Exit(1)
	}
}
