// SPDX-License-Identifier: Apache-2.0
//
// A walk over the field tables. Nearly all text is ASCII, so it costs little
// more than reading the texts once.
#include "llb/IR/ValidText.h"
#include "WireMessages.h"
#include "llb/Support/Unicode.h"

#include <llvm/ADT/STLExtras.h>

namespace llb::ir {
namespace {

class Walk {
public:
  explicit Walk(StringList &lastValid) : lastValid(lastValid) {}

  template <wire::Message T> bool valid(const T &message) {
    bool fields = std::apply(
        [&](const auto &...entry) {
          return (valid(message.*entry.member) && ...);
        },
        wire::fieldsOf<T>());
    if constexpr (wire::HasOneOf<T>)
      return fields && valid(message.*T::oneof().member);
    else
      return fields;
  }
  template <class... T> bool valid(const std::variant<T...> &value) {
    return std::visit([&](const auto &member) { return valid(member); }, value);
  }
  template <class T> bool valid(const std::optional<T> &value) {
    return !value || valid(*value);
  }
  template <class T> bool valid(const Rare<T> &value) {
    return !value || valid(*value);
  }

private:
  bool valid(const std::string &text) { return unicode::isValidUtf8(text); }
  bool valid(const Bytes &) { return true; }
  /// The operations in a definition were checked when they were encoded.
  bool valid(const RawDefinition &) { return true; }
  bool valid(std::monostate) { return true; }
  template <class T>
    requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  bool valid(T) {
    return true;
  }
  template <class T> bool valid(const std::vector<T> &items) {
    return llvm::all_of(items, [&](const T &item) { return valid(item); });
  }
  template <class T> bool valid(const std::map<std::string, T> &entries) {
    return llvm::all_of(entries, [&](const auto &entry) {
      return valid(entry.first) && valid(entry.second);
    });
  }
  bool valid(const StringList &items) {
    if (items.sharesWith(lastValid))
      return true;
    if (!valid(items.get()))
      return false;
    lastValid = items;
    return true;
  }

  StringList &lastValid;
};

} // namespace

bool TextChecker::isValid(const Op &op) {
  Walk walk(lastValid);
  return (!op.platform || walk.valid(*op.platform)) &&
         walk.valid(op.constraints) && walk.valid(op.body);
}

} // namespace llb::ir
