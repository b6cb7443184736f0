// SPDX-License-Identifier: Apache-2.0
//
// Values keep their members in the order in which they came; only the object
// whose members are replaced is sorted.
#include "Json.h"

namespace llb::backend {

std::string renderObject(const RawObject &object) {
  std::string out;
  for (const auto &[name, value] : object)
    out += (out.empty() ? "" : ",") + go::jsonString(name) + ":" + value;
  return "{" + out + "}";
}

RawObject rawMembers(const go::JsonValue &object) {
  RawObject members;
  for (const go::JsonMember &member : object.members)
    members[member.first] = go::renderJson(member.second);
  return members;
}

} // namespace llb::backend
