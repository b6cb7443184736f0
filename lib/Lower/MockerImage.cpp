// SPDX-License-Identifier: Apache-2.0
//
// The order is fixed, whatever the order of the keys: environment, packages,
// directory, downloads, copies, steps, config; it is the original's, and each
// part can rely on those before it. Arguments are declared as late as they are
// needed, since a process that sees an argument runs again when it changes.
#include "MockerImage.h"
#include "MockerImageWriter.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Suggest.h"

#include <algorithm>

namespace llb::lower {

const std::vector<std::string> &mockerPlatformArgs() {
  static const std::vector<std::string> names = {
      "BUILDPLATFORM", "BUILDOS",        "BUILDOSVERSION", "BUILDARCH",
      "BUILDVARIANT",  "TARGETPLATFORM", "TARGETOS",       "TARGETOSVERSION",
      "TARGETARCH",    "TARGETVARIANT",  "TARGETSTAGE"};
  return names;
}

MockerTemplate MockerScope::read(const ast::MockerText &text) const {
  MockerTemplate result;
  size_t fault = 0;
  if (!MockerTemplate::parse(text.text, result, fault)) {
    error(diag::MockerBadVariable, text,
          text.text.substr(fault,
                           text.text.find_first_of(" }\n", fault) - fault));
    return MockerTemplate::literal(text.text);
  }
  for (const std::string &name : result.variables()) {
    if (!knownArgs.contains(name))
      error(diag::MockerUnknownArgument, text, name,
            didYouMean(name, {knownArgs.begin(), knownArgs.end()}, false));
    else if (missingArgs.contains(name))
      error(diag::MockerNoValue, text, name);
  }
  return result;
}

std::string firstLine(std::string_view text) {
  size_t end = text.find('\n');
  if (end == std::string_view::npos)
    return std::string(text);
  bool more = text.find_first_not_of(" \n", end) != std::string_view::npos;
  return std::string(text.substr(0, end)) + (more ? "..." : "");
}

void ImageWriter::declare(const std::vector<std::string> &names,
                          const ast::MockerPlace &place) {
  for (const std::string &name : names) {
    if (!declared.insert(name).second)
      continue;
    auto arg = make<ast::ArgStmt>("ARG", place, name);
    arg.args.push_back({name, std::nullopt, {}});
    stage.stmts.push_back(std::move(arg));
  }
}

MockerTemplate ImageWriter::use(const ast::MockerText &text) {
  MockerTemplate result = scope.read(text);
  declare(result.variables(), text);
  return result;
}

bool ImageWriter::need(const ast::MockerText &text,
                       const ast::MockerPlace &owner, const char *what,
                       const char *remedy) const {
  if (!text.empty())
    return true;
  scope.error(diag::MockerMissing,
              text.given() ? static_cast<const ast::MockerPlace &>(text)
                           : owner,
              what, remedy);
  return false;
}

bool ImageWriter::needAll(const std::vector<ast::MockerText> &texts,
                          const char *what) const {
  bool good = true;
  for (const ast::MockerText &text : texts)
    if (text.text.find_first_not_of(" \t\r\n") == std::string::npos) {
      scope.error(diag::MockerEmptyItem, text, what);
      good = false;
    }
  return good;
}

std::string ImageWriter::modeOf(const ast::MockerText &mode,
                                std::string fallback) const {
  if (mode.empty())
    return fallback;
  bool good = mode.text.size() >= 3 && mode.text.size() <= 5 &&
              mode.text.find_first_not_of("01234567") == std::string::npos &&
              (mode.text.size() < 5 || mode.text.front() == '0');
  if (!good)
    scope.error(diag::MockerBadMode, mode, mode.text);
  return mode.text;
}

void ImageWriter::run(const char *name, const ast::MockerPlace &place,
                      std::string command, const std::string &shown) {
  declareAll(place);
  auto stmt = make<ast::RunStmt>(name, place, shown);
  stmt.command.args = {std::move(command)};
  stmt.command.shellForm = true;
  stage.stmts.push_back(std::move(stmt));
}

void ImageWriter::environment() {
  if (image.env.empty())
    return;
  for (const ast::MockerPair &pair : image.env) {
    if (!isVariableName(pair.name.text))
      scope.error(diag::MockerBadVariableName, pair.name, pair.name.text);
    auto env = make<ast::EnvStmt>("ENV", pair.name, pair.name.text);
    env.pairs.push_back({escapeWord(pair.name.text),
                         pair.value ? word(*pair.value) : "", false});
    stage.stmts.push_back(std::move(env));
  }
}

void ImageWriter::workdir() {
  if (image.workdir.empty())
    return;
  std::string path = word(image.workdir);
  auto stmt = make<ast::WorkdirStmt>("WORKDIR", image.workdir, path);
  stmt.path = std::move(path);
  stage.stmts.push_back(std::move(stmt));
}

void ImageWriter::copies(const std::vector<std::string> &sources) {
  for (size_t i = 0; i < image.copy.size(); ++i) {
    const ast::MockerCopy &item = image.copy[i];
    bool good = need(item.dst, item, "a copy has no 'dst'",
                     "the path to put the files at");
    if (item.src.empty()) {
      scope.error(diag::MockerMissing, item, "a copy has no 'src'",
                  "the paths to copy");
      good = false;
    }
    if (!good || !needAll(item.src, "'src'"))
      continue;
    std::string original;
    std::vector<std::string> paths;
    for (const ast::MockerText &text : item.src) {
      paths.push_back(word(text));
      original += paths.back() + " ";
    }
    std::string dest = word(item.dst);
    auto copy = make<ast::CopyStmt>("COPY", item, original + dest);
    copy.sources = std::move(paths);
    copy.dest = std::move(dest);
    copy.from = sources[i];
    copy.chown = word(item.owner);
    copy.chmod = modeOf(item.mode, "");
    stage.stmts.push_back(std::move(copy));
  }
}

void ImageWriter::steps() {
  if (!needAll(image.steps, "'steps'"))
    return;
  for (const ast::MockerText &text : image.steps)
    run("STEP", text, text.text, firstLine(text.text));
}

void ImageWriter::output(const std::string &inner) {
  for (const ast::MockerText &text : image.output) {
    MockerTemplate path = use(text);
    if (!path.prefix().starts_with("/")) {
      scope.error(diag::MockerOutputRelative, text, text.text);
      continue;
    }
    std::string source = path.word();
    std::string dest = source;
    size_t wildcard = text.text.find_first_of("*?[");
    if (wildcard != std::string::npos) {
      if (text.text.find('/', wildcard) != std::string::npos) {
        scope.error(diag::MockerOutputWildcard, text, text.text);
        continue;
      }
      // What matches keeps its directory.
      dest = source.substr(0, source.rfind('/') + 1);
    }
    auto copy = make<ast::CopyStmt>("OUTPUT", text, source);
    copy.sources = {source};
    copy.dest = std::move(dest);
    copy.from = inner;
    stage.stmts.push_back(std::move(copy));
  }
}

void ImageWriter::config() {
  if (!image.user.empty()) {
    std::string name = word(image.user);
    auto user = make<ast::UserStmt>("USER", image.user, name);
    user.user = std::move(name);
    stage.stmts.push_back(std::move(user));
  }
  for (const ast::MockerPair &pair : image.labels) {
    if (pair.name.empty())
      scope.error(diag::MockerEmptyItem, pair.name, "'labels'");
    auto label = make<ast::LabelStmt>("LABEL", pair.name, pair.name.text);
    label.pairs.push_back({escapeWord(pair.name.text),
                           pair.value ? word(*pair.value) : "", false});
    stage.stmts.push_back(std::move(label));
  }
  if (!image.ports.empty() && needAll(image.ports, "'ports'")) {
    auto expose = make<ast::ExposeStmt>("EXPOSE", image.ports.front(), "");
    for (const ast::MockerText &text : image.ports)
      expose.ports.push_back(word(text));
    std::sort(expose.ports.begin(), expose.ports.end());
    stage.stmts.push_back(std::move(expose));
  }
  auto command = [&](auto stmt, const std::vector<ast::MockerText> &args) {
    for (const ast::MockerText &text : args)
      stmt.command.args.push_back(text.text);
    stage.stmts.push_back(std::move(stmt));
  };
  if (!image.entrypoint.empty())
    command(
        make<ast::EntrypointStmt>("ENTRYPOINT", image.entrypoint.front(), ""),
        image.entrypoint);
  if (!image.cmd.empty())
    command(make<ast::CmdStmt>("CMD", image.cmd.front(), ""), image.cmd);
}

void addMockerStatements(const MockerScope &scope,
                         const ast::MockerImage &image, const std::string &name,
                         const std::vector<std::string> &copySources,
                         ast::Stage &stage,
                         std::optional<MockerPackageTexts> &package) {
  ImageWriter writer(scope, image, stage);
  writer.environment();
  writer.package(name, package);
  writer.workdir();
  writer.externals();
  writer.copies(copySources);
  writer.steps();
}

void addMockerOutput(const MockerScope &scope, const ast::MockerImage &image,
                     const ast::Stage &inner, ast::Stage &stage) {
  // The environment is that of the build, which comes first there.
  for (const ast::Stmt &stmt : inner.stmts) {
    if (!std::holds_alternative<ast::ArgStmt>(stmt) &&
        !std::holds_alternative<ast::EnvStmt>(stmt))
      break;
    stage.stmts.push_back(stmt);
  }
  ImageWriter(scope, image, stage).output(inner.from.name);
}

void addMockerConfig(const MockerScope &scope, const ast::MockerImage &image,
                     ast::Stage &stage) {
  ImageWriter(scope, image, stage).config();
}

} // namespace llb::lower
