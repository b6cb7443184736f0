// SPDX-License-Identifier: Apache-2.0
//
// What the text form adds to the field tables of Ops.h: names of enumerators,
// values that are left out although they are not proto's zero, numbers read
// best in octal, and integers that index the operation's inputs. Printer and
// parser both go by this file; a fact stated in only one of them would break
// the round trip.
#ifndef LLB_IR_TEXTTRAITS_H
#define LLB_IR_TEXTTRAITS_H

#include "llb/IR/Module.h"

#include <array>
#include <type_traits>

namespace llb::ir::text {

template <class Enum> struct EnumNames;
template <> struct EnumNames<NetMode> {
  static constexpr std::array<std::string_view, 3> names = {"unset", "host",
                                                            "none"};
};
template <> struct EnumNames<SecurityMode> {
  static constexpr std::array<std::string_view, 2> names = {"sandbox",
                                                            "insecure"};
};
template <> struct EnumNames<MountType> {
  static constexpr std::array<std::string_view, 5> names = {
      "bind", "secret", "ssh", "cache", "tmpfs"};
};
template <> struct EnumNames<MountContentCache> {
  static constexpr std::array<std::string_view, 3> names = {"default", "on",
                                                            "off"};
};
template <> struct EnumNames<CacheSharing> {
  static constexpr std::array<std::string_view, 3> names = {"shared", "private",
                                                            "locked"};
};

/// The value a left-out field has. BuildKit's client writes -1 for "keep the
/// source's mode" and "no timestamp" everywhere, and for a build by LLB.
template <class Owner, class Type>
constexpr Type absentValue(const Field<Owner, Type> &field) {
  if constexpr (std::is_same_v<Type, int64_t> || std::is_same_v<Type, int32_t>)
    if (field.name == "timestamp" || field.name == "builder" ||
        (std::is_same_v<Owner, Copy> && field.name == "mode"))
      return -1;
  return Type();
}

/// Whether the field is an index into the inputs of its operation, which text
/// shows as the value itself.
template <class Owner, class Type>
constexpr bool isInputIndex(const Field<Owner, Type> &) {
  constexpr bool indexed =
      std::is_same_v<Owner, NamedUser> || std::is_same_v<Owner, BuildInput> ||
      std::is_same_v<Owner, MergeInput> || std::is_same_v<Owner, DiffInput> ||
      std::is_same_v<Owner, Build>;
  return indexed && std::is_same_v<Type, int64_t>;
}

/// Whether the field holds permission bits.
template <class Owner, class Type>
constexpr bool isOctal(const Field<Owner, Type> &field) {
  return std::is_integral_v<Type> && field.name == "mode";
}

/// The name of the unknown-fields entry of any message.
inline constexpr std::string_view unknownName = "unknown";

/// The keyword of an operation without a body, where it is not the `return`
/// that every well-formed module has.
inline constexpr std::string_view terminalMnemonic = "terminal";

/// The keyword of an operation.
template <class Body> constexpr std::string_view mnemonicOf() {
  if constexpr (std::is_same_v<Body, std::monostate>)
    return terminalMnemonic;
#define LLB_OP(Struct, Mnemonic, Number)                                       \
  if constexpr (std::is_same_v<Body, Struct>)                                  \
    return Mnemonic;
#include "llb/IR/Ops.def"
}

/// The output that a mount without `=>` has. BuildKit's client leaves proto's
/// zero in secrets and sockets, which make no value.
constexpr int64_t usualOutput(MountType type) {
  return type == MountType::Secret || type == MountType::Ssh ? 0 : noIndex;
}

template <class T> struct IsOptional : std::false_type {};
template <class T> struct IsOptional<std::optional<T>> : std::true_type {};
template <class T> struct IsOptional<Rare<T>> : std::true_type {};

/// Calls `visit` with each line of a message's field table.
template <class Message, class Visitor>
void forEachField(const Visitor &visit) {
  std::apply([&](const auto &...field) { (visit(field), ...); },
             Message::fields());
}

} // namespace llb::ir::text

#endif
