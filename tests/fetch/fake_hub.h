#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fetch/http_server.h"

namespace longclip::testing {

// A server that behaves as the Hugging Face hub does with a large file: the address of the file
// answers with a redirect that carries the file's hash, size and commit, and the content lies on
// another host, which knows ranges. The other host is this one by its name localhost.
class FakeHub {
 public:
  // What it serves can be changed at any time between requests.
  explicit FakeHub(std::string content);

  // Changes an answer before it is sent; `count` is 0 for the first of its kind.
  using Change = std::function<void(int count, const Received& request, Reply& reply)>;
  Change at_description = [](int, const Received&, Reply&) {};
  Change at_content = [](int, const Received&, Reply&) {};

  std::string content;
  std::string sha256;  // as it states it

  std::string endpoint() const { return server_.address(); }

  // The requests for one of the two.
  std::vector<Received> descriptions() const;
  std::vector<Received> contents() const;

 private:
  Reply answer(const Received& request);
  Reply describe() const;
  Reply give(const Received& request) const;

  std::mutex mutex_;
  int described_ = 0;
  int given_ = 0;
  HttpServer server_;
};

// By OpenSSL itself.
std::string sha256_of(const std::string& bytes);

// Lines of numbers: no two parts of it are alike.
std::string numbers(std::size_t bytes);

}  // namespace longclip::testing
