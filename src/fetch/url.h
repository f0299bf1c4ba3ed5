#pragma once

#include <string>

namespace longclip::hub {

// An address of the web: http or https, with a host.
class Url {
 public:
  // Throws InvalidInput for anything else.
  explicit Url(const std::string& text);

  // What a Location header of this address's answer means. Throws InvalidFile if it is no address.
  Url resolve(const std::string& location) const;

  const std::string& text() const noexcept { return text_; }

  // Scheme, host and port: who is spoken to. What the address holds besides, be it a password or
  // a signature, does not belong in messages.
  const std::string& origin() const noexcept { return origin_; }

  bool secure() const noexcept { return origin_.starts_with("https:"); }

 private:
  Url(std::string text, std::string origin);
  std::string text_;
  std::string origin_;
};

}  // namespace longclip::hub
