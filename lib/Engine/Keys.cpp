// SPDX-License-Identifier: Apache-2.0
//
// Keys are those of docs/CacheKeys.md, so that other tools can ask what a store
// holds. What is special here is where the content comes from: of a local
// directory only the files that some step selects are read, and what nothing
// but a download can tell is downloaded.
#include "Git.h"
#include "Steps.h"

#include "llb/Context/Reads.h"

#include <algorithm>

namespace llb::engine {
llvm::Error Keys::compute(const std::vector<bool> &needed, ir::NodeId &at) {
  known.locals.resize(module.nodes.size());
  known.fetched.resize(module.nodes.size());
  known.wanted = needed;
  for (at.index = 0; at.index < module.nodes.size(); ++at.index)
    if (const auto *source = std::get_if<ir::Source>(&module[at].op.body);
        source && needed[at.index])
      if (llvm::Error error = openSource(at, *source))
        return error;
  known.leaveLocalsOut();
  std::vector<std::vector<size_t>> covered = findCovered(module, known);
  for (at.index = 0; at.index < module.nodes.size(); ++at.index)
    if (context::Contents *local = known.locals[at.index])
      if (llvm::Error error = readLocal(*local, covered[at.index]))
        return error;
  cachekey::Keys found = cachekey::computeKeys(module, known);
  keys = std::move(found.keys);
  open = std::move(found.open);
  if (found.failures.empty())
    return llvm::Error::success();
  at = found.failures.front().node;
  return textError("failed to compute cache key: " +
                   found.failures.front().text);
}

std::string Keys::resultName(ir::NodeId id, int64_t output) const {
  return engine::resultName(keys[id.index], output);
}

llvm::Error Keys::readLocal(context::Contents &local,
                            const std::vector<size_t> &entries) {
  if (llvm::Error error = local.read(entries))
    return error;
  context::IndexTrouble trouble = local.takeIndexTrouble();
  if (shop.options.warnings)
    context::Locals::warn(trouble, *shop.options.warnings);
  return llvm::Error::success();
}

llvm::Error Keys::openSource(ir::NodeId id, const ir::Source &source) {
  std::string_view identifier = source.identifier;
  if (identifier.starts_with(context::localScheme)) {
    std::string name(identifier.substr(context::localScheme.size()));
    auto found = shop.options.locals.find(name);
    if (found == shop.options.locals.end())
      return textError("no local directory is named '" + name + "'");
    auto tree = ContextTree::open(found->second, context::filterOf(source));
    if (!tree)
      return tree.takeError();
    trees[id.index] = std::move(*tree);
    contents.push_back(std::make_unique<context::Contents>(
        trees[id.index]->directory(), trees[id.index]->snapshot(),
        shop.options.hashing));
    known.locals[id.index] = contents.back().get();
    return llvm::Error::success();
  }
  if (isImage(source))
    return llvm::Error::success();
  if (identifier.starts_with("http://") || identifier.starts_with("https://")) {
    if (cachekey::findUnresolved(source) == cachekey::Unresolved::None)
      return llvm::Error::success();
    auto snapshot = fetchHttp(shop, source, &known.fetched[id.index]);
    if (!snapshot)
      return snapshot.takeError();
    downloads[id.index] = std::move(*snapshot);
    return llvm::Error::success();
  }
  if (identifier.starts_with(gitScheme)) {
    if (cachekey::findUnresolved(source) == cachekey::Unresolved::None)
      return llvm::Error::success();
    auto commit = resolveGit(shop, source);
    if (!commit)
      return commit.takeError();
    known.fetched[id.index] = gitContent(source, *commit);
    shop.commits.emplace(&source, std::move(*commit));
    return llvm::Error::success();
  }
  return textError("sources of this kind are not supported yet: " +
                   source.identifier);
}

} // namespace llb::engine
