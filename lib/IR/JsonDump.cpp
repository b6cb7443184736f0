// SPDX-License-Identifier: Apache-2.0
//
// The JSON of `buildctl debug dump-llb`, one line an operation.
#include "llb/IR/JsonDump.h"

#include "DumpReader.h"
#include "JsonMessage.h"
#include "OrderedPrint.h"
#include "ResultNodes.h"
#include "llb/IR/Binary.h"

namespace llb::ir {
namespace {

class LineWriter {
public:
  explicit LineWriter(std::string &line) : line(line), json(line) {}

  /// `op` is a wire::Op or an Op, whose inputs are given apart.
  template <class AnyOp>
  void write(const AnyOp &op, const std::vector<wire::Input> &inputs,
             const std::string &digest, const OpMetadata &metadata) {
    line += "{\"Op\":{";
    json.field("inputs", inputs);
    json.key("Op");
    line += '{';
    constexpr auto oneof = wire::Op::oneof();
    std::visit(
        [&](const auto &body) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(body)>,
                                        std::monostate>)
            json.always(oneof.members[op.body.index() - 1].name, body);
        },
        op.body);
    line += '}';
    if (op.platform)
      json.always("platform", *op.platform);
    json.field("constraints", op.constraints);
    line += "},\"Digest\":\"";
    line += digest;
    line += '"';
    json.always("OpMetadata", metadata);
    line += "}\n";
  }

private:
  std::string &line;
  JsonMessage json;
};

/// Of an encoded operation, where it need not be known.
constexpr size_t usualSize = 512;

} // namespace

void dumpJson(const Module &module, const Result &result,
              llvm::raw_ostream &out) {
  std::vector<Digest> digests = digestNodes(module);
  std::vector<size_t> order = dumpOrder(module, result);
  printInOrder(
      piecesOf(order.size(), [](size_t) { return usualSize; }),
      [&](size_t begin, size_t end, std::string &text) {
        LineWriter writer(text);
        for (; begin != end; ++begin) {
          const Node &node = module.nodes[order[begin]];
          writer.write(node.op, wire::inputsOf(node.op, digests),
                       digests[order[begin]].str(), node.metadata);
        }
      },
      out);
}

llvm::LogicalResult dumpJson(std::string_view definition,
                             llvm::raw_ostream &out, DiagEngine &diags) {
  DumpReader reader;
  if (llvm::failed(reader.read(definition, diags)))
    return llvm::failure();
  printInOrder(
      reader.pieces(),
      [&](size_t begin, size_t end, std::string &text) {
        LineWriter writer(text);
        for (; begin != end; ++begin) {
          wire::Op op = reader.op(begin);
          std::string digest = reader.digest(begin).str();
          writer.write(op, op.inputs, digest, reader.metadata(digest));
        }
      },
      out);
  return llvm::success();
}

void dumpSourceJson(const Module &module, const Result &result,
                    llvm::raw_ostream &out) {
  if (!module.hasSource) {
    out << "null";
    return;
  }
  std::vector<bool> wanted = nodesOf(module, result);
  std::vector<Digest> digests = digestNodes(module);
  std::map<std::string, Locations> locations = module.strayLocations;
  for (size_t i = 0; i < module.nodes.size(); ++i)
    if (wanted[i] && module.nodes[i].hasLocations)
      locations[digests[i].str()] = module.nodes[i].locations;
  std::string text = "{";
  JsonMessage json(text);
  json.field("locations", locations);
  json.field("infos", module.sourceInfos);
  text += '}';
  out << text;
}

} // namespace llb::ir
