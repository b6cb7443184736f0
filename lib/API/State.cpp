// SPDX-License-Identifier: Apache-2.0
//
// A state is a pointer into an immutable graph; marshalling lists the graph
// inputs first and hands it to ir::Builder, which does the rest as it does for
// a Dockerfile. The list is made without recursion: chains may be long.
#include "llb/API/State.h"

#include "llb/IR/ActionPath.h"
#include "llb/IR/Binary.h"
#include "llb/IR/Builder.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/RandomId.h"
#include "llb/Support/Reference.h"

#include <llvm/Support/raw_ostream.h>
#include <unordered_map>

namespace llb {
namespace detail {

struct Action {
  std::variant<std::monostate, ir::Copy, ir::MkFile, ir::MkDir, ir::Rm> body;
  /// What a copy reads.
  State source;
};

struct Vertex {
  enum class Kind { Image, Local, Exec, File };
  Kind kind;
  /// Image reference or local name; or, if `error` is set, nothing.
  std::string name;
  std::string error;
  State base;
  std::vector<std::string> args;
  std::vector<std::shared_ptr<const Action>> actions;

  Vertex(Kind kind, std::string name) : kind(kind), name(std::move(name)) {}
  Vertex(Vertex &&) = default;
  /// Long chains are taken apart in a loop: the destructors of a hundred
  /// thousand states inside each other would overflow the stack.
  ~Vertex() {
    std::vector<std::shared_ptr<const Vertex>> chain;
    chain.push_back(std::move(base.vertex));
    while (!chain.empty()) {
      std::shared_ptr<const Vertex> last = std::move(chain.back());
      chain.pop_back();
      if (last && last.use_count() == 1)
        chain.push_back(std::move(const_cast<Vertex &>(*last).base.vertex));
    }
  }

  /// The vertices this one reads, in the order of its inputs.
  std::vector<const Vertex *> inputs() const {
    std::vector<const Vertex *> result;
    auto add = [&](const State &state) {
      if (state.vertex)
        result.push_back(state.vertex.get());
    };
    add(base);
    for (const auto &action : actions)
      add(action->source);
    return result;
  }
};

} // namespace detail

namespace {

using detail::Vertex;

State make(Vertex vertex, State::Settings settings) {
  State state;
  state.vertex = std::make_shared<Vertex>(std::move(vertex));
  state.settings = std::move(settings);
  return state;
}

/// Turns vertices into the builder's.
class Marshaller {
public:
  Marshaller(const TargetPlatform &platform, const MarshalOptions &options) {
    spec.os = platform.os;
    spec.architecture = platform.architecture;
    spec.variant = platform.variant;
    localId =
        options.localUniqueId.empty() ? randomId() : options.localUniqueId;
  }

  Definition run(const State &root);

private:
  void visit(const Vertex &vertex);
  ir::NodeId addExec(const Vertex &vertex);
  ir::NodeId addFile(const Vertex &vertex);
  ir::ValueId valueOf(const State &state) const {
    return state.vertex ? ir::ValueId{nodes.at(state.vertex.get()), 0}
                        : ir::ValueId{};
  }

  ir::Platform spec;
  std::string localId;
  ir::Builder builder;
  std::unordered_map<const Vertex *, ir::NodeId> nodes;
  std::string error;
};

/// The index of `value` among `inputs`, added if it is new.
int64_t indexOf(std::vector<ir::ValueId> &inputs, ir::ValueId value) {
  if (!value.valid())
    return ir::noIndex;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i] == value)
      return static_cast<int64_t>(i);
  inputs.push_back(value);
  return static_cast<int64_t>(inputs.size()) - 1;
}

ir::NodeId Marshaller::addExec(const Vertex &vertex) {
  ir::Vertex node;
  ir::Exec exec;
  exec.meta.emplace();
  exec.meta->args = vertex.args;
  exec.meta->env = vertex.base.settings.env;
  exec.meta->cwd = vertex.base.settings.dir;
  exec.meta->user = vertex.base.settings.user;
  exec.meta->removeMountStubsRecursive = true;
  ir::Mount root;
  root.dest = "/";
  root.input = indexOf(node.op.inputs, valueOf(vertex.base));
  exec.mounts.push_back(root);
  node.op.platform = spec;
  node.op.body = std::move(exec);
  node.metadata.caps["exec.meta.base"] = true;
  if (root.input != ir::noIndex)
    node.metadata.caps["exec.mount.bind"] = true;
  return builder.add(std::move(node));
}

ir::NodeId Marshaller::addFile(const Vertex &vertex) {
  ir::Vertex node;
  ir::File file;
  int64_t base = indexOf(node.op.inputs, valueOf(vertex.base));
  std::vector<int64_t> sources;
  for (const auto &action : vertex.actions)
    sources.push_back(indexOf(node.op.inputs, valueOf(action->source)));
  auto inputs = static_cast<int64_t>(node.op.inputs.size());
  for (size_t i = 0; i < vertex.actions.size(); ++i) {
    ir::FileAction action;
    action.input = i == 0 ? base : inputs + static_cast<int64_t>(i) - 1;
    action.secondaryInput = sources[i];
    action.output = i + 1 == vertex.actions.size() ? 0 : ir::noIndex;
    std::visit(
        [&](const auto &body) {
          using Body = std::decay_t<decltype(body)>;
          if constexpr (!std::is_same_v<Body, std::monostate>)
            action.action = body;
        },
        vertex.actions[i]->body);
    file.actions.push_back(std::move(action));
  }
  node.op.body = std::move(file);
  node.metadata.caps["file.base"] = true;
  return builder.add(std::move(node));
}

void Marshaller::visit(const Vertex &vertex) {
  if (error.empty())
    error = vertex.error;
  switch (vertex.kind) {
  case Vertex::Kind::Image:
  case Vertex::Kind::Local: {
    bool image = vertex.kind == Vertex::Kind::Image;
    ir::Vertex node;
    ir::Source source;
    source.identifier = (image ? "docker-image://" : "local://") + vertex.name;
    if (image) {
      node.op.platform = spec;
      node.metadata.caps["source.image"] = true;
    } else {
      source.attrs["local.unique"] = localId;
      node.metadata.caps["source.local"] = true;
      node.metadata.caps["source.local.unique"] = true;
    }
    node.op.body = std::move(source);
    nodes[&vertex] = builder.add(std::move(node));
    return;
  }
  case Vertex::Kind::Exec:
    nodes[&vertex] = addExec(vertex);
    return;
  case Vertex::Kind::File:
    nodes[&vertex] = addFile(vertex);
    return;
  }
}

Definition Marshaller::run(const State &root) {
  // Depth first, inputs before users.
  std::vector<std::pair<const Vertex *, bool>> stack;
  if (root.vertex)
    stack.emplace_back(root.vertex.get(), false);
  while (!stack.empty()) {
    auto [vertex, expanded] = stack.back();
    stack.pop_back();
    if (nodes.count(vertex))
      continue;
    if (expanded) {
      visit(*vertex);
      continue;
    }
    stack.emplace_back(vertex, true);
    for (const Vertex *input : vertex->inputs())
      if (!nodes.count(input))
        stack.emplace_back(input, false);
  }
  Definition definition;
  definition.error = error;
  if (!definition.ok())
    return definition;
  ir::Module module = builder.build(valueOf(root), "", {});
  llvm::raw_string_ostream out(definition.bytes);
  ir::writeModule(module, module.results.front(), out);
  return definition;
}

std::shared_ptr<const detail::Action> makeAction(detail::Action action) {
  return std::make_shared<const detail::Action>(std::move(action));
}

/// Relative paths of actions are relative to the state they are applied to.
std::shared_ptr<const detail::Action>
resolvePaths(const std::shared_ptr<const detail::Action> &action,
             const State::Settings &settings) {
  detail::Action result = *action;
  if (auto *copy = std::get_if<ir::Copy>(&result.body))
    copy->dest =
        ir::cleanActionPath(settings.dir, copy->dest, /*keepSlash=*/true);
  else if (auto *file = std::get_if<ir::MkFile>(&result.body))
    file->path =
        ir::cleanActionPath(settings.dir, file->path, /*keepSlash=*/false);
  else if (auto *dir = std::get_if<ir::MkDir>(&result.body))
    dir->path =
        ir::cleanActionPath(settings.dir, dir->path, /*keepSlash=*/false);
  else if (auto *rm = std::get_if<ir::Rm>(&result.body))
    rm->path = ir::cleanActionPath(settings.dir, rm->path, /*keepSlash=*/false);
  return makeAction(std::move(result));
}

} // namespace

State::State() = default;

State State::file(const FileAction &action) const {
  Vertex vertex(Vertex::Kind::File, "");
  vertex.base = *this;
  for (const auto &item : action.actions)
    vertex.actions.push_back(resolvePaths(item, settings));
  if (vertex.actions.empty())
    vertex.error = "file() wants at least one action";
  return make(std::move(vertex), settings);
}

ExecState State::run(const Args &args) const {
  Vertex vertex(Vertex::Kind::Exec, "");
  vertex.base = *this;
  vertex.args = args.get();
  if (vertex.args.empty())
    vertex.error = "arguments are required";
  return ExecState(make(std::move(vertex), settings));
}

State State::dir(std::string_view path) const {
  State result = *this;
  // An absolute path stays as it is written.
  result.settings.dir = go::isAbsPath(path)
                            ? std::string(path)
                            : go::joinPath({settings.dir, path});
  return result;
}

State State::addEnv(std::string_view name, std::string_view value) const {
  State result = *this;
  std::string prefix = std::string(name) + "=";
  std::erase_if(result.settings.env, [&](const std::string &entry) {
    return entry.starts_with(prefix);
  });
  result.settings.env.push_back(prefix + std::string(value));
  return result;
}

State State::user(std::string_view name) const {
  State result = *this;
  result.settings.user = name;
  return result;
}

Definition State::marshal(const TargetPlatform &platform,
                          const MarshalOptions &options) const {
  return Marshaller(platform, options).run(*this);
}

FileAction FileAction::copy(const State &from, std::string_view src,
                            std::string_view dest,
                            const CopyOptions &options) const {
  ir::Copy copy;
  copy.src = ir::cleanActionPath(from.settings.dir, src, /*keepSlash=*/false);
  copy.dest = dest;
  copy.mode = -1;
  copy.timestamp = -1;
  copy.followSymlink = options.followSymlinks;
  copy.dirCopyContents = options.copyDirContentsOnly;
  copy.attemptUnpackDockerCompatibility = options.attemptUnpack;
  copy.createDestPath = options.createDestPath;
  copy.allowWildcard = options.allowWildcard;
  copy.allowEmptyWildcard = options.allowEmptyWildcard;
  FileAction result = *this;
  result.actions.push_back(makeAction({std::move(copy), from}));
  return result;
}

FileAction FileAction::mkdir(std::string_view path, int mode,
                             bool makeParents) const {
  ir::MkDir dir;
  dir.path = path;
  dir.mode = mode;
  dir.makeParents = makeParents;
  dir.timestamp = -1;
  FileAction result = *this;
  result.actions.push_back(makeAction({std::move(dir), State()}));
  return result;
}

FileAction FileAction::mkfile(std::string_view path, int mode,
                              std::string_view data) const {
  ir::MkFile file;
  file.path = path;
  file.mode = mode;
  file.data.data = data;
  file.timestamp = -1;
  FileAction result = *this;
  result.actions.push_back(makeAction({std::move(file), State()}));
  return result;
}

FileAction FileAction::rm(std::string_view path, bool allowNotFound,
                          bool allowWildcard) const {
  ir::Rm rm;
  rm.path = path;
  rm.allowNotFound = allowNotFound;
  rm.allowWildcard = allowWildcard;
  FileAction result = *this;
  result.actions.push_back(makeAction({std::move(rm), State()}));
  return result;
}

State image(std::string_view text) {
  Vertex vertex(Vertex::Kind::Image, "");
  Reference reference;
  if (Reference::parseNormalized(text, reference, vertex.error)) {
    reference.addDefaultTag();
    vertex.name = reference.str();
  }
  return make(std::move(vertex), {});
}

State local(std::string_view name) {
  return make(Vertex(Vertex::Kind::Local, std::string(name)), {});
}

bool writeTo(const Definition &definition, std::FILE *out) {
  const std::string &bytes = definition.bytes;
  return std::fwrite(bytes.data(), 1, bytes.size(), out) == bytes.size() &&
         std::fflush(out) == 0;
}

} // namespace llb
