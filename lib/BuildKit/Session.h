// SPDX-License-Identifier: Apache-2.0
//
// The daemon's way back to the client: a server whose only connection is
// carried, as bytes, by a stream of a call to the daemon.
#ifndef LLB_BUILDKIT_SESSION_H
#define LLB_BUILDKIT_SESSION_H

#include "ContentService.h"
#include "Control.grpc.pb.h"
#include "FileSend.h"
#include "FileSync.h"
#include "Keys.h"
#include "SessionServer.h"
#include "SshService.h"

#include <chrono>
#include <grpcpp/grpcpp.h>
#include <thread>

namespace llb::buildkit {

class Session {
public:
  explicit Session(const BuildOptions &options);
  /// The connection must be closed, or the daemon must have ended the session.
  ~Session();

  /// Opens the session at the daemon behind `stub`.
  void start(moby::buildkit::v1::Control::Stub &stub,
             const BuildOptions &options);
  /// Ends it.
  void stop();

  FileSyncService &fileSync() { return files; }
  FileSendService &fileSend() { return results; }
  Refusals &refused() { return refusals; }
  /// For how long nothing has come from the daemon, which looks after a session
  /// every few seconds.
  std::chrono::seconds silence() const;

private:
  using Message = moby::buildkit::v1::BytesMessage;

  void readTunnel();
  void writeTunnel();

  Refusals refusals;
  FileSyncService files;
  FileSendService results;
  SecretService secrets;
  AuthService auth;
  SshService ssh;
  ContentService contents;
  SessionServer server;

  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReaderWriter<Message, Message>> stream;
  std::atomic<int64_t> heard = 0;
  std::thread reader;
  std::thread writer;
};

} // namespace llb::buildkit

#endif
