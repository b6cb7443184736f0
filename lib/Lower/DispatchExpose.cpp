// SPDX-License-Identifier: Apache-2.0
//
// EXPOSE. Each word is `[ip:][host-port:]port[/protocol]`, where a port may be
// a range; address and host port are checked and dropped. What is wrong with a
// port number is not told: BuildKit v0.32.2 (dockerfile2llb/convert_expose.go)
// says only which one is wrong.
#include "Dispatch.h"
#include "OptionValues.h"
#include "llb/Check/Rules.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Unicode.h"

namespace llb::lower {
namespace {

struct PortRange {
  int64_t first = 0;
  int64_t last = 0;
};

std::optional<int64_t> parsePort(std::string_view text) {
  go::Parsed<int64_t> port = go::parseInt(text, 10, 64);
  if (!port.ok() || port.value < 0 || port.value > 65535)
    return std::nullopt;
  return port.value;
}

std::optional<PortRange> parseRange(std::string_view text) {
  size_t dash = text.find('-');
  std::optional<int64_t> first = parsePort(text.substr(0, dash));
  if (!first)
    return std::nullopt;
  if (dash == std::string_view::npos ||
      text.substr(0, dash) == text.substr(dash + 1))
    return PortRange{*first, *first};
  std::optional<int64_t> last = parsePort(text.substr(dash + 1));
  if (!last || *last < *first)
    return std::nullopt;
  return PortRange{*first, *last};
}

/// The address in `[address]`; on failure `error` is what net.SplitHostPort
/// says of it with a colon added.
std::optional<std::string> withoutBrackets(std::string_view text,
                                           std::string &error) {
  size_t end = text.find(']');
  const char *why = nullptr;
  if (end == std::string_view::npos)
    why = "missing ']' in address";
  else if (end + 1 != text.size())
    why = text[end + 1] == ':' ? "too many colons in address"
                               : "missing port in address";
  else if (text.substr(1).find('[') != std::string_view::npos)
    why = "unexpected '[' in address";
  if (!why)
    return std::string(text.substr(1, end - 1));
  error = fmt::format("address {}:: {}", text, why);
  return std::nullopt;
}

class PortSpec {
public:
  PortSpec(const Dispatch &dispatch, const std::string &text)
      : dispatch(dispatch), text(text) {}

  /// Appends `port/protocol` for each port.
  llvm::LogicalResult expand(std::vector<std::string> &ports) {
    split();
    if (llvm::failed(splitProtocol()))
      return llvm::failure();
    warn();
    if (llvm::failed(checkAddress()))
      return llvm::failure();
    std::optional<PortRange> range = parseRange(port);
    if (!range)
      return dispatch.errorAt(text, diag::InvalidContainerPort, port);
    if (!hostPort.empty() && llvm::failed(checkHostPort(*range)))
      return llvm::failure();
    std::string lower = unicode::toLower(protocol);
    for (int64_t i = range->first; i <= range->last; ++i)
      ports.push_back(fmt::format("{}/{}", i, lower));
    return llvm::success();
  }

private:
  void split() {
    std::string_view rest = text;
    size_t colon = rest.rfind(':');
    if (colon == std::string_view::npos) {
      port = rest;
      return;
    }
    port = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    colon = rest.rfind(':');
    if (colon == std::string_view::npos) {
      hostPort = rest;
      return;
    }
    hostPort = rest.substr(colon + 1);
    address = rest.substr(0, colon);
  }

  llvm::LogicalResult splitProtocol() {
    size_t slash = port.find('/');
    if (slash != std::string_view::npos)
      protocol = port.substr(slash + 1);
    port = port.substr(0, slash);
    if (port.empty())
      return dispatch.errorAt(text, diag::NoPort, go::quote(text));
    std::string lower = unicode::toLower(protocol);
    if (lower.empty())
      protocol = "tcp";
    else if (lower != "tcp" && lower != "udp" && lower != "sctp")
      return dispatch.errorAt(text, diag::InvalidProtocol, go::quote(text),
                              protocol);
    return llvm::success();
  }

  void warn() const {
    check::Linter &linter = dispatch.context.linter;
    if (unicode::toLower(protocol) != protocol)
      check::exposeProtoCasing(linter, dispatch.stmt, text);
    if (!address.empty() || !hostPort.empty())
      check::exposeInvalidFormat(linter, dispatch.stmt, text);
  }

  llvm::LogicalResult checkAddress() const {
    std::string plain(address);
    if (address.starts_with('[')) {
      std::string error;
      std::optional<std::string> inner = withoutBrackets(address, error);
      if (!inner)
        return dispatch.errorAt(text, diag::InvalidBracketedAddress, address,
                                error);
      plain = std::move(*inner);
    }
    if (!plain.empty() && !normalizeIp(plain))
      return dispatch.errorAt(text, diag::InvalidAddress, plain);
    return llvm::success();
  }

  llvm::LogicalResult checkHostPort(PortRange range) const {
    std::optional<PortRange> host = parseRange(hostPort);
    if (!host)
      return dispatch.errorAt(text, diag::InvalidHostPort, hostPort);
    // One port may be published on any of a range of the host's.
    if (range.last - range.first != host->last - host->first &&
        range.first != range.last)
      return dispatch.errorAt(text, diag::DifferentPortRanges, port, hostPort);
    return llvm::success();
  }

  const Dispatch &dispatch;
  const std::string &text;
  std::string_view address;
  std::string_view hostPort;
  std::string_view port;
  std::string_view protocol;
};

} // namespace

llvm::LogicalResult dispatchStmt(Dispatch &dispatch,
                                 const ast::ExposeStmt &stmt) {
  std::vector<std::string> specs;
  for (const std::string &word : stmt.ports) {
    ExpandedWords words =
        expandWords(word, dispatch.stage.env, dispatch.context.expandOptions(),
                    dispatch.context.options.maxValueBytes);
    if (!words.ok())
      return dispatch.errorAt(word, diag::ExpansionFailed, words.error);
    for (std::string &spec : words.words) {
      if (!dispatch.spend(spec.size(), words.error))
        return dispatch.errorAt(word, diag::ExpansionFailed, words.error);
      specs.push_back(std::move(spec));
    }
  }
  std::vector<std::string> ports;
  for (const std::string &spec : specs) {
    size_t before = ports.size();
    if (llvm::failed(PortSpec(dispatch, spec).expand(ports)))
      return llvm::failure();
    std::string error;
    if (!dispatch.spend((ports.size() - before) * sizeof(std::string), error))
      return dispatch.error(diag::ExpansionFailed, error);
  }
  auto &exposed = dispatch.stage.image.exposedPorts.edit();
  exposed.insert(ports.begin(), ports.end());
  dispatch.stage.addHistory("EXPOSE " + go::plainList(ports), /*layer=*/false);
  return llvm::success();
}

} // namespace llb::lower
