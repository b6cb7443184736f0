// SPDX-License-Identifier: Apache-2.0
//
// Namespaces, mounts, capabilities and masked paths are those that BuildKit
// v0.32.2 gives a container by way of containerd's defaults.
#include "ContainerSpec.h"

#include "Capabilities.h"
#include "Owner.h"
#include "Seccomp.h"

#include "llb/Support/GoJson.h"
#include "llb/Support/GoPath.h"

#include <algorithm>
#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>

namespace llb::engine {
namespace {

constexpr const char *maskedPaths[] = {
    "/proc/acpi",          "/proc/asound",
    "/proc/kcore",         "/proc/keys",
    "/proc/latency_stats", "/proc/timer_list",
    "/proc/timer_stats",   "/proc/sched_debug",
    "/sys/firmware",       "/sys/devices/virtual/powercap",
    "/proc/scsi"};

constexpr const char *readonlyPaths[] = {"/proc/bus", "/proc/fs", "/proc/irq",
                                         "/proc/sys", "/proc/sysrq-trigger"};

/// What a container of `--security=insecure` finds in /dev beyond the usual
/// (BuildKit v0.32.2, WithInsecureSpec).
struct SpecDevice {
  const char *path;
  unsigned major, minor;
};
constexpr SpecDevice insecureDevices[] = {
    {"/dev/kmsg", 1, 11},      {"/dev/cuse", 10, 203},
    {"/dev/fuse", 10, 229},    {"/dev/kvm", 10, 232},
    {"/dev/net/tun", 10, 200}, {"/dev/loop-control", 10, 237}};
constexpr unsigned loopMajor = 7, moreLoops = 8;

struct SpecMount {
  std::string destination, type, source;
  std::vector<std::string> options;
};

std::vector<SpecMount> standardMounts(const Container &container) {
  return {
      {"/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}},
      {"/dev",
       "tmpfs",
       "tmpfs",
       {"nosuid", "strictatime", "mode=755", "size=65536k"}},
      {"/dev/pts",
       "devpts",
       "devpts",
       {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620",
        "gid=5"}},
      {"/dev/shm",
       "tmpfs",
       "shm",
       {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}},
      {"/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}},
      {"/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}},
      {"/etc/resolv.conf",
       "bind",
       container.bundle + "/resolv.conf",
       {"nosuid", "noexec", "nodev", "rbind", "ro"}},
      {"/etc/hosts",
       "bind",
       container.bundle + "/hosts",
       {"nosuid", "noexec", "nodev", "rbind", "ro"}},
      {"/sys/fs/cgroup",
       "cgroup",
       "cgroup",
       {"ro", "nosuid", "noexec", "nodev"}},
  };
}

std::vector<SpecMount> allMounts(const Container &container, bool bindsCgroup) {
  std::vector<SpecMount> mounts = standardMounts(container);
  if (bindsCgroup) {
    mounts.back().type = "bind";
    mounts.back().source = mounts.back().destination;
    mounts.back().options.emplace_back("bind");
  }
  if (container.security == ir::SecurityMode::Insecure)
    for (SpecMount &mount : mounts)
      if (mount.destination.starts_with("/sys"))
        std::replace(mount.options.begin(), mount.options.end(),
                     std::string("ro"), std::string("rw"));
  for (const ContainerMount &mount : container.mounts) {
    SpecMount spec;
    spec.destination = go::joinPath({"/", mount.dest});
    if (mount.source.empty()) {
      spec.type = spec.source = "tmpfs";
      spec.options = mount.tmpfsOptions;
    } else {
      spec.type = "bind";
      spec.source = mount.source;
      spec.options = {"rbind", mount.readonly ? "ro" : "rw"};
      spec.options.insert(spec.options.end(), mount.options.begin(),
                          mount.options.end());
    }
    // Of two mounts at one place the later one is meant.
    std::erase_if(mounts, [&](const SpecMount &other) {
      return other.destination == spec.destination;
    });
    mounts.push_back(std::move(spec));
  }
  return mounts;
}

/// Appends JSON with commas where they belong.
class JsonText {
public:
  JsonText &raw(std::string_view text) {
    out += text;
    return *this;
  }
  JsonText &string(std::string_view text) {
    go::appendJsonString(out, text, /*escapeHtml=*/false);
    return *this;
  }
  template <class List> JsonText &strings(const List &list) {
    out += '[';
    bool first = true;
    for (const auto &item : list) {
      if (!first)
        out += ',';
      first = false;
      string(item);
    }
    out += ']';
    return *this;
  }
  std::string out;
};

void writeDevices(JsonText &json) {
  json.raw(",\"devices\":[");
  for (const SpecDevice &device : insecureDevices)
    json.raw("{\"path\":")
        .string(device.path)
        .raw(",\"type\":\"c\",\"major\":" + std::to_string(device.major) +
             ",\"minor\":" + std::to_string(device.minor) + "},");
  UniqueFd control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
  int next = control.valid() ? ioctl(control.get(), LOOP_CTL_GET_FREE) : 0;
  unsigned loops = static_cast<unsigned>(std::max(next, 0)) + moreLoops;
  for (unsigned i = 0; i < loops; ++i)
    json.raw(i ? ",{\"path\":\"/dev/loop" : "{\"path\":\"/dev/loop")
        .raw(std::to_string(i) +
             "\",\"type\":\"b\",\"major\":" + std::to_string(loopMajor) +
             ",\"minor\":" + std::to_string(i) + "}");
  json.raw("]");
}

llvm::Error userError(const std::string &text) {
  return llvm::createStringError(
      std::make_error_code(std::errc::invalid_argument), "%s", text.c_str());
}

void findHome(const std::vector<PasswdEntry> &users, ContainerUser &user) {
  auto found = llvm::find_if(
      users, [&](const PasswdEntry &entry) { return entry.uid == user.uid; });
  if (found != users.end())
    user.home = found->home;
}

/// The environment with a HOME that says something; an empty one is as none.
std::vector<std::string> withHome(std::vector<std::string> env,
                                  const std::string &home) {
  constexpr std::string_view name = "HOME=";
  auto isHome = [&](const std::string &item) { return item.starts_with(name); };
  auto last = std::find_if(env.rbegin(), env.rend(), isHome);
  if (last != env.rend() && last->size() > name.size())
    return env;
  std::erase_if(env, isHome);
  env.push_back(std::string(name) + home);
  return env;
}

} // namespace

llvm::Expected<ContainerUser> findContainerUser(const Tree &root,
                                                const std::string &name) {
  ContainerUser result;
  size_t colon = name.find(':');
  std::string user = name.substr(0, colon);
  std::string group =
      colon == std::string::npos ? std::string() : name.substr(colon + 1);
  auto idOf = [](const std::string &text) {
    return text == "root" ? std::optional<uint32_t>(0) : parseId(text);
  };
  if (name.empty())
    user = "0";
  if (colon != std::string::npos && idOf(user) && idOf(group)) {
    result.uid = *idOf(user);
    result.gid = *idOf(group);
    findHome(parsePasswd(readUserFile(root, "/etc/passwd")), result);
    return result;
  }

  // runc reads both files and cannot read a directory.
  for (const char *path : {"/etc/passwd", "/etc/group"}) {
    FileStat info;
    if (root.stat(path, info) == 0 && S_ISDIR(info.st_mode))
      return userError("unable to find user " + user + ": read " + path +
                       ": is a directory");
  }
  std::optional<uint32_t> number = parseId(user);
  std::string matched;
  bool found = false;
  std::vector<PasswdEntry> users =
      parsePasswd(readUserFile(root, "/etc/passwd"));
  for (const PasswdEntry &entry : users) {
    bool fits = user.empty()
                    ? entry.uid == 0
                    : entry.name == user || (number && entry.uid == *number);
    if (!fits)
      continue;
    matched = entry.name;
    result.uid = entry.uid;
    result.gid = entry.gid;
    found = true;
    break;
  }
  if (!found && !user.empty()) {
    if (!number)
      return userError("unable to find user " + user +
                       ": no matching entries in passwd file");
    result.uid = *number;
  }
  findHome(users, result);
  std::optional<uint32_t> groupNumber = parseId(group);
  bool groupFound = false;
  for (const GroupEntry &entry : parseGroup(readUserFile(root, "/etc/group"))) {
    if (group.empty()) {
      if (!matched.empty() &&
          std::find(entry.members.begin(), entry.members.end(), matched) !=
              entry.members.end())
        result.groups.push_back(entry.gid);
    } else if (!groupFound && (entry.name == group ||
                               (groupNumber && entry.gid == *groupNumber))) {
      result.gid = entry.gid;
      groupFound = true;
    }
  }
  if (!group.empty() && !groupFound) {
    if (!groupNumber)
      return userError("unable to find group " + group +
                       ": no matching entries in group file");
    result.gid = *groupNumber;
  }
  return result;
}

std::string writeContainerSpec(const Container &container,
                               const ContainerUser &user,
                               const std::string &cgroup) {
  bool insecure = container.security == ir::SecurityMode::Insecure;
  JsonText json;
  json.raw("{\"ociVersion\":\"1.0.2\",\"process\":{\"terminal\":false,"
           "\"user\":{\"uid\":");
  json.raw(std::to_string(user.uid)).raw(",\"gid\":");
  json.raw(std::to_string(user.gid)).raw(",\"additionalGids\":[");
  json.raw(std::to_string(user.gid));
  for (uint32_t group : user.groups)
    if (group != user.gid)
      json.raw(",").raw(std::to_string(group));
  json.raw("]},\"args\":").strings(container.meta.args);
  json.raw(",\"env\":").strings(withHome(container.env, user.home));
  json.raw(",\"cwd\":").string(container.meta.cwd);
  json.raw(",\"capabilities\":{");
  std::vector<std::string> capabilities =
      insecure ? allCapabilities() : usualCapabilities();
  if (!insecure && container.withoutNodes)
    std::erase(capabilities, "CAP_MKNOD");
  std::vector<const char *> sets{"bounding", "effective", "permitted"};
  if (insecure)
    sets.insert(sets.end(), {"inheritable", "ambient"});
  const char *separator = "";
  for (const char *set : sets) {
    json.raw(separator).string(set).raw(":").strings(capabilities);
    separator = ",";
  }
  json.raw("},\"noNewPrivileges\":false");
  if (!container.meta.ulimit.empty()) {
    json.raw(",\"rlimits\":[");
    separator = "";
    for (const ir::Ulimit &limit : container.meta.ulimit) {
      std::string type = "RLIMIT_";
      for (char c : limit.name)
        type += c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
      json.raw(separator).raw("{\"type\":").string(type);
      json.raw(",\"soft\":")
          .raw(std::to_string(static_cast<uint64_t>(limit.soft)));
      json.raw(",\"hard\":")
          .raw(std::to_string(static_cast<uint64_t>(limit.hard)))
          .raw("}");
      separator = ",";
    }
    json.raw("]");
  }
  json.raw("},\"root\":{\"path\":").string(container.root);
  json.raw(container.rootReadonly ? ",\"readonly\":true}" : "}");
  json.raw(",\"hostname\":")
      .string(container.meta.hostname.empty() ? "buildkitsandbox"
                                              : container.meta.hostname);
  json.raw(",\"mounts\":[");
  separator = "";
  for (const SpecMount &mount : allMounts(container, cgroup.empty())) {
    json.raw(separator).raw("{\"destination\":").string(mount.destination);
    json.raw(",\"type\":").string(mount.type);
    json.raw(",\"source\":").string(mount.source);
    json.raw(",\"options\":").strings(mount.options).raw("}");
    separator = ",";
  }
  json.raw("],\"linux\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"ipc\"},"
           "{\"type\":\"uts\"},{\"type\":\"mount\"}");
  if (container.network == ir::NetMode::None)
    json.raw(",{\"type\":\"network\"}");
  json.raw("]");
  if (!cgroup.empty())
    json.raw(",\"cgroupsPath\":").string("/" + cgroup);
  if (insecure) {
    writeDevices(json);
  } else {
    json.raw(",\"maskedPaths\":").strings(maskedPaths);
    json.raw(",\"readonlyPaths\":").strings(readonlyPaths);
    json.raw(",\"seccomp\":").raw(seccompProfile());
  }
  json.raw("}}");
  return std::move(json.out);
}

} // namespace llb::engine
