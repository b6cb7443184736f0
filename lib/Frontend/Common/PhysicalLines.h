// SPDX-License-Identifier: Apache-2.0
//
// The lines of a file as Go's bufio.Scanner gives them to BuildKit v0.32.2:
// ended by a line feed, which stays, and no longer than 65536 bytes with it.
#ifndef LLB_FRONTEND_COMMON_PHYSICALLINES_H
#define LLB_FRONTEND_COMMON_PHYSICALLINES_H

#include <cstring>
#include <string_view>

namespace llb::frontend {

class PhysicalLines {
public:
  static constexpr size_t maxLine = 65536;

  explicit PhysicalLines(std::string_view text) : rest(text) {}

  /// The next line into `line`; false at the end of the file and at a line that
  /// is too long. Asked again after that, the scanner gives the first 65536
  /// bytes of the long line, once, and then ends: BuildKit parses them as an
  /// instruction if it was reading a continuation when the scanner stopped.
  bool next(std::string_view &line) {
    if (rest.empty() || state == State::Done)
      return false;
    if (state == State::TooLong) {
      line = rest.substr(0, maxLine);
      state = State::Done;
      return true;
    }
    std::string_view window = rest.substr(0, maxLine);
    size_t end = window.find('\n');
    if (end == std::string_view::npos && window.size() == maxLine) {
      state = State::TooLong;
      sawTooLong = true;
      return false;
    }
    line = end == std::string_view::npos ? rest : rest.substr(0, end + 1);
    rest.remove_prefix(line.size());
    return true;
  }

  /// Whether the scanner met a line that is too long.
  bool tooLong() const { return sawTooLong; }
  /// What was not read.
  std::string_view unread() const { return rest; }

private:
  enum class State { Reading, TooLong, Done };
  std::string_view rest;
  State state = State::Reading;
  bool sawTooLong = false;
};

} // namespace llb::frontend

#endif
