// SPDX-License-Identifier: Apache-2.0
//
// A key covers what a step's result depends on: its operation without what is
// volatile, and the keys of its inputs. An input that is a local directory
// counts by content, and only with the files that the step selects; nothing
// else of it is read.
#include "Steps.h"

#include "llb/Context/Reads.h"
#include "llb/IR/Binary.h"
#include "llb/Support/GoPath.h"

#include <cerrno>

namespace llb::engine {
namespace {

constexpr std::string_view localScheme = "local://";
constexpr std::string_view imageScheme = "docker-image://";

/// The part of `op` that is its own, as bytes.
std::string encodeBody(const ir::Op &op) {
  ir::Op copy = op;
  copy.inputs.clear();
  copy.constraints.reset();
  if (auto *exec = std::get_if<ir::Exec>(&copy.body))
    if (exec->meta)
      exec->meta->proxyEnv.reset();
  return ir::encodeCanonical(copy, {});
}

} // namespace

llvm::Error stepError(const std::string &text) {
  return llvm::createStringError(std::make_error_code(std::errc::io_error),
                                 "%s", text.c_str());
}

llvm::Error Keys::compute(ir::NodeId id) {
  const ir::Op &op = module[id].op;
  std::string text = "llbc 1\n";
  if (auto *source = std::get_if<ir::Source>(&op.body)) {
    if (llvm::Error error = computeSource(id, *source, text))
      return error;
  } else {
    text += encodeBody(op);
    for (size_t i = 0; i < op.inputs.size(); ++i) {
      auto key = inputKey(op, i);
      if (!key)
        return key.takeError();
      text += "\n" + *key;
    }
  }
  keys[id.index] = hexDigits(Digest::of(text));
  return llvm::Error::success();
}

llvm::Error Keys::computeSource(ir::NodeId id, const ir::Source &source,
                                std::string &text) {
  std::string_view identifier = source.identifier;
  if (identifier.starts_with(localScheme)) {
    std::string name(identifier.substr(localScheme.size()));
    auto found = shop.options.locals.find(name);
    if (found == shop.options.locals.end())
      return stepError("no local directory is named '" + name + "'");
    auto tree = ContextTree::open(found->second, context::filterOf(source));
    if (!tree)
      return tree.takeError();
    locals[id.index] = std::move(*tree);
    // Who reads it has the content in its own key.
    text += "local";
    return llvm::Error::success();
  }
  if (identifier.starts_with(imageScheme)) {
    text += encodeBody(module[id].op);
    return llvm::Error::success();
  }
  if (identifier.starts_with("http://") || identifier.starts_with("https://")) {
    text += encodeBody(module[id].op);
    if (source.attrs.count("http.checksum"))
      return llvm::Error::success();
    std::string content;
    auto snapshot = fetchHttp(shop, source, &content);
    if (!snapshot)
      return snapshot.takeError();
    downloads[id.index] = std::move(*snapshot);
    text += "\n" + content;
    return llvm::Error::success();
  }
  return stepError("sources of this kind are not supported yet: " +
                   source.identifier);
}

llvm::Expected<std::string> Keys::inputKey(const ir::Op &op, size_t input) {
  ir::ValueId value = op.inputs[input];
  std::shared_ptr<const ContextTree> tree = locals[value.node.index];
  if (!tree)
    return keys[value.node.index] + ":" + std::to_string(value.output);
  std::string all;
  auto add = [&](const context::Selector &selector) -> llvm::Error {
    auto key = contentKey(*tree, selector);
    if (!key)
      return key.takeError();
    all += *key + "\n";
    return llvm::Error::success();
  };
  auto index = static_cast<int64_t>(input);
  if (auto *file = std::get_if<ir::File>(&op.body)) {
    for (const ir::FileAction &action : file->actions) {
      auto *copy = std::get_if<ir::Copy>(&action.action);
      if (!copy || action.secondaryInput != index || action.input == index)
        continue;
      if (llvm::Error error = add(context::selectorOf(*copy)))
        return error;
    }
  } else if (auto *exec = std::get_if<ir::Exec>(&op.body)) {
    for (const ir::Mount &mount : exec->mounts) {
      if (mount.input != index)
        continue;
      context::Selector selector;
      selector.path = go::joinPath({"/", mount.selector});
      selector.followLinks = true;
      if (llvm::Error error = add(selector))
        return error;
    }
  }
  if (all.empty()) {
    context::Selector whole;
    whole.path = "/";
    if (llvm::Error error = add(whole))
      return error;
  }
  return hexDigits(Digest::of(all));
}

llvm::Expected<std::string>
Keys::contentKey(const ContextTree &tree, const context::Selector &selector) {
  context::Selection selection = tree.snapshot().select(selector);
  if (!selection.error.empty())
    return stepError("failed to compute cache key: " + selection.error);
  std::string text;
  auto addEntry = [&](size_t i) -> llvm::Error {
    const context::FileInfo &info = tree.snapshot().entries()[i];
    text += info.path;
    text += '\0';
    text += std::to_string(info.mode) + " " + std::to_string(info.rdev) + " ";
    if (info.isSymlink()) {
      text += info.target;
    } else if (info.isRegular()) {
      std::string &content = contents[{&tree, i}];
      if (content.empty()) {
        UniqueFd fd;
        std::string path = "/" + info.path;
        if (int error = tree.open(path, fd)) {
          errno = error;
          return errnoError(path);
        }
        Hasher hasher;
        char buffer[65536];
        ssize_t n;
        while ((n = ::read(fd.get(), buffer, sizeof buffer)) > 0)
          hasher.update(buffer, static_cast<size_t>(n));
        if (n < 0)
          return errnoError(path);
        content = hexDigits(hasher.finish());
      }
      text += content;
      Xattrs xattrs;
      tree.xattrs("/" + info.path, xattrs);
      for (const auto &[name, value] : xattrs)
        text += " " + name + "=" + value;
    }
    text += '\n';
    return llvm::Error::success();
  };
  for (size_t link : selection.links)
    if (llvm::Error error = addEntry(link))
      return error;
  for (const context::Selected &selected : selection.selected) {
    text += selected.path;
    text += '\0';
    bool isRoot = selected.entry == context::Snapshot::root;
    size_t first = isRoot ? 0 : selected.entry;
    size_t end = selected.whole ? tree.snapshot().endOf(selected.entry)
                 : isRoot       ? 0
                                : first + 1;
    for (size_t i = first; i < end; ++i)
      if (llvm::Error error = addEntry(i))
        return error;
  }
  return hexDigits(Digest::of(text));
}

} // namespace llb::engine
