// SPDX-License-Identifier: Apache-2.0
//
// The compiler. It is fully static and knows no network: what needs one is
// handed to llbc-build.
#include "llb/Driver/Driver.h"

int main(int argc, char **argv) {
  return llb::driver::compilerMain(argc, argv, {});
}
