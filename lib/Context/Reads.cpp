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

constexpr std::string_view scheme = "local://";

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

class Collector {
public:
  explicit Collector(const ir::Module &module) : module(module) {}

  std::vector<LocalRead> run() {
    for (size_t i = 0; i < module.nodes.size(); ++i) {
      const auto *source = std::get_if<ir::Source>(&module.nodes[i].op.body);
      if (source && source->identifier.starts_with(scheme)) {
        indices[i] = reads.size();
        LocalRead read;
        read.node.index = static_cast<uint32_t>(i);
        read.name = source->identifier.substr(scheme.size());
        read.filter = filterOf(*source);
        reads.push_back(std::move(read));
        used.push_back(false);
      }
    }
    for (const ir::Node &node : module.nodes)
      collect(node.op);
    std::vector<LocalRead> result;
    for (size_t i = 0; i < reads.size(); ++i)
      if (used[i])
        result.push_back(std::move(reads[i]));
    return result;
  }

private:
  /// The local source behind an input, or null.
  LocalRead *find(const ir::Op &op, int64_t input) {
    if (input < 0 || static_cast<size_t>(input) >= op.inputs.size())
      return nullptr;
    auto found = indices.find(op.inputs[static_cast<size_t>(input)].node.index);
    if (found == indices.end())
      return nullptr;
    used[found->second] = true;
    return &reads[found->second];
  }

  void addWhole(const ir::Op &op, int64_t input) {
    if (LocalRead *read = find(op, input))
      read->whole = true;
  }

  void addSelector(const ir::Op &op, int64_t input, Selector selector) {
    LocalRead *read = find(op, input);
    if (read && std::find(read->selectors.begin(), read->selectors.end(),
                          selector) == read->selectors.end())
      read->selectors.push_back(std::move(selector));
  }

  void collect(const ir::Op &op) {
    if (const auto *file = std::get_if<ir::File>(&op.body))
      collectFile(op, *file);
    else if (const auto *exec = std::get_if<ir::Exec>(&op.body))
      collectExec(op, *exec);
    else
      for (size_t i = 0; i < op.inputs.size(); ++i)
        addWhole(op, static_cast<int64_t>(i));
  }

  void collectFile(const ir::Op &op, const ir::File &file) {
    auto inputs = static_cast<int64_t>(op.inputs.size());
    for (const ir::FileAction &action : file.actions) {
      if (action.input < inputs)
        addWhole(op, action.input);
      const auto *copy = std::get_if<ir::Copy>(&action.action);
      if (!copy || action.secondaryInput >= inputs)
        continue;
      addSelector(op, action.secondaryInput, selectorOf(*copy));
    }
  }

  void collectExec(const ir::Op &op, const ir::Exec &exec) {
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
        addWhole(op, mount.input);
        continue;
      }
      Selector selector;
      selector.path = std::move(path);
      selector.followLinks = true;
      addSelector(op, mount.input, std::move(selector));
    }
  }

  const ir::Module &module;
  std::map<size_t, size_t> indices;
  std::vector<LocalRead> reads;
  std::vector<bool> used;
};

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

std::vector<LocalRead> findLocalReads(const ir::Module &module) {
  return Collector(module).run();
}

} // namespace llb::context
