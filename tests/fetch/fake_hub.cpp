#include "fetch/fake_hub.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace longclip::testing {
namespace {

constexpr const char* kContentPath = "/content?signature=secret";

std::vector<Received> only(const std::vector<Received>& all, bool contents) {
  std::vector<Received> result;
  for (const auto& request : all) {
    if ((request.path == kContentPath) == contents) result.push_back(request);
  }
  return result;
}

}  // namespace

FakeHub::FakeHub(std::string served)
    : content(std::move(served)),
      sha256(sha256_of(content)),
      server_([this](const Received& request) { return answer(request); }) {}

std::vector<Received> FakeHub::descriptions() const { return only(server_.received(), false); }

std::vector<Received> FakeHub::contents() const { return only(server_.received(), true); }

Reply FakeHub::answer(const Received& request) {
  const std::lock_guard lock(mutex_);
  Reply reply;
  if (request.path == kContentPath) {
    reply = give(request);
    at_content(given_++, request, reply);
  } else {
    reply = describe();
    at_description(described_++, request, reply);
  }
  return reply;
}

Reply FakeHub::describe() const {
  Reply reply;
  reply.status = 302;
  reply.headers = {{"Location", server_.address("localhost") + kContentPath},
                   {"X-Linked-Etag", "\"" + sha256 + "\""},
                   {"X-Linked-Size", std::to_string(content.size())},
                   {"X-Repo-Commit", "0123456789abcdef0123456789abcdef01234567"},
                   {"ETag", "\"00000000000000000000000000000000000000aa\""}};
  reply.body = "Found. Redirecting";
  return reply;
}

Reply FakeHub::give(const Received& request) const {
  Reply reply;
  const auto range = request.headers.find("range");
  if (range == request.headers.end()) {
    reply.body = content;
    return reply;
  }
  const std::size_t first = std::stoull(range->second.substr(std::string("bytes=").size()));
  if (first >= content.size()) {
    reply.status = 416;
    return reply;
  }
  reply.status = 206;
  reply.body = content.substr(first);
  reply.headers = {{"Content-Range", "bytes " + std::to_string(first) + "-" + std::to_string(content.size() - 1) + "/" +
                                         std::to_string(content.size())}};
  return reply;
}

std::string sha256_of(const std::string& bytes) {
  std::array<unsigned char, 32> digest{};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  std::string hex;
  for (const unsigned char byte : digest) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", byte);
    hex += digits;
  }
  return hex;
}

std::string numbers(std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; text.size() < bytes; ++i) text += std::to_string(i) + "\n";
  text.resize(bytes);
  return text;
}

}  // namespace longclip::testing
