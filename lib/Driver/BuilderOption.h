// SPDX-License-Identifier: Apache-2.0
//
// Who builds.
#ifndef LLB_DRIVER_BUILDEROPTION_H
#define LLB_DRIVER_BUILDEROPTION_H

#include "llb/Driver/Options.h"

namespace llb::driver {

/// Reads the value of `--builder`, empty if it was not given, into
/// `result.daemon`; the rest of `result` has been read. Returns what is wrong.
std::string readBuilderOption(const std::string &value, Options &result);

} // namespace llb::driver

#endif
