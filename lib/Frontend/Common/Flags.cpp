// SPDX-License-Identifier: Apache-2.0
//
// A flag's name is what stands before the first `=` once quotes are gone, so
// `--"from=x"` is the flag `from`.
#include "Flags.h"

#include "llb/Support/FrontendDiags.h"
#include "llb/Support/Suggest.h"
#include "llb/Support/Unicode.h"

#include <algorithm>
#include <llvm/ADT/STLExtras.h>

namespace llb::frontend {
namespace {

class FlagParser {
public:
  FlagParser(llvm::ArrayRef<FlagSpec> specs, Diagnostic &error)
      : specs(specs), used(specs.size()), error(error) {}

  bool parse(const FlagWord &word);

private:
  llvm::ArrayRef<FlagSpec> specs;
  std::vector<bool> used;
  Diagnostic &error;

  bool unknown(const FlagWord &word, std::string_view name);
  bool store(const FlagSpec &spec, const FlagWord &word, std::string_view flag,
             std::optional<std::string_view> value);
  template <class... Args>
  bool fail(DiagId id, llvm::SMRange range, const Args &...args) {
    error = DiagEngine::make(id, range, fmt::make_format_args(args...));
    return false;
  }
};

bool FlagParser::unknown(const FlagWord &word, std::string_view name) {
  std::vector<std::string> names;
  for (const FlagSpec &spec : specs)
    names.emplace_back(spec.name);
  std::sort(names.begin(), names.end());
  fail(diag::UnknownFlag, word.range, "--" + std::string(name),
       didYouMean(name, names, /*caseSensitive=*/true));
  // The edit is sound only where the word is written without quotes.
  const char *written = word.range.Start.getPointer();
  size_t width = word.range.End.getPointer() - written;
  if (std::optional<std::string> better = suggest(name, names, true);
      better && std::string_view(written, width) == word.text) {
    llvm::SMRange range(llvm::SMLoc::getFromPointer(written + 2),
                        llvm::SMLoc::getFromPointer(written + 2 + name.size()));
    error.fixIts.push_back({range, *better});
  }
  return false;
}

bool FlagParser::store(const FlagSpec &spec, const FlagWord &word,
                       std::string_view flag,
                       std::optional<std::string_view> value) {
  if (auto *list = std::get_if<std::vector<std::string> *>(&spec.target)) {
    if (!value)
      return fail(diag::FlagNeedsValue, word.range, flag);
    (*list)->emplace_back(*value);
    return true;
  }
  if (auto *text = std::get_if<std::string *>(&spec.target)) {
    if (!value)
      return fail(diag::FlagNeedsValue, word.range, flag);
    **text = *value;
    return true;
  }
  if (value && value->empty())
    return fail(diag::FlagNeedsValue, word.range, flag);
  std::string lower = unicode::toLower(value.value_or("true"));
  if (lower != "true" && lower != "false")
    return fail(diag::FlagNotBoolean, word.range, flag, *value);
  if (auto *maybe = std::get_if<std::optional<bool> *>(&spec.target))
    **maybe = lower == "true";
  else
    *std::get<bool *>(spec.target) = lower == "true";
  return true;
}

bool FlagParser::parse(const FlagWord &word) {
  std::string_view flag = word.text;
  std::optional<std::string_view> value;
  if (size_t equal = flag.find('='); equal != std::string_view::npos) {
    value = flag.substr(equal + 1);
    flag = flag.substr(0, equal);
  }
  std::string_view name = flag.substr(2);
  const FlagSpec *spec = llvm::find_if(
      specs, [&](const FlagSpec &each) { return each.name == name; });
  if (spec == specs.end())
    return unknown(word, name);
  size_t index = spec - specs.begin();
  bool isList =
      std::holds_alternative<std::vector<std::string> *>(spec->target);
  if (used[index] && !isList)
    return fail(diag::DuplicateFlag, word.range, flag);
  used[index] = true;
  return store(*spec, word, flag, value);
}

} // namespace

bool parseFlags(const std::vector<FlagWord> &words,
                llvm::ArrayRef<FlagSpec> specs, Diagnostic &error) {
  FlagParser parser(specs, error);
  return llvm::all_of(words,
                      [&](const FlagWord &word) { return parser.parse(word); });
}

std::vector<llvm::SMRange> flagRanges(const std::vector<FlagWord> &words,
                                      std::string_view name) {
  std::vector<llvm::SMRange> ranges;
  for (const FlagWord &word : words) {
    std::string_view text = word.text;
    if (text.substr(2, text.find('=') - 2) == name)
      ranges.push_back(word.range);
  }
  return ranges;
}

llvm::SMRange flagRange(const std::vector<FlagWord> &words,
                        std::string_view name) {
  std::vector<llvm::SMRange> ranges = flagRanges(words, name);
  return ranges.empty() ? llvm::SMRange() : ranges.back();
}

} // namespace llb::frontend
