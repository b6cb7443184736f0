// SPDX-License-Identifier: Apache-2.0
//
// TLS is spelled as by buildctl, and a folder of its files is read as there
// (BuildKit v0.32.2, cmd/buildctl/common).
#include "DaemonFlags.h"

#include "BuilderOption.h"
#include "EngineCache.h"
#include "OutputOption.h"

#include <llvm/Support/FileSystem.h>

namespace llb::driver {

namespace cl = llvm::cl;

DaemonFlags::DaemonFlags(cl::OptionCategory &own, cl::OptionCategory &docker)
    : builder("builder",
              cl::desc("Who builds: embedded, buildkit or buildkit://ADDRESS"),
              cl::value_desc("builder"), cl::cat(own)),
      allow("allow",
            cl::desc("What RUN may do: network.host, security.insecure"),
            cl::value_desc("entitlement"), cl::cat(docker)),
      cacheFrom("cache-from", cl::desc("Cache to read, of other builds"),
                cl::value_desc("type=...,key=value"), cl::cat(docker)),
      cacheTo("cache-to", cl::desc("Cache to write, for other builds"),
              cl::value_desc("type=...,key=value"), cl::cat(docker)),
      ca("tlscacert", cl::desc("CA of the daemon's certificate: use TLS"),
         cl::value_desc("file"), cl::cat(docker)),
      certificate("tlscert", cl::desc("Our certificate for the daemon"),
                  cl::value_desc("file"), cl::cat(docker)),
      key("tlskey", cl::desc("Key of that certificate"), cl::value_desc("file"),
          cl::cat(docker)),
      folder("tlsdir",
             cl::desc("The three: ca, cert and key.pem, or ca.crt and tls.*"),
             cl::value_desc("dir"), cl::cat(docker)),
      serverName("tlsservername",
                 cl::desc("Name in the daemon's certificate (default: host)"),
                 cl::value_desc("name"), cl::cat(docker)) {}

std::string DaemonFlags::apply(Options &result) {
  if (std::string error = readBuilderOption(builder, result); !error.empty())
    return "--builder: " + error;
  result.allowed.assign(allow.begin(), allow.end());
  for (const backend::Output &output : result.outputs) {
    if (std::string error = checkOutput(output, !result.daemon.empty());
        !error.empty())
      return error;
    if (!result.daemon.empty() && output.layoutDirectory)
      return "a daemon writes image layouts as tar; tar=false is for "
             "--builder=embedded";
  }
  if (std::string error =
          readCaches(result, {cacheFrom.begin(), cacheFrom.end()},
                     {cacheTo.begin(), cacheTo.end()});
      !error.empty())
    return error;
  return readTls(result);
}

/// The first of the two names that is in the folder.
static std::string findIn(const std::string &folder, const char *first,
                          const char *second, std::string &error) {
  for (const char *name : {first, second})
    if (std::string path = folder + "/" + name; llvm::sys::fs::exists(path))
      return path;
  error = "--tlsdir: '" + folder + "' has neither " + first + " nor " + second;
  return "";
}

std::string DaemonFlags::readTls(Options &result) {
  result.tlsCa = ca;
  result.tlsCertificate = certificate;
  result.tlsKey = key;
  result.tlsServerName = serverName;
  if (!folder.empty()) {
    if (!ca.empty() || !certificate.empty() || !key.empty())
      return "--tlsdir holds what --tlscacert, --tlscert and --tlskey name; "
             "give either";
    std::string error;
    result.tlsCa = findIn(folder, "ca.pem", "ca.crt", error);
    result.tlsCertificate = findIn(folder, "cert.pem", "tls.crt", error);
    result.tlsKey = findIn(folder, "key.pem", "tls.key", error);
    if (!error.empty())
      return error;
  }
  if (result.tlsCertificate.empty() != result.tlsKey.empty())
    return "--tlscert and --tlskey go together";
  if (result.tlsCa.empty() &&
      !(result.tlsCertificate.empty() && result.tlsServerName.empty()))
    return "TLS needs --tlscacert, the CA of the daemon's certificate";
  if (!result.tlsCa.empty() && result.daemon.empty())
    return "--tls... are for --builder=buildkit://tcp://HOST:PORT";
  return "";
}

} // namespace llb::driver
