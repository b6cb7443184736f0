// SPDX-License-Identifier: Apache-2.0
//
// The graph that `buildctl debug dump-llb --dot` prints: all operations, then
// all edges. An edge into an exec is labelled with where the input is mounted.
#include "DumpReader.h"
#include "NodeEncoder.h"
#include "ResultNodes.h"
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
               llvm::raw_ostream &out) {
  Shape shape = std::visit(
      [&](const auto &member) { return shapeOf(member, digest); }, body);
  out << "  " << go::quote(digest) << " [label=" << go::quote(shape.label)
      << " shape=" << go::quote(shape.shape) << "];\n";
}

void writeEdges(const OpBody &body, const std::vector<std::string> &inputs,
                const std::string &digest, llvm::raw_ostream &out) {
  std::vector<std::string_view> labels(inputs.size());
  if (const auto *exec = std::get_if<Exec>(&body))
    for (const Mount &mount : exec->mounts)
      if (mount.input >= 0 &&
          static_cast<uint64_t>(mount.input) < labels.size() &&
          mount.dest != "/")
        labels[mount.input] = mount.dest;
  for (size_t i = 0; i < inputs.size(); ++i)
    out << "  " << go::quote(inputs[i]) << " -> " << go::quote(digest)
        << " [label=" << go::quote(labels[i]) << "];\n";
}

} // namespace

void dumpDot(const Module &module, const Result &result,
             llvm::raw_ostream &out) {
  std::vector<bool> wanted = nodesOf(module, result);
  NodeEncoder encoder;
  for (const Node &node : module.nodes)
    encoder.next(node);
  std::vector<size_t> order;
  for (size_t i = 0; i < module.nodes.size(); ++i)
    if (wanted[i] && i != result.terminal.index)
      order.push_back(i);
  if (result.terminal.valid())
    order.push_back(result.terminal.index);
  auto digest = [&](size_t i) { return encoder.digests()[i].str(); };
  out << "digraph {\n";
  for (size_t i : order)
    writeNode(module.nodes[i].op.body, digest(i), out);
  for (size_t i : order) {
    const Op &op = module.nodes[i].op;
    std::vector<std::string> inputs;
    for (const ValueId &input : op.inputs)
      inputs.push_back(digest(input.node.index));
    writeEdges(op.body, inputs, digest(i), out);
  }
  out << "}\n";
}

llvm::LogicalResult dumpDot(std::string_view definition, llvm::raw_ostream &out,
                            DiagEngine &diags) {
  DumpReader reader;
  if (llvm::failed(reader.read(definition, diags)))
    return llvm::failure();
  out << "digraph {\n";
  for (size_t i = 0; i < reader.size(); ++i)
    writeNode(reader.op(i).body, reader.digest(i), out);
  for (size_t i = 0; i < reader.size(); ++i) {
    wire::Op op = reader.op(i);
    std::vector<std::string> inputs;
    for (wire::Input &input : op.inputs)
      inputs.push_back(std::move(input.digest));
    writeEdges(op.body, inputs, reader.digest(i), out);
  }
  out << "}\n";
  return llvm::success();
}

} // namespace llb::ir
