// SPDX-License-Identifier: Apache-2.0
//
// Clauses are applied from left to right; `X` looks at the mode before all of
// them, `u`, `g` and `o` on the right-hand side at the mode so far.
#include "FileMode.h"

#include <sys/stat.h>

namespace llb::engine {
namespace {

constexpr mode_t all = S_IRWXU | S_IRWXG | S_IRWXO | S_ISUID | S_ISGID;

class Clauses {
public:
  Clauses(std::string_view text, mode_t mode)
      : text(text), before(mode), mode(mode & 07777) {}

  std::optional<mode_t> run() {
    do {
      if (!clause())
        return std::nullopt;
    } while (take(','));
    return text.empty() ? std::optional(mode) : std::nullopt;
  }

private:
  bool take(char c) {
    if (text.empty() || text[0] != c)
      return false;
    text.remove_prefix(1);
    return true;
  }

  mode_t takeWho() {
    mode_t who = 0;
    for (;; text.remove_prefix(1)) {
      char c = text.empty() ? '\0' : text[0];
      if (c == 'a')
        who |= all;
      else if (c == 'u')
        who |= S_ISUID | S_IRWXU;
      else if (c == 'g')
        who |= S_ISGID | S_IRWXG;
      else if (c == 'o')
        who |= S_IRWXO;
      else
        return who;
    }
  }

  bool clause() {
    mode_t who = takeWho();
    bool any = false;
    while (!text.empty() &&
           (text[0] == '+' || text[0] == '-' || text[0] == '=')) {
      char op = text[0];
      text.remove_prefix(1);
      action(op, who);
      any = true;
    }
    return any;
  }

  void action(char op, mode_t who) {
    mode_t given = who ? who : all;
    bool setIds = (who & ~mode_t(S_IRWXO)) != 0 || who == 0;
    mode_t bits = 0, sticky = 0;
    for (;; text.remove_prefix(1)) {
      char c = text.empty() ? '\0' : text[0];
      if (c == 'r')
        bits |= S_IRUSR | S_IRGRP | S_IROTH;
      else if (c == 'w')
        bits |= S_IWUSR | S_IWGRP | S_IWOTH;
      else if (c == 'x')
        bits |= S_IXUSR | S_IXGRP | S_IXOTH;
      else if (c == 'X') {
        if (op == '-' || S_ISDIR(before) || (before & 0111))
          bits |= S_IXUSR | S_IXGRP | S_IXOTH;
      } else if (c == 's') {
        if (setIds)
          bits |= S_ISUID | S_ISGID;
      } else if (c == 't') {
        if (setIds)
          sticky = S_ISVTX;
      } else if (c == 'u')
        bits |= spread(mode >> 6);
      else if (c == 'g')
        bits |= spread(mode >> 3);
      else if (c == 'o')
        bits |= spread(mode);
      else
        break;
    }
    mode_t changed = (bits & given) | sticky;
    if (op == '+')
      mode |= changed;
    else if (op == '-')
      mode &= ~changed;
    else
      mode = (mode & ~(given | sticky)) | changed;
  }

  static mode_t spread(mode_t three) {
    three &= 7;
    return three << 6 | three << 3 | three;
  }

  std::string_view text;
  mode_t before;
  mode_t mode;
};

} // namespace

std::optional<mode_t> applySymbolicMode(std::string_view text, mode_t mode) {
  return Clauses(text, mode).run();
}

} // namespace llb::engine
