#include "fetch/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace longclip::testing {
namespace {

// A socket bound to a free port of 127.0.0.1, and the port.
std::pair<int, std::uint16_t> bind_to_free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no port of 127.0.0.1 is to be had");
  }
  return {fd, ntohs(address.sin_port)};
}

void send_all(Connection& connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const long sent = connection.send(bytes.data(), bytes.size());
    if (sent <= 0) return;  // the client has gone
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string receive_head(Connection& connection) {
  std::string head;
  char buffer[4096];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const long size = connection.receive(buffer, sizeof buffer);
    if (size <= 0) return "";
    head.append(buffer, static_cast<std::size_t>(size));
  }
  return head;
}

void wait_until_client_goes(Connection& connection) {
  char byte;
  while (connection.receive(&byte, 1) > 0) {
  }
}

Received parse(const std::string& head) {
  Received received;
  std::istringstream lines(head);
  lines >> received.method >> received.path;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && line != "\r") {
    const auto colon = line.find(": ");
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    received.headers[name] = line.substr(colon + 2, line.size() - colon - 3);
  }
  return received;
}

}  // namespace

HttpServer::HttpServer(Handler handler, const TlsServer* tls) : handler_(std::move(handler)), tls_(tls) {
  std::tie(listener_, port_) = bind_to_free_port();
  if (::listen(listener_, 16) != 0) throw std::runtime_error("cannot listen");
  acceptor_ = std::jthread([this] { accept_all(); });
}

HttpServer::~HttpServer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  connections_.clear();
  ::close(listener_);
}

std::string HttpServer::address(const std::string& host) const {
  return (tls_ == nullptr ? "http://" : "https://") + host + ":" + std::to_string(port_);
}

std::vector<Received> HttpServer::received() const {
  const std::lock_guard lock(mutex_);
  return received_;
}

void HttpServer::accept_all() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    connections_.emplace_back([this, socket] {
      serve(Connection(socket, tls_));
      ::close(socket);
    });
  }
}

void HttpServer::serve(Connection connection) {
  const std::string head = receive_head(connection);
  if (head.empty()) return;
  const Received received = parse(head);
  {
    const std::lock_guard lock(mutex_);
    received_.push_back(received);
  }
  const Reply reply = handler_(received);
  std::string answer = "HTTP/1.1 " + std::to_string(reply.status) + " Scripted\r\nConnection: close\r\n";
  for (const auto& [name, value] : reply.headers) answer += name + ": " + value + "\r\n";
  if (reply.states_length) answer += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n";
  answer += "\r\n";
  if (received.method != "HEAD") answer += reply.body.substr(0, reply.cut_after.value_or(reply.body.size()));
  send_all(connection, answer);
  if (reply.stalls) wait_until_client_goes(connection);
}

std::string closed_address() {
  const auto [fd, port] = bind_to_free_port();
  ::close(fd);
  return "http://127.0.0.1:" + std::to_string(port);
}

}  // namespace longclip::testing
