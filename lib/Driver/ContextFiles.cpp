// SPDX-License-Identifier: Apache-2.0
//
// Each platform has its own module, but most ask for the same files; a
// directory is walked once for each filter.
#include "ContextFiles.h"

#include "llb/Support/ToolDiags.h"

#include <algorithm>
#include <llvm/Support/Path.h>

namespace llb::driver {

std::string contextDirectory(const Options &options) {
  std::string directory = options.context;
  if (directory.empty() && options.input != "-")
    directory = llvm::sys::path::parent_path(options.input).str();
  return directory.empty() ? "." : directory;
}

std::optional<std::string> localDirectory(const Options &options,
                                          const std::string &name) {
  if (auto given = options.locals.find(name); given != options.locals.end())
    return given->second;
  if (name == "context")
    return contextDirectory(options);
  if (name != "dockerfile" || options.input == "-")
    return std::nullopt;
  std::string directory = llvm::sys::path::parent_path(options.input).str();
  return directory.empty() ? "." : directory;
}

std::map<std::string, std::string> localDirectories(const Options &options) {
  std::map<std::string, std::string> locals = options.locals;
  for (const char *name : {"context", "dockerfile"})
    if (auto directory = localDirectory(options, name))
      locals.try_emplace(name, *directory);
  return locals;
}

std::string joinShown(const std::string &directory, std::string_view path) {
  if (directory == ".")
    return std::string(path);
  std::string result = directory;
  if (!result.ends_with('/'))
    result += '/';
  return result += path;
}

/// Adds the readers of `read` to those of an equal source.
static bool unite(std::vector<context::LocalRead> &reads,
                  const context::LocalRead &read) {
  for (context::LocalRead &known : reads) {
    if (known.name != read.name || known.filter != read.filter)
      continue;
    known.whole |= read.whole;
    for (const context::Selector &selector : read.selectors)
      if (std::find(known.selectors.begin(), known.selectors.end(), selector) ==
          known.selectors.end())
        known.selectors.push_back(selector);
    return true;
  }
  return false;
}

llvm::FailureOr<std::vector<ReadContext>>
readContexts(const lower::Lowered &lowered, const Options &options,
             DiagEngine &diags) {
  std::vector<context::LocalRead> reads;
  for (const lower::LoweredImage &image : lowered.images)
    for (context::LocalRead &read : context::findLocalReads(image.module))
      if (!unite(reads, read))
        reads.push_back(std::move(read));

  std::vector<ReadContext> result;
  for (context::LocalRead &read : reads) {
    auto path = localDirectory(options, read.name);
    if (!path) {
      diags.report(diag::UnknownLocal, {}, read.name);
      return llvm::failure();
    }
    auto fail = [&](llvm::Error error) {
      diags.report(diag::CannotReadContext, {}, *path,
                   llvm::toString(std::move(error)));
      return llvm::failure();
    };
    auto directory = context::Directory::open(*path);
    if (!directory)
      return fail(directory.takeError());
    auto snapshot = context::Snapshot::take(*directory, read.filter);
    if (!snapshot)
      return fail(snapshot.takeError());
    result.push_back({std::move(read), *path, std::move(*snapshot)});
  }
  return result;
}

} // namespace llb::driver
