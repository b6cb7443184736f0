// SPDX-License-Identifier: Apache-2.0
//
// One line of a message's field table: wire number, name, member. Text, JSON,
// binary, equality and the walker are all written over these tables.
#ifndef LLB_IR_FIELD_H
#define LLB_IR_FIELD_H

#include "llb/Support/Rare.h"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace llb::ir {

/// `number` and `name` are those of BuildKit's solver/pb/ops.proto; the name is
/// also the JSON key that dump-llb prints.
template <class Owner, class Type> struct Field {
  uint32_t number;
  std::string_view name;
  Type Owner::*member;
};

template <class Owner, class Type>
constexpr Field<Owner, Type> field(uint32_t number, std::string_view name,
                                   Type Owner::*member) {
  return {number, name, member};
}

/// A member of a oneof, as in ops.proto.
struct OneOfMember {
  uint32_t number;
  std::string_view name;
};

/// A oneof of a message: `members[i]` is alternative i + 1 of the variant,
/// whose alternative 0 is std::monostate, "none is set".
template <class Owner, class Variant, size_t N> struct OneOf {
  Variant Owner::*member;
  std::array<OneOfMember, N> members;
};

template <class Owner, class Variant, class... Members>
constexpr OneOf<Owner, Variant, sizeof...(Members)>
oneOf(Variant Owner::*member, Members... members) {
  return {member, {members...}};
}

/// Wire bytes of fields that this version does not know, in wire order; they
/// are written back after the known ones.
struct Unknown {
  RareText bytes;
  bool operator==(const Unknown &) const = default;
};

/// Binary data: base64 in JSON, where std::string is text.
struct Bytes {
  std::string data;
  bool operator==(const Bytes &) const = default;
};

/// A list of strings shared between operations: the environment of a thousand
/// RUN steps is one list, not a thousand. Copying is cheap; `edit` unshares.
class StringList {
public:
  StringList() = default;
  StringList(std::vector<std::string> items)
      : items(items.empty() ? nullptr
                            : std::make_shared<std::vector<std::string>>(
                                  std::move(items))) {}
  StringList(std::initializer_list<std::string> items)
      : StringList(std::vector<std::string>(items)) {}

  const std::vector<std::string> &get() const {
    static const std::vector<std::string> none;
    return items ? *items : none;
  }
  std::vector<std::string> &edit() {
    if (!items)
      items = std::make_shared<std::vector<std::string>>();
    else if (items.use_count() > 1)
      items = std::make_shared<std::vector<std::string>>(*items);
    return *items;
  }
  bool empty() const { return !items || items->empty(); }
  size_t size() const { return items ? items->size() : 0; }
  auto begin() const { return get().begin(); }
  auto end() const { return get().end(); }
  const std::string &operator[](size_t i) const { return get()[i]; }
  void push_back(std::string item) { edit().push_back(std::move(item)); }
  /// Whether both are the very same list in memory.
  bool sharesWith(const StringList &other) const {
    return items == other.items;
  }
  bool operator==(const StringList &other) const {
    return items == other.items || get() == other.get();
  }

private:
  std::shared_ptr<std::vector<std::string>> items;
};

using StringMap = std::map<std::string, std::string>;

/// Capabilities by name, shared between operations as a StringList is: most
/// steps of a build need the same ones.
class CapMap {
public:
  using Map = std::map<std::string, bool>;
  using const_iterator = Map::const_iterator;
  using value_type = Map::value_type;

  CapMap() = default;
  CapMap(Map caps)
      : caps(caps.empty() ? nullptr : std::make_shared<Map>(std::move(caps))) {}
  CapMap(std::initializer_list<value_type> caps) : CapMap(Map(caps)) {}

  const Map &get() const {
    static const Map none;
    return caps ? *caps : none;
  }
  Map &edit() {
    if (!caps)
      caps = std::make_shared<Map>();
    else if (caps.use_count() > 1)
      caps = std::make_shared<Map>(*caps);
    return *caps;
  }
  bool &operator[](const char *name) { return edit()[name]; }
  bool empty() const { return get().empty(); }
  size_t size() const { return get().size(); }
  const_iterator begin() const { return get().begin(); }
  const_iterator end() const { return get().end(); }
  bool operator==(const CapMap &other) const {
    return caps == other.caps || get() == other.get();
  }

private:
  std::shared_ptr<Map> caps;
};

} // namespace llb::ir

#endif
