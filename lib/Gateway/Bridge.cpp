// SPDX-License-Identifier: Apache-2.0
//
// LLBBridge with gRPC. The daemon is the server; inside it it waits at the
// other end of two pipes, so nobody looks up a name or a certificate.
#include "llb/Gateway/Bridge.h"
#include "Bridge.grpc.pb.h"
#include "Transport.h"
#include "llb/Support/GoJson.h"

#include <chrono>
#include <grpcpp/create_channel_posix.h>
#include <grpcpp/grpcpp.h>

namespace llb::gateway {

namespace wire = moby::buildkit::v1::frontend;

namespace {

/// containerd's bound, which the daemon keeps to as well.
constexpr int largestMessage = 16 << 20;

/// How long a daemon may take for an answer that needs no work.
constexpr std::chrono::seconds promptAnswer(20);
template <class Request>
constexpr bool needsNoWork = std::is_same_v<Request, wire::PingRequest> ||
                             std::is_same_v<Request, wire::ReturnRequest>;

class GrpcBridge : public Bridge {
public:
  GrpcBridge(std::unique_ptr<Transport> transport)
      : transport(std::move(transport)) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(largestMessage);
    // The daemon ends a connection that pings it more often than it likes.
    arguments.SetInt("grpc.http2.bdp_probe", 0);
    stub = wire::LLBBridge::NewStub(grpc::CreateCustomInsecureChannelFromFd(
        "buildkit", this->transport->takeSocket(), arguments));
  }
  GrpcBridge(std::shared_ptr<grpc::Channel> channel, std::string buildId)
      : buildId(std::move(buildId)),
        stub(wire::LLBBridge::NewStub(std::move(channel))) {}
  ~GrpcBridge() override {
    // Closing the channel lets the pump write out what is left.
    stub.reset();
    transport.reset();
  }

  llvm::Expected<Peer> ping() override;
  llvm::Expected<std::map<std::string, std::string>> inputs() override;
  llvm::Expected<std::string>
  solve(std::string definition, const std::vector<CacheImport> &imports,
        const std::map<std::string, std::string> &options,
        bool evaluate) override;
  llvm::Expected<std::string> readFile(const std::string &ref,
                                       const std::string &path,
                                       int64_t limit) override;
  llvm::Expected<ImageAnswer> resolve(const ImageQuery &query) override;
  llvm::Expected<SourceTime> sourceTime(const ir::Source &source,
                                        const std::string &logName) override;
  llvm::Error warn(const Warning &warning) override;
  llvm::Error finish(const Result &result) override;
  llvm::Error fail(const Failure &failure) override;

private:
  template <class Method, class Request, class Response>
  llvm::Error call(Method method, const Request &request, Response &response) {
    grpc::ClientContext context;
    if constexpr (needsNoWork<Request>)
      context.set_deadline(std::chrono::system_clock::now() + promptAnswer);
    if (!buildId.empty())
      context.AddMetadata("buildkit-controlapi-buildid", buildId);
    grpc::Status status = (stub.get()->*method)(&context, request, &response);
    if (status.ok())
      return llvm::Error::success();
    last = {status.error_code(), status.error_message(),
            status.error_details()};
    return llvm::createStringError(llvm::inconvertibleErrorCode(), "%s",
                                   last.message.c_str());
  }

  std::unique_ptr<Transport> transport;
  /// Of a client's build; empty inside a daemon, which knows it.
  std::string buildId;
  std::unique_ptr<wire::LLBBridge::Stub> stub;
};

PlatformSpec fromWire(const wire::Platform &platform) {
  PlatformSpec result;
  result.os = platform.os();
  result.architecture = platform.architecture();
  result.variant = platform.variant();
  result.osVersion = platform.os_version();
  result.osFeatures.assign(platform.os_features().begin(),
                           platform.os_features().end());
  return result;
}

void toWire(const PlatformSpec &platform, wire::Platform &out) {
  out.set_os(platform.os);
  out.set_architecture(platform.architecture);
  out.set_variant(platform.variant);
  out.set_os_version(platform.osVersion);
  for (const std::string &feature : platform.osFeatures)
    out.add_os_features(feature);
}

/// errdefs.Source as Go's encoder has it, without the definition, which no
/// client asks for.
std::string placeJson(const SourceRanges &place) {
  std::string json = "{\"info\":{\"filename\":";
  go::appendJsonString(json, place.info->filename);
  json +=
      ",\"data\":\"" + go::base64(place.info->data.data) + "\",\"language\":";
  go::appendJsonString(json, place.info->language);
  json += "},\"ranges\":[";
  for (unsigned line = place.lines.first; line <= place.lines.last; ++line) {
    // Go leaves a 0 out.
    std::string position =
        line ? "{\"line\":" + std::to_string(line) + "}" : "{}";
    json += line == place.lines.first ? "" : ",";
    json += "{\"start\":" + position + ",\"end\":" + position + "}";
  }
  return json + "]}";
}

void setPlace(const SourceRanges &place, wire::WarnRequest &message) {
  if (place.info) {
    wire::SourceInfo &info = *message.mutable_info();
    info.set_filename(place.info->filename);
    info.set_data(place.info->data.data);
    info.set_language(place.info->language);
    if (place.info->definition)
      info.set_definition(place.info->definition->bytes);
  }
  // Line 0 is the place of a directive, and {1, 0} none at all.
  for (unsigned line = place.lines.first; line <= place.lines.last; ++line) {
    auto *range = message.add_ranges();
    range->mutable_start()->set_line(static_cast<int32_t>(line));
    range->mutable_end()->set_line(static_cast<int32_t>(line));
  }
}

} // namespace

llvm::Expected<Peer> GrpcBridge::ping() {
  wire::PongResponse response;
  if (llvm::Error error =
          call(&wire::LLBBridge::Stub::Ping, wire::PingRequest(), response))
    return error;
  Peer peer;
  for (const wire::ApiCap &cap : response.frontend_caps())
    if (cap.enabled())
      peer.frontendCaps.insert(cap.id());
  for (const wire::ApiCap &cap : response.llb_caps())
    if (cap.enabled())
      peer.llbCaps.insert(cap.id());
  if (response.workers_size() != 0)
    for (const wire::Platform &platform : response.workers(0).platforms())
      peer.platforms.push_back(fromWire(platform));
  return peer;
}

llvm::Expected<std::map<std::string, std::string>> GrpcBridge::inputs() {
  wire::InputsResponse response;
  if (llvm::Error error =
          call(&wire::LLBBridge::Stub::Inputs, wire::InputsRequest(), response))
    return error;
  return std::map<std::string, std::string>(response.definitions().begin(),
                                            response.definitions().end());
}

llvm::Expected<std::string> GrpcBridge::solve(
    std::string definition, const std::vector<CacheImport> &imports,
    const std::map<std::string, std::string> &options, bool evaluate) {
  wire::SolveRequest request;
  request.set_definition(std::move(definition));
  request.set_allow_result_return(true);
  request.set_allow_result_array_ref(true);
  request.set_evaluate(evaluate);
  request.mutable_frontend_opt()->insert(options.begin(), options.end());
  for (const CacheImport &import : imports) {
    wire::CacheImport &out = *request.add_cache_imports();
    out.set_type(import.type);
    out.mutable_attrs()->insert(import.attrs.begin(), import.attrs.end());
  }
  wire::SolveResponse response;
  if (llvm::Error error =
          call(&wire::LLBBridge::Stub::Solve, request, response))
    return error;
  return response.has_result() ? response.result().ref().id() : response.ref();
}

llvm::Expected<std::string> GrpcBridge::readFile(const std::string &ref,
                                                 const std::string &path,
                                                 int64_t limit) {
  wire::ReadFileRequest request;
  request.set_ref(ref);
  request.set_path(path);
  if (limit)
    request.mutable_range()->set_length(limit);
  wire::ReadFileResponse response;
  if (llvm::Error error =
          call(&wire::LLBBridge::Stub::ReadFile, request, response))
    return error;
  return std::move(*response.mutable_data());
}

llvm::Expected<ImageAnswer> GrpcBridge::resolve(const ImageQuery &query) {
  wire::ResolveImageConfigRequest request;
  request.set_ref(query.ref);
  toWire(query.platform, *request.mutable_platform());
  request.set_resolve_mode(query.mode);
  request.set_log_name(query.logName);
  if (!query.store.empty()) {
    request.set_resolver_type(1);
    request.set_store_id(query.store);
    request.set_session_id(query.session);
  }
  wire::ResolveImageConfigResponse response;
  if (llvm::Error error =
          call(&wire::LLBBridge::Stub::ResolveImageConfig, request, response))
    return error;
  // An old daemon does not tell the reference.
  return ImageAnswer{response.ref().empty() ? query.ref : response.ref(),
                     response.digest(), response.config()};
}

llvm::Expected<SourceTime> GrpcBridge::sourceTime(const ir::Source &source,
                                                  const std::string &logName) {
  wire::ResolveSourceMetaRequest request;
  request.mutable_source()->set_identifier(source.identifier);
  for (const auto &[key, value] : source.attrs)
    (*request.mutable_source()->mutable_attrs())[key] = value;
  request.set_log_name(logName);
  if (llvm::StringRef(source.identifier).starts_with("git://"))
    request.mutable_git()->set_return_object(true);
  wire::ResolveSourceMetaResponse response;
  if (llvm::Error error =
          call(&wire::LLBBridge::Stub::ResolveSourceMeta, request, response))
    return error;
  SourceTime time;
  time.commit = response.git().commit_object();
  if (response.http().has_last_modified())
    time.lastModified = response.http().last_modified().seconds();
  return time;
}

llvm::Error GrpcBridge::warn(const Warning &warning) {
  wire::WarnRequest request;
  request.set_digest(warning.digest);
  request.set_level(1);
  request.set_short_(warning.text);
  request.add_detail(warning.detail);
  request.set_url(warning.url);
  setPlace(warning.place, request);
  wire::WarnResponse response;
  return call(&wire::LLBBridge::Stub::Warn, request, response);
}

llvm::Error GrpcBridge::finish(const Result &result) {
  wire::ReturnRequest request;
  wire::Result &out = *request.mutable_result();
  for (const auto &[key, value] : result.metadata)
    (*out.mutable_metadata())[key] = value;
  if (result.isMap) {
    auto &refs = *out.mutable_refs()->mutable_refs();
    for (const auto &[platform, ref] : result.refs)
      refs[platform].set_id(ref);
  } else {
    out.mutable_ref()->set_id(
        result.refs.empty() ? std::string() : result.refs.begin()->second);
  }
  wire::ReturnResponse response;
  return call(&wire::LLBBridge::Stub::Return, request, response);
}

llvm::Error GrpcBridge::fail(const Failure &failure) {
  wire::ReturnRequest request;
  wire::Status &status = *request.mutable_error();
  if (!failure.details.empty())
    status.ParseFromString(failure.details);
  status.set_code(failure.code ? failure.code : grpc::StatusCode::UNKNOWN);
  status.set_message(failure.message);
  auto add = [&](const std::string &type, std::string value) {
    wire::Any &detail = *status.add_details();
    detail.set_type_url("github.com/moby/buildkit/" + type + "+json");
    detail.set_value(std::move(value));
  };
  if (!failure.detailType.empty())
    add(failure.detailType, failure.detailValue);
  for (const SourceRanges &place : failure.places)
    add("errdefs.Source", placeJson(place));
  wire::ReturnResponse response;
  return call(&wire::LLBBridge::Stub::Return, request, response);
}

llvm::Expected<std::unique_ptr<Bridge>> Bridge::connect(int in, int out) {
  auto transport = Transport::start(in, out);
  if (!transport)
    return transport.takeError();
  return std::make_unique<GrpcBridge>(std::move(*transport));
}

std::unique_ptr<Bridge> Bridge::forBuild(std::shared_ptr<grpc::Channel> channel,
                                         std::string buildId) {
  return std::make_unique<GrpcBridge>(std::move(channel), std::move(buildId));
}

} // namespace llb::gateway
