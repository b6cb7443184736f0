// SPDX-License-Identifier: Apache-2.0
//
// Every call of llb/API/State.h once; test/Oracle/writellb does the same with
// BuildKit's Go client.
#include <llb/API/State.h>

static llb::State build() {
  llb::State tools = llb::image("docker.io/library/alpine")
                         .dir("/src/.//")
                         .addEnv("MODE", "release")
                         .addEnv("EMPTY", "")
                         .run(llb::args({"make", "all"}))
                         .root()
                         .dir("sub")
                         .user("nobody:nogroup")
                         .run(llb::args({"/bin/sh", "-c", "echo \"<&>\""}))
                         .root();
  llb::CopyOptions all;
  all.followSymlinks = true;
  all.copyDirContentsOnly = true;
  all.attemptUnpack = true;
  all.createDestPath = true;
  all.allowWildcard = true;
  all.allowEmptyWildcard = true;
  return llb::scratch()
      .file(llb::mkdir("/etc/app", 0755, /*makeParents=*/true)
                .mkfile("/etc/app/config", 0640, "a = 1\n")
                .rm("/etc/app/*.bak", /*allowNotFound=*/true,
                    /*allowWildcard=*/true))
      .file(llb::copy(tools, "/src/out", "/usr/bin/"))
      .file(llb::copy(llb::local("context"), "README*", "/doc/../doc/", all))
      .dir("/doc")
      .file(llb::copy(llb::local("context"), "LICENSE", "LICENSE")
                .mkdir("more", 0700));
}

int main() {
  llb::MarshalOptions options;
  options.localUniqueId = "context";
  llb::Definition definition = build().marshal(llb::linuxArm64, options);
  if (!definition.ok()) {
    std::fprintf(stderr, "every: %s\n", definition.error.c_str());
    return 1;
  }
  return llb::writeTo(definition, stdout) ? 0 : 1;
}
