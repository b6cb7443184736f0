// SPDX-License-Identifier: Apache-2.0
//
// The definition that loads the build file: a remote context, or of a local
// directory the file itself, its `.dockerignore`, and `dockerfile` in lower
// case beside a `Dockerfile`.
#include "SourceMap.h"
#include "BuildContext.h"
#include "InputDefinition.h"
#include "LocalSource.h"
#include "llb/IR/Binary.h"
#include "llb/Support/GoPath.h"

#include <llvm/Support/SourceMgr.h>

namespace llb::lower {

/// The remote context or the definition that the client handed in for the file;
/// nothing if the file is in a local directory. Whatever is wrong is reported
/// to `diags`.
static llvm::FailureOr<std::optional<ir::Module>>
remoteDefinition(const LowerOptions &options, const FrontendOptions &frontend,
                 DiagEngine &diags) {
  ast::BuildFile file;
  check::Linter linter({}, file.words, diags);
  LowerContext context(file, options, frontend, linter, diags);
  auto remote = addRemoteContext(context);
  if (llvm::failed(remote))
    return llvm::failure();
  if (frontend.find("dockerfilekey"))
    return std::optional<ir::Module>();
  if (!remote->valid() && options.host)
    if (const std::string *bytes = options.host->input("dockerfile"))
      remote = addDefinition(context, *bytes);
  if (llvm::failed(remote))
    return llvm::failure();
  if (!remote->valid())
    return std::optional<ir::Module>();
  return std::optional(std::move(context.builder).build(*remote, "", {}));
}

static ir::Module localDefinition(const LowerOptions &options,
                                  const FrontendOptions &frontend) {
  const std::string *option = frontend.find("filename");
  std::string filename = option ? *option : "Dockerfile";
  option = frontend.find("dockerfilekey");

  LocalSource source;
  source.name = option ? *option : "dockerfile";
  source.sharedKeyHint = source.name;
  source.followPaths = {filename, filename + ".dockerignore"};
  if (go::basePath(filename) == "Dockerfile") {
    std::string directory = filename.substr(0, filename.rfind('/') + 1);
    source.followPaths.push_back(go::joinPath({directory, "dockerfile"}));
  }
  source.customName = "[internal] load build definition from " + filename;
  source.noDiffer = true;

  ir::Builder builder;
  ir::NodeId node = builder.add(makeLocalSource(options, frontend, source));
  return std::move(builder).build({node, 0}, "", {});
}

ir::Module loadDefinition(const LowerOptions &options,
                          const FrontendOptions &frontend) {
  llvm::SourceMgr sources;
  // What is wrong here is reported where the context is lowered.
  DiagEngine ignored(sources);
  auto remote = remoteDefinition(options, frontend, ignored);
  if (llvm::succeeded(remote) && *remote)
    return std::move(**remote);
  return localDefinition(options, frontend);
}

llvm::FailureOr<ir::Module> loadBuildFile(const LowerOptions &options,
                                          DiagEngine &diags) {
  auto frontend = FrontendOptions::parse(options.opts, diags);
  if (llvm::failed(frontend))
    return llvm::failure();
  auto remote = remoteDefinition(options, *frontend, diags);
  if (llvm::failed(remote))
    return llvm::failure();
  if (*remote)
    return std::move(**remote);
  return localDefinition(options, *frontend);
}

ir::Module loadIgnoreFile(const LowerOptions &options, const std::string &name,
                          const std::string &sharedKeyHint,
                          const std::string &customName) {
  FrontendOptions frontend;
  frontend.raw = options.opts;
  LocalSource source;
  source.name = name;
  source.sharedKeyHint = sharedKeyHint;
  source.followPaths = {".dockerignore"};
  source.customName = customName;
  source.noDiffer = true;
  ir::Builder builder;
  ir::NodeId node = builder.add(makeLocalSource(options, frontend, source));
  return std::move(builder).build({node, 0}, "", {});
}

ir::SourceInfo makeSourceInfo(const ast::BuildFile &file,
                              const LowerOptions &options,
                              const FrontendOptions &frontend) {
  ir::SourceInfo info;
  info.filename = file.filename;
  info.data.data = file.text;
  info.language = "Dockerfile";
  if (options.session) {
    ir::Module load = loadDefinition(options, frontend);
    info.definition = {ir::encodeModule(load, load.results.front())};
  }
  return info;
}

} // namespace llb::lower
