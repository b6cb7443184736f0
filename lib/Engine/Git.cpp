// SPDX-License-Identifier: Apache-2.0
//
// Settings go through the environment, not the command line, which everybody on
// the machine can read. GIT_ALLOW_PROTOCOL holds for submodules and redirects
// as well, so a repository cannot name `file://` or `ext::` of this machine.
#include "Git.h"

#include "llb/Registry/Client.h"
#include "llb/Support/GoText.h"
#include "llb/Support/GoUrl.h"
#include "llb/Support/WriteAll.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <llvm/ADT/STLFunctionalExtras.h>
#include <llvm/Support/Base64.h>

namespace llb::engine {
namespace {

constexpr std::string_view networkProtocols = "http:https:ssh:git";

/// `https://host/path` and `user@host:path`, but nothing that git would read as
/// an option, a local path or a helper's name.
bool isNetworkUrl(std::string_view url) {
  size_t end = url.find("://");
  if (end == std::string_view::npos)
    return !url.starts_with('-') && url.find('@') < url.find(':') &&
           url.find(':') != std::string_view::npos &&
           url.find("::") == std::string_view::npos;
  std::string_view scheme = url.substr(0, end);
  return scheme == "http" || scheme == "https" || scheme == "ssh" ||
         scheme == "git";
}

/// How long git may say nothing. Its checkout of submodules, which shows no
/// meter, is among what the last command does.
std::optional<std::chrono::seconds> patience(const std::string &command) {
  std::chrono::seconds usual(registry::Client::stallSeconds());
  if (command == "fetch" || command == "ls-remote")
    return usual;
  if (command == "submodule")
    return 10 * usual;
  return std::nullopt;
}

/// What git says on standard error, without its meters.
class Complaint {
public:
  void take(std::string_view text,
            llvm::function_ref<void(std::string_view)> line) {
    for (char c : text) {
      rest += c;
      if (c != '\n' && c != '\r' && rest.size() < maxLine)
        continue;
      if (c != '\r' && rest.find("% (") == std::string::npos)
        line(rest);
      rest.clear();
    }
  }
  void end(llvm::function_ref<void(std::string_view)> line) {
    if (!rest.empty())
      line(rest);
  }

private:
  static constexpr size_t maxLine = 4096;
  std::string rest;
};

bool mentions(const std::string &text, const char *word) {
  return text.find(word) != std::string::npos;
}

} // namespace

bool isCommitId(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

llvm::Expected<GitRemote> GitRemote::of(const ir::Source &source) {
  GitRemote remote;
  std::string_view text = source.identifier;
  text.remove_prefix(gitScheme.size());
  size_t hash = std::min(text.find('#'), text.size());
  remote.url = attributeOf(source, "git.fullurl");
  if (remote.url.empty())
    remote.url = text.substr(0, hash);
  if (remote.url.find("://") == std::string::npos && !isNetworkUrl(remote.url))
    remote.url.insert(0, "https://");
  if (hash < text.size()) {
    std::string_view fragment = text.substr(hash + 1);
    size_t colon = std::min(fragment.find(':'), fragment.size());
    remote.ref = fragment.substr(0, colon);
    if (colon < fragment.size())
      remote.subdir = fragment.substr(colon + 1);
  }
  remote.checksum = attributeOf(source, "git.checksum");
  remote.keepGitDir = attributeOf(source, "git.keepgitdir") == "true";
  remote.skipSubmodules = attributeOf(source, "git.skipsubmodules") == "true";
  remote.fetchByCommit = attributeOf(source, "git.fetchbycommit") == "true";
  remote.commitTimes = attributeOf(source, "git.mtime") == "commit";
  if (!isNetworkUrl(remote.url))
    return textError("git cannot fetch from " + remote.shownUrl() +
                     "; there are http, https, ssh and git");
  if (remote.ref.starts_with('-'))
    return textError("invalid git ref " + go::quote(remote.ref));
  if (llvm::Error error = checkAttributes(source))
    return error;
  return remote;
}

std::string GitRemote::shownUrl() const {
  size_t start = url.find("://");
  if (start == std::string::npos)
    return url;
  start += 3;
  size_t at = url.substr(0, url.find('/', start)).rfind('@');
  size_t colon = url.find(':', start);
  if (at == std::string::npos || at < start || colon > at)
    return url;
  return url.substr(0, colon + 1) + "xxxxx" + url.substr(at);
}

llvm::Expected<Git> Git::open(Workshop &shop, const ir::Source &source,
                              const GitRemote &remote) {
  std::string path = findProgram("git");
  if (path.empty())
    return textError("git sources need the program git, and it is not here; "
                     "install the package git");
  Git git(shop, path);
  git.configure("core.hooksPath", "/dev/null");
  git.configure("init.defaultBranch", "master");
  git.configure("advice.detachedHead", "false");
  if (llvm::Error error = git.authorize(source, remote))
    return error;
  return git;
}

llvm::Error Git::authorize(const ir::Source &source, const GitRemote &remote) {
  std::string header = attributeOf(source, "git.authheadersecret");
  std::string token = attributeOf(source, "git.authtokensecret");
  std::optional<go::Url> url = go::Url::parse(remote.url);
  std::string host = "." + (url ? url->host : "");
  std::pair<std::string, bool> names[] = {{header + host, false},
                                          {token + host, true},
                                          {header, false},
                                          {token, true}};
  for (const auto &[name, isToken] : names) {
    auto found = shop.options.secrets.find(name);
    if (found == shop.options.secrets.end())
      continue;
    std::string value =
        isToken
            ? "basic " + llvm::encodeBase64("x-access-token:" + found->second)
            : found->second;
    // Submodules of github.com belong to the same account as a rule.
    std::string scope = remote.url;
    for (const char *site : {"https://github.com/", "https://www.github.com/"})
      if (scope.starts_with(site))
        scope = site;
    configure("http." + scope + ".extraheader", "Authorization: " + value);
    break;
  }

  std::string ssh = "ssh -F /dev/null";
  std::string hosts = attributeOf(source, "git.knownsshhosts");
  if (hosts.empty()) {
    ssh += " -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null";
  } else {
    std::string file = shop.store.temporaryPath();
    UniqueFd fd(
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd.valid() || writeAll(fd.get(), hosts))
      return errnoError(file);
    ssh += " -o UserKnownHostsFile='" + file + "'";
  }
  sshEnv.push_back("GIT_SSH_COMMAND=" + ssh);
  std::string id = attributeOf(source, "git.mountsshsock");
  if (id.empty())
    return llvm::Error::success();
  auto agent = findSshAgent(shop.options.ssh, id);
  if (!agent)
    return agent.takeError();
  sshEnv.push_back("SSH_AUTH_SOCK=" + (*agent)->path());
  return llvm::Error::success();
}

std::vector<std::string> Git::environment() const {
  std::vector<std::string> env{
      "GIT_TERMINAL_PROMPT=0",
      "GIT_CONFIG_NOSYSTEM=1",
      "HOME=/dev/null",
      "GIT_CONFIG_GLOBAL=/dev/null",
      "GIT_ATTR_NOSYSTEM=1",
      "LC_ALL=C",
      "GIT_CONFIG_COUNT=" + std::to_string(config.size()),
      "GIT_ALLOW_PROTOCOL=" + std::string(local ? "file" : networkProtocols)};
  env.insert(env.end(), sshEnv.begin(), sshEnv.end());
  for (size_t i = 0; i < config.size(); ++i) {
    std::string number = std::to_string(i);
    env.push_back("GIT_CONFIG_KEY_" + number + "=" + config[i].first);
    env.push_back("GIT_CONFIG_VALUE_" + number + "=" + config[i].second);
  }
  for (const char *name :
       {"PATH", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
        "http_proxy", "https_proxy", "no_proxy", "all_proxy"})
    if (const char *value = std::getenv(name))
      env.push_back(std::string(name) + "=" + value);
  return env;
}

llvm::Expected<std::string> Git::run(std::vector<std::string> args) {
  constexpr size_t maxOutput = size_t{64} << 20, maxComplaint = 16384;
  Program program;
  program.path = path;
  program.noNewPrivileges = true;
  program.env = environment();
  program.folder = workTree.empty() ? gitDir : workTree;
  program.args = {path};
  if (!workTree.empty())
    program.args.push_back("--work-tree=" + workTree);
  if (!gitDir.empty())
    program.args.push_back("--git-dir=" + gitDir);
  program.args.insert(program.args.end(), args.begin(), args.end());
  // As long as there is something to count git tells how far it is.
  std::optional<std::chrono::seconds> limit = patience(args.front());
  if (args.front() == "fetch")
    program.args.insert(program.args.end() - args.size() + 1, "--progress");
  if (args.front() == "submodule")
    program.args.insert(program.args.end() - args.size() + 2, "--progress");
  std::string said, complaint;
  auto process = Process::start(program);
  if (!process)
    return process.takeError();
  Complaint lines;
  auto complain = [&](std::string_view line) {
    if (step)
      shop.progress.output(*step, 2, line);
    if (complaint.size() < maxComplaint)
      complaint += line;
  };
  using Clock = std::chrono::steady_clock;
  Clock::time_point heard = Clock::now();
  bool isStalled = false;
  auto result = process->wait(
      [&](int stream, std::string_view text) {
        heard = Clock::now();
        if (stream == 2)
          lines.take(text, complain);
        else if (said.size() < maxOutput)
          said += text;
      },
      [&] {
        isStalled = limit && Clock::now() - heard > *limit;
        return isStalled || shop.canceled();
      });
  lines.end(complain);
  if (!result)
    return result.takeError();
  if (result->canceled && isStalled)
    return textError("git: nothing came for " + std::to_string(limit->count()) +
                     " seconds; LLBC_STALL_SECONDS sets for how long to wait");
  if (result->canceled)
    return textError("canceled");
  if (!result->status)
    return said;
  auto depth = std::find(args.begin(), args.end(), "--depth=1");
  if (depth != args.end() &&
      (mentions(complaint, "--depth") || mentions(complaint, "shallow"))) {
    args.erase(depth);
    return run(std::move(args));
  }
  while (complaint.ends_with('\n'))
    complaint.pop_back();
  return textError("git: " +
                   (complaint.empty()
                        ? "exit code " + std::to_string(result->status)
                        : complaint));
}

} // namespace llb::engine
