// SPDX-License-Identifier: Apache-2.0
//
// Both operations are printed as dump-llb's JSON, which has every field under
// the name that people know, and the two documents are compared.
#include "FieldDiff.h"

#include "llb/IR/JsonDump.h"
#include "llb/IR/Volatile.h"
#include "llb/Support/GoJson.h"

namespace llb::diff {
namespace {

using go::JsonValue;

constexpr size_t mostFields = 20;
constexpr size_t mostText = 200;

std::string show(const JsonValue &value) {
  std::string text;
  switch (value.kind) {
  case JsonValue::Kind::Null:
    return "null";
  case JsonValue::Kind::Bool:
    return value.boolean ? "true" : "false";
  case JsonValue::Kind::Number:
    return value.text;
  case JsonValue::Kind::String:
    if (value.text.size() > mostText)
      return go::jsonString(value.text.substr(0, mostText) + "...",
                            /*escapeHtml=*/false);
    return go::jsonString(value.text, /*escapeHtml=*/false);
  case JsonValue::Kind::Array:
    for (const JsonValue &item : value.items)
      if (text.size() < mostText)
        text += (text.empty() ? "" : ",") + show(item);
    return "[" + text + "]";
  case JsonValue::Kind::Object:
    for (const go::JsonMember &member : value.members)
      if (text.size() < mostText)
        text += (text.empty() ? "" : ",") +
                go::jsonString(member.first, /*escapeHtml=*/false) + ":" +
                show(member.second);
    return "{" + text + "}";
  }
  return text;
}

class Comparison {
public:
  void compare(const std::string &path, const JsonValue *before,
               const JsonValue *after);
  std::vector<FieldChange> take() { return std::move(changes); }

private:
  void compareObjects(const std::string &path, const JsonValue &before,
                      const JsonValue &after);

  std::vector<FieldChange> changes;
};

const JsonValue *exactMember(const JsonValue &object, std::string_view name) {
  for (const go::JsonMember &member : object.members)
    if (member.first == name)
      return &member.second;
  return nullptr;
}

void Comparison::compareObjects(const std::string &path,
                                const JsonValue &before,
                                const JsonValue &after) {
  auto below = [&](const std::string &name) {
    return path.empty() ? name : path + "." + name;
  };
  for (const go::JsonMember &member : before.members)
    compare(below(member.first), &member.second,
            exactMember(after, member.first));
  for (const go::JsonMember &member : after.members)
    if (!exactMember(before, member.first))
      compare(below(member.first), nullptr, &member.second);
}

/// Recursion is as deep as the schema, which is not deep.
void Comparison::compare(const std::string &path, const JsonValue *before,
                         const JsonValue *after) {
  if (changes.size() >= mostFields)
    return;
  if (before && after && before->kind == after->kind) {
    if (before->kind == JsonValue::Kind::Object)
      return compareObjects(path, *before, *after);
    if (before->kind == JsonValue::Kind::Array) {
      size_t count = std::max(before->items.size(), after->items.size());
      for (size_t i = 0; i < count && changes.size() < mostFields; ++i)
        compare(path + "[" + std::to_string(i) + "]",
                i < before->items.size() ? &before->items[i] : nullptr,
                i < after->items.size() ? &after->items[i] : nullptr);
      return;
    }
    if (before->text == after->text && before->boolean == after->boolean)
      return;
  }
  changes.push_back(
      {path, before ? show(*before) : "", after ? show(*after) : ""});
}

/// The operation as dump-llb's JSON, on inputs that are always the same.
std::optional<JsonValue> documentOf(const ir::Op &op) {
  ir::Module module;
  ir::Op alone = op;
  for (size_t i = 0; i < alone.inputs.size(); ++i) {
    ir::Node &input = module.nodes.emplace_back();
    ir::Source source;
    source.identifier = std::to_string(i);
    input.op.body = std::move(source);
    alone.inputs[i].node.index = static_cast<uint32_t>(i);
  }
  if (auto *source = std::get_if<ir::Source>(&alone.body))
    removeVolatileAttrs(*source);
  module.nodes.emplace_back().op = std::move(alone);
  ir::Node terminal;
  terminal.op.inputs = {{{static_cast<uint32_t>(module.nodes.size() - 1)}, 0}};
  module.nodes.push_back(std::move(terminal));
  module.results.push_back(
      {"", {static_cast<uint32_t>(module.nodes.size() - 1)}});
  std::string lines;
  llvm::raw_string_ostream out(lines);
  ir::dumpJson(module, module.results.front(), out);
  // The last line is the result, the one before it the operation.
  size_t end = lines.rfind('\n', lines.size() - 2);
  size_t start = lines.rfind('\n', end - 1);
  start = start == std::string::npos ? 0 : start + 1;
  return go::parseJson(std::string_view(lines).substr(start, end - start));
}

} // namespace

std::vector<FieldChange> diffFields(const ir::Op &before, const ir::Op &after) {
  Comparison comparison;
  auto old = documentOf(before);
  auto now = documentOf(after);
  if (!old || !now)
    return {};
  const JsonValue *oldOp = old->find("Op");
  const JsonValue *nowOp = now->find("Op");
  if (!oldOp || !nowOp)
    return {};
  comparison.compare("", exactMember(*oldOp, "Op"), exactMember(*nowOp, "Op"));
  comparison.compare("platform", exactMember(*oldOp, "platform"),
                     exactMember(*nowOp, "platform"));
  std::vector<FieldChange> changes = comparison.take();
  std::erase_if(changes, [](const FieldChange &change) {
    return change.before == change.after;
  });
  return changes;
}

} // namespace llb::diff
