// SPDX-License-Identifier: Apache-2.0
//
// A file operation is a graph of actions. An action that continues another
// works on the same new layer, so that a chain of them is one layer.
#include "Steps.h"

#include "llb/Engine/FileOps.h"

namespace llb::engine {
namespace {

class FileStep {
public:
  FileStep(Workshop &shop, const Step &step, const ir::File &file)
      : shop(shop), step(step), file(file),
        inputs(static_cast<int64_t>(step.inputs.size())) {}

  llvm::Expected<Values> run();

private:
  /// What an action made: a layer being written, or one that is done.
  struct Result {
    std::optional<MountedTree> open;
    Snapshot snapshot;
    unsigned users = 0;
  };

  llvm::Expected<MountedTree> openBase(int64_t index);
  llvm::Error finish(Result &result);
  llvm::Expected<ReadableTree> readIndex(int64_t index);
  llvm::Error apply(const ir::FileAction &action, const DirTree &target);
  llvm::Expected<std::optional<FileOwner>>
  findOwner(const std::optional<ir::ChownOpt> &chown, const DirTree &target,
            int64_t targetIndex);

  Workshop &shop;
  const Step &step;
  const ir::File &file;
  int64_t inputs;
  std::vector<Result> results;
};

llvm::Error FileStep::finish(Result &result) {
  if (!result.open)
    return llvm::Error::success();
  auto snapshot = shop.snapshots.commit(std::move(*result.open), step.name);
  result.open.reset();
  if (!snapshot)
    return snapshot.takeError();
  result.snapshot = std::move(*snapshot);
  return llvm::Error::success();
}

/// A layer to write on top of an input or of an earlier action's result.
llvm::Expected<MountedTree> FileStep::openBase(int64_t index) {
  if (index < 0)
    return shop.snapshots.prepare({});
  if (index < inputs) {
    auto snapshot = shop.materialize(step.inputs[static_cast<size_t>(index)]);
    if (!snapshot)
      return snapshot.takeError();
    return shop.snapshots.prepare(*snapshot);
  }
  Result &before = results[static_cast<size_t>(index - inputs)];
  if (--before.users == 0 && before.open) {
    MountedTree tree = std::move(*before.open);
    before.open.reset();
    return tree;
  }
  if (llvm::Error error = finish(before))
    return error;
  return shop.snapshots.prepare(before.snapshot);
}

llvm::Expected<ReadableTree> FileStep::readIndex(int64_t index) {
  if (index < inputs)
    return shop.read(step.inputs[static_cast<size_t>(index)]);
  Result &result = results[static_cast<size_t>(index - inputs)];
  if (llvm::Error error = finish(result))
    return error;
  return shop.read({result.snapshot, nullptr});
}

llvm::Expected<std::optional<FileOwner>>
FileStep::findOwner(const std::optional<ir::ChownOpt> &chown,
                    const DirTree &target, int64_t targetIndex) {
  ReadableTree userTree, groupTree;
  const Tree *trees[2] = {nullptr, nullptr};
  ReadableTree *readable[2] = {&userTree, &groupTree};
  const ir::UserOpt *options[2] = {
      chown && chown->user ? &*chown->user : nullptr,
      chown && chown->group ? &*chown->group : nullptr};
  for (int i = 0; i < 2; ++i) {
    auto *named =
        options[i] ? std::get_if<ir::NamedUser>(&options[i]->user) : nullptr;
    if (!named)
      continue;
    if (named->input < 0)
      return textError(std::string("invalid ") + (i ? "group" : "user") +
                       " index: -1");
    // The tree at hand may hold changes that are not committed.
    if (named->input == targetIndex) {
      trees[i] = &target;
      continue;
    }
    if (named->input >= inputs + static_cast<int64_t>(results.size()))
      return textError("an owner refers to an input that does not exist");
    auto tree = readIndex(named->input);
    if (!tree)
      return tree.takeError();
    *readable[i] = std::move(*tree);
    trees[i] = readable[i]->tree;
  }
  return resolveOwner(chown, trees[0], trees[1]);
}

llvm::Error FileStep::apply(const ir::FileAction &action,
                            const DirTree &target) {
  auto withOwner = [&](const std::optional<ir::ChownOpt> &chown,
                       auto change) -> llvm::Error {
    auto owner = findOwner(chown, target, action.input);
    if (!owner)
      return owner.takeError();
    return change(*owner);
  };
  if (auto *copy = std::get_if<ir::Copy>(&action.action)) {
    if (action.secondaryInput < 0)
      return textError("copy without a source");
    auto source = readIndex(action.secondaryInput);
    if (!source)
      return source.takeError();
    for (const std::string &path : copy->requiredPaths) {
      FileStat info;
      if (!source->tree || source->tree->stat(path, info))
        return textError("\"" + path + "\": not found");
    }
    return withOwner(copy->owner, [&](const std::optional<FileOwner> &owner) {
      return copyFiles(*source->tree, target, *copy, owner,
                       shop.options.unpack);
    });
  }
  if (auto *mkFile = std::get_if<ir::MkFile>(&action.action))
    return withOwner(mkFile->owner, [&](const std::optional<FileOwner> &owner) {
      return makeFile(target, *mkFile, owner);
    });
  if (auto *mkDir = std::get_if<ir::MkDir>(&action.action))
    return withOwner(mkDir->owner, [&](const std::optional<FileOwner> &owner) {
      return makeDir(target, *mkDir, owner);
    });
  if (auto *symlink = std::get_if<ir::Symlink>(&action.action))
    return withOwner(symlink->owner,
                     [&](const std::optional<FileOwner> &owner) {
                       return makeSymlink(target, *symlink, owner);
                     });
  if (auto *rm = std::get_if<ir::Rm>(&action.action))
    return removeFiles(target, *rm);
  return textError("file action of an unknown kind");
}

llvm::Expected<Values> FileStep::run() {
  results.resize(file.actions.size());
  auto total = inputs + static_cast<int64_t>(file.actions.size());
  for (const ir::FileAction &action : file.actions) {
    if (action.input >= total || action.secondaryInput >= total)
      return textError("a file action refers to an input that does not exist");
    if (action.input >= inputs)
      ++results[static_cast<size_t>(action.input - inputs)].users;
  }
  // Whoever else needs a result keeps it from being written on.
  for (size_t i = 0; i < file.actions.size(); ++i)
    if (file.actions[i].output >= 0)
      ++results[i].users;
  Values outputs;
  for (size_t i = 0; i < file.actions.size(); ++i) {
    const ir::FileAction &action = file.actions[i];
    if (shop.canceled())
      return textError("canceled");
    auto tree = openBase(action.input);
    if (!tree)
      return tree.takeError();
    // An open descriptor would keep the tree from being unmounted.
    if (DirTree target = tree->tree(); !target.valid())
      return errnoError(tree->path());
    else if (llvm::Error error = apply(action, target))
      return error;
    results[i].open = std::move(*tree);
    if (action.output < 0)
      continue;
    if (llvm::Error error = finish(results[i]))
      return error;
    auto output = static_cast<size_t>(action.output);
    if (output >= file.actions.size())
      return textError("a file action has an output out of range");
    if (outputs.size() <= output)
      outputs.resize(output + 1);
    outputs[output].snapshot = results[i].snapshot;
  }
  return outputs;
}

} // namespace

llvm::Expected<Values> runFileStep(Workshop &shop, const Step &step,
                                   const ir::File &file) {
  return FileStep(shop, step, file).run();
}

llvm::Expected<ReadableTree> Workshop::read(const Value &value) {
  ReadableTree result;
  if (value.local) {
    result.tree = value.local.get();
    return result;
  }
  auto mount = snapshots.view(value.snapshot);
  if (!mount)
    return mount.takeError();
  result.dir = std::make_unique<DirTree>(mount->tree());
  if (!result.dir->valid())
    return errnoError(mount->path());
  result.mount = std::move(*mount);
  result.tree = result.dir.get();
  return result;
}

llvm::Expected<Snapshot> Workshop::materialize(const Value &value) {
  if (!value.local)
    return value.snapshot;
  std::lock_guard<std::mutex> lock(mutex);
  auto found = materialized.find(value.local.get());
  if (found != materialized.end())
    return found->second;
  auto tree = snapshots.prepare({});
  if (!tree)
    return tree.takeError();
  ir::Copy copy;
  copy.src = "/";
  copy.dest = "/";
  copy.mode = -1;
  copy.timestamp = -1;
  copy.dirCopyContents = true;
  copy.createDestPath = true;
  if (llvm::Error error =
          copyFiles(*value.local, tree->tree(), copy, std::nullopt))
    return error;
  auto snapshot = snapshots.commit(std::move(*tree), "local directory");
  if (snapshot)
    materialized[value.local.get()] = *snapshot;
  return snapshot;
}

} // namespace llb::engine
