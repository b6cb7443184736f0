// SPDX-License-Identifier: Apache-2.0
//
// Types and permissions of files as Go's os.FileMode has them.
#ifndef LLB_BUILDKIT_GOMODE_H
#define LLB_BUILDKIT_GOMODE_H

#include <cstdint>
#include <optional>

namespace llb::buildkit {

/// From st_mode. BuildKit's client lets sockets pass for files.
uint32_t toGoMode(uint32_t mode);

/// To st_mode; nothing for a type that no image has.
std::optional<uint32_t> fromGoMode(uint32_t mode);

} // namespace llb::buildkit

#endif
