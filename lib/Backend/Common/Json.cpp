// SPDX-License-Identifier: Apache-2.0
//
// Values keep their members in the order in which they came; only the object
// whose members are replaced is sorted.
#include "Json.h"

namespace llb::backend {

std::string renderJson(const go::JsonValue &value) {
  using Kind = go::JsonValue::Kind;
  std::string out;
  switch (value.kind) {
  case Kind::Null:
    return "null";
  case Kind::Bool:
    return value.boolean ? "true" : "false";
  case Kind::Number:
    return value.text;
  case Kind::String:
    return go::jsonString(value.text);
  case Kind::Array:
    for (const go::JsonValue &item : value.items)
      out += (out.empty() ? "" : ",") + renderJson(item);
    return "[" + out + "]";
  case Kind::Object:
    break;
  }
  for (const go::JsonMember &member : value.members)
    out += (out.empty() ? "" : ",") + go::jsonString(member.first) + ":" +
           renderJson(member.second);
  return "{" + out + "}";
}

std::string renderObject(const RawObject &object) {
  std::string out;
  for (const auto &[name, value] : object)
    out += (out.empty() ? "" : ",") + go::jsonString(name) + ":" + value;
  return "{" + out + "}";
}

RawObject rawMembers(const go::JsonValue &object) {
  RawObject members;
  for (const go::JsonMember &member : object.members)
    members[member.first] = renderJson(member.second);
  return members;
}

} // namespace llb::backend
