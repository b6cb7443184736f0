// SPDX-License-Identifier: Apache-2.0
//
// A list of what is refused, not of what is allowed: to a process with the
// capabilities of a container it comes to the same as docker's default profile,
// and calls of newer kernels that only compute or read need no new release.
// What is refused gives EPERM, as under docker; clone3, whose flags a filter
// cannot see, and namespace flags of clone give ENOSYS and EPERM, so that
// libraries fall back.
#include "Seccomp.h"

namespace llb::engine {
namespace {

constexpr const char *refused[] = {"acct",
                                   "add_key",
                                   "bpf",
                                   "clock_adjtime",
                                   "clock_settime",
                                   "create_module",
                                   "delete_module",
                                   "finit_module",
                                   "fsconfig",
                                   "fsmount",
                                   "fsopen",
                                   "fspick",
                                   "get_kernel_syms",
                                   "get_mempolicy",
                                   "init_module",
                                   "ioperm",
                                   "iopl",
                                   "io_uring_enter",
                                   "io_uring_register",
                                   "io_uring_setup",
                                   "kcmp",
                                   "kexec_file_load",
                                   "kexec_load",
                                   "keyctl",
                                   "lookup_dcookie",
                                   "mbind",
                                   "migrate_pages",
                                   "mount",
                                   "mount_setattr",
                                   "move_mount",
                                   "move_pages",
                                   "nfsservctl",
                                   "open_by_handle_at",
                                   "open_tree",
                                   "perf_event_open",
                                   "pivot_root",
                                   "query_module",
                                   "quotactl",
                                   "quotactl_fd",
                                   "reboot",
                                   "request_key",
                                   "set_mempolicy",
                                   "setdomainname",
                                   "sethostname",
                                   "setns",
                                   "settimeofday",
                                   "stime",
                                   "swapoff",
                                   "swapon",
                                   "syslog",
                                   "_sysctl",
                                   "sysfs",
                                   "umount",
                                   "umount2",
                                   "unshare",
                                   "uselib",
                                   "userfaultfd",
                                   "ustat",
                                   "vhangup",
                                   "vm86",
                                   "vm86old"};

/// Those whose calls this machine's kernel takes. Each makes the filter longer,
/// and so the start of a container.
constexpr const char *architectures =
#if defined(__x86_64__)
    R"("SCMP_ARCH_X86_64","SCMP_ARCH_X86","SCMP_ARCH_X32")";
#elif defined(__aarch64__)
    R"("SCMP_ARCH_AARCH64","SCMP_ARCH_ARM")";
#else
    R"("SCMP_ARCH_X86_64","SCMP_ARCH_X86","SCMP_ARCH_X32",)"
    R"("SCMP_ARCH_AARCH64","SCMP_ARCH_ARM")";
#endif

} // namespace

std::string seccompProfile() {
  std::string names;
  for (const char *name : refused)
    names += std::string(names.empty() ? "" : ",") + "\"" + name + "\"";

  return "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[" +
         std::string(architectures) +
         "],\"syscalls\":["
         "{\"names\":[" +
         names +
         "],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":1},"
         "{\"names\":[\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\","
         "\"errnoRet\":38}" +
         [] {
           std::string rules;
           for (unsigned flag :
                {0x00020000u, 0x02000000u, 0x04000000u, 0x08000000u,
                 0x10000000u, 0x20000000u, 0x40000000u}) {
             std::string value = std::to_string(flag);
             rules += ",{\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ERRNO\","
                      "\"errnoRet\":1,\"args\":[{\"index\":0,\"value\":" +
                      value + ",\"valueTwo\":" + value +
                      ",\"op\":\"SCMP_CMP_MASKED_EQ\"}]}";
           }
           return rules;
         }() +
         "]}";
}

} // namespace llb::engine
