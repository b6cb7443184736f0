// SPDX-License-Identifier: Apache-2.0
//
// One connection carries four conversations: the session, the build's Solve,
// the stream of its status, and the bridge. The first three run in threads of
// their own; one more watches for a wish to stop and for a daemon that is gone
// without a word, and cuts the connection, upon which every call ends.
#include "llb/BuildKit/Client.h"
#include "Connection.h"
#include "Dial.h"
#include "ErrorDetails.h"
#include "Session.h"
#include "StatusView.h"
#include "llb/Support/Errors.h"
#include "llb/Support/RandomId.h"

#include <condition_variable>
#include <grpcpp/create_channel_posix.h>
#include <grpcpp/grpcpp.h>

namespace llb::buildkit {

namespace wire = moby::buildkit::v1;

namespace {

/// containerd's bound, which the daemon keeps to as well.
constexpr int largestMessage = 16 << 20;
/// The daemon looks after its sessions every five seconds.
constexpr std::chrono::seconds longestSilence(25);
constexpr std::chrono::milliseconds watchInterval(50);
/// How long what belongs to an end may come after it.
constexpr std::chrono::seconds lastWords(5);

class DaemonBuild final : public Build {
public:
  DaemonBuild(BuildOptions options, engine::Progress &progress)
      : options(std::move(options)), session(this->options), status(progress) {}
  ~DaemonBuild() override;

  llvm::Error connect();

  const gateway::Peer &peer() const override { return met; }
  gateway::Bridge &bridge() override { return *gateway; }
  std::string trouble() override;
  void allowLocal(const std::string &name, context::Filter filter) override {
    session.fileSync().allow(name, std::move(filter));
  }
  void receive(size_t exporter, llvm::raw_ostream &file) override {
    session.fileSend().expect(exporter, file);
  }
  void receive(size_t exporter, const std::string &directory,
               size_t platforms) override {
    session.fileSend().expect(exporter, directory, platforms);
  }
  std::optional<std::map<std::string, std::string>>
  finish(const gateway::Result &result, BuildFailure &failure) override;
  BuildFailure abandon(const gateway::Failure &reason) override;

private:
  void solve();
  void readStatus();
  void watch();
  void waitForSolve();
  /// Why the daemon is not heard any more; empty if it is.
  std::string loss();
  /// Why the connection ended, as far as anybody was told.
  std::string lastHeard() const;
  BuildFailure describe(const grpc::Status &ended);

  const BuildOptions options;
  const std::string id = randomId();
  Session session;
  StatusView status;
  /// The daemon's address.
  std::string place;
  /// Whether the daemon has answered as one.
  bool hasMet = false;
  std::unique_ptr<Connection> connection;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<wire::Control::Stub> stub;
  std::unique_ptr<gateway::Bridge> gateway;
  gateway::Peer met;

  grpc::ClientContext solveContext, statusContext;
  wire::SolveResponse response;
  grpc::Status solved;
  std::thread solver, statusReader, watcher;

  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;
  bool statusDone = false;
  /// This object goes.
  bool stopping = false;
  bool isCanceled = false;
  bool isSilent = false;
};

llvm::Error DaemonBuild::connect() {
  auto address = Address::parse(options.address);
  if (!address)
    return address.takeError();
  place = address->str();
  auto opened = Connection::open(*address, options.tls);
  if (!opened)
    return opened.takeError();
  connection = std::move(*opened);
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(largestMessage);
  // The daemon ends a connection that pings it more often than it likes.
  arguments.SetInt("grpc.http2.bdp_probe", 0);
  arguments.SetInt("grpc.http2.lookahead_bytes", 4 << 20);
  channel = grpc::CreateCustomInsecureChannelFromFd(
      "buildkit", connection->takeSocket(), arguments);
  stub = wire::Control::NewStub(channel);
  gateway = gateway::Bridge::forBuild(channel, id);
  session.start(*stub, options);
  solver = std::thread([this] { solve(); });
  statusReader = std::thread([this] { readStatus(); });
  watcher = std::thread([this] { watch(); });
  auto answer = gateway->ping();
  if (!answer) {
    std::string reason = llvm::toString(answer.takeError());
    std::string lost = trouble();
    if (gateway->lastFailure().code == grpc::StatusCode::DEADLINE_EXCEEDED)
      reason =
          "it takes us in and says nothing; see whether it, or the network "
          "to it, stands still";
    return lost.empty() ? dialError(*address, reason) : textError(lost);
  }
  met = std::move(*answer);
  hasMet = true;
  return llvm::Error::success();
}

static void setBackend(const Backend &from, std::string &type,
                       google::protobuf::Map<std::string, std::string> &attrs) {
  type = from.type;
  attrs.insert(from.attrs.begin(), from.attrs.end());
}

/// Without a definition and a frontend the build waits for a result that comes
/// over the bridge.
void DaemonBuild::solve() {
  wire::SolveRequest request;
  request.set_ref(id);
  request.set_session(options.session);
  for (const Backend &exporter : options.exporters) {
    wire::Exporter &out = *request.add_exporters();
    setBackend(exporter, *out.mutable_type(), *out.mutable_attrs());
  }
  for (const Backend &cache : options.cacheExports) {
    wire::CacheOptionsEntry &out = *request.mutable_cache()->add_exports();
    setBackend(cache, *out.mutable_type(), *out.mutable_attrs());
  }
  for (const std::string &entitlement : options.entitlements)
    request.add_entitlements(entitlement);
  solved = stub->Solve(&solveContext, request, &response);
  std::lock_guard<std::mutex> lock(mutex);
  done = true;
  ended.notify_all();
}

void DaemonBuild::readStatus() {
  wire::StatusRequest request;
  request.set_ref(id);
  auto stream = stub->Status(&statusContext, request);
  wire::StatusResponse part;
  while (stream->Read(&part))
    status.show(part);
  stream->Finish();
  std::lock_guard<std::mutex> lock(mutex);
  statusDone = true;
  ended.notify_all();
}

void DaemonBuild::watch() {
  std::unique_lock<std::mutex> lock(mutex);
  while (!ended.wait_for(lock, watchInterval, [this] { return stopping; })) {
    isCanceled = options.cancel && *options.cancel;
    isSilent = session.silence() > longestSilence;
    if (isCanceled || isSilent) {
      connection->cut();
      return;
    }
  }
}

/// The daemon has a moment to tell the last of the status.
void DaemonBuild::waitForSolve() {
  if (solver.joinable())
    solver.join();
  if (!statusReader.joinable())
    return;
  {
    std::unique_lock<std::mutex> lock(mutex);
    if (!solved.ok() ||
        !ended.wait_for(lock, lastWords, [this] { return statusDone; }))
      statusContext.TryCancel();
  }
  statusReader.join();
}

/// Whether gRPC says of a call only that its connection ended, in the words of
/// whichever part noticed that first.
static bool tellsOnlyOfTheEnd(llvm::StringRef message) {
  for (const char *words :
       {"Socket closed", "Transport closed", "Stream removed", "Broken pipe",
        "Connection reset by peer"})
    if (message.contains(words))
      return true;
  return message.empty();
}

/// Whether a call ended with its connection, and not by the daemon's wish.
static bool endedWithConnection(int code, llvm::StringRef message) {
  return code == grpc::StatusCode::UNAVAILABLE ||
         (code == grpc::StatusCode::UNKNOWN && message == "Stream removed");
}

/// What may help a client that a port does not take in.
static const char *tlsRemedy(const std::string &place, const TlsFiles &files) {
  if (!llvm::StringRef(place).starts_with("tcp://"))
    return "";
  if (files.ca.empty())
    return "; if it wants TLS, give --tlscacert";
  return files.certificate.empty() ? "; if it wants a certificate of ours, "
                                     "give --tlscert and --tlskey"
                                   : "";
}

/// Of the calls that ended with the connection not each may know why.
std::string DaemonBuild::lastHeard() const {
  if (std::string reason = connection->reason(); !reason.empty())
    return reason;
  for (const std::string &message :
       {solved.error_message(), gateway->lastFailure().message})
    if (!tellsOnlyOfTheEnd(message))
      return message;
  return hasMet ? "it was closed"
                : "the connection was closed before an answer came";
}

std::string DaemonBuild::loss() {
  if (isSilent)
    return "the BuildKit daemon at " + place + " has said nothing for " +
           std::to_string(longestSilence.count()) +
           " seconds; see whether it, or the network to it, stands still";
  if (!endedWithConnection(solved.error_code(), solved.error_message()))
    return "";
  if (hasMet)
    return "the connection to the BuildKit daemon at " + place +
           " is lost: " + lastHeard() +
           "; its log tells why, and what was built is in its cache";
  return "no BuildKit daemon at " + place + ": " + lastHeard() +
         tlsRemedy(place, options.tls);
}

std::string DaemonBuild::trouble() {
  std::unique_lock<std::mutex> lock(mutex);
  // A connection ends for all calls, one after the other.
  const gateway::CallFailure &last = gateway->lastFailure();
  if (isCanceled ||
      (!endedWithConnection(last.code, last.message) && !isSilent))
    return "";
  ended.wait_for(lock, lastWords, [this] { return done; });
  return done ? loss() : "";
}

BuildFailure DaemonBuild::describe(const grpc::Status &ended) {
  BuildFailure failure;
  failure.canceled = isCanceled;
  failure.message = session.refused().first();
  if (failure.message.empty())
    failure.message = loss();
  if (!failure.message.empty())
    return failure;
  failure.message = ended.error_message();
  failure.step = failedStep(ended.error_details());
  failure.log = status.logOf(failure.step);
  return failure;
}

std::optional<std::map<std::string, std::string>>
DaemonBuild::finish(const gateway::Result &result, BuildFailure &failure) {
  if (llvm::Error error = gateway->finish(result)) {
    gateway::Failure reason;
    reason.message = llvm::toString(std::move(error));
    failure = abandon(reason);
    return std::nullopt;
  }
  waitForSolve();
  // Nothing that a daemon did after it was refused something counts.
  if (!solved.ok() || !session.refused().first().empty()) {
    failure = describe(solved);
    return std::nullopt;
  }
  if (failure.message = session.fileSend().missing(); !failure.message.empty())
    return std::nullopt;
  return std::map<std::string, std::string>(
      response.exporter_response().begin(), response.exporter_response().end());
}

BuildFailure DaemonBuild::abandon(const gateway::Failure &reason) {
  // If the build is gone already, it tells why.
  llvm::consumeError(gateway->fail(reason));
  {
    std::unique_lock<std::mutex> lock(mutex);
    if (!ended.wait_for(lock, lastWords, [this] { return done; }))
      solveContext.TryCancel();
  }
  waitForSolve();
  // A daemon that calls this a success is not asked further.
  if (solved.ok() ||
      (solved.error_code() == grpc::StatusCode::CANCELLED && !isCanceled))
    solved = {grpc::StatusCode::UNKNOWN, reason.message, reason.details};
  return describe(solved);
}

DaemonBuild::~DaemonBuild() {
  solveContext.TryCancel();
  statusContext.TryCancel();
  waitForSolve();
  session.stop();
  {
    std::lock_guard<std::mutex> lock(mutex);
    stopping = true;
    ended.notify_all();
  }
  if (watcher.joinable())
    watcher.join();
}

} // namespace

Build::~Build() = default;

llvm::Expected<std::unique_ptr<Build>>
Build::start(BuildOptions options, engine::Progress &progress) {
  auto build = std::make_unique<DaemonBuild>(std::move(options), progress);
  if (llvm::Error error = build->connect())
    return error;
  return build;
}

} // namespace llb::buildkit
