// SPDX-License-Identifier: Apache-2.0
//
// The config of an image: what BuildKit v0.32.2 reads of a base image's, what
// instructions change, and what the exporter gets. Members that it does not
// know are dropped on reading, as Go's decoder drops them.
#ifndef LLB_LOWER_IMAGECONFIG_H
#define LLB_LOWER_IMAGECONFIG_H

#include "EnvList.h"
#include "llb/Support/Platform.h"

#include <map>
#include <set>

namespace llb::lower {

struct HistoryEntry {
  /// RFC 3339, normalised as Go prints times.
  std::optional<std::string> created;
  std::string createdBy;
  std::string author;
  std::string comment;
  bool emptyLayer = false;
};

/// A list that grows at its end and shares what it has with its copies, so that
/// a chain of a thousand stages keeps each entry once.
class History {
public:
  History() = default;
  History(const History &) = default;
  History(History &&other) { *this = std::move(other); }
  History &operator=(const History &other);
  History &operator=(History &&other);
  ~History();

  void append(HistoryEntry entry);
  size_t size() const { return count; }
  /// The last entry, null if there is none.
  const HistoryEntry *back() const { return last ? &last->entry : nullptr; }
  /// First to last.
  std::vector<const HistoryEntry *> entries() const;

private:
  struct Link {
    HistoryEntry entry;
    std::shared_ptr<Link> before;
  };
  std::shared_ptr<Link> last;
  size_t count = 0;
};

/// Durations in nanoseconds.
struct Healthcheck {
  std::vector<std::string> test;
  int64_t interval = 0;
  int64_t timeout = 0;
  int64_t startPeriod = 0;
  int64_t startInterval = 0;
  int64_t retries = 0;
};

struct ImageConfig {
  std::optional<std::string> created;
  std::string author;
  /// Members `architecture`, `os`, `os.version`, `os.features`, `variant`.
  PlatformSpec platform;
  std::string rootfsType;
  /// Absent: `null`, as for scratch.
  std::optional<ir::StringList> diffIds;
  History history;

  // The member `config`; an empty one of these is left out.
  std::string user;
  Shared<std::set<std::string>> exposedPorts;
  ConfigEnv env;
  ir::StringList entrypoint;
  ir::StringList cmd;
  Shared<std::set<std::string>> volumes;
  std::string workingDir;
  Shared<std::map<std::string, std::string>> labels;
  std::string stopSignal;
  bool argsEscaped = false;
  std::optional<Healthcheck> healthcheck;
  ir::StringList onBuild;
  ir::StringList shell;

  /// The config of scratch for `platform`: the default PATH and `/`.
  static ImageConfig scratch(const PlatformSpec &platform);
  /// json.Unmarshal; on failure returns false and sets `error` to Go's text.
  static bool parse(std::string_view json, ImageConfig &result,
                    std::string &error);
  /// json.Marshal.
  std::string str() const;
};

} // namespace llb::lower

#endif
