// SPDX-License-Identifier: Apache-2.0
//
// A definition as BuildKit answers `frontend.convertllb` (v0.32.2,
// frontend/subrequests/convertllb): operations and places in Protobuf's own
// JSON, metadata as Go prints its struct, all maps sorted by digest.
//
// Protobuf's JSON differs from Go's: names in camel case, 64-bit numbers as
// strings, enumerators by name, members of a oneof beside the other fields, in
// the order of the definition.
#include "llb/IR/JsonDump.h"

#include "JsonMessage.h"
#include "ResultNodes.h"
#include "llb/IR/Binary.h"

#include <llvm/ADT/StringExtras.h>

namespace llb::ir {
namespace {

constexpr std::string_view enumNames(NetMode) { return "UNSET HOST NONE"; }
constexpr std::string_view enumNames(SecurityMode) {
  return "SANDBOX INSECURE";
}
constexpr std::string_view enumNames(MountType) {
  return "BIND SECRET SSH CACHE TMPFS";
}
constexpr std::string_view enumNames(MountContentCache) {
  return "DEFAULT ON OFF";
}
constexpr std::string_view enumNames(CacheSharing) {
  return "SHARED PRIVATE LOCKED";
}

class ProtoJson : public JsonValues<ProtoJson> {
public:
  explicit ProtoJson(std::string &out) : JsonValues(out) {}
  using JsonValues::value;

  template <wire::Message T> void value(const T &message) {
    out += '{';
    if constexpr (wire::HasOneOf<T>) {
      constexpr auto oneof = T::oneof();
      constexpr uint32_t first = oneof.members.front().number;
      fields(message, 0, first);
      std::visit(
          [&](const auto &body) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(body)>,
                                          std::monostate>)
              always(oneof.members[(message.*oneof.member).index() - 1].name,
                     body);
          },
          message.*oneof.member);
      fields(message, first, UINT32_MAX);
    } else {
      fields(message, 0, UINT32_MAX);
    }
    out += '}';
  }
  void value(const RawDefinition &definition) {
    wire::Definition decoded;
    wire::decode(definition.bytes, &decoded);
    value(decoded);
  }
  void value(const BuildInput &input) { value<BuildInput>(input); }
  template <class T>
    requires std::is_integral_v<T>
  void value(T number) {
    constexpr bool quoted = sizeof(T) == 8;
    out += quoted ? "\"" : "";
    out += std::to_string(number);
    out += quoted ? "\"" : "";
  }
  template <class T>
    requires std::is_enum_v<T>
  void value(T enumerator) {
    std::string_view names = enumNames(enumerator);
    auto number = static_cast<int32_t>(enumerator);
    for (int32_t i = 0; i < number && !names.empty(); ++i) {
      size_t space = names.find(' ');
      names.remove_prefix(space == std::string_view::npos ? names.size()
                                                          : space + 1);
    }
    // One that a later version defines is a number.
    if (number < 0 || names.empty())
      out += std::to_string(number);
    else
      out.append("\"").append(names.substr(0, names.find(' '))).append("\"");
  }
  template <class T> void value(const std::optional<T> &message) {
    if (message)
      value(*message);
    else
      out += "{}";
  }
  template <class T> void value(const Rare<T> &message) {
    if (message)
      value(*message);
    else
      out += "{}";
  }

private:
  /// The fields with numbers from `from` to less than `end`.
  template <class T>
  void fields(const T &message, uint32_t from, uint32_t end) {
    std::apply(
        [&](const auto &...entry) {
          ((entry.number >= from && entry.number < end &&
                    !isEmpty(message.*entry.member)
                ? always(entry.name, message.*entry.member)
                : void()),
           ...);
        },
        wire::fieldsOf<T>());
  }
  template <class T> void always(std::string_view name, const T &member) {
    comma();
    out += '"';
    bool upper = false;
    for (char letter : name) {
      if (letter != '_')
        out += upper ? llvm::toUpper(letter) : letter;
      upper = letter == '_';
    }
    out += "\":";
    value(member);
  }
};

} // namespace

std::string convertJson(const Module &module, const Result &result) {
  std::map<std::string, wire::Op> ops;
  std::map<std::string, OpMetadata> metadata;
  wire::SourceMap source;
  std::vector<Digest> digests = digestNodes(module);
  for (size_t i : dumpOrder(module, result)) {
    const Node &node = module.nodes[i];
    wire::Op op;
    op.inputs = wire::inputsOf(node.op, digests);
    if (node.op.platform)
      op.platform = *node.op.platform;
    op.constraints = node.op.constraints;
    op.body = node.op.body;
    std::string digest = digests[i].str();
    if (node.hasMetadata)
      metadata[digest] = node.metadata;
    if (node.hasLocations)
      source.locations[digest] = node.locations;
    ops[digest] = std::move(op);
  }
  source.infos = module.sourceInfos;

  std::string json = "{\"def\":";
  ProtoJson protoJson(json);
  protoJson.value(ops);
  json += ",\"metadata\":";
  JsonMessage(json).value(metadata);
  json += ",\"source\":";
  protoJson.value(source);
  return json + '}';
}

} // namespace llb::ir
