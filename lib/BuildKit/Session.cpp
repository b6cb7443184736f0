// SPDX-License-Identifier: Apache-2.0
//
// Two threads carry the bytes between the stream and a socket pair, of which
// the server takes the other end as a connection that it accepted.
#include "Session.h"
#include "SharedKey.h"

#include "llb/Support/WriteAll.h"

#include <absl/synchronization/mutex.h>
#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server_posix.h>
#include <sys/socket.h>

namespace llb::buildkit {
namespace {

/// A longer message of the daemon's ends the call. BuildKit's are at most 3
/// MiB.
constexpr int largestMessage = 16 << 20;
constexpr size_t tunnelChunk = 64 << 10;

constexpr const char *methods[] = {
    "/grpc.health.v1.Health/Check",
    "/moby.filesync.v1.FileSync/DiffCopy",
    "/moby.filesync.v1.FileSend/DiffCopy",
    "/moby.filesync.v1.Auth/Credentials",
    "/moby.buildkit.secrets.v1.Secrets/GetSecret",
    "/containerd.services.content.v1.Content/Info",
    "/containerd.services.content.v1.Content/Read",
    "/containerd.services.content.v1.Content/Status",
    "/containerd.services.content.v1.Content/Write",
    "/containerd.services.content.v1.Content/Abort",
    "/moby.sshforward.v1.SSH/CheckAgent",
    "/moby.sshforward.v1.SSH/ForwardAgent"};

int64_t now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

llvm::Error systemError(const char *what) {
  return llvm::createStringError(
      std::error_code(errno, std::generic_category()), "%s", what);
}

} // namespace

Session::Session(const BuildOptions &options)
    : files(options.locals, refusals), results(refusals),
      secrets(options.secrets), auth(options.credentials), ssh(options.ssh),
      contents(options.contents, refusals) {}

llvm::Error Session::start(moby::buildkit::v1::Control::Stub &stub,
                           const BuildOptions &options) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return systemError("cannot make a socket pair");
  inner = UniqueFd(ends[0]);
  if (fcntl(ends[1], F_SETFL, O_RDWR | O_NONBLOCK) != 0)
    return systemError("cannot prepare a socket");

  // Debian's is built to look for deadlocks of gRPC's at every lock, which
  // takes a tenth of the time of small messages.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(largestMessage);
  // What is not asked for is not probed: the daemon counts pings.
  builder.AddChannelArgument("grpc.http2.bdp_probe", 0);
  builder.AddChannelArgument("grpc.http2.lookahead_bytes", 4 << 20);
  builder.RegisterService(&results);
  builder.RegisterService(&secrets);
  builder.RegisterService(&auth);
  builder.RegisterService(&ssh);
  builder.RegisterService(&contents);
  files.join(builder);
  server = builder.BuildAndStart();
  if (!server)
    return systemError("cannot serve the session");
  grpc::AddInsecureChannelFromFd(server.get(), ends[1]);
  files.start();

  context.AddMetadata("x-docker-expose-session-uuid", options.session);
  context.AddMetadata("x-docker-expose-session-sharedkey",
                      sharedKey(options.locals));
  for (const char *method : methods)
    context.AddMetadata("x-docker-expose-session-grpc-method", method);
  stream = stub.Session(&context);
  heard = now();
  reader = std::thread([this] { readTunnel(); });
  writer = std::thread([this] { writeTunnel(); });
  return llvm::Error::success();
}

void Session::readTunnel() {
  Message message;
  while (stream->Read(&message)) {
    heard = now();
    sendAll(inner.get(), message.data());
  }
  // The server is to notice, and through it the other thread.
  shutdown(inner.get(), SHUT_RDWR);
}

void Session::writeTunnel() {
  Message message;
  std::string &data = *message.mutable_data();
  while (true) {
    data.resize(tunnelChunk);
    ssize_t size = read(inner.get(), data.data(), data.size());
    if (size < 0 && errno == EINTR)
      continue;
    if (size <= 0)
      break;
    data.resize(static_cast<size_t>(size));
    if (!stream->Write(message))
      break;
  }
  stream->WritesDone();
}

std::chrono::seconds Session::silence() const {
  return std::chrono::seconds((now() - heard) / 1000);
}

void Session::stop() {
  if (!stream)
    return;
  context.TryCancel();
  shutdown(inner.get(), SHUT_RDWR);
  reader.join();
  writer.join();
  stream->Finish();
  stream.reset();
  server->Shutdown(std::chrono::system_clock::now());
  files.stop();
  server->Wait();
}

Session::~Session() { stop(); }

} // namespace llb::buildkit
