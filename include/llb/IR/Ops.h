// SPDX-License-Identifier: Apache-2.0
//
// The messages of LLB, one struct each, with the field table that everything
// else is made from (BuildKit v0.32.2, solver/pb/ops.proto). Fields of a table
// stand in the order in which they are encoded: ascending numbers, the members
// of a oneof last. The file is long because it is the whole schema: whoever
// looks for a field should have one place to look.
#ifndef LLB_IR_OPS_H
#define LLB_IR_OPS_H

#include "llb/IR/Field.h"

#include <optional>
#include <variant>

namespace llb::ir {

enum class NetMode : int32_t { Unset = 0, Host = 1, None = 2 };
enum class SecurityMode : int32_t { Sandbox = 0, Insecure = 1 };
enum class MountType : int32_t {
  Bind = 0,
  Secret = 1,
  Ssh = 2,
  Cache = 3,
  Tmpfs = 4
};
enum class MountContentCache : int32_t { Default = 0, On = 1, Off = 2 };
enum class CacheSharing : int32_t { Shared = 0, Private = 1, Locked = 2 };

/// "No input" or "no output" of mounts, file actions, merges and diffs.
inline constexpr int64_t noIndex = -1;

struct Platform {
  std::string architecture;
  std::string os;
  std::string variant;
  std::string osVersion;
  StringList osFeatures;
  Unknown unknown;

  bool operator==(const Platform &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "Architecture", &Platform::architecture),
                      field(2, "OS", &Platform::os),
                      field(3, "Variant", &Platform::variant),
                      field(4, "OSVersion", &Platform::osVersion),
                      field(5, "OSFeatures", &Platform::osFeatures));
  }
};

struct Constraints {
  StringList filter;
  Unknown unknown;

  bool operator==(const Constraints &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "filter", &Constraints::filter));
  }
};

// ---- exec ----

struct HostIp {
  std::string host;
  std::string ip;
  Unknown unknown;

  bool operator==(const HostIp &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "Host", &HostIp::host),
                      field(2, "IP", &HostIp::ip));
  }
};

struct Ulimit {
  std::string name;
  int64_t soft = 0;
  int64_t hard = 0;
  Unknown unknown;

  bool operator==(const Ulimit &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "Name", &Ulimit::name),
                      field(2, "Soft", &Ulimit::soft),
                      field(3, "Hard", &Ulimit::hard));
  }
};

struct ProxyEnv {
  std::string httpProxy;
  std::string httpsProxy;
  std::string ftpProxy;
  std::string noProxy;
  std::string allProxy;
  Unknown unknown;

  bool operator==(const ProxyEnv &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "http_proxy", &ProxyEnv::httpProxy),
                      field(2, "https_proxy", &ProxyEnv::httpsProxy),
                      field(3, "ftp_proxy", &ProxyEnv::ftpProxy),
                      field(4, "no_proxy", &ProxyEnv::noProxy),
                      field(5, "all_proxy", &ProxyEnv::allProxy));
  }
};

struct Meta {
  StringList args;
  StringList env;
  std::string cwd;
  std::string user;
  Rare<ProxyEnv> proxyEnv;
  std::vector<HostIp> extraHosts;
  std::string hostname;
  std::vector<Ulimit> ulimit;
  std::string cgroupParent;
  bool removeMountStubsRecursive = false;
  std::vector<int32_t> validExitCodes;
  Unknown unknown;

  bool operator==(const Meta &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "args", &Meta::args),
                      field(2, "env", &Meta::env), field(3, "cwd", &Meta::cwd),
                      field(4, "user", &Meta::user),
                      field(5, "proxy_env", &Meta::proxyEnv),
                      field(6, "extraHosts", &Meta::extraHosts),
                      field(7, "hostname", &Meta::hostname),
                      field(9, "ulimit", &Meta::ulimit),
                      field(10, "cgroupParent", &Meta::cgroupParent),
                      field(11, "removeMountStubsRecursive",
                            &Meta::removeMountStubsRecursive),
                      field(12, "validExitCodes", &Meta::validExitCodes));
  }
};

struct TmpfsOpt {
  /// Bytes; 0 is the kernel's default.
  int64_t size = 0;
  Unknown unknown;

  bool operator==(const TmpfsOpt &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "size", &TmpfsOpt::size));
  }
};

struct CacheOpt {
  std::string id;
  CacheSharing sharing = CacheSharing::Shared;
  Unknown unknown;

  bool operator==(const CacheOpt &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "ID", &CacheOpt::id),
                      field(2, "sharing", &CacheOpt::sharing));
  }
};

struct SecretOpt {
  std::string id;
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint32_t mode = 0;
  bool optional = false;
  Unknown unknown;

  bool operator==(const SecretOpt &) const = default;
  static constexpr auto fields() {
    return std::tuple(
        field(1, "ID", &SecretOpt::id), field(2, "uid", &SecretOpt::uid),
        field(3, "gid", &SecretOpt::gid), field(4, "mode", &SecretOpt::mode),
        field(5, "optional", &SecretOpt::optional));
  }
};

struct SshOpt {
  std::string id;
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint32_t mode = 0;
  bool optional = false;
  Unknown unknown;

  bool operator==(const SshOpt &) const = default;
  static constexpr auto fields() {
    return std::tuple(
        field(1, "ID", &SshOpt::id), field(2, "uid", &SshOpt::uid),
        field(3, "gid", &SshOpt::gid), field(4, "mode", &SshOpt::mode),
        field(5, "optional", &SshOpt::optional));
  }
};

struct Mount {
  int64_t input = 0;
  std::string selector;
  std::string dest;
  int64_t output = 0;
  bool readonly = false;
  MountType mountType = MountType::Bind;
  Rare<TmpfsOpt> tmpfsOpt;
  Rare<CacheOpt> cacheOpt;
  Rare<SecretOpt> secretOpt;
  Rare<SshOpt> sshOpt;
  std::string resultId;
  MountContentCache contentCache = MountContentCache::Default;
  Unknown unknown;

  bool operator==(const Mount &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "input", &Mount::input),
                      field(2, "selector", &Mount::selector),
                      field(3, "dest", &Mount::dest),
                      field(4, "output", &Mount::output),
                      field(5, "readonly", &Mount::readonly),
                      field(6, "mountType", &Mount::mountType),
                      field(19, "TmpfsOpt", &Mount::tmpfsOpt),
                      field(20, "cacheOpt", &Mount::cacheOpt),
                      field(21, "secretOpt", &Mount::secretOpt),
                      field(22, "SSHOpt", &Mount::sshOpt),
                      field(23, "resultID", &Mount::resultId),
                      field(24, "contentCache", &Mount::contentCache));
  }
};

struct SecretEnv {
  std::string id;
  std::string name;
  bool optional = false;
  Unknown unknown;

  bool operator==(const SecretEnv &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "ID", &SecretEnv::id),
                      field(2, "name", &SecretEnv::name),
                      field(3, "optional", &SecretEnv::optional));
  }
};

struct CdiDevice {
  std::string name;
  bool optional = false;
  Unknown unknown;

  bool operator==(const CdiDevice &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "name", &CdiDevice::name),
                      field(2, "optional", &CdiDevice::optional));
  }
};

/// Runs a process: `RUN make`.
struct Exec {
  std::optional<Meta> meta;
  std::vector<Mount> mounts;
  NetMode network = NetMode::Unset;
  SecurityMode security = SecurityMode::Sandbox;
  std::vector<SecretEnv> secretEnv;
  std::vector<CdiDevice> cdiDevices;
  Unknown unknown;

  bool operator==(const Exec &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "meta", &Exec::meta),
                      field(2, "mounts", &Exec::mounts),
                      field(3, "network", &Exec::network),
                      field(4, "security", &Exec::security),
                      field(5, "secretenv", &Exec::secretEnv),
                      field(6, "cdiDevices", &Exec::cdiDevices));
  }
};

// ---- source ----

/// Content from outside: an image, a local directory, git, http.
struct Source {
  std::string identifier;
  StringMap attrs;
  Unknown unknown;

  bool operator==(const Source &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "identifier", &Source::identifier),
                      field(2, "attrs", &Source::attrs));
  }
};

// ---- file ----

struct NamedUser {
  std::string name;
  /// Index of the input whose /etc/passwd or /etc/group is asked.
  int64_t input = 0;
  Unknown unknown;

  bool operator==(const NamedUser &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "name", &NamedUser::name),
                      field(2, "input", &NamedUser::input));
  }
};

/// A oneof: by name, by id, or (monostate) neither. An id of 0 is encoded.
struct UserOpt {
  std::variant<std::monostate, NamedUser, uint32_t> user;
  Unknown unknown;

  bool operator==(const UserOpt &) const = default;
  static constexpr auto oneof() {
    return oneOf(&UserOpt::user, OneOfMember{1, "byName"},
                 OneOfMember{2, "byID"});
  }
};

struct ChownOpt {
  std::optional<UserOpt> user;
  std::optional<UserOpt> group;
  Unknown unknown;

  bool operator==(const ChownOpt &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "user", &ChownOpt::user),
                      field(2, "group", &ChownOpt::group));
  }
};

struct Copy {
  static constexpr std::string_view mnemonic = "copy";
  std::string src;
  std::string dest;
  std::optional<ChownOpt> owner;
  /// Permission bits, -1 to keep the source's.
  int32_t mode = 0;
  bool followSymlink = false;
  bool dirCopyContents = false;
  bool attemptUnpackDockerCompatibility = false;
  bool createDestPath = false;
  bool allowWildcard = false;
  bool allowEmptyWildcard = false;
  /// Nanoseconds since 1970, -1 to keep the source's.
  int64_t timestamp = 0;
  StringList includePatterns;
  StringList excludePatterns;
  bool alwaysReplaceExistingDestPaths = false;
  std::string modeStr;
  StringList requiredPaths;
  Unknown unknown;

  bool operator==(const Copy &) const = default;
  static constexpr auto fields() {
    return std::tuple(
        field(1, "src", &Copy::src), field(2, "dest", &Copy::dest),
        field(3, "owner", &Copy::owner), field(4, "mode", &Copy::mode),
        field(5, "followSymlink", &Copy::followSymlink),
        field(6, "dirCopyContents", &Copy::dirCopyContents),
        field(7, "attemptUnpackDockerCompatibility",
              &Copy::attemptUnpackDockerCompatibility),
        field(8, "createDestPath", &Copy::createDestPath),
        field(9, "allowWildcard", &Copy::allowWildcard),
        field(10, "allowEmptyWildcard", &Copy::allowEmptyWildcard),
        field(11, "timestamp", &Copy::timestamp),
        field(12, "include_patterns", &Copy::includePatterns),
        field(13, "exclude_patterns", &Copy::excludePatterns),
        field(14, "alwaysReplaceExistingDestPaths",
              &Copy::alwaysReplaceExistingDestPaths),
        field(15, "modeStr", &Copy::modeStr),
        field(16, "required_paths", &Copy::requiredPaths));
  }
};

struct MkFile {
  static constexpr std::string_view mnemonic = "mkfile";
  std::string path;
  int32_t mode = 0;
  Bytes data;
  std::optional<ChownOpt> owner;
  int64_t timestamp = 0;
  Unknown unknown;

  bool operator==(const MkFile &) const = default;
  static constexpr auto fields() {
    return std::tuple(
        field(1, "path", &MkFile::path), field(2, "mode", &MkFile::mode),
        field(3, "data", &MkFile::data), field(4, "owner", &MkFile::owner),
        field(5, "timestamp", &MkFile::timestamp));
  }
};

struct MkDir {
  static constexpr std::string_view mnemonic = "mkdir";
  std::string path;
  int32_t mode = 0;
  bool makeParents = false;
  std::optional<ChownOpt> owner;
  int64_t timestamp = 0;
  Unknown unknown;

  bool operator==(const MkDir &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "path", &MkDir::path),
                      field(2, "mode", &MkDir::mode),
                      field(3, "makeParents", &MkDir::makeParents),
                      field(4, "owner", &MkDir::owner),
                      field(5, "timestamp", &MkDir::timestamp));
  }
};

struct Rm {
  static constexpr std::string_view mnemonic = "rm";
  std::string path;
  bool allowNotFound = false;
  bool allowWildcard = false;
  Unknown unknown;

  bool operator==(const Rm &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "path", &Rm::path),
                      field(2, "allowNotFound", &Rm::allowNotFound),
                      field(3, "allowWildcard", &Rm::allowWildcard));
  }
};

struct Symlink {
  static constexpr std::string_view mnemonic = "symlink";
  std::string oldPath;
  std::string newPath;
  std::optional<ChownOpt> owner;
  int64_t timestamp = 0;
  Unknown unknown;

  bool operator==(const Symlink &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "oldpath", &Symlink::oldPath),
                      field(2, "newpath", &Symlink::newPath),
                      field(3, "owner", &Symlink::owner),
                      field(4, "timestamp", &Symlink::timestamp));
  }
};

/// One step of a file operation. An index below the number of the op's inputs
/// names an input; from there on, the result of an earlier action.
struct FileAction {
  int64_t input = 0;
  int64_t secondaryInput = 0;
  int64_t output = 0;
  /// Wire fields 4 to 8 in this order.
  std::variant<std::monostate, Copy, MkFile, MkDir, Rm, Symlink> action;
  Unknown unknown;

  bool operator==(const FileAction &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "input", &FileAction::input),
                      field(2, "secondaryInput", &FileAction::secondaryInput),
                      field(3, "output", &FileAction::output));
  }
  static constexpr auto oneof() {
    return oneOf(&FileAction::action, OneOfMember{4, "copy"},
                 OneOfMember{5, "mkfile"}, OneOfMember{6, "mkdir"},
                 OneOfMember{7, "rm"}, OneOfMember{8, "symlink"});
  }
};

/// Changes files without running a process: COPY, ADD, WORKDIR.
struct File {
  std::vector<FileAction> actions;
  Unknown unknown;

  bool operator==(const File &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(2, "actions", &File::actions));
  }
};

// ---- build, merge, diff, passthrough ----

struct BuildInput {
  int64_t input = 0;
  /// The map entry came without a value: JSON shows null.
  bool isNull = false;
  Unknown unknown;

  bool operator==(const BuildInput &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "input", &BuildInput::input));
  }
};

/// Definition.source of a nested definition and the rest of pb.Definition are
/// kept as bytes: nothing here looks into them.
struct RawDefinition {
  std::string bytes;
  bool operator==(const RawDefinition &) const = default;
};

/// Builds the LLB found in an input.
struct Build {
  int64_t builder = 0;
  std::map<std::string, BuildInput> inputs;
  std::optional<RawDefinition> def;
  StringMap attrs;
  Unknown unknown;

  bool operator==(const Build &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "builder", &Build::builder),
                      field(2, "inputs", &Build::inputs),
                      field(3, "def", &Build::def),
                      field(4, "attrs", &Build::attrs));
  }
};

struct MergeInput {
  int64_t input = 0;
  Unknown unknown;

  bool operator==(const MergeInput &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "input", &MergeInput::input));
  }
};

/// Lays the layers of its inputs on top of each other, in order.
struct Merge {
  std::vector<MergeInput> inputs;
  Unknown unknown;

  bool operator==(const Merge &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "inputs", &Merge::inputs));
  }
};

struct DiffInput {
  int64_t input = 0;
  Unknown unknown;

  bool operator==(const DiffInput &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "input", &DiffInput::input));
  }
};

/// What `upper` adds to and removes from `lower`.
struct Diff {
  std::optional<DiffInput> lower;
  std::optional<DiffInput> upper;
  Unknown unknown;

  bool operator==(const Diff &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "lower", &Diff::lower),
                      field(2, "upper", &Diff::upper));
  }
};

/// Hands inputs on unchanged: output k is input `outputs[k]`.
struct Passthrough {
  std::string id;
  std::vector<int64_t> outputs;
  Unknown unknown;

  bool operator==(const Passthrough &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "id", &Passthrough::id),
                      field(2, "outputs", &Passthrough::outputs));
  }
};

// ---- metadata and places ----

struct ExportCache {
  bool value = false;
  Unknown unknown;

  bool operator==(const ExportCache &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "Value", &ExportCache::value));
  }
};

struct ProgressGroup {
  std::string id;
  std::string name;
  bool weak = false;
  Unknown unknown;

  bool operator==(const ProgressGroup &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "id", &ProgressGroup::id),
                      field(2, "name", &ProgressGroup::name),
                      field(3, "weak", &ProgressGroup::weak));
  }
};

struct LinuxResources {
  int64_t memory = 0;
  int64_t memorySwap = 0;
  uint64_t cpuShares = 0;
  uint64_t cpuPeriod = 0;
  int64_t cpuQuota = 0;
  std::string cpusetCpus;
  std::string cpusetMems;
  Unknown unknown;

  bool operator==(const LinuxResources &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "memory", &LinuxResources::memory),
                      field(2, "memorySwap", &LinuxResources::memorySwap),
                      field(3, "cpuShares", &LinuxResources::cpuShares),
                      field(4, "cpuPeriod", &LinuxResources::cpuPeriod),
                      field(5, "cpuQuota", &LinuxResources::cpuQuota),
                      field(6, "cpusetCpus", &LinuxResources::cpusetCpus),
                      field(7, "cpusetMems", &LinuxResources::cpusetMems));
  }
};

/// What is known of an operation that its digest does not cover.
struct OpMetadata {
  bool ignoreCache = false;
  StringMap description;
  Rare<ExportCache> exportCache;
  CapMap caps;
  Rare<ProgressGroup> progressGroup;
  Rare<LinuxResources> linuxResources;
  Unknown unknown;

  bool operator==(const OpMetadata &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "ignore_cache", &OpMetadata::ignoreCache),
                      field(2, "description", &OpMetadata::description),
                      field(4, "export_cache", &OpMetadata::exportCache),
                      field(5, "caps", &OpMetadata::caps),
                      field(6, "progress_group", &OpMetadata::progressGroup),
                      field(7, "linux_resources", &OpMetadata::linuxResources));
  }
};

struct Position {
  int32_t line = 0;
  int32_t character = 0;
  Unknown unknown;

  bool operator==(const Position &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "line", &Position::line),
                      field(2, "character", &Position::character));
  }
};

struct Range {
  std::optional<Position> start;
  std::optional<Position> end;
  Unknown unknown;

  bool operator==(const Range &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "start", &Range::start),
                      field(2, "end", &Range::end));
  }
};

/// One place in a source file.
struct Location {
  int32_t sourceIndex = 0;
  std::vector<Range> ranges;
  Unknown unknown;

  bool operator==(const Location &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "sourceIndex", &Location::sourceIndex),
                      field(2, "ranges", &Location::ranges));
  }
};

struct Locations {
  std::vector<Location> locations;
  Unknown unknown;

  bool operator==(const Locations &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "locations", &Locations::locations));
  }
};

struct SourceInfo {
  std::string filename;
  Bytes data;
  /// How a client finds the file again: BuildKit's dockerfile-load definition.
  std::optional<RawDefinition> definition;
  std::string language;
  Unknown unknown;

  bool operator==(const SourceInfo &) const = default;
  static constexpr auto fields() {
    return std::tuple(field(1, "filename", &SourceInfo::filename),
                      field(2, "data", &SourceInfo::data),
                      field(3, "definition", &SourceInfo::definition),
                      field(4, "language", &SourceInfo::language));
  }
};

} // namespace llb::ir

#endif
