// SPDX-License-Identifier: Apache-2.0
//
// A link is followed once: of two paths through the same link only the first is
// followed to its end. That is BuildKit's doing, and what it sends is decided
// by it. Since each link is followed once, loops end.
#include "llb/Context/Walk.h"
#include "llb/Support/GoPath.h"

#include <algorithm>
#include <set>

namespace llb::context {
namespace {

class Resolver {
public:
  explicit Resolver(const Directory &directory) : directory(directory) {}

  llvm::Error add(std::string path) {
    std::vector<std::string> pending = {std::move(path)};
    while (!pending.empty()) {
      std::string next = std::move(pending.back());
      pending.pop_back();
      if (llvm::Error error = follow(next, pending))
        return error;
    }
    return llvm::Error::success();
  }

  std::vector<std::string> take() {
    return std::vector<std::string>(resolved.begin(), resolved.end());
  }

private:
  /// Walks along `path` up to its first link, whose targets go to `pending`.
  llvm::Error follow(const std::string &path,
                     std::vector<std::string> &pending) {
    // The directory is its own root.
    std::string clean = go::joinPath({"/", path}).substr(1);
    if (clean.empty()) {
      resolved.insert(".");
      return llvm::Error::success();
    }
    for (size_t end = 0;;) {
      end = clean.find('/', end);
      std::string current = clean.substr(0, end);
      std::string_view rest = end == std::string::npos
                                  ? std::string_view()
                                  : std::string_view(clean).substr(end + 1);
      std::vector<std::string> targets;
      if (llvm::Error error = readTargets(current, targets))
        return error;
      if (!targets.empty()) {
        if (!resolved.insert(current).second)
          return llvm::Error::success();
        for (auto target = targets.rbegin(); target != targets.rend(); ++target)
          pending.push_back(go::joinPath({*target, rest}));
        return llvm::Error::success();
      }
      if (rest.empty()) {
        resolved.insert(current);
        return llvm::Error::success();
      }
      ++end;
    }
  }

  /// Where `path` leads if it is a link, or where the links lead that its last
  /// component matches.
  llvm::Error readTargets(const std::string &path,
                          std::vector<std::string> &targets) {
    std::string base = go::basePath(path);
    if (!go::hasWildcard(base))
      return readTarget(path, targets);
    std::string parent = path.size() == base.size()
                             ? std::string(".")
                             : path.substr(0, path.size() - base.size() - 1);
    auto names = directory.list(parent);
    if (!names)
      return names.takeError();
    if (!*names)
      return llvm::Error::success();
    for (const std::string &name : **names)
      if (go::matchPath(base, name).value_or(false))
        if (llvm::Error error =
                readTarget(go::joinPath({parent, name}), targets))
          return error;
    return llvm::Error::success();
  }

  llvm::Error readTarget(const std::string &path,
                         std::vector<std::string> &targets) {
    auto info = directory.stat(path);
    if (!info)
      return info.takeError();
    if (!*info || !(*info)->isSymlink())
      return llvm::Error::success();
    std::string link = go::cleanPath((*info)->target);
    if (go::isAbsPath(link)) {
      targets.push_back(std::move(link));
      return llvm::Error::success();
    }
    std::string parent = path.substr(0, path.rfind('/') + 1);
    if (path.find('/') == std::string::npos)
      parent.clear();
    targets.push_back(go::joinPath({"/", parent, link}));
    return llvm::Error::success();
  }

  const Directory &directory;
  std::set<std::string> resolved;
};

} // namespace

llvm::Expected<std::vector<std::string>>
followLinks(const Directory &directory, const std::vector<std::string> &paths) {
  Resolver resolver(directory);
  for (const std::string &path : paths)
    if (llvm::Error error = resolver.add(path))
      return error;
  std::vector<std::string> result;
  for (std::string &path : resolver.take()) {
    if (path == ".")
      return std::vector<std::string>();
    if (!result.empty() && path.starts_with(result.back() + "/"))
      continue;
    result.push_back(std::move(path));
  }
  return result;
}

} // namespace llb::context
