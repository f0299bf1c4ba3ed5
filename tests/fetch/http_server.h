#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fetch/tls.h"

namespace longclip::testing {

// What a client asked.
struct Received {
  std::string method;
  std::string path;
  std::map<std::string, std::string> headers;  // names in lower case
};

// What it is told.
struct Reply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool states_length = true;             // by Content-Length; else the connection's end is the body's
  std::optional<std::size_t> cut_after;  // bytes of the body, after which the connection is closed
  bool stalls = false;                   // then says no more, but stays, until the client goes
};

// A web server on a port of its own of 127.0.0.1, as scripted as a test wants it. One request for
// each connection, each on a thread of its own.
class HttpServer {
 public:
  using Handler = std::function<Reply(const Received&)>;
  // Speaks TLS where it has that.
  explicit HttpServer(Handler handler, const TlsServer* tls = nullptr);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // "http://127.0.0.1:PORT" (https with TLS), or by another name of the same host: another one to a client.
  std::string address(const std::string& host = "127.0.0.1") const;

  std::vector<Received> received() const;

 private:
  void accept_all();
  void serve(Connection connection);

  Handler handler_;
  const TlsServer* tls_;
  int listener_;
  std::uint16_t port_;
  mutable std::mutex mutex_;
  std::vector<Received> received_;
  std::vector<std::jthread> connections_;
  std::jthread acceptor_;
};

// The address of a port of 127.0.0.1 where nobody listens.
std::string closed_address();

}  // namespace longclip::testing
