// SPDX-License-Identifier: Apache-2.0
//
// The compiler. It is fully static and knows no network: what needs one is
// handed to llbc-build, the commands of the engine's store too.
#include "llb/Driver/Driver.h"

int main(int argc, char **argv) {
  if (argc > 1 && llb::driver::isStoreCommand(argv[1]))
    return llb::driver::handOff(argv);
  return llb::driver::compilerMain(argc, argv, {});
}
