// SPDX-License-Identifier: Apache-2.0
//
// From Passes.def: what there is, and pipelines from their text.
#include "llb/Passes/PassManager.h"
#include "llb/Support/PassesDiags.h"
#include "llb/Support/Suggest.h"

#include <fmt/format.h>

namespace llb::passes {
namespace {

template <class Pass>
PassInfo describe(std::string_view name, std::string_view summary) {
  PassInfo info{name, summary, {}};
  std::apply(
      [&](const auto &...option) {
        (info.options.emplace_back(option.name, option.summary), ...);
      },
      Pass::options());
  return info;
}

llvm::SMRange rangeOf(std::string_view text) {
  return {llvm::SMLoc::getFromPointer(text.data()),
          llvm::SMLoc::getFromPointer(text.data() + text.size())};
}

std::string_view trim(std::string_view text) {
  size_t start = text.find_first_not_of(" \t\n");
  if (start == std::string_view::npos)
    return text.substr(0, 0);
  return text.substr(start, text.find_last_not_of(" \t\n") - start + 1);
}

/// Takes the text up to the next comma that is in no parentheses.
std::string_view takeItem(std::string_view &rest) {
  size_t depth = 0;
  size_t end = 0;
  for (; end < rest.size() && (rest[end] != ',' || depth); ++end) {
    if (rest[end] == '(')
      ++depth;
    else if (rest[end] == ')' && depth)
      --depth;
  }
  std::string_view item = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trim(item);
}

/// The value of an option from its text; false after a report.
bool readValue(std::string_view name, std::string_view text, bool &value,
               DiagEngine &diags) {
  value = text == "true";
  if (value || text == "false")
    return true;
  diags.report(diag::PassOptionValue, rangeOf(text), name, text);
  return false;
}

bool readValue(std::string_view text, uint64_t &value) {
  value = 0;
  bool good = !text.empty() && text.size() <= 18;
  for (char c : text) {
    good &= c >= '0' && c <= '9';
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  return good;
}

template <class Pass>
bool setOption(Pass &pass, std::string_view passName, std::string_view text,
               DiagEngine &diags) {
  size_t equal = text.find('=');
  std::string_view name = trim(text.substr(0, equal));
  bool known = false;
  bool ok = true;
  std::vector<std::string> names;
  auto each = [&](const auto &option) {
    names.emplace_back(option.name);
    if (option.name != name)
      return;
    known = true;
    auto &value = pass.*option.member;
    std::string_view given = equal == std::string_view::npos
                                 ? text.substr(text.size())
                                 : trim(text.substr(equal + 1));
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, bool>) {
      if (equal == std::string_view::npos)
        value = true;
      else
        ok = readValue(name, given, value, diags);
    } else if (!readValue(given, value)) {
      diags.report(diag::PassUnknownOption, rangeOf(text), passName, text,
                   fmt::format("; '{0}' takes a number, as in {0}=8", name));
      ok = false;
    }
  };
  std::apply([&](const auto &...option) { (each(option), ...); },
             Pass::options());
  if (!known)
    diags.report(diag::PassUnknownOption, rangeOf(name), passName, name,
                 didYouMean(name, names, /*caseSensitive=*/true));
  return known && ok;
}

template <class Pass>
bool addStep(std::string_view name, std::string_view options,
             Pipeline &pipeline, DiagEngine &diags) {
  Pass pass;
  bool ok = true;
  while (!options.empty()) {
    std::string_view option = takeItem(options);
    if (!option.empty())
      ok &= setOption(pass, name, option, diags);
  }
  pipeline.push_back({std::string(name),
                      [pass](ir::Module &module, PassContext &context) mutable {
                        return pass.run(module, context);
                      }});
  return ok;
}

bool addStep(std::string_view item, Pipeline &pipeline, DiagEngine &diags) {
  size_t open = item.find('(');
  std::string_view name = trim(item.substr(0, open));
  std::string_view options;
  if (open != std::string_view::npos) {
    options = item.substr(open + 1);
    if (!options.ends_with(')')) {
      diags.report(diag::PassUnclosed, rangeOf(item.substr(open, 1)), name);
      return false;
    }
    options.remove_suffix(1);
  }
#define LLB_PASS(Flag, Class, Summary)                                         \
  if (name == Flag)                                                            \
    return addStep<Class>(name, options, pipeline, diags);
#include "llb/Passes/Passes.def"
  std::vector<std::string> names;
  for (const PassInfo &info : allPasses())
    names.emplace_back(info.name);
  diags.report(diag::PassUnknown, rangeOf(name), name,
               didYouMean(name, names, /*caseSensitive=*/true));
  return false;
}

} // namespace

const std::vector<PassInfo> &allPasses() {
  static const std::vector<PassInfo> passes = {
#define LLB_PASS(Flag, Class, Summary) describe<Class>(Flag, Summary),
#include "llb/Passes/Passes.def"
  };
  return passes;
}

llvm::FailureOr<Pipeline> parsePipeline(std::string_view text,
                                        DiagEngine &diags) {
  Pipeline pipeline;
  bool ok = true;
  while (!text.empty()) {
    std::string_view item = takeItem(text);
    // `dce,` and an empty text are no mistakes worth a message.
    if (!item.empty())
      ok &= addStep(item, pipeline, diags);
  }
  if (!ok)
    return llvm::failure();
  return pipeline;
}

std::string_view pipelineOfLevel(unsigned level) {
  switch (level) {
  case 0:
    return "";
  case 1:
    return "canonicalize,dedup,merge,dce";
  default:
    // Copies are joined before they are taken off their chain: a layer each
    // would be no fewer layers.
    return "canonicalize,dedup,merge,canonicalize,parallel-copy,dce";
  }
}

} // namespace llb::passes
