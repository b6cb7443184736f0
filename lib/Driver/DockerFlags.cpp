// SPDX-License-Identifier: Apache-2.0
//
// A list becomes one option with commas between, since that is how the frontend
// takes it.
#include "DockerFlags.h"

#include "Assignment.h"
#include "CallOption.h"
#include "OciContext.h"
#include "Secrets.h"
#include "llb/Support/GoText.h"

#include <cstdlib>
#include <llvm/Support/FileSystem.h>

namespace llb::driver {
namespace {

namespace cl = llvm::cl;

void appendList(std::map<std::string, std::string> &opts, const char *key,
                const std::string &item) {
  std::string &list = opts[key];
  if (!list.empty())
    list += ',';
  list += item;
}

} // namespace

DockerFlags::DockerFlags(cl::OptionCategory &category)
    : target("target", cl::desc("Stage to build"), cl::value_desc("stage"),
             cl::cat(category)),
      platform("platform", cl::desc("Target platforms"),
               cl::value_desc("os/arch,..."), cl::cat(category)),
      buildArg("build-arg", cl::desc("Build argument"),
               cl::value_desc("name[=value]"), cl::cat(category)),
      label("label", cl::desc("Image label"), cl::value_desc("name=value"),
            cl::cat(category)),
      buildContext("build-context", cl::desc("Named context"),
                   cl::value_desc("name=value"), cl::cat(category)),
      noCache("no-cache", cl::desc("Ignore the cache"), cl::cat(category)),
      noCacheFilter("no-cache-filter", cl::desc("Stages that ignore the cache"),
                    cl::value_desc("stage,..."), cl::cat(category)),
      pull("pull", cl::desc("Look base images up anew"), cl::cat(category)),
      addHost("add-host", cl::desc("Entry of /etc/hosts"),
              cl::value_desc("name:ip"), cl::cat(category)),
      network("network", cl::desc("Network of RUN"), cl::value_desc("mode"),
              cl::cat(category)),
      shmSize("shm-size", cl::desc("Size of /dev/shm"), cl::value_desc("size"),
              cl::cat(category)),
      ulimit("ulimit", cl::desc("Limit of RUN"),
             cl::value_desc("name=soft[:hard]"), cl::cat(category)),
      secret("secret", cl::desc("Secret of RUN"),
             cl::value_desc("id=...,src=...|env=..."), cl::cat(category)),
      ssh("ssh", cl::desc("SSH agent or keys of RUN"),
          cl::value_desc("id[=path,...]"), cl::cat(category)),
      cgroupParent("cgroup-parent", cl::desc("Parent control group of RUN"),
                   cl::value_desc("path"), cl::cat(category)),
      check("check", cl::ValueOptional,
            cl::desc("Run the build checks only; =ick adds those of Ickfiles"),
            cl::cat(category)),
      call("call",
           cl::desc("check, lint, outline, targets or describe; ,format=json"),
           cl::value_desc("method"), cl::cat(category)) {}

std::string DockerFlags::apply(Options &result) {
  auto &opts = result.opts;
  for (const std::string &item : buildArg) {
    Assignment arg = splitAssignment(item);
    // A name alone takes the variable of the environment, if there is one.
    const char *set = arg.hasValue ? nullptr : std::getenv(arg.key.c_str());
    if (arg.hasValue || set)
      opts["build-arg:" + arg.key] = set ? set : arg.value;
  }
  for (const std::string &item : label) {
    Assignment entry = splitAssignment(item);
    opts["label:" + entry.key] = entry.value;
  }
  for (const std::string &item : platform)
    appendList(opts, "platform", item);
  for (const std::string &item : noCacheFilter)
    appendList(opts, "no-cache", item);
  if (target.getNumOccurrences())
    opts["target"] = target;
  if (noCache)
    opts["no-cache"] = "";
  if (pull)
    opts["image-resolve-mode"] = "pull";
  for (auto part : {&DockerFlags::applyContexts, &DockerFlags::applyRun,
                    &DockerFlags::applyQuestions})
    if (std::string error = (this->*part)(result); !error.empty())
      return error;
  return "";
}

std::string DockerFlags::applyContexts(Options &result) {
  for (const std::string &item : buildContext) {
    Assignment named = splitAssignment(item);
    if (!named.hasValue)
      return "--build-context wants NAME=VALUE, not '" + item + "'";
    if (isOciContext(named.value)) {
      if (std::string error = readOciContext(named.value, result.ociLayouts);
          !error.empty())
        return "--build-context " + item + ": " + error;
      // A directory is a local source of the context's name.
    } else if (llvm::sys::fs::is_directory(named.value)) {
      result.locals[named.key] = named.value;
      named.value = "local:" + named.key;
    }
    result.opts["context:" + named.key] = named.value;
  }
  return "";
}

/// What concerns RUN alone.
std::string DockerFlags::applyRun(Options &result) {
  auto &opts = result.opts;
  for (const std::string &item : secret)
    if (std::string error = readSecretOption(item, result.secrets);
        !error.empty())
      return "--secret " + item + ": " + error;
  for (const std::string &item : ssh)
    if (std::string error = readSshOption(item, result.ssh); !error.empty())
      return "--ssh " + item + ": " + error;
  for (const std::string &item : ulimit)
    appendList(opts, "ulimit", item);
  for (const std::string &item : addHost) {
    size_t colon = item.find_first_of("=:");
    if (colon == std::string::npos)
      return "--add-host wants NAME:IP, not '" + item + "'";
    std::string address = item.substr(colon + 1);
    if (address.size() > 2 && address.front() == '[' && address.back() == ']')
      address = address.substr(1, address.size() - 2);
    appendList(opts, "add-hosts", item.substr(0, colon) + "=" + address);
  }
  if (network.getNumOccurrences() && network != "default")
    opts["force-network-mode"] = network;
  if (shmSize.getNumOccurrences()) {
    auto bytes = go::parseRamSize(shmSize.getValue());
    if (!bytes.ok())
      return "--shm-size: " + bytes.error;
    opts["shm-size"] = std::to_string(bytes.value);
  }
  if (cgroupParent.getNumOccurrences())
    opts["cgroup-parent"] = cgroupParent;
  return "";
}

/// What is answered instead of compiling.
std::string DockerFlags::applyQuestions(Options &result) {
  // As for docker, a value may be a boolean.
  bool checks = check.getNumOccurrences() != 0 && check != "false";
  if (checks && !check.empty() && check != "true" && check != "ick")
    return "--check takes no value but ick, not '" + check + "'";
  result.parsing.ickChecks = check == "ick";
  if (checks && !call.empty())
    return "--check is --call=check; give one of them";
  std::string error =
      readCallOption(checks ? "check" : call.getValue(), result);
  return error.empty() ? "" : "--call: " + error;
}

} // namespace llb::driver
