// SPDX-License-Identifier: Apache-2.0
//
// Variable expansion (buildkit.md 3): BuildKit's shell lexer, which is not a
// POSIX shell's.
#ifndef LLB_SUPPORT_WORDEXPAND_H
#define LLB_SUPPORT_WORDEXPAND_H

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace llb {

/// Where values come from. Lookup is by exact name.
class EnvGetter {
public:
  virtual ~EnvGetter() = default;
  /// The value, or null if unset.
  virtual const std::string *get(std::string_view name) const = 0;
  /// All names in order, for suggestions.
  virtual std::vector<std::string> keys() const = 0;
};

struct ExpandOptions {
  char escape = '\\';
  bool rawQuotes = false;
  bool rawEscapes = false;
  bool skipProcessQuotes = false;
  bool skipUnsetEnv = false;
};

struct Expanded {
  std::string text;
  /// Names that had a value, and names that had none.
  std::set<std::string> matched;
  std::set<std::string> unmatched;
  /// Go's error text, wrapped as BuildKit wraps it; empty on success.
  std::string error;
  bool ok() const { return error.empty(); }
};

/// shell.Lex.ProcessWord. An expanded value beyond `maxBytes` is an error.
Expanded expandWord(std::string_view word, const EnvGetter &env,
                    const ExpandOptions &options,
                    size_t maxBytes = 16u << 20);

struct ExpandedWords {
  std::vector<std::string> words;
  std::string error;
};
/// shell.Lex.ProcessWords: the result split into words. On an error the words
/// found so far are kept.
ExpandedWords expandWords(std::string_view word, const EnvGetter &env,
                          const ExpandOptions &options);

} // namespace llb

#endif
