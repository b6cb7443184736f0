// SPDX-License-Identifier: Apache-2.0
//
// Variable expansion: the rules of BuildKit v0.32.2's dockerfile/shell, which
// is not a POSIX shell. Values are inserted as they are and never expanded
// again; quotes are removed, though the word is not split.
#ifndef LLB_SUPPORT_WORDEXPAND_H
#define LLB_SUPPORT_WORDEXPAND_H

#include <llvm/ADT/SetVector.h>
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
  /// The file's escape character; `\` wherever heredocs are concerned.
  char escape = '\\';
  /// Keep quote characters.
  bool rawQuotes = false;
  /// Keep escape characters.
  bool rawEscapes = false;
  /// Treat quotes as ordinary text (bodies of heredocs).
  bool skipProcessQuotes = false;
  /// Keep `$name` and `${name...}` of variables that are not set.
  bool skipUnsetEnv = false;
  /// How deep `${...}` may nest; at most `largestNesting`, which a stack of
  /// 8 MiB holds with room to spare.
  unsigned maxNesting = 1000;
  static constexpr unsigned largestNesting = 2000;
};

/// Names in the order in which they were first met.
using NameList = llvm::SetVector<std::string, std::vector<std::string>,
                                 std::set<std::string>>;

struct Expanded {
  /// Empty after an error.
  std::string text;
  /// Names that had a value, and names that had none; also those met before an
  /// error.
  std::set<std::string> matched;
  NameList unmatched;
  /// BuildKit's text, `failed to process "<word>": ` included; empty on
  /// success.
  std::string error;
  bool ok() const { return error.empty(); }
};

/// shell.Lex.ProcessWordWithMatches. An expanded value beyond `maxBytes` is an
/// error.
Expanded expandWord(std::string_view word, const EnvGetter &env,
                    const ExpandOptions &options,
                    size_t maxBytes = size_t(16) << 20);

struct ExpandedWords {
  /// No words after an error.
  std::vector<std::string> words;
  std::string error;
  bool ok() const { return error.empty(); }
};

/// shell.Lex.ProcessWords: the result split into words at white space outside
/// quotes, after expansion. Text before a `${name<modifier>...}` in the same
/// word is lost, as it is in BuildKit: `a${x:-b}` gives the word `b`.
ExpandedWords expandWords(std::string_view word, const EnvGetter &env,
                          const ExpandOptions &options,
                          size_t maxBytes = size_t(16) << 20);

} // namespace llb

#endif
