// SPDX-License-Identifier: Apache-2.0
//
// Modules to definitions. Go writes the maps of a definition in random order;
// here they are sorted, so that equal modules give equal bytes.
#include "Codec.h"
#include "NodeEncoder.h"
#include "ResultNodes.h"
#include "llb/IR/Binary.h"
#include "llb/IR/Reach.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/Allocator.h>

namespace llb::ir {
namespace {

void findInputDigests(const Op &op, const std::vector<Digest> &digests,
                      std::vector<Digest> &inputs) {
  inputs.clear();
  for (const ValueId &input : op.inputs)
    inputs.push_back(digests[input.node.index]);
}

bool isText(std::string_view text, const Digest &digest) {
  Digest::Text expected = digest.text();
  return text == std::string_view(expected.data(), expected.size());
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
        !isText(named.inputs[i].digest, digests[op.inputs[i].node.index]))
      return false;
  return true;
}

/// Whether the top-level fields of `bytes` are whole and none is an input: the
/// rest of an operation in the encoder's order, where this is quick to tell.
bool hasNoInputs(std::string_view bytes) {
  while (!bytes.empty()) {
    auto tag = static_cast<uint8_t>(bytes.front());
    if (tag >= 0x80 || tag >> 3 <= 1 ||
        (tag & 7) != static_cast<unsigned>(wire::WireType::Length))
      return false;
    uint64_t size = 0;
    size_t at = 1;
    for (unsigned shift = 0; at < bytes.size() && shift < 32; shift += 7) {
      auto byte = static_cast<uint8_t>(bytes[at++]);
      size |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80)
        break;
    }
    if (size > bytes.size() - at)
      return false;
    bytes.remove_prefix(at + size);
  }
  return true;
}

void writeHeader(unsigned number, size_t size, llvm::raw_ostream &out) {
  llvm::SmallString<12> header;
  header += static_cast<char>(number << 3 |
                              static_cast<unsigned>(wire::WireType::Length));
  for (; size >= 0x80; size >>= 7)
    header += static_cast<char>(size | 0x80);
  header += static_cast<char>(size);
  out << header;
}

void writeField(unsigned number, std::string_view bytes,
                llvm::raw_ostream &out) {
  writeHeader(number, bytes.size(), out);
  out << bytes;
}

size_t headerSize(size_t size) {
  return 1 + (std::bit_width(size | 1) + 6) / 7;
}

/// Entries of a map by digest: those of nodes first, then the strays; of equal
/// keys the first counts. Each is encoded as it comes, while its message is in
/// the cache: sorted, one message after the other is anywhere in memory.
template <class Message> class EntriesByDigest {
public:
  explicit EntriesByDigest(size_t count) { entries.reserve(count); }

  void add(const Digest &digest, const Message &message) {
    Digest::Text text = digest.text();
    uint64_t order = 0;
    for (size_t i = 0; i < sizeof(order); ++i)
      order = order << 8 | digest.bytes[i];
    add(order, {text.data(), text.size()}, message);
  }
  void finish(const std::map<std::string, Message> &strays) {
    std::stable_sort(
        entries.begin(), entries.end(), [](const Entry &a, const Entry &b) {
          return a.order != b.order ? a.order < b.order : a.key() < b.key();
        });
    auto nodes = static_cast<ptrdiff_t>(entries.size());
    for (const auto &[key, message] : strays)
      add(0, key, message);
    auto less = [](const Entry &a, const Entry &b) {
      return a.key() < b.key();
    };
    // Keys are far apart in memory: they are looked at only where they matter.
    bool allNodes = strays.empty();
    auto same = [allNodes](const Entry &a, const Entry &b) {
      return (!allNodes || a.order == b.order) && a.key() == b.key();
    };
    if (!strays.empty())
      std::inplace_merge(entries.begin(), entries.begin() + nodes,
                         entries.end(), less);
    entries.erase(std::unique(entries.begin(), entries.end(), same),
                  entries.end());
  }
  /// Size of all entries with their headers.
  size_t size() const {
    size_t total = 0;
    for (const Entry &entry : entries)
      total += headerSize(entry.size) + entry.size;
    return total;
  }
  /// Writes them as field `number`.
  void write(unsigned number, llvm::raw_ostream &out) const {
    for (size_t i = 0; i < entries.size(); ++i) {
      __builtin_prefetch(entries[std::min(i + 8, entries.size() - 1)].bytes);
      writeField(number, {entries[i].bytes, entries[i].size}, out);
    }
  }

private:
  struct Entry {
    /// The beginning of the digest.
    uint64_t order;
    const char *bytes;
    uint32_t size;
    uint32_t keySize;

    /// Behind its own header.
    std::string_view key() const {
      return {bytes + headerSize(keySize), keySize};
    }
  };

  void add(uint64_t order, std::string_view key, const Message &message) {
    buffer.clear();
    wire::encode(buffer, message);
    buffer.header(2, 0);
    buffer.text(1, key);
    std::string_view bytes = buffer.bytes();
    char *kept = memory.Allocate<char>(bytes.size());
    std::memcpy(kept, bytes.data(), bytes.size());
    entries.push_back({order, kept, static_cast<uint32_t>(bytes.size()),
                       static_cast<uint32_t>(key.size())});
  }

  std::vector<Entry> entries;
  /// Of the entries' bytes. Not with the default size of slabs: LLVM's archive
  /// has that instance without AddressSanitizer's marks, and the two mix badly.
  llvm::BumpPtrAllocatorImpl<llvm::MallocAllocator, 16384> memory;
  wire::EncodeBuffer buffer;
};

} // namespace

std::string_view NodeEncoder::next(const Node &node) {
  findInputDigests(node.op, known, inputs);
  if (!node.original.empty()) {
    std::string_view bytes = node.original;
    buffer.clear();
    wire::encodeInputs(buffer, node.op, inputs);
    bool usual = bytes.starts_with(buffer.bytes()) &&
                 hasNoInputs(bytes.substr(buffer.size()));
    if (usual || namesInputs(bytes, node.op, known)) {
      known.push_back(node.digest);
      return bytes;
    }
  }
  buffer.clear();
  wire::encode(buffer, node.op, inputs);
  known.push_back(Digest::of(buffer.bytes()));
  return buffer.bytes();
}

struct CanonicalEncoder::State {
  wire::EncodeBuffer buffer;
  std::vector<Digest> inputs;
};

CanonicalEncoder::CanonicalEncoder() : state(std::make_unique<State>()) {}
CanonicalEncoder::~CanonicalEncoder() = default;

std::string_view CanonicalEncoder::encode(const Op &op,
                                          const std::vector<Digest> &digests) {
  findInputDigests(op, digests, state->inputs);
  state->buffer.clear();
  wire::encode(state->buffer, op, state->inputs);
  return state->buffer.bytes();
}

std::string encodeCanonical(const Op &op, const std::vector<Digest> &digests) {
  return std::string(CanonicalEncoder().encode(op, digests));
}

std::string encodeOp(const Node &node, const std::vector<Digest> &digests) {
  if (!node.original.empty() && namesInputs(node.original, node.op, digests))
    return node.original;
  return encodeCanonical(node.op, digests);
}

std::vector<Digest> digestNodes(const Module &module) {
  NodeEncoder encoder(module.nodes.size());
  for (const Node &node : module.nodes)
    encoder.next(node);
  return encoder.digests();
}

std::vector<bool> nodesOf(const Module &module, const Result &result) {
  if (module.results.size() == 1)
    return std::vector<bool>(module.nodes.size(), true);
  std::vector<bool> mine(module.nodes.size());
  std::vector<bool> others(module.nodes.size());
  for (const Result &root : module.results) {
    if (!root.terminal.valid())
      continue;
    (root.terminal == result.terminal ? mine : others)[root.terminal.index] =
        true;
  }
  flagInputs(module, mine);
  flagInputs(module, others);
  for (size_t i = 0; i < mine.size(); ++i)
    mine[i] = mine[i] || !others[i];
  return mine;
}

std::vector<size_t> dumpOrder(const Module &module, const Result &result) {
  std::vector<bool> wanted = nodesOf(module, result);
  std::vector<size_t> order;
  for (size_t i = 0; i < module.nodes.size(); ++i)
    if (wanted[i] && i != result.terminal.index)
      order.push_back(i);
  if (result.terminal.valid())
    order.push_back(result.terminal.index);
  return order;
}

/// The source map, field 3 of a definition.
static void writeSource(const Module &module,
                        const EntriesByDigest<Locations> &locations,
                        llvm::raw_ostream &out) {
  wire::EncodeBuffer infos;
  infos.prepend(module.sourceUnknown.bytes);
  for (size_t i = module.sourceInfos.size(); i-- > 0;) {
    size_t before = infos.size();
    wire::encode(infos, module.sourceInfos[i]);
    infos.header(2, before);
  }
  writeHeader(3, locations.size() + infos.size(), out);
  locations.write(1, out);
  out << infos.bytes();
}

void writeModule(const Module &module, const Result &result,
                 llvm::raw_ostream &out) {
  std::vector<bool> wanted = nodesOf(module, result);
  NodeEncoder encoder(module.nodes.size());
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

  metadata.finish(module.strayMetadata);
  out.reserveExtraSpace(metadata.size() + locations.size());
  metadata.write(2, out);
  if (module.hasSource) {
    locations.finish(module.strayLocations);
    writeSource(module, locations, out);
  }
  out << std::string_view(module.unknown.bytes);
}

std::string encodeModule(const Module &module, const Result &result) {
  std::string bytes;
  // The operations are most of it.
  size_t size = 0;
  for (const Node &node : module.nodes)
    size += node.original.size();
  bytes.reserve(size + size / 2);
  llvm::raw_string_ostream out(bytes);
  writeModule(module, result, out);
  out.flush();
  return bytes;
}

} // namespace llb::ir
