// SPDX-License-Identifier: Apache-2.0
//
// Plain progress is BuildKit's in form: a number a step, in the order in which
// they start. On a terminal a line for each running step is kept at the bottom.
#include "llb/Engine/Progress.h"

#include "llb/Support/GoJson.h"

#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>

namespace llb::engine {
namespace {

using Clock = std::chrono::steady_clock;

std::string seconds(Clock::duration duration, const char *format) {
  char text[32];
  std::snprintf(text, sizeof text, format,
                std::chrono::duration<double>(duration).count());
  return text;
}

class QuietProgress : public Progress {
public:
  void started(unsigned, const std::string &) override {}
  void output(unsigned, int, std::string_view) override {}
  void finished(unsigned, StepOutcome, const std::string &) override {}
};

class PlainProgress : public Progress {
public:
  explicit PlainProgress(llvm::raw_ostream &out) : out(out) {}

  void started(unsigned step, const std::string &name) override {
    std::lock_guard<std::mutex> lock(mutex);
    Line &line = lines[step];
    line.number = ++count;
    line.start = Clock::now();
    show(line, name);
  }

  void output(unsigned step, int, std::string_view text) override {
    std::lock_guard<std::mutex> lock(mutex);
    Line &line = lines[step];
    line.partial += text;
    size_t from = 0;
    for (size_t end; (end = line.partial.find('\n', from)) != std::string::npos;
         from = end + 1)
      show(line, seconds(Clock::now() - line.start, "%.3f ") +
                     line.partial.substr(from, end - from));
    line.partial.erase(0, from);
  }

  void finished(unsigned step, StepOutcome outcome,
                const std::string &error) override {
    std::lock_guard<std::mutex> lock(mutex);
    Line &line = lines[step];
    Clock::duration time = Clock::now() - line.start;
    if (!line.partial.empty())
      show(line, seconds(time, "%.3f ") + line.partial);
    line.partial.clear();
    switch (outcome) {
    case StepOutcome::Done:
      show(line, "DONE " + seconds(time, "%.1fs"));
      break;
    case StepOutcome::Cached:
      show(line, "CACHED");
      break;
    case StepOutcome::Failed:
      show(line, "ERROR: " + error);
      break;
    case StepOutcome::Canceled:
      show(line, "CANCELED");
      break;
    }
    out << '\n';
    out.flush();
  }

private:
  struct Line {
    unsigned number = 0;
    Clock::time_point start;
    std::string partial;
  };
  void show(const Line &line, const std::string &text) {
    out << '#' << line.number << ' ' << text << '\n';
    out.flush();
  }

  llvm::raw_ostream &out;
  std::mutex mutex;
  std::map<unsigned, Line> lines;
  unsigned count = 0;
};

/// One JSON object a line: `step`, and `name`, `stream` and `data`, or `status`
/// and `error`.
class JsonProgress : public Progress {
public:
  explicit JsonProgress(llvm::raw_ostream &out) : out(out) {}

  void started(unsigned step, const std::string &name) override {
    write(step, ",\"name\":" + go::jsonString(name, /*escapeHtml=*/false));
  }
  void output(unsigned step, int stream, std::string_view text) override {
    write(step, ",\"stream\":" + std::to_string(stream) +
                    ",\"data\":" + go::jsonString(go::base64(text)));
  }
  void finished(unsigned step, StepOutcome outcome,
                const std::string &error) override {
    constexpr const char *names[] = {"done", "cached", "failed", "canceled"};
    std::string text =
        std::string(",\"status\":\"") + names[static_cast<int>(outcome)] + "\"";
    if (!error.empty())
      text += ",\"error\":" + go::jsonString(error, /*escapeHtml=*/false);
    write(step, text);
  }

private:
  void write(unsigned step, const std::string &members) {
    std::lock_guard<std::mutex> lock(mutex);
    out << "{\"step\":" << step << members << "}\n";
    out.flush();
  }

  llvm::raw_ostream &out;
  std::mutex mutex;
};

/// Finished steps scroll by; below them stands what is running.
class TtyProgress : public Progress {
public:
  explicit TtyProgress(llvm::raw_ostream &out) : out(out) {}

  void started(unsigned step, const std::string &name) override {
    std::lock_guard<std::mutex> lock(mutex);
    erase();
    running[step] = {name, "", Clock::now()};
    draw();
  }
  void output(unsigned step, int, std::string_view text) override {
    std::lock_guard<std::mutex> lock(mutex);
    std::string &last = running[step].last;
    for (char c : text) {
      if (c == '\n' || c == '\r')
        last += '\n';
      else if (static_cast<unsigned char>(c) >= ' ') {
        if (last.ends_with('\n'))
          last.clear();
        last += c;
      }
    }
    while (last.size() > 1 && last.ends_with('\n') &&
           last[last.size() - 2] == '\n')
      last.pop_back();
    erase();
    draw();
  }
  void finished(unsigned step, StepOutcome outcome,
                const std::string &) override {
    std::lock_guard<std::mutex> lock(mutex);
    erase();
    Row &row = running[step];
    constexpr const char *words[] = {"", "CACHED ", "ERROR ", "CANCELED "};
    out << " => " << words[static_cast<int>(outcome)] << row.name << "  "
        << seconds(Clock::now() - row.start, "%.1fs") << '\n';
    running.erase(step);
    draw();
  }
  ~TtyProgress() override { erase(); }

private:
  struct Row {
    std::string name, last;
    Clock::time_point start;
  };
  void erase() {
    for (; drawn; --drawn)
      out << "\x1b[1A\x1b[2K";
  }
  void draw() {
    constexpr size_t width = 78;
    for (const auto &[step, row] : running) {
      std::string text = " => " + row.name;
      if (!row.last.empty())
        text += "  # " + row.last;
      text = text.substr(0, std::min(width, text.find('\n')));
      out << text << '\n';
      ++drawn;
    }
    out.flush();
  }

  llvm::raw_ostream &out;
  std::mutex mutex;
  std::map<unsigned, Row> running;
  unsigned drawn = 0;
};

} // namespace

Progress::~Progress() = default;

std::unique_ptr<Progress> Progress::create(ProgressMode mode,
                                           llvm::raw_ostream &out) {
  if (mode == ProgressMode::Auto)
    mode = out.is_displayed() ? ProgressMode::Tty : ProgressMode::Plain;
  switch (mode) {
  case ProgressMode::Quiet:
    return std::make_unique<QuietProgress>();
  case ProgressMode::RawJson:
    return std::make_unique<JsonProgress>(out);
  case ProgressMode::Tty:
    return std::make_unique<TtyProgress>(out);
  case ProgressMode::Auto:
  case ProgressMode::Plain:
    break;
  }
  return std::make_unique<PlainProgress>(out);
}

} // namespace llb::engine
