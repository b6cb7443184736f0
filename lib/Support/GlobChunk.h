// SPDX-License-Identifier: Apache-2.0
//
// The parts of a shell pattern between its stars (path/match.go).
#ifndef LLB_SUPPORT_GLOBCHUNK_H
#define LLB_SUPPORT_GLOBCHUNK_H

#include <cstddef>
#include <string_view>

namespace llb::glob {

enum class Fit { No, Yes, BadPattern };

/// matchChunk: whether `text` starts with something that matches `chunk`, which
/// has no stars; takes it off.
Fit fitChunk(std::string_view chunk, std::string_view &text);

/// Length of the part in front of the next star that is in no class.
size_t chunkLength(std::string_view pattern);

} // namespace llb::glob

#endif
