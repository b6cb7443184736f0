// SPDX-License-Identifier: Apache-2.0
//
// A gRPC server with one connection, whose bytes somebody else carries. HTTP/2
// is nghttp2's; what gRPC adds to it is little (its "gRPC over HTTP2"). gRPC's
// own server takes more time for 50,000 small messages than it takes to look at
// 50,000 files.
#ifndef LLB_BUILDKIT_SESSIONSERVER_H
#define LLB_BUILDKIT_SESSIONSERVER_H

#include "Call.h"
#include "Refusals.h"

#include <atomic>
#include <functional>
#include <memory>
#include <nghttp2/nghttp2.h>
#include <thread>

namespace llb::buildkit {

class SessionServer {
public:
  /// Serves a call, in a thread of its own.
  using Method = std::function<grpc::Status(Call &)>;

  /// A daemon that breaks the rules is told in `refusals`.
  explicit SessionServer(Refusals &refusals);
  ~SessionServer();

  /// Before the first byte comes: serves what is called `/SERVICE/METHOD`.
  void serve(std::string path, Method method) {
    methods[std::move(path)] = std::move(method);
  }
  /// One question, one answer: `answer` gets both and the call.
  template <class Question, class Answer, class Function>
  void serveOne(std::string path, Function answer) {
    serve(std::move(path), [answer](Call &call) -> grpc::Status {
      Question question;
      Answer said;
      if (!call.read(question))
        return {grpc::StatusCode::INTERNAL, "a question is missing"};
      grpc::Status status = answer(call, question, said);
      if (status.ok())
        call.add(said);
      return status;
    });
  }
  const std::map<std::string, Method> &served() const { return methods; }

  /// Bytes of the daemon. False if it need not send more.
  bool receive(std::string_view bytes);
  /// Waits for bytes to send. False at the end.
  bool take(std::string &bytes);
  /// Ends everything: nothing comes any more.
  void close();
  /// After `close`: waits for the calls.
  void join();

private:
  friend class Call;
  struct Callbacks;

  // All of these with the mutex held.
  void start(Call &call);
  void finish(Call &call, grpc::Status status);
  void resume(Call &call);
  void giveRoom(int32_t stream, size_t size);
  void wakeSender();
  void breakOff(const std::string &reason);
  Call *find(int32_t stream);
  bool isFull() const { return threads.size() >= maxCalls; }

  /// How many calls there may be at once.
  static constexpr size_t maxCalls = 1000;

  std::map<std::string, Method> methods;
  Refusals &refusals;
  /// Bytes of messages that nobody has read yet.
  std::atomic<size_t> kept = 0;

  std::mutex mutex;
  /// There are bytes to take, or a call has ended.
  std::condition_variable toSend;
  nghttp2_session *session = nullptr;
  bool isClosed = false;
  /// By the number of the stream, as long as that is there.
  std::map<int32_t, std::shared_ptr<Call>> calls;
  std::map<const Call *, std::thread> threads;
  /// About to end.
  std::vector<std::thread> ended;
};

} // namespace llb::buildkit

#endif
