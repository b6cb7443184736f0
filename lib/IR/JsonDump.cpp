// SPDX-License-Identifier: Apache-2.0
//
// The JSON of `buildctl debug dump-llb`, one line an operation.
#include "llb/IR/JsonDump.h"

#include "DumpReader.h"
#include "JsonMessage.h"
#include "NodeEncoder.h"
#include "ResultNodes.h"

namespace llb::ir {
namespace {

class LineWriter {
public:
  explicit LineWriter(llvm::raw_ostream &out) : out(out), json(line) {}
  ~LineWriter() { out << line; }

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
    json.field("platform", op.platform);
    json.field("constraints", op.constraints);
    line += "},\"Digest\":\"";
    line += digest;
    line += '"';
    json.always("OpMetadata", metadata);
    line += "}\n";
    flush();
  }

private:
  void flush() {
    constexpr size_t enough = 1 << 16;
    if (line.size() < enough)
      return;
    out << line;
    line.clear();
  }

  llvm::raw_ostream &out;
  std::string line;
  JsonMessage json;
};

std::vector<wire::Input> wireInputs(const Op &op,
                                    const std::vector<Digest> &digests) {
  std::vector<wire::Input> inputs;
  for (const ValueId &input : op.inputs)
    inputs.push_back(
        {digests[input.node.index].str(), input.output, Unknown()});
  return inputs;
}

} // namespace

void dumpJson(const Module &module, const Result &result,
              llvm::raw_ostream &out) {
  std::vector<bool> wanted = nodesOf(module, result);
  NodeEncoder encoder;
  for (const Node &node : module.nodes)
    encoder.next(node);
  const std::vector<Digest> &digests = encoder.digests();
  LineWriter writer(out);
  auto write = [&](size_t i) {
    const Node &node = module.nodes[i];
    writer.write(node.op, wireInputs(node.op, digests), digests[i].str(),
                 node.metadata);
  };
  for (size_t i = 0; i < module.nodes.size(); ++i)
    if (wanted[i] && i != result.terminal.index)
      write(i);
  if (result.terminal.valid())
    write(result.terminal.index);
}

llvm::LogicalResult dumpJson(std::string_view definition,
                             llvm::raw_ostream &out, DiagEngine &diags) {
  DumpReader reader;
  if (llvm::failed(reader.read(definition, diags)))
    return llvm::failure();
  LineWriter writer(out);
  for (size_t i = 0; i < reader.size(); ++i) {
    wire::Op op = reader.op(i);
    std::string digest = reader.digest(i);
    writer.write(op, op.inputs, digest, reader.metadata(digest));
  }
  return llvm::success();
}

void dumpSourceJson(const Module &module, const Result &result,
                    llvm::raw_ostream &out) {
  if (!module.hasSource) {
    out << "null";
    return;
  }
  std::vector<bool> wanted = nodesOf(module, result);
  NodeEncoder encoder;
  std::map<std::string, Locations> locations = module.strayLocations;
  for (size_t i = 0; i < module.nodes.size(); ++i) {
    encoder.next(module.nodes[i]);
    if (wanted[i] && module.nodes[i].hasLocations)
      locations[encoder.digests().back().str()] = module.nodes[i].locations;
  }
  std::string text = "{";
  JsonMessage json(text);
  json.field("locations", locations);
  json.field("infos", module.sourceInfos);
  text += '}';
  out << text;
}

} // namespace llb::ir
