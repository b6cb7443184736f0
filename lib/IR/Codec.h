// SPDX-License-Identifier: Apache-2.0
//
// The protobuf codec as plain functions. The templates behind them
// (Decoder.h, Encoder.h) are instantiated once, in Codec.cpp.
#ifndef LLB_IR_CODEC_H
#define LLB_IR_CODEC_H

#include "EncodeBuffer.h"
#include "WireMessages.h"

namespace llb::ir::wire {

/// Each decodes `bytes` into `*into`, merging with what is there, or only
/// checks them if `into` is null. Returns what is wrong, in the words of the
/// decoder that BuildKit is built with; empty if nothing is.
std::string decode(std::string_view bytes, Op *into);
std::string decode(std::string_view bytes, OpInputs *into);
std::string decode(std::string_view bytes, OpMetadata *into);
std::string decode(std::string_view bytes, SourceMap *into);
std::string decode(std::string_view bytes, Definition *into);
std::string decode(std::string_view bytes, DefinitionSlices *into);

/// The encoding of a message, put in front of what `out` holds.
void encode(EncodeBuffer &out, const OpMetadata &message);
void encode(EncodeBuffer &out, const Locations &message);
void encode(EncodeBuffer &out, const SourceInfo &message);
/// The inputs of an operation, named by the digests of all nodes.
std::vector<Input> inputsOf(const ir::Op &op,
                            const std::vector<Digest> &digests);
/// The `inputs` of an operation alone.
void encodeInputs(EncodeBuffer &out, const ir::Op &op,
                  const std::vector<Digest> &inputs);
/// An operation whose inputs have these digests, in its order.
void encode(EncodeBuffer &out, const ir::Op &op,
            const std::vector<Digest> &inputs);

} // namespace llb::ir::wire

#endif
