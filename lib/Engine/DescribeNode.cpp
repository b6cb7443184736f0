// SPDX-License-Identifier: Apache-2.0
//
// The name that a frontend gave an operation, or one made up of what it does.
#include "llb/Engine/Solver.h"

namespace llb::engine {

static constexpr std::string_view nameKey = "llb.customname";

static std::string joinWords(const ir::StringList &words) {
  std::string text;
  for (const std::string &word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string describeNode(const ir::Node &node) {
  auto custom = node.metadata.description.find(std::string(nameKey));
  if (custom != node.metadata.description.end())
    return custom->second;
  if (auto *source = std::get_if<ir::Source>(&node.op.body))
    return source->identifier;
  if (auto *exec = std::get_if<ir::Exec>(&node.op.body))
    return exec->meta ? joinWords(exec->meta->args) : "exec";
  if (auto *file = std::get_if<ir::File>(&node.op.body)) {
    std::string text;
    for (const ir::FileAction &action : file->actions) {
      if (!text.empty())
        text += ", ";
      if (auto *copy = std::get_if<ir::Copy>(&action.action))
        text += "copy " + copy->src + " " + copy->dest;
      else if (auto *mkFile = std::get_if<ir::MkFile>(&action.action))
        text += "mkfile " + mkFile->path;
      else if (auto *mkDir = std::get_if<ir::MkDir>(&action.action))
        text += "mkdir " + mkDir->path;
      else if (auto *rm = std::get_if<ir::Rm>(&action.action))
        text += "rm " + rm->path;
      else if (auto *symlink = std::get_if<ir::Symlink>(&action.action))
        text += "symlink " + symlink->newPath;
    }
    return text;
  }
  if (std::holds_alternative<ir::Merge>(node.op.body))
    return "merge";
  if (std::holds_alternative<ir::Diff>(node.op.body))
    return "diff";
  return "step";
}

} // namespace llb::engine
