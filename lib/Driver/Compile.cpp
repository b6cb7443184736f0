// SPDX-License-Identifier: Apache-2.0
//
// llbc as a list of calls: each phase is one, and each has a dump.
#include "ContextFiles.h"
#include "Emit.h"
#include "Forecast.h"
#include "Input.h"
#include "ModuleFile.h"
#include "Optimize.h"
#include "Resolvers.h"
#include "llb/AST/Dump.h"
#include "llb/Check/IckChecks.h"
#include "llb/Driver/Bundle.h"
#include "llb/Driver/ToolSupport.h"
#include "llb/Driver/Version.h"
#include "llb/Support/BuildDiags.h"
#include "llb/Support/FrontendDiags.h"
#include "llb/Support/OutputFile.h"
#include "llb/Support/RandomId.h"
#include "llb/Support/ToolDiags.h"
#include "llb/Support/VerifyDiags.h"

#include <llvm/Support/SourceMgr.h>
#include <unistd.h>

namespace llb::driver {
namespace {

class Compilation {
public:
  Compilation(const Options &options, const Capabilities &capabilities)
      : options(options), capabilities(capabilities), diags(sources) {}

  /// Compiles `file`, or the file of the options if that is null.
  int run(std::unique_ptr<llvm::MemoryBuffer> file,
          llvm::raw_ostream &messages);

private:
  int compile(std::unique_ptr<llvm::MemoryBuffer> file);
  bool needsProgram() const;
  int handOn(const Input *input);
  llvm::LogicalResult build(const lower::Lowered &lowered);
  int dumpTokens(frontend::Language language);
  int finish(llvm::FailureOr<lower::Lowered> lowered, const Input &input);
  llvm::FailureOr<std::unique_ptr<lower::ImageResolver>>
  makeResolver(const Input &input);
  void blameDaemon(Diagnostic &diag);
  llvm::LogicalResult writeLock(const lower::ImageLock &used);
  template <class Write> llvm::LogicalResult writeOutput(Write write);

  bool builds() const { return options.builds() && !options.explains(); }
  bool asksDaemon() const { return builds() && !options.daemon.empty(); }
  /// The program that can do all that is asked for.
  const char *program() const {
    return asksDaemon() ? daemonProgram : buildProgram;
  }
  /// Whether a list takes the place of what is emitted.
  bool listsContext() const {
    return options.listContext != ListContext::No ||
           !options.whyIgnored.empty();
  }
  bool readsContext() const {
    return listsContext() || !options.depfile.empty();
  }

  const Options &options;
  const Capabilities &capabilities;
  llvm::SourceMgr sources;
  DiagEngine diags;
  std::string_view text;
  /// Whether the result tells all that the diagnostics do.
  bool answered = false;
  /// The messages are in a bundle.
  bool bundleWritten = false;
  /// Where builds tell what they do.
  llvm::raw_ostream *messages = nullptr;
};

int Compilation::run(std::unique_ptr<llvm::MemoryBuffer> file,
                     llvm::raw_ostream &messages) {
  this->messages = &messages;
  int status = compile(std::move(file));
  if (options.verifyDiagnostics)
    return verifyDiagnostics(text, diags, messages) ? ExitDone : ExitFailed;
  // A log without results is what closes findings of an earlier one.
  bool any =
      !diags.diagnostics().empty() || options.diagnostics == DiagFormat::Sarif;
  if (!bundleWritten && any && !answered)
    printDiagnostics(diags, options.diagnostics, llbcInfo(), messages);
  return status;
}

/// Opens the output, lets `write` fill it, and keeps it if that went well.
template <class Write>
llvm::LogicalResult Compilation::writeOutput(Write write) {
  auto file = OutputFile::open(options.output);
  if (!file) {
    diags.report(diag::CannotWrite, {}, options.output,
                 llvm::toString(file.takeError()));
    return llvm::failure();
  }
  bool binary = options.emit == EmitKind::Llb;
  if (binary && !listsContext() && !options.explains() && file->isTerminal() &&
      !options.force) {
    diags.report(diag::BinaryToTerminal, {});
    return llvm::failure();
  }
  if (failed(write(file->stream())))
    return llvm::failure();
  if (llvm::Error error = file->keep()) {
    diags.report(diag::CannotWrite, {}, options.output,
                 llvm::toString(std::move(error)));
    return llvm::failure();
  }
  return llvm::success();
}

llvm::FailureOr<std::unique_ptr<lower::ImageResolver>>
Compilation::makeResolver(const Input &input) {
  std::unique_ptr<lower::ImageResolver> last;
  bool registry = options.imageLock.empty() || !options.writeImageLock.empty();
  if (options.resolve == ResolvePolicy::Never)
    last = std::make_unique<UnpinnedResolver>();
  else if (registry && capabilities.registry &&
           capabilities.daemon == asksDaemon())
    last = capabilities.registry(options);
  else if (registry)
    last = std::make_unique<HandOffResolver>(
        program(), capabilities.argv,
        input.fromStandardInput ? std::optional<std::string>(input.text)
                                : std::nullopt);
  if (options.imageLock.empty())
    return last;
  auto json = readWholeFile(options.imageLock, diags);
  if (failed(json))
    return llvm::failure();
  lower::ImageLock lock;
  std::string error;
  if (!lower::ImageLock::parse(*json, lock, error)) {
    diags.report(diag::BadImageLock, {}, options.imageLock, error);
    return llvm::failure();
  }
  return std::unique_ptr<lower::ImageResolver>(std::make_unique<LockResolver>(
      std::move(lock), options.imageLock, options.lockDirs, std::move(last)));
}

/// No image is missing that there was nobody to ask about.
void Compilation::blameDaemon(Diagnostic &diag) {
  if (!capabilities.trouble || diag.severity != Severity::Error)
    return;
  std::string trouble = capabilities.trouble();
  if (!trouble.empty())
    diag = DiagEngine::make(diag::DaemonUnavailable, {},
                            fmt::make_format_args(trouble));
}

llvm::LogicalResult Compilation::writeLock(const lower::ImageLock &used) {
  if (options.writeImageLock.empty())
    return llvm::success();
  return llvm::success(
      writeText({options.writeImageLock}, diags,
                [&](llvm::raw_ostream &out) { out << used.str() << '\n'; }));
}

int Compilation::dumpTokens(frontend::Language language) {
  bool good = succeeded(writeOutput([&](llvm::raw_ostream &out) {
    frontend::dumpTokens(language, text, options.parsing, out, diags);
    return llvm::success();
  }));
  return good && !diags.hasErrors() ? ExitDone : ExitFailed;
}

llvm::LogicalResult Compilation::build(const lower::Lowered &lowered) {
  return capabilities.build(
      {options, lowered, localDirectories(options), text, diags, *messages});
}

bool Compilation::needsProgram() const {
  return (builds() &&
          (!capabilities.build || capabilities.daemon != asksDaemon())) ||
         (!options.willHit.empty() && !capabilities.cache);
}

/// Goes on as the program that can build; returns if it cannot be run.
int Compilation::handOn(const Input *input) {
  std::string reason =
      runBuildProgram(program(), capabilities.argv,
                      input && input->fromStandardInput
                          ? std::optional<std::string>(input->text)
                          : std::nullopt);
  diags.report(diag::BuildNeedsProgram, {}, program(), reason);
  return ExitFailed;
}

int Compilation::compile(std::unique_ptr<llvm::MemoryBuffer> buffer) {
  // Standard input comes once, so it is read before.
  if (needsProgram() && options.input != "-")
    return handOn(nullptr);
  if (!buffer) {
    auto read = readBuildFile(options, diags);
    if (failed(read))
      return ExitFailed;
    buffer = std::move(*read);
  }
  auto input = readInput(options, std::move(buffer), diags);
  if (failed(input))
    return ExitFailed;
  text = input->text;
  if (needsProgram())
    return handOn(&*input);
  if (!options.language && isModuleName(input->knownName))
    return finish(readModuleImages(text, options, diags), *input);
  frontend::Language language =
      options.language ? *options.language
                       : frontend::detectLanguage(text, input->knownName);
  if (options.emit == EmitKind::Tokens)
    return dumpTokens(language);

  frontend::ParseOptions parsing = options.parsing;
  if (language == frontend::Language::Ickfile)
    parsing.ickChecks |= frontend::asksForIckChecks(text);
  else if (parsing.ickChecks)
    diags.report(diag::IckChecksElsewhere, {},
                 frontend::languageInfo(language).title);
  diags.setAnnotator([&, numbers = language == frontend::Language::Ickfile &&
                                   parsing.ickChecks](Diagnostic &diag) {
    if (numbers)
      check::addIckNumber(diag);
    blameDaemon(diag);
  });
  ast::SourceUnit unit;
  lower::SyntaxErrors syntax(sources);
  bool parsed = succeeded(frontend::parse(language, text, input->filename,
                                          parsing, unit, syntax.engine()));
  if (options.emit == EmitKind::Ast) {
    syntax.report(diags);
    bool written = succeeded(writeOutput([&](llvm::raw_ostream &out) {
      ast::dump(unit, out);
      return llvm::success();
    }));
    return parsed && written ? ExitDone : ExitFailed;
  }
  if (parsed)
    frontend::warnOfForeignSyntax(text, language, diags);

  auto resolver = makeResolver(*input);
  if (failed(resolver))
    return ExitFailed;
  lower::LowerOptions lowering;
  lowering.opts = options.opts;
  lowering.session = options.session;
  lowering.uniqueId = options.uniqueId ? *options.uniqueId : randomId();
  lowering.ignorePatterns = input->ignorePatterns;
  lowering.localIgnorePatterns = input->localIgnorePatterns;
  lowering.resolver = resolver->get();
  if (asksDaemon())
    lowering.supports = [&](const std::string &capability) {
      return capabilities.supports(options, capability);
    };
  lowering.syntax = &syntax;
  lowering.maxValueBytes = options.maxValueBytes;
  lowering.ickChecks = parsing.ickChecks;
  lowering.maxOpsBytes = options.maxOpsBytes;
  lowering.mockerCompat = options.parsing.mockerCompat;
  lowering.maxNesting = options.maxNesting;
  lowering.parseTrigger = [&](std::string_view trigger, LineRange lines,
                              llvm::SMRange range) {
    return frontend::parseTrigger(language, trigger, lines, range, diags);
  };
  return finish(lower::lower(unit, lowering, diags), *input);
}

/// What is done with the IR, whatever it was made of.
int Compilation::finish(llvm::FailureOr<lower::Lowered> lowered,
                        const Input &input) {
  bool good = succeeded(lowered);
  if (good && failed(writeLock(lowered->used)))
    return ExitFailed;
  if (good && readsContext()) {
    auto contexts = readContexts(*lowered, options, diags);
    if (failed(contexts))
      return ExitFailed;
    if (!options.depfile.empty() &&
        failed(writeDepfile(*contexts, input, options, diags)))
      return ExitFailed;
    if (listsContext())
      return succeeded(writeOutput([&](llvm::raw_ostream &out) {
        listContexts(*contexts, input, options, out);
        return llvm::success();
      }))
                 ? ExitDone
                 : ExitFailed;
  }

  if (good && failed(optimize(*lowered, options, diags, *messages)))
    return ExitFailed;

  if (options.emit == EmitKind::Bundle) {
    bool written = succeeded(writeOutput([&](llvm::raw_ostream &out) {
      writeBundle(good ? &*lowered : nullptr, options.session.has_value(),
                  diags, out);
      return llvm::success();
    }));
    bundleWritten = written;
    return good && written ? ExitDone : ExitFailed;
  }
  if (!good)
    return ExitFailed;
  if (failed(builds() && !lowered->answer
                 ? build(*lowered)
                 : writeOutput([&](llvm::raw_ostream &out) {
                     if (!lowered->answer && !options.willHit.empty())
                       return writeForecast(*lowered, options, capabilities,
                                            diags, out);
                     return emit(*lowered, options, diags, out);
                   })))
    return ExitFailed;
  if (lowered->answer) {
    // The list of requests is given for a faulty file as well.
    answered = lowered->answer->count("result.statuscode") || diags.hasErrors();
    if (options.check && (*lowered->answer)["result.statuscode"] == "1")
      return ExitFindings;
  }
  return ExitDone;
}

/// Compiles each part of the file by itself: tests put one fault in each. The
/// status is the worst.
int compileParts(const Options &options, const Capabilities &capabilities,
                 llvm::raw_ostream &messages) {
  llvm::SourceMgr sources;
  DiagEngine diags(sources);
  auto file = readBuildFile(options, diags);
  if (failed(file)) {
    printDiagnostics(diags, options.diagnostics, llbcInfo(), messages);
    return ExitFailed;
  }
  int worst = ExitDone;
  llvm::StringRef rest = (*file)->getBuffer();
  for (unsigned number = 1; !rest.empty(); ++number) {
    auto [part, tail] = rest.split("\n# -----\n");
    rest = tail;
    std::string text;
    llvm::raw_string_ostream said(text);
    int status =
        Compilation(options, capabilities)
            .run(llvm::MemoryBuffer::getMemBufferCopy(
                     part.str() + '\n', (*file)->getBufferIdentifier()),
                 said);
    if (!text.empty())
      messages << "part " << number << ":\n" << text;
    worst = std::max(worst, status);
  }
  return worst;
}

} // namespace

int runCompiler(const Options &options, const Capabilities &capabilities,
                llvm::raw_ostream &messages) {
  if (options.splitInput)
    return compileParts(options, capabilities, messages);
  return Compilation(options, capabilities).run(nullptr, messages);
}

bool isStoreCommand(std::string_view argument) {
  return argument == "du" || argument == "prune";
}

int handOff(char **argv) {
  ToolRun run;
  run.diags.report(diag::BuildNeedsProgram, {}, buildProgram,
                   runBuildProgram(buildProgram, argv, std::nullopt));
  return run.finish();
}

int compilerMain(int argc, char **argv, Capabilities capabilities) {
  Options options;
  switch (parseOptions(argc, argv, options)) {
  case ParseStatus::Run:
    break;
  case ParseStatus::ExitHelp:
    return ExitDone;
  case ParseStatus::ExitUsage:
    return ExitUsage;
  }
  capabilities.argv = argv;
  return runCompiler(options, capabilities, llvm::errs());
}

} // namespace llb::driver
