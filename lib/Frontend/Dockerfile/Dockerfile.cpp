// SPDX-License-Identifier: Apache-2.0
//
// Dockerfiles: which files they are, and how they read. The reader is shared
// with every language that has Docker's statements.
#include "../Common/BuildFileReader.h"
#include "../Frontends.h"

namespace llb::frontend {
namespace {

constexpr Dialect docker;

void acceptAll(const RawStmt &, std::vector<Diagnostic> &) {}

} // namespace

llvm::LogicalResult parseDockerfile(std::string_view text,
                                    std::string_view filename,
                                    ast::BuildFile &result, DiagEngine &diags) {
  return readBuildFile(text, filename, docker, acceptAll, result, diags);
}

const Frontend DockerfileFrontend = {
    .isSyntax =
        [](std::string_view image) {
          constexpr std::string_view hub = "docker.io/";
          if (image.starts_with(hub))
            image.remove_prefix(hub.size());
          return image.starts_with("docker/dockerfile") ||
                 image == "dockerfile.v0";
        },
    .isName =
        [](std::string_view name) {
          return isNamed(name, "dockerfile") || isNamed(name, "containerfile");
        },
    .isContent = [](std::string_view) { return false; },
    .parse =
        [](std::string_view text, std::string_view filename,
           const ParseOptions &, ast::SourceUnit &result, DiagEngine &diags) {
          return parseDockerfile(text, filename,
                                 result.emplace<ast::BuildFile>(), diags);
        },
    .parseTrigger =
        [](std::string_view text, LineRange lines, llvm::SMRange range,
           DiagEngine &diags) {
          return readTrigger(text, lines, range, docker, diags);
        },
    .dumpTokens =
        [](std::string_view text, const ParseOptions &, llvm::raw_ostream &out,
           DiagEngine &diags) {
          dumpBuildFileTokens(text, docker, out, diags);
        },
};

} // namespace llb::frontend
