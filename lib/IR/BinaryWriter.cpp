// SPDX-License-Identifier: Apache-2.0
//
// Modules to definitions. Go writes the maps of a definition in random order;
// here they are sorted, so that equal modules give equal bytes.
#include "Codec.h"
#include "NodeEncoder.h"
#include "ResultNodes.h"
#include "llb/IR/Binary.h"

#include <algorithm>

namespace llb::ir {
namespace {

std::vector<Digest> inputDigests(const Op &op,
                                 const std::vector<Digest> &digests) {
  std::vector<Digest> inputs;
  inputs.reserve(op.inputs.size());
  for (const ValueId &input : op.inputs)
    inputs.push_back(digests[input.node.index]);
  return inputs;
}

/// Whether `bytes` name just the inputs that the operation has.
bool namesInputs(std::string_view bytes, const Op &op,
                 const std::vector<Digest> &digests) {
  wire::OpInputs named;
  if (!wire::decode(bytes, &named).empty() ||
      named.inputs.size() != op.inputs.size())
    return false;
  for (size_t i = 0; i < op.inputs.size(); ++i)
    if (named.inputs[i].index != op.inputs[i].output ||
        named.inputs[i].digest != digests[op.inputs[i].node.index].str())
      return false;
  return true;
}

void writeHeader(unsigned number, size_t size, llvm::raw_ostream &out) {
  out << static_cast<char>(number << 3 |
                           static_cast<unsigned>(wire::WireType::Length));
  for (; size >= 0x80; size >>= 7)
    out << static_cast<char>(size | 0x80);
  out << static_cast<char>(size);
}

void writeField(unsigned number, std::string_view bytes,
                llvm::raw_ostream &out) {
  writeHeader(number, bytes.size(), out);
  out << bytes;
}

/// Entries of a map by digest: those of nodes first, then the strays; of equal
/// keys the first counts.
template <class Message> class EntriesByDigest {
public:
  explicit EntriesByDigest(size_t nodes) {
    // Never grows beyond this, so views of the texts stay valid.
    texts.reserve(nodes * Digest().str().size());
  }
  void add(const Digest &digest, const Message &message) {
    size_t start = texts.size();
    texts += digest.str();
    entries.emplace_back(std::string_view(texts).substr(start), &message);
  }
  void add(const std::map<std::string, Message> &strays) {
    for (const auto &[key, message] : strays)
      entries.emplace_back(key, &message);
  }
  /// Sorts and puts all entries, as field `number`, in front of `out`.
  void encode(unsigned number, wire::EncodeBuffer &out) {
    auto less = [](const Entry &a, const Entry &b) {
      return a.first < b.first;
    };
    auto same = [](const Entry &a, const Entry &b) {
      return a.first == b.first;
    };
    std::stable_sort(entries.begin(), entries.end(), less);
    entries.erase(std::unique(entries.begin(), entries.end(), same),
                  entries.end());
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      size_t before = out.size();
      wire::encode(out, *entry->second);
      out.header(2, before);
      out.text(1, entry->first);
      out.header(number, before);
    }
  }

private:
  using Entry = std::pair<std::string_view, const Message *>;
  std::vector<Entry> entries;
  std::string texts;
};

} // namespace

std::string_view NodeEncoder::next(const Node &node) {
  if (!node.original.empty() && namesInputs(node.original, node.op, known)) {
    known.push_back(node.digest);
    return node.original;
  }
  buffer.clear();
  wire::encode(buffer, node.op, inputDigests(node.op, known));
  known.push_back(Digest::of(buffer.bytes()));
  return buffer.bytes();
}

std::string encodeCanonical(const Op &op, const std::vector<Digest> &digests) {
  wire::EncodeBuffer buffer;
  wire::encode(buffer, op, inputDigests(op, digests));
  return std::string(buffer.bytes());
}

std::string encodeOp(const Node &node, const std::vector<Digest> &digests) {
  if (!node.original.empty() && namesInputs(node.original, node.op, digests))
    return node.original;
  return encodeCanonical(node.op, digests);
}

std::vector<Digest> digestNodes(const Module &module) {
  NodeEncoder encoder;
  for (const Node &node : module.nodes)
    encoder.next(node);
  return encoder.digests();
}

std::vector<bool> nodesOf(const Module &module, const Result &result) {
  std::vector<bool> mine(module.nodes.size());
  std::vector<bool> others(module.nodes.size());
  for (const Result &root : module.results) {
    if (!root.terminal.valid())
      continue;
    (root.terminal == result.terminal ? mine : others)[root.terminal.index] =
        true;
  }
  for (size_t i = module.nodes.size(); i-- > 0;)
    for (const ValueId &input : module.nodes[i].op.inputs) {
      if (mine[i])
        mine[input.node.index] = true;
      if (others[i])
        others[input.node.index] = true;
    }
  for (size_t i = 0; i < mine.size(); ++i)
    mine[i] = mine[i] || !others[i];
  return mine;
}

void writeModule(const Module &module, const Result &result,
                 llvm::raw_ostream &out) {
  std::vector<bool> wanted = nodesOf(module, result);
  NodeEncoder encoder;
  EntriesByDigest<OpMetadata> metadata(module.nodes.size());
  EntriesByDigest<Locations> locations(module.nodes.size());
  std::string terminal;
  for (size_t i = 0; i < module.nodes.size(); ++i) {
    const Node &node = module.nodes[i];
    std::string_view bytes = encoder.next(node);
    if (!wanted[i])
      continue;
    if (i == result.terminal.index)
      terminal = bytes;
    else
      writeField(1, bytes, out);
    const Digest &digest = encoder.digests().back();
    if (node.hasMetadata)
      metadata.add(digest, node.metadata);
    if (node.hasLocations)
      locations.add(digest, node.locations);
  }
  if (result.terminal.valid())
    writeField(1, terminal, out);

  metadata.add(module.strayMetadata);
  locations.add(module.strayLocations);
  wire::EncodeBuffer buffer;
  buffer.prepend(module.unknown.bytes);
  if (module.hasSource) {
    size_t before = buffer.size();
    buffer.prepend(module.sourceUnknown.bytes);
    for (size_t i = module.sourceInfos.size(); i-- > 0;) {
      size_t beforeInfo = buffer.size();
      wire::encode(buffer, module.sourceInfos[i]);
      buffer.header(2, beforeInfo);
    }
    locations.encode(1, buffer);
    buffer.header(3, before);
  }
  metadata.encode(2, buffer);
  out << buffer.bytes();
}

} // namespace llb::ir
