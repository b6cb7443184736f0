// SPDX-License-Identifier: Apache-2.0
//
// From text to AST, for every language of Frontends.def.
#ifndef LLB_FRONTEND_FRONTEND_H
#define LLB_FRONTEND_FRONTEND_H

#include "llb/AST/SourceUnit.h"

#include <llvm/Support/LogicalResult.h>
#include <llvm/Support/raw_ostream.h>
#include <optional>

namespace llb::frontend {

enum class Language : uint8_t {
#define LLB_FRONTEND(Name, Flag, Title) Name,
#include "llb/Frontend/Frontends.def"
};

struct LanguageInfo {
  /// As `--frontend` has it.
  std::string_view name;
  /// `a Dockerfile`.
  std::string_view title;
};

const LanguageInfo &languageInfo(Language language);

/// The language that `--frontend=name` means, or nothing.
std::optional<Language> languageNamed(std::string_view name);

/// All names for `--frontend`, for messages.
std::string languageNames();

/// The language of a file: what its `#syntax=` line names, else what
/// `filename`, a last path component or empty, is in any case, else what the
/// text looks like, else a Dockerfile.
Language detectLanguage(std::string_view text, std::string_view filename);

/// Warns if `#syntax=` names a frontend that is not `language`'s: nothing is
/// fetched, the file is compiled as it stands.
void warnOfForeignSyntax(std::string_view text, Language language,
                         DiagEngine &diags);

struct ParseOptions {
  /// Ickfiles only: refuse Docker's words, and take PLEASE DO for a RUN.
  bool ickStrict = false;
  /// Ickfiles only: the checks of Ickfiles run, which say more about words.
  bool ickChecks = false;
  /// Mockerfiles only: a key that is given twice counts as it does for
  /// r2d4/mocker.
  bool mockerCompat = false;
};

/// Whether the `# check=` line of an Ickfile asks for the checks of Ickfiles.
bool asksForIckChecks(std::string_view text);

/// Parses a file that is one of `diags`' buffers. The result is always filled
/// as far as it could be read; failure means that errors were reported.
llvm::LogicalResult parse(Language language, std::string_view text,
                          std::string_view filename,
                          const ParseOptions &options, ast::SourceUnit &result,
                          DiagEngine &diags);

/// Prints the tokens of a file, one a line: `line:column KIND "text"`.
void dumpTokens(Language language, std::string_view text,
                const ParseOptions &options, llvm::raw_ostream &out,
                DiagEngine &diags);

/// Parses an Ickfile in the same way; messages name instructions as it does.
llvm::LogicalResult parseIckfile(std::string_view text,
                                 std::string_view filename,
                                 const ParseOptions &options,
                                 ast::BuildFile &result, DiagEngine &diags);

/// Parses a Dockerfile that is one of `diags`' buffers. Parsing goes on after
/// an error; the first one reported is the one BuildKit v0.32.2 stops at, with
/// its wording and places. The result is always filled as far as it could be
/// read; failure means that errors were reported.
llvm::LogicalResult parseDockerfile(std::string_view text,
                                    std::string_view filename,
                                    ast::BuildFile &result, DiagEngine &diags);

/// Parses one ONBUILD trigger taken from an image config or a stage, as files
/// of `language` read it. Places of errors and statements are `lines` and
/// `range`, those of the FROM that brought it in.
llvm::FailureOr<ast::Stmt> parseTrigger(Language language,
                                        std::string_view text, LineRange lines,
                                        llvm::SMRange range, DiagEngine &diags);

/// Parses a Mockerfile that is one of `diags`' buffers. Reading goes on after
/// an error that is not one of YAML.
llvm::LogicalResult parseMockerfile(std::string_view text,
                                    std::string_view filename,
                                    const ParseOptions &options,
                                    ast::Mockerfile &result, DiagEngine &diags);

/// Prints the events of a YAML file, one a line: `line:column KIND "text"`; the
/// ends of collections have no place.
void dumpMockerfileTokens(std::string_view text, llvm::raw_ostream &out,
                          DiagEngine &diags);

} // namespace llb::frontend

#endif
