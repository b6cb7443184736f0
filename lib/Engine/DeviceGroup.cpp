// SPDX-License-Identifier: Apache-2.0
//
// The filter is a BPF program that the kernel asks at each open and mknod of a
// device. It is attached to a group of our own, since crun, told to leave
// cgroups alone, does not set one up. A group that a killed process left is
// known by a lock that nobody holds.
#include "DeviceGroup.h"

#include "llb/Engine/Tree.h"
#include "llb/Support/Errors.h"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <fstream>
#include <linux/bpf.h>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <vector>

namespace llb::engine {
namespace {

constexpr std::string_view namePrefix = "llbc-devices-";
constexpr uint32_t anyMinor = UINT32_MAX;

struct CharDevice {
  uint32_t major, minor;
};
constexpr CharDevice allowed[] = {{1, 3}, {1, 5},          {1, 7},
                                  {1, 8}, {1, 9},          {5, 0},
                                  {5, 1}, {136, anyMinor}, {5, 2}};

constexpr bpf_insn insn(uint8_t code, uint8_t dst, uint8_t src, int16_t offset,
                        int32_t value) {
  bpf_insn result{};
  result.code = code;
  result.dst_reg = dst & 0xf;
  result.src_reg = src & 0xf;
  result.off = offset;
  result.imm = value;
  return result;
}
constexpr bpf_insn load(uint8_t dst, int16_t offset) {
  return insn(BPF_LDX | BPF_W | BPF_MEM, dst, BPF_REG_1, offset, 0);
}
/// Leaves out the next `over` instructions if the register has another value.
constexpr bpf_insn unless(uint8_t reg, uint32_t value, int16_t over) {
  return insn(BPF_JMP | BPF_JNE | BPF_K, reg, 0, over,
              static_cast<int32_t>(value));
}
constexpr bpf_insn setResult(int32_t value) {
  return insn(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, value);
}
constexpr bpf_insn leave() { return insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0); }

/// Makes of a bpf_cgroup_dev_ctx 1, if the access is allowed, or 0.
std::vector<bpf_insn> filterProgram() {
  constexpr uint8_t type = BPF_REG_2, access = BPF_REG_3, major = BPF_REG_4,
                    minor = BPF_REG_5;
  constexpr int16_t ruleSize = 4;
  constexpr auto rules = static_cast<int16_t>(std::size(allowed));
  std::vector<bpf_insn> program{
      load(type, offsetof(bpf_cgroup_dev_ctx, access_type)),
      insn(BPF_ALU64 | BPF_MOV | BPF_X, access, type, 0, 0),
      insn(BPF_ALU64 | BPF_RSH | BPF_K, access, 0, 0, 16),
      insn(BPF_ALU64 | BPF_AND | BPF_K, type, 0, 0, 0xffff),
      load(major, offsetof(bpf_cgroup_dev_ctx, major)),
      load(minor, offsetof(bpf_cgroup_dev_ctx, minor)),
      unless(access, BPF_DEVCG_ACC_MKNOD, 2),
      setResult(1),
      leave(),
      unless(type, BPF_DEVCG_DEV_CHAR, rules * ruleSize)};
  for (const CharDevice &device : allowed) {
    bpf_insn skip{};
    skip.code = BPF_JMP | BPF_JA;
    program.push_back(unless(major, device.major, ruleSize - 1));
    program.push_back(device.minor == anyMinor
                          ? skip
                          : unless(minor, device.minor, ruleSize - 2));
    program.push_back(setResult(1));
    program.push_back(leave());
  }
  program.push_back(setResult(0));
  program.push_back(leave());
  return program;
}

long bpf(bpf_cmd command, bpf_attr &attributes) {
  return syscall(SYS_bpf, command, &attributes, sizeof attributes);
}

UniqueFd loadFilter() {
  std::vector<bpf_insn> program = filterProgram();
  bpf_attr load{};
  load.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  load.insns = reinterpret_cast<uint64_t>(program.data());
  load.insn_cnt = static_cast<uint32_t>(program.size());
  load.license = reinterpret_cast<uint64_t>("Apache-2.0");
  return UniqueFd(static_cast<int>(bpf(BPF_PROG_LOAD, load)));
}

/// Our group's path in the hierarchy of version 2.
std::string ownGroup() {
  std::ifstream file("/proc/self/cgroup");
  std::string line;
  while (std::getline(file, line))
    if (line.starts_with("0::"))
      return line.substr(3);
  return "/";
}

} // namespace

void DeviceGroup::removeDeadGroups() {
  UniqueFd dir(openat(parent.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  std::vector<std::string> names;
  if (!dir.valid() || DirTree(std::move(dir)).list("/", names))
    return;
  for (const std::string &other : names) {
    if (!other.starts_with(namePrefix))
      continue;
    UniqueFd dead(openat(parent.get(), other.c_str(),
                         O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (dead.valid() && flock(dead.get(), LOCK_EX | LOCK_NB) == 0)
      unlinkat(parent.get(), other.c_str(), AT_REMOVEDIR);
  }
}

llvm::Expected<DeviceGroup> DeviceGroup::make(const UniqueFd &hierarchy) {
  UniqueFd filter = loadFilter();
  if (!filter.valid())
    return errnoError("a BPF program for devices");
  DeviceGroup result;
  std::string path = "." + ownGroup();
  result.parent = UniqueFd(
      openat(hierarchy.get(), path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!result.parent.valid())
    return errnoError("the control group " + path.substr(1));
  result.removeDeadGroups();
  static std::atomic<unsigned> counter;
  std::string name = std::string(namePrefix) + std::to_string(getpid()) + "-" +
                     std::to_string(++counter);
  if (mkdirat(result.parent.get(), name.c_str(), 0755) && errno != EEXIST)
    return errnoError("the control group " + name);
  result.name = name;
  result.group = UniqueFd(openat(result.parent.get(), name.c_str(),
                                 O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!result.group.valid() || flock(result.group.get(), LOCK_SH | LOCK_NB))
    return errnoError("the control group " + name);
  bpf_attr attach{};
  attach.target_fd = static_cast<uint32_t>(result.group.get());
  attach.attach_bpf_fd = static_cast<uint32_t>(filter.get());
  attach.attach_type = BPF_CGROUP_DEVICE;
  attach.attach_flags = BPF_F_ALLOW_MULTI;
  if (bpf(BPF_PROG_ATTACH, attach))
    return errnoError("a device filter for the control group " + name);
  return result;
}

DeviceGroup::~DeviceGroup() {
  if (!name.empty() && parent.valid())
    unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR);
}

} // namespace llb::engine
