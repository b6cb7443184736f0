// SPDX-License-Identifier: Apache-2.0
//
// Where the codec's templates become code.
#include "Codec.h"

#include "Decoder.h"
#include "Encoder.h"

namespace llb::ir::wire {
namespace {

template <class T> std::string decodeMessage(std::string_view bytes, T *into) {
  Decoder decoder;
  decoder.message(bytes, into);
  return std::move(decoder.error);
}

} // namespace

std::string decode(std::string_view bytes, Op *into) {
  return decodeMessage(bytes, into);
}
std::string decode(std::string_view bytes, OpInputs *into) {
  return decodeMessage(bytes, into);
}
std::string decode(std::string_view bytes, OpMetadata *into) {
  return decodeMessage(bytes, into);
}
std::string decode(std::string_view bytes, SourceMap *into) {
  return decodeMessage(bytes, into);
}
std::string decode(std::string_view bytes, Definition *into) {
  return decodeMessage(bytes, into);
}
std::string decode(std::string_view bytes, DefinitionSlices *into) {
  return decodeMessage(bytes, into);
}

void encode(EncodeBuffer &out, const OpMetadata &message) {
  encodeMessage(out, message);
}
void encode(EncodeBuffer &out, const Locations &message) {
  encodeMessage(out, message);
}
void encode(EncodeBuffer &out, const SourceInfo &message) {
  encodeMessage(out, message);
}

std::vector<Input> inputsOf(const ir::Op &op,
                            const std::vector<Digest> &digests) {
  std::vector<Input> inputs;
  for (const ValueId &input : op.inputs)
    inputs.push_back(
        {digests[input.node.index].str(), input.output, Unknown()});
  return inputs;
}

void encodeInputs(EncodeBuffer &out, const ir::Op &op,
                  const std::vector<Digest> &inputs) {
  for (size_t i = op.inputs.size(); i-- > 0;) {
    size_t before = out.size();
    encodeField(out, 2, op.inputs[i].output);
    Digest::Text digest = inputs[i].text();
    out.text(1, {digest.data(), digest.size()});
    out.header(1, before);
  }
}

void encode(EncodeBuffer &out, const ir::Op &op,
            const std::vector<Digest> &inputs) {
  // Written out by hand instead of from Op's table: nothing is copied.
  out.prepend(op.unknown.bytes);
  constexpr auto oneof = Op::oneof();
  encodeOneOf(out, op.body, oneof.members);
  encodeField(out, 11, op.constraints);
  if (op.platform)
    encodeAlways(out, 10, *op.platform);
  encodeInputs(out, op, inputs);
}

} // namespace llb::ir::wire
