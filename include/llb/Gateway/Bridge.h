// SPDX-License-Identifier: Apache-2.0
//
// The conversation of a frontend with the BuildKit daemon that runs it,
// LLBBridge over HTTP/2 on standard input and output, or of a client that takes
// the frontend's part in its own build. Nothing of gRPC or Protobuf shows here,
// since their headers cost seconds a file.
#ifndef LLB_GATEWAY_BRIDGE_H
#define LLB_GATEWAY_BRIDGE_H

#include "llb/IR/Ops.h"
#include "llb/Support/DiagEngine.h"
#include "llb/Support/Platform.h"

#include <llvm/Support/Error.h>
#include <map>
#include <optional>
#include <set>

namespace grpc {
class Channel;
}

namespace llb::gateway {

/// A call that failed, as the daemon told it.
struct CallFailure {
  int code = 0;
  std::string message;
  /// A serialised google.rpc.Status; may be empty.
  std::string details;
};

/// What the daemon can do.
struct Peer {
  std::set<std::string> frontendCaps;
  std::set<std::string> llbCaps;
  /// Those of its first worker, the worker's own first.
  std::vector<PlatformSpec> platforms;
};

struct CacheImport {
  std::string type;
  std::map<std::string, std::string> attrs;
};

struct ImageQuery {
  std::string ref;
  PlatformSpec platform;
  std::string mode;
  std::string logName;
  /// Where to look instead of a registry: an OCI layout of the client's.
  std::string store;
  std::string session;
};

struct ImageAnswer {
  std::string ref;
  std::string digest;
  std::string config;
};

/// What is known of when a source was changed.
struct SourceTime {
  std::string commit;
  std::optional<int64_t> lastModified;
};

/// A place in the build file.
struct SourceRanges {
  const ir::SourceInfo *info = nullptr;
  LineRange lines;
};

struct Warning {
  /// Digest of the operation that loads the build file.
  std::string digest;
  std::string text;
  std::string detail;
  std::string url;
  SourceRanges place;
};

struct Failure {
  int code = 0;
  std::string message;
  /// Details of the call that failed, a serialised google.rpc.Status.
  std::string details;
  /// A detail of its own: BuildKit's type and its value as JSON.
  std::string detailType;
  std::string detailValue;
  /// Innermost first.
  std::vector<SourceRanges> places;
};

struct Result {
  /// Only one, or by platform.
  bool isMap = false;
  std::map<std::string, std::string> refs;
  std::vector<std::pair<std::string, std::string>> metadata;
};

class Bridge {
public:
  /// Talks over these two descriptors, which stay the caller's.
  static llvm::Expected<std::unique_ptr<Bridge>> connect(int in, int out);
  /// Talks as the frontend of the build that a client started with this id.
  static std::unique_ptr<Bridge>
  forBuild(std::shared_ptr<grpc::Channel> channel, std::string buildId);
  virtual ~Bridge() = default;

  virtual llvm::Expected<Peer> ping() = 0;
  virtual llvm::Expected<std::map<std::string, std::string>> inputs() = 0;
  /// Returns a reference to the result, empty for scratch. `evaluate` waits
  /// until it is there; else it is built when something is read from it.
  virtual llvm::Expected<std::string>
  solve(std::string definition, const std::vector<CacheImport> &imports,
        const std::map<std::string, std::string> &options, bool evaluate) = 0;
  /// The first `limit` bytes of a file, or all if that is 0.
  virtual llvm::Expected<std::string> readFile(const std::string &ref,
                                               const std::string &path,
                                               int64_t limit = 0) = 0;
  virtual llvm::Expected<ImageAnswer> resolve(const ImageQuery &query) = 0;
  virtual llvm::Expected<SourceTime> sourceTime(const ir::Source &source,
                                                const std::string &logName) = 0;
  virtual llvm::Error warn(const Warning &warning) = 0;
  virtual llvm::Error finish(const Result &result) = 0;
  virtual llvm::Error fail(const Failure &failure) = 0;

  /// Of the last call that failed: errors have its message only.
  const CallFailure &lastFailure() const { return last; }

protected:
  CallFailure last;
};

} // namespace llb::gateway

#endif
