// SPDX-License-Identifier: Apache-2.0
//
// Module to text: the order of statements, names, trailers, results and the
// entries of the module.
#include "TextNames.h"
#include "TextOps.h"
#include "llb/IR/Binary.h"
#include "llb/IR/Text.h"

#include <llvm/ADT/StringMap.h>

namespace llb::ir {
namespace {

using namespace text;

class Printer {
public:
  Printer(const Module &module, const PrintOptions &options,
          llvm::raw_ostream &out)
      : module(module), options(options), out(out), names(nameNodes(module)) {
    for (size_t i = 0; i < module.sourceInfos.size(); ++i)
      firstSource.try_emplace(module.sourceInfos[i].filename, i);
  }

  void print();

private:
  bool returnsInOrder() const;
  void printNode(NodeId id);
  void printReturn(const Result &result);
  void printTrailer(const Node &node);
  void printLoc(const Location &location);
  void printModuleEntries();
  std::string encodedClause(NodeId id) const;
  std::string sourceRef(int32_t index) const;

  const Module &module;
  const PrintOptions &options;
  llvm::raw_ostream &out;
  std::vector<std::string> names;
  std::vector<Digest> digests;
  llvm::StringMap<size_t> firstSource;
};

bool hasOriginal(const Module &module) {
  for (const Node &node : module.nodes)
    if (!node.original.empty())
      return true;
  return false;
}

/// `encoded base64 "…"` for an operation whose bytes are not the ones that its
/// fields would give.
std::string Printer::encodedClause(NodeId id) const {
  const Node &node = module[id];
  if (node.original.empty())
    return "";
  if (encodeCanonical(node.op, digests) == encodeOp(node, digests))
    return "";
  return " encoded " + base64Literal(node.original);
}

std::string Printer::sourceRef(int32_t index) const {
  auto position = static_cast<size_t>(index);
  if (index < 0 || position >= module.sourceInfos.size())
    return "@" + std::to_string(index);
  const std::string &filename = module.sourceInfos[position].filename;
  if (firstSource.lookup(filename) != position)
    return "@" + std::to_string(index);
  return isWord(filename) ? filename : quote(filename);
}

bool isPlain(const Location &location) {
  bool plain = location.unknown.bytes.empty();
  for (const Range &range : location.ranges)
    plain &= range.unknown.bytes.empty() && range.start && range.end &&
             range.start->unknown.bytes.empty() &&
             range.end->unknown.bytes.empty();
  return plain;
}

void Printer::printLoc(const Location &location) {
  auto position = [&](const Position &at) {
    out << at.line;
    if (at.character)
      out << ':' << at.character;
  };
  out << " !loc(" << sourceRef(location.sourceIndex);
  for (size_t i = 0; i < location.ranges.size(); ++i) {
    const Range &range = location.ranges[i];
    out << (i ? ", " : ":");
    position(*range.start);
    if (*range.start != *range.end) {
      out << "..";
      position(*range.end);
    }
  }
  out << ')';
}

void Printer::printTrailer(const Node &node) {
  if (options.locations && node.hasLocations) {
    bool plain = node.locations.unknown.bytes.empty();
    for (const Location &location : node.locations.locations)
      plain &= isPlain(location);
    if (!plain) {
      out << "\n  ";
      layout(MessagePrinter(nullptr).group("!locations ", node.locations), 2, 2,
             out);
    } else if (node.locations.locations.empty()) {
      out << " !loc()";
    } else {
      for (const Location &location : node.locations.locations)
        printLoc(location);
    }
  }
  if (options.metadata && node.hasMetadata) {
    out << "\n  ";
    layout(MessagePrinter(nullptr).group("!meta ", node.metadata), 2, 2, out);
  }
  out << '\n';
}

void Printer::printReturn(const Result &result) {
  std::string head = "return";
  if (!result.name.empty())
    head += " " + quote(result.name);
  if (!result.terminal.valid()) {
    out << head << " scratch\n";
    return;
  }
  const Node &node = module[result.terminal];
  OpPrinter(node.op, names, head, encodedClause(result.terminal), out).print();
  printTrailer(node);
}

void Printer::printNode(NodeId id) {
  const Node &node = module[id];
  std::string head = "%" + names[id.index] + " = ";
  head += std::visit(
      [](const auto &body) {
        return mnemonicOf<std::decay_t<decltype(body)>>();
      },
      node.op.body);
  OpPrinter(node.op, names, head, encodedClause(id), out).print();
  printTrailer(node);
}

/// Whether `return` statements at the places of the terminal operations say
/// what the results are, which holds for all but odd modules.
bool Printer::returnsInOrder() const {
  uint32_t next = 0;
  for (const Result &result : module.results) {
    if (!result.terminal.valid())
      continue;
    const Node &node = module[result.terminal];
    if (result.terminal.index < next ||
        !std::holds_alternative<std::monostate>(node.op.body))
      return false;
    next = result.terminal.index + 1;
  }
  return true;
}

void Printer::printModuleEntries() {
  MessagePrinter messages(nullptr);
  auto entry = [&](const Doc &doc) {
    out << '\n';
    layout(doc, 0, 0, out);
    out << '\n';
  };
  if (options.metadata)
    for (const auto &[digest, metadata] : module.strayMetadata)
      entry(messages.group("!metadata_of " + quote(digest) + " ", metadata));
  if (options.locations) {
    bool implied = !module.sourceInfos.empty() ||
                   !module.strayLocations.empty() ||
                   !module.sourceUnknown.bytes.empty();
    for (const Node &node : module.nodes)
      implied |= node.hasLocations;
    for (const auto &[digest, locations] : module.strayLocations)
      entry(messages.group("!locations_of " + quote(digest) + " ", locations));
    for (const SourceInfo &info : module.sourceInfos)
      entry(messages.group("!source ", info));
    if (!module.sourceUnknown.bytes.empty())
      entry(
          Doc("!source_unknown " + base64Literal(module.sourceUnknown.bytes)));
    if (module.hasSource && !implied)
      entry(Doc("!source_map"));
  }
  if (!module.unknown.bytes.empty())
    entry(Doc("!unknown " + base64Literal(module.unknown.bytes)));
}

void Printer::print() {
  if (hasOriginal(module))
    digests = digestNodes(module);
  bool inOrder = returnsInOrder();
  auto result = module.results.begin();
  // Prints the results up to that of node `index`; true if there is one.
  auto returns = [&](uint32_t index) {
    for (; inOrder && result != module.results.end(); ++result) {
      if (result->terminal.valid() && result->terminal.index != index)
        return false;
      printReturn(*result);
      if (result->terminal.valid()) {
        ++result;
        return true;
      }
    }
    return false;
  };
  for (uint32_t i = 0; i < module.nodes.size(); ++i)
    if (!std::holds_alternative<std::monostate>(module.nodes[i].op.body) ||
        !returns(i))
      printNode({i});
  returns(UINT32_MAX);
  for (; result != module.results.end(); ++result) {
    out << "result ";
    if (!result->name.empty())
      out << quote(result->name) << ' ';
    if (result->terminal.valid())
      out << '%' << names[result->terminal.index] << '\n';
    else
      out << "scratch\n";
  }
  printModuleEntries();
}

} // namespace

void printModule(const Module &module, const PrintOptions &options,
                 llvm::raw_ostream &out) {
  Printer(module, options, out).print();
}

} // namespace llb::ir
