// SPDX-License-Identifier: Apache-2.0
//
// The signals of STOPSIGNAL, which do not depend on the machine that compiles.
#ifndef LLB_SUPPORT_SIGNAL_H
#define LLB_SUPPORT_SIGNAL_H

#include <string_view>

namespace llb {

/// Whether signal.ParseSignal of moby/sys accepts `text` on linux: a name with
/// or without SIG in any case, or any number but zero.
bool isKnownSignal(std::string_view text);

} // namespace llb

#endif
