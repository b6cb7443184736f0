// SPDX-License-Identifier: Apache-2.0
//
// The parts of message printing that are no templates.
#include "TextMessage.h"

#include "llb/Support/Unicode.h"

namespace llb::ir::text {

RefPrinter::RefPrinter(const Op &op, const std::vector<std::string> &names,
                       bool relative)
    : op(op), names(names), relative(relative), seen(op.inputs.size()) {
  for (size_t i = 0; i < op.inputs.size(); ++i)
    firstIndex.try_emplace(op.inputs[i], i);
}

std::string RefPrinter::value(const ValueId &value) const {
  std::string text = "%" + names[value.node.index];
  return value.output ? text + "#" + std::to_string(value.output) : text;
}

std::string RefPrinter::ref(int64_t index) {
  if (index == noIndex)
    return "scratch";
  auto position = static_cast<size_t>(index);
  if (index < 0 || (position >= op.inputs.size() && !relative))
    return "@" + std::to_string(index);
  if (position >= op.inputs.size())
    return "^" + std::to_string(position - op.inputs.size());
  // A value that is an input twice stands for its first index only.
  if (firstIndex.at(op.inputs[position]) != position)
    return "@" + std::to_string(index);
  markUsed(position);
  return value(op.inputs[position]);
}

void RefPrinter::markUsed(size_t position) {
  if (seen[position])
    return;
  seen[position] = true;
  used.push_back(position);
}

bool RefPrinter::namesAllInOrder() const {
  if (used.size() != op.inputs.size())
    return false;
  for (size_t i = 0; i < used.size(); ++i)
    if (used[i] != i)
      return false;
  return true;
}

std::string MessagePrinter::octal(int64_t value) {
  if (value < 0)
    return std::to_string(value);
  std::string digits;
  for (auto rest = static_cast<uint64_t>(value); rest; rest >>= 3)
    digits.insert(digits.begin(), static_cast<char>('0' + (rest & 7)));
  return "0o" + (digits.empty() ? "0" : digits);
}

Doc MessagePrinter::list(std::string head, const StringList &items) {
  Doc doc(std::move(head), '[');
  for (const std::string &item : items)
    doc.items.emplace_back(quote(item));
  return doc;
}

Doc MessagePrinter::map(std::string head, const StringMap &entries) {
  Doc doc(std::move(head), '{');
  for (const auto &[name, value] : entries)
    doc.items.emplace_back(key(name) + " = " + quote(value));
  return doc;
}

Doc MessagePrinter::group(std::string head, const UserOpt &message) {
  Doc doc(std::move(head), '{');
  if (const auto *named = std::get_if<NamedUser>(&message.user))
    doc.items.push_back(group("byName ", *named));
  else if (const auto *id = std::get_if<uint32_t>(&message.user))
    doc.items.emplace_back("byID = " + std::to_string(*id));
  if (!message.unknown.bytes.empty())
    doc.items.emplace_back(std::string(unknownName) + " = " +
                           base64Literal(message.unknown.bytes));
  return doc;
}

void MessagePrinter::present(const std::string &name, const UserOpt &value,
                             std::vector<Doc> &items) {
  const auto *named = std::get_if<NamedUser>(&value.user);
  const auto *id = std::get_if<uint32_t>(&value.user);
  if (id && value.unknown.bytes.empty())
    items.emplace_back(name + " = " + std::to_string(*id));
  else if (named && value.unknown.bytes.empty() && named->unknown.bytes.empty())
    items.emplace_back(name + " = " + quote(named->name) + " from " +
                       refs->ref(named->input));
  else
    items.push_back(group(name + " ", value));
}

void MessagePrinter::present(const std::string &name, const Bytes &value,
                             std::vector<Doc> &items) {
  bool isText = true;
  for (std::string_view rest = value.data; !rest.empty() && isText;) {
    unicode::Decoded rune = unicode::decode(rest);
    isText = rune.valid && (unicode::isPrint(rune.rune) || rune.rune == '\n' ||
                            rune.rune == '\t' || rune.rune == '\r');
    rest.remove_prefix(rune.length);
  }
  items.emplace_back(name + " = " +
                     (isText ? quote(value.data) : base64Literal(value.data)));
}

void MessagePrinter::present(const std::string &name, const CapMap &value,
                             std::vector<Doc> &items) {
  Doc doc(name + " ", '{');
  for (const auto &[flag, set] : value)
    doc.items.emplace_back(set ? key(flag) : key(flag) + " = false");
  items.push_back(std::move(doc));
}

} // namespace llb::ir::text
