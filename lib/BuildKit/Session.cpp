// SPDX-License-Identifier: Apache-2.0
//
// Two threads carry the bytes between the stream and the server: whatever one
// side waits for, the other way stays open.
#include "Session.h"
#include "Health.pb.h"
#include "SharedKey.h"

namespace llb::buildkit {
namespace {

int64_t now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// As long as it is asked, it serves.
grpc::Status checkHealth(Call &, const grpc::health::v1::HealthCheckRequest &,
                         grpc::health::v1::HealthCheckResponse &response) {
  response.set_status(grpc::health::v1::HealthCheckResponse::SERVING);
  return grpc::Status::OK;
}

} // namespace

Session::Session(const BuildOptions &options)
    : files(options.locals, refusals), results(refusals),
      secrets(options.secrets), auth(options.credentials), ssh(options.ssh),
      contents(options.contents, refusals), server(refusals) {
  server.serveOne<grpc::health::v1::HealthCheckRequest,
                  grpc::health::v1::HealthCheckResponse>(
      "/grpc.health.v1.Health/Check", checkHealth);
  files.join(server);
  results.join(server);
  secrets.join(server);
  auth.join(server);
  ssh.join(server);
  contents.join(server);
}

void Session::start(moby::buildkit::v1::Control::Stub &stub,
                    const BuildOptions &options) {
  context.AddMetadata("x-docker-expose-session-uuid", options.session);
  context.AddMetadata("x-docker-expose-session-sharedkey",
                      sharedKey(options.locals));
  for (const auto &[path, method] : server.served())
    context.AddMetadata("x-docker-expose-session-grpc-method", path);
  stream = stub.Session(&context);
  heard = now();
  reader = std::thread([this] { readTunnel(); });
  writer = std::thread([this] { writeTunnel(); });
}

void Session::readTunnel() {
  Message message;
  do {
    heard = now();
  } while (stream->Read(&message) && server.receive(message.data()));
  // The calls are to notice, the other thread, and a daemon that still writes.
  server.close();
  context.TryCancel();
}

void Session::writeTunnel() {
  Message message;
  while (server.take(*message.mutable_data()) && stream->Write(message))
    ;
  stream->WritesDone();
}

std::chrono::seconds Session::silence() const {
  return std::chrono::seconds((now() - heard) / 1000);
}

void Session::stop() {
  if (!stream)
    return;
  context.TryCancel();
  reader.join();
  writer.join();
  stream->Finish();
  stream.reset();
  server.join();
}

Session::~Session() { stop(); }

} // namespace llb::buildkit
