// SPDX-License-Identifier: Apache-2.0
//
// Both commands print the same table: `du` of all that there is, `prune` of
// what went, or would.
#include "StoreCommand.h"

#include "llb/Driver/Driver.h"
#include "llb/Driver/ToolSupport.h"
#include "llb/Engine/Usage.h"
#include "llb/Engine/UserNamespace.h"
#include "llb/Support/BuildDiags.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/GoText.h"

#include <fmt/format.h>
#include <llvm/Support/FileSystem.h>

namespace llbc {

using namespace llb;
using engine::StoreItem;
namespace cl = llvm::cl;

namespace {

struct Flags {
  cl::cat in{driver::toolOptions()};
  cl::opt<std::string> root{"root", cl::desc("The store (default: the user's)"),
                            cl::value_desc("dir"), in};
  cl::opt<bool> json{"json", cl::desc("Print one JSON object"), in};
};

struct PruneFlags {
  cl::cat in{driver::toolOptions()};
  cl::opt<std::string> olderThan{"older-than",
                                 cl::desc("Keep what was of use since, as 36h"),
                                 cl::value_desc("age"), in};
  cl::opt<std::string> keep{
      "keep", cl::desc("Keep what was of use last up to this size, as 10g"),
      cl::value_desc("size"), in};
  cl::opt<bool> dryRun{"dry-run", cl::desc("Remove nothing, only tell"), in};
};

std::string shownSize(int64_t bytes) {
  constexpr const char *units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(units); ++unit)
    value /= 1024;
  return unit ? fmt::format("{:.1f} {}", value, units[unit])
              : fmt::format("{} B", bytes);
}

int64_t totalBytes(const std::vector<StoreItem> &items) {
  int64_t total = 0;
  for (const StoreItem &item : items)
    total += item.bytes;
  return total;
}

/// A line of a table; what steps print of themselves may hold anything.
std::string shownText(const std::string &text) {
  for (unsigned char c : text)
    if (c < 0x20 || c == 0x7f)
      return go::quote(text);
  return text;
}

void printTable(const std::vector<StoreItem> &items, const char *total) {
  if (!items.empty())
    llvm::outs() << fmt::format("{:<6} {:>12} {:>12}  {}\n", "KIND", "NAME",
                                "SIZE", "MADE BY");
  for (const StoreItem &item : items)
    llvm::outs() << fmt::format("{:<6} {:>12} {:>12}  {}\n",
                                engine::kindName(item.kind),
                                item.name.substr(0, 12), shownSize(item.bytes),
                                shownText(item.description));
  llvm::outs() << total << ": " << shownSize(totalBytes(items)) << "\n";
}

void printJson(const std::vector<StoreItem> &items) {
  std::string json =
      "{\"bytes\":" + std::to_string(totalBytes(items)) + ",\"items\":[";
  for (const StoreItem &item : items)
    json += fmt::format(
        "{}{{\"kind\":\"{}\",\"name\":{},\"bytes\":{},\"created\":{},"
        "\"lastUsed\":{},\"description\":{}}}",
        json.ends_with("[") ? "" : ",", engine::kindName(item.kind),
        go::jsonString(item.name), item.bytes,
        go::jsonString(go::formatUnixTime(item.created / 1000000000)),
        go::jsonString(go::formatUnixTime(item.used / 1000000000)),
        go::jsonString(item.description));
  llvm::outs() << json << "]}\n";
}

/// False after a message about a value that cannot be read.
bool readOptions(const PruneFlags &flags, engine::PruneOptions &options) {
  auto refuse = [](const char *option, const std::string &value,
                   const std::string &why) {
    llvm::errs() << "llbc prune: --" << option << " " << value << ": " << why
                 << "\n";
    return false;
  };
  if (!flags.olderThan.empty()) {
    auto age = go::parseDuration(flags.olderThan);
    if (!age.ok())
      return refuse("older-than", flags.olderThan, age.error);
    options.before = engine::nowNanoseconds() - age.value;
  }
  if (!flags.keep.empty()) {
    auto size = go::parseRamSize(flags.keep);
    if (!size.ok())
      return refuse("keep", flags.keep, size.error);
    options.keepBytes = size.value;
  }
  options.dryRun = flags.dryRun;
  return true;
}

/// The items of the store at `root`, or those that were removed if there are
/// `options`. Looking makes no store: the user's may not be there yet, one that
/// was named must be.
llvm::Expected<std::vector<StoreItem>>
openItems(std::string root, const engine::PruneOptions *options) {
  bool named = !root.empty();
  if (!named)
    root = engine::Store::defaultRoot();
  if (!llvm::sys::fs::exists(root + "/index.db")) {
    if (!named)
      return std::vector<StoreItem>();
    return llvm::createStringError(
        std::make_error_code(std::errc::no_such_file_or_directory),
        "%s: no store of llbc", root.c_str());
  }
  // Files of steps belong to the ids that a user is lent.
  if (llvm::Error error = engine::becomeRoot())
    return error;
  auto store = engine::Store::open(root);
  if (!store)
    return store.takeError();
  if (!options)
    return engine::listStore(**store);
  return engine::pruneStore(**store, *options);
}

} // namespace

int storeMain(int argc, char **argv) {
  bool prunes = std::string_view(argv[0]) == "prune";
  Flags flags;
  std::optional<PruneFlags> pruneFlags;
  if (prunes)
    pruneFlags.emplace();
  std::string name = prunes ? "llbc prune" : "llbc du";
  argv[0] = name.data();
  const char *overview =
      prunes ? "Removes what the embedded engine keeps for later builds"
             : "Lists what the embedded engine keeps for later builds";
  if (!driver::parseToolOptions(argc, argv, name, overview))
    return driver::ExitUsage;
  engine::PruneOptions options;
  if (prunes && !readOptions(*pruneFlags, options))
    return driver::ExitUsage;

  driver::ToolRun run;
  auto fail = [&](llvm::Error error) {
    run.diags.report(diag::StoreUnavailable, {},
                     llvm::toString(std::move(error)));
    return run.finish();
  };
  auto items = openItems(flags.root, prunes ? &options : nullptr);
  if (!items)
    return fail(items.takeError());
  if (flags.json)
    printJson(*items);
  else
    printTable(*items, !prunes          ? "total"
                       : options.dryRun ? "would be removed"
                                        : "removed");
  return run.finish();
}

} // namespace llbc
