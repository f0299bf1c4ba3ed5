#include "fetch/tls.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <csignal>
#include <stdexcept>

namespace longclip::testing {
namespace {

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL makes no certificate");
}

void sign(X509* certificate, EVP_PKEY* key) {
  constexpr long day = 24 * 60 * 60;
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -day);
  X509_gmtime_adj(X509_getm_notAfter(certificate), day);
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>("a test's server");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_set_pubkey(certificate, key);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> host(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1"), &X509_EXTENSION_free);
  require(host != nullptr && X509_add_ext(certificate, host.get(), -1) == 1 &&
          X509_sign(certificate, key, EVP_sha256()) > 0);
}

}  // namespace

TlsServer::TlsServer() : context_(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to clients that have gone
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  require(context_ != nullptr && key != nullptr && certificate != nullptr);
  sign(certificate.get(), key.get());
  require(SSL_CTX_use_certificate(context_.get(), certificate.get()) == 1 &&
          SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1);
}

std::string TlsServer::certificate() const {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
  require(PEM_write_bio_X509(memory.get(), SSL_CTX_get0_certificate(context_.get())) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

Connection::Connection(int socket, const TlsServer* tls)
    : socket_(socket), tls_(tls == nullptr ? nullptr : SSL_new(tls->context()), &SSL_free) {
  if (tls_ == nullptr) return;
  SSL_set_fd(tls_.get(), socket_);
  SSL_set_accept_state(tls_.get());  // the first receive() shakes hands
}

long Connection::receive(char* buffer, std::size_t size) {
  return tls_ == nullptr ? ::recv(socket_, buffer, size, 0) : SSL_read(tls_.get(), buffer, static_cast<int>(size));
}

long Connection::send(const char* bytes, std::size_t size) {
  return tls_ == nullptr ? ::send(socket_, bytes, size, MSG_NOSIGNAL)
                         : SSL_write(tls_.get(), bytes, static_cast<int>(size));
}

}  // namespace longclip::testing
