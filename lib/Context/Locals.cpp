// SPDX-License-Identifier: Apache-2.0
//
// Modules of several platforms mostly ask for the same files of the same
// directory; a list of what is open is short enough to be searched.
#include "llb/Context/Locals.h"
#include "llb/Context/Reads.h"
#include "llb/Support/ToolDiags.h"

namespace llb::context {

llvm::FailureOr<LocalContents> Locals::find(const ir::Module &module,
                                            DiagEngine &diags) {
  LocalContents found(module.nodes.size());
  for (const LocalRead &read : findLocalReads(module)) {
    auto named = directories.find(read.name);
    if (named == directories.end())
      continue;
    const std::string &path = named->second;
    Contents *&place = found[read.node.index];
    for (const std::unique_ptr<Local> &local : opened)
      if (local->path == path && local->filter == read.filter)
        place = &*local->contents;
    if (place)
      continue;
    auto fail = [&](llvm::Error error) {
      diags.report(diag::CannotReadContext, {}, path,
                   llvm::toString(std::move(error)));
      return llvm::failure();
    };
    auto directory = Directory::open(path);
    if (!directory)
      return fail(directory.takeError());
    auto snapshot = Snapshot::take(*directory, read.filter);
    if (!snapshot)
      return fail(snapshot.takeError());
    opened.push_back(std::make_unique<Local>(
        path, read.filter, std::move(*directory), std::move(*snapshot)));
    Local &local = *opened.back();
    local.contents.emplace(local.directory, local.snapshot, options);
    place = &*local.contents;
  }
  return found;
}

llvm::LogicalResult Locals::read(Contents &contents,
                                 const std::vector<size_t> &entries,
                                 DiagEngine &diags) {
  llvm::Error error = contents.read(entries);
  if (error) {
    diags.report(diag::CannotReadContext, {}, contents.path(),
                 llvm::toString(std::move(error)));
    return llvm::failure();
  }
  warn(contents.takeIndexTrouble(), diags);
  return llvm::success();
}

void Locals::warn(const IndexTrouble &trouble, DiagEngine &diags) {
  // Elsewhere these are errors; here they cost time and nothing else.
  auto add = [&](DiagId id, std::string text) {
    Diagnostic warning{};
    warning.id = id;
    warning.severity = Severity::Warning;
    warning.message = std::move(text);
    diags.add(std::move(warning));
  };
  if (!trouble.damaged.empty())
    add(diag::CannotRead,
        "cannot read '" + trouble.damaged +
            "': it is damaged; all files are read, and it is written anew");
  if (!trouble.unwritable.empty())
    add(diag::CannotWrite, "cannot write '" + trouble.unwritable +
                               "': " + trouble.reason +
                               "; files are read again next time, "
                               "--hash-index=none keeps it off");
}

} // namespace llb::context
