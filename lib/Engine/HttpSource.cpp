// SPDX-License-Identifier: Apache-2.0
//
// A URL becomes a snapshot of one file: BuildKit gives it mode 0600, the time
// of the Last-Modified header (else 1970) and the name that the attributes or
// the URL say.
#include "FileChange.h"
#include "Steps.h"

#include "llb/Registry/Download.h"
#include "llb/Support/GoPath.h"

#include <cerrno>
#include <fcntl.h>

namespace llb::engine {
namespace {

std::string attribute(const ir::Source &source, const char *name) {
  auto found = source.attrs.find(name);
  return found == source.attrs.end() ? std::string() : found->second;
}

std::string fileName(const ir::Source &source) {
  std::string name = attribute(source, "http.filename");
  if (name.empty()) {
    std::string_view url = source.identifier;
    url = url.substr(0, url.find_first_of("?#"));
    name = go::basePath(url.substr(url.find("://") + 3));
  }
  name = go::basePath(name);
  return name.empty() || name == "." || name == "/" || name == ".." ? "download"
                                                                    : name;
}

/// A number of an attribute, in the given base; `otherwise` if there is none.
long numberOf(const ir::Source &source, const char *name, int base,
              long otherwise) {
  std::string text = attribute(source, name);
  return text.empty() ? otherwise : std::strtol(text.c_str(), nullptr, base);
}

} // namespace

llvm::Expected<Snapshot> fetchHttp(Workshop &shop, const ir::Source &source,
                                   std::string *content) {
  auto tree = shop.snapshots.prepare({});
  if (!tree)
    return tree.takeError();
  DirTree dir = tree->tree();
  std::string name = fileName(source);
  UniqueFd file;
  if (int error =
          dir.openAt("/" + name, O_WRONLY | O_CREAT | O_EXCL, 0600, file)) {
    errno = error;
    return errnoError(name);
  }
  std::string error;
  auto done = registry::download(source.identifier, file.get(), error);
  if (!done)
    return stepError(error);
  std::string wanted = attribute(source, "http.checksum");
  if (!wanted.empty() && done->digest.str() != wanted)
    return stepError("digest mismatch sha256:" + hexDigits(done->digest) +
                     ": " + wanted);
  mode_t mode =
      static_cast<mode_t>(numberOf(source, "http.perm", 8, 0600)) & 07777;
  timespec times[2] = {};
  times[0].tv_sec = times[1].tv_sec = done->lastModified.value_or(0);
  if (fchown(file.get(),
             static_cast<uid_t>(numberOf(source, "http.uid", 10, 0)),
             static_cast<gid_t>(numberOf(source, "http.gid", 10, 0))) ||
      fchmod(file.get(), mode) || futimens(file.get(), times))
    return errnoError(name);
  file.reset();
  // Nothing may keep the tree from being committed.
  dir = DirTree(UniqueFd());
  if (content)
    *content = done->digest.str() + " " + std::to_string(times[1].tv_sec);
  return shop.snapshots.commit(std::move(*tree), source.identifier);
}

} // namespace llb::engine
