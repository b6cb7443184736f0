// SPDX-License-Identifier: Apache-2.0
//
// A file is named if and only if its content can change a step's digest. What a
// link points to is named, the link is not: make looks at the time of what is
// behind it, and a link that is copied as a link doesn't depend on that.
// Names are escaped as GCC escapes them, which make and ninja both read; a line
// feed is beyond what either can.
#include "ContextFiles.h"
#include "llb/Driver/ToolSupport.h"
#include "llb/Support/GoText.h"
#include "llb/Support/ToolDiags.h"

#include <set>

namespace llb::driver {
namespace {

/// A name in a make rule.
std::string escape(std::string_view name) {
  std::string out;
  size_t backslashes = 0;
  for (char c : name) {
    if (c == ' ' || c == '\t') {
      // Backslashes in front of a blank count double, and it needs one more.
      out.append(backslashes + 1, '\\');
    } else if (c == '#' || c == ':') {
      out += '\\';
    } else if (c == '$') {
      out += '$';
    }
    backslashes = c == '\\' ? backslashes + 1 : 0;
    out += c;
  }
  // A blank follows the name.
  out.append(backslashes, '\\');
  return out;
}

void collect(const ReadContext &context, std::set<std::string> &names,
             DiagEngine &diags) {
  const std::vector<context::FileInfo> &files = context.snapshot.entries();
  auto add = [&](size_t first, size_t end) {
    for (size_t i = first; i < end; ++i)
      if (files[i].isRegular())
        names.insert(joinShown(context.directory, files[i].path));
  };
  if (context.read.whole)
    return add(0, files.size());
  for (const context::Selector &selector : context.read.selectors) {
    context::Selection selection = context.snapshot.select(selector);
    if (!selection.error.empty())
      diags.report(diag::ContextSelection, {}, context.read.name,
                   selection.error);
    for (const context::Selected &one : selection.selected) {
      if (one.entry == context::Snapshot::root)
        add(0, one.whole ? files.size() : 0);
      else
        add(one.entry,
            one.whole ? context.snapshot.endOf(one.entry) : one.entry + 1);
    }
  }
}

} // namespace

llvm::LogicalResult writeDepfile(const std::vector<ReadContext> &contexts,
                                 const Input &input, const Options &options,
                                 DiagEngine &diags) {
  std::set<std::string> names;
  for (const ReadContext &context : contexts)
    collect(context, names, diags);
  std::vector<std::string> listed;
  if (!input.fromStandardInput)
    listed.push_back(options.input);
  if (!input.ignoreFile.empty())
    listed.push_back(input.ignoreFile);
  listed.insert(listed.end(), input.localIgnoreFiles.begin(),
                input.localIgnoreFiles.end());
  if (!options.imageLock.empty())
    listed.push_back(options.imageLock);
  for (const std::string &name : listed)
    names.erase(name);
  listed.insert(listed.end(), names.begin(), names.end());

  std::string target = options.depfileTarget;
  if (target.empty())
    target = options.output == "-" ? input.filename + ".llb" : options.output;
  return llvm::success(
      writeText({options.depfile}, diags, [&](llvm::raw_ostream &out) {
        out << escape(target) << ':';
        for (const std::string &name : listed) {
          if (name.find('\n') == std::string::npos)
            out << " \\\n  " << escape(name);
          else
            diags.report(diag::DepfileName, {}, go::quote(name));
        }
        out << '\n';
      }));
}

} // namespace llb::driver
