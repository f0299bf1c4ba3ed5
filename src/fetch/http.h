#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <longclip/error.h>

#include "fetch/url.h"

namespace longclip::hub {

struct Response {
  long status = 0;
  std::map<std::string, std::string> headers;  // names in lower case

  // Empty where there is no such header.
  std::string header(const std::string& name) const;
};

struct Timeouts {
  std::chrono::seconds connect{15};
  std::chrono::seconds stall{30};  // without a byte
};

struct Request {
  Url url;
  bool head = false;                 // HEAD, else GET
  std::vector<std::string> headers;  // "Name: value"
  // The body, piece by piece.
  std::function<void(const Response&, std::span<const std::byte>)> body;
  // Called about once a second, and more often while bytes come. What it throws, as what `body`
  // throws, ends the request and leaves exchange().
  std::function<void()> watch;
};

// A date as HTTP writes it, such as that of a Retry-After header; none for anything else.
std::optional<std::chrono::sys_seconds> parse_date(const std::string& text);

// A failure that may pass by itself: try again. what() is a reason, to be put into a sentence.
class Outage : public InvalidFile {
 public:
  enum class Kind {
    unreachable,  // there was no connection at all
    broken,       // it broke, stalled or was not served
  };
  Outage(Kind kind, const std::string& reason, std::chrono::seconds wait = {})
      : InvalidFile(reason), kind_(kind), wait_(wait) {}

  Kind kind() const noexcept { return kind_; }
  // What the server asks to wait before the next try.
  std::chrono::seconds wait() const noexcept { return wait_; }

 private:
  Kind kind_;
  std::chrono::seconds wait_;
};

// One request and its answer, whatever its status; redirects are not followed. Proxies are those
// of the environment, as libcurl reads it; certificates those of the system, or of CURL_CA_BUNDLE,
// SSL_CERT_FILE and SSL_CERT_DIR. Throws Outage, or InvalidFile where another try would not help.
Response exchange(const Request& request, const Timeouts& timeouts);

}  // namespace longclip::hub
