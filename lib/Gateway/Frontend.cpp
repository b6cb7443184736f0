// SPDX-License-Identifier: Apache-2.0
//
// One build, in the order of BuildKit's own frontend: the daemon's abilities,
// the context, the build file, lowering, results (v0.32.2, dockerfile/builder
// and dockerui).
#include "llb/Gateway/Frontend.h"
#include "Environment.h"
#include "Report.h"
#include "llb/Check/IckChecks.h"
#include "llb/Gateway/Host.h"
#include "llb/Gateway/Solve.h"
#include "llb/IR/Binary.h"
#include "llb/Support/GitRef.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/PatternMatcher.h"
#include "llb/Support/RandomId.h"

#include <cstring>

#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SourceMgr.h>

namespace llb::gateway {
namespace {

class Build {
public:
  Build(Bridge &bridge, Environment environment,
        std::optional<frontend::Language> language)
      : bridge(bridge), environment(std::move(environment)), language(language),
        diags(sources), host(bridge, lowering) {}

  /// On failure `failure` is set.
  std::optional<Result> run();
  Failure failure;

private:
  bool fail(std::string message) {
    failure.message = std::move(message);
    return false;
  }
  bool fail(const std::string &prefix, llvm::Error error) {
    failure = describeCall(bridge, prefix, std::move(error));
    return false;
  }
  bool failWithDiagnostic() {
    failure = describeError(bridge, *diags.firstError(), diags, file);
    // BuildKit shows lines for builds only.
    if (!option("requestid").empty())
      failure.places.clear();
    if (diags.firstError()->id == diag::UnsupportedRequest)
      describeUnsupported("errdefs.Subrequest", option("requestid"));
    return false;
  }
  void describeUnsupported(std::string type, const std::string &name);
  /// The option, empty if it is absent.
  const std::string &option(const std::string &key) const {
    static const std::string none;
    auto found = environment.opts.find(key);
    return found == environment.opts.end() ? none : found->second;
  }
  bool contextIsRemote() const;
  bool meetDaemon();
  bool checkFrontendCaps();
  bool probeHttpContext();
  bool readBuildFile();
  bool readIgnoreFile();
  bool setIgnorePatterns(const std::string &text, const std::string &name);
  std::optional<lower::Lowered> compile();

  Bridge &bridge;
  Environment environment;
  std::optional<frontend::Language> language;
  llvm::SourceMgr sources;
  DiagEngine diags;
  lower::LowerOptions lowering;
  Host host;
  Peer peer;
  /// What the build file was read from.
  std::string fileRef;
  std::string fileDigest;
  std::string filename;
  std::string_view text;
  ir::SourceInfo file;
};

} // namespace

/// A detail whose only field is a name.
void Build::describeUnsupported(std::string type, const std::string &name) {
  failure.detailType = std::move(type);
  failure.detailValue = "{\"name\":" + go::jsonString(name) + "}";
}

bool Build::checkFrontendCaps() {
  llvm::StringRef rest = option("frontend.caps");
  while (!rest.empty()) {
    auto [item, tail] = rest.split(',');
    rest = tail;
    llvm::StringRef cap = item.split('+').first;
    if (cap == "moby.buildkit.frontend.inputs" ||
        cap == "moby.buildkit.frontend.subrequests" ||
        cap == "moby.buildkit.frontend.contexts" ||
        cap == "moby.buildkit.frontend.gitquerystring")
      continue;
    fail("unsupported frontend capability " + cap.str());
    describeUnsupported("errdefs.FrontendCap", cap.str());
    failure.code = 12; // unimplemented
    return false;
  }
  return true;
}

bool Build::meetDaemon() {
  auto answer = bridge.ping();
  if (!answer)
    return fail("", answer.takeError());
  peer = std::move(*answer);
  if (!peer.llbCaps.contains("file.base"))
    return fail("needs BuildKit 0.5 or later");
  if (!checkFrontendCaps())
    return false;
  lowering.opts = environment.opts;
  lowering.session = environment.session;
  lowering.progressGroupId = randomId();
  lowering.buildPlatforms = peer.platforms;
  lowering.supports = [this](const std::string &capability) {
    return peer.llbCaps.contains(capability);
  };
  lowering.host = &host;
  lowering.resolver = &host;
  if (llvm::Error error = host.takeInputs(peer))
    return fail("failed to get frontend inputs: ", std::move(error));
  return true;
}

bool Build::contextIsRemote() const {
  const std::string &key = option("contextkey");
  const std::string &url = option(key.empty() ? "context" : key);
  GitRef ref;
  std::string error;
  return GitRef::parse(url, ref, error) != GitRef::Kind::NotGit ||
         url.starts_with("http://") || url.starts_with("https://");
}

/// An HTTP context may be an archive or a build file alone.
bool Build::probeHttpContext() {
  auto module = lower::loadHttpContext(lowering);
  if (!module)
    return true;
  constexpr int64_t headerSize = 1024;
  auto ref = bridge.solve(definitionOf(*module), {}, {}, /*evaluate=*/false);
  if (!ref)
    return fail("failed to resolve httpcontext: ", ref.takeError());
  auto header = bridge.readFile(*ref, "context", headerSize);
  if (!header)
    return fail("failed to read downloaded context: ", header.takeError());
  lowering.contextIsFile = !isArchive(*header);
  return true;
}

bool Build::readBuildFile() {
  filename = option("filename");
  if (!environment.opts.contains("filename"))
    filename = "Dockerfile";
  if (lowering.contextIsFile)
    filename = "context";
  auto module = lower::loadBuildFile(lowering, diags);
  if (llvm::failed(module))
    return failWithDiagnostic();
  std::vector<Digest> digests = ir::digestNodes(*module);
  // The last operation is the terminal one.
  if (digests.size() > 1)
    fileDigest = digests[digests.size() - 2].str();
  file.definition = {definitionOf(*module)};
  auto ref = bridge.solve(file.definition->bytes, {}, {}, /*evaluate=*/false);
  if (!ref)
    return fail("failed to resolve dockerfile: ", ref.takeError());
  fileRef = std::move(*ref);

  auto read = bridge.readFile(fileRef, filename);
  if (!read && go::basePath(filename) == "Dockerfile") {
    auto lowerCase = bridge.readFile(
        fileRef,
        filename.substr(0, filename.size() - std::strlen("Dockerfile")) +
            "dockerfile");
    if (lowerCase) {
      llvm::consumeError(read.takeError());
      read = std::move(lowerCase);
    } else {
      llvm::consumeError(lowerCase.takeError());
    }
  }
  if (!read)
    return fail("failed to read dockerfile: ", read.takeError());
  text = diags.addBuffer(llvm::MemoryBuffer::getMemBufferCopy(*read, filename));
  file.filename = filename;
  file.data.data = text;
  return true;
}

bool Build::setIgnorePatterns(const std::string &text,
                              const std::string &name) {
  std::string error;
  lowering.ignorePatterns = parseDockerignore(text, &error);
  return error.empty() || fail("failed to read dockerignore patterns: failed "
                               "parsing " +
                               name + ": " + error);
}

bool Build::readIgnoreFile() {
  const std::string name = filename + ".dockerignore";
  auto own = bridge.readFile(fileRef, name);
  if (own)
    return setIgnorePatterns(*own, name);
  llvm::consumeError(own.takeError());
  const std::string &request = option("requestid");
  if (contextIsRemote() || host.input("context") ||
      request == "frontend.targets" ||
      request == "frontend.subrequests.describe")
    return true;
  auto ref = bridge.solve(definitionOf(lower::loadIgnoreFile(
                              lowering, "context", "context-.dockerignore",
                              "[internal] load .dockerignore")),
                          {}, {}, /*evaluate=*/false);
  if (!ref)
    return fail("failed to read dockerignore patterns: ", ref.takeError());
  auto shared = bridge.readFile(*ref, ".dockerignore");
  if (shared)
    return setIgnorePatterns(*shared, ".dockerignore");
  llvm::consumeError(shared.takeError());
  return true;
}

std::optional<lower::Lowered> Build::compile() {
  if (!language)
    language = frontend::languageNamed(imageBaseName(option("source")));
  if (!language)
    language = frontend::detectLanguage(text, go::basePath(filename));
  frontend::ParseOptions parsing;
  parsing.ickChecks = *language == frontend::Language::Ickfile &&
                      frontend::asksForIckChecks(text);
  if (parsing.ickChecks)
    diags.setAnnotator(check::addIckNumber);
  file.language =
      *language == frontend::Language::Mockerfile ? "Mockerfile" : "Dockerfile";

  ast::SourceUnit unit;
  lower::SyntaxErrors syntax(sources);
  (void)frontend::parse(*language, text, filename, parsing, unit,
                        syntax.engine());
  lowering.syntax = &syntax;
  lowering.ickChecks = parsing.ickChecks;
  lowering.parseTrigger = [&](std::string_view trigger, LineRange lines,
                              llvm::SMRange range) {
    return frontend::parseTrigger(*language, trigger, lines, range, diags);
  };
  auto lowered = lower::lower(unit, lowering, diags);
  lowering.syntax = nullptr;
  if (llvm::failed(lowered))
    return std::nullopt;
  return std::move(*lowered);
}

std::optional<Result> Build::run() {
  if (!meetDaemon() || !probeHttpContext() || !readBuildFile() ||
      !readIgnoreFile())
    return std::nullopt;
  auto lowered = compile();
  // A lint answer holds the warnings itself.
  bool linted = lowered && lowered->answer &&
                lowered->answer->contains("result.statuscode");
  if (!linted && peer.frontendCaps.contains("gateway.warnings"))
    if (llvm::Error error = sendWarnings(bridge, diags, file, fileDigest)) {
      fail("", std::move(error));
      return std::nullopt;
    }
  if (!lowered) {
    failWithDiagnostic();
    return std::nullopt;
  }
  if (!lowered->answer)
    return solveImages(bridge, peer, *lowered, environment.opts, failure);
  Result result;
  result.metadata.assign(lowered->answer->begin(), lowered->answer->end());
  return result;
}

llvm::Error runFrontend(Bridge &bridge, const char *const *variables,
                        std::optional<frontend::Language> language) {
  Build build(bridge, Environment::read(variables), language);
  if (auto result = build.run())
    return bridge.finish(*result);
  return bridge.fail(build.failure);
}

} // namespace llb::gateway
