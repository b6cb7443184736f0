// SPDX-License-Identifier: Apache-2.0
//
// A directory that is also what an operation starts from has no content digest
// of its own in BuildKit: it counts as read as a whole (solver/llbsolver/ops).
#include "llb/Context/Reads.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/GoPath.h"

#include <algorithm>
#include <map>

namespace llb::context {
namespace {

std::vector<std::string> readList(const ir::Source &source,
                                  const std::string &attr) {
  std::vector<std::string> result;
  auto found = source.attrs.find(attr);
  if (found == source.attrs.end())
    return result;
  auto json = go::parseJson(found->second);
  if (!json || json->kind != go::JsonValue::Kind::Array)
    return result;
  for (const go::JsonValue &item : json->items)
    if (item.kind == go::JsonValue::Kind::String)
      result.push_back(item.text);
  return result;
}

template <class Read> void add(Read &read, Selector selector) {
  if (std::find(read.selectors.begin(), read.selectors.end(), selector) ==
      read.selectors.end())
    read.selectors.push_back(std::move(selector));
}

/// What is read of each input; indices that name none are no reads.
class InputReads {
public:
  explicit InputReads(size_t count) : reads(count) {}

  void whole(int64_t input) {
    if (valid(input))
      reads[static_cast<size_t>(input)].whole = true;
  }
  void select(int64_t input, Selector selector) {
    if (valid(input))
      add(reads[static_cast<size_t>(input)], std::move(selector));
  }
  /// Names of owners are looked up in a tree of files.
  void lookUp(const std::optional<ir::ChownOpt> &owner) {
    if (!owner)
      return;
    for (const auto *user : {&owner->user, &owner->group})
      if (*user)
        if (const auto *name = std::get_if<ir::NamedUser>(&(*user)->user))
          whole(name->input);
  }

  std::vector<InputRead> reads;

private:
  bool valid(int64_t input) const {
    return input >= 0 && static_cast<size_t>(input) < reads.size();
  }
};

void readFile(const ir::File &file, InputReads &reads) {
  for (const ir::FileAction &action : file.actions) {
    reads.whole(action.input);
    std::visit(
        [&](const auto &body) {
          if constexpr (requires { body.owner; })
            reads.lookUp(body.owner);
        },
        action.action);
    if (const auto *copy = std::get_if<ir::Copy>(&action.action))
      reads.select(action.secondaryInput, selectorOf(*copy));
  }
}

void readExec(const ir::Exec &exec, InputReads &reads) {
  for (const ir::Mount &mount : exec.mounts) {
    if (mount.mountType == ir::MountType::Secret ||
        mount.mountType == ir::MountType::Ssh ||
        mount.mountType == ir::MountType::Tmpfs)
      continue;
    std::string path = go::joinPath({"/", mount.selector});
    bool byContent =
        mount.output == ir::noIndex || mount.readonly || path == "/";
    if (mount.contentCache == ir::MountContentCache::Off)
      byContent = false;
    if (!byContent) {
      reads.whole(mount.input);
      continue;
    }
    Selector selector;
    selector.path = std::move(path);
    selector.followLinks = true;
    reads.select(mount.input, std::move(selector));
  }
}

} // namespace

Filter filterOf(const ir::Source &source) {
  Filter filter;
  filter.includePatterns = readList(source, "local.includepattern");
  filter.excludePatterns = readList(source, "local.excludepatterns");
  filter.followPaths = readList(source, "local.followpaths");
  return filter;
}

Selector selectorOf(const ir::Copy &copy) {
  Selector selector;
  selector.path = go::joinPath({"/", copy.src});
  selector.wildcard = copy.allowWildcard && go::hasWildcard(copy.src);
  selector.followLinks = copy.followSymlink;
  selector.includePatterns = copy.includePatterns.get();
  selector.excludePatterns = copy.excludePatterns.get();
  selector.requiredPaths = copy.requiredPaths.get();
  return selector;
}

std::vector<InputRead> findInputReads(const ir::Op &op) {
  InputReads found(op.inputs.size());
  if (const auto *file = std::get_if<ir::File>(&op.body))
    readFile(*file, found);
  else if (const auto *exec = std::get_if<ir::Exec>(&op.body))
    readExec(*exec, found);
  else
    for (InputRead &read : found.reads)
      read.whole = true;
  return std::move(found.reads);
}

std::vector<LocalRead> findLocalReads(const ir::Module &module) {
  std::vector<LocalRead> result;
  std::map<uint32_t, LocalRead> reads;
  for (uint32_t i = 0; i < module.nodes.size(); ++i) {
    const ir::Op &op = module.nodes[i].op;
    const auto *source = std::get_if<ir::Source>(&op.body);
    if (source && source->identifier.starts_with(localScheme)) {
      LocalRead &read = reads[i];
      read.node.index = i;
      read.name = source->identifier.substr(localScheme.size());
      read.filter = filterOf(*source);
    }
    auto isLocal = [&](const ir::ValueId &input) {
      return reads.count(input.node.index) != 0;
    };
    if (std::none_of(op.inputs.begin(), op.inputs.end(), isLocal))
      continue;
    std::vector<InputRead> more = findInputReads(op);
    for (size_t k = 0; k < more.size(); ++k) {
      auto found = reads.find(op.inputs[k].node.index);
      if (found == reads.end())
        continue;
      found->second.whole |= more[k].whole;
      for (Selector &selector : more[k].selectors)
        add(found->second, std::move(selector));
    }
  }
  for (auto &[index, read] : reads)
    if (read.whole || !read.selectors.empty())
      result.push_back(std::move(read));
  return result;
}

} // namespace llb::context
