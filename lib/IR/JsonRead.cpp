// SPDX-License-Identifier: Apache-2.0
//
// Generic over the field tables. What is not there or has another type keeps
// its zero: the digest of each line tells whether that was right.
#include "llb/IR/JsonRead.h"

#include "TextTraits.h"
#include "llb/IR/Binary.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/GoText.h"
#include "llb/Support/IRDiags.h"

#include <llvm/ADT/StringMap.h>

namespace llb::ir {
namespace {

using go::JsonValue;
using Kind = JsonValue::Kind;

class JsonReader {
public:
  template <class Message>
    requires requires { Message::fields(); }
  void read(const JsonValue &json, Message &out) {
    text::forEachField<Message>([&](const auto &field) {
      if (const JsonValue *value = json.find(field.name))
        read(*value, out.*field.member);
    });
    if constexpr (std::is_same_v<Message, FileAction>)
      if (const JsonValue *action = json.find("Action"))
        readMember(*action, out.action);
    if constexpr (std::is_same_v<Message, BuildInput>)
      out.isNull = json.kind == Kind::Null;
  }

  /// The set member of a oneof, an object with one key.
  template <class Variant>
  void readMember(const JsonValue &json, Variant &out) {
    [&]<size_t... Index>(std::index_sequence<Index...>) {
      (readAlternative<Index + 1>(json, out), ...);
    }(std::make_index_sequence<std::variant_size_v<Variant> - 1>());
  }

  void read(const JsonValue &json, UserOpt &out) {
    const JsonValue *user = json.find("User");
    if (!user || user->kind != Kind::Object)
      return;
    if (const JsonValue *named = user->find("byName"))
      read(*named, out.user.emplace<NamedUser>());
    else if (const JsonValue *id = user->find("byId"))
      read(*id, out.user.emplace<uint32_t>());
    else
      out.user.emplace<uint32_t>(0);
  }

private:
  template <class Body> static constexpr std::string_view nameOf() {
    if constexpr (requires { Body::mnemonic; })
      return Body::mnemonic;
    else
      return text::mnemonicOf<Body>();
  }
  template <size_t Index, class Variant>
  void readAlternative(const JsonValue &json, Variant &out) {
    using Body = std::variant_alternative_t<Index, Variant>;
    if (const JsonValue *value = json.find(nameOf<Body>()))
      read(*value, out.template emplace<Index>());
  }

  void read(const JsonValue &json, std::string &out) { out = json.text; }
  void read(const JsonValue &json, bool &out) { out = json.boolean; }
  void read(const JsonValue &json, Bytes &out) {
    out.data = go::decodeBase64(json.text).value_or("");
  }
  void read(const JsonValue &json, StringList &out) {
    std::vector<std::string> items;
    for (const JsonValue &item : json.items)
      items.push_back(item.text);
    out = StringList(std::move(items));
  }
  template <class Int>
    requires std::is_integral_v<Int>
  void read(const JsonValue &json, Int &out) {
    if constexpr (std::is_signed_v<Int>)
      out = static_cast<Int>(go::parseInt(json.text, 10, 64).value);
    else
      out = static_cast<Int>(go::parseUint(json.text, 10, 64).value);
  }
  template <class Enum>
    requires std::is_enum_v<Enum>
  void read(const JsonValue &json, Enum &out) {
    int32_t number = 0;
    read(json, number);
    out = static_cast<Enum>(number);
  }
  /// A nested definition is kept as bytes, which its dump is not.
  void read(const JsonValue &, std::optional<RawDefinition> &) {}
  template <class T> void read(const JsonValue &json, std::optional<T> &out) {
    if (json.kind != Kind::Null)
      read(json, out.emplace());
  }
  template <class T> void read(const JsonValue &json, Rare<T> &out) {
    if (json.kind != Kind::Null)
      read(json, out.emplace());
  }
  void read(const JsonValue &json, CapMap &out) { read(json, out.edit()); }
  template <class T> void read(const JsonValue &json, std::vector<T> &out) {
    for (const JsonValue &item : json.items)
      read(item, out.emplace_back());
  }
  template <class T>
  void read(const JsonValue &json, std::map<std::string, T> &out) {
    for (const auto &[name, value] : json.members)
      read(value, out[name]);
  }
};

class DumpParser {
public:
  DumpParser(std::string_view text, DiagEngine &diags)
      : text(text), diags(diags) {}

  llvm::FailureOr<Module> parse() {
    for (unsigned line = 1; !text.empty(); ++line) {
      std::string_view current = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(current.size() + 1, text.size()));
      if (!current.empty() && !parseLine(current, line))
        return llvm::failure();
    }
    NodeId last{static_cast<uint32_t>(module.nodes.size() - 1)};
    module.results.push_back({"", last});
    return std::move(module);
  }

private:
  bool parseLine(std::string_view lineText, unsigned line);
  bool parseInputs(const JsonValue &op, Op &into, llvm::SMRange range,
                   unsigned line);

  std::string_view text;
  DiagEngine &diags;
  Module module;
  std::vector<Digest> digests;
  llvm::StringMap<uint32_t> byDigest;
};

bool DumpParser::parseInputs(const JsonValue &op, Op &into, llvm::SMRange range,
                             unsigned line) {
  const JsonValue *inputs = op.find("inputs");
  if (!inputs)
    return true;
  for (const JsonValue &input : inputs->items) {
    const JsonValue *digest = input.find("digest");
    const JsonValue *index = input.find("index");
    std::string_view name = digest ? std::string_view(digest->text) : "";
    auto found = byDigest.find(name);
    if (found == byDigest.end()) {
      diags.report(diag::JsonInput, range, line, name);
      return false;
    }
    int64_t output = index ? go::parseInt(index->text, 10, 64).value : 0;
    into.inputs.push_back({NodeId{found->second}, output});
  }
  return true;
}

bool DumpParser::parseLine(std::string_view lineText, unsigned line) {
  llvm::SMRange range(
      llvm::SMLoc::getFromPointer(lineText.data()),
      llvm::SMLoc::getFromPointer(lineText.data() + lineText.size()));
  std::string error;
  std::optional<JsonValue> json = go::parseJson(lineText, &error);
  const JsonValue *op = json ? json->find("Op") : nullptr;
  const JsonValue *body = op ? op->find("Op") : nullptr;
  const JsonValue *digest = json ? json->find("Digest") : nullptr;
  if (!body || !digest) {
    diags.report(diag::JsonLine, range, line,
                 json ? "it lacks Op.Op or Digest" : error);
    return false;
  }
  Node node;
  if (!parseInputs(*op, node.op, range, line))
    return false;
  JsonReader reader;
  reader.readMember(*body, node.op.body);
  if (const JsonValue *json = op->find("platform")) {
    Platform platform;
    reader.read(*json, platform);
    node.op.platform = std::move(platform);
  }
  if (const JsonValue *constraints = op->find("constraints"))
    reader.read(*constraints, node.op.constraints.emplace());
  const JsonValue *metadata = json->find("OpMetadata");
  if (metadata && !metadata->members.empty()) {
    node.hasMetadata = true;
    reader.read(*metadata, node.metadata);
  }
  Digest actual = Digest::of(encodeOp(node, digests));
  if (actual.str() != digest->text) {
    diags.report(diag::JsonDigest, range, line, actual.str(), digest->text);
    return false;
  }
  byDigest.try_emplace(digest->text, module.nodes.size());
  digests.push_back(actual);
  module.nodes.push_back(std::move(node));
  return true;
}

} // namespace

llvm::FailureOr<Module> readJson(std::string_view text, DiagEngine &diags) {
  return DumpParser(text, diags).parse();
}

} // namespace llb::ir
