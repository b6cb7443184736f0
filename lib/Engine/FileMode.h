// SPDX-License-Identifier: Apache-2.0
//
// Symbolic modes such as `u=rwX,go-w`, as chmod(1) reads them with a umask of
// 0.
#ifndef LLB_ENGINE_FILEMODE_H
#define LLB_ENGINE_FILEMODE_H

#include <optional>
#include <string_view>
#include <sys/types.h>

namespace llb::engine {

/// The permission bits that `text` makes of `mode`, which may have file type
/// bits; nothing on bad syntax.
std::optional<mode_t> applySymbolicMode(std::string_view text, mode_t mode);

} // namespace llb::engine

#endif
