// SPDX-License-Identifier: Apache-2.0
//
// What counts is the program, not the platform that an image claims: an image
// for arm64 with programs for amd64 builds on amd64 as it does in BuildKit. The
// kernel picks the emulator by the first bytes of the program
// (Documentation/admin-guide/binfmt-misc.rst), and so does this.
#include "Emulator.h"

#include "llb/Support/Architecture.h"
#include "llb/Support/Errors.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/Platform.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/MemoryBuffer.h>

namespace llb::engine {
namespace {

constexpr const char *handlers = "/proc/sys/fs/binfmt_misc";
/// What the kernel reads of a program to decide how to run it.
constexpr size_t headSize = 256;

/// The first bytes of a regular file; empty if there is none.
std::string readHead(const DirTree &root, const std::string &path) {
  std::string resolved, head(headSize, '\0');
  UniqueFd fd;
  if (root.resolve(path, /*followLast=*/true, resolved) ||
      root.open(resolved, fd))
    return {};
  ssize_t n = pread(fd.get(), head.data(), head.size(), 0);
  head.resize(n > 0 ? static_cast<size_t>(n) : 0);
  return head;
}

/// Where the container's process looks for `name`, in this order.
std::vector<std::string> candidatesOf(const std::string &name,
                                      const Container &container) {
  if (name.find('/') != std::string::npos)
    return {
        go::joinPath({name.front() == '/' ? "" : container.meta.cwd, name})};
  std::vector<std::string> paths;
  for (const std::string &variable : container.env) {
    llvm::StringRef value = variable;
    if (!value.consume_front("PATH="))
      continue;
    paths.clear();
    llvm::SmallVector<llvm::StringRef> folders;
    value.split(folders, ':');
    for (llvm::StringRef folder : folders)
      paths.push_back(go::joinPath({folder.str(), name}));
  }
  return paths;
}

struct Program {
  std::string path, head;
};

/// The ELF program that runs when `name` is run: of a script its interpreter.
std::optional<Program> findElf(const DirTree &root, std::string name,
                               const Container &container) {
  constexpr int maxScripts = 5;
  for (int depth = 0; depth < maxScripts; ++depth) {
    Program program;
    for (const std::string &path : candidatesOf(name, container)) {
      program = {path, readHead(root, path)};
      if (!program.head.empty())
        break;
    }
    if (architectureOfProgram(program.head))
      return program;
    llvm::StringRef line = llvm::StringRef(program.head).split('\n').first;
    if (!line.consume_front("#!"))
      return std::nullopt;
    name = line.trim(" \t")
               .take_until([](char c) { return c == ' ' || c == '\t'; })
               .str();
    if (name.empty())
      return std::nullopt;
  }
  return std::nullopt;
}

/// A line of binfmt_misc's table.
struct Handler {
  std::string name, interpreter, flags, magic, mask;
  size_t offset = 0;
  bool enabled = false;

  bool fits(std::string_view head) const {
    if (magic.empty() || head.size() < offset + magic.size())
      return false;
    for (size_t i = 0; i < magic.size(); ++i) {
      char bits = i < mask.size() ? mask[i] : '\xff';
      if ((head[offset + i] ^ magic[i]) & bits)
        return false;
    }
    return true;
  }
};

std::string pathOf(const std::string &name) {
  return std::string(handlers) + "/" + name;
}

std::optional<Handler> readHandler(const std::string &name) {
  // Files of the kernel have no size to read up to.
  auto file = llvm::MemoryBuffer::getFileAsStream(pathOf(name));
  if (!file)
    return std::nullopt;
  Handler handler;
  handler.name = name;
  llvm::SmallVector<llvm::StringRef> lines;
  (*file)->getBuffer().split(lines, '\n');
  for (llvm::StringRef line : lines) {
    auto [key, value] = line.split(' ');
    if (key == "enabled")
      handler.enabled = true;
    else if (key == "interpreter")
      handler.interpreter = value.str();
    else if (key == "flags:")
      handler.flags = value.str();
    else if (key == "offset")
      value.getAsInteger(10, handler.offset);
    else if (key == "magic")
      llvm::tryGetFromHex(value, handler.magic);
    else if (key == "mask")
      llvm::tryGetFromHex(value, handler.mask);
  }
  return handler;
}

/// The handler that the kernel would take, else one that is switched off.
std::optional<Handler> findHandler(std::string_view head) {
  std::optional<Handler> disabled;
  std::vector<std::string> names;
  DirTree table = DirTree::openPath(handlers);
  if (!table.valid() || table.list("/", names))
    return std::nullopt;
  for (const std::string &name : names) {
    auto handler = readHandler(name);
    if (!handler || !handler->fits(head))
      continue;
    if (handler->enabled)
      return handler;
    if (!disabled)
      disabled = std::move(handler);
  }
  return disabled;
}

constexpr const char *packages =
    "install the packages qemu-user-static and binfmt-support";

/// What is missing for `head` to run; empty if nothing is.
std::string missingFor(std::string_view head, const DirTree &root) {
  auto status = llvm::MemoryBuffer::getFileAsStream(pathOf("status"));
  if (!status)
    return "binfmt_misc is not mounted; as root: mount -t binfmt_misc "
           "binfmt_misc " +
           std::string(handlers) + "; and " + packages;
  if (!(*status)->getBuffer().starts_with("enabled"))
    return "binfmt_misc is switched off; as root: echo 1 > " + pathOf("status");
  auto handler = findHandler(head);
  if (!handler)
    return std::string("no emulator is registered for it; ") + packages;
  if (!handler->enabled)
    return "its emulator is switched off; as root: echo 1 > " +
           pathOf(handler->name);
  bool isOpen = handler->flags.find('F') != std::string::npos;
  if (isOpen || !readHead(root, handler->interpreter).empty())
    return {};
  return "its emulator " + handler->interpreter + " is not in the image, and " +
         pathOf(handler->name) +
         " lacks the flag F, by which the machine's own would serve; " +
         packages;
}

} // namespace

llvm::Error checkRunnable(const DirTree &root, const Container &container) {
  if (container.meta.args.empty())
    return llvm::Error::success();
  auto program = findElf(root, container.meta.args[0], container);
  if (!program)
    return llvm::Error::success();
  // What a mount hides is not what runs.
  for (const ContainerMount &mount : container.mounts)
    if ((program->path + "/")
            .starts_with(go::joinPath({"/", mount.dest}) + "/"))
      return llvm::Error::success();
  const Architecture *wanted = architectureOfProgram(program->head);
  std::string host = PlatformSpec::host().architecture;
  const Architecture *own = findArchitecture(host);
  if (wanted == own || wanted->name == own->runs)
    return llvm::Error::success();
  std::string missing = missingFor(program->head, root);
  if (missing.empty())
    return llvm::Error::success();
  return textError(program->path + " is a program for " +
                   std::string(wanted->name) + ", which this " + host +
                   " machine does not run: " + missing);
}

} // namespace llb::engine
