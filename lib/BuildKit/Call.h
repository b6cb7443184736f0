// SPDX-License-Identifier: Apache-2.0
//
// One call that the daemon makes: messages both ways, as gRPC has them, each of
// which is a flag, a length and its bytes in a stream of bytes.
#ifndef LLB_BUILDKIT_CALL_H
#define LLB_BUILDKIT_CALL_H

#include "Metadata.h"

#include <condition_variable>
#include <google/protobuf/message_lite.h>
#include <grpcpp/support/status.h>
#include <string_view>

namespace llb::buildkit {

class SessionServer;

/// Belongs to the thread that serves it. One other thread may read meanwhile.
class Call {
public:
  using Message = google::protobuf::MessageLite;

  Call(SessionServer &server, int32_t stream)
      : server(server), stream(stream) {}
  ~Call();

  const Metadata &metadata() const { return headers; }

  /// Waits for the next message. False if there is none: the daemon has ended
  /// its part, or `failure` tells what happened.
  bool read(Message &message) { return take(message, /*mayWait=*/true); }
  /// The same without waiting.
  bool readHere(Message &message) { return take(message, /*mayWait=*/false); }
  /// From now on nothing is read, nor waited for.
  void stopReading();

  /// Sends a message, and waits while too many are on their way. False if
  /// nobody takes them any more.
  bool write(const Message &message);
  /// Adds a message to those that go together, and returns whether they went.
  /// Whoever adds more than a few looks whether the call `isFull`.
  bool add(const Message &message);
  /// Lets those go that were added.
  void flush();
  bool isFull();
  /// Waits until there is something to read, or nothing more will come; false
  /// then.
  bool wait() { return wait(/*whileFull=*/false); }
  /// The same, but no longer than the call is full.
  bool waitWhileFull() { return wait(/*whileFull=*/true); }

  /// Why the call cannot come to its good end; OK if it can.
  grpc::Status failure();

private:
  friend class SessionServer;

  bool take(Message &message, bool mayWait);
  /// Appends what has come to `taken`; false if there is nothing.
  bool fetch(bool mayWait);
  /// The next message, as far as it is whole.
  bool nextTaken(std::string_view &message);
  void refuse(grpc::StatusCode code, std::string message);
  bool isFullLocked() const;
  bool wait(bool whileFull);

  SessionServer &server;
  const int32_t stream;
  std::string path;
  Metadata headers;
  size_t headersSize = 0;

  /// Of the reading thread: what it has fetched, and how much it has used.
  std::string taken;
  size_t used = 0;
  /// Of the writing thread: messages that go together.
  std::string added;

  // The rest is guarded by the server's mutex.
  std::condition_variable changed;
  std::string received;
  /// On the way, from `sent` on.
  std::string outgoing;
  size_t sent = 0;
  /// The daemon has ended its part; the call is served; nobody hears it.
  bool isHalfClosed = false, isServed = false, isOver = false;
  bool isReadingStopped = false;
  /// What is wrong with it, and what is answered in the end.
  grpc::Status broken, answer;
};

} // namespace llb::buildkit

#endif
