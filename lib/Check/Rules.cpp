// SPDX-License-Identifier: Apache-2.0
//
// The checks of FROM lines, variables, names and paths (BuildKit v0.32.2,
// dockerfile2llb/validations.go). Where BuildKit goes through a Go map, whose
// order changes from run to run, names are taken in sorted order.
#include "llb/Check/Rules.h"
#include "FixIts.h"

#include "llb/Support/CheckDiags.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/GoText.h"
#include "llb/Support/Suggest.h"
#include "llb/Support/Unicode.h"

#include <algorithm>
#include <fmt/format.h>

using namespace llb;
using namespace llb::check;

namespace {

/// Arguments that switch scanning on and never become variables.
bool isScanArg(std::string_view name) {
  return name == "BUILDKIT_SBOM_SCAN_CONTEXT" ||
         name == "BUILDKIT_SBOM_SCAN_STAGE";
}

/// Whether one of the words that underscores cut `name` into is in `words`.
template <size_t N>
bool hasWord(std::string_view name, const std::string_view (&words)[N]) {
  for (;;) {
    size_t end = name.find('_');
    std::string_view word = name.substr(0, end);
    for (std::string_view wanted : words)
      if (unicode::equalFold(word, wanted))
        return true;
    if (end == std::string_view::npos)
      return false;
    name.remove_prefix(end + 1);
  }
}

/// Whether the patterns leave out all there is at the root.
bool excludesEverything(const std::vector<std::string> &patterns) {
  return std::any_of(
      patterns.begin(), patterns.end(), [](const std::string &pattern) {
        std::string clean = go::cleanPath(unicode::trim(pattern));
        return clean == "*" || clean == "**" || clean == "**/*";
      });
}

} // namespace

bool llb::check::isSecretName(std::string_view name) {
  static constexpr std::string_view secret[] = {
      "apikey",   "auth",  "credential", "credentials", "key",
      "password", "pword", "passwd",     "secret",      "token"};
  static constexpr std::string_view harmless[] = {"public", "file", "version"};
  return hasWord(name, secret) && !hasWord(name, harmless);
}

void llb::check::invalidDefaultArgInFrom(Linter &linter,
                                         const ast::FromStmt &from) {
  linter.warn(diag::InvalidDefaultArgInFrom, nullptr, from.lines, from.range,
              from.base, linter.nameOf(ast::StmtKind::Arg));
}

void llb::check::undefinedArgsInFrom(Linter &linter, const ast::FromStmt &from,
                                     const NameList &unmatched,
                                     const std::set<std::string> &declared) {
  std::vector<std::string> options(declared.begin(), declared.end());
  for (const std::string &name : unmatched)
    if (!declared.count(name))
      linter.warn(diag::UndefinedArgInFrom, from, name,
                  didYouMean(name, options, /*caseSensitive=*/true),
                  linter.nameOf(from.kind));
}

void llb::check::redundantTargetPlatform(Linter &linter,
                                         const ast::FromStmt &from,
                                         const Expanded &platform,
                                         const EnvGetter &globals) {
  // With two names, one of them empty, the result would look the same.
  if (platform.matched.size() != 1 || !platform.unmatched.empty() ||
      !platform.matched.count("TARGETPLATFORM"))
    return;
  const std::string *target = globals.get("TARGETPLATFORM");
  if (target ? *target == platform.text : platform.text.empty())
    linter.warn(diag::RedundantTargetPlatform, from, fixPlatform(from),
                from.platform, linter.nameOf(from.kind));
}

void llb::check::constPlatform(Linter &linter, const ast::FromStmt &from,
                               const Expanded &platform) {
  if (!platform.matched.empty() || !platform.unmatched.empty())
    return;
  PlatformSpec spec;
  std::string ignored;
  if (!PlatformSpec::parse(platform.text, spec, ignored))
    return;
  if (from.name.find(spec.os) != std::string::npos ||
      from.name.find(spec.architecture) != std::string::npos)
    return;
  linter.warn(diag::FromPlatformFlagConstDisallowed, from,
              go::quote(platform.text), linter.nameOf(from.kind));
}

void llb::check::baseImagePlatform(Linter &linter, LineRange lines,
                                   llvm::SMRange range, std::string_view base,
                                   const PlatformSpec &expected,
                                   const PlatformSpec &actual) {
  if (expected.os == actual.os && expected.architecture == actual.architecture)
    return;
  linter.warn(diag::InvalidBaseImagePlatform, nullptr, lines, range, base,
              go::quote(actual.normalized().formatAll()),
              go::quote(expected.normalized().formatAll()));
}

void llb::check::undefinedVars(Linter &linter, const ast::StmtBase &stmt,
                               const NameList &unmatched,
                               const std::set<std::string> &declaredArgs,
                               const EnvGetter &env) {
  if (unmatched.empty() || !linter.enabled(diag::UndefinedVar, &stmt.comments))
    return;
  std::vector<std::string> options;
  for (const std::string &name : unmatched) {
    if (isScanArg(name) || declaredArgs.count(name))
      continue;
    if (options.empty())
      options = env.keys();
    std::string hint;
    if (auto match = suggest(name, options, /*caseSensitive=*/true))
      hint = fmt::format(" (did you mean ${}?)", *match);
    linter.warn(diag::UndefinedVar, stmt, name, hint);
  }
}

void llb::check::legacyKeyValue(Linter &linter, const ast::StmtBase &stmt) {
  linter.warn(diag::LegacyKeyValueFormat, stmt, fixKeyValue(stmt), stmt.word);
}

void llb::check::secretKey(Linter &linter, const ast::StmtBase &stmt,
                           ast::StmtKind instruction, std::string_view key) {
  if (isSecretName(key))
    linter.warn(diag::SecretsUsedInArgOrEnv, stmt, linter.nameOf(instruction),
                go::quote(key), linter.nameOf(ast::StmtKind::Arg),
                linter.nameOf(ast::StmtKind::Env));
}

void llb::check::relativeWorkdir(Linter &linter, const ast::StmtBase &stmt,
                                 std::string_view path) {
  linter.warn(diag::WorkdirRelativePath, stmt, go::quote(path));
}

void llb::check::jsonArgs(Linter &linter, const ast::StmtBase &stmt) {
  linter.warn(diag::JSONArgsRecommended, stmt, stmt.word);
}

void llb::check::usedTwice(Linter &linter, const ast::StmtBase &stmt,
                           LineRange previousLines,
                           llvm::SMRange previousRange) {
  linter.warn(diag::MultipleInstructionsDisallowed, &stmt.comments,
              previousLines, previousRange, stmt.word);
}

void llb::check::exposeProtoCasing(Linter &linter, const ast::StmtBase &stmt,
                                   std::string_view port) {
  linter.warn(diag::ExposeProtoCasing, stmt, fixProtocol(stmt, port), port,
              linter.nameOf(ast::StmtKind::Expose));
}

void llb::check::exposeInvalidFormat(Linter &linter, const ast::StmtBase &stmt,
                                     std::string_view port) {
  linter.warn(diag::ExposeInvalidFormat, stmt, port,
              linter.nameOf(ast::StmtKind::Expose));
}

void llb::check::copyIgnored(Linter &linter, const ast::StmtBase &stmt,
                             bool isAdd, std::string_view source,
                             const PatternMatcher *matcher,
                             const std::vector<std::string> &patterns) {
  // With exceptions, a directory may be left out and something in it not.
  if (!matcher || matcher->hasExclusions())
    return;
  std::string clean = go::cleanPath(source);
  if ((clean == "." || clean == "/") && !excludesEverything(patterns))
    return;
  if (matcher->matchesOrParentMatches(clean))
    linter.warn(diag::CopyIgnoredFile, stmt, isAdd ? "Add" : "Copy",
                go::quote(clean));
}
