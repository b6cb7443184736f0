// SPDX-License-Identifier: Apache-2.0
//
// What Go's JSON and Protobuf's JSON of a message have in common: texts, lists,
// maps, and which fields are empty. A printer derives from this and adds its
// own `value` for the rest.
#ifndef LLB_IR_JSONVALUES_H
#define LLB_IR_JSONVALUES_H

#include "Codec.h"
#include "llb/Support/GoJson.h"

namespace llb::ir {

template <class Printer> class JsonValues {
  explicit JsonValues(std::string &out) : out(out) {}
  friend Printer;

public:
  void value(const std::string &text) { go::appendJsonString(out, text); }
  void value(const Bytes &bytes) {
    out += '"';
    out += go::base64(bytes.data);
    out += '"';
  }
  void value(bool flag) { out += flag ? "true" : "false"; }
  void value(const StringList &items) { value(items.get()); }
  void value(const CapMap &caps) { value(caps.get()); }
  template <class T> void value(const std::vector<T> &items) {
    out += '[';
    for (const T &item : items) {
      comma();
      printer().value(item);
    }
    out += ']';
  }
  template <class T> void value(const std::map<std::string, T> &entries) {
    out += '{';
    for (const auto &[name, item] : entries) {
      comma();
      value(name);
      out += ':';
      printer().value(item);
    }
    out += '}';
  }

protected:
  /// Before a member or an item, unless it is the first.
  void comma() {
    if (out.back() != '{' && out.back() != '[')
      out += ',';
  }
  template <class T> static bool isEmpty(const T &member) {
    if constexpr (requires { member.has_value(); })
      return !member.has_value();
    else if constexpr (requires { member.empty(); })
      return member.empty();
    else if constexpr (std::is_same_v<T, Bytes>)
      return member.data.empty();
    else
      return member == T();
  }

  std::string &out;

private:
  Printer &printer() { return static_cast<Printer &>(*this); }
};

} // namespace llb::ir

#endif
