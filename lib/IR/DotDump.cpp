// SPDX-License-Identifier: Apache-2.0
//
// The graph that `buildctl debug dump-llb --dot` prints: all operations, then
// all edges. An edge into an exec is labelled with where the input is mounted.
#include "DumpReader.h"
#include "OrderedPrint.h"
#include "ResultNodes.h"
#include "llb/IR/Binary.h"
#include "llb/IR/JsonDump.h"
#include "llb/Support/GoText.h"

namespace llb::ir {
namespace {

struct Shape {
  std::string label;
  std::string_view shape;
};

std::string actionLabel(const FileAction &action) {
  if (const auto *copy = std::get_if<Copy>(&action.action))
    return "copy{src=" + copy->src + ", dest=" + copy->dest + "}";
  if (const auto *file = std::get_if<MkFile>(&action.action))
    return "mkfile{path=" + file->path + "}";
  if (const auto *dir = std::get_if<MkDir>(&action.action))
    return "mkdir{path=" + dir->path + "}";
  if (const auto *rm = std::get_if<Rm>(&action.action))
    return "rm{path=" + rm->path + "}";
  if (const auto *link = std::get_if<Symlink>(&action.action))
    return "symlink{oldpath=" + link->oldPath + ", newpath=" + link->newPath +
           "}";
  return "";
}

Shape shapeOf(const Source &source, const std::string &) {
  return {source.identifier, "ellipse"};
}
Shape shapeOf(const Exec &exec, const std::string &) {
  std::string label;
  if (exec.meta)
    for (const std::string &arg : exec.meta->args)
      label += (&arg == &exec.meta->args[0] ? "" : " ") + arg;
  return {std::move(label), "box"};
}
Shape shapeOf(const File &file, const std::string &) {
  std::string label;
  for (const FileAction &action : file.actions)
    label += (&action == &file.actions[0] ? "" : ",") + actionLabel(action);
  return {std::move(label), "note"};
}
Shape shapeOf(const Build &, const std::string &) { return {"build", "box3d"}; }
Shape shapeOf(const Merge &, const std::string &) {
  return {"merge", "invtriangle"};
}
Shape shapeOf(const Diff &, const std::string &) {
  return {"diff", "doublecircle"};
}
Shape shapeOf(const Passthrough &, const std::string &digest) {
  return {digest, "plaintext"};
}
Shape shapeOf(std::monostate, const std::string &digest) {
  return {digest, "plaintext"};
}

void writeNode(const OpBody &body, const std::string &digest,
               std::string &out) {
  Shape shape = std::visit(
      [&](const auto &member) { return shapeOf(member, digest); }, body);
  out += "  ";
  out += go::quote(digest);
  out += " [label=";
  out += go::quote(shape.label);
  out += " shape=";
  out += go::quote(shape.shape);
  out += "];\n";
}

void writeEdge(std::string_view from, std::string_view to,
               std::string_view label, std::string &out) {
  out += "  ";
  out += go::quote(from);
  out += " -> ";
  out += go::quote(to);
  out += " [label=";
  out += go::quote(label);
  out += "];\n";
}

/// What the edges of each of `count` inputs are labelled with.
std::vector<std::string_view> edgeLabels(const OpBody &body, size_t count) {
  std::vector<std::string_view> labels(count);
  if (const auto *exec = std::get_if<Exec>(&body))
    for (const Mount &mount : exec->mounts)
      if (mount.input >= 0 && static_cast<uint64_t>(mount.input) < count &&
          mount.dest != "/")
        labels[mount.input] = mount.dest;
  return labels;
}

/// What the second half of the graph needs of an operation whose edges are
/// soon said; others are decoded again.
struct Known {
  Digest digest;
  enum : uint8_t { NoEdge, OneEdge, Others } edges = Others;
  /// Where the one edge, without a label, comes from.
  Digest from;

  void find(const wire::Op &op) {
    if (op.inputs.empty())
      edges = NoEdge;
    if (op.inputs.size() != 1 || !edgeLabels(op.body, 1)[0].empty())
      return;
    std::optional<Digest> parsed = Digest::parse(op.inputs[0].digest);
    if (!parsed)
      return;
    edges = OneEdge;
    from = *parsed;
  }
};

} // namespace

void dumpDot(const Module &module, const Result &result,
             llvm::raw_ostream &out) {
  std::vector<Digest> digests = digestNodes(module);
  std::vector<size_t> order = dumpOrder(module, result);
  auto digest = [&](size_t i) { return digests[i].str(); };
  out << "digraph {\n";
  for (size_t i : order) {
    std::string text;
    writeNode(module.nodes[i].op.body, digest(i), text);
    out << text;
  }
  for (size_t i : order) {
    const Op &op = module.nodes[i].op;
    auto labels = edgeLabels(op.body, op.inputs.size());
    std::string text;
    for (size_t k = 0; k < labels.size(); ++k)
      writeEdge(digest(op.inputs[k].node.index), digest(i), labels[k], text);
    out << text;
  }
  out << "}\n";
}

llvm::LogicalResult dumpDot(std::string_view definition, llvm::raw_ostream &out,
                            DiagEngine &diags) {
  DumpReader reader;
  if (llvm::failed(reader.read(definition, diags)))
    return llvm::failure();
  std::vector<Known> known(reader.size());
  std::vector<size_t> pieces = reader.pieces();
  out << "digraph {\n";
  printInOrder(
      pieces,
      [&](size_t begin, size_t end, std::string &text) {
        for (size_t i = begin; i != end; ++i) {
          wire::Op op = reader.op(i);
          known[i].digest = reader.digest(i);
          known[i].find(op);
          writeNode(op.body, known[i].digest.str(), text);
        }
      },
      out);
  printInOrder(
      pieces,
      [&](size_t begin, size_t end, std::string &text) {
        for (size_t i = begin; i != end; ++i) {
          std::string to = known[i].digest.str();
          if (known[i].edges == Known::OneEdge)
            writeEdge(known[i].from.str(), to, "", text);
          if (known[i].edges != Known::Others)
            continue;
          wire::Op op = reader.op(i);
          auto labels = edgeLabels(op.body, op.inputs.size());
          for (size_t k = 0; k < labels.size(); ++k)
            writeEdge(op.inputs[k].digest, to, labels[k], text);
        }
      },
      out);
  out << "}\n";
  return llvm::success();
}

} // namespace llb::ir
