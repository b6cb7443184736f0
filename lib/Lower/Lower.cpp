// SPDX-License-Identifier: Apache-2.0
//
// The entry: options, then an answer to a request, or checks and one lowering
// per target platform.
#include "llb/Lower/Lower.h"
#include "CheckFile.h"
#include "ImageLowering.h"
#include "Requests.h"
#include "SourceMap.h"
#include "llb/IR/ValidText.h"
#include "llb/Support/LowerDiags.h"

namespace llb::lower {

/// The text of a line; LLVM's SourceMgr only knows the way back.
static llvm::SMRange rangeOfLine(std::string_view text, unsigned line) {
  size_t start = 0;
  for (unsigned at = 1; at < line && start < text.size(); ++at)
    start = std::min(text.find('\n', start), text.size() - 1) + 1;
  size_t end = std::min(text.find('\n', start), text.size());
  return {llvm::SMLoc::getFromPointer(text.data() + start),
          llvm::SMLoc::getFromPointer(text.data() + end)};
}

namespace {

/// What BuildKit finds when it writes an operation, as late as that and only if
/// the result needs it: `RUN []`, and bytes in a text that are no UTF-8.
class WriteCheck {
public:
  void see(ir::NodeId node, const ir::Op &op) {
    if (fault)
      return;
    if (std::optional<DiagId> id = findFault(op))
      fault = {*id, node};
  }
  llvm::LogicalResult report(const ir::Module &module,
                             const ast::BuildFile &file,
                             const LowerOptions &options,
                             DiagEngine &diags) const;

private:
  std::optional<DiagId> findFault(const ir::Op &op) {
    const auto *exec = std::get_if<ir::Exec>(&op.body);
    if (exec && exec->meta && exec->meta->args.empty())
      return diag::NoArguments;
    if (!texts.isValid(op))
      return diag::TextNotUtf8;
    return std::nullopt;
  }

  ir::TextChecker texts;
  /// The first one.
  std::optional<std::pair<DiagId, ir::NodeId>> fault;
};

} // namespace

/// Fails if there is a fault.
llvm::LogicalResult WriteCheck::report(const ir::Module &module,
                                       const ast::BuildFile &file,
                                       const LowerOptions &options,
                                       DiagEngine &diags) const {
  if (!fault)
    return llvm::success();
  auto [id, node] = *fault;
  llvm::SMRange range;
  const auto &places = module[node].locations.locations;
  if (!places.empty() && !places.front().ranges.empty() &&
      places.front().ranges.front().start)
    range = rangeOfLine(
        file.text,
        static_cast<unsigned>(places.front().ranges.front().start->line));
  diags.report(id, range).prefix(
      options.session ? "failed to marshal LLB definition: " : "");
  return llvm::failure();
}

llvm::FailureOr<Lowered>
lowerPlatforms(const ast::BuildFile &file, const LowerOptions &options,
               const FrontendOptions &frontend, check::Linter &linter,
               const ir::SourceInfo &source, DiagEngine &diags,
               llvm::function_ref<void(LowerContext &)> prepare) {
  std::vector<std::optional<PlatformSpec>> platforms(
      frontend.targetPlatforms.begin(), frontend.targetPlatforms.end());
  if (platforms.empty())
    platforms.push_back(std::nullopt);

  Lowered result;
  result.multiPlatform = frontend.multiPlatform;
  for (const auto &platform : platforms) {
    ImageLowering lowering(file, options, frontend, linter, diags, platform);
    if (prepare)
      prepare(lowering.getContext());
    if (llvm::failed(lowering.run(/*allStages=*/false)))
      return llvm::failure();
    // The same file gives the same warnings for every platform.
    linter.mute();
    WriteCheck check;
    result.images.push_back(
        lowering.takeImage({source}, [&](ir::NodeId node, const ir::Op &op) {
          check.see(node, op);
        }));
    if (llvm::failed(
            check.report(result.images.back().module, file, options, diags)))
      return llvm::failure();
    const LowerContext &context = lowering.getContext();
    result.sourceDateEpoch = context.epoch;
    for (const auto &[key, image] : context.used.images())
      result.used.add(image);
  }
  return result;
}

llvm::FailureOr<Lowered> lower(const ast::BuildFile &file,
                               const LowerOptions &options, DiagEngine &diags) {
  auto frontend = FrontendOptions::parse(options.opts, diags);
  if (llvm::failed(frontend))
    return llvm::failure();
  if (auto id = options.opts.find("requestid"); id != options.opts.end())
    return answerRequest(id->second, file, options, *frontend, diags);
  auto linter = checkFile(file, options, *frontend, diags);
  if (llvm::failed(linter))
    return llvm::failure();
  return lowerPlatforms(file, options, *frontend, *linter,
                        makeSourceInfo(file, options, *frontend), diags,
                        nullptr);
}

llvm::FailureOr<Lowered> lower(const ast::SourceUnit &unit,
                               const LowerOptions &options, DiagEngine &diags) {
  // Only what BuildKit reads has BuildKit's order.
  if (options.syntax && !std::holds_alternative<ast::BuildFile>(unit))
    options.syntax->report(diags);
  auto lowered = std::visit(
      [&](const auto &file) { return lower(file, options, diags); }, unit);
  // An answer may not have needed the file, and errors of options come alone.
  if (options.syntax &&
      (llvm::succeeded(lowered) ? !lowered->answer : !diags.hasErrors()))
    options.syntax->report(diags);
  return lowered;
}

} // namespace llb::lower
