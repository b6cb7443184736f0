// SPDX-License-Identifier: Apache-2.0
//
// Messages to protobuf's wire form, as Go's deterministic marshaller writes
// them: plain fields by number, then the oneof, then unknown fields; zero
// scalars left out, set sub-messages and members of a oneof never; maps by key.
// Everything here runs backwards (EncodeBuffer.h), so the first field of a
// message is the last that is written.
#ifndef LLB_IR_ENCODER_H
#define LLB_IR_ENCODER_H

#include "EncodeBuffer.h"
#include "WireMessages.h"

namespace llb::ir::wire {

template <Message T> void encodeMessage(EncodeBuffer &out, const T &message);

template <class T>
concept Scalar = std::is_integral_v<T> || std::is_enum_v<T>;

/// A negative number of any width takes ten bytes.
template <Scalar T> uint64_t varintOf(T value) {
  if constexpr (std::is_unsigned_v<T>)
    return value;
  else
    return static_cast<uint64_t>(static_cast<int64_t>(value));
}

// ---- values that are written whatever they are ----

template <Scalar T>
void encodeAlways(EncodeBuffer &out, uint32_t number, T value) {
  out.varint(varintOf(value));
  out.tag(number, WireType::Varint);
}

inline void encodeAlways(EncodeBuffer &out, uint32_t number,
                         const std::string &value) {
  out.text(number, value);
}

template <Message T>
void encodeAlways(EncodeBuffer &out, uint32_t number, const T &value) {
  size_t before = out.size();
  encodeMessage(out, value);
  out.header(number, before);
}

// ---- fields, left out when they hold nothing ----

template <Scalar T>
void encodeField(EncodeBuffer &out, uint32_t number, T value) {
  if (value != T())
    encodeAlways(out, number, value);
}

inline void encodeField(EncodeBuffer &out, uint32_t number,
                        const std::string &value) {
  if (!value.empty())
    out.text(number, value);
}

inline void encodeField(EncodeBuffer &out, uint32_t number,
                        const Bytes &value) {
  encodeField(out, number, value.data);
}

inline void encodeField(EncodeBuffer &out, uint32_t number,
                        const StringList &value) {
  out.strings(number, value);
}

inline void encodeField(EncodeBuffer &out, uint32_t number,
                        const std::optional<RawDefinition> &value) {
  if (value)
    out.text(number, value->bytes);
}

template <Message T>
void encodeField(EncodeBuffer &out, uint32_t number,
                 const std::optional<T> &value) {
  if (value)
    encodeAlways(out, number, *value);
}

template <Message T>
void encodeField(EncodeBuffer &out, uint32_t number, const Rare<T> &value) {
  if (value)
    encodeAlways(out, number, *value);
}

template <class T>
void encodeField(EncodeBuffer &out, uint32_t number,
                 const std::vector<T> &values) {
  if (values.empty())
    return;
  size_t before = out.size();
  for (auto value = values.rbegin(); value != values.rend(); ++value) {
    if constexpr (Scalar<T>)
      out.varint(varintOf(*value));
    else
      encodeAlways(out, number, *value);
  }
  if constexpr (Scalar<T>)
    out.header(number, before);
}

template <class T>
void encodeField(EncodeBuffer &out, uint32_t number,
                 const std::map<std::string, T> &entries) {
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    size_t before = out.size();
    encodeAlways(out, 2, entry->second);
    out.text(1, entry->first);
    out.header(number, before);
  }
}

inline void encodeField(EncodeBuffer &out, uint32_t number,
                        const CapMap &caps) {
  encodeField(out, number, caps.get());
}

// ---- messages ----

template <class Variant, size_t N>
void encodeOneOf(EncodeBuffer &out, const Variant &value,
                 const std::array<OneOfMember, N> &members) {
  static_assert(std::variant_size_v<Variant> == N + 1);
  std::visit(
      [&](const auto &member) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(member)>,
                                      std::monostate>)
          encodeAlways(out, members[value.index() - 1].number, member);
      },
      value);
}

template <Message T> void encodeMessage(EncodeBuffer &out, const T &message) {
  out.prepend(message.unknown.bytes);
  if constexpr (HasOneOf<T>) {
    constexpr auto oneof = T::oneof();
    encodeOneOf(out, message.*oneof.member, oneof.members);
  }
  constexpr auto table = fieldsOf<T>();
  constexpr size_t count = std::tuple_size_v<decltype(table)>;
  [&]<size_t... I>(std::index_sequence<I...>) {
    (encodeField(out, std::get<count - 1 - I>(table).number,
                 message.*std::get<count - 1 - I>(table).member),
     ...);
  }(std::make_index_sequence<count>());
}

} // namespace llb::ir::wire

#endif
