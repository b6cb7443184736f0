// SPDX-License-Identifier: Apache-2.0
//
// Collects diagnostics. Nothing below lib/Driver prints: a library reports
// here and returns failure; the driver renders what was collected as text,
// JSON or SARIF (DiagPrinter.h). Order of reporting is kept, because the first
// error is by contract the one BuildKit stops at.
#ifndef LLB_SUPPORT_DIAGENGINE_H
#define LLB_SUPPORT_DIAGENGINE_H

#include "llb/Support/Diagnostics.h"

#include <fmt/format.h>
#include <functional>
#include <llvm/Support/SMLoc.h>
#include <memory>
#include <string>
#include <vector>

namespace llvm {
class SourceMgr;
class MemoryBuffer;
} // namespace llvm

namespace llb {

/// Lines of a file, 1-based and inclusive; {0,0} is "no place".
struct LineRange {
  unsigned first = 0;
  unsigned last = 0;
  bool operator==(const LineRange &) const = default;
};

/// One edit that would mend the fault: replace `range` by `text`.
struct FixIt {
  llvm::SMRange range;
  std::string text;
};

struct Diagnostic {
  DiagId id;
  Severity severity;
  /// The message without its wrapping.
  std::string message;
  /// What BuildKit puts before the message, such as
  /// `dockerfile parse error on line 3: `; machine-readable output carries it.
  std::string prefix;
  /// Where the caret goes; invalid for messages about no place.
  llvm::SMRange range;
  /// BuildKit's places for this error, outermost last, each a line range.
  std::vector<LineRange> places;
  std::vector<FixIt> fixIts;
  /// What to do about it, where the message does not say; may be empty.
  std::string remedy;
  /// Notes that follow the message.
  std::vector<Diagnostic> notes;

  std::string fullMessage() const { return prefix + message; }
};

class DiagEngine {
public:
  explicit DiagEngine(llvm::SourceMgr &sources) : sources(sources) {}
  DiagEngine(const DiagEngine &) = delete;
  DiagEngine &operator=(const DiagEngine &) = delete;

  /// Adds to the diagnostic that `report` made; valid until the next report.
  class Reporter {
  public:
    explicit Reporter(Diagnostic &diag) : diag(diag) {}
    /// Adds one of BuildKit's places.
    Reporter &place(LineRange lines) {
      diag.places.push_back(lines);
      return *this;
    }
    Reporter &prefix(std::string text) {
      diag.prefix = std::move(text) + diag.prefix;
      return *this;
    }
    Reporter &fixIt(llvm::SMRange range, std::string text) {
      diag.fixIts.push_back({range, std::move(text)});
      return *this;
    }
    template <class... Args>
    Reporter &note(DiagId id, llvm::SMRange range, const Args &...args) {
      diag.notes.push_back(make(id, range, fmt::make_format_args(args...)));
      return *this;
    }

  private:
    Diagnostic &diag;
  };

  /// Records a message; the arguments fill the table's format string.
  template <class... Args>
  Reporter report(DiagId id, llvm::SMRange range, const Args &...args) {
    return add(make(id, range, fmt::make_format_args(args...)));
  }
  /// Calls `annotate` for every message from here on, before it is recorded.
  void setAnnotator(std::function<void(Diagnostic &)> annotate) {
    annotator = std::move(annotate);
  }

  /// Records a message that was made elsewhere.
  Reporter add(Diagnostic diag);

  bool hasErrors() const { return errors != 0; }
  unsigned errorCount() const { return errors; }
  /// The first error, which is BuildKit's, or null.
  const Diagnostic *firstError() const;
  const std::vector<Diagnostic> &diagnostics() const { return diags; }
  llvm::SourceMgr &sourceMgr() const { return sources; }

  /// Registers a buffer so that places in it can be shown; returns its text.
  std::string_view addBuffer(std::unique_ptr<llvm::MemoryBuffer> buffer);

  static Diagnostic make(DiagId id, llvm::SMRange range, fmt::format_args args);

private:
  llvm::SourceMgr &sources;
  std::vector<Diagnostic> diags;
  std::function<void(Diagnostic &)> annotator;
  unsigned errors = 0;
};

} // namespace llb

#endif
