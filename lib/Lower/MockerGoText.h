// SPDX-License-Identifier: Apache-2.0
//
// What Go packages did to the texts of the original mocker.
#ifndef LLB_LOWER_MOCKERGOTEXT_H
#define LLB_LOWER_MOCKERGOTEXT_H

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llb::lower {

/// fmt.Sprintf(format) without arguments: verbs become `%!s(MISSING)`.
std::string sprintfNothing(std::string_view format);

/// shlex.Split of google/shlex; nothing if a quote is not closed.
std::optional<std::vector<std::string>> splitShellWords(std::string_view text);

} // namespace llb::lower

#endif
