// SPDX-License-Identifier: Apache-2.0
//
// BuildKit looks at the options of the checks before it parses the file, and
// runs the checks on a faulty file as far as it could read it.
#include "CheckFile.h"
#include "llb/Check/AstChecks.h"
#include "llb/Support/LowerDiags.h"

namespace llb::lower {

/// The build argument replaces what the file says.
static llvm::FailureOr<check::CheckOptions>
findCheckOptions(const ast::BuildFile &file, const FrontendOptions &frontend,
                 DiagEngine &diags) {
  if (frontend.check)
    return *frontend.check;
  auto *parse = file.words == ast::Vocabulary::Ick
                    ? check::CheckOptions::parseIck
                    : check::CheckOptions::parse;
  check::CheckOptions result;
  std::string error;
  if (parse(check::CheckOptions::directive(file.text), result, error))
    return result;
  diags.report(diag::InvalidCheckOptions, {}, error);
  return llvm::failure();
}

llvm::FailureOr<check::Linter> checkFile(const ast::BuildFile &file,
                                         const LowerOptions &lowering,
                                         const FrontendOptions &frontend,
                                         DiagEngine &diags) {
  auto options = findCheckOptions(file, frontend, diags);
  if (lowering.syntax)
    lowering.syntax->report(diags);
  if (llvm::failed(options))
    return llvm::failure();
  options->ick |= lowering.ickChecks;
  check::Linter linter(std::move(*options), file.words, diags);
  check::checkAst(file, linter);
  if (!file.sound)
    return llvm::failure();
  if (file.stages.empty()) {
    diags.report(diag::NoStages, {}, ast::languageWord(file.words));
    return llvm::failure();
  }
  return linter;
}

} // namespace llb::lower
