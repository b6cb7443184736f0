// SPDX-License-Identifier: Apache-2.0
//
// One overload of `check` per operation. The daemon does most of these checks
// when the operation runs, in the middle of a build; here they are all made
// before anything starts.
#include "llb/IR/Verifier.h"

#include "TextTraits.h"
#include "VerifyTables.h"
#include "llb/IR/Binary.h"
#include "llb/Support/IRDiags.h"
#include "llb/Support/Suggest.h"

#include <llvm/ADT/StringSet.h>

namespace llb::ir {
namespace {

constexpr std::string_view llbInput = "buildkit.llb.definition";

/// The number of values an operation makes.
int64_t outputCount(const Op &op) {
  int64_t count = 0;
  if (const auto *exec = std::get_if<Exec>(&op.body)) {
    for (const Mount &mount : exec->mounts)
      count += hasOutput(mount);
    return count;
  }
  if (const auto *file = std::get_if<File>(&op.body)) {
    for (const FileAction &action : file->actions)
      count += action.output != noIndex;
    return count;
  }
  if (const auto *pass = std::get_if<Passthrough>(&op.body))
    return pass->outputs.size();
  // The output of an operation of an unknown kind is its own business.
  return std::holds_alternative<std::monostate>(op.body) ? 0 : 1;
}

bool isAbsolute(std::string_view path, const Op &op) {
  if (path.starts_with('/'))
    return true;
  bool windows = op.platform && op.platform->os == "windows";
  bool drive =
      path.size() > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/');
  return windows && (drive || path.starts_with('\\'));
}

class Verifier {
public:
  Verifier(const Module &module, DiagEngine &diags, const NodePlaces &places)
      : module(module), diags(diags), places(places) {}

  llvm::LogicalResult run();

private:
  void checkNode(uint32_t index);
  void checkResults();
  void checkCaps(const Node &node);
  bool checkIndex(std::string_view what, int64_t index, size_t part);
  void checkOwner(const std::optional<ChownOpt> &owner, size_t part);
  void checkPath(const std::string &path, size_t part);
  void checkAction(const File &file, size_t index);
  void checkMount(const Mount &mount, size_t part);

  void check(const std::monostate &);
  void check(const Exec &exec);
  void check(const Source &source);
  void check(const File &file);
  void check(const Build &build);
  void check(const Merge &merge);
  void check(const Diff &diff);
  void check(const Passthrough &pass);

  static constexpr size_t wholeOp = SIZE_MAX;
  /// Reports about the current operation, or its mount or action `part`.
  template <class... Args>
  void report(DiagId id, size_t part, const Args &...args) {
    llvm::SMRange range;
    if (current < places.size()) {
      const NodePlace &place = places[current];
      range = part < place.parts.size() ? place.parts[part] : place.op;
    }
    auto reporter = diags.report(id, range, args...);
    if (range.isValid())
      return;
    // Digests need inputs that stand before their users.
    reporter.prefix(isOrdered ? fmt::format("operation {} ({}): ", current,
                                            digestOf(current))
                              : fmt::format("operation {}: ", current));
  }
  std::string digestOf(uint32_t index) {
    if (digests.empty())
      digests = digestNodes(module);
    return digests[index].str();
  }
  const Op &op() const { return module.nodes[current].op; }

  const Module &module;
  DiagEngine &diags;
  const NodePlaces &places;
  std::vector<Digest> digests;
  /// Nodes that a result names.
  std::vector<bool> isResult;
  uint32_t current = 0;
  bool isOrdered = true;
};

bool Verifier::checkIndex(std::string_view what, int64_t index, size_t part) {
  size_t count = op().inputs.size();
  if (index >= 0 && static_cast<uint64_t>(index) < count)
    return true;
  report(diag::VerifyIndex, part, what, index, count);
  return false;
}

void Verifier::checkPath(const std::string &path, size_t part) {
  if (!path.empty() && !isAbsolute(path, op()))
    report(diag::VerifyPathRelative, part, path);
}

void Verifier::checkOwner(const std::optional<ChownOpt> &owner, size_t part) {
  if (!owner)
    return;
  for (const std::optional<UserOpt> *user : {&owner->user, &owner->group}) {
    const NamedUser *named =
        *user ? std::get_if<NamedUser>(&(*user)->user) : nullptr;
    if (!named)
      continue;
    if (named->input == noIndex)
      report(diag::VerifyUserIndex, part, named->name);
    else
      checkIndex("owner", named->input, part);
  }
}

void Verifier::check(const std::monostate &) {
  if (!isResult[current]) {
    if (op().unknown.bytes.empty())
      report(diag::VerifyNoBody, wholeOp);
    return;
  }
  if (op().inputs.empty())
    report(diag::VerifyNoInput, wholeOp);
  else if (op().inputs.size() > 1 || op().platform || op().constraints ||
           !op().unknown.bytes.empty())
    report(diag::VerifyTerminal, wholeOp);
}

void Verifier::checkMount(const Mount &mount, size_t part) {
  auto type = static_cast<int64_t>(mount.mountType);
  const auto &types = text::EnumNames<MountType>::names;
  if (type < 0 || static_cast<size_t>(type) >= types.size()) {
    report(diag::VerifyMountType, part, type);
    return;
  }
  if (mount.dest.empty())
    report(diag::VerifyMountDest, part);
  else if (!isAbsolute(mount.dest, op()))
    report(diag::VerifyMountRelative, part, mount.dest);
  if (mount.dest == "/" && mount.mountType != MountType::Bind)
    report(diag::VerifyRootType, part, types[type]);
  bool takesInput =
      mount.mountType == MountType::Bind || mount.mountType == MountType::Cache;
  if (mount.input == noIndex) {
    // A root without input and output is an empty directory.
    if (mount.mountType == MountType::Bind && mount.readonly &&
        mount.output == noIndex && mount.dest != "/")
      report(diag::VerifyMountNoInput, part, mount.dest);
  } else if (!takesInput) {
    report(diag::VerifyMountInput, part, types[type]);
  } else {
    checkIndex("mount", mount.input, part);
  }
}

void Verifier::check(const Exec &exec) {
  if (!exec.meta)
    return report(diag::VerifyExecMeta, wholeOp);
  if (exec.meta->args.empty())
    report(diag::VerifyExecArgs, wholeOp);
  if (!isAbsolute(exec.meta->cwd, op()))
    report(diag::VerifyCwd, wholeOp, exec.meta->cwd);
  size_t roots = 0;
  int64_t outputs = 0;
  for (size_t i = 0; i < exec.mounts.size(); ++i) {
    const Mount &mount = exec.mounts[i];
    checkMount(mount, i);
    roots += mount.dest == "/";
    if (!hasOutput(mount))
      continue;
    // The daemon hands outputs out by position and ignores their numbers.
    if (mount.output != outputs)
      report(diag::VerifyMountOutputs, i, outputs, mount.output);
    ++outputs;
  }
  if (roots != 1)
    report(diag::VerifyRootMount, wholeOp, roots);
}

void Verifier::check(const Source &source) {
  std::string_view scheme = source.identifier;
  size_t end = scheme.find("://");
  scheme = end == std::string_view::npos ? "" : scheme.substr(0, end);
  if (!isSourceScheme(scheme))
    report(diag::VerifyScheme, wholeOp, source.identifier);
}

void Verifier::checkAction(const File &file, size_t index) {
  const FileAction &action = file.actions[index];
  size_t inputs = op().inputs.size();
  for (int64_t used : {action.input, action.secondaryInput}) {
    if (used == noIndex)
      continue;
    uint64_t result = static_cast<uint64_t>(used) - inputs;
    if (used < 0 || (static_cast<uint64_t>(used) >= inputs &&
                     result >= file.actions.size()))
      checkIndex("operand", used, index);
    else if (static_cast<uint64_t>(used) >= inputs && result >= index)
      report(diag::VerifyActionLoop, index, index, result);
  }
  auto body = [&](const auto &body) {
    using Action = std::decay_t<decltype(body)>;
    if constexpr (std::is_same_v<Action, std::monostate>) {
      report(diag::VerifyEmptyAction, index, index);
    } else {
      if constexpr (std::is_same_v<Action, Copy>) {
        checkPath(body.src, index);
        checkPath(body.dest, index);
      } else if constexpr (std::is_same_v<Action, Symlink>) {
        // What a link holds is text; only where it stands is a path.
        checkPath(body.newPath, index);
      } else {
        checkPath(body.path, index);
      }
      if constexpr (requires { body.owner; })
        checkOwner(body.owner, index);
    }
  };
  std::visit(body, action.action);
}

void Verifier::check(const File &file) {
  if (file.actions.empty())
    return report(diag::VerifyFileActions, wholeOp);
  auto outputs = static_cast<size_t>(outputCount(op()));
  std::vector<bool> seen(outputs);
  for (size_t i = 0; i < file.actions.size(); ++i) {
    checkAction(file, i);
    int64_t output = file.actions[i].output;
    if (output == noIndex)
      continue;
    if (output < 0 || static_cast<uint64_t>(output) >= outputs)
      report(diag::VerifyFileOutputs, i, output, "too high");
    else if (seen[output])
      report(diag::VerifyFileOutputs, i, output, "there twice");
    else
      seen[output] = true;
  }
  if (outputs == 0)
    report(diag::VerifyNoFileOutput, wholeOp);
}

void Verifier::check(const Build &build) {
  if (build.builder != noIndex)
    report(diag::VerifyBuilder, wholeOp, build.builder);
  if (!build.inputs.contains(std::string(llbInput)))
    report(diag::VerifyNoLlbInput, wholeOp);
  for (const auto &[name, input] : build.inputs)
    checkIndex(name, input.input, wholeOp);
}

void Verifier::check(const Merge &merge) {
  if (merge.inputs.size() < 2)
    report(diag::VerifyMergeInputs, wholeOp, merge.inputs.size());
  for (const MergeInput &input : merge.inputs)
    checkIndex("operand", input.input, wholeOp);
}

void Verifier::check(const Diff &diff) {
  if (!diff.lower)
    report(diag::VerifyDiffInput, wholeOp, "lower");
  else if (diff.lower->input != noIndex)
    checkIndex("lower", diff.lower->input, wholeOp);
  if (!diff.upper)
    report(diag::VerifyDiffInput, wholeOp, "upper");
  else if (diff.upper->input != noIndex)
    checkIndex("upper", diff.upper->input, wholeOp);
}

void Verifier::check(const Passthrough &pass) {
  if (pass.id.empty())
    report(diag::VerifyPassthrough, wholeOp, "id");
  if (pass.outputs.empty())
    report(diag::VerifyPassthrough, wholeOp, "outputs");
  for (int64_t output : pass.outputs)
    checkIndex("operand", output, wholeOp);
}

void Verifier::checkCaps(const Node &node) {
  for (const auto &[name, set] : node.metadata.caps) {
    const Capability *cap = findCapability(name);
    if (!cap)
      report(diag::VerifyCapUnknown, wholeOp, name,
             didYouMean(name, capabilityNames(), /*caseSensitive=*/true));
    else if (cap->body != anyBody && cap->body != node.op.body.index())
      report(diag::VerifyCapForeign, wholeOp, name,
             std::visit(
                 [](const auto &body) {
                   return text::mnemonicOf<std::decay_t<decltype(body)>>();
                 },
                 node.op.body));
  }
}

void Verifier::checkNode(uint32_t index) {
  current = index;
  const Node &node = module.nodes[index];
  for (size_t i = 0; i < node.op.inputs.size(); ++i) {
    const ValueId &input = node.op.inputs[i];
    if (!input.valid() || input.node.index >= index) {
      report(diag::VerifyDefOrder, wholeOp, i);
      continue;
    }
    const Op &definition = module[input.node].op;
    int64_t outputs = outputCount(definition);
    // The outputs of what v0.32.2 does not define are not known either.
    bool isUnknown = std::holds_alternative<std::monostate>(definition.body) &&
                     !definition.unknown.bytes.empty();
    if (!isUnknown && (input.output < 0 || input.output >= outputs))
      report(diag::VerifyOutput, wholeOp, i, input.output, outputs);
  }
  if (node.op.platform && !isKnownPlatform(*node.op.platform))
    report(diag::VerifyPlatform, wholeOp,
           node.op.platform->os + "/" + node.op.platform->architecture);
  checkCaps(node);
  std::visit([&](const auto &body) { check(body); }, node.op.body);
}

void Verifier::checkResults() {
  if (module.results.empty())
    diags.report(diag::VerifyNoResult, {});
  llvm::StringSet<> names;
  for (const Result &result : module.results) {
    if (result.terminal.valid())
      isResult[result.terminal.index] = true;
    if (names.insert(result.name).second)
      continue;
    current = result.terminal.index;
    if (result.terminal.valid())
      report(diag::VerifySameResult, wholeOp, result.name);
    else
      diags.report(diag::VerifySameResult, {}, result.name);
  }
}

llvm::LogicalResult Verifier::run() {
  unsigned before = diags.errorCount();
  isResult.resize(module.nodes.size());
  for (uint32_t i = 0; i < module.nodes.size(); ++i)
    for (const ValueId &input : module.nodes[i].op.inputs)
      isOrdered &= input.valid() && input.node.index < i;
  checkResults();
  for (uint32_t i = 0; i < module.nodes.size(); ++i)
    checkNode(i);
  bool ok = diags.errorCount() == before;
  if (ok) {
    bool hasOriginal = false;
    for (const Node &node : module.nodes)
      hasOriginal |= !node.original.empty();
    if (hasOriginal && digests.empty())
      digests = digestNodes(module);
    for (current = 0; current < module.nodes.size(); ++current) {
      const Node &node = module.nodes[current];
      if (!node.original.empty() &&
          encodeCanonical(node.op, digests) != encodeOp(node, digests))
        report(diag::VerifyEncoding, wholeOp);
    }
  }
  return llvm::success(ok);
}

} // namespace

llvm::LogicalResult verify(const Module &module, DiagEngine &diags,
                           const NodePlaces &places) {
  return Verifier(module, diags, places).run();
}

} // namespace llb::ir
