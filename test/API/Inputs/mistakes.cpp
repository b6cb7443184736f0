// SPDX-License-Identifier: Apache-2.0
//
// Mistakes are kept by a state and told by marshal; nothing is written.
#include <llb/API/State.h>

static void tell(const char *what, const llb::State &state) {
  llb::Definition definition = state.marshal(llb::linuxAmd64);
  std::printf("%s: %s, %zu bytes\n", what, definition.error.c_str(),
              definition.bytes.size());
}

int main() {
  tell("reference", llb::image("Not/Good").run(llb::args({"true"})).root());
  tell("arguments", llb::scratch().run(llb::args({})).root());
  tell("actions", llb::image("alpine").file(llb::FileAction()));
  tell("scratch", llb::scratch());
  llb::State chain = llb::image("alpine");
  for (int i = 0; i < 100000; ++i)
    chain = chain.run(llb::args({"step", std::to_string(i)})).root();
  llb::Definition definition = chain.marshal(llb::linuxAmd64);
  std::printf("chain: %s%s\n", definition.error.c_str(),
              definition.bytes.size() > 20'000'000 ? "long" : "short");
}
