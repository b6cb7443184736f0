// SPDX-License-Identifier: Apache-2.0
//
// The operations are encoded anew, which gives the same bytes for whatever
// BuildKit's own client wrote.
#include "InputDefinition.h"
#include "llb/IR/Binary.h"
#include "llb/Support/GoJson.h"

namespace llb::lower {

llvm::FailureOr<ir::ValueId> addDefinition(LowerContext &context,
                                           std::string_view bytes) {
  auto module = ir::readModule(bytes, context.diags);
  if (llvm::failed(module))
    return llvm::failure();
  ir::NodeId terminal = module->results.front().terminal;
  if (!terminal.valid() || (*module)[terminal].op.inputs.empty())
    return ir::ValueId();

  auto firstSource = static_cast<int32_t>(context.inputSources.size() + 1);
  for (ir::SourceInfo &info : module->sourceInfos)
    context.inputSources.push_back(std::move(info));
  std::vector<ir::NodeId> added(module->nodes.size());
  auto toBuilder = [&](ir::ValueId value) {
    return ir::ValueId{added[value.node.index], value.output};
  };
  for (size_t i = 0; i < module->nodes.size(); ++i) {
    if (i == terminal.index)
      continue;
    ir::Node &node = module->nodes[i];
    ir::Vertex vertex;
    vertex.op = std::move(node.op);
    for (ir::ValueId &input : vertex.op.inputs)
      input = toBuilder(input);
    vertex.metadata = std::move(node.metadata);
    vertex.locations = std::move(node.locations.locations);
    for (ir::Location &location : vertex.locations)
      location.sourceIndex += firstSource;
    added[i] = context.builder.add(std::move(vertex));
  }
  return toBuilder((*module)[terminal].op.inputs.front());
}

InputConfig findInputConfig(std::string_view metadata) {
  InputConfig result;
  auto json = go::parseJson(metadata, &result.error);
  if (!json)
    return result;
  const go::JsonValue *config = json->find("containerimage.config");
  if (!config)
    return result;
  result.json = go::decodeBase64(config->text);
  if (!result.json)
    result.error = "the image config is not base64";
  return result;
}

} // namespace llb::lower
