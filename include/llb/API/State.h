// SPDX-License-Identifier: Apache-2.0
//
// Writing LLB from C++: the fluent interface of BuildKit's Go client (v0.32.2,
// client/llb), giving the same operations, bytes and digests. This header is
// what `find_package(llbc)` installs; it needs the standard library only.
//
//     llb::State state = llb::image("docker.io/library/alpine")
//         .file(llb::copy(llb::local("context"), "README.md", "README.md"))
//         .run(llb::args({"/bin/sh", "-c", "true"})).root();
//
// States are values: every call returns a new one and leaves the old as it was.
// A mistake, such as a bad image reference, is kept and told by `marshal`.
#ifndef LLB_API_STATE_H
#define LLB_API_STATE_H

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#define LLB_API __attribute__((visibility("default")))

namespace llb {

/// `os/architecture[/variant]` of the operations that run or pull something.
struct TargetPlatform {
  std::string os;
  std::string architecture;
  std::string variant;
};

inline const TargetPlatform linuxAmd64{"linux", "amd64", ""};
inline const TargetPlatform linuxArm64{"linux", "arm64", ""};

struct MarshalOptions {
  /// Value of `local.unique`, random if empty. A repeatable id gives repeatable
  /// bytes, but lets a shared daemon mix up the files of two clients.
  std::string localUniqueId;
};

/// A serialised pb.Definition, or why there is none.
struct Definition {
  std::string bytes;
  std::string error;
  bool ok() const { return error.empty(); }
};

class FileAction;
class ExecState;

namespace detail {
struct Vertex;
struct Action;
} // namespace detail

/// A file system and the settings that the next `run` starts from.
class LLB_API State {
public:
  /// The empty file system.
  State();

  /// Applies file actions on top of this state.
  State file(const FileAction &action) const;
  /// Runs a process in this state.
  ExecState run(const class Args &args) const;
  /// Working directory of later runs and of relative paths.
  State dir(std::string_view path) const;
  /// Sets an environment variable for later runs.
  State addEnv(std::string_view name, std::string_view value) const;
  /// User of later runs.
  State user(std::string_view name) const;

  /// The operations that make this state, as a Definition for `platform`.
  Definition marshal(const TargetPlatform &platform,
                     const MarshalOptions &options = {}) const;

  /// Internal.
  struct Settings {
    std::string dir = "/";
    std::string user;
    std::vector<std::string> env;
  };
  std::shared_ptr<const detail::Vertex> vertex;
  Settings settings;
};

/// The result of `run`.
class LLB_API ExecState {
public:
  explicit ExecState(State root) : state(std::move(root)) {}
  /// The file system the process leaves behind.
  State root() const { return state; }

private:
  State state;
};

/// Arguments of a process, not interpreted by a shell.
class LLB_API Args {
public:
  explicit Args(std::vector<std::string> list) : list(std::move(list)) {}
  const std::vector<std::string> &get() const { return list; }

private:
  std::vector<std::string> list;
};
inline Args args(std::vector<std::string> list) {
  return Args(std::move(list));
}

/// How files are copied; all off, as in the Go client.
struct CopyOptions {
  bool followSymlinks = false;
  bool copyDirContentsOnly = false;
  bool attemptUnpack = false;
  bool createDestPath = false;
  bool allowWildcard = false;
  bool allowEmptyWildcard = false;
};

/// One or several changes to files, applied in order.
class LLB_API FileAction {
public:
  FileAction copy(const State &from, std::string_view src,
                  std::string_view dest, const CopyOptions &options = {}) const;
  FileAction mkdir(std::string_view path, int mode,
                   bool makeParents = false) const;
  FileAction mkfile(std::string_view path, int mode,
                    std::string_view data) const;
  FileAction rm(std::string_view path, bool allowNotFound = false,
                bool allowWildcard = false) const;

  /// Internal.
  std::vector<std::shared_ptr<const detail::Action>> actions;
};

/// An image; the reference is normalised, `latest` is the default tag.
LLB_API State image(std::string_view reference);
/// A directory that the client sends under this name.
LLB_API State local(std::string_view name);
/// The empty file system.
inline State scratch() { return State(); }

inline FileAction copy(const State &from, std::string_view src,
                       std::string_view dest, const CopyOptions &options = {}) {
  return FileAction().copy(from, src, dest, options);
}
inline FileAction mkdir(std::string_view path, int mode,
                        bool makeParents = false) {
  return FileAction().mkdir(path, mode, makeParents);
}
inline FileAction mkfile(std::string_view path, int mode,
                         std::string_view data) {
  return FileAction().mkfile(path, mode, data);
}
inline FileAction rm(std::string_view path, bool allowNotFound = false,
                     bool allowWildcard = false) {
  return FileAction().rm(path, allowNotFound, allowWildcard);
}

/// Writes the definition's bytes; false if that fails.
LLB_API bool writeTo(const Definition &definition, std::FILE *out);

} // namespace llb

#endif
