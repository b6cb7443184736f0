// SPDX-License-Identifier: Apache-2.0
//
// "did you mean", as BuildKit v0.32.2 has it in util/suggest.
#ifndef LLB_SUPPORT_SUGGEST_H
#define LLB_SUPPORT_SUGGEST_H

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llb {

/// The option nearest to `value`: Levenshtein distance on code points below 3,
/// the first of equals; none if `value` is one of the options itself. Without
/// case sensitivity the answer takes on the case of an all-lower or all-upper
/// `value`.
std::optional<std::string> suggest(std::string_view value,
                                   const std::vector<std::string> &options,
                                   bool caseSensitive);

/// ` (did you mean X?)`, or empty.
std::string didYouMean(std::string_view value,
                       const std::vector<std::string> &options,
                       bool caseSensitive);

} // namespace llb

#endif
