// SPDX-License-Identifier: Apache-2.0
//
// Messages to text, over the field tables alone: nothing here knows an
// operation. A new field of Ops.h prints without a line of code. References to
// inputs go through `RefPrinter`, which also finds out in which order the text
// first names them.
#ifndef LLB_IR_TEXTMESSAGE_H
#define LLB_IR_TEXTMESSAGE_H

#include "TextLayout.h"
#include "TextTraits.h"
#include "llb/IR/Module.h"

#include <map>

namespace llb::ir::text {

/// Shows indices of one operation's inputs as the values they stand for.
class RefPrinter {
public:
  /// `relative`: an index past the inputs is the result of an earlier action.
  RefPrinter(const Op &op, const std::vector<std::string> &names,
             bool relative);

  /// `%name`, `%name#1`, `scratch` for -1, `^2` for the result of action 2, or
  /// `@7` where no value stands for the index.
  std::string ref(int64_t index);
  std::string value(const ValueId &value) const;
  /// Takes note that the text names input `position`.
  void markUsed(size_t position);
  /// Whether the values named so far, in order of first use, are exactly the
  /// operation's inputs, so that the text need not list them.
  bool namesAllInOrder() const;

private:
  const Op &op;
  const std::vector<std::string> &names;
  bool relative;
  std::map<ValueId, size_t> firstIndex;
  std::vector<size_t> used;
  std::vector<bool> seen;
};

/// The entries between the braces of a message, in table order.
class MessagePrinter {
public:
  explicit MessagePrinter(RefPrinter *refs) : refs(refs) {}

  /// All entries of `message` except those named in `skip`, and its unknown
  /// fields under `unknown`.
  template <class Message>
  void entries(const Message &message, std::vector<Doc> &items,
               std::initializer_list<std::string_view> skip = {},
               std::string_view unknown = unknownName) {
    forEachField<Message>([&](const auto &field) {
      for (std::string_view name : skip)
        if (name == field.name)
          return;
      entry(field, message.*field.member, items);
    });
    if (!message.unknown.bytes.empty())
      items.emplace_back(std::string(unknown) + " = " +
                         base64Literal(message.unknown.bytes));
  }

  /// `head { … }`.
  template <class Message> Doc group(std::string head, const Message &message) {
    Doc doc(std::move(head), '{');
    entries(message, doc.items);
    return doc;
  }
  Doc group(std::string head, const UserOpt &message);
  Doc list(std::string head, const StringList &items);
  Doc map(std::string head, const StringMap &entries);

private:
  template <class Owner, class Type>
  void entry(const Field<Owner, Type> &field, const Type &value,
             std::vector<Doc> &items) {
    std::string name(field.name);
    if constexpr (std::is_same_v<Type, bool>) {
      if (value)
        items.emplace_back(name);
    } else if constexpr (std::is_integral_v<Type>) {
      // The first input is zero, but a reader wants to see which it is.
      if (value != absentValue(field) ||
          (isInputIndex(field) && absentValue(field) == 0))
        items.emplace_back(name + " = " + number(field, value));
    } else if constexpr (std::is_enum_v<Type>) {
      if (value != Type())
        items.emplace_back(name + " = " + enumName(value));
    } else if constexpr (IsOptional<Type>::value) {
      if (value)
        present(name, *value, items);
    } else {
      if (!isEmpty(value))
        present(name, value, items);
    }
  }

  template <class Owner, class Type>
  std::string number(const Field<Owner, Type> &field, Type value) {
    if constexpr (std::is_same_v<Type, int64_t>)
      if (isInputIndex(field) && refs)
        return refs->ref(value);
    return isOctal(field) ? octal(value) : std::to_string(value);
  }
  static std::string octal(int64_t value);

  template <class Enum> static std::string enumName(Enum value) {
    auto index = static_cast<int64_t>(value);
    const auto &names = EnumNames<Enum>::names;
    if (index >= 0 && static_cast<size_t>(index) < names.size())
      return std::string(names[index]);
    return std::to_string(index);
  }

  static bool isEmpty(const Bytes &value) { return value.data.empty(); }
  template <class Container> static bool isEmpty(const Container &value) {
    return value.empty();
  }

  void present(const std::string &name, const std::string &value,
               std::vector<Doc> &items) {
    items.emplace_back(name + " = " + quote(value));
  }
  void present(const std::string &name, const Bytes &value,
               std::vector<Doc> &items);
  void present(const std::string &name, const RawDefinition &value,
               std::vector<Doc> &items) {
    items.emplace_back(name + " = " + base64Literal(value.bytes));
  }
  void present(const std::string &name, const StringList &value,
               std::vector<Doc> &items) {
    items.push_back(list(name + " = ", value));
  }
  void present(const std::string &name, const StringMap &value,
               std::vector<Doc> &items) {
    items.push_back(map(name + " ", value));
  }
  void present(const std::string &name, const CapMap &value,
               std::vector<Doc> &items);
  void present(const std::string &name, const UserOpt &value,
               std::vector<Doc> &items);
  template <class Int>
    requires std::is_integral_v<Int>
  void present(const std::string &name, const std::vector<Int> &value,
               std::vector<Doc> &items) {
    Doc doc(name + " = ", '[');
    for (Int item : value)
      doc.items.emplace_back(std::to_string(item));
    items.push_back(std::move(doc));
  }
  template <class Message>
    requires std::is_class_v<Message>
  void present(const std::string &name, const std::vector<Message> &value,
               std::vector<Doc> &items) {
    Doc doc(name + " = ", '[');
    for (const Message &item : value)
      doc.items.push_back(group("", item));
    items.push_back(std::move(doc));
  }
  template <class Message>
  void present(const std::string &name,
               const std::map<std::string, Message> &value,
               std::vector<Doc> &items) {
    Doc doc(name + " ", '{');
    for (const auto &[name, item] : value) {
      if constexpr (requires { item.isNull; })
        if (item.isNull) {
          doc.items.emplace_back(key(name) + " = null");
          continue;
        }
      doc.items.push_back(group(key(name) + " ", item));
    }
    items.push_back(std::move(doc));
  }
  template <class Message>
    requires requires { Message::fields(); }
  void present(const std::string &name, const Message &value,
               std::vector<Doc> &items) {
    items.push_back(group(name + " ", value));
  }

  static std::string key(const std::string &name) {
    return isWord(name) ? name : quote(name);
  }

  RefPrinter *refs;
};

} // namespace llb::ir::text

#endif
