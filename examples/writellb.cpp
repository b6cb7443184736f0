// SPDX-License-Identifier: Apache-2.0
//
// Writes the LLB of a small image to standard output: an alpine base, one file
// of the build context, one command. Try
//
//     ./writellb | dump-llb | jq .
//     ./writellb | buildctl build --local context=. --output type=image,name=…
#include <llb/API/State.h>

static llb::State createLLBState() {
  return llb::image("docker.io/library/alpine")
      .file(llb::copy(llb::local("context"), "README.md", "README.md"))
      .run(llb::args(
          {"/bin/sh", "-c", "echo \"programmatically built\" > /built.txt"}))
      .root();
}

int main() {
  llb::Definition dt = createLLBState().marshal(llb::linuxAmd64);
  if (!dt.ok()) {
    std::fprintf(stderr, "writellb: %s\n", dt.error.c_str());
    return 1;
  }
  return llb::writeTo(dt, stdout) ? 0 : 1;
}
