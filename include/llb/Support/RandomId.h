// SPDX-License-Identifier: Apache-2.0
//
// The one thing here that is not repeatable, on purpose.
#ifndef LLB_SUPPORT_RANDOMID_H
#define LLB_SUPPORT_RANDOMID_H

#include <string>

namespace llb {

/// 25 random characters of base 36, as BuildKit's client makes ids. A daemon
/// shares running operations of equal digest: a repeatable id would give one
/// client another's files.
std::string randomId();

} // namespace llb

#endif
