// SPDX-License-Identifier: Apache-2.0
//
// What counts as a git reference, after BuildKit v0.32.2, util/gitutil and
// frontend/dockerfile/dfgitutil. A text that is no URL is not an error but no
// git reference; only the query can make one invalid.
#include "llb/Support/GitRef.h"

#include "llb/Support/GoPath.h"
#include "llb/Support/GoText.h"
#include "llb/Support/GoUrl.h"
#include "llb/Support/Unicode.h"

#include <algorithm>

namespace llb {
namespace {

bool isAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9');
}

/// gitutil.GitURL.
struct GitUrl {
  std::string scheme;
  std::string host;
  std::string path;
  go::UrlValues query;
  std::string ref;
  std::string subdir;
  std::string remote;

  /// Fills `ref` and `subdir` from `ref:subdir`.
  void setFragment(std::string_view fragment) {
    if (fragment.empty())
      return;
    size_t colon = std::min(fragment.find(':'), fragment.size());
    ref = fragment.substr(0, colon);
    std::string_view rest = fragment.substr(colon);
    rest.remove_prefix(std::min<size_t>(1, rest.size()));
    subdir = go::joinPath({"/", rest}).substr(1);
  }
};

GitUrl fromUrl(const go::Url &url) {
  GitUrl result;
  result.scheme = url.scheme;
  result.host = url.host;
  result.path = url.path;
  result.query = go::parseUrlQuery(url.rawQuery);
  result.setFragment(url.fragment);
  result.remote = url.strWithoutOptions();
  return result;
}

/// `user@host:path[?query][#fragment]`.
std::optional<GitUrl> parseScp(std::string_view text) {
  auto takeName = [&text](std::string_view extra, char end) {
    size_t length = 0;
    while (length < text.size() &&
           (isAlnum(text[length]) ||
            extra.find(text[length]) != std::string_view::npos))
      ++length;
    std::string_view name = text.substr(0, length);
    bool ok = length > 0 && length < text.size() && text[length] == end;
    text.remove_prefix(ok ? length + 1 : 0);
    return ok ? name : std::string_view();
  };
  std::string_view user = takeName("-_", '@');
  std::string_view host = takeName("-.", ':');
  if (user.empty() || host.empty() || text.find('\n') != std::string_view::npos)
    return std::nullopt;

  GitUrl result;
  size_t hash = std::min(text.find('#'), text.size());
  if (hash < text.size())
    result.setFragment(text.substr(hash + 1));
  text = text.substr(0, hash);
  size_t question = text.find('?');
  if (question != std::string_view::npos) {
    std::string error;
    result.query = go::parseUrlQuery(text.substr(question + 1), &error);
    if (!error.empty())
      return std::nullopt;
    text = text.substr(0, question);
  }
  result.scheme = "ssh";
  result.host = host;
  result.path = text;
  result.remote.append(user).append("@").append(host).append(":").append(text);
  return result;
}

/// Whether `text` starts with letters or digits and `://`.
bool hasProtocol(std::string_view text) {
  size_t end = text.find("://");
  return end != std::string_view::npos && end != 0 &&
         std::all_of(text.begin(), text.begin() + static_cast<ptrdiff_t>(end),
                     isAlnum);
}

/// gitutil.ParseURL.
std::optional<GitUrl> parseGitUrl(std::string_view text) {
  if (!hasProtocol(text))
    return parseScp(text);
  std::string scheme = unicode::toLower(text.substr(0, text.find(':')));
  if (scheme != "http" && scheme != "https" && scheme != "ssh" &&
      scheme != "git")
    return std::nullopt;
  std::optional<go::Url> url = go::Url::parse(text);
  if (!url)
    return std::nullopt;
  return fromUrl(*url);
}

/// What llb.Git makes of the remote, which it parses once more.
void setIdentifier(GitRef &result) {
  result.url = result.remote;
  std::optional<GitUrl> url = parseGitUrl(result.url);
  if (!url && !hasProtocol(result.url)) {
    result.url.insert(0, "https://");
    url = parseGitUrl(result.url);
  }
  if (!url) {
    result.hostPath = result.url;
    return;
  }
  result.url = url->remote;
  result.hostPath = url->host + go::joinPath({"/", url->path});
  result.ssh = url->scheme == "ssh";
}

/// The options of the query; `tag` and `branch` become references at the end.
class QueryReader {
public:
  QueryReader(GitRef &result, std::string &error)
      : result(result), error(error) {}

  bool read(const go::UrlValues &query);

private:
  bool fail(std::string text) {
    error = std::move(text);
    return false;
  }
  bool readOption(const std::string &key, const std::string &value);
  bool readFlag(const std::string &key, const std::string &value,
                std::optional<bool> &flag);
  bool setOnce(std::string &field, std::string_view name,
               const std::string &value);
  bool setQualified(std::string value, std::string_view prefix);

  GitRef &result;
  std::string &error;
  std::string tag, branch;
};

bool QueryReader::read(const go::UrlValues &query) {
  for (const auto &[key, values] : query) {
    if (values.size() > 1)
      return fail("query " + go::quote(key) + " has multiple values");
    bool isFlag = key == "submodules" || key == "keep-git-dir" ||
                  key == "fetch-by-commit";
    if (values[0].empty() && !isFlag)
      return fail("query " + go::quote(key) + " has no value");
    if (!readOption(key, values[0]))
      return false;
  }
  if (!tag.empty() && !setQualified(tag, "refs/tags/"))
    return false;
  if (!branch.empty()) {
    if (!tag.empty())
      return fail("branch conflicts with tag");
    return setQualified(branch, "refs/heads/");
  }
  return true;
}

bool QueryReader::readOption(const std::string &key, const std::string &value) {
  if (key == "ref")
    return setOnce(result.ref, key, value);
  if (key == "subdir")
    return setOnce(result.subdir, key, value);
  if (key == "tag" || key == "branch") {
    (key == "tag" ? tag : branch) = value;
    return true;
  }
  if (key == "checksum" || key == "commit") {
    result.checksum = value;
    return true;
  }
  if (key == "keep-git-dir")
    return readFlag(key, value, result.keepGitDir);
  if (key == "submodules")
    return readFlag(key, value, result.submodules);
  if (key == "fetch-by-commit")
    return readFlag(key, value, result.fetchByCommit);
  if (key == "mtime") {
    if (value != "checkout" && value != "commit")
      return fail("invalid mtime value: " + go::quote(value) +
                  " (must be \"checkout\" or \"commit\")");
    result.mtime = value;
    return true;
  }
  return fail("unexpected query " + go::quote(key));
}

bool QueryReader::readFlag(const std::string &key, const std::string &value,
                           std::optional<bool> &flag) {
  // A flag without a value is set.
  flag = true;
  if (value.empty())
    return true;
  go::Parsed<bool> parsed = go::parseBool(value);
  if (!parsed.ok())
    return fail("invalid " + key + " value: " + go::quote(value));
  flag = parsed.value;
  return true;
}

bool QueryReader::setOnce(std::string &field, std::string_view name,
                          const std::string &value) {
  if (!field.empty() && field != value)
    return fail(std::string(name) + " conflicts: " + go::quote(field) + " vs " +
                go::quote(value));
  field = value;
  return true;
}

bool QueryReader::setQualified(std::string value, std::string_view prefix) {
  if (!value.starts_with(prefix))
    value.insert(0, prefix);
  return setOnce(result.ref, "ref", value);
}

} // namespace

GitRef::Kind GitRef::parse(std::string_view text, GitRef &result,
                           std::string &error) {
  result = {};
  if (text.starts_with("./") || text.starts_with("../"))
    return Kind::NotGit;

  GitRef parsed;
  std::optional<GitUrl> url;
  if (text.starts_with("github.com/")) {
    parsed.indistinguishableFromLocal = true;
    std::optional<go::Url> local = go::Url::parse(text);
    if (!local)
      return Kind::NotGit;
    local->scheme = "https";
    url = fromUrl(*local);
  } else {
    url = parseGitUrl(text);
    if (!url)
      return Kind::NotGit;
    bool web = url->scheme == "http" || url->scheme == "https";
    if (web && !url->path.ends_with(".git"))
      return Kind::NotGit;
    parsed.unencryptedTcp = url->scheme == "http" || url->scheme == "git";
  }

  parsed.remote = std::move(url->remote);
  if (parsed.indistinguishableFromLocal)
    parsed.remote.erase(0, std::string_view("https://").size());
  setIdentifier(parsed);
  parsed.ref = std::move(url->ref);
  parsed.subdir = std::move(url->subdir);
  parsed.shortName = parsed.remote.substr(parsed.remote.rfind('/') + 1);
  if (parsed.shortName.ends_with(".git"))
    parsed.shortName.resize(parsed.shortName.size() - 4);
  if (!QueryReader(parsed, error).read(url->query))
    return Kind::Invalid;
  result = std::move(parsed);
  return Kind::Git;
}

} // namespace llb
