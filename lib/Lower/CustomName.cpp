// SPDX-License-Identifier: Apache-2.0
//
// Names of steps (BuildKit v0.32.2, dockerfile2llb processCmdEnv, uppercaseCmd,
// summarizeHeredoc).
#include "CustomName.h"

#include "llb/Support/Unicode.h"

#include <set>

namespace llb::lower {
namespace {

/// An environment in which the variables that secrets become have a value that
/// tells nothing.
class MaskedEnv final : public EnvGetter {
public:
  MaskedEnv(const EnvGetter &base, const std::vector<ast::Mount> &mounts)
      : base(base) {
    for (const ast::Mount &mount : mounts)
      if (mount.type == ast::MountType::Secret && mount.env)
        secrets.insert(*mount.env);
  }

  const std::string *get(std::string_view name) const override {
    static const std::string mask = "****";
    return secrets.count(name) ? &mask : base.get(name);
  }
  std::vector<std::string> keys() const override {
    std::vector<std::string> result = base.keys();
    std::erase_if(result, [&](const std::string &key) {
      return secrets.count(key) != 0;
    });
    result.insert(result.end(), secrets.begin(), secrets.end());
    return result;
  }

private:
  const EnvGetter &base;
  std::set<std::string, std::less<>> secrets;
};

std::string shownText(const Dispatch &dispatch, std::string text,
                      const EnvGetter &env, const ExpandOptions &options) {
  Expanded expanded =
      expandWord(text, env, options, dispatch.context.options.maxValueBytes);
  if (expanded.ok())
    text = std::move(expanded.text);
  size_t end = std::min(text.find(' '), text.size());
  return unicode::toUpper(std::string_view(text).substr(0, end)) +
         text.substr(end);
}

/// The first line of a heredoc's body, with dots if there are more.
std::string summary(std::string_view body) {
  body = unicode::trim(body);
  size_t end = body.find('\n');
  if (end == std::string_view::npos)
    return std::string(body);
  std::string_view first = body.substr(0, end);
  if (!first.empty() && first.back() == '\r')
    first.remove_suffix(1);
  return std::string(first) + "...";
}

} // namespace

std::string stepText(const Dispatch &dispatch) {
  return shownText(dispatch, dispatch.stmt.original, dispatch.stage.env,
                   dispatch.context.expandOptions());
}

std::string runText(const Dispatch &dispatch,
                    const std::vector<ast::Mount> &mounts,
                    const ast::Heredoc *heredoc) {
  std::string text = dispatch.stmt.original;
  if (heredoc)
    text += " (" + summary(heredoc->content) + ")";
  ExpandOptions options = dispatch.context.expandOptions();
  options.rawQuotes = true;
  options.skipUnsetEnv = true;
  return shownText(dispatch, std::move(text),
                   MaskedEnv(dispatch.stage.env, mounts), options);
}

} // namespace llb::lower
