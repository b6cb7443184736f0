// SPDX-License-Identifier: Apache-2.0
//
// JSON lists as arguments. What is not JSON is shell text or words instead, not
// an error; what is JSON but not strings only is an error.
#ifndef LLB_FRONTEND_COMMON_EXECFORM_H
#define LLB_FRONTEND_COMMON_EXECFORM_H

#include <string>
#include <string_view>
#include <vector>

namespace llb::frontend {

enum class ExecForm { Strings, OtherThanStrings, NotJson };

/// Decodes `text`, which starts with a `[`, as Go's encoding/json would into a
/// list of anything: a number beyond a double makes it no JSON.
ExecForm parseExecForm(std::string_view text, std::vector<std::string> &items);

} // namespace llb::frontend

#endif
