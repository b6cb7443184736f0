// SPDX-License-Identifier: Apache-2.0
//
// `--call` of llbc.
#ifndef LLB_DRIVER_CALLOPTION_H
#define LLB_DRIVER_CALLOPTION_H

#include "llb/Driver/Options.h"

namespace llb::driver {

/// The value of `--call`: a method, and as for buildx `format=` and
/// `ignorestatus=`, with commas between. Returns what is wrong.
std::string readCallOption(const std::string &value, Options &result);

} // namespace llb::driver

#endif
