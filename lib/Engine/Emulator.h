// SPDX-License-Identifier: Apache-2.0
//
// Whether this machine runs the program of a container, itself or through an
// emulator that binfmt_misc knows.
#ifndef LLB_ENGINE_EMULATOR_H
#define LLB_ENGINE_EMULATOR_H

#include "llb/Engine/Exec.h"

namespace llb::engine {

/// An error that says what is missing if the process of `container`, whose root
/// file system is `root`, is for another architecture and nothing here runs it.
/// What cannot be judged, such as a program that does not exist, is no error:
/// the runtime says what is wrong with it.
llvm::Error checkRunnable(const DirTree &root, const Container &container);

} // namespace llb::engine

#endif
