// SPDX-License-Identifier: Apache-2.0
//
// Messages to JSON as Go's encoding/json prints BuildKit v0.32.2's generated
// structs: field names of ops.proto, what is empty left out, enumerators as
// numbers, bytes as base64. The oneofs have printers of their own in BuildKit
// (solver/pb/json.go), with the gaps that are kept here: a symlink action and
// an id of 0 do not show.
#ifndef LLB_IR_JSONMESSAGE_H
#define LLB_IR_JSONMESSAGE_H

#include "JsonValues.h"

#include <charconv>

namespace llb::ir {

class JsonMessage : public JsonValues<JsonMessage> {
public:
  explicit JsonMessage(std::string &out) : JsonValues(out) {}
  using JsonValues::value;

  template <wire::Message T> void value(const T &message) {
    out += '{';
    std::apply(
        [&](const auto &...entry) {
          (field(entry.name, message.*entry.member), ...);
        },
        T::fields());
    out += '}';
  }
  void value(const UserOpt &user) {
    out += "{\"User\":{";
    if (const auto *named = std::get_if<NamedUser>(&user.user))
      always("byName", *named);
    else if (const auto *id = std::get_if<uint32_t>(&user.user))
      field("byId", *id);
    out += "}}";
  }
  void value(const FileAction &action) {
    out += '{';
    always("input", action.input);
    always("secondaryInput", action.secondaryInput);
    always("output", action.output);
    key("Action");
    out += '{';
    constexpr auto oneof = FileAction::oneof();
    std::visit(
        [&](const auto &body) {
          using Body = std::decay_t<decltype(body)>;
          if constexpr (!std::is_same_v<Body, std::monostate> &&
                        !std::is_same_v<Body, Symlink>)
            always(oneof.members[action.action.index() - 1].name, body);
        },
        action.action);
    out += "}}";
  }
  void value(const BuildInput &input) {
    if (input.isNull)
      out += "null";
    else
      value<BuildInput>(input);
  }
  void value(const RawDefinition &definition) {
    // Sound, or the message that holds it would not have been decoded.
    wire::Definition decoded;
    wire::decode(definition.bytes, &decoded);
    value(decoded);
  }
  template <class T>
    requires std::is_integral_v<T>
  void value(T number) {
    char digits[24];
    auto end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
    out.append(digits, end);
  }
  template <class T>
    requires std::is_enum_v<T>
  void value(T enumerator) {
    value(static_cast<int32_t>(enumerator));
  }
  template <class T> void value(const std::optional<T> &message) {
    if (message)
      value(*message);
    else
      out += "null";
  }
  template <class T> void value(const Rare<T> &message) {
    if (message)
      value(*message);
    else
      out += "null";
  }

  /// A member of the object that is open, left out if there is nothing in it.
  template <class T> void field(std::string_view name, const T &member) {
    if (!isEmpty(member))
      always(name, member);
  }
  template <class T> void always(std::string_view name, const T &member) {
    key(name);
    value(member);
  }
  void key(std::string_view name) {
    comma();
    out += '"';
    out += name;
    out += "\":";
  }
};

} // namespace llb::ir

#endif
