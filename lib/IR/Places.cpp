// SPDX-License-Identifier: Apache-2.0
//
// Titles are cut to one short line: commands can be whole scripts.
#include "llb/IR/Places.h"

namespace llb::ir {
namespace {

std::string oneLine(std::string_view text) {
  constexpr size_t most = 100;
  std::string line;
  for (char c : text) {
    if (line.size() >= most) {
      // Not in the middle of a character.
      while (!line.empty() && (line.back() & 0xC0) == 0x80)
        line.pop_back();
      if (!line.empty() && (line.back() & 0x80))
        line.pop_back();
      return line + "...";
    }
    line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  return line;
}

struct ActionTitle {
  std::string operator()(std::monostate) const { return "nothing"; }
  std::string operator()(const Copy &copy) const {
    return "copy " + copy.src + " -> " + copy.dest;
  }
  std::string operator()(const MkFile &file) const {
    return "mkfile " + file.path;
  }
  std::string operator()(const MkDir &dir) const { return "mkdir " + dir.path; }
  std::string operator()(const Rm &rm) const { return "rm " + rm.path; }
  std::string operator()(const Symlink &link) const {
    return "symlink " + link.newPath + " -> " + link.oldPath;
  }
};

struct OpTitle {
  std::string operator()(std::monostate) const { return "result"; }
  std::string operator()(const Source &source) const {
    return "source " + source.identifier;
  }
  std::string operator()(const Exec &exec) const {
    std::string text = "exec";
    if (exec.meta)
      for (const std::string &arg : exec.meta->args)
        text += " " + arg;
    return text;
  }
  std::string operator()(const File &file) const {
    std::string text;
    if (!file.actions.empty())
      text = std::visit(ActionTitle(), file.actions.front().action);
    if (file.actions.size() > 1)
      text += " and " + std::to_string(file.actions.size() - 1) + " more";
    return text;
  }
  std::string operator()(const Build &) const { return "build"; }
  std::string operator()(const Merge &merge) const {
    return "merge of " + std::to_string(merge.inputs.size());
  }
  std::string operator()(const Diff &) const { return "diff"; }
  std::string operator()(const Passthrough &pass) const {
    return "passthrough " + pass.id;
  }
};

} // namespace

std::string SourceLine::str() const {
  return line ? file + ":" + std::to_string(line) : "";
}

SourceLine lineOf(const Module &module, const Node &node) {
  for (const Location &location : node.locations.locations) {
    auto index = static_cast<uint32_t>(location.sourceIndex);
    if (location.ranges.empty() || !location.ranges.front().start ||
        location.sourceIndex < 0 || index >= module.sourceInfos.size())
      continue;
    return {module.sourceInfos[index].filename,
            location.ranges.front().start->line};
  }
  return {};
}

std::string titleOf(const Node &node) {
  auto name = node.metadata.description.find("llb.customname");
  if (name != node.metadata.description.end())
    return oneLine(name->second);
  return oneLine(std::visit(OpTitle(), node.op.body));
}

std::string describeNode(const Module &module, const Node &node) {
  SourceLine line = lineOf(module, node);
  return line.valid() ? line.str() + " " + titleOf(node) : titleOf(node);
}

} // namespace llb::ir
