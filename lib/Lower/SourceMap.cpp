// SPDX-License-Identifier: Apache-2.0
//
// The definition that loads the build file: a remote context, or of a local
// directory the file itself, its `.dockerignore`, and `dockerfile` in lower
// case beside a `Dockerfile`.
#include "SourceMap.h"
#include "BuildContext.h"
#include "LocalSource.h"
#include "llb/IR/Binary.h"
#include "llb/Support/GoPath.h"

#include <llvm/Support/SourceMgr.h>

namespace llb::lower {

/// The remote context, nothing if the file is in a local directory.
static std::optional<ir::Module>
remoteDefinition(const ast::BuildFile &file, const LowerOptions &options,
                 const FrontendOptions &frontend) {
  if (frontend.find("dockerfilekey"))
    return std::nullopt;
  llvm::SourceMgr sources;
  // Whatever is wrong is reported where the context is lowered.
  DiagEngine ignored(sources);
  check::Linter linter({}, file.words, ignored);
  LowerContext context(file, options, frontend, linter, ignored);
  auto remote = addRemoteContext(context);
  if (llvm::failed(remote) || !remote->valid())
    return std::nullopt;
  return std::move(context.builder).build(*remote, "", {});
}

ir::Module loadDefinition(const ast::BuildFile &file,
                          const LowerOptions &options,
                          const FrontendOptions &frontend) {
  if (auto remote = remoteDefinition(file, options, frontend))
    return std::move(*remote);
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

static std::string dockerfileDefinition(const ast::BuildFile &file,
                                        const LowerOptions &options,
                                        const FrontendOptions &frontend) {
  ir::Module module = loadDefinition(file, options, frontend);
  std::string bytes;
  llvm::raw_string_ostream out(bytes);
  ir::writeModule(module, module.results.front(), out);
  out.flush();
  return bytes;
}

ir::SourceInfo makeSourceInfo(const ast::BuildFile &file,
                              const LowerOptions &options,
                              const FrontendOptions &frontend) {
  ir::SourceInfo info;
  info.filename = file.filename;
  info.data.data = file.text;
  info.language = "Dockerfile";
  if (options.session)
    info.definition = {dockerfileDefinition(file, options, frontend)};
  return info;
}

} // namespace llb::lower
