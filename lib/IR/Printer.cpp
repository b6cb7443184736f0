// SPDX-License-Identifier: Apache-2.0
//
// Module to text. Only what people read most has a notation of its own here:
// the command of an exec, mounts, file actions, merge, diff, passthrough,
// platforms and places. Where a message holds more than its notation can say,
// the generic form of TextMessage.h is printed instead, so that every module
// reads back the same.
#include "TextMessage.h"
#include "TextNames.h"
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
  void printTerminal(const std::string &head, const Node &node,
                     const std::string &encoded);
  void printTrailer(const Node &node);
  void printLoc(const Location &location);
  void printModuleEntries();
  std::string encodedClause(NodeId id) const;
  std::string sourceRef(int32_t index) const;

  /// What stands between the mnemonic and the body.
  std::string clauses(const Op &op, RefPrinter &refs,
                      const std::string &encoded) const;

  void printBody(const std::string &head, const Op &op, const Exec &exec,
                 const std::string &encoded);
  void printBody(const std::string &head, const Op &op, const Source &source,
                 const std::string &encoded);
  void printBody(const std::string &head, const Op &op, const File &file,
                 const std::string &encoded);
  void printBody(const std::string &head, const Op &op, const Build &build,
                 const std::string &encoded);
  void printBody(const std::string &head, const Op &op, const Merge &merge,
                 const std::string &encoded);
  void printBody(const std::string &head, const Op &op, const Diff &diff,
                 const std::string &encoded);
  void printBody(const std::string &head, const Op &op, const Passthrough &pass,
                 const std::string &encoded);
  Doc mountDoc(const Mount &mount, RefPrinter &refs) const;
  Doc actionDoc(const FileAction &action, size_t index, const File &file,
                const Op &op, RefPrinter &refs) const;

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
  Node plain;
  plain.op = node.op;
  if (encodeOp(plain, digests) == node.original)
    return "";
  return " encoded " + base64Literal(node.original);
}

std::string platformClause(const Platform &platform) {
  auto part = [](const std::string &text) {
    for (char c : text)
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
        return false;
    return true;
  };
  bool plain = !platform.os.empty() && !platform.architecture.empty() &&
               part(platform.os) && part(platform.architecture) &&
               part(platform.variant) && platform.osVersion.empty() &&
               platform.osFeatures.empty() && platform.unknown.bytes.empty();
  if (plain)
    return " platform(" + platform.os + "/" + platform.architecture +
           (platform.variant.empty() ? "" : "/" + platform.variant) + ")";
  std::string out;
  llvm::raw_string_ostream stream(out);
  layout(MessagePrinter(nullptr).group(" platform ", platform), 0, 0, stream);
  return out;
}

std::string Printer::clauses(const Op &op, RefPrinter &refs,
                             const std::string &encoded) const {
  std::string text;
  if (!refs.namesAllInOrder()) {
    text += " inputs(";
    for (size_t i = 0; i < op.inputs.size(); ++i)
      text += (i ? ", " : "") + refs.value(op.inputs[i]);
    text += ")";
  }
  if (op.platform)
    text += platformClause(*op.platform);
  // BuildKit writes empty constraints on every operation but the terminal.
  bool terminal = std::holds_alternative<std::monostate>(op.body);
  if (!op.constraints && !terminal)
    text += " unconstrained";
  if (op.constraints && (terminal || *op.constraints != Constraints())) {
    llvm::raw_string_ostream stream(text);
    layout(MessagePrinter(nullptr).group(" constraints ", *op.constraints), 0,
           0, stream);
  }
  if (!op.unknown.bytes.empty())
    text += " unknown " + base64Literal(op.unknown.bytes);
  return text + encoded;
}

Doc Printer::mountDoc(const Mount &mount, RefPrinter &refs) const {
  auto kind = static_cast<int64_t>(mount.mountType);
  const auto &kinds = EnumNames<MountType>::names;
  std::string head;
  if (kind >= 0 && static_cast<size_t>(kind) < kinds.size())
    head = kinds[kind];
  else
    head = "mount(" + std::to_string(kind) + ")";
  // Most mounts but binds have no input.
  if (mount.input != noIndex || mount.mountType == MountType::Bind)
    head += " " + refs.ref(mount.input);
  head += " -> " + quote(mount.dest);
  std::string tail;
  if (mount.output != noIndex)
    tail = " => #" + std::to_string(mount.output);
  Doc doc(head + " ", '{');
  MessagePrinter(&refs).entries(mount, doc.items,
                                {"input", "dest", "output", "mountType"});
  doc.tail = tail;
  return doc.items.empty() ? Doc(head + tail) : doc;
}

void Printer::printBody(const std::string &head, const Op &op, const Exec &exec,
                        const std::string &encoded) {
  RefPrinter refs(op, names, /*relative=*/false);
  MessagePrinter messages(&refs);
  std::vector<Doc> items;
  if (exec.meta)
    messages.entries(*exec.meta, items, {"args"}, "meta_unknown");
  for (const Mount &mount : exec.mounts)
    items.push_back(mountDoc(mount, refs));
  messages.entries(exec, items, {"meta", "mounts"});

  out << head;
  if (exec.meta) {
    out << ' ';
    layout(messages.list("", exec.meta->args), 0, head.size() + 1, out);
  }
  out << clauses(op, refs, encoded);
  if (items.empty())
    return;
  out << " {\n";
  for (const Doc &item : items) {
    out << "  ";
    layout(item, 2, 2, out);
    out << '\n';
  }
  out << '}';
}

void Printer::printBody(const std::string &head, const Op &op,
                        const Source &source, const std::string &encoded) {
  RefPrinter refs(op, names, /*relative=*/false);
  MessagePrinter messages(&refs);
  out << head;
  if (!source.unknown.bytes.empty()) {
    out << clauses(op, refs, encoded);
    layout(messages.group(" ", source), 0, head.size(), out);
    return;
  }
  out << ' ' << quote(source.identifier) << clauses(op, refs, encoded);
  if (!source.attrs.empty())
    layout(messages.map(" ", source.attrs), 0,
           head.size() + source.identifier.size() + 3, out);
}

Doc Printer::actionDoc(const FileAction &action, size_t index, const File &file,
                       const Op &op, RefPrinter &refs) const {
  MessagePrinter messages(&refs);
  std::string head;
  std::vector<Doc> items;
  // The notation of each action; `items` are the fields it leaves.
  auto print = [&](const auto &body) {
    using Action = std::decay_t<decltype(body)>;
    auto from = [&] {
      if (action.secondaryInput != noIndex)
        head += " with " + refs.ref(action.secondaryInput);
    };
    auto on = [&] {
      bool chained =
          index && action.input == static_cast<int64_t>(op.inputs.size()) +
                                       static_cast<int64_t>(index) - 1;
      if (index && !chained)
        head += " on " + refs.ref(action.input);
    };
    if constexpr (std::is_same_v<Action, std::monostate>) {
      head = "nothing";
      from();
      on();
    } else {
      head = Action::mnemonic;
      if constexpr (std::is_same_v<Action, Copy>)
        head += " " + refs.ref(action.secondaryInput) + " " + quote(body.src) +
                " -> " + quote(body.dest);
      else if constexpr (std::is_same_v<Action, Symlink>)
        head += " " + quote(body.oldPath) + " -> " + quote(body.newPath);
      else
        head += " " + quote(body.path);
      if constexpr (!std::is_same_v<Action, Copy>)
        from();
      on();
      messages.entries(body, items,
                       {"src", "dest", "path", "oldpath", "newpath"});
    }
  };
  std::visit(print, action.action);

  std::string tail;
  int64_t usual = index + 1 == file.actions.size() ? 0 : noIndex;
  if (action.output != usual)
    tail += action.output == noIndex ? std::string(" => none")
                                     : " => #" + std::to_string(action.output);
  if (!action.unknown.bytes.empty())
    tail += " unknown " + base64Literal(action.unknown.bytes);
  if (items.empty())
    return Doc(head + tail);
  Doc doc(head + " ", '{');
  doc.items = std::move(items);
  doc.tail = std::move(tail);
  return doc;
}

void Printer::printBody(const std::string &head, const Op &op, const File &file,
                        const std::string &encoded) {
  RefPrinter refs(op, names, /*relative=*/true);
  std::string base;
  if (!file.actions.empty())
    base = " " + refs.ref(file.actions.front().input);
  std::vector<Doc> items;
  for (size_t i = 0; i < file.actions.size(); ++i)
    items.push_back(actionDoc(file.actions[i], i, file, op, refs));
  if (!file.unknown.bytes.empty())
    items.emplace_back(std::string(unknownName) + " = " +
                       base64Literal(file.unknown.bytes));
  out << head << base << clauses(op, refs, encoded);
  if (items.empty())
    return;
  out << " {\n";
  for (const Doc &item : items) {
    out << "  ";
    layout(item, 2, 2, out);
    out << '\n';
  }
  out << '}';
}

void Printer::printBody(const std::string &head, const Op &op,
                        const Build &build, const std::string &encoded) {
  RefPrinter refs(op, names, /*relative=*/false);
  Doc body = MessagePrinter(&refs).group(" ", build);
  out << head << clauses(op, refs, encoded);
  layout(body, 0, head.size(), out);
}

void Printer::printBody(const std::string &head, const Op &op,
                        const Merge &merge, const std::string &encoded) {
  RefPrinter refs(op, names, /*relative=*/false);
  bool plain = !merge.inputs.empty() && merge.unknown.bytes.empty();
  for (const MergeInput &input : merge.inputs)
    plain &= input.unknown.bytes.empty();
  out << head;
  if (!plain) {
    Doc body = MessagePrinter(&refs).group(" ", merge);
    out << clauses(op, refs, encoded);
    layout(body, 0, head.size(), out);
    return;
  }
  for (size_t i = 0; i < merge.inputs.size(); ++i)
    out << (i ? ", " : " ") << refs.ref(merge.inputs[i].input);
  out << clauses(op, refs, encoded);
}

void Printer::printBody(const std::string &head, const Op &op, const Diff &diff,
                        const std::string &encoded) {
  RefPrinter refs(op, names, /*relative=*/false);
  bool plain = diff.lower && diff.upper && diff.unknown.bytes.empty() &&
               diff.lower->unknown.bytes.empty() &&
               diff.upper->unknown.bytes.empty();
  out << head;
  if (plain) {
    out << ' ' << refs.ref(diff.lower->input) << " -> ";
    out << refs.ref(diff.upper->input) << clauses(op, refs, encoded);
    return;
  }
  Doc body = MessagePrinter(&refs).group(" ", diff);
  out << clauses(op, refs, encoded);
  layout(body, 0, head.size(), out);
}

void Printer::printBody(const std::string &head, const Op &op,
                        const Passthrough &pass, const std::string &encoded) {
  RefPrinter refs(op, names, /*relative=*/false);
  out << head;
  if (!pass.unknown.bytes.empty()) {
    Doc body = MessagePrinter(&refs).group(" ", pass);
    out << clauses(op, refs, encoded);
    layout(body, 0, head.size(), out);
    return;
  }
  out << ' ' << quote(pass.id);
  for (size_t i = 0; i < pass.outputs.size(); ++i)
    out << (i ? ", " : " ") << refs.ref(pass.outputs[i]);
  out << clauses(op, refs, encoded);
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

void Printer::printTerminal(const std::string &head, const Node &node,
                            const std::string &encoded) {
  RefPrinter refs(node.op, names, /*relative=*/false);
  out << head;
  for (size_t i = 0; i < node.op.inputs.size(); ++i)
    out << (i ? ", " : " ") << refs.value(node.op.inputs[i]);
  // The inputs are the operands; marking them as named keeps the clause away.
  for (size_t i = 0; i < node.op.inputs.size(); ++i)
    refs.markUsed(i);
  out << clauses(node.op, refs, encoded);
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
  printTerminal(head, node, encodedClause(result.terminal));
  printTrailer(node);
}

void Printer::printNode(NodeId id) {
  const Node &node = module[id];
  std::string head = "%" + names[id.index] + " = ";
  std::string encoded = encodedClause(id);
  auto print = [&](const auto &body) {
    using Body = std::decay_t<decltype(body)>;
    if constexpr (std::is_same_v<Body, std::monostate>)
      printTerminal(head + "terminal", node, encoded);
    else
      printBody(head + std::string(mnemonicOf<Body>()), node.op, body, encoded);
  };
  std::visit(print, node.op.body);
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
