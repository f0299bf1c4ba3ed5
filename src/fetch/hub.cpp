#include "fetch/hub.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace longclip::hub {
namespace {

constexpr int kMostRedirects = 10;
constexpr std::chrono::seconds kLongestWait{60};

std::string without_trailing_slashes(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  return text;
}

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_hexadecimal(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// The hash in an entity tag: W/"..." and "..." are forms of one.
std::string hash_of_tag(std::string_view tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
  std::string hash(tag);
  for (char& c : hash) c = c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
  return hash;
}

bool is_web_page(const Response& response) { return response.header("content-type").starts_with("text/html"); }

// Where the body of a 206 begins: Content-Range is "bytes FIRST-LAST/TOTAL".
std::optional<std::uint64_t> first_byte(const Response& response) {
  const std::string range = response.header("content-range");
  constexpr std::string_view unit = "bytes ";
  if (!range.starts_with(unit)) return std::nullopt;
  return parse_number(std::string_view(range).substr(unit.size(), range.find('-') - unit.size()));
}

std::chrono::seconds wait_of(const Response& response) {
  const auto seconds = parse_number(response.header("retry-after"));
  return seconds ? std::min(kLongestWait, std::chrono::seconds(std::min<std::uint64_t>(*seconds, 3600)))
                 : std::chrono::seconds(0);
}

}  // namespace

Hub::Hub(const std::string& endpoint, const std::string& token, const Timeouts& timeouts)
    : endpoint_(endpoint), token_(token), timeouts_(timeouts) {
  const bool sendable = std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (!sendable) throw InvalidInput("HF_TOKEN holds characters that no token has: copy it again");
}

RemoteFile Hub::locate(const std::string& repository, const std::string& file, const Watch& watch) const {
  // A compressed answer would state the compressed size.
  Request request{Url(without_trailing_slashes(endpoint_.text()) + "/" + repository + "/resolve/main/" + file),
                  true,
                  {"Accept-Encoding: identity"},
                  {},
                  watch};
  // The hub describes the file in the very answer that redirects to its content.
  const Answer answer =
      ask(std::move(request), [](const Response& response) { return !response.header("x-linked-etag").empty(); });
  const Response& response = answer.response;
  if (!is_redirect(response.status)) require_success(answer, repository);
  const std::string linked = response.header("x-linked-etag");
  const std::string hash = hash_of_tag(linked.empty() ? response.header("etag") : linked);
  if (hash.size() != 64 || !is_hexadecimal(hash)) {
    const std::string reason =
        is_web_page(response) ? "answers with a web page" : "does not state the SHA-256 of " + file;
    throw InvalidFile(origin() + ": " + reason +
                      ", as a hub would: check HF_ENDPOINT, and whether a proxy or a login page stands between: sign "
                      "in there, or check HF_ENDPOINT");
  }
  const std::string location = is_redirect(response.status) ? response.header("location") : "";
  RemoteFile remote{location.empty() ? answer.url : answer.url.resolve(location), hash, 0, ""};
  const std::string size = response.header("x-linked-size");
  // The length of a redirect's own body says nothing.
  remote.size = parse_number(size.empty() && location.empty() ? response.header("content-length") : size).value_or(0);
  const std::string commit = response.header("x-repo-commit");
  if (commit.size() <= 64 && is_hexadecimal(commit)) remote.commit = commit;
  return remote;
}

void Hub::read(const RemoteFile& file, std::uint64_t offset, const Receive& receive, const Watch& watch) const {
  Request request{file.url, false, {"Accept-Encoding: identity"}, {}, watch};
  if (offset > 0) request.headers.push_back("Range: bytes=" + std::to_string(offset) + "-");
  std::optional<std::uint64_t> position;
  request.body = [&](const Response& response, std::span<const std::byte> bytes) {
    if (response.status != 200 && response.status != 206) return;  // what an error has to say
    if (!position) {
      if (is_web_page(response)) {
        throw InvalidFile(file.url.origin() +
                          ": sends a web page in place of the file: a proxy or a login page stands between: sign in "
                          "there, or check HF_ENDPOINT");
      }
      position = response.status == 200 ? 0 : first_byte(response);
      if (!position || *position > offset) {
        throw InvalidFile(file.url.origin() +
                          ": sends another part of the file than it was asked for: check HF_ENDPOINT");
      }
    }
    receive(*position, bytes);
    *position += bytes.size();
  };
  const Answer answer = ask(std::move(request), [](const Response&) { return false; });
  if (answer.response.status == 416) {
    receive(0, {});  // there are no bytes from `offset` on, so what came before is not this file's
    throw Outage(Outage::Kind::broken, answer.url.origin() + " has less of the file than was there");
  }
  require_success(answer, file.url.origin());
}

Hub::Answer Hub::ask(Request request, const std::function<bool(const Response&)>& enough) const {
  for (int redirects = 0; redirects <= kMostRedirects; ++redirects) {
    Request sent = request;
    if (!token_.empty() && sent.url.origin() == origin()) sent.headers.push_back("Authorization: Bearer " + token_);
    Answer answer{sent.url, exchange(sent, timeouts_)};
    const std::string location = answer.response.header("location");
    if (!is_redirect(answer.response.status) || location.empty() || enough(answer.response)) return answer;
    request.url = answer.url.resolve(location);
    if (answer.url.secure() && !request.url.secure()) {
      throw InvalidFile(answer.url.origin() + ": redirects to " + request.url.origin() +
                        ", which anyone could read and change: check HF_ENDPOINT");
    }
  }
  throw InvalidFile(request.url.origin() + ": redirects in a circle: check HF_ENDPOINT");
}

void Hub::require_success(const Answer& answer, const std::string& what) const {
  const long status = answer.response.status;
  if (status >= 200 && status < 300) return;
  const std::string answered = answer.url.origin() + " answered " + std::to_string(status);
  const bool passes = status >= 500 || status == 408 || status == 429;
  // Other hosts are spoken to by addresses that the hub has signed, and signs anew for another try.
  if (passes || answer.url.origin() != origin()) throw Outage(Outage::Kind::broken, answered, wait_of(answer.response));
  const std::string subject = what + " (" + answered + ")";
  switch (status) {
    case 401:
      throw InvalidFile(subject + ": it is not there, or not for everyone: " +
                        (token_.empty() ? "set HF_TOKEN to a token that may read it" : "HF_TOKEN is not valid for it"));
    case 403:
      throw InvalidFile(subject + ": access is refused: accept its terms on " + origin() + "/" + what +
                        " and set HF_TOKEN to a token of that account");
    case 404:
      throw InvalidFile(subject + ": there is no such file: check HF_ENDPOINT");
    default:
      throw InvalidFile(subject + ": the request was refused: check HF_ENDPOINT");
  }
}

}  // namespace longclip::hub
