// SPDX-License-Identifier: Apache-2.0
//
// Checks that need more than the AST; lowering calls each where BuildKit
// v0.32.2 does (dockerfile2llb). A rule that is plain to decide has no
// condition here, only its wording: the caller decides.
//
// `stmt` is the statement that is reported and whose comments may switch the
// rule off; a trigger of a base image counts as a statement.
#ifndef LLB_CHECK_RULES_H
#define LLB_CHECK_RULES_H

#include "llb/Check/Linter.h"
#include "llb/Support/PatternMatcher.h"
#include "llb/Support/Platform.h"
#include "llb/Support/WordExpand.h"

namespace llb::check {

// ---- FROM, before base images are resolved ----

/// InvalidDefaultArgInFrom: `from`'s base, expanded with nothing but defaults
/// of global arguments, is no image reference. The file's options alone count.
void invalidDefaultArgInFrom(Linter &linter, const ast::FromStmt &from);

/// UndefinedArgInFrom for each of `unmatched`, what base or platform refer to,
/// that is not among `declared`: the names of the global environment and of all
/// global ARGs.
void undefinedArgsInFrom(Linter &linter, const ast::FromStmt &from,
                         const NameList &unmatched,
                         const std::set<std::string> &declared);

/// RedundantTargetPlatform: the platform is $TARGETPLATFORM and nothing else.
/// `platform` is the expansion of the flag, `globals` the global environment.
void redundantTargetPlatform(Linter &linter, const ast::FromStmt &from,
                             const Expanded &platform,
                             const EnvGetter &globals);

/// FromPlatformFlagConstDisallowed: the platform has no variable and the
/// stage's name tells of neither its os nor its architecture.
void constPlatform(Linter &linter, const ast::FromStmt &from,
                   const Expanded &platform);

// ---- base images ----

/// InvalidBaseImagePlatform: the image's os or architecture is not the
/// expected one. `base` is the name before it was normalised. The file's
/// options alone count.
void baseImagePlatform(Linter &linter, LineRange lines, llvm::SMRange range,
                       std::string_view base, const PlatformSpec &expected,
                       const PlatformSpec &actual);

// ---- instructions ----

/// UndefinedVar for each of `unmatched` that no ARG of the stage or its bases
/// declares. `env` is the stage's environment, for suggestions.
void undefinedVars(Linter &linter, const ast::StmtBase &stmt,
                   const NameList &unmatched,
                   const std::set<std::string> &declaredArgs,
                   const EnvGetter &env);

/// LegacyKeyValueFormat: `ENV key value` or `LABEL key value`; one per pair.
void legacyKeyValue(Linter &linter, const ast::StmtBase &stmt);

/// SecretsUsedInArgOrEnv: `key` sounds like a secret's.
void secretKey(Linter &linter, const ast::StmtBase &stmt,
               ast::StmtKind instruction, std::string_view key);

/// WorkdirRelativePath: `path`, expanded, is relative and no WORKDIR came
/// before.
void relativeWorkdir(Linter &linter, const ast::StmtBase &stmt,
                     std::string_view path);

/// JSONArgsRecommended: CMD or ENTRYPOINT in shell form and no SHELL.
void jsonArgs(Linter &linter, const ast::StmtBase &stmt);

/// MultipleInstructionsDisallowed: `stmt` makes the one at `previousLines`
/// useless, which is where it is reported.
void usedTwice(Linter &linter, const ast::StmtBase &stmt,
               LineRange previousLines, llvm::SMRange previousRange);

/// ExposeProtoCasing and ExposeInvalidFormat for one port of EXPOSE as
/// written after expansion: its protocol is not lower case; it names an address
/// or a port of the host.
void exposeProtoCasing(Linter &linter, const ast::StmtBase &stmt,
                       std::string_view port);
void exposeInvalidFormat(Linter &linter, const ast::StmtBase &stmt,
                         std::string_view port);

/// CopyIgnoredFile: COPY or ADD of a local `source` that `matcher`, made of
/// `patterns`, leaves out of the context. Silent if `matcher` is null or has
/// exceptions. `isAdd` is about the wording.
void copyIgnored(Linter &linter, const ast::StmtBase &stmt, bool isAdd,
                 std::string_view source, const PatternMatcher *matcher,
                 const std::vector<std::string> &patterns);

// ---- what the rules go by ----

/// A word between underscores is `key`, `token` and the like, in any case, and
/// none is `public`, `file` or `version`.
bool isSecretName(std::string_view name);

} // namespace llb::check

#endif
