// SPDX-License-Identifier: Apache-2.0
//
// Writes image configs in the order of BuildKit's structs. Embedded members
// come before those that shadow them, which is why `config` is last.
#include "ImageConfig.h"
#include "llb/Support/GoJson.h"

#include <fmt/format.h>

namespace llb::lower {

namespace {

/// Writes the members of one object; empty values are left out unless they are
/// forced.
class ObjectWriter {
public:
  explicit ObjectWriter(std::string &out) : out(out) { out += '{'; }
  ~ObjectWriter() { out += '}'; }

  std::string &key(std::string_view name) {
    if (!first)
      out += ',';
    first = false;
    out.append("\"").append(name).append("\":");
    return out;
  }
  void always(std::string_view name, std::string_view value) {
    go::appendJsonString(key(name), value);
  }
  void text(std::string_view name, std::string_view value) {
    if (!value.empty())
      always(name, value);
  }
  void flag(std::string_view name, bool value) {
    if (value)
      key(name) += "true";
  }
  void number(std::string_view name, int64_t value) {
    if (value != 0)
      key(name) += fmt::to_string(value);
  }
  void list(std::string_view name, const std::vector<std::string> &items) {
    if (!items.empty())
      array(name, items);
  }
  void array(std::string_view name, const std::vector<std::string> &items) {
    std::string &to = key(name);
    char before = '[';
    for (const std::string &item : items) {
      to += before;
      go::appendJsonString(to, item);
      before = ',';
    }
    if (items.empty())
      to += '[';
    to += ']';
  }
  void set(std::string_view name, const std::set<std::string> &items) {
    if (items.empty())
      return;
    ObjectWriter object(key(name));
    for (const std::string &item : items) {
      object.quotedKey(item);
      out += "{}";
    }
  }
  void map(std::string_view name,
           const std::map<std::string, std::string> &items) {
    if (items.empty())
      return;
    ObjectWriter object(key(name));
    for (const auto &[item, value] : items) {
      object.quotedKey(item);
      go::appendJsonString(out, value);
    }
  }

private:
  void quotedKey(std::string_view name) {
    if (!first)
      out += ',';
    first = false;
    go::appendJsonString(out, name);
    out += ':';
  }

  std::string &out;
  bool first = true;
};

} // namespace

static void writeConfig(std::string &out, const ImageConfig &image) {
  ObjectWriter object(out);
  object.text("User", image.user);
  object.set("ExposedPorts", *image.exposedPorts);
  object.list("Env", image.env.items());
  object.list("Entrypoint", image.entrypoint.get());
  object.list("Cmd", image.cmd.get());
  object.set("Volumes", *image.volumes);
  object.text("WorkingDir", image.workingDir);
  object.map("Labels", *image.labels);
  object.text("StopSignal", image.stopSignal);
  object.flag("ArgsEscaped", image.argsEscaped);
  if (const auto &health = image.healthcheck) {
    ObjectWriter check(object.key("Healthcheck"));
    check.list("Test", health->test);
    check.number("Interval", health->interval);
    check.number("Timeout", health->timeout);
    check.number("StartPeriod", health->startPeriod);
    check.number("StartInterval", health->startInterval);
    check.number("Retries", health->retries);
  }
  object.list("OnBuild", image.onBuild.get());
  object.list("Shell", image.shell.get());
}

static void writeHistory(std::string &out, const History &history) {
  out += '[';
  bool first = true;
  for (const HistoryEntry *entry : history.entries()) {
    if (!first)
      out += ',';
    first = false;
    ObjectWriter object(out);
    if (entry->created)
      object.always("created", *entry->created);
    object.text("created_by", entry->createdBy);
    object.text("author", entry->author);
    object.text("comment", entry->comment);
    object.flag("empty_layer", entry->emptyLayer);
  }
  out += ']';
}

std::string ImageConfig::str() const {
  std::string out;
  {
    ObjectWriter object(out);
    if (created)
      object.always("created", *created);
    object.text("author", author);
    object.always("architecture", platform.architecture);
    object.always("os", platform.os);
    object.text("os.version", platform.osVersion);
    object.list("os.features", platform.osFeatures);
    object.text("variant", platform.variant);
    {
      ObjectWriter rootfs(object.key("rootfs"));
      rootfs.always("type", rootfsType);
      if (diffIds)
        rootfs.array("diff_ids", diffIds->get());
      else
        rootfs.key("diff_ids") += "null";
    }
    if (history.size() != 0)
      writeHistory(object.key("history"), history);
    writeConfig(object.key("config"), *this);
  }
  return out;
}

} // namespace llb::lower
