#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace longclip::testing {

// The server's side of TLS, with a certificate for 127.0.0.1 alone that it has signed itself.
class TlsServer {
 public:
  TlsServer();

  // In PEM, for a client that is to trust it.
  std::string certificate() const;

  SSL_CTX* context() const { return context_.get(); }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
};

// A connection that was accepted, with TLS where there is a server's side of it. The socket stays
// the caller's.
class Connection {
 public:
  Connection(int socket, const TlsServer* tls);

  // As recv() and send(): at most 0 where the other end has gone, or does not want TLS.
  long receive(char* buffer, std::size_t size);
  long send(const char* bytes, std::size_t size);

 private:
  int socket_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_;
};

}  // namespace longclip::testing
