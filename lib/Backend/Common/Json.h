// SPDX-License-Identifier: Apache-2.0
//
// JSON objects as Go's encoding/json writes maps: keys sorted, HTML escaped.
#ifndef LLB_BACKEND_JSON_H
#define LLB_BACKEND_JSON_H

#include "llb/Support/GoJson.h"

#include <map>

namespace llb::backend {

/// Members with their values as JSON text.
using RawObject = std::map<std::string, std::string>;

std::string renderObject(const RawObject &object);
/// The last of equal members wins, as in Go.
RawObject rawMembers(const go::JsonValue &object);

} // namespace llb::backend

#endif
