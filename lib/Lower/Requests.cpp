// SPDX-License-Identifier: Apache-2.0
//
// How far each request goes: targets need the parsed file, an outline and the
// LLB all that their target is made from, lint everything. Target platforms do
// not count.
#include "Requests.h"
#include "Answer.h"
#include "CheckFile.h"
#include "ImageLowering.h"
#include "SourceMap.h"

#include "llb/Support/LowerDiags.h"

namespace llb::lower {
namespace {

/// Lowers for the build platform.
class Request {
public:
  Request(const ast::BuildFile &file, const LowerOptions &options,
          const FrontendOptions &frontend, DiagEngine &diags)
      : file(file), options(options), frontend(frontend), diags(diags) {}

  llvm::LogicalResult run(bool allStages) {
    auto checked = checkFile(file, options, frontend, diags);
    if (llvm::failed(checked))
      return llvm::failure();
    linter.emplace(std::move(*checked));
    lowering.emplace(file, options, frontend, *linter, diags, std::nullopt);
    lowering->keepOutline();
    return lowering->run(allStages);
  }

  const StageState &getTarget() const { return lowering->getTarget(); }

  ir::Module takeModule(ir::SourceInfo source) {
    return lowering->takeImage({std::move(source)}).module;
  }

  /// The answer with the images that were looked up for it.
  Lowered finish(Answer answer) const {
    Lowered result;
    result.answer = std::move(answer);
    if (lowering)
      result.used = lowering->getContext().used;
    return result;
  }

private:
  const ast::BuildFile &file;
  const LowerOptions &options;
  const FrontendOptions &frontend;
  DiagEngine &diags;
  std::optional<check::Linter> linter;
  std::optional<ImageLowering> lowering;
};

} // namespace

llvm::FailureOr<Lowered> answerRequest(std::string_view id,
                                       const ast::BuildFile &file,
                                       const LowerOptions &options,
                                       const FrontendOptions &frontend,
                                       DiagEngine &diags) {
  Request request(file, options, frontend, diags);
  if (id == "frontend.subrequests.describe")
    return request.finish(answerDescribe());
  if (id == "frontend.lint") {
    // What it fails at is part of the answer.
    (void)request.run(/*allStages=*/frontend.target.empty());
    return request.finish(answerLint(file, options, frontend, diags));
  }
  if (id == "frontend.targets") {
    if (options.syntax)
      options.syntax->report(diags);
    if (!file.sound)
      return llvm::failure();
    return request.finish(answerTargets(file));
  }
  if (id == "frontend.outline") {
    if (llvm::failed(request.run(/*allStages=*/false)))
      return llvm::failure();
    return request.finish(answerOutline(file, request.getTarget()));
  }
  if (id == "frontend.convertllb") {
    if (llvm::failed(request.run(/*allStages=*/false)))
      return llvm::failure();
    return request.finish(answerConvertLlb(
        request.takeModule(makeSourceInfo(file, options, frontend))));
  }
  diags.report(diag::UnsupportedRequest, {}, id);
  return llvm::failure();
}

} // namespace llb::lower
