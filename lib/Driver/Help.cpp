// SPDX-License-Identifier: Apache-2.0
//
// The options themselves are LLVM's: what is registered is what is shown, so an
// option cannot be forgotten here.
#include "llb/Driver/Help.h"

#include <llvm/ADT/STLExtras.h>
#include <map>

namespace llb::driver {
namespace {

namespace cl = llvm::cl;

constexpr size_t screenWidth = 80;
constexpr size_t textColumn = 26;

/// `-o FILE`, `--emit=KIND`.
std::string spellingOf(const cl::Option &option) {
  bool isShort = option.ArgStr.size() == 1;
  std::string text = (isShort ? "-" : "--") + option.ArgStr.str();
  if (!option.ValueStr.empty())
    text += (isShort ? " " : "=") + option.ValueStr.str();
  return text;
}

/// Long ones first, then the one-letter ones; each by name.
std::vector<const cl::Option *> optionsOf(const cl::OptionCategory &category) {
  std::map<std::pair<bool, std::string>, const cl::Option *> found;
  for (const auto &entry : cl::getRegisteredOptions()) {
    const cl::Option *option = entry.getValue();
    if (option->getOptionHiddenFlag() == cl::NotHidden &&
        llvm::is_contained(option->Categories, &category))
      found[{option->ArgStr.size() == 1, option->ArgStr.str()}] = option;
  }
  std::vector<const cl::Option *> result;
  for (const auto &[key, option] : found)
    result.push_back(option);
  return result;
}

void printNames(llvm::ArrayRef<const cl::Option *> options,
                llvm::raw_ostream &out) {
  size_t column = 0;
  for (const cl::Option *option : options) {
    std::string name =
        (option->ArgStr.size() == 1 ? " -" : " --") + option->ArgStr.str();
    if (column == 0 || column + name.size() > screenWidth) {
      out << (column == 0 ? " " : "\n ");
      column = 1;
    }
    out << name;
    column += name.size();
  }
  out << '\n';
}

/// Words that stand from `textColumn` on.
void printWrapped(llvm::StringRef text, llvm::raw_ostream &out) {
  size_t column = textColumn;
  llvm::SmallVector<llvm::StringRef> words;
  text.split(words, ' ');
  for (llvm::StringRef word : words) {
    if (column > textColumn && column + 1 + word.size() > screenWidth) {
      out << '\n';
      out.indent(textColumn);
      column = textColumn;
    }
    if (column > textColumn) {
      out << ' ';
      ++column;
    }
    out << word;
    column += word.size();
  }
  out << '\n';
}

void printLines(llvm::ArrayRef<const cl::Option *> options,
                llvm::raw_ostream &out) {
  for (const cl::Option *option : options) {
    std::string spelling = spellingOf(*option);
    out << "  " << spelling;
    if (spelling.size() + 3 > textColumn)
      out << '\n' << std::string(textColumn, ' ');
    else
      out.indent(textColumn - 2 - spelling.size());
    printWrapped(option->HelpStr, out);
  }
}

} // namespace

bool wantsHelp(int argc, const char *const *argv) {
  for (int i = 1; i < argc; ++i) {
    std::string_view arg = argv[i];
    if (arg == "--")
      return false;
    if (arg == "--help" || arg == "-help" || arg == "-h")
      return true;
  }
  return false;
}

void printHelp(std::string_view usage, std::string_view overview,
               llvm::ArrayRef<HelpGroup> groups, llvm::raw_ostream &out) {
  out << "Usage: " << usage << '\n' << overview << '\n';
  for (const HelpGroup &group : groups) {
    std::vector<const cl::Option *> options = optionsOf(*group.category);
    if (options.empty())
      continue;
    out << '\n' << group.category->getName() << ":\n";
    if (group.namesOnly)
      printNames(options, out);
    else
      printLines(options, out);
  }
}

} // namespace llb::driver
