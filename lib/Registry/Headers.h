// SPDX-License-Identifier: Apache-2.0
//
// What answers of a registry say besides their content. All of it comes from
// strangers.
#ifndef LLB_REGISTRY_HEADERS_H
#define LLB_REGISTRY_HEADERS_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace llb::registry {

/// Name, in lower case, and value of a header line; nothing for other lines.
std::optional<std::pair<std::string, std::string>>
parseHeader(std::string_view line);

/// Seconds that `Retry-After` asks for, at most `most`; 0 if that is a date or
/// makes no sense.
int retryAfter(std::string_view value, int most);

/// How many bytes of an upload are there, from the last one that `Range: 0-N`
/// names; 0 without one. Nothing if that makes no sense.
std::optional<int64_t> uploadedBytes(std::string_view range);

/// The token in a token server's answer, fit for a header line; empty if there
/// is none.
std::string tokenIn(std::string_view body);

} // namespace llb::registry

#endif
