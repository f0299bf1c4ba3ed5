#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "fetch/http.h"
#include "fetch/url.h"

// The namespace of this folder: longclip::fetch is the public function.
namespace longclip::hub {

// A large file of a repository, as the hub describes it.
struct RemoteFile {
  Url url;                 // of its content: on another host as a rule, and signed for some minutes
  std::string sha256;      // of its content, in lower-case hexadecimal
  std::uint64_t size = 0;  // in bytes; 0: not stated
  std::string commit;      // that holds it; empty: not stated
};

// A Hugging Face hub, or what speaks like one. The token is told to the endpoint alone, not to the
// hosts that it redirects to. Throws Outage where another try may help, else InvalidFile.
class Hub {
 public:
  // A token of length 0 is none. Throws InvalidInput unless both can be sent.
  Hub(const std::string& endpoint, const std::string& token, const Timeouts& timeouts = {});

  const std::string& origin() const noexcept { return endpoint_.origin(); }

  using Watch = std::function<void()>;  // as Request::watch

  // What the hub knows of a file on a repository's main branch.
  RemoteFile locate(const std::string& repository, const std::string& file, const Watch& watch) const;

  // The file's bytes from `offset` on, in pieces that each say where they belong. A server that
  // gives no ranges begins at 0.
  using Receive = std::function<void(std::uint64_t offset, std::span<const std::byte> bytes)>;
  void read(const RemoteFile& file, std::uint64_t offset, const Receive& receive, const Watch& watch) const;

 private:
  // Asks, and asks on where redirects lead until `enough` of an answer, which is given with the
  // address that gave it.
  struct Answer {
    Url url;
    Response response;
  };
  Answer ask(Request request, const std::function<bool(const Response&)>& enough) const;
  void require_success(const Answer& answer, const std::string& repository) const;

  Url endpoint_;
  std::string token_;
  Timeouts timeouts_;
};

}  // namespace longclip::hub
