// SPDX-License-Identifier: Apache-2.0
//
// The quick path is for the common case, plain strings, at a tenth of the cost
// of building a document.
#include "ExecForm.h"

#include "llb/Support/GoJson.h"

#include <llvm/ADT/APFloat.h>
#include <llvm/Support/Error.h>

namespace llb::frontend {
namespace {

/// Reads a list of strings that are ASCII without escapes; false if `text` is
/// anything else.
bool parsePlain(std::string_view text, std::vector<std::string> &items) {
  size_t i = 1;
  auto skipSpaces = [&] {
    while (i < text.size() && (text[i] == ' ' || text[i] == '\t'))
      ++i;
  };
  skipSpaces();
  while (i < text.size() && text[i] == '"') {
    size_t begin = ++i;
    while (i < text.size() && text[i] >= ' ' && text[i] != '"' &&
           text[i] != '\\' && text[i] < 0x7F)
      ++i;
    if (i == text.size() || text[i] != '"')
      return false;
    items.emplace_back(text.substr(begin, i - begin));
    ++i;
    skipSpaces();
    if (i < text.size() && text[i] == ']')
      break;
    if (i == text.size() || text[i] != ',')
      return false;
    ++i;
    skipSpaces();
    if (i == text.size() || text[i] != '"')
      return false;
  }
  return i + 1 == text.size() && text[i] == ']';
}

bool overflows(const std::string &number) {
  llvm::APFloat value(llvm::APFloat::IEEEdouble());
  llvm::Expected<llvm::APFloat::opStatus> status =
      value.convertFromString(number, llvm::APFloat::rmNearestTiesToEven);
  if (!status) {
    llvm::consumeError(status.takeError());
    return false;
  }
  return value.isInfinity();
}

/// Whether some number in `value` is beyond a double. The parser has bounded
/// the nesting; the walk keeps its own stack all the same.
bool hasOverflow(const go::JsonValue &value) {
  std::vector<const go::JsonValue *> pending = {&value};
  while (!pending.empty()) {
    const go::JsonValue *next = pending.back();
    pending.pop_back();
    if (next->kind == go::JsonValue::Kind::Number && overflows(next->text))
      return true;
    for (const go::JsonValue &item : next->items)
      pending.push_back(&item);
    for (const auto &[name, member] : next->members)
      pending.push_back(&member);
  }
  return false;
}

} // namespace

ExecForm parseExecForm(std::string_view text, std::vector<std::string> &items) {
  items.clear();
  if (parsePlain(text, items))
    return ExecForm::Strings;
  items.clear();
  std::optional<go::JsonValue> value = go::parseJson(text);
  if (!value || value->kind != go::JsonValue::Kind::Array ||
      hasOverflow(*value))
    return ExecForm::NotJson;
  for (go::JsonValue &item : value->items) {
    if (item.kind != go::JsonValue::Kind::String)
      return ExecForm::OtherThanStrings;
    items.push_back(std::move(item.text));
  }
  return ExecForm::Strings;
}

} // namespace llb::frontend
