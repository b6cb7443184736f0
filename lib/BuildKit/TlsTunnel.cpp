// SPDX-License-Identifier: Apache-2.0
//
// One thread for both directions, since OpenSSL's stream is one object. It
// moves what can be moved without waiting, then waits for any of the two
// descriptors; each direction holds one buffer, so a side that does not read
// stops the other one from being read.
#include "TlsTunnel.h"
#include "Dial.h"

#include "llb/Support/Errors.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

namespace llb::buildkit {
namespace {

constexpr size_t chunkSize = 32 << 10;

/// What began what OpenSSL remembers of this thread's last call.
std::string opensslReason() {
  unsigned long code = ERR_peek_error();
  const char *text = !code ? nullptr
                     : ERR_SYSTEM_ERROR(code)
                         ? std::strerror(ERR_GET_REASON(code))
                         : ERR_reason_error_string(code);
  std::string reason = text ? text : errno ? std::strerror(errno) : "";
  ERR_clear_error();
  return reason.empty() ? "the connection was closed" : reason;
}

/// Whether the name is that of a machine's number.
bool isNumber(const std::string &name) {
  ASN1_OCTET_STRING *number = a2i_IPADDRESS(name.c_str());
  ASN1_OCTET_STRING_free(number);
  return number;
}

/// Why there was no handshake.
std::string handshakeReason(SSL *ssl, const std::string &name,
                            const TlsFiles &files) {
  long verdict = SSL_get_verify_result(ssl);
  if (verdict == X509_V_ERR_HOSTNAME_MISMATCH ||
      verdict == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    ERR_clear_error();
    return "its certificate is not for '" + name +
           "'; if that is right, tell its name with --tlsservername";
  }
  if (verdict != X509_V_OK) {
    ERR_clear_error();
    return "its certificate is not trusted: " +
           std::string(X509_verify_cert_error_string(verdict)) +
           "; --tlscacert names the file of who signed it, not '" + files.ca +
           "'";
  }
  return "no TLS: " + opensslReason();
}

/// One round of a handshake: true when it is done.
bool waitFor(SSL *ssl, int fd, int result, int milliseconds) {
  int wish = SSL_get_error(ssl, result);
  if (wish != SSL_ERROR_WANT_READ && wish != SSL_ERROR_WANT_WRITE)
    return false;
  pollfd waiting{fd, short(wish == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT), 0};
  errno = ETIMEDOUT;
  return poll(&waiting, 1, milliseconds) > 0;
}

} // namespace

llvm::Expected<TlsTunnel::Context>
TlsTunnel::makeContext(const Address &address, const TlsFiles &files) {
  ERR_clear_error();
  errno = 0;
  Context context(SSL_CTX_new(TLS_client_method()));
  if (!context)
    return dialError(address, "no TLS: " + opensslReason());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  static const unsigned char http2[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context.get(), http2, sizeof http2);
  auto unreadable = [&](const char *option, const std::string &file) {
    return dialError(address, std::string(option) + " '" + file +
                                  "' cannot be used: " + opensslReason());
  };
  if (SSL_CTX_load_verify_file(context.get(), files.ca.c_str()) != 1)
    return unreadable("--tlscacert", files.ca);
  if (files.certificate.empty())
    return context;
  if (SSL_CTX_use_certificate_chain_file(context.get(),
                                         files.certificate.c_str()) != 1)
    return unreadable("--tlscert", files.certificate);
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(),
                                  SSL_FILETYPE_PEM) != 1)
    return unreadable("--tlskey", files.key);
  return context;
}

llvm::Expected<std::unique_ptr<Connection>>
TlsTunnel::open(UniqueFd socket, const Address &address,
                const TlsFiles &files) {
  auto context = makeContext(address, files);
  if (!context)
    return context.takeError();
  std::string name =
      files.serverName.empty() ? address.place : files.serverName;
  Stream ssl(SSL_new(context->get()));
  if (!ssl || SSL_set_fd(ssl.get(), socket.get()) != 1)
    return dialError(address, "no TLS: " + opensslReason());
  if (isNumber(name)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), name.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl.get(), name.c_str());
    SSL_set1_host(ssl.get(), name.c_str());
  }
  using Clock = std::chrono::steady_clock;
  auto end = Clock::now() + std::chrono::milliseconds(connectMilliseconds);
  int result;
  while ((result = SSL_connect(ssl.get())) != 1) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - Clock::now());
    if (left.count() <= 0 ||
        !waitFor(ssl.get(), socket.get(), result, int(left.count())))
      return dialError(address, handshakeReason(ssl.get(), name, files));
  }
  UniqueFd outer, inner;
  if (llvm::Error error = makeSocketPair(outer, inner))
    return error;
  std::unique_ptr<TlsTunnel> tunnel(new TlsTunnel(
      std::move(outer), std::move(inner), std::move(socket), std::move(ssl)));
  tunnel->carrier = std::thread([self = tunnel.get()] { self->run(); });
  return tunnel;
}

TlsTunnel::Moved TlsTunnel::readInner() {
  if (!outgoing.empty())
    return Moved::None;
  outgoing = {std::string(chunkSize, '\0'), 0};
  ssize_t n = recv(inner.get(), outgoing.bytes.data(), chunkSize, MSG_DONTWAIT);
  outgoing.bytes.resize(n > 0 ? static_cast<size_t>(n) : 0);
  if (n > 0)
    return Moved::Some;
  return n < 0 && (errno == EAGAIN || errno == EINTR) ? Moved::None
                                                      : Moved::End;
}

TlsTunnel::Moved TlsTunnel::writeInner() {
  if (incoming.empty())
    return Moved::None;
  ssize_t n =
      send(inner.get(), incoming.bytes.data() + incoming.begin,
           incoming.bytes.size() - incoming.begin, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0)
    return errno == EAGAIN || errno == EINTR ? Moved::None : Moved::End;
  incoming.begin += static_cast<size_t>(n);
  return Moved::Some;
}

TlsTunnel::Moved TlsTunnel::judge(int result) {
  int wish = SSL_get_error(ssl.get(), result);
  if (wish == SSL_ERROR_WANT_READ || wish == SSL_ERROR_WANT_WRITE)
    return Moved::None;
  // That a connection ends without an alert tells nothing.
  if (wish == SSL_ERROR_SSL &&
      ERR_GET_REASON(ERR_peek_error()) != SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    std::lock_guard<std::mutex> lock(mutex);
    alert = opensslReason();
  }
  ERR_clear_error();
  return Moved::End;
}

TlsTunnel::Moved TlsTunnel::readNetwork() {
  if (!incoming.empty())
    return Moved::None;
  incoming = {std::string(chunkSize, '\0'), 0};
  int n = SSL_read(ssl.get(), incoming.bytes.data(), int(chunkSize));
  incoming.bytes.resize(n > 0 ? static_cast<size_t>(n) : 0);
  return n > 0 ? Moved::Some : judge(n);
}

/// A daemon that refuses us says why and closes its end, often while we still
/// talk. What it said is here even so, and only reading ends the connection.
TlsTunnel::Moved TlsTunnel::writeNetwork() {
  if (outgoing.empty())
    return Moved::None;
  if (!isUnheard) {
    int n = SSL_write(ssl.get(), outgoing.bytes.data() + outgoing.begin,
                      int(outgoing.bytes.size() - outgoing.begin));
    if (n > 0) {
      outgoing.begin += static_cast<size_t>(n);
      return Moved::Some;
    }
    if (judge(n) == Moved::None)
      return Moved::None;
    isUnheard = true;
  }
  outgoing.begin = outgoing.bytes.size();
  return Moved::Some;
}

void TlsTunnel::run() {
  // OpenSSL writes to sockets that nobody reads any more.
  sigset_t broken;
  sigemptyset(&broken);
  sigaddset(&broken, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken, nullptr);
  while (true) {
    bool moved = false;
    for (auto step : {&TlsTunnel::readInner, &TlsTunnel::writeNetwork,
                      &TlsTunnel::readNetwork, &TlsTunnel::writeInner}) {
      Moved result = (this->*step)();
      if (result == Moved::End) {
        shutdown(inner.get(), SHUT_RDWR);
        shutdown(network.get(), SHUT_RDWR);
        return;
      }
      moved |= result == Moved::Some;
    }
    if (moved)
      continue;
    short in = outgoing.empty() ? POLLIN : 0;
    short out = incoming.empty() ? 0 : POLLOUT;
    short wide = incoming.empty() ? POLLIN : 0;
    if (!outgoing.empty() && SSL_want_write(ssl.get()))
      wide |= POLLOUT;
    pollfd waiting[] = {{inner.get(), short(in | out), 0},
                        {network.get(), wide, 0}};
    poll(waiting, 2, -1);
  }
}

std::string TlsTunnel::reason() {
  std::lock_guard<std::mutex> lock(mutex);
  return alert.empty() ? "" : "TLS: " + alert;
}

TlsTunnel::~TlsTunnel() {
  cut();
  shutdown(network.get(), SHUT_RDWR);
  if (carrier.joinable())
    carrier.join();
}

} // namespace llb::buildkit
