// SPDX-License-Identifier: Apache-2.0
//
// /etc/passwd and /etc/group of an image are read by hand: the machine's own
// users have no say, nothing is loaded, and what is no short regular file is
// treated as missing.
#include "Owner.h"

#include "llb/Engine/FileOps.h"
#include "llb/Support/GoText.h"

namespace llb::engine {
namespace {

constexpr size_t maxUserFile = size_t(10) << 20;

std::vector<std::string_view> splitFields(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    size_t colon = line.find(':');
    fields.push_back(line.substr(0, colon));
    if (colon == std::string_view::npos)
      return fields;
    line.remove_prefix(colon + 1);
  }
}

std::string_view trim(std::string_view text) {
  while (!text.empty() &&
         (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  return text;
}

template <class Visit> void eachLine(std::string_view text, Visit visit) {
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line[0] != '#')
      visit(splitFields(line));
  }
}

uint32_t numberOr0(std::string_view text) { return parseId(text).value_or(0); }

} // namespace

std::optional<uint32_t> parseId(std::string_view text) {
  if (text.empty() || text.size() > 10)
    return std::nullopt;
  uint64_t value = 0;
  for (char c : text) {
    if (c < '0' || c > '9')
      return std::nullopt;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  if (value > UINT32_MAX)
    return std::nullopt;
  return static_cast<uint32_t>(value);
}

std::string readUserFile(const Tree &tree, const std::string &path) {
  std::string resolved;
  UniqueFd fd;
  if (tree.resolve(path, /*followLast=*/true, resolved) ||
      tree.open(resolved, fd))
    return {};
  std::string text;
  char buffer[16384];
  ssize_t n;
  while ((n = ::read(fd.get(), buffer, sizeof buffer)) > 0) {
    text.append(buffer, static_cast<size_t>(n));
    if (text.size() > maxUserFile)
      return {};
  }
  return text;
}

std::vector<PasswdEntry> parsePasswd(std::string_view text) {
  std::vector<PasswdEntry> entries;
  eachLine(text, [&](const std::vector<std::string_view> &fields) {
    auto at = [&](size_t i) {
      return i < fields.size() ? fields[i] : std::string_view();
    };
    entries.push_back({std::string(at(0)), numberOr0(at(2)), numberOr0(at(3)),
                       std::string(at(5))});
  });
  return entries;
}

std::vector<GroupEntry> parseGroup(std::string_view text) {
  std::vector<GroupEntry> entries;
  eachLine(text, [&](const std::vector<std::string_view> &fields) {
    auto at = [&](size_t i) {
      return i < fields.size() ? fields[i] : std::string_view();
    };
    GroupEntry entry{std::string(at(0)), numberOr0(at(2)), {}};
    std::string_view members = at(3);
    while (!members.empty()) {
      size_t comma = std::min(members.find(','), members.size());
      entry.members.emplace_back(members.substr(0, comma));
      members.remove_prefix(std::min(comma + 1, members.size()));
    }
    entries.push_back(std::move(entry));
  });
  return entries;
}

std::optional<FileOwner> resolveOwner(const std::optional<ir::ChownOpt> &chown,
                                      const Tree *userTree,
                                      const Tree *groupTree) {
  if (!chown)
    return std::nullopt;
  FileOwner owner;
  if (chown->user) {
    if (auto *named = std::get_if<ir::NamedUser>(&chown->user->user)) {
      if (userTree)
        for (const PasswdEntry &entry :
             parsePasswd(readUserFile(*userTree, "/etc/passwd")))
          if (entry.name == named->name) {
            owner = {entry.uid, entry.gid};
            break;
          }
    } else if (auto *id = std::get_if<uint32_t>(&chown->user->user)) {
      owner = {*id, *id};
    }
  }
  if (chown->group) {
    if (auto *named = std::get_if<ir::NamedUser>(&chown->group->user)) {
      if (groupTree)
        for (const GroupEntry &entry :
             parseGroup(readUserFile(*groupTree, "/etc/group")))
          if (entry.name == named->name) {
            owner.gid = entry.gid;
            break;
          }
    } else if (auto *id = std::get_if<uint32_t>(&chown->group->user)) {
      owner.gid = *id;
    }
  }
  return owner;
}

} // namespace llb::engine
