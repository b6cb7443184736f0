// SPDX-License-Identifier: Apache-2.0
//
// One process for the whole block. Source lines and keys are files that a file
// operation writes and the process gets as a read-only mount, so that no text
// of the Mockerfile but the names of packages passes a shell, and those pass it
// quoted. apt trusts a key for the repositories of its block alone: keys go to
// /etc/apt/keyrings, and lines get `signed-by`.
//
//   %key   = source "https://example.org/key.asc"
//   %files = file scratch { copy %key -> "/key-1"; mkfile "/sources.list" ... }
//   %2     = exec %1 mount("/run/mocker", %files) cache("/var/cache/apt") ...
//
// Whether a key is armoured is not to be seen from its URL, and apt wants to
// know from the file's name; so armour is taken off. Debian's images configure
// apt to empty its cache after each run (docker-clean): that file is hidden by
// a mount for as long as the process runs.
#include "MockerPackage.h"
#include "MockerChecks.h"
#include "Sources.h"
#include "llb/Support/Digest.h"
#include "llb/Support/LowerDiags.h"

namespace llb::lower {

static constexpr const char *filesDir = "/run/mocker";
/// With a cache of lists, apt would go on with an old one after an error.
static constexpr const char *aptConfig =
    "// Packages are kept in a cache mount.\n"
    "APT::Keep-Downloaded-Packages \"true\";\n"
    "APT::Update::Error-Mode \"any\";\n";

/// Shell functions and lines that stand before the use of apt.
static constexpr const char *keyFunction =
    "key() {\n"
    "  if grep -q -e '^-----BEGIN PGP' \"$1\"; then\n"
    "    tr -d '\\r' < \"$1\" |\n"
    "      sed -n -e '/^-----BEGIN PGP/,/^-----END PGP/p' |\n"
    "      sed -e '/^-----BEGIN PGP/,/^[[:space:]]*$/d' "
    "-e '/^-----END PGP/d' -e '/^=/d' |\n"
    "      base64 -d > \"$2\"\n"
    "  else\n"
    "    cat \"$1\" > \"$2\"\n"
    "  fi\n"
    "  chmod 644 \"$2\"\n"
    "}\n";
static constexpr const char *certificates =
    "if grep -q https: /run/mocker/sources.list &&\n"
    "  [ ! -s /etc/ssl/certs/ca-certificates.crt ]; then\n"
    "  apt-get update\n"
    "  apt-get install --no-install-recommends --no-install-suggests -y "
    "ca-certificates\n"
    "fi\n";

static std::string keyringOf(const MockerPackageTexts &package, size_t index) {
  return fmt::format("/etc/apt/keyrings/mocker-{}-{}.gpg", package.imageName,
                     index + 1);
}

/// Whether a repository is, or may be, one that certificates are needed for.
static bool mayUseHttps(const MockerTemplate &line) {
  return !line.constant() ||
         line.constant()->find("https://") != std::string::npos;
}

static std::string script(const MockerPackageTexts &package) {
  std::string result = "set -e\nexport DEBIAN_FRONTEND=noninteractive\n";
  bool https = false;
  for (const MockerPackageTexts::Repo &repo : package.repos)
    https |= mayUseHttps(repo.line);
  if (https)
    result += certificates;
  if (!package.keys.empty()) {
    result += keyFunction;
    result += "mkdir -p /etc/apt/keyrings\n";
    for (size_t i = 0; i < package.keys.size(); ++i)
      result += fmt::format("key {}/key-{} {}\n", filesDir, i + 1,
                            keyringOf(package, i));
  }
  if (!package.repos.empty())
    result += fmt::format(
        "mkdir -p /etc/apt/sources.list.d\n"
        "cp {}/sources.list /etc/apt/sources.list.d/mocker-{}.list\n",
        filesDir, package.imageName);
  if (package.install.empty())
    return result;
  result += "apt-get update\n"
            "apt-get install --no-install-recommends --no-install-suggests "
            "-y --";
  for (const MockerTemplate &item : package.install)
    result += " " + item.shellWord();
  return result + "\n";
}

ast::RunStmt makePackageRun(const MockerPackageTexts &package) {
  ast::RunStmt run;
  run.word = mockerPackageWord;
  run.range = package.source->range;
  run.lines = package.source->lines;
  run.original = mockerPackageWord;
  for (const MockerTemplate &item : package.install)
    run.original += " " + item.word();
  run.command.args = {"/bin/sh", "-c", script(package)};
  // The scratch stages that stand for these get the files for their root.
  run.mounts = {fmt::format("type=bind,from=scratch,target={}", filesDir),
                "type=bind,from=scratch,source=/apt.conf,target=/etc/apt/"
                "apt.conf.d/docker-clean",
                "type=cache,target=/var/cache/apt,sharing=locked",
                "type=cache,target=/var/lib/apt,sharing=locked"};
  return run;
}

// ---- files ----

/// Puts `signed-by` into a source line, unless it says itself whom it trusts.
static std::string signedLine(std::string_view line,
                              const std::string &keyrings) {
  if (keyrings.empty())
    return std::string(line);
  size_t start = line.find_first_of(" \t");
  size_t rest = line.find_first_not_of(" \t", start);
  if (rest == std::string_view::npos)
    return std::string(line);
  std::string type(line.substr(0, start));
  if (line[rest] != '[')
    return fmt::format("{} [signed-by={}] {}", type, keyrings,
                       line.substr(rest));
  std::string_view options = line.substr(rest, line.find(']', rest) - rest);
  if (options.find("signed-by=") != std::string_view::npos ||
      options.find("trusted=") != std::string_view::npos)
    return std::string(line);
  return fmt::format("{} [signed-by={} {}", type, keyrings,
                     line.substr(rest + 1));
}

namespace {

class PackageFiles {
public:
  PackageFiles(LowerContext &context, const StageState &stage,
               const MockerPackageTexts &package)
      : context(context), stage(stage), package(package) {}

  llvm::FailureOr<ir::ValueId> add() {
    for (const MockerPackageTexts::Key &key : package.keys)
      if (llvm::failed(addKey(key)))
        return llvm::failure();
    if (!package.repos.empty() && llvm::failed(addSourceList()))
      return llvm::failure();
    addFile("/apt.conf", aptConfig);
    return finish();
  }

private:
  std::optional<std::string> expand(const MockerTemplate &text,
                                    const ast::MockerPlace &place) {
    Expanded expanded =
        expandWord(text.word(), stage.env, context.expandOptions(),
                   context.options.maxValueBytes);
    if (expanded.ok())
      return std::move(expanded.text);
    context.diags.report(diag::ExpansionFailed, place.range, expanded.error)
        .place(place.lines);
    return std::nullopt;
  }

  llvm::LogicalResult addKey(const MockerPackageTexts::Key &key) {
    std::optional<std::string> url = expand(key.url, *key.source);
    std::optional<std::string> sum = expand(key.sha256, *key.source);
    if (!url || !sum)
      return llvm::failure();
    if (llvm::failed(checkMockerUrl(*url, key.source->url, context.diags)))
      return llvm::failure();
    if (!sum->empty() && !Digest::parse(*sum)) {
      context.diags
          .report(diag::MockerBadChecksum, key.source->sha256.range, *sum)
          .place(key.source->sha256.lines);
      return llvm::failure();
    }
    ir::ValueId source =
        addHttpSource(context, *url, "key", *sum,
                      namedMetadata(internalName("load apt key " + *url)));
    ir::Copy copy;
    copy.src = "/key";
    copy.dest = fmt::format("/key-{}", ++keys);
    copy.mode = 0644;
    copy.createDestPath = true;
    copy.timestamp = -1;
    append(source, std::move(copy));
    return llvm::success();
  }

  llvm::LogicalResult addSourceList() {
    std::string keyrings;
    for (size_t i = 0; i < package.keys.size(); ++i)
      keyrings += (i ? "," : "") + keyringOf(package, i);
    std::string text;
    for (const MockerPackageTexts::Repo &repo : package.repos) {
      std::optional<std::string> line = expand(repo.line, *repo.source);
      if (!line)
        return llvm::failure();
      if (line->find_first_of("\n\r") != std::string::npos) {
        context.diags
            .report(diag::MockerBadRepo, repo.source->range,
                    "it has several lines")
            .place(repo.source->lines);
        return llvm::failure();
      }
      text += signedLine(*line, keyrings) + "\n";
    }
    addFile("/sources.list", std::move(text));
    return llvm::success();
  }

  void addFile(const char *path, std::string data) {
    ir::MkFile file;
    file.path = path;
    file.mode = 0644;
    file.data.data = std::move(data);
    file.timestamp = -1;
    append({}, std::move(file));
  }

  void append(ir::ValueId source, decltype(ir::FileAction::action) action) {
    ir::FileAction result;
    result.secondaryInput = ir::noIndex;
    result.output = ir::noIndex;
    result.action = std::move(action);
    if (source.valid()) {
      result.secondaryInput = static_cast<int64_t>(vertex.op.inputs.size());
      vertex.op.inputs.push_back(source);
    }
    file.actions.push_back(std::move(result));
  }

  ir::ValueId finish() {
    auto inputs = static_cast<int64_t>(vertex.op.inputs.size());
    for (size_t i = 0; i < file.actions.size(); ++i)
      file.actions[i].input =
          i == 0 ? ir::noIndex : inputs + static_cast<int64_t>(i) - 1;
    file.actions.back().output = 0;
    vertex.op.body = std::move(file);
    vertex.metadata = namedMetadata(internalName("preparing apt sources"));
    vertex.metadata.caps["file.base"] = true;
    vertex.locations = context.locations(package.source->lines);
    return {context.builder.add(std::move(vertex)), 0};
  }

  LowerContext &context;
  const StageState &stage;
  const MockerPackageTexts &package;
  ir::Vertex vertex;
  ir::File file;
  unsigned keys = 0;
};

} // namespace

llvm::FailureOr<ir::ValueId>
addPackageFiles(LowerContext &context, const StageState &stage,
                const MockerPackageTexts &package) {
  return PackageFiles(context, stage, package).add();
}

} // namespace llb::lower
