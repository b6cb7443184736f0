// SPDX-License-Identifier: Apache-2.0
//
// Protobuf's wire form to messages. Accepts and refuses exactly what the
// decoder does that BuildKit v0.32.2 is built with (vtprotobuf, whose words
// the errors are in), including where that is laxer than the specification:
// text need not be UTF-8, wire types inside map entries are not checked, and
// the last number of a packed list may end behind it. Only the nesting is
// limited, which there ends with the stack.
//
// A null target checks without storing.
#ifndef LLB_IR_DECODER_H
#define LLB_IR_DECODER_H

#include "EncodeBuffer.h"
#include "WireMessages.h"

namespace llb::ir::wire {

/// The field's name in Go, which errors call it by: `proxy_env` is `ProxyEnv`.
std::string goName(std::string_view name);

class Decoder {
public:
  /// Merges `bytes` into `*into`; false if they are broken, which `error` says.
  template <Message T> bool message(std::string_view bytes, T *into);

  std::string error;

private:
  /// Where in which message's bytes decoding stands, and the field it is at.
  struct Cursor {
    std::string_view bytes{};
    size_t pos = 0;
    WireType type{};
    std::string_view field{};

    bool atEnd() const { return pos >= bytes.size(); }
  };

  bool fail(std::string_view what) {
    error = what;
    return false;
  }
  bool wrongType(const Cursor &at);
  bool varint(Cursor &at, uint64_t &value) {
    if (at.pos < at.bytes.size() &&
        static_cast<uint8_t>(at.bytes[at.pos]) < 0x80) {
      value = static_cast<uint8_t>(at.bytes[at.pos++]);
      return true;
    }
    return longVarint(at, value);
  }
  bool longVarint(Cursor &at, uint64_t &value);
  /// A length-delimited value.
  bool slice(Cursor &at, std::string_view &value);
  /// The same for a field, whose wire type is checked.
  bool sliceField(Cursor &at, std::string_view &value) {
    return at.type == WireType::Length ? slice(at, value) : wrongType(at);
  }
  /// Moves over one field with its tag, groups as a whole.
  bool skip(Cursor &at, size_t end);
  bool tag(Cursor &at, uint32_t &number);

  // ---- fields; the cursor is behind the tag ----

  template <class T>
    requires(std::is_integral_v<T> || std::is_enum_v<T>)
  bool field(Cursor &at, T *into) {
    uint64_t value;
    if (at.type != WireType::Varint)
      return wrongType(at);
    if (!varint(at, value))
      return false;
    if (into)
      assign(*into, value);
    return true;
  }
  bool field(Cursor &at, std::string *into) {
    std::string_view value;
    if (!sliceField(at, value))
      return false;
    if (into)
      *into = value;
    return true;
  }
  bool field(Cursor &at, Bytes *into) {
    return field(at, into ? &into->data : nullptr);
  }
  bool field(Cursor &at, StringList *into) {
    std::string_view value;
    if (!sliceField(at, value))
      return false;
    if (into)
      into->push_back(std::string(value));
    return true;
  }
  bool field(Cursor &at, ByteSlices *into) {
    std::string_view value;
    if (!sliceField(at, value))
      return false;
    if (into)
      into->items.push_back(value);
    return true;
  }
  bool field(Cursor &at, std::vector<Bytes> *into) {
    return field(at, into ? &into->emplace_back() : nullptr);
  }
  bool field(Cursor &at, std::optional<RawDefinition> *into);

  template <Message T> bool field(Cursor &at, T *into) {
    std::string_view value;
    return sliceField(at, value) && message(value, into);
  }
  template <Message T> bool field(Cursor &at, std::optional<T> *into) {
    if (!into)
      return field(at, static_cast<T *>(nullptr));
    return field(at, *into ? &**into : &into->emplace());
  }
  template <Message T> bool field(Cursor &at, Rare<T> *into) {
    if (!into)
      return field(at, static_cast<T *>(nullptr));
    return field(at, *into ? &**into : &into->emplace());
  }
  template <Message T> bool field(Cursor &at, std::vector<T> *into) {
    return field(at, into ? &into->emplace_back() : nullptr);
  }
  template <Message T> bool field(Cursor &at, MessageSlices<T> *into) {
    std::string_view value;
    if (!sliceField(at, value) || !message(value, static_cast<T *>(nullptr)))
      return false;
    if (into)
      into->items.push_back(value);
    return true;
  }
  template <class T>
    requires std::is_integral_v<T>
  bool field(Cursor &at, std::vector<T> *into);
  template <class T> bool field(Cursor &at, std::map<std::string, T> *into);
  bool field(Cursor &at, CapMap *into) {
    return field(at, into ? &into->edit() : nullptr);
  }
  template <Message T> bool field(Cursor &at, MapSlices<T> *into);

  // ---- values of map entries ----

  bool mapValue(Cursor &at, std::string *into);
  bool mapValue(Cursor &at, bool *into);
  template <Message T> bool mapValue(Cursor &at, std::optional<T> *into);
  bool mapValue(Cursor &at, BuildInput *into);
  /// Goes over an entry's fields; `value` is called with the cursor at each
  /// value.
  template <class Value>
  bool mapEntry(Cursor &at, std::string_view &key, const Value &value);

  template <size_t Index, class Variant>
  bool oneOfMember(Cursor &at, Variant *into);

  /// Decodes the field if it has number `number`, which `known` then tells.
  template <class Owner, class Type>
  bool tryField(Cursor &at, uint32_t number, const Field<Owner, Type> &entry,
                Owner *into, bool &known) {
    if (number != entry.number)
      return false;
    known = true;
    at.field = entry.name;
    return field(at, into ? &(into->*entry.member) : nullptr);
  }

  template <class T> static void assign(T &into, uint64_t value) {
    if constexpr (std::is_same_v<T, bool>)
      into = value != 0;
    else
      into = static_cast<T>(value);
  }

  static constexpr unsigned maxDepth = 1000;
  unsigned depth = 0;
};

template <class T>
  requires std::is_integral_v<T>
bool Decoder::field(Cursor &at, std::vector<T> *into) {
  size_t end = 0;
  if (at.type == WireType::Length) {
    Cursor list = at;
    std::string_view value;
    if (!slice(list, value))
      return false;
    end = list.pos;
    at.pos = end - value.size();
  } else if (at.type != WireType::Varint) {
    return wrongType(at);
  }
  do {
    if (at.type == WireType::Length && at.pos >= end)
      return true;
    uint64_t value;
    if (!varint(at, value))
      return false;
    if (into)
      into->push_back(static_cast<T>(value));
  } while (at.pos < end);
  return true;
}

template <class Value>
bool Decoder::mapEntry(Cursor &at, std::string_view &key, const Value &value) {
  std::string_view entry;
  if (!sliceField(at, entry))
    return false;
  size_t end = at.pos;
  at.pos = end - entry.size();
  while (at.pos < end) {
    size_t start = at.pos;
    uint64_t tag;
    if (!varint(at, tag))
      return false;
    bool ok = true;
    switch (static_cast<int32_t>(tag >> 3)) {
    case 1:
      ok = slice(at, key);
      break;
    case 2:
      ok = value(at);
      break;
    default:
      at.pos = start;
      ok = skip(at, end);
    }
    if (!ok)
      return false;
  }
  at.pos = end;
  return true;
}

template <class T>
bool Decoder::field(Cursor &at, std::map<std::string, T> *into) {
  std::string_view key;
  T value{};
  if constexpr (std::is_same_v<T, BuildInput>)
    value.isNull = true;
  if (!mapEntry(at, key, [&](Cursor &at) {
        return mapValue(at, into ? &value : nullptr);
      }))
    return false;
  if (into)
    into->insert_or_assign(std::string(key), std::move(value));
  return true;
}

template <Message T> bool Decoder::field(Cursor &at, MapSlices<T> *into) {
  std::string_view key;
  std::string_view value;
  if (!mapEntry(at, key, [&](Cursor &at) {
        return slice(at, value) && message(value, static_cast<T *>(nullptr));
      }))
    return false;
  if (into)
    into->entries.push_back({key, value});
  return true;
}

template <Message T>
bool Decoder::mapValue(Cursor &at, std::optional<T> *into) {
  // A second value in one entry replaces the first; it does not merge.
  std::string_view value;
  return slice(at, value) && message(value, into ? &into->emplace() : nullptr);
}

template <size_t Index, class Variant>
bool Decoder::oneOfMember(Cursor &at, Variant *into) {
  using Member = std::variant_alternative_t<Index, Variant>;
  if (!into)
    return field(at, static_cast<Member *>(nullptr));
  if (into->index() != Index)
    into->template emplace<Index>();
  return field(at, &std::get<Index>(*into));
}

template <Message T> bool Decoder::message(std::string_view bytes, T *into) {
  if (depth == maxDepth)
    return fail("proto: messages nested more than 1000 deep");
  ++depth;
  Cursor at{bytes};
  while (!at.atEnd()) {
    size_t start = at.pos;
    uint32_t number;
    if (!tag(at, number))
      return false;
    bool known = false;
    bool ok = std::apply(
        [&](const auto &...entry) {
          return (tryField(at, number, entry, into, known) || ...);
        },
        fieldsOf<T>());
    if constexpr (HasOneOf<T>) {
      constexpr auto oneof = T::oneof();
      auto *variant = into ? &(into->*oneof.member) : nullptr;
      [&]<size_t... I>(std::index_sequence<I...>) {
        (void)((number == oneof.members[I].number
                    ? (known = true, at.field = oneof.members[I].name,
                       ok = oneOfMember<I + 1>(at, variant), true)
                    : false) ||
               ...);
      }(std::make_index_sequence<oneof.members.size()>());
    }
    if (!known) {
      at.pos = start;
      ok = skip(at, bytes.size());
      if (ok && into)
        into->unknown.bytes += bytes.substr(start, at.pos - start);
    }
    if (!ok)
      return false;
  }
  --depth;
  return true;
}

} // namespace llb::ir::wire

#endif
