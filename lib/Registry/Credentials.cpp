// SPDX-License-Identifier: Apache-2.0
//
// Docker Hub's entry has a historic key, a URL of its first index; hosts are
// compared without scheme and path, as docker does.
#include "llb/Registry/Credentials.h"

#include "Helper.h"
#include "llb/Support/GoJson.h"

#include <cstdlib>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>

namespace llb::registry {
namespace {

constexpr std::string_view hubKey = "https://index.docker.io/v1/";
/// What helpers return as user when the secret is an identity token.
constexpr std::string_view tokenUser = "<token>";

/// `https://host/v1/` and `host` name the same registry.
std::string hostOf(std::string_view key) {
  if (size_t scheme = key.find("://"); scheme != std::string_view::npos)
    key.remove_prefix(scheme + 3);
  std::string host(key.substr(0, key.find('/')));
  return host == "index.docker.io" || host == "registry-1.docker.io"
             ? "docker.io"
             : host;
}

std::string text(const go::JsonValue &object, std::string_view name) {
  const go::JsonValue *value = object.find(name);
  return value && value->kind == go::JsonValue::Kind::String ? value->text
                                                             : std::string();
}

std::optional<Credential> parseAuth(const go::JsonValue &entry) {
  Credential credential{text(entry, "username"), text(entry, "password")};
  if (std::string token = text(entry, "identitytoken"); !token.empty())
    return Credential{"", token};
  if (std::string auth = text(entry, "auth"); !auth.empty()) {
    std::optional<std::string> plain = go::decodeBase64(auth);
    size_t colon = plain ? plain->find(':') : std::string::npos;
    if (colon == std::string::npos)
      return std::nullopt;
    credential = {plain->substr(0, colon), plain->substr(colon + 1)};
    while (!credential.secret.empty() && credential.secret.back() == '\0')
      credential.secret.pop_back();
  }
  if (credential.user.empty())
    return std::nullopt;
  return credential;
}

} // namespace

bool CredentialStore::parse(std::string_view json, CredentialStore &result,
                            std::string &error) {
  std::optional<go::JsonValue> root = go::parseJson(json, &error);
  if (!root)
    return false;
  if (root->kind != go::JsonValue::Kind::Object) {
    error = "not a JSON object";
    return false;
  }
  if (const go::JsonValue *auths = root->find("auths"))
    for (const auto &[key, entry] : auths->members)
      if (std::optional<Credential> credential = parseAuth(entry))
        result.auths.emplace(hostOf(key), *credential);
  if (const go::JsonValue *helpers = root->find("credHelpers"))
    for (const auto &[key, helper] : helpers->members)
      result.helpers[hostOf(key)] = helper.text;
  result.store = text(*root, "credsStore");
  return true;
}

bool CredentialStore::load(CredentialStore &result, std::string &error) {
  std::string path;
  if (const char *dir = std::getenv("DOCKER_CONFIG"))
    path = std::string(dir) + "/config.json";
  else if (const char *home = std::getenv("HOME"))
    path = std::string(home) + "/.docker/config.json";
  if (path.empty() || !llvm::sys::fs::exists(path))
    return true;
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer) {
    error = path + ": " + buffer.getError().message();
    return false;
  }
  if (!parse((*buffer)->getBuffer(), result, error)) {
    error = path + ": " + error;
    return false;
  }
  return true;
}

std::optional<Credential> CredentialStore::find(const std::string &host,
                                                std::string &error) const {
  auto named = helpers.find(host);
  const std::string &helper = named != helpers.end() ? named->second : store;
  if (!helper.empty()) {
    std::string key = host == "docker.io" ? std::string(hubKey) : host;
    std::optional<std::string> answer = askHelper(helper, key, error);
    if (!error.empty())
      return std::nullopt;
    if (answer)
      if (std::optional<go::JsonValue> root = go::parseJson(*answer)) {
        Credential credential{text(*root, "Username"), text(*root, "Secret")};
        if (credential.user == tokenUser)
          credential.user.clear();
        if (!credential.secret.empty())
          return credential;
      }
  }
  auto found = auths.find(host);
  if (found == auths.end())
    return std::nullopt;
  return found->second;
}

} // namespace llb::registry
