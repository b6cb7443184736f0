// SPDX-License-Identifier: Apache-2.0
//
// Values of frontend options that have a grammar of their own. Errors are the
// texts of the Go packages that BuildKit v0.32.2 parses them with.
#ifndef LLB_LOWER_OPTIONVALUES_H
#define LLB_LOWER_OPTIONVALUES_H

#include "llb/IR/Ops.h"
#include "llb/Support/GoText.h"

#include <functional>

namespace llb::lower {

/// net.ParseIP(text).String(): the shortest text of the address, nothing if
/// `text` is none.
std::optional<std::string> normalizeIp(std::string_view text);

/// units.ParseUlimit: `nofile=1024:2048`.
go::Parsed<ir::Ulimit> parseUlimit(std::string_view text);

/// `memory`, `memswap`, `cpushares` and so on; nothing if none is given.
/// `value` gives the text of an option, empty if it is absent.
go::Parsed<std::optional<ir::LinuxResources>> parseLinuxResources(
    const std::function<std::string_view(const std::string &key)> &value);

} // namespace llb::lower

#endif
