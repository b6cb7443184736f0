// SPDX-License-Identifier: Apache-2.0
//
// nghttp2 opens no connection and starts no thread: it is given bytes and gives
// bytes, and calls back meanwhile. It watches over the frames, and answers
// pings; what a daemon may have us keep is bounded here.
#include "SessionServer.h"

#include <llvm/ADT/StringExtras.h>

namespace llb::buildkit {
namespace {

/// What a daemon may send of a call, and of all, before it is read.
constexpr int32_t callWindow = 4 << 20;
constexpr int32_t window = 64 << 20;
/// What may be kept with the messages that have not come whole. BuildKit's are
/// at most 3 MiB.
constexpr size_t mostKept = 256 << 20;
/// Of one call, as HTTP/2 counts them, with 32 for each. .dockerignore goes in
/// headers, which begin in one frame of 16 KiB and go on in others.
constexpr uint32_t mostHeaders = 1 << 20;
constexpr size_t mostContinuations = mostHeaders / (16 << 10);
/// Frames that wait to be sent, other than data.
constexpr size_t mostWaiting = 5000;
constexpr size_t tunnelChunk = 64 << 10;

nghttp2_nv header(std::string_view name, std::string_view value) {
  auto bytes = [](std::string_view text) {
    return reinterpret_cast<uint8_t *>(const_cast<char *>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(),
          NGHTTP2_NV_FLAG_NONE};
}

std::string_view view(const uint8_t *bytes, size_t size) {
  return {reinterpret_cast<const char *>(bytes), size};
}

/// Messages go as ASCII, the rest of UTF-8 and `%` escaped.
std::string percentEncoded(std::string_view text) {
  std::string result;
  for (unsigned char c : text)
    if (c >= ' ' && c <= '~' && c != '%')
      result += static_cast<char>(c);
    else
      result += {'%', llvm::hexdigit(c >> 4), llvm::hexdigit(c & 15)};
  return result;
}

} // namespace

struct SessionServer::Callbacks {
  static SessionServer &of(void *user) {
    return *static_cast<SessionServer *>(user);
  }
  static bool isRequest(const nghttp2_frame &frame) {
    return frame.hd.type == NGHTTP2_HEADERS &&
           frame.headers.cat == NGHTTP2_HCAT_REQUEST;
  }

  static int onBeginHeaders(nghttp2_session *session,
                            const nghttp2_frame *frame, void *user) {
    if (!isRequest(*frame))
      return 0;
    SessionServer &server = of(user);
    int32_t stream = frame->hd.stream_id;
    if (server.isFull())
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, stream,
                                NGHTTP2_REFUSED_STREAM);
    else
      server.calls[stream] = std::make_shared<Call>(server, stream);
    return 0;
  }

  static int onHeader(nghttp2_session *, const nghttp2_frame *frame,
                      const uint8_t *name, size_t nameSize,
                      const uint8_t *value, size_t valueSize, uint8_t,
                      void *user) {
    SessionServer &server = of(user);
    Call *call = server.find(frame->hd.stream_id);
    // What comes after the messages is of no interest.
    if (!call || !isRequest(*frame))
      return 0;
    call->headersSize += nameSize + valueSize + 32;
    if (call->headersSize > mostHeaders) {
      server.refusals.add("the daemon sent more than " +
                          std::to_string(mostHeaders) + " bytes of headers");
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    if (view(name, nameSize) == ":path")
      call->path = view(value, valueSize);
    else
      call->headers.add(std::string(view(name, nameSize)),
                        std::string(view(value, valueSize)));
    return 0;
  }

  static int onFrame(nghttp2_session *, const nghttp2_frame *frame,
                     void *user) {
    bool isHeaders = frame->hd.type == NGHTTP2_HEADERS;
    SessionServer &server = of(user);
    Call *call = isHeaders || frame->hd.type == NGHTTP2_DATA
                     ? server.find(frame->hd.stream_id)
                     : nullptr;
    if (!call)
      return 0;
    if (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) {
      call->isHalfClosed = true;
      call->changed.notify_all();
    }
    if (isRequest(*frame))
      server.start(*call);
    return 0;
  }

  static int onData(nghttp2_session *session, uint8_t, int32_t stream,
                    const uint8_t *data, size_t size, void *user) {
    SessionServer &server = of(user);
    Call *call = server.find(stream);
    if (!call || call->isServed) {
      nghttp2_session_consume(session, stream, size);
      return 0;
    }
    call->received += view(data, size);
    server.kept += size;
    call->changed.notify_all();
    return 0;
  }

  static int onClose(nghttp2_session *, int32_t stream, uint32_t, void *user) {
    SessionServer &server = of(user);
    if (Call *call = server.find(stream)) {
      call->isOver = true;
      call->changed.notify_all();
      server.calls.erase(stream);
    }
    return 0;
  }

  /// What a client that has not ended its part would still send is for nobody.
  static int onSent(nghttp2_session *session, const nghttp2_frame *frame,
                    void *user) {
    if (frame->hd.type == NGHTTP2_HEADERS &&
        (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) &&
        !nghttp2_session_get_stream_remote_close(session, frame->hd.stream_id))
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id,
                                NGHTTP2_NO_ERROR);
    if (frame->hd.type == NGHTTP2_GOAWAY &&
        frame->goaway.error_code != NGHTTP2_NO_ERROR)
      of(user).breakOff(nghttp2_http2_strerror(frame->goaway.error_code));
    return 0;
  }

  static ssize_t read(nghttp2_session *session, int32_t stream, uint8_t *buffer,
                      size_t size, uint32_t *flags, nghttp2_data_source *source,
                      void *) {
    Call &call = *static_cast<Call *>(source->ptr);
    size =
        call.outgoing.copy(reinterpret_cast<char *>(buffer), size, call.sent);
    call.sent += size;
    if (call.sent == call.outgoing.size()) {
      call.outgoing.clear();
      call.sent = 0;
    }
    call.changed.notify_all();
    if (!call.outgoing.empty())
      return static_cast<ssize_t>(size);
    if (!call.isServed) {
      if (!size)
        return NGHTTP2_ERR_DEFERRED;
      return static_cast<ssize_t>(size);
    }
    *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
    std::string code = std::to_string(call.answer.error_code());
    std::string message = percentEncoded(call.answer.error_message());
    const nghttp2_nv trailers[] = {header("grpc-status", code),
                                   header("grpc-message", message)};
    nghttp2_submit_trailer(session, stream, trailers, message.empty() ? 1 : 2);
    return static_cast<ssize_t>(size);
  }
};

SessionServer::SessionServer(Refusals &refusals) : refusals(refusals) {
  nghttp2_session_callbacks *all;
  nghttp2_session_callbacks_new(&all);
  nghttp2_session_callbacks_set_on_begin_headers_callback(
      all, Callbacks::onBeginHeaders);
  nghttp2_session_callbacks_set_on_header_callback(all, Callbacks::onHeader);
  nghttp2_session_callbacks_set_on_frame_recv_callback(all, Callbacks::onFrame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(all,
                                                            Callbacks::onData);
  nghttp2_session_callbacks_set_on_stream_close_callback(all,
                                                         Callbacks::onClose);
  nghttp2_session_callbacks_set_on_frame_send_callback(all, Callbacks::onSent);
  nghttp2_option *options;
  nghttp2_option_new(&options);
  // Whoever reads a message makes room for the next.
  nghttp2_option_set_no_auto_window_update(options, 1);
  nghttp2_option_set_max_continuations(options, mostContinuations);
  nghttp2_session_server_new2(&session, all, this, options);
  nghttp2_option_del(options);
  nghttp2_session_callbacks_del(all);

  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, maxCalls},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, callWindow},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, mostHeaders}};
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings,
                          std::size(settings));
  nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, window);
}

SessionServer::~SessionServer() {
  close();
  join();
  calls.clear();
  nghttp2_session_del(session);
}

Call *SessionServer::find(int32_t stream) {
  auto found = calls.find(stream);
  return found == calls.end() ? nullptr : found->second.get();
}

void SessionServer::wakeSender() {
  if (nghttp2_session_want_write(session))
    toSend.notify_one();
}

void SessionServer::resume(Call &call) {
  if (call.isOver)
    return;
  nghttp2_session_resume_data(session, call.stream);
  wakeSender();
}

void SessionServer::giveRoom(int32_t stream, size_t size) {
  nghttp2_session_consume(session, stream, size);
  wakeSender();
}

void SessionServer::start(Call &call) {
  const nghttp2_nv headers[] = {header(":status", "200"),
                                header("content-type", "application/grpc")};
  nghttp2_data_provider provider;
  provider.source.ptr = &call;
  provider.read_callback = Callbacks::read;
  nghttp2_submit_response(session, call.stream, headers, std::size(headers),
                          &provider);
  for (std::thread &thread : ended)
    thread.join();
  ended.clear();
  auto method = methods.find(call.path);
  if (method == methods.end())
    return finish(
        call, {grpc::StatusCode::UNIMPLEMENTED, "unknown method " + call.path});
  threads[&call] =
      std::thread([this, shared = calls[call.stream], &serve = method->second] {
        grpc::Status status = serve(*shared);
        shared->flush();
        std::lock_guard<std::mutex> lock(mutex);
        finish(*shared, shared->broken.ok() ? status : shared->broken);
        auto self = threads.find(shared.get());
        ended.push_back(std::move(self->second));
        threads.erase(self);
        toSend.notify_all();
      });
}

void SessionServer::finish(Call &call, grpc::Status status) {
  call.isServed = true;
  call.answer = std::move(status);
  giveRoom(call.stream, call.received.size());
  kept -= call.received.size();
  call.received.clear();
  resume(call);
}

void SessionServer::breakOff(const std::string &reason) {
  refusals.add("the daemon does not keep to HTTP/2 in the session: " + reason);
  isClosed = true;
}

bool SessionServer::receive(std::string_view bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  if (isClosed)
    return false;
  ssize_t size = nghttp2_session_mem_recv(
      session, reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
  if (size < 0)
    breakOff(nghttp2_strerror(static_cast<int>(size)));
  else if (nghttp2_session_get_outbound_queue_size(session) > mostWaiting)
    breakOff("it asks for answers and takes none");
  else if (kept > mostKept)
    breakOff("it sends more than is read");
  wakeSender();
  return !isClosed && nghttp2_session_want_read(session);
}

bool SessionServer::take(std::string &bytes) {
  std::unique_lock<std::mutex> lock(mutex);
  for (bytes.clear();; toSend.wait(lock)) {
    const uint8_t *data;
    ssize_t size = 0;
    while (bytes.size() < tunnelChunk &&
           (size = nghttp2_session_mem_send(session, &data)) > 0)
      bytes += view(data, static_cast<size_t>(size));
    if (!bytes.empty())
      return true;
    if (isClosed || size < 0 || !nghttp2_session_want_read(session))
      return false;
  }
}

void SessionServer::close() {
  std::lock_guard<std::mutex> lock(mutex);
  isClosed = true;
  for (auto &[stream, call] : calls) {
    call->isOver = true;
    call->changed.notify_all();
  }
  toSend.notify_all();
}

void SessionServer::join() {
  std::unique_lock<std::mutex> lock(mutex);
  toSend.wait(lock, [this] { return threads.empty(); });
  lock.unlock();
  for (std::thread &thread : ended)
    thread.join();
  ended.clear();
}

} // namespace llb::buildkit
