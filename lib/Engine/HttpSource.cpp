// SPDX-License-Identifier: Apache-2.0
//
// A URL becomes a snapshot of one file: BuildKit gives it mode 0600, the time
// of the Last-Modified header (else 1970) and the name that the attributes, the
// server or the URL say.
#include "FileChange.h"
#include "Steps.h"

#include "llb/Registry/Download.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/GoUrl.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>

namespace llb::engine {
namespace {

/// The parameter `filename` of a Content-Disposition header, if it is written
/// as `filename=name` or `filename="name"`.
std::string namedFile(std::string_view header) {
  constexpr std::string_view key = "filename=";
  size_t at = header.find(';');
  while (at != std::string_view::npos) {
    header.remove_prefix(at + 1);
    header.remove_prefix(
        std::min(header.find_first_not_of(" \t"), header.size()));
    if (llvm::StringRef(header.data(), header.size())
            .starts_with_insensitive(key))
      break;
    at = header.find(';');
  }
  if (at == std::string_view::npos)
    return "";
  header.remove_prefix(key.size());
  if (!header.starts_with('"'))
    return std::string(header.substr(0, header.find_first_of("; \t")));
  std::string name;
  for (size_t i = 1; i < header.size() && header[i] != '"'; ++i) {
    if (header[i] == '\\' && i + 1 < header.size())
      ++i;
    name += header[i];
  }
  return name;
}

/// What the file is called: as the attribute says, else the server, else the
/// URL.
std::string fileName(const ir::Source &source, const std::string &disposition) {
  std::string name = attributeOf(source, "http.filename");
  if (name.empty())
    if (std::string given = namedFile(disposition); !given.ends_with('/'))
      name = given;
  if (name.empty()) {
    std::string_view url = source.identifier;
    url = url.substr(0, url.find_first_of("?#"));
    name = go::basePath(url.substr(url.find("://") + 3));
  }
  name = go::basePath(name);
  return name.empty() || name == "." || name == "/" || name == ".." ? "download"
                                                                    : name;
}

/// A number of an attribute in Go's spelling, `0644` being octal. False if it
/// is none.
bool readNumber(const ir::Source &source, const char *name, long &number) {
  std::string text = attributeOf(source, name);
  if (text.empty())
    return true;
  bool isOctal = text.starts_with("0o") || text.starts_with("0O");
  char *end = nullptr;
  errno = 0;
  number = std::strtol(text.c_str() + (isOctal ? 2 : 0), &end, isOctal ? 8 : 0);
  return *end == '\0' && errno == 0;
}

/// The lines of a request that the attributes and the secrets ask for.
std::vector<std::string> requestHeaders(const Workshop &shop,
                                        const ir::Source &source) {
  std::vector<std::string> headers;
  for (const char *name : {"accept", "user-agent"})
    if (std::string text =
            attributeOf(source, std::string("http.header.") + name);
        !text.empty())
      headers.push_back(std::string(name) + ": " + text);
  const auto &secrets = shop.options.secrets;
  std::string named = attributeOf(source, "http.authheadersecret");
  std::optional<go::Url> url = go::Url::parse(source.identifier);
  std::string suffix = "_" + (url ? url->hostname() : "");
  auto value =
      secrets.find(named.empty() ? "HTTP_AUTH_HEADER" + suffix : named);
  if (value != secrets.end())
    headers.push_back("Authorization: " + value->second);
  else if (value = secrets.find("HTTP_AUTH_TOKEN" + suffix);
           named.empty() && value != secrets.end())
    headers.push_back("Authorization: Bearer " + value->second);
  return headers;
}

} // namespace

llvm::Expected<Snapshot> fetchHttp(Workshop &shop, const ir::Source &source,
                                   std::string *content) {
  if (llvm::Error error = checkAttributes(source))
    return error;
  auto tree = shop.snapshots.prepare({});
  if (!tree)
    return tree.takeError();
  DirTree dir = tree->tree();
  constexpr const char *unnamed = "download";
  UniqueFd file;
  if (int error = dir.openAt(std::string("/") + unnamed,
                             O_WRONLY | O_CREAT | O_EXCL, 0600, file)) {
    errno = error;
    return errnoError(unnamed);
  }
  long mode = 0, uid = 0, gid = 0;
  if (!readNumber(source, "http.perm", mode) ||
      !readNumber(source, "http.uid", uid) ||
      !readNumber(source, "http.gid", gid))
    return textError(source.identifier +
                     ": http.perm, http.uid and http.gid are numbers");
  std::string error;
  auto done =
      registry::download(source.identifier, requestHeaders(shop, source),
                         file.get(), shop.options.cancel, error);
  if (!done)
    return textError(error);
  std::string wanted = attributeOf(source, "http.checksum");
  if (!wanted.empty() && done->digest.str() != wanted)
    return textError("digest mismatch sha256:" + hexDigits(done->digest) +
                     ": " + wanted);
  timespec times[2] = {};
  times[0].tv_sec = times[1].tv_sec = done->lastModified.value_or(0);
  std::string name = fileName(source, done->disposition);
  if (fchown(file.get(), static_cast<uid_t>(uid), static_cast<gid_t>(gid)) ||
      fchmod(file.get(), static_cast<mode_t>(mode ? mode : 0600) & 07777) ||
      futimens(file.get(), times) ||
      renameat(dir.rootFd(), unnamed, dir.rootFd(), name.c_str()))
    return errnoError(name);
  file.reset();
  // Nothing may keep the tree from being committed.
  dir = DirTree(UniqueFd());
  if (content)
    *content =
        done->digest.str() + " " + std::to_string(times[1].tv_sec) + " " + name;
  return shop.snapshots.commit(std::move(*tree), source.identifier);
}

} // namespace llb::engine
