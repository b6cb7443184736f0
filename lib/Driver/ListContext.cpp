// SPDX-License-Identifier: Apache-2.0
//
// What goes to the builder, and why a file doesn't. The second question is
// answered as the walk answers it, directory by directory: a file is lost with
// the first directory that is ignored and has no exceptions below.
#include "ContextFiles.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/GoText.h"
#include "llb/Support/PatternMatcher.h"

#include <algorithm>
#include <fmt/format.h>

namespace llb::driver {
namespace {

using context::FileInfo;

uint64_t sizeOf(const FileInfo &file) {
  return file.isRegular() ? file.size : 0;
}

/// The largest first, directories last.
std::vector<const FileInfo *> bySize(const ReadContext &context) {
  std::vector<const FileInfo *> files;
  for (const FileInfo &file : context.snapshot.entries())
    files.push_back(&file);
  std::stable_sort(
      files.begin(), files.end(), [](const FileInfo *a, const FileInfo *b) {
        bool isFileA = !a->isDirectory();
        bool isFileB = !b->isDirectory();
        return std::pair(isFileA, sizeOf(*a)) > std::pair(isFileB, sizeOf(*b));
      });
  return files;
}

std::string_view typeOf(const FileInfo &file) {
  return file.isDirectory() ? "directory"
         : file.isRegular() ? "file"
         : file.isSymlink() ? "symlink"
                            : "special";
}

/// As it is, or quoted if a terminal would not show it so.
std::string shown(const std::string &path) {
  for (unsigned char c : path)
    if (c < 0x20 || c >= 0x7f)
      return go::quote(path);
  return path;
}

struct Answer {
  enum class Reason { Sent, Ignored, Unread, Absent };
  Reason reason = Reason::Sent;
  /// Place among the ignore file's patterns, if one of them had a say.
  std::optional<size_t> pattern;
};

/// The ignore file's word on `path`: whether it is kept out.
bool isIgnored(const PatternMatcher &matcher, const std::string &path,
               std::optional<size_t> &pattern) {
  PatternMatcher::DirMatches above, own;
  for (size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    std::string current = path.substr(0, end);
    pattern = matcher.lastMatch(current, above);
    bool ignored = matcher.matches(current, above, own);
    bool last = end == std::string::npos;
    if (last || (ignored && !matcher.mayMatchBelow(current, true)))
      return ignored;
    above.swap(own);
  }
  return false;
}

Answer explain(const std::string &path, const ReadContext *context,
               const Input &input, const Options &options) {
  Answer answer;
  std::string error;
  auto matcher = PatternMatcher::create(input.ignorePatterns, error);
  if (matcher && isIgnored(*matcher, path, answer.pattern)) {
    answer.reason = Answer::Reason::Ignored;
    return answer;
  }
  if (context)
    for (const FileInfo &file : context->snapshot.entries())
      if (file.path == path)
        return answer;
  auto directory = context::Directory::open(contextDirectory(options));
  bool exists = false;
  if (directory) {
    auto info = directory->stat(path);
    exists = info && *info;
    if (!info)
      llvm::consumeError(info.takeError());
  } else {
    llvm::consumeError(directory.takeError());
  }
  answer.reason = exists ? Answer::Reason::Unread : Answer::Reason::Absent;
  return answer;
}

void printAnswer(const std::string &path, const Answer &answer,
                 const Input &input, llvm::raw_ostream &out) {
  std::string place;
  if (answer.pattern)
    place = fmt::format("{}:{}: {}", input.ignoreFile,
                        input.ignoreLines[*answer.pattern],
                        shown(input.ignorePatterns[*answer.pattern]));
  out << shown(path) << ": ";
  switch (answer.reason) {
  case Answer::Reason::Sent:
    out << "sent";
    if (answer.pattern)
      out << ", because of the exception " << place;
    break;
  case Answer::Reason::Ignored:
    out << "kept out by " << place;
    break;
  case Answer::Reason::Unread:
    out << "not sent: no step of this build reads it";
    break;
  case Answer::Reason::Absent:
    out << "not in the context";
    break;
  }
  out << '\n';
}

void appendAnswer(std::string &json, const std::string &path,
                  const Answer &answer, const Input &input) {
  static constexpr std::string_view names[] = {"sent", "ignored", "unread",
                                               "absent"};
  json += "{\"path\":" + go::jsonString(path) + ",\"status\":\"" +
          std::string(names[static_cast<int>(answer.reason)]) + '"';
  if (answer.pattern)
    json += fmt::format(",\"ignoreFile\":{},\"line\":{},\"pattern\":{}",
                        go::jsonString(input.ignoreFile),
                        input.ignoreLines[*answer.pattern],
                        go::jsonString(input.ignorePatterns[*answer.pattern]));
  json += '}';
}

void printList(const ReadContext &context, llvm::raw_ostream &out) {
  uint64_t total = 0;
  size_t directories = 0, others = 0;
  for (const FileInfo *file : bySize(context)) {
    if (file->isDirectory()) {
      ++directories;
      continue;
    }
    ++others;
    total += sizeOf(*file);
    out << fmt::format("{:>12}  {}", sizeOf(*file), shown(file->path));
    if (file->isSymlink())
      out << " -> " << shown(file->target);
    out << '\n';
  }
  out << fmt::format(
      "{:>12}  bytes in {} files and {} directories of {} ({})\n", total,
      others, directories, context.read.name, shown(context.directory));
}

void appendList(std::string &json, const ReadContext &context) {
  uint64_t total = 0;
  std::string files;
  for (const FileInfo *file : bySize(context)) {
    total += sizeOf(*file);
    files += fmt::format("{}{{\"path\":{},\"type\":\"{}\",\"size\":{}",
                         files.empty() ? "" : ",", go::jsonString(file->path),
                         typeOf(*file), sizeOf(*file));
    if (file->isSymlink())
      files += ",\"target\":" + go::jsonString(file->target);
    files += '}';
  }
  json += fmt::format(
      "{{\"name\":{},\"directory\":{},\"bytes\":{},\"files\":[{}]}}",
      go::jsonString(context.read.name), go::jsonString(context.directory),
      total, files);
}

} // namespace

void listContexts(const std::vector<ReadContext> &contexts, const Input &input,
                  const Options &options, llvm::raw_ostream &out) {
  const ReadContext *main = nullptr;
  for (const ReadContext &context : contexts)
    if (context.read.name == "context")
      main = &context;
  std::vector<std::pair<std::string, Answer>> answers;
  for (const std::string &path : options.whyIgnored) {
    std::string clean = go::joinPath({"/", path}).substr(1);
    answers.emplace_back(clean, explain(clean, main, input, options));
  }

  if (options.listContext == ListContext::Json) {
    std::string json = "{\"contexts\":[";
    for (const ReadContext &context : contexts) {
      if (&context != &contexts.front())
        json += ',';
      appendList(json, context);
    }
    json += "],\"paths\":[";
    for (const auto &[path, answer] : answers) {
      if (!json.ends_with('['))
        json += ',';
      appendAnswer(json, path, answer, input);
    }
    out << json << "]}\n";
    return;
  }
  for (const auto &[path, answer] : answers)
    printAnswer(path, answer, input, out);
  if (options.listContext == ListContext::Text)
    for (const ReadContext &context : contexts)
      printList(context, out);
}

} // namespace llb::driver
