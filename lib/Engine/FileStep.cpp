// SPDX-License-Identifier: Apache-2.0
//
// A file operation is a graph of actions. An action that continues another
// works on the same new layer, so that a chain of them is one layer. The layer
// is a directory, or, where nobody is going to look into it, a description of
// one that becomes blobs at once.
#include "RequiredPaths.h"
#include "Steps.h"

#include "llb/Context/Reads.h"
#include "llb/Engine/FileOps.h"

namespace llb::engine {
namespace {

/// A layer that is being written: a mounted tree, or a draft.
struct NewLayer {
  std::optional<MountedTree> tree;
  std::shared_ptr<LayerDraft> draft;
  /// What a draft is on top of.
  Snapshot parent;
};

class FileStep {
public:
  FileStep(Workshop &shop, const Step &step, const ir::File &file, bool isDraft)
      : shop(shop), step(step), file(file), isDraft(isDraft),
        inputs(static_cast<int64_t>(step.inputs.size())) {}

  /// NeedsDirectory if a draft cannot hold what is made.
  llvm::Expected<Values> run();

private:
  /// What an action made: a layer being written, or one that is done.
  struct Result {
    std::optional<NewLayer> open;
    Value value;
    unsigned users = 0;
  };

  llvm::Expected<NewLayer> begin(const Value &base);
  llvm::Expected<NewLayer> openBase(int64_t index);
  llvm::Error finish(Result &result);
  llvm::Expected<std::shared_ptr<const Tree>> readIndex(int64_t index);
  const ir::Source *sourceAt(int64_t index) const;
  llvm::Error apply(const ir::FileAction &action, NewLayer &layer);
  llvm::Error apply(const ir::FileAction &action, WritableTree &target,
                    LayerDraft *draft);
  llvm::Expected<std::optional<FileOwner>>
  findOwner(const std::optional<ir::ChownOpt> &chown, const Tree &target,
            int64_t targetIndex);

  Workshop &shop;
  const Step &step;
  const ir::File &file;
  bool isDraft;
  int64_t inputs;
  std::vector<Result> results;
};

llvm::Error FileStep::finish(Result &result) {
  if (!result.open)
    return llvm::Error::success();
  NewLayer layer = std::move(*result.open);
  result.open.reset();
  if (!layer.draft) {
    auto snapshot = shop.snapshots.commit(std::move(*layer.tree), step.name);
    if (!snapshot)
      return snapshot.takeError();
    result.value.snapshot = std::move(*snapshot);
    return llvm::Error::success();
  }
  if (!layer.draft->isWhole())
    return llvm::make_error<NeedsDirectory>();
  auto blobs =
      shop.options.pack(LayerDraft::Upper(*layer.draft), layer.draft->below());
  if (!blobs)
    return blobs.takeError();
  auto snapshot =
      shop.snapshots.keepPacked(std::move(layer.parent), *blobs, step.name);
  if (!snapshot)
    return snapshot.takeError();
  result.value.snapshot = std::move(*snapshot);
  result.value.draft = std::move(layer.draft);
  return llvm::Error::success();
}

llvm::Expected<NewLayer> FileStep::begin(const Value &base) {
  auto snapshot = shop.materialize(base);
  if (!snapshot)
    return snapshot.takeError();
  NewLayer layer;
  if (!isDraft) {
    auto tree = shop.snapshots.prepare(*snapshot);
    if (!tree)
      return tree.takeError();
    layer.tree = std::move(*tree);
    return layer;
  }
  std::shared_ptr<const Tree> lower;
  if (!snapshot->layers.empty()) {
    auto tree = shop.read({*snapshot, nullptr, base.draft});
    if (!tree)
      return tree.takeError();
    lower = std::move(*tree);
  }
  layer.draft = std::make_shared<LayerDraft>(std::move(lower));
  layer.parent = std::move(*snapshot);
  return layer;
}

/// A layer to write on top of an input or of an earlier action's result.
llvm::Expected<NewLayer> FileStep::openBase(int64_t index) {
  if (index < 0)
    return begin({});
  if (index < inputs)
    return begin(step.inputs[static_cast<size_t>(index)]);
  Result &before = results[static_cast<size_t>(index - inputs)];
  if (--before.users == 0 && before.open) {
    NewLayer layer = std::move(*before.open);
    before.open.reset();
    return layer;
  }
  if (llvm::Error error = finish(before))
    return error;
  return begin(before.value);
}

llvm::Expected<std::shared_ptr<const Tree>> FileStep::readIndex(int64_t index) {
  if (index < inputs)
    return shop.read(step.inputs[static_cast<size_t>(index)]);
  Result &result = results[static_cast<size_t>(index - inputs)];
  if (llvm::Error error = finish(result))
    return error;
  return shop.read(result.value);
}

/// The source that an input is, null if it is something else.
const ir::Source *FileStep::sourceAt(int64_t index) const {
  if (index >= inputs)
    return nullptr;
  ir::ValueId input = step.node.op.inputs[static_cast<size_t>(index)];
  return std::get_if<ir::Source>(&step.module[input.node].op.body);
}

llvm::Expected<std::optional<FileOwner>>
FileStep::findOwner(const std::optional<ir::ChownOpt> &chown,
                    const Tree &target, int64_t targetIndex) {
  const Tree *trees[2] = {nullptr, nullptr};
  std::shared_ptr<const Tree> read[2];
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
    read[i] = std::move(*tree);
    trees[i] = read[i].get();
  }
  return resolveOwner(chown, trees[0], trees[1]);
}

llvm::Error FileStep::apply(const ir::FileAction &action, NewLayer &layer) {
  if (layer.draft)
    return apply(action, *layer.draft, layer.draft.get());
  DirTree dir = layer.tree->tree();
  if (!dir.valid())
    return errnoError(layer.tree->path());
  WritableDir target(dir);
  return apply(action, target, nullptr);
}

llvm::Error FileStep::apply(const ir::FileAction &action, WritableTree &target,
                            LayerDraft *draft) {
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
    // Those of a local directory were looked for when its key was computed.
    const ir::Source *from = sourceAt(action.secondaryInput);
    if (!from || !from->identifier.starts_with(context::localScheme))
      if (llvm::Error error =
              checkRequiredPaths(**source, *copy, from && isImage(*from)))
        return error;
    if (draft)
      draft->keep(*source);
    return withOwner(copy->owner, [&](const std::optional<FileOwner> &owner) {
      return copyFiles(**source, target, *copy, owner, shop.options.unpack);
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
    auto layer = openBase(action.input);
    if (!layer)
      return layer.takeError();
    if (llvm::Error error = apply(action, *layer))
      return error;
    results[i].open = std::move(*layer);
    if (action.output < 0)
      continue;
    if (llvm::Error error = finish(results[i]))
      return error;
    auto output = static_cast<size_t>(action.output);
    if (output >= file.actions.size())
      return textError("a file action has an output out of range");
    if (outputs.size() <= output)
      outputs.resize(output + 1);
    outputs[output] = results[i].value;
  }
  return outputs;
}

} // namespace

llvm::Expected<Values> runFileStep(Workshop &shop, const Step &step,
                                   const ir::File &file) {
  if (step.isDraft) {
    auto outputs = FileStep(shop, step, file, /*isDraft=*/true).run();
    if (outputs)
      return outputs;
    llvm::Error error = outputs.takeError();
    if (!error.isA<NeedsDirectory>())
      return error;
    llvm::consumeError(std::move(error));
  }
  return FileStep(shop, step, file, /*isDraft=*/false).run();
}

namespace {

/// A mounted snapshot as a tree.
class View : public DirTree {
public:
  explicit View(MountedTree mount)
      : DirTree(mount.tree()), mount(std::move(mount)) {}

private:
  MountedTree mount;
};

} // namespace

llvm::Expected<std::shared_ptr<const Tree>> Workshop::read(const Value &value) {
  if (value.local)
    return value.local;
  if (value.draft)
    return value.draft;
  const std::vector<LayerId> &layers = value.snapshot.layers;
  if (std::lock_guard<std::mutex> lock(mutex); auto view = views[layers].lock())
    return view;
  // Without the lock: layers may have to be unpacked for it.
  auto mount = snapshots.view(value.snapshot);
  if (!mount)
    return mount.takeError();
  std::string path = mount->path();
  auto view = std::make_shared<View>(std::move(*mount));
  if (!view->valid())
    return errnoError(path);
  std::lock_guard<std::mutex> lock(mutex);
  views[layers] = view;
  return view;
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
  {
    // An open descriptor would keep the tree from being unmounted.
    DirTree dir = tree->tree();
    WritableDir target(dir);
    if (llvm::Error error = copyFiles(*value.local, target, copy, std::nullopt))
      return error;
  }
  auto snapshot = snapshots.commit(std::move(*tree), "local directory");
  if (snapshot)
    materialized[value.local.get()] = *snapshot;
  return snapshot;
}

} // namespace llb::engine
