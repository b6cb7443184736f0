// SPDX-License-Identifier: Apache-2.0
//
// Options of the checks are read in three places with three grammars around
// them: the directive at the top of the file, the comment above a statement,
// and a build argument. A fault is an error in the first and the last, and
// silently ignored in the second.
#include "llb/Check/Linter.h"

#include "llb/Support/GoText.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Unicode.h"

#include <algorithm>
#include <fmt/format.h>

using namespace llb;
using namespace llb::check;

namespace {

bool isAsciiLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool isAsciiDigit(char c) { return c >= '0' && c <= '9'; }

/// What `\s` of Go's regular expressions matches.
bool isBlank(char c) {
  return c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' ';
}

std::string_view trimBlanks(std::string_view text) {
  while (!text.empty() && isBlank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back()))
    text.remove_suffix(1);
  return text;
}

struct DirectiveText {
  std::string name;
  std::string_view value;
};

/// `name=value` after the comment mark.
bool readDirective(std::string_view text, DirectiveText &result) {
  text = unicode::trimLeft(text);
  size_t end = 0;
  while (end < text.size() &&
         (isAsciiLetter(text[end]) || (end > 0 && isAsciiDigit(text[end]))))
    ++end;
  if (end == 0)
    return false;
  std::string_view rest = text.substr(end);
  while (!rest.empty() && isBlank(rest.front()))
    rest.remove_prefix(1);
  if (!rest.starts_with('='))
    return false;
  rest.remove_prefix(1);
  if (rest.empty() || rest.find('\n') != std::string_view::npos)
    return false;
  result.name = unicode::toLower(text.substr(0, end));
  result.value = trimBlanks(rest);
  return result.name == "syntax" || result.name == "escape" ||
         result.name == "check";
}

std::string_view untilSpace(std::string_view text) {
  return text.substr(0, text.find(' '));
}

std::vector<std::string> splitList(std::string_view text) {
  std::vector<std::string> items;
  for (;;) {
    size_t comma = text.find(',');
    items.emplace_back(unicode::trim(text.substr(0, comma)));
    if (comma == std::string_view::npos)
      return items;
    text.remove_prefix(comma + 1);
  }
}

bool contains(const std::vector<std::string> &items, std::string_view item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

/// The options that a statement's comments add, if any.
bool readComments(const std::vector<std::string> &comments,
                  CheckOptions &result) {
  for (const std::string &comment : comments) {
    DirectiveText directive;
    if (!readDirective(comment, directive) || directive.name != "check")
      continue;
    std::string ignored;
    return CheckOptions::parse(untilSpace(directive.value), result, ignored);
  }
  return false;
}

} // namespace

bool CheckOptions::parse(std::string_view text, CheckOptions &result,
                         std::string &error) {
  result = CheckOptions();
  text = unicode::trim(text);
  if (text.empty())
    return true;
  for (int part = 1; part <= 3; ++part) {
    // The third part takes all that is left.
    size_t end = part == 3 ? std::string_view::npos : text.find(';');
    std::string_view option = text.substr(0, end);
    size_t equals = option.find('=');
    if (equals == std::string_view::npos) {
      error = "invalid check option " + go::quote(option);
      return false;
    }
    std::string_view key = unicode::trim(option.substr(0, equals));
    std::string_view value = unicode::trim(option.substr(equals + 1));
    if (key == "skip") {
      if (value == "all")
        result.skipAll = true;
      else
        result.skip = splitList(value);
    } else if (key == "experimental") {
      if (value == "all")
        result.experimentalAll = true;
      else
        result.experimental = splitList(value);
    } else if (key == "error") {
      auto parsed = go::parseBool(value);
      if (!parsed.ok()) {
        error = fmt::format("failed to parse check option {}: {}",
                            go::quote(option), parsed.error);
        return false;
      }
      result.errorOnWarning = parsed.value;
    } else {
      error = "invalid check option " + go::quote(key);
      return false;
    }
    if (end == std::string_view::npos)
      return true;
    text.remove_prefix(end + 1);
  }
  return true;
}

bool CheckOptions::parseIck(std::string_view text, CheckOptions &result,
                            std::string &error) {
  bool ick = false;
  std::string rest;
  for (;;) {
    size_t end = text.find(';');
    std::string_view option = text.substr(0, end);
    if (unicode::trim(option) == "ick")
      ick = true;
    else
      rest.append(rest.empty() ? "" : ";").append(option);
    if (end == std::string_view::npos)
      break;
    text.remove_prefix(end + 1);
  }
  bool good = parse(rest, result, error);
  result.ick = ick;
  return good;
}

std::string CheckOptions::directive(std::string_view file) {
  if (file.starts_with("\xEF\xBB\xBF"))
    file.remove_prefix(3);
  bool first = true;
  std::set<std::string> seen;
  while (!file.empty()) {
    size_t end = file.find('\n');
    std::string_view line = file.substr(0, end);
    file.remove_prefix(end == std::string_view::npos ? file.size() : end + 1);
    bool shebang = first && line.starts_with("#!");
    first = false;
    if (shebang)
      continue;
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    DirectiveText directive;
    if (!line.starts_with('#') || !readDirective(line.substr(1), directive))
      return {};
    if (directive.name == "check")
      return std::string(untilSpace(directive.value));
    if (!seen.insert(directive.name).second)
      return {};
  }
  return {};
}

Linter::Linter(CheckOptions options, ast::Vocabulary words, DiagEngine &diags)
    : options(std::move(options)), words(words), diags(diags) {}

bool Linter::enabled(DiagId rule,
                     const std::vector<std::string> *comments) const {
  if (muted)
    return false;
  const CheckInfo *info = checkInfo(rule);
  CheckOptions added;
  if (comments)
    readComments(*comments, added);
  if (info->rule.starts_with("Ick") && !options.ick)
    return false;
  if (info->experimental)
    return options.experimentalAll || added.experimentalAll ||
           contains(options.experimental, info->rule) ||
           contains(added.experimental, info->rule);
  return !options.skipAll && !added.skipAll &&
         !contains(options.skip, info->rule) &&
         !contains(added.skip, info->rule);
}

void Linter::record(Diagnostic diag, LineRange lines) {
  violated.insert(checkInfo(diag.id)->rule);
  DiagEngine::Reporter report = diags.add(std::move(diag));
  if (lines.first != 0)
    report.place(lines);
}

bool Linter::failed() {
  if (!options.errorOnWarning || violated.empty())
    return false;
  diags.report(diag::LintViolation, {}, fmt::join(violated, ", "));
  return true;
}
